//! Many users at once with random commands, legal and illegal: whatever is acknowledged stays, no
//! place is sold twice, nobody is in two places, and every record's life is one that its states allow.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use linggong::{
    domain::{
        account::{Actor, Role},
        attendance::{CorrectionEvent, CorrectionStatus, Presence},
        booking::{BookingStatus, Ending},
        complaint::{Channel, ComplaintEvent, ComplaintKind, ComplaintStatus},
        fairness::{MarkEvent, MarkStatus},
        ids::{BookingId, ComplaintId, JobId, WorkerId},
        ledger::{PayMethod, WageStatus},
        life::Life,
        money::Fen,
        time::{HOUR, MINUTE},
    },
    market::{
        Adjustment, Booked, BookingRequest, CrewRequest, Market, MarketError, NewComplaint,
        Payment, Times, Wanted,
    },
    store::{Kind, LogRow, WageFilter},
};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use crate::{
    World,
    clock::TestClock,
    world::{OPERATOR, shift},
};

stories!(whatever_many_users_do_at_once_every_promise_holds);

/// Users at once, and what each of them tries.
const LANES: u64 = 8;
const COMMANDS: usize = 300;

/// What everybody knows: what is there to be acted upon.
#[derive(Default)]
struct Board {
    bookings: Vec<BookingId>,
    complaints: Vec<ComplaintId>,
    /// Where a booking was said to stand after a command.
    stood: Vec<(BookingId, BookingStatus)>,
    /// The verb and the record of each command that was acknowledged with an entry of its own.
    acknowledged: Vec<(&'static str, String)>,
    /// Bookings of which a step was taken back.
    undone: BTreeSet<BookingId>,
    tried: usize,
}

struct Town {
    market: Market,
    clock: TestClock,
    jobs: Vec<JobId>,
    employers: Vec<Actor>,
    seekers: Vec<(Actor, WorkerId)>,
    leader: Actor,
    crew: Vec<WorkerId>,
    staff: Actor,
    board: Mutex<Board>,
}

impl Town {
    fn any_booking(&self, rng: &mut ChaCha20Rng) -> Option<BookingId> {
        self.board.lock().unwrap().bookings.choose(rng).cloned()
    }

    fn acknowledge(&self, verb: &'static str, entity: impl ToString) {
        self.board.lock().unwrap().acknowledged.push((verb, entity.to_string()));
    }

    /// A command said that the booking stands so by now.
    fn stands(&self, done: &Booked) {
        let booking = &done.booking;
        self.board.lock().unwrap().stood.push((booking.id.clone(), booking.status));
    }

    /// One random command; a refusal is an answer, trouble is not.
    async fn act(&self, rng: &mut ChaCha20Rng) {
        let done = self.command(rng).await;
        self.board.lock().unwrap().tried += 1;
        match done {
            Ok(()) => {}
            Err(MarketError::Store(error)) => panic!("{error:?}"),
            Err(_) => {}
        }
    }

