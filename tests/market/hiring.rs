//! By application: shortlist, offer, answers in time; called off; confirmed or released; crews.

use std::collections::BTreeSet;

use linggong::{
    domain::{
        account::{Account, Actor, Role},
        booking::{BookingStatus, Ending, NoPlace},
        ids::{AccountId, Seedling, WorkerId},
        rules::Rules,
        time::{DAY, HOUR},
    },
    market::{CrewRequest, MarketError, NewWorker},
    store::NewAccount,
};
use serde_json::json;

use crate::{World, clock::NOW, world::OPERATOR};

stories!(
    an_application_goes_by_shortlist_and_offer,
    an_offer_lapses_without_an_answer,
    an_offer_holds_no_place,
    called_off_with_a_reason_the_place_goes_on,
    who_does_not_confirm_is_released,
    the_end_of_a_posting_ends_what_waits_for_it,
    a_crew_takes_what_is_left,
    a_crew_names_only_people_who_agreed,
    crews_never_oversell,
);

impl World {
    /// An account; a worker's or leader's is registered as a person.
    pub async fn actor(&self, role: Role, login: &str) -> (Actor, Option<WorkerId>) {
        let random = login.bytes().fold(7, |sum, b| sum * 31 + u128::from(b));
        let account = Account {
            id: AccountId::grow(Seedling { at_ms: NOW.millis(), random }),
            login: login.to_owned(),
            role,
            org: None,
            station: None,
            worker: None,
        };
        let mut txn = self.market.store.begin().await.unwrap();
        let new = NewAccount { account: &account, password_hash: "none", at: NOW };
        txn.add_account(new).await.unwrap();
        txn.commit().await.unwrap();
        if !matches!(role, Role::Worker | Role::Leader) {
            return (Actor::Account(account), None);
        }
        let digits = random % 100_000_000;
        let input = json!({ "name": login, "phone": format!("137{digits:08}") });
        let actor = Actor::Account(account.clone());
        let worker = self.market.register(&actor, &input, NewWorker::default()).await.unwrap().id;
        let account = Account { worker: Some(worker.clone()), ..account };
        (Actor::Account(account), Some(worker))
    }

    /// A leader with so many members who agreed.
    pub async fn crew(&self, login: &str, size: u32) -> (Actor, Vec<WorkerId>) {
        let (leader, _) = self.actor(Role::Leader, login).await;
        let mut members = Vec::new();
        for i in 0..size {
            let phone = format!("136{:08}", u32::from(login.as_bytes()[0]) * 1000 + i);
            let input =
                json!({ "name": format!("组员{login}{i}"), "phone": phone, "agreed": true });
            members.push(self.market.add_member(&leader, &input).await.unwrap().worker.id);
        }
        (leader, members)
    }
}

fn going(members: &[WorkerId], partial: bool) -> CrewRequest {
    CrewRequest { members: members.to_vec(), partial, shift: None, idempotency_key: None }
}

async fn an_application_goes_by_shortlist_and_offer(world: World) {
    let market = &world.market;
    let job = world.open(&json!({ "instant": false })).await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let request = crate::world::request(&own.unwrap());
    let id = market.book(&seeker, &job, &request).await.unwrap().booking.id;
    // The worker can't take what nobody offered.
    assert!(matches!(market.accept(&seeker, &id).await, Err(MarketError::Forbidden)));
    let done = market.shortlist(&OPERATOR, &id).await.unwrap();
    assert_eq!(done.booking.status, BookingStatus::Shortlisted);
    assert!(matches!(market.shortlist(&OPERATOR, &id).await, Err(MarketError::Refused(_))));
    let done = market.offer(&OPERATOR, &id).await.unwrap();
    assert_eq!(done.booking.due_at, Some(NOW.plus(22 * HOUR)), "until the work begins");
    let (other, _) = world.actor(Role::Worker, "other").await;
    assert!(matches!(market.accept(&other, &id).await, Err(MarketError::NotFound)));
    let done = market.accept(&seeker, &id).await.unwrap();
    assert_eq!((done.booking.status, done.booking.due_at), (BookingStatus::Booked, None));
    assert_eq!(done.posting.taken, 1);
    world.check_places(&job).await;
    world.verify().await;
}

async fn an_offer_lapses_without_an_answer(world: World) {
    let market = &world.market;
    let job = world.open(&json!({ "instant": false, "shifts": [] })).await;
    let (seeker, own) = world.actor(Role::Worker, "seeker").await;
    let request = crate::world::request(&own.unwrap());
    let id = market.book(&seeker, &job, &request).await.unwrap().booking.id;
    market.offer(&OPERATOR, &id).await.unwrap();
    world.clock.go(24 * HOUR - 1);
    assert_eq!(market.keep_time().await.unwrap(), 0);
    world.clock.go(1);
    assert_eq!(market.keep_time().await.unwrap(), 1);
    assert_eq!(market.keep_time().await.unwrap(), 0);
    let held = market.store.read().await.unwrap().booking(&id).await.unwrap().unwrap();
    assert_eq!((held.status, held.ended), (BookingStatus::Cancelled, Some(Ending::Lapsed)));
    assert!(matches!(market.accept(&seeker, &id).await, Err(MarketError::Forbidden)));
}

