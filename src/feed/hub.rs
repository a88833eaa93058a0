//! The hub: one follower of the log for all stations, and the door for their sockets.
//!
//! The follower takes no input: a wake-up and a timer run the same step, which reads each station's
//! stream from its own place. Sockets keep a place too and read the same memory, so that catching
//! up, following and being slow are one path, and a slow socket costs nothing beyond its place.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, Weak,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, MissedTickBehavior, interval, timeout},
};
use tokio_util::sync::CancellationToken;

pub use super::{
    counters::Counters,
    gate::{Denied, DeviceId, Gate},
    seats::Presence,
};
use super::{
    protocol::{self, Close, Hello, Limits},
    seats::{Member, Seat},
    station::{Station, locked, told_since},
};
use crate::{
    domain::{
        bulletin::Bulletin,
        ids::StationId,
        time::{Clock, Moment},
    },
    store::{Store, StoreResult, StreamMessage},
};

/// No more sockets: all places are taken, or the server is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no place is left for another socket")]
pub struct Full;

/// A socket's place in the house, given back when it is dropped.
pub struct Admission {
    pub(super) hub: Hub,
    _place: OwnedSemaphorePermit,
}

/// The stations' hub of this process; clones are the same hub. Its follower ends with the last.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    gate: Arc<dyn Gate>,
    clock: Arc<dyn Clock>,
    limits: Limits,
    stations: Mutex<HashMap<StationId, Arc<Station>>>,
    /// One step at a time: two would read the same messages.
    stepping: tokio::sync::Mutex<()>,
    /// Steps that began.
    steps: AtomicU64,
    head: watch::Receiver<i64>,
    /// The log's sequence up to which the stations are known to follow.
    followed: AtomicI64,
    places: Arc<Semaphore>,
    next_seat: AtomicU64,
    counters: Counters,
    stop: CancellationToken,
    closing: OnceLock<Close>,
    /// Whether the store failed last, so that an outage is logged once.
    failing: AtomicBool,
}

impl Hub {
    /// Starts a hub and its follower, on the runtime that the caller runs on.
    pub fn start(store: Store, gate: Arc<dyn Gate>, clock: Arc<dyn Clock>, limits: Limits) -> Hub {
        let (head, stop) = (store.head(), CancellationToken::new());
        let hub = Hub {
            inner: Arc::new(Inner {
                store,
                gate,
                clock,
                stations: Mutex::default(),
                stepping: tokio::sync::Mutex::default(),
                steps: AtomicU64::new(0),
                head: head.clone(),
                followed: AtomicI64::new(0),
                places: Arc::new(Semaphore::new(limits.sockets_max)),
                limits,
                next_seat: AtomicU64::new(0),
                counters: Counters::default(),
                stop,
                closing: OnceLock::new(),
                failing: AtomicBool::new(false),
            }),
        };
        let following = follow(Arc::downgrade(&hub.inner), head, hub.limits().clone());
        tokio::spawn(following);
        hub
    }

    /// A place for one more socket, to be asked for before a connection is upgraded.
    ///
    /// # Errors
    /// [`Full`] where there is none.
    pub fn admit(&self) -> Result<Admission, Full> {
        let place = self.inner.places.clone().try_acquire_owned();
        match place {
            Ok(place) if self.closing().is_none() => {
                Counters::add(&self.inner.counters.opened, 1);
                Ok(Admission { hub: self.clone(), _place: place })
            }
            _ => {
                Counters::add(&self.inner.counters.refused, 1);
                Err(Full)
            }
        }
    }

    /// Sockets that are connected.
    pub fn sockets(&self) -> usize {
        let free = self.inner.places.available_permits();
        self.inner.limits.sockets_max.saturating_sub(free)
    }

    /// What was counted since the start.
    pub fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    /// The screens that said hello, by station.
    pub fn presence(&self) -> Vec<Presence> {
        let mut stations = self.inner.stations();
        stations.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        stations.iter().flat_map(|station| station.presence()).collect()
    }

