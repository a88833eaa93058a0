//! The command line: parses arguments, wires the floors together, runs.
//!
//! Exit codes: 0 all is well, 1 with findings, 2 for misuse.

mod feed;
mod feed_load;
mod feed_socket;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(
    name = "linggong",
    version,
    about = "Job matching for the gig market (零工)"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 在终端里跟随一个站点的岗位变化
    Feed(feed::Args),
    /// 打开许多连接，检验并测量站点推送
    FeedLoad(feed_load::Args),
}

/// Parses the process's arguments and runs the command that they name.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Feed(args) => feed::run(args),
        Command::FeedLoad(args) => feed_load::run(args),
    }
}
