//! What an operator does: the demo, backup and restore, the audit trail.

#[path = "../support/mod.rs"]
mod support;

mod demo;
mod ground;
mod keeping;
