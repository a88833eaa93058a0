//! Public money over HTTP: the list for the finance bureau, income and what it gives, absorption.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use linggong::{
    domain::{
        account::{Actor, Role},
        claim::{Claim, Stage},
        money::Fen,
        org::EmployerKind,
    },
    market::NewWorker,
};
use serde_json::{Value, json};

use crate::{
    World,
    world::{Answer, claim, placement, with, worker},
};

stories!(
    the_list_for_the_finance_bureau_agrees_with_the_ledger_to_the_fen,
    a_worker_reads_his_income_and_what_it_gives,
    whom_an_entity_absorbed_is_told_with_its_share,
);

/// The amounts of a list in fen, its last line apart.
fn amounts(answer: &Answer) -> (Vec<i64>, i64) {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(answer.body.clone())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let fen = |cell: &Data| match cell {
        Data::Float(yuan) => Some((yuan * 100.0).round() as i64),
        Data::Int(yuan) => Some(yuan * 100),
        _ => None,
    };
    let mut all: Vec<i64> = sheet.rows().filter_map(|row| fen(row.last()?)).collect();
    let total = all.pop().unwrap();
    (all, total)
}

async fn the_list_for_the_finance_bureau_agrees_with_the_ledger_to_the_fen(world: World) {
    let _ = world.staff().await;
    let kind = Some(EmployerKind::Enterprise);
    let payer = world.account_of(Role::Reviewer, "payer", None, kind).await;
    let new = NewWorker { station: Some("near".parse().unwrap()), ..NewWorker::default() };
    let person = world.market.register(&Actor::Operator, &worker(77), new).await.unwrap();
    let input = placement(person.id.as_str());
    let held = world.market.place(&Actor::Operator, &input, false).await.unwrap();
    let fens = [20_000, 33_333, 80_001, 7];
    let mut txn = world.market.store.begin().await.unwrap();
    let mut ids = Vec::new();
    for (number, fen) in (1..).zip(fens) {
        let base = claim(number, &held.id, &person.id);
        let amount = Some(Fen(fen));
        let bureau = "org-payer".to_owned();
        txn.put_claim(&Claim { stage: Stage::Approved, amount, bureau, ..base }).await.unwrap();
        ids.push(claim(number, &held.id, &person.id).id);
    }
    txn.commit().await.unwrap();
    let (mut open, total) = amounts(&payer.get("/desk/claims/batch.xlsx").await);
    open.sort_unstable();
    assert_eq!(open, [7, 20_000, 33_333, 80_001]);
    assert_eq!(total, fens.iter().sum::<i64>());
    for id in &ids {
        let paid = json!({ "batch": "2026-11第一批" });
        payer.post(&format!("/api/v1/claims/{id}/pay"), &paid).await.expect(200);
    }
    // What is asked back later was on the list all the same.
    let back = json!({ "reason": "重复领取" });
    payer.post(&format!("/api/v1/claims/{}/claw_back", ids[3]), &back).await.expect(200);
    let list = "/desk/claims/batch.xlsx?batch=2026-11%E7%AC%AC%E4%B8%80%E6%89%B9";
    let (paid, total) = amounts(&payer.get(list).await);
    assert_eq!((paid.len(), total), (4, fens.iter().sum::<i64>()));
    let ledger = world.market.store.read().await.unwrap().ledger().await.unwrap();
    let out: i64 = ledger.iter().map(|payment| payment.amount.0).filter(|fen| *fen > 0).sum();
    let net: i64 = ledger.iter().map(|payment| payment.amount.0).sum();
    assert_eq!((out, net), (total, total - 7));
    let (open, total) = amounts(&payer.get("/desk/claims/batch.xlsx").await);
    assert_eq!((open, total), (vec![], 0));
}

async fn a_worker_reads_his_income_and_what_it_gives(world: World) {
    let seeker = world.account(Role::Worker, "seeker", None).await;
    let own = with(
        worker(1),
        &json!({ "village": "640106100207", "household": "良田-0012", "groups": ["poverty"] }),
    );
    let id = seeker.register(&own).await;
    let path = format!("/api/v1/workers/{id}/incomes");
    let mut held = Vec::new();
    for (day, fen) in [("2026-10-08", 1_500_000), ("2026-11-08", 700_000)] {
        let income = json!({
            "date": day, "amount_fen": fen, "division": "320505", "kind": "wage"
        });
        held.push(seeker.post(&path, &income).await.expect(201)["id"].clone());
    }
    let incentive = async || -> Value {
        let told = seeker.get(&format!("/api/v1/workers/{id}/entitlements")).await.expect(200);
        let items = told["items"].as_array().unwrap();
        items.iter().find(|item| item["rule"] == "income-incentive").cloned().unwrap()
    };
    let due = incentive().await;
    assert_eq!((&due["payable_fen"], &due["can_claim"]), (&json!(200_000), &json!(true)));
    assert!(due["words"].as_str().unwrap().contains("现在可以申请2000元"), "{due}");
    seeker
        .post(&format!("/api/v1/incomes/{}/void", held[1].as_str().unwrap()), &json!({}))
        .await
        .expect(200);
    let items = seeker.get(&path).await.expect(200)["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1);
    assert_eq!(items[0]["source"], "declared");
    assert_eq!(incentive().await["payable_fen"], 100_000);
    // Nobody else's business.
    let other = world.account(Role::Worker, "other", None).await;
    other.register(&worker(2)).await;
    other.get(&path).await.expect(404);
}

async fn whom_an_entity_absorbed_is_told_with_its_share(world: World) {
    let staff = world.staff().await;
    for number in 0..4 {
        let groups =
            if number == 0 { json!(["relocated", "poverty"]) } else { json!(["relocated"]) };
        let id = staff.register(&with(worker(10 + number), &json!({ "groups": groups }))).await;
        let nearby = json!({
            "division": "640106",
            "employer": { "name": "新村分拣合作社", "kind": "cooperative" },
        });
        staff.post("/api/v1/placements", &with(placement(&id), &nearby)).await.expect(201);
    }
    let told = staff.get("/api/v1/absorption").await.expect(200);
    let one = &told["items"][0];
    assert_eq!(
        (&one["name"], &one["relocated"], &one["listed"], &one["share_bp"]),
        (&json!("新村分拣合作社"), &json!(4), &json!(1), &json!(2_500))
    );
    let rules = one["items"].as_array().unwrap();
    let local = rules.iter().find(|due| due["rule"] == "absorption-local").unwrap();
    assert_eq!(local["range_fen"], json!([1_000_000, 10_000_000]));
    assert_eq!(local["can_claim"], true);
}
