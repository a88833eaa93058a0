//! From the door to the pay: checked in and out, late and absent, corrected by both, paid, arrears.

use linggong::{
    domain::{
        account::{Account, Actor, Role},
        attendance::{By, CorrectionEvent, Presence},
        booking::{Booking, NoPlace},
        ids::{AccountId, JobId, OrgId, Seedling, WorkerId},
        ledger::{PayMethod, WageEntry, WageStatus},
        money::Fen,
        org::{Employer, EmployerKind, Org},
        posting::Status,
        time::{DAY, HOUR, MINUTE},
    },
    market::{Adjustment, Door, MarketError, NewPosting, Payment, Times},
    store::NewAccount,
};
use serde_json::{Value, json};

use crate::{
    World,
    clock::NOW,
    world::{OPERATOR, posting, request, shift},
};

stories!(
    a_code_opens_the_door_for_a_minute,
    too_many_wrong_codes_leave_it_to_the_captain,
    late_absent_and_forgotten_are_settled_by_the_clock,
    a_crew_leader_checks_members_in_by_the_code,
    times_change_only_when_both_sides_agree,
    giving_up_takes_the_coming_shifts_back,
    a_shift_worked_is_owed_and_paid_to_the_worker,
    arrears_are_flagged_the_day_after_and_bar_who_repeats_them,
    pay_follows_corrected_times,
    the_ledger_outlasts_everything_that_is_forgotten,
);

/// An employer with an account, a posting of its own and somebody booked.
struct Shop {
    employer: Actor,
    job: JobId,
    seeker: Actor,
    worker: WorkerId,
    booking: Booking,
}

impl World {
    pub async fn employer(&self, login: &str) -> Actor {
        let id: OrgId = format!("org-{login}").parse().unwrap();
        let name = format!("{login}公司");
        let employer = Employer { name, uscc: None, kind: EmployerKind::Enterprise };
        let random = login.bytes().fold(11, |sum, b| sum * 31 + u128::from(b));
        let account = Account {
            id: AccountId::grow(Seedling { at_ms: NOW.millis(), random }),
            login: login.to_owned(),
            role: Role::Employer,
            org: Some(id.clone()),
            station: None,
            worker: None,
        };
        let mut txn = self.market.store.begin().await.unwrap();
        txn.add_org(&Org { id, employer }, NOW).await.unwrap();
        let new = NewAccount { account: &account, password_hash: "none", at: NOW };
        txn.add_account(new).await.unwrap();
        txn.commit().await.unwrap();
        Actor::Account(account)
    }

    async fn drafted_by(&self, employer: &Actor, fields: &Value) -> JobId {
        let mut input = posting(fields);
        input.as_object_mut().unwrap().remove("employer");
        self.market.post(employer, &input, NewPosting::default()).await.unwrap().id
    }

    pub async fn opened_by(&self, employer: &Actor, fields: &Value) -> JobId {
        let job = self.drafted_by(employer, fields).await;
        self.market.submit(employer, &job).await.unwrap();
        self.market.approve(&OPERATOR, &job).await.unwrap();
        job
    }

    async fn shop(&self, fields: &Value) -> Shop {
        let employer = self.employer("acme").await;
        let job = self.opened_by(&employer, fields).await;
        let (seeker, worker) = self.actor(Role::Worker, "seeker").await;
        let worker = worker.unwrap();
        let booking = self.market.book(&seeker, &job, &request(&worker)).await.unwrap().booking;
        Shop { employer, job, seeker, worker, booking }
    }

    async fn the_code(&self, shop: &Shop) -> String {
        self.market.code(&shop.employer, &shop.job).await.unwrap().1.digits
    }

    /// The only wage entry of a booking's first shift.
    pub async fn wage(&self, booking: &Booking) -> WageEntry {
        let mut view = self.market.store.read().await.unwrap();
        let one = view.attendance_of(&booking.id).await.unwrap().remove(0);
        view.wage_for(&one.id).await.unwrap().expect("an entry")
    }

    /// The worker comes and goes as planned.
    async fn worked(&self, shop: &Shop) {
        self.market.check_in(&shop.employer, &shop.booking.id, None).await.unwrap();
        self.clock.go(9 * HOUR);
        self.market.check_out(&shop.employer, &shop.booking.id, None).await.unwrap();
    }
}

