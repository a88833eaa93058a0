//! Claims at random, many hands at once: brokers register and file, desks decide, people object, the
//! clock goes on. Between the rounds the whole is compared with what must hold: no key is paid
//! twice, the ledger equals the claims, and every step in the audit trail is one that a claim has.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use linggong::{
    domain::{
        account::{Actor, Role},
        calendar::Day,
        claim::{Claim, ClaimEvent, Stage},
        ids::{PlacementId, WorkerId},
        money::Fen,
        placement::Ending,
        time::DAY,
    },
    market::{Decision, Ground, MarketError, MarketResult, PlacementMove},
    policy::shipped,
    store::{ClaimFilter, Kind},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use crate::{
    World,
    claims::{
        Desks, FEE, HOUSEHOLD, INCENTIVE, actor, broker, check_ledger, desks, file, insure, person,
        terms,
    },
    world::OPERATOR,
};

stories!(whatever_happens_nothing_is_paid_twice);

const SEED: u64 = 20_261_124;
const ROUNDS: usize = 16;
const LANES: u64 = 4;
const TURNS: usize = 9;

/// What may be refused at random; anything else is a fault of the house.
fn expected(error: &MarketError) -> bool {
    matches!(
        error,
        MarketError::NoClaim(_)
            | MarketError::ClaimRefused(_)
            | MarketError::PlacementRefused(_)
            | MarketError::NotFound
            | MarketError::Forbidden
            | MarketError::Stale
            | MarketError::Duplicate { .. }
            | MarketError::Invalid(_)
    )
}

/// One pair of hands at work beside the others.
struct Lane<'w> {
    world: &'w World,
    desks: &'w Desks,
    people: &'w [WorkerId],
    broker: Actor,
    clerk: Actor,
    dice: ChaCha20Rng,
    refused: usize,
}

