//! The verbs of the market on both engines: what holds whatever happens, in which order, at once.

#[macro_use]
#[path = "../support/stories.rs"]
mod stories;
#[path = "../support/clock.rs"]
mod clock;
#[path = "../support/mod.rs"]
mod support;

mod bulletins;
mod claim_model;
mod claims;
mod fairness;
mod forecast;
mod hiring;
mod incomes;
mod life;
mod lists;
mod messages;
mod model;
mod parallel;
mod places;
mod rush;
mod stations;
mod twins;
mod undo;
mod work;
mod world;

use world::World;
