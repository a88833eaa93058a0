//! Dispatch (集合派工): who is at a station on a day, what is open there, and booking the pairs that
//! staff confirm. What fits whom is planned above, where scores are known.

use std::collections::HashSet;

use serde_json::json;

use super::{
    Booked, BookingRequest, Market, MarketError, MarketResult,
    authority::{self, Verb},
    places::too_young,
    screens::shown_at,
};
use crate::{
    domain::{
        account::Actor,
        booking::BookingStatus,
        calendar::Day,
        ids::{JobId, StationId, WorkerId},
        limits::{DISPATCH_PEOPLE_MAX, DISPATCH_POSTINGS_MAX},
        posting::{Posting, Shift, Status},
        station::Station,
        time::{DAY, Moment},
        wage::choices,
        worker::{Present, Worker},
    },
    matching::bar,
    store::{Kind, PostingFilter, Scope, View},
};

choices! {
    /// Whom a dispatch plans for.
    Who {
        /// Those who were noted as present.
        Present = "present", "只派到场的人";
        /// Those, and whoever else the station registered.
        Everyone = "everyone", "到场的和在找活的都派";
    }
}

/// Somebody who may be sent to work.
#[derive(Clone, Debug)]
pub struct Attendee {
    /// Who.
    pub worker: Worker,
    /// Whether the person was noted as present.
    pub is_present: bool,
    /// The crew of the day.
    pub crew: Option<u16>,
    booked: Vec<Shift>,
    asked: HashSet<JobId>,
}

/// Places that a dispatch may fill.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The posting.
    pub posting: Posting,
    /// The shift that is booked, by its place in the posting; all of them where none is named.
    pub shift: Option<usize>,
    /// The hours of whoever takes a place.
    pub hours: Vec<Shift>,
}

/// People and work of a station's day.
#[derive(Clone, Debug)]
pub struct Assembly {
    /// Where.
    pub station: Station,
    /// When.
    pub day: Day,
    /// Who; those who came first.
    pub people: Vec<Attendee>,
    /// What is open, what starts first on top.
    pub openings: Vec<Opening>,
    /// Whom it is planned for.
    pub who: Who,
    /// Whether people or postings were left out, being too many.
    pub is_cut: bool,
}

/// Somebody to be booked for work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Who.
    pub worker: WorkerId,
    /// For what.
    pub job: JobId,
    /// For which shift, by its place; all of them where none is named.
    pub shift: Option<usize>,
}

/// What became of an assignment.
#[derive(Debug)]
pub struct Outcome {
    /// What was asked.
    pub asked: Assignment,
    /// The booking, or why there is none.
    pub result: Result<Booked, MarketError>,
}

impl Attendee {
    /// What keeps the person from an opening, in a few Chinese words.
    pub fn bar(&self, opening: &Opening, now: Moment) -> Option<&'static str> {
        if self.asked.contains(&opening.posting.id) {
            return Some("已经报了这个岗位");
        }
        if too_young(&self.worker, opening.hours.first().map_or(now, |shift| shift.start)) {
            return Some("未满16周岁");
        }
        bar(&opening.posting, &self.worker.profile, &self.booked, now).map(|bar| bar.label())
    }
}

impl Market {
    /// Notes who is at a station on a day, and who is not any more.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], and [`MarketError::NotFound`] for a person who is none of the
    /// actor's business.
    pub async fn note_present(
        &self,
        actor: &Actor,
        station: &StationId,
        day: Day,
        come: &[Present],
        gone: &[WorkerId],
    ) -> MarketResult<()> {
        let mut txn = self.store.begin().await?;
        self.dispatched_at(&mut txn, actor, station).await?;
        for present in come {
            let worker = txn.worker(&present.worker).await?.ok_or(MarketError::NotFound)?;
            if !authority::reaches_worker(actor, Verb::Book, &worker) {
                return Err(MarketError::NotFound);
            }
            txn.come(station, day, present, self.now()).await?;
        }
        for worker in gone {
            txn.go(station, day, worker).await?;
        }
        let detail = json!({ "day": day.to_string(), "come": come.len(), "gone": gone.len() });
        txn.log(self.entry(actor, "note_present", Kind::Station, station, detail));
        txn.commit().await?;
        Ok(())
    }

    /// The people and the open work of a station's day; for whom nothing is said, those present, or
    /// everyone where nobody was noted. That the people were looked at is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], [`MarketError::NotFound`].
    pub async fn assembly(
        &self,
        actor: &Actor,
        station: &StationId,
        day: Day,
        who: Option<Who>,
    ) -> MarketResult<Assembly> {
        let mut txn = self.store.begin().await?;
        let station = self.dispatched_at(&mut txn, actor, station).await?;
        let present = txn.present(&station.id, day).await?;
        let all = if present.is_empty() { Who::Everyone } else { Who::Present };
        let who = who.unwrap_or(all);
        let (people, many_people) = self.attendees(&mut txn, &station, present, who).await?;
        let (openings, many_openings) = self.openings(&mut txn, &station, day).await?;
        let seen: Vec<&str> = people.iter().map(|person| person.worker.id.as_str()).collect();
        let detail = json!({ "day": day.to_string(), "workers": seen });
        txn.log(self.entry(actor, "assemble", Kind::Station, &station.id, detail));
        txn.commit().await?;
        let is_cut = many_people || many_openings;
        Ok(Assembly { station, day, people, openings, who, is_cut })
    }

