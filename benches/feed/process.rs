//! A server under measurement: its processes, their memory and their time on the processor.

use std::{
    fs,
    process::{Child, Command},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A clock tick of the kernel's accounts, in milliseconds.
const TICK_MS: u64 = 10;

/// A running server.
pub struct Served {
    pub name: &'static str,
    /// `host:port`.
    pub address: String,
    pub is_peer: bool,
    child: Child,
    /// Gone with it.
    _folder: TempDir,
}

impl Served {
    pub fn new(
        name: &'static str,
        address: String,
        is_peer: bool,
        child: Child,
        folder: TempDir,
    ) -> Served {
        Served { name, address, is_peer, child, _folder: folder }
    }

    /// Where a socket of a station connects, and where its messages are published.
    pub fn paths(&self, station: usize) -> (String, String) {
        if self.is_peer {
            (format!("/sub/s{station}"), format!("/pub/s{station}"))
        } else {
            (format!("/api/v1/stations/s{station}/feed"), format!("/pub/s{station}"))
        }
    }

    /// The process and its children.
    pub fn pids(&self) -> Vec<u32> {
        pids(self.child.id())
    }

    /// Proportional memory, in KiB.
    pub fn pss_kb(&self) -> u64 {
        self.pids().into_iter().map(pss_kb).sum()
    }

    /// What the server says it counted; nothing of the peer.
    pub async fn counters(&self) -> String {
        if self.is_peer {
            return String::new();
        }
        let answer = reqwest::get(format!("http://{}/counters", self.address)).await;
        format!(" ({})", answer.expect("it answers").text().await.expect("with words"))
    }

    /// Ends it.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.is_ok_and(|status| status.success()), "the server is there");
        let begun = Instant::now();
        while self.child.try_wait().expect("a child").is_none() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the server ends");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A process and its children.
pub fn pids(main: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{main}/task/{main}/children"));
    let children = children.unwrap_or_default();
    let children = children.split_whitespace().filter_map(|id| id.parse().ok());
    [main].into_iter().chain(children).collect()
}

/// Proportional memory of a process, in KiB.
pub fn pss_kb(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find(|line| line.starts_with("Pss:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(0)
}

fn process_ms(pid: &str) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit(") ").next().unwrap_or_default().split_whitespace().collect();
    let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    (field(11) + field(12)) * TICK_MS
}

fn machine_ms() -> u64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = stat.lines().next().unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().skip(1).filter_map(|t| t.parse().ok()).collect();
    // User, nice, system, interrupts.
    [0, 1, 2, 5, 6].into_iter().filter_map(|at| fields.get(at)).sum::<u64>() * TICK_MS
}

/// Time on the processor at a moment, in milliseconds.
pub struct Busy {
    at: Instant,
    server: u64,
    own: u64,
    machine: u64,
}

impl Busy {
    pub fn now(pids: &[u32]) -> Busy {
        Busy {
            at: Instant::now(),
            server: pids.iter().map(|pid| process_ms(&pid.to_string())).sum(),
            own: process_ms("self"),
            machine: machine_ms(),
        }
    }

    /// Since then: the server's milliseconds, and the share of the machine that others took, in
    /// percent.
    pub fn since(&self, pids: &[u32]) -> (u64, f64) {
        let now = Busy::now(pids);
        let (server, own) = (now.server - self.server, now.own - self.own);
        let other = (now.machine - self.machine).saturating_sub(server + own) as f64;
        let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let all = self.at.elapsed().as_secs_f64() * 1000.0 * cores;
        (server, 100.0 * other / all)
    }
}
