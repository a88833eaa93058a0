//! Places: passed on, asked for, refused.

use linggong::{
    domain::{
        account::{Account, Actor, Role},
        booking::BookingStatus,
        posting::Status,
    },
    market::{MarketError, NewWorker},
    store::NewAccount,
};
use serde_json::json;

use crate::{
    World,
    clock::NOW,
    world::{OPERATOR, no_place, request, shift},
};

stories!(
    a_freed_place_goes_to_the_first_who_can_take_it,
    shifts_that_touch_do_not_clash,
    an_ended_posting_gives_no_place_away,
    an_application_is_decided_once,
);

async fn a_freed_place_goes_to_the_first_who_can_take_it(world: World) {
    let job = world.open(&json!({ "headcount": 2 })).await;
    let elsewhere = world.open(&json!({ "shifts": shift("11-25", 16, 20) })).await;
    let workers = world.workers(4).await;
    let first = world.book(&job, &workers[0]).await.unwrap().booking;
    let second = world.book(&job, &workers[1]).await.unwrap().booking;
    for waiting in &workers[2..] {
        let done = world.book(&job, waiting).await.unwrap();
        assert_eq!(done.booking.status, BookingStatus::Waiting);
    }
    // The first in the queue has found other work at that time and is passed over.
    world.book(&elsewhere, &workers[2]).await.unwrap();
    assert_eq!(world.cancel(&first.id).await.posting.status, Status::Filled);
    let status = |roster: &[linggong::domain::booking::Booking], i: usize| {
        roster.iter().find(|booking| booking.worker == workers[i]).map(|booking| booking.status)
    };
    let roster = world.roster(&job).await;
    assert_eq!(status(&roster, 2), Some(BookingStatus::Waiting));
    assert_eq!(status(&roster, 3), Some(BookingStatus::Booked));
    // Nobody can take the next one: it is open again.
    assert_eq!(world.cancel(&second.id).await.posting.status, Status::Open);
    world.check_places(&job).await;
    world.verify().await;
}

async fn shifts_that_touch_do_not_clash(world: World) {
    let worker = world.worker(1).await;
    let morning = world.open(&json!({ "shifts": shift("11-25", 8, 12) })).await;
    let noon = world.open(&json!({ "shifts": shift("11-25", 12, 16) })).await;
    let both = world.open(&json!({ "shifts": shift("11-25", 11, 13), "title": "帮厨" })).await;
    world.book(&morning, &worker).await.unwrap();
    world.book(&noon, &worker).await.unwrap();
    assert_eq!(no_place(world.book(&both, &worker).await), "clash");
}

async fn an_ended_posting_gives_no_place_away(world: World) {
    let job = world.open(&json!({})).await;
    let workers = world.workers(2).await;
    let held = world.book(&job, &workers[0]).await.unwrap().booking;
    world.book(&job, &workers[1]).await.unwrap();
    world.market.close(&OPERATOR, &job).await.unwrap();
    let done = world.cancel(&held.id).await;
    assert_eq!((done.posting.status, done.posting.taken), (Status::Closed, 0));
    let roster = world.roster(&job).await;
    assert_eq!(roster.len(), 1);
    assert_eq!(roster[0].status, BookingStatus::Waiting);
    world.check_places(&job).await;
}

/// An account that is a person.
async fn seeker(world: &World) -> Actor {
    let account = Account {
        id: "acc_seeker".parse().unwrap(),
        login: "seeker".to_owned(),
        role: Role::Worker,
        org: None,
        station: None,
        worker: None,
    };
    let mut txn = world.market.store.begin().await.unwrap();
    let new = NewAccount { account: &account, password_hash: "none", at: NOW };
    txn.add_account(new).await.unwrap();
    txn.commit().await.unwrap();
    Actor::Account(account)
}

async fn an_application_is_decided_once(world: World) {
    let job = world.open(&json!({ "instant": false })).await;
    let seeker = seeker(&world).await;
    let input = json!({ "name": "王五", "phone": "13700000000" });
    let person = world.market.register(&seeker, &input, NewWorker::default()).await.unwrap().id;
    let apply = async || world.market.book(&seeker, &job, &request(&person)).await.unwrap();
    let asked = apply().await;
    assert_eq!(asked.booking.status, BookingStatus::Applied);
    assert_eq!(asked.posting.taken, 0);
    world.market.decline(&OPERATOR, &asked.booking.id).await.unwrap();
    let twice = world.market.decline(&OPERATOR, &asked.booking.id).await;
    assert_eq!(no_place(twice), "closed");
    // What was declined or given up stays so.
    assert_eq!(no_place(world.market.accept(&OPERATOR, &asked.booking.id).await), "closed");
    let again = apply().await;
    let taken = world.market.accept(&OPERATOR, &again.booking.id).await.unwrap();
    assert_eq!((taken.posting.taken, taken.posting.status), (1, Status::Filled));
    let repeated = world.market.accept(&OPERATOR, &again.booking.id).await.unwrap();
    assert_eq!(repeated.posting.taken, 1);
    let mine = world.market.accept(&seeker, &again.booking.id).await;
    assert!(matches!(mine, Err(MarketError::Forbidden)), "{mine:?}");
    world.market.cancel(&seeker, &again.booking.id).await.unwrap();
    assert_eq!(no_place(world.market.accept(&OPERATOR, &again.booking.id).await), "closed");
    world.check_places(&job).await;
    world.verify().await;
}
