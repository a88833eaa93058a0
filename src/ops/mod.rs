//! What an operator does: checks and rebuilds.

pub mod check;
pub mod demo;
pub mod keeping;
