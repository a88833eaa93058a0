//! What was asked, beside what was measured and what the peer showed in the same run.

use std::{
    fs::OpenOptions,
    io::{Seek, Write},
    time::{Duration, Instant},
};

use crate::harness::{Durations, Size, table::Table};

/// What one server showed with one number of stations.
pub struct Told {
    /// Publish → last socket, one message a second each: ms at p50 and p99.
    pub paced: [f64; 2],
    /// As fast as it goes, the median of the rounds.
    pub deliveries_a_second: f64,
    /// The same, the server's µs on the processor a delivery.
    pub server_us: f64,
    /// Beside sockets that stopped reading: ms at p99, and how much memory the server took on for
    /// them, KiB.
    pub beside: Option<(f64, u64)>,
}

/// What became of `linggong serve` when it was killed under its screens.
pub struct Restarted {
    /// KiB of an idle socket.
    pub idle_kb: f64,
    /// From the kill until every screen held what was committed.
    pub back: Duration,
    /// Errors of posters beside the restart itself.
    pub errors: usize,
}

/// The rows, and how many of them are missed.
pub struct Verdicts {
    table: Table,
    missed: usize,
}

impl Verdicts {
    pub fn new() -> Verdicts {
        let columns = ["question", "asked", "measured", "verdict"];
        Verdicts { table: Table::new(&columns), missed: 0 }
    }

    fn row(&mut self, question: &str, asked: &str, measured: String, kept: Option<bool>) {
        let verdict = match kept {
            Some(true) => "kept",
            Some(false) => "MISSED",
            None => "no peer here",
        };
        self.missed += usize::from(kept == Some(false));
        let cells = [question, asked, &measured, verdict];
        self.table.row(cells.map(str::to_owned).to_vec());
    }

    /// Publish → last, beside the peer.
    pub fn paced(&mut self, stations: usize, own: &Told, peer: Option<&Told>) {
        let question =
            format!("{stations} stations, a message a second each: publish → last, ms p50 / p99");
        let asked = peer.map(|peer| format!("≤ {:.1} / {:.1}", peer.paced[0], peer.paced[1]));
        let kept = peer.map(|peer| own.paced[0] <= peer.paced[0] && own.paced[1] <= peer.paced[1]);
        let measured = format!("{:.1} / {:.1}", own.paced[0], own.paced[1]);
        self.row(&question, &asked.unwrap_or_default(), measured, kept);
    }

    /// As fast as it goes, beside the peer.
    pub fn fast(&mut self, own: &Told, peer: Option<&Told>) {
        let told = |told: &Told| format!("{:.0}, {:.2}", told.deliveries_a_second, told.server_us);
        let kept = peer.map(|peer| {
            own.deliveries_a_second >= peer.deliveries_a_second && own.server_us <= peer.server_us
        });
        let asked = peer.map(|peer| format!("no worse than {}", told(peer))).unwrap_or_default();
        let question = "1 station, as fast as it goes: deliveries a second, server µs a delivery";
        self.row(question, &asked, told(own), kept);
    }

    /// What stalled sockets do to the others, and to memory.
    pub fn beside(&mut self, own: &Told, bound_kb: u64) {
        let Some((p99, grown_kb)) = own.beside else { return };
        let most = own.paced[1] * 1.2;
        let measured = format!("{p99:.1} ms, {grown_kb} KiB more");
        let asked = format!("≤ {most:.1} ms, ≤ {bound_kb} KiB more");
        let kept = p99 <= most && grown_kb <= bound_kb;
        let question = "sockets that stop reading: p99 of the others, memory for them";
        self.row(question, &asked, measured, Some(kept));
    }

    /// The server itself: idle sockets, and a kill.
    pub fn restarted(&mut self, it: &Restarted) {
        let idle = format!("{:.2} KiB", it.idle_kb);
        self.row("memory of an idle socket, PSS", "≤ 8 KiB", idle, Some(it.idle_kb <= 8.0));
        let measured = format!("{:.1} s, {} errors", it.back.as_secs_f64(), it.errors);
        let kept = it.back <= Duration::from_secs(10) && it.errors == 0;
        let question = "killed and started again: all consistent, errors of posters beside it";
        self.row(question, "≤ 10 s, 0", measured, Some(kept));
    }

    pub fn print(&self, size: Size) {
        self.table.print("What was asked", "the phases above", size);
        println!("{} missed", self.missed);
    }
}

/// How long this disk takes for one commit's write alone: ten pages, and the sync.
pub fn print_sync() {
    const PAGES: usize = 10;
    let page = [7; 4096];
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut options = OpenOptions::new();
    let file = options.create_new(true).write(true).open(folder.path().join("sync"));
    let mut file = file.expect("a file");
    let mut taken = Durations::default();
    for _ in 0..200 {
        std::thread::sleep(Duration::from_millis(10));
        file.rewind().expect("its beginning");
        let begun = Instant::now();
        for _ in 0..PAGES {
            file.write_all(&page).expect("a page");
        }
        file.sync_data().expect("it is on the disk");
        taken.add(begun.elapsed());
    }
    let ms = |share| taken.quantile(share).as_secs_f64() * 1000.0;
    println!(
        "The disk alone: {PAGES} pages written and synced in {:.1} / {:.1} ms (p50 / p99); each of \
         Linggong's messages waits for one, none of the peer's does",
        ms(0.5),
        ms(0.99)
    );
}