    async fn command(&self, rng: &mut ChaCha20Rng) -> Result<(), MarketError> {
        let market = &self.market;
        let job = self.jobs.choose(rng).unwrap().clone();
        let employer = self.employers.choose(rng).unwrap().clone();
        let (seeker, worker) = self.seekers.choose(rng).unwrap().clone();
        let Some(id) = self.any_booking(rng) else {
            return self.book(&seeker, &job, &worker).await;
        };
        // Either side, or somebody whom the booking does not concern.
        let actor = match rng.random_range(0..5) {
            0 | 1 => employer.clone(),
            2 => self.leader.clone(),
            _ => self.speaker(&id).await.unwrap_or(seeker.clone()),
        };
        match rng.random_range(0..28) {
            0..=6 => self.book(&seeker, &job, &worker).await?,
            7 => {
                let size = rng.random_range(1..=self.crew.len());
                let request = CrewRequest {
                    members: self.crew[..size].to_vec(),
                    partial: rng.random_bool(0.7),
                    shift: None,
                    idempotency_key: None,
                };
                let done = market.book_crew(&self.leader, &job, &request).await?;
                for booking in done.bookings {
                    self.acknowledge("book", &booking.id);
                    self.board.lock().unwrap().bookings.push(booking.id);
                }
            }
            8 => {
                self.stands(&market.cancel(&actor, &id).await?);
                self.sometimes_undo(rng, &actor, &id).await?;
            }
            9 => {
                self.stands(&market.call_off(&actor, &id, Some("没有货了")).await?);
                self.acknowledge("call_off", &id);
                self.sometimes_undo(rng, &actor, &id).await?;
            }
            10 => {
                market.shortlist(&actor, &id).await?;
                self.acknowledge("shortlist", &id);
                self.sometimes_undo(rng, &actor, &id).await?;
            }
            11 => {
                market.offer(&actor, &id).await?;
                self.acknowledge("offer", &id);
                self.sometimes_undo(rng, &actor, &id).await?;
            }
            12 | 13 => {
                self.stands(&market.accept(&actor, &id).await?);
            }
            14 => {
                self.stands(&market.decline(&actor, &id).await?);
                self.acknowledge("decline", &id);
            }
            15 | 16 => {
                let one = market.check_in(&employer, &id, None).await?;
                self.acknowledge("check_in", &one.id);
            }
            17 => {
                // By the code, as the worker or the leader types it; sometimes a wrong one.
                let held = market.store.read().await?.booking(&id).await?;
                let job = held.ok_or(MarketError::NotFound)?.job;
                let right = market.code(&OPERATOR, &job).await?.1.digits;
                let typed = if rng.random_bool(0.8) { right } else { "no".to_owned() };
                let one = market.check_in(&actor, &id, Some(&typed)).await?;
                self.acknowledge("check_in", &one.id);
            }
            18 | 19 => {
                let one = market.check_out(&employer, &id, None).await?;
                self.acknowledge("check_out", &one.id);
            }
            20 => self.correct(rng, &actor, &id).await?,
            21 | 22 => self.pay(rng, &actor, &employer).await?,
            23 | 24 => self.complain(rng, &actor, &job).await?,
            25 => self.contest(rng, &actor, &employer).await?,
            26 => {
                market.confirm(&actor, &id).await?;
            }
            _ => {
                market.rate(&actor, &id, rng.random_range(0..7)).await?;
                self.acknowledge("rate", &id);
                let wanted = if rng.random_bool(0.2) { Wanted::No } else { Wanted::Yes };
                market.block(&actor, &id, wanted).await?;
            }
        }
        Ok(())
    }

    /// Whoever made a step takes it back at once, while others go on with the same booking.
    async fn sometimes_undo(
        &self,
        rng: &mut ChaCha20Rng,
        actor: &Actor,
        id: &BookingId,
    ) -> Result<(), MarketError> {
        if rng.random_bool(0.4) {
            self.stands(&self.market.undo(actor, id).await?);
            self.board.lock().unwrap().undone.insert(id.clone());
        }
        Ok(())
    }

    /// Complains, or staff go on with a complaint.
    async fn complain(
        &self,
        rng: &mut ChaCha20Rng,
        actor: &Actor,
        job: &JobId,
    ) -> Result<(), MarketError> {
        let market = &self.market;
        let known = self.board.lock().unwrap().complaints.choose(rng).cloned();
        let Some(id) = known.filter(|_| rng.random_bool(0.7)) else {
            let new = NewComplaint {
                kind: *ComplaintKind::ALL.choose(rng).unwrap(),
                job: Some(job.clone()),
                worker: None,
                text: "说好的没有做到".to_owned(),
                channel: Channel::Phone,
            };
            let id = market.complain(actor, &new).await?.id;
            self.acknowledge("complain", &id);
            self.board.lock().unwrap().complaints.push(id);
            return Ok(());
        };
        let event = *ComplaintEvent::ALL.choose(rng).unwrap();
        let by = if rng.random_bool(0.8) { &self.staff } else { actor };
        market.settle_complaint(by, &id, event, Some("问过双方了")).await?;
        self.acknowledge(event.word(), &id);
        Ok(())
    }

    /// Says why a mark is wrong, or staff decide about that.
    async fn contest(
        &self,
        rng: &mut ChaCha20Rng,
        actor: &Actor,
        employer: &Actor,
    ) -> Result<(), MarketError> {
        let market = &self.market;
        if rng.random_bool(0.5) {
            let by = if rng.random_bool(0.5) { actor } else { employer };
            let marks = market.own_marks(by).await?;
            if let Some(own) = marks.choose(rng) {
                market.appeal(by, &own.mark.id, Some("路上堵车")).await?;
                self.acknowledge("appeal", &own.mark.id);
            }
        } else if let Some(own) = market.appeals(&OPERATOR).await?.choose(rng) {
            let lifts = rng.random_bool(0.5);
            let event = if lifts { MarkEvent::Lift } else { MarkEvent::Uphold };
            market.rule(&OPERATOR, &own.mark.id, event, Some("看过记录了")).await?;
            self.acknowledge("rule", &own.mark.id);
        }
        Ok(())
    }

