//! Claims to public money: through every desk, and many brokers at once. Nothing is
//! paid twice, and the ledger agrees with the claims to the fen.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use linggong::{
    domain::{
        account::{Account, Actor, Role},
        claim::{Claim, ClaimEvent, PaymentKind, Stage},
        evidence::About,
        ids::{AccountId, ClaimId, OrgId, PlacementId, Seedling, WorkerId},
        money::Fen,
        org::{Employer, EmployerKind, Org},
        placement::Placement,
        time::DAY,
    },
    market::{Decision, Ground, Market, MarketError, MarketResult, NewClaim, NewWorker, NoClaim},
    store::ClaimFilter,
};
use serde_json::{Value, json};

use crate::{World, clock::NOW, world::OPERATOR};

stories!(
    a_claim_goes_through_every_desk_to_paid,
    nobody_decides_about_a_claim_of_his_own,
    each_desk_has_its_own_queue,
    two_brokers_for_one_employment_are_paid_once,
    many_brokers_at_once_are_paid_once,
    a_higher_bracket_is_topped_up_once,
    a_household_never_draws_more_than_its_cap,
    two_allowances_for_one_year_are_shown,
    a_claim_goes_the_way_that_its_rule_names,
    an_objection_stops_a_claim,
    evidence_is_sealed_and_every_look_is_noted,
);

pub const FEE: &str = "broker-service-fee";
pub const HOUSEHOLD: &str = "transport-household";
pub const INCENTIVE: &str = "income-incentive";
pub const VILLAGE: &str = "640106100207";

/// Who has to do with claims.
pub struct Desks {
    pub village: Actor,
    pub town: Actor,
    pub hr: Actor,
    pub rural: Actor,
}

pub async fn actor(world: &World, role: Role, name: &str, kind: Option<EmployerKind>) -> Actor {
    let random = name.bytes().fold(7, |sum, b| sum * 31 + u128::from(b));
    let org: Option<OrgId> = kind.map(|_| name.parse().unwrap());
    if let (Some(id), Some(kind)) = (&org, kind) {
        let mut txn = world.market.store.begin().await.unwrap();
        let employer = Employer { name: format!("{name}公司"), uscc: None, kind };
        txn.add_org(&Org { id: id.clone(), employer }, NOW).await.unwrap();
        txn.commit().await.unwrap();
    }
    Actor::Account(Account {
        id: AccountId::grow(Seedling { at_ms: NOW.millis(), random }),
        login: name.to_owned(),
        role,
        org,
        station: (role == Role::Staff).then(|| "near".parse().unwrap()),
        worker: None,
    })
}

pub async fn desks(world: &World) -> Desks {
    world.station("near", crate::world::LAT).await;
    let kind = Some(EmployerKind::Enterprise);
    Desks {
        village: actor(world, Role::Village, VILLAGE, kind).await,
        town: actor(world, Role::Staff, "town", None).await,
        hr: actor(world, Role::Reviewer, "hr", kind).await,
        rural: actor(world, Role::Reviewer, "rural", kind).await,
    }
}

pub async fn broker(world: &World, name: &str) -> Actor {
    actor(world, Role::Broker, name, Some(EmployerKind::Broker)).await
}

/// A poor person of a household, registered at the station.
pub async fn person(world: &World, number: u32, household: &str) -> WorkerId {
    let input = json!({
        "name": format!("马小军{number}"),
        "phone": format!("139{number:08}"),
        "village": VILLAGE,
        "groups": ["poverty"],
        "household": household,
    });
    let new = NewWorker { station: Some("near".parse().unwrap()), ..NewWorker::default() };
    world.market.register(&OPERATOR, &input, new).await.unwrap().id
}

pub fn terms(number: u32, start: &str) -> Value {
    json!({
        "name": format!("马小军{number}"),
        "phone": format!("139{number:08}"),
        "employer": { "name": "苏州某电子公司", "kind": "enterprise" },
        "division": "320505",
        "start": start,
        "contract_signed": start,
    })
}

/// Insured for every month from the start to the day of the test.
pub async fn insure(world: &World, actor: &Actor, placement: &Placement) {
    let all = ["pension", "medical", "unemployment", "injury", "maternity"];
    let mut months = serde_json::Map::new();
    let mut month = placement.terms.start.month();
    while month <= world.market.now().day().month() {
        months.insert(month.to_string(), json!(all));
        month = month.later(1);
    }
    let patch = json!({ "insured": months });
    world.market.revise_placement(actor, &placement.id, &patch).await.unwrap();
}

