//! The facts of a case, checked for consistency and indexed, so that evaluation is linear.

use std::collections::{HashMap, HashSet};

use super::{
    case::{Case, CaseError, Household, Person, Spell},
    file::{Once, Policy, Rule},
    reading::{MonthCount, Readings},
};
use crate::domain::{calendar::Day, money::Fen};

/// A person with the household.
#[derive(Clone, Copy)]
pub(super) struct Resident<'a> {
    pub person: &'a Person,
    pub household: Option<&'a Household>,
}

pub(super) struct Facts<'a> {
    pub policy: &'a Policy,
    pub case: &'a Case,
    pub residents: HashMap<&'a str, Resident<'a>>,
    /// In the order of person, then id.
    pub spells: Vec<(&'a Spell, Resident<'a>)>,
}

impl<'a> Facts<'a> {
    /// # Errors
    /// [`CaseError`] with the first fact that contradicts another or itself.
    pub fn index(policy: &'a Policy, case: &'a Case) -> Result<Facts<'a>, CaseError> {
        let mut households = HashMap::with_capacity(case.households.len());
        for (at, household) in case.households.iter().enumerate() {
            if households.insert(household.id.as_str(), household).is_some() {
                return Err(wrong("households", at, "id", "used twice"));
            }
        }
        let mut residents = HashMap::with_capacity(case.people.len());
        for (at, person) in case.people.iter().enumerate() {
            let household = match &person.household {
                Some(id) => Some(
                    *households
                        .get(id.as_str())
                        .ok_or_else(|| wrong("people", at, "household", "not in households"))?,
                ),
                None => None,
            };
            if residents.insert(person.id.as_str(), Resident { person, household }).is_some() {
                return Err(wrong("people", at, "id", "used twice"));
            }
        }
        let mut facts = Facts { policy, case, residents, spells: vec![] };
        facts.index_spells()?;
        facts.check_money()?;
        Ok(facts)
    }

    fn index_spells(&mut self) -> Result<(), CaseError> {
        let mut ids = HashSet::with_capacity(self.case.spells.len());
        self.spells.reserve(self.case.spells.len());
        for (at, spell) in self.case.spells.iter().enumerate() {
            if !ids.insert(spell.id.as_str()) {
                return Err(wrong("spells", at, "id", "used twice"));
            }
            if spell.end.is_some_and(|end| end < spell.start) {
                return Err(wrong("spells", at, "end", "before start"));
            }
            let resident = self
                .residents
                .get(spell.person.as_str())
                .ok_or_else(|| wrong("spells", at, "person", "not in people"))?;
            self.spells.push((spell, *resident));
        }
        self.spells.sort_unstable_by_key(|(spell, _)| (&spell.person, &spell.id));
        Ok(())
    }

    fn check_money(&self) -> Result<(), CaseError> {
        for (at, income) in self.case.income.iter().enumerate() {
            if !self.residents.contains_key(income.person.as_str()) {
                return Err(wrong("income", at, "person", "not in people"));
            }
            if income.amount < Fen::ZERO {
                return Err(wrong("income", at, "amount_fen", "negative"));
            }
        }
        for (at, roster) in self.case.rosters.iter().enumerate() {
            if roster.poverty_or_monitored > roster.relocated {
                return Err(wrong("rosters", at, "poverty_or_monitored", "more than relocated"));
            }
        }
        for (at, paid) in self.case.paid.iter().enumerate() {
            let Some(rule) = self.policy.rule(&paid.rule) else {
                return Err(wrong("paid", at, "rule", "no rule of the policy"));
            };
            let of_employer = rule.once_per.contains(&Once::Employer);
            match &paid.person {
                Some(id) if !of_employer && !self.residents.contains_key(id.as_str()) => {
                    return Err(wrong("paid", at, "person", "not in people"));
                }
                None if !of_employer => return Err(wrong("paid", at, "person", "missing")),
                _ => {}
            }
            if of_employer && paid.employer.is_none() {
                return Err(wrong("paid", at, "employer", "missing"));
            }
            if paid.amount < Fen::ZERO {
                return Err(wrong("paid", at, "amount_fen", "negative"));
            }
        }
        Ok(())
    }

    pub fn readings(&self) -> &'a Readings {
        &self.policy.readings
    }

    /// The day on which a spell from `start` reaches so many months.
    pub fn reached(&self, start: Day, months: u32) -> Day {
        match self.readings().month_count {
            MonthCount::CivilCode => start.add_months(months),
            MonthCount::ThirtyDays => start.add_days(months.saturating_mul(30)),
        }
    }

    /// The day on which the spell meets the rule's months; none where it ended before.
    pub fn eligible_on(&self, rule: &Rule, spell: &Spell) -> Option<Day> {
        let reached = self.reached(spell.start, rule.conditions.months?);
        spell.end.is_none_or(|end| reached <= end.next()).then_some(reached)
    }
}

fn wrong(list: &str, at: usize, field: &str, problem: &str) -> CaseError {
    CaseError::new(format!("{list}[{at}].{field}"), problem)
}
