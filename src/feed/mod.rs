//! Stations' streams: what a screen receives and how it gets it.

pub mod view;