async fn placed(world: &World, broker: &Actor, number: u32, start: &str) -> PlacementId {
    let placement = world.market.place(broker, &terms(number, start), false).await.unwrap();
    insure(world, broker, &placement).await;
    placement.id
}

pub async fn file(
    market: &Market,
    actor: &Actor,
    rule: &str,
    ground: Ground,
) -> MarketResult<ClaimId> {
    let new = NewClaim { rule: rule.to_owned(), ground, demo: false };
    let claim = market.file_claim(actor, &new).await?;
    step(market, actor, &claim.id, ClaimEvent::Submit).await?;
    Ok(claim.id)
}

pub async fn step(
    market: &Market,
    actor: &Actor,
    id: &ClaimId,
    event: ClaimEvent,
) -> MarketResult<Claim> {
    let decision = Decision { reason: Some("情况不清楚".to_owned()), ..Decision::default() };
    market.step_claim(actor, id, event, &decision).await
}

/// Takes a submitted claim through every desk until it is approved.
async fn approve(world: &World, desks: &Desks, bureau: &Actor, id: &ClaimId) {
    let market = &world.market;
    step(market, &desks.village, id, ClaimEvent::Pass).await.unwrap();
    world.clock.go(6 * DAY);
    market.end_notices().await.unwrap();
    step(market, &desks.town, id, ClaimEvent::Pass).await.unwrap();
    step(market, bureau, id, ClaimEvent::Pass).await.unwrap();
    world.clock.go(6 * DAY);
    market.end_notices().await.unwrap();
}

async fn claim(world: &World, id: &ClaimId) -> Claim {
    world.market.store.read().await.unwrap().claim(id).await.unwrap().unwrap()
}

/// What always holds: keys are drawn once, and the ledger agrees with the claims.
pub async fn check_ledger(world: &World) -> Fen {
    let mut view = world.market.store.read().await.unwrap();
    let claims = view.claims(&ClaimFilter::default(), 10_000).await.unwrap();
    let mut by_claim: BTreeMap<ClaimId, Fen> = BTreeMap::new();
    for payment in view.ledger().await.unwrap() {
        assert_eq!(payment.kind == PaymentKind::Paid, payment.amount > Fen::ZERO);
        let sum = by_claim.entry(payment.claim).or_default();
        *sum = *sum + payment.amount;
    }
    let mut keys = BTreeSet::new();
    let (mut total, mut fees): (Fen, BTreeMap<String, Fen>) = (Fen::ZERO, BTreeMap::new());
    for claim in &claims {
        let ledger = by_claim.remove(&claim.id).unwrap_or_default();
        let owed = if claim.stage == Stage::Paid { claim.amount.unwrap() } else { Fen::ZERO };
        assert_eq!(ledger, owed, "{claim:?}");
        total = total + owed;
        if !claim.stage.draws() {
            continue;
        }
        for held in &claim.keys {
            assert!(keys.insert((held.key.clone(), held.after)), "{held:?} twice");
            let sum = fees.entry(held.key.clone()).or_default();
            *sum = *sum + claim.amount.unwrap();
        }
    }
    assert!(by_claim.is_empty());
    for (key, sum) in fees {
        let most = match key.split('/').collect::<Vec<_>>()[..2] {
            [FEE, _] => 20_000,
            [HOUSEHOLD, _] => 140_000,
            [INCENTIVE, "household-cycle"] => 600_000,
            [INCENTIVE, _] => 500_000,
            _ => 80_000,
        };
        assert!(sum <= Fen(most), "{key}: {sum}");
    }
    total
}

