//! The ground floor: money, ids, dates, points and the records with their state machines.
//! Pure: knows neither clock nor I/O nor the wire.

pub mod account;
pub mod attendance;
pub mod booking;
pub mod bulletin;
pub mod calendar;
pub mod claim;
pub mod complaint;
pub mod division;
pub mod evidence;
pub mod fairness;
pub mod fields;
pub mod geo;
pub mod identity;
pub mod ids;
pub mod income;
pub mod ledger;
pub mod life;
pub mod limits;
pub mod message;
pub mod money;
pub mod org;
pub mod pin;
pub mod placement;
pub mod poster;
pub mod posting;
pub mod provides;
pub mod rules;
pub mod screen;
pub mod speech;
pub mod station;
pub mod text;
pub mod time;
pub mod town;
pub mod wage;
pub mod worker;
