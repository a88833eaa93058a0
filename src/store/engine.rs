//! The two engines: how connections are opened, and what a transaction is on each.

use std::{
    fs::File,
    io,
    ops::{Deref, DerefMut},
    path::Path,
    sync::{Arc, Once},
    time::Duration,
};

use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, Executor, Transaction, any::AnyPoolOptions,
};
use tokio::sync::{broadcast, watch};

use super::{Appended, Entry, Shown, StoreError, StoreResult, Vault, log};

/// Which database stands below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, in write-ahead mode: one writer, many readers.
    Sqlite,
    /// PostgreSQL 15 or newer.
    Postgres,
}

/// Connections that read at once.
const READERS: u32 = 8;
/// Connections that write at once on PostgreSQL; SQLite has one.
const WRITERS: u32 = 8;
/// How long a caller waits for a connection, or a statement for SQLite's lock.
const WAIT: Duration = Duration::from_secs(10);
/// Commits that wait for a follower of this process; who is further behind reads.
const APPENDED_MAX: usize = 64;

/// The file in a data folder by which processes take turns in setting it up.
pub const TURN_FILE: &str = "linggong.lock";

/// The records' keeper.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    write: AnyPool,
    read: AnyPool,
    /// Seals personal values.
    pub vault: Vault,
    head: watch::Sender<i64>,
    appended: broadcast::Sender<Arc<Appended>>,
}

static DRIVERS: Once = Once::new();

async fn pool(engine: Engine, url: &str, size: u32, read_only: bool) -> StoreResult<AnyPool> {
    let options = AnyPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(WAIT)
        // A file does not hang up, and asking costs as much as a statement.
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if engine == Engine::Sqlite {
                    // The first statement may meet another process that turns WAL on.
                    connection.execute("pragma busy_timeout = 10000").await?;
                    connection.execute("pragma journal_mode = wal").await?;
                    // An acknowledged change survives a power cut.
                    connection.execute("pragma synchronous = full").await?;
                    // Pages after which a commit copies the log into the database and makes others
                    // wait: one in hundreds, and 16 MB on the disk.
                    connection.execute("pragma wal_autocheckpoint = 4000").await?;
                    connection.execute("pragma foreign_keys = on").await?;
                    if read_only {
                        connection.execute("pragma query_only = on").await?;
                    }
                }
                Ok(())
            })
        });
    Ok(options.connect(url).await?)
}

impl Store {
    /// Opens the SQLite database in `folder` and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] where the folder or the database can't be used.
    pub async fn open_sqlite(folder: &Path, vault: Vault) -> StoreResult<Store> {
        let named = |error: io::Error| {
            let shown = format!("{}: {error}", folder.display());
            io::Error::new(error.kind(), shown)
        };
        std::fs::create_dir_all(folder).map_err(named)?;
        let file = folder.join("linggong.db");
        // Several processes that start at once on a new folder set it up one after the other. A
        // folder that can't be written shows here; the engine would try for long and not say where.
        let turn = File::options().create(true).append(true).open(folder.join(TURN_FILE));
        let turn = turn.map_err(named)?;
        let turn = tokio::task::spawn_blocking(move || turn.lock().map(|()| turn)).await;
        let _turn = turn.map_err(io::Error::other)?.map_err(named)?;
        let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F");
        Store::open(Engine::Sqlite, &format!("sqlite://{path}?mode=rwc"), vault).await
    }

    /// Opens the PostgreSQL database at `url` and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] where the database can't be used.
    pub async fn open_postgres(url: &str, vault: Vault) -> StoreResult<Store> {
        Store::open(Engine::Postgres, url, vault).await
    }

    async fn open(engine: Engine, url: &str, vault: Vault) -> StoreResult<Store> {
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let writers = if engine == Engine::Sqlite { 1 } else { WRITERS };
        let write = pool(engine, url, writers, false).await?;
        sqlx::migrate!("./migrations").run(&write).await?;
        let read = pool(engine, url, READERS, true).await?;
        let (head, appended) = (watch::Sender::new(0), broadcast::Sender::new(APPENDED_MAX));
        let store = Store { engine, write, read, vault, head, appended };
        store.check_key().await?;
        store.index_names().await?;
        store.look().await?;
        Ok(store)
    }

    /// Which database stands below.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Begins a change. Dropped without [`Txn::commit`], nothing happened.
    pub async fn begin(&self) -> StoreResult<Txn> {
        self.begin_change(match self.engine {
            // Takes the write lock at once, so that a reader never turns writer halfway.
            Engine::Sqlite => "begin immediate",
            // Before any other lock, so that it never closes a circle of those who wait.
            Engine::Postgres => "begin; select pg_advisory_xact_lock_shared(6401)",
        })
        .await
    }