async fn a_claim_goes_through_every_desk_to_paid(world: World) {
    let desks = desks(&world).await;
    let broker = broker(&world, "b1").await;
    person(&world, 1, "H1").await;
    let placement = placed(&world, &broker, 1, "2026-05-15").await;
    let ground = Ground::Placement(placement.clone());
    let id = file(&world.market, &broker, FEE, ground).await.unwrap();
    assert_eq!(claim(&world, &id).await.stage, Stage::VillageCheck);
    approve(&world, &desks, &desks.hr, &id).await;
    let approved = claim(&world, &id).await;
    assert_eq!((approved.stage, approved.amount), (Stage::Approved, Some(Fen(20_000))));
    let batch = world.market.batch(&desks.hr, None).await.unwrap();
    assert_eq!(batch.iter().map(|entry| entry.amount).sum::<Fen>(), Fen(20_000));
    step(&world.market, &desks.hr, &id, ClaimEvent::Pay).await.unwrap();
    assert_eq!(check_ledger(&world).await, Fen(20_000));
    let again = file(&world.market, &broker, FEE, Ground::Placement(placement)).await;
    assert!(matches!(again, Err(MarketError::NoClaim(NoClaim::NotEligible(_)))), "{again:?}");
    step(&world.market, &desks.hr, &id, ClaimEvent::ClawBack).await.unwrap();
    assert_eq!(check_ledger(&world).await, Fen::ZERO);
    world.verify().await;
}

async fn nobody_decides_about_a_claim_of_his_own(world: World) {
    let _ = desks(&world).await;
    person(&world, 1, "H1").await;
    let broker = broker(&world, "b1").await;
    let placement = placed(&world, &broker, 1, "2026-05-15").await;
    let staff = actor(&world, Role::Staff, "clerk", None).await;
    // Files for a worker of the station, and may not check it.
    let id = file(&world.market, &staff, HOUSEHOLD, Ground::Placement(placement)).await.unwrap();
    let admin = actor(&world, Role::Admin, "admin", None).await;
    step(&world.market, &admin, &id, ClaimEvent::Pass).await.unwrap();
    world.clock.go(6 * DAY);
    world.market.end_notices().await.unwrap();
    let own = step(&world.market, &staff, &id, ClaimEvent::Pass).await;
    assert!(matches!(own, Err(MarketError::NoClaim(NoClaim::OwnAffair))), "{own:?}");
}

async fn each_desk_has_its_own_queue(world: World) {
    let desks = desks(&world).await;
    let broker = broker(&world, "b1").await;
    let worker = person(&world, 1, "H1").await;
    let placement = placed(&world, &broker, 1, "2026-05-15").await;
    let income = json!({
        "date": "2026-10-20", "amount_fen": 1_000_000, "division": "320505", "kind": "wage"
    });
    world.market.declare_income(&OPERATOR, &worker, &income).await.unwrap();
    let fee = file(&world.market, &broker, FEE, Ground::Placement(placement)).await.unwrap();
    let today = world.market.now().day();
    let ground = Ground::Income(worker, today);
    let incentive = file(&world.market, &desks.town, INCENTIVE, ground).await.unwrap();
    let seen = async |actor: &Actor| -> Vec<ClaimId> {
        let claims = world.market.claims(actor, &[]).await.unwrap();
        claims.into_iter().map(|claim| claim.id).collect()
    };
    assert_eq!(seen(&desks.hr).await.as_slice(), std::slice::from_ref(&fee));
    assert_eq!(seen(&desks.rural).await.as_slice(), std::slice::from_ref(&incentive));
    assert_eq!(seen(&broker).await.as_slice(), std::slice::from_ref(&fee));
    assert_eq!(seen(&desks.village).await.len(), 2);
    // Neither bureau may act before its turn, nor on the other's.
    for (actor, id) in [(&desks.hr, &fee), (&desks.rural, &incentive)] {
        let early = step(&world.market, actor, id, ClaimEvent::Pass).await;
        assert!(matches!(early, Err(MarketError::NoClaim(NoClaim::OtherDesk))), "{early:?}");
    }
    let foreign = step(&world.market, &desks.rural, &fee, ClaimEvent::Pass).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
}

