//! Whom entities have absorbed nearby (四): counted from the placements, with the share of poverty and
//! monitored people.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Market, MarketResult,
    circle::{Circle, Due, judge_of, kind_of},
};
use crate::{
    domain::{
        account::Actor,
        calendar::Day,
        claim::Claim,
        ids::{ClaimId, WorkerId},
        limits,
        placement::{Placement, PlacementStatus, employer_key},
        worker::Group,
    },
    policy::{self, Entitlement, Paid, Policy, Roster, evaluate},
    store::{PlacementFilter, View},
};

/// Whom an entity has absorbed (四).
#[derive(Clone, Debug)]
pub struct Absorbed {
    /// The entity's key.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// Whom the clause counts of those who work there now: relocated people, and at a workshop
    /// (就业帮扶车间) poverty and low-income people too.
    pub relocated: u32,
    /// Of those, poverty and monitored people.
    pub listed: u32,
    /// What the rules give.
    pub dues: Vec<Due>,
}

impl Absorbed {
    /// The listed people's share in hundredths of a per cent; none where nobody was absorbed.
    pub fn share_bp(&self) -> Option<u32> {
        (self.listed * 10_000).checked_div(self.relocated)
    }
}

impl Market {
    /// Whom each entity has absorbed nearby, by name; of the placements that the actor keeps.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn absorbed(&self, actor: &Actor) -> MarketResult<Vec<Absorbed>> {
        let placements = self.placements(actor).await?;
        let today = self.now().day();
        let keys: BTreeMap<String, String> = placements
            .iter()
            .filter(|held| is_nearby(held, today))
            .map(|held| (held.employer_key(), held.terms.employer.name.clone()))
            .collect();
        let mut view = self.store.read().await?;
        let mut found = Vec::new();
        for (entity, name) in keys {
            let dues = self.absorption_of(&mut view, &entity, today, None).await?;
            let (_, relocated, listed) = roster(&mut view, &entity, today).await?;
            found.push(Absorbed { entity, name, relocated, listed, dues });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// The key by which the actor's own organisation is an entity; none where it has none.
    ///
    /// # Errors
    /// The store's.
    pub async fn own_entity(&self, actor: &Actor) -> MarketResult<Option<String>> {
        let mut view = self.store.read().await?;
        let org = self.own_org(&mut view, actor).await?;
        Ok(org.map(|org| employer_key(&org.employer)))
    }

    /// What the rules of 四 give an entity, by whom it employs nearby on a day; the claim `own`
    /// counts as not drawn.
    pub(super) async fn absorption_of(
        &self,
        view: &mut View,
        entity: &str,
        as_of: Day,
        own: Option<&ClaimId>,
    ) -> MarketResult<Vec<Due>> {
        let Some(policy) = judge_of(policy::library()?, as_of) else {
            return Ok(Vec::new());
        };
        let rows = self.absorption_under(view, policy, entity, as_of, own).await?;
        Ok(rows.into_iter().map(|row| Due { row, policy, as_of }).collect())
    }

    /// The same under a given policy.
    pub(super) async fn absorption_under(
        &self,
        view: &mut View,
        policy: &Policy,
        entity: &str,
        as_of: Day,
        own: Option<&ClaimId>,
    ) -> MarketResult<Vec<Entitlement>> {
        let (kind, relocated, poverty_or_monitored) = roster(view, entity, as_of).await?;
        let Some(kind) = kind else {
            return Ok(Vec::new());
        };
        let mut case = Circle::default().case(as_of, policy, |_| false);
        let employer = entity.to_owned();
        case.rosters.push(Roster {
            employer: employer.clone(),
            kind,
            relocated,
            poverty_or_monitored,
        });
        let drawing = |claim: &Claim| claim.stage.draws() && own != Some(&claim.id);
        for claim in view.claims_of_entity(entity).await?.into_iter().filter(drawing) {
            if let Some(amount) = claim.amount.filter(|_| policy.rule(&claim.rule).is_some()) {
                let (person, date) = (None, claim.arises_on);
                let employer = Some(employer.clone());
                case.paid.push(Paid { rule: claim.rule, person, employer, date, amount });
            }
        }
        Ok(evaluate(policy, &case)?.entitlements)
    }
}

/// Employed in the district that the policy is of.
fn is_nearby(placement: &Placement, day: Day) -> bool {
    let district = policy::library().ok().and_then(|library| judge_of(library, day));
    let there =
        district.is_some_and(|policy| policy.district.to_string() == placement.terms.division);
    let on_day = placement.terms.start <= day && placement.end().is_none_or(|end| day <= end);
    there && on_day && placement.status != PlacementStatus::Void
}

/// The entity's kind, whom the clause counts of those whom it employs nearby, and of these the
/// listed ones.
async fn roster(
    view: &mut View,
    entity: &str,
    day: Day,
) -> MarketResult<(Option<policy::EmployerKind>, u32, u32)> {
    let filter =
        PlacementFilter { employer: Some(entity.to_owned()), ..PlacementFilter::default() };
    let mut held = view.placements(&filter, limits::PLACEMENTS_MAX).await?;
    held.retain(|placement| is_nearby(placement, day));
    let kind = held.last().and_then(|placement| kind_of(placement.terms.employer.kind));
    let ids: BTreeSet<WorkerId> = held.into_iter().map(|placement| placement.worker).collect();
    let counted: &[Group] = match kind {
        Some(policy::EmployerKind::Workshop) => {
            &[Group::Poverty, Group::LowIncome, Group::Relocated]
        }
        _ => &[Group::Relocated],
    };
    let (mut relocated, mut listed) = (0, 0);
    for worker in view.workers_of(&ids).await? {
        let groups = worker.person.groups();
        if counted.iter().any(|group| groups.contains(group)) {
            relocated += 1;
            if groups.contains(&Group::Poverty) || groups.contains(&Group::Monitored) {
                listed += 1;
            }
        }
    }
    Ok((kind, relocated, listed))
}