pub fn pay(fen: i64) -> Payment {
    let voucher = Some("20261125-7".to_owned());
    Payment { amount: Fen(fen), on: None, method: PayMethod::Bank, voucher }
}

/// Until the first shift of [`posting`] begins.
const TO_START: i64 = 22 * HOUR;

async fn a_code_opens_the_door_for_a_minute(world: World) {
    let market = &world.market;
    let shop = world.shop(&json!({})).await;
    let (seeker, id) = (&shop.seeker, &shop.booking.id);
    let early = market.check_in(seeker, id, Some(&world.the_code(&shop).await)).await;
    assert!(matches!(early, Err(MarketError::TooLate(_))), "{early:?}");
    world.clock.go(TO_START - 5 * MINUTE);
    let old = world.the_code(&shop).await;
    world.clock.go(MINUTE);
    let fresh = world.the_code(&shop).await;
    assert_eq!(fresh.len(), 4);
    assert!(fresh.bytes().all(|b| b.is_ascii_digit()));
    // The code before still holds; one that is two minutes old does not.
    world.clock.go(MINUTE);
    let now = world.the_code(&shop).await;
    if ![&now, &fresh].contains(&&old) {
        let stale = market.check_in(seeker, id, Some(&old)).await;
        assert!(matches!(stale, Err(MarketError::Invalid(_))), "{stale:?}");
    }
    let none = market.check_in(seeker, id, None).await;
    assert!(matches!(none, Err(MarketError::Invalid(_))), "{none:?}");
    let one = market.check_in(seeker, id, Some(&fresh)).await.unwrap();
    assert_eq!((one.status, one.check_in.unwrap().1), (Presence::Present, By::Code));
    // Twice is once.
    assert_eq!(market.check_in(seeker, id, Some(&now)).await.unwrap(), one);
    // The code is nobody else's business.
    let other = world.employer("other").await;
    assert!(matches!(market.code(&other, &shop.job).await, Err(MarketError::Forbidden)));
    assert!(matches!(market.code(seeker, &shop.job).await, Err(MarketError::Forbidden)));
    // Three minutes early does not count, to the end of the shift does.
    world.clock.go(9 * HOUR + 3 * MINUTE);
    let code = world.the_code(&shop).await;
    let one = market.check_out(seeker, id, Some(&code)).await.unwrap();
    assert_eq!((one.status, one.minutes()), (Presence::Done, 9 * 60));
    world.verify().await;
}

async fn too_many_wrong_codes_leave_it_to_the_captain(world: World) {
    let market = &world.market;
    let shop = world.shop(&json!({})).await;
    world.clock.go(TO_START);
    let right = world.the_code(&shop).await;
    for wrong in (0..10_000).map(|n| format!("{n:04}")).filter(|n| *n != right).take(8) {
        let _ = market.check_in(&shop.seeker, &shop.booking.id, Some(&wrong)).await;
    }
    let locked = market.check_in(&shop.seeker, &shop.booking.id, Some(&right)).await;
    assert!(matches!(locked, Err(MarketError::TooLate(_))), "{locked:?}");
    let one = market.check_in(&shop.employer, &shop.booking.id, None).await.unwrap();
    assert_eq!((one.check_in.unwrap().1, one.tries), (By::Captain, 0));
}

