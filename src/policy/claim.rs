//! Claim keys: what a claim uses up, what was paid on it, and who draws it where several could.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use super::{
    answer::{Entitlement, Status},
    case::{Paid, Spell},
    facts::Facts,
    file::{Award, Once, Rule},
    reading::{FeeOnce, HouseholdOnce, PaidYear, Reading},
    trace::Step,
};
use crate::domain::{calendar::Day, money::Fen};

/// What one claim under a rule uses up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    PersonYear(&'a str, i16),
    /// The person, for ever.
    Person(&'a str),
    PersonEmployer(&'a str, &'a str),
    /// The person's cycle, by its first day.
    PersonCycle(&'a str, Day),
    Employer(&'a str),
}

impl Key<'_> {
    /// The key as a database stores it.
    pub fn text(&self, rule: &Rule) -> String {
        let rule = &rule.id;
        match self {
            Key::PersonYear(person, year) => format!("{rule}/person-year/{person}/{year}"),
            Key::Person(person) => format!("{rule}/person/{person}"),
            Key::PersonEmployer(person, employer) => {
                format!("{rule}/person-employer/{person}/{employer}")
            }
            Key::PersonCycle(person, from) => format!("{rule}/person-cycle/{person}/{from}"),
            Key::Employer(employer) => format!("{rule}/employer/{employer}"),
        }
    }
}

/// The payments under one rule, by the keys they used up.
pub(super) struct Ledger<'a> {
    payments: Vec<&'a Paid>,
    by_key: HashMap<Key<'a>, Vec<usize>>,
}

impl<'a> Ledger<'a> {
    /// `cycle_of` gives the first day of the cycle of a day; only rules with cycles ask it.
    pub fn of(facts: &Facts<'a>, rule: &Rule, cycle_of: impl Fn(Day) -> Day) -> Ledger<'a> {
        let payments: Vec<&Paid> =
            facts.case.paid.iter().filter(|paid| paid.rule == rule.id).collect();
        let pairs: HashSet<(&str, &str)> = payments
            .iter()
            .filter_map(|paid| paid.person.as_deref().zip(paid.employer.as_deref()))
            .collect();
        let mut spells: HashMap<(&str, &str), Vec<&Spell>> = HashMap::new();
        if !pairs.is_empty() {
            for (spell, _) in &facts.spells {
                let pair = (spell.person.as_str(), spell.employer.as_str());
                if pairs.contains(&pair) {
                    spells.entry(pair).or_default().push(spell);
                }
            }
        }
        let mut by_key: HashMap<Key<'a>, Vec<usize>> = HashMap::new();
        for (at, paid) in payments.iter().enumerate() {
            let mut used = |key| by_key.entry(key).or_default().push(at);
            let (person, employer) = (paid.person.as_deref(), paid.employer.as_deref());
            if let Some(person) = person {
                let with_employer = employer.and_then(|employer| spells.get(&(person, employer)));
                let claimed =
                    with_employer.and_then(|spells| claimed_on(facts, rule, paid, spells));
                used(Key::PersonYear(person, claimed.unwrap_or(paid.date).year()));
                used(Key::Person(person));
                used(Key::PersonCycle(person, cycle_of(paid.date)));
            }
            if let Some(employer) = employer {
                used(Key::Employer(employer));
                if let Some(person) = person {
                    used(Key::PersonEmployer(person, employer));
                }
            }
        }
        Ledger { payments, by_key }
    }

    /// What was paid on any of these keys; each payment counts once.
    pub fn paid(&self, keys: &[Key]) -> Fen {
        let on = |key| self.by_key.get(key).into_iter().flatten().copied();
        let payments: HashSet<usize> = keys.iter().flat_map(on).collect();
        payments.into_iter().map(|at| self.payments[at].amount).sum()
    }

    /// What was paid to each person in the cycle that begins on `from`.
    pub fn paid_in_cycle(&self, from: Day) -> impl Iterator<Item = (&'a str, Fen)> {
        self.by_key.keys().filter_map(move |key| match *key {
            Key::PersonCycle(person, cycle) if cycle == from => Some((person, self.paid(&[*key]))),
            _ => None,
        })
    }
}

/// The last day on which a claim arose, with the payment's employer, that the payment can have
/// settled: what becomes due in December is paid in January.
fn claimed_on(facts: &Facts, rule: &Rule, paid: &Paid, spells: &[&Spell]) -> Option<Day> {
    match facts.readings().paid_year {
        PaidYear::Date => None,
        PaidYear::Claim => {
            let days = spells.iter().filter_map(|spell| facts.eligible_on(rule, spell));
            days.filter(|day| *day <= paid.date).max()
        }
    }
}

/// The keys of a spell's claim that arises on `day`.
pub(super) fn spell_keys<'a>(
    facts: &Facts,
    rule: &Rule,
    spell: &'a Spell,
    day: Day,
) -> Vec<Key<'a>> {
    let once = facts.readings();
    let bracketed = matches!(rule.award, Award::SpellBrackets(_));
    let key = |kind: &Once| match kind {
        Once::PersonYear if bracketed && once.household_once == HouseholdOnce::Ever => {
            Some(Key::Person(&spell.person))
        }
        Once::PersonYear => Some(Key::PersonYear(&spell.person, day.year())),
        Once::PersonEmployer if once.fee_once == FeeOnce::Year => None,
        Once::PersonEmployer => Some(Key::PersonEmployer(&spell.person, &spell.employer)),
        Once::Employer | Once::PersonCycle => None,
    };
    rule.once_per.iter().filter_map(key).collect()
}

