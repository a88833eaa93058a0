//! What the numbers of a posting break: the minimum wage, the bounds of part-time work.

use super::Finding;
use crate::domain::{
    money::Fen,
    posting::{Shift, Terms},
    time::HOUR,
    wage::{HOURS_A_DAY, WageUnit},
};

/// Hours a day that part-time work (非全日制用工) has at most on average (劳动合同法 §68).
pub const PART_TIME_DAY_HOURS: i64 = 4;
/// Hours a week that part-time work has at most (劳动合同法 §68).
pub const PART_TIME_WEEK_HOURS: i64 = 24;

/// The minimum wage in force where the postings are; set by whoever runs the house, since it changes
/// by decree and differs by district. `None` checks nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MinimumWage {
    /// Fen an hour (非全日制小时最低工资标准).
    pub hour: Option<Fen>,
    /// Fen a month (月最低工资标准).
    pub month: Option<Fen>,
}

/// Words that call a posting part-time.
const PART_TIME: [&str; 4] = ["兼职", "小时工", "钟点工", "非全日制"];

pub(super) fn findings(terms: &Terms, minimum: MinimumWage) -> Vec<Finding> {
    wage(terms, minimum).into_iter().chain(hours(terms)).collect()
}

fn wage(terms: &Terms, minimum: MinimumWage) -> Option<Finding> {
    let (paid, least) = match terms.wage.unit {
        WageUnit::Hour => (terms.wage.min().0, minimum.hour?.0),
        WageUnit::Day => (terms.wage.min().0, minimum.hour?.0 * HOURS_A_DAY),
        WageUnit::Month => (terms.wage.min().0, minimum.month?.0),
        WageUnit::Piece => return None,
    };
    (paid < least).then(|| Finding {
        rule: "minimum_wage".to_owned(),
        field: "wage",
        title: "低于最低工资".to_owned(),
        basis: "劳动法第四十八条；最低工资规定第三条".to_owned(),
        advice: format!("每{}至少{}", terms.wage.unit.label(), Fen(least)),
        excerpt: terms.wage.to_string(),
    })
}

/// Part-time in name, more than part-time by its hours.
fn hours(terms: &Terms) -> Option<Finding> {
    let texts = [&terms.title, &terms.description, &terms.requirements];
    let named = PART_TIME.iter().find(|word| texts.iter().any(|text| text.contains(**word)))?;
    let long = |shift: &&Shift| shift.end.0 - shift.start.0 > PART_TIME_DAY_HOURS * HOUR;
    let excerpt = if let Some(shift) = terms.shifts.iter().find(long) {
        format!("写的是{named}，有的班次长{}小时", (shift.end.0 - shift.start.0) / HOUR)
    } else {
        let week = busiest_week(&terms.shifts);
        if week <= PART_TIME_WEEK_HOURS * HOUR {
            return None;
        }
        format!("写的是{named}，一周要干{}小时", week / HOUR)
    };
    Some(Finding {
        rule: "part_time".to_owned(),
        field: "shifts",
        title: "超过非全日制的工时".to_owned(),
        basis: "劳动合同法第六十八条".to_owned(),
        advice: "每天不超过4小时、每周不超过24小时；超过的按全日制用工签合同".to_owned(),
        excerpt,
    })
}

/// The most time that falls within seven days.
fn busiest_week(shifts: &[Shift]) -> i64 {
    let week = 7 * 24 * HOUR;
    let from = |first: &Shift| -> i64 {
        let within = shifts
            .iter()
            .filter(|other| first.start <= other.start && other.end.0 <= first.start.0 + week);
        within.map(|shift| shift.end.0 - shift.start.0).sum()
    };
    shifts.iter().map(from).max().unwrap_or_default()
}