async fn late_absent_and_forgotten_are_settled_by_the_clock(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let job = world.opened_by(&employer, &json!({ "headcount": 3 })).await;
    let mut ids = Vec::new();
    for worker in world.workers(3).await {
        ids.push(world.book(&job, &worker).await.unwrap().booking);
    }
    world.clock.go(TO_START + 10 * MINUTE);
    let one = market.check_in(&employer, &ids[0].id, None).await.unwrap();
    assert!(!one.is_late(&market.rules));
    world.clock.go(MINUTE);
    let one = market.check_in(&employer, &ids[1].id, None).await.unwrap();
    assert!(one.is_late(&market.rules));
    world.clock.go(48 * MINUTE);
    assert_eq!(market.keep_time().await.unwrap(), 0, "a minute is left");
    world.clock.go(MINUTE);
    assert_eq!(market.keep_time().await.unwrap(), 1);
    let absent = market.attendance_of(&employer, &ids[2].id).await.unwrap().remove(0);
    assert_eq!(absent.status, Presence::Absent);
    // Who comes all the same is let in.
    let one = market.check_in(&employer, &ids[2].id, None).await.unwrap();
    assert!(one.is_late(&market.rules));
    world.clock.go(8 * HOUR);
    market.check_out(&employer, &ids[0].id, None).await.unwrap();
    // Nobody checked the two others out: the shift's end counts, and the wage is owed.
    world.clock.go(12 * HOUR + 1);
    market.keep_time().await.unwrap();
    let forgotten = market.attendance_of(&employer, &ids[1].id).await.unwrap().remove(0);
    assert_eq!(forgotten.check_out, Some((forgotten.shift.end, By::Clock)));
    assert_eq!(world.wage(&ids[1]).await.minutes, 9 * 60 - 11);
    world.verify().await;
}

async fn a_crew_leader_checks_members_in_by_the_code(world: World) {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let job = world.opened_by(&employer, &json!({ "headcount": 3 })).await;
    let (leader, members) = world.crew("w", 3).await;
    let request = linggong::market::CrewRequest {
        members,
        partial: false,
        shift: None,
        idempotency_key: None,
    };
    let crew = market.book_crew(&leader, &job, &request).await.unwrap().bookings;
    world.clock.go(TO_START);
    let code = market.code(&employer, &job).await.unwrap().1.digits;
    let bare = market.check_in(&leader, &crew[0].id, None).await;
    assert!(matches!(bare, Err(MarketError::Invalid(_))), "{bare:?}");
    let places = market.crew_places(&leader).await.unwrap();
    let ids: Vec<_> = places.iter().map(|place| place.booking.booking.id.clone()).collect();
    assert_eq!(ids.len(), 3);
    let wrong = market.pass_together(&leader, &ids, "no", Door::In).await;
    assert!(matches!(wrong, Err(MarketError::Invalid(_))), "{wrong:?}");
    let early = market.pass_together(&leader, &ids, &code, Door::Out).await;
    assert!(matches!(early, Err(MarketError::TooLate(_))), "{early:?}");
    let (stranger, _) = world.actor(Role::Leader, "stranger").await;
    assert!(market.crew_places(&stranger).await.unwrap().is_empty());
    let foreign = market.pass_together(&stranger, &ids, &code, Door::In).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
    // Two come with the leader; the third is checked in by the captain.
    assert_eq!(market.pass_together(&leader, &ids[..2], &code, Door::In).await.unwrap(), 2);
    market.check_in(&employer, &ids[2], None).await.unwrap();
    world.clock.go(8 * HOUR);
    // One has gone before: the others go together.
    market.check_out(&employer, &ids[0], None).await.unwrap();
    world.clock.go(HOUR);
    let code = market.code(&employer, &job).await.unwrap().1.digits;
    assert_eq!(market.pass_together(&leader, &ids, &code, Door::Out).await.unwrap(), 3);
    let earned = [19_556, 22_000, 22_000];
    for (id, promised) in ids.iter().zip(earned) {
        let booking = crew.iter().find(|booking| booking.id == *id).unwrap();
        // Each member is a payee of their own.
        let wage = world.wage(booking).await;
        assert_eq!((&wage.worker, wage.promised), (&booking.worker, Fen(promised)));
        let slip = market.slip(&leader, &wage.id).await;
        assert!(matches!(slip, Err(MarketError::NotFound)), "pay is not the leader's business");
    }
}

