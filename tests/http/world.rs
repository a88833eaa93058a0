//! The real router in one process, and the actors who speak to it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use linggong::{
    domain::{
        account::{Account, Actor, Role},
        geo::{Crs, Point},
        ids::{AccountId, OrgId, Seedling, StationId},
        org::{Employer, EmployerKind, Org},
        station::Station,
    },
    feed::{hub::Hub, protocol::Limits},
    http::{App, Sessions, Settings, routes},
    market::{Market, hash_token},
    search::Follower,
    store::{NewAccount, Store},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

use crate::{
    clock::{NOW, TestClock},
    openapi,
    support::stores::TestStore,
};

/// A market with two stations, served by the real router.
pub struct World {
    pub market: Market,
    pub clock: TestClock,
    pub store: TestStore,
    /// Holds the search index.
    pub folder: TempDir,
    pub app: App,
    pub router: Router,
    _stop: DropGuard,
}

/// Where the first station stands; the second is 100 km to the south.
pub const NEAR: (f64, f64) = (38.28, 106.27);
pub const FAR: (f64, f64) = (37.38, 106.27);

impl World {
    pub async fn on(store: TestStore) -> World {
        let clock = TestClock::at(NOW);
        let market = Market::new(Store::clone(&store), Arc::new(clock.clone()), [3; 32]);
        for (id, name, (lat, lon)) in [("near", "良田站", NEAR), ("far", "远处站", FAR)] {
            let station = Station {
                id: id.parse().unwrap(),
                name: name.to_owned(),
                point: Point::new(lat, lon, Crs::Wgs84).unwrap(),
                radius_m: 20_000.0,
                public: true,
            };
            market.add_station(&Actor::Operator, &station).await.unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index");
        let search = Follower::open(market.store.clone(), index).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(search.clone().run(stop.clone()));
        let gate = Arc::new(Sessions(market.clone()));
        let clocked = Arc::new(clock.clone());
        let hub = Hub::start(market.store.clone(), gate, clocked, Limits::default());
        let app = App::new(market.clone(), search, hub, Settings::default());
        let router = routes::router(app.clone());
        World { market, clock, store, folder, app, router, _stop: stop.drop_guard() }
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
        let mut txn = self.market.store.begin().await.unwrap();
        let org: Option<OrgId> = kind.map(|_| format!("org-{name}").parse().unwrap());
        if let (Some(id), Some(kind)) = (&org, kind) {
            let employer = Employer { name: format!("{name}公司"), uscc: None, kind };
            let org = Org { id: id.clone(), employer };
            txn.add_org(&org, NOW).await.unwrap();
        }
        let random = name.bytes().fold(1, |sum, b| sum * 31 + u128::from(b));
        let account = Account {
            id: AccountId::grow(Seedling { at_ms: NOW.millis(), random }),
            login: name.to_owned(),
            role,
            org,
            station: station.map(|id| id.parse::<StationId>().unwrap()),
            worker: None,
        };
        let new = NewAccount { account: &account, password_hash: "none", at: NOW };
        txn.add_account(new).await.unwrap();
        let token = format!("token-of-{name}");
        let end = NOW.plus(3650 * linggong::domain::time::DAY);
        txn.add_session(&hash_token(&token), &account.id, NOW, end).await.unwrap();
        txn.commit().await.unwrap();
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
        self.market.expire_due().await.unwrap();
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