async fn two_brokers_for_one_employment_are_paid_once(world: World) {
    let desks = desks(&world).await;
    person(&world, 1, "H1").await;
    let mut filed = Vec::new();
    for name in ["b1", "b2"] {
        let broker = broker(&world, name).await;
        let placement = placed(&world, &broker, 1, "2026-05-15").await;
        let ground = Ground::Placement(placement);
        filed.push(file(&world.market, &broker, FEE, ground).await.unwrap());
    }
    // Whoever reviews one sees the other.
    let dossier = world.market.dossier(&desks.hr, &filed[0]).await.unwrap();
    assert!(dossier.conflicts.iter().any(|told| told.contains("占用同一事项")), "{dossier:?}");
    assert!(dossier.conflicts.iter().any(|told| told.contains("另一个经纪人")), "{dossier:?}");
    for id in &filed {
        approve(&world, &desks, &desks.hr, id).await;
    }
    let stages = [claim(&world, &filed[0]).await.stage, claim(&world, &filed[1]).await.stage];
    assert_eq!(stages, [Stage::Approved, Stage::Objection]);
    step(&world.market, &desks.hr, &filed[0], ClaimEvent::Pay).await.unwrap();
    let second = step(&world.market, &desks.hr, &filed[1], ClaimEvent::Pay).await;
    assert!(second.is_err());
    assert_eq!(check_ledger(&world).await, Fen(20_000));
}

async fn many_brokers_at_once_are_paid_once(world: World) {
    let desks = std::sync::Arc::new(desks(&world).await);
    person(&world, 1, "H1").await;
    let mut brokers = Vec::new();
    for number in 0..8 {
        brokers.push(broker(&world, &format!("b{number}")).await);
    }
    let lanes = brokers.into_iter().map(|broker| {
        let (market, desks) = (world.market.clone(), desks.clone());
        tokio::spawn(async move {
            let placement = market.place(&broker, &terms(1, "2026-05-15"), false).await.unwrap().id;
            let months: serde_json::Map<String, Value> =
                (5..=11).map(|m| (format!("2026-{m:02}"), json!(["pension"]))).collect();
            let patch = json!({ "insured": months });
            market.revise_placement(&broker, &placement, &patch).await.unwrap();
            let id = file(&market, &broker, FEE, Ground::Placement(placement)).await.unwrap();
            step(&market, &desks.village, &id, ClaimEvent::Pass).await.unwrap();
            id
        })
    });
    let filed: Vec<ClaimId> = join_all(lanes).await.into_iter().map(|id| id.unwrap()).collect();
    world.clock.go(6 * DAY);
    world.market.end_notices().await.unwrap();
    for id in &filed {
        step(&world.market, &desks.town, id, ClaimEvent::Pass).await.unwrap();
        step(&world.market, &desks.hr, id, ClaimEvent::Pass).await.unwrap();
    }
    world.clock.go(6 * DAY);
    // Two houses end the notices, and everybody pays whatever is to be had, all at once.
    let houses = (0..2).map(|_| {
        let market = world.market.clone();
        tokio::spawn(async move {
            // A round may meet what the other has just moved on.
            let _ = market.end_notices().await;
        })
    });
    join_all(houses).await;
    world.market.end_notices().await.unwrap();
    let payers = filed.iter().flat_map(|id| [id, id]).map(|id| {
        let (market, desks, id) = (world.market.clone(), desks.clone(), id.clone());
        tokio::spawn(async move { step(&market, &desks.hr, &id, ClaimEvent::Pay).await.is_ok() })
    });
    let paid = join_all(payers).await.into_iter().filter(|paid| *paid.as_ref().unwrap()).count();
    assert_eq!(paid, 1);
    assert_eq!(check_ledger(&world).await, Fen(20_000));
    world.verify().await;
}

async fn a_higher_bracket_is_topped_up_once(world: World) {
    let desks = desks(&world).await;
    let broker = broker(&world, "b1").await;
    person(&world, 1, "H1").await;
    let placement = placed(&world, &broker, 1, "2026-08-01").await;
    let ground = Ground::Placement(placement);
    let first = file(&world.market, &desks.town, HOUSEHOLD, ground.clone()).await.unwrap();
    let town = actor(&world, Role::Staff, "other-clerk", None).await;
    let desks = Desks { town, ..desks };
    approve(&world, &desks, &desks.hr, &first).await;
    assert_eq!(claim(&world, &first).await.amount, Some(Fen(100_000)));
    step(&world.market, &desks.hr, &first, ClaimEvent::Pay).await.unwrap();
    // Six months are over on 1 February 2027.
    world.clock.go(80 * DAY);
    let clerk = actor(&world, Role::Staff, "third-clerk", None).await;
    let second = file(&world.market, &clerk, HOUSEHOLD, ground.clone()).await.unwrap();
    let twice = file(&world.market, &clerk, HOUSEHOLD, ground).await;
    assert!(matches!(twice, Err(MarketError::NoClaim(NoClaim::Claimed))), "{twice:?}");
    approve(&world, &desks, &desks.hr, &second).await;
    step(&world.market, &desks.hr, &second, ClaimEvent::Pay).await.unwrap();
    assert_eq!(claim(&world, &second).await.amount, Some(Fen(40_000)));
    assert_eq!(check_ledger(&world).await, Fen(140_000));
}

