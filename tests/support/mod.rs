//! What tests share: a fresh store on each engine, records with good defaults, a clock that stands.
//! Taken in by `#[path = "../support/mod.rs"] mod support;`.

// Each test binary takes a part.
#![allow(dead_code)]

pub mod records;
pub mod stores;
pub mod wire;
