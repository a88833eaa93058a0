//! Claims: filed by whoever gains or serves. Many may file for the same; `desks` decides who draws.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Market, MarketError, MarketResult, NoClaim,
    authority::{self, Verb},
    circle::{Circle, Due},
    placements::village_code,
};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        calendar::Day,
        claim::{Claim, ClaimKey, Payee, Stage},
        ids::{ClaimId, OrgId, PlacementId, StationId, WorkerId},
        limits,
        money::Fen,
        placement::employer_key,
        station::Station,
        worker::Worker,
    },
    policy::{self, Award, Policy, Rule, Status},
    store::{ClaimFilter, Kind, Txn, View},
};

/// What is claimed.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The rule's id.
    pub rule: String,
    /// On what it rests.
    pub ground: Ground,
    /// Whether it is demonstration data.
    pub demo: bool,
}

/// On what a claim rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ground {
    /// A placement (六).
    Placement(PlacementId),
    /// A person's income in the cycle that holds the day (七).
    Income(WorkerId, Day),
    /// Whom an entity has absorbed (四), by its key.
    Roster(String),
}

impl Market {
    /// Files a claim: a draft, as the facts stand now.
    ///
    /// # Errors
    /// [`MarketError::NoClaim`] where nothing is due, or the same was filed by the same side and
    /// still goes its way.
    pub async fn file_claim(&self, actor: &Actor, new: &NewClaim) -> MarketResult<Claim> {
        if !authority::may(actor, Verb::FileClaim) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        txn.hold_claims().await?;
        if !reaches_ground(&mut txn, actor, &new.ground).await? {
            return Err(MarketError::NotFound);
        }
        let today = self.now().day();
        let as_of = match &new.ground {
            Ground::Income(_, day) => (*day).min(today),
            Ground::Placement(_) | Ground::Roster(_) => today,
        };
        let (due, circle) = self.due_for(&mut txn, &new.rule, &new.ground, as_of, None).await?;
        let rule = rule_of(due.policy, &new.rule)?;
        let mut claim = self.claim_of(actor, new, &due, rule, &circle, as_of)?;
        if claim.station.is_none() {
            let person = claim.worker.as_ref().and_then(|id| circle.workers.get(id));
            claim.station = nearest_station(&mut txn, person).await?;
        }
        if !authority::may_file(actor, &claim) && !self.serves(&mut txn, actor, &claim).await? {
            return Err(MarketError::NotFound);
        }
        payable(&due)?;
        let open = match &claim.payee {
            Payee::Entity(entity) => txn.claims_of_entity(entity).await?,
            Payee::Organiser(_) | Payee::Worker(_) => circle.claims.clone(),
        };
        let same = |held: &Claim| {
            held.stage.is_live()
                && held.stage != Stage::Paid
                && held.rule == claim.rule
                && held.payee == claim.payee
                && held.worker == claim.worker
                && held.placement == claim.placement
                && shares_key(held, &claim)
        };
        if open.iter().any(same) {
            return Err(NoClaim::Claimed.into());
        }
        self.write_claim(&mut txn, actor, &claim, "file_claim", json!({ "rule": claim.rule }))
            .await?;
        txn.commit().await?;
        Ok(claim)
    }

    fn claim_of(
        &self,
        actor: &Actor,
        new: &NewClaim,
        due: &Due,
        rule: &Rule,
        circle: &Circle,
        as_of: Day,
    ) -> MarketResult<Claim> {
        let row = &due.row;
        let (worker, placement) = match &new.ground {
            Ground::Placement(id) => {
                let placement = circle.placement(id).ok_or(MarketError::NotFound)?;
                (Some(placement.worker.clone()), Some(id.clone()))
            }
            Ground::Income(worker, _) => (Some(worker.clone()), None),
            Ground::Roster(_) => (None, None),
        };
        let payee = match (&rule.beneficiary, &new.ground, &worker) {
            (policy::Beneficiary::Broker, Ground::Placement(id), _) => circle
                .placement(id)
                .and_then(|placement| placement.organiser.clone())
                .map(Payee::Organiser),
            (policy::Beneficiary::Person, _, Some(worker)) => Some(Payee::Worker(worker.clone())),
            (policy::Beneficiary::Employer, Ground::Roster(key), _) => {
                Some(Payee::Entity(key.clone()))
            }
            _ => None,
        };
        let payee = payee.ok_or_else(|| NoClaim::NotEligible(why_not(due)))?;
        let person = worker.as_ref().and_then(|id| circle.workers.get(id));
        let account = actor.account();
        let own_station = account.and_then(|account| account.station.clone());
        let now = self.now();
        Ok(Claim {
            id: ClaimId::grow(self.seedling()),
            policy: due.policy.id.clone(),
            rule: rule.id.clone(),
            payee,
            keys: keys_of(due, rule, circle, person),
            worker,
            placement,
            arises_on: row.eligible_on.unwrap_or(as_of),
            as_of,
            amount: row.payable,
            range: row.range,
            stage: Stage::Draft,
            notice: None,
            on_notice: None,
            reason: None,
            bureau: due.policy.bureau(rule).to_owned(),
            station: person.and_then(|person| person.station.clone()).or(own_station),
            village: person.and_then(village_code),
            filed_by: actor.name().to_owned(),
            version: 1,
            demo: new.demo,
            created_at: now,
            staged_at: now,
        })
    }

