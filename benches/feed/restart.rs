//! `linggong serve` itself: what an idle screen costs it, and what happens when it is killed and
//! started again under all of them while postings go on.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use linggong::{
    cli::SystemClock,
    domain::{
        ids::StationId,
        time::{Clock, DAY, HOUR},
    },
    feed::{
        client::{Backoff, retry_within},
        protocol::{SUBPROTOCOL, SetHash},
    },
    store::{Key, Store, Vault},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{net::TcpSocket, time};
use tokio_tungstenite::{
    client_async_with_config,
    tungstenite::{
        Message, client::IntoClientRequest, http::HeaderValue, protocol::WebSocketConfig,
    },
};

use crate::{
    harness::{Size, table::Table},
    process::{pids, pss_kb},
    verdict::Restarted,
};

const PASSWORD: &str = "jinfeng-2026";
const KEY: [u8; 32] = [7; 32];
/// Addresses from which the screens come: one has too few ports.
const SOURCES: usize = 4;
/// Screens that start at once.
const AT_ONCE: usize = 64;
const POSTERS: usize = 2;
/// A restart that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(90);

/// What a screen holds: its place, and the proof of its set.
#[derive(Default)]
struct Screen {
    epoch: String,
    seq: i64,
    jobs: HashMap<String, i64>,
    hash: SetHash,
    pending: Option<(String, Vec<Job>)>,
    connected: bool,
}

#[derive(Deserialize)]
struct Job {
    id: String,
    version: i64,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Said {
    Welcome {
        epoch: String,
        mode: String,
    },
    Snapshot {
        seq: i64,
        part: i64,
        parts: i64,
        jobs: Vec<Job>,
    },
    Put {
        seq: i64,
        job: Job,
    },
    Remove {
        seq: i64,
        id: String,
    },
    #[serde(other)]
    Other,
}

impl Screen {
    fn hello(&self) -> String {
        let mut hello = json!({ "op": "hello" });
        if !self.epoch.is_empty() {
            hello["resume"] = json!({ "epoch": self.epoch, "seq": self.seq });
        }
        hello.to_string()
    }

    /// Takes a message; false where it does not follow.
    fn take(&mut self, text: &str) -> bool {
        match serde_json::from_str(text).expect("a message of the feed") {
            Said::Welcome { epoch, mode } => {
                self.pending = (mode == "snapshot").then(|| (epoch, Vec::new()));
            }
            Said::Snapshot { seq, part, parts, jobs } => {
                let Some((epoch, held)) = &mut self.pending else { return false };
                held.extend(jobs);
                if part == parts {
                    self.epoch.clone_from(epoch);
                    let held = std::mem::take(held);
                    (self.seq, self.pending) = (seq, None);
                    (self.jobs, self.hash) = (HashMap::new(), SetHash::default());
                    held.into_iter().for_each(|job| self.put(job));
                }
            }
            Said::Put { seq, job } => {
                if seq != self.seq + 1 {
                    return false;
                }
                self.seq = seq;
                self.put(job);
            }
            Said::Remove { seq, id } => {
                if seq != self.seq + 1 {
                    return false;
                }
                self.seq = seq;
                self.remove(&id);
            }
            Said::Other => {}
        }
        true
    }

    fn put(&mut self, job: Job) {
        self.remove(&job.id);
        self.hash.insert(&job.id, job.version);
        self.jobs.insert(job.id, job.version);
    }

