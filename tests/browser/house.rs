//! A server on the loopback with a store of its own, and the people who use it.

use std::{net::SocketAddr, ops::Deref};

use linggong::{
    domain::{
        account::{Account, Actor, Role},
        evidence::About,
        ids::{JobId, StationId, WorkerId},
        org::{Employer, EmployerKind, Org},
        posting::Status,
        time::{DAY, HOUR},
        worker::Group,
    },
    http::Settings,
    market::{GroupStep, NewPosting, NewWorker},
    ops::demo,
    store::PostingFilter,
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Semaphore, SemaphorePermit},
    task::AbortHandle,
};

use crate::{
    clock::NOW,
    support::stores::{TestStore, sqlite},
    town::Town,
};

/// Houses at once: more browsers than cores only time each other out.
static TURNS: Semaphore = Semaphore::const_new(2);

/// The stations of a house that is not the demonstration's: id, name, place. The third is 100 km to
/// the south of the others.
pub const STATIONS: [(&str, &str, (f64, f64)); 3] = [
    ("liangtian", "良田镇就业服务站", (38.3613, 106.1313)),
    ("heshun", "和顺新村零工市场", (38.345, 106.12)),
    ("yuanfang", "远处镇就业服务站", (37.38, 106.27)),
];

/// The seed of the demonstration's data.
const SEED: u64 = 20_241_112;

/// A served market; its clock stands at [`NOW`] until a test moves it.
pub struct House {
    town: Town,
    /// Where it is served, without a slash at the end.
    pub url: String,
    server: AbortHandle,
    _turn: SemaphorePermit<'static>,
}

impl Deref for House {
    type Target = Town;
    fn deref(&self) -> &Town {
        &self.town
    }
}

/// Somebody with an account and a session.
#[derive(Clone)]
pub struct Person {
    pub account: Account,
    /// Of the session, as its cookie carries it.
    pub token: String,
}

impl Person {
    pub fn actor(&self) -> Actor {
        Actor::Account(self.account.clone())
    }
}

impl House {
    /// With [`STATIONS`] and nothing else, on SQLite.
    pub async fn open() -> House {
        House::on(sqlite().await).await
    }

    /// With [`STATIONS`] and nothing else.
    pub async fn on(store: TestStore) -> House {
        House::of(store, Settings::default()).await
    }

    async fn of(store: TestStore, settings: Settings) -> House {
        let house = House::serve(store, settings).await;
        for (id, name, place) in STATIONS {
            house.station(id, name, place).await;
        }
        house
    }

    /// As [`House::open`]; its kiosks have a reader of ID cards at this port of the loopback.
    pub async fn with_reader(port: u16) -> House {
        let settings = Settings { card_port: Some(port), ..Settings::default() };
        House::of(sqlite().await, settings).await
    }

    /// With the demonstration's stations, postings and workers, on SQLite.
    pub async fn demo() -> House {
        let settings = Settings { demo: true, ..Settings::default() };
        let house = House::serve(sqlite().await, settings).await;
        demo::fill(&house.market, SEED).await.unwrap().expect("the store is empty");
        house.settle().await;
        house
    }

    async fn serve(store: TestStore, settings: Settings) -> House {
        let turn = TURNS.acquire().await.unwrap();
        let town = Town::on(store, settings).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = town.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        House { town, url, server: server.abort_handle(), _turn: turn }
    }

    /// Waits until everything that was committed can be searched.
    pub async fn settle(&self) {
        let seq = self.market.store.read().await.unwrap().log_seq().await.unwrap();
        self.app.search.place().wait_for(|place| *place >= seq).await.unwrap();
    }

    async fn person(
        &self,
        role: Role,
        name: &str,
        station: Option<&str>,
        kind: Option<EmployerKind>,
    ) -> Person {
        let (account, token) = self.town.account(role, name, station, kind).await;
        Person { account, token }
    }

    /// An enterprise that posts for itself.
    pub async fn employer(&self, name: &str) -> Person {
        self.person(Role::Employer, name, None, Some(EmployerKind::Enterprise)).await
    }

