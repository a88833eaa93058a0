//! How soon is a committed posting found, what does a rebuild beside service cost, and how long does
//! a start take?
//!
//! `cargo bench --bench freshness` measures a million postings and a million workers in a store on
//! disk (SQLite). While postings come in, and while the index is rebuilt, one client asks for
//! matches without a pause.

mod harness;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use harness::{
    Durations, Size, memory,
    stores::stores,
    table::{Table, ms},
    world::{Question, World},
};
use linggong::{
    cli::SystemClock,
    domain::{account::Actor, time::Clock, time::Moment},
    market::{Import, Market},
    search::{Follower, Index, Ties},
    store::Store,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Rows of a transaction.
const BATCH: usize = 2_000;
/// Postings that come in a second.
const RATE: u64 = 100;
const TOP: usize = 20;
const MATCH_M: f64 = 10_000.0;

fn main() {
    let size = Size::from_args(1_000_000);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(size));
}

async fn run(size: Size) {
    let now = SystemClock.now();
    let mut world = World::new(size.seed, now);
    let bench = stores().await.into_iter().next().expect("SQLite");
    fill(&bench.store, &mut world, size).await;
    let mut asking = World::new(size.seed, now).stream(1);
    let questions: Arc<Vec<Question>> = Arc::new((0..500).map(|_| asking.question()).collect());
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let place = folder.path().join("index");

    let mut table = Table::new(&["what", "measured", "asked for"]);
    let mut row = |what: &str, measured: String, wanted: &str| {
        table.row(vec![what.to_owned(), measured, wanted.to_owned()]);
    };
    let follower =
        Follower::open(bench.store.clone(), place.clone()).await.expect("the index is made");
    let start = Instant::now();
    follower.rebuild().await.expect("the first index is built");
    let took = start.elapsed();
    row("first index, nothing asked meanwhile", format!("{:.1} s", took.as_secs_f64()), "");

    let calm = asked_while(&follower.index, &questions, now, || async {
        tokio::time::sleep(span(size, 5)).await;
    });
    let (calm, ()) = calm.await;
    row("match p50 / p99 ms, nothing else", pair(&calm), "");

    let rebuilt = || async {
        let start = Instant::now();
        follower.rebuild().await.expect("the index is rebuilt");
        start.elapsed()
    };
    let (beside, took) = asked_while(&follower.index, &questions, now, rebuilt).await;
    row("rebuild beside service", format!("{:.1} s", took.as_secs_f64()), "≤ 30 s");
    row("match p50 / p99 ms meanwhile", pair(&beside), "");

    let stop = CancellationToken::new();
    let following = tokio::spawn(follower.clone().run(stop.clone()));
    let market = Market::new(bench.store.clone(), Arc::new(SystemClock), [7; 32]);
    let inputs: Vec<_> =
        (0..RATE * span(size, 20).as_secs().max(1)).map(|_| world.posting().input()).collect();
    let flow = || come_in(&market, &follower, &inputs);
    let (flowing, found) = asked_while(&follower.index, &questions, now, flow).await;
    row(
        &format!("commit to searchable p50 / p99 ms, {RATE} a second"),
        pair(&found),
        "p99 ≤ 100 ms",
    );
    let doubled = flowing.quantile(0.99).as_secs_f64() / calm.quantile(0.99).as_secs_f64();
    row(
        "match p50 / p99 ms meanwhile",
        format!("{} (p99 × {doubled:.1})", pair(&flowing)),
        "p99 at most doubled",
    );
    stop.cancel();
    following.await.expect("the follower ends");
    row(
        "memory at peak, rebuilds included",
        format!("{} MB", memory::peak_bytes() / 1_000_000),
        "",
    );
    drop(follower);

    let start = Instant::now();
    let again = Follower::open(bench.store.clone(), place).await.expect("the index opens");
    row("start on a ready index", format!("{} ms", ms(start.elapsed())), "≤ 1 s");
    let bytes = memory::folder_bytes(folder.path());
    row("index on disk", format!("{} MB", bytes / 1_000_000), "≤ 500 MB");
    drop(again);
    table.print(
        "How soon is a committed posting found?",
        "35 % within 25 km of 38.45 N 106.2 E, the others near 300 cities; as many workers as \
         postings; matches within 10 km",
        size,
    );
    bench.drop().await;
}

fn span(size: Size, seconds: u64) -> Duration {
    if size.n < 1_000 { Duration::from_millis(200) } else { Duration::from_secs(seconds) }
}

fn pair(durations: &Durations) -> String {
    format!("{} / {}", ms(durations.quantile(0.5)), ms(durations.quantile(0.99)))
}

/// Writes postings and workers as they stand, without the log.
async fn fill(store: &Store, world: &mut World, size: Size) {
    let mut left = size.n;
    while left > 0 {
        let mut txn = store.begin().await.expect("a transaction");
        for _ in 0..left.min(BATCH) {
            let posting = world.posting().posting();
            assert!(txn.put_posting(&posting).await.expect("a posting is written"));
            let worker = world.worker().worker();
            assert!(txn.put_worker(&worker).await.expect("a worker is written"));
        }
        txn.commit().await.expect("the batch stands");
        left -= left.min(BATCH);
    }
}

/// How long matches take while something else runs.
async fn asked_while<F: Future>(
    index: &Arc<Index>,
    questions: &Arc<Vec<Question>>,
    now: Moment,
    other: impl FnOnce() -> F,
) -> (Durations, F::Output) {
    let stop = Arc::new(AtomicBool::new(false));
    let asking = {
        let (index, questions, stop) =
            (Arc::clone(index), Arc::clone(questions), Arc::clone(&stop));
        std::thread::spawn(move || {
            let mut took = Durations::default();
            for question in questions.iter().cycle() {
                let profile = question.profile(MATCH_M);
                let start = Instant::now();
                index
                    .matches(&profile, Ties::default(), TOP, false, now)
                    .expect("the index answers");
                took.add(start.elapsed());
                if stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            took
        })
    };
    let output = other().await;
    stop.store(true, Ordering::Relaxed);
    (asking.join().expect("the client ends"), output)
}

/// Commits postings at the rate and waits, beside, until each is searchable.
async fn come_in(market: &Market, follower: &Follower, inputs: &[serde_json::Value]) -> Durations {
    let import = Import { source: "flow".to_owned(), publish: true, floating_validity: false };
    let mut ticks = interval(Duration::from_millis(1000 / RATE));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut waiting = Vec::new();
    for input in inputs {
        ticks.tick().await;
        let mut txn = market.store.begin().await.expect("a transaction");
        let taken = market.take_in(&mut txn, &Actor::Operator, input, &import).await;
        taken.expect("the posting is right");
        let seq = txn.commit().await.expect("the posting stands");
        let committed = Instant::now();
        let mut place = follower.place();
        waiting.push(tokio::spawn(async move {
            place.wait_for(|&place| place >= seq).await.expect("the follower runs");
            committed.elapsed()
        }));
    }
    let mut took = Durations::default();
    for waited in waiting {
        took.add(waited.await.expect("it is found"));
    }
    took
}
