//! The kiosk as the people use it who stand before it: found in four presses, registered, booked,
//! and nothing left when they go.

mod card;
pub mod hands;
mod link;
mod looks;
mod offline;
mod own;
mod use_of;
