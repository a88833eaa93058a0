//! `linggong check` and `linggong reindex`.

use std::{path::Path, time::Duration};

use clap::Args;

use super::{Failure, Ground};
use crate::{
    market::Market,
    ops::check::check,
    search::{FollowError, Follower, Index, SearchError, ask_rebuild},
};

/// What a check needs.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    ground: Ground,
}

/// How long a check waits for an index that is a moment behind, and how often.
const PATIENCE: Duration = Duration::from_millis(500);
const TRIES: usize = 4;
/// Findings that are told one by one; of more only the number.
const TOLD: usize = 50;
/// How long a serving process may take to rebuild when asked.
const REBUILD: Duration = Duration::from_secs(600);

/// Runs `linggong check`.
pub async fn run_check(args: Check) -> Result<(), Failure> {
    let market = args.ground.market().await?;
    let dir = args.ground.index();
    catch_up(&market, &dir).await?;
    let mut last = None;
    for attempt in 0..TRIES {
        if attempt > 0 {
            // A serving process may be about to write what is missing.
            tokio::time::sleep(PATIENCE).await;
        }
        let index = Index::open(&dir).map_err(broken)?;
        let report = check(&market, &index).await;
        let report = report.map_err(|error| Failure::findings(error.to_string()))?;
        if report.findings.is_empty() {
            println!(
                "{} open postings, {} workers, {} stream messages, {} audit entries: all agree",
                report.open, report.workers, report.messages, report.entries
            );
            return Ok(());
        }
        last = Some(report);
    }
    let findings = last.map(|report| report.findings).unwrap_or_default();
    for finding in findings.iter().take(TOLD) {
        println!("{finding}");
    }
    if findings.len() > TOLD {
        println!("and {} more", findings.len() - TOLD);
    }
    Err(Failure::findings(format!(
        "{} findings; `linggong reindex` mends the index",
        findings.len()
    )))
}

/// Brings an index that is only behind the log up to it, as the next start of a server would. Where
/// a server holds the index, it does that itself.
async fn catch_up(market: &Market, dir: &Path) -> Result<(), Failure> {
    let place = Index::open(dir).and_then(|index| index.place()).map_err(broken)?;
    if place == market.store.read().await?.log_seq().await? {
        return Ok(());
    }
    match Follower::open(market.store.clone(), dir.to_owned()).await {
        Ok(_) | Err(FollowError::Index(SearchError::Locked)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn broken(error: SearchError) -> Failure {
    Failure::findings(format!("{error}; `linggong reindex` mends the index"))
}

/// Runs `linggong reindex`.
pub async fn run_reindex(args: Check) -> Result<(), Failure> {
    let market = args.ground.market().await?;
    let dir = args.ground.index();
    let opened = Follower::open(market.store.clone(), dir).await;
    match opened {
        Ok(follower) => follower.rebuild().await?,
        Err(FollowError::Index(SearchError::Locked)) => {
            if !ask_rebuild(&market.store, REBUILD).await? {
                return Err(Failure::findings("the serving process did not rebuild in time"));
            }
        }
        Err(error) => return Err(error.into()),
    }
    println!("reindexed");
    Ok(())
}
