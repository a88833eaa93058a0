//! How fast does a change reach ten thousand screens, what does a screen cost, and what happens when
//! the server dies under them?
//!
//! The peer is nginx with nchan (Debian: `nginx`, `libnginx-mod-nchan`) in the same run, with the same
//! messages of about 400 bytes and the same generator. Where it is not installed, its columns say so.
//! The stream's server is the product's hub and sockets over SQLite behind a route that publishes;
//! each of its messages is durable before it is answered, the peer's are in memory. Idle memory and
//! the restart are measured on `linggong serve` itself.
//!
//! `cargo bench --bench feed -- --n 10000`; the figures count only with little other work on the
//! machine, so each phase says how much there was.

#[path = "harness/mod.rs"]
mod harness;
#[path = "feed/load.rs"]
mod load;
#[path = "feed/peer.rs"]
mod peer;
#[path = "feed/process.rs"]
mod process;
#[path = "feed/restart.rs"]
mod restart;
#[path = "feed/server.rs"]
mod server;
#[path = "feed/verdict.rs"]
mod verdict;

use std::time::Duration;

use harness::{Size, table::Table};
use linggong::feed::protocol::{Limits, PART_BYTES_MAX};
use load::{Figures, Load, Pace};
use process::Served;
use verdict::{Told, Verdicts};

/// Stations of the second question.
const STATIONS: usize = 50;
/// Sockets that stop reading in the third.
const STALLED: usize = 100;
/// Rounds as fast as it goes.
const ROUNDS: usize = 3;
/// KiB that a socket may cost, stalled or not.
const SOCKET_KB_MAX: u64 = 8;

/// How much is asked of each phase.
#[derive(Clone, Copy)]
struct Extent {
    /// Messages a second apart.
    paced: usize,
    /// Messages of a round as fast as it goes.
    fast: usize,
    /// How far apart paced messages are.
    gap: Duration,
}

fn main() {
    if let Some(dir) = std::env::var_os(server::VARIABLE) {
        server::main(dir.as_ref());
        return;
    }
    let size = Size::from_args(10_000);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let small = size.n < 1_000;
    let extent = if small {
        Extent { paced: 3, fast: 10, gap: Duration::from_millis(50) }
    } else {
        Extent { paced: 60, fast: 100, gap: Duration::from_secs(1) }
    };
    runtime.block_on(run(size, extent));
}

async fn run(size: Size, extent: Extent) {
    let columns = [
        "question",
        "server",
        "publish → last socket, ms p50 / p99 / max",
        "deliveries a second",
        "server CPU, µs a delivery",
        "other work, % of the machine",
    ];
    let mut times = Table::new(&columns);
    let mut memory =
        Table::new(&["server", "sockets", "PSS before, MiB", "with them, MiB", "kB a socket"]);
    let mut verdicts = Verdicts::new();
    let peer_is_there = peer::is_installed();
    for stations in [1, STATIONS] {
        let served = server::start(stations);
        let own = one(&mut times, &mut memory, size.n, stations, extent, &served).await;
        served.stop();
        let mut peer = None;
        if peer_is_there {
            let served = peer::start();
            peer = Some(one(&mut times, &mut memory, size.n, stations, extent, &served).await);
            served.stop();
        }
        verdicts.paced(stations, &own, peer.as_ref());
        if stations == 1 {
            verdicts.fast(&own, peer.as_ref());
            verdicts.beside(&own, stalled_kb_max(STALLED.min(size.n)));
        }
    }
    verdicts.restarted(&restart::measure(size, &mut memory).await);
    let data = "messages of about 400 bytes; publisher, sockets and server share the machine";
    times.print("How fast does a change reach the screens?", data, size);
    memory.print("What does a screen cost the server? (PSS of its processes)", data, size);
    verdict::print_sync();
    verdicts.print(size);
    if !peer_is_there {
        println!("peer: nginx with nchan is not installed (nginx, libnginx-mod-nchan)");
    }
}

/// What so many stalled sockets of a station may make a server keep: the sockets, a part of a snapshot
/// each that the kernel has not taken, and the station's messages that they have still to get.
fn stalled_kb_max(stalled: usize) -> u64 {
    let parts = stalled * PART_BYTES_MAX + Limits::default().history_bytes_max;
    stalled as u64 * SOCKET_KB_MAX + parts as u64 / 1024
}

/// Every phase on one server. A phase ends when its last message has reached its last socket, and each
/// message is durable before it is answered: nothing is left in a queue.
async fn one(
    times: &mut Table,
    memory: &mut Table,
    n: usize,
    stations: usize,
    extent: Extent,
    served: &Served,
) -> Told {
    let before = served.pss_kb();
    let mut load = Load::connect(served, n, stations).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut weigh = |when: &str, sockets: usize| {
        let mib = |kb: u64| format!("{:.1}", kb as f64 / 1024.0);
        let now = served.pss_kb();
        let each = now.saturating_sub(before) as f64 / sockets as f64;
        let place = format!("{} ({stations} stations){when}", served.name);
        memory.row(vec![place, sockets.to_string(), mib(before), mib(now), format!("{each:.2}")]);
    };
    weigh(", idle", n);

    let what = |phase: &str| format!("{n} sockets, {stations} stations, {phase}");
    let paced = load.phase(extent.paced, Pace::Every(extent.gap)).await;
    times.row(row(&what("one a second each"), served, &paced));
    let (mut rates, mut costs) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let fast = load.phase(extent.fast / stations.min(extent.fast), Pace::Fast).await;
        times.row(row(&what(&format!("as fast as it goes, round {round}")), served, &fast));
        rates.push(fast.deliveries_a_second);
        costs.push(fast.server_us_a_delivery);
    }
    let ms = |figures: &Figures, share| f64::from(figures.last(share)) / 1000.0;
    let mut told = Told {
        paced: [ms(&paced, 0.5), ms(&paced, 0.99)],
        deliveries_a_second: median(rates),
        server_us: median(costs),
        beside: None,
    };
    weigh(", after the traffic", n);
    if stations == 1 {
        let full = served.pss_kb();
        load.stall(STALLED.min(n)).await;
        // They fill up first; what is measured is how the others fare beside them.
        for _ in 0..2 * ROUNDS {
            load.phase(extent.fast, Pace::Fast).await;
        }
        let beside = load.phase(extent.paced, Pace::Every(extent.gap)).await;
        times.row(row(&what("one a second, beside 100 that stopped reading"), served, &beside));
        told.beside = Some((ms(&beside, 0.99), served.pss_kb().saturating_sub(full)));
        let counted = served.counters().await;
        weigh(&format!(", beside 100 that stopped reading{counted}"), n + STALLED.min(n));
    }
    load.close();
    told
}

/// The middle one.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn row(what: &str, served: &Served, figures: &Figures) -> Vec<String> {
    let ms = |micros: u32| format!("{:.1}", f64::from(micros) / 1000.0);
    vec![
        what.to_owned(),
        served.name.to_owned(),
        format!(
            "{} / {} / {}",
            ms(figures.last(0.5)),
            ms(figures.last(0.99)),
            ms(figures.last(1.0))
        ),
        format!("{:.0}", figures.deliveries_a_second),
        format!("{:.2}", figures.server_us_a_delivery),
        format!("{:.0}", figures.other_percent),
    ]
}
