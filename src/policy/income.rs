//! Rules on the income of a cycle (七): a row for each rule and person with income, and the cap of
//! the household.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    answer::{Entitlement, HouseholdTotal, Missing, Next, Status},
    case::Income,
    claim::{Key, Ledger},
    facts::{Facts, Resident},
    file::{Award, Policy, Rule, Tiers},
    judgement::Judgement,
    reading::{HouseholdCut, IncomeCycle, Reading, Readings},
    spell,
    trace::Step,
};
use crate::domain::{calendar::Day, money::Fen};

/// Twelve months, both days included.
#[derive(Clone, Copy)]
struct Cycle {
    from: Day,
    to: Day,
}

impl Cycle {
    fn first_day(readings: &Readings, award: &Tiers, day: Day) -> Day {
        let first = match readings.income_cycle {
            IncomeCycle::First => u32::from(award.first_month),
            IncomeCycle::Second => u32::from(award.first_month) + 1,
        };
        let month = day.month();
        month.earlier((u32::from(month.number()) + 24 - first) % 12).first_day()
    }

    fn of(readings: &Readings, award: &Tiers, day: Day) -> Cycle {
        let from = Cycle::first_day(readings, award, day);
        Cycle { from, to: from.month().later(11).last_day() }
    }
}

impl Policy {
    /// The first and last day of the cycle that holds a day; none where the rule is not on income.
    pub fn income_cycle(&self, rule: &Rule, day: Day) -> Option<(Day, Day)> {
        match &rule.award {
            Award::IncomeTiers(award) => {
                let Cycle { from, to } = Cycle::of(&self.readings, award, day);
                Some((from, to))
            }
            Award::SpellFee(_)
            | Award::SpellRange(_)
            | Award::SpellBrackets(_)
            | Award::RosterRange(_)
            | Award::Described(_) => None,
        }
    }
}

/// A row whose amount the household's cap may cut.
struct Member<'a> {
    row: usize,
    person: &'a str,
    gross: Fen,
    /// The day on which the tier was reached.
    reached: Day,
}

/// Appends the rule's rows, in the order of person, and the households' totals.
pub(super) fn evaluate(
    facts: &Facts,
    rule: &Rule,
    award: &Tiers,
    rows: &mut Vec<Entitlement>,
    totals: &mut Vec<HouseholdTotal>,
) {
    let readings = facts.readings();
    let ledger = Ledger::of(facts, rule, |day| Cycle::first_day(readings, award, day));
    let cycle = Cycle::of(readings, award, facts.case.as_of);
    let mut income: BTreeMap<&str, Vec<&Income>> = BTreeMap::new();
    for received in &facts.case.income {
        income.entry(&received.person).or_default().push(received);
    }
    let mut households: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    let mut alone = vec![];
    for (person, mut received) in income {
        let Some(resident) = facts.residents.get(person) else {
            continue;
        };
        received.sort_unstable_by_key(|income| (income.date, income.amount));
        let (row, reached) = person_row(facts, rule, award, cycle, resident, &received);
        let gross = row.amount.unwrap_or(Fen::ZERO);
        let member = Member { row: rows.len(), person, gross, reached };
        match resident.household {
            _ if row.status == Status::Ineligible => {}
            Some(household) => households.entry(&household.id).or_default().push(member),
            None => alone.push(member),
        }
        rows.push(row);
    }
    let mut paid: BTreeMap<&str, Fen> = BTreeMap::new();
    for (person, amount) in ledger.paid_in_cycle(cycle.from) {
        if let Some(household) = facts.residents.get(person).and_then(|found| found.household) {
            let sum = paid.entry(&household.id).or_default();
            *sum = *sum + amount;
        }
    }
    let settlement = Settlement { facts, rule, award, cycle, ledger: &ledger };
    for member in alone {
        settlement.household(rows, vec![member], None);
    }
    for (household, members) in households {
        let paid = paid.get(household).copied().unwrap_or_default();
        let (uncapped, capped) = settlement.household(rows, members, Some(paid));
        let (household, rule) = (household.to_owned(), rule.id.clone());
        totals.push(HouseholdTotal { household, rule, uncapped, capped });
    }
}