impl Lane<'_> {
    async fn work(&mut self, round: usize) {
        for turn in 0..TURNS {
            if let Err(error) = self.turn().await {
                assert!(expected(&error), "seed {SEED}, round {round}, turn {turn}: {error:?}");
                self.refused += 1;
            }
        }
    }

    async fn turn(&mut self) -> MarketResult<()> {
        match self.dice.random_range(0..20) {
            0..2 => self.place().await,
            2 => self.declare().await,
            3..6 => self.file().await,
            6 => self.end().await,
            7 => self.object().await,
            _ => self.decide().await,
        }
    }

    fn any<'a, T>(&mut self, held: &'a [T]) -> Option<&'a T> {
        (!held.is_empty()).then(|| &held[self.dice.random_range(0..held.len())])
    }

    async fn place(&mut self) -> MarketResult<()> {
        let number = self.dice.random_range(0..self.people.len()) as u32;
        let back = self.dice.random_range(10..300);
        let start: Day = self.world.market.now().plus(-back * DAY).day();
        let terms = terms(number, &start.to_string());
        let placement = self.world.market.place(&self.broker, &terms, false).await?;
        insure(self.world, &self.broker, &placement).await;
        Ok(())
    }

    async fn declare(&mut self) -> MarketResult<()> {
        let people = self.people;
        let Some(worker) = self.any(people) else {
            return Ok(());
        };
        let income = json!({
            "date": self.world.market.now().day().to_string(),
            "amount_fen": self.dice.random_range(1..3_000_000),
            "division": "320505", "kind": "wage",
        });
        self.world.market.declare_income(&self.clerk, worker, &income).await?;
        Ok(())
    }

    async fn placements(&self) -> Vec<PlacementId> {
        let held = self.world.market.placements(&OPERATOR).await.unwrap();
        held.into_iter().map(|placement| placement.id).collect()
    }

    async fn file(&mut self) -> MarketResult<()> {
        let (held, people) = (self.placements().await, self.people);
        let placement = self.any(&held).cloned();
        let (rule, ground) = match (self.dice.random_range(0..4), placement) {
            (0, Some(id)) => (FEE, Ground::Placement(id)),
            (1, Some(id)) => (HOUSEHOLD, Ground::Placement(id)),
            (2, Some(id)) => ("transport-annual", Ground::Placement(id)),
            _ => {
                let Some(worker) = self.any(people) else {
                    return Ok(());
                };
                let today = self.world.market.now().day();
                (INCENTIVE, Ground::Income(worker.clone(), today))
            }
        };
        let by_broker = self.dice.random_bool(if rule == FEE { 0.9 } else { 0.1 });
        let filer = if by_broker { &self.broker } else { &self.clerk };
        file(&self.world.market, filer, rule, ground).await?;
        Ok(())
    }

    async fn end(&mut self) -> MarketResult<()> {
        let held = self.placements().await;
        let Some(id) = self.any(&held).filter(|_| held.len() > 8) else {
            return Ok(());
        };
        let ending =
            Ending { day: self.world.market.now().day(), reason: "回家务农".to_owned() };
        self.world.market.move_placement(&OPERATOR, id, PlacementMove::End(ending)).await?;
        Ok(())
    }

    async fn claims(&self, stages: &[Stage]) -> Vec<Claim> {
        self.world.market.claims(&OPERATOR, stages).await.unwrap()
    }

    async fn object(&mut self) -> MarketResult<()> {
        let held = self.claims(&[Stage::VillageNotice, Stage::BureauNotice]).await;
        if let Some(claim) = self.any(&held).filter(|_| held.len() > 2) {
            self.world.market.object(&Actor::House, &claim.id, "有问题", "").await?;
        }
        Ok(())
    }

    /// Somebody decides about some claim: mostly whoever should, as most are decided; else anybody
    /// anything.
    async fn decide(&mut self) -> MarketResult<()> {
        let held = self.claims(&[]).await;
        let going: Vec<Claim> =
            held.iter().filter(|claim| claim.stage.is_live()).cloned().collect();
        let (desks, broker, clerk) = (self.desks, self.broker.clone(), self.clerk.clone());
        let bureau = |claim: &Claim| if claim.rule == INCENTIVE { &desks.rural } else { &desks.hr };
        let usual = self.dice.random_bool(0.85);
        let Some(claim) = self.any(if usual { &going } else { &held }).cloned() else {
            return Ok(());
        };
        let events = ClaimEvent::ALL;
        let (actor, event) = if usual {
            let pass = match self.dice.random_range(0..10) {
                0 => ClaimEvent::Return,
                1 if self.dice.random_bool(0.4) => ClaimEvent::Reject,
                _ => ClaimEvent::Pass,
            };
            match claim.stage {
                Stage::VillageCheck => (&desks.village, pass),
                Stage::TownCheck => (&desks.town, pass),
                Stage::BureauCheck => (bureau(&claim), pass),
                Stage::Approved => (bureau(&claim), ClaimEvent::Pay),
                Stage::Paid if self.dice.random_bool(0.1) => (bureau(&claim), ClaimEvent::ClawBack),
                Stage::Objection if claim.notice == Some(Stage::VillageNotice) => {
                    (&desks.town, ClaimEvent::Dismiss)
                }
                Stage::Objection => (bureau(&claim), ClaimEvent::Dismiss),
                _ if claim.filed_by == clerk.name() => (&clerk, ClaimEvent::Submit),
                _ => (&broker, ClaimEvent::Submit),
            }
        } else {
            let actors = [&desks.village, &desks.town, &desks.hr, &desks.rural, &clerk, &broker];
            let at = self.dice.random_range(0..actors.len());
            (actors[at], events[self.dice.random_range(0..events.len())])
        };
        let decision = Decision {
            reason: Some("情况不清楚".to_owned()),
            amount: Some(Fen(self.dice.random_range(10_000..90_000))),
            batch: None,
        };
        self.world.market.step_claim(actor, &claim.id, event, &decision).await?;
        Ok(())
    }
}