async fn an_offer_holds_no_place(world: World) {
    let market = &world.market;
    let job = world.open(&json!({ "instant": false })).await;
    let mut asked = Vec::new();
    for login in ["first", "second"] {
        let (seeker, own) = world.actor(Role::Worker, login).await;
        let request = crate::world::request(&own.unwrap());
        let id = market.book(&seeker, &job, &request).await.unwrap().booking.id;
        market.offer(&OPERATOR, &id).await.unwrap();
        asked.push((seeker, id));
    }
    let mut got = Vec::new();
    for (seeker, id) in &asked {
        got.push(market.accept(seeker, id).await.unwrap().booking.status);
    }
    assert_eq!(got, [BookingStatus::Booked, BookingStatus::Waiting]);
    world.check_places(&job).await;
}

async fn called_off_with_a_reason_the_place_goes_on(world: World) {
    let market = &world.market;
    let job = world.open(&json!({})).await;
    let workers = world.workers(2).await;
    let first = world.book(&job, &workers[0]).await.unwrap().booking.id;
    let second = world.book(&job, &workers[1]).await.unwrap().booking.id;
    assert!(matches!(market.call_off(&OPERATOR, &first, None).await, Err(MarketError::Invalid(_))));
    let done = market.call_off(&OPERATOR, &first, Some("下雨停工")).await.unwrap();
    assert_eq!(done.booking.ended, Some(Ending::Employer));
    assert_eq!(done.booking.reason.as_deref(), Some("下雨停工"));
    let roster = world.roster(&job).await;
    assert_eq!(roster.len(), 1);
    assert_eq!((&roster[0].id, roster[0].status), (&second, BookingStatus::Booked));
    world.clock.go(3 * DAY);
    let late = market.cancel(&OPERATOR, &second).await;
    assert!(matches!(late, Err(MarketError::TooLate(_))), "work that is over is not cancelled");
}

async fn who_does_not_confirm_is_released(mut world: World) {
    let mut rules = Rules::default();
    rules.set("confirm_lead_hours", 6).unwrap();
    world.market = world.market.clone().ruled(rules);
    let market = &world.market;
    // Work begins in 22 hours: the answer is due 6 hours before.
    let job = world.open(&json!({ "headcount": 2 })).await;
    let workers = world.workers(3).await;
    let mut ids = Vec::new();
    for worker in &workers {
        ids.push(world.book(&job, worker).await.unwrap().booking);
    }
    assert_eq!(ids[0].due_at, Some(NOW.plus(16 * HOUR)));
    assert_eq!(ids[2].due_at, None, "who waits is not asked");
    assert_eq!(market.confirm(&OPERATOR, &ids[0].id).await.unwrap().booking.due_at, None);
    market.confirm(&OPERATOR, &ids[0].id).await.unwrap();
    world.clock.go(16 * HOUR);
    assert_eq!(market.keep_time().await.unwrap(), 1);
    let roster = world.roster(&job).await;
    let booked: BTreeSet<_> = roster.iter().map(|b| (&b.worker, b.status)).collect();
    let held = [&workers[0], &workers[2]].map(|worker| (worker, BookingStatus::Booked));
    assert_eq!(booked, BTreeSet::from(held));
    // Who got the place so late is not asked any more.
    assert!(roster.iter().all(|booking| booking.due_at.is_none()));
    assert_eq!(market.keep_time().await.unwrap(), 0);
    world.check_places(&job).await;
}

async fn the_end_of_a_posting_ends_what_waits_for_it(world: World) {
    let market = &world.market;
    let (closed, down) = (world.open(&json!({})).await, world.open(&json!({})).await);
    let workers = world.workers(4).await;
    let mut ids = Vec::new();
    for (job, worker) in [(&closed, 0), (&closed, 1), (&down, 2), (&down, 3)] {
        ids.push(world.book(job, &workers[worker]).await.unwrap().booking.id);
    }
    market.close(&OPERATOR, &closed).await.unwrap();
    market.withdraw(&OPERATOR, &down, Some("虚假岗位")).await.unwrap();
    assert_eq!(market.keep_time().await.unwrap(), 3);
    assert_eq!(market.keep_time().await.unwrap(), 0);
    let mut view = market.store.read().await.unwrap();
    let mut ends = Vec::new();
    for id in &ids {
        ends.push(view.booking(id).await.unwrap().unwrap().ended);
    }
    assert_eq!(ends, [None, Some(Ending::Closed), Some(Ending::Employer), Some(Ending::Closed)]);
    let taken_down = view.booking(&ids[2]).await.unwrap().unwrap();
    assert_eq!(taken_down.reason.as_deref(), Some("虚假岗位"));
    drop(view);
    world.check_places(&closed).await;
    world.check_places(&down).await;
    world.verify().await;
}

