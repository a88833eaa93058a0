//! Fresh databases: SQLite in a folder that goes with it, PostgreSQL on the server that
//! `LINGGONG_TEST_POSTGRES` names. With `LINGGONG_QUICK=1` PostgreSQL is left out.

use std::{
    env, process,
    sync::atomic::{AtomicU32, Ordering},
};

use linggong::store::{Engine, Key, Store, Vault};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tempfile::TempDir;

/// A database of one test alone.
pub struct Database {
    pub store: Store,
    /// Holds the SQLite file, and whatever else the test keeps on disk.
    pub folder: TempDir,
    /// The address for connections beside the store's.
    pub url: String,
}

static MADE: AtomicU32 = AtomicU32::new(0);

/// The same for every test, so that a failure can be looked into.
pub fn vault() -> Vault {
    Vault::new(&Key::new([7; 32]))
}

impl Database {
    /// A fresh database; none where the quick run leaves the engine out.
    pub async fn fresh(engine: Engine) -> Option<Database> {
        let folder = tempfile::tempdir().unwrap();
        if engine == Engine::Sqlite {
            let store = Store::open_sqlite(folder.path(), vault()).await.unwrap();
            let url = format!("sqlite://{}/linggong.db", folder.path().display());
            return Some(Database { store, folder, url });
        }
        if env::var_os("LINGGONG_QUICK").is_some() {
            return None;
        }
        let server = env::var("LINGGONG_TEST_POSTGRES")
            .expect("LINGGONG_TEST_POSTGRES names no server; `tests/run` starts one");
        sqlx::any::install_default_drivers();
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{}_{}", process::id(), number);
        let mut connection = AnyConnection::connect(&server).await.unwrap();
        let create = AssertSqlSafe(format!("create database {name}"));
        sqlx::query(create).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        let store = Store::open_postgres(&url, vault()).await.unwrap();
        Some(Database { store, folder, url })
    }

    /// Another connection to the same database.
    pub async fn connection(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.unwrap()
    }
}

/// Runs each story on a fresh SQLite and on a fresh PostgreSQL database.
macro_rules! stories {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let engine = linggong::store::Engine::Sqlite;
                if let Some(database) = $crate::databases::Database::fresh(engine).await {
                    super::$name($crate::World::on(database).await).await;
                }
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let engine = linggong::store::Engine::Postgres;
                if let Some(database) = $crate::databases::Database::fresh(engine).await {
                    super::$name($crate::World::on(database).await).await;
                }
            })+
        }
    };
}
