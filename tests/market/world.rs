//! A market, its clock, and good records.

use std::sync::Arc;

use linggong::{
    domain::{
        account::Actor,
        booking::{Booking, BookingStatus},
        geo::{Crs, Point},
        ids::{BookingId, JobId, WorkerId},
        posting::{Posting, Status},
        station::Station,
    },
    market::{Booked, BookingRequest, Market, MarketError, MarketResult, NewPosting, NewWorker},
    store::Store,
};
use serde_json::{Value, json};

use crate::{
    clock::{NOW, TestClock},
    support::stores::TestStore,
};

pub struct World {
    pub market: Market,
    pub clock: TestClock,
    pub store: TestStore,
}

pub const OPERATOR: Actor = Actor::Operator;

impl World {
    pub async fn on(store: TestStore) -> World {
        let clock = TestClock::at(NOW);
        let market = Market::new(Store::clone(&store), Arc::new(clock.clone()), [5; 32]);
        World { market, clock, store }
    }

    pub async fn station(&self, id: &str, lat: f64) {
        self.market.add_station(&OPERATOR, &station(id, lat)).await.unwrap();
    }

    pub async fn draft(&self, fields: &Value) -> Posting {
        let new = NewPosting::default();
        self.market.post(&OPERATOR, &posting(fields), new).await.unwrap()
    }

    pub async fn open(&self, fields: &Value) -> JobId {
        let id = self.draft(fields).await.id;
        self.market.submit(&OPERATOR, &id).await.unwrap();
        self.market.approve(&OPERATOR, &id).await.unwrap();
        id
    }

    pub async fn worker(&self, number: u32) -> WorkerId {
        let input = json!({ "name": "马小军", "phone": format!("139{number:08}") });
        self.market.register(&OPERATOR, &input, NewWorker::default()).await.unwrap().id
    }

    pub async fn workers(&self, count: u32) -> Vec<WorkerId> {
        let mut workers = Vec::new();
        for number in 0..count {
            workers.push(self.worker(number).await);
        }
        workers
    }

    pub async fn book(&self, job: &JobId, worker: &WorkerId) -> MarketResult<Booked> {
        self.market.book(&OPERATOR, job, &request(worker)).await
    }

    pub async fn cancel(&self, booking: &BookingId) -> Booked {
        self.market.cancel(&OPERATOR, booking).await.unwrap()
    }

    pub async fn posting(&self, id: &JobId) -> Posting {
        self.market.posting(Some(&OPERATOR), id).await.unwrap()
    }

    pub async fn roster(&self, id: &JobId) -> Vec<Booking> {
        self.market.roster(&OPERATOR, id).await.unwrap()
    }

    /// The postings that a station shows, by id.
    pub async fn shown(&self, station: &str) -> Vec<String> {
        let mut view = self.market.store.read().await.unwrap();
        let rows = view.shown_at(&station.parse().unwrap()).await.unwrap();
        rows.into_iter().map(|(id, ..)| id).collect()
    }

    /// What always holds of a posting's places.
    pub async fn check_places(&self, id: &JobId) {
        let (posting, roster) = (self.posting(id).await, self.roster(id).await);
        let booked = roster.iter().filter(|b| b.status == BookingStatus::Booked).count();
        assert_eq!(posting.taken as usize, booked, "{id}");
        assert!(posting.taken <= posting.terms.headcount, "{id}");
        match posting.status {
            Status::Open => assert!(posting.places_left() > 0, "{id}"),
            Status::Filled => assert_eq!(posting.places_left(), 0, "{id}"),
            _ => {}
        }
    }

    /// The audit trail is whole.
    pub async fn verify(&self) {
        let mut view = self.market.store.read().await.unwrap();
        let seq = view.log_seq().await.unwrap();
        assert_eq!(view.verify_log().await.unwrap(), Ok(seq));
        assert_eq!(view.wages_that_disagree(9).await.unwrap(), []);
    }
}

pub const LON: f64 = 106.27;
pub const LAT: f64 = 38.28;

/// A public station at this latitude, of 20 km.
pub fn station(id: &str, lat: f64) -> Station {
    Station {
        id: id.parse().unwrap(),
        name: format!("{id}站"),
        point: Point::new(lat, LON, Crs::Wgs84).unwrap(),
        radius_m: 20_000.0,
        public: true,
    }
}

pub fn request(worker: &WorkerId) -> BookingRequest {
    BookingRequest { worker: worker.clone(), shift: None, idempotency_key: None }
}

/// Shifts of a day in November or December 2026, from hour to hour.
pub fn shift(day: &str, from: u32, to: u32) -> Value {
    json!([{ "start": format!("2026-{day}T{from:02}:00:00+08:00"),
             "end": format!("2026-{day}T{to:02}:00:00+08:00") }])
}

/// A posting for one, tomorrow from eight to five, with these fields in place of its own.
pub fn posting(fields: &Value) -> Value {
    let mut base = json!({
        "title": "装卸工",
        "employer": { "name": "塞上建材有限公司" },
        "address": "良田镇仓库",
        "lat": LAT,
        "lon": LON,
        "wage": { "min_fen": 22_000, "unit": "day", "settlement": "daily" },
        "headcount": 1,
        "shifts": shift("11-25", 8, 17),
        "requirements": "不限",
        "valid_until": "2026-12-20T00:00:00+08:00"
    });
    for (name, value) in fields.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// The word of a refusal to book.
#[track_caller]
pub fn no_place(result: MarketResult<Booked>) -> String {
    match result {
        Err(MarketError::NoPlace(why)) => why.to_string(),
        other => panic!("{other:?}"),
    }
}
