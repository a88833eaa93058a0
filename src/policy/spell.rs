//! Rules on stable employments (六): a row for each rule and spell.

use super::{
    answer::{Entitlement, Missing, Next, Status},
    case::{Division, Spell},
    claim::{Claim, Ledger, settle, spell_keys},
    facts::{Facts, Resident},
    file::{Award, Beneficiary, Bracket, Policy, Rule},
    judgement::Judgement,
    reading::{
        AllInsurances, BracketBoundary, HomeCounty, InsuredMonths, LateEvidence, OtherEmployers,
        Reading,
    },
    trace::Step,
};
use crate::domain::{calendar::Day, money::Fen};

/// Appends the rule's rows, in the order of person and spell.
pub(super) fn evaluate(facts: &Facts, rule: &Rule, rows: &mut Vec<Entitlement>) {
    let ledger = Ledger::of(facts, rule, |day| day);
    let mut claims = vec![];
    for (spell, resident) in &facts.spells {
        let eligible_on = facts.eligible_on(rule, spell);
        let mut judgement = judge(facts, rule, spell, resident);
        let amounts = amounts(facts, rule, spell, resident, &mut judgement);
        let complete_on = judgement.complete_on;
        let mut row = judgement.into_row(rule);
        row.beneficiary = match rule.beneficiary {
            Beneficiary::Broker => spell.organised_by.as_ref().map(|id| format!("broker:{id}")),
            Beneficiary::Person => Some(format!("person:{}", spell.person)),
            Beneficiary::Employer => Some(format!("employer:{}", spell.employer)),
        };
        row.person = Some(spell.person.clone());
        row.spell = Some(spell.id.clone());
        row.eligible_on = eligible_on;
        (row.amount, row.range, row.next) = (amounts.gross, amounts.range, amounts.next);
        if let (Status::Eligible, Some(day)) = (row.status, eligible_on) {
            claims.push(Claim {
                row: rows.len(),
                name: &spell.id,
                size: row.amount.map_or(0, |gross| gross.0.unsigned_abs()),
                complete_on,
                keys: spell_keys(facts, rule, spell, day),
            });
        }
        rows.push(row);
    }
    settle(rule, rows, claims, &ledger);
}

fn judge(facts: &Facts, rule: &Rule, spell: &Spell, resident: &Resident) -> Judgement {
    let mut judgement = Judgement::new(spell.start);
    duration(facts, rule, spell, &mut judgement);
    evidence(facts, rule, spell, &mut judgement);
    if rule.conditions.organised {
        judgement.trace.push(Step::Organised { by: spell.organised_by.clone() });
        if spell.organised_by.is_none() {
            judgement.lacks(Missing::Organised, Status::Ineligible);
        }
    }
    if rule.conditions.out_of_county {
        judgement.note(Reading::HomeCounty);
        let home = home(facts, resident);
        judgement.trace.push(Step::Place { home, work: spell.division });
        if home == spell.division {
            judgement.lacks(Missing::OutOfCounty, Status::Ineligible);
        }
    }
    judgement.person(rule, resident);
    employer(facts, rule, spell, &mut judgement);
    if let Some(day) = facts.eligible_on(rule, spell) {
        judgement.term(facts, rule, day);
    }
    match rule.award {
        Award::SpellFee(_) => judgement.note(Reading::FeeOnce),
        Award::SpellBrackets(_) => judgement.note(Reading::HouseholdOnce),
        _ => {}
    }
    judgement
}

/// The county that 跨县 leaves.
pub(super) fn home(facts: &Facts, resident: &Resident) -> Division {
    facts.policy.home_of(resident.person.hukou)
}

impl Policy {
    /// The county that somebody of this hukou leaves by working elsewhere.
    pub fn home_of(&self, hukou: Division) -> Division {
        match self.readings.home_county {
            HomeCounty::Hukou => hukou,
            HomeCounty::District => self.district,
        }
    }
}

/// The first day that the spell's length does not count.
fn counted_to(facts: &Facts, spell: &Spell) -> Day {
    spell.end.map_or(facts.case.as_of, |end| end.next().min(facts.case.as_of))
}

fn duration(facts: &Facts, rule: &Rule, spell: &Spell, judgement: &mut Judgement) {
    let Some(months) = rule.conditions.months else {
        return;
    };
    let reached = facts.reached(spell.start, months);
    let holds = reached <= counted_to(facts, spell);
    judgement.note(Reading::MonthCount);
    let (start, end) = (spell.start, spell.end);
    judgement.trace.push(Step::Duration { months, start, end, reached, holds });
    match facts.eligible_on(rule, spell) {
        _ if holds => judgement.holds_since(reached),
        Some(_) => judgement.lacks(Missing::Duration, Status::Pending),
        None => judgement.lacks(Missing::Duration, Status::Ineligible),
    }
}

