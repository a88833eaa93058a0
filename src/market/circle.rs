//! From the records to the facts of a case: people with their households, placements, incomes, and
//! what was drawn already. One way for pages, API, claims and forecasts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Market, MarketResult, placements::home_county};
use crate::{
    domain::{
        calendar::Day,
        claim::Claim,
        ids::{ClaimId, PlacementId, WorkerId},
        income::{Earning, IncomeKind},
        money::Fen,
        org,
        placement::{Insurance, Placement},
        worker::{Group, Worker},
    },
    policy::{
        self, Case, Entitlement, Household, HouseholdKind, Income, Paid, Person, Policy, Spell,
        Status, evaluate, in_force,
    },
    store::View,
};

/// People and what is known of them; with the members of their households, whose income and claims
/// count for the household's cap.
#[derive(Clone, Debug, Default)]
pub struct Circle {
    /// By id.
    pub workers: BTreeMap<WorkerId, Worker>,
    /// Those that are not void.
    pub placements: Vec<Placement>,
    /// What they earned, by the wage ledger and as declared; by day.
    pub earnings: Vec<Earning>,
    /// Every claim on these people, in any stage.
    pub claims: Vec<Claim>,
    /// By a household's number, an id that tells nothing.
    households: BTreeMap<String, String>,
}

/// One row of an answer, with the policy that judged it.
#[derive(Clone, Debug)]
pub struct Due {
    /// The row.
    pub row: Entitlement,
    /// The policy in force when it arises.
    pub policy: &'static Policy,
    /// The day as of which it was judged.
    pub as_of: Day,
}

impl Due {
    /// The cycle, where it rests on the income of one.
    pub fn cycle(&self) -> Option<(Day, Day)> {
        let rule = self.policy.rule(&self.row.rule)?;
        self.policy.income_cycle(rule, self.as_of)
    }

    /// Whether it can be claimed as it stands.
    pub fn is_payable(&self) -> bool {
        self.row.status == Status::Eligible && self.row.payable != Some(Fen::ZERO)
    }
}

impl Market {
    /// What is known of these people.
    pub(super) async fn circle(
        &self,
        view: &mut View,
        ids: &BTreeSet<WorkerId>,
    ) -> MarketResult<Circle> {
        let asked = view.workers_of(ids).await?;
        let numbers: BTreeSet<String> =
            asked.iter().filter_map(|worker| worker.person.household.clone()).collect();
        let members = view.households(&numbers).await?;
        let workers: BTreeMap<WorkerId, Worker> =
            asked.into_iter().chain(members).map(|worker| (worker.id.clone(), worker)).collect();
        let all: BTreeSet<WorkerId> = workers.keys().cloned().collect();
        let opaque = |number: &String| {
            let index = self.store.vault.index("household", number);
            (number.clone(), format!("h{}", index.chars().take(16).collect::<String>()))
        };
        let mut earnings = view.wages_received(&all).await?;
        earnings.extend(view.incomes_of(&all).await?.into_iter().map(Earning::from));
        earnings.sort_by_key(|earning| earning.day);
        Ok(Circle {
            placements: view.placements_of(&all).await?,
            earnings,
            claims: view.claims_on(&all).await?,
            households: numbers.iter().map(opaque).collect(),
            workers,
        })
    }
}

impl Circle {
    /// The same without one claim: what it draws is there to be drawn.
    pub(super) fn without(mut self, claim: Option<&ClaimId>) -> Circle {
        self.claims.retain(|held| claim != Some(&held.id));
        self
    }

    /// The county of a person's hukou: as the newest placement says, else by the village.
    pub fn hukou(&self, worker: &Worker) -> Option<String> {
        let own = self.placements.iter().filter(|placement| placement.worker == worker.id);
        let newest = own.max_by_key(|placement| placement.terms.start);
        newest.map(|placement| placement.terms.hukou.clone()).or_else(|| home_county(worker))
    }

    /// The household's opaque id.
    pub fn household(&self, worker: &Worker) -> Option<&str> {
        let number = worker.person.household.as_ref()?;
        self.households.get(number).map(String::as_str)
    }

