//! A step on a booking that was a mistake is taken back in time, and only then.

use linggong::{
    domain::{
        account::{Actor, Role},
        booking::BookingStatus,
        fairness::MarkStatus,
        message::MessageKind,
        posting::Status,
        time::{HOUR, MINUTE},
    },
    market::{Booked, MarketError, MarketResult},
};
use serde_json::json;

use crate::{
    World,
    world::{OPERATOR, no_place, request},
};

stories!(
    a_place_given_up_by_mistake_is_taken_again,
    a_place_that_went_on_stays_where_it_went,
    what_the_employer_said_by_mistake_is_taken_back_and_told,
    nobody_takes_back_what_another_did_or_what_is_long_ago,
);

async fn a_place_given_up_by_mistake_is_taken_again(world: World) {
    let market = &world.market;
    let job = world.open(&json!({})).await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    // Ten hours before it begins: giving up is marked.
    world.clock.go(12 * HOUR);
    let booking = market.book(&seeker, &job, &request(&own)).await.unwrap().booking;
    market.cancel(&seeker, &booking.id).await.unwrap();
    assert_eq!(market.own_marks(&seeker).await.unwrap()[0].mark.status, MarkStatus::Standing);
    world.clock.go(9 * MINUTE);
    let back = market.undo(&seeker, &booking.id).await.unwrap();
    assert_eq!((back.booking.status, back.booking.ended), (BookingStatus::Booked, None));
    assert_eq!(back.posting.status, Status::Filled);
    assert_eq!(market.own_marks(&seeker).await.unwrap()[0].mark.status, MarkStatus::Lifted);
    let attendance = market.attendance_of(&seeker, &booking.id).await.unwrap();
    assert_eq!(attendance.len(), 1, "the shift is expected again");
    world.check_places(&job).await;
    // Once taken back there is nothing more to take back.
    let again = market.undo(&seeker, &booking.id).await;
    assert!(matches!(again, Err(MarketError::TooLate(_))), "{again:?}");
    // Who waited waits again, or has the place that is free by then.
    let (second, other) = world.actor(Role::Worker, "second").await;
    let waiting = market.book(&second, &job, &request(&other.unwrap())).await.unwrap().booking;
    market.cancel(&second, &waiting.id).await.unwrap();
    let status = market.undo(&second, &waiting.id).await.unwrap().booking.status;
    assert_eq!(status, BookingStatus::Waiting);
    market.cancel(&second, &waiting.id).await.unwrap();
    market.cancel(&seeker, &booking.id).await.unwrap();
    let status = market.undo(&second, &waiting.id).await.unwrap().booking.status;
    assert_eq!(status, BookingStatus::Booked);
    world.check_places(&job).await;
    world.verify().await;
}

async fn a_place_that_went_on_stays_where_it_went(world: World) {
    let market = &world.market;
    let job = world.open(&json!({})).await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let booking = market.book(&seeker, &job, &request(&own.unwrap())).await.unwrap().booking;
    let next = world.worker(1).await;
    let waiting = world.book(&job, &next).await.unwrap().booking;
    market.cancel(&seeker, &booking.id).await.unwrap();
    assert_eq!(no_place(market.undo(&seeker, &booking.id).await), "full");
    world.cancel(&waiting.id).await;
    // A clash that arose meanwhile stands.
    let clash = world.open(&json!({ "title": "别的活" })).await;
    let worker = booking.worker.clone();
    let other = market.book(&seeker, &clash, &request(&worker)).await.unwrap().booking;
    assert_eq!(no_place(market.undo(&seeker, &booking.id).await), "clash");
    market.cancel(&seeker, &other.id).await.unwrap();
    market.withdraw(&OPERATOR, &job, Some("不招了")).await.unwrap();
    assert_eq!(no_place(market.undo(&seeker, &booking.id).await), "closed");
    world.check_places(&job).await;
}

async fn what_the_employer_said_by_mistake_is_taken_back_and_told(world: World) {
    let market = &world.market;
    let job = world.open(&json!({ "instant": false })).await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    market.keep_time().await.unwrap();
    let id = market.book(&seeker, &job, &request(&own)).await.unwrap().booking.id;
    let status = async |undone: MarketResult<Booked>| undone.unwrap().booking.status;
    market.shortlist(&OPERATOR, &id).await.unwrap();
    assert_eq!(status(market.undo(&OPERATOR, &id).await).await, BookingStatus::Applied);
    market.shortlist(&OPERATOR, &id).await.unwrap();
    market.offer(&OPERATOR, &id).await.unwrap();
    assert_eq!(status(market.undo(&OPERATOR, &id).await).await, BookingStatus::Shortlisted);
    market.offer(&OPERATOR, &id).await.unwrap();
    market.decline(&OPERATOR, &id).await.unwrap();
    let back = market.undo(&OPERATOR, &id).await.unwrap().booking;
    assert_eq!((back.status, back.due_at.is_some()), (BookingStatus::Offered, true));
    // The worker's own no is taken back too; an answer ends what the employer could take back.
    market.decline(&seeker, &id).await.unwrap();
    assert_eq!(status(market.undo(&seeker, &id).await).await, BookingStatus::Offered);
    market.accept(&seeker, &id).await.unwrap();
    market.call_off(&OPERATOR, &id, Some("点错了人")).await.unwrap();
    let back = market.undo(&OPERATOR, &id).await.unwrap().booking;
    assert_eq!((back.status, back.reason), (BookingStatus::Booked, None));
    world.check_places(&job).await;
    market.keep_time().await.unwrap();
    let told = market.unread(&seeker, &own).await.unwrap();
    let restored = told.iter().filter(|one| one.kind == MessageKind::Restored).count();
    assert_eq!(restored, 3, "of the offer, the refusal, the place called off: {told:?}");
    world.verify().await;
}

async fn nobody_takes_back_what_another_did_or_what_is_long_ago(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let job = world.opened_by(&employer, &json!({ "instant": false })).await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let id = market.book(&seeker, &job, &request(&own.unwrap())).await.unwrap().booking.id;
    let too_late = async |actor: &Actor| {
        let undone = market.undo(actor, &id).await;
        assert!(matches!(undone, Err(MarketError::TooLate(_))), "{undone:?}");
    };
    // An application is given up, not taken back.
    too_late(&seeker).await;
    market.cancel(&seeker, &id).await.unwrap();
    too_late(&employer).await;
    too_late(&OPERATOR).await;
    let (stranger, _) = world.actor(Role::Worker, "stranger").await;
    let foreign = market.undo(&stranger, &id).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
    world.clock.go(10 * MINUTE + 1);
    too_late(&seeker).await;
}