    /// Staff of a station.
    pub async fn staff(&self, name: &str, station: &str) -> Person {
        self.person(Role::Staff, name, Some(station), None).await
    }

    /// A broker with an organisation of this name.
    pub async fn broker(&self, login: &str, name: &str) -> Person {
        self.desk(Role::Broker, login, login, name, EmployerKind::Broker).await
    }

    /// Whoever checks claims for a village, by its code, or for a bureau, by its id.
    pub async fn checker(&self, role: Role, login: &str, org: &str, name: &str) -> Person {
        self.desk(role, login, org, name, EmployerKind::Enterprise).await
    }

    async fn desk(
        &self,
        role: Role,
        login: &str,
        org: &str,
        name: &str,
        kind: EmployerKind,
    ) -> Person {
        let employer = Employer { name: name.to_owned(), uscc: None, kind };
        let org = Org { id: org.parse().unwrap(), employer };
        let (account, token) = self.town.account_of(role, login, None, Some(org)).await;
        Person { account, token }
    }

    /// Who may do everything.
    pub async fn admin(&self, name: &str) -> Person {
        self.person(Role::Admin, name, None, None).await
    }

    /// Somebody who looks for work and has not registered yet.
    pub async fn newcomer(&self, name: &str) -> Person {
        self.person(Role::Worker, name, None, None).await
    }

    /// Somebody who looks for work and has registered, with this phone.
    pub async fn worker(&self, name: &str, phone: &str) -> Person {
        let person = self.newcomer(name).await;
        self.registered(person, phone).await
    }

    /// Somebody who leads a crew and has registered, with this phone.
    pub async fn leader(&self, name: &str, phone: &str) -> Person {
        let person = self.person(Role::Leader, name, None, None).await;
        self.registered(person, phone).await
    }

    async fn registered(&self, person: Person, phone: &str) -> Person {
        let (lat, lon) = STATIONS[0].2;
        let input = json!({
            "name": "马小军", "phone": phone, "lat": lat, "lon": lon, "radius_km": 30,
            "skills": ["装卸", "分拣"],
            "consents": [{ "purpose": "matching", "text_version": "2026-11" }],
        });
        let worker =
            self.market.register(&person.actor(), &input, NewWorker::default()).await.unwrap();
        let account = Account { worker: Some(worker.id), ..person.account };
        Person { account, ..person }
    }

    /// Two records of one person at the desk: the older with groups, certificates and hours.
    pub async fn twins(&self, staff: &Person) -> (WorkerId, WorkerId) {
        let groups = json!([{ "group": "veteran", "source": "paper" }, "poverty"]);
        let known = json!({
            "name": "马桂花", "phone": "13800000077", "village": "640106100201",
            "id_number": "640106199003070017", "skills": ["摘枸杞", "做饭"], "groups": groups,
            "certificates": ["叉车证（至2027-05-01）", "焊工证（至2026-05-01）"],
            "available": { "weekly": [{ "days": [1, 2, 3, 4, 5], "from": 8, "to": 18 }] },
            "day_wage_wish_fen": 18_000,
        });
        let again = json!({
            "name": "马桂花", "phone": "13800000078", "village": "640106100201",
            "skills": ["摘枸杞"],
        });
        let mut made = Vec::new();
        for input in [known, again] {
            let new = NewWorker::default();
            made.push(self.market.register(&staff.actor(), &input, new).await.unwrap().id);
        }
        let withdrawn = GroupStep::Withdraw(Group::Poverty);
        self.market.note_group(&staff.actor(), &made[0], withdrawn).await.unwrap();
        let twin = made.pop().unwrap();
        (made.pop().unwrap(), twin)
    }