    /// Who may speak for a booking's worker.
    async fn speaker(&self, id: &BookingId) -> Option<Actor> {
        let mut view = self.market.store.read().await.unwrap();
        let worker = view.booking(id).await.unwrap()?.worker;
        self.seekers.iter().find(|(_, own)| *own == worker).map(|(actor, _)| actor.clone())
    }

    async fn book(
        &self,
        seeker: &Actor,
        job: &JobId,
        worker: &WorkerId,
    ) -> Result<(), MarketError> {
        let request = BookingRequest { worker: worker.clone(), shift: None, idempotency_key: None };
        let done = self.market.book(seeker, job, &request).await?;
        self.acknowledge("book", &done.booking.id);
        self.board.lock().unwrap().bookings.push(done.booking.id);
        Ok(())
    }

    async fn correct(
        &self,
        rng: &mut ChaCha20Rng,
        actor: &Actor,
        id: &BookingId,
    ) -> Result<(), MarketError> {
        let market = &self.market;
        let rows = market.attendance_of(actor, id).await?;
        let Some(one) = rows.choose(rng) else { return Ok(()) };
        let asked = {
            let mut view = market.store.read().await.unwrap();
            let held = view.corrections_of(&one.id).await.unwrap();
            held.into_iter().find(|held| held.status == CorrectionStatus::Proposed)
        };
        match asked {
            Some(held) => {
                let yes = rng.random_bool(0.7);
                let answer = if yes { CorrectionEvent::Confirm } else { CorrectionEvent::Refuse };
                market.answer_times(actor, &held.id, answer).await?;
                self.acknowledge(if yes { "correct" } else { "refuse_times" }, &one.id);
            }
            None => {
                let from = rng.random_range(0..120);
                let times = Times {
                    check_in: one.shift.start.plus(from * MINUTE),
                    check_out: one.shift.start.plus(rng.random_range(60..240) * MINUTE),
                    reason: "手机没电".to_owned(),
                };
                market.propose_times(actor, &one.id, times).await?;
                self.acknowledge("propose_times", &one.id);
            }
        }
        Ok(())
    }