/// A row whose conditions all hold.
pub(super) struct Claim<'a> {
    /// Its place in the rows.
    pub row: usize,
    /// The spell's or the employer's id, for the trace and as the last order.
    pub name: &'a str,
    /// Where several draw one key, the greatest comes first.
    pub size: u64,
    /// The day on which the last condition came to hold.
    pub complete_on: Day,
    pub keys: Vec<Key<'a>>,
}

/// Gives each key to one claim, and takes off what was paid.
///
/// Among equals the claim that was complete first draws the key, so that a claim which becomes
/// complete later never takes away what was payable before.
pub(super) fn settle<'a>(
    rule: &Rule,
    rows: &mut [Entitlement],
    mut claims: Vec<Claim<'a>>,
    ledger: &Ledger<'a>,
) {
    claims.sort_unstable_by_key(|claim| (Reverse(claim.size), claim.complete_on, claim.name));
    let mut drawn: HashMap<Key, &str> = HashMap::with_capacity(claims.len());
    for claim in claims {
        let row = &mut rows[claim.row];
        row.claim_keys = claim.keys.iter().map(|key| key.text(rule)).collect();
        if let Some(other) = claim.keys.iter().find_map(|key| drawn.get(key)) {
            row.trace.push(Step::TakenBy { other: (*other).to_owned() });
            (row.status, row.payable) = (Status::Paid, Some(Fen::ZERO));
            continue;
        }
        let paid = ledger.paid(&claim.keys);
        row.payable = match row.amount {
            Some(amount) => Some((amount - paid).max(Fen::ZERO)),
            None if paid > Fen::ZERO => Some(Fen::ZERO),
            None => None,
        };
        if paid > Fen::ZERO {
            row.trace.push(Step::PaidBefore { amount: paid });
            if claim.keys.iter().any(|key| matches!(key, Key::PersonYear(..))) {
                row.notes.push(Reading::PaidYear);
                row.notes.sort_unstable();
            }
        }
        if row.payable == Some(Fen::ZERO) {
            row.status = Status::Paid;
        } else {
            drawn.extend(claim.keys.iter().map(|key| (*key, claim.name)));
        }
    }
}
