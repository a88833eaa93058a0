//! Screens behind a network that cuts, delays, halves and reorders connections, before a server that
//! is killed, stopped and restored: after every round each screen's set is the store's, and at every
//! number that it ever showed, it showed what the store held at that number.
//!
//! Random moments come from a seed that is printed; `LINGGONG_TEST_SEED` takes one again.

#[path = "../crash/process.rs"]
#[allow(dead_code)] // The crash tests use all of it.
mod process;
mod proxy;
mod screen;
mod traffic;
mod truth;

use std::time::{Duration, Instant};

use process::{Api, Database, Server, Site, quick};
use proxy::Proxy;
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use screen::Screen;
use tokio::time;
use traffic::Traffic;
use truth::Truth;

const STATIONS: [&str; 3] = ["liangtian", "fengdeng", "heshun"];
const SCREENS: usize = 36;
/// Milliseconds of trouble in a round.
const TROUBLE_MS: std::ops::Range<u64> = 600..1_400;
/// Once the network is calm, every screen has come to the newest number within so long.
const CALM: Duration = Duration::from_secs(30);

/// What happens to the server in a round.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// Nothing: the network alone.
    None,
    /// Killed without warning, and started again after a while.
    Kill,
    /// Asked to end, and started again at once.
    Stop,
    /// Put back to what it was some rounds ago.
    Restore,
}

struct Chaos {
    site: Site,
    dice: ChaCha20Rng,
    server: Option<Server>,
    api: Api,
    proxy: Proxy,
    screens: Vec<Screen>,
    truth: Truth,
    /// Where a backup lies that has not been restored yet.
    backup: Option<String>,
    blows: [usize; 4],
}

impl Chaos {
    async fn begin(site: Site, seed: u64) -> Chaos {
        let mut dice = ChaCha20Rng::seed_from_u64(seed);
        site.add_user("admin").await;
        for station in STATIONS {
            let place = ["--name", station, "--lat", "38.28", "--lon", "106.27", "--public"];
            site.done(&[&["station", "add", station], &place[..]].concat()).await;
        }
        let server = site.serve().await;
        let api = server.client("admin").await;
        let proxy = Proxy::start(&server.address, dice.random()).await;
        let screens = (0..SCREENS).map(|number| {
            let station = STATIONS[number % STATIONS.len()];
            Screen::start(&proxy.address, station, dice.random())
        });
        let screens = screens.collect();
        let truth = Truth::of(&site).await;
        let (server, backup, blows) = (Some(server), None, [0; 4]);
        Chaos { site, dice, server, api, proxy, screens, truth, backup, blows }
    }

    async fn round(&mut self) {
        let blows = [Blow::None, Blow::Kill, Blow::Kill, Blow::Stop, Blow::Restore];
        let blow = *blows.choose(&mut self.dice).unwrap();
        let before = Duration::from_millis(self.dice.random_range(TROUBLE_MS));
        let after = Duration::from_millis(self.dice.random_range(TROUBLE_MS));
        self.proxy.trouble();
        let mut traffic = Traffic::start(&self.api, self.dice.random());
        time::sleep(before).await;
        self.strike(blow, &mut traffic).await;
        time::sleep(after).await;
        traffic.stop().await;
        self.proxy.calm();
        let reached = time::timeout(CALM, self.converge(blow)).await;
        assert!(reached.is_ok(), "{blow:?}: {}\n{}", self.differences(), self.site.log());
        for screen in &self.screens {
            for (epoch, shown) in screen.take_notes() {
                self.truth.check(screen.station, &epoch, &shown);
            }
        }
    }

    async fn strike(&mut self, blow: Blow, traffic: &mut Traffic) {
        self.blows[blow as usize] += 1;
        let server = self.server.take().expect("a server runs");
        match blow {
            Blow::None => {
                self.server = Some(server);
                return;
            }
            Blow::Kill => {
                server.kill().await;
                let down = Duration::from_millis(self.dice.random_range(0..400));
                time::sleep(down).await;
            }
            Blow::Stop => assert_eq!(server.stop().await.0, Some(0), "{}", self.site.log()),
            Blow::Restore => {
                assert_eq!(server.stop().await.0, Some(0), "{}", self.site.log());
                // What was shown under the old epoch is judged while its history stands.
                self.truth.follow(&self.site).await;
                for screen in &self.screens {
                    for (epoch, shown) in screen.take_notes() {
                        self.truth.check(screen.station, &epoch, &shown);
                    }
                }
                self.put_back().await;
            }
        }
        let server = self.site.serve().await;
        self.proxy.lead_to(&server.address);
        self.api = self.api.at(&server);
        traffic.stop().await;
        *traffic = Traffic::start(&self.api, self.dice.random());
        self.server = Some(server);
    }

    /// Makes a backup, or restores the one that was made; only the embedded database has them.
    async fn put_back(&mut self) {
        if self.site.url.is_some() {
            return;
        }
        match self.backup.take() {
            None => {
                let dir = self.site.data.with_file_name(format!("backup{}", self.blows[3]));
                let dir = dir.to_str().unwrap().to_owned();
                self.site.done(&["backup", &dir]).await;
                self.backup = Some(dir);
            }
            Some(dir) => {
                self.site.done(&["restore", &dir, "--force"]).await;
                self.truth = Truth::of(&self.site).await;
            }
        }
    }

    /// Waits until every screen shows what the store holds.
    async fn converge(&mut self, blow: Blow) {
        self.truth.follow(&self.site).await;
        if matches!(blow, Blow::Restore) {
            // Screens from before stand at numbers of another history until they hear of it.
            time::sleep(Duration::from_millis(100)).await;
        }
        while !self.screens.iter().all(|screen| self.truth.is_newest(screen)) {
            time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn differences(&self) -> String {
        let late = self.screens.iter().filter(|screen| !self.truth.is_newest(screen));
        late.map(|screen| self.truth.difference(screen)).collect::<Vec<_>>().join("\n")
    }
}

async fn chaos(engine: &str, site: Site, rounds: usize) {
    let given = std::env::var("LINGGONG_TEST_SEED").ok();
    let seed = given.map_or_else(rand::random, |text| text.parse().expect("a number"));
    println!("{engine}: LINGGONG_TEST_SEED={seed}");
    let begun = Instant::now();
    let mut chaos = Chaos::begin(site, seed).await;
    for _ in 0..rounds {
        chaos.round().await;
    }
    let heard = screen::Heard::sum(chaos.screens.iter().map(Screen::heard));
    println!(
        "{engine}: {rounds} rounds in {} s with {SCREENS} screens; server left alone {}, killed {}, \
         stopped {}, stopped and kept or put back {}; {} changes in the streams; {}; {heard}",
        begun.elapsed().as_secs(),
        chaos.blows[0],
        chaos.blows[1],
        chaos.blows[2],
        chaos.blows[3],
        chaos.truth.changes(),
        chaos.proxy.told(),
    );
    assert!(chaos.truth.changes() > 0 && heard.changes > 0, "nothing moved");
    for screen in chaos.screens {
        screen.stop().await;
    }
    chaos.site.done(&["check"]).await;
    assert_eq!(chaos.server.unwrap().stop().await.0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_shows_what_the_store_holds_on_sqlite() {
    let rounds = if quick() { 2 } else { 10 };
    chaos("SQLite", Site::new(None), rounds).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_screen_shows_what_the_store_holds_on_postgres() {
    if quick() {
        return;
    }
    let database = Database::fresh().await;
    chaos("PostgreSQL", Site::new(Some(&database.url)), 8).await;
    database.remove().await;
}
