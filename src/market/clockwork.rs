//! What happens by itself: one round of everything that the clock brings. It takes no input and can
//! be repeated; each record is looked at again inside the transaction that changes it.

use super::{Market, MarketError, MarketResult, bookings::hold_with_queue};
use crate::domain::{
    account::Actor,
    booking::{Booking, BookingStatus, Ending},
    posting::Status,
};

/// Records of a kind that one round looks at.
pub(super) const ROUND: i64 = 200;

impl Market {
    /// One round. Answers how many records it changed.
    ///
    /// # Errors
    /// [`MarketError::Store`]; the round can be repeated.
    pub async fn keep_time(&self) -> MarketResult<usize> {
        let mut done = self.expire_due().await?;
        done += self.end_lapsed().await?;
        done += self.end_orphaned().await?;
        done += self.settle_attendance().await?;
        done += self.flag_arrears().await?;
        done += self.end_notices().await?;
        self.tell_what_happened().await?;
        self.tell_what_comes().await?;
        Ok(done)
    }

    /// Ends bookings whose workers did not answer in time.
    async fn end_lapsed(&self) -> MarketResult<usize> {
        let now = self.now();
        let due = self.store.read().await?.bookings_lapsed(now, ROUND).await?;
        let lapsed = |booking: &Booking, _| {
            booking.due_at.is_some_and(|due| due <= now).then_some(Ending::Lapsed)
        };
        self.end_each(due, "lapse", lapsed).await
    }

    /// Ends bookings that lost their object: the posting ended before they got a place, or was taken
    /// down.
    async fn end_orphaned(&self) -> MarketResult<usize> {
        let left = self.store.read().await?.bookings_orphaned(self.now(), ROUND).await?;
        let orphaned = |booking: &Booking, posting: Status| {
            let ended = matches!(posting, Status::Closed | Status::Expired | Status::Withdrawn);
            match booking.status {
                BookingStatus::Booked => (posting == Status::Withdrawn).then_some(Ending::Employer),
                BookingStatus::Cancelled => None,
                BookingStatus::Applied
                | BookingStatus::Shortlisted
                | BookingStatus::Offered
                | BookingStatus::Waiting => ended.then_some(Ending::Closed),
            }
        };
        self.end_each(left, "orphan", orphaned).await
    }

    async fn end_each(
        &self,
        bookings: Vec<Booking>,
        verb: &'static str,
        ending: impl Fn(&Booking, Status) -> Option<Ending>,
    ) -> MarketResult<usize> {
        let mut done = 0;
        for booking in bookings {
            let mut txn = self.store.begin().await?;
            let (mut booking, posting) = hold_with_queue(&mut txn, &booking.id).await?;
            let Some(why) = ending(&booking, posting.status) else {
                continue;
            };
            if why == Ending::Employer {
                booking.reason.clone_from(&posting.reason);
            }
            let held = (&mut booking, posting);
            match self.end_booking(&mut txn, &Actor::House, verb, held, why).await {
                Ok(_) => {
                    txn.commit().await?;
                    done += 1;
                }
                // Work that is over stays as it was done.
                Err(MarketError::TooLate(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }
}
