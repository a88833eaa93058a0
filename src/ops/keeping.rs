//! Backup and restore of an embedded database, and the proof of its audit trail.
//!
//! A backup is a folder: `linggong.db`, a consistent copy made beside service; `backup.json`,
//! written last, so that its presence says that the copy is whole; `key` only where it was asked
//! for. PostgreSQL has tools of its own.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::demo;
use crate::{
    domain::time::Moment,
    store::{
        Engine, Key, KeyError, Store, StoreError, StoreResult, TURN_FILE, Vault, VerifyFault, View,
    },
};

const DATABASE: &str = "linggong.db";
const MANIFEST: &str = "backup.json";
const KEY: &str = "key";
/// Where a copy is made ready inside the data folder before it takes its place.
const STAGE: &str = "restoring";

/// What a backup holds: `backup.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// When the copy was made, RFC 3339.
    pub time: String,
    /// The program that made it.
    pub version: String,
    /// The newest entry of the audit trail in the copy.
    pub log_seq: i64,
    /// The streams' epoch in the copy.
    pub epoch: String,
    /// SHA-256 of `linggong.db`, lowercase hexadecimal.
    pub sha256: String,
}

/// Why nothing was kept or restored.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// PostgreSQL has its own tools.
    #[error("this data is in PostgreSQL: use pg_dump and pg_restore")]
    Postgres,
    /// The folder for a backup holds one, or part of one.
    #[error("{} is there already: name an empty folder", .0.display())]
    Taken(PathBuf),
    /// The data folder holds a database.
    #[error("{} holds a database: stop the server and say --force to replace it", .0.display())]
    Occupied(PathBuf),
    /// The folder holds no finished backup.
    #[error("{} is no finished backup: {why}", .dir.display())]
    NoBackup {
        /// The folder.
        dir: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The copy is not the one that was made.
    #[error("{} is damaged: its checksum differs", .0.display())]
    Damaged(PathBuf),
    /// Nothing opens the sealed values.
    #[error("the backup holds no key: put the key file into the data folder or say --key-file")]
    NoKey,
    /// The key file is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The audit trail is missing an entry or was changed.
    #[error("entry {0} of the audit trail is missing or was changed")]
    Broken(i64),
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The database can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether a restore may replace a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It may not.
    Refuse,
    /// It may; what was there is gone.
    Replace,
}

/// Whether a data folder holds an embedded database.
pub fn holds_database(data: &Path) -> bool {
    data.join(DATABASE).exists()
}

/// Walks the audit trail. Answers the number of its newest entry.
///
/// # Errors
/// [`KeepingError::Broken`] with the first entry that is missing or changed.
pub async fn verify(store: &Store) -> Result<i64, KeepingError> {
    let walked = trail(&mut store.read().await?).await?;
    walked.map_err(|fault| KeepingError::Broken(fault.seq))
}

/// Walks the audit trail, which only a demonstration may have shortened.
pub(super) async fn trail(view: &mut View) -> StoreResult<Result<i64, VerifyFault>> {
    if view.log_base().await?.seq > 0 && !demo::is_marked(view).await? {
        return Ok(Err(VerifyFault { seq: 1 }));
    }
    view.verify_log().await
}

/// Copies an embedded database into `dir`, with the key only where it is given; service goes on
/// meanwhile. The copy is opened with the key of `store` before it counts.
///
/// # Errors
/// [`KeepingError`]; a folder without `backup.json` is no backup.
pub async fn backup(
    store: &Store,
    dir: &Path,
    now: Moment,
    key: Option<&Key>,
) -> Result<Manifest, KeepingError> {
    if store.engine() == Engine::Postgres {
        return Err(KeepingError::Postgres);
    }
    private_folder(dir)?;
    let file = dir.join(DATABASE);
    for taken in [&file, &dir.join(MANIFEST), &dir.join(KEY)] {
        if taken.exists() {
            return Err(KeepingError::Taken(taken.clone()));
        }
    }
    // An empty file is taken as the copy's place and keeps its mode.
    write_private(&file, &[])?;
    store.copy_sqlite(&file).await?;
    let copy = Store::open_sqlite(dir, store.vault.clone()).await?;
    let mut view = copy.read().await?;
    let (log_seq, epoch) = (view.log_seq().await?, view.epoch().await?);
    drop(view);
    copy.close().await;
    remove_file(&dir.join(TURN_FILE))?;
    if let Some(key) = key {
        write_private(&dir.join(KEY), format!("{}\n", key.to_hex()).as_bytes())?;
    }
    File::open(&file)?.sync_all()?;
    let manifest = Manifest {
        time: now.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        log_seq,
        epoch,
        sha256: checksum(&file)?,
    };
    let text = serde_json::to_string_pretty(&manifest).map_err(io::Error::other)?;
    write_private(&dir.join(MANIFEST), format!("{text}\n").as_bytes())?;
    File::open(dir)?.sync_all()?;
    Ok(manifest)
}

