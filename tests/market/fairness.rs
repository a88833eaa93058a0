//! Two-sided fairness and complaints: marks on both sides, appeals, redemption, ratings, blocks,
//! inviting back; complaints with deadline, outcome and take-down.

use linggong::{
    domain::{
        account::{Account, Actor, Role},
        attendance::Party,
        booking::{BookingStatus, NoPlace},
        complaint::{Channel, ComplaintEvent, ComplaintKind, ComplaintStatus},
        fairness::{Mark, MarkEvent, MarkKind, MarkStatus},
        ids::{JobId, WorkerId},
        ledger::payer,
        posting::Status,
        time::{DAY, HOUR},
    },
    market::{MarketError, NewComplaint, Wanted},
};
use serde_json::json;

use crate::{
    World,
    world::{OPERATOR, request, shift},
};

stories!(
    who_does_not_come_is_marked_and_may_appeal_once,
    giving_up_late_is_marked_on_both_sides,
    work_makes_up_for_marks,
    too_many_marks_take_the_one_step_away,
    who_does_not_want_the_other_does_not_meet_again,
    both_rate_each_other_after_work,
    who_worked_before_is_invited_back,
    a_complaint_is_settled_by_its_station,
    a_false_posting_is_taken_down_at_once,
);

impl World {
    async fn marks(&self, actor: &Actor) -> Vec<Mark> {
        let own = self.market.own_marks(actor).await.unwrap();
        own.into_iter().map(|own| own.mark).collect()
    }

    /// A day's work on a posting of its own, from eight on the given day.
    async fn day(&self, employer: &Actor, worker: (&Actor, &WorkerId), day: &str) -> JobId {
        let job = self.opened_by(employer, &json!({ "shifts": shift(day, 8, 12) })).await;
        self.market.book(worker.0, &job, &request(worker.1)).await.unwrap();
        job
    }
}

async fn who_does_not_come_is_marked_and_may_appeal_once(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    world.day(&employer, (&seeker, &own), "11-25").await;
    world.clock.go(23 * HOUR);
    market.keep_time().await.unwrap();
    let mark = world.marks(&seeker).await.remove(0);
    assert_eq!((mark.kind, mark.status), (MarkKind::NoShow, MarkStatus::Standing));
    assert!(world.marks(&employer).await.is_empty());
    let foreign = market.appeal(&employer, &mark.id, Some("不是我的")).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
    market.appeal(&seeker, &mark.id, Some("孩子住院了")).await.unwrap();
    let appeals = market.appeals(&OPERATOR).await.unwrap();
    assert_eq!(appeals[0].mark.plea.as_deref(), Some("孩子住院了"));
    assert!(matches!(market.appeals(&seeker).await, Err(MarketError::Forbidden)));
    let uphold = MarkEvent::Uphold;
    let bare = market.rule(&OPERATOR, &mark.id, uphold, None).await;
    assert!(matches!(bare, Err(MarketError::Invalid(_))), "{bare:?}");
    market.rule(&OPERATOR, &mark.id, uphold, Some("没有提前说")).await.unwrap();
    let again = market.appeal(&seeker, &mark.id, Some("再说一次")).await;
    assert!(matches!(again, Err(MarketError::TooLate(_))), "{again:?}");
    // The deadline stands for whoever did not appeal.
    let (late, own) = world.actor(Role::Worker, "late").await;
    world.day(&employer, (&late, &own.unwrap()), "11-26").await;
    world.clock.go(DAY);
    market.keep_time().await.unwrap();
    let mark = world.marks(&late).await.remove(0);
    world.clock.go(5 * DAY);
    let over = market.appeal(&late, &mark.id, Some("车坏了")).await;
    assert!(matches!(over, Err(MarketError::TooLate(_))), "{over:?}");
    world.verify().await;
}