    fn remove(&mut self, id: &str) {
        if let Some(version) = self.jobs.remove(id) {
            self.hash.remove(id, version);
        }
    }
}

fn program(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linggong"));
    command.env("LINGGONG_DATA", dir).env("LINGGONG_KEY", "07".repeat(32));
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command
}

fn serve(dir: &Path, address: &str) -> Child {
    let mut command = program(dir);
    command.args(["serve", "--log", "error", "--listen", address]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("its word");
    assert!(line.starts_with("listening on"), "{line}");
    child
}

/// Measures both and prints the restart.
pub async fn measure(size: Size, memory: &mut Table) -> Restarted {
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let (dir, n) = (folder.path(), size.n);
    let station = ["station", "add", "s0", "--name", "良田", "--lat", "38.28", "--lon", "106.27"];
    let added = program(dir).args(station).arg("--public").stdout(Stdio::null()).status();
    assert!(added.expect("it runs").success());
    let mut user = program(dir);
    user.args(["user", "add", "--login", "admin", "--role", "admin", "--password-stdin"]);
    let mut user = user.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it runs");
    let mut input = user.stdin.take().expect("its input");
    input.write_all(PASSWORD.as_bytes()).expect("the password goes in");
    drop(input);
    assert!(user.wait().expect("it ends").success());
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let address = port.expect("a free port").to_string();

    let mut server = serve(dir, &address);
    let held = || pids(server.id()).into_iter().map(pss_kb).sum::<u64>();
    let before = held();
    let screens: Arc<Vec<Mutex<Screen>>> = Arc::new((0..n).map(|_| Mutex::default()).collect());
    let tries = Arc::new(AtomicUsize::new(0));
    let turn = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut tasks = Vec::with_capacity(n);
    for number in 0..n {
        let (screens, address) = (screens.clone(), address.clone());
        let (turn, tries) = (turn.clone(), tries.clone());
        tasks.push(tokio::spawn(async move {
            let first = turn.acquire().await.expect("a turn");
            live(&screens[number], &address, number, &tries, Some(first)).await;
        }));
    }
    let all = |at: i64| {
        screens.iter().all(|screen| {
            let screen = screen.lock().expect("a screen");
            screen.connected && screen.seq >= at && !screen.epoch.is_empty()
        })
    };
    wait("every screen connects", || all(0)).await;
    time::sleep(Duration::from_secs(2)).await;
    let idle = held();
    let idle_kb = idle.saturating_sub(before) as f64 / n as f64;
    memory.row(vec![
        "linggong serve".to_owned(),
        n.to_string(),
        format!("{:.1}", before as f64 / 1024.0),
        format!("{:.1}", idle as f64 / 1024.0),
        format!("{idle_kb:.2}"),
    ]);

    let posters = Posters::start(&address).await;
    time::sleep(Duration::from_secs(3)).await;
    posters.turn.fetch_add(1, Relaxed);
    let killed = Instant::now();
    server.kill().expect("it is killed");
    server.wait().expect("it is gone");
    tries.store(0, Relaxed);
    for screen in screens.iter() {
        screen.lock().expect("a screen").connected = false;
    }
    let mut server = serve(dir, &address);
    let listens = killed.elapsed();
    posters.turn.fetch_add(1, Relaxed);
    let committed = newest(dir).await.0;
    wait("every screen is back", || all(committed)).await;
    let back = killed.elapsed();
    time::sleep(Duration::from_secs(1)).await;
    let posted = posters.stop().await;
    let (seq, hash) = newest(dir).await;
    let same = |screen: &Mutex<Screen>| {
        let screen = screen.lock().expect("a screen");
        (screen.seq, screen.hash) == (seq, hash)
    };
    wait("every screen shows what the store holds", || screens.iter().all(same)).await;
    println!(
        "Killed and started again under {n} screens: listens after {} ms, every screen back and at \
         what was committed after {} ms, by {} connections; {} postings published meanwhile, {} errors \
         of posters beside the restart itself; all {n} sets equal to the store's at {seq}",
        listens.as_millis(),
        back.as_millis(),
        tries.load(Relaxed),
        posted.0,
        posted.1,
    );
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    server.kill().expect("it is killed");
    server.wait().expect("it is gone");
    Restarted { idle_kb, back, errors: posted.1 }
}

async fn wait(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        time::sleep(Duration::from_millis(5)).await;
    }
}

/// The newest number of the station, and the proof of its set.
async fn newest(dir: &Path) -> (i64, SetHash) {
    let store = Store::open_sqlite(dir, Vault::new(&Key::new(KEY))).await.expect("it opens");
    let mut view = store.read().await.expect("a view");
    let station: StationId = "s0".parse().expect("an id");
    let seq = view.stream_seq(&station).await.expect("a number");
    let mut hash = SetHash::default();
    for (id, version, _) in view.shown_at(&station).await.expect("a set") {
        hash.insert(&id, version);
    }
    drop(view);
    store.close().await;
    (seq, hash)
}

/// A screen through every reconnection, waiting as the contract says.
async fn live(
    screen: &Mutex<Screen>,
    address: &str,
    number: usize,
    tries: &AtomicUsize,
    mut first: Option<tokio::sync::SemaphorePermit<'_>>,
) {
    let mut backoff = Backoff::default();
    loop {
        tries.fetch_add(1, Relaxed);
        let within = follow(screen, address, number, &mut backoff, &mut first).await;
        screen.lock().expect("a screen").connected = false;
        let random: f64 = rand::random();
        let wait = within.map_or_else(|| backoff.next(random), |within| within.mul_f64(random));
        time::sleep(wait).await;
    }
}

async fn follow(
    screen: &Mutex<Screen>,
    address: &str,
    number: usize,
    backoff: &mut Backoff,
    first: &mut Option<tokio::sync::SemaphorePermit<'_>>,
) -> Option<Duration> {
    let tcp = TcpSocket::new_v4().ok()?;
    tcp.bind(format!("127.0.0.{}:0", 2 + number % SOURCES).parse().ok()?).ok()?;
    let stream = tcp.connect(address.parse().ok()?).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let url = format!("ws://{address}/api/v1/stations/s0/feed");
    let mut request = url.into_client_request().ok()?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await.ok()?;
    let hello = screen.lock().expect("a screen").hello();
    socket.send(Message::text(hello)).await.ok()?;
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => {
                let whole = {
                    let mut screen = screen.lock().expect("a screen");
                    screen.connected = true;
                    screen.take(&text)
                };
                *first = None;
                backoff.reset();
                if !whole {
                    let hello = screen.lock().expect("a screen").hello();
                    socket.send(Message::text(hello)).await.ok()?;
                }
            }
            Message::Close(frame) => return retry_within(&frame?.reason),
            _ => {}
        }
    }
}

