//! The demo: an empty installation filled with three sites, accounts, postings and workers, and a
//! gentle stream of new postings, so that a board moves.
//!
//! Everything is invented from a seed by pure generators ([`postings`], [`workers`]) and goes
//! through the market's verbs as the accounts of the demo, so that audit and feeds are real. Every
//! posting and worker is marked `demo`; every employer's name starts with 演示. Passwords come from
//! the market's dice, not from the seed: no two installations share one.

mod cast;
mod names;
mod placements;
mod places;
mod postings;
mod stream;
mod told;
mod trades;
mod workers;

use serde_json::Value;

pub use stream::{Stream, run};

use crate::{
    domain::{
        account::{Actor, Role},
        geo::NotAPlace,
        identity::NotValid,
        ids::{JobId, NotAnId, WorkerId},
        posting::Posting,
    },
    market::{BookingRequest, Market, MarketError, NewPosting, NewWorker},
    store::{PostingFilter, StoreError, StoreResult, View},
};
use cast::{Cast, Tryout};
use postings::{By, Draft, Drafts};

/// An account of the demo; its password is nowhere else in clear.
#[derive(Clone)]
pub struct DemoAccount {
    /// The role.
    pub role: Role,
    /// The name to sign in with.
    pub login: String,
    /// The password.
    pub password: String,
    /// Who it is, in Chinese.
    pub label: String,
}

/// Why the demo can't be filled or go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A verb refused.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The records can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An id of the demo's own is none.
    #[error(transparent)]
    Id(#[from] NotAnId),
    /// A point of the demo's own is none.
    #[error(transparent)]
    Place(#[from] NotAPlace),
    /// A credit code of the demo's own fails its check.
    #[error(transparent)]
    Code(#[from] NotValid),
    /// The folder was filled only in part, or lost what was filled.
    #[error("the demo is not whole: start again with an empty data folder")]
    Incomplete,
}

/// Postings of a filled folder that are published.
const PUBLISHED: usize = 240;
/// Postings of a filled folder that wait for review, so that the desks have work.
const IN_REVIEW: usize = 8;
/// Workers of a filled folder, besides those behind accounts.
const WORKERS: u64 = 2000;
/// Workers registered in one transaction.
const BATCH: usize = 500;
/// One in so many postings has bookings from the start, at most so many each.
const BOOKED_ONE_IN: usize = 4;
const BOOKINGS_EACH: u32 = 3;

/// The name of the value that marks an installation as a demo's: its seed.
const META: &str = "demo";

/// The seed of the demo that this installation is; `None` where it is none.
///
/// # Errors
/// [`DemoError::Store`]; [`DemoError::Incomplete`] where the mark is no seed.
pub async fn seed_of(market: &Market) -> Result<Option<u64>, DemoError> {
    let mark = market.store.read().await?.meta(META).await?;
    mark.map(|seed| seed.parse().map_err(|_| DemoError::Incomplete)).transpose()
}

/// Whether an installation is a demonstration.
pub(super) async fn is_marked(view: &mut View) -> StoreResult<bool> {
    Ok(view.meta(META).await?.is_some())
}

/// Fills an empty installation. Answers the accounts to try it out with, one of every role and one
/// of each station's staff, or `None` where data is held already; then nothing is added.
///
/// The same seed and moment give the same postings and workers; ids and passwords differ.
///
/// # Errors
/// [`DemoError`]; what was done until then stays, and the folder counts as filled.
pub async fn fill(market: &Market, seed: u64) -> Result<Option<Vec<DemoAccount>>, DemoError> {
    if !claim(market, seed).await? {
        return Ok(None);
    }
    let (cast, tryout) = Cast::enter(market).await?;
    told::tell(market, &cast.stations).await?;
    let mut drafts = Drafts::new(seed);
    let mut published = Vec::with_capacity(PUBLISHED);
    for i in 0..PUBLISHED + IN_REVIEW {
        let draft = drafts.next(&cast.stations, market.now());
        let draft = draft.ok_or(DemoError::Incomplete)?;
        let posting = submit(market, &cast, &draft).await?;
        if i < PUBLISHED {
            published.push(approve(market, &cast, &draft, &posting).await?);
        }
    }
    let workers = register(market, &cast, seed).await?;
    if let (Some(desk), Some(broker)) = (cast.desks.last(), cast.brokers.first()) {
        placements::fill(market, desk, broker, &tryout).await?;
    }
    let (accounts, (worker, id)) = enroll(market, &cast, tryout).await?;
    if let Some(posting) = published.iter().find(|posting| posting.terms.instant) {
        market.book(&worker, &posting.id, &place_for(id)).await?;
    }
    book(market, &cast, &published, workers).await?;
    Ok(Some(accounts))
}

/// Marks an installation that holds nothing as a demo's. Answers whether it held nothing.
async fn claim(market: &Market, seed: u64) -> Result<bool, DemoError> {
    let mut txn = market.store.begin().await?;
    let any = PostingFilter::default();
    let empty = txn.meta(META).await?.is_none()
        && txn.is_new().await?
        && txn.stations().await?.is_empty()
        && txn.postings(&any, 1).await?.is_empty()
        && txn.workers(None, 1).await?.is_empty();
    if empty {
        txn.set_meta(META, &seed.to_string()).await?;
        txn.commit().await?;
    }
    Ok(empty)
}

fn poster<'c>(cast: &'c Cast, draft: &Draft) -> Result<&'c Actor, DemoError> {
    let actor = match draft.by {
        By::Employer(place) => cast.employers.get(place),
        By::Broker(place) => cast.brokers.get(place),
        By::Desk => cast.desks.get(draft.desk),
    };
    actor.ok_or(DemoError::Incomplete)
}

