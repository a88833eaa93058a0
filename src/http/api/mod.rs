//! The API under `/api/v1`: one file a resource, each call a verb of the market.

pub mod bookings;
pub mod jobs;
pub mod openapi;
pub mod search;
pub mod searches;
pub mod session;
pub mod workers;