async fn giving_up_late_is_marked_on_both_sides(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    // Two days ahead nobody is left standing.
    let job = world.opened_by(&employer, &json!({ "shifts": shift("11-27", 8, 12) })).await;
    let early = market.book(&seeker, &job, &request(&own)).await.unwrap().booking;
    market.cancel_because(&seeker, &early.id, Some("家里有事")).await.unwrap();
    assert!(world.marks(&seeker).await.is_empty());
    let job = world.opened_by(&employer, &json!({ "headcount": 2 })).await;
    let late = market.book(&seeker, &job, &request(&own)).await.unwrap().booking;
    market.cancel(&seeker, &late.id).await.unwrap();
    assert_eq!(world.marks(&seeker).await[0].kind, MarkKind::LateCancel);
    let other = world.worker(9).await;
    let called = world.book(&job, &other).await.unwrap().booking;
    market.call_off(&employer, &called.id, Some("没有货了")).await.unwrap();
    let mark = world.marks(&employer).await.remove(0);
    assert_eq!((mark.kind, mark.side), (MarkKind::CalledOff, Party::Employer));
    market.appeal(&employer, &mark.id, Some("暴雪停工")).await.unwrap();
    let done = market.rule(&OPERATOR, &mark.id, MarkEvent::Lift, Some("属实")).await.unwrap();
    assert_eq!(done.status, MarkStatus::Lifted);
}

async fn work_makes_up_for_marks(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    world.day(&employer, (&seeker, &own), "11-25").await;
    world.clock.go(23 * HOUR);
    market.keep_time().await.unwrap();
    for (i, day) in ["11-26", "11-27", "11-28"].into_iter().enumerate() {
        assert_eq!(world.marks(&seeker).await[0].status, MarkStatus::Standing, "after {i}");
        let job = world.day(&employer, (&seeker, &own), day).await;
        // From nine on one day to eight on the next.
        world.clock.go(23 * HOUR);
        let id = market.roster(&employer, &job).await.unwrap()[0].id.clone();
        market.check_in(&employer, &id, None).await.unwrap();
        world.clock.go(HOUR);
        market.check_out(&employer, &id, None).await.unwrap();
    }
    assert_eq!(world.marks(&seeker).await[0].status, MarkStatus::Redeemed);
    let mut view = market.store.read().await.unwrap();
    let record = market.worker_record(&mut view, &own).await.unwrap();
    assert_eq!((record.done, record.marks), (3, 0));
}

async fn too_many_marks_take_the_one_step_away(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    for _ in 0..3 {
        let job = world.opened_by(&employer, &json!({})).await;
        let booking = market.book(&seeker, &job, &request(&own)).await.unwrap().booking;
        assert_eq!(booking.status, BookingStatus::Booked);
        market.cancel(&seeker, &booking.id).await.unwrap();
    }
    let job = world.opened_by(&employer, &json!({})).await;
    let asked = market.book(&seeker, &job, &request(&own)).await.unwrap().booking;
    assert_eq!(asked.status, BookingStatus::Applied, "the employer decides");
    // Staff at the desk may still book; and what is old does not count.
    world.clock.go(91 * DAY);
    let mut view = market.store.read().await.unwrap();
    assert_eq!(market.worker_record(&mut view, &own).await.unwrap().marks, 0);
}

async fn who_does_not_want_the_other_does_not_meet_again(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    let job = world.day(&employer, (&seeker, &own), "11-25").await;
    let id = market.roster(&employer, &job).await.unwrap()[0].id.clone();
    let next = world.opened_by(&employer, &json!({ "shifts": shift("11-26", 8, 12) })).await;
    for side in [&seeker, &employer] {
        market.block(side, &id, Wanted::No).await.unwrap();
        let barred = market.book(&seeker, &next, &request(&own)).await;
        let is_blocked = matches!(barred, Err(MarketError::NoPlace(NoPlace::Blocked(_))));
        assert!(is_blocked, "{barred:?}");
        // Nor is it proposed.
        let owes = payer(&world.posting(&next).await);
        assert_eq!(market.seeker(&seeker, &own).await.unwrap().2, [owes]);
        market.block(side, &id, Wanted::Yes).await.unwrap();
        assert!(market.seeker(&seeker, &own).await.unwrap().2.is_empty());
    }
    // Another employer is another matter.
    let other = world.employer("other").await;
    market.block(&seeker, &id, Wanted::No).await.unwrap();
    world.day(&other, (&seeker, &own), "11-27").await;
    let (stranger, _) = world.actor(Role::Worker, "stranger").await;
    let foreign = market.block(&stranger, &id, Wanted::No).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
}

