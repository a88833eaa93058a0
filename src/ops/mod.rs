//! What an operator does: one module an errand. They go through the market like everybody else.

pub mod check;
pub mod demo;
pub mod import;
pub mod keeping;
