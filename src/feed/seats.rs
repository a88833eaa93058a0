//! Who watches a station: one seat a socket, one socket a device.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, Ordering},
    },
};

use super::{
    gate::DeviceId,
    protocol::{ClientInfo, Close},
    station::{Station, locked},
};
use crate::domain::{ids::StationId, time::Moment};

/// A screen that is connected to this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The station.
    pub station: StationId,
    /// The device, where it has a token.
    pub device: Option<DeviceId>,
    /// What it says it is.
    pub kind: String,
    /// The version that it says it has.
    pub version: String,
    /// Since when.
    pub since: Moment,
    /// When it last said what it shows.
    pub acked_at: Option<Moment>,
    /// The number at which it stood then.
    pub acked_seq: Option<i64>,
    /// Messages between that number and the station's newest.
    pub lag: Option<i64>,
    /// How many postings it showed.
    pub shown: Option<u64>,
    /// Whether it showed what the station shows; none where that was not known.
    pub agrees: Option<bool>,
    /// Faults of its page since it was loaded.
    pub errors: u32,
    /// The last of them; empty where there was none.
    pub last_error: String,
}

/// Who watches, and what is known of it.
pub(super) struct Member {
    pub device: Option<DeviceId>,
    client: ClientInfo,
    since: Moment,
    order: AtomicU8,
    proof: Mutex<Option<Proof>>,
}

/// A socket's orders, as they stand in [`Member`]: to stay, or to go and why.
const STAY: u8 = 0;
const REPLACED: u8 = 1;
const DISMISSED: u8 = 2;

/// What a client said last of what it shows.
#[derive(Clone, Debug)]
pub(super) struct Proof {
    pub seq: i64,
    pub at: Moment,
    pub shown: Option<u64>,
    /// Whether its hash is the station's; none where that is not known.
    pub agrees: Option<bool>,
    pub errors: u32,
    /// Most pages have none, and ten thousand sockets shall not pay for it.
    pub last_error: Option<Box<str>>,
}

impl Member {
    pub(super) fn new(device: Option<DeviceId>, client: ClientInfo, since: Moment) -> Member {
        Member { device, client, since, order: AtomicU8::new(STAY), proof: Mutex::new(None) }
    }

    /// Why this socket has to go, if it has to.
    pub(super) fn order(&self) -> Option<Close> {
        match self.order.load(Ordering::Acquire) {
            REPLACED => Some(Close::Replaced),
            DISMISSED => Some(Close::NotAllowed),
            _ => None,
        }
    }

    pub(super) fn note(&self, proof: Proof) {
        *locked(&self.proof) = Some(proof);
    }

    fn presence(&self, station: &StationId, seq: i64) -> Presence {
        let proof = locked(&self.proof).clone();
        let proof = proof.as_ref();
        Presence {
            station: station.clone(),
            device: self.device.clone(),
            kind: self.client.kind.clone(),
            version: self.client.version.clone(),
            since: self.since,
            acked_at: proof.map(|proof| proof.at),
            acked_seq: proof.map(|proof| proof.seq),
            lag: proof.map(|proof| seq.saturating_sub(proof.seq)),
            shown: proof.and_then(|proof| proof.shown),
            agrees: proof.and_then(|proof| proof.agrees),
            errors: proof.map_or(0, |proof| proof.errors),
            last_error: proof
                .and_then(|proof| proof.last_error.as_deref())
                .unwrap_or_default()
                .to_owned(),
        }
    }
}

/// A station's seats.
#[derive(Default)]
pub(super) struct Seats {
    members: HashMap<u64, Arc<Member>>,
    devices: HashMap<DeviceId, u64>,
}

impl Seats {
    /// Seats a member; an older socket of the same device is told to go. Whether there was one.
    pub(super) fn take(&mut self, id: u64, member: &Arc<Member>) -> bool {
        self.members.insert(id, member.clone());
        let device = member.device.clone();
        let older = device.and_then(|device| self.devices.insert(device, id));
        let older = older.and_then(|older| self.members.get(&older));
        if let Some(older) = older {
            older.order.store(REPLACED, Ordering::Release);
        }
        older.is_some()
    }

    fn leave(&mut self, id: u64) {
        let member = self.members.remove(&id);
        if let Some(device) = member.and_then(|member| member.device.clone())
            && self.devices.get(&device) == Some(&id)
        {
            self.devices.remove(&device);
        }
    }

    /// Tells a device's socket to go. Whether there was one.
    pub(super) fn dismiss(&self, device: &DeviceId) -> bool {
        let member = self.devices.get(device);
        let member = member.and_then(|id| self.members.get(id));
        if let Some(member) = member {
            member.order.store(DISMISSED, Ordering::Release);
        }
        member.is_some()
    }

    /// Everyone who watches, oldest first; `seq` is the station's newest number.
    pub(super) fn presence(&self, station: &StationId, seq: i64) -> Vec<Presence> {
        let mut members: Vec<_> = self.members.iter().collect();
        members.sort_unstable_by_key(|(id, _)| **id);
        members.into_iter().map(|(_, member)| member.presence(station, seq)).collect()
    }
}

/// A socket's seat at a station, given back when it is dropped.
pub(super) struct Seat {
    pub station: Arc<Station>,
    pub id: u64,
    pub member: Arc<Member>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        locked(&self.station.seats).leave(self.id);
    }
}
