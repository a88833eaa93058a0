//! Entitlements in plain words, for the person whose they are.

use super::circle::Due;
use crate::{
    domain::calendar::Day,
    policy::{Award, Missing, Status},
};

/// What an entitlement means for the person: two short sentences at most.
pub fn plain(due: &Due, today: Day) -> String {
    match due.cycle() {
        // Asked for once the cycle is over: which one must be said.
        Some((from, to)) if to < today => {
            format!("{}到{}挣的钱：{}", words(from), words(to), of_row(due, today))
        }
        _ => of_row(due, today),
    }
}

fn of_row(due: &Due, today: Day) -> String {
    let row = &due.row;
    match row.status {
        Status::Eligible => {
            let now = match (row.payable, row.range) {
                (Some(payable), _) if payable.0 == 0 => {
                    "全家已经领到最高数，这一份没有剩余。".to_owned()
                }
                (Some(payable), _) => format!("现在可以申请{payable}元。"),
                (None, Some((low, high))) => {
                    format!("现在可以申请{low}到{high}元，具体多少由主管部门定。")
                }
                (None, None) => "现在可以申请。".to_owned(),
            };
            format!("{now}{}", next(due, today))
        }
        Status::Paid => format!("这一份已经领过了。{}", next(due, today)),
        Status::NeedsRuling => "能不能领，要由主管部门认定。".to_owned(),
        Status::Pending => {
            let mut told = String::new();
            if let Some(day) = row.eligible_on.filter(|_| row.missing.contains(&Missing::Duration))
            {
                let days = today.days_until(day);
                told = format!("再干{days}天，到{}就满时间了。", words(day));
            }
            let lacks: Vec<&str> = row
                .missing
                .iter()
                .filter(|missing| !matches!(missing, Missing::Duration | Missing::Income))
                .map(|missing| missing.label())
                .collect();
            if !lacks.is_empty() {
                told.push_str(&format!("还差：{}。", lacks.join("、")));
            }
            if told.is_empty() || row.missing == [Missing::Income] {
                told.push_str(&next(due, today));
            }
            told
        }
        Status::Ineligible => {
            let lacks: Vec<&str> = row.missing.iter().map(|missing| missing.label()).collect();
            format!("不能领：{}。", lacks.join("、"))
        }
    }
}

fn next(due: &Due, today: Day) -> String {
    let over = due.cycle().is_some_and(|(_, to)| to < today);
    match due.row.next.filter(|_| !over) {
        Some(next) => match next.on {
            Some(day) if day > today => {
                let days = today.days_until(day);
                format!("再干{days}天，到{}能领到{}元。", words(day), next.amount)
            }
            _ => {
                let tiers = due.policy.rule(&due.row.rule).map(|rule| &rule.award);
                let tier = match tiers {
                    Some(Award::IncomeTiers(award)) => {
                        award.tiers.iter().find(|tier| tier.amount_fen == next.amount)
                    }
                    _ => None,
                };
                let income = tier.map(|tier| format!("挣满{}元，", tier.income_fen));
                format!("{}能领到{}元。", income.unwrap_or_default(), next.amount)
            }
        },
        None => String::new(),
    }
}

fn words(day: Day) -> String {
    let date = day.date();
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}
