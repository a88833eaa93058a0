//! Messages: each thing is told once, whatever stops in between; nothing personal in them.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures_util::future::BoxFuture;
use linggong::{
    domain::{
        account::Role,
        ids::WorkerId,
        message::{Message, MessageKind},
        rules::Rules,
        time::{HOUR, MINUTE},
    },
    market::{Market, MarketError, NotSent, Outgoing, Sms},
    store::Store,
};
use serde_json::json;

use crate::{World, world::OPERATOR};

stories!(
    a_shift_is_reminded_of_once,
    who_is_to_confirm_is_asked_once,
    what_happens_to_a_booking_is_told_once_over_a_restart,
    new_work_is_told_to_those_who_wait_and_whom_it_fits,
    a_message_that_did_not_go_out_is_tried_again,
);

/// A provider that fails when told to, and keeps what it was given.
#[derive(Default)]
struct Provider {
    fails: AtomicBool,
    got: Mutex<Vec<(String, String)>>,
}

impl Sms for Provider {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Result<(), NotSent>> {
        Box::pin(async move {
            if self.fails.load(Ordering::SeqCst) {
                return Err(NotSent);
            }
            let phone = message.to.expose().to_owned();
            self.got.lock().unwrap().push((message.id.to_string(), phone));
            Ok(())
        })
    }
}

impl World {
    async fn told(&self, worker: &WorkerId) -> Vec<Message> {
        self.market.unread(&OPERATOR, worker).await.unwrap()
    }

    async fn kinds(&self, worker: &WorkerId) -> Vec<MessageKind> {
        self.told(worker).await.into_iter().map(|message| message.kind).collect()
    }

    /// The same market as another process would run it.
    async fn restarted(&self) -> Market {
        let store: Store = self.store.other_process().await;
        Market::new(store, Arc::new(self.clock.clone()), [8; 32])
    }
}

async fn a_shift_is_reminded_of_once(world: World) {
    let ride = json!({ "address": "良田镇政府门口", "time": "6:40", "seats": 12 });
    let job = world.open(&json!({ "headcount": 2, "pickup": ride })).await;
    let worker = world.worker(1).await;
    world.book(&job, &worker).await.unwrap();
    world.clock.go(8 * HOUR - 1);
    world.market.keep_time().await.unwrap();
    assert!(world.told(&worker).await.is_empty(), "more than fourteen hours ahead");
    world.clock.go(1);
    world.market.keep_time().await.unwrap();
    world.market.keep_time().await.unwrap();
    world.restarted().await.keep_time().await.unwrap();
    let told = world.told(&worker).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].body.contains("明早8点") && told[0].body.contains("装卸工"), "{told:?}");
    assert!(told[0].body.contains("接送车明早6点40分在良田镇政府门口开"), "{told:?}");
    assert!(!told[0].body.contains("马小军"));
    world.market.read_message(&OPERATOR, &told[0].id).await.unwrap();
    assert!(world.told(&worker).await.is_empty());
    let (stranger, _) = world.actor(Role::Worker, "stranger").await;
    let foreign = world.market.read_message(&stranger, &told[0].id).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
}

async fn who_is_to_confirm_is_asked_once(mut world: World) {
    let mut rules = Rules::default();
    rules.set("confirm_lead_hours", 6).unwrap();
    rules.set("remind_hours", 0).unwrap();
    world.market = world.market.clone().ruled(rules);
    let job = world.open(&json!({})).await;
    let worker = world.worker(1).await;
    world.book(&job, &worker).await.unwrap();
    world.market.keep_time().await.unwrap();
    world.market.keep_time().await.unwrap();
    assert_eq!(world.kinds(&worker).await, [MessageKind::Confirm]);
}

async fn what_happens_to_a_booking_is_told_once_over_a_restart(world: World) {
    let market = &world.market;
    // The follower listens from now on.
    market.keep_time().await.unwrap();
    let job = world.open(&json!({})).await;
    let workers = world.workers(2).await;
    let first = world.book(&job, &workers[0]).await.unwrap().booking.id;
    world.book(&job, &workers[1]).await.unwrap();
    market.call_off(&OPERATOR, &first, Some("下雨停工")).await.unwrap();
    let other = world.restarted().await;
    let (one, two) = tokio::join!(market.keep_time(), other.keep_time());
    one.unwrap();
    two.unwrap();
    world.restarted().await.keep_time().await.unwrap();
    assert_eq!(world.kinds(&workers[0]).await, [MessageKind::Ended]);
    assert_eq!(world.kinds(&workers[1]).await, [MessageKind::Promoted]);
}

async fn new_work_is_told_to_those_who_wait_and_whom_it_fits(world: World) {
    let market = &world.market;
    let full = world.open(&json!({ "skills": ["装卸"] })).await;
    let workers = world.workers(2).await;
    for worker in &workers {
        world.book(&full, worker).await.unwrap();
    }
    market.keep_time().await.unwrap();
    // At the same hours, but who waits is not booked; without skills, so that everybody is able.
    let fits = world.open(&json!({ "title": "卸白菜" })).await;
    let other = world.open(&json!({ "title": "电焊工", "skills": ["电焊"] })).await;
    market.keep_time().await.unwrap();
    market.keep_time().await.unwrap();
    let told = world.told(&workers[1]).await;
    let about: Vec<_> = told.iter().map(|message| (message.kind, &message.job)).collect();
    assert_eq!(about, [(MessageKind::Match, &fits)], "not of {other}");
    assert!(world.told(&workers[0]).await.is_empty(), "who has work waits for none");
}

async fn a_message_that_did_not_go_out_is_tried_again(world: World) {
    let market = &world.market;
    let (job, provider) = (world.open(&json!({})).await, Provider::default());
    let worker = world.worker(1).await;
    world.book(&job, &worker).await.unwrap();
    world.clock.go(10 * HOUR);
    market.keep_time().await.unwrap();
    provider.fails.store(true, Ordering::SeqCst);
    assert_eq!(market.send_messages(&provider).await.unwrap(), 0);
    provider.fails.store(false, Ordering::SeqCst);
    // Another process keeps off while the first may still be at it.
    assert_eq!(world.restarted().await.send_messages(&provider).await.unwrap(), 0);
    world.clock.go(2 * MINUTE);
    let other = world.restarted().await;
    let (one, two) = tokio::join!(market.send_messages(&provider), other.send_messages(&provider));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    world.clock.go(HOUR);
    assert_eq!(market.send_messages(&provider).await.unwrap(), 0);
    let got = provider.got.lock().unwrap();
    assert_eq!(got.len(), 1, "{got:?}");
    assert_eq!(got[0].1, "13900000001");
}
