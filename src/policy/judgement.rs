//! How the conditions of one row are gathered into its status.

use super::{
    answer::{Entitlement, Missing, Status},
    facts::{Facts, Resident},
    file::Rule,
    reading::{OutsideTerm, Reading},
    trace::Step,
};
use crate::domain::{calendar::Day, money::Fen};

pub(super) struct Judgement {
    pub status: Status,
    pub missing: Vec<Missing>,
    pub notes: Vec<Reading>,
    pub trace: Vec<Step>,
    /// The latest day on which a condition came to hold.
    pub complete_on: Day,
    /// Whether time or evidence is awaited, whatever else is wrong.
    waiting: bool,
}

impl Judgement {
    /// `from` is the first day on which anything can hold.
    pub fn new(from: Day) -> Judgement {
        Judgement {
            status: Status::Eligible,
            missing: vec![],
            notes: vec![],
            trace: vec![],
            complete_on: from,
            waiting: false,
        }
    }

    /// A condition came to hold on that day.
    pub fn holds_since(&mut self, day: Day) {
        self.complete_on = self.complete_on.max(day);
    }

    /// A condition does not hold, and makes the row at least that bad.
    pub fn lacks(&mut self, missing: Missing, status: Status) {
        self.missing.push(missing);
        self.at_least(status);
    }

    fn at_least(&mut self, status: Status) {
        self.status = self.status.max(status);
        self.waiting |= status == Status::Pending;
    }

    pub fn note(&mut self, reading: Reading) {
        self.notes.push(reading);
    }

    /// The conditions on the person, whatever the person did.
    pub fn person(&mut self, rule: &Rule, resident: &Resident) {
        if let Some(groups) = &rule.conditions.groups {
            let holds = resident.person.groups.iter().any(|group| groups.contains(group));
            self.trace.push(Step::Groups { holds });
            if !holds {
                self.lacks(Missing::Group, Status::Ineligible);
            }
        }
        if let Some(kinds) = &rule.conditions.household_kinds {
            let kind = resident.household.map(|household| household.kind);
            let holds = kind.is_some_and(|kind| kinds.contains(&kind));
            self.trace.push(Step::Household { kind, holds });
            if !holds {
                self.lacks(Missing::Household, Status::Ineligible);
            }
        }
    }

    /// Flags a claim that arises outside the rule's time.
    pub fn term(&mut self, facts: &Facts, rule: &Rule, day: Day) {
        if rule.holds_on(day) {
            return;
        }
        self.note(Reading::OutsideTerm);
        self.trace.push(Step::OutsideTerm { day });
        if facts.readings().outside_term == OutsideTerm::Ask {
            self.at_least(Status::NeedsRuling);
        }
    }

    /// What a gross amount comes to by now: nothing while time or evidence is awaited.
    pub fn earned(&self, gross: Fen) -> Fen {
        if self.waiting || self.status == Status::Ineligible { Fen::ZERO } else { gross }
    }

    /// The row, not settled yet: amounts, parties and days are for the caller to add.
    pub fn into_row(mut self, rule: &Rule) -> Entitlement {
        self.missing.sort_unstable();
        self.notes.sort_unstable();
        self.notes.dedup();
        Entitlement {
            rule: rule.id.clone(),
            clause: rule.clause.clone(),
            beneficiary: None,
            person: None,
            spell: None,
            status: self.status,
            amount: None,
            payable: (self.status != Status::Eligible).then_some(Fen::ZERO),
            range: None,
            eligible_on: None,
            next: None,
            missing: self.missing,
            notes: self.notes,
            claim_keys: vec![],
            trace: self.trace,
        }
    }
}
