//! The evaluator: a policy and a case in, an answer out.

use std::collections::HashSet;

use super::{
    answer::{Answer, Entitlement, Status},
    case::{Case, CaseError},
    facts::Facts,
    file::{Award, Policy, Rule},
    income,
    reading::{Reading, TwoTransports},
    roster, spell,
    trace::Step,
};
use crate::domain::money::Fen;

/// Evaluates a policy on a case.
///
/// The answer depends on nothing but the two: neither on the clock nor on the order of the facts.
/// Time and memory grow with the number of facts.
///
/// # Errors
/// [`CaseError`] where facts contradict one another: an id used twice or unknown, a spell that
/// ends before it starts, a negative amount.
///
/// ```
/// use linggong::policy::{Case, evaluate, shipped};
///
/// let case = Case::from_json(
///     br#"{"as_of": "2025-09-30", "households": [], "people": [], "spells": [], "income": [],
///          "rosters": [{"employer": "e1", "kind": "broker", "relocated": 5,
///                       "poverty_or_monitored": 1}], "paid": []}"#,
/// )?;
/// let answer = evaluate(shipped()?, &case)?;
/// let row = answer.entitlements.iter().find(|row| row.rule == "absorption-local");
/// assert_eq!(row.map(|row| row.status), Some(linggong::policy::Status::Eligible));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate(policy: &Policy, case: &Case) -> Result<Answer, CaseError> {
    let facts = Facts::index(policy, case)?;
    let mut households = vec![];
    let mut by_rule: Vec<(&Rule, Vec<Entitlement>)> = vec![];
    for rule in &policy.rules {
        let mut rows = vec![];
        match &rule.award {
            Award::SpellFee(_) | Award::SpellRange(_) | Award::SpellBrackets(_) => {
                spell::evaluate(&facts, rule, &mut rows);
            }
            Award::IncomeTiers(award) => {
                income::evaluate(&facts, rule, award, &mut rows, &mut households);
            }
            Award::RosterRange(award) => roster::evaluate(&facts, rule, award, &mut rows),
            Award::Described(_) => {}
        }
        by_rule.push((rule, rows));
    }
    flag_overlaps(&facts, &mut by_rule);
    Ok(Answer {
        policy: policy.id.clone(),
        as_of: case.as_of,
        entitlements: by_rule.into_iter().flat_map(|(_, rows)| rows).collect(),
        households,
    })
}

/// Flags what one person draws in one year under two rules of which the text does not say whether
/// they stack. Nothing is taken off: an official decides.
fn flag_overlaps(facts: &Facts, by_rule: &mut [(&Rule, Vec<Entitlement>)]) {
    let pairs: Vec<(usize, usize)> = by_rule
        .iter()
        .enumerate()
        .flat_map(|(yields, (rule, _))| {
            let others = by_rule.iter().enumerate();
            others
                .filter(|(_, (other, _))| rule.overlaps.contains(&other.id))
                .map(move |(stays, _)| (yields, stays))
        })
        .collect();
    for (yields, stays) in pairs {
        let drawn = |at: usize| -> HashSet<(String, i16)> {
            by_rule[at].1.iter().filter_map(person_year).collect()
        };
        let (of_yields, of_stays) = (drawn(yields), drawn(stays));
        for (at, other, theirs) in [(yields, stays, &of_stays), (stays, yields, &of_yields)] {
            let other = by_rule[other].0.id.clone();
            for row in &mut by_rule[at].1 {
                if !person_year(row).is_some_and(|key| theirs.contains(&key)) {
                    continue;
                }
                row.notes.push(Reading::TwoTransports);
                row.notes.sort_unstable();
                row.notes.dedup();
                row.trace.push(Step::Overlaps { rule: other.clone() });
                let asks = facts.readings().two_transports == TwoTransports::Ask;
                if asks && at == yields && row.status == Status::Eligible {
                    (row.status, row.payable) = (Status::NeedsRuling, Some(Fen::ZERO));
                }
            }
        }
    }
}

fn person_year(row: &Entitlement) -> Option<(String, i16)> {
    let drawn = matches!(row.status, Status::Eligible | Status::Paid);
    let day = row.eligible_on.filter(|_| drawn)?;
    Some((row.person.clone()?, day.year()))
}