    async fn pay(
        &self,
        rng: &mut ChaCha20Rng,
        actor: &Actor,
        employer: &Actor,
    ) -> Result<(), MarketError> {
        let market = &self.market;
        let wages = {
            let mut view = market.store.read().await.unwrap();
            view.wages(&WageFilter::default(), 1000).await.unwrap()
        };
        let Some(wage) = wages.choose(rng) else { return Ok(()) };
        match rng.random_range(0..6) {
            0 => {
                let change = Adjustment {
                    pieces: None,
                    extra: Fen(rng.random_range(0..3000)),
                    deduction: Fen(rng.random_range(0..3000)),
                    why: Some("加班、伙食".to_owned()),
                };
                market.adjust(employer, &wage.id, &change).await?;
                self.acknowledge("adjust", &wage.id);
            }
            1 => {
                market.confirm_wage(actor, &wage.id).await?;
                self.acknowledge("confirm_wage", &wage.id);
            }
            2 => {
                market.deny_wage(actor, &wage.id).await?;
                self.acknowledge("deny_wage", &wage.id);
            }
            _ => {
                let some = rng.random_range(1..=wage.open().0.max(1) + 1);
                let amount = Fen(if rng.random_bool(0.5) { wage.open().0 } else { some });
                let (on, voucher) = (None, None);
                let payment = Payment { amount, on, method: PayMethod::Cash, voucher };
                market.pay(employer, &wage.id, &payment).await?;
                self.acknowledge("pay", &wage.id);
            }
        }
        Ok(())
    }
}

async fn town(world: &World) -> Town {
    let employers = vec![world.employer("acme").await, world.employer("other").await];
    let mut jobs = Vec::new();
    // Shifts of four hours that touch or overlap, through two days; half of them by application.
    for i in 0..24u32 {
        let (day, hour) = (if i < 9 { "11-24" } else { "11-25" }, 11 + i % 9);
        let fields = json!({
            "headcount": 1 + i % 4,
            "instant": i % 2 == 0,
            "shifts": shift(day, hour, hour + 4),
        });
        jobs.push(world.opened_by(&employers[i as usize % 2], &fields).await);
    }
    let mut seekers = Vec::new();
    for i in 0..14 {
        let (actor, own) = world.actor(Role::Worker, &format!("seeker{i}")).await;
        seekers.push((actor, own.unwrap()));
    }
    let (leader, crew) = world.crew("w", 4).await;
    let (staff, _) = world.actor(Role::Staff, "staff").await;
    Town {
        market: world.market.clone(),
        clock: world.clock.clone(),
        jobs,
        employers,
        seekers,
        leader,
        crew,
        staff,
        board: Mutex::default(),
    }
}

/// Whether each state follows from the one before, or stays.
fn legal<L: Life>(states: &[L]) -> bool {
    let follows = |from: L, to: L| from == to || from.allowed().any(|e| from.after(e) == Some(to));
    states.windows(2).all(|pair| follows(pair[0], pair[1]))
}

/// As [`legal`], of a booking: a step that is taken back leads to where the booking stood before it, or
/// from the waiting list to the place that is free by now.
fn legal_with_undo<'l>(steps: impl Iterator<Item = &'l LogRow>) -> bool {
    let mut states: Vec<BookingStatus> = Vec::new();
    for row in steps {
        let detail: Value = serde_json::from_str(&row.detail).unwrap();
        let Some(Ok(to)) = detail["to"].as_str().map(str::parse::<BookingStatus>) else { continue };
        if ["undo", "take_back"].contains(&row.verb.as_str()) {
            let before = states[..states.len() - 1].last();
            let seated = before == Some(&BookingStatus::Waiting) && to == BookingStatus::Booked;
            if before != Some(&to) && !seated {
                return false;
            }
        } else if states.last().is_some_and(|last| !legal(&[*last, to])) {
            return false;
        }
        states.push(to);
    }
    true
}

/// The states of each record of a kind, as the audit trail tells them.
fn lives<L: Life + std::str::FromStr>(log: &[LogRow], kind: Kind) -> BTreeMap<String, Vec<L>> {
    let mut lives: BTreeMap<String, Vec<L>> = BTreeMap::new();
    for row in log.iter().filter(|row| row.kind == kind) {
        let detail: Value = serde_json::from_str(&row.detail).unwrap();
        if let Some(Ok(state)) = detail["to"].as_str().map(str::parse::<L>) {
            lives.entry(row.entity.clone()).or_default().push(state);
        }
    }
    lives
}