    /// Staff file for those of their station, an employer for itself.
    async fn serves(&self, txn: &mut Txn, actor: &Actor, claim: &Claim) -> MarketResult<bool> {
        let Some(account) = actor.account() else {
            return Ok(false);
        };
        match (account.role, &claim.payee) {
            (Role::Employer | Role::Broker, Payee::Entity(entity)) => {
                let org = self.own_org(txn, actor).await?;
                Ok(org.is_some_and(|org| employer_key(&org.employer) == *entity))
            }
            _ => Ok(false),
        }
    }

    /// What is due on a ground by a rule, judged as if nobody else claimed the same; the claim
    /// `own`, where it is one that exists, counts as not drawn.
    pub(super) async fn due_for(
        &self,
        view: &mut View,
        rule: &str,
        ground: &Ground,
        as_of: Day,
        own: Option<&ClaimId>,
    ) -> MarketResult<(Due, Circle)> {
        let nothing = || MarketError::from(NoClaim::NotEligible("没有这一项".to_owned()));
        match ground {
            Ground::Placement(id) => {
                let placement = view.placement(id).await?.ok_or(MarketError::NotFound)?;
                let worker = BTreeSet::from([placement.worker.clone()]);
                let circle = self.circle(view, &worker).await?.without(own);
                let alone = circle.judge(as_of, |held| {
                    held.worker != placement.worker || held.id == placement.id
                })?;
                let own = |due: &Due| {
                    due.row.rule == rule && due.row.spell.as_deref() == Some(id.as_str())
                };
                Ok((alone.into_iter().find(own).ok_or_else(nothing)?, circle))
            }
            Ground::Income(worker, _) => {
                let ids = BTreeSet::from([worker.clone()]);
                let circle = self.circle(view, &ids).await?.without(own);
                let dues = circle.judge(as_of, |_| false)?;
                let own = |due: &Due| {
                    due.row.rule == rule && due.row.person.as_deref() == Some(worker.as_str())
                };
                Ok((dues.into_iter().find(own).ok_or_else(nothing)?, circle))
            }
            Ground::Roster(entity) => {
                let dues = self.absorption_of(view, entity, as_of, own).await?;
                let own = dues.into_iter().find(|due| due.row.rule == rule);
                Ok((own.ok_or_else(nothing)?, Circle::default()))
            }
        }
    }

    pub(super) fn ground_of(claim: &Claim) -> MarketResult<Ground> {
        let ground = match (&claim.payee, &claim.placement, &claim.worker) {
            (Payee::Entity(entity), _, _) => Ground::Roster(entity.clone()),
            (_, Some(placement), _) => Ground::Placement(placement.clone()),
            (_, None, Some(worker)) => Ground::Income(worker.clone(), claim.as_of),
            (_, None, None) => return Err(MarketError::NotFound),
        };
        Ok(ground)
    }

    pub(super) async fn write_claim(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        claim: &Claim,
        verb: &'static str,
        detail: serde_json::Value,
    ) -> MarketResult<()> {
        if !txn.put_claim(claim).await? {
            return Err(MarketError::Stale);
        }
        txn.log(self.entry(actor, verb, Kind::Claim, &claim.id, detail));
        Ok(())
    }

    /// The claims that the actor may see in these stages (all where none is named), longest
    /// waiting first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn claims(&self, actor: &Actor, stages: &[Stage]) -> MarketResult<Vec<Claim>> {
        let mut filter = ClaimFilter { stages: stages.to_vec(), ..ClaimFilter::default() };
        if let Some(account) = actor.account() {
            narrow(&mut filter, account)?;
        }
        let mut claims = self.store.read().await?.claims(&filter, limits::CLAIMS_MAX).await?;
        claims.retain(|claim| authority::reaches_claim(actor, Verb::ReadClaim, claim));
        Ok(claims)
    }

    /// One claim; the look is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where it is none of the actor's business.
    pub async fn claim(&self, actor: &Actor, id: &ClaimId) -> MarketResult<Claim> {
        if !authority::may(actor, Verb::ReadClaim) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let claim = txn.claim(id).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_claim(actor, Verb::ReadClaim, &claim) {
            return Err(MarketError::NotFound);
        }
        txn.log(self.entry(actor, "look", Kind::Claim, id, json!({})));
        txn.commit().await?;
        Ok(claim)
    }

    /// What a claim's facts give as of its day, as if nobody else claimed the same.
    ///
    /// # Errors
    /// [`NoClaim::NotEligible`] where its ground is gone.
    pub(super) async fn due_of(
        &self,
        view: &mut View,
        claim: &Claim,
    ) -> MarketResult<(Due, Circle)> {
        let ground = Market::ground_of(claim)?;
        self.due_for(view, &claim.rule, &ground, claim.as_of, Some(&claim.id)).await
    }
}

