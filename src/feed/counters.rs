//! What the hub counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the hub counts, for metrics; each only grows.
#[derive(Debug, Default)]
pub struct Counters {
    /// Sockets that were let in.
    pub opened: AtomicU64,
    /// Sockets that were refused since no place was left.
    pub refused: AtomicU64,
    /// Catch-ups by the missed messages.
    pub resumed: AtomicU64,
    /// Catch-ups by a whole set, resynchronisations included.
    pub snapshots: AtomicU64,
    /// Whole sets sent since a screen showed something else.
    pub resyncs: AtomicU64,
    /// Messages of streams written to sockets.
    pub deliveries: AtomicU64,
    /// Sockets closed as too slow.
    pub slow: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, more: u64) {
        counter.fetch_add(more, Ordering::Relaxed);
    }
}