async fn both_rate_each_other_after_work(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    let job = world.day(&employer, (&seeker, &own), "11-25").await;
    let id = market.roster(&employer, &job).await.unwrap()[0].id.clone();
    let early = market.rate(&seeker, &id, 5).await;
    assert!(matches!(early, Err(MarketError::TooLate(_))), "{early:?}");
    world.clock.go(22 * HOUR);
    market.check_in(&employer, &id, None).await.unwrap();
    world.clock.go(4 * HOUR);
    market.check_out(&employer, &id, None).await.unwrap();
    for stars in [0, 6] {
        let wrong = market.rate(&seeker, &id, stars).await;
        assert!(matches!(wrong, Err(MarketError::Invalid(_))), "{wrong:?}");
    }
    market.rate(&seeker, &id, 2).await.unwrap();
    market.rate(&seeker, &id, 4).await.unwrap();
    market.rate(&employer, &id, 5).await.unwrap();
    let posting = world.posting(&job).await;
    let mut view = market.store.read().await.unwrap();
    let shop = market.payer_record(&mut view, &posting).await.unwrap();
    assert_eq!((shop.rated, shop.stars), (1, 4), "the later word counts");
    let known = market.payer_records().await.unwrap();
    assert_eq!(known, [(payer(&posting), shop)]);
    let person = market.worker_record(&mut view, &own).await.unwrap();
    assert_eq!((person.rated, person.stars, person.done), (1, 5, 1));
}

async fn who_worked_before_is_invited_back(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let own = own.unwrap();
    let job = world.day(&employer, (&seeker, &own), "11-25").await;
    let next = world.opened_by(&employer, &json!({ "shifts": shift("11-27", 8, 12) })).await;
    let early = market.invite(&employer, &next, &own).await;
    assert!(matches!(early, Err(MarketError::NotFound)), "{early:?}");
    let id = market.roster(&employer, &job).await.unwrap()[0].id.clone();
    world.clock.go(22 * HOUR);
    market.check_in(&employer, &id, None).await.unwrap();
    world.clock.go(4 * HOUR);
    market.check_out(&employer, &id, None).await.unwrap();
    let past = market.past_workers(&employer, &next).await.unwrap();
    assert_eq!(past.iter().map(|worker| &worker.id).collect::<Vec<_>>(), [&own]);
    let other = world.employer("other").await;
    assert!(market.past_workers(&other, &next).await.is_err());
    let asked = market.invite(&employer, &next, &own).await.unwrap().booking;
    assert_eq!(asked.status, BookingStatus::Offered);
    assert!(market.past_workers(&employer, &next).await.unwrap().is_empty());
    let done = market.accept(&seeker, &asked.id).await.unwrap();
    assert_eq!(done.booking.status, BookingStatus::Booked);
    world.check_places(&next).await;
}

fn about(kind: ComplaintKind, job: Option<&JobId>) -> NewComplaint {
    let text = "干了一天，说好220元，只给了100".to_owned();
    NewComplaint { kind, job: job.cloned(), worker: None, text, channel: Channel::Phone }
}

