//! The real program as a child process, and a client of its API.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

use linggong::{
    cli::SystemClock,
    domain::time::{Clock, DAY, HOUR},
    store::{Store, Vault},
};

/// How long a start may take before the test gives up.
const START: Duration = Duration::from_secs(60);
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(30);
/// The password of every account here.
const PASSWORD: &str = "jinfeng-2026";

/// A PostgreSQL database of its own.
pub struct Database {
    admin: String,
    name: String,
    pub url: String,
}

impl Database {
    /// A fresh database on the server that `LINGGONG_TEST_POSTGRES` names.
    pub async fn fresh() -> Database {
        let admin = std::env::var("LINGGONG_TEST_POSTGRES")
            .expect("LINGGONG_TEST_POSTGRES names a superuser's address");
        let name = format!("linggong_{:016x}", rand::random::<u64>());
        let (server, rest) = admin.rsplit_once('/').unwrap();
        let options = rest.find('?').map_or("", |at| &rest[at..]);
        let url = format!("{server}/{name}{options}");
        let database = Database { admin, name, url };
        database.command("create database").await;
        database
    }

    pub async fn remove(self) {
        self.command("drop database").await;
    }

    async fn command(&self, what: &str) {
        let mut connection = PgConnection::connect(&self.admin).await.unwrap();
        let force = if what.starts_with("drop") { " with (force)" } else { "" };
        let statement = format!("{what} {}{force}", self.name);
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// A data folder, and the database where that is not in it.
pub struct Site {
    home: TempDir,
    pub data: PathBuf,
    pub url: Option<String>,
    pub key_file: Option<PathBuf>,
}

impl Site {
    /// An empty folder; on PostgreSQL with a URL.
    pub fn new(url: Option<&str>) -> Site {
        let home = tempfile::tempdir().unwrap();
        Site { data: home.path().join("data"), home, url: url.map(str::to_owned), key_file: None }
    }

    /// The program with these arguments on this site, in an environment without its variables.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(arguments).arg("--data").arg(&self.data);
        if let Some(url) = &self.url {
            command.args(["--database-url", url]);
        }
        if let Some(key_file) = &self.key_file {
            command.arg("--key-file").arg(key_file);
        }
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Output {
        let run = self.command(arguments).output();
        timeout(START, run).await.unwrap_or_else(|_| panic!("{arguments:?} does not end")).unwrap()
    }

    /// Runs a command that must succeed; answers its standard output.
    pub async fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {}\n{out}{err}", output.status);
        out
    }

    /// Adds an account that may do everything.
    pub async fn add_user(&self, login: &str) {
        let arguments = ["user", "add", "--login", login, "--role", "admin"];
        let mut command = self.command(&arguments);
        let mut child = command
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(PASSWORD.as_bytes()).await.unwrap();
        drop(input);
        let output = timeout(START, child.wait_with_output()).await.unwrap().unwrap();
        let err = text(&output.stderr);
        assert!(output.status.success(), "user add {login}: {err}");
    }

    /// Adds a station in whose radius every posting of these tests lies.
    pub async fn add_station(&self, id: &str) {
        let place = ["--name", id, "--lat", "38.28", "--lon", "106.27"];
        let arguments = [&["station", "add", id], &place[..]].concat();
        self.done(&arguments).await;
    }

    /// Starts to serve and waits until it says that it listens.
    pub async fn serve(&self) -> Server {
        self.serve_with(&["serve", "--listen", "127.0.0.1:0"]).await
    }

    /// Starts to serve with these arguments.
    pub async fn serve_with(&self, arguments: &[&str]) -> Server {
        let log = self.home.path().join("log");
        let begun = Instant::now();
        let stderr = File::options().create(true).append(true).open(&log).unwrap();
        let mut child =
            self.command(arguments).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let read = timeout(START, out.read_line(&mut line)).await;
        let address = line.trim().strip_prefix("listening on http://");
        match address {
            Some(address) if matches!(read, Ok(Ok(_))) => {
                Server { address: address.to_owned(), child, ready_after: begun.elapsed() }
            }
            _ => panic!("no server: {read:?} {line:?}\n{}", tail(&log)),
        }
    }

    /// What the servers of this site logged.
    pub fn log(&self) -> String {
        tail(&self.home.path().join("log"))
    }

    /// The records, read without a server.
    pub async fn store(&self) -> Store {
        let own = self.data.join("key");
        let key = std::fs::read_to_string(self.key_file.as_ref().unwrap_or(&own)).unwrap();
        let vault = Vault::new(&key.parse().unwrap());
        let store = match &self.url {
            Some(url) => Store::open_postgres(url, vault).await,
            None => Store::open_sqlite(&self.data, vault).await,
        };
        store.unwrap()
    }
}

/// The program, in an environment without its variables.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linggong"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LINGGONG_") {
            command.env_remove(name);
        }
    }
    command.env("NO_COLOR", "1").kill_on_drop(true);
    command.stdin(Stdio::null());
    command
}

/// Bytes of a process as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn tail(log: &Path) -> String {
    const LINES: usize = 40;
    let log = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