/// The key of a backup, where it holds one.
///
/// # Errors
/// [`KeepingError::Key`] where the file is no key.
pub fn key_in(dir: &Path) -> Result<Option<Key>, KeepingError> {
    match fs::read_to_string(dir.join(KEY)) {
        Ok(text) => Ok(Some(text.parse()?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Puts a backup's database into a data folder that no process uses, with a new epoch, so that
/// every screen takes a snapshot. The search index is removed; the next start builds it anew.
/// Answers the number of entries in the audit trail, or where it does not hold: data with a fault
/// in its trail is still data, and is in place then.
///
/// Checksum and key are checked on a copy beside. Until then nothing is replaced.
///
/// # Errors
/// [`KeepingError`].
pub async fn restore(
    dir: &Path,
    data: &Path,
    key: &Key,
    index: &Path,
    existing: Existing,
) -> Result<Result<i64, VerifyFault>, KeepingError> {
    let place = data.join(DATABASE);
    if existing == Existing::Refuse && place.exists() {
        return Err(KeepingError::Occupied(data.to_owned()));
    }
    let manifest = manifest_of(dir)?;
    let source = dir.join(DATABASE);
    fs::create_dir_all(data)?;
    let stage = data.join(STAGE);
    remove_folder(&stage)?;
    private_folder(&stage)?;
    let copy = stage.join(DATABASE);
    fs::copy(&source, &copy)?;
    // Of the copy, so that a fault of the copying shows too.
    if checksum(&copy)? != manifest.sha256 {
        remove_folder(&stage)?;
        return Err(KeepingError::Damaged(source));
    }
    let renewed = renew(&stage, key).await;
    if renewed.is_err() {
        remove_folder(&stage)?;
    }
    let walked = renewed?;
    File::open(&copy)?.sync_all()?;
    if !data.join(KEY).exists() && key_in(dir)?.is_some() {
        write_private(&data.join(KEY), format!("{}\n", key.to_hex()).as_bytes())?;
    }
    // The old log goes first: laid over another database it would be taken for that one's.
    for suffix in ["-wal", "-shm"] {
        remove_file(&data.join(format!("{DATABASE}{suffix}")))?;
    }
    fs::rename(&copy, &place)?;
    remove_folder(&stage)?;
    remove_folder(index)?;
    File::open(data)?.sync_all()?;
    Ok(walked)
}

/// Opens a copy with the key, brings it up to date, walks its trail and gives it a new epoch.
async fn renew(stage: &Path, key: &Key) -> Result<Result<i64, VerifyFault>, StoreError> {
    let store = Store::open_sqlite(stage, Vault::new(key)).await?;
    let walked = trail(&mut store.read().await?).await?;
    let mut txn = store.begin().await?;
    let epoch = hex::encode(rand::random::<[u8; 8]>());
    txn.set_meta("epoch", &epoch).await?;
    txn.commit().await?;
    store.close().await;
    Ok(walked)
}

fn manifest_of(dir: &Path) -> Result<Manifest, KeepingError> {
    let none = |why: String| KeepingError::NoBackup { dir: dir.to_owned(), why };
    let text = fs::read_to_string(dir.join(MANIFEST))
        .map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    let manifest =
        serde_json::from_str(&text).map_err(|error| none(format!("{MANIFEST}: {error}")))?;
    if holds_database(dir) { Ok(manifest) } else { Err(none(format!("{DATABASE} is missing"))) }
}

fn checksum(file: &Path) -> io::Result<String> {
    let (mut file, mut hasher) = (File::open(file)?, Sha256::new());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

/// A folder that only its owner enters, where it is new.
fn private_folder(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

/// A new file that only its owner reads.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn remove_file(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(path))
}

fn remove_folder(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_dir_all(path))
}
