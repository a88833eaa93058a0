//! What a station showed at every number, by the store's own stream.

use std::collections::BTreeMap;

use linggong::{domain::ids::StationId, feed::protocol::SetHash};
use serde_json::Value;

use crate::{
    STATIONS,
    process::Site,
    screen::{Screen, Shown},
};

/// Rows that one page of a walk reads.
const PAGE: i64 = 500;

/// The history of one installation under one epoch.
pub struct Truth {
    epoch: String,
    stations: BTreeMap<&'static str, Station>,
}

#[derive(Default)]
struct Station {
    set: BTreeMap<String, i64>,
    hash: SetHash,
    /// By number, from 0.
    shown: Vec<Shown>,
}

impl Truth {
    /// The history as it stands.
    pub async fn of(site: &Site) -> Truth {
        let mut truth = Truth { epoch: String::new(), stations: BTreeMap::new() };
        for station in STATIONS {
            let mut fresh = Station::default();
            fresh.note(0);
            truth.stations.insert(station, fresh);
        }
        truth.follow(site).await;
        truth
    }

    /// Reads on, and compares what the stream leads to with what the store says is shown.
    pub async fn follow(&mut self, site: &Site) {
        let store = site.store().await;
        let mut view = store.read().await.unwrap();
        self.epoch = view.epoch().await.unwrap();
        for (name, station) in &mut self.stations {
            let id: StationId = name.parse().unwrap();
            loop {
                let seq = station.shown.len() as i64 - 1;
                let page = view.stream_after(&id, seq, PAGE).await.unwrap();
                if page.is_empty() {
                    break;
                }
                for message in page {
                    assert_eq!(message.seq, station.shown.len() as i64, "{name}: a gap");
                    station.apply(&serde_json::from_str(&message.message).unwrap());
                    station.note(message.seq);
                }
            }
            let held = view.shown_at(&id).await.unwrap();
            let held: BTreeMap<String, i64> =
                held.into_iter().map(|(id, version, _)| (id, version)).collect();
            assert_eq!(station.set, held, "{name}: the stream leads elsewhere");
        }
        drop(view);
        store.close().await;
    }

    /// Whether a screen showed at its number what the station showed there. What it showed of an
    /// older history was judged before that was put back.
    pub fn check(&self, station: &str, epoch: &str, shown: &Shown) {
        if epoch != self.epoch {
            return;
        }
        let known = usize::try_from(shown.seq).ok();
        let truth = known.and_then(|seq| self.stations[station].shown.get(seq));
        assert_eq!(Some(shown), truth, "{station}");
    }

    /// Whether a screen shows what the store held when it was last read.
    pub fn is_newest(&self, screen: &Screen) -> bool {
        let newest = self.stations[screen.station].shown.last().cloned();
        let newest = newest.map(|shown| (self.epoch.clone(), shown));
        screen.shows() == newest
    }

    pub fn difference(&self, screen: &Screen) -> String {
        let station = &self.stations[screen.station];
        let wanted: Vec<_> = station.set.iter().collect();
        format!(
            "{}: the store is at {:?} of {} with {wanted:?}, the screen at {:?} with {:?}",
            screen.station,
            station.shown.last(),
            self.epoch,
            screen.shows(),
            screen.jobs(),
        )
    }

    /// Changes in all streams.
    pub fn changes(&self) -> usize {
        self.stations.values().map(|station| station.shown.len() - 1).sum()
    }
}

impl Station {
    fn apply(&mut self, message: &Value) {
        let job = &message["job"];
        let id = if message["op"] == "put" { &job["id"] } else { &message["id"] };
        let id = id.as_str().unwrap();
        if let Some(version) = self.set.remove(id) {
            self.hash.remove(id, version);
        }
        if message["op"] == "put" {
            let version = job["version"].as_i64().unwrap();
            self.hash.insert(id, version);
            self.set.insert(id.to_owned(), version);
        }
    }

    fn note(&mut self, seq: i64) {
        let (count, hash) = (self.set.len(), self.hash.to_string());
        self.shown.push(Shown { seq, count, hash });
    }
}
