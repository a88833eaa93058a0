//! Two-sided fairness: what either side did to the other is marked, can be appealed in time, and is
//! worked off; both rate each other after work.

use super::{
    attendance::Party,
    ids::{BookingId, JobId, MarkId},
    life::Life,
    time::Moment,
    wage::choices,
};

choices! {
    /// What somebody is marked for.
    MarkKind {
        /// The worker did not come (爽约).
        NoShow = "no_show", "没来上工";
        /// The worker gave a place up shortly before the work.
        LateCancel = "late_cancel", "临时取消";
        /// The employer called somebody off shortly before the work.
        CalledOff = "called_off", "临时不要人";
        /// The employer did not pay in time.
        Arrears = "arrears", "拖欠工资";
    }
}

choices! {
    /// Where a mark stands.
    MarkStatus {
        /// It counts.
        Standing = "standing", "计入";
        /// It counts until staff decide about the appeal.
        Appealed = "appealed", "申诉中";
        /// It was wrong and does not count.
        Lifted = "lifted", "已撤销";
        /// It was worked off and does not count any more.
        Redeemed = "redeemed", "已抵消";
    }
}

choices! {
    /// What can happen to a mark.
    MarkEvent {
        /// Whom it is against says why it is wrong.
        Appeal = "appeal", "申诉";
        /// Staff find that it stands.
        Uphold = "uphold", "维持";
        /// Staff find that it is wrong, or it is overtaken by what happened.
        Lift = "lift", "撤销";
        /// Good work since made up for it.
        Redeem = "redeem", "抵消";
    }
}

impl Life for MarkStatus {
    type Event = MarkEvent;
    const RECORD: &'static str = "失信记录";

    fn after(self, event: MarkEvent) -> Option<MarkStatus> {
        use MarkEvent::{Appeal, Lift, Redeem, Uphold};
        use MarkStatus::{Appealed, Lifted, Redeemed, Standing};
        match (self, event) {
            (Standing, Appeal) => Some(Appealed),
            (Appealed, Uphold) => Some(Standing),
            (Standing | Appealed, Lift) => Some(Lifted),
            (Standing, Redeem) => Some(Redeemed),
            (Appealed | Lifted | Redeemed, Appeal | Redeem)
            | (Standing | Lifted | Redeemed, Uphold)
            | (Lifted | Redeemed, Lift) => None,
        }
    }
}

/// A mark on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The id.
    pub id: MarkId,
    /// Which side it is against.
    pub side: Party,
    /// Against whom: a worker's id, or who owes wages (see [`super::ledger::payer`]).
    pub subject: String,
    /// What for.
    pub kind: MarkKind,
    /// The booking that it comes from.
    pub booking: BookingId,
    /// The posting.
    pub job: JobId,
    /// Where it stands.
    pub status: MarkStatus,
    /// Until when it can be appealed.
    pub appeal_until: Moment,
    /// Why it is wrong, in the words of whom it is against; once.
    pub plea: Option<String>,
    /// What staff found.
    pub ruling: Option<String>,
    /// When it was made.
    pub at: Moment,
}

impl Mark {
    /// Whether an appeal is possible at `now`: once, and in time.
    pub fn can_appeal(&self, now: Moment) -> bool {
        self.status == MarkStatus::Standing && self.plea.is_none() && now < self.appeal_until
    }
}

/// How somebody has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Shifts worked, or given.
    pub done: i64,
    /// Marks that count.
    pub marks: i64,
    /// Ratings received.
    pub rated: i64,
    /// Their sum, one to five each.
    pub stars: i64,
}

impl Record {
    /// Shifts and ratings that everybody is taken to have, so that one mark or one rating decides
    /// little.
    const PRIOR: f64 = 5.0;
    /// Shifts that a mark weighs.
    const MARK: f64 = 4.0;
    /// Stars of which a prior rating has.
    const STARS: f64 = 4.0;

    /// How far others can rely on whoever has this record, 0..=1: the share of promises kept times
    /// the share of stars, both drawn towards those of somebody unknown, 0.8.
    pub fn reliability(&self) -> f64 {
        let [done, marks, rated, stars] =
            [self.done, self.marks, self.rated, self.stars].map(|count| count.max(0) as f64);
        let kept = done + Self::PRIOR;
        let stars = (stars + Self::STARS * Self::PRIOR) / (5.0 * (rated + Self::PRIOR));
        kept / (kept + Self::MARK * marks) * stars.min(1.0)
    }
}

/// As people say it: `到岗12次，计入1次，评分4.5`.
impl std::fmt::Display for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "干完{}个班", self.done)?;
        if self.marks > 0 {
            write!(f, "，失信{}次", self.marks)?;
        }
        if self.rated > 0 {
            let tenths = (self.stars * 10 + self.rated / 2) / self.rated;
            write!(f, "，评分{}.{}", tenths / 10, tenths % 10)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::life;

    #[test]
    fn the_whole_life_of_a_mark() {
        life::holds::<MarkStatus>(&[
            ("standing", &["appealed", "", "lifted", "redeemed"]),
            ("appealed", &["", "standing", "lifted", ""]),
            ("lifted", &["", "", "", ""]),
            ("redeemed", &["", "", "", ""]),
        ]);
    }

    #[test]
    fn marks_and_ratings_make_a_record_rise_and_fall() {
        let reliability =
            |done, marks, rated, stars| Record { done, marks, rated, stars }.reliability();
        assert_eq!(reliability(0, 0, 0, 0), 0.8);
        assert_eq!(reliability(40, 0, 0, 0), 0.8);
        assert!(reliability(40, 0, 20, 100) > 0.9);
        assert!(reliability(40, 1, 20, 100) < reliability(40, 0, 20, 100));
        assert!(reliability(0, 1, 0, 0) < 0.5);
        assert!(reliability(400, 1, 0, 0) > 0.79);
        assert!(reliability(0, 0, 3, 3) < 0.6);
        assert!((0.0..=1.0).contains(&reliability(i64::MAX, i64::MAX, 1, i64::MAX)));
    }

    #[test]
    fn a_record_reads_as_people_say_it() {
        let record = Record { done: 12, marks: 1, rated: 4, stars: 18 };
        assert_eq!(record.to_string(), "干完12个班，失信1次，评分4.5");
        assert_eq!(Record::default().to_string(), "干完0个班");
    }
}