async fn a_household_never_draws_more_than_its_cap(world: World) {
    let desks = desks(&world).await;
    let clerk = actor(&world, Role::Staff, "clerk", None).await;
    let mut filed = Vec::new();
    for number in 1..=3 {
        let worker = person(&world, number, "H1").await;
        let income = json!({
            "date": format!("2026-10-1{number}"), "amount_fen": 3_000_000,
            "division": "320505", "kind": "self_employment"
        });
        world.market.declare_income(&OPERATOR, &worker, &income).await.unwrap();
        let today = world.market.now().day();
        let ground = Ground::Income(worker, today);
        filed.push(file(&world.market, &clerk, INCENTIVE, ground).await);
    }
    let first = filed[0].as_ref().unwrap();
    let dossier = world.market.dossier(&desks.rural, first).await.unwrap();
    assert!(dossier.conflicts.iter().any(|told| told.contains("每户最高额")), "{dossier:?}");
    for id in filed.iter().flatten() {
        approve(&world, &desks, &desks.rural, id).await;
        let _ = step(&world.market, &desks.rural, id, ClaimEvent::Pay).await;
    }
    assert_eq!(check_ledger(&world).await, Fen(600_000));
}

async fn two_allowances_for_one_year_are_shown(world: World) {
    let desks = desks(&world).await;
    let broker = broker(&world, "b1").await;
    person(&world, 1, "H1").await;
    let placement = placed(&world, &broker, 1, "2026-05-15").await;
    let clerk = actor(&world, Role::Staff, "clerk", None).await;
    for rule in ["transport-annual", HOUSEHOLD] {
        let ground = Ground::Placement(placement.clone());
        let id = file(&world.market, &clerk, rule, ground).await.unwrap();
        let dossier = world.market.dossier(&desks.hr, &id).await.unwrap();
        let told = dossier.conflicts.iter().any(|told| told.contains("另有一种交通补贴"));
        assert!(told, "{rule}: {:?}", dossier.conflicts);
    }
}

async fn a_claim_goes_the_way_that_its_rule_names(world: World) {
    let desks = desks(&world).await;
    let market = &world.market;
    let worker = world.worker(55).await;
    let terms = json!({
        "worker_id": worker.as_str(), "division": "640106", "start": "2026-10-01",
        "hukou": "640106",
        "employer": { "name": "新村就业帮扶车间", "kind": "workshop" },
    });
    market.place(&OPERATOR, &terms, false).await.unwrap();
    let entity = market.absorbed(&OPERATOR).await.unwrap().remove(0).entity;
    let ground = Ground::Roster(entity);
    let rule = "absorption-workshop";
    // Nobody whom the clause names was absorbed: there is nothing to ask for.
    let clerk = actor(&world, Role::Staff, "clerk", None).await;
    let none = file(market, &clerk, rule, ground.clone()).await;
    assert!(matches!(none, Err(MarketError::NoClaim(NoClaim::NotEligible(_)))), "{none:?}");
    let input = json!({
        "name": "海小燕", "phone": "13900000777", "village": VILLAGE, "groups": ["low_income"],
    });
    let new = NewWorker { station: Some("near".parse().unwrap()), ..NewWorker::default() };
    let second = market.register(&OPERATOR, &input, new).await.unwrap().id;
    let mut terms = terms;
    terms["worker_id"] = json!(second.as_str());
    market.place(&OPERATOR, &terms, false).await.unwrap();
    let id = file(market, &clerk, rule, ground.clone()).await.unwrap();
    // No village and no village's notice for an entity.
    assert_eq!(claim(&world, &id).await.stage, Stage::TownCheck);
    step(market, &desks.town, &id, ClaimEvent::Pass).await.unwrap();
    // The plan gives a range: the bureau sets the amount, and within it.
    for amount in [None, Some(Fen(1_999_999)), Some(Fen(10_000_001))] {
        let decision = Decision { amount, ..Decision::default() };
        let refused = market.step_claim(&desks.hr, &id, ClaimEvent::Pass, &decision).await;
        assert!(matches!(refused, Err(MarketError::Invalid(_))), "{amount:?}: {refused:?}");
    }
    let decision = Decision { amount: Some(Fen(2_000_000)), ..Decision::default() };
    market.step_claim(&desks.hr, &id, ClaimEvent::Pass, &decision).await.unwrap();
    world.clock.go(6 * DAY);
    market.end_notices().await.unwrap();
    step(market, &desks.hr, &id, ClaimEvent::Pay).await.unwrap();
    // Once and never again.
    let again = file(market, &clerk, rule, ground).await;
    assert!(matches!(again, Err(MarketError::NoClaim(NoClaim::NotEligible(_)))), "{again:?}");
    let ledger = market.store.read().await.unwrap().ledger().await.unwrap();
    assert_eq!(ledger.iter().map(|payment| payment.amount).sum::<Fen>(), Fen(2_000_000));
    world.verify().await;
}

