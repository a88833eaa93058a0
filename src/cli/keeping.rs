//! `linggong backup`, `linggong restore` and `linggong audit verify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, Ground};
use crate::{
    ops::keeping::{self, Existing, KeepingError},
    store::Key,
};

/// Where a backup goes.
#[derive(Debug, Args)]
pub struct Backup {
    /// Folder of the new backup.
    dir: PathBuf,
    /// Put the key beside the data; whoever has the folder can then read everything.
    #[arg(long)]
    with_key: bool,
    #[command(flatten)]
    ground: Ground,
}

/// Where a backup comes from.
#[derive(Debug, Args)]
pub struct Restore {
    /// Folder of the backup.
    dir: PathBuf,
    /// Replace the database that is there; stop the server first.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    ground: Ground,
}

/// The audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Walk the whole trail and recompute its chain.
    Verify(Verify),
}

/// What a walk needs.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    ground: Ground,
}

impl From<KeepingError> for Failure {
    fn from(error: KeepingError) -> Failure {
        match error {
            KeepingError::Postgres
            | KeepingError::Taken(_)
            | KeepingError::Occupied(_)
            | KeepingError::NoBackup { .. }
            | KeepingError::NoKey => Failure::misuse(error.to_string()),
            KeepingError::Damaged(_)
            | KeepingError::Key(_)
            | KeepingError::Broken(_)
            | KeepingError::File(_)
            | KeepingError::Store(_) => Failure::findings(error.to_string()),
        }
    }
}

/// Runs `linggong backup`.
pub async fn backup(args: Backup) -> Result<(), Failure> {
    if args.ground.database_url.is_some() {
        return Err(KeepingError::Postgres.into());
    }
    let market = args.ground.existing_market().await?;
    let key = args.with_key.then(|| args.ground.read_key()).transpose()?;
    let made = keeping::backup(&market.store, &args.dir, market.now(), key.as_ref()).await?;
    let key = if args.with_key { "with" } else { "without" };
    println!(
        "{} audit entries at {}, {key} the key, in {}",
        made.log_seq,
        made.time,
        args.dir.display()
    );
    Ok(())
}

/// The key that is named, else the data folder's, else the backup's.
fn key_for(args: &Restore) -> Result<Key, Failure> {
    let ground = &args.ground;
    let named = ground.key.is_some() || ground.key_file.is_some();
    if named || ground.data.join("key").exists() {
        return Ok(ground.read_key()?);
    }
    Ok(keeping::key_in(&args.dir)?.ok_or(KeepingError::NoKey)?)
}

/// Runs `linggong restore`.
pub async fn restore(args: Restore) -> Result<(), Failure> {
    if args.ground.database_url.is_some() {
        return Err(KeepingError::Postgres.into());
    }
    let existing = if args.force { Existing::Replace } else { Existing::Refuse };
    let (data, index) = (&args.ground.data, args.ground.index());
    if existing == Existing::Refuse && keeping::holds_database(data) {
        return Err(KeepingError::Occupied(data.clone()).into());
    }
    let key = key_for(&args)?;
    let walked = keeping::restore(&args.dir, data, &key, &index, existing).await?;
    println!("restored into {}", data.display());
    let entries = walked.map_err(|fault| KeepingError::Broken(fault.seq))?;
    println!("{entries} entries, chain holds");
    Ok(())
}

/// Runs `linggong audit …`.
pub async fn audit(command: AuditCommand) -> Result<(), Failure> {
    let AuditCommand::Verify(args) = command;
    let market = args.ground.existing_market().await?;
    let entries = keeping::verify(&market.store).await?;
    println!("{entries} entries, chain holds");
    Ok(())
}
