//! What a station tells its visitors reaches its screens: those that come, those that are there, and
//! those of other processes.

use linggong::{
    domain::{
        bulletin::{Disclosure, Notice, NoticeKind},
        time::DAY,
    },
    store::{Kind, Store},
};
use serde_json::{Value, json};

use crate::{
    house::{connect_behind, houses, hub, limits, welcome},
    support::records::{NOW, entry, the},
};

async fn disclose(store: &Store, charges: &str) {
    let told = Disclosure { charges: charges.to_owned(), ..Disclosure::default() };
    let mut txn = store.begin().await.unwrap();
    txn.put_disclosure(&the("liangtian"), &told, NOW).await.unwrap();
    txn.log(entry("disclose", Kind::Station, "liangtian"));
    txn.commit().await.unwrap();
}

async fn put_up(store: &Store, id: &str) {
    let notice = Notice {
        id: the(id),
        station: the("liangtian"),
        kind: NoticeKind::Fair,
        words: "周六招聘会".to_owned(),
        starts_at: NOW,
        ends_at: NOW.plus(DAY),
        withdrawn_at: None,
        created_at: NOW,
    };
    let mut txn = store.begin().await.unwrap();
    txn.add_notice(&notice).await.unwrap();
    txn.log(entry("put_up", Kind::Notice, id));
    txn.commit().await.unwrap();
}

async fn take_down(store: &Store, id: &str) {
    let mut txn = store.begin().await.unwrap();
    assert!(txn.withdraw_notice(&the(id), NOW).await.unwrap());
    assert!(!txn.withdraw_notice(&the(id), NOW).await.unwrap());
    txn.log(entry("take_down", Kind::Notice, id));
    txn.commit().await.unwrap();
}

fn words(message: &Value) -> Vec<&str> {
    assert_eq!(message["op"], "notice", "{message}");
    let notices = message["notices"].as_array().unwrap();
    notices.iter().map(|notice| notice["words"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_bulletin_reaches_every_screen_of_its_station() {
    for house in houses(limits()).await {
        let (mut here, _) = house.greeted("liangtian", json!({})).await;
        let other = hub(&house.store.other_process().await, limits());
        let mut there = connect_behind(&other, "liangtian", 100);
        there.tell(json!({"op": "hello"})).await;
        welcome(&mut there).await;

        disclose(&house.store, "对求职者全部免费").await;
        house.hub.inform().await;
        for peer in [&mut here, &mut there] {
            let message = peer.hear().await;
            assert!(words(&message).is_empty());
            assert_eq!(message["disclosure"]["charges"], "对求职者全部免费");
        }
        put_up(&house.store, "ntc_1").await;
        house.hub.inform().await;
        for peer in [&mut here, &mut there] {
            assert_eq!(words(&peer.hear().await), ["周六招聘会"]);
        }
        // Who comes now is told after the set; nothing new is no news.
        house.hub.inform().await;
        let (mut late, _) = house.greeted("liangtian", json!({})).await;
        assert_eq!(words(&late.hear().await), ["周六招聘会"]);
        take_down(&house.store, "ntc_1").await;
        house.hub.inform().await;
        for peer in [&mut here, &mut there, &mut late] {
            let message = peer.hear().await;
            assert!(words(&message).is_empty(), "{message}");
        }
    }
}
