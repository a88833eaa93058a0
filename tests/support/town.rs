//! A market behind the real router, in one process, and accounts with sessions.

// Each test binary takes a part.
#![allow(dead_code)]

use std::sync::Arc;

use axum::Router;
use linggong::{
    domain::{
        account::{Account, Actor, Role},
        geo::{Crs, Point},
        ids::{AccountId, Seedling, StationId},
        org::{Employer, EmployerKind, Org},
        station::Station,
        time::DAY,
    },
    feed::{hub::Hub, protocol::Limits},
    http::{App, Sessions, Settings, routes},
    market::{Market, hash_token},
    search::Follower,
    store::{NewAccount, Store},
};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    clock::{NOW, TestClock},
    support::stores::TestStore,
};

/// A market without stations, served by the real router.
pub struct Town {
    pub market: Market,
    pub clock: TestClock,
    pub store: TestStore,
    /// Holds the search index.
    pub folder: TempDir,
    pub app: App,
    pub router: Router,
    _stop: DropGuard,
}

impl Town {
    pub async fn on(store: TestStore, settings: Settings) -> Town {
        let clock = TestClock::at(NOW);
        let market = Market::new(Store::clone(&store), Arc::new(clock.clone()), [3; 32]);
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index");
        let search = Follower::open(market.store.clone(), index).await.unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(search.clone().run(stop.clone()));
        let gate = Arc::new(Sessions(market.clone()));
        let clocked = Arc::new(clock.clone());
        let hub = Hub::start(market.store.clone(), gate, clocked, Limits::default());
        let app = App::new(market.clone(), search, hub, settings);
        let router = routes::router(app.clone());
        Town { market, clock, store, folder, app, router, _stop: stop.drop_guard() }
    }

    /// Sets up a public station that shows what lies within 20 km.
    pub async fn station(&self, id: &str, name: &str, (lat, lon): (f64, f64)) {
        let station = Station {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            point: Point::new(lat, lon, Crs::Wgs84).unwrap(),
            radius_m: 20_000.0,
            public: true,
        };
        self.market.add_station(&Actor::Operator, &station).await.unwrap();
    }

    /// An account and the token of its session of ten years, made without the slow password hash;
    /// of an organisation of this kind, where one is named.
    pub async fn account(
        &self,
        role: Role,
        name: &str,
        station: Option<&str>,
        kind: Option<EmployerKind>,
    ) -> (Account, String) {
        let org = kind.map(|kind| {
            let employer = Employer { name: format!("{name}公司"), uscc: None, kind };
            Org { id: format!("org-{name}").parse().unwrap(), employer }
        });
        self.account_of(role, name, station, org).await
    }

    /// As [`Town::account`], of this new organisation: a village by its code, a bureau by its id.
    pub async fn account_of(
        &self,
        role: Role,
        name: &str,
        station: Option<&str>,
        org: Option<Org>,
    ) -> (Account, String) {
        let mut txn = self.market.store.begin().await.unwrap();
        if let Some(org) = &org {
            txn.add_org(org, NOW).await.unwrap();
        }
        let random = name.bytes().fold(1, |sum, b| sum * 31 + u128::from(b));
        let account = Account {
            id: AccountId::grow(Seedling { at_ms: NOW.millis(), random }),
            login: name.to_owned(),
            role,
            org: org.map(|org| org.id),
            station: station.map(|id| id.parse::<StationId>().unwrap()),
            worker: None,
        };
        let new = NewAccount { account: &account, password_hash: "none", at: NOW };
        txn.add_account(new).await.unwrap();
        let token = format!("token-of-{name}");
        txn.add_session(&hash_token(&token), &account.id, NOW, NOW.plus(3650 * DAY)).await.unwrap();
        txn.commit().await.unwrap();
        (account, token)
    }
}
