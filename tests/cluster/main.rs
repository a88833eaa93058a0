//! Two real nodes on one PostgreSQL database. In the quick run there is nothing to do here.

#[path = "../crash/process.rs"]
#[allow(dead_code)] // The crash tests use all of it.
mod process;

use std::{
    fs,
    time::{Duration, Instant},
};

use process::{Api, Database, Server, Site, posting, quick, spread, text};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time};

/// What is approved on one node is found on the other after at most so long, in the middle.
const LAG: Duration = Duration::from_secs(1);
/// The longest that a busy machine may make it.
const LAG_MAX: Duration = Duration::from_secs(10);

/// Two nodes of one key, both serving.
struct Cluster {
    database: Database,
    sites: [Site; 2],
    servers: [Server; 2],
}

fn sites(database: &Database) -> [Site; 2] {
    let mut sites = [(); 2].map(|()| Site::new(Some(&database.url)));
    let key_file = sites[0].data.with_file_name("key");
    fs::write(&key_file, "5a".repeat(32)).unwrap();
    for site in &mut sites {
        site.key_file = Some(key_file.clone());
    }
    sites
}

impl Cluster {
    async fn start() -> Cluster {
        let database = Database::fresh().await;
        let sites = sites(&database);
        sites[0].add_user("admin").await;
        sites[0].add_station("liangtian").await;
        let servers = [sites[0].serve().await, sites[1].serve().await];
        Cluster { database, sites, servers }
    }

    async fn apis(&self) -> [Api; 2] {
        let first = self.servers[0].client("admin").await;
        let second = first.at(&self.servers[1]);
        [first, second]
    }

    async fn end(self) {
        for site in &self.sites {
            site.done(&["check"]).await;
        }
        for server in self.servers {
            assert_eq!(server.stop().await.0, Some(0));
        }
        self.database.remove().await;
    }
}

async fn is_found(api: &Api, id: &str, term: &str) -> bool {
    let (status, page) = api.get(&format!("/jobs?q={term}")).await.unwrap();
    assert_eq!(status, StatusCode::OK, "{page}");
    let items = page["items"].as_array().unwrap();
    items.iter().any(|item| item["id"] == id)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_approves_the_other_finds_within_a_second() {
    if quick() {
        return;
    }
    let cluster = Cluster::start().await;
    let [here, there] = cluster.apis().await;
    let mut lags = Vec::new();
    for number in 0..50 {
        let term = format!("lag{number}x");
        let id = here.publish(posting(&term, 2)).await;
        // From the answer on; the node that answers has indexed it by then.
        let answered = Instant::now();
        assert!(is_found(&here, &id, &term).await, "{id} is not found where it was taken");
        while !is_found(&there, &id, &term).await {
            assert!(answered.elapsed() < LAG_MAX, "{id} is not found");
            time::sleep(Duration::from_millis(2)).await;
        }
        lags.push(answered.elapsed());
    }
    println!("found on the other node after: {}", spread(&lags));
    lags.sort_unstable();
    assert!(lags[lags.len() / 2] < LAG);
    cluster.end().await;
}

fn worker(number: usize) -> Value {
    json!({
        "name": "马建国",
        "phone": format!("139{number:08}"),
        "lat": 38.28, "lon": 106.27, "crs": "wgs84",
        "skills": ["装卸"],
        "consents": [{ "purpose": "matching", "text_version": "1" }],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bookings_through_both_nodes_never_oversell() {
    if quick() {
        return;
    }
    const PLACES: usize = 5;
    const WORKERS: usize = 24;
    let cluster = Cluster::start().await;
    let apis = cluster.apis().await;
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        let (status, answer) = apis[0].post("/workers", worker(number), None).await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        workers.push(answer["id"].as_str().unwrap().to_owned());
    }
    for round in 0..4 {
        let mut body = posting(&format!("b{round}"), PLACES as u32);
        // A worker can't be at two places at once.
        body["shifts"] = json!([]);
        let job = apis[round % 2].publish(body).await;
        let mut requests = JoinSet::new();
        for (number, worker) in workers.iter().enumerate() {
            let (api, path) = (apis[number % 2].clone(), format!("/jobs/{job}/bookings"));
            let body = json!({ "worker_id": worker });
            requests.spawn(async move { api.post(&path, body, None).await.unwrap() });
        }
        let (mut booked, mut waiting, mut full) = (0, 0, 0);
        while let Some(answer) = requests.join_next().await {
            let (status, answer) = answer.unwrap();
            match status {
                StatusCode::CREATED => booked += 1,
                StatusCode::ACCEPTED => waiting += 1,
                StatusCode::CONFLICT if answer["code"] == "full" => full += 1,
                _ => panic!("{status} {answer}"),
            }
        }
        assert_eq!((booked, waiting), (PLACES, PLACES));
        assert_eq!(full, WORKERS - 2 * PLACES);
        let (_, roster) = apis[1].get(&format!("/jobs/{job}/bookings")).await.unwrap();
        let items = roster["items"].as_array().unwrap();
        let held = items.iter().filter(|item| item["status"] == "booked");
        assert_eq!(held.count(), PLACES);
    }
    cluster.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_killed_catches_up() {
    if quick() {
        return;
    }
    let mut cluster = Cluster::start().await;
    let [here, there] = cluster.apis().await;
    let mut open = vec![here.publish(posting("before", 2)).await];
    let [first, second] = cluster.servers;
    second.kill().await;
    for number in 0..20 {
        open.push(here.publish(posting(&format!("k{number}"), 2)).await);
    }
    let second = cluster.sites[1].serve().await;
    let mut found = there.at(&second).search_all().await;
    found.sort();
    open.sort();
    assert_eq!(found, open);
    println!("caught up and ready after {:?}", second.ready_after);
    cluster.servers = [first, second];
    cluster.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_on_an_empty_database_come_up() {
    if quick() {
        return;
    }
    for _ in 0..4 {
        let database = Database::fresh().await;
        let sites = sites(&database);
        let servers = tokio::join!(sites[0].serve(), sites[1].serve());
        let servers = [servers.0, servers.1];
        sites[0].add_user("admin").await;
        let cluster = Cluster { database, sites, servers };
        let [here, there] = cluster.apis().await;
        let id = here.publish(posting("first", 2)).await;
        let asked = Instant::now();
        while there.search_all().await != [id.clone()] {
            assert!(asked.elapsed() < LAG_MAX);
        }
        cluster.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_another_key_is_refused() {
    if quick() {
        return;
    }
    let database = Database::fresh().await;
    let [first, mut second] = sites(&database);
    let server = first.serve().await;
    let other = second.data.with_file_name("other");
    fs::write(&other, "a5".repeat(32)).unwrap();
    second.key_file = Some(other);
    let output = second.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("not the key"), "{said}");
    assert_eq!(server.stop().await.0, Some(0));
    database.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_keys_at_once_on_an_empty_database_one_is_refused() {
    if quick() {
        return;
    }
    for _ in 0..4 {
        let database = Database::fresh().await;
        // Each makes a key of its own.
        let sites = [(); 2].map(|()| Site::new(Some(&database.url)));
        let list = ["station", "list"];
        let (one, other) = tokio::join!(sites[0].run(&list), sites[1].run(&list));
        let good = [&one, &other].map(|output| output.status.success());
        assert_ne!(good[0], good[1], "{one:?}\n{other:?}");
        database.remove().await;
    }
}
