//! The ground floor: money, ids, dates, points and the records with their state machines.
//! Pure: knows neither clock nor I/O nor the wire.

pub mod account;
pub mod booking;
pub mod bulletin;
pub mod calendar;
pub mod division;
pub mod fields;
pub mod geo;
pub mod identity;
pub mod ids;
pub mod limits;
pub mod money;
pub mod org;
pub mod pin;
pub mod posting;
pub mod screen;
pub mod speech;
pub mod station;
pub mod text;
pub mod time;
pub mod town;
pub mod wage;
pub mod worker;
