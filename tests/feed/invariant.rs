//! Whatever is cut, slow or restarted: the set of a client that follows the contract is the store's
//! at the number that it shows, after every message.

use std::{collections::BTreeMap, time::Duration};

use linggong::feed::{
    client::{Client, Heard},
    hub::Hub,
    protocol::Limits,
};
use proptest::{
    prelude::{Just, Strategy, any, prop_oneof},
    test_runner::{Config, TestRunner},
};

use crate::{
    house::{connect_behind, hub, limits, publish},
    support::{
        records::{NOW, entry, put, remove, station},
        stores::{TestStore, stores},
        wire::{self, Peer},
    },
};

#[derive(Clone, Debug)]
enum Step {
    /// So many changes in one transaction, drawn from the number.
    Change(u8, u64),
    /// The client takes so many messages.
    Take(u8),
    /// The client's connection is cut.
    Cut,
    /// The server is restarted.
    Restart,
    /// The stream's history is forgotten.
    Prune,
    /// The client forgets everything.
    Forget,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (1..12_u8, any::<u64>()).prop_map(|(count, seed)| Step::Change(count, seed)),
        8 => (1..20_u8).prop_map(Step::Take),
        3 => Just(Step::Cut),
        1 => Just(Step::Restart),
        1 => Just(Step::Prune),
        1 => Just(Step::Forget),
    ];
    proptest::collection::vec(step, 1..60)
}

type Set = BTreeMap<String, i64>;

/// One station's story: what it showed at each number, a server, and a client.
struct Story<'a> {
    store: &'a TestStore,
    station: String,
    truth: Vec<Set>,
    hub: Hub,
    client: Client,
    peer: Option<Peer>,
}

/// Small bounds, so that every one of them is met.
fn tight() -> Limits {
    Limits { history_messages_max: 16, ..limits() }
}

impl Story<'_> {
    async fn change(&mut self, count: u8, seed: u64) {
        let mut changes = Vec::new();
        for at in 0..u64::from(count) {
            let draw = seed.rotate_left(at as u32 * 7);
            let job = format!("job_{}", draw % 9);
            let mut set = self.truth.last().cloned().unwrap_or_default();
            let version = self.truth.len() as i64;
            // What is not shown is shown; what is shown changes or goes.
            if set.contains_key(&job) && draw & 64 == 0 {
                set.remove(&job);
                changes.push(remove(&self.station, &job));
            } else {
                set.insert(job.clone(), version);
                changes.push(put(&self.station, &job, version));
            }
            self.truth.push(set);
        }
        publish(self.store, changes).await;
    }

    fn check(&self) {
        let seq = self.client.seq() as usize;
        let jobs = self.client.jobs().iter();
        let held: Set =
            jobs.map(|(id, job)| (id.clone(), job["version"].as_i64().unwrap())).collect();
        assert_eq!(held, self.truth[seq], "at {seq}");
    }

    /// Takes a message; false where the connection is gone.
    async fn take(&mut self) -> bool {
        if self.peer.is_none() {
            let peer = connect_behind(&self.hub, &self.station, 2);
            peer.say(self.client.hello()).await;
            self.peer = Some(peer);
        }
        let Some(peer) = &mut self.peer else {
            return false;
        };
        match peer.next().await {
            wire::Heard::Text(text) => {
                let heard = self.client.receive(&text);
                let heard = heard.unwrap_or_else(|doubt| panic!("{doubt}: {text}"));
                if heard == Heard::Beat {
                    peer.say(self.client.ack()).await;
                }
                if self.client.epoch().is_some() {
                    self.check();
                }
                true
            }
            wire::Heard::Closed(code, _) => {
                assert!(matches!(code, 4008 | 1012), "{code}");
                self.peer = None;
                false
            }
            wire::Heard::Gone => panic!("the server went without a close"),
        }
    }

    fn is_behind(&self) -> bool {
        self.client.epoch().is_none() || (self.client.seq() as usize) < self.truth.len() - 1
    }

    async fn run(&mut self, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Change(count, seed) => self.change(count, seed).await,
                Step::Take(count) => {
                    for _ in 0..count {
                        if !self.is_behind() || !self.take().await {
                            break;
                        }
                    }
                }
                Step::Cut => self.peer = None,
                Step::Restart => {
                    // The client takes the close when it reads on; it may stand before it in line.
                    let (hub, next) = (self.hub.clone(), hub(self.store, tight()));
                    tokio::spawn(async move { hub.shutdown().await });
                    self.hub = next;
                }
                Step::Prune => {
                    let mut txn = self.store.begin().await.unwrap();
                    txn.prune_streams(NOW.plus(1)).await.unwrap();
                    txn.commit().await.unwrap();
                }
                Step::Forget => {
                    self.client = Client::default();
                    self.peer = None;
                }
            }
        }
        while self.is_behind() {
            self.take().await;
        }
        self.check();
    }
}

async fn story(store: &TestStore, number: u32, steps: Vec<Step>) {
    let name = format!("s{number}");
    let mut txn = store.begin().await.unwrap();
    txn.add_station(&station(&name), NOW).await.unwrap();
    txn.log(entry("add", linggong::store::Kind::Station, &name));
    txn.commit().await.unwrap();
    let mut story = Story {
        store,
        station: name,
        truth: vec![Set::new()],
        hub: hub(store, tight()),
        client: Client::default(),
        peer: None,
    };
    let run = tokio::time::timeout(Duration::from_secs(60), story.run(steps));
    run.await.expect("the client comes to the newest number");
}

#[test]
fn a_clients_set_is_the_stores_whatever_happens() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    for store in runtime.block_on(stores()) {
        let mut runner =
            TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
        let number = std::cell::Cell::new(0);
        let told = runner.run(&steps(), |steps| {
            number.set(number.get() + 1);
            runtime.block_on(story(&store, number.get(), steps));
            Ok(())
        });
        told.unwrap_or_else(|failure| panic!("{}: {failure}", store.name()));
    }
}
