//! `linggong import` through the binary: what goes in, what is refused and how that is told.

mod jobs;
mod mapping;
mod support;
mod workers;