/// Contract and insurance: papers that may still come in.
fn evidence(facts: &Facts, rule: &Rule, spell: &Spell, judgement: &mut Judgement) {
    let as_of = facts.case.as_of;
    let known_to = spell.end.map_or(as_of, |end| end.min(as_of));
    let ended = spell.end.is_some_and(|end| end < as_of);
    let awaited = match facts.readings().late_evidence {
        LateEvidence::Refuse if ended => Status::Ineligible,
        LateEvidence::Refuse | LateEvidence::Wait => Status::Pending,
    };
    let lacks = |judgement: &mut Judgement, missing| {
        judgement.lacks(missing, awaited);
        if ended {
            judgement.note(Reading::LateEvidence);
        }
    };
    if rule.conditions.contract {
        let signed = spell.contract_signed;
        let in_time = signed.filter(|signed| *signed <= known_to);
        judgement.trace.push(Step::Contract { signed, holds: in_time.is_some() });
        match in_time {
            Some(day) => judgement.holds_since(day),
            None => lacks(judgement, Missing::Contract),
        }
    }
    if let Some(months) = rule.conditions.insured_months {
        judgement.note(Reading::InsuredMonths);
        let needed = match facts.readings().insured_months {
            InsuredMonths::Every => months as usize,
            InsuredMonths::Any => 1,
        };
        let within = spell.start.month()..=known_to.month();
        let mut insured: Vec<_> =
            spell.insured_months.iter().filter(|month| within.contains(month)).collect();
        insured.sort_unstable();
        insured.dedup();
        judgement.trace.push(Step::InsuredMonths { counted: insured.len(), needed });
        match insured.get(needed.saturating_sub(1)) {
            Some(month) => judgement.holds_since(month.first_day()),
            None => lacks(judgement, Missing::SocialInsurance),
        }
    }
    if let Some(kinds) = &rule.conditions.insurances {
        judgement.note(Reading::AllInsurances);
        let lacking: Vec<_> =
            kinds.iter().copied().filter(|kind| !spell.insurances.contains(kind)).collect();
        let holds = match facts.readings().all_insurances {
            AllInsurances::Each => lacking.is_empty(),
            AllInsurances::Any => lacking.len() < kinds.len(),
        };
        judgement.trace.push(Step::Insurances { lacking, holds });
        if !holds {
            lacks(judgement, Missing::AllInsurances);
        }
    }
}

fn employer(facts: &Facts, rule: &Rule, spell: &Spell, judgement: &mut Judgement) {
    let Some(kinds) = &rule.conditions.employer_kinds else {
        return;
    };
    let kind = spell.employer_kind;
    let named = kinds.contains(&kind);
    if !named {
        judgement.note(Reading::OtherEmployers);
    }
    let holds = named || facts.readings().other_employers == OtherEmployers::Accept;
    judgement.trace.push(Step::EmployerKind { kind, holds });
    match facts.readings().other_employers {
        _ if holds => {}
        OtherEmployers::Refuse => judgement.lacks(Missing::EmployerKind, Status::Ineligible),
        OtherEmployers::Ask | OtherEmployers::Accept => {
            judgement.lacks(Missing::EmployerKind, Status::NeedsRuling);
        }
    }
}

#[derive(Default)]
struct Amounts {
    gross: Option<Fen>,
    range: Option<(Fen, Fen)>,
    next: Option<Next>,
}

fn amounts(
    facts: &Facts,
    rule: &Rule,
    spell: &Spell,
    resident: &Resident,
    judgement: &mut Judgement,
) -> Amounts {
    match &rule.award {
        Award::SpellFee(fee) => {
            Amounts { gross: Some(judgement.earned(fee.amount_fen)), ..Amounts::default() }
        }
        Award::SpellRange(range) => {
            Amounts { range: Some((range.low_fen, range.high_fen)), ..Amounts::default() }
        }
        Award::SpellBrackets(award) => {
            judgement.note(Reading::BracketBoundary);
            let other_province = !home(facts, resident).same_province(spell.division);
            let amount = |bracket: &Bracket| {
                if other_province { bracket.other_province_fen } else { bracket.other_county_fen }
            };
            let counted_to = counted_to(facts, spell);
            let begins = award.brackets.iter().enumerate().map(|(at, bracket)| {
                let reached = facts.reached(spell.start, bracket.from_months);
                let lower = facts.readings().bracket_boundary == BracketBoundary::Lower;
                (bracket, if at > 0 && lower { reached.next() } else { reached })
            });
            if judgement.status == Status::Ineligible {
                return Amounts { gross: Some(Fen::ZERO), ..Amounts::default() };
            }
            let mut gross = Fen::ZERO;
            if let Some((bracket, day)) =
                begins.clone().take_while(|(_, day)| *day <= counted_to).last()
            {
                let (from_months, amount) = (bracket.from_months, amount(bracket));
                judgement.trace.push(Step::Bracket { from_months, other_province, amount });
                judgement.holds_since(day);
                gross = judgement.earned(amount);
            }
            let next = begins
                .clone()
                .find(|(_, day)| *day > counted_to)
                .filter(|(_, day)| spell.end.is_none_or(|end| *day <= end.next()))
                .map(|(bracket, day)| Next { amount: amount(bracket), on: Some(day) });
            Amounts { gross: Some(gross), next, ..Amounts::default() }
        }
        Award::IncomeTiers(_) | Award::RosterRange(_) | Award::Described(_) => Amounts::default(),
    }
}