async fn an_objection_stops_a_claim(world: World) {
    let desks = desks(&world).await;
    let broker = broker(&world, "b1").await;
    person(&world, 1, "H1").await;
    let placement = placed(&world, &broker, 1, "2026-05-15").await;
    let id = file(&world.market, &broker, FEE, Ground::Placement(placement)).await.unwrap();
    let early = world.market.object(&Actor::House, &id, "他没有去务工", "").await;
    assert!(matches!(early, Err(MarketError::NotFound)));
    step(&world.market, &desks.village, &id, ClaimEvent::Pass).await.unwrap();
    let notice = world.market.notices().await.unwrap().pop().unwrap();
    assert_eq!(notice.person.as_deref(), Some("马***"));
    assert_eq!(notice.days.0.days_until(notice.days.1), 5);
    world.market.object(&Actor::House, &id, "他没有去务工", "13900000009").await.unwrap();
    assert!(world.market.notices().await.unwrap().is_empty());
    world.clock.go(20 * DAY);
    assert_eq!(world.market.end_notices().await.unwrap(), 0);
    // Raised in the village: the town looks into it, and the same notice goes on.
    let bureau = step(&world.market, &desks.hr, &id, ClaimEvent::Dismiss).await;
    assert!(matches!(bureau, Err(MarketError::NoClaim(NoClaim::OtherDesk))));
    let back = step(&world.market, &desks.town, &id, ClaimEvent::Dismiss).await.unwrap();
    assert_eq!(back.stage, Stage::VillageNotice);
    assert_eq!(world.market.end_notices().await.unwrap(), 1);
    assert_eq!(claim(&world, &id).await.stage, Stage::TownCheck);
}

async fn evidence_is_sealed_and_every_look_is_noted(world: World) {
    let _ = desks(&world).await;
    let (broker, other) = (broker(&world, "b1").await, broker(&world, "b2").await);
    person(&world, 1, "H1").await;
    let placement = placed(&world, &broker, 1, "2026-05-15").await;
    let about = About::Placement(placement.clone());
    let bytes = b"%PDF-1.7 a secret contract %%EOF";
    let market = &world.market;
    let operator = &OPERATOR;
    let held = market.add_evidence(operator, about.clone(), "劳动合同", bytes).await.unwrap();
    assert_eq!(held.sha256.len(), 64);
    let script = market.add_evidence(operator, about.clone(), "劳动合同", b"<script>").await;
    assert!(matches!(script, Err(MarketError::NotEvidence(_))));
    // Whose business it is not learns nothing of the file's faults.
    let foreign = market.add_evidence(&other, about.clone(), "劳动合同", b"<script>").await;
    assert!(matches!(foreign, Err(MarketError::NotFound)), "{foreign:?}");
    let unnamed = market.add_evidence(operator, about, "秘密", bytes).await;
    assert!(matches!(unnamed, Err(MarketError::Invalid(_))));
    let before = market.store.read().await.unwrap().log_seq().await.unwrap();
    let (_, seen) = market.look_at_evidence(&broker, &held.id).await.unwrap();
    assert_eq!(seen, bytes);
    let after = market.store.read().await.unwrap().log_seq().await.unwrap();
    assert_eq!(after, before + 1);
    let foreign = market.look_at_evidence(&other, &held.id).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)));
    let foreign = market.placement(&other, &placement).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)));
}
