//! What an operator does: the demo, backup and restore, the audit trail.

mod demo;
mod ground;
mod keeping;
