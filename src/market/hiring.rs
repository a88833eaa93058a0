//! Where a place is not taken in one step: the employer shortlists, offers, takes, refuses, calls
//! off; the worker takes an offer up or not, and confirms to come.

use super::{
    Booked, Market, MarketError, MarketResult,
    authority::{self, Verb},
    bookings::hold_with_queue,
};
use crate::{
    domain::{
        account::{Actor, Role},
        booking::{Booking, BookingEvent, BookingStatus, Ending, NoPlace},
        ids::BookingId,
        posting::Posting,
        worker::Worker,
    },
    store::{Kind, Txn},
};

/// Which of a booking's two sides somebody acts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Employer,
    Worker,
    /// The station's staff and whoever runs the installation.
    Both,
}

impl Side {
    pub(super) fn employs(self) -> bool {
        matches!(self, Side::Employer | Side::Both)
    }

    pub(super) fn works(self) -> bool {
        matches!(self, Side::Worker | Side::Both)
    }
}

impl Market {
    /// The side of a booking that the actor may act for.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where there is none.
    pub(super) async fn side_of(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        (booking, posting, worker): (&Booking, &Posting, &Worker),
    ) -> MarketResult<Side> {
        let employs = self.reaches(txn, actor, Verb::Roster, posting).await?;
        let works = self.speaks_for(txn, actor, booking, worker).await?;
        match (employs, works) {
            (true, true) => Ok(Side::Both),
            (true, false) => Ok(Side::Employer),
            (false, true) => Ok(Side::Worker),
            (false, false) => Err(MarketError::NotFound),
        }
    }

    /// A booking held until the commit, with the side that the actor may act for.
    pub(super) async fn held(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &BookingId,
    ) -> MarketResult<(Booking, Posting, Worker, Side)> {
        if !authority::may(actor, Verb::Roster) && !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let (booking, posting) = hold_with_queue(txn, id).await?;
        let worker = txn.worker(&booking.worker).await?.ok_or(MarketError::NotFound)?;
        let side = self.side_of(txn, actor, (&booking, &posting, &worker)).await?;
        Ok((booking, posting, worker, side))
    }

    async fn held_by_employer(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &BookingId,
    ) -> MarketResult<(Booking, Posting)> {
        if !authority::may(actor, Verb::Roster) {
            return Err(MarketError::Forbidden);
        }
        let (booking, posting, _, side) = self.held(txn, actor, id).await?;
        if side.employs() { Ok((booking, posting)) } else { Err(MarketError::NotFound) }
    }

    /// Notes that the employer looks closer at somebody who asked.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where the booking's life has no such step now.
    pub async fn shortlist(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        self.propose(actor, id, "shortlist", BookingEvent::Shortlist).await
    }

    /// Offers a place to somebody who asked; the worker decides, in the time that the settings give.
    ///
    /// # Errors
    /// As [`Market::shortlist`].
    pub async fn offer(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        self.propose(actor, id, "offer", BookingEvent::Offer).await
    }

    async fn propose(
        &self,
        actor: &Actor,
        id: &BookingId,
        verb: &'static str,
        event: BookingEvent,
    ) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting) = self.held_by_employer(&mut txn, actor, id).await?;
        self.move_booking(&mut txn, actor, verb, &mut booking, event).await?;
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// Says yes to the other side: the employer takes somebody who asked, the worker takes an offer
    /// up. Where no place is left, the booking waits.
    ///
    /// # Errors
    /// [`MarketError::NoPlace`] where the worker can't take it any more.
    pub async fn accept(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting, worker, side) = self.held(&mut txn, actor, id).await?;
        match booking.status {
            BookingStatus::Offered if side.works() => {}
            BookingStatus::Offered => {
                return Err(MarketError::TooLate("录用通知已经发出，等本人确认"));
            }
            _ if !side.employs() => return Err(MarketError::Forbidden),
            BookingStatus::Cancelled => return Err(NoPlace::Closed.into()),
            BookingStatus::Applied
            | BookingStatus::Shortlisted
            | BookingStatus::Waiting
            | BookingStatus::Booked => {}
        }
        let mut others = txn.bookings_by(&booking.worker).await?;
        others.retain(|other| other.booking.id != booking.id);
        self.bar(&mut txn, &posting, &worker, (&booking.shifts, &others)).await?;
        let free = posting.places_left() > 0;
        match (booking.status, free) {
            (BookingStatus::Booked, _) | (BookingStatus::Waiting, false) => {
                return Ok(Booked { booking, posting });
            }
            _ => {}
        }
        let event = if free { BookingEvent::Take } else { BookingEvent::Queue };
        self.move_booking(&mut txn, actor, "accept", &mut booking, event).await?;
        let posting = self.take_places(&mut txn, actor, posting, u32::from(free)).await?;
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// Says no to the other side: the employer to somebody who asked, the worker to an offer.
    ///
    /// # Errors
    /// [`NoPlace::Closed`] where the booking is no longer a question.
    pub async fn decline(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting, _, side) = self.held(&mut txn, actor, id).await?;
        let ending = match booking.status {
            BookingStatus::Offered if !side.employs() || seeks(actor) => Ending::Refused,
            _ if !side.employs() => return Err(MarketError::Forbidden),
            BookingStatus::Applied | BookingStatus::Shortlisted | BookingStatus::Offered => {
                Ending::Declined
            }
            BookingStatus::Waiting | BookingStatus::Booked | BookingStatus::Cancelled => {
                return Err(NoPlace::Closed.into());
            }
        };
        let held = (&mut booking, posting);
        let posting = self.end_booking(&mut txn, actor, "decline", held, ending).await?;
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// The employer takes a place back; a reason is owed, and the worker sees it.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] without a reason, [`MarketError::Refused`] where it is over already.
    pub async fn call_off(
        &self,
        actor: &Actor,
        id: &BookingId,
        reason: Option<&str>,
    ) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting) = self.held_by_employer(&mut txn, actor, id).await?;
        booking.reason = Some(super::reason_owed(reason)?);
        let held = (&mut booking, posting);
        let posting = self.end_booking(&mut txn, actor, "call_off", held, Ending::Employer).await?;
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }

    /// The worker says that they will come, where the market asks for that.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the booking is none of the actor's business, and
    /// [`NoPlace::Closed`] where it holds no place.
    pub async fn confirm(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        if !authority::may(actor, Verb::Book) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let (mut booking, posting, _, side) = self.held(&mut txn, actor, id).await?;
        if !side.works() {
            return Err(MarketError::NotFound);
        }
        if booking.status != BookingStatus::Booked {
            return Err(NoPlace::Closed.into());
        }
        if booking.due_at.take().is_some() {
            txn.set_booking(&booking, self.now()).await?;
            let detail = serde_json::json!({ "job": booking.job.as_str() });
            txn.log(self.entry(actor, "confirm", Kind::Booking, id, detail));
            txn.commit().await?;
        }
        Ok(Booked { booking, posting })
    }
}

fn seeks(actor: &Actor) -> bool {
    actor.account().is_some_and(|account| matches!(account.role, Role::Worker | Role::Leader))
}
