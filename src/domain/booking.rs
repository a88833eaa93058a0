//! Bookings (报名): a worker's claim to a place of a posting.

use super::{
    ids::{BookingId, JobId, WorkerId},
    posting::Shift,
    time::Moment,
    wage::choices,
};

choices! {
    /// Where a booking stands.
    BookingStatus {
        /// Asked for; the employer decides.
        Applied = "applied", "已报名";
        /// Waits for a place to become free.
        Waiting = "waiting", "候补";
        /// Has a place.
        Booked = "booked", "已录用";
        /// Given up by the worker, or refused.
        Cancelled = "cancelled", "已取消";
    }
}

/// A booking on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Booking {
    /// The id.
    pub id: BookingId,
    /// The posting.
    pub job: JobId,
    /// The worker.
    pub worker: WorkerId,
    /// The shifts that it holds.
    pub shifts: Vec<Shift>,
    /// Where it stands.
    pub status: BookingStatus,
    /// When it was made.
    pub created_at: Moment,
}

/// Why a place can't be taken (409 on the wire).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// No place is left, and none on the waiting list.
    #[error("full")]
    Full,
    /// The worker has a booking at that time; its posting's title.
    #[error("clash")]
    Clash(String),
    /// The posting is not open.
    #[error("closed")]
    Closed,
    /// One side does not want the other, or a condition is not met.
    #[error("blocked")]
    Blocked(String),
}
