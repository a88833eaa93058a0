//! One station in the hub: what it shows, who watches, and what is called out to them.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::{OnceCell, watch};

use super::{
    counters::Counters,
    courier::{self, Share},
    gate::DeviceId,
    protocol::{self, Close, Limits, RESUME_EXTRA_MAX, Resume},
    seats::{Member, Presence, Seat, Seats},
    showing::{After, Showing, Snapshot, Unfit},
};
use crate::{
    domain::{
        bulletin::Bulletin,
        ids::StationId,
        time::{DAY, Moment},
    },
    store::{Store, StoreResult, StreamMessage, View},
};

/// Messages that one read of a stream takes.
pub(super) const PAGE: i64 = 256;
/// Notices that wait for sockets that are busy; an older one is forgotten.
const CALLS_MAX: usize = 16;

/// A poisoned lock is taken all the same: nothing below panics halfway through a change.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A station with sockets.
pub(super) struct Station {
    pub id: StationId,
    loaded: OnceCell<Loaded>,
    /// Says to the couriers only: look. What there is to see stands in the fields.
    news: watch::Sender<()>,
    pub seats: Mutex<Seats>,
    calls: Mutex<Calls>,
    /// What it tells its visitors, where it told anything lately.
    bulletin: Mutex<Option<Utf8Bytes>>,
}

struct Loaded {
    public: AtomicBool,
    current: RwLock<Current>,
}

struct Current {
    /// Counts how often the station was loaded: places of another load mean nothing.
    load: u64,
    showing: Showing,
}

#[derive(Default)]
struct Calls {
    count: u64,
    recent: VecDeque<(Option<DeviceId>, Utf8Bytes)>,
}

/// A place in a station's stream, as a socket keeps it; the default is nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    load: u64,
    /// The last number that was sent.
    pub seq: i64,
}

/// What comes after a place.
pub(super) enum Next {
    /// A message, and the place behind it.
    Message(Utf8Bytes, Place),
    /// Nothing yet.
    Nothing,
    /// The place is too old.
    Lost,
    /// The place belongs to a history that is gone.
    Reloaded,
}

/// How a resumption is served.
pub(super) enum Plan {
    /// From memory: the place and the number at which the catch-up ends.
    FromMemory { place: Place, head: i64 },
    /// From the store up to `kept`, then from memory.
    FromStore { place: Place, kept: i64, head: i64 },
    /// Not at all: a snapshot is due.
    Snapshot,
}

impl Station {
    /// A station that is still to be loaded, and its couriers.
    pub(super) fn open(id: StationId, counters: Arc<Counters>) -> Arc<Station> {
        let station = Arc::new(Station {
            id,
            loaded: OnceCell::new(),
            news: watch::Sender::new(()),
            seats: Mutex::default(),
            calls: Mutex::default(),
            bulletin: Mutex::default(),
        });
        courier::start(&station, &station.news, &counters);
        station
    }

    /// Loads the station unless it is there already; many callers cost one load.
    pub(super) async fn load(
        &self,
        store: &Store,
        limits: &Limits,
        now: Moment,
    ) -> Result<(), Close> {
        let load = async {
            let mut view = store.read().await?;
            let Some(station) = view.station(&self.id).await? else {
                return Ok(None);
            };
            let showing = read(&mut view, &self.id, limits).await?;
            let bulletin = view.bulletin(&self.id, told_since(now)).await?;
            *locked(&self.bulletin) = told(&bulletin, now);
            StoreResult::Ok(Some(Loaded {
                public: AtomicBool::new(station.public),
                current: RwLock::new(Current { load: 1, showing }),
            }))
        };
        let load = async {
            match load.await {
                Ok(Some(loaded)) => Ok(loaded),
                Ok(None) => Err(Close::NoStation),
                Err(error) => {
                    tracing::warn!(station = %self.id, ?error, "a station could not be loaded");
                    Err(Close::TryLater)
                }
            }
        };
        self.loaded.get_or_try_init(|| load).await.map(|_| ())
    }

    pub(super) fn is_loaded(&self) -> bool {
        self.loaded.initialized()
    }

    pub(super) fn is_public(&self) -> bool {
        self.loaded.get().is_some_and(|loaded| loaded.public.load(Ordering::Relaxed))
    }

