//! A clock that moves when it is told to.

// Each test binary takes a part.
#![allow(dead_code)]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use linggong::domain::time::{Clock, Moment};

/// Tuesday, 24 November 2026, 10:00 in Shanghai.
pub const NOW: Moment = Moment(1_795_485_600_000_000);

#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn at(moment: Moment) -> TestClock {
        TestClock(Arc::new(AtomicI64::new(moment.0)))
    }

    /// Goes on by so many microseconds.
    pub fn go(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}