    /// Shows words of the staff on a station's screens, or on one of them.
    pub fn notice(&self, station: &StationId, device: Option<&DeviceId>, words: &str) {
        self.call(station, device, protocol::notice(words));
    }

    /// Asks a station's screens, or one of them, to load their page anew.
    pub fn reload(&self, station: &StationId, device: Option<&DeviceId>) {
        self.call(station, device, protocol::reload());
    }

    fn call(
        &self,
        station: &StationId,
        device: Option<&DeviceId>,
        message: axum::extract::ws::Utf8Bytes,
    ) {
        let station = locked(&self.inner.stations).get(station).cloned();
        if let Some(station) = station {
            station.call(device, message);
        }
    }

    /// Reads what stations tell their visitors; screens hear of it where it changed. Other processes
    /// find it by themselves, within [`Limits::recheck`].
    pub async fn inform(&self) {
        let told = self.inner.inform().await;
        self.inner.note(told);
    }

    /// Closes a device's socket: its token was taken back.
    pub fn dismiss(&self, device: &DeviceId) {
        for station in self.inner.stations() {
            station.dismiss(device);
        }
    }

    /// Closes every socket as for a restart and lets nobody in any more. Answers how many sockets
    /// were left when [`Limits::shutdown_wait`] was over.
    pub async fn shutdown(&self) -> usize {
        let inner = &self.inner;
        inner.closing.get_or_init(|| Close::restart(self.sockets()));
        inner.stop.cancel();
        for station in inner.stations() {
            station.wake();
        }
        let all = u32::try_from(inner.limits.sockets_max).unwrap_or(u32::MAX);
        let gone = timeout(inner.limits.shutdown_wait, inner.places.acquire_many(all)).await;
        match gone {
            Ok(_) => 0,
            Err(_) => self.sockets(),
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(super) fn now(&self) -> Moment {
        self.inner.clock.now()
    }

    /// The close of a server that goes.
    pub(super) fn closing(&self) -> Option<Close> {
        self.inner.closing.get().copied()
    }

    /// Ends when the server goes.
    pub(super) async fn stopped(&self) {
        self.inner.stop.cancelled().await;
    }

    /// Lets a client in that said hello, and gives it a seat.
    pub(super) async fn sit(&self, id: &StationId, hello: &Hello) -> Result<Seat, Close> {
        let inner = &self.inner;
        let station = locked(&inner.stations)
            .entry(id.clone())
            .or_insert_with(|| Arc::new(Station::new(id.clone())))
            .clone();
        let fresh = !station.is_loaded();
        station.load(&inner.store, &inner.limits, self.now()).await?;
        if fresh {
            // What was committed during the load may have woken the follower too early for it.
            self.look().await;
        }
        let device = match &hello.token {
            Some(token) => match inner.gate.may_read(id, token).await {
                Ok(device) => device,
                Err(Denied::Unavailable) => return Err(Close::TryLater),
                // What everybody may read, a holder of a wrong token may read too.
                Err(Denied::Token) if station.is_public() => None,
                Err(Denied::Token) => return Err(Close::NotAllowed),
            },
            None if station.is_public() => None,
            None => return Err(Close::NotAllowed),
        };
        let client = hello.client.clone().unwrap_or_default().bounded();
        let seat = inner.next_seat.fetch_add(1, Ordering::Relaxed);
        Ok(station.sit(seat, Member::new(device, client, self.now())))
    }

    /// A station's messages after `seq`, from the store, at most `limit`.
    pub(super) async fn stored(
        &self,
        station: &StationId,
        seq: i64,
        limit: i64,
    ) -> Result<Vec<StreamMessage>, Close> {
        let read = async {
            let mut view = self.inner.store.read().await?;
            view.stream_after(station, seq, limit).await
        };
        read.await.map_err(|error| {
            self.inner.failed(&error);
            Close::TryLater
        })
    }

    /// Brings the stations up to what the store holds now.
    pub(super) async fn look(&self) {
        self.inner.step().await;
    }

    /// Brings the stations up to what this process has committed: who writes and then says hello
    /// finds what it wrote.
    pub(super) async fn keep_up(&self) {
        let committed = *self.inner.head.borrow();
        if self.inner.followed.load(Ordering::Acquire) < committed {
            self.inner.step().await;
        }
    }
}

impl Inner {
    fn stations(&self) -> Vec<Arc<Station>> {
        locked(&self.stations).values().cloned().collect()
    }

    fn failed(&self, error: &crate::store::StoreError) {
        if !self.failing.swap(true, Ordering::Relaxed) {
            tracing::warn!(?error, "stations' streams can't be read; trying again");
        }
    }

    fn note(&self, result: StoreResult<()>) {
        match result {
            Ok(()) if self.failing.swap(false, Ordering::Relaxed) => {
                tracing::info!("stations' streams can be read again");
            }
            Ok(()) => {}
            Err(error) => self.failed(&error),
        }
    }

    /// Brings every loaded station up to date, in one view. Callers who wait together share one
    /// step that began after they asked.
    async fn step(&self) {
        let asked = self.steps.load(Ordering::Acquire);
        let _one = self.stepping.lock().await;
        if self.steps.load(Ordering::Acquire) > asked {
            return;
        }
        self.steps.fetch_add(1, Ordering::AcqRel);
        let head = *self.head.borrow();
        let mut stations = self.stations();
        stations.retain(|station| station.is_loaded());
        let step = async {
            if stations.is_empty() {
                return Ok(());
            }
            let mut view = self.store.read().await?;
            let epoch = view.epoch().await?;
            let heads = view.stream_seqs().await?;
            for station in &stations {
                let head = heads.get(&station.id).copied().unwrap_or(0);
                station.follow(&mut view, &epoch, head, &self.limits).await?;
            }
            Ok(())
        };
        let done = step.await;
        if done.is_ok() {
            self.followed.store(head, Ordering::Release);
        }
        self.note(done);
    }

    /// Forgets stations that nobody watches, and reads the others' settings.
    async fn recheck(&self) {
        let left = {
            let mut stations = locked(&self.stations);
            // Sockets hold the station too; while the map is locked, nobody new can come.
            stations.retain(|_, station| Arc::strong_count(station) > 1);
            stations.len()
        };
        if left == 0 {
            return;
        }
        let settings = async {
            for setting in self.store.read().await?.stations().await? {
                let station = locked(&self.stations).get(&setting.id).cloned();
                if let Some(station) = station {
                    station.set_public(&setting);
                }
            }
            Ok(())
        };
        self.note(settings.await);
        self.note(self.inform().await);
    }

    /// Tells each loaded station what its visitors are to be told.
    async fn inform(&self) -> StoreResult<()> {
        let mut stations = self.stations();
        stations.retain(|station| station.is_loaded());
        if stations.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let bulletins = self.store.read().await?.bulletins(told_since(now)).await?;
        let nothing = Bulletin::default();
        for station in &stations {
            station.tell(bulletins.get(&station.id).unwrap_or(&nothing), now);
        }
        Ok(())
    }

    /// Looks whether another process wrote; the store then wakes the follower.
    async fn poll(&self) {
        if !locked(&self.stations).is_empty() {
            self.note(self.store.look().await.map(|_| ()));
        }
    }
}

/// The follower: woken by the store's head and by a timer, it runs the same step.
async fn follow(hub: Weak<Inner>, mut head: watch::Receiver<i64>, limits: Limits) {
    let mut tick = interval(limits.poll);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rechecked = Instant::now();
    loop {
        let ticked = tokio::select! {
            changed = head.changed() => match changed {
                Ok(()) => false,
                Err(_) => return,
            },
            _ = tick.tick() => true,
        };
        let Some(hub) = hub.upgrade() else {
            return;
        };
        if hub.stop.is_cancelled() {
            return;
        }
        let recheck = rechecked.elapsed() >= limits.recheck;
        if ticked && !recheck {
            hub.poll().await;
            continue;
        }
        if recheck {
            rechecked = Instant::now();
            hub.recheck().await;
        }
        hub.step().await;
    }
}
