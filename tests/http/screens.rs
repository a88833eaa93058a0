//! Screens with a token of their own: issued by staff, paired once, scoped to one station, taken
//! back; and calls for staff.

use linggong::domain::{account::Role, time::MINUTE};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Client, World,
    world::{Answer, posting},
};

stories!(
    a_code_pairs_a_screen_once,
    a_screens_token_reads_one_feed_and_nothing_else,
    a_call_waits_until_somebody_goes,
    staff_reach_their_own_screens_only,
);

async fn send(by: &Client, to: &str, fields: &[(&str, &str)]) -> Answer {
    let token = by.token.clone().unwrap_or_default();
    let csrf = hex::encode(Sha256::digest(format!("form:{token}")));
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("csrf", &csrf).extend_pairs(fields);
    let request = by.request("POST", to);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    by.send(request.body(body.finish().into()).unwrap()).await
}

/// The code that the page shows.
fn code(page: &Answer) -> String {
    let html = page.text();
    assert_eq!(page.status, 200, "{html}");
    let start = html.find("<p class=\"lead\"><strong>").expect("a code") + 24;
    html[start..start + 9].to_owned()
}

async fn issue(by: &Client, name: &str) -> String {
    code(&send(by, "/desk/screens", &[("name", name), ("kind", "kiosk")]).await)
}

async fn pair(world: &World, code: &str) -> Answer {
    world.anonymous().post("/api/v1/screens/pair", &json!({ "code": code })).await
}

/// The id of the only screen on the page.
async fn only_screen(by: &Client) -> String {
    let html = by.get("/desk/screens").await.text();
    let start = html.find("/desk/screens/acc_").expect("a screen") + "/desk/screens/".len();
    html[start..].split('/').next().unwrap().to_owned()
}

async fn a_code_pairs_a_screen_once(world: World) {
    let staff = world.staff().await;
    let code = issue(&staff, "一号自助机").await;
    pair(&world, "1234").await.problem(422, "invalid");
    let paired = pair(&world, &code).await.expect(200);
    assert_eq!((&paired["station"], &paired["kind"]), (&json!("near"), &json!("kiosk")));
    pair(&world, &code).await.problem(401, "credentials");
    // Another code is good for half an hour; with it the older token ends.
    let id = only_screen(&staff).await;
    let late = self::code(&send(&staff, &format!("/desk/screens/{id}/code"), &[]).await);
    world.clock.go(30 * MINUTE + 1);
    pair(&world, &late).await.problem(401, "credentials");
    let next = self::code(&send(&staff, &format!("/desk/screens/{id}/code"), &[]).await);
    pair(&world, &next).await.expect(200);
    let old = Client { token: paired["token"].as_str().map(str::to_owned), ..world.anonymous() };
    old.get("/api/v1/me").await.problem(401, "sign_in");
}

async fn a_screens_token_reads_one_feed_and_nothing_else(world: World) {
    let staff = world.staff().await;
    let paired = pair(&world, &issue(&staff, "一号自助机").await).await.expect(200);
    let token = paired["token"].as_str().unwrap().to_owned();
    let screen = Client { token: Some(token.clone()), ..world.anonymous() };
    assert_eq!(screen.get("/api/v1/me").await.expect(200)["role"], "device");
    for (method, path, body) in [
        ("POST", "/api/v1/jobs", posting()),
        ("POST", "/api/v1/workers", json!({})),
        ("GET", "/desk/screens", Value::Null),
    ] {
        let request = screen.request(method, path).body(body.to_string().into()).unwrap();
        assert_eq!(screen.send(request).await.status, 403, "{path}");
    }
    let gate = linggong::http::Sessions(world.market.clone());
    use linggong::feed::hub::Gate;
    let may = async |station: &str| gate.may_read(&station.parse().unwrap(), &token).await.is_ok();
    assert!(may("near").await && !may("far").await);
    let id = only_screen(&staff).await;
    assert_eq!(send(&staff, &format!("/desk/screens/{id}/revoke"), &[]).await.status, 303);
    assert!(!may("near").await);
    assert!(staff.get("/desk/screens").await.text().contains("令牌已收回"));
}

async fn a_call_waits_until_somebody_goes(world: World) {
    let staff = world.staff().await;
    let anybody = world.anonymous();
    let first = anybody.post("/api/v1/stations/near/calls", &json!({})).await.expect(202);
    let again = anybody.post("/api/v1/stations/near/calls", &json!({})).await.expect(202);
    assert_eq!(first["id"], again["id"]);
    anybody.post("/api/v1/stations/nowhere/calls", &json!({})).await.problem(404, "not_found");
    assert!(staff.get("/desk/screens").await.text().contains("在叫人"));
    let far = world.account(Role::Staff, "far", Some("far")).await;
    assert!(!far.get("/desk/screens").await.text().contains("在叫人"));
    let path = format!("/desk/calls/{}/answer", first["id"].as_str().unwrap());
    assert_eq!(send(&far, &path, &[]).await.status, 404);
    assert_eq!(send(&staff, &path, &[]).await.status, 303);
    assert!(!staff.get("/desk/screens").await.text().contains("在叫人"));
    let later = anybody.post("/api/v1/stations/near/calls", &json!({})).await.expect(202);
    assert_ne!(first["id"], later["id"]);
}

async fn staff_reach_their_own_screens_only(world: World) {
    let staff = world.staff().await;
    issue(&staff, "一号自助机").await;
    let id = only_screen(&staff).await;
    let far = world.account(Role::Staff, "far", Some("far")).await;
    for step in ["code", "revoke", "reload", "notice"] {
        let path = format!("/desk/screens/{id}/{step}");
        assert_eq!(send(&far, &path, &[("notice", "今天有招聘会")]).await.status, 404, "{step}");
    }
    assert!(!far.get("/desk/screens").await.text().contains("一号自助机"));
    // Staff of one station can't issue a screen of another.
    let fields = [("name", "大厅"), ("kind", "board"), ("station", "near")];
    assert_eq!(send(&far, "/desk/screens", &fields).await.status, 403);
}
