//! The API through the real router, on both engines, as an outside client and an auditor see it.

#[macro_use]
mod databases;

mod bookings;
mod clock;
mod jobs;
mod search;
mod support;
mod workers;

use support::{Client, World};
