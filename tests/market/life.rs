//! The life of postings through the verbs, and what stations show of it.

use linggong::{
    domain::{
        ids::JobId,
        life::Life,
        posting::{Event, Posting, Status},
        time::DAY,
    },
    market::{MarketError, MarketResult},
};
use serde_json::json;

use crate::{World, world::OPERATOR};

stories!(
    every_step_in_every_state_is_taken_or_refused,
    a_stale_change_is_refused,
    a_station_shows_at_once_what_its_radius_covers,
    the_house_ends_what_is_over_and_nothing_else,
);

/// A posting in this state.
async fn in_state(world: &World, status: Status) -> JobId {
    let market = &world.market;
    let id = world.draft(&json!({ "shifts": [] })).await.id;
    let done = match status {
        Status::Draft => return id,
        Status::InReview => market.submit(&OPERATOR, &id).await,
        Status::Open | Status::Filled | Status::Closed | Status::Expired => {
            market.submit(&OPERATOR, &id).await.unwrap();
            market.approve(&OPERATOR, &id).await
        }
        Status::Withdrawn => market.withdraw(&OPERATOR, &id, Some("不招了")).await,
    };
    done.unwrap();
    match status {
        Status::Filled => {
            let number = world.store.read().await.unwrap().log_seq().await.unwrap();
            let worker = world.worker(u32::try_from(number).unwrap()).await;
            world.book(&id, &worker).await.unwrap();
        }
        Status::Closed => drop(market.close(&OPERATOR, &id).await.unwrap()),
        Status::Expired => {
            let soon = json!({ "valid_until": "2026-11-24T10:00:01+08:00" });
            market.revise(&OPERATOR, &id, &soon, None).await.unwrap();
            world.clock.go(1_000_000);
            assert_eq!(market.expire_due().await.unwrap(), 1);
            world.clock.go(-1_000_000);
        }
        _ => {}
    }
    id
}

/// The verb of an event; booking fills, cancelling frees, the clock lets expire.
async fn step(world: &World, id: &JobId, event: Event) -> Option<MarketResult<Posting>> {
    let (market, why) = (&world.market, Some("地址不清楚"));
    Some(match event {
        Event::Submit => market.submit(&OPERATOR, id).await,
        Event::Approve => market.approve(&OPERATOR, id).await,
        Event::Reject => market.reject(&OPERATOR, id, why).await,
        Event::Close => market.close(&OPERATOR, id).await,
        Event::Withdraw => market.withdraw(&OPERATOR, id, why).await,
        Event::Fill | Event::Free | Event::Expire => return None,
    })
}

async fn every_step_in_every_state_is_taken_or_refused(world: World) {
    world.station("near", crate::world::LAT).await;
    for status in Status::ALL {
        for event in Event::ALL {
            let id = in_state(&world, *status).await;
            let before = world.posting(&id).await;
            assert_eq!(before.status, *status);
            let seq = world.store.read().await.unwrap().log_seq().await.unwrap();
            let Some(done) = step(&world, &id, *event).await else { continue };
            match (status.next(*event), done) {
                (Ok(next), Ok(posting)) => {
                    assert_eq!(posting.status, next);
                    assert_eq!(posting.version, before.version + 1);
                    assert_eq!(world.posting(&id).await, posting);
                }
                (Err(expected), Err(MarketError::Refused(refused))) => {
                    assert_eq!(refused, expected);
                    assert_eq!(world.posting(&id).await, before);
                    let now = world.store.read().await.unwrap().log_seq().await.unwrap();
                    assert_eq!(now, seq);
                }
                (expected, got) => panic!("{status:?} {event:?}: {expected:?} {got:?}"),
            }
            let shown = world.shown("near").await.contains(&id.to_string());
            let open = world.posting(&id).await.status == Status::Open;
            assert_eq!(shown, open, "{status:?} {event:?}");
        }
    }
    world.verify().await;
}

async fn a_stale_change_is_refused(world: World) {
    let id = world.draft(&json!({})).await.id;
    let change = |n: u32| json!({ "headcount": n });
    let revise = async |n: u32, version: i64| {
        world.market.revise(&OPERATOR, &id, &change(n), Some(&[version])).await
    };
    assert_eq!(revise(2, 1).await.unwrap().version, 2);
    assert!(matches!(revise(3, 1).await, Err(MarketError::Stale)));
    // Of two who hold the same version, one changes it.
    let both = tokio::join!(revise(4, 2), revise(5, 2));
    let done = [&both.0, &both.1].into_iter().filter(|result| result.is_ok()).count();
    assert_eq!(done, 1, "{both:?}");
    // No change makes no version.
    let held = world.posting(&id).await;
    let same = revise(held.terms.headcount, held.version).await.unwrap();
    assert_eq!(same.version, held.version);
}

async fn a_station_shows_at_once_what_its_radius_covers(world: World) {
    let near = world.open(&json!({})).await;
    world.open(&json!({ "lat": 36.0 })).await;
    world.draft(&json!({})).await;
    world.station("near", crate::world::LAT).await;
    assert_eq!(world.shown("near").await, [near.to_string()]);
    let chosen = world.open(&json!({ "lat": 36.0, "stations": ["near"] })).await;
    world.station("south", 36.0).await;
    assert_eq!(world.shown("south").await.len(), 1);
    assert!(!world.shown("south").await.contains(&chosen.to_string()));
    assert!(world.shown("near").await.contains(&chosen.to_string()));
    let twice = linggong::domain::station::Station {
        id: "near".parse().unwrap(),
        name: "又一个".to_owned(),
        point: linggong::domain::geo::Point::new(1.0, 1.0, Default::default()).unwrap(),
        radius_m: 1.0,
        public: false,
    };
    let again = world.market.add_station(&OPERATOR, &twice).await;
    assert!(matches!(again, Err(MarketError::Duplicate { field: "id", .. })), "{again:?}");
    world.verify().await;
}

async fn the_house_ends_what_is_over_and_nothing_else(world: World) {
    let by_shift = world.open(&json!({})).await;
    let by_date = world.open(&json!({ "shifts": [] })).await;
    let draft = world.draft(&json!({})).await.id;
    let review = world.draft(&json!({})).await.id;
    world.market.submit(&OPERATOR, &review).await.unwrap();
    assert_eq!(world.market.expire_due().await.unwrap(), 0);
    // To the end of tomorrow's shift, to the microsecond.
    world.clock.go(DAY + 7 * linggong::domain::time::HOUR - 1);
    assert_eq!(world.market.expire_due().await.unwrap(), 0);
    world.clock.go(1);
    assert_eq!(world.market.expire_due().await.unwrap(), 2);
    assert_eq!(world.market.expire_due().await.unwrap(), 0);
    let mut seen = Vec::new();
    for id in [&by_shift, &by_date, &draft, &review] {
        seen.push(world.posting(id).await.status);
    }
    assert_eq!(seen, [Status::Expired, Status::Open, Status::Draft, Status::Expired]);
    world.verify().await;
}
