//! `linggong import`: foreign lists of postings and workers.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use clap::{Args, ValueEnum};

use super::{Failure, Ground};
use crate::{
    domain::account::Actor,
    market::MarketError,
    ops::import::{self, ImportError, List, Mapping, MappingError, Plan, Report},
};

/// A list of postings or workers (CSV, NDJSON or XLSX).
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// What the list is of.
    list: ListArg,
    /// The list: .csv (UTF-8, with a header), .ndjson or .xlsx (first sheet, with a header).
    file: PathBuf,
    /// TOML file that names their columns and gives defaults.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Does everything but keep it.
    #[arg(long)]
    dry_run: bool,
    /// Opens postings at once; for trusted sources.
    #[arg(long)]
    publish: bool,
    /// Writes what was refused as CSV: line, field, value, reason.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    ground: Ground,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ListArg {
    Jobs,
    Workers,
}

/// Runs `linggong import …`.
pub async fn import(args: ImportArgs) -> Result<(), Failure> {
    let list = match args.list {
        ListArg::Jobs => List::Jobs,
        ListArg::Workers => List::Workers,
    };
    if args.publish && list == List::Workers {
        return Err(Failure::misuse("--publish: workers are not published"));
    }
    let shown = args.file.display();
    let cannot = |error: std::io::Error| Failure::misuse(format!("{shown}: {error}"));
    let file = std::fs::canonicalize(&args.file).map_err(cannot)?;
    if args.report.as_ref().and_then(|path| path.canonicalize().ok()) == Some(file) {
        return Err(Failure::misuse("--report: that is the list itself"));
    }
    let text = match &args.mapping {
        None => None,
        Some(path) => Some((
            path.display(),
            std::fs::read_to_string(path).map_err(|error| {
                Failure::misuse(format!("--mapping {}: {error}", path.display()))
            })?,
        )),
    };
    let market = args.ground.market().await?;
    let mapping = match text {
        None => Mapping::default(),
        Some((path, text)) => Mapping::parse(&text, list, market.now())
            .map_err(|error| Failure::misuse(format!("--mapping {path}: {error}")))?,
    };
    let report = Report::new(&args.file, args.report.as_deref());
    let mut report = report.map_err(|error| Failure::misuse(format!("--report: {error}")))?;
    let plan = Plan {
        list,
        file: args.file.clone(),
        mapping,
        dry_run: args.dry_run,
        publish: args.publish,
    };
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    let listening = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            heard.store(true, Ordering::Relaxed);
        }
    });
    let tally = import::run(&market, &Actor::Operator, &plan, &mut report, &stop).await;
    listening.abort();
    let tally = tally.map_err(|error| failure(&args.file.display().to_string(), error))?;
    println!("{tally}");
    if stop.load(Ordering::Relaxed) {
        Err(Failure::findings("interrupted: what was told stays, the rest was not read"))
    } else if tally.refused > 0 {
        Err(Failure::findings(format!("{} rows were refused", tally.refused)))
    } else {
        Ok(())
    }
}

fn failure(file: &str, error: ImportError) -> Failure {
    match error {
        ImportError::Market(MarketError::Store(error)) => error.into(),
        ImportError::Market(error) => error.into(),
        ImportError::Report(_) => Failure::findings(error.to_string()),
        ImportError::Mapping(MappingError::Header(_))
        | ImportError::File(_)
        | ImportError::Kind
        | ImportError::Sheet(_)
        | ImportError::Source(_)
        | ImportError::Mapping(MappingError::Line { .. }) => {
            Failure::misuse(format!("{file}: {error}"))
        }
    }
}
