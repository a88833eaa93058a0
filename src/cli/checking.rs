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
/// How long a serving process may take to rebuild when asked.
const REBUILD: Duration = Duration::from_secs(600);

/// Runs `linggong check`.
pub async fn run_check(args: Check) -> Result<(), Failure> {
    let market = args.ground.existing_market().await?;
    let dir = args.ground.index();
    let mut last = None;
    follow(&market, &dir).await?;
    for attempt in 0..TRIES {
        if attempt > 0 {
            // A serving process may be about to write what is missing.
            tokio::time::sleep(PATIENCE).await;
        }
        let index = match Index::open(&dir) {
            Err(SearchError::Damaged(_)) if attempt + 1 < TRIES => continue,
            opened => opened.map_err(broken)?,
        };
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
    for finding in &findings {
        println!("{finding}");
    }
    Err(Failure::findings(format!(
        "{} findings; `linggong reindex` mends the index",
        findings.len()
    )))
}

/// Where no process serves, nobody has followed what other commands wrote: that is no finding. A
/// damaged index stays as it is, to be reported.
async fn follow(market: &Market, dir: &Path) -> Result<(), Failure> {
    if matches!(Index::open(dir), Err(SearchError::Damaged(_))) {
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
    let market = args.ground.existing_market().await?;
    let dir = args.ground.index();
    let opened = Follower::open(market.store.clone(), dir.clone()).await;
    match opened {
        Ok(follower) => follower.rebuild().await?,
        Err(FollowError::Index(SearchError::Locked)) => {
            let rebuilt = ask_rebuild(&dir, REBUILD).await;
            let rebuilt = rebuilt.map_err(|error| Failure::findings(error.to_string()))?;
            if !rebuilt {
                return Err(Failure::findings("the serving process did not rebuild in time"));
            }
        }
        Err(error) => return Err(error.into()),
    }
    println!("reindexed");
    Ok(())
}
