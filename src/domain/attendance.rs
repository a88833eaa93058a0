//! Attendance (出勤): whether a worker came to a shift, from when to when.
//!
//! ```text
//! expected ─check in→ present ─check out→ done     correct: from every state to done
//!     └─miss→ absent ─check in→ present
//! ```

use super::{
    ids::{AttendanceId, BookingId, CorrectionId, JobId, WorkerId},
    life::Life,
    posting::Shift,
    rules::Rules,
    time::{HOUR, MINUTE, Moment},
    wage::choices,
};

choices! {
    /// Where an attendance stands.
    Presence {
        /// Not there yet.
        Expected = "expected", "未签到";
        /// Checked in.
        Present = "present", "在岗";
        /// Checked out.
        Done = "done", "已签退";
        /// Did not come (爽约).
        Absent = "absent", "缺勤";
    }
}

choices! {
    /// What can happen to an attendance.
    PresenceEvent {
        /// The worker is there.
        CheckIn = "check_in", "签到";
        /// The worker goes.
        CheckOut = "check_out", "签退";
        /// The time to come is over.
        Miss = "miss", "记为缺勤";
        /// Both sides agree on other times.
        Correct = "correct", "更正";
    }
}

choices! {
    /// By what somebody was checked in or out.
    By {
        /// The changing code, on the worker's phone or at a kiosk.
        Code = "code", "验证码";
        /// The changing code, at a kiosk whose link was cut; it came later.
        Kept = "kept", "验证码，断网时记下";
        /// The employer's captain on the spot.
        Captain = "captain", "带班人";
        /// The clock, after a check-out that nobody made.
        Clock = "clock", "系统补记";
        /// A correction that both sides confirmed.
        Correction = "correction", "双方更正";
    }
}

impl Life for Presence {
    type Event = PresenceEvent;
    const RECORD: &'static str = "出勤";

    fn after(self, event: PresenceEvent) -> Option<Presence> {
        use Presence::{Absent, Done, Expected, Present};
        use PresenceEvent::{CheckIn, CheckOut, Correct, Miss};
        match (self, event) {
            (Expected | Absent, CheckIn) => Some(Present),
            (Present, CheckOut) => Some(Done),
            (Expected, Miss) => Some(Absent),
            (Expected | Present | Done | Absent, Correct) => Some(Done),
            (Present | Done, CheckIn)
            | (Expected | Done | Absent, CheckOut)
            | (Present | Done | Absent, Miss) => None,
        }
    }
}

/// A moment and by what it is known.
pub type Stamp = (Moment, By);

/// An attendance on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Attendance {
    /// The id.
    pub id: AttendanceId,
    /// The booking that it belongs to.
    pub booking: BookingId,
    /// The posting.
    pub job: JobId,
    /// The worker.
    pub worker: WorkerId,
    /// The shift.
    pub shift: Shift,
    /// Where it stands.
    pub status: Presence,
    /// When the worker came.
    pub check_in: Option<Stamp>,
    /// When the worker went.
    pub check_out: Option<Stamp>,
    /// Wrong codes since the last right one.
    pub tries: i64,
}

impl Attendance {
    /// Whether a check-in is possible at `now`.
    pub fn opens(&self, rules: &Rules, now: Moment) -> bool {
        self.shift.start.plus(-rules.early_min * MINUTE) <= now && now < self.shift.end
    }

    /// Until when a check-out is possible.
    pub fn closes_at(&self, rules: &Rules) -> Moment {
        self.shift.end.plus(rules.check_out_hours * HOUR)
    }

    /// Whether the worker came late.
    pub fn is_late(&self, rules: &Rules) -> bool {
        let limit = self.shift.start.plus(rules.late_after_min * MINUTE);
        self.check_in.is_some_and(|(at, _)| at > limit)
    }