async fn times_change_only_when_both_sides_agree(world: World) {
    let market = &world.market;
    let shop = world.shop(&json!({})).await;
    world.clock.go(TO_START);
    let start = market.now();
    world.worked(&shop).await;
    let id = market.attendance_of(&shop.seeker, &shop.booking.id).await.unwrap()[0].id.clone();
    let times = |from: i64, to: i64| Times {
        check_in: start.plus(from * MINUTE),
        check_out: start.plus(to * MINUTE),
        reason: "签晚了".to_owned(),
    };
    for wrong in [times(0, 0), times(60, 30), times(0, 541), times(-800, 60)] {
        let refused = market.propose_times(&shop.seeker, &id, wrong).await;
        assert!(matches!(refused, Err(MarketError::Invalid(_))), "{refused:?}");
    }
    let asked = market.propose_times(&shop.seeker, &id, times(60, 540)).await.unwrap();
    let second = market.propose_times(&shop.employer, &id, times(0, 60)).await;
    assert!(matches!(second, Err(MarketError::TooLate(_))), "{second:?}");
    let yes = CorrectionEvent::Confirm;
    let own = market.answer_times(&shop.seeker, &asked.id, yes).await;
    assert!(matches!(own, Err(MarketError::Forbidden)), "{own:?}");
    let (stranger, _) = world.actor(Role::Worker, "stranger").await;
    let foreign = market.answer_times(&stranger, &asked.id, yes).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
    market.answer_times(&shop.employer, &asked.id, CorrectionEvent::Refuse).await.unwrap();
    let held = market.attendance_of(&shop.seeker, &shop.booking.id).await.unwrap().remove(0);
    assert_eq!(held.minutes(), 540, "refused times change nothing");
    let again = market.answer_times(&shop.employer, &asked.id, yes).await;
    assert!(matches!(again, Err(MarketError::Refused(_))), "{again:?}");
    let asked = market.propose_times(&shop.employer, &id, times(30, 510)).await.unwrap();
    market.answer_times(&shop.seeker, &asked.id, yes).await.unwrap();
    let held = market.attendance_of(&shop.seeker, &shop.booking.id).await.unwrap().remove(0);
    assert_eq!((held.minutes(), held.check_in.unwrap().1), (480, By::Correction));
    let mut view = market.store.read().await.unwrap();
    assert_eq!(view.corrections_of(&id).await.unwrap().len(), 2, "the trail stays");
}

async fn giving_up_takes_the_coming_shifts_back(world: World) {
    let market = &world.market;
    let days = ["11-25", "11-26", "11-27"].map(|day| shift(day, 8, 17)[0].clone());
    let shop = world.shop(&json!({ "shifts": days })).await;
    world.clock.go(TO_START);
    market.check_in(&shop.employer, &shop.booking.id, None).await.unwrap();
    world.clock.go(9 * HOUR);
    market.check_out(&shop.employer, &shop.booking.id, None).await.unwrap();
    world.clock.go(15 * HOUR + MINUTE);
    // The second morning, a minute after the start: that one counts as missed.
    market.cancel(&shop.seeker, &shop.booking.id).await.unwrap();
    let held = market.attendance_of(&shop.employer, &shop.booking.id).await.unwrap();
    let held: Vec<_> = held.iter().map(|one| one.status).collect();
    assert_eq!(held, [Presence::Done, Presence::Absent]);
    let closed = market.check_in(&shop.employer, &shop.booking.id, None).await;
    assert!(matches!(closed, Err(MarketError::NoPlace(NoPlace::Closed))), "{closed:?}");
}

