//! The demo: filled once, the same for a seed, marked, and moving without growing.

use std::{collections::BTreeSet, sync::Arc};

use linggong::{
    domain::{
        account::{Actor, Role},
        booking::BookingStatus,
        posting::{Posting, Status},
        time::DAY,
        worker::Worker,
    },
    market::{Market, MarketError},
    ops::{
        check::check,
        demo::{Stream, fill, run, seed_of},
        keeping::verify,
    },
    search::{Follower, Index},
    store::{Kind, PostingFilter},
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::{self, TestClock},
    ground::{Fixed, Folder, market},
    support::stores::stores,
};

const NOW: &str = "2026-11-24T09:30:00+08:00";
const SEED: u64 = 20_260_701;

async fn postings(market: &Market) -> Vec<Posting> {
    let mut view = market.store.read().await.unwrap();
    view.postings(&PostingFilter::default(), 10_000).await.unwrap()
}

async fn workers(market: &Market) -> Vec<Worker> {
    let mut view = market.store.read().await.unwrap();
    view.workers(None, 10_000).await.unwrap()
}

/// What must be equal for equal seeds: every posting's words, place and pay, every worker's profile.
async fn drawn(market: &Market) -> (Vec<String>, Vec<String>) {
    let posting = |p: &Posting| {
        let terms = &p.terms;
        format!(
            "{} {} {:?} {} {:?} {:?}",
            terms.title, terms.employer.name, terms.point, terms.wage, terms.shifts, terms.benefits
        )
    };
    // Who asked for a consent is an account, whose id is another in each installation.
    let worker = |w: &Worker| {
        let mut person = w.person.clone();
        for asked in person.memberships.iter_mut().filter_map(|held| held.asked.as_mut()) {
            asked.0.clear();
        }
        format!("{person:?} {:?}", w.profile)
    };
    let mut drawn = (
        postings(market).await.iter().map(posting).collect::<Vec<_>>(),
        workers(market).await.iter().map(worker).collect::<Vec<_>>(),
    );
    drawn.0.sort();
    drawn.1.sort();
    drawn
}

#[tokio::test]
async fn an_empty_folder_is_filled_once_and_everything_is_marked() {
    let folder = Folder::new();
    let market = market(folder.path(), NOW).await;
    let accounts = fill(&market, SEED).await.unwrap().unwrap();

    let held = postings(&market).await;
    assert!(held.len() >= 200, "{}", held.len());
    for posting in &held {
        assert!(posting.demo, "{posting:?}");
        assert!(posting.terms.employer.name.starts_with("演示·"));
        assert!(posting.poster.is_some() && posting.terms.point.is_some());
    }
    let in_review = held.iter().filter(|p| p.status == Status::InReview);
    assert!(in_review.count() > 0, "the desks have nothing to review");
    let taken: u32 = held.iter().map(|posting| posting.taken).sum();
    assert!(taken > 50, "{taken}");
    let labels: BTreeSet<_> = held.iter().map(|posting| posting.label.word()).collect();
    assert_eq!(labels, BTreeSet::from(["agency", "broker", "direct"]));
    let chosen = held.iter().filter(|p| !p.terms.stations.is_empty());
    assert!((1..60).contains(&chosen.count()));

    let people = workers(&market).await;
    assert!(people.len() >= 2000, "{}", people.len());
    assert!(people.iter().all(|worker| worker.demo));

    let mut view = market.store.read().await.unwrap();
    let stations = market.stations().await.unwrap();
    let ids: Vec<_> = stations.iter().map(|station| station.id.as_str()).collect();
    assert_eq!(ids, ["fengdeng", "heshun", "liangtian"]);
    for station in &stations {
        assert!(station.public);
        let shown = view.shown_at(&station.id).await.unwrap();
        assert!(shown.len() >= 20, "{}: {}", station.id, shown.len());
    }
    // Real steps by real accounts, in a trail that holds.
    let trail = view.log_of(Kind::Job, held[0].id.as_str(), 10).await.unwrap();
    let verbs: Vec<_> = trail.iter().map(|row| row.verb.as_str()).collect();
    assert_eq!(verbs[..2], ["post", "submit"]);
    assert!(trail.iter().all(|row| row.actor.starts_with("acc_")));
    assert!(view.verify_log().await.unwrap().is_ok());
    let seq = view.log_seq().await.unwrap();
    drop(view);

    let roles: BTreeSet<_> = accounts.iter().map(|account| account.role).collect();
    assert_eq!(roles, Role::ALL.iter().copied().collect());
    for account in &accounts {
        assert!(account.password.chars().count() >= 10);
    }
    assert_eq!(seed_of(&market).await.unwrap(), Some(SEED));

    assert!(fill(&market, SEED).await.unwrap().is_none());
    let mut view = market.store.read().await.unwrap();
    assert_eq!(view.log_seq().await.unwrap(), seq);
    drop(view);

    for account in &accounts {
        let (login, password) = (&account.login, &account.password);
        let signed_in = market.sign_in(login, password).await.unwrap().account;
        assert_eq!(signed_in.role, account.role);
        let a_person = matches!(account.role, Role::Worker | Role::Leader);
        assert_eq!(signed_in.worker.is_some(), a_person, "{login}");
        if account.role == Role::Worker {
            let (id, actor) = (signed_in.worker.clone().unwrap(), Actor::Account(signed_in));
            let bookings = market.bookings_by(&actor, &id).await.unwrap();
            assert_eq!(bookings.len(), 1);
            assert_eq!(bookings[0].booking.status, BookingStatus::Booked);
        }
    }
    let file = std::fs::read(folder.join("linggong.db")).unwrap();
    let text = String::from_utf8_lossy(&file);
    assert!(accounts.iter().all(|a| !text.contains(&a.password)));
}

