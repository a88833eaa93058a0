//! Bookings (报名): a worker's claim to a place of a posting.
//!
//! ```text
//! applied → shortlisted → offered ─take→ booked
//!    └──────────┴─take, queue→ waiting ─take→ booked        end: from every state but the last
//! ```
//! Whoever made a step by mistake takes it back within minutes: restore, from shortlisted, offered and
//! cancelled to applied, and from there to where the booking stood. Where the posting is instant, a booking begins as booked or waiting. An offer holds no place: who
//! takes it up when every place is taken waits.

use super::{
    ids::{BookingId, CrewId, JobId, WorkerId},
    life::Life,
    posting::Shift,
    time::Moment,
    wage::choices,
};

choices! {
    /// Where a booking stands.
    BookingStatus {
        /// Asked for; the employer decides.
        Applied = "applied", "已报名";
        /// The employer looks closer.
        Shortlisted = "shortlisted", "已入选";
        /// The employer wants the worker, who decides.
        Offered = "offered", "待本人确认";
        /// Waits for a place to become free.
        Waiting = "waiting", "候补";
        /// Has a place.
        Booked = "booked", "已录用";
        /// Over without work; [`Ending`] says why.
        Cancelled = "cancelled", "已取消";
    }
}

choices! {
    /// What can happen to a booking.
    BookingEvent {
        /// The employer looks closer.
        Shortlist = "shortlist", "入选";
        /// The employer offers a place.
        Offer = "offer", "发录用通知";
        /// A place is taken.
        Take = "take", "录用";
        /// No place is left; the booking waits.
        Queue = "queue", "候补";
        /// It is over.
        End = "end", "取消";
        /// The last step was a mistake.
        Restore = "restore", "撤销";
    }
}

choices! {
    /// Why a booking ended.
    Ending {
        /// The worker gave it up.
        Worker = "worker", "本人取消";
        /// The employer took the place back.
        Employer = "employer", "用人单位取消";
        /// The employer decided against it.
        Declined = "declined", "没有录用";
        /// The worker did not want what was offered.
        Refused = "refused", "本人没有接受";
        /// Nobody answered in time.
        Lapsed = "lapsed", "没有按时确认";
        /// The posting ended.
        Closed = "closed", "岗位已经结束";
    }
}

impl Life for BookingStatus {
    type Event = BookingEvent;
    const RECORD: &'static str = "报名";

    fn after(self, event: BookingEvent) -> Option<BookingStatus> {
        use BookingEvent::{End, Offer, Queue, Restore, Shortlist, Take};
        use BookingStatus::{Applied, Booked, Cancelled, Offered, Shortlisted, Waiting};
        match (self, event) {
            (Applied, Shortlist) => Some(Shortlisted),
            (Applied | Shortlisted, Offer) => Some(Offered),
            (Applied | Shortlisted | Offered | Waiting, Take) => Some(Booked),
            (Applied | Shortlisted | Offered, Queue) => Some(Waiting),
            (Applied | Shortlisted | Offered | Waiting | Booked, End) => Some(Cancelled),
            (Shortlisted | Offered | Cancelled, Restore) => Some(Applied),
            (Shortlisted | Offered | Waiting | Booked | Cancelled, Shortlist)
            | (Offered | Waiting | Booked | Cancelled, Offer)
            | (Booked | Cancelled, Take)
            | (Waiting | Booked | Cancelled, Queue)
            | (Cancelled, End)
            | (Applied | Waiting | Booked, Restore) => None,
        }
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
    /// The crew with which the place was taken.
    pub crew: Option<CrewId>,
    /// When it lapses without an answer of the worker: to an offer, or to the question whether the
    /// worker will come.
    pub due_at: Option<Moment>,
    /// Why it ended.
    pub ended: Option<Ending>,
    /// The reason in words, where one was given.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Moment,
}

impl Booking {
    /// A booking that begins in this state.
    pub fn new(
        id: BookingId,
        job: JobId,
        worker: WorkerId,
        shifts: Vec<Shift>,
        status: BookingStatus,
        created_at: Moment,
    ) -> Booking {
        let (crew, due_at, ended, reason) = (None, None, None, None);
        Booking { id, job, worker, shifts, status, crew, due_at, ended, reason, created_at }
    }

    /// When the work begins.
    pub fn starts_at(&self) -> Option<Moment> {
        self.shifts.iter().map(|shift| shift.start).min()
    }

    /// When the work is over.
    pub fn ends_at(&self) -> Option<Moment> {
        self.shifts.iter().map(|shift| shift.end).max()
    }
}

/// Why a place can't be taken (409 on the wire).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// No place is left, and none on the waiting list.
    #[error("full")]
    Full,
    /// Fewer places are left than a crew asks for; some can go.
    #[error("full")]
    Few(u32),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::life;

    #[test]
    fn the_whole_life_of_a_booking() {
        life::holds::<BookingStatus>(&[
            ("applied", &["shortlisted", "offered", "booked", "waiting", "cancelled", ""]),
            ("shortlisted", &["", "offered", "booked", "waiting", "cancelled", "applied"]),
            ("offered", &["", "", "booked", "waiting", "cancelled", "applied"]),
            ("waiting", &["", "", "booked", "", "cancelled", ""]),
            ("booked", &["", "", "", "", "cancelled", ""]),
            ("cancelled", &["", "", "", "", "", "applied"]),
        ]);
    }
}
