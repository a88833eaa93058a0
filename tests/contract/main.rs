//! What others rely on, held to the letter.

mod policy_cases;
mod policy_cli;
mod policy_file;
mod policy_properties;
mod policy_refusals;
