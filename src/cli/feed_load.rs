//! `linggong feed-load`: many sockets on one machine, which check and measure what they receive.
//!
//! Every socket checks that numbers are contiguous. The first socket of each station keeps the whole
//! set and proves it; the others keep only their place, so that thousands fit.

use std::{
    collections::{BTreeMap, HashMap},
    process::ExitCode,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Deserialize;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::feed_socket::{self, Received, Server, Socket, receive, say};
use crate::{
    domain::ids::StationId,
    feed::{
        client::{Backoff, Client, Heard, retry_within},
        protocol::{Ack, ClientInfo, Hello, Mode, Resume},
    },
};

/// Sockets of one run.
const CLIENTS_MAX: usize = 50_000;
/// Arrivals that are kept for the percentiles; later ones are only counted.
const ARRIVALS_MAX: usize = 4_000_000;
/// Wait at the end for what is still on its way.
const DRAIN: Duration = Duration::from_secs(2);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The server
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: Server,
    /// The station
    #[arg(long, required_unless_present = "stations")]
    station: Option<StationId>,
    /// Several stations, among which the connections are dealt out
    #[arg(long, value_delimiter = ',')]
    stations: Vec<StationId>,
    /// Connections
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=CLIENTS_MAX as u64))]
    clients: u64,
    /// Seconds to measure after the last connection was begun
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Connections begun a second
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    ramp: u64,
    /// A token that may read them; a public station needs none
    #[arg(long, hide_env_values = true)]
    token: Option<String>,
}

/// What all sockets of a run share.
struct Run {
    server: Server,
    token: Option<String>,
    start: Instant,
    stop: CancellationToken,
    connected: AtomicU64,
    failed: AtomicU64,
    reconnected: AtomicU64,
    messages: AtomicU64,
    bytes: AtomicU64,
    gaps: AtomicU64,
    duplicates: AtomicU64,
    snapshots: AtomicU64,
    resumed: AtomicU64,
    closes: Mutex<BTreeMap<u16, u64>>,
    /// Station's place in the list, number, microseconds since the start.
    arrivals: Mutex<Vec<(u32, i64, u64)>>,
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Runs the load and prints what was seen. Exit code 1 where a gap, a duplicate or a socket that
/// never connected was seen.
pub(super) fn run(args: Args) -> ExitCode {
    feed_socket::block_on(load(args))
}

async fn load(args: Args) -> ExitCode {
    let mut stations = args.stations;
    stations.extend(args.station);
    let run = Arc::new(Run {
        server: args.url,
        token: args.token,
        start: Instant::now(),
        stop: CancellationToken::new(),
        connected: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        reconnected: AtomicU64::new(0),
        messages: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
        gaps: AtomicU64::new(0),
        duplicates: AtomicU64::new(0),
        snapshots: AtomicU64::new(0),
        resumed: AtomicU64::new(0),
        closes: Mutex::default(),
        arrivals: Mutex::default(),
    });
    let mut sockets = JoinSet::new();
    let gap = Duration::from_secs(1) / u32::try_from(args.ramp).unwrap_or(1);
    for (number, due) in (0..args.clients).zip(0..) {
        tokio::time::sleep_until(run.start + gap * due).await;
        let place = number as usize % stations.len();
        let station = stations[place].clone();
        let held = if (number as usize) < stations.len() {
            let info = ClientInfo {
                kind: "load".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            };
            Held::Whole(Box::new(Client::new(info, run.token.clone())))
        } else {
            Held::Place(None)
        };
        sockets.spawn(live(run.clone(), place as u32, station, held));
    }
    let ramped = run.start.elapsed();
    sleep(Duration::from_secs(args.seconds)).await;
    run.stop.cancel();
    let deadline = Instant::now() + DRAIN + Duration::from_secs(1);
    while let Ok(Some(_)) = timeout_at(deadline, sockets.join_next()).await {}
    sockets.abort_all();
    report(&run, args.clients, ramped)
}

/// What a socket keeps of its station.
enum Held {
    Whole(Box<Client>),
    Place(Option<Resume>),
}

impl Held {
    fn hello(&mut self, token: Option<&String>) -> String {
        match self {
            Held::Whole(client) => client.hello(),
            Held::Place(place) => {
                let hello = Hello {
                    token: token.cloned(),
                    resume: place.clone(),
                    client: Some(ClientInfo {
                        kind: "load".to_owned(),
                        version: env!("CARGO_PKG_VERSION").to_owned(),
                    }),
                };
                tagged("hello", &hello)
            }
        }
    }