/// Who posts meanwhile; while the server is down, no answer is no error, nor is one that the kill cut
/// off, though it be noticed when the server is back.
struct Posters {
    tasks: Vec<tokio::task::JoinHandle<(usize, usize)>>,
    stop: Arc<AtomicBool>,
    /// Odd while the server is down; one more with each kill and each time it listens again.
    turn: Arc<AtomicUsize>,
}

impl Posters {
    async fn start(address: &str) -> Posters {
        let (stop, turn) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let client = reqwest::Client::new();
        let body = json!({ "login": "admin", "password": PASSWORD });
        let login = client.post(format!("http://{address}/api/v1/login")).json(&body).send().await;
        let answer: Value = login.expect("a login").json().await.expect("an answer");
        let token = answer["token"].as_str().expect("a token").to_owned();
        let tasks = (0..POSTERS).map(|number| {
            let (base, token) = (format!("http://{address}/api/v1"), token.clone());
            let (stop, turn, client) = (stop.clone(), turn.clone(), client.clone());
            tokio::spawn(async move {
                let (mut posted, mut errors, mut count) = (0, 0, 0);
                while !stop.load(Relaxed) {
                    count += 1;
                    let began = turn.load(Relaxed);
                    match publish(&client, &base, &token, &format!("{number}-{count}")).await {
                        Some(()) => posted += 1,
                        None if began % 2 == 1 || began != turn.load(Relaxed) => {
                            time::sleep(Duration::from_millis(50)).await;
                        }
                        None => errors += 1,
                    }
                }
                (posted, errors)
            })
        });
        Posters { tasks: tasks.collect(), stop, turn }
    }

    /// Postings that were published, and errors while the server was up.
    async fn stop(self) -> (usize, usize) {
        self.stop.store(true, Relaxed);
        let mut sum = (0, 0);
        for task in self.tasks {
            let (posted, errors) = task.await.expect("a poster");
            sum = (sum.0 + posted, sum.1 + errors);
        }
        sum
    }
}

async fn publish(client: &reqwest::Client, base: &str, token: &str, name: &str) -> Option<()> {
    let now = SystemClock.now();
    let body = json!({
        "external_id": name, "title": "装卸工", "employer": { "name": "塞上建材公司" },
        "address": "良田镇", "lat": 38.28, "lon": 106.27,
        "wage": { "min_fen": 22_000, "unit": "day", "settlement": "daily" },
        "headcount": 2, "requirements": "不限",
        "shifts": [{ "start": now.plus(DAY).to_string(), "end": now.plus(DAY + 8 * HOUR).to_string() }],
        "valid_until": now.plus(30 * DAY).to_string(),
    });
    let post = |path: String, body: Value| async move {
        let request = client.post(format!("{base}{path}")).bearer_auth(token).json(&body);
        let response = request.send().await.ok()?;
        let good = response.status().is_success();
        let answer: Value = response.json().await.ok()?;
        good.then_some(answer)
    };
    let answer = post("/jobs".to_owned(), body).await?;
    let id = answer["id"].as_str()?.to_owned();
    // What stays open is little, as at a real station.
    for step in ["submit", "approve", "close"] {
        post(format!("/jobs/{id}/{step}"), json!({})).await?;
    }
    Some(())
}
