//! Linggong (零工): job matching for the gig market.
//!
//! Everything that happens in the market is one transaction that changes a record and appends
//! what changed; search, feeds and audit are readers of that log. `docs/ARCHITECTURE.md` is the
//! map: what lives where and what may import what.

pub mod ask;
pub mod cli;
pub mod domain;
pub mod feed;
pub mod http;
pub mod market;
pub mod matching;
pub mod occupation;
pub mod ops;
pub mod policy;
pub mod review;
pub mod search;
pub mod store;
pub mod words;