async fn a_shift_worked_is_owed_and_paid_to_the_worker(world: World) {
    let market = &world.market;
    let shop = world.shop(&json!({})).await;
    world.clock.go(TO_START);
    world.worked(&shop).await;
    let wage = world.wage(&shop.booking).await;
    let today = market.now().day();
    assert_eq!((wage.status, wage.net(), wage.pay_on), (WageStatus::Due, Fen(22_000), today));
    assert_eq!((wage.cycle, &wage.worker), ((today, today), &shop.worker));
    let change = |extra, deduction, why: Option<&str>| Adjustment {
        pieces: None,
        extra: Fen(extra),
        deduction: Fen(deduction),
        why: why.map(str::to_owned),
    };
    for wrong in [change(100, 0, None), change(0, 22_001, Some("迟到")), change(-1, 0, None)] {
        let refused = market.adjust(&shop.employer, &wage.id, &wrong).await;
        assert!(matches!(refused, Err(MarketError::Invalid(_))), "{refused:?}");
    }
    let change = change(3_000, 500, Some("加班一小时，领了手套"));
    let wage = market.adjust(&shop.employer, &wage.id, &change).await.unwrap();
    assert_eq!((wage.promised, wage.net()), (Fen(22_000), Fen(24_500)));
    for wrong in [pay(0), pay(24_501), Payment { on: Some(today.next()), ..pay(100) }] {
        let refused = market.pay(&shop.employer, &wage.id, &wrong).await;
        assert!(matches!(refused, Err(MarketError::Invalid(_))), "{refused:?}");
    }
    for stranger in [&shop.seeker, &world.employer("other").await] {
        assert!(market.pay(stranger, &wage.id, &pay(100)).await.is_err());
    }
    let part = market.pay(&shop.employer, &wage.id, &pay(10_000)).await.unwrap();
    assert_eq!((part.status, part.open()), (WageStatus::Due, Fen(14_500)));
    let early = market.confirm_wage(&shop.seeker, &wage.id).await;
    assert!(matches!(early, Err(MarketError::Refused(_))), "{early:?}");
    let rest = market.pay(&shop.employer, &wage.id, &pay(14_500)).await.unwrap();
    assert_eq!((rest.status, rest.paid_on), (WageStatus::Paid, Some(today)));
    let own = market.confirm_wage(&shop.employer, &wage.id).await;
    assert!(own.is_err(), "only the worker says that it arrived");
    let done = market.confirm_wage(&shop.seeker, &wage.id).await.unwrap();
    assert_eq!(done.status, WageStatus::Settled);
    let slip = market.slip(&shop.seeker, &wage.id).await.unwrap();
    assert_eq!(slip.wage.voucher.as_deref(), Some("20261125-7"));
    assert_eq!(market.wages_of(&shop.seeker, &shop.worker).await.unwrap().len(), 1);
    assert_eq!(market.ledger(&shop.employer, None).await.unwrap().len(), 1);
    assert_eq!(market.ledger(&world.employer("third").await, None).await.unwrap().len(), 0);
    world.verify().await;

    // A sum that its payments do not bear out is found.
    let mut txn = market.store.begin().await.unwrap();
    let mut wrong = txn.wage(&wage.id).await.unwrap().unwrap();
    wrong.paid = wrong.paid + Fen(1);
    txn.put_wage(&wrong, market.now()).await.unwrap();
    txn.commit().await.unwrap();
    let found = market.store.read().await.unwrap().wages_that_disagree(9).await.unwrap();
    assert_eq!(found, [(wage.id.to_string(), Fen(24_501), Fen(24_500))]);
}

async fn the_ledger_outlasts_everything_that_is_forgotten(world: World) {
    let market = &world.market;
    // Even of a demonstration, which forgets the most.
    let new = NewPosting { demo: true, ..NewPosting::default() };
    let job = market.post(&OPERATOR, &posting(&json!({})), new).await.unwrap().id;
    market.submit(&OPERATOR, &job).await.unwrap();
    market.approve(&OPERATOR, &job).await.unwrap();
    let worker = world.worker(1).await;
    let booking = world.book(&job, &worker).await.unwrap().booking;
    world.clock.go(TO_START);
    market.check_in(&OPERATOR, &booking.id, None).await.unwrap();
    world.clock.go(9 * HOUR);
    market.check_out(&OPERATOR, &booking.id, None).await.unwrap();
    world.clock.go(30 * DAY);
    while market.keep_time().await.unwrap() > 0 {}
    assert_eq!(world.posting(&job).await.status, Status::Expired);
    // 条例 §15: at least three years.
    world.clock.go(3 * 366 * DAY);
    market.forget_demo(1).await.unwrap();
    let wage = world.wage(&booking).await;
    assert_eq!(
        (wage.status, wage.net(), &wage.worker),
        (WageStatus::Overdue, Fen(22_000), &worker)
    );
    assert_eq!(market.whole_ledger(&OPERATOR, None, 10).await.unwrap().len(), 1);
}

