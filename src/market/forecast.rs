//! What falls due: by rule and town, over the next days; what is set aside and what was paid; and
//! the same placements under another policy.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    circle::Circle,
    placements::village_code,
};
use crate::{
    domain::{
        account::{Account, Actor},
        calendar::Day,
        claim::Budget,
        division,
        fields::FieldErrors,
        ids::{StationId, WorkerId},
        limits,
        money::Fen,
        placement::{Placement, PlacementStatus},
    },
    policy::{self, Case, Entitlement, Insurance, Policy, Status, evaluate, in_force},
    store::{Kind, PlacementFilter, View},
};

/// The spans that a forecast looks over, days.
pub const HORIZONS: [u32; 3] = [30, 90, 180];

/// How much, and of how many entitlements. A range counts with both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Entitlements.
    pub count: usize,
    /// At least.
    pub low: Fen,
    /// At most.
    pub high: Fen,
}

impl Sum {
    fn add(&mut self, low: Fen, high: Fen) {
        self.count += 1;
        self.low = self.low + low;
        self.high = self.high + high;
    }
}

/// One rule's line of a forecast.
#[derive(Clone, Debug)]
pub struct Line {
    /// The rule's id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Its clause.
    pub clause: String,
    /// Due today and not drawn.
    pub now: Sum,
    /// What more falls due within each of [`HORIZONS`].
    pub within: [Sum; 3],
    /// The same by town.
    pub towns: BTreeMap<String, [Sum; 3]>,
    /// Set aside this calendar year.
    pub budget: Option<Fen>,
    /// Paid this calendar year, less what was asked back.
    pub paid: Fen,
}

/// What a rule gives whom, at least and at most.
type Given = BTreeMap<(String, String), (Fen, Fen)>;