    /// A household is what its members are in the bureau's lists.
    fn household_kind(&self, number: &str) -> HouseholdKind {
        let members =
            self.workers.values().filter(|w| w.person.household.as_deref() == Some(number));
        let groups: BTreeSet<Group> = members.flat_map(|w| w.person.groups()).collect();
        if groups.contains(&Group::Poverty) {
            HouseholdKind::Poverty
        } else if groups.contains(&Group::Monitored) {
            HouseholdKind::Monitored
        } else {
            HouseholdKind::Ordinary
        }
    }

    /// What was drawn on a key by approved claims, with the claims' own keys.
    pub fn drawn(&self, key: &str) -> Fen {
        let on_key = |claim: &&Claim| claim.keys.iter().any(|held| held.key == key);
        let drawing = self.claims.iter().filter(|claim| claim.stage.draws()).filter(on_key);
        drawing.filter_map(|claim| claim.amount).sum()
    }

    /// The facts as of a day; of the placements, those that `counts` lets through.
    pub fn case(&self, as_of: Day, policy: &Policy, counts: impl Fn(&Placement) -> bool) -> Case {
        let mut case = Case {
            as_of,
            households: vec![],
            people: vec![],
            spells: vec![],
            income: vec![],
            rosters: vec![],
            paid: vec![],
        };
        for (number, id) in &self.households {
            case.households.push(Household { id: id.clone(), kind: self.household_kind(number) });
        }
        let mut known = BTreeSet::new();
        for worker in self.workers.values() {
            // Without a hukou nobody can tell what lies outside it: such a person has no facts yet.
            let hukou = self.hukou(worker).and_then(|code| code.parse().ok());
            let Some(hukou) = hukou else {
                continue;
            };
            known.insert(&worker.id);
            case.people.push(Person {
                id: worker.id.to_string(),
                household: self.household(worker).map(str::to_owned),
                hukou,
                groups: worker.person.groups().into_iter().filter_map(group_of).collect(),
            });
        }
        let counted = self.placements.iter().filter(|held| known.contains(&held.worker));
        case.spells = counted.filter(|held| counts(held)).filter_map(spell).collect();
        for earned in self.earnings.iter().filter(|earned| known.contains(&earned.worker)) {
            // Where nobody knows the place, nobody can tell that it lies outside the county.
            let Some(division) = earned.division.as_ref().and_then(|code| code.parse().ok()) else {
                continue;
            };
            case.income.push(Income {
                person: earned.worker.to_string(),
                date: earned.day,
                amount: earned.amount,
                division,
                kind: match earned.kind {
                    IncomeKind::Wage => policy::IncomeKind::Wage,
                    IncomeKind::SelfEmployment => policy::IncomeKind::SelfEmployment,
                },
            });
        }
        let drawing = self.claims.iter().filter(|claim| claim.stage.draws());
        for claim in drawing.filter(|claim| policy.rule(&claim.rule).is_some()) {
            let employer = claim.placement.as_ref().and_then(|id| self.placement(id));
            let worker = claim.worker.as_ref().filter(|worker| known.contains(worker));
            if let (Some(worker), Some(amount)) = (worker, claim.amount) {
                case.paid.push(Paid {
                    rule: claim.rule.clone(),
                    person: Some(worker.to_string()),
                    employer: employer.map(Placement::employer_key),
                    // The day on which it arose, so that it counts for its own year and cycle.
                    date: claim.arises_on,
                    amount,
                });
            }
        }
        case
    }

    /// A placement of this circle.
    pub fn placement(&self, id: &PlacementId) -> Option<&Placement> {
        self.placements.iter().find(|placement| placement.id == *id)
    }

    /// Judges every row by the policy that is in force when it arises.
    ///
    /// # Errors
    /// [`super::MarketError::Facts`] where the records contradict each other.
    pub fn judge(&self, as_of: Day, counts: impl Fn(&Placement) -> bool) -> MarketResult<Vec<Due>> {
        let library = policy::library()?;
        let mut dues = Vec::new();
        for policy in library {
            let answer = evaluate(policy, &self.case(as_of, policy, &counts))?;
            let own = answer.entitlements.into_iter().filter(|row| {
                let day = row.eligible_on.unwrap_or(as_of);
                judge_of(library, day).is_some_and(|judge| judge.id == policy.id)
            });
            dues.extend(own.map(|row| Due { row, policy, as_of }));
        }
        Ok(dues)
    }

