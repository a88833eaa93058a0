//! The stream's server: the product's hub and sockets over SQLite, and a route that publishes.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Router,
    extract::{Path as Name, State},
    http::StatusCode,
    routing::{get, post},
    serve::ListenerExt,
};
use futures_util::future::BoxFuture;
use linggong::{
    cli::SystemClock,
    domain::{
        geo::{Crs, Point},
        ids::StationId,
        station::Station,
        time::Clock,
    },
    feed::{
        hub::{Denied, DeviceId, Gate, Hub},
        protocol::Limits,
    },
    http::sockets,
    store::{Entry, Key, Kind, Shown, ShownWhat, Store, Vault},
};
use serde_json::{Value, json};

use crate::process::Served;

/// The variable that makes this program the server, in the folder that it names.
pub const VARIABLE: &str = "LINGGONG_BENCH_FEED";

/// Nobody has a token here.
struct Closed;

impl Gate for Closed {
    fn may_read<'a>(
        &'a self,
        _: &'a StationId,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<DeviceId>, Denied>> {
        Box::pin(async { Err(Denied::Token) })
    }
}

fn at(name: usize) -> Station {
    Station {
        id: format!("s{name}").parse().expect("an id"),
        name: format!("站{name}"),
        point: Point::new(38.4, 106.2, Crs::Wgs84).expect("a place"),
        radius_m: 1000.0,
        public: true,
    }
}

/// Starts one with so many stations.
pub fn start(stations: usize) -> Served {
    // The system's folder for temporary files may be memory, where a commit costs nothing.
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .env(VARIABLE, folder.path())
        .env("STATIONS", stations.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("its word");
    let address = line.trim().to_owned();
    Served::new("linggong, each on disk first", address, false, child, folder)
}

/// Serves until it is ended.
pub fn main(dir: &Path) {
    let stations = std::env::var("STATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open_sqlite(dir, Vault::new(&Key::new([7; 32]))).await;
        let store = store.expect("SQLite opens");
        let mut txn = store.begin().await.expect("a change");
        for number in 0..stations {
            txn.add_station(&at(number), SystemClock.now()).await.expect("a station");
        }
        txn.commit().await.expect("it stands");
        let (gate, clock) = (Arc::new(Closed), Arc::new(SystemClock));
        let hub = Hub::start(store.clone(), gate, clock, Limits::default());
        let own = Router::new().route("/pub/{station}", post(publish)).with_state(store);
        let counted = Router::new().route("/counters", get(counters)).with_state(hub.clone());
        let router = sockets::routes(hub).merge(own).merge(counted);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
        axum::serve(listener, router).await.expect("it serves");
    });
}

/// One posting's change, durable with its entry of the trail, as the market's verbs make it.
async fn publish(
    State(store): State<Store>,
    Name(station): Name<String>,
    payload: String,
) -> StatusCode {
    let Ok(job) = serde_json::from_str::<Value>(&payload) else {
        return StatusCode::BAD_REQUEST;
    };
    let (id, version) = (job["id"].as_str().unwrap_or_default(), job["version"].as_i64());
    let (Ok(station), Ok(id), Some(version)) = (station.parse(), id.parse(), version) else {
        return StatusCode::BAD_REQUEST;
    };
    let at = SystemClock.now();
    let write = async {
        let mut txn = store.begin().await?;
        txn.log(Entry {
            at,
            actor: "operator".to_owned(),
            verb: "revise",
            kind: Kind::Job,
            entity: job["id"].as_str().unwrap_or_default().to_owned(),
            detail: json!({ "version": version }),
        });
        let what = ShownWhat::Put { version, payload };
        txn.show(Shown { station, job: id, at, what });
        txn.commit().await
    };
    match write.await {
        Ok(_) => StatusCode::CREATED,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn counters(State(hub): State<Hub>) -> String {
    let slow = hub.counters().slow.load(Ordering::Relaxed);
    format!("{slow} closed as too slow, {} connected", hub.sockets())
}
