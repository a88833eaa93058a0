//! `linggong import` through the binary: what goes in, what is refused and how that is told.

mod engines;
mod jobs;
mod mapping;
mod place;
#[path = "../support/mod.rs"]
mod support;
mod workers;