async fn whatever_many_users_do_at_once_every_promise_holds(world: World) {
    let seed: u64 = std::env::var("LINGGONG_SEED")
        .map_or_else(|_| rand::random(), |text| text.parse().expect("LINGGONG_SEED is a number"));
    println!("seed {seed}");
    let town = Arc::new(town(&world).await);
    let lanes = (0..LANES).map(|lane| {
        let town = Arc::clone(&town);
        tokio::spawn(async move {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            rng.set_stream(lane);
            for number in 0..COMMANDS {
                // One of them is the clock: two days in all.
                if lane == 0 && number % 4 == 3 {
                    town.clock.go(48 * HOUR * 4 / COMMANDS as i64);
                    town.market.keep_time().await.unwrap();
                }
                town.act(&mut rng).await;
            }
        })
    });
    for lane in futures_util::future::join_all(lanes).await {
        lane.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    while town.market.keep_time().await.unwrap() > 0 {}
    let (acknowledged, stood, undone) = {
        let board = town.board.lock().unwrap();
        println!(
            "seed {seed}: {} commands by {LANES} users, {} acknowledged; {} bookings, {} complaints, {} \
             steps taken back",
            board.tried,
            board.acknowledged.len() + board.stood.len(),
            board.bookings.len(),
            board.complaints.len(),
            board.undone.len(),
        );
        assert_eq!(board.tried, LANES as usize * COMMANDS);
        (board.acknowledged.clone(), board.stood.clone(), board.undone.clone())
    };
    holds(&world, &town, &acknowledged, (&stood, &undone)).await;
    world.verify().await;
}

async fn holds(
    world: &World,
    town: &Town,
    acknowledged: &[(&'static str, String)],
    (stood, undone): (&[(BookingId, BookingStatus)], &BTreeSet<BookingId>),
) {
    for job in &town.jobs {
        world.check_places(job).await;
    }
    let everybody = town.seekers.iter().map(|(_, id)| id).chain(&town.crew);
    let mut view = town.market.store.read().await.unwrap();
    for worker in everybody {
        let rows = view.bookings_by(worker).await.unwrap();
        let booked = rows.iter().filter(|row| row.booking.status == BookingStatus::Booked);
        let shifts: Vec<_> = booked.flat_map(|row| row.booking.shifts.clone()).collect();
        for (i, one) in shifts.iter().enumerate() {
            let apart = shifts[i + 1..].iter().all(|other| !one.overlaps(*other));
            assert!(apart, "{worker} is in two places");
        }
    }
    let log = view.log_after(0, 1_000_000).await.unwrap();
    let written: BTreeSet<(&str, &str)> =
        log.iter().map(|row| (row.verb.as_str(), row.entity.as_str())).collect();
    for (verb, entity) in acknowledged {
        assert!(written.contains(&(*verb, entity.as_str())), "{verb} of {entity} was lost");
    }
    let bookings = lives::<BookingStatus>(&log, Kind::Booking);
    for (id, states) in &bookings {
        let steps = log.iter().filter(|row| row.kind == Kind::Booking && row.entity == *id);
        assert!(legal_with_undo(steps), "{id}: {states:?}");
        let held = view.booking(&id.parse().unwrap()).await.unwrap().expect("a booking");
        assert_eq!(Some(&held.status), states.last(), "{id}");
        let ended: Option<Ending> = held.ended;
        assert_eq!(ended.is_some(), held.status == BookingStatus::Cancelled, "{id}");
    }
    for (id, status) in stood {
        let states = &bookings[id.as_str()];
        assert!(states.contains(status), "{id} was said to be {status:?}: {states:?}");
        // From an end nobody comes back, but by taking the step back.
        let ended = *status == BookingStatus::Cancelled && !undone.contains(id);
        assert!(!ended || states.last() == Some(status), "{id}: {states:?}");
    }
    let complaints = lives::<ComplaintStatus>(&log, Kind::Complaint);
    for (id, states) in &complaints {
        assert!(legal(states), "{id}: {states:?}");
        let held = view.complaint(&id.parse().unwrap()).await.unwrap().expect("a complaint");
        assert_eq!(Some(&held.status), states.last(), "{id}");
        let (handler, outcome) = (held.handler.is_some(), held.outcome.is_some());
        assert!(held.status != ComplaintStatus::Taken || handler, "{held:?}");
        let settled = matches!(held.status, ComplaintStatus::Solved | ComplaintStatus::Dismissed);
        assert!(!settled || outcome, "{held:?}");
    }
    assert!(!complaints.is_empty(), "the run came to complaints");
    for (id, states) in lives::<Presence>(&log, Kind::Attendance) {
        assert!(legal(&states), "{id}: {states:?}");
    }
    for (id, states) in lives::<MarkStatus>(&log, Kind::Mark) {
        let allowed = legal(&states) && MarkStatus::Standing.after(MarkEvent::Uphold).is_none();
        assert!(allowed, "{id}: {states:?}");
    }
    let wages = view.wages(&WageFilter::default(), 10_000).await.unwrap();
    for (id, states) in lives::<WageStatus>(&log, Kind::Wage) {
        assert!(legal(&states), "{id}: {states:?}");
    }
    for wage in &wages {
        let one = view.attendance(&wage.attendance).await.unwrap().expect("an attendance");
        assert_eq!((one.status, &one.worker), (Presence::Done, &wage.worker), "{}", wage.id);
        assert_eq!(wage.minutes, one.minutes(), "{}", wage.id);
        assert!(wage.net().0 >= 0 && wage.paid.0 >= 0, "{wage:?}");
        let closed = matches!(wage.status, WageStatus::Paid | WageStatus::Settled);
        assert!(!closed || wage.open() == Fen::ZERO, "{wage:?}");
    }
    assert!(!bookings.is_empty() && !wages.is_empty(), "the run came to work and pay");
}
