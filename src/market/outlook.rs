//! What people see coming: a broker's placements with days, papers and money; a worker's
//! entitlements; what a reviewer must know of a claim.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    circle::{Circle, Due, cycle_of},
    claims::{policy_of, rule_of, shares_key},
    notices::county_name,
};
use crate::{
    domain::{
        account::Actor,
        calendar::Day,
        claim::{Claim, Payee},
        ids::{ClaimId, PlacementId, WorkerId},
        income::{Earning, IncomeKind, IncomeSource},
        money::Fen,
        placement::{Placement, PlacementStatus},
        worker::Worker,
    },
    policy::{Award, Beneficiary, Missing, Policy, Reading, Rule, Status},
    store::Kind,
};

/// A placement with what is to come of it.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// The placement.
    pub placement: Placement,
    /// Who works.
    pub worker: Worker,
    /// Days until three and six months are full; negative or 0 once they are; none where the
    /// person left before.
    pub days_to: [Option<i64>; 2],
    /// What each rule gives, all placements taken together.
    pub dues: Vec<Due>,
    /// The claims on it that the reader may see.
    pub claims: Vec<Claim>,
    /// Papers of the rules that may still pay, that are not there.
    pub lacking: Vec<&'static str>,
    /// Drawn by the organiser.
    pub earned: Fen,
    /// What the organiser may still come to.
    pub expected: Fen,
    /// How much of that is at risk.
    pub at_risk: Fen,
    /// Why.
    pub risks: Vec<String>,
}

/// What a reviewer sees beside a claim.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The claim.
    pub claim: Claim,
    /// The policy and rule.
    pub policy: &'static Policy,
    /// The rule.
    pub rule: &'static Rule,
    /// What the facts give; none where the ground is gone.
    pub due: Option<Due>,
    /// Who works.
    pub worker: Option<Worker>,
    /// On what it rests.
    pub placement: Option<Placement>,
    /// The income of the claim's cycle, where it rests on income.
    pub earnings: Vec<Earning>,
    /// The county within which income does not count, as far as it is known.
    pub home: Option<String>,
    /// What speaks against paying it as it is.
    pub conflicts: Vec<String>,
}

/// What a person may claim, has claimed, and earned.
#[derive(Clone, Debug)]
pub struct Entitled {
    /// The person.
    pub worker: Worker,
    /// What the rules give, those on income for this cycle and the last.
    pub dues: Vec<Due>,
    /// What was claimed.
    pub claims: Vec<Claim>,
    /// Every income on record, by day.
    pub earnings: Vec<Earning>,
    /// The cycle of income that holds today.
    pub cycle: Option<(Day, Day)>,
    /// The county within which income does not count, as far as it is known.
    pub home: Option<String>,
}

