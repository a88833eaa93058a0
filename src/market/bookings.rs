//! Bookings: take a place, wait for one, give it up. Places never oversell: every decision about
//! a posting's places holds the posting's row until its commit.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    screens::step_entry,
};
use crate::{
    domain::{
        account::Actor,
        booking::{Booking, BookingStatus, NoPlace},
        fields::FieldErrors,
        ids::{BookingId, JobId, WorkerId},
        limits,
        posting::{Event, Posting, Shift, Status},
        time::Moment,
        worker::Worker,
    },
    store::{BookingRow, Kind, StoreError, Txn},
};

/// What a request for a place says.
#[derive(Clone, Debug)]
pub struct BookingRequest {
    /// For whom.
    pub worker: WorkerId,
    /// For which shift, by its place in the posting's list; all of them where none is named.
    pub shift: Option<usize>,
    /// The client's key: the same request twice books once.
    pub idempotency_key: Option<String>,
}

/// A booking and the posting as it stands after it.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The booking.
    pub booking: Booking,
    /// The posting.
    pub posting: Posting,
}

/// Years of age below which nobody may be employed (劳动法 §15).
const AGE_MIN: u32 = 16;

impl Market {
    /// Takes a place for a worker, or one on the waiting list where every place is taken.
    ///
    /// # Errors
    /// [`MarketError::NoPlace`] with the reason.
    pub async fn book(
        &self,
        actor: &Actor,
        job: &JobId,
        request: &BookingRequest,
    ) -> MarketResult<Booked> {
        if !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let exist = txn.hold_for_booking(job, &request.worker).await?;
        if let Some(booked) = self.booked_before(&mut txn, actor, job, request).await? {
            return Ok(booked);
        }
        if !exist {
            return Err(MarketError::NotFound);
        }
        let posting = txn.posting(job).await?.ok_or(MarketError::NotFound)?;
        let worker = txn.worker(&request.worker).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_worker(actor, Verb::Book, &worker) {
            return Err(MarketError::NotFound);
        }
        if posting.published_at.is_none() {
            let known = self.reaches(&mut txn, actor, Verb::ReadDraft, &posting).await?;
            return Err(if known { NoPlace::Closed.into() } else { MarketError::NotFound });
        }
        let shifts = chosen_shifts(&posting, request.shift)?;
        let others = txn.bookings_by(&worker.id).await?;
        self.bar(&posting, &worker, &shifts, &others)?;
        let waiting = txn.bookings_of(job).await?;
        let waiting = waiting.iter().filter(|b| b.status == BookingStatus::Waiting).count();
        let is_self =
            actor.account().is_some_and(|account| worker.account.as_ref() == Some(&account.id));
        let status = if posting.places_left() == 0 {
            let bound = posting.terms.headcount.saturating_mul(limits::WAITING_PER_PLACE);
            if waiting >= bound as usize {
                return Err(NoPlace::Full.into());
            }
            BookingStatus::Waiting
        } else if is_self && !posting.terms.instant {
            BookingStatus::Applied
        } else {
            BookingStatus::Booked
        };
        let booking = Booking {
            id: BookingId::grow(self.seedling()),
            job: job.clone(),
            worker: worker.id.clone(),
            shifts,
            status,
            created_at: self.now(),
        };
        match txn.add_booking(&booking).await {
            Err(StoreError::Conflict(_)) => {
                return Err(NoPlace::Clash(posting.terms.title).into());
            }
            other => other?,
        }
        let detail = json!({ "job": job.as_str(), "to": status.word() });
        txn.log(self.entry(actor, "book", Kind::Booking, &booking.id, detail));
        let posting = match status {
            BookingStatus::Booked => self.take_place(&mut txn, actor, posting).await?,
            BookingStatus::Applied | BookingStatus::Waiting | BookingStatus::Cancelled => posting,
        };
        if let Some(key) = &request.idempotency_key {
            let hash = request_hash(job, request);
            txn.remember(actor.name(), key, &hash, booking.id.as_str(), self.now()).await?;
        }
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    async fn booked_before(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        job: &JobId,
        request: &BookingRequest,
    ) -> MarketResult<Option<Booked>> {
        let Some(key) = &request.idempotency_key else {
            return Ok(None);
        };
        let Some((hash, id)) = txn.made_before(actor.name(), key).await? else {
            return Ok(None);
        };
        if hash != request_hash(job, request) {
            return Err(MarketError::KeyReused);
        }
        let id = id.parse().map_err(|_| MarketError::NotFound)?;
        let booking = txn.booking(&id).await?.ok_or(MarketError::NotFound)?;
        let posting = txn.posting(job).await?.ok_or(MarketError::NotFound)?;
        Ok(Some(Booked { booking, posting }))
    }

    /// What keeps this worker from this posting, whatever places are left.
    fn bar(
        &self,
        posting: &Posting,
        worker: &Worker,
        shifts: &[Shift],
        others: &[BookingRow],
    ) -> Result<(), NoPlace> {
        let now = self.now();
        let on = matches!(posting.status, Status::Open | Status::Filled)
            && posting.terms.expires_at() > now
            && shifts.iter().all(|shift| shift.end > now);
        if !on {
            return Err(NoPlace::Closed);
        }
        if too_young(worker, shifts.first().map_or(now, |shift| shift.start)) {
            return Err(NoPlace::Blocked("未满16周岁，不能报名".to_owned()));
        }
        let clash = others.iter().find(|other| {
            let held = &other.booking;
            held.job == posting.id
                || (held.status == BookingStatus::Booked && overlap(&held.shifts, shifts))
        });
        clash.map_or(Ok(()), |other| Err(NoPlace::Clash(other.title.clone())))
    }

    async fn take_place(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut posting: Posting,
    ) -> MarketResult<Posting> {
        let from = posting.status;
        posting.taken += 1;
        let event = (posting.places_left() == 0).then_some(Event::Fill);
        if let Some(event) = event {
            posting.status = from.next(event)?;
        }
        self.touch(&mut posting);
        let entry = step_entry(self, actor, "take_place", &posting, Some(from));
        self.write_posting(txn, &posting, event, entry).await?;
        Ok(posting)
    }

    /// Gives a booking up; a freed place goes to the first on the waiting list who can take it.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the booking is none of the actor's business.
    pub async fn cancel(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        if !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        txn.hold_posting(&booking.job).await?;
        hold_queue(&mut txn, &booking.job, Some(&booking.worker)).await?;
        // Read again: it may have changed while another transaction held the posting.
        let mut booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        let worker = txn.worker(&booking.worker).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_worker(actor, Verb::Book, &worker) {
            return Err(MarketError::NotFound);
        }
        let posting = txn.posting(&booking.job).await?.ok_or(MarketError::NotFound)?;
        if booking.status == BookingStatus::Cancelled {
            return Ok(Booked { booking, posting });
        }
        let had_place = booking.status == BookingStatus::Booked;
        txn.set_booking(id, BookingStatus::Cancelled, self.now()).await?;
        booking.status = BookingStatus::Cancelled;
        let detail = json!({ "job": booking.job.as_str(), "to": booking.status.word() });
        txn.log(self.entry(actor, "cancel", Kind::Booking, id, detail));
        let posting =
            if had_place { self.pass_on(&mut txn, actor, posting).await? } else { posting };
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// Gives a place to somebody who asked for one; on the waiting list where none is left.
    ///
    /// # Errors
    /// [`MarketError::NoPlace`] where the worker can't take it any more.
    pub async fn accept(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting) = self.asked_for(&mut txn, actor, id).await?;
        let worker = txn.worker(&booking.worker).await?.ok_or(MarketError::NotFound)?;
        if booking.status == BookingStatus::Cancelled {
            return Err(NoPlace::Closed.into());
        }
        let mut others = txn.bookings_by(&booking.worker).await?;
        others.retain(|other| other.booking.id != booking.id);
        self.bar(&posting, &worker, &booking.shifts, &others)?;
        if booking.status == BookingStatus::Booked {
            return Ok(Booked { booking, posting });
        }
        let free = posting.places_left() > 0;
        booking.status = if free { BookingStatus::Booked } else { BookingStatus::Waiting };
        txn.set_booking(id, booking.status, self.now()).await?;
        let detail = json!({ "job": posting.id.as_str(), "to": booking.status.word() });
        txn.log(self.entry(actor, "accept", Kind::Booking, id, detail));
        let posting = if free { self.take_place(&mut txn, actor, posting).await? } else { posting };
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// Refuses somebody who asked for a place.
    ///
    /// # Errors
    /// [`NoPlace::Closed`] where the booking is no longer a question.
    pub async fn decline(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting) = self.asked_for(&mut txn, actor, id).await?;
        if booking.status != BookingStatus::Applied {
            return Err(NoPlace::Closed.into());
        }
        booking.status = BookingStatus::Cancelled;
        txn.set_booking(id, booking.status, self.now()).await?;
        let detail = json!({ "job": posting.id.as_str(), "to": booking.status.word() });
        txn.log(self.entry(actor, "decline", Kind::Booking, id, detail));
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// A booking that the posting's conductor decides about, held until the commit.
    async fn asked_for(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &BookingId,
    ) -> MarketResult<(Booking, Posting)> {
        if !authority::may(actor, Verb::Roster) {
            return Err(MarketError::Forbidden);
        }
        let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        txn.hold_for_booking(&booking.job, &booking.worker).await?;
        let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
        let posting = txn.posting(&booking.job).await?.ok_or(MarketError::NotFound)?;
        if self.reaches(txn, actor, Verb::Roster, &posting).await? {
            Ok((booking, posting))
        } else {
            Err(MarketError::NotFound)
        }
    }

    /// Gives free places to those who wait, in their order; the caller holds and writes the posting.
    pub(super) async fn fill_up(&self, txn: &mut Txn, posting: &mut Posting) -> MarketResult<()> {
        while posting.places_left() > 0 && self.promote(txn, posting).await? {
            posting.taken += 1;
        }
        Ok(())
    }

    /// Gives a free place to the first who waits and can take it. Answers whether somebody did.
    async fn promote(&self, txn: &mut Txn, posting: &Posting) -> MarketResult<bool> {
        hold_queue(txn, &posting.id, None).await?;
        for waiting in txn.bookings_of(&posting.id).await? {
            if waiting.status != BookingStatus::Waiting {
                continue;
            }
            let Some(worker) = txn.worker(&waiting.worker).await? else {
                continue;
            };
            let mut others = txn.bookings_by(&waiting.worker).await?;
            others.retain(|other| other.booking.id != waiting.id);
            if self.bar(posting, &worker, &waiting.shifts, &others).is_err() {
                continue;
            }
            txn.set_booking(&waiting.id, BookingStatus::Booked, self.now()).await?;
            let detail = json!({ "job": posting.id.as_str(), "to": "booked", "from": "waiting" });
            txn.log(self.entry(&Actor::House, "promote", Kind::Booking, &waiting.id, detail));
            return Ok(true);
        }
        Ok(false)
    }

    /// A place is free: the first who waits and can take it gets it, else it is open again.
    async fn pass_on(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut posting: Posting,
    ) -> MarketResult<Posting> {
        if self.promote(txn, &posting).await? {
            return Ok(posting);
        }
        let from = posting.status;
        posting.taken = posting.taken.saturating_sub(1);
        let event = (from == Status::Filled).then_some(Event::Free);
        if let Some(event) = event {
            posting.status = from.next(event)?;
        }
        self.touch(&mut posting);
        let entry = step_entry(self, actor, "free_place", &posting, Some(from));
        self.write_posting(txn, &posting, event, entry).await?;
        Ok(posting)
    }

    /// A worker's bookings that are not cancelled, oldest first.
    pub async fn bookings_by(
        &self,
        actor: &Actor,
        worker: &WorkerId,
    ) -> MarketResult<Vec<BookingRow>> {
        self.worker(actor, worker).await?;
        Ok(self.store.read().await?.bookings_by(worker).await?)
    }

    /// A posting's bookings that are not cancelled, oldest first.
    pub async fn roster(&self, actor: &Actor, job: &JobId) -> MarketResult<Vec<Booking>> {
        let mut view = self.store.read().await?;
        let posting = view.posting(job).await?.ok_or(MarketError::NotFound)?;
        if !self.reaches(&mut view, actor, Verb::Roster, &posting).await? {
            return Err(if posting.published_at.is_some() {
                MarketError::Forbidden
            } else {
                MarketError::NotFound
            });
        }
        Ok(view.bookings_of(job).await?)
    }
}

/// Holds whoever waits for a posting's places, and one more, all at once: whom a transaction takes
/// up one by one, another may hold that waits for the first.
async fn hold_queue(txn: &mut Txn, job: &JobId, more: Option<&WorkerId>) -> MarketResult<()> {
    let bookings = txn.bookings_of(job).await?.into_iter();
    let waiting = bookings.filter(|booking| booking.status == BookingStatus::Waiting);
    let queue: BTreeSet<WorkerId> =
        waiting.map(|booking| booking.worker).chain(more.cloned()).collect();
    Ok(txn.hold_workers(&queue).await?)
}

pub(super) fn overlap(held: &[Shift], wanted: &[Shift]) -> bool {
    held.iter().any(|held| wanted.iter().any(|wanted| held.overlaps(*wanted)))
}

fn chosen_shifts(posting: &Posting, shift: Option<usize>) -> Result<Vec<Shift>, FieldErrors> {
    let shifts = &posting.terms.shifts;
    match shift {
        None => Ok(shifts.clone()),
        Some(i) => shifts
            .get(i)
            .map(|shift| vec![*shift])
            .ok_or_else(|| FieldErrors::one("shift", "unknown", "没有这个班次")),
    }
}

pub(super) fn too_young(worker: &Worker, at: Moment) -> bool {
    let born = worker.person.id_number.as_ref().and_then(|number| number.born());
    born.is_some_and(|born| born.add_months(AGE_MIN * 12) > at.day())
}

fn request_hash(job: &JobId, request: &BookingRequest) -> String {
    format!("{job} {} {:?}", request.worker, request.shift)
}
