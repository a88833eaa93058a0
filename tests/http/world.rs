//! The real router in one process, and the actors who speak to it.

use std::{net::SocketAddr, ops::Deref};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use linggong::{
    domain::{
        account::{Actor, Role},
        bulletin::NoticeKind,
        claim::{Claim, Payee, Stage},
        ids::{ClaimId, PlacementId, Seedling, WorkerId},
        money::Fen,
        org::EmployerKind,
        time::DAY,
    },
    http::Settings,
    market::NewNotice,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{clock::NOW, openapi, support::stores::TestStore, town::Town};

/// A market with two stations, served by the real router.
pub struct World {
    town: Town,
}

impl Deref for World {
    type Target = Town;
    fn deref(&self) -> &Town {
        &self.town
    }
}

/// Where the first station stands; the second is 100 km to the south.
pub const NEAR: (f64, f64) = (38.28, 106.27);
pub const FAR: (f64, f64) = (37.38, 106.27);

impl World {
    pub async fn on(store: TestStore) -> World {
        let town = Town::on(store, Settings::default()).await;
        town.station("near", "良田站", NEAR).await;
        town.station("far", "远处站", FAR).await;
        World { town }
    }

    /// An account with a session of ten years, made without the slow password hash.
    pub async fn account(&self, role: Role, name: &str, station: Option<&str>) -> Client {
        self.account_of(role, name, station, None).await
    }

    /// As [`World::account`], for an organisation of this kind.
    pub async fn account_of(
        &self,
        role: Role,
        name: &str,
        station: Option<&str>,
        kind: Option<EmployerKind>,
    ) -> Client {
        let (_, token) = self.town.account(role, name, station, kind).await;
        Client { token: Some(token), router: self.router.clone() }
    }

    pub async fn admin(&self) -> Client {
        self.account(Role::Admin, "admin", None).await
    }

    /// The staff of the first station.
    pub async fn staff(&self) -> Client {
        self.account(Role::Staff, "staff", Some("near")).await
    }

    pub async fn employer(&self) -> Client {
        let kind = Some(EmployerKind::Enterprise);
        self.account_of(Role::Employer, "employer", None, kind).await
    }

    pub fn anonymous(&self) -> Client {
        Client { token: None, router: self.router.clone() }
    }

    /// The id of a notice on a station's screens for a day.
    pub async fn put_up(&self, station: &str) -> String {
        let (starts_at, ends_at) = (NOW, NOW.plus(DAY));
        let words = "停业一天".to_owned();
        let new = NewNotice { kind: NoticeKind::Plain, words, starts_at, ends_at };
        let station = station.parse().unwrap();
        self.market.put_up(&Actor::Operator, &station, new).await.unwrap().id.to_string()
    }

    pub async fn log_seq(&self) -> i64 {
        self.market.store.read().await.unwrap().log_seq().await.unwrap()
    }

    /// Messages of a station's stream, oldest first.
    pub async fn stream(&self, station: &str) -> Vec<Value> {
        let station = station.parse().unwrap();
        let mut view = self.market.store.read().await.unwrap();
        let rows = view.stream_after(&station, 0, 10_000).await.unwrap();
        rows.iter().map(|row| serde_json::from_str(&row.message).unwrap()).collect()
    }

    /// Ends what is over by the clock, and waits until that can be searched.
    pub async fn house(&self) {
        self.market.keep_time().await.unwrap();
        let seq = self.log_seq().await;
        self.app.search.place().wait_for(|place| *place >= seq).await.unwrap();
    }
}

/// Who speaks.
#[derive(Clone)]
pub struct Client {
    pub token: Option<String>,
    pub router: Router,
}

/// What comes back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    /// A request by this client; headers and body are the caller's.
    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let builder = Request::builder().method(method).uri(path);
        match &self.token {
            Some(token) => builder.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => builder,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        send(&self.router, request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.request("POST", path).header("content-type", "application/json");
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    pub async fn post_keyed(&self, path: &str, body: &Value, key: &str) -> Answer {
        let request = self.request("POST", path).header("idempotency-key", key);
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    pub async fn patch(&self, path: &str, body: &Value, etag: Option<&str>) -> Answer {
        let mut request = self.request("PATCH", path);
        if let Some(etag) = etag {
            request = request.header(header::IF_MATCH, etag);
        }
        self.send(request.body(body.to_string().into()).unwrap()).await
    }

    /// The id of a posting that this client posts.
    pub async fn draft(&self, body: &Value) -> String {
        self.post("/api/v1/jobs", body).await.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// The id of an open posting; the client may review.
    pub async fn open(&self, body: &Value) -> String {
        let id = self.draft(body).await;
        for step in ["submit", "approve"] {
            self.post(&format!("/api/v1/jobs/{id}/{step}"), &json!({})).await.expect(200);
        }
        id
    }

    /// The id of a worker whom this client registers.
    pub async fn register(&self, body: &Value) -> String {
        self.post("/api/v1/workers", body).await.expect(201)["id"].as_str().unwrap().to_owned()
    }

    pub async fn book(&self, job: &str, worker: &str) -> Answer {
        let body = json!({ "worker_id": worker });
        self.post(&format!("/api/v1/jobs/{job}/bookings"), &body).await
    }
}

/// Sends a request as one address of the loopback; the answer is as published.
pub async fn send(router: &Router, mut request: Request<Body>) -> Answer {
    let from = SocketAddr::from(([127, 0, 0, 1], 40_000));
    if request.extensions().get::<ConnectInfo<SocketAddr>>().is_none() {
        request.extensions_mut().insert(ConnectInfo(from));
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
    let answer = Answer { status: parts.status, headers: parts.headers, body };
    openapi::check(method.as_str(), &path, &answer);
    answer
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// The body, where the status is the expected one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    /// A problem of this status and code, in the published shape.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        let kind = self.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert!(kind.starts_with("application/problem+json"), "{kind}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert!(problem["type"].is_string(), "{problem}");
        let title = problem["title"].as_str().unwrap();
        assert!(title.chars().any(is_chinese), "{problem}");
        for error in problem["errors"].as_array().into_iter().flatten() {
            assert!(error["field"].is_string() && error["code"].is_string(), "{problem}");
            assert!(error["message"].as_str().unwrap().chars().any(is_chinese), "{problem}");
        }
        problem
    }

    /// The fields that a problem names.
    #[track_caller]
    pub fn fields(&self) -> Vec<String> {
        let problem = self.json();
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// A posting for two loaders near the first station, tomorrow from eight to five.
pub fn posting() -> Value {
    json!({
        "title": "装卸工",
        "description": "仓库装车卸车",
        "skills": ["装卸"],
        "employer": { "name": "塞上建材有限公司", "kind": "enterprise" },
        "address": "良田镇仓库",
        "division": "640106",
        "lat": NEAR.0,
        "lon": NEAR.1,
        "wage": { "min_fen": 22_000, "max_fen": 24_000, "unit": "day", "settlement": "daily" },
        "headcount": 2,
        "shifts": [
            { "start": "2026-11-25T08:00:00+08:00", "end": "2026-11-25T17:00:00+08:00" }
        ],
        "benefits": ["管午饭"],
        "requirements": "不限",
        "valid_until": "2026-12-20T00:00:00+08:00"
    })
}

/// A claim of this number on a placement, at the bureau's desk; nobody is paid by it yet.
pub fn claim(number: u32, placement: &PlacementId, worker: &WorkerId) -> Claim {
    Claim {
        id: ClaimId::grow(Seedling { at_ms: 1, random: u128::from(number) }),
        policy: "jinfeng-2024".to_owned(),
        rule: "broker-service-fee".to_owned(),
        payee: Payee::Worker(worker.clone()),
        worker: Some(worker.clone()),
        placement: Some(placement.clone()),
        arises_on: "2026-11-01".parse().unwrap(),
        as_of: "2026-11-24".parse().unwrap(),
        amount: Some(Fen(20_000)),
        range: None,
        keys: vec![],
        stage: Stage::BureauCheck,
        notice: None,
        on_notice: Some(("2026-11-24".parse().unwrap(), "2026-11-29".parse().unwrap())),
        reason: None,
        bureau: "hr".to_owned(),
        station: Some("near".parse().unwrap()),
        village: None,
        filed_by: "operator".to_owned(),
        version: 1,
        demo: false,
        created_at: NOW,
        staged_at: NOW,
    }
}

/// What a broker sends of somebody who works in Suzhou, by a worker's id.
pub fn placement(worker: &str) -> Value {
    json!({
        "worker_id": worker,
        "employer": { "name": "苏州某电子公司", "kind": "enterprise" },
        "division": "320505",
        "hukou": "640106",
        "start": "2026-05-01",
        "contract_signed": "2026-05-01"
    })
}

/// A worker near the first station, with a phone of this number of eight digits.
pub fn worker(number: u32) -> Value {
    json!({
        "name": "马小军",
        "phone": format!("138{number:08}"),
        "lat": NEAR.0,
        "lon": NEAR.1,
        "skills": ["装卸"],
        "consents": [{ "purpose": "matching", "text_version": "2026-1" }]
    })
}

/// The value with these fields in place of its own.
pub fn with(mut base: Value, fields: &Value) -> Value {
    for (name, value) in fields.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}
