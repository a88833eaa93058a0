//! Long random lives against a model: after each step the stations show what the rule says, the
//! streams tell it without a gap, places add up, and nobody is in two places.

use std::collections::{BTreeMap, BTreeSet};

use linggong::{
    domain::{
        booking::BookingStatus,
        ids::{BookingId, JobId, WorkerId},
        life::Life,
        posting::{Event, Status},
        time::HOUR,
    },
    market::MarketError,
};
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    World,
    support::stores,
    world::{LAT, OPERATOR, posting, shift},
};

/// Steps of one life, and lives on each engine.
const STEPS: usize = 200;
const LIVES: u32 = 3;

/// The stations and where they stand: a degree apart, each with a radius of 20 km.
const STATIONS: [(&str, f64); 3] = [("a", LAT), ("b", LAT + 0.1), ("c", LAT + 1.0)];

#[derive(Clone, Debug)]
enum Step {
    /// At the place of a station, between the first two, or nowhere; chosen for a set of stations.
    Post {
        place: usize,
        chosen: u8,
        headcount: u32,
        hour: u32,
    },
    Lead {
        job: usize,
        event: Event,
    },
    Register,
    Book {
        job: usize,
        worker: usize,
    },
    Cancel {
        booking: usize,
    },
    Undo {
        booking: usize,
    },
    Headcount {
        job: usize,
        to: u32,
    },
    Choose {
        job: usize,
        chosen: u8,
    },
    Wait {
        hours: i64,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let verbs = [Event::Submit, Event::Approve, Event::Reject, Event::Close, Event::Withdraw];
    let event = prop_oneof![
        4 => prop::sample::select(vec![Event::Submit, Event::Approve]),
        1 => prop::sample::select(verbs.to_vec()),
    ];
    let step = prop_oneof![
        3 => (0..5usize, 0..8u8, 1..4u32, 0..12u32).prop_map(|(place, chosen, headcount, hour)|
            Step::Post { place, chosen: if chosen > 3 { 0 } else { chosen }, headcount, hour }),
        8 => (0..40usize, event).prop_map(|(job, event)| Step::Lead { job, event }),
        2 => Just(Step::Register),
        8 => (0..40usize, 0..40usize).prop_map(|(job, worker)| Step::Book { job, worker }),
        4 => (0..80usize).prop_map(|booking| Step::Cancel { booking }),
        3 => (0..80usize).prop_map(|booking| Step::Undo { booking }),
        2 => (0..40usize, 1..5u32).prop_map(|(job, to)| Step::Headcount { job, to }),
        1 => (0..40usize, 0..8u8).prop_map(|(job, chosen)| Step::Choose { job, chosen }),
        1 => (0..6i64).prop_map(|hours| Step::Wait { hours }),
    ];
    prop::collection::vec(step, STEPS)
}

fn chosen(bits: u8) -> Vec<&'static str> {
    let picked = STATIONS.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0);
    picked.map(|(_, (id, _))| *id).collect()
}

/// What the model knows of a posting.
struct Known {
    id: JobId,
    status: Status,
    place: usize,
    chosen: Vec<&'static str>,
}

impl Known {
    /// Chosen stations, else those within whose radius it lies.
    fn stations(&self) -> BTreeSet<&'static str> {
        if self.status != Status::Open {
            return BTreeSet::new();
        }
        if !self.chosen.is_empty() {
            return self.chosen.iter().copied().collect();
        }
        match self.place {
            // a and b are 11 km apart, each within the other's radius.
            0 | 1 | 3 => BTreeSet::from(["a", "b"]),
            2 => BTreeSet::from(["c"]),
            _ => BTreeSet::new(),
        }
    }
}

#[derive(Default)]
struct Model {
    jobs: Vec<Known>,
    workers: Vec<WorkerId>,
    bookings: Vec<BookingId>,
}

fn pick<T>(list: &[T], at: usize) -> Option<&T> {
    list.get(at % list.len().max(1))
}

