//! Signing in and out: tokens, locks, rates, sessions, and requests that another site forged.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, header},
};
use linggong::{
    domain::{
        account::{Actor, Role},
        time::{DAY, HOUR, MINUTE, SECOND},
    },
    http::{COOKIE, routes::ROUTES},
    market::NewUser,
};
use serde_json::{Value, json};

use crate::{
    Client, World,
    world::{Answer, posting},
};

stories!(
    a_login_gives_a_token_that_lasts,
    failures_lock_an_account_for_a_while,
    an_unknown_login_answers_as_a_wrong_password,
    too_many_sign_ins_from_one_address_wait,
    sessions_end,
    a_forged_request_changes_nothing,
    every_answer_carries_the_security_headers,
    a_wrong_method_names_the_right_ones,
);

const PASSWORD: &str = "枸杞-8-grapes";

async fn user(world: &World, login: &str, role: Role) {
    let new = NewUser {
        login: login.to_owned(),
        role,
        org: None,
        employer: None,
        station: (role != Role::Admin).then(|| "near".parse().unwrap()),
        password: PASSWORD.to_owned(),
    };
    world.market.add_user(&Actor::Operator, new).await.unwrap();
}

async fn sign_in(world: &World, login: &str, password: &str) -> Answer {
    let body = json!({ "login": login, "password": password });
    world.anonymous().post("/api/v1/login", &body).await
}

fn with_token(world: &World, answer: &Value) -> Client {
    let token = Some(answer["token"].as_str().unwrap().to_owned());
    Client { token, ..world.anonymous() }
}

async fn a_login_gives_a_token_that_lasts(world: World) {
    user(&world, "小王", Role::Staff).await;
    user(&world, "screen", Role::Device).await;
    let answer = sign_in(&world, "小王", PASSWORD).await.expect(200);
    assert_eq!(answer["role"], "staff");
    assert_eq!(answer["expires_at"], "2026-11-24T22:00:00+08:00");
    assert!(answer["token"].as_str().unwrap().len() >= 32);
    let me = with_token(&world, &answer).get("/api/v1/me").await.expect(200);
    assert_eq!((&me["login"], &me["station"]), (&json!("小王"), &json!("near")));
    let again = sign_in(&world, " 小王 ", PASSWORD).await.expect(200);
    assert_ne!(answer["token"], again["token"]);
    // A screen hangs for a year.
    let screen = sign_in(&world, "screen", PASSWORD).await.expect(200);
    assert_eq!(screen["expires_at"], "2027-11-24T10:00:00+08:00");
}

async fn failures_lock_an_account_for_a_while(world: World) {
    user(&world, "wang", Role::Staff).await;
    for _ in 0..4 {
        sign_in(&world, "wang", "wrong password").await.problem(401, "credentials");
    }
    // A success forgets what went before.
    sign_in(&world, "wang", PASSWORD).await.expect(200);
    for _ in 0..5 {
        sign_in(&world, "wang", "wrong password").await.problem(401, "credentials");
    }
    let locked = sign_in(&world, "wang", PASSWORD).await;
    locked.problem(429, "locked");
    let wait: i64 = locked.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((899..=901).contains(&wait), "{wait}");
    world.clock.go(15 * MINUTE - SECOND);
    sign_in(&world, "wang", PASSWORD).await.problem(429, "locked");
    world.clock.go(SECOND);
    sign_in(&world, "wang", PASSWORD).await.expect(200);
}

async fn an_unknown_login_answers_as_a_wrong_password(world: World) {
    user(&world, "wang", Role::Staff).await;
    let wrong = sign_in(&world, "wang", "wrong password").await;
    let unknown = sign_in(&world, "nobody", "wrong password").await;
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(wrong.text(), unknown.text());
    assert!(wrong.headers.contains_key(header::WWW_AUTHENTICATE));
    let stranger = world.anonymous().get("/api/v1/me").await;
    stranger.problem(401, "sign_in");
    assert!(stranger.headers.contains_key(header::WWW_AUTHENTICATE));
}

async fn too_many_sign_ins_from_one_address_wait(world: World) {
    let client = world.anonymous();
    let attempt = async |from: [u8; 4]| {
        let mut request = client.request("POST", "/api/v1/login").body(Body::from("{}")).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((from, 4000))));
        client.send(request).await
    };
    let mut refused = None;
    for _ in 0..100 {
        let answer = attempt([10, 0, 0, 1]).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.problem(422, "invalid");
    }
    let refused = refused.expect("a hundred attempts at once");
    refused.problem(429, "rate");
    let wait: u32 = refused.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    attempt([10, 0, 0, 2]).await.problem(422, "invalid");
}

