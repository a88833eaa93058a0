//! The feed's contract, message by message, on each engine; sessions run over a wire in memory.

#[path = "../support/mod.rs"]
mod support;

mod bulletins;
mod catching_up;
mod closing;
mod house;
mod invariant;
mod network;
mod proofs;
