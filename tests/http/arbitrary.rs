//! Arbitrary JSON: never a fault of the house, and what is accepted can be read back.

use std::cell::Cell;

use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use crate::{
    Client, World,
    support::stores,
    world::{posting, worker},
};

/// Cases of each test.
const CASES: u32 = 200;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\u{0}-\u{1f} ]{0,5}",
        Just("2026-11-25T08:00:00+08:00".to_owned()),
        Just("+275760-09-13T00:00:00Z".to_owned()),
        "[0-9]{11,18}",
    ]
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 12, 4, |inner| {
        let name = prop_oneof![any::<String>(), "start|end|name|unit|purpose|min_fen"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A good record in which some fields are anything; half of them only in small ways.
fn spoiled(base: Value) -> impl Strategy<Value = Value> {
    let mut names: Vec<String> = base.as_object().unwrap().keys().cloned().collect();
    names.extend(
        ["external_id", "occupation", "crs", "instant", "available", "groups"].map(String::from),
    );
    let change = (prop::sample::select(names), value());
    prop_oneof![
        1 => value(),
        5 => prop::collection::vec(change, 0..3).prop_map(move |changes| {
            let mut record = base.clone();
            for (name, value) in changes {
                record[name] = value;
            }
            record
        }),
    ]
}

/// Posts each record, on each engine; what is accepted is read back as it was answered.
fn check(path: &'static str, inputs: impl Strategy<Value = Value>) {
    let runtime = Runtime::new().unwrap();
    for store in runtime.block_on(stores::stores()) {
        let engine = store.name();
        let world = runtime.block_on(World::on(store));
        let client = runtime.block_on(world.admin());
        let accepted = Cell::new(0);
        let config =
            ProptestConfig { cases: CASES, failure_persistence: None, ..Default::default() };
        let done = TestRunner::new(config).run(&inputs, |input| {
            let good = runtime.block_on(exchange(&client, path, &input))?;
            accepted.set(accepted.get() + u32::from(good));
            Ok(())
        });
        done.unwrap_or_else(|error| panic!("{engine}: {error}"));
        assert!(accepted.get() > CASES / 20, "only {} were good", accepted.get());
    }
}

/// Whether the record was accepted.
async fn exchange(client: &Client, path: &str, input: &Value) -> Result<bool, TestCaseError> {
    let answer = client.post(path, input).await;
    prop_assert!(answer.status.as_u16() < 500, "{} {input}", answer.text());
    let body = answer.json();
    if answer.status == 201 {
        let read = client.get(&format!("{path}/{}", body["id"].as_str().unwrap())).await;
        prop_assert_eq!(read.json(), body);
        return Ok(true);
    }
    prop_assert_eq!(&body["status"], &json!(answer.status.as_u16()));
    prop_assert!(body["title"].is_string());
    Ok(false)
}

#[test]
fn arbitrary_postings_are_stored_whole_or_refused() {
    check("/api/v1/jobs", spoiled(posting()));
}

#[test]
fn arbitrary_workers_are_stored_whole_or_refused() {
    check("/api/v1/workers", spoiled(worker(1)));
}
