//! What an operator does: the demo, backup and restore, the audit trail.

#[path = "../support/clock.rs"]
mod clock;
#[path = "../support/mod.rs"]
mod support;

mod demo;
mod ground;
mod keeping;
