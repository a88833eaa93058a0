//! Why the server closes, and whom it does not let in.

use std::{sync::atomic::Ordering, time::Duration};

use axum::extract::ws::Message;
use linggong::feed::{hub::DeviceId, protocol::Limits};
use serde_json::{Value, json};

use crate::{
    house::{connect_behind, houses, limits, welcome},
    support::{
        records::put,
        wire::{Heard, Peer},
    },
};

#[tokio::test]
async fn what_is_no_message_closes_with_4000() {
    let long = json!({"op": "hello", "token": "x".repeat(4096)}).to_string();
    for house in houses(limits()).await {
        for first in [
            Message::Text("hello".into()),
            Message::Text("{}".into()),
            Message::Text(r#"{"op":"ack","seq":0,"shown":0,"hash":"0000000000000000"}"#.into()),
            Message::Text(r#"{"op":"hello","resume":{"seq":1}}"#.into()),
            Message::Text(long.as_str().into()),
            Message::Binary(br#"{"op":"hello"}"#.to_vec().into()),
        ] {
            let mut peer = house.connect("liangtian");
            peer.send(first.clone()).await;
            assert_eq!(peer.closed().await, (4000, "malformed".to_owned()), "{first:?}");
        }
        let (mut peer, _) = house.greeted("liangtian", json!({})).await;
        peer.say(r#"{"op":"ack","seq":"one"}"#).await;
        assert_eq!(peer.closed().await.0, 4000);
    }
}

#[tokio::test]
async fn a_hello_that_does_not_come_closes_with_4000() {
    let limits = Limits { hello_wait: Duration::from_millis(50), ..limits() };
    for house in houses(limits).await {
        let mut silent = house.connect("liangtian");
        assert_eq!(silent.closed().await.0, 4000);
        let mut busy = house.connect("liangtian");
        busy.tell(json!({"op": "later"})).await;
        assert_eq!(busy.closed().await.0, 4000);
    }
}

#[tokio::test]
async fn who_may_read_is_let_in_and_nobody_else() {
    for house in houses(limits()).await {
        for (name, hello, code) in [
            ("fengdeng", json!({}), 4001),
            ("fengdeng", json!({"token": "stolen"}), 4001),
            ("fengdeng", json!({"token": "down"}), 1013),
            ("liangtian", json!({"token": "down"}), 1013),
            ("nowhere", json!({}), 4004),
            ("nowhere", json!({"token": "device-1"}), 4004),
            ("not a station", json!({}), 4004),
        ] {
            let mut peer = house.hello(name, hello.clone()).await;
            assert_eq!(peer.closed().await.0, code, "{name} {hello}");
        }
        for (name, hello) in [
            ("fengdeng", json!({"token": "person"})),
            ("fengdeng", json!({"token": "device-1"})),
            ("liangtian", json!({})),
            ("liangtian", json!({"token": "stolen"})),
        ] {
            house.greeted(name, hello).await;
        }
        assert_eq!(house.sockets_soon(0).await, 0);
    }
}

#[tokio::test]
async fn a_station_that_is_closed_to_the_public_is_so_for_the_next() {
    for house in houses(limits()).await {
        let (_open, _) = house.greeted("liangtian", json!({})).await;
        house.store.sql("update station set public = 0 where id = 'liangtian'").await;
        let refused = async {
            loop {
                let mut peer = house.hello("liangtian", json!({})).await;
                if let Heard::Closed(code, _) = peer.next().await {
                    return code;
                }
            }
        };
        let code = tokio::time::timeout(Duration::from_secs(10), refused).await;
        assert_eq!(code.expect("the setting is read again"), 4001);
    }
}

/// Takes changes until the server closes: the last number, and the code.
async fn to_the_end(peer: &mut Peer) -> (i64, u16) {
    let mut seq = 0;
    loop {
        match peer.next().await {
            Heard::Text(text) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(message["seq"], seq + 1);
                seq += 1;
            }
            Heard::Closed(code, _) => return (seq, code),
            Heard::Gone => panic!("a close is due"),
        }
    }
}

#[tokio::test]
async fn a_slow_socket_is_closed_with_4008_resumes_and_holds_nobody_up() {
    let limits = Limits { history_messages_max: 4, ..limits() };
    for house in houses(limits).await {
        let (mut quick, _) = house.greeted("liangtian", json!({})).await;
        let mut slow = connect_behind(&house.hub, "liangtian", 1);
        slow.tell(json!({"op": "hello"})).await;
        let epoch = welcome(&mut slow).await.message["epoch"].clone();
        for version in 1..=20 {
            house.publish([put("liangtian", "job_1", version)]).await;
            assert_eq!(quick.hear().await["seq"], version);
        }
        let (seq, code) = to_the_end(&mut slow).await;
        assert_eq!(code, 4008);
        assert!((1..16).contains(&seq), "{seq}");
        assert_eq!(house.counters().slow.load(Ordering::Relaxed), 1);
        let (mut back, welcome) = house.resumed(epoch.as_str().unwrap(), seq).await;
        assert_eq!((welcome.mode.as_str(), welcome.seq), ("resumed", 20));
        for due in seq + 1..=20 {
            assert_eq!(back.hear().await["seq"], due);
        }
    }
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_left() {
    let limits = Limits {
        write_wait: Duration::from_millis(50),
        close_wait: Duration::from_millis(50),
        ..limits()
    };
    for house in houses(limits).await {
        let stuck = connect_behind(&house.hub, "liangtian", 1);
        stuck.tell(json!({"op": "hello"})).await;
        assert_eq!(house.sockets_soon(0).await, 0);
        assert_eq!(house.counters().slow.load(Ordering::Relaxed), 1);
    }
}

#[tokio::test]
async fn the_same_device_replaces_itself() {
    for house in houses(limits()).await {
        let hello = json!({"token": "device-1", "client": {"kind": "board", "version": "1"}});
        let (mut old, _) = house.greeted("fengdeng", hello.clone()).await;
        let (mut other, _) = house.greeted("fengdeng", json!({"token": "device-2"})).await;
        let (mut new, _) = house.greeted("fengdeng", hello).await;
        assert_eq!(old.closed().await, (4009, "replaced".to_owned()));
        drop(old);
        assert_eq!(house.sockets_soon(2).await, 2);
        let present = house.presence();
        let devices: Vec<_> = present.iter().map(|p| p.device.clone().unwrap().0).collect();
        assert_eq!(devices, ["device-2", "device-1"]);
        house.publish([put("fengdeng", "job_1", 1)]).await;
        assert_eq!(new.hear().await["seq"], 1);
        assert_eq!(other.hear().await["seq"], 1);
        house.dismiss(&DeviceId("device-1".to_owned()));
        assert_eq!(new.closed().await.0, 4001);
    }
}

#[tokio::test]
async fn a_restart_sends_everyone_away_with_a_time_to_return() {
    for house in houses(limits()).await {
        let mut peers = vec![house.connect("liangtian")];
        for hello in [json!({}), json!({"token": "device-1"})] {
            peers.push(house.greeted("liangtian", hello).await.0);
        }
        let closing = tokio::spawn({
            let hub = house.hub.clone();
            async move { hub.shutdown().await }
        });
        for mut peer in peers {
            let (code, reason) = peer.closed().await;
            let reason: Value = serde_json::from_str(&reason).unwrap();
            assert_eq!(code, 1012);
            assert!(reason["retry_ms"].as_u64().unwrap() >= 500);
        }
        assert_eq!(closing.await.unwrap(), 0);
        assert!(house.admit().is_err());
    }
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let limits = Limits { shutdown_wait: Duration::from_millis(50), ..limits() };
    for house in houses(limits).await {
        // It never answers the close.
        let _peer = house.greeted("liangtian", json!({})).await;
        assert_eq!(house.shutdown().await, 1);
    }
}

#[tokio::test]
async fn no_more_sockets_than_places() {
    let limits = Limits { sockets_max: 2, ..limits() };
    for house in houses(limits).await {
        let (_one, two) = (house.connect("liangtian"), house.connect("liangtian"));
        assert!(house.admit().is_err());
        assert_eq!(house.counters().refused.load(Ordering::Relaxed), 1);
        drop(two);
        assert_eq!(house.sockets_soon(1).await, 1);
        assert!(house.admit().is_ok());
    }
}