/// A serving process.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// From its start to its word that it listens.
    pub ready_after: Duration,
}

impl Server {
    /// Ends it without warning, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to end. Answers its exit code and how long it took.
    pub async fn stop(self) -> (Option<i32>, Duration) {
        self.terminate().await;
        self.ended().await
    }

    /// Waits until it ends by itself.
    pub async fn ended(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let status = timeout(START, self.child.wait()).await.unwrap().unwrap();
        (status.code(), begun.elapsed())
    }

    /// Asks it to end and does not wait.
    pub async fn terminate(&self) {
        let id = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.unwrap().success());
    }

    /// A client that has signed in.
    pub async fn client(&self, login: &str) -> Api {
        let mut api = Api {
            base: format!("http://{}/api/v1", self.address),
            token: String::new(),
            client: Client::builder().timeout(REQUEST).build().unwrap(),
        };
        let body = json!({ "login": login, "password": PASSWORD });
        let (status, answer) = api.post("/login", body, None).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{answer}");
        api.token = answer["token"].as_str().unwrap().to_owned();
        api
    }
}

/// No answer came: the server is gone, or ended in the middle of it.
#[derive(Debug)]
pub struct Lost;

impl From<reqwest::Error> for Lost {
    fn from(_: reqwest::Error) -> Lost {
        Lost
    }
}

/// What a request gave.
pub type Answer = Result<(StatusCode, Value), Lost>;

/// A client of the API.
#[derive(Clone)]
pub struct Api {
    base: String,
    pub token: String,
    client: Client,
}

impl Api {
    /// The same client on another server, or on the same one after a restart.
    pub fn at(&self, server: &Server) -> Api {
        Api {
            base: format!("http://{}/api/v1", server.address),
            // A pooled connection leads to the server of before.
            client: Client::builder().timeout(REQUEST).build().unwrap(),
            token: self.token.clone(),
        }
    }

    pub async fn post(&self, path: &str, body: Value, key: Option<&str>) -> Answer {
        let mut request = self.client.post(format!("{}{path}", self.base)).json(&body);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = request.send().await?;
        Ok((response.status(), response.json().await?))
    }

    #[allow(dead_code)] // The chaos tests use it.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        let request = self.client.patch(format!("{}{path}", self.base)).json(&body);
        let response = request.bearer_auth(&self.token).send().await?;
        Ok((response.status(), response.json().await?))
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.base));
        let response = request.bearer_auth(&self.token).send().await?;
        Ok((response.status(), response.json().await?))
    }

    /// Posts, hands in and approves; answers the posting's id.
    pub async fn publish(&self, body: Value) -> String {
        let (status, answer) = self.post("/jobs", body, None).await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let id = answer["id"].as_str().unwrap().to_owned();
        for step in ["submit", "approve"] {
            let path = format!("/jobs/{id}/{step}");
            let (status, answer) = self.post(&path, json!({}), None).await.unwrap();
            assert_eq!(status, StatusCode::OK, "{step}: {answer}");
        }
        id
    }

    /// The ids of every open posting, by paging through the search.
    pub async fn search_all(&self) -> Vec<String> {
        self.try_search_all().await.expect("the search answers")
    }

    /// The same; none where the search has trouble.
    pub async fn try_search_all(&self) -> Option<Vec<String>> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/jobs?sort=newest&limit=100{cursor}");
            let (status, page) = self.get(&path).await.unwrap();
            if status != StatusCode::OK {
                return None;
            }
            let items = page["items"].as_array().unwrap();
            let found = items.iter().map(|item| item["id"].as_str().unwrap());
            ids.extend(found.map(str::to_owned));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Some(ids),
            }
        }
    }
}

/// A posting for loaders with this id in the poster's list.
pub fn posting(external_id: &str, headcount: u32) -> Value {
    let now = SystemClock.now();
    json!({
        "external_id": external_id,
        "title": format!("装卸工 {external_id}"),
        "employer": { "name": "塞上建材公司", "kind": "enterprise" },
        "address": "良田镇光明村",
        "lat": 38.28, "lon": 106.27, "crs": "wgs84",
        "wage": { "min_fen": 22_000, "unit": "day", "settlement": "daily" },
        "headcount": headcount,
        "shifts": [{
            "start": now.plus(DAY).to_string(),
            "end": now.plus(DAY + 8 * HOUR).to_string(),
        }],
        "requirements": "不限",
        "valid_until": now.plus(30 * DAY).to_string(),
    })
}

/// The middle and the longest of some spans, in milliseconds.
pub fn spread(spans: &[Duration]) -> String {
    let mut ms: Vec<_> = spans.iter().map(Duration::as_millis).collect();
    ms.sort_unstable();
    let middle = ms.get(ms.len() / 2).copied().unwrap_or_default();
    let longest = ms.last().copied().unwrap_or_default();
    format!("p50 {middle} ms, max {longest} ms")
}

/// Whether only what needs no services is to run.
pub fn quick() -> bool {
    std::env::var_os("LINGGONG_QUICK").is_some()
}
