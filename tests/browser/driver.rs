//! Sessions of ChromeDriver: how a browser is started, and the commands that WebDriver lacks.

use std::{
    collections::HashSet,
    env,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use axum::http::Method;
use fantoccini::{
    Client, ClientBuilder,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::Url;
use serde_json::{Value, json};

/// Nothing that talks to the outside, nothing that needs a screen or a second user.
const ARGUMENTS: [&str; 13] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--lang=zh-CN",
];

/// A browser; its profile is the driver's to make and to remove. Dropping it ends it, also where a
/// test fails.
pub struct Session {
    pub client: Client,
    driver: Url,
    id: String,
}

impl Session {
    /// # Panics
    /// Without a driver: `tests/run` starts one and names it in the environment.
    pub async fn start() -> Session {
        Session::with(&[]).await
    }

    /// As [`Session::start`], with these arguments too.
    pub async fn with(more: &[String]) -> Session {
        Session::of(more, false).await
    }

    /// As [`Session::start`], with what [`Session::tasks`] needs.
    pub async fn traced() -> Session {
        Session::of(&[], true).await
    }

    async fn of(more: &[String], traced: bool) -> Session {
        let address = env::var("LINGGONG_TEST_WEBDRIVER")
            .expect("LINGGONG_TEST_WEBDRIVER names a ChromeDriver; `tests/run browser` starts one");
        let mut capabilities = Capabilities::new();
        let arguments: Vec<&str> =
            ARGUMENTS.into_iter().chain(more.iter().map(String::as_str)).collect();
        let mut options = json!({ "args": arguments });
        let mut logs = json!({ "browser": "ALL" });
        if traced {
            options["perfLoggingPrefs"] = json!({
                "enableNetwork": false, "enablePage": false, "traceCategories": "toplevel",
            });
            logs["performance"] = json!("ALL");
        }
        capabilities.insert("goog:chromeOptions".to_owned(), options);
        capabilities.insert("goog:loggingPrefs".to_owned(), logs);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&address)
            .await
            .expect("a browser starts");
        client.persist().await.unwrap();
        let id = client.session_id().await.unwrap().expect("a session has an id");
        Session { client, driver: address.parse().unwrap(), id }
    }

    /// A command of the browser's own protocol (Chrome DevTools Protocol).
    pub async fn devtools(&self, name: &str, parameters: Value) -> Value {
        let command =
            Post { path: "goog/cdp/execute", body: json!({ "cmd": name, "params": parameters }) };
        let answer = self.client.issue_cmd(command).await;
        answer.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// What the console was told since the last call.
    pub async fn console(&self) -> Vec<Value> {
        self.log("browser").await
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let command = Post { path: "se/log", body: json!({ "type": kind }) };
        let answer = self.client.issue_cmd(command).await.expect("the driver keeps the log");
        answer.as_array().cloned().unwrap_or_default()
    }

    /// What the pages' main threads did since the last call, of a [`Session::traced`].
    pub async fn tasks(&self) -> Vec<Task> {
        let mut texts = Vec::new();
        // The driver hands out what it has gathered at every second call.
        loop {
            let more = self.log("performance").await;
            if more.is_empty() {
                break;
            }
            texts.extend(more);
        }
        let events: Vec<Value> = texts
            .iter()
            .filter_map(|entry| entry["message"].as_str())
            .filter_map(|text| serde_json::from_str::<Value>(text).ok())
            .map(|mut entry| entry["message"]["params"].take())
            .collect();
        let thread = |event: &Value| (event["pid"].as_u64(), event["tid"].as_u64());
        let is_main = |event: &&Value| event["args"]["name"] == "CrRendererMain";
        let main: HashSet<_> = events.iter().filter(is_main).map(thread).collect();
        let ms = |event: &Value, name: &str| event[name].as_f64().unwrap_or_default() / 1000.0;
        events
            .iter()
            .filter(|event| event["name"].as_str().is_some_and(|name| name.ends_with("RunTask")))
            .filter(|event| main.contains(&thread(event)))
            .map(|event| Task { wall_ms: ms(event, "dur"), cpu_ms: ms(event, "tdur") })
            .collect()
    }
}

/// A task of a page's main thread.
pub struct Task {
    /// How long it took by the clock, others' turns of the processor included.
    pub wall_ms: f64,
    /// How long it had the processor.
    pub cpu_ms: f64,
}

/// A command that only this driver knows.
#[derive(Debug)]
struct Post {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(
        &self,
        base: &Url,
        session: Option<&str>,
    ) -> Result<Url, <Url as std::str::FromStr>::Err> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Without the runtime, which may be going down: a browser that is left would load the
        // machine until the whole run ends.
        let end = || -> std::io::Result<()> {
            let host = self.driver.host_str().unwrap_or("127.0.0.1");
            let port = self.driver.port_or_known_default().unwrap_or(80);
            let mut stream = TcpStream::connect((host, port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            let id = &self.id;
            let request = format!(
                "DELETE /session/{id} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(request.as_bytes())?;
            stream.read_exact(&mut [0])
        };
        if let Err(error) = end() {
            eprintln!("a browser is left to the end of the run: {error}");
        }
    }
}
