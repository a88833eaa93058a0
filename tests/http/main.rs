//! The API through the real router, on both engines, as an outside client and an auditor see it.

#[macro_use]
#[path = "../support/stories.rs"]
mod stories;
#[path = "../support/clock.rs"]
mod clock;
#[path = "../support/mod.rs"]
mod support;
#[path = "../support/town.rs"]
mod town;

mod arbitrary;
mod asked;
mod bookings;
mod columns;
mod dispatch;
mod enrol;
mod forms;
mod inputs;
mod jobs;
mod kiosk;
mod lists;
mod money;
mod openapi;
mod pins;
mod posters;
mod privacy;
mod roles;
mod saved;
mod screens;
mod search;
mod sign_in;
mod workers;
mod world;

use world::{Client, World};
