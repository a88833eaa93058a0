//! The ground floor: money, ids, dates, points and the records with their state machines.
//! Pure: knows neither clock nor I/O nor the wire.

pub mod calendar;
pub mod money;