    /// Whole minutes worked within the shift; none before the check-out.
    pub fn minutes(&self) -> i64 {
        let (Some((from, _)), Some((to, _))) = (self.check_in, self.check_out) else {
            return 0;
        };
        let (from, to) = (from.max(self.shift.start), to.min(self.shift.end));
        (to.0.saturating_sub(from.0) / MINUTE).max(0)
    }
}

choices! {
    /// A side of a booking.
    Party {
        /// The worker, or who speaks for the person.
        Worker = "worker", "求职者";
        /// The employer, or who conducts the posting.
        Employer = "employer", "用人单位";
    }
}

choices! {
    /// Where a correction stands.
    CorrectionStatus {
        /// Waits for the other side.
        Proposed = "proposed", "等对方确认";
        /// Both agree; the times hold.
        Confirmed = "confirmed", "双方已确认";
        /// The other side does not agree; nothing changed.
        Refused = "refused", "对方不同意";
    }
}

choices! {
    /// What the other side can say.
    CorrectionEvent {
        /// Yes.
        Confirm = "confirm", "同意";
        /// No.
        Refuse = "refuse", "不同意";
    }
}

impl Life for CorrectionStatus {
    type Event = CorrectionEvent;
    const RECORD: &'static str = "更正";

    fn after(self, event: CorrectionEvent) -> Option<CorrectionStatus> {
        match (self, event) {
            (CorrectionStatus::Proposed, CorrectionEvent::Confirm) => {
                Some(CorrectionStatus::Confirmed)
            }
            (CorrectionStatus::Proposed, CorrectionEvent::Refuse) => {
                Some(CorrectionStatus::Refused)
            }
            (
                CorrectionStatus::Confirmed | CorrectionStatus::Refused,
                CorrectionEvent::Confirm | CorrectionEvent::Refuse,
            ) => None,
        }
    }
}

/// Other times that one side proposes and the other confirms or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The id.
    pub id: CorrectionId,
    /// Of which attendance.
    pub attendance: AttendanceId,
    /// Which side proposed it.
    pub side: Party,
    /// Whose account.
    pub actor: String,
    /// When the worker came.
    pub check_in: Moment,
    /// When the worker went.
    pub check_out: Moment,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: CorrectionStatus,
    /// When it was proposed.
    pub at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::life;

    #[test]
    fn the_whole_life_of_an_attendance() {
        life::holds::<Presence>(&[
            ("expected", &["present", "", "absent", "done"]),
            ("present", &["", "done", "", "done"]),
            ("done", &["", "", "", "done"]),
            ("absent", &["present", "", "", "done"]),
        ]);
        life::holds::<CorrectionStatus>(&[
            ("proposed", &["confirmed", "refused"]),
            ("confirmed", &["", ""]),
            ("refused", &["", ""]),
        ]);
    }

    #[test]
    fn late_and_worked_minutes_follow_from_the_stamps() {
        let (start, rules) = (Moment(0), Rules::default());
        let shift = Shift { start, end: start.plus(8 * HOUR) };
        let came = |minutes: i64| Some((start.plus(minutes * MINUTE), By::Code));
        let mut one = Attendance {
            id: "att_1".parse().unwrap(),
            booking: "bkg_1".parse().unwrap(),
            job: "job_1".parse().unwrap(),
            worker: "wkr_1".parse().unwrap(),
            shift,
            status: Presence::Done,
            check_in: came(10),
            check_out: came(500),
            tries: 0,
        };
        assert!(!one.is_late(&rules));
        assert_eq!(one.minutes(), 470, "what is over the shift does not count");
        one.check_in = Some((start.plus(10 * MINUTE + 1), By::Code));
        assert!(one.is_late(&rules));
        one.check_in = came(-30);
        assert_eq!(one.minutes(), 480);
        one.check_out = None;
        assert_eq!(one.minutes(), 0);
        let opens = |minutes: i64| one.opens(&rules, start.plus(minutes * MINUTE));
        assert_eq!([-121, -120, 0, 479, 480].map(opens), [false, true, true, true, false]);
    }
}
