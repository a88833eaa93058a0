//! A station's couriers: tasks that hand what is new to every line that rests.

use std::sync::{Arc, Weak};

use tokio::{
    runtime::Handle,
    sync::watch,
    task::{coop::unconstrained, yield_now},
};

use super::{counters::Counters, station::Station};

/// Lines that are reached before other tasks get their turn.
const STRIDE: usize = 64;
/// Couriers of a station at most; each takes its share of the seats.
const COURIERS_MAX: usize = 4;

/// A courier's share of a station's seats.
#[derive(Clone, Copy)]
pub(super) struct Share {
    number: u64,
    of: u64,
}

impl Share {
    /// Whether a seat is in it.
    pub(super) fn has(self, seat: u64) -> bool {
        seat % self.of == self.number
    }
}

/// Starts a station's couriers, as many as work at once on this runtime.
pub(super) fn start(station: &Arc<Station>, news: &watch::Sender<()>, counters: &Arc<Counters>) {
    let of = Handle::current().metrics().num_workers().min(COURIERS_MAX) as u64;
    for number in 0..of {
        let share = Share { number, of };
        let station = Arc::downgrade(station);
        tokio::spawn(carry(station, share, news.subscribe(), counters.clone()));
    }
}

/// Goes its rounds, one after each piece of news, until the station is forgotten.
async fn carry(
    station: Weak<Station>,
    share: Share,
    mut news: watch::Receiver<()>,
    counters: Arc<Counters>,
) {
    while news.changed().await.is_ok() {
        let Some(station) = station.upgrade() else {
            return;
        };
        // The budget is that of one socket's task: the courier gives way by itself.
        unconstrained(round(&station, share, &counters)).await;
    }
}

async fn round(station: &Station, share: Share, counters: &Counters) {
    let mut after = None;
    loop {
        let members = station.members_after(after, share, STRIDE);
        let Some((last, _)) = members.last() else {
            return;
        };
        after = Some(*last);
        let sent = members.iter().map(|(_, member)| member.line.hand(station)).sum();
        Counters::add(&counters.deliveries, sent);
        if members.len() < STRIDE {
            return;
        }
        yield_now().await;
    }
}