async fn sessions_end(world: World) {
    user(&world, "wang", Role::Staff).await;
    let first = sign_in(&world, "wang", PASSWORD).await.expect(200);
    let second = sign_in(&world, "wang", PASSWORD).await.expect(200);
    let (first, second) = (with_token(&world, &first), with_token(&world, &second));
    let out = first.post("/api/v1/logout", &json!({})).await;
    assert_eq!(out.status, 204);
    first.get("/api/v1/me").await.problem(401, "sign_in");
    second.get("/api/v1/me").await.expect(200);
    world.clock.go(12 * HOUR - SECOND);
    second.get("/api/v1/me").await.expect(200);
    world.clock.go(SECOND);
    second.get("/api/v1/me").await.problem(401, "sign_in");
    for token in ["", "nonsense", "%00", "a.b.c"] {
        let client = Client { token: Some(token.to_owned()), ..world.anonymous() };
        client.get("/api/v1/me").await.problem(401, "sign_in");
    }
    world.clock.go(DAY);
}

/// Posts as a browser does: by cookie, from a page of this origin.
async fn by_cookie(world: &World, token: &str, origin: Option<&str>) -> Answer {
    let nobody = world.anonymous();
    let mut request = nobody
        .request("POST", "/api/v1/jobs")
        .header(header::HOST, "linggong.example")
        .header(header::COOKIE, format!("theme=dark; {COOKIE}={token}"));
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    nobody.send(request.body(posting().to_string().into()).unwrap()).await
}

async fn a_forged_request_changes_nothing(world: World) {
    let employer = world.employer().await;
    let token = employer.token.clone().unwrap();
    let before = world.log_seq().await;
    for origin in [
        Some("https://evil.example"),
        Some("https://linggong.example.evil.example"),
        Some("https://linggong.example:8443"),
        Some("null"),
        None,
    ] {
        by_cookie(&world, &token, origin).await.problem(403, "origin");
    }
    assert_eq!(world.log_seq().await, before);
    by_cookie(&world, &token, Some("https://linggong.example")).await.expect(201);
    // A program shows its token itself; no page of another site can.
    let request = employer.request("POST", "/api/v1/jobs");
    let request = request.header(header::ORIGIN, "https://evil.example");
    employer.send(request.body(posting().to_string().into()).unwrap()).await.expect(201);
    // Reading by cookie needs no origin.
    let nobody = world.anonymous();
    let request = nobody.request("GET", "/api/v1/me");
    let request = request.header(header::COOKIE, format!("{COOKIE}={token}"));
    nobody.send(request.body(Body::empty()).unwrap()).await.expect(200);
}

fn secured(headers: &HeaderMap, what: &str) {
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(headers[name], value, "{what}");
    }
    assert!(headers.contains_key("cache-control"), "{what}");
    assert!(headers.contains_key("permissions-policy"), "{what}");
}

async fn every_answer_carries_the_security_headers(world: World) {
    let admin = world.admin().await;
    for route in ROUTES {
        for client in [&admin, &world.anonymous()] {
            let path = route.path.replace("{*path}", "tokens.css").replace(['{', '}'], "");
            let request = client.request(route.method, &path).body(Body::from("{}")).unwrap();
            secured(&client.send(request).await.headers, route.path);
            if route.path.ends_with("logout") {
                break;
            }
        }
    }
    let nowhere = world.anonymous().get("/api/v1/nowhere").await;
    nowhere.problem(404, "not_found");
    secured(&nowhere.headers, "nowhere");
}

async fn a_wrong_method_names_the_right_ones(world: World) {
    let nobody = world.anonymous();
    for (method, path, right) in [
        ("DELETE", "/api/v1/jobs", "POST"),
        ("PUT", "/api/v1/jobs/job_1", "PATCH"),
        ("GET", "/api/v1/login", "POST"),
        ("PROPFIND", "/api/v1/workers", "POST"),
    ] {
        let request = nobody.request(method, path).body(Body::from("{}")).unwrap();
        let answer = nobody.send(request).await;
        answer.problem(405, "method");
        let allowed = answer.headers[header::ALLOW].to_str().unwrap();
        assert!(allowed.contains(right), "{method} {path}: {allowed}");
    }
}
