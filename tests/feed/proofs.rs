//! Beats, acknowledgements, presence, and what is called out to screens.

use std::{sync::atomic::Ordering, time::Duration};

use linggong::feed::{
    hub::{DeviceId, Presence},
    protocol::{Limits, SetHash},
};
use serde_json::{Value, json};

use crate::{
    house::{House, houses, limits, welcome},
    support::{
        records::{NOW, put, remove, the},
        wire::Peer,
    },
};

fn quick_beats() -> Limits {
    Limits { heartbeat: Duration::from_millis(30), ..limits() }
}

fn hash(set: &[(&str, i64)]) -> String {
    let mut hash = SetHash::default();
    for (id, version) in set {
        hash.insert(id, *version);
    }
    hash.to_string()
}

async fn ack(peer: &Peer, seq: i64, shown: usize, hash: &str) {
    peer.tell(json!({"op": "ack", "seq": seq, "shown": shown, "hash": hash})).await;
}

/// A beat comes after whatever was said before it has been dealt with.
async fn beat(peer: &mut Peer) -> Value {
    let message = peer.hear().await;
    assert_eq!(message["op"], "beat", "{message}");
    message["seq"].clone()
}

async fn presence(house: &House) -> Presence {
    let seen = async {
        loop {
            match house.presence().into_iter().find(|p| p.acked_seq.is_some()) {
                Some(presence) => return presence,
                None => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), seen).await.expect("an ack is noted")
}

#[tokio::test]
async fn beats_say_the_newest_number() {
    for house in houses(quick_beats()).await {
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        assert_eq!(beat(&mut peer).await, 0);
        house.publish([put("liangtian", "job_1", 1)]).await;
        let message = loop {
            let message = peer.hear().await;
            if message["op"] != "beat" {
                break message;
            }
            assert_eq!(message["seq"], 0);
        };
        assert_eq!(message["op"], "put");
        assert_eq!(beat(&mut peer).await, 1);
    }
}

#[tokio::test]
async fn a_screen_that_agrees_is_noted_and_left_alone() {
    for house in houses(quick_beats()).await {
        let hello = json!({
            "token": "device-1",
            "client": {"kind": "board\u{7}", "version": "9".repeat(99)},
        });
        let (mut peer, _) = house.greeted("liangtian", hello).await;
        house.publish([put("liangtian", "job_1", 1)]).await;
        house.publish([put("liangtian", "job_2", 4)]).await;
        while peer.hear().await["seq"] != 2 {}
        // A proof is held against its own number, not against the newest.
        ack(&peer, 1, 1, &hash(&[("job_1", 1)])).await;
        let want = Presence {
            station: the("liangtian"),
            device: Some(DeviceId("device-1".to_owned())),
            kind: "board".to_owned(),
            version: "9".repeat(40),
            since: NOW,
            acked_at: Some(NOW),
            acked_seq: Some(1),
            lag: Some(1),
            shown: Some(1),
            agrees: Some(true),
            errors: 0,
            last_error: String::new(),
        };
        assert_eq!(presence(&house).await, want);
        ack(&peer, 2, 2, &hash(&[("job_1", 1), ("job_2", 4)])).await;
        assert_eq!(beat(&mut peer).await, 2);
        assert_eq!(beat(&mut peer).await, 2);
        assert_eq!(house.presence()[0].agrees, Some(true));
        assert_eq!(house.counters().resyncs.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn a_screen_that_differs_is_resynchronised() {
    for house in houses(limits()).await {
        house.publish([put("liangtian", "job_1", 1), put("liangtian", "job_2", 1)]).await;
        house.publish([remove("liangtian", "job_2")]).await;
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        // It kept what was removed; it claims a number that was never sent.
        for (seq, set) in [(3, vec![("job_1", 1), ("job_2", 1)]), (4, vec![("job_1", 1)])] {
            ack(&peer, seq, set.len(), &hash(&set)).await;
            let again = welcome(&mut peer).await;
            assert_eq!((again.mode.as_str(), again.seq), ("snapshot", 3));
            assert_eq!(again.set(), [("job_1".to_owned(), 1)]);
            ack(&peer, 3, 1, &hash(&[("job_1", 1)])).await;
        }
        house.publish([put("liangtian", "job_3", 1)]).await;
        assert_eq!(peer.hear().await["seq"], 4);
        assert_eq!(house.counters().resyncs.load(Ordering::Relaxed), 2);
    }
}

#[tokio::test]
async fn a_screen_that_never_agrees_is_not_sent_snapshots_for_ever() {
    for house in houses(limits()).await {
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        for _ in 0..3 {
            ack(&peer, 0, 1, "ffffffffffffffff").await;
            assert_eq!(welcome(&mut peer).await.mode, "snapshot");
        }
        ack(&peer, 0, 1, "ffffffffffffffff").await;
        house.publish([put("liangtian", "job_1", 1)]).await;
        assert_eq!(peer.hear().await["op"], "put");
        assert_eq!(presence(&house).await.agrees, Some(false));
    }
}

#[tokio::test]
async fn notices_and_reloads_reach_whom_they_are_for() {
    for house in houses(limits()).await {
        let mut one = house.greeted("liangtian", json!({"token": "device-1"})).await.0;
        let mut two = house.greeted("liangtian", json!({"token": "device-2"})).await.0;
        let mut elsewhere = house.greeted("fengdeng", json!({"token": "device-3"})).await.0;
        let here = the("liangtian");
        house.notice(&here, None, "下午两点有招聘会");
        house.reload(&here, Some(&DeviceId("device-2".to_owned())));
        house.notice(&here, Some(&DeviceId("device-1".to_owned())), "请擦屏幕");
        let text = |text: &str| json!({"op": "notice", "text": text});
        assert_eq!(one.hear().await, text("下午两点有招聘会"));
        assert_eq!(one.hear().await, text("请擦屏幕"));
        assert_eq!(two.hear().await, text("下午两点有招聘会"));
        assert_eq!(two.hear().await, json!({"op": "reload"}));
        house.publish([put("fengdeng", "job_1", 1)]).await;
        assert_eq!(elsewhere.hear().await["op"], "put");
        // Nobody watches there: nothing is kept.
        house.notice(&the("nowhere"), None, "?");
    }
}