    /// The id of an organisation that registers and waits to be verified.
    pub async fn poster_registers(&self) -> String {
        let input = json!({
            "name": "宁夏某某商贸有限公司", "kind": "enterprise", "uscc": "91110101095807770R",
            "licence_until": "2030-01-01", "contact": "王小明", "phone": "13800000077",
            "login": "shangmao", "password": "12345678", "consent": true,
        });
        let new = self.market.read_newcomer(&input).unwrap();
        let org = self.market.register_poster(new).await.unwrap().1.org.id;
        let about = About::Org(org.clone());
        let file = b"%PDF-1.7 %%EOF";
        self.market.add_evidence(&Actor::Operator, about, "营业执照", file).await.unwrap();
        org.to_string()
    }

    /// Hands in an authorisation of this broker, which waits to be verified.
    pub async fn authorised(&self, broker: &Person, employer: &str) {
        let input = json!({
            "employer": { "name": employer, "uscc": "91110101MAC1DF1G95" },
            "from": "2026-11-01", "to": "2027-10-31",
        });
        let org = broker.account.org.as_ref().unwrap();
        let file = b"%PDF-1.7 %%EOF";
        self.market.add_mandate(&broker.actor(), org, &input, file).await.unwrap();
    }

    /// The id of a posting that this person writes.
    pub async fn drafted(&self, by: &Person, fields: &Value) -> JobId {
        let input = posting(fields);
        self.market.post(&by.actor(), &input, NewPosting::default()).await.unwrap().id
    }

    /// The id of a posting that this person posts and hands in.
    pub async fn handed_in(&self, by: &Person, fields: &Value) -> JobId {
        let input = posting(fields);
        let posting = self.market.post(&by.actor(), &input, NewPosting::default()).await.unwrap();
        self.market.submit(&by.actor(), &posting.id).await.unwrap();
        posting.id
    }

    /// The id of a posting that the operator posts and hands in.
    pub async fn submitted(&self, fields: &Value) -> JobId {
        let new = NewPosting::default();
        let posting = self.market.post(&Actor::Operator, &posting(fields), new).await.unwrap();
        self.market.submit(&Actor::Operator, &posting.id).await.unwrap();
        posting.id
    }

    /// The id of a posting of this person's that was open and is over.
    pub async fn ended(&self, by: &Person, fields: &Value) -> JobId {
        self.clock.go(-2 * DAY);
        let id = self.handed_in(by, fields).await;
        self.market.approve(&Actor::Operator, &id).await.unwrap();
        self.clock.go(2 * DAY);
        self.market.expire_due().await.unwrap();
        id
    }

    /// How many postings stand in one of these states; none means in any.
    pub async fn postings(&self, statuses: &[Status]) -> usize {
        let filter = PostingFilter { statuses: statuses.to_vec(), ..PostingFilter::default() };
        self.market.store.read().await.unwrap().postings(&filter, 1000).await.unwrap().len()
    }

    /// The ids of what a station shows, by the records.
    pub async fn shown(&self, station: &str) -> Vec<String> {
        let station: StationId = station.parse().unwrap();
        let shown = self.market.store.read().await.unwrap().shown_at(&station).await.unwrap();
        shown.into_iter().map(|(id, ..)| id).collect()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A posting for two loaders near the first two stations, tomorrow from eight to five, with these
/// fields in place of its own.
pub fn posting(fields: &Value) -> Value {
    let (lat, lon) = STATIONS[0].2;
    let start = NOW.plus(22 * HOUR);
    let mut posting = json!({
        "title": "装卸工",
        "description": "仓库装车卸车",
        "skills": ["装卸"],
        "employer": { "name": "塞上建材有限公司", "kind": "enterprise" },
        "address": "良田镇仓库",
        "division": "640106",
        "lat": lat + 0.02,
        "lon": lon,
        "wage": { "min_fen": 22_000, "unit": "day", "settlement": "daily" },
        "headcount": 2,
        "shifts": [{
            "start": start.to_string(),
            "end": start.plus(9 * HOUR).to_string(),
        }],
        "benefits": ["管午饭"],
        "requirements": "不限",
        "instant": true,
        "valid_until": NOW.plus(20 * DAY).to_string(),
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        posting[name] = value.clone();
    }
    posting
}
