//! The wage ledger (工资台账): what is owed to a worker for a shift, and what was paid. Its fields are
//! those of 保障农民工工资支付条例 §15; the payee is always the worker (§11). The market records
//! payment, it holds no money.
//!
//! ```text
//! due ─pay→ paid ─confirm→ settled       raise: paid, settled → due
//!  └lapse→ overdue ─pay→ paid ─deny→ overdue
//! ```

use super::{
    calendar::Day,
    ids::{AttendanceId, BookingId, JobId, WageId, WorkerId},
    life::Life,
    money::Fen,
    posting::{Posting, Shift},
    rules::Rules,
    time::{MINUTE, Moment},
    wage::{DAYS_A_MONTH_X100, Settlement, Wage, WageUnit, choices},
};

choices! {
    /// Where an entry stands.
    WageStatus {
        /// To be paid by its day.
        Due = "due", "待发";
        /// Its day is over (欠薪).
        Overdue = "overdue", "欠薪";
        /// Paid, as the payer says.
        Paid = "paid", "已发，等本人确认";
        /// Received, as the worker says.
        Settled = "settled", "已签收";
    }
}

choices! {
    /// What can happen to an entry.
    WageEvent {
        /// All of it is paid.
        Pay = "pay", "记发放";
        /// The day after its pay day.
        Lapse = "lapse", "到期未发";
        /// The worker has it.
        Confirm = "confirm", "确认收到";
        /// The worker does not have it.
        Deny = "deny", "没有收到";
        /// More is owed than was paid.
        Raise = "raise", "补差额";
    }
}

impl Life for WageStatus {
    type Event = WageEvent;
    const RECORD: &'static str = "工资";

    fn after(self, event: WageEvent) -> Option<WageStatus> {
        use WageEvent::{Confirm, Deny, Lapse, Pay, Raise};
        use WageStatus::{Due, Overdue, Paid, Settled};
        match (self, event) {
            (Due | Overdue, Pay) => Some(Paid),
            (Due, Lapse) | (Paid, Deny) => Some(Overdue),
            (Paid, Confirm) => Some(Settled),
            (Paid | Settled, Raise) => Some(Due),
            (Paid | Settled, Pay)
            | (Overdue | Paid | Settled, Lapse)
            | (Due | Overdue | Settled, Confirm | Deny)
            | (Due | Overdue, Raise) => None,
        }
    }
}