impl Market {
    /// The placements that the actor keeps, with what is to come of them.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn outlook(&self, actor: &Actor) -> MarketResult<Vec<Outlook>> {
        let placements = self.placements(actor).await?;
        self.outlook_on(actor, placements).await
    }

    /// The placements that the actor keeps, for a list that leaves the house; that is in the audit
    /// trail.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn roster_of(&self, actor: &Actor) -> MarketResult<Vec<Outlook>> {
        let mut outlooks = self.outlook(actor).await?;
        outlooks.retain(|outlook| outlook.placement.status != PlacementStatus::Void);
        let mut txn = self.store.begin().await?;
        for outlook in &outlooks {
            let id = &outlook.placement.id;
            txn.log(self.entry(actor, "export", Kind::Placement, id, serde_json::json!({})));
        }
        txn.commit().await?;
        Ok(outlooks)
    }

    /// One placement with what is to come of it; the look is in the audit trail.
    ///
    /// # Errors
    /// As [`Market::placement`].
    pub async fn outlook_of(&self, actor: &Actor, id: &PlacementId) -> MarketResult<Outlook> {
        let (placement, _) = self.placement(actor, id).await?;
        let found = self.outlook_on(actor, vec![placement]).await?.pop();
        found.ok_or(MarketError::NotFound)
    }

    async fn outlook_on(
        &self,
        actor: &Actor,
        placements: Vec<Placement>,
    ) -> MarketResult<Vec<Outlook>> {
        let today = self.now().day();
        let mut view = self.store.read().await?;
        let workers: BTreeSet<WorkerId> =
            placements.iter().map(|placement| placement.worker.clone()).collect();
        let circle = self.circle(&mut view, &workers).await?;
        let mut by_spell: BTreeMap<String, Vec<Due>> = BTreeMap::new();
        for due in circle.judge(today, |_| true)? {
            if let Some(spell) = due.row.spell.clone() {
                by_spell.entry(spell).or_default().push(due);
            }
        }
        let ids: BTreeSet<PlacementId> = placements.iter().map(|held| held.id.clone()).collect();
        let mut papers: BTreeMap<PlacementId, BTreeSet<String>> = BTreeMap::new();
        for (placement, paper) in view.papers_of(&ids).await? {
            papers.entry(placement).or_default().insert(paper);
        }
        let none = BTreeSet::new();
        let row = |placement: Placement| {
            let worker = circle.workers.get(&placement.worker)?.clone();
            let dues = by_spell.remove(placement.id.as_str()).unwrap_or_default();
            let there = papers.get(&placement.id).unwrap_or(&none);
            let mut claims: Vec<Claim> = circle
                .claims
                .iter()
                .filter(|claim| claim.placement.as_ref() == Some(&placement.id))
                .cloned()
                .collect();
            claims.retain(|claim| authority::reaches_claim(actor, Verb::ReadClaim, claim));
            Some(outlook(placement, worker, dues, claims, there, &circle, today))
        };
        Ok(placements.into_iter().filter_map(row).collect())
    }

    /// What a worker may claim, and may come to claim; the look is in the audit trail.
    ///
    /// # Errors
    /// As [`Market::worker`].
    pub async fn entitlements(&self, actor: &Actor, id: &WorkerId) -> MarketResult<Entitled> {
        let worker = self.worker(actor, id).await?;
        let mut view = self.store.read().await?;
        let circle = self.circle(&mut view, &BTreeSet::from([id.clone()])).await?;
        let today = self.now().day();
        let mut dues = circle.judge(today, |_| true)?;
        let last = circle.judge_last_cycle(today)?;
        let open = |due: &Due| !matches!(due.row.status, Status::Pending | Status::Ineligible);
        dues.extend(last.into_iter().filter(open));
        dues.retain(|due| {
            let rule = due.policy.rule(&due.row.rule);
            due.row.person.as_deref() == Some(id.as_str())
                && rule.is_some_and(|rule| rule.beneficiary == Beneficiary::Person)
        });
        let (home, cycle) = (circle.home(&worker, today), cycle_of(today)?);
        let Circle { mut claims, mut earnings, .. } = circle;
        claims.retain(|claim| claim.payee == Payee::Worker(id.clone()));
        earnings.retain(|earned| earned.worker == *id);
        Ok(Entitled { worker, dues, claims, earnings, cycle, home })
    }

    /// A claim with everything that a reviewer must see; the look is in the audit trail.
    ///
    /// # Errors
    /// As [`Market::claim`].
    pub async fn dossier(&self, actor: &Actor, id: &ClaimId) -> MarketResult<Dossier> {
        let claim = self.claim(actor, id).await?;
        let policy = policy_of(&claim)?;
        let rule = rule_of(policy, &claim.rule)?;
        let mut view = self.store.read().await?;
        let (due, circle) = match self.due_of(&mut view, &claim).await {
            Ok((due, circle)) => (Some(due), circle),
            Err(MarketError::NoClaim(_)) => {
                let ids: BTreeSet<WorkerId> = claim.worker.iter().cloned().collect();
                (None, self.circle(&mut view, &ids).await?)
            }
            Err(error) => return Err(error),
        };
        let placement = match &claim.placement {
            Some(id) => view.placement(id).await?,
            None => None,
        };
        let worker = claim.worker.as_ref().and_then(|id| circle.workers.get(id)).cloned();
        let earnings = earnings_of(&claim, policy, rule, &circle);
        let home = worker.as_ref().and_then(|worker| circle.home(worker, claim.as_of));
        let mut conflicts = conflicts(&claim, due.as_ref(), &circle);
        conflicts.extend(twice_told(&earnings));
        Ok(Dossier { claim, policy, rule, due, worker, placement, earnings, home, conflicts })
    }
}

fn outlook(
    placement: Placement,
    worker: Worker,
    dues: Vec<Due>,
    claims: Vec<Claim>,
    there: &BTreeSet<String>,
    circle: &Circle,
    today: Day,
) -> Outlook {
    let days_to = [3, 6].map(|months| {
        let full = placement.terms.start.add_months(months);
        let reached = placement.end().is_none_or(|end| full <= end.next());
        reached.then(|| today.days_until(full))
    });
    let mut lacking: Vec<&'static str> = Vec::new();
    let (mut expected, mut risks) = (Fen::ZERO, Vec::new());
    for due in &dues {
        let Some(rule) = due.policy.rule(&due.row.rule) else {
            continue;
        };
        let open = match due.row.status {
            Status::Eligible | Status::Pending | Status::NeedsRuling => true,
            Status::Paid | Status::Ineligible => false,
        };
        if open {
            for paper in rule.evidence.iter().filter(|paper| !there.contains(*paper)) {
                if !lacking.contains(&paper.as_str()) {
                    lacking.push(paper);
                }
            }
        }
        if let (Award::SpellFee(fee), Beneficiary::Broker) = (&rule.award, rule.beneficiary) {
            if open {
                expected = expected + fee.amount_fen;
                risks.extend(risks_of(due, &placement, circle, today));
            } else if due.row.status == Status::Ineligible {
                risks.push(super::claims::why_not(due));
            } else if claims.iter().all(|claim| !claim.stage.draws()) {
                risks.push("同一人同一事项由另一份登记领取".to_owned());
            }
        }
    }
    let drawn = |claim: &&Claim| claim.stage.draws() && matches!(claim.payee, Payee::Organiser(_));
    let earned = claims.iter().filter(drawn).filter_map(|claim| claim.amount).sum();
    let at_risk = if risks.is_empty() { Fen::ZERO } else { expected };
    Outlook { placement, worker, days_to, dues, claims, lacking, earned, expected, at_risk, risks }
}

