//! From hello to the stream: snapshot, resumption, what follows.

use std::time::Duration;

use linggong::feed::protocol::{Limits, PART_BYTES_MAX, RESUME_EXTRA_MAX};
use serde_json::json;

use crate::{
    house::{House, connect_behind, houses, hub, limits, publish, welcome},
    support::{
        records::{NOW, entry, payload, put, remove, station},
        wire::Peer,
    },
};

async fn change(peer: &mut Peer) -> (String, i64) {
    let message = peer.hear().await;
    let op = message["op"].as_str().unwrap().to_owned();
    (op, message["seq"].as_i64().unwrap())
}

/// Versions 1 to `count` of one posting.
async fn versions(house: &House, count: i64) {
    for version in 1..=count {
        house.publish([put("liangtian", "job_1", version)]).await;
    }
}

#[tokio::test]
async fn an_empty_station_welcomes_with_one_empty_part_and_then_streams() {
    for house in houses(limits()).await {
        let (mut peer, welcome) = house.greeted("liangtian", json!({})).await;
        let want = json!({
            "op": "welcome",
            "epoch": house.epoch().await,
            "seq": 0,
            "mode": "snapshot",
            "heartbeat_s": 25,
            "server_time": NOW.to_string(),
        });
        assert_eq!(welcome.message, want);
        assert_eq!(welcome.parts, [json!([]).as_array().unwrap().clone()]);
        house.publish([put("liangtian", "job_1", 1), put("fengdeng", "job_1", 1)]).await;
        house.publish([put("liangtian", "job_1", 2)]).await;
        house.publish([remove("liangtian", "job_1")]).await;
        let job = |seq, version| {
            let job = payload("job_1", version);
            format!(r#"{{"op":"put","seq":{seq},"job":{job}}}"#)
        };
        assert_eq!(peer.text().await, job(1, 1));
        assert_eq!(peer.text().await, job(2, 2));
        let gone = r#"{"op":"remove","seq":3,"id":"job_1","why":"closed"}"#;
        assert_eq!(peer.text().await, gone);
    }
}

#[tokio::test]
async fn a_large_set_comes_in_bounded_parts() {
    for house in houses(limits()).await {
        let jobs: Vec<String> = (100..400).map(|n| format!("job_{n}")).collect();
        let changes = jobs.iter().map(|job| put("liangtian", job, 3));
        house.publish(changes.collect::<Vec<_>>()).await;
        let mut peer = house.hello("liangtian", json!({})).await;
        let first = peer.hear().await;
        assert_eq!((&first["seq"], &first["mode"]), (&json!(300), &json!("snapshot")));
        let mut set = Vec::new();
        for part in 1.. {
            let text = peer.text().await;
            assert!(text.len() <= PART_BYTES_MAX);
            let message: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(message["part"], part);
            let ids = message["jobs"].as_array().unwrap().iter();
            set.extend(ids.map(|job| job["id"].as_str().unwrap().to_owned()));
            if message["parts"] == part {
                assert!(part > 1);
                break;
            }
        }
        assert_eq!(set, jobs);
        house.publish([put("liangtian", "job_1", 1)]).await;
        assert_eq!(change(&mut peer).await, ("put".to_owned(), 301));
    }
}

#[tokio::test]
async fn a_resumption_sends_what_was_missed_and_nothing_else() {
    for house in houses(limits()).await {
        versions(&house, 5).await;
        let epoch = house.epoch().await;
        for held in [5, 3, 0] {
            let (mut peer, welcome) = house.resumed(&epoch, held).await;
            assert_eq!((welcome.mode.as_str(), welcome.seq), ("resumed", 5));
            for seq in held + 1..=5 {
                assert_eq!(change(&mut peer).await, ("put".to_owned(), seq));
            }
            peer.tell(json!({"op": "hello"})).await;
            let again = crate::house::welcome(&mut peer).await;
            assert_eq!(again.set(), house.shown("liangtian").await);
        }
        assert_eq!(house.counters().resumed.load(std::sync::atomic::Ordering::Relaxed), 3);
    }
}

#[tokio::test]
async fn a_place_that_is_none_gets_a_snapshot() {
    for house in houses(limits()).await {
        versions(&house, 5).await;
        let epoch = house.epoch().await;
        for (epoch, held) in [("another", 3), (&*epoch, 6), (&*epoch, -1), (&*epoch, i64::MAX)] {
            let (_, welcome) = house.resumed(epoch, held).await;
            assert_eq!((welcome.mode.as_str(), welcome.seq), ("snapshot", 5), "{epoch} {held}");
            assert_eq!(welcome.set(), [("job_1".to_owned(), 5)]);
        }
    }
}

#[tokio::test]
async fn a_resumption_that_costs_more_than_a_snapshot_is_none() {
    for house in houses(limits()).await {
        // One posting is shown at the end.
        let most = RESUME_EXTRA_MAX + 1;
        versions(&house, most + 1).await;
        let epoch = house.epoch().await;
        assert_eq!(house.resumed(&epoch, 1).await.1.mode, "resumed");
        assert_eq!(house.resumed(&epoch, 0).await.1.mode, "snapshot");
    }
}

#[tokio::test]
async fn what_memory_forgot_is_replayed_from_the_log_until_that_forgot_it_too() {
    let limits = Limits { history_messages_max: 4, ..limits() };
    for house in houses(limits).await {
        versions(&house, 20).await;
        let epoch = house.epoch().await;
        let (mut peer, welcome) = house.resumed(&epoch, 2).await;
        assert_eq!((welcome.mode.as_str(), welcome.seq), ("resumed", 20));
        for seq in 3..=20 {
            assert_eq!(change(&mut peer).await, ("put".to_owned(), seq));
        }
        house.publish([put("liangtian", "job_1", 21)]).await;
        assert_eq!(change(&mut peer).await, ("put".to_owned(), 21));
        let mut txn = house.store.begin().await.unwrap();
        assert_eq!(txn.prune_streams(NOW.plus(1)).await.unwrap(), 21);
        txn.commit().await.unwrap();
        let (_, welcome) = house.resumed(&epoch, 2).await;
        assert_eq!((welcome.mode.as_str(), welcome.seq), ("snapshot", 21));
        // What needs no log is resumed all the same.
        assert_eq!(house.resumed(&epoch, 21).await.1.mode, "resumed");
    }
}

#[tokio::test]
async fn a_gap_is_answered_on_the_same_connection() {
    for house in houses(limits()).await {
        versions(&house, 3).await;
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        let resume = json!({"epoch": house.epoch().await, "seq": 1});
        peer.tell(json!({"op": "hello", "resume": resume})).await;
        let again = welcome(&mut peer).await;
        assert_eq!((again.mode.as_str(), again.seq), ("resumed", 3));
        assert_eq!(change(&mut peer).await.1, 2);
        assert_eq!(change(&mut peer).await.1, 3);
        house.publish([remove("liangtian", "job_1")]).await;
        assert_eq!(change(&mut peer).await, ("remove".to_owned(), 4));
    }
}

#[tokio::test]
async fn what_two_processes_write_by_turns_arrives_once_and_in_order_at_both() {
    for house in houses(limits()).await {
        let other_store = house.store.other_process().await;
        let other = hub(&other_store, limits());
        let (mut here, _) = house.greeted("liangtian", json!({})).await;
        let mut there = connect_behind(&other, "liangtian", 1000);
        there.tell(json!({"op": "hello"})).await;
        welcome(&mut there).await;
        // Some commits stand right behind what this process holds, some do not.
        for version in 1..=30 {
            let store = if version % 3 == 0 { &other_store } else { &*house.store };
            publish(store, [put("liangtian", "job_1", version)]).await;
        }
        for due in 1..=30 {
            assert_eq!(change(&mut here).await, ("put".to_owned(), due));
            assert_eq!(change(&mut there).await, ("put".to_owned(), due));
        }
    }
}

#[tokio::test]
async fn what_another_process_wrote_arrives() {
    for house in houses(limits()).await {
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        let other = house.store.other_process().await;
        publish(&other, [put("liangtian", "job_1", 1)]).await;
        assert_eq!(change(&mut peer).await, ("put".to_owned(), 1));
        // A client that heard it there is not thrown back here.
        publish(&other, [put("liangtian", "job_1", 2)]).await;
        let (_, welcome) = house.resumed(&house.epoch().await, 2).await;
        assert_eq!((welcome.mode.as_str(), welcome.seq), ("resumed", 2));
    }
}

#[tokio::test]
async fn a_change_without_a_log_entry_arrives_by_the_timer() {
    for house in houses(limits()).await {
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        let mut txn = house.store.begin().await.unwrap();
        txn.show(put("liangtian", "job_1", 1));
        txn.commit().await.unwrap();
        assert_eq!(change(&mut peer).await, ("put".to_owned(), 1));
    }
}

#[tokio::test]
async fn a_station_that_is_added_later_is_found() {
    for house in houses(limits()).await {
        let mut early = house.hello("yuehaiwan", json!({})).await;
        assert_eq!(early.closed().await.0, 4004);
        let mut txn = house.store.begin().await.unwrap();
        txn.add_station(&station("yuehaiwan"), NOW).await.unwrap();
        txn.log(entry("add", linggong::store::Kind::Station, "yuehaiwan"));
        txn.show(put("yuehaiwan", "job_1", 1));
        txn.commit().await.unwrap();
        let (_, welcome) = house.greeted("yuehaiwan", json!({})).await;
        assert_eq!(welcome.set(), [("job_1".to_owned(), 1)]);
    }
}

#[tokio::test]
async fn a_restored_database_resynchronises_who_is_connected() {
    for house in houses(limits()).await {
        versions(&house, 3).await;
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        let mut txn = house.store.begin().await.unwrap();
        txn.set_meta("epoch", "restored").await.unwrap();
        txn.commit().await.unwrap();
        let again = welcome(&mut peer).await;
        assert_eq!(again.message["epoch"], "restored");
        assert_eq!((again.seq, again.set()), (3, vec![("job_1".to_owned(), 3)]));
        house.store.sql("delete from feed_event").await;
        house.store.sql("update station_seq set seq = 9").await;
        let again = welcome(&mut peer).await;
        assert_eq!((again.seq, again.set()), (9, vec![("job_1".to_owned(), 3)]));
    }
}

#[tokio::test]
async fn words_of_later_versions_are_ignored() {
    for house in houses(limits()).await {
        let mut peer = house.connect("liangtian");
        peer.tell(json!({"op": "dance", "seq": "high"})).await;
        peer.tell(json!({"op": "hello", "mood": "good", "client": {"kind": "board", "size": 1}}))
            .await;
        welcome(&mut peer).await;
        peer.tell(json!({"op": "sing"})).await;
        house.publish([put("liangtian", "job_1", 1)]).await;
        assert_eq!(change(&mut peer).await, ("put".to_owned(), 1));
    }
}

#[tokio::test]
async fn stations_that_nobody_watches_are_forgotten_and_found_again() {
    for house in houses(limits()).await {
        let (peer, _) = house.greeted("liangtian", json!({})).await;
        assert_eq!(house.presence().len(), 1);
        drop(peer);
        let gone = async {
            while !house.presence().is_empty() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
        house.publish([put("liangtian", "job_1", 1)]).await;
        let (_, welcome) = house.greeted("liangtian", json!({})).await;
        assert_eq!((welcome.seq, welcome.set()), (1, vec![("job_1".to_owned(), 1)]));
    }
}

#[tokio::test]
async fn a_hundred_sockets_of_a_station_hear_the_same() {
    for house in houses(limits()).await {
        let mut peers = Vec::new();
        for _ in 0..100 {
            peers.push(house.greeted("liangtian", json!({})).await.0);
        }
        house.publish([put("liangtian", "job_1", 1), put("liangtian", "job_2", 1)]).await;
        for peer in &mut peers {
            assert_eq!((change(peer).await.1, change(peer).await.1), (1, 2));
        }
        let delivered = house.counters().deliveries.load(std::sync::atomic::Ordering::Relaxed);
        assert!(delivered <= 200, "{delivered}");
        assert_eq!(house.shown("liangtian").await.len(), 2);
    }
}
