//! A station's courier: one task that hands what is new to every line that rests.

use std::sync::{Arc, Weak};

use tokio::{
    sync::watch,
    task::{coop::unconstrained, yield_now},
};

use super::{counters::Counters, station::Station};

/// Lines that are reached before other tasks get their turn.
const STRIDE: usize = 64;

/// Goes its rounds, one after each piece of news, until the station is forgotten.
pub(super) async fn carry(
    station: Weak<Station>,
    mut news: watch::Receiver<()>,
    counters: Arc<Counters>,
) {
    while news.changed().await.is_ok() {
        let Some(station) = station.upgrade() else {
            return;
        };
        // A line's budget is its own: the courier gives way by itself.
        unconstrained(round(&station, &counters)).await;
    }
}

async fn round(station: &Arc<Station>, counters: &Counters) {
    let mut after = None;
    loop {
        let members = station.members_after(after, STRIDE);
        let Some((last, _)) = members.last() else {
            return;
        };
        after = Some(*last);
        let sent = members.iter().map(|(_, member)| member.line.hand(station)).sum();
        Counters::add(&counters.deliveries, sent);
        yield_now().await;
    }
}