    /// Begins a change beside which no other runs: it sees all that began before it, and what
    /// begins later sees it. For what decides about records that others may be making.
    pub async fn begin_alone(&self) -> StoreResult<Txn> {
        self.begin_change(match self.engine {
            Engine::Sqlite => "begin immediate",
            Engine::Postgres => "begin; select pg_advisory_xact_lock(6401)",
        })
        .await
    }

    async fn begin_change(&self, begin: &'static str) -> StoreResult<Txn> {
        let tx = self.write.begin_with(begin).await?;
        Ok(Txn {
            engine: self.engine,
            view: View { tx, vault: self.vault.clone() },
            entries: Vec::new(),
            shown: Vec::new(),
            head: self.head.clone(),
            appended: self.appended.clone(),
        })
    }

    /// A consistent view for reading; it holds nobody up.
    pub async fn read(&self) -> StoreResult<Reader> {
        let begin = match self.engine {
            Engine::Sqlite => "begin",
            Engine::Postgres => "begin isolation level repeatable read read only",
        };
        let tx = self.read.begin_with(begin).await?;
        Ok(View { tx, vault: self.vault.clone() })
    }

    /// The newest log sequence that this process has seen; changes when there is more.
    pub fn head(&self) -> watch::Receiver<i64> {
        self.head.subscribe()
    }

    /// What this process commits from now on, each told before the head moves over it. It spares
    /// the reading; what other processes commit is not told here.
    pub fn appended(&self) -> broadcast::Receiver<Arc<Appended>> {
        self.appended.subscribe()
    }

    /// Looks whether another process appended to the log, and wakes the followers if so.
    pub async fn look(&self) -> StoreResult<i64> {
        let seq = self.read().await?.log_seq().await?;
        advance(&self.head, seq);
        Ok(seq)
    }

    /// Gives every connection back.
    pub async fn close(&self) {
        self.write.close().await;
        self.read.close().await;
    }

    /// Writes a consistent copy of a SQLite database to `file`.
    pub async fn copy_sqlite(&self, file: &Path) -> StoreResult<()> {
        let target = file.to_string_lossy().replace('\'', "''");
        let statement = AssertSqlSafe(format!("vacuum into '{target}'"));
        sqlx::query(statement).execute(&self.write).await?;
        Ok(())
    }

    /// Names of workers from before they were indexed: only the key can do that, so no migration does.
    async fn index_names(&self) -> StoreResult<()> {
        loop {
            let mut txn = self.begin().await?;
            let more = txn.index_names().await?;
            // Nothing that the log tells has changed.
            txn.view.tx.commit().await?;
            if !more {
                return Ok(());
            }
        }
    }

    /// A wrong key is noticed at the start, not at the first sealed value.
    async fn check_key(&self) -> StoreResult<()> {
        const PLACE: &str = "meta.key_check";
        // Of two that start at once with keys of their own, one comes second.
        let mut txn = self.begin_alone().await?;
        match txn.meta("key_check").await? {
            Some(sealed) => {
                self.vault.open(PLACE, &sealed).map_err(|_| StoreError::WrongKey)?;
            }
            None => {
                let sealed = self.vault.seal(PLACE, "linggong")?;
                txn.set_meta("key_check", &sealed).await?;
                txn.set_meta("epoch", &hex::encode(rand::random::<[u8; 8]>())).await?;
                txn.view.tx.commit().await?;
            }
        }
        Ok(())
    }
}

fn advance(head: &watch::Sender<i64>, seq: i64) {
    head.send_if_modified(|held| {
        let more = seq > *held;
        *held = seq.max(*held);
        more
    });
}

/// A consistent view of the records: every read is a method of it.
pub struct View {
    tx: Transaction<'static, Any>,
    pub(super) vault: Vault,
}

impl View {
    /// The connection that statements run on.
    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }
}

/// A view for reading only.
pub type Reader = View;

/// A change in the making: rows now, log entries and station events at the commit.
pub struct Txn {
    pub(super) engine: Engine,
    view: View,
    pub(super) entries: Vec<Entry>,
    pub(super) shown: Vec<Shown>,
    head: watch::Sender<i64>,
    appended: broadcast::Sender<Arc<Appended>>,
}

impl Txn {
    /// Appends to the audit trail and outbox.
    pub fn log(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Changes what a station shows.
    pub fn show(&mut self, shown: Shown) {
        self.shown.push(shown);
    }

    /// Makes the change durable: rows, entries and events together. Answers the log's sequence.
    pub async fn commit(mut self) -> StoreResult<i64> {
        let appended = log::append(&mut self).await?;
        self.view.tx.commit().await?;
        let seq = appended.after;
        // Nobody may follow here.
        let _ = self.appended.send(Arc::new(appended));
        advance(&self.head, seq);
        Ok(seq)
    }
}

impl Deref for Txn {
    type Target = View;
    fn deref(&self) -> &View {
        &self.view
    }
}

impl DerefMut for Txn {
    fn deref_mut(&mut self) -> &mut View {
        &mut self.view
    }
}