impl Model {
    async fn take(&mut self, world: &World, step: &Step) -> Result<(), TestCaseError> {
        let market = &world.market;
        match step {
            Step::Post { place, chosen: bits, headcount, hour } => {
                let picked = chosen(*bits);
                let mut fields = json!({
                    "headcount": headcount, "stations": picked,
                    "shifts": shift("11-25", *hour + 4, *hour + 10),
                });
                fields["lat"] = match place {
                    0..=2 => STATIONS[*place].1.into(),
                    3 => (LAT + 0.05).into(),
                    _ => Value::Null,
                };
                if *place > 3 {
                    fields["lon"] = Value::Null;
                }
                match market.post(&OPERATOR, &posting(&fields), Default::default()).await {
                    Ok(done) => {
                        let (id, status) = (done.id, done.status);
                        self.jobs.push(Known { id, status, place: *place, chosen: picked });
                    }
                    Err(error) => prop_assert!(is_over(&error), "{error:?}"),
                }
            }
            Step::Lead { job, event } => {
                let Some(known) = pick(&self.jobs, *job) else { return Ok(()) };
                let (id, why) = (&known.id, Some("不合适"));
                let done = match event {
                    Event::Submit => market.submit(&OPERATOR, id).await,
                    Event::Approve => market.approve(&OPERATOR, id).await,
                    Event::Reject => market.reject(&OPERATOR, id, why).await,
                    Event::Close => market.close(&OPERATOR, id).await,
                    _ => market.withdraw(&OPERATOR, id, why).await,
                };
                match (known.status.next(*event), done) {
                    (Ok(next), Ok(posting)) => prop_assert_eq!(posting.status, next),
                    (Err(_), Err(MarketError::Refused(_))) => {}
                    (Ok(_), Err(error)) => prop_assert!(is_over(&error), "{error:?}"),
                    (expected, got) => prop_assert!(false, "{expected:?} {got:?}"),
                }
            }
            Step::Register => {
                let number = u32::try_from(self.workers.len()).unwrap();
                self.workers.push(world.worker(number).await);
            }
            Step::Book { job, worker } => {
                let (job, worker) = (pick(&self.jobs, *job), pick(&self.workers, *worker));
                let (Some(job), Some(worker)) = (job, worker) else { return Ok(()) };
                match world.book(&job.id, worker).await {
                    Ok(done) => self.bookings.push(done.booking.id),
                    Err(MarketError::NoPlace(_)) => {}
                    Err(error) => prop_assert!(false, "{error:?}"),
                }
            }
            Step::Cancel { booking } => {
                let Some(id) = pick(&self.bookings, *booking) else { return Ok(()) };
                match market.cancel(&OPERATOR, id).await {
                    Ok(_) | Err(MarketError::TooLate(_)) => {}
                    Err(error) => prop_assert!(false, "{error:?}"),
                }
            }
            Step::Undo { booking } => {
                let Some(id) = pick(&self.bookings, *booking) else { return Ok(()) };
                match market.undo(&OPERATOR, id).await {
                    Ok(_) | Err(MarketError::TooLate(_) | MarketError::NoPlace(_)) => {}
                    Err(error) => prop_assert!(false, "{error:?}"),
                }
            }
            Step::Headcount { job, to } => {
                let Some(known) = pick(&self.jobs, *job) else { return Ok(()) };
                let patch = json!({ "headcount": to });
                match market.revise(&OPERATOR, &known.id, &patch, None).await {
                    Ok(_) | Err(MarketError::NeedsReview | MarketError::Invalid(_)) => {}
                    Err(error) => prop_assert!(false, "{error:?}"),
                }
            }
            Step::Choose { job, chosen: bits } => {
                let picked = chosen(*bits);
                let count = self.jobs.len().max(1);
                let Some(known) = self.jobs.get_mut(*job % count) else { return Ok(()) };
                let patch = json!({ "stations": picked });
                match market.revise(&OPERATOR, &known.id, &patch, None).await {
                    Ok(_) => known.chosen = picked,
                    Err(MarketError::NeedsReview | MarketError::Invalid(_)) => {}
                    Err(error) => prop_assert!(false, "{error:?}"),
                }
            }
            Step::Wait { hours } => {
                world.clock.go(hours * HOUR);
                market.keep_time().await.unwrap();
            }
        }
        Ok(())
    }