/// What may keep an organiser's fee from coming.
fn risks_of(due: &Due, placement: &Placement, circle: &Circle, today: Day) -> Vec<String> {
    let mut risks = Vec::new();
    let lacks = |missing| due.row.missing.contains(&missing);
    if lacks(Missing::Contract) {
        risks.push("还没有劳动合同".to_owned());
    }
    if lacks(Missing::SocialInsurance) {
        let last = placement.end().map_or(today, |end| end.min(today));
        let whole = whole_months(placement.terms.start, last);
        let paid = placement.insured_by(today);
        if paid < whole {
            risks.push(format!("在岗满{whole}个月，社保只登记了{paid}个月"));
        }
    }
    if lacks(Missing::EmployerKind) {
        risks.push("用工主体不是企业，要由主管部门认定".to_owned());
    }
    let last_month = today.month().earlier(1);
    if placement.status == PlacementStatus::Running
        && placement.terms.start.month() <= last_month
        && !placement.proofs.contains(&last_month)
    {
        risks.push(format!("{last_month} 没有在岗证明"));
    }
    if rivals(placement, circle) > 0 {
        risks.push("另有经纪人登记了同一个人的这段就业".to_owned());
    }
    risks
}

fn whole_months(start: Day, last: Day) -> usize {
    (1..=600).take_while(|months| start.add_months(*months) <= last.next()).count()
}

/// Other organisers' placements of the same person in the same time.
fn rivals(placement: &Placement, circle: &Circle) -> usize {
    let rival = |other: &&Placement| {
        other.id != placement.id
            && other.worker == placement.worker
            && other.organiser != placement.organiser
            && other.overlaps(placement)
    };
    circle.placements.iter().filter(rival).count()
}

/// The income of the claim's cycle, as far as it was known when it was judged.
fn earnings_of(claim: &Claim, policy: &Policy, rule: &Rule, circle: &Circle) -> Vec<Earning> {
    let Some((from, to)) = policy.income_cycle(rule, claim.as_of) else {
        return Vec::new();
    };
    let days = from..=to.min(claim.as_of);
    let own = circle.earnings.iter().filter(|earned| claim.worker.as_ref() == Some(&earned.worker));
    own.filter(|earned| days.contains(&earned.day)).cloned().collect()
}

/// Wages that the ledger has and somebody declared as well, as far as day and amount tell.
fn twice_told(earnings: &[Earning]) -> Vec<String> {
    let is_declared = |earned: &Earning| matches!(earned.source, IncomeSource::Declared(_));
    let declared = earnings.iter().filter(|e| is_declared(e) && e.kind == IncomeKind::Wage);
    let in_ledger = |one: &Earning| {
        let mut paid = earnings.iter().filter(|other| !is_declared(other));
        paid.any(|other| other.day == one.day && other.amount == one.amount)
    };
    declared
        .filter(|one| in_ledger(one))
        .map(|one| {
            let (day, amount) = (one.day, one.amount);
            format!("{day} 申报的工资{amount}元，工资台账里有同日同额的一笔，请核对是否重复")
        })
        .collect()
}

fn conflicts(claim: &Claim, due: Option<&Due>, circle: &Circle) -> Vec<String> {
    let mut told = Vec::new();
    let Some(due) = due else {
        told.push("申报所依据的就业登记已经作废或改动，请退回".to_owned());
        return told;
    };
    if due.row.status != Status::Eligible && claim.stage.is_live() {
        let why = super::claims::why_not(due);
        told.push(format!("按现有登记重新核算，这一笔已不能付：{why}"));
    }
    for other in circle.claims.iter().filter(|other| other.id != claim.id) {
        if other.stage.is_live() && other.rule == claim.rule && shares_key(claim, other) {
            let stage = other.stage.label();
            told.push(format!("另一笔申报 {} 占用同一事项，现在“{stage}”", other.id));
        }
    }
    if let Some(placement) = claim.placement.as_ref().and_then(|id| circle.placement(id)) {
        for other in circle.placements.iter().filter(|other| {
            other.id != placement.id
                && other.worker == placement.worker
                && other.overlaps(placement)
        }) {
            let organiser = other.organiser.as_ref().map_or("无人组织", |_| "另一个经纪人");
            let (start, name) = (other.terms.start, &other.terms.employer.name);
            let place = county_name(&other.terms.division);
            told.push(format!(
                "同一人在同一时间另有就业登记：{start} 起，{name}（{place}），{organiser}"
            ));
        }
    }
    if due.row.notes.contains(&Reading::TwoTransports) {
        told.push("同一人同一年另有一种交通补贴，条文未写能否同享，请核对".to_owned());
    }
    if due.row.notes.contains(&Reading::HouseholdCut) {
        told.push("全户合计超过每户最高额，已按先达标者先得核减".to_owned());
    }
    if due.row.notes.contains(&Reading::OutsideTerm) {
        told.push("条件具备之日不在条文施行期内".to_owned());
    }
    told
}
