//! The trace of an entitlement: each condition with the facts that it was judged by, as data, and
//! as Chinese sentences for people.

use std::fmt::{self, Write as _};

use super::{
    answer::{Answer, Entitlement},
    case::{Division, EmployerKind, HouseholdKind, Insurance},
    file::Policy,
};
use crate::domain::{calendar::Day, money::Fen};

/// One step of an evaluation. Displays as a Chinese sentence without its full stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The months of a spell: from `start`, counted up to `counted_to`, reached on `reached`.
    Duration {
        /// Months demanded.
        months: u32,
        /// First day employed.
        start: Day,
        /// Last day employed.
        end: Option<Day>,
        /// The day on which the months are reached.
        reached: Day,
        /// Whether they are reached by now.
        holds: bool,
    },
    /// The labour contract.
    Contract {
        /// The day it was signed.
        signed: Option<Day>,
        /// Whether it counts by now.
        holds: bool,
    },
    /// The insured months of a spell.
    InsuredMonths {
        /// Months counted.
        counted: usize,
        /// Months demanded.
        needed: usize,
    },
    /// The kinds of insurance that lack.
    Insurances {
        /// Those demanded and not paid.
        lacking: Vec<Insurance>,
        /// Whether what is paid suffices.
        holds: bool,
    },
    /// Who organised the work.
    Organised {
        /// Id of the broker or agency.
        by: Option<String>,
    },
    /// Where the work lies.
    Place {
        /// The county that has to be left.
        home: Division,
        /// The county of the work.
        work: Division,
    },
    /// The kind of the employer.
    EmployerKind {
        /// What the employer is.
        kind: EmployerKind,
        /// Whether the rule names it.
        holds: bool,
    },
    /// The person's groups.
    Groups {
        /// Whether one of them is named by the rule.
        holds: bool,
    },
    /// The person's household.
    Household {
        /// Its kind, if there is one.
        kind: Option<HouseholdKind>,
        /// Whether the rule names it.
        holds: bool,
    },
    /// The claim arose outside the rule's time.
    OutsideTerm {
        /// The day on which it arose.
        day: Day,
    },
    /// The bracket reached.
    Bracket {
        /// Its months.
        from_months: u32,
        /// Whether the work lies in another province.
        other_province: bool,
        /// Its amount.
        amount: Fen,
    },
    /// The income of a cycle.
    Income {
        /// The cycle's first day.
        from: Day,
        /// The cycle's last day.
        to: Day,
        /// What counts.
        counted: Fen,
        /// The amount of the tier reached, 0 below the first.
        amount: Fen,
    },
    /// What a roster holds.
    Roster {
        /// Relocated people absorbed.
        relocated: u32,
        /// Poverty and monitored people among them.
        poverty_or_monitored: u32,
        /// Whether that is enough.
        holds: bool,
    },
    /// Paid before on the same key.
    PaidBefore {
        /// How much.
        amount: Fen,
    },
    /// Another row draws the same key.
    TakenBy {
        /// Id of the spell, or of the roster's employer.
        other: String,
    },
    /// Another rule gives the same person something in the same year.
    Overlaps {
        /// Id of that rule.
        rule: String,
    },
    /// The household's cap.
    HouseholdCap {
        /// The sum of the members' gross amounts.
        uncapped: Fen,
        /// The cap.
        cap: Fen,
        /// Paid to the household before.
        paid: Fen,
    },
}

