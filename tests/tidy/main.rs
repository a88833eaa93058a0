//! The project's rules about itself, as tests: which floor may call which, what code must not hold,
//! which licences come in, and that what the files refer to is there.
//!
//! It reads files and never runs the product. Each check is a function from text to findings, shown
//! to fail on a sample beside the test that runs it over the tree.

mod code;
mod dependencies;
mod docker;
mod floors;
mod links;
mod rules;
mod tree;
mod vendor;

/// Fails with every finding on its own line.
#[track_caller]
fn assert_none(findings: Vec<String>) {
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}