    fn ack(&self) -> String {
        match self {
            Held::Whole(client) => client.ack(),
            Held::Place(place) => {
                let seq = place.as_ref().map_or(0, |place| place.seq);
                let ack = Ack { seq, ..Ack::default() };
                tagged("ack", &ack)
            }
        }
    }
}

fn tagged(op: &str, message: &impl serde::Serialize) -> String {
    let mut value = serde_json::json!(message);
    value["op"] = op.into();
    value.to_string()
}

/// One socket, through every reconnection.
async fn live(run: Arc<Run>, place: u32, station: StationId, mut held: Held) {
    let mut backoff = Backoff::default();
    let mut before = false;
    while !run.stop.is_cancelled() {
        let within = match feed_socket::connect(&run.server, &station).await {
            Ok(socket) => {
                add(if before { &run.reconnected } else { &run.connected });
                before = true;
                listen(&run, place, socket, &mut held, &mut backoff).await
            }
            Err(_) => {
                add(&run.failed);
                None
            }
        };
        let random: f64 = rand::random();
        let wait = match within {
            Some(within) => within.mul_f64(random),
            None => backoff.next(random),
        };
        tokio::select! {
            () = run.stop.cancelled() => return,
            () = sleep(wait) => {}
        }
    }
}

/// Listens until the connection ends; answers the time within which the server wants it back.
async fn listen(
    run: &Run,
    place: u32,
    mut socket: Socket,
    held: &mut Held,
    backoff: &mut Backoff,
) -> Option<Duration> {
    if !say(&mut socket, held.hello(run.token.as_ref())).await {
        return None;
    }
    let mut epoch = String::new();
    let mut draining = None;
    loop {
        let received = match draining {
            None => tokio::select! {
                received = receive(&mut socket) => received,
                () = run.stop.cancelled() => {
                    draining = Some(Instant::now() + DRAIN);
                    continue;
                }
            },
            Some(deadline) => match timeout_at(deadline, receive(&mut socket)).await {
                Ok(received) => received,
                Err(_) => {
                    let _ = timeout(DRAIN, socket.close(None)).await;
                    return None;
                }
            },
        };
        let text = match received {
            Received::Text(text) => text,
            Received::End(frame) => {
                let code = frame.as_ref().map_or(1006, |frame| u16::from(frame.code));
                let mut closes = run.closes.lock().unwrap_or_else(PoisonError::into_inner);
                *closes.entry(code).or_default() += 1;
                return frame.and_then(|frame| retry_within(&frame.reason));
            }
        };
        let answer = match hear(run, place, &text, held, &mut epoch) {
            Said::Nothing => None,
            Said::Beat => {
                backoff.reset();
                Some(held.ack())
            }
            Said::Doubt => Some(held.hello(run.token.as_ref())),
        };
        if let Some(answer) = answer
            && !say(&mut socket, answer).await
        {
            return None;
        }
    }
}

/// What an answer is due to.
enum Said {
    Nothing,
    Beat,
    Doubt,
}

#[derive(Deserialize)]
struct Glance {
    op: String,
    #[serde(default)]
    seq: i64,
    #[serde(default)]
    epoch: String,
    mode: Option<Mode>,
    #[serde(default)]
    part: i64,
    #[serde(default)]
    parts: i64,
}

/// A change's number, without reading the rest of it.
fn change(text: &str) -> Option<i64> {
    let rest = text
        .strip_prefix(r#"{"op":"put","seq":"#)
        .or_else(|| text.strip_prefix(r#"{"op":"remove","seq":"#))?;
    rest.split_once(',')?.0.parse().ok()
}

fn hear(run: &Run, place: u32, text: &str, held: &mut Held, epoch: &mut String) -> Said {
    if let Some(seq) = change(text) {
        let now = run.start.elapsed().as_micros() as u64;
        add(&run.messages);
        run.bytes.fetch_add(text.len() as u64, Ordering::Relaxed);
        let mut arrivals = run.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        if arrivals.len() < ARRIVALS_MAX {
            arrivals.push((place, seq, now));
        }
        drop(arrivals);
        let at = match held {
            Held::Whole(client) => client.seq(),
            Held::Place(resume) => resume.as_ref().map_or(0, |resume| resume.seq),
        };
        if seq != at + 1 {
            add(if seq <= at { &run.duplicates } else { &run.gaps });
            return Said::Doubt;
        }
    }
    match held {
        Held::Whole(client) => match client.receive(text) {
            Ok(Heard::Beat) => Said::Beat,
            Ok(heard) => {
                match heard {
                    Heard::Welcome(Mode::Resumed) => add(&run.resumed),
                    Heard::Snapshot => add(&run.snapshots),
                    _ => {}
                }
                Said::Nothing
            }
            Err(_) => {
                add(&run.gaps);
                Said::Doubt
            }
        },
        Held::Place(resume) => {
            if let Some(seq) = change(text) {
                if let Some(resume) = resume {
                    resume.seq = seq;
                }
                return Said::Nothing;
            }
            let Ok(glance) = serde_json::from_str::<Glance>(text) else {
                add(&run.gaps);
                return Said::Doubt;
            };
            match (glance.op.as_str(), glance.mode) {
                ("welcome", Some(Mode::Snapshot)) => *epoch = glance.epoch,
                ("welcome", Some(Mode::Resumed)) => add(&run.resumed),
                ("snapshot", _) if glance.part == glance.parts => {
                    add(&run.snapshots);
                    *resume = Some(Resume { epoch: epoch.clone(), seq: glance.seq });
                }
                ("beat", _) if resume.as_ref().is_some_and(|held| held.seq < glance.seq) => {
                    add(&run.gaps);
                    return Said::Doubt;
                }
                ("beat", _) => return Said::Beat,
                _ => {}
            }
            Said::Nothing
        }
    }
}

/// The value below which `share` of the sorted values lie.
fn percentile(sorted: &[u64], share: f64) -> u64 {
    let place = (sorted.len() as f64 * share) as usize;
    let last = sorted.len().saturating_sub(1);
    sorted.get(place.min(last)).copied().unwrap_or(0)
}

fn report(run: &Run, clients: u64, ramped: Duration) -> ExitCode {
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let arrivals =
        std::mem::take(&mut *run.arrivals.lock().unwrap_or_else(PoisonError::into_inner));
    let mut spans: HashMap<(u32, i64), (u64, u64)> = HashMap::new();
    for &(place, seq, at) in &arrivals {
        let span = spans.entry((place, seq)).or_insert((at, at));
        *span = (span.0.min(at), span.1.max(at));
    }
    let mut after_first: Vec<u64> = arrivals
        .iter()
        .filter_map(|(place, seq, at)| Some(at - spans.get(&(*place, *seq))?.0))
        .collect();
    let mut to_last: Vec<u64> = spans.values().map(|(first, last)| last - first).collect();
    after_first.sort_unstable();
    to_last.sort_unstable();
    let ms = |micros: u64| micros as f64 / 1000.0;
    let closes = run.closes.lock().unwrap_or_else(PoisonError::into_inner);
    println!(
        "连接 {} / {clients}，用时 {:.1} 秒；连不上 {} 次，重连 {} 次",
        count(&run.connected),
        ramped.as_secs_f64(),
        count(&run.failed),
        count(&run.reconnected),
    );
    println!(
        "消息 {}（{} 字节），变化 {} 个；快照 {}，续传 {}",
        count(&run.messages),
        count(&run.bytes),
        spans.len(),
        count(&run.snapshots),
        count(&run.resumed),
    );
    println!("缺口 {}，重复 {}", count(&run.gaps), count(&run.duplicates));
    if arrivals.is_empty() {
        println!("没有收到变化，时延无从测量");
    } else {
        println!(
            "晚于首个收到者（毫秒）：p50 {:.1}，p99 {:.1}；首个到最后一个：p50 {:.1}，p99 {:.1}（样本 {}）",
            ms(percentile(&after_first, 0.5)),
            ms(percentile(&after_first, 0.99)),
            ms(percentile(&to_last, 0.5)),
            ms(percentile(&to_last, 0.99)),
            arrivals.len(),
        );
    }
    if !closes.is_empty() {
        println!("关闭：{closes:?}");
    }
    let well = count(&run.gaps) + count(&run.duplicates) == 0 && count(&run.connected) == clients;
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
