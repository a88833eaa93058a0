//! Fresh stores: SQLite in a temporary folder, PostgreSQL in a database of its own, gone at the end.
//!
//! `LINGGONG_TEST_POSTGRES` is the address of a superuser's database, `postgres://user@host/postgres`;
//! with `LINGGONG_QUICK=1` the tests run on SQLite only.

use std::{env, ops::Deref, path::PathBuf, sync::OnceLock, thread};

use linggong::store::{Engine, Key, Store, Vault};
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// A store that is gone when this is dropped.
pub struct TestStore {
    store: Store,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Database { server: String, name: String },
}

impl Deref for TestStore {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A fresh store on each engine that this run is to test.
pub async fn stores() -> Vec<TestStore> {
    let mut stores = vec![sqlite().await];
    if env::var("LINGGONG_QUICK").as_deref() != Ok("1") {
        stores.push(postgres().await);
    }
    stores
}

fn vault() -> Vault {
    Vault::new(&Key::new([7; 32]))
}

/// A fresh store on SQLite.
pub async fn sqlite() -> TestStore {
    let folder = TempDir::new().expect("a temporary folder");
    let store = Store::open_sqlite(folder.path(), vault()).await;
    TestStore { store: store.expect("a fresh SQLite database opens"), place: Place::Folder(folder) }
}

/// A fresh store on PostgreSQL.
pub async fn postgres() -> TestStore {
    let server = env::var("LINGGONG_TEST_POSTGRES").expect(
        "LINGGONG_TEST_POSTGRES names a superuser's PostgreSQL database for tests; \
         LINGGONG_QUICK=1 tests on SQLite only",
    );
    let name = format!("linggong_test_{:032x}", rand::random::<u128>());
    let template = template(&server);
    statement(&server, &format!("create database {name} template {template}")).await;
    let store = Store::open_postgres(&database(&server, &name), vault()).await;
    TestStore {
        store: store.expect("a fresh PostgreSQL database opens"),
        place: Place::Database { server, name },
    }
}

/// A database with the migrations and nothing else; a copy of it is made in a fraction of the time
/// that they take. It stays, for the next run on the same server.
fn template(server: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let server = server.to_owned();
        // The test's own runtime is busy with waiting for this.
        let made = thread::spawn(move || runtime().block_on(migrated(&server)));
        made.join().expect("the template is made")
    })
}

async fn migrated(server: &str) -> String {
    let migrator = sqlx::migrate!("./migrations");
    let sums = migrator.iter().flat_map(|one| one.checksum.iter().copied());
    let sum = Sha256::digest(sums.collect::<Vec<u8>>());
    let name = format!("linggong_template_{}", hex::encode(&sum[..8]));
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.expect("the database answers");
    let held: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = $1")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .expect("the databases are counted");
    connection.close().await.expect("the connection closes");
    if held == 0 {
        // Renamed when it is whole; whoever comes second throws his own away.
        let own = format!("linggong_test_{:032x}", rand::random::<u128>());
        statement(server, &format!("create database {own}")).await;
        let mut fresh = AnyConnection::connect(&database(server, &own)).await.expect("it answers");
        migrator.run(&mut fresh).await.expect("the migrations run");
        fresh.close().await.expect("the connection closes");
        let mut connection = AnyConnection::connect(server).await.expect("the database answers");
        let rename = format!("alter database {own} rename to {name}");
        if connection.execute(AssertSqlSafe(rename)).await.is_err() {
            let drop = format!("drop database {own} with (force)");
            connection.execute(AssertSqlSafe(drop)).await.expect("the second one goes");
        }
        connection.close().await.expect("the connection closes");
    }
    name
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The same server's address with another database.
fn database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').unwrap_or((server, ""));
    let (host, _) = address.rsplit_once('/').expect("an address with a database");
    format!("{host}/{name}?{query}")
}

async fn statement(url: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.expect("the database answers");
    let done = connection.execute(AssertSqlSafe(sql.to_owned())).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.expect("the connection closes");
}

impl TestStore {
    /// The same database, opened once more: another process.
    pub async fn other_process(&self) -> Store {
        let opened = match &self.place {
            Place::Folder(folder) => Store::open_sqlite(folder.path(), vault()).await,
            Place::Database { server, name } => {
                Store::open_postgres(&database(server, name), vault()).await
            }
        };
        opened.expect("the database opens once more")
    }

    /// The address for connections beside the store's.
    pub fn url(&self) -> String {
        match &self.place {
            Place::Folder(folder) => {
                let file: PathBuf = folder.path().join("linggong.db");
                format!("sqlite://{}", file.display())
            }
            Place::Database { server, name } => database(server, name),
        }
    }

    /// Runs a statement past the store.
    pub async fn sql(&self, sql: &str) {
        statement(&self.url(), sql).await;
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let mut connection = AnyConnection::connect(&self.url()).await.expect("it answers");
        let sql = AssertSqlSafe(format!("select count(*) from {table}"));
        let count = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
        connection.close().await.expect("the connection closes");
        count.unwrap_or_else(|error| panic!("{table}: {error}"))
    }

    /// The engine's name, for messages.
    pub fn name(&self) -> &'static str {
        match self.engine() {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }
}

impl Drop for TestStore {
    fn drop(&mut self) {
        let Place::Database { server, name } = &self.place else {
            return;
        };
        let (server, sql) = (server.clone(), format!("drop database {name} with (force)"));
        // The test's runtime can't be waited on from here; after a failed test it goes on unwinding.
        let dropped = thread::spawn(move || runtime().block_on(statement(&server, &sql))).join();
        if dropped.is_err() {
            eprintln!("the test's database {name} is left");
        }
    }
}