async fn submit(market: &Market, cast: &Cast, draft: &Draft) -> Result<JobId, DemoError> {
    let actor = poster(cast, draft)?;
    let new = NewPosting { idempotency_key: None, demo: true };
    let posting = market.post(actor, &draft.input, new).await?;
    Ok(market.submit(actor, &posting.id).await?.id)
}

async fn approve(
    market: &Market,
    cast: &Cast,
    draft: &Draft,
    id: &JobId,
) -> Result<Posting, DemoError> {
    let desk = cast.desks.get(draft.desk).ok_or(DemoError::Incomplete)?;
    Ok(market.approve(desk, id).await?)
}

fn demo_worker() -> NewWorker {
    NewWorker { demo: true, ..NewWorker::default() }
}

/// Registers the workers, each at its desk. Answers their ids by desk.
async fn register(
    market: &Market,
    cast: &Cast,
    seed: u64,
) -> Result<Vec<Vec<WorkerId>>, DemoError> {
    let newcomers = workers::newcomers(seed, WORKERS, &cast.stations, market.now());
    let mut all = Vec::with_capacity(cast.desks.len());
    for (i, desk) in cast.desks.iter().enumerate() {
        let own = newcomers.iter().filter(|newcomer| newcomer.desk == i);
        let inputs: Vec<Value> = own.map(|newcomer| newcomer.input.clone()).collect();
        let mut ids = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            let workers = market.register_all(desk, batch, &demo_worker()).await?;
            ids.extend(workers.into_iter().map(|worker| worker.id));
        }
        all.push(ids);
    }
    Ok(all)
}

/// Registers the people behind the worker's and the leader's account. Answers the accounts to try
/// out, and the worker who can book.
async fn enroll(
    market: &Market,
    cast: &Cast,
    tryout: Tryout,
) -> Result<(Vec<DemoAccount>, (Actor, WorkerId)), DemoError> {
    let home = cast.stations.last().ok_or(DemoError::Incomplete)?;
    let input = workers::tryout("演示求职者", home, 0);
    let worker = market.register(&tryout.worker, &input, demo_worker()).await?;
    let input = workers::tryout("演示班组长", home, 1);
    market.register(&tryout.leader, &input, demo_worker()).await?;
    Ok((tryout.accounts, (tryout.worker, worker.id)))
}

fn place_for(worker: WorkerId) -> BookingRequest {
    BookingRequest { worker, shift: None, idempotency_key: None }
}

/// Takes some places, each worker at most one, so that no two of their hours clash.
async fn book(
    market: &Market,
    cast: &Cast,
    published: &[Posting],
    workers: Vec<Vec<WorkerId>>,
) -> Result<(), DemoError> {
    let desks = cast.desks.iter().zip(workers);
    let mut seekers: Vec<_> =
        desks.flat_map(|(desk, ids)| ids.into_iter().map(move |id| (desk, id))).collect();
    for posting in published.iter().step_by(BOOKED_ONE_IN) {
        for _ in 0..posting.terms.headcount.min(BOOKINGS_EACH) {
            let Some((desk, id)) = seekers.pop() else {
                return Ok(());
            };
            market.book(desk, &posting.id, &place_for(id)).await?;
        }
    }
    Ok(())
}
