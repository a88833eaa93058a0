//! The API through the real router, on both engines, as an outside client and an auditor see it.

#[macro_use]
<<<<<<< HEAD
#[path = "../support/stories.rs"]
mod stories;
#[path = "../support/clock.rs"]
mod clock;
#[path = "../support/mod.rs"]
mod support;
=======
#[allow(dead_code)]
mod databases;
>>>>>>> main

mod bookings;
mod jobs;
mod search;
<<<<<<< HEAD
=======
#[allow(dead_code)]
mod support;
>>>>>>> main
mod workers;
mod world;

use world::{Client, World};
