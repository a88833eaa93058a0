//! Rules on whom an entity has absorbed (四): a row for each rule and roster.

use super::{
    answer::{Entitlement, Missing, Status},
    case::Roster,
    claim::{Claim, Key, Ledger, settle},
    facts::Facts,
    file::{Range, Rule},
    judgement::Judgement,
    reading::{LocalRatio, Reading, ShortRoster},
    trace::Step,
};

/// Appends the rule's rows, in the order of the entities.
pub(super) fn evaluate(facts: &Facts, rule: &Rule, award: &Range, rows: &mut Vec<Entitlement>) {
    let ledger = Ledger::of(facts, rule, |day| day);
    let mut rosters: Vec<&Roster> = facts.case.rosters.iter().collect();
    rosters.sort_unstable_by_key(|roster| {
        (&roster.employer, roster.kind, roster.relocated, roster.poverty_or_monitored)
    });
    let mut claims = vec![];
    for roster in rosters {
        let mut row = judge(facts, rule, roster).into_row(rule);
        row.beneficiary = Some(format!("employer:{}", roster.employer));
        row.range = Some((award.low_fen, award.high_fen));
        if row.status == Status::Eligible {
            claims.push(Claim {
                row: rows.len(),
                name: &roster.employer,
                size: u64::from(roster.relocated),
                complete_on: facts.case.as_of,
                keys: vec![Key::Employer(&roster.employer)],
            });
        }
        rows.push(row);
    }
    settle(rule, rows, claims, &ledger);
}

fn judge(facts: &Facts, rule: &Rule, roster: &Roster) -> Judgement {
    let mut judgement = Judgement::new(facts.case.as_of);
    let conditions = &rule.conditions;
    judgement.term(facts, rule, facts.case.as_of);
    if let Some(kinds) = &conditions.employer_kinds {
        let holds = kinds.contains(&roster.kind);
        judgement.trace.push(Step::EmployerKind { kind: roster.kind, holds });
        if !holds {
            judgement.lacks(Missing::EmployerKind, Status::Ineligible);
        }
    }
    let short = match facts.readings().short_roster {
        ShortRoster::Wait => Status::Pending,
        ShortRoster::Refuse => Status::Ineligible,
    };
    let enough = conditions.relocated.is_none_or(|least| roster.relocated >= least);
    let share = conditions.ratio_bp.is_none_or(|least| holds_ratio(facts, roster, least));
    let Roster { relocated, poverty_or_monitored, .. } = *roster;
    let holds = enough && share;
    judgement.trace.push(Step::Roster { relocated, poverty_or_monitored, holds });
    if conditions.ratio_bp.is_some() {
        judgement.note(Reading::LocalRatio);
    }
    if !enough {
        judgement.lacks(Missing::Group, short);
    }
    if !share {
        judgement.lacks(Missing::Ratio, short);
    }
    if !holds {
        judgement.note(Reading::ShortRoster);
    }
    judgement
}

/// Compared in whole numbers, so that 20 % is reached by 1 of 5 and not by 19 of 96.
fn holds_ratio(facts: &Facts, roster: &Roster, least_bp: u32) -> bool {
    let (all, some) = (u64::from(roster.relocated), u64::from(roster.poverty_or_monitored));
    let least = u64::from(least_bp);
    all > 0
        && match facts.readings().local_ratio {
            LocalRatio::Exact => some * 10_000 >= all * least,
            // Half a per cent up, as one rounds.
            LocalRatio::Rounded => (some * 200 + all) / (all * 2) * 100 >= least,
        }
}
