//! How fast do postings and workers come in, durably, beside what the engine's bare commit costs?
//!
//! The peer is one row with the same fields in a table with a primary key, one transaction each,
//! on the same engine, disk and durability: no validation, no log, no screens.

mod harness;

use std::{sync::Arc, time::Instant};

use harness::{
    Durations, Size,
    stores::{BenchStore, stores},
    table::{Table, ms, rate},
    world::World,
};
use linggong::{
    cli::SystemClock,
    domain::{
        account::Actor,
        geo::{Crs, Point},
        station::Station,
        time::Clock,
    },
    market::{Import, Imported, Market, NewPosting, NewWorker},
};
use serde_json::Value;
use sqlx::{Connection, Executor};

/// Rows of a transaction where a list is taken in.
const BATCH: usize = 200;

fn main() {
    let size = Size::from_args(10_000);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(size));
}

async fn run(size: Size) {
    let mut world = World::new(size.seed, SystemClock.now());
    let postings: Vec<_> = (0..size.n).map(|_| world.posting().input()).collect();
    let workers: Vec<_> = (0..size.n).map(|_| world.worker().input()).collect();
    let mut table = Table::new(&["engine", "what", "rows", "rows a second", "p50 ms", "p99 ms"]);
    for bench in stores().await {
        let market = Market::new(bench.store.clone(), Arc::new(SystemClock), [7; 32]);
        for what in ["plain insert", "post", "register", "list, published, 200 rows a commit"] {
            let took = match what {
                "plain insert" => plain(&bench, &postings).await,
                "post" => post(&market, &postings).await,
                "register" => register(&market, &workers).await,
                _ => list(&market, &postings).await,
            };
            table.row(vec![
                bench.name.to_owned(),
                what.to_owned(),
                size.n.to_string(),
                rate(size.n, took.sum()),
                ms(took.quantile(0.5)),
                ms(took.quantile(0.99)),
            ]);
        }
        bench.drop().await;
    }
    table.print(
        "How fast do postings and workers come in? (p50 and p99 of one commit)",
        "35 % within 25 km of 38.45 N 106.2 E, the others near 300 cities; three stations there",
        size,
    );
}

async fn post(market: &Market, postings: &[Value]) -> Durations {
    let mut took = Durations::default();
    for input in postings {
        let start = Instant::now();
        let posted = market.post(&Actor::Operator, input, NewPosting::default()).await;
        took.add(start.elapsed());
        posted.expect("the posting is right");
    }
    took
}

async fn register(market: &Market, workers: &[Value]) -> Durations {
    let mut took = Durations::default();
    for input in workers {
        let start = Instant::now();
        let registered = market.register(&Actor::Operator, input, NewWorker::default()).await;
        took.add(start.elapsed());
        registered.expect("the worker is right");
    }
    took
}

/// As `linggong import jobs --publish` takes them in; a duration is a batch's.
async fn list(market: &Market, postings: &[Value]) -> Durations {
    for (id, lat, lon) in [("aa", 38.45, 106.2), ("bb", 38.4, 106.1), ("cc", 38.5, 106.3)] {
        let station = Station {
            id: id.parse().expect("an id"),
            name: id.to_owned(),
            point: Point::new(lat, lon, Crs::Wgs84).expect("a place"),
            radius_m: 10_000.0,
            public: true,
        };
        market.add_station(&Actor::Operator, &station).await.expect("a station");
    }
    let import = Import { source: "bench".to_owned(), publish: true, floating_validity: false };
    let mut took = Durations::default();
    for batch in postings.chunks(BATCH) {
        let start = Instant::now();
        let mut txn = market.store.begin().await.expect("a transaction");
        for input in batch {
            let taken = market.take_in(&mut txn, &Actor::Operator, input, &import).await;
            assert_eq!(taken.expect("the posting is right"), Imported::Created);
        }
        txn.commit().await.expect("the batch stands");
        took.add(start.elapsed());
    }
    took
}

const FIELDS: [&str; 12] = [
    "external_id",
    "title",
    "description",
    "skills",
    "employer",
    "address",
    "wage",
    "shifts",
    "benefits",
    "requirements",
    "valid_until",
    "crs",
];

async fn plain(bench: &BenchStore, postings: &[Value]) -> Durations {
    let mut peer = bench.peer().await;
    let create = "create table peer_job (id bigint primary key, external_id text, title text, \
        description text, skills text, employer text, address text, wage text, shifts text, \
        benefits text, requirements text, valid_until text, crs text, lat double precision, \
        lon double precision, headcount bigint)";
    peer.execute(create).await.expect("a table");
    let mut took = Durations::default();
    for (id, input) in (1_i64..).zip(postings) {
        let texts = FIELDS.map(|name| match &input[name] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        let start = Instant::now();
        let mut txn = peer.begin().await.expect("a transaction");
        let mut insert = sqlx::query(
            "insert into peer_job values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
             $14, $15, $16)",
        )
        .bind(id);
        for text in texts {
            insert = insert.bind(text);
        }
        insert = insert.bind(input["lat"].as_f64()).bind(input["lon"].as_f64());
        insert = insert.bind(input["headcount"].as_i64());
        insert.execute(&mut *txn).await.expect("a row");
        txn.commit().await.expect("the row stands");
        took.add(start.elapsed());
    }
    peer.close().await.expect("the peer leaves");
    took
}