async fn a_crew_takes_what_is_left(world: World) {
    let market = &world.market;
    let job = world.open(&json!({ "headcount": 6 })).await;
    for worker in world.workers(3).await {
        world.book(&job, &worker).await.unwrap();
    }
    let (leader, members) = world.crew("w", 5).await;
    let few = market.book_crew(&leader, &job, &going(&members, false)).await;
    assert!(matches!(few, Err(MarketError::NoPlace(NoPlace::Few(3)))), "{few:?}");
    let request = CrewRequest { idempotency_key: Some("crew".to_owned()), ..going(&members, true) };
    let done = market.book_crew(&leader, &job, &request).await.unwrap();
    let got: Vec<_> = done.bookings.iter().map(|booking| booking.status).collect();
    use BookingStatus::{Booked, Waiting};
    assert_eq!(got, [Booked, Booked, Booked, Waiting, Waiting]);
    assert_eq!(done.posting.places_left(), 0);
    let again = market.book_crew(&leader, &job, &request).await.unwrap();
    assert_eq!((again.crew, again.bookings.len()), (done.crew, 5));
    // Each member is a person of their own: the clash names who and what.
    let evening = world.open(&json!({ "headcount": 9 })).await;
    match market.book_crew(&leader, &evening, &going(&members[..1], false)).await {
        Err(MarketError::NoPlace(NoPlace::Clash(what))) => {
            assert!(what.contains("装卸工") && what.contains("组员w0"), "{what}");
        }
        other => panic!("{other:?}"),
    }
    // The leader may give a member's place up; who waits in the crew moves up.
    market.cancel(&leader, &done.bookings[0].id).await.unwrap();
    let roster = world.roster(&job).await;
    let of =
        |worker: &WorkerId| roster.iter().find(|booking| booking.worker == *worker).unwrap().status;
    let last: BTreeSet<_> = members[3..].iter().map(of).collect();
    assert_eq!(last, BTreeSet::from([Booked, Waiting]));
    let (stranger, _) = world.actor(Role::Leader, "stranger").await;
    let foreign = market.cancel(&stranger, &done.bookings[1].id).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)));
    world.check_places(&job).await;
    world.verify().await;
}

async fn a_crew_names_only_people_who_agreed(world: World) {
    let market = &world.market;
    let job = world.open(&json!({ "headcount": 9 })).await;
    let (leader, own) = world.actor(Role::Leader, "leader").await;
    let foreign = world.worker(1).await;
    let named = market.book_crew(&leader, &job, &going(&[foreign], false)).await;
    assert!(matches!(named, Err(MarketError::Invalid(_))), "{named:?}");
    // Somebody with an account agrees there; a name and a phone find the person.
    let (seeker, person) = world.actor(Role::Worker, "seeker").await;
    let person = person.unwrap();
    let phone = {
        let mut view = market.store.read().await.unwrap();
        view.worker(&person).await.unwrap().unwrap().person.phone.unwrap().expose().to_owned()
    };
    let refused = json!({ "name": "seeker", "phone": phone });
    assert!(matches!(market.add_member(&leader, &refused).await, Err(MarketError::Invalid(_))));
    let input = json!({ "name": "seeker", "phone": phone, "agreed": true });
    let member = market.add_member(&leader, &input).await.unwrap();
    assert_eq!((&member.worker.id, member.joined), (&person, false));
    let crew = [own.unwrap(), person.clone()];
    let early = market.book_crew(&leader, &job, &going(&crew, false)).await;
    assert!(matches!(early, Err(MarketError::Invalid(_))), "{early:?}");
    let account = leader.account().unwrap().id.clone();
    market.join_crew(&seeker, &account).await.unwrap();
    let done = market.book_crew(&leader, &job, &going(&crew, false)).await.unwrap();
    assert!(done.bookings.iter().all(|booking| booking.status == BookingStatus::Booked));
    // The leader speaks for what the crew took, and for nothing else of the person.
    let alone = world.open(&json!({ "shifts": crate::world::shift("11-27", 8, 12) })).await;
    let own = market.book(&seeker, &alone, &crate::world::request(&person)).await.unwrap();
    let meddling = market.cancel(&leader, &own.booking.id).await;
    assert!(matches!(meddling, Err(MarketError::NotFound)));
    market.leave_crew(&seeker, &account).await.unwrap();
    let gone = market.book_crew(&leader, &alone, &going(&[person], true)).await;
    assert!(matches!(gone, Err(MarketError::Invalid(_))), "{gone:?}");
}

async fn crews_never_oversell(world: World) {
    let job = world.open(&json!({ "headcount": 10 })).await;
    let mut lanes = Vec::new();
    for login in ["a", "b", "c", "d", "e", "f"] {
        let (leader, members) = world.crew(login, 4).await;
        let (market, job) = (world.market.clone(), job.clone());
        lanes.push(tokio::spawn(async move {
            let request = going(&members, true);
            market.book_crew(&leader, &job, &request).await
        }));
    }
    let (mut booked, mut waiting) = (0, 0);
    for lane in lanes {
        for booking in lane.await.unwrap().map(|done| done.bookings).unwrap_or_default() {
            match booking.status {
                BookingStatus::Booked => booked += 1,
                BookingStatus::Waiting => waiting += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((booked, waiting), (10, 10));
    world.check_places(&job).await;
    world.verify().await;
}
