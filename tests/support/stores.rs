//! Fresh stores: SQLite in a temporary folder, PostgreSQL in a database of its own, gone at the end.
//!
//! `LINGGONG_TEST_POSTGRES` is the address of a superuser's database, `postgres://user@host/postgres`;
//! with `LINGGONG_QUICK=1` the tests run on SQLite only.

use std::{env, ops::Deref, path::PathBuf};

use linggong::store::{Engine, Key, Store, Vault};
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
    statement(&server, &format!("create database {name}")).await;
    let store = Store::open_postgres(&database(&server, &name), vault()).await;
    TestStore {
        store: store.expect("a fresh PostgreSQL database opens"),
        place: Place::Database { server, name },
    }
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
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(statement(&server, &sql));
        })
        .join();
        if dropped.is_err() {
            eprintln!("the test's database {name} is left");
        }
    }
}
