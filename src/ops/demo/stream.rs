//! The demo's stream: new postings come, workers take places, old postings end.
//!
//! What it holds is bounded: so many postings, so many bookings, the ids of so many workers. The
//! oldest posting is closed for each one too many, and the oldest booking is given up, so that the
//! workers' hours never run out. What ended is forgotten after a day, with the trail of it.

use std::{collections::VecDeque, time::Duration};

use rand::{Rng, RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use tokio_util::sync::CancellationToken;

use super::{Cast, DemoError, Drafts, PUBLISHED, WORKERS, approve, place_for, submit};
use crate::{
    domain::{
        account::Actor,
        ids::{AccountId, BookingId, JobId, WorkerId},
        posting::Status,
        station::Station,
    },
    market::{Market, MarketError},
    store::PostingFilter,
};

/// Seconds between two new postings.
const PAUSE_S: std::ops::RangeInclusive<u64> = 8..=20;
/// Postings that may be published at once.
const LIVE_MAX: usize = PUBLISHED + 20;
/// Bookings that the stream lets stand.
const BOOKINGS_MAX: usize = 500;
/// Workers who book.
const SEEKERS_MAX: usize = WORKERS as usize;
/// The chance that somebody books between two postings.
const BOOKS: f64 = 0.6;
/// A posting with at most so many places left is filled, one with more loses one to so many.
const PLACES_AT_ONCE: u32 = 4;
/// Rows that one page of a walk reads.
const PAGE: i64 = 500;

/// Days after which what ended is forgotten.
const FORGET_DAYS: i64 = 1;
/// Steps between two looks for what is to be forgotten, about ten minutes.
const FORGET_STEPS: u32 = 40;

/// The state between two steps.
pub struct Stream {
    market: Market,
    cast: Cast,
    rng: ChaCha20Rng,
    drafts: Drafts,
    /// Oldest first, with who posted it.
    live: VecDeque<(JobId, Actor)>,
    /// Oldest first, with the desk that booked.
    bookings: VecDeque<(BookingId, usize)>,
    /// With the desk that registered them.
    seekers: Vec<(WorkerId, usize)>,
    /// Steps until something is forgotten again.
    forget_in: u32,
}

/// Runs the stream until it is cancelled; trouble is logged and the stream goes on.
pub async fn run(market: Market, seed: u64, cancel: CancellationToken) {
    let opened = cancel.run_until_cancelled(Stream::open(market, seed)).await;
    let mut stream = match opened {
        None => return,
        Some(Ok(stream)) => stream,
        Some(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the demo's stream does not start");
            return;
        }
    };
    loop {
        let pause = Duration::from_secs(stream.rng.random_range(PAUSE_S));
        let step = async {
            tokio::time::sleep(pause).await;
            stream.step().await
        };
        match cancel.run_until_cancelled(step).await {
            None => return,
            Some(Ok(())) => {}
            Some(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "a step of the demo's stream failed");
            }
        }
    }
}

impl Stream {
    /// A stream over a filled installation. The log's sequence goes into its dice, so that a second
    /// start does not repeat the first.
    ///
    /// # Errors
    /// [`DemoError::Incomplete`] where the demo's accounts are not there.
    pub async fn open(market: Market, seed: u64) -> Result<Stream, DemoError> {
        let cast = Cast::find(&market).await?;
        let mut view = market.store.read().await?;
        let seq = view.log_seq().await?;
        let mut rng = ChaCha20Rng::seed_from_u64(seed ^ seq.unsigned_abs());
        let mut live = VecDeque::new();
        let mut filter = PostingFilter {
            statuses: vec![Status::Open, Status::Filled],
            ..PostingFilter::default()
        };
        loop {
            let page = view.postings(&filter, PAGE).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id.clone());
            for posting in page.into_iter().filter(|posting| posting.demo) {
                if let Some(actor) = cast.actor(posting.poster.as_ref()) {
                    live.push_back((posting.id, actor.clone()));
                }
            }
        }
        let mut seekers = Vec::new();
        let mut after: Option<WorkerId> = None;
        // The demo's workers were the first: the walk ends with them, not with the last page.
        while seekers.len() < SEEKERS_MAX {
            let page = view.workers(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            for worker in page.into_iter().filter(|worker| worker.demo) {
                let station = worker.station.as_ref();
                let own = |held: &Station| Some(&held.id) == station;
                if let (Some(desk), None) = (cast.stations.iter().position(own), &worker.account) {
                    seekers.push((worker.id, desk));
                }
            }
        }
        drop(view);
        Ok(Stream {
            drafts: Drafts::new(rng.next_u64()),
            market,
            cast,
            rng,
            live,
            bookings: VecDeque::new(),
            seekers,
            forget_in: 0,
        })
    }

