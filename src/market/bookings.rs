//! Bookings: take a place, wait for one, give it up.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    places::{chosen_shifts, hold_queue},
};
use crate::{
    domain::{
        account::Actor,
        attendance::Party,
        booking::{Booking, BookingEvent, BookingStatus, Ending, NoPlace},
        ids::{BookingId, JobId, WorkerId},
        posting::Posting,
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
        let worker = txn.worker(&request.worker).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_worker(actor, Verb::Book, &worker) {
            return Err(MarketError::NotFound);
        }
        let posting = self.asked_for(&mut txn, actor, job).await?;
        let shifts = chosen_shifts(&posting, request.shift)?;
        let others = txn.bookings_by(&worker.id).await?;
        self.bar(&mut txn, &posting, &worker, (&shifts, &others)).await?;
        let is_self = actor.account().is_some_and(|account| authority::is_self(account, &worker));
        let status = if posting.places_left() == 0 {
            if self.queue_room(&mut txn, &posting).await? == 0 {
                return Err(NoPlace::Full.into());
            }
            BookingStatus::Waiting
        } else if is_self
            && (!posting.terms.instant || self.is_on_trial(&mut txn, &worker.id).await?)
        {
            BookingStatus::Applied
        } else {
            BookingStatus::Booked
        };
        let (id, job) = (BookingId::grow(self.seedling()), job.clone());
        let booking = Booking::new(id, job, worker.id.clone(), shifts, status, self.now());
        let booking = self.begin_booking(&mut txn, actor, booking, &posting).await?;
        let taken = u32::from(status == BookingStatus::Booked);
        let posting = self.take_places(&mut txn, actor, posting, taken).await?;
        if let Some(key) = &request.idempotency_key {
            let hash = request_hash(&posting.id, request);
            txn.remember(actor.name(), key, &hash, booking.id.as_str(), self.now()).await?;
        }
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// Writes a new booking with its entry of the audit trail; places are the caller's.
    pub(super) async fn begin_booking(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut booking: Booking,
        posting: &Posting,
    ) -> MarketResult<Booking> {
        booking.due_at = self.answer_due(&booking);
        match txn.add_booking(&booking).await {
            Err(StoreError::Conflict(_)) => {
                return Err(NoPlace::Clash(posting.terms.title.clone()).into());
            }
            other => other?,
        }
        self.keep_attendance(txn, &booking, false).await?;
        let detail = json!({ "job": booking.job.as_str(), "to": booking.status.word() });
        txn.log(self.entry(actor, "book", Kind::Booking, &booking.id, detail));
        Ok(booking)
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

    /// Gives a booking up; a freed place goes to the first on the waiting list who can take it.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the booking is none of the actor's business, and
    /// [`MarketError::TooLate`] once the work is over.
    pub async fn cancel(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        self.cancel_because(actor, id, None).await
    }

    /// As [`Market::cancel`], with a reason in words.
    ///
    /// # Errors
    /// As [`Market::cancel`].
    pub async fn cancel_because(
        &self,
        actor: &Actor,
        id: &BookingId,
        reason: Option<&str>,
    ) -> MarketResult<Booked> {
        if !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let (mut booking, posting) = hold_with_queue(&mut txn, id).await?;
        let worker = txn.worker(&booking.worker).await?.ok_or(MarketError::NotFound)?;
        if !self.speaks_for(&mut txn, actor, &booking, &worker).await? {
            return Err(MarketError::NotFound);
        }
        if booking.status == BookingStatus::Cancelled {
            return Ok(Booked { booking, posting });
        }
        booking.reason = super::reason_maybe(reason)?;
        let posting =
            self.end_booking(&mut txn, actor, "cancel", (&mut booking, posting), Ending::Worker);
        let posting = posting.await?;
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// Ends a booking; a place that it held is passed on. The caller holds posting and queue.
    pub(super) async fn end_booking(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        (booking, posting): (&mut Booking, Posting),
        ending: Ending,
    ) -> MarketResult<Posting> {
        let had_place = booking.status == BookingStatus::Booked;
        if had_place && booking.ends_at().is_some_and(|end| end <= self.now()) {
            return Err(MarketError::TooLate("已经上完工了，不能再取消"));
        }
        booking.ended = Some(ending);
        match ending {
            Ending::Worker if had_place => {
                self.mark_ending(txn, booking, (&posting, Party::Worker)).await?;
            }
            Ending::Employer if had_place => {
                self.mark_ending(txn, booking, (&posting, Party::Employer)).await?;
            }
            _ => {}
        }
        self.move_booking(txn, actor, verb, booking, BookingEvent::End).await?;
        if had_place { self.pass_on(txn, actor, posting).await } else { Ok(posting) }
    }

    /// A worker's bookings that are not cancelled, oldest first.
    pub async fn bookings_by(
        &self,
        actor: &Actor,
        worker: &WorkerId,
    ) -> MarketResult<Vec<BookingRow>> {
        let worker = self.worker(actor, worker).await?;
        Ok(self.store.read().await?.bookings_by(&worker.id).await?)
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

/// A booking and its posting, held until the commit together with everybody who waits for it.
pub(super) async fn hold_with_queue(
    txn: &mut Txn,
    id: &BookingId,
) -> MarketResult<(Booking, Posting)> {
    let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
    txn.hold_posting(&booking.job).await?;
    hold_queue(txn, &booking.job, Some(&booking.worker)).await?;
    // Read again: it may have changed while another transaction held the posting.
    let booking = txn.booking(id).await?.ok_or(MarketError::NotFound)?;
    let posting = txn.posting(&booking.job).await?.ok_or(MarketError::NotFound)?;
    Ok((booking, posting))
}

fn request_hash(job: &JobId, request: &BookingRequest) -> String {
    format!("{job} {} {:?}", request.worker, request.shift)
}
