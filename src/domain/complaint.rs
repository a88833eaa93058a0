//! Complaints (维权绿色通道): about wages, fees, false postings, injuries. Each has a state, a deadline,
//! who has it, and an outcome.
//!
//! ```text
//! open ─take→ taken ─solve→ solved       dismiss: open, taken → dismissed
//!   ↑────────reopen: solved, dismissed
//! ```

use super::{
    ids::{ComplaintId, JobId, StationId, WorkerId},
    life::Life,
    rules::Rules,
    time::{DAY, HOUR, Moment},
    wage::choices,
};

choices! {
    /// What a complaint is about.
    ComplaintKind {
        /// Wages were not paid.
        Arrears = "arrears", "拖欠工资";
        /// Somebody took a fee, a deposit or an ID card.
        Fee = "fee", "收费、押金、扣证件";
        /// The posting is not true.
        FalsePosting = "false_posting", "虚假岗位";
        /// Somebody was hurt at work.
        Injury = "injury", "工伤";
        /// Anything else.
        Other = "other", "其他";
    }
}

choices! {
    /// Where a complaint was made.
    Channel {
        /// At a kiosk.
        Kiosk = "kiosk", "一体机";
        /// On the person's own phone.
        Phone = "phone", "手机";
        /// At the desk, or by a call to it.
        Desk = "desk", "窗口或电话";
    }
}

choices! {
    /// Where a complaint stands.
    ComplaintStatus {
        /// Nobody has it yet.
        Open = "open", "待受理";
        /// Somebody works on it.
        Taken = "taken", "处理中";
        /// It is settled.
        Solved = "solved", "已办结";
        /// It was not for the station to settle.
        Dismissed = "dismissed", "不予受理";
    }
}

choices! {
    /// What can happen to a complaint.
    ComplaintEvent {
        /// Somebody takes it on.
        Take = "take", "受理";
        /// It is settled, with an outcome.
        Solve = "solve", "办结";
        /// It is turned down, with a reason.
        Dismiss = "dismiss", "不予受理";
        /// It was not settled after all.
        Reopen = "reopen", "重新办理";
    }
}

impl Life for ComplaintStatus {
    type Event = ComplaintEvent;
    const RECORD: &'static str = "投诉";

    fn after(self, event: ComplaintEvent) -> Option<ComplaintStatus> {
        use ComplaintEvent::{Dismiss, Reopen, Solve, Take};
        use ComplaintStatus::{Dismissed, Open, Solved, Taken};
        match (self, event) {
            (Open, Take) => Some(Taken),
            (Taken, Solve) => Some(Solved),
            (Open | Taken, Dismiss) => Some(Dismissed),
            (Solved | Dismissed, Reopen) => Some(Open),
            (Taken | Solved | Dismissed, Take)
            | (Open | Solved | Dismissed, Solve)
            | (Solved | Dismissed, Dismiss)
            | (Open | Taken, Reopen) => None,
        }
    }
}

/// A complaint on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// The id.
    pub id: ComplaintId,
    /// What it is about.
    pub kind: ComplaintKind,
    /// The posting, where it is about one.
    pub job: Option<JobId>,
    /// Who complains, where the person is registered and said so.
    pub worker: Option<WorkerId>,
    /// The station that settles it; any station's staff where none is named.
    pub station: Option<StationId>,
    /// What happened, in the person's words; sealed in storage.
    pub text: String,
    /// Where it was made.
    pub channel: Channel,
    /// Where it stands.
    pub status: ComplaintStatus,
    /// Whose account has it.
    pub handler: Option<String>,
    /// By when it is to be settled.
    pub due_at: Moment,
    /// What came of it, for the person who complained.
    pub outcome: Option<String>,
    /// When it was made.
    pub created_at: Moment,
}

/// By when a complaint of a kind is to be settled.
pub fn due(kind: ComplaintKind, rules: &Rules, now: Moment) -> Moment {
    match kind {
        ComplaintKind::Injury => now.plus(rules.injury_hours * HOUR),
        ComplaintKind::Arrears
        | ComplaintKind::Fee
        | ComplaintKind::FalsePosting
        | ComplaintKind::Other => now.plus(rules.complaint_days * DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::life;

    #[test]
    fn the_whole_life_of_a_complaint() {
        life::holds::<ComplaintStatus>(&[
            ("open", &["taken", "", "dismissed", ""]),
            ("taken", &["", "solved", "dismissed", ""]),
            ("solved", &["", "", "", "open"]),
            ("dismissed", &["", "", "", "open"]),
        ]);
    }

    #[test]
    fn an_injury_does_not_wait() {
        let (rules, now) = (Rules::default(), Moment(0));
        assert_eq!(due(ComplaintKind::Injury, &rules, now), now.plus(DAY));
        assert_eq!(due(ComplaintKind::Fee, &rules, now), now.plus(5 * DAY));
    }
}