    /// Books what staff confirmed, one after the other; each place is taken or refused by the same
    /// rules as any other, so that nothing oversells.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], [`MarketError::NotFound`] for the station. What stands in the way of
    /// one pair is its outcome and stops no other.
    pub async fn dispatch(
        &self,
        actor: &Actor,
        station: &StationId,
        assignments: Vec<Assignment>,
    ) -> MarketResult<Vec<Outcome>> {
        let mut view = self.store.read().await?;
        self.dispatched_at(&mut view, actor, station).await?;
        drop(view);
        let mut outcomes = Vec::with_capacity(assignments.len());
        for asked in assignments {
            let (worker, shift) = (asked.worker.clone(), asked.shift);
            let request = BookingRequest { worker, shift, idempotency_key: None };
            let result = self.book(actor, &asked.job, &request).await;
            outcomes.push(Outcome { asked, result });
        }
        Ok(outcomes)
    }

    /// The station, where the actor dispatches there.
    async fn dispatched_at(
        &self,
        view: &mut View,
        actor: &Actor,
        id: &StationId,
    ) -> MarketResult<Station> {
        if !authority::reaches_station(actor, Verb::Dispatch, id) {
            return Err(MarketError::Forbidden);
        }
        view.station(id).await?.ok_or(MarketError::NotFound)
    }

    async fn attendees(
        &self,
        view: &mut View,
        station: &Station,
        present: Vec<Present>,
        who: Who,
    ) -> MarketResult<(Vec<Attendee>, bool)> {
        let attendee = |worker, present: Option<Present>| Attendee {
            worker,
            is_present: present.is_some(),
            crew: present.and_then(|present| present.crew),
            booked: Vec::new(),
            asked: HashSet::new(),
        };
        let mut people = Vec::new();
        for present in present {
            if let Some(worker) = view.worker(&present.worker).await? {
                people.push(attendee(worker, Some(present)));
            }
        }
        if who == Who::Everyone {
            let known: HashSet<WorkerId> =
                people.iter().map(|person| person.worker.id.clone()).collect();
            let registered = view.workers_at(&station.id, LOOKED_AT_MAX).await?;
            let more = registered.into_iter().filter(|worker| !known.contains(&worker.id));
            people.extend(more.map(|worker| attendee(worker, None)));
        }
        let is_cut = people.len() > DISPATCH_PEOPLE_MAX;
        people.truncate(DISPATCH_PEOPLE_MAX);
        let ids: Vec<WorkerId> = people.iter().map(|person| person.worker.id.clone()).collect();
        for booking in view.bookings_by_all(&ids).await? {
            let held = people.iter_mut().find(|person| person.worker.id == booking.worker);
            if let Some(person) = held {
                person.asked.insert(booking.job);
                if booking.status == BookingStatus::Booked {
                    person.booked.extend(booking.shifts);
                }
            }
        }
        Ok((people, is_cut))
    }

    async fn openings(
        &self,
        view: &mut View,
        station: &Station,
        day: Day,
    ) -> MarketResult<(Vec<Opening>, bool)> {
        let now = self.now();
        let mut filter = PostingFilter {
            statuses: vec![Status::Open],
            scope: Scope { station: Some(station.id.clone()), ..Scope::default() },
            ..PostingFilter::default()
        };
        let mut openings = Vec::new();
        loop {
            let page = view.postings(&filter, PAGE).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id.clone());
            for posting in page {
                let here = shown_at(&posting, std::slice::from_ref(station)).next().is_some();
                openings.extend(here.then(|| opening(posting, day, now)).flatten());
            }
        }
        openings.sort_by_key(|opening| {
            (opening.hours.first().map(|shift| shift.start), opening.posting.id.clone())
        });
        let is_cut = openings.len() > DISPATCH_POSTINGS_MAX;
        openings.truncate(DISPATCH_POSTINGS_MAX);
        Ok((openings, is_cut))
    }
}

/// Registered workers of a station that are looked at, the newest.
const LOOKED_AT_MAX: i64 = 1 + DISPATCH_PEOPLE_MAX as i64;
/// Postings that are read at once.
const PAGE: i64 = 500;

/// What of a posting can be filled on a day. One without hours is not for a morning's dispatch: nobody
/// could tell what it clashes with.
fn opening(posting: Posting, day: Day, now: Moment) -> Option<Opening> {
    if posting.places_left() == 0 || posting.terms.expires_at() <= now {
        return None;
    }
    let midnight = jiff::civil::time(0, 0, 0, 0);
    let start = Moment::from_shanghai(day.date().to_datetime(midnight));
    let span = Shift { start, end: start.plus(DAY) };
    let shifts = &posting.terms.shifts;
    let on_the_day =
        |shift: &Shift| span.start <= shift.start && shift.start < span.end && shift.end > now;
    let first = shifts.iter().position(on_the_day)?;
    // Shifts that are over can't be booked with the rest.
    let (shift, hours) = if shifts.iter().all(|shift| shift.end > now) {
        (None, shifts.clone())
    } else {
        (Some(first), vec![shifts[first]])
    };
    Some(Opening { posting, shift, hours })
}