/// The person's row before the cap, and the day on which its tier was reached.
fn person_row(
    facts: &Facts,
    rule: &Rule,
    award: &Tiers,
    cycle: Cycle,
    resident: &Resident,
    received: &[&Income],
) -> (Entitlement, Day) {
    let mut judgement = Judgement::new(cycle.from);
    judgement.person(rule, resident);
    judgement.note(Reading::IncomeCycle);
    judgement.term(facts, rule, facts.case.as_of);
    let home = spell::home(facts, resident);
    if rule.conditions.out_of_county {
        judgement.note(Reading::HomeCounty);
    }
    let known_to = cycle.to.min(facts.case.as_of);
    let in_cycle = received.iter().filter(|income| {
        (cycle.from..=known_to).contains(&income.date) && award.income_kinds.contains(&income.kind)
    });
    let (counted, at_home): (Vec<&Income>, Vec<&Income>) =
        in_cycle.partition(|income| !rule.conditions.out_of_county || income.division != home);
    let sum: Fen = counted.iter().map(|income| income.amount).sum();
    let tier = award.tiers.iter().rfind(|tier| tier.income_fen <= sum);
    let mut reached = cycle.from;
    match tier {
        Some(tier) => {
            let mut running = Fen::ZERO;
            let crossing = counted.iter().find(|income| {
                running = running + income.amount;
                running >= tier.income_fen
            });
            reached = crossing.map_or(reached, |income| income.date);
        }
        None => {
            judgement.lacks(Missing::Income, Status::Pending);
            if counted.is_empty() && !at_home.is_empty() {
                judgement.lacks(Missing::OutOfCounty, Status::Pending);
            }
        }
    }
    let amount = tier.map_or(Fen::ZERO, |tier| tier.amount_fen);
    let Cycle { from, to } = cycle;
    judgement.trace.push(Step::Income { from, to, counted: sum, amount });
    let gross = judgement.earned(amount);
    let mut row = judgement.into_row(rule);
    row.beneficiary = Some(format!("person:{}", resident.person.id));
    row.person = Some(resident.person.id.clone());
    row.amount = Some(gross);
    if row.status != Status::Ineligible {
        let next = award.tiers.iter().find(|tier| tier.income_fen > sum);
        row.next = next.map(|tier| Next { amount: tier.amount_fen, on: None });
    }
    (row, reached)
}

struct Settlement<'a> {
    facts: &'a Facts<'a>,
    rule: &'a Rule,
    award: &'a Tiers,
    cycle: Cycle,
    ledger: &'a Ledger<'a>,
}

impl Settlement<'_> {
    /// Caps one household and takes off what was paid; `paid` is what all its members drew in the
    /// cycle, none where there is no household and so no cap. Answers the sums before and after
    /// the cap.
    fn household(
        &self,
        rows: &mut [Entitlement],
        mut members: Vec<Member>,
        paid: Option<Fen>,
    ) -> (Fen, Fen) {
        members.sort_unstable_by_key(|member| {
            (Reverse(member.gross > Fen::ZERO), member.reached, member.person)
        });
        let uncapped: Fen = members.iter().map(|member| member.gross).sum();
        let cap = self.award.household_cap_fen;
        let capped = if paid.is_some() { uncapped.min(cap) } else { uncapped };
        let cut = capped < uncapped;
        let shares = self.shares(&members, uncapped, capped);
        let mut left = paid.map(|paid| (capped - paid).max(Fen::ZERO));
        for (member, share) in members.iter().zip(shares) {
            let row = &mut rows[member.row];
            if cut {
                row.notes.push(Reading::HouseholdCut);
                row.notes.sort_unstable();
                let paid = paid.unwrap_or_default();
                row.trace.push(Step::HouseholdCap { uncapped, cap, paid });
            }
            if row.status != Status::Eligible {
                continue;
            }
            let key = Key::PersonCycle(member.person, self.cycle.from);
            row.claim_keys = vec![key.text(self.rule)];
            let drawn = self.ledger.paid(&[key]);
            if drawn > Fen::ZERO {
                row.trace.push(Step::PaidBefore { amount: drawn });
            }
            let due = (share - drawn).max(Fen::ZERO);
            let payable = left.map_or(due, |left| due.min(left));
            left = left.map(|left| left - payable);
            row.payable = Some(payable);
            let household_drawn = paid.is_some_and(|paid| paid >= capped);
            if payable == Fen::ZERO && (drawn >= member.gross || household_drawn) {
                row.status = Status::Paid;
            }
        }
        (uncapped, capped)
    }

    /// What each member may draw of the capped sum before payments; in the order of the members,
    /// so that the last is cut first.
    fn shares(&self, members: &[Member], uncapped: Fen, capped: Fen) -> Vec<Fen> {
        if capped == uncapped || self.facts.readings().household_cut == HouseholdCut::Latest {
            return members.iter().map(|member| member.gross).collect();
        }
        let share = |gross: Fen| {
            let share = i128::from(gross.0) * i128::from(capped.0) / i128::from(uncapped.0);
            Fen(i64::try_from(share).unwrap_or(i64::MAX))
        };
        let mut shares: Vec<Fen> = members.iter().map(|member| share(member.gross)).collect();
        let given: Fen = shares.iter().copied().sum();
        if let Some(first) = shares.first_mut() {
            *first = *first + (capped - given);
        }
        shares
    }
}
