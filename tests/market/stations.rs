//! Stations that are added while postings are being published.

use std::time::Duration;

use futures_util::future::join_all;
use linggong::market::{Import, Imported};
use serde_json::json;

use crate::{
    World,
    world::{LAT, LON, OPERATOR, posting, station},
};

stories!(
    a_station_added_while_a_posting_is_published_shows_it,
    stations_and_postings_at_once_agree,
    a_station_near_the_pick_up_point_shows_the_posting,
);

/// Longer than adding a station takes where it does not wait.
const WHILE: Duration = Duration::from_millis(300);

async fn a_station_added_while_a_posting_is_published_shows_it(world: World) {
    let mut txn = world.market.store.begin().await.unwrap();
    let import = Import { source: "list".to_owned(), publish: true, floating_validity: false };
    let input = posting(&json!({ "external_id": "one" }));
    let taken = world.market.take_in(&mut txn, &OPERATOR, &input, &import).await;
    assert_eq!(taken.unwrap(), Imported::Created);
    // The posting has its stations by now, and is not committed yet.
    let market = world.market.clone();
    let adding =
        tokio::spawn(async move { market.add_station(&OPERATOR, &station("late", LAT)).await });
    tokio::time::sleep(WHILE).await;
    txn.commit().await.unwrap();
    adding.await.unwrap().unwrap();
    assert_eq!(world.shown("late").await.len(), 1);
}

/// Far from here by more than any station's radius.
const FAR: f64 = LAT + 1.0;

async fn a_station_near_the_pick_up_point_shows_the_posting(world: World) {
    for (id, lat) in [("here", LAT), ("there", FAR), ("elsewhere", LAT - 1.0)] {
        world.station(id, lat).await;
    }
    let ride = json!({ "address": "良田镇政府门口", "time": "6:40", "lat": LAT, "lon": LON });
    let id = world.open(&json!({ "lat": FAR, "pickup": ride })).await;
    for (station, shows) in [("here", true), ("there", true), ("elsewhere", false)] {
        assert_eq!(world.shown(station).await.contains(&id.to_string()), shows, "{station}");
    }
    // How far the work is, not its ride.
    let mut view = world.market.store.read().await.unwrap();
    let shown = view.shown_at(&"here".parse().unwrap()).await.unwrap();
    let job: serde_json::Value = serde_json::from_str(&shown[0].2).unwrap();
    assert!(job["distance_m"].as_i64().unwrap() > 100_000, "{job}");
    assert_eq!((&job["pickup"]["time"], &job["pickup"]["seats"]), (&json!("06:40"), &json!(null)));
    let chosen = world.open(&json!({ "stations": ["elsewhere"], "pickup": ride })).await;
    assert_eq!(world.shown("elsewhere").await, [chosen.to_string()]);
}

async fn stations_and_postings_at_once_agree(world: World) {
    const LANES: usize = 6;
    const EACH: usize = 10;
    let lanes = (0..LANES).map(|_| {
        let market = world.market.clone();
        tokio::spawn(async move {
            for _ in 0..EACH {
                let new = Default::default();
                let id = market.post(&OPERATOR, &posting(&json!({})), new).await.unwrap().id;
                market.submit(&OPERATOR, &id).await.unwrap();
                market.approve(&OPERATOR, &id).await.unwrap();
            }
        })
    });
    let lanes: Vec<_> = lanes.collect();
    for number in 0..EACH {
        world.station(&format!("s{number}"), LAT).await;
    }
    join_all(lanes).await.into_iter().for_each(|lane| lane.unwrap());
    for number in 0..EACH {
        assert_eq!(world.shown(&format!("s{number}")).await.len(), LANES * EACH, "s{number}");
    }
    world.verify().await;
}
