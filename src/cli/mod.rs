//! The command line: parses arguments, wires the floors together, runs.
//!
//! Exit codes: 0 all is well, 1 with findings, 2 for misuse.

mod checking;
mod config;
mod failure;
mod feed;
mod feed_load;
mod feed_socket;
mod files;
mod ground;
mod import;
mod keeping;
mod occupation;
mod policy;
mod serve;
mod users;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use failure::Failure;
pub use ground::{Ground, GroundError, SystemClock};

#[derive(Debug, Parser)]
#[command(name = "linggong", version, about = "Job matching for the gig market (零工)")]
struct Cli {
    /// TOML file whose keys are option names; flags and environment go before it.
    #[arg(long, global = true, value_name = "FILE")]
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
    /// Take in a list of postings or workers.
    Import(import::ImportArgs),
    /// Stations and gig markets.
    #[command(subcommand)]
    Station(users::StationCommand),
    /// Public money: evaluate or explain a case, check a policy file.
    Policy(policy::Args),
    /// Tell occupations, or learn to tell them.
    #[command(subcommand)]
    Occupation(occupation::OccupationCommand),
    /// Follow a station's feed in the terminal.
    Feed(feed::Args),
    /// Open many connections to feeds, check and measure them.
    FeedLoad(feed_load::Args),
}

/// Parses the process's arguments and runs the command that they name.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let command = config::with_variables(Cli::command());
    let command = match config::layered(command, &arguments) {
        Ok(command) => command,
        Err(failure) => return report(failure),
    };
    let parsed = command.try_get_matches_from(arguments).and_then(|m| Cli::from_arg_matches(&m));
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
        Command::Policy(args) => return policy::run(args),
        Command::Occupation(command) => return occupation::run(command),
        Command::Feed(args) => return feed::run(args),
        Command::FeedLoad(args) => return feed_load::run(args),
        Command::Import(args) => block_on(import::import(args)),
    };
    done.map_or_else(report, |()| ExitCode::SUCCESS)
}

fn report(failure: Failure) -> ExitCode {
    eprintln!("linggong: {failure}");
    failure.code()
}

fn block_on(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::findings(format!("the runtime does not start: {error}")))?;
    runtime.block_on(work)
}
