//! The API through the real router, on both engines, as an outside client and an auditor see it.

#[macro_use]
#[allow(dead_code)]
mod databases;

mod bookings;
mod clock;
mod jobs;
mod search;
#[allow(dead_code)]
mod support;
mod workers;

use support::{Client, World};
