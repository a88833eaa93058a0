//! A screen as the contract asks for one, which notes all that it ever showed.

use std::{
    fmt,
    ops::AddAssign,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use linggong::feed::{
    client::{self, Backoff, Client},
    protocol::{ClientInfo, Mode, SUBPROTOCOL},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tokio::{net::TcpStream, task::JoinHandle, time};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};
use tokio_util::sync::CancellationToken;

/// Silence after which a connection counts as dead; far below the contract's, so that a test sees
/// many.
const SILENCE: Duration = Duration::from_millis(1_500);
/// How much faster than the contract's the waits before a reconnection are.
const HASTE: u32 = 8;

/// What a screen showed at a number: how many, and their proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub seq: i64,
    pub count: usize,
    pub hash: String,
}

/// What a screen heard, counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    pub changes: usize,
    pub snapshots: usize,
    pub resumed: usize,
    pub connections: usize,
    pub refused: usize,
    pub closes: usize,
    pub doubts: usize,
}

impl AddAssign for Heard {
    fn add_assign(&mut self, other: Heard) {
        self.changes += other.changes;
        self.snapshots += other.snapshots;
        self.resumed += other.resumed;
        self.connections += other.connections;
        self.refused += other.refused;
        self.closes += other.closes;
        self.doubts += other.doubts;
    }
}

impl Heard {
    pub fn sum(all: impl Iterator<Item = Heard>) -> Heard {
        let mut sum = Heard::default();
        all.for_each(|heard| sum += heard);
        sum
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "screens connected {} times and failed {} times, applied {} changes, took {} snapshots, \
             resumed {} times, were closed {} times by the server, doubted {} times",
            self.connections,
            self.refused,
            self.changes,
            self.snapshots,
            self.resumed,
            self.closes,
            self.doubts,
        )
    }
}

#[derive(Default)]
struct State {
    client: Client,
    notes: Vec<(String, Shown)>,
    heard: Heard,
}

impl State {
    /// Connected, and put back to nothing where its storage was.
    fn connected(&mut self, reset: bool) {
        self.heard.connections += 1;
        if reset {
            self.client = fresh();
        }
    }

    fn shown(&self) -> Option<(String, Shown)> {
        let client = &self.client;
        let shown = Shown {
            seq: client.seq(),
            count: client.jobs().len(),
            hash: client.hash().to_string(),
        };
        Some((client.epoch()?.to_owned(), shown))
    }
}

pub struct Screen {
    pub station: &'static str,
    state: Arc<Mutex<State>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Screen {
    pub fn start(address: &str, station: &'static str, seed: u64) -> Screen {
        let state = State { client: fresh(), ..State::default() };
        let state = Arc::new(Mutex::new(state));
        let stop = CancellationToken::new();
        let life = live(address.to_owned(), station, state.clone(), seed);
        let task = {
            let stop = stop.clone();
            tokio::spawn(async move {
                let _ = stop.run_until_cancelled(life).await;
            })
        };
        Screen { station, state, stop, task }
    }

    /// What it shows now, and of which history; none before the first set.
    pub fn shows(&self) -> Option<(String, Shown)> {
        self.state.lock().unwrap().shown()
    }

    /// The postings that it shows, with their versions.
    pub fn jobs(&self) -> Vec<(String, i64)> {
        let state = self.state.lock().unwrap();
        let jobs = state.client.jobs().iter();
        jobs.map(|(id, job)| (id.clone(), job["version"].as_i64().unwrap())).collect()
    }

    /// All that it showed since this was asked last.
    pub fn take_notes(&self) -> Vec<(String, Shown)> {
        std::mem::take(&mut self.state.lock().unwrap().notes)
    }

    pub fn heard(&self) -> Heard {
        self.state.lock().unwrap().heard
    }

    /// Ends it; a panic of it is one of the test.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

fn fresh() -> Client {
    let info = ClientInfo { kind: "board".to_owned(), version: "chaos".to_owned() };
    Client::new(info, None)
}

async fn live(address: String, station: &'static str, state: Arc<Mutex<State>>, seed: u64) {
    let mut dice = ChaCha20Rng::seed_from_u64(seed);
    let mut backoff = Backoff::default();
    loop {
        let patience = Duration::from_millis(dice.random_range(100..1_500));
        match time::timeout(patience, connect(&address, station)).await {
            Ok(Some(socket)) => {
                let reset = dice.random_bool(0.1);
                state.lock().unwrap().connected(reset);
                // Some screens are switched off and on.
                let life = if dice.random_bool(0.2) { 300 } else { 60_000 };
                let life = Duration::from_millis(dice.random_range(life / 2..life));
                let listened = time::timeout(life, listen(socket, &state, &mut backoff)).await;
                drop(listened);
            }
            // Given up, or refused: what was begun may still arrive.
            _ => state.lock().unwrap().heard.refused += 1,
        }
        time::sleep(backoff.next(dice.random()) / HASTE).await;
    }
}

type Socket = WebSocketStream<TcpStream>;

async fn connect(address: &str, station: &str) -> Option<Socket> {
    let stream = TcpStream::connect(address).await.ok()?;
    let url = format!("ws://{address}/api/v1/stations/{station}/feed");
    let mut request = url.into_client_request().unwrap();
    let protocol = HeaderValue::from_static(SUBPROTOCOL);
    request.headers_mut().insert("sec-websocket-protocol", protocol);
    Some(client_async(request, stream).await.ok()?.0)
}

async fn listen(mut socket: Socket, state: &Mutex<State>, backoff: &mut Backoff) {
    let hello = state.lock().unwrap().client.hello();
    let mut answer = Some(hello);
    loop {
        if let Some(answer) = answer.take()
            && socket.send(Message::text(answer)).await.is_err()
        {
            return;
        }
        let text = match time::timeout(SILENCE, socket.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => text,
            Ok(Some(Ok(Message::Close(frame)))) => {
                let code = frame.map_or(1005, |frame| u16::from(frame.code));
                // Too slow, or a restart; 1013 where the database goes first.
                assert!([4008, 1012, 1013, 1005].contains(&code), "closed with {code}");
                state.lock().unwrap().heard.closes += 1;
                return;
            }
            Ok(Some(Ok(_))) => continue,
            Ok(Some(Err(_)) | None) | Err(_) => return,
        };
        answer = state.lock().unwrap().take(&text);
        backoff.reset();
    }
}

impl State {
    /// Takes a message; answers what is to be said to it.
    fn take(&mut self, text: &str) -> Option<String> {
        let heard = match self.client.receive(text) {
            Ok(heard) => heard,
            Err(_) => {
                self.heard.doubts += 1;
                return Some(self.client.hello());
            }
        };
        match heard {
            client::Heard::Welcome(Mode::Resumed) => self.heard.resumed += 1,
            client::Heard::Snapshot => self.heard.snapshots += 1,
            client::Heard::Put { .. } | client::Heard::Remove { .. } => self.heard.changes += 1,
            _ => return matches!(heard, client::Heard::Beat).then(|| self.client.ack()),
        }
        self.notes.extend(self.shown());
        // Proves what it shows oftener than the contract asks, so that the server judges it.
        let due = self.heard.changes.is_multiple_of(5) && self.client.epoch().is_some();
        due.then(|| self.client.ack())
    }
}