#[tokio::test]
async fn the_same_seed_and_moment_give_the_same_demo_on_each_engine_and_passwords_differ() {
    let folder = Folder::new();
    let one = market(folder.path(), NOW).await;
    let first = fill(&one, SEED).await.unwrap().unwrap();
    let one = drawn(&one).await;
    assert!(one.0.iter().collect::<BTreeSet<_>>().len() > 200);
    for store in stores().await {
        // Another installation has other dice.
        let clock = Arc::new(Fixed(NOW.parse().unwrap()));
        let two = Market::new(store.clone(), clock, [4; 32]);
        let second = fill(&two, SEED).await.unwrap().unwrap();
        assert_eq!(one, drawn(&two).await, "{}", store.name());
        assert!(fill(&two, SEED).await.unwrap().is_none());
        Stream::open(two, SEED).await.unwrap().step().await.unwrap();
        for (a, b) in first.iter().zip(&second) {
            assert_eq!(a.login, b.login);
            assert_ne!(a.password, b.password);
        }
    }
}

#[tokio::test]
async fn a_folder_that_holds_anything_is_left_alone() {
    let folder = Folder::new();
    let market = market(folder.path(), NOW).await;
    let station = linggong::domain::station::Station {
        id: "own".parse().unwrap(),
        name: "自己的站".to_owned(),
        point: linggong::domain::geo::Point::new(38.4, 106.2, Default::default()).unwrap(),
        radius_m: 1000.0,
        public: false,
    };
    market.add_station(&Actor::Operator, &station).await.unwrap();
    assert!(fill(&market, SEED).await.unwrap().is_none());
    assert_eq!(seed_of(&market).await.unwrap(), None);
    assert!(postings(&market).await.is_empty());
    // Nor does a stream start there.
    assert!(Stream::open(market, SEED).await.is_err());
}

#[tokio::test]
async fn the_stream_moves_the_board_and_stays_bounded() {
    let folder = Folder::new();
    let market = market(folder.path(), NOW).await;
    fill(&market, SEED).await.unwrap().unwrap();
    let before: BTreeSet<_> = postings(&market).await.into_iter().map(|p| p.id).collect();

    let mut stream = Stream::open(market.clone(), SEED).await.unwrap();
    for _ in 0..60 {
        stream.step().await.unwrap();
    }
    let held = postings(&market).await;
    let new: Vec<_> = held.iter().filter(|p| !before.contains(&p.id)).collect();
    assert_eq!(new.len(), 60);
    assert!(new.iter().all(|p| p.demo && p.published_at.is_some()));
    let ended = held.iter().filter(|p| p.status == Status::Closed).count();
    // 240 published at the start, 260 at the most.
    assert_eq!(ended, 40);
    let live = |p: &&Posting| matches!(p.status, Status::Open | Status::Filled);
    assert_eq!(held.iter().filter(live).count(), 260);
    let filled = held.iter().filter(|p| p.status == Status::Filled).count();
    assert!(filled > 0, "no posting ever fills");

    // A second start takes over what stands and does not repeat what was said.
    let mut again = Stream::open(market.clone(), SEED).await.unwrap();
    again.step().await.unwrap();
    let held = postings(&market).await;
    assert_eq!(held.iter().filter(live).count(), 260);
    let inputs: BTreeSet<_> =
        held.iter().map(|p| format!("{:?} {}", p.terms.point, p.terms.address)).collect();
    assert_eq!(inputs.len(), held.len());
}

