//! Stable employment (稳定就业): a worker with one employer from a first day on, its contract, its
//! insured months, and the monthly word that the person is still there. The measures of 六 count it.
//!
//! ```text
//! running ─end→ ended        running, ended ─void→ void
//!    ↑──resume───┘
//! ```

use std::collections::{BTreeMap, BTreeSet};

use super::{
    calendar::{Day, Month},
    ids::{BookingId, OrgId, PlacementId, StationId, WorkerId},
    org::Employer,
    time::Moment,
    wage::choices,
};

choices! {
    /// A kind of social insurance (社会保险).
    Insurance {
        /// Old age (养老).
        Pension = "pension", "养老";
        /// Medical (医疗).
        Medical = "medical", "医疗";
        /// Unemployment (失业).
        Unemployment = "unemployment", "失业";
        /// Work injury (工伤).
        Injury = "injury", "工伤";
        /// Maternity (生育).
        Maternity = "maternity", "生育";
    }
}

choices! {
    /// Where a placement stands.
    PlacementStatus {
        /// The person works there.
        Running = "running", "在岗";
        /// The person left.
        Ended = "ended", "已离岗";
        /// Registered by mistake; counts for nothing.
        Void = "void", "已作废";
    }
}

choices! {
    /// What can happen to a placement.
    PlacementEvent {
        /// The person leaves, on a day and for a reason.
        End = "end", "登记离岗";
        /// The end was a mistake.
        Resume = "resume", "撤销离岗";
        /// All of it was a mistake.
        Void = "void", "作废";
    }
}

/// The event is not possible in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not possible in state {}", .event.word(), .from.word())]
pub struct PlacementRefused {
    /// The state.
    pub from: PlacementStatus,
    /// The event.
    pub event: PlacementEvent,
}

impl PlacementStatus {
    /// The state after `event`.
    ///
    /// # Errors
    /// [`PlacementRefused`] where a placement has no such step.
    pub fn next(self, event: PlacementEvent) -> Result<PlacementStatus, PlacementRefused> {
        use PlacementStatus::{Ended, Running, Void};
        match (self, event) {
            (Running, PlacementEvent::End) => Ok(Ended),
            (Ended, PlacementEvent::Resume) => Ok(Running),
            (Running | Ended, PlacementEvent::Void) => Ok(Void),
            (
                Running | Ended | Void,
                PlacementEvent::End | PlacementEvent::Resume | PlacementEvent::Void,
            ) => Err(PlacementRefused { from: self, event }),
        }
    }

    /// The events that this state allows.
    pub fn allowed(self) -> impl Iterator<Item = PlacementEvent> {
        PlacementEvent::ALL.iter().copied().filter(move |&event| self.next(event).is_ok())
    }
}

/// What is agreed: who employs whom, where and from when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacementTerms {
    /// Who employs; never a private person.
    pub employer: Employer,
    /// County code (GB/T 2260) of the work.
    pub division: String,
    /// County code of the person's hukou (户籍).
    pub hukou: String,
    /// The first day employed.
    pub start: Day,
    /// The day on which the labour contract was signed.
    pub contract_signed: Option<Day>,
}

/// How a placement ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The last day employed.
    pub day: Day,
    /// Why.
    pub reason: String,
}

/// A placement on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The id.
    pub id: PlacementId,
    /// Who works.
    pub worker: WorkerId,
    /// The broker or agency that organised it.
    pub organiser: Option<OrgId>,
    /// What is agreed.
    pub terms: PlacementTerms,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Months for which insurance is paid, each with the kinds.
    pub insured: BTreeMap<Month, BTreeSet<Insurance>>,
    /// Months in which the employer confirmed that the person is there.
    pub proofs: BTreeSet<Month>,
    /// The gig that it came from.
    pub booking: Option<BookingId>,
    /// Where it stands.
    pub status: PlacementStatus,
    /// The station that serves the person.
    pub station: Option<StationId>,
    /// Counts every change, from 1.
    pub version: i64,
    /// Whether it is demonstration data.
    pub demo: bool,
    /// When it was registered.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl Placement {
    /// The last day employed; none while it runs.
    pub fn end(&self) -> Option<Day> {
        self.ending.as_ref().map(|ending| ending.day)
    }

    /// By what an employer is told from another: the credit code, else the name.
    pub fn employer_key(&self) -> String {
        employer_key(&self.terms.employer)
    }

    /// The kinds of insurance paid in some month.
    pub fn insurances(&self) -> BTreeSet<Insurance> {
        self.insured.values().flatten().copied().collect()
    }

    /// Insured months within the employment that have begun by `day`.
    pub fn insured_by(&self, day: Day) -> usize {
        let last = self.end().map_or(day, |end| end.min(day)).month();
        self.insured
            .iter()
            .filter(|(month, kinds)| {
                (self.terms.start.month()..=last).contains(month) && !kinds.is_empty()
            })
            .count()
    }

    /// Whether a day of the two is the same.
    pub fn overlaps(&self, other: &Placement) -> bool {
        let until = |end: Option<Day>, start: Day| end.is_none_or(|end| start <= end);
        until(self.end(), other.terms.start) && until(other.end(), self.terms.start)
    }
}

/// By what an employer is told from another: the credit code, else the name.
pub fn employer_key(employer: &Employer) -> String {
    match &employer.uscc {
        Some(code) => code.as_str().to_owned(),
        None => employer.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_takes_its_events_and_no_other() {
        use PlacementEvent::{End, Resume, Void as Cancel};
        use PlacementStatus::{Ended, Running, Void};
        for (from, event, to) in [
            (Running, End, Some(Ended)),
            (Running, Resume, None),
            (Running, Cancel, Some(Void)),
            (Ended, End, None),
            (Ended, Resume, Some(Running)),
            (Ended, Cancel, Some(Void)),
            (Void, End, None),
            (Void, Resume, None),
            (Void, Cancel, None),
        ] {
            assert_eq!(from.next(event).ok(), to, "{from:?} {event:?}");
        }
    }
}
