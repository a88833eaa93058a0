//! Stations' streams: what a screen receives and how it gets it.
//!
//! One follower of the log keeps, for every station with a socket, the set that it shows and the
//! newest messages; each socket keeps no more than its place among them. It knows no HTTP: a
//! [`session`] runs over anything that carries WebSocket messages.

pub mod client;
mod counters;
mod gate;
pub mod hub;
mod limits;
pub mod protocol;
mod seats;
pub mod session;
mod showing;
mod station;
pub mod view;
