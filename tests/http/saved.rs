//! Saved searches: each account's own, kept once, bounded.

use linggong::domain::account::Role;
use serde_json::json;

use crate::World;

stories!(
    a_search_is_kept_listed_and_forgotten,
    what_can_not_be_asked_is_not_kept,
    the_page_offers_and_shows_it,
);

const PATH: &str = "/api/v1/searches";

async fn a_search_is_kept_listed_and_forgotten(world: World) {
    let worker = world.account_of(Role::Worker, "one", None, None).await;
    let other = world.account_of(Role::Worker, "other", None, None).await;
    let search = json!({ "name": "近处的日结", "query": "q=%E5%88%86%E6%8B%A3&settlement=daily" });
    let saved = worker.post(PATH, &search).await.expect(201);
    let again = worker.post(PATH, &search).await.expect(201);
    assert_eq!(saved["id"], again["id"], "kept once");
    let list = worker.get(PATH).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["name"], "近处的日结");
    assert_eq!(other.get(PATH).await.expect(200)["items"], json!([]));
    let path = format!("{PATH}/{}", saved["id"].as_str().unwrap());
    for (client, status) in [(&other, 404), (&worker, 204)] {
        let request = client.request("DELETE", &path).body(axum::body::Body::empty()).unwrap();
        assert_eq!(client.send(request).await.status.as_u16(), status);
    }
    assert_eq!(worker.get(PATH).await.expect(200)["items"], json!([]));
}

async fn what_can_not_be_asked_is_not_kept(world: World) {
    let worker = world.account_of(Role::Worker, "one", None, None).await;
    for body in [
        json!({}),
        json!({ "name": "x" }),
        json!({ "name": "x", "query": "settlement=yearly" }),
        json!({ "name": "", "query": "q=x" }),
        json!({ "name": "x".repeat(41), "query": "q=x" }),
        json!({ "name": 1, "query": "q=x" }),
    ] {
        worker.post(PATH, &body).await.expect(422);
    }
    for n in 0..20 {
        worker.post(PATH, &json!({ "name": "x", "query": format!("q={n}") })).await.expect(201);
    }
    worker.post(PATH, &json!({ "name": "x", "query": "q=more" })).await.expect(422);
}

async fn the_page_offers_and_shows_it(world: World) {
    let worker = world.account_of(Role::Worker, "one", None, None).await;
    let page = worker.get("/jobs?q=x").await.text();
    assert!(page.contains("存下这个搜索"), "{page}");
    worker.post(PATH, &json!({ "name": "我的", "query": "q=x" })).await.expect(201);
    let page = worker.get("/jobs?q=x").await.text();
    assert!(!page.contains("存下这个搜索") && page.contains("★ 我的"), "{page}");
    let anonymous = world.anonymous().get("/jobs?q=x").await.text();
    assert!(!anonymous.contains("存下这个搜索"));
}
