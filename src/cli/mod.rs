//! The command line: parses arguments, wires the floors together, runs.
//!
//! Exit codes: 0 all is well, 1 with findings, 2 for misuse.

mod config;
mod ground;
mod import;
mod users;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use ground::{Ground, GroundError, SystemClock};

use crate::{market::MarketError, store::StoreError};

#[derive(Debug, Parser)]
#[command(
    name = "linggong",
    version,
    about = "Job matching for the gig market (零工)"
)]
struct Cli {
    /// TOML file whose keys are option names; flags and environment go before it.
    #[arg(long, global = true, value_name = "FILE", env = "LINGGONG_CONFIG")]
    config: Option<OsString>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Accounts.
    #[command(subcommand)]
    User(users::UserCommand),
    /// Take in a list of postings or workers.
    Import(import::ImportArgs),
    /// Stations and gig markets.
    #[command(subcommand)]
    Station(users::StationCommand),
}

/// Why a command ended otherwise than well.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The command was used wrongly: exit code 2.
    pub fn misuse(message: impl Into<String>) -> Failure {
        Failure {
            code: 2,
            message: message.into(),
        }
    }

    /// The command found something, or could not do its work: exit code 1.
    pub fn findings(message: impl Into<String>) -> Failure {
        Failure {
            code: 1,
            message: message.into(),
        }
    }
}

impl From<GroundError> for Failure {
    fn from(error: GroundError) -> Failure {
        Failure::misuse(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::findings(error.to_string())
    }
}

impl From<MarketError> for Failure {
    fn from(error: MarketError) -> Failure {
        match error {
            MarketError::Invalid(errors) => {
                let lines: Vec<_> = errors
                    .0
                    .iter()
                    .map(|e| format!("{}: {}", e.field, e.message))
                    .collect();
                Failure::misuse(lines.join("\n"))
            }
            MarketError::Duplicate { field, .. } => {
                Failure::misuse(format!("{field}: taken already"))
            }
            other => Failure::findings(other.to_string()),
        }
    }
}

/// Parses the process's arguments and runs the command that they name.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let command = match config::layered(Cli::command(), &arguments) {
        Ok(command) => command,
        Err(failure) => return report(failure),
    };
    let parsed = command
        .try_get_matches_from(arguments)
        .and_then(|m| Cli::from_arg_matches(&m));
    let command = match parsed {
        Ok(cli) => cli.command,
        Err(error) => error.exit(),
    };
    let done = match command {
        Command::User(command) => block_on(users::user(command)),
        Command::Station(command) => block_on(users::station(command)),
        Command::Import(args) => block_on(import::import(args)),
    };
    done.map_or_else(report, |()| ExitCode::SUCCESS)
}

fn report(failure: Failure) -> ExitCode {
    eprintln!("linggong: {}", failure.message);
    ExitCode::from(failure.code)
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::findings(format!("the runtime does not start: {error}")))?;
    runtime.block_on(work)
}