async fn arrears_are_flagged_the_day_after_and_bar_who_repeats_them(world: World) {
    let market = &world.market;
    let shop = world.shop(&json!({})).await;
    let second = world.opened_by(&shop.employer, &json!({ "shifts": shift("11-26", 8, 17) })).await;
    let other = market.book(&shop.seeker, &second, &request(&shop.worker)).await.unwrap().booking;
    world.clock.go(TO_START);
    world.worked(&shop).await;
    // Until midnight in Shanghai it is due.
    world.clock.go(7 * HOUR - 1);
    market.keep_time().await.unwrap();
    assert_eq!(market.keep_time().await.unwrap(), 0);
    world.clock.go(1);
    assert_eq!(market.keep_time().await.unwrap(), 1);
    assert_eq!(market.keep_time().await.unwrap(), 0);
    let late = world.wage(&shop.booking).await;
    assert_eq!((late.status, late.overdue_since), (WageStatus::Overdue, Some(market.now().day())));
    // Paid late, it was late all the same.
    let paid = market.pay(&shop.employer, &late.id, &pay(22_000)).await.unwrap();
    assert_eq!((paid.status, paid.overdue_since), (WageStatus::Paid, late.overdue_since));
    let later = json!({ "shifts": shift("12-01", 8, 17) });
    let waiting = world.drafted_by(&shop.employer, &later).await;
    // One posting in arrears is no habit.
    assert!(market.bars(&OPERATOR).await.unwrap().is_empty());
    world.clock.go(8 * HOUR);
    market.check_in(&shop.employer, &other.id, None).await.unwrap();
    world.clock.go(9 * HOUR);
    market.check_out(&shop.employer, &other.id, None).await.unwrap();
    world.clock.go(7 * HOUR);
    market.keep_time().await.unwrap();
    let barred = market.submit(&shop.employer, &waiting).await;
    assert!(
        matches!(&barred, Err(MarketError::Barred(why)) if why.contains("2个岗位")),
        "{barred:?}"
    );
    let bars = market.bars(&OPERATOR).await.unwrap();
    assert_eq!(bars.len(), 1);
    assert!(matches!(market.bars(&shop.employer).await, Err(MarketError::Forbidden)));
    let lift = market.lift_bar(&shop.employer, &bars[0].id, Some("已结清")).await;
    assert!(matches!(lift, Err(MarketError::Forbidden)));
    assert!(matches!(
        market.lift_bar(&OPERATOR, &bars[0].id, None).await,
        Err(MarketError::Invalid(_))
    ));
    market.lift_bar(&OPERATOR, &bars[0].id, Some("已结清")).await.unwrap();
    market.submit(&shop.employer, &waiting).await.unwrap();
    world.verify().await;
}

async fn pay_follows_corrected_times(world: World) {
    let market = &world.market;
    let shop = world.shop(&json!({})).await;
    world.clock.go(TO_START);
    let start = market.now();
    // Nobody saw the worker; both agree later that the person was there for half a day.
    world.clock.go(10 * HOUR);
    market.keep_time().await.unwrap();
    let one = market.attendance_of(&shop.seeker, &shop.booking.id).await.unwrap().remove(0);
    assert_eq!(one.status, Presence::Absent);
    let times = |hours: i64| Times {
        check_in: start,
        check_out: start.plus(hours * HOUR),
        reason: "手机没电".to_owned(),
    };
    let asked = market.propose_times(&shop.seeker, &one.id, times(4)).await.unwrap();
    let yes = CorrectionEvent::Confirm;
    market.answer_times(&shop.employer, &asked.id, yes).await.unwrap();
    let wage = world.wage(&shop.booking).await;
    assert_eq!((wage.minutes, wage.promised), (240, Fen(9_778)));
    market.pay(&shop.employer, &wage.id, &pay(9_778)).await.unwrap();
    // More time after the payment: the difference is owed.
    let asked = market.propose_times(&shop.seeker, &one.id, times(9)).await.unwrap();
    market.answer_times(&shop.employer, &asked.id, yes).await.unwrap();
    let wage = world.wage(&shop.booking).await;
    assert_eq!((wage.status, wage.open()), (WageStatus::Due, Fen(22_000 - 9_778)));
    // Who says that nothing arrived is believed first.
    market.pay(&shop.employer, &wage.id, &pay(12_222)).await.unwrap();
    let denied = market.deny_wage(&shop.seeker, &wage.id).await.unwrap();
    assert_eq!((denied.status, denied.open()), (WageStatus::Overdue, Fen(22_000)));
    world.clock.go(DAY);
    market.keep_time().await.unwrap();
    world.verify().await;
}
