//! The kiosk as the people use it who stand before it: found in four presses, registered, booked,
//! and nothing left when they go.

mod hands;
mod link;
mod looks;
mod offline;
mod use_of;