/// Days pass at so many postings each: what is held after five is what was held after three.
#[tokio::test]
async fn a_demo_that_runs_for_days_does_not_grow() {
    const STEPS: i64 = 24;
    for store in stores().await {
        let clock = TestClock::at(clock::NOW);
        let market = Market::new(store.clone(), Arc::new(clock.clone()), [4; 32]);
        fill(&market, SEED).await.unwrap().unwrap();
        let mut stream = Stream::open(market.clone(), SEED).await.unwrap();
        let mut days = Vec::new();
        for _ in 0..5 {
            for _ in 0..STEPS {
                clock.go(DAY / STEPS);
                market.expire_due().await.unwrap();
                stream.step().await.unwrap();
            }
            market.forget_demo(1).await.unwrap();
            let mut rows = Vec::new();
            for table in ["job", "booking", "log", "feed_event", "shown", "worker"] {
                rows.push((table, store.count(table).await));
            }
            days.push(rows);
        }
        println!("{}: rows by day {days:?}", store.name());
        for (third, fifth) in days[2].iter().zip(&days[4]) {
            // Chance moves some; growth would be two thirds more.
            assert!(fifth.1 <= third.1 * 5 / 4, "{}: {third:?} then {fifth:?}", store.name());
        }
        let mut view = market.store.read().await.unwrap();
        let seq = view.log_seq().await.unwrap();
        let base = view.log_base().await.unwrap().seq;
        assert!(base > 0 && view.log_after(0, 1).await.unwrap()[0].seq == base + 1);
        assert_eq!(view.verify_log().await.unwrap(), Ok(seq));
        drop(view);
        // A reader that stood before what was forgotten begins anew.
        let index = tempfile::tempdir().unwrap();
        Index::own(&index.path().join("index")).unwrap().commit(1).unwrap();
        let follower = Follower::open(market.store.clone(), index.path().join("index")).await;
        let report = check(&market, &follower.unwrap().index).await.unwrap();
        assert_eq!(report.findings, Vec::<String>::new());
        // Only a demonstration may have forgotten anything.
        store.sql("delete from meta where name = 'demo'").await;
        assert!(verify(&market.store).await.is_err());
    }
}

#[tokio::test]
async fn the_stream_stops_at_once() {
    let folder = Folder::new();
    let market = market(folder.path(), NOW).await;
    fill(&market, SEED).await.unwrap().unwrap();
    let cancel = CancellationToken::new();
    let stream = tokio::spawn(run(market.clone(), SEED, cancel.clone()));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert!(!stream.is_finished());
    cancel.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(1), stream).await.unwrap().unwrap();
}

#[tokio::test]
async fn several_people_are_registered_together_or_not_at_all() {
    use linggong::market::NewWorker;
    let folder = Folder::new();
    let market = market(folder.path(), NOW).await;
    let good = serde_json::json!({ "name": "王芳", "phone": "19900000001" });
    let bad = serde_json::json!({ "name": "", "phone": "1" });
    let desk = Actor::Operator;
    let new = NewWorker::default();
    let both = [good.clone(), bad];
    let refused = market.register_all(&desk, &both, &new).await;
    assert!(matches!(refused, Err(MarketError::Invalid(_))));
    assert!(workers(&market).await.is_empty());
    let registered = market.register_all(&desk, &[good.clone(), good], &new).await.unwrap();
    assert_eq!(registered.len(), 2);
    assert_eq!(workers(&market).await.len(), 2);
}
