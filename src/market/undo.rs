//! Steps on a booking that were a mistake: whoever made one takes it back within minutes, as long as
//! nothing came after it and nobody else has the place.
//!
//! What moved somebody else, or leaves the market for good, is not taken back: `docs/undo.md`.

use super::{Booked, Market, MarketError, MarketResult};
use crate::{
    domain::{
        account::Actor,
        booking::{Booking, BookingEvent, BookingStatus, Ending, NoPlace},
        fairness::MarkKind,
        ids::BookingId,
        limits,
        time::MINUTE,
    },
    store::{Kind, View},
};

/// Log entries of one booking that are looked through.
const ENTRIES_MAX: i64 = 500;

impl Market {
    /// Where a booking stood before the last step on it, where the actor made that step and can
    /// still take it back as far as time and order go.
    ///
    /// # Errors
    /// [`MarketError::Store`]
    pub async fn undoable(
        &self,
        view: &mut View,
        actor: &Actor,
        booking: &Booking,
    ) -> MarketResult<Option<BookingStatus>> {
        use BookingStatus::{Applied, Booked, Cancelled, Offered, Shortlisted, Waiting};
        match booking.status {
            Shortlisted | Offered | Cancelled => {}
            Applied | Waiting | Booked => return Ok(None),
        }
        let log = view.log_of(Kind::Booking, booking.id.as_str(), ENTRIES_MAX).await?;
        let Some(last) = log.iter().rfind(|row| row.verb != "look") else {
            return Ok(None);
        };
        let verbs = ["shortlist", "offer", "decline", "cancel", "call_off"];
        let in_time = self.now().0 - last.at.0 <= limits::UNDO_MINUTES * MINUTE;
        if last.actor != actor.name() || !verbs.contains(&last.verb.as_str()) || !in_time {
            return Ok(None);
        }
        let detail: serde_json::Value = serde_json::from_str(&last.detail).unwrap_or_default();
        Ok(detail["from"].as_str().and_then(|word| word.parse().ok()))
    }

    /// Takes the last step on a booking back; a place that it held is taken again where it is still
    /// free, and a mark for giving it up is lifted.
    ///
    /// # Errors
    /// [`MarketError::TooLate`] where another made the step, something came after it, or the time is
    /// over; [`MarketError::NoPlace`] where the place is gone, or the worker can't take it any more.
    pub async fn undo(&self, actor: &Actor, id: &BookingId) -> MarketResult<Booked> {
        let mut txn = self.store.begin().await?;
        let (mut booking, posting, worker, _) = self.held(&mut txn, actor, id).await?;
        let Some(before) = self.undoable(&mut txn, actor, &booking).await? else {
            return Err(MarketError::TooLate("过了10分钟，或者后来又有变化，不能撤销了"));
        };
        let mut others = txn.bookings_by(&booking.worker).await?;
        others.retain(|other| other.booking.id != booking.id);
        self.bar(&mut txn, &posting, &worker, (&booking.shifts, &others)).await?;
        let free = posting.places_left() > 0;
        if before == BookingStatus::Booked && !free {
            return Err(NoPlace::Full.into());
        }
        // Nobody waits for a place that is free.
        let takes = before == BookingStatus::Booked || (before == BookingStatus::Waiting && free);
        // What only one's own side knows is nobody's news.
        let is_told = booking.status == BookingStatus::Offered
            || matches!(booking.ended, Some(Ending::Declined | Ending::Employer));
        let verb = if is_told { "take_back" } else { "undo" };
        (booking.ended, booking.reason) = (None, None);
        let to: &[BookingEvent] = match before {
            BookingStatus::Applied | BookingStatus::Cancelled => &[BookingEvent::Restore],
            BookingStatus::Shortlisted => &[BookingEvent::Restore, BookingEvent::Shortlist],
            BookingStatus::Offered => &[BookingEvent::Restore, BookingEvent::Offer],
            BookingStatus::Waiting | BookingStatus::Booked if takes => {
                &[BookingEvent::Restore, BookingEvent::Take]
            }
            BookingStatus::Waiting | BookingStatus::Booked => {
                &[BookingEvent::Restore, BookingEvent::Queue]
            }
        };
        self.move_through(&mut txn, actor, verb, &mut booking, to).await?;
        let posting = self.take_places(&mut txn, actor, posting, u32::from(takes)).await?;
        for kind in [MarkKind::LateCancel, MarkKind::CalledOff] {
            self.lift_overtaken(&mut txn, &booking.id, kind).await?;
        }
        txn.commit().await?;
        Ok(Booked { booking, posting })
    }
}
