//! The command line: parses arguments, wires the floors together, runs.
//!
//! Exit codes: 0 all is well, 1 with findings, 2 for misuse.

mod occupation;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "linggong", version, about = "Job matching for the gig market (零工)")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tell occupations, or learn to tell them.
    #[command(subcommand)]
    Occupation(occupation::OccupationCommand),
}

/// Parses the process's arguments and runs the command that they name.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Occupation(command) => occupation::run(command),
    }
}