    async fn check(&mut self, world: &World) -> Result<(), TestCaseError> {
        let mut expected: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for known in &mut self.jobs {
            known.status = world.posting(&known.id).await.status;
            world.check_places(&known.id).await;
            for station in known.stations() {
                expected.entry(station).or_default().insert(known.id.to_string());
            }
        }
        for (station, _) in STATIONS {
            let shown: BTreeSet<String> = world.shown(station).await.into_iter().collect();
            let should = expected.remove(station).unwrap_or_default();
            prop_assert_eq!(&shown, &should, "station {}", station);
            prop_assert_eq!(told(world, station).await?, should, "stream of {}", station);
        }
        for worker in &self.workers {
            let mut view = world.market.store.read().await.unwrap();
            let rows = view.bookings_by(worker).await.unwrap();
            let booked = rows.iter().filter(|row| row.booking.status == BookingStatus::Booked);
            let shifts: Vec<_> = booked.flat_map(|row| row.booking.shifts.clone()).collect();
            for (i, one) in shifts.iter().enumerate() {
                for other in &shifts[i + 1..] {
                    prop_assert!(!one.overlaps(*other), "{} is in two places", worker);
                }
            }
        }
        Ok(())
    }
}

/// Whether what the input names is over by the clock.
fn is_over(error: &MarketError) -> bool {
    matches!(error, MarketError::Invalid(errors) if errors.0.iter().all(|e| e.code == "past"))
}

/// What a screen shows that followed the stream from the start; without a gap.
async fn told(world: &World, station: &str) -> Result<BTreeSet<String>, TestCaseError> {
    let mut view = world.market.store.read().await.unwrap();
    let messages = view.stream_after(&station.parse().unwrap(), 0, 100_000).await.unwrap();
    let mut shown = BTreeSet::new();
    for (message, seq) in messages.iter().zip(1..) {
        prop_assert_eq!(message.seq, seq);
        let told: Value = serde_json::from_str(&message.message).unwrap();
        prop_assert_eq!(&told["seq"], &json!(seq));
        if told["op"] == "put" {
            shown.insert(told["job"]["id"].as_str().unwrap().to_owned());
        } else {
            let left = shown.remove(told["id"].as_str().unwrap());
            prop_assert!(left, "removed without being shown: {}", told);
        }
    }
    Ok(shown)
}

#[test]
fn long_lives_keep_every_promise() {
    let runtime = Runtime::new().unwrap();
    let engines = runtime.block_on(stores::stores()).len();
    for engine in 0..engines {
        let config =
            ProptestConfig { cases: LIVES, failure_persistence: None, ..Default::default() };
        let done = TestRunner::new(config).run(&steps(), |steps| {
            runtime.block_on(async {
                let store = match engine {
                    0 => stores::sqlite().await,
                    _ => stores::postgres().await,
                };
                let world = World::on(store).await;
                for (id, lat) in STATIONS {
                    world.station(id, lat).await;
                }
                let mut model = Model::default();
                for (step, number) in steps.iter().zip(1..) {
                    model.take(&world, step).await?;
                    // Everything is compared now and then, and at the end.
                    if number % 10 == 0 || number == STEPS {
                        model.check(&world).await?;
                    }
                    for known in &mut model.jobs {
                        known.status = world.posting(&known.id).await.status;
                    }
                }
                world.verify().await;
                Ok(())
            })
        });
        done.unwrap_or_else(|error| panic!("{error}"));
    }
}