    /// Publishes one posting, books where somebody wants to, ends what is too much.
    ///
    /// # Errors
    /// [`DemoError`] where a verb fails for another reason than the posting's or booking's own life.
    pub async fn step(&mut self) -> Result<(), DemoError> {
        let now = self.market.now();
        if let Some(draft) = self.drafts.next(&self.cast.stations, now) {
            let id = submit(&self.market, &self.cast, &draft).await?;
            approve(&self.market, &self.cast, &draft, &id).await?;
            let actor = super::poster(&self.cast, &draft)?.clone();
            self.live.push_back((id, actor));
        }
        if self.rng.random_bool(BOOKS) {
            self.book().await?;
        }
        while self.bookings.len() > BOOKINGS_MAX {
            let Some((id, desk)) = self.bookings.pop_front() else {
                break;
            };
            if let Some(desk) = self.cast.desks.get(desk) {
                settled(self.market.cancel(desk, &id).await)?;
            }
        }
        while self.live.len() > LIVE_MAX {
            let Some((id, actor)) = self.live.pop_front() else {
                break;
            };
            settled(self.market.close(&actor, &id).await)?;
        }
        match self.forget_in.checked_sub(1) {
            Some(left) => self.forget_in = left,
            None => {
                self.market.forget_demo(FORGET_DAYS).await?;
                self.forget_in = FORGET_STEPS;
            }
        }
        Ok(())
    }

    /// Some workers take places of one posting: its last ones where few are left.
    async fn book(&mut self) -> Result<(), DemoError> {
        let Some(i) = self.live.len().checked_sub(1) else {
            return Ok(());
        };
        let i = self.rng.random_range(0..=i);
        let Some((id, _)) = self.live.get(i) else {
            return Ok(());
        };
        let id = id.clone();
        let Some(posting) = settled(self.market.posting(None, &id).await)? else {
            self.live.remove(i);
            return Ok(());
        };
        let places = match posting.places_left() {
            left if left <= PLACES_AT_ONCE => left,
            _ => self.rng.random_range(1..=PLACES_AT_ONCE),
        };
        for _ in 0..places {
            let Some((worker, desk)) = self.seekers.choose(&mut self.rng).cloned() else {
                return Ok(());
            };
            let Some(actor) = self.cast.desks.get(desk) else {
                return Ok(());
            };
            let booked = self.market.book(actor, &id, &place_for(worker)).await;
            if let Some(booked) = settled(booked)? {
                self.bookings.push_back((booked.booking.id, desk));
            }
        }
        Ok(())
    }
}

impl Cast {
    /// Who posts under this account.
    fn actor(&self, account: Option<&AccountId>) -> Option<&Actor> {
        let actors = self.desks.iter().chain(&self.employers).chain(&self.brokers);
        let own = |actor: &&Actor| actor.account().map(|held| &held.id) == account;
        actors.filter(|actor| actor.account().is_some()).find(own)
    }
}

/// What a verb gave; nothing where the record's life went on without the stream.
fn settled<T>(done: Result<T, MarketError>) -> Result<Option<T>, DemoError> {
    match done {
        Ok(given) => Ok(Some(given)),
        Err(
            MarketError::NoPlace(_)
            | MarketError::Refused(_)
            | MarketError::TooLate(_)
            | MarketError::Barred(_)
            | MarketError::NotFound
            | MarketError::Stale,
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
