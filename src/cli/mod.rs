//! The command line: parses arguments, wires the floors together, runs.
//!
//! Exit codes: 0 all is well, 1 with findings, 2 for misuse.

mod checking;
mod config;
mod ground;
mod keeping;
mod serve;
mod users;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use ground::{Ground, GroundError, SystemClock};

use crate::{market::MarketError, search::FollowError, store::StoreError};

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
    /// Serve the API, the pages and the screens.
    Serve(serve::Serve),
    /// Compare index, screens, streams and audit trail with the records.
    Check(checking::Check),
    /// Build the search index anew; beside service where a server runs.
    Reindex(checking::Check),
    /// Copy the embedded database into a folder, beside service.
    Backup(keeping::Backup),
    /// Put a backup back into a data folder.
    Restore(keeping::Restore),
    /// The audit trail.
    #[command(subcommand)]
    Audit(keeping::AuditCommand),
    /// Accounts.
    #[command(subcommand)]
    User(users::UserCommand),
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

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Failure {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        Failure::findings(format!("{error}: {}", cause.unwrap_or_default()))
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
        Command::Serve(args) => block_on(serve::serve(args)),
        Command::Check(args) => block_on(checking::run_check(args)),
        Command::Reindex(args) => block_on(checking::run_reindex(args)),
        Command::Backup(args) => block_on(keeping::backup(args)),
        Command::Restore(args) => block_on(keeping::restore(args)),
        Command::Audit(command) => block_on(keeping::audit(command)),
        Command::User(command) => block_on(users::user(command)),
        Command::Station(command) => block_on(users::station(command)),
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