    /// The rows on income of the cycle before the one that holds `today`: most people ask for it
    /// once it is over.
    ///
    /// # Errors
    /// As [`Circle::judge`].
    pub fn judge_last_cycle(&self, today: Day) -> MarketResult<Vec<Due>> {
        let Some((from, _)) = cycle_of(today)? else {
            return Ok(Vec::new());
        };
        let mut dues = self.judge(from.month().earlier(1).last_day(), |_| false)?;
        dues.retain(|due| due.cycle().is_some());
        Ok(dues)
    }

    /// The county that the person leaves by working elsewhere.
    pub fn home(&self, worker: &Worker, today: Day) -> Option<String> {
        let hukou = self.hukou(worker)?.parse().ok()?;
        let policy = judge_of(policy::library().ok()?, today)?;
        Some(policy.home_of(hukou).to_string())
    }
}

/// The cycle of the rule on income that holds a day; none where there is no such rule.
pub(super) fn cycle_of(day: Day) -> MarketResult<Option<(Day, Day)>> {
    let policy = judge_of(policy::library()?, day);
    Ok(policy
        .and_then(|policy| policy.rules.iter().find_map(|rule| policy.income_cycle(rule, day))))
}

/// The policy in force on a day, and before all of them the first.
pub(super) fn judge_of(library: &'static [Policy], day: Day) -> Option<&'static Policy> {
    in_force(library, day).or_else(|| library.first())
}

fn spell(placement: &Placement) -> Option<Spell> {
    let terms = &placement.terms;
    let insurance = |kind: Insurance| match kind {
        Insurance::Pension => policy::Insurance::Pension,
        Insurance::Medical => policy::Insurance::Medical,
        Insurance::Unemployment => policy::Insurance::Unemployment,
        Insurance::Injury => policy::Insurance::Injury,
        Insurance::Maternity => policy::Insurance::Maternity,
    };
    Some(Spell {
        id: placement.id.to_string(),
        person: placement.worker.to_string(),
        employer: placement.employer_key(),
        employer_kind: kind_of(terms.employer.kind)?,
        division: terms.division.parse().ok()?,
        start: terms.start,
        end: placement.end(),
        contract_signed: terms.contract_signed,
        insured_months: placement.insured.keys().copied().collect(),
        insurances: placement.insurances().into_iter().map(insurance).collect(),
        organised_by: placement.organiser.as_ref().map(ToString::to_string),
    })
}

/// The plan's kind of an employer; the plan knows no private persons.
pub(super) fn kind_of(kind: org::EmployerKind) -> Option<policy::EmployerKind> {
    match kind {
        org::EmployerKind::Enterprise => Some(policy::EmployerKind::Enterprise),
        org::EmployerKind::Cooperative => Some(policy::EmployerKind::Cooperative),
        org::EmployerKind::FamilyFarm => Some(policy::EmployerKind::FamilyFarm),
        org::EmployerKind::Grower => Some(policy::EmployerKind::Grower),
        org::EmployerKind::Workshop => Some(policy::EmployerKind::Workshop),
        org::EmployerKind::SoleTrader => Some(policy::EmployerKind::SoleTrader),
        org::EmployerKind::Agency => Some(policy::EmployerKind::Agency),
        org::EmployerKind::Broker => Some(policy::EmployerKind::Broker),
        org::EmployerKind::Individual => None,
    }
}

fn group_of(group: Group) -> Option<policy::Group> {
    match group {
        Group::Poverty => Some(policy::Group::Poverty),
        Group::Monitored => Some(policy::Group::Monitored),
        Group::LowIncome => Some(policy::Group::LowIncome),
        Group::Relocated => Some(policy::Group::Relocated),
        Group::MigrantWorker => Some(policy::Group::MigrantWorker),
        Group::Veteran | Group::Graduate | Group::Hardship => None,
    }
}
