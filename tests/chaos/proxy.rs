//! A network between screens and server that can't be trusted.

use std::{
    fmt::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time,
};

/// What becomes of a connection.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Everything passes.
    Fair,
    /// Both ways end after so many milliseconds.
    Cut(u64),
    /// Both ends see the end after so many bytes from the server, most likely in the middle of a
    /// message.
    Tear(usize),
    /// After so many bytes the way from the server is silent, and the other goes on.
    Deaf(usize),
    /// After so many bytes the way to the server is silent, and the other goes on.
    Mute(usize),
    /// Every piece waits up to so many milliseconds.
    Slow(u64),
}

struct State {
    upstream: Mutex<String>,
    calm: watch::Sender<bool>,
    dice: Mutex<ChaCha20Rng>,
    trouble: AtomicBool,
    accepted: AtomicUsize,
    fates: [AtomicUsize; 6],
    /// Connections that later ones could overtake on their way.
    held: AtomicUsize,
}

pub struct Proxy {
    pub address: String,
    state: Arc<State>,
}

/// Bytes that are passed on at once: little, so that messages come in pieces.
const PIECE: usize = 700;

impl Proxy {
    pub async fn start(upstream: &str, seed: u64) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            upstream: Mutex::new(upstream.to_owned()),
            calm: watch::Sender::new(true),
            dice: Mutex::new(ChaCha20Rng::seed_from_u64(seed)),
            trouble: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
            fates: Default::default(),
            held: AtomicUsize::new(0),
        });
        let accepting = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(link(accepting.clone(), client));
            }
        });
        Proxy { address, state }
    }

    /// From now on connections have fates.
    pub fn trouble(&self) {
        self.state.trouble.store(true, Ordering::SeqCst);
        self.state.calm.send_replace(false);
    }

    /// From now on everything passes; connections that were not fair are cut.
    pub fn calm(&self) {
        self.state.trouble.store(false, Ordering::SeqCst);
        self.state.calm.send_replace(true);
    }

    pub fn lead_to(&self, upstream: &str) {
        *self.state.upstream.lock().unwrap() = upstream.to_owned();
    }

    /// What became of the connections, counted.
    pub fn told(&self) -> String {
        let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        let mut told = format!("{} connections", count(&self.state.accepted));
        let names = ["fair", "cut", "torn", "deaf", "mute", "slow"];
        for (name, counter) in names.iter().zip(&self.state.fates) {
            write!(told, ", {} {name}", count(counter)).unwrap();
        }
        write!(told, ", {} overtaken", count(&self.state.held)).unwrap();
        told
    }
}

impl State {
    /// A connection's fate, and how long it is held before it goes on its way.
    fn draw(&self) -> (Fate, Duration) {
        let mut dice = self.dice.lock().unwrap();
        if !self.trouble.load(Ordering::SeqCst) {
            return (Fate::Fair, Duration::ZERO);
        }
        let (fate, place) = match dice.random_range(0..10) {
            0..3 => (Fate::Cut(dice.random_range(0..700)), 1),
            3..5 => (Fate::Tear(dice.random_range(200..9_000)), 2),
            5 => (Fate::Deaf(dice.random_range(0..6_000)), 3),
            6 => (Fate::Mute(dice.random_range(0..900)), 4),
            7..9 => (Fate::Slow(dice.random_range(1..60)), 5),
            _ => (Fate::Fair, 0),
        };
        self.fates[place].fetch_add(1, Ordering::SeqCst);
        let held = dice.random_bool(0.3);
        if held {
            self.held.fetch_add(1, Ordering::SeqCst);
        }
        (fate, Duration::from_millis(if held { dice.random_range(50..500) } else { 0 }))
    }
}

async fn link(state: Arc<State>, client: TcpStream) {
    state.accepted.fetch_add(1, Ordering::SeqCst);
    let (fate, held) = state.draw();
    time::sleep(held).await;
    let upstream = state.upstream.lock().unwrap().clone();
    let Ok(server) = TcpStream::connect(upstream).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (mut pace, mut deaf, mut mute, mut tear) = (0, usize::MAX, usize::MAX, usize::MAX);
    let mut end = Duration::from_secs(3600);
    match fate {
        Fate::Fair => {}
        Fate::Cut(after) => end = Duration::from_millis(after),
        Fate::Tear(after) => tear = after,
        Fate::Deaf(after) => deaf = after,
        Fate::Mute(after) => mute = after,
        Fate::Slow(each) => pace = each,
    }
    let mut calm = state.calm.subscribe();
    let unfair = !matches!(fate, Fate::Fair);
    tokio::select! {
        () = pass(from_client, to_server, pace, mute, usize::MAX) => {}
        () = pass(from_server, to_client, pace, deaf, tear) => {}
        () = time::sleep(end) => {}
        _ = calm.wait_for(|calm| *calm && unfair) => {}
    }
}

/// Passes bytes on until the end of either side, or until `tear` bytes have gone; after `silent`
/// bytes the rest is swallowed.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    pace_ms: u64,
    silent: usize,
    tear: usize,
) {
    let mut buffer = [0; PIECE];
    let mut passed = 0;
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else {
            return;
        };
        if pace_ms > 0 {
            time::sleep(Duration::from_millis(pace_ms)).await;
        }
        let most = silent.min(tear).saturating_sub(passed).min(read);
        if to.write_all(&buffer[..most]).await.is_err() {
            return;
        }
        passed += read;
        if passed >= tear {
            return;
        }
    }
}
