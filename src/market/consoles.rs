//! What the consoles' lists show: bookings, attendance and people as far as the actor's right
//! reaches; and who was seen or taken along, in the audit trail.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Reach, Verb},
};
use crate::{
    domain::{
        account::Actor,
        attendance::{Attendance, Correction},
        booking::{Booking, BookingStatus},
        ids::{AttendanceId, JobId, WorkerId},
        limits,
        posting::Posting,
        worker::Worker,
    },
    store::{Asked, Kind, Scope, View},
};

/// A booking with its posting.
#[derive(Clone, Debug)]
pub struct Coming {
    /// The booking.
    pub booking: Booking,
    /// The posting.
    pub posting: Posting,
}

/// An attendance with its posting.
#[derive(Clone, Debug)]
pub struct Turnout {
    /// The attendance.
    pub attendance: Attendance,
    /// The posting.
    pub posting: Posting,
    /// A correction that waits for the desk's answer.
    pub asked: Option<Correction>,
}

/// Whose postings the actor's right to a verb reaches; nobody's where it is a station's and the
/// actor has none.
///
/// # Errors
/// [`MarketError::Forbidden`] where there is no such right.
pub(super) fn scope_of(actor: &Actor, verb: Verb) -> MarketResult<Option<Scope>> {
    let mut scope = Scope::default();
    let Some(account) = actor.account() else {
        return Ok(Some(scope));
    };
    match authority::reach(account.role, verb) {
        Reach::Nothing => return Err(MarketError::Forbidden),
        Reach::Own if account.org.is_some() => scope.org.clone_from(&account.org),
        Reach::Own => scope.poster = Some(account.id.clone()),
        Reach::Station if account.station.is_none() => return Ok(None),
        Reach::Station => scope.station.clone_from(&account.station),
        Reach::Any => {}
    }
    Ok(Some(scope))
}

impl Market {
    /// Of these postings, those that the actor's right to a verb reaches.
    pub(super) async fn reached<'j>(
        &self,
        view: &mut View,
        actor: &Actor,
        verb: Verb,
        jobs: impl Iterator<Item = &'j JobId>,
    ) -> MarketResult<BTreeMap<JobId, Posting>> {
        let ids: BTreeSet<String> = jobs.map(ToString::to_string).collect();
        let ids: Vec<String> = ids.into_iter().collect();
        let home = self.home(view, actor).await?;
        let held = view.postings_named(&ids).await?.into_iter();
        let reached =
            held.filter(|posting| authority::reaches_posting(actor, verb, posting, home.as_ref()));
        Ok(reached.map(|posting| (posting.id.clone(), posting)).collect())
    }

    /// The newest bookings of the actor's postings, in one of these states or in any where none is
    /// named.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn bookings_at_desk(
        &self,
        actor: &Actor,
        statuses: &[BookingStatus],
    ) -> MarketResult<Vec<Coming>> {
        let Some(scope) = scope_of(actor, Verb::Roster)? else {
            return Ok(Vec::new());
        };
        let mut view = self.store.read().await?;
        let bookings = view.bookings_in(&scope, statuses, limits::LIST_ROWS_MAX).await?;
        let jobs = bookings.iter().map(|booking| &booking.job);
        let postings = self.reached(&mut view, actor, Verb::Roster, jobs).await?;
        let coming = bookings.into_iter().filter_map(|booking| {
            let posting = postings.get(&booking.job)?.clone();
            Some(Coming { booking, posting })
        });
        Ok(coming.collect())
    }

    /// The attendance at the actor's postings, the latest shifts first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn attendance_at_desk(&self, actor: &Actor) -> MarketResult<Vec<Turnout>> {
        let Some(scope) = scope_of(actor, Verb::Roster)? else {
            return Ok(Vec::new());
        };
        let mut view = self.store.read().await?;
        let held = view.attendance_in(&scope, limits::LIST_ROWS_MAX).await?;
        let asked = view.corrections_asked(&Asked::Desk(scope), limits::LIST_ROWS_MAX).await?;
        let mut asked: BTreeMap<AttendanceId, Correction> =
            asked.into_iter().map(|one| (one.attendance.clone(), one)).collect();
        let jobs = held.iter().map(|one| &one.job);
        let postings = self.reached(&mut view, actor, Verb::Roster, jobs).await?;
        let turnout = held.into_iter().filter_map(|attendance| {
            let posting = postings.get(&attendance.job)?.clone();
            let asked = asked.remove(&attendance.id);
            Some(Turnout { attendance, posting, asked })
        });
        Ok(turnout.collect())
    }

    /// Corrections of times that wait for the actor: as the worker, or as whoever conducts the
    /// posting. Each with its attendance and posting, the oldest first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn corrections_to_answer(&self, actor: &Actor) -> MarketResult<Vec<Turnout>> {
        let worker = actor.account().and_then(|account| account.worker.clone());
        let asked = match worker {
            Some(worker) => Asked::Worker(worker),
            None => match scope_of(actor, Verb::Roster)? {
                Some(scope) => Asked::Desk(scope),
                None => return Ok(Vec::new()),
            },
        };
        let mut view = self.store.read().await?;
        let mut waiting = Vec::new();
        for correction in view.corrections_asked(&asked, limits::LIST_ROWS_MAX).await? {
            let Some(attendance) = view.attendance(&correction.attendance).await? else {
                continue;
            };
            let Some(posting) = view.posting(&attendance.job).await? else { continue };
            let own = matches!(asked, Asked::Worker(_));
            if own || self.reaches(&mut view, actor, Verb::Roster, &posting).await? {
                waiting.push(Turnout { attendance, posting, asked: Some(correction) });
            }
        }
        Ok(waiting)
    }

    /// The people of a list that the actor reached; whoever shows them notes whom
    /// ([`Market::note_list`]).
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the actor sees no lists of people.
    pub async fn people_of(
        &self,
        actor: &Actor,
        workers: BTreeSet<WorkerId>,
    ) -> MarketResult<BTreeMap<WorkerId, Worker>> {
        if !authority::may(actor, Verb::Roster) {
            return Err(MarketError::Forbidden);
        }
        let held = self.store.read().await?.workers_of(&workers).await?;
        Ok(held.into_iter().map(|worker| (worker.id.clone(), worker)).collect())
    }

    /// The newest of the people whom the actor's station registered, or of all for who has none;
    /// whoever shows them notes whom ([`Market::note_list`]).
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn workers_at_desk(&self, actor: &Actor) -> MarketResult<Vec<Worker>> {
        if !authority::may(actor, Verb::Enrol) {
            return Err(MarketError::Forbidden);
        }
        let station = actor.account().and_then(|account| account.station.as_ref());
        let mut view = self.store.read().await?;
        let mut held = match station {
            Some(station) => view.workers_at(station, limits::LIST_ROWS_MAX).await?,
            None => view.workers_newest(None, limits::LIST_ROWS_MAX).await?,
        };
        held.retain(|worker| authority::reaches_worker(actor, Verb::Enrol, worker));
        Ok(held)
    }

    /// Notes whom a list showed, or that it left the house as a file; `detail` holds no personal
    /// data.
    ///
    /// # Errors
    /// [`MarketError::Store`]
    pub async fn note_list(
        &self,
        actor: &Actor,
        verb: &'static str,
        detail: Value,
    ) -> MarketResult<()> {
        let name = actor.account().map_or(actor.name(), |account| account.id.as_str());
        let mut txn = self.store.begin().await?;
        txn.log(self.entry(actor, verb, Kind::Account, name, detail));
        txn.commit().await?;
        Ok(())
    }
}
