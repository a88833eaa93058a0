//! The store's promises, on each engine from the same source.

#[path = "../support/mod.rs"]
mod support;

mod log;
mod records;
mod transactions;
