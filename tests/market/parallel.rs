//! Many at once: places never oversell, nobody is in two places, and nobody waits for ever.

use futures_util::future::join_all;
use linggong::{
    domain::{
        booking::{BookingStatus, NoPlace},
        ids::{JobId, WorkerId},
    },
    market::{Booked, MarketError, MarketResult},
};
use serde_json::json;

use crate::{
    World,
    world::{OPERATOR, no_place, request, shift},
};

stories!(
    places_never_oversell,
    a_worker_is_never_in_two_places,
    a_worker_books_a_posting_once,
    cancelling_and_booking_at_once_keeps_count,
    places_are_passed_on_between_postings_with_the_same_people_waiting,
);

/// Books in so many lanes at once.
async fn rush(
    world: &World,
    lanes: usize,
    attempts: Vec<(JobId, WorkerId)>,
) -> Vec<MarketResult<Booked>> {
    let size = attempts.len().div_ceil(lanes);
    let tasks = attempts.chunks(size).map(|lane| {
        let (market, lane) = (world.market.clone(), lane.to_vec());
        tokio::spawn(async move {
            let mut results = Vec::new();
            for (job, worker) in lane {
                results.push(market.book(&OPERATOR, &job, &request(&worker)).await);
            }
            results
        })
    });
    let done = join_all(tasks).await;
    done.into_iter().flat_map(|results| results.unwrap()).collect()
}

async fn places_never_oversell(world: World) {
    let job = world.open(&json!({ "headcount": 10 })).await;
    let workers = world.workers(200).await;
    let attempts = workers.iter().map(|worker| (job.clone(), worker.clone())).collect();
    let results = rush(&world, 16, attempts).await;
    assert_eq!(results.len(), 200);
    let mut counts = [0; 3];
    for result in results {
        let place = match result {
            Ok(booked) if booked.booking.status == BookingStatus::Booked => 0,
            Ok(booked) if booked.booking.status == BookingStatus::Waiting => 1,
            Err(MarketError::NoPlace(NoPlace::Full)) => 2,
            other => panic!("{other:?}"),
        };
        counts[place] += 1;
    }
    assert_eq!(counts, [10, 10, 180]);
    assert_eq!(world.posting(&job).await.taken, 10);
    world.check_places(&job).await;
    world.verify().await;
}

async fn a_worker_is_never_in_two_places(world: World) {
    let worker = world.worker(1).await;
    let mut attempts = Vec::new();
    for hour in 6..14 {
        let fields = json!({ "headcount": 5, "shifts": shift("11-25", hour, hour + 8) });
        attempts.push((world.open(&fields).await, worker.clone()));
    }
    let results = rush(&world, 8, attempts.clone()).await;
    let booked = results.iter().filter(|result| result.is_ok()).count();
    // From six and from two o'clock, eight hours each, do not touch: at most these two.
    assert!((1..=2).contains(&booked), "{results:?}");
    for result in results {
        if result.is_err() {
            assert_eq!(no_place(result), "clash");
        }
    }
    let held = world.market.bookings_by(&OPERATOR, &worker).await.unwrap();
    for (i, one) in held.iter().enumerate() {
        for other in &held[i + 1..] {
            assert!(!one.booking.shifts[0].overlaps(other.booking.shifts[0]));
        }
    }
    for (job, _) in attempts {
        world.check_places(&job).await;
    }
}

async fn a_worker_books_a_posting_once(world: World) {
    let job = world.open(&json!({ "headcount": 9, "shifts": [] })).await;
    let worker = world.worker(1).await;
    let results = rush(&world, 12, vec![(job.clone(), worker); 12]).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(world.posting(&job).await.taken, 1);
}

async fn cancelling_and_booking_at_once_keeps_count(world: World) {
    let job = world.open(&json!({ "headcount": 4 })).await;
    let workers = world.workers(16).await;
    let lanes = workers.into_iter().map(|worker| {
        let (market, job) = (world.market.clone(), job.clone());
        tokio::spawn(async move {
            for _ in 0..4 {
                match market.book(&OPERATOR, &job, &request(&worker)).await {
                    Ok(done) => drop(market.cancel(&OPERATOR, &done.booking.id).await.unwrap()),
                    Err(MarketError::NoPlace(NoPlace::Full)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
        })
    });
    join_all(lanes).await.into_iter().for_each(|lane| lane.unwrap());
    let posting = world.posting(&job).await;
    assert_eq!((posting.taken, world.roster(&job).await.len()), (0, 0));
    world.check_places(&job).await;
    world.verify().await;
}

/// Each cancel decides about everybody who waits; two that met the same people in another order
/// waited for each other.
async fn places_are_passed_on_between_postings_with_the_same_people_waiting(world: World) {
    let waiting = world.workers(4).await;
    let mut held = Vec::new();
    let mut jobs = Vec::new();
    for number in 0..6 {
        let job = world.open(&json!({ "headcount": 4 })).await;
        for place in 0..4 {
            let first = world.worker(100 + number * 10 + place).await;
            held.push(world.book(&job, &first).await.unwrap().booking.id);
        }
        // The queue of every other posting runs the other way.
        let mut queue = waiting.clone();
        if number % 2 == 0 {
            queue.reverse();
        }
        for worker in &queue {
            let done = world.book(&job, worker).await.unwrap();
            assert_eq!(done.booking.status, BookingStatus::Waiting);
        }
        jobs.push(job);
    }
    let cancels = held.iter().map(|booking| {
        let (market, booking) = (world.market.clone(), booking.clone());
        tokio::spawn(async move { market.cancel(&OPERATOR, &booking).await })
    });
    for done in join_all(cancels).await {
        done.unwrap().unwrap();
    }
    for job in &jobs {
        world.check_places(job).await;
    }
    // All postings are at the same hours: whoever waited works once.
    for worker in &waiting {
        let rows = world.market.bookings_by(&OPERATOR, worker).await.unwrap();
        let booked = rows.iter().filter(|row| row.booking.status == BookingStatus::Booked);
        assert_eq!(booked.count(), 1);
    }
    world.verify().await;
}
