//! Income from work (七): wages that the ledger says were paid, by the day of each payment, and what
//! is declared beside them.

use linggong::{
    domain::{
        account::Role,
        claim::{ClaimEvent, Stage},
        ids::WorkerId,
        income::IncomeSource,
        ledger::WageEntry,
        money::Fen,
        time::HOUR,
    },
    market::{Adjustment, Due, Ground, MarketError},
    policy::Status,
};
use serde_json::{Value, json};

use crate::{
    World,
    claims::{INCENTIVE, actor, broker, desks, file, person, step},
    work::pay,
    world::{OPERATOR, request},
};

stories!(
    wages_that_were_paid_count_by_the_day_of_each_payment,
    wages_earned_at_home_do_not_count,
    declared_income_can_be_taken_back,
    the_cycle_that_is_over_can_still_be_claimed,
);

/// A wage of 12,000 yuan for a day's work of this person under a posting with these fields.
async fn wage(world: &World, worker: &WorkerId, fields: &Value) -> WageEntry {
    let market = &world.market;
    let employer = world.employer("acme").await;
    let job = world.opened_by(&employer, fields).await;
    let booking = market.book(&OPERATOR, &job, &request(worker)).await.unwrap().booking;
    world.clock.go(22 * HOUR);
    market.check_in(&employer, &booking.id, None).await.unwrap();
    world.clock.go(9 * HOUR);
    market.check_out(&employer, &booking.id, None).await.unwrap();
    let wage = world.wage(&booking).await;
    let extra = Fen(1_200_000 - wage.promised.0);
    let why = Some("包月结清".to_owned());
    let change = Adjustment { extra, why, ..Adjustment::default() };
    market.adjust(&OPERATOR, &wage.id, &change).await.unwrap()
}

async fn incentives(world: &World, worker: &WorkerId) -> Vec<Due> {
    let held = world.market.entitlements(&OPERATOR, worker).await.unwrap();
    held.dues.into_iter().filter(|due| due.row.rule == INCENTIVE).collect()
}

/// What the incentive of the running cycle comes to now.
async fn payable(world: &World, worker: &WorkerId) -> Fen {
    let today = world.market.now().day();
    let dues = incentives(world, worker).await;
    let now = dues.into_iter().find(|due| due.as_of == today);
    now.and_then(|due| due.row.payable).unwrap_or_default()
}

async fn wages_that_were_paid_count_by_the_day_of_each_payment(world: World) {
    let desks = desks(&world).await;
    let market = &world.market;
    let worker = person(&world, 1, "H1").await;
    let wage = wage(&world, &worker, &json!({ "division": "320505" })).await;
    // What is owed is no income yet, and neither is a part below the first tier.
    assert_eq!(payable(&world, &worker).await, Fen::ZERO);
    market.pay(&OPERATOR, &wage.id, &pay(500_000)).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen::ZERO);
    market.pay(&OPERATOR, &wage.id, &pay(700_000)).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen(100_000));
    let held = market.entitlements(&OPERATOR, &worker).await.unwrap();
    let amounts: Vec<Fen> = held.earnings.iter().map(|earned| earned.amount).collect();
    assert_eq!(amounts, [Fen(500_000), Fen(700_000)]);
    assert!(held.earnings.iter().all(|earned| matches!(earned.source, IncomeSource::Ledger(..))));
    // Who says that it did not arrive is believed.
    market.deny_wage(&OPERATOR, &wage.id).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen::ZERO);
    market.pay(&OPERATOR, &wage.id, &pay(1_200_000)).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen(100_000));
    // Ledger and declaration add up; who reviews sees what looks like the same money.
    let again = json!({
        "date": market.now().day().to_string(), "amount_fen": 1_200_000,
        "division": "320505", "kind": "wage",
    });
    market.declare_income(&OPERATOR, &worker, &again).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen(200_000));
    let clerk = actor(&world, Role::Staff, "clerk", None).await;
    let ground = Ground::Income(worker.clone(), market.now().day());
    let id = file(market, &clerk, INCENTIVE, ground).await.unwrap();
    let dossier = market.dossier(&desks.rural, &id).await.unwrap();
    assert_eq!(dossier.earnings.len(), 2);
    let twice = dossier.conflicts.iter().find(|told| told.contains("同日同额"));
    assert!(twice.is_some(), "{:?}", dossier.conflicts);
    world.verify().await;
}

async fn wages_earned_at_home_do_not_count(world: World) {
    let _ = desks(&world).await;
    let worker = person(&world, 1, "H1").await;
    let wage = wage(&world, &worker, &json!({ "division": "640106" })).await;
    world.market.pay(&OPERATOR, &wage.id, &pay(1_200_000)).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen::ZERO);
    let held = world.market.entitlements(&OPERATOR, &worker).await.unwrap();
    assert_eq!(held.earnings[0].division, held.home);
}

async fn declared_income_can_be_taken_back(world: World) {
    let _ = desks(&world).await;
    let market = &world.market;
    let worker = person(&world, 1, "H1").await;
    let income = json!({
        "date": "2026-11-01", "amount_fen": 1_000_000, "division": "320505", "kind": "wage"
    });
    let clerk = actor(&world, Role::Staff, "clerk", None).await;
    let held = market.declare_income(&clerk, &worker, &income).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen(100_000));
    let stranger = broker(&world, "b1").await;
    let refused = market.void_income(&stranger, &held.id).await;
    assert!(matches!(refused, Err(MarketError::Forbidden)), "{refused:?}");
    market.void_income(&clerk, &held.id).await.unwrap();
    assert_eq!(payable(&world, &worker).await, Fen::ZERO);
    let twice = market.void_income(&clerk, &held.id).await;
    assert!(matches!(twice, Err(MarketError::NotFound)), "{twice:?}");
    world.verify().await;
}

async fn the_cycle_that_is_over_can_still_be_claimed(world: World) {
    let desks = desks(&world).await;
    let market = &world.market;
    let worker = person(&world, 1, "H1").await;
    // On the last day of a cycle and on the first of the next.
    for (day, fen) in [("2026-09-30", 2_000_000), ("2026-10-01", 1_000_000)] {
        let income = json!({
            "date": day, "amount_fen": fen, "division": "320505", "kind": "self_employment"
        });
        market.declare_income(&OPERATOR, &worker, &income).await.unwrap();
    }
    let mut dues = incentives(&world, &worker).await;
    dues.sort_by_key(|due| due.as_of);
    let told: Vec<_> = dues.iter().map(|due| (due.as_of.to_string(), due.row.payable)).collect();
    let today = market.now().day().to_string();
    let expected = [("2026-09-30".to_owned(), Some(Fen(200_000))), (today, Some(Fen(100_000)))];
    assert_eq!(told, expected);
    let clerk = actor(&world, Role::Staff, "clerk", None).await;
    for due in dues {
        let ground = Ground::Income(worker.clone(), due.as_of);
        let id = file(market, &clerk, INCENTIVE, ground).await.unwrap();
        let claim = step(market, &desks.village, &id, ClaimEvent::Pass).await.unwrap();
        assert_eq!((claim.stage, claim.amount), (Stage::VillageNotice, due.row.payable));
    }
    let open = incentives(&world, &worker).await;
    assert!(open.iter().all(|due| due.row.status == Status::Eligible));
}