fn mark(holds: bool) -> &'static str {
    if holds { "符合" } else { "不符合" }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Duration { months, start, end, reached, holds } => {
                match end {
                    Some(end) => write!(f, "自 {start} 起、至 {end} 止就业")?,
                    None => write!(f, "自 {start} 起就业，仍在岗")?,
                }
                write!(f, "，满 {months} 个月之日为 {reached}：{}", mark(*holds))
            }
            Step::Contract { signed: Some(day), holds } => {
                write!(f, "劳动合同签订于 {day}：{}", mark(*holds))
            }
            Step::Contract { signed: None, .. } => f.write_str("无劳动合同签订记录：不符合"),
            Step::InsuredMonths { counted, needed } => write!(
                f,
                "本段就业期内社会保险已缴 {counted} 个月，应满 {needed} 个月：{}",
                mark(counted >= needed)
            ),
            Step::Insurances { lacking, holds } => {
                if lacking.is_empty() {
                    f.write_str("各项社会保险齐全")?;
                } else {
                    let labels: Vec<_> = lacking.iter().map(|kind| kind.label()).collect();
                    write!(f, "社会保险缺{}", labels.join("、"))?;
                }
                write!(f, "：{}", mark(*holds))
            }
            Step::Organised { by: Some(by) } => write!(f, "由 {by} 组织外出：符合"),
            Step::Organised { by: None } => f.write_str("无组织外出的劳务中介或经纪人：不符合"),
            Step::Place { home, work } if home == work => {
                write!(f, "务工地 {work} 就在本县（区）{home}：不符合")
            }
            Step::Place { home, work } if home.same_province(*work) => {
                write!(f, "由 {home} 到 {work} 务工，属跨县（区）：符合")
            }
            Step::Place { home, work } => write!(f, "由 {home} 到 {work} 务工，属跨省：符合"),
            Step::EmployerKind { kind, holds: true } => {
                write!(f, "用工主体为{}：符合", kind.label())
            }
            Step::EmployerKind { kind, holds: false } => {
                write!(f, "用工主体为{}，条文未列：不直接符合", kind.label())
            }
            Step::Groups { holds: true } => f.write_str("属条文所列人群：符合"),
            Step::Groups { holds: false } => f.write_str("不属条文所列人群：不符合"),
            Step::Household { kind: Some(kind), holds } => {
                write!(f, "家庭类别为{}：{}", kind.label(), mark(*holds))
            }
            Step::Household { kind: None, .. } => f.write_str("无家庭登记：不符合"),
            Step::OutsideTerm { day } => write!(f, "条件具备之日 {day} 不在本条施行期内"),
            Step::Bracket { from_months, other_province, amount } => {
                let place = if *other_province { "跨省" } else { "跨县（区）" };
                write!(f, "满 {from_months} 个月、{place}，对应 {amount} 元")
            }
            Step::Income { from, to, counted, amount } => {
                write!(f, "周期 {from} 至 {to} 内计入的务工收入 {counted} 元，对应奖励 {amount} 元")
            }
            Step::Roster { relocated, poverty_or_monitored, holds } => write!(
                f,
                "吸纳条文所列人员 {relocated} 人，其中脱贫人口或监测对象 {poverty_or_monitored} 人：{}",
                mark(*holds)
            ),
            Step::PaidBefore { amount } => write!(f, "同一事项此前已付 {amount} 元"),
            Step::TakenBy { other } => write!(f, "同一事项已由 {other} 计付，不重复计付"),
            Step::Overlaps { rule } => write!(f, "同一人同一年另有 {rule}，须核对能否同享"),
            Step::HouseholdCap { uncapped, cap, paid } => {
                write!(f, "全户合计 {uncapped} 元，每户最高 {cap} 元，此前已付全户 {paid} 元")
            }
        }
    }
}

/// The answer with its reasons, as Chinese text for people.
pub fn explain(policy: &Policy, answer: &Answer) -> String {
    let mut text = format!("{}\n问题日期：{}\n", policy.title, answer.as_of);
    for row in &answer.entitlements {
        text.push('\n');
        // Writing to a String cannot fail.
        let _ = explain_row(&mut text, policy, row);
    }
    for total in &answer.households {
        let _ = writeln!(
            text,
            "\n家庭 {}（{}）：合计 {} 元，封顶后 {} 元",
            total.household, total.rule, total.uncapped, total.capped
        );
    }
    text
}

fn explain_row(text: &mut String, policy: &Policy, row: &Entitlement) -> fmt::Result {
    let title = policy.rule(&row.rule).map_or(row.rule.as_str(), |rule| &rule.title);
    write!(text, "【{}】{title}（{}）", row.clause, row.rule)?;
    let parties = [("受益方", &row.beneficiary), ("人员", &row.person), ("就业", &row.spell)];
    for (label, id) in parties.iter().filter_map(|(label, id)| id.as_ref().map(|id| (label, id))) {
        write!(text, " {label} {id}")?;
    }
    write!(text, "\n  结论：{}", row.status.label())?;
    if let Some((low, high)) = row.range {
        write!(text, "；标准 {low}—{high} 元，由主管部门核定")?;
    }
    if let Some(amount) = row.amount {
        write!(text, "；应得 {amount} 元")?;
    }
    if let Some(payable) = row.payable {
        write!(text, "；现可付 {payable} 元")?;
    }
    if let Some(day) = row.eligible_on {
        write!(text, "；时间条件于 {day} 具备")?;
    }
    if let Some(next) = row.next {
        write!(text, "；下一档 {} 元", next.amount)?;
        if let Some(on) = next.on {
            write!(text, "（{on} 起）")?;
        }
    }
    text.push('\n');
    for (at, step) in (1..).zip(&row.trace) {
        writeln!(text, "  {at}. {step}。")?;
    }
    for note in &row.notes {
        let wording = policy.interpretation(*note).map_or("", |found| found.text());
        writeln!(text, "  解释 {note}：{wording}")?;
    }
    Ok(())
}
