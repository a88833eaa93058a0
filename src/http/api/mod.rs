//! The API under `/api/v1`: one file a resource, each call a verb of the market.

pub mod attendance;
pub mod bookings;
pub mod claims;
pub mod complaints;
pub mod crews;
pub mod dispatch;
pub mod fairness;
pub mod jobs;
pub mod openapi;
pub mod pins;
pub mod placements;
pub mod ranking;
pub mod screens;
pub mod search;
pub mod searches;
pub mod session;
pub mod wages;
pub mod workers;