/// The station that serves somebody whom none has registered: the nearest, else the first.
async fn nearest_station(
    view: &mut View,
    person: Option<&Worker>,
) -> MarketResult<Option<StationId>> {
    let point = person.and_then(|person| person.profile.point);
    let metres = |station: &Station| point.map_or(0.0, |point| station.point.distance_m(point));
    let stations = view.stations().await?;
    let nearest = stations.into_iter().min_by(|a, b| metres(a).total_cmp(&metres(b)));
    Ok(nearest.map(|station| station.id))
}

/// Whether the actor may know of what a claim is to rest on.
async fn reaches_ground(txn: &mut Txn, actor: &Actor, ground: &Ground) -> MarketResult<bool> {
    let is_self = |worker: &WorkerId| {
        actor.account().is_some_and(|account| account.worker.as_ref() == Some(worker))
    };
    Ok(match ground {
        Ground::Placement(id) => {
            let placement = txn.placement(id).await?;
            placement.is_some_and(|placement| {
                is_self(&placement.worker)
                    || authority::reaches_placement(actor, Verb::Place, &placement)
            })
        }
        Ground::Income(id, _) => {
            let worker = txn.worker(id).await?;
            worker.is_some_and(|worker| {
                is_self(id) || authority::reaches_worker(actor, Verb::Declare, &worker)
            })
        }
        // Decided with the claim in hand: the entity's own account, or the station's staff.
        Ground::Roster(_) => true,
    })
}

fn narrow(filter: &mut ClaimFilter, account: &Account) -> MarketResult<()> {
    let org = || account.org.as_ref().map(OrgId::to_string).ok_or(MarketError::Forbidden);
    match account.role {
        Role::Admin | Role::Employer => {}
        Role::Broker => filter.organiser = Some(account.org.clone().ok_or(MarketError::Forbidden)?),
        Role::Staff => {
            filter.station = Some(account.station.clone().ok_or(MarketError::Forbidden)?);
        }
        Role::Village => filter.village = Some(org()?),
        Role::Reviewer => filter.bureau = Some(org()?),
        Role::Worker | Role::Leader => {
            filter.worker = Some(account.worker.clone().ok_or(MarketError::Forbidden)?);
        }
        Role::Device => return Err(MarketError::Forbidden),
    }
    Ok(())
}

/// The policy that judged a claim.
///
/// # Errors
/// [`MarketError::Facts`] where it is gone.
pub(super) fn policy_of(claim: &Claim) -> MarketResult<&'static Policy> {
    let held = policy::library()?.iter().find(|policy| policy.id == claim.policy);
    held.ok_or_else(|| MarketError::Facts(format!("no policy {}", claim.policy)))
}

pub(super) fn rule_of<'p>(policy: &'p Policy, id: &str) -> MarketResult<&'p Rule> {
    policy.rule(id).ok_or_else(|| MarketError::Facts(format!("no rule {id}")))
}

/// What a claim uses up. Where a rule pays more when more is reached, what was drawn before is part
/// of the key, so that a top-up exists once; a household's cap is a key like that.
pub(super) fn keys_of(
    due: &Due,
    rule: &Rule,
    circle: &Circle,
    person: Option<&Worker>,
) -> Vec<ClaimKey> {
    let tops_up = matches!(rule.award, Award::SpellBrackets(_) | Award::IncomeTiers(_));
    let key = |key: &String| {
        let after = if tops_up { circle.drawn(key) } else { Fen::ZERO };
        ClaimKey { key: key.clone(), after }
    };
    let mut keys: Vec<ClaimKey> = due.row.claim_keys.iter().map(key).collect();
    if matches!(rule.award, Award::IncomeTiers(_))
        && let Some(household) = person.and_then(|person| circle.household(person))
        && let Some(cycle) = due.row.claim_keys.first().and_then(|key| key.rsplit('/').next())
    {
        keys.push(key(&format!("{}/household-cycle/{household}/{cycle}", rule.id)));
    }
    keys
}

pub(super) fn shares_key(one: &Claim, other: &Claim) -> bool {
    // A household's key only counts its members; it makes no two claims the same.
    let own = |held: &&ClaimKey| !held.key.contains("/household-cycle/");
    one.keys.iter().filter(own).any(|key| other.keys.iter().any(|held| held.key == key.key))
}

/// Refuses what gives nothing.
///
/// # Errors
/// [`NoClaim::NotEligible`]
pub(super) fn payable(due: &Due) -> Result<(), NoClaim> {
    if due.row.status != Status::Eligible {
        return Err(NoClaim::NotEligible(why_not(due)));
    }
    if due.row.payable == Some(Fen::ZERO) {
        return Err(NoClaim::NotEligible("每户最高额已经用完，没有可领的数额".to_owned()));
    }
    Ok(())
}

/// What stands in the way, for people.
pub(super) fn why_not(due: &Due) -> String {
    let missing: Vec<&str> = due.row.missing.iter().map(|missing| missing.label()).collect();
    if missing.is_empty() {
        due.row.status.label().to_owned()
    } else {
        format!("{}（{}）", due.row.status.label(), missing.join("、"))
    }
}