choices! {
    /// How a wage reached the worker (条例 §11, §15: by bank, or in cash against a signature).
    PayMethod {
        /// To the worker's own bank account.
        Bank = "bank", "银行转账";
        /// To the worker's social-security card.
        Card = "card", "社保卡";
        /// In cash, signed for by the worker.
        Cash = "cash", "现金签字";
    }
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct WageEntry {
    /// The id.
    pub id: WageId,
    /// The attendance that it pays for.
    pub attendance: AttendanceId,
    /// The booking.
    pub booking: BookingId,
    /// The posting.
    pub job: JobId,
    /// The worker, who is the payee.
    pub worker: WorkerId,
    /// Who owes it, for counting arrears; see [`payer`].
    pub payer: String,
    /// The pay cycle (支付周期): its first and last day.
    pub cycle: (Day, Day),
    /// The day on which the work ended.
    pub day: Day,
    /// Whole minutes worked.
    pub minutes: i64,
    /// Pieces, where the wage counts them.
    pub pieces: Option<i64>,
    /// What the posting promised for the work.
    pub promised: Fen,
    /// What comes on top: overtime, a bonus.
    pub extra: Fen,
    /// What is taken off.
    pub deduction: Fen,
    /// Why, where something is added or taken off.
    pub why: Option<String>,
    /// What was paid so far.
    pub paid: Fen,
    /// The day by which it is to be paid.
    pub pay_on: Day,
    /// When it was last paid.
    pub paid_on: Option<Day>,
    /// How.
    pub method: Option<PayMethod>,
    /// The bank's voucher or the receipt's number; sealed in storage.
    pub voucher: Option<String>,
    /// Where it stands.
    pub status: WageStatus,
    /// The first day of arrears, kept also after payment.
    pub overdue_since: Option<Day>,
    /// When it was written.
    pub created_at: Moment,
}

impl WageEntry {
    /// What is to be paid out (实发).
    pub fn net(&self) -> Fen {
        self.promised + self.extra - self.deduction
    }

    /// What is still to be paid.
    pub fn open(&self) -> Fen {
        Fen((self.net() - self.paid).0.max(0))
    }
}

/// Who owes the wages of a posting, for counting arrears over all of its postings: the credit code,
/// else the organisation, else the account that posted it.
pub fn payer(posting: &Posting) -> String {
    let code = posting.terms.employer.uscc.as_ref().map(|code| format!("uscc:{}", code.as_str()));
    let org = || posting.org.as_ref().map(|org| format!("org:{org}"));
    let poster = || posting.poster.as_ref().map(|poster| format!("account:{poster}"));
    code.or_else(org).or_else(poster).unwrap_or_else(|| format!("job:{}", posting.id))
}

/// Minutes to which a part of a day's work is rounded up.
const PART_MIN: i64 = 30;

/// What a posting promises for so many minutes of a shift: by the hour to the minute; by the day and
/// month by the part of the shift, rounded up to the half hour; by the piece for so many pieces. The
/// least of the posting's range.
pub fn promised(wage: Wage, shift: Shift, minutes: i64, pieces: Option<i64>) -> Fen {
    let planned = ((shift.end.0 - shift.start.0) / MINUTE).max(1);
    let worked = (minutes + PART_MIN - 1).div_euclid(PART_MIN) * PART_MIN;
    let part = |day: i64| rounded(day.saturating_mul(worked.clamp(0, planned)), planned);
    Fen(match wage.unit {
        WageUnit::Hour => rounded(wage.min().0.saturating_mul(minutes), 60),
        WageUnit::Day => part(wage.min().0),
        WageUnit::Month => part(rounded(wage.min().0.saturating_mul(100), DAYS_A_MONTH_X100)),
        WageUnit::Piece => wage.min().0.saturating_mul(pieces.unwrap_or(0)),
    })
}

fn rounded(amount: i64, by: i64) -> i64 {
    (amount + by / 2).div_euclid(by)
}

/// The pay cycle that a day's work falls into, and the day by which it is paid (条例 §13, §14: on
/// the last day of the cycle, or so many days later as the settings say).
pub fn cycle(
    settlement: Settlement,
    day: Day,
    job: (Day, Day),
    rules: &Rules,
) -> ((Day, Day), Day) {
    let later = |day: Day, days: i64| day.add_days(u32::try_from(days).unwrap_or(0));
    match settlement {
        Settlement::Daily => ((day, day), day),
        Settlement::Weekly => {
            let back = i64::from(day.date().weekday().to_monday_zero_offset());
            let monday = Day::from(day.date().saturating_sub(jiff::ToSpan::days(back)));
            let sunday = monday.add_days(6);
            ((monday, sunday), later(sunday, rules.weekly_pay_after_days))
        }
        Settlement::Monthly => {
            let (first, last) = (day.month().first_day(), day.month().last_day());
            ((first, last), later(last, rules.monthly_pay_after_days))
        }
        Settlement::OnCompletion => (job, job.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{life, time::HOUR};

    #[test]
    fn the_whole_life_of_a_wage() {
        life::holds::<WageStatus>(&[
            ("due", &["paid", "overdue", "", "", ""]),
            ("overdue", &["paid", "", "", "", ""]),
            ("paid", &["", "", "settled", "overdue", "due"]),
            ("settled", &["", "", "", "", "due"]),
        ]);
    }

    #[test]
    fn a_promise_counts_by_its_unit() {
        let shift = Shift { start: Moment(0), end: Moment(8 * HOUR) };
        let of = |min: i64, unit, minutes, pieces| {
            let wage = Wage::new(Fen(min), Fen(min * 2), unit, Settlement::Daily).unwrap();
            promised(wage, shift, minutes, pieces).0
        };
        assert_eq!(of(1_800, WageUnit::Hour, 470, None), 14_100);
        assert_eq!(of(1_850, WageUnit::Hour, 1, None), 31);
        for (minutes, fen) in [(480, 22_000), (451, 22_000), (450, 20_625), (1, 1_375), (0, 0)] {
            assert_eq!(of(22_000, WageUnit::Day, minutes, None), fen, "{minutes}");
        }
        assert_eq!(of(435_000, WageUnit::Month, 480, None), 20_000);
        assert_eq!(of(50, WageUnit::Piece, 480, Some(300)), 15_000);
        assert_eq!(of(50, WageUnit::Piece, 480, None), 0);
    }

    #[test]
    fn the_pay_day_follows_from_the_settlement() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let job = (day("2026-11-23"), day("2026-12-04"));
        let (rules, wednesday) = (Rules::default(), day("2026-11-25"));
        for (settlement, first, last, pay_on) in [
            (Settlement::Daily, "2026-11-25", "2026-11-25", "2026-11-25"),
            (Settlement::Weekly, "2026-11-23", "2026-11-29", "2026-11-29"),
            (Settlement::Monthly, "2026-11-01", "2026-11-30", "2026-11-30"),
            (Settlement::OnCompletion, "2026-11-23", "2026-12-04", "2026-12-04"),
        ] {
            let found = cycle(settlement, wednesday, job, &rules);
            assert_eq!(found, ((day(first), day(last)), day(pay_on)), "{settlement:?}");
        }
        let later = Rules { monthly_pay_after_days: 10, ..rules };
        let found = cycle(Settlement::Monthly, wednesday, job, &later);
        assert_eq!(found.1, day("2026-12-10"));
    }
}