    pub(super) fn set_public(&self, station: &crate::domain::station::Station) {
        if let Some(loaded) = self.loaded.get() {
            loaded.public.store(station.public, Ordering::Relaxed);
        }
    }

    fn current(&self) -> Option<RwLockReadGuard<'_, Current>> {
        let current = &self.loaded.get()?.current;
        Some(current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn current_mut(&self) -> Option<RwLockWriteGuard<'_, Current>> {
        let current = &self.loaded.get()?.current;
        Some(current.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads what is new in `view`; answers whether anything was. Where it does not follow on, the
    /// station is loaded anew.
    pub(super) async fn follow(
        &self,
        view: &mut View,
        epoch: &str,
        head: i64,
        limits: &Limits,
    ) -> StoreResult<()> {
        let Some((same, mut held)) =
            self.current().map(|now| (**now.showing.epoch() == *epoch, now.showing.seq()))
        else {
            return Ok(());
        };
        let mut fits = same && held <= head;
        while fits && held < head {
            let page = view.stream_after(&self.id, held, PAGE).await?;
            match self.apply(page, limits) {
                Ok(seq) => held = seq,
                Err(unfit) => {
                    tracing::warn!(station = %self.id, %unfit, "a station is loaded anew");
                    fits = false;
                }
            }
            self.news.send_replace(());
        }
        if !fits {
            let showing = read(view, &self.id, limits).await?;
            if let Some(mut now) = self.current_mut() {
                now.load += 1;
                now.showing = showing;
            }
            self.news.send_replace(());
        }
        Ok(())
    }

    /// Takes messages that were not read but handed over. Whether they follow on: a station that is
    /// not loaded reads them with the rest.
    pub(super) fn take(&self, epoch: &str, messages: &[StreamMessage], limits: &Limits) -> bool {
        let Some(mut now) = self.current_mut() else {
            return true;
        };
        let held = now.showing.seq();
        let mut fits = **now.showing.epoch() == *epoch;
        for message in messages.iter().filter(|message| message.seq > held) {
            fits = fits && now.showing.apply(message.clone(), limits).is_ok();
        }
        drop(now);
        self.news.send_replace(());
        fits
    }

    fn apply(&self, page: Vec<StreamMessage>, limits: &Limits) -> Result<i64, Unfit> {
        let Some(mut now) = self.current_mut() else {
            return Ok(0);
        };
        if page.is_empty() {
            return Err(Unfit { seq: now.showing.seq() + 1 });
        }
        for message in page {
            now.showing.apply(message, limits)?;
        }
        Ok(now.showing.seq())
    }

    /// The newest number.
    pub(super) fn seq(&self) -> i64 {
        self.current().map_or(0, |now| now.showing.seq())
    }

    /// How a client that holds `resume` is caught up: by resumption where the history is the same
    /// and what it missed is no more than a snapshot holds, and a little.
    pub(super) fn plan(&self, resume: &Resume) -> Plan {
        let Some(now) = self.current() else {
            return Plan::Snapshot;
        };
        let (showing, held) = (&now.showing, resume.seq);
        let head = showing.seq();
        let cheap = showing.count() as i64 + RESUME_EXTRA_MAX;
        if **showing.epoch() != *resume.epoch || !(0..=head).contains(&held) || head - held > cheap
        {
            return Plan::Snapshot;
        }
        let place = Place { load: now.load, seq: held };
        let kept = showing.first_kept();
        if held + 1 >= kept {
            Plan::FromMemory { place, head }
        } else {
            Plan::FromStore { place, kept, head }
        }
    }

    /// The whole set and the place behind it.
    pub(super) fn snapshot(&self) -> Option<(Snapshot, Place)> {
        if let Some(now) = self.current()
            && let Some(snapshot) = now.showing.encoded()
        {
            let (load, seq) = (now.load, snapshot.seq);
            return Some((snapshot, Place { load, seq }));
        }
        let mut now = self.current_mut()?;
        let snapshot = now.showing.snapshot();
        let (load, seq) = (now.load, snapshot.seq);
        Some((snapshot, Place { load, seq }))
    }

    /// What comes after `place`.
    pub(super) fn after(&self, place: Place) -> Next {
        let Some(now) = self.current() else {
            return Next::Nothing;
        };
        if now.load != place.load {
            return Next::Reloaded;
        }
        match now.showing.after(place.seq) {
            After::Message(message) => {
                let seq = place.seq + 1;
                Next::Message(message, Place { seq, ..place })
            }
            After::Nothing => Next::Nothing,
            After::Lost => Next::Lost,
        }
    }

    /// Whether `hash` is the set's at `seq`; none where that is not known any more.
    pub(super) fn agrees(&self, seq: i64, hash: &str) -> Option<bool> {
        let known = self.current()?.showing.hash_at(seq)?;
        Some(known.to_string() == hash)
    }

    /// Says to every socket's own task: look.
    pub(super) fn rouse(&self) {
        for member in locked(&self.seats).members() {
            member.line.rouse();
        }
    }

    /// The next so many of a share who watch after a seat, oldest first.
    pub(super) fn members_after(
        &self,
        seat: Option<u64>,
        share: Share,
        count: usize,
    ) -> Vec<(u64, Arc<Member>)> {
        locked(&self.seats).members_after(seat, share, count)
    }

    /// Calls a message without a number out to all, or to one device.
    pub(super) fn call(&self, device: Option<&DeviceId>, message: Utf8Bytes) {
        let mut calls = locked(&self.calls);
        calls.count += 1;
        calls.recent.push_back((device.cloned(), message));
        if calls.recent.len() > CALLS_MAX {
            calls.recent.pop_front();
        }
        drop(calls);
        self.rouse();
    }

    /// What the station tells its visitors, where it told anything lately.
    pub(super) fn bulletin(&self) -> Option<Utf8Bytes> {
        locked(&self.bulletin).clone()
    }

    /// Tells every socket what the station tells its visitors now, where that is something else.
    pub(super) fn tell(&self, bulletin: &Bulletin, now: Moment) {
        let message = told(bulletin, now);
        let mut held = locked(&self.bulletin);
        if *held != message {
            held.clone_from(&message);
            drop(held);
            self.call(None, message.unwrap_or_else(|| protocol::bulletin(bulletin, now)));
        }
    }

    /// How many calls there were.
    pub(super) fn calls(&self) -> u64 {
        locked(&self.calls).count
    }

    /// The calls after the first `heard` that are meant for `member`; notes that they are heard.
    pub(super) fn calls_after(&self, heard: &mut u64, member: &Member) -> Vec<Utf8Bytes> {
        let calls = locked(&self.calls);
        let missed = usize::try_from(calls.count - *heard).unwrap_or(CALLS_MAX);
        *heard = calls.count;
        let skipped = calls.recent.len().saturating_sub(missed);
        calls
            .recent
            .iter()
            .skip(skipped)
            .filter(|(device, _)| device.is_none() || *device == member.device)
            .map(|(_, message)| message.clone())
            .collect()
    }

    /// Takes a seat; an older socket of the same device is told to go.
    pub(super) fn sit(self: &Arc<Self>, id: u64, member: Member) -> Seat {
        let member = Arc::new(member);
        locked(&self.seats).take(id, &member);
        Seat { station: self.clone(), id, member }
    }

    /// Tells a device's socket to go.
    pub(super) fn dismiss(&self, device: &DeviceId) {
        locked(&self.seats).dismiss(device);
    }

    /// Everyone who watches, oldest first.
    pub(super) fn presence(&self) -> Vec<Presence> {
        let seq = self.seq();
        let seats = locked(&self.seats);
        seats.members().map(|member| member.presence(&self.id, seq)).collect()
    }
}

/// Notices that ended before this are forgotten: a screen that was away for longer loads its page
/// anew.
pub(super) fn told_since(now: Moment) -> Moment {
    now.plus(-30 * DAY)
}

/// The message of a bulletin; none where nothing was told.
fn told(bulletin: &Bulletin, now: Moment) -> Option<Utf8Bytes> {
    let nothing = bulletin.disclosure.is_none() && bulletin.notices.is_empty();
    (!nothing).then(|| protocol::bulletin(bulletin, now))
}

/// Reads a station's state from one view.
async fn read(view: &mut View, id: &StationId, limits: &Limits) -> StoreResult<Showing> {
    let (epoch, seq) = (view.epoch().await?, view.stream_seq(id).await?);
    let shown = view.shown_at(id).await?;
    let kept = limits.history_messages_max as i64;
    let past = view.stream_after(id, seq - kept, kept).await?;
    Ok(Showing::new(epoch, seq, shown, past, limits))
}
