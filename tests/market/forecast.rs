//! What falls due: by span, rule and town, beside what is set aside and paid; under another policy,
//! too.

use linggong::{
    domain::{
        account::Role,
        claim::{Budget, ClaimEvent},
        money::Fen,
        org::EmployerKind,
        time::DAY,
    },
    market::{Ground, Line, MarketError, NewWorker, Sum},
    policy::Policy,
};
use serde_json::json;

use crate::{
    World,
    claims::{FEE, VILLAGE, actor, broker, desks, file, insure, person, step, terms},
    world::OPERATOR,
};

stories!(
    what_falls_due_is_told_by_span_and_town,
    what_entities_may_ask_for_is_foreseen,
    only_who_watches_the_money_foresees,
);

fn line<'a>(lines: &'a [Line], rule: &str) -> &'a Line {
    lines.iter().find(|line| line.rule == rule).unwrap()
}

fn sum(count: usize, low: i64, high: i64) -> Sum {
    Sum { count, low: Fen(low), high: Fen(high) }
}

fn fees(count: usize, fee: i64) -> Sum {
    sum(count, count as i64 * fee, count as i64 * fee)
}

async fn what_falls_due_is_told_by_span_and_town(world: World) {
    let desks = desks(&world).await;
    let market = &world.market;
    let broker = broker(&world, "b1").await;
    // Six months are over, end within 30 days, within 90, within 180, and later.
    let starts = ["2026-05-15", "2026-06-10", "2026-08-01", "2026-10-20", "2026-11-24"];
    let mut first = None;
    for (number, start) in (1..).zip(starts) {
        person(&world, number, &format!("H{number}")).await;
        let placement = market.place(&broker, &terms(number, start), false).await.unwrap();
        insure(&world, &broker, &placement).await;
        first = first.or(Some(placement.id));
    }
    let lines = market.forecast(&desks.hr, None).await.unwrap();
    let fee = line(&lines, FEE);
    assert_eq!(fee.now, fees(1, 20_000));
    assert_eq!(fee.within, [fees(1, 20_000), fees(2, 20_000), fees(3, 20_000)]);
    assert_eq!((fee.budget, fee.paid), (None, Fen::ZERO));
    let towns: Vec<_> = fee.towns.iter().collect();
    assert_eq!(towns, [(&"良田镇".to_owned(), &fee.within)]);

    // Another policy, the same placements.
    let text = include_str!("../../policies/jinfeng-2024.toml");
    let dearer =
        Policy::parse(&text.replace("amount_fen = 20000\n", "amount_fen = 30000\n")).unwrap();
    let other = market.forecast(&desks.hr, Some(&dearer)).await.unwrap();
    assert_eq!(line(&other, FEE).within[2], fees(3, 30_000));

    // What is paid is due no more, and stands beside what is set aside.
    let budget = Budget { rule: FEE.to_owned(), year: 2026, amount: Fen(50_000) };
    market.set_budget(&desks.hr, &budget).await.unwrap();
    let ground = Ground::Placement(first.unwrap());
    let id = file(market, &broker, FEE, ground).await.unwrap();
    step(market, &desks.village, &id, ClaimEvent::Pass).await.unwrap();
    world.clock.go(6 * DAY);
    market.end_notices().await.unwrap();
    step(market, &desks.town, &id, ClaimEvent::Pass).await.unwrap();
    step(market, &desks.hr, &id, ClaimEvent::Pass).await.unwrap();
    world.clock.go(6 * DAY);
    market.end_notices().await.unwrap();
    step(market, &desks.hr, &id, ClaimEvent::Pay).await.unwrap();
    let lines = market.forecast(&desks.hr, None).await.unwrap();
    let fee = line(&lines, FEE);
    assert_eq!(fee.now, Sum::default());
    assert_eq!((fee.budget, fee.paid), (Some(Fen(50_000)), Fen(20_000)));
}

async fn what_entities_may_ask_for_is_foreseen(world: World) {
    let desks = desks(&world).await;
    let market = &world.market;
    for (number, groups, kind, start) in [
        (0, json!(["low_income"]), "workshop", "2026-10-01"),
        (1, json!(["relocated", "poverty"]), "cooperative", "2026-12-05"),
    ] {
        let input = json!({
            "name": "海小燕", "phone": format!("1390000077{number}"), "village": VILLAGE,
            "groups": groups,
        });
        let new = NewWorker { station: Some("near".parse().unwrap()), ..NewWorker::default() };
        let worker = market.register(&OPERATOR, &input, new).await.unwrap().id;
        let terms = json!({
            "worker_id": worker.as_str(), "division": "640106", "start": start,
            "hukou": "640106", "employer": { "name": format!("新村{kind}"), "kind": kind },
        });
        market.place(&OPERATOR, &terms, false).await.unwrap();
    }
    let lines = market.forecast(&desks.hr, None).await.unwrap();
    let workshop = line(&lines, "absorption-workshop");
    assert_eq!(workshop.now, sum(1, 2_000_000, 10_000_000));
    assert_eq!(workshop.within, [Sum::default(); 3]);
    // Whoever begins to work next month is absorbed then.
    let local = line(&lines, "absorption-local");
    assert_eq!(local.now, Sum::default());
    assert_eq!(local.within, [sum(1, 1_000_000, 10_000_000); 3]);
    assert_eq!(local.towns.keys().collect::<Vec<_>>(), ["用人单位（不分镇）"]);
}

async fn only_who_watches_the_money_foresees(world: World) {
    let desks = desks(&world).await;
    let market = &world.market;
    let broker = broker(&world, "b1").await;
    person(&world, 1, "H1").await;
    let placement = market.place(&broker, &terms(1, "2026-05-15"), false).await.unwrap();
    insure(&world, &broker, &placement).await;
    for nobody in [&broker, &desks.village] {
        let refused = market.forecast(nobody, None).await;
        assert!(matches!(refused, Err(MarketError::Forbidden)), "{refused:?}");
    }
    let refused = market
        .set_budget(&broker, &Budget { rule: FEE.to_owned(), year: 2026, amount: Fen(1) })
        .await;
    assert!(matches!(refused, Err(MarketError::Forbidden)), "{refused:?}");
    let reviewer = actor(&world, Role::Reviewer, "other", Some(EmployerKind::Enterprise)).await;
    let lines = market.forecast(&reviewer, None).await.unwrap();
    assert_eq!(line(&lines, FEE).now.count, 1);
}
