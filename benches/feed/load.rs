//! The generator: sockets of either server, one publisher, one clock.

use std::{
    io::{Read, Write},
    net::TcpStream as Plain,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    net::{TcpSocket, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use crate::process::{Busy, Served};

/// Bytes of a message on the wire.
const MESSAGE_BYTES: usize = 400;
/// Handshakes at once.
const HANDSHAKES: usize = 64;
/// Addresses from which the sockets come: one has too few ports.
const SOURCES: usize = 4;
/// Different postings that the messages are about.
const JOBS: usize = 20;
/// A phase that does not end is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a phase publishes.
#[derive(Clone, Copy)]
pub enum Pace {
    /// A message for each station so far apart, the stations spread over it.
    Every(Duration),
    /// The next as soon as the one before is answered.
    Fast,
}

/// What a phase gave.
pub struct Figures {
    /// From publishing to the last socket of the station, microseconds, sorted.
    to_last: Vec<u32>,
    pub deliveries_a_second: f64,
    pub server_us_a_delivery: f64,
    pub other_percent: f64,
}

impl Figures {
    /// The time that this share of the messages did not exceed (nearest rank).
    pub fn last(&self, share: f64) -> u32 {
        let rank = (share * self.to_last.len() as f64).ceil() as usize;
        self.to_last.get(rank.max(1) - 1).copied().unwrap_or(0)
    }
}

/// One phase's arrivals.
struct Phase {
    number: usize,
    each: usize,
    /// By socket and message, microseconds; 0 where it has not come.
    taken: Vec<AtomicU32>,
    got: AtomicUsize,
    wrong: AtomicUsize,
    last_at: AtomicU64,
}

struct Shared {
    start: Instant,
    phase: RwLock<Arc<Phase>>,
    connected: AtomicUsize,
    closed: AtomicUsize,
}

pub struct Load<'s> {
    served: &'s Served,
    stations: usize,
    n: usize,
    shared: Arc<Shared>,
    tasks: Vec<JoinHandle<()>>,
    stalled: Vec<WebSocketStream<TcpStream>>,
    phases: usize,
    /// Each station's number, to name messages alike on both servers.
    seqs: Vec<u64>,
}

fn phase(number: usize, n: usize, each: usize) -> Arc<Phase> {
    let mut taken = Vec::with_capacity(n * each);
    taken.resize_with(n * each, || AtomicU32::new(0));
    let (got, wrong, last_at) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    Arc::new(Phase { number, each, taken, got, wrong, last_at })
}

async fn connect(
    address: &str,
    path: &str,
    socket: usize,
    small: bool,
) -> WebSocketStream<TcpStream> {
    let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
    loop {
        let tcp = TcpSocket::new_v4().expect("a socket");
        let source = format!("127.0.0.{}:0", 2 + socket % SOURCES);
        tcp.bind(source.parse().expect("an address")).expect("a port");
        if small {
            tcp.set_recv_buffer_size(1).expect("a small buffer");
        }
        if let Ok(stream) = tcp.connect(address.parse().expect("an address")).await {
            stream.set_nodelay(true).expect("an option");
            let url = format!("ws://{address}{path}");
            if let Ok((socket, _)) = client_async_with_config(url, stream, Some(config)).await {
                return socket;
            }
        }
        time::sleep(Duration::from_millis(20)).await;
    }
}

/// Phase, message and moment of sending, in nanoseconds since the start.
fn mark(text: &str) -> Option<(usize, usize, u64)> {
    let at = text.find(r#""mark":""#)? + 8;
    let mut parts = text.get(at..at + 30)?.split('-');
    let mut next = || parts.next()?.parse::<u64>().ok();
    Some((next()? as usize, next()? as usize, next()?))
}

async fn listen(shared: Arc<Shared>, mut socket: WebSocketStream<TcpStream>, number: usize) {
    let mut phase = shared.phase.read().expect("a phase").clone();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let Some((of, seq, sent)) = mark(&text).filter(|_| text.starts_with(r#"{"op":"put""#))
        else {
            continue;
        };
        let now = shared.start.elapsed().as_nanos() as u64;
        if of != phase.number {
            phase = shared.phase.read().expect("a phase").clone();
        }
        let micros = ((now - sent) / 1000).max(1) as u32;
        match phase.taken.get(number * phase.each + seq) {
            Some(slot) if of == phase.number && slot.swap(micros, Relaxed) == 0 => {
                phase.got.fetch_add(1, Relaxed);
            }
            _ => drop(phase.wrong.fetch_add(1, Relaxed)),
        }
        phase.last_at.fetch_max(now, Relaxed);
    }
    shared.closed.fetch_add(1, Relaxed);
}

impl<'s> Load<'s> {
    /// Opens so many sockets, dealt out among the stations.
    pub async fn connect(served: &'s Served, n: usize, stations: usize) -> Load<'s> {
        let shared = Arc::new(Shared {
            start: Instant::now(),
            phase: RwLock::new(phase(0, n, 1)),
            connected: AtomicUsize::new(0),
            closed: AtomicUsize::new(0),
        });
        let gate = Arc::new(Semaphore::new(HANDSHAKES));
        let mut tasks = Vec::with_capacity(n);
        for number in 0..n {
            let turn = gate.clone().acquire_owned().await.expect("a turn");
            let (path, _) = served.paths(number % stations);
            let (address, says_hello) = (served.address.clone(), !served.is_peer);
            let shared = shared.clone();
            tasks.push(tokio::spawn(async move {
                let mut socket = connect(&address, &path, number, false).await;
                if says_hello {
                    socket.send(Message::text(r#"{"op":"hello"}"#)).await.expect("a hello");
                    // Welcome and snapshot belong to the connection.
                    for _ in 0..2 {
                        socket.next().await.expect("an answer").expect("whole");
                    }
                }
                shared.connected.fetch_add(1, Relaxed);
                drop(turn);
                listen(shared, socket, number).await;
            }));
        }
        while shared.connected.load(Relaxed) < n {
            time::sleep(Duration::from_millis(2)).await;
        }
        let (stalled, seqs) = (Vec::new(), vec![0; stations]);
        Load { served, stations, n, shared, tasks, stalled, phases: 0, seqs }
    }

    /// Opens so many more sockets on the first station, which say hello and never read again.
    pub async fn stall(&mut self, count: usize) {
        let (path, _) = self.served.paths(0);
        for number in 0..count {
            let mut socket = connect(&self.served.address, &path, number, true).await;
            if !self.served.is_peer {
                socket.send(Message::text(r#"{"op":"hello"}"#)).await.expect("a hello");
            }
            self.stalled.push(socket);
        }
    }

    /// Publishes so many messages for each station and waits until all have arrived everywhere.
    pub async fn phase(&mut self, each: usize, pace: Pace) -> Figures {
        self.phases += 1;
        let number = self.phases;
        let now = phase(number, self.n, each);
        *self.shared.phase.write().expect("a phase") = now.clone();
        let pids = self.served.pids();
        let busy = Busy::now(&pids);
        let first = self.shared.start.elapsed();
        let publisher = Publisher {
            connection: Plain::connect(&self.served.address).expect("the publisher connects"),
            address: self.served.address.clone(),
            is_peer: self.served.is_peer,
            paths: (0..self.stations).map(|station| self.served.paths(station).1).collect(),
            start: self.shared.start,
            seqs: std::mem::take(&mut self.seqs),
        };
        let published = tokio::task::spawn_blocking(move || publisher.run(number, each, pace));
        self.seqs = published.await.expect("it publishes");
        let (due, begun) = (self.n * each, Instant::now());
        while now.got.load(Relaxed) < due {
            let (got, closed) = (now.got.load(Relaxed), self.shared.closed.load(Relaxed));
            assert!(begun.elapsed() < PATIENCE, "{got} of {due} arrived, {closed} sockets closed");
            time::sleep(Duration::from_millis(2)).await;
        }
        let (server_ms, other_percent) = busy.since(&pids);
        assert_eq!(now.wrong.load(Relaxed), 0, "messages came twice or out of their phase");
        let took = Duration::from_nanos(now.last_at.load(Relaxed)) - first;
        let mut to_last: Vec<u32> = (0..self.stations)
            .flat_map(|station| (0..each).map(move |seq| (station, seq)))
            .map(|(station, seq)| {
                let sockets = (station..self.n).step_by(self.stations);
                sockets.map(|socket| now.taken[socket * each + seq].load(Relaxed)).max()
            })
            .map(Option::unwrap_or_default)
            .collect();
        to_last.sort_unstable();
        Figures {
            to_last,
            deliveries_a_second: due as f64 / took.as_secs_f64(),
            server_us_a_delivery: server_ms as f64 * 1000.0 / due as f64,
            other_percent,
        }
    }

    /// Cuts every socket.
    pub fn close(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// One connection that publishes, and waits for each answer.
struct Publisher {
    connection: Plain,
    address: String,
    is_peer: bool,
    paths: Vec<String>,
    start: Instant,
    seqs: Vec<u64>,
}

impl Publisher {
    fn run(mut self, phase: usize, each: usize, pace: Pace) -> Vec<u64> {
        self.connection.set_nodelay(true).expect("an option");
        let (begun, stations) = (Instant::now(), self.paths.len());
        for seq in 0..each {
            for station in 0..stations {
                if let Pace::Every(gap) = pace {
                    let due = gap * seq as u32 + gap * station as u32 / stations as u32;
                    std::thread::sleep(due.saturating_sub(begun.elapsed()));
                }
                self.publish(station, phase, seq);
            }
        }
        self.seqs
    }

    fn publish(&mut self, station: usize, phase: usize, seq: usize) {
        self.seqs[station] += 1;
        let count = self.seqs[station];
        let frame = format!(r#"{{"op":"put","seq":{count},"job":"#);
        let sent = self.start.elapsed().as_nanos();
        let id = count as usize % JOBS;
        let head = format!(
            r#"{{"id":"job_{id}","version":{count},"mark":"{phase:02}-{seq:06}-{sent:020}","title":""#
        );
        let fill = MESSAGE_BYTES - frame.len() - head.len() - 3;
        let job = format!(r#"{head}{}"}}"#, "x".repeat(fill));
        // The peer passes on what it is given; the store puts the frame around.
        let body = if self.is_peer { format!("{frame}{job}}}") } else { job };
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.paths[station],
            self.address,
            body.len(),
        );
        self.connection.write_all(request.as_bytes()).expect("it is sent");
        self.answer();
    }

    fn answer(&mut self) {
        let (mut answer, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let read = self.connection.read(&mut piece).expect("an answer");
            assert!(read > 0, "the publisher was cut off");
            answer.extend_from_slice(&piece[..read]);
            let text = String::from_utf8_lossy(&answer).to_ascii_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            assert!(head.starts_with("http/1.1 20"), "{head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if body.len() >= length {
                return;
            }
        }
    }
}
