//! Foreign lists: a row is one record, however often it comes.

use linggong::{
    domain::{
        account::Actor,
        org::{Employer, EmployerKind, Label, Org},
        posting::{External, Posting, Status},
    },
    market::{Import, Imported, MarketError},
};
use serde_json::{Value, json};

use crate::{
    World,
    clock::NOW,
    world::{OPERATOR, posting},
};

stories!(
    a_row_is_one_posting,
    a_row_never_takes_a_place_back,
    a_row_through_a_broker_says_so,
    people_who_wait_get_the_places_that_a_row_adds,
    a_row_is_one_worker,
    only_who_runs_the_house_takes_lists_in,
);

async fn take_in(world: &World, fields: &Value, source: &str) -> Imported {
    let import = Import { source: source.to_owned(), publish: true, floating_validity: false };
    let mut txn = world.market.store.begin().await.unwrap();
    let done = world.market.take_in(&mut txn, &OPERATOR, &posting(fields), &import).await.unwrap();
    txn.commit().await.unwrap();
    done
}

async fn held(world: &World, source: &str, id: &str) -> Posting {
    let external = External { source: source.to_owned(), id: id.to_owned() };
    world.market.store.read().await.unwrap().posting_from(&external).await.unwrap().unwrap()
}

async fn a_row_is_one_posting(world: World) {
    let row = json!({ "external_id": "1" });
    assert_eq!(take_in(&world, &row, "a").await, Imported::Created);
    let first = held(&world, "a", "1").await;
    assert_eq!(first.status, Status::Open);
    assert_eq!(take_in(&world, &row, "a").await, Imported::Unchanged);
    assert_eq!(held(&world, "a", "1").await, first);
    let changed = json!({ "external_id": "1", "title": "搬运工" });
    assert_eq!(take_in(&world, &changed, "a").await, Imported::Updated);
    assert_eq!(take_in(&world, &changed, "a").await, Imported::Unchanged);
    let second = held(&world, "a", "1").await;
    assert_eq!((second.id.clone(), second.version), (first.id, 2));
    // The same number on another list is another posting.
    assert_eq!(take_in(&world, &row, "b").await, Imported::Created);
    // What is over stays over.
    world.market.close(&OPERATOR, &second.id).await.unwrap();
    assert_eq!(take_in(&world, &row, "a").await, Imported::Unchanged);
    world.verify().await;
}

async fn a_row_never_takes_a_place_back(world: World) {
    let row = |headcount: u32| json!({ "external_id": "1", "headcount": headcount });
    take_in(&world, &row(2), "a").await;
    let job = held(&world, "a", "1").await.id;
    for worker in world.workers(2).await {
        world.book(&job, &worker).await.unwrap();
    }
    // Fewer than are booked already: it stays full, and the second time nothing changes.
    take_in(&world, &row(1), "a").await;
    assert_eq!(take_in(&world, &row(1), "a").await, Imported::Unchanged);
    let posting = world.posting(&job).await;
    assert_eq!((posting.taken, posting.terms.headcount), (2, 2));
    assert_eq!(take_in(&world, &row(3), "a").await, Imported::Updated);
    assert_eq!(world.posting(&job).await.status, Status::Open);
    world.check_places(&job).await;
}

async fn a_row_through_a_broker_says_so(world: World) {
    let mut txn = world.market.store.begin().await.unwrap();
    let employer =
        Employer { name: "经纪人".to_owned(), uscc: None, kind: EmployerKind::Broker };
    txn.add_org(&Org { id: "broker".parse().unwrap(), employer }, NOW).await.unwrap();
    txn.commit().await.unwrap();
    take_in(&world, &json!({ "external_id": "1" }), "a").await;
    assert_eq!(held(&world, "a", "1").await.label, Label::Direct);
    take_in(&world, &json!({ "external_id": "1", "via_broker": "broker" }), "a").await;
    assert_eq!(held(&world, "a", "1").await.label, Label::Broker);
}

async fn people_who_wait_get_the_places_that_a_row_adds(world: World) {
    take_in(&world, &json!({ "external_id": "1" }), "a").await;
    let job = held(&world, "a", "1").await.id;
    for worker in world.workers(2).await {
        world.book(&job, &worker).await.unwrap();
    }
    take_in(&world, &json!({ "external_id": "1", "headcount": 2 }), "a").await;
    let posting = world.posting(&job).await;
    assert_eq!((posting.status, posting.taken), (Status::Filled, 2));
    world.check_places(&job).await;
}

async fn a_row_is_one_worker(world: World) {
    let row = |name: &str| json!({ "external_id": "7", "name": name, "phone": "13900000001" });
    let take = async |input: Value, source: &str| {
        let mut txn = world.market.store.begin().await.unwrap();
        let done = world.market.take_in_worker(&mut txn, &OPERATOR, &input, source).await;
        txn.commit().await.unwrap();
        done.unwrap()
    };
    assert_eq!(take(row("王五"), "a").await, Imported::Created);
    assert_eq!(take(row("王五"), "a").await, Imported::Unchanged);
    assert_eq!(take(row("王小五"), "a").await, Imported::Updated);
    // A phone may serve a family, and two lists.
    assert_eq!(take(row("王五"), "b").await, Imported::Created);
    world.verify().await;
}

async fn only_who_runs_the_house_takes_lists_in(world: World) {
    let import = Import { source: "a".to_owned(), publish: true, floating_validity: false };
    let mut txn = world.market.store.begin().await.unwrap();
    let input = posting(&json!({ "external_id": "1" }));
    let done = world.market.take_in(&mut txn, &Actor::House, &input, &import).await;
    assert!(matches!(done, Err(MarketError::Forbidden)), "{done:?}");
    let unnamed = world.market.take_in(&mut txn, &OPERATOR, &posting(&json!({})), &import).await;
    assert!(matches!(unnamed, Err(MarketError::Invalid(_))), "{unnamed:?}");
}
