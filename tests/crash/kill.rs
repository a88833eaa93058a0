//! Killed without warning at random moments under a stream of postings.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tokio::{sync::watch, task::JoinSet, time};

use crate::{
    poster::Poster,
    process::{Api, Database, Site, quick, spread},
    seed, verdict,
};

const POSTERS: usize = 6;
/// Acknowledged steps before a kill, and the milliseconds between the last of them and the kill.
const STEPS: std::ops::Range<usize> = 4..24;
const AFTER_MS: std::ops::Range<u64> = 0..60;
/// A machine that is too busy for so many steps is not waited for.
const TRAFFIC_MAX: Duration = Duration::from_secs(3);
/// Every so many rounds everything open is searched and compared.
const LOOK_EVERY: usize = 10;
/// A restart after a kill takes no longer, on a busy machine too.
const READY_MAX: Duration = Duration::from_secs(10);

async fn survives(engine: &str, site: Site, rounds: usize) {
    let mut dice = ChaCha20Rng::seed_from_u64(seed(engine));
    let begun = Instant::now();
    site.add_user("admin").await;
    site.add_station("liangtian").await;
    let mut server = site.serve().await;
    let mut api = server.client("admin").await;
    let mut posters: Vec<_> =
        (0..POSTERS).map(|number| Poster::new(format!("p{number}"))).collect();
    let mut ready = Vec::new();
    for round in 0..rounds {
        let mut stream = JoinSet::new();
        let (done, steps) = watch::channel(0);
        let done = Arc::new(done);
        for poster in posters.drain(..) {
            stream.spawn(poster.run(api.clone(), done.clone()));
        }
        // Another process writes to the same records meanwhile.
        let beside = async {
            match round % 5 {
                0 => site.add_station(&format!("s{round}")).await,
                2 => site.add_user(&format!("u{round}")).await,
                _ => {}
            }
        };
        let (enough, after) = (dice.random_range(STEPS), dice.random_range(AFTER_MS));
        let killed = async {
            let mut steps = steps;
            let _ = time::timeout(TRAFFIC_MAX, steps.wait_for(|steps| *steps >= enough)).await;
            time::sleep(Duration::from_millis(after)).await;
            server.kill().await;
        };
        tokio::join!(beside, killed);
        posters = stream.join_all().await;
        server = site.serve().await;
        assert!(server.ready_after < READY_MAX, "{:?}", server.ready_after);
        ready.push(server.ready_after);
        api = api.at(&server);
        if round % LOOK_EVERY == LOOK_EVERY - 1 {
            search_holds(&api, &posters).await;
            site.done(&["check"]).await;
        }
    }
    let mut finished = Vec::new();
    for poster in posters {
        finished.push(poster.finish(&api).await);
    }
    let unanswered = verdict::check(&site, server, &api, &finished).await;
    let sum = |of: fn(&Poster) -> usize| -> usize { finished.iter().map(of).sum() };
    println!(
        "{engine}: {rounds} kills in {} s; {} postings acknowledged, none lost, none twice; \
         {} requests unanswered, of them {} committed; ready again: {}",
        begun.elapsed().as_secs(),
        sum(|poster| poster.sent.len()),
        sum(|poster| poster.lost),
        unanswered + sum(|poster| poster.done_unanswered),
        spread(&ready),
    );
}

/// Whether everything that was acknowledged as open, and not asked to close since, is found.
async fn search_holds(api: &Api, posters: &[Poster]) {
    let found: BTreeSet<String> = api.search_all().await.into_iter().collect();
    for poster in posters {
        // A request about the last one may be unanswered.
        let settled = poster.sent.iter().rev().skip(1);
        for sent in settled {
            let id = sent.id.as_deref().unwrap();
            let open = sent.acknowledged == Some(linggong::domain::posting::Status::Open);
            assert_eq!(found.contains(id), open, "{}", sent.external_id);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_lose_nothing_on_sqlite() {
    let rounds = if quick() { 3 } else { 50 };
    survives("SQLite", Site::new(None), rounds).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_kills_lose_nothing_on_postgres() {
    if quick() {
        return;
    }
    let database = Database::fresh().await;
    survives("PostgreSQL", Site::new(Some(&database.url)), 10).await;
    database.remove().await;
}
