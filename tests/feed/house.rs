//! A store with stations, a hub over it, and peers that connect.

use std::{ops::Deref, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use linggong::{
    domain::ids::StationId,
    feed::{
        hub::{Denied, DeviceId, Gate, Hub},
        protocol::Limits,
        session,
    },
    store::{Kind, Shown, Store},
};
use serde_json::{Value, json};

use crate::support::{
    records::{NOW, Standing, entry, station, the},
    stores::{TestStore, stores},
    wire::{Peer, wire},
};

/// Messages by which the server may be ahead of an ordinary peer.
const AHEAD: usize = 1000;

/// The bounds of the contract, with looks that tests need not wait for.
pub fn limits() -> Limits {
    Limits {
        poll: Duration::from_millis(10),
        recheck: Duration::from_millis(50),
        ..Limits::default()
    }
}

/// `device-x` is the token of device x, `person` one of somebody without a device; `down` meets a
/// gate that can't tell.
pub struct Tokens;

impl Gate for Tokens {
    fn may_read<'a>(
        &'a self,
        _: &'a StationId,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<DeviceId>, Denied>> {
        let answer = match token {
            "person" => Ok(None),
            "down" => Err(Denied::Unavailable),
            _ if token.starts_with("device-") => Ok(Some(DeviceId(token.to_owned()))),
            _ => Err(Denied::Token),
        };
        Box::pin(async move { answer })
    }
}

/// A store, and a hub over it.
pub struct House {
    pub store: TestStore,
    pub hub: Hub,
}

impl Deref for House {
    type Target = Hub;
    fn deref(&self) -> &Hub {
        &self.hub
    }
}

/// A hub over a store.
pub fn hub(store: &Store, limits: Limits) -> Hub {
    Hub::start(store.clone(), Arc::new(Tokens), Arc::new(Standing), limits)
}

/// On each engine a house with the public station `liangtian` and the closed one `fengdeng`.
pub async fn houses(limits: Limits) -> Vec<House> {
    let mut houses = Vec::new();
    for store in stores().await {
        let mut txn = store.begin().await.unwrap();
        txn.add_station(&station("liangtian"), NOW).await.unwrap();
        let mut closed = station("fengdeng");
        closed.public = false;
        txn.add_station(&closed, NOW).await.unwrap();
        txn.log(entry("add", Kind::Station, "liangtian"));
        txn.commit().await.unwrap();
        let hub = hub(&store, limits.clone());
        houses.push(House { store, hub });
    }
    houses
}

/// One transaction that changes what stations show.
pub async fn publish(store: &Store, changes: impl IntoIterator<Item = Shown>) {
    let mut txn = store.begin().await.unwrap();
    for change in changes {
        txn.show(change);
    }
    txn.log(entry("publish", Kind::Job, "job_1"));
    txn.commit().await.unwrap();
}

/// A peer that has said nothing yet and can be `ahead` messages behind.
pub fn connect_behind(hub: &Hub, name: &str, ahead: usize) -> Peer {
    let (wire, peer) = wire(ahead);
    let admission = hub.admit().expect("a place");
    tokio::spawn(session::serve(admission, name.parse().ok(), wire));
    peer
}

impl House {
    /// A peer that has said nothing yet.
    pub fn connect(&self, name: &str) -> Peer {
        connect_behind(&self.hub, name, AHEAD)
    }

    /// A peer that said this hello.
    pub async fn hello(&self, name: &str, mut hello: Value) -> Peer {
        hello["op"] = json!("hello");
        let peer = self.connect(name);
        peer.tell(hello).await;
        peer
    }

    /// A peer that has been welcomed with the whole set, and what it was sent.
    pub async fn greeted(&self, name: &str, hello: Value) -> (Peer, Welcome) {
        let mut peer = self.hello(name, hello).await;
        let welcome = welcome(&mut peer).await;
        (peer, welcome)
    }

    /// A peer that asked to go on from here.
    pub async fn resumed(&self, epoch: &str, seq: i64) -> (Peer, Welcome) {
        let resume = json!({"resume": {"epoch": epoch, "seq": seq}});
        self.greeted("liangtian", resume).await
    }

    pub async fn epoch(&self) -> String {
        self.store.read().await.unwrap().epoch().await.unwrap()
    }

    pub async fn publish(&self, changes: impl IntoIterator<Item = Shown>) {
        publish(&self.store, changes).await;
    }

    /// What the station shows, as id and version.
    pub async fn shown(&self, name: &str) -> Vec<(String, i64)> {
        let shown = self.store.read().await.unwrap().shown_at(&the(name)).await;
        let shown = shown.unwrap().into_iter();
        shown.map(|(id, version, _)| (id, version)).collect()
    }
}

/// A welcome and the set that came with it, if one did.
#[derive(Debug)]
pub struct Welcome {
    pub message: Value,
    pub mode: String,
    pub seq: i64,
    /// Postings by part.
    pub parts: Vec<Vec<Value>>,
}

impl Welcome {
    /// The set, as id and version.
    pub fn set(&self) -> Vec<(String, i64)> {
        let jobs = self.parts.iter().flatten();
        jobs.map(|job| {
            let id = job["id"].as_str().unwrap().to_owned();
            (id, job["version"].as_i64().unwrap())
        })
        .collect()
    }
}

/// Hears a welcome and, in snapshot mode, every part.
pub async fn welcome(peer: &mut Peer) -> Welcome {
    let message = peer.hear().await;
    assert_eq!(message["op"], "welcome", "{message}");
    let mut welcome = Welcome {
        mode: message["mode"].as_str().unwrap().to_owned(),
        seq: message["seq"].as_i64().unwrap(),
        parts: Vec::new(),
        message,
    };
    while welcome.mode == "snapshot" {
        let part = peer.hear().await;
        assert_eq!(part["op"], "snapshot", "{part}");
        assert_eq!(part["seq"], welcome.seq);
        assert_eq!(part["part"], welcome.parts.len() + 1);
        welcome.parts.push(part["jobs"].as_array().unwrap().clone());
        if part["parts"] == welcome.parts.len() {
            break;
        }
    }
    welcome
}

impl House {
    /// The number of sockets, once it has come down to `want`.
    pub async fn sockets_soon(&self, want: usize) -> usize {
        let fewer = async {
            while self.sockets() > want {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(10), fewer).await;
        self.sockets()
    }
}