impl Market {
    /// What falls due under the policy in force, or under another.
    ///
    /// It takes for granted that everybody stays on the job and that papers and insurance come in.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn forecast(&self, actor: &Actor, other: Option<&Policy>) -> MarketResult<Vec<Line>> {
        let station = self.foresees(actor)?;
        let today = self.now().day();
        let policy = match other {
            Some(other) => other,
            None => {
                let library = policy::library()?;
                in_force(library, today)
                    .ok_or_else(|| MarketError::Facts(format!("no policy holds on {today}")))?
            }
        };
        let mut view = self.store.read().await?;
        let filter = PlacementFilter { station, ..PlacementFilter::default() };
        let mut held = view.placements(&filter, limits::PLACEMENTS_MAX).await?;
        held.retain(|placement| placement.status != PlacementStatus::Void);
        let workers: BTreeSet<WorkerId> = held.iter().map(|held| held.worker.clone()).collect();
        let circle = self.circle(&mut view, &workers).await?;
        let entities: BTreeSet<String> = held.iter().map(Placement::employer_key).collect();
        let after = |days| (today, today.add_days(days));
        let now = self.given(&mut view, policy, (&circle, &entities), after(0)).await?;
        let mut lines: Vec<Line> = policy
            .rules
            .iter()
            .filter(|rule| rule.is_claimable())
            .map(|rule| Line {
                rule: rule.id.clone(),
                title: rule.title.clone(),
                clause: rule.clause.clone(),
                now: Sum::default(),
                within: [Sum::default(); 3],
                towns: BTreeMap::new(),
                budget: None,
                paid: Fen::ZERO,
            })
            .collect();
        for ((rule, _), (low, high)) in &now {
            if let Some(line) = lines.iter_mut().find(|line| line.rule == *rule) {
                line.now.add(*low, *high);
            }
        }
        for (at, days) in HORIZONS.into_iter().enumerate() {
            let ground = (&circle, &entities);
            let then = self.given(&mut view, policy, ground, after(days)).await?;
            for ((rule, whose), (low, high)) in then {
                let key = (rule, whose);
                let (low_now, high_now) = now.get(&key).copied().unwrap_or_default();
                let (more_low, more_high) = (low - low_now, high - high_now);
                let Some(line) = lines.iter_mut().find(|line| line.rule == key.0) else {
                    continue;
                };
                if more_high <= Fen::ZERO {
                    continue;
                }
                let more_low = more_low.max(Fen::ZERO);
                line.within[at].add(more_low, more_high);
                let town = match entities.contains(&key.1) {
                    true => "用人单位（不分镇）".to_owned(),
                    false => town_of(&circle, &key.1),
                };
                let town = line.towns.entry(town).or_default();
                town[at].add(more_low, more_high);
            }
        }
        self.spent(&mut view, &mut lines, today).await?;
        Ok(lines)
    }

    /// What the policy gives on a day to come, if everything goes on: by rule, and by spell, person or
    /// entity.
    async fn given(
        &self,
        view: &mut View,
        policy: &Policy,
        (circle, entities): (&Circle, &BTreeSet<String>),
        (today, then): (Day, Day),
    ) -> MarketResult<Given> {
        let mut case = circle.case(then, policy, |_| true);
        carry_on(&mut case, today);
        let mut given = Given::new();
        for row in evaluate(policy, &case)?.entitlements {
            let whose = row.spell.clone().or(row.person.clone()).unwrap_or_default();
            add(&mut given, row, whose);
        }
        for entity in entities {
            for row in self.absorption_under(view, policy, entity, then, None).await? {
                add(&mut given, row, entity.clone());
            }
        }
        Ok(given)
    }

    async fn spent(&self, view: &mut View, lines: &mut [Line], today: Day) -> MarketResult<()> {
        for budget in view.budgets().await?.into_iter().filter(|held| held.year == today.year()) {
            if let Some(line) = lines.iter_mut().find(|line| line.rule == budget.rule) {
                line.budget = Some(budget.amount);
            }
        }
        for (rule, paid) in view.spent_in(today.year()).await? {
            if let Some(line) = lines.iter_mut().find(|line| line.rule == rule) {
                line.paid = paid;
            }
        }
        Ok(())
    }

    fn foresees(&self, actor: &Actor) -> MarketResult<Option<StationId>> {
        let Some(account) = actor.account() else {
            return Ok(None);
        };
        let of = |account: &Account| account.station.clone().ok_or(MarketError::Forbidden);
        match authority::reach(account.role, Verb::Foresee) {
            authority::Reach::Any => Ok(None),
            authority::Reach::Station => Ok(Some(of(account)?)),
            authority::Reach::Own | authority::Reach::Nothing => Err(MarketError::Forbidden),
        }
    }

    /// Sets aside an amount for a rule and calendar year.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] for whoever does not pay; [`MarketError::Invalid`].
    pub async fn set_budget(&self, actor: &Actor, budget: &Budget) -> MarketResult<()> {
        if !authority::may(actor, Verb::PayClaim) {
            return Err(MarketError::Forbidden);
        }
        let rules = policy::library()?.iter().flat_map(|policy| &policy.rules);
        if !rules.filter(|rule| rule.is_claimable()).any(|rule| rule.id == budget.rule) {
            return Err(FieldErrors::one("rule", "unknown", "没有这一项").into());
        }
        if budget.amount < Fen::ZERO {
            return Err(FieldErrors::one("amount", "range", "金额不能是负数").into());
        }
        let mut txn = self.store.begin().await?;
        txn.put_budget(budget).await?;
        let detail = json!({ "year": budget.year, "amount_fen": budget.amount.0 });
        txn.log(self.entry(actor, "set_budget", Kind::Budget, &budget.rule, detail));
        txn.commit().await?;
        Ok(())
    }
}

fn add(given: &mut Given, row: Entitlement, whose: String) {
    let amounts = row.payable.map(|payable| (payable, payable)).or(row.range);
    if let Some(amounts) = amounts.filter(|_| row.status == Status::Eligible) {
        given.insert((row.rule, whose), amounts);
    }
}

/// Whoever works stays, and the papers come in.
fn carry_on(case: &mut Case, today: Day) {
    let as_of = case.as_of;
    for spell in case.spells.iter_mut().filter(|spell| spell.end.is_none_or(|end| end >= today)) {
        spell.contract_signed = spell.contract_signed.or(Some(spell.start));
        let mut month = spell.start.month();
        while month <= as_of.month() {
            if !spell.insured_months.contains(&month) {
                spell.insured_months.push(month);
            }
            month = month.later(1);
        }
        spell.insurances = Insurance::ALL.to_vec();
    }
}

fn town_of(circle: &Circle, whose: &str) -> String {
    let by_spell = whose.parse().ok().and_then(|id| circle.placement(&id));
    let worker = match by_spell {
        Some(placement) => circle.workers.get(&placement.worker),
        None => whose.parse().ok().and_then(|id: WorkerId| circle.workers.get(&id)),
    };
    let code = worker.and_then(village_code);
    let village = code.and_then(|code| division::village(&code, "").ok());
    village.map_or_else(|| "未登记村（社区）".to_owned(), |village| village.town.to_owned())
}
