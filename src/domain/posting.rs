//! Job postings (岗位): their terms and their life.
//!
//! ```text
//! draft ─submit→ in review ─approve→ open ⇄ filled ─close→ closed
//!   ↑───reject────┘   │                │       │
//!   └ withdraw, expire: from every state that is not an end
//! ```

use super::{
    geo::Point,
    ids::{AccountId, JobId, OrgId, StationId},
    life::Life,
    org::{Employer, Label},
    provides::Provides,
    time::Moment,
    wage::{OccupationCode, Wage, choices},
};

choices! {
    /// Where a posting stands in its life.
    Status {
        /// Being written.
        Draft = "draft", "草稿";
        /// Waits for staff.
        InReview = "in_review", "待审核";
        /// Published, with places left.
        Open = "open", "招聘中";
        /// Published, every place taken.
        Filled = "filled", "已招满";
        /// Ended by the poster.
        Closed = "closed", "已结束";
        /// Ended by its date.
        Expired = "expired", "已过期";
        /// Taken back, or taken down.
        Withdrawn = "withdrawn", "已撤下";
    }
}

choices! {
    /// What can happen to a posting.
    Event {
        /// The poster hands it in.
        Submit = "submit", "提交审核";
        /// Staff publish it.
        Approve = "approve", "通过";
        /// Staff hand it back, with a reason.
        Reject = "reject", "退回";
        /// The last place is taken.
        Fill = "fill", "招满";
        /// A place is free again.
        Free = "free", "空出名额";
        /// The poster ends it.
        Close = "close", "结束招聘";
        /// Its time is over.
        Expire = "expire", "到期";
        /// The poster takes it back, or staff take it down, with a reason.
        Withdraw = "withdraw", "撤下";
    }
}

impl Life for Status {
    type Event = Event;
    const RECORD: &'static str = "岗位";

    fn after(self, event: Event) -> Option<Status> {
        use Status::{Closed, Draft, Expired, Filled, InReview, Open, Withdrawn};
        match (self, event) {
            (Draft, Event::Submit) => Some(InReview),
            (InReview, Event::Approve) => Some(Open),
            (InReview, Event::Reject) => Some(Draft),
            (Open, Event::Fill) => Some(Filled),
            (Filled, Event::Free) => Some(Open),
            (Open | Filled, Event::Close) => Some(Closed),
            (InReview | Open | Filled, Event::Expire) => Some(Expired),
            (Draft | InReview | Open | Filled, Event::Withdraw) => Some(Withdrawn),
            (
                Draft | InReview | Open | Filled | Closed | Expired | Withdrawn,
                Event::Submit
                | Event::Approve
                | Event::Reject
                | Event::Fill
                | Event::Free
                | Event::Close
                | Event::Expire
                | Event::Withdraw,
            ) => None,
        }
    }
}

/// One shift (班次): a span of work, start before end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// When it starts.
    pub start: Moment,
    /// When it ends.
    pub end: Moment,
}

impl Shift {
    /// Whether the two share a moment.
    pub fn overlaps(self, other: Shift) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// What a posting says: everything that its poster decides. Statutory fields (人力资源市场暂行条例
/// §24: unit, headcount, conditions, work, place, basic pay; 人社部令第50号: validity) are no options.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    /// What is to be done, in a few words.
    pub title: String,
    /// More about the work; may be empty.
    pub description: String,
    /// The occupation.
    pub occupation: Option<OccupationCode>,
    /// Where nobody named the occupation and it was told from the title: how sure that is, in
    /// hundredths.
    pub occupation_percent: Option<u8>,
    /// Skills asked for, in words.
    pub skills: Vec<String>,
    /// Who employs.
    pub employer: Employer,
    /// The broker or agency through whom it is posted.
    pub via_broker: Option<OrgId>,
    /// Where the work is, in words.
    pub address: String,
    /// County code (GB/T 2260) of the place.
    pub division: Option<String>,
    /// Where the work is, on the map.
    pub point: Option<Point>,
    /// The pay.
    pub wage: Wage,
    /// Places, at least one.
    pub headcount: u32,
    /// When people work; may be empty for a job by agreement.
    pub shifts: Vec<Shift>,
    /// What comes on top, in words.
    pub benefits: Vec<String>,
    /// Meals, lodging, tools, insurance, the ride to work.
    pub provides: Provides,
    /// Conditions that a worker must meet.
    pub requirements: String,
    /// Whether a worker takes a place in one step (即时快招).
    pub instant: bool,
    /// Stations that the poster chose; empty means every station whose radius covers the place.
    pub stations: Vec<StationId>,
    /// When it leaves the screens at the latest.
    pub valid_until: Moment,
}

impl Terms {
    /// When the posting ends by itself: its validity, or the end of its last shift if earlier.
    pub fn expires_at(&self) -> Moment {
        let last = self.shifts.iter().map(|shift| shift.end).max();
        last.map_or(self.valid_until, |end| end.min(self.valid_until))
    }

    /// Where the posting counts as being: the place of work, and where its ride starts.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        let pickup = self.provides.pickup.as_ref().and_then(|pickup| pickup.point);
        self.point.into_iter().chain(pickup)
    }
}

/// A foreign list's name and its id there: the identity of an imported record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct External {
    /// Which list.
    pub source: String,
    /// Which row.
    pub id: String,
}

/// A posting on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Posting {
    /// The id.
    pub id: JobId,
    /// What it says.
    pub terms: Terms,
    /// Direct, agency or broker.
    pub label: Label,
    /// The organisation that posted it, where one did.
    pub org: Option<OrgId>,
    /// The account that posted it, where one did.
    pub poster: Option<AccountId>,
    /// Its identity in a foreign list.
    pub external: Option<External>,
    /// Where it stands.
    pub status: Status,
    /// Why it was handed back or taken down.
    pub reason: Option<String>,
    /// Places taken.
    pub taken: u32,
    /// Counts every change, from 1.
    pub version: i64,
    /// Whether it is demonstration data.
    pub demo: bool,
    /// When it was first stored.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When it was published.
    pub published_at: Option<Moment>,
}

impl Posting {
    /// Places not taken.
    pub fn places_left(&self) -> u32 {
        self.terms.headcount.saturating_sub(self.taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::life;

    #[test]
    fn the_whole_life_of_a_posting() {
        life::holds::<Status>(&[
            ("draft", &["in_review", "", "", "", "", "", "", "withdrawn"]),
            ("in_review", &["", "open", "draft", "", "", "", "expired", "withdrawn"]),
            ("open", &["", "", "", "filled", "", "closed", "expired", "withdrawn"]),
            ("filled", &["", "", "", "", "open", "closed", "expired", "withdrawn"]),
            ("closed", &["", "", "", "", "", "", "", ""]),
            ("expired", &["", "", "", "", "", "", "", ""]),
            ("withdrawn", &["", "", "", "", "", "", "", ""]),
        ]);
    }
}