async fn a_complaint_is_settled_by_its_station(world: World) {
    let market = &world.market;
    world.station("near", crate::world::LAT).await;
    world.station("far", crate::world::LAT + 1.0).await;
    let (seeker, _) = world.actor(Role::Worker, "seeker").await;
    let (other, _) = world.actor(Role::Worker, "other").await;
    let desk = |station: &str, login: &'static str| {
        let station = Some(station.parse().unwrap());
        let world = &world;
        async move {
            let (actor, _) = world.actor(Role::Staff, login).await;
            let account = actor.account().unwrap().clone();
            Actor::Account(Account { station, ..account })
        }
    };
    let (near, far) = (desk("near", "near").await, desk("far", "far").await);
    let made = market.complain(&seeker, &about(ComplaintKind::Injury, None)).await.unwrap();
    assert_eq!(made.due_at, market.now().plus(DAY), "an injury does not wait");
    let short = NewComplaint { text: "x".to_owned(), ..about(ComplaintKind::Fee, None) };
    let refused = market.complain(&seeker, &short).await;
    assert!(matches!(refused, Err(MarketError::Invalid(_))), "{refused:?}");
    // Nobody's station: every desk sees it. A desk's own is that desk's.
    assert_eq!(market.complaints(&far, None).await.unwrap().len(), 1);
    let own = market.complain(&near, &about(ComplaintKind::Fee, None)).await.unwrap();
    assert_eq!(market.complaints(&far, None).await.unwrap().len(), 1);
    assert_eq!(market.complaints(&near, None).await.unwrap().len(), 2);
    assert!(matches!(market.complaint(&far, &own.id).await, Err(MarketError::NotFound)));
    assert!(matches!(market.complaint(&other, &made.id).await, Err(MarketError::NotFound)));
    assert!(market.complaints(&other, None).await.unwrap().is_empty());
    let step = async |actor: &Actor, event, outcome| {
        market.settle_complaint(actor, &made.id, event, outcome).await
    };
    use ComplaintEvent::{Reopen, Solve, Take};
    assert!(matches!(step(&seeker, Take, None).await, Err(MarketError::Forbidden)));
    let taken = step(&near, Take, None).await.unwrap();
    assert_eq!(taken.handler.as_deref(), Some(near.name()));
    assert!(matches!(step(&near, Take, None).await, Err(MarketError::Refused(_))));
    assert!(matches!(step(&near, Solve, None).await, Err(MarketError::Invalid(_))));
    step(&near, Solve, Some("单位付了医药费")).await.unwrap();
    let seen = market.complaint(&seeker, &made.id).await.unwrap();
    assert_eq!(seen.outcome.as_deref(), Some("单位付了医药费"));
    world.clock.go(HOUR);
    let again = step(&seeker, Reopen, None).await.unwrap();
    assert_eq!((again.status, again.handler), (ComplaintStatus::Open, None));
    assert_eq!(again.due_at, market.now().plus(DAY));
    world.verify().await;
}

async fn a_false_posting_is_taken_down_at_once(world: World) {
    let market = &world.market;
    world.station("near", crate::world::LAT).await;
    let employer = world.employer("acme").await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    world.day(&employer, (&seeker, &own.unwrap()), "11-25").await;
    let open = world.opened_by(&employer, &json!({})).await;
    assert!(world.shown("near").await.contains(&open.to_string()));
    let made = market.complain(&seeker, &about(ComplaintKind::FalsePosting, Some(&open))).await;
    let made = made.unwrap();
    let wrong = market.take_down(&employer, &made.id, Some("试试")).await;
    assert!(matches!(wrong, Err(MarketError::NotFound)), "{wrong:?}");
    market.take_down(&OPERATOR, &made.id, Some("核实是虚假岗位")).await.unwrap();
    assert!(!world.shown("near").await.contains(&open.to_string()), "the screens show it at once");
    let posting = world.posting(&open).await;
    assert_eq!(
        (posting.status, posting.reason.as_deref()),
        (Status::Withdrawn, Some("核实是虚假岗位"))
    );
    let mut view = market.store.read().await.unwrap();
    let kind = linggong::store::Kind::Complaint;
    let trail = view.log_of(kind, made.id.as_str(), 10).await.unwrap();
    assert!(trail.iter().any(|row| row.verb == "take_down"), "the trail says so");
    drop(view);
    let nowhere = market.complain(&seeker, &about(ComplaintKind::Fee, None)).await.unwrap();
    let bare = market.take_down(&OPERATOR, &nowhere.id, Some("没有岗位")).await;
    assert!(matches!(bare, Err(MarketError::Invalid(_))), "{bare:?}");
    world.verify().await;
}