/// The event that stands behind a word of the audit trail.
fn event_of(verb: &str) -> ClaimEvent {
    match verb {
        "submit_claim" => ClaimEvent::Submit,
        "pass_claim" => ClaimEvent::Pass,
        "end_notice" => ClaimEvent::EndNotice,
        "object" => ClaimEvent::Object,
        "dismiss_objection" => ClaimEvent::Dismiss,
        "return_claim" => ClaimEvent::Return,
        "reject_claim" => ClaimEvent::Reject,
        "withdraw_claim" => ClaimEvent::Withdraw,
        "pay_claim" => ClaimEvent::Pay,
        "claw_back_claim" => ClaimEvent::ClawBack,
        other => panic!("no event {other}"),
    }
}

/// Each claim's way in the audit trail is one that its life has, and ends where the claim stands.
/// Answers how often each step was taken.
async fn check_trail(world: &World) -> BTreeMap<&'static str, usize> {
    let policy = shipped().unwrap();
    let mut taken = BTreeMap::new();
    let mut view = world.market.store.read().await.unwrap();
    for claim in view.claims(&ClaimFilter::default(), 10_000).await.unwrap() {
        let path = policy.path(policy.rule(&claim.rule).unwrap());
        let (mut stage, mut notice) = (Stage::Draft, None);
        for row in view.log_of(Kind::Claim, claim.id.as_str(), 1_000).await.unwrap() {
            let detail: Value = serde_json::from_str(&row.detail).unwrap();
            let Some(from) = detail["from"].as_str() else {
                continue;
            };
            let event = event_of(&row.verb);
            assert_eq!(from, stage.word(), "{claim:?}");
            if event == ClaimEvent::Object {
                notice = Some(stage);
            }
            stage = stage.next(event, path, notice).unwrap();
            assert_eq!(detail["to"], stage.word(), "{claim:?}");
            *taken.entry(event.word()).or_default() += 1;
        }
        assert_eq!(stage, claim.stage, "{claim:?}");
    }
    taken
}

async fn whatever_happens_nothing_is_paid_twice(world: World) {
    let desks = desks(&world).await;
    let mut people = Vec::new();
    for number in 0..6 {
        people.push(
            person(&world, number, ["H1", "H1", "H1", "H2", "H2", "H3"][number as usize]).await,
        );
    }
    let mut lanes = Vec::new();
    for number in 0..LANES {
        lanes.push(Lane {
            world: &world,
            desks: &desks,
            people: &people,
            broker: broker(&world, &format!("b{number}")).await,
            clerk: actor(&world, Role::Staff, &format!("clerk{number}"), None).await,
            dice: ChaCha20Rng::seed_from_u64(SEED + number),
            refused: 0,
        });
    }
    let mut dice = ChaCha20Rng::seed_from_u64(SEED);
    for round in 0..ROUNDS {
        join_all(lanes.iter_mut().map(|lane| lane.work(round))).await;
        world.clock.go(dice.random_range(3..9) * DAY);
        world.market.end_notices().await.unwrap();
        check_ledger(&world).await;
    }
    let total = check_ledger(&world).await;
    let taken = check_trail(&world).await;
    let refused: usize = lanes.iter().map(|lane| lane.refused).sum();
    let often = |event: ClaimEvent| taken.get(event.word()).copied().unwrap_or_default();
    // A model that hardly ever comes to the end would show nothing.
    assert!(often(ClaimEvent::Pay) >= 5, "seed {SEED}: {taken:?}");
    let seldom =
        [ClaimEvent::Return, ClaimEvent::Object, ClaimEvent::Dismiss, ClaimEvent::EndNotice];
    assert!(seldom.into_iter().all(|event| often(event) > 0), "seed {SEED}: {taken:?}");
    assert!(total > Fen::ZERO && refused > 0, "seed {SEED}: {refused} refused, {taken:?}");
    // The trail is whole.
    world.verify().await;
}
