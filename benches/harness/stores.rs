//! Fresh stores on a real disk, gone at the end: SQLite always, PostgreSQL where
//! `LINGGONG_TEST_POSTGRES` names a superuser's database (`postgres://user@host/postgres`).

use std::env;

use linggong::store::{Key, Store, Vault};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;

/// A store of a bench, with the address under which a peer finds the same engine.
pub struct BenchStore {
    /// The engine's name for tables.
    pub name: &'static str,
    /// The store.
    pub store: Store,
    /// The peer's database: beside the store's on SQLite, the same on PostgreSQL.
    pub peer_url: String,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Database { server: String, name: String },
}

/// A store on each engine at hand.
///
/// # Panics
/// Where one can't be made.
pub async fn stores() -> Vec<BenchStore> {
    let vault = || Vault::new(&Key::new([7; 32]));
    // The system's folder for temporary files may be memory, where a commit costs nothing.
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let store = Store::open_sqlite(folder.path(), vault()).await.expect("SQLite opens");
    let peer_url = format!("sqlite://{}?mode=rwc", folder.path().join("peer.db").display());
    let mut stores =
        vec![BenchStore { name: "SQLite", store, peer_url, place: Place::Folder(folder) }];
    if let Ok(server) = env::var("LINGGONG_TEST_POSTGRES") {
        let name = format!("linggong_bench_{:032x}", rand::random::<u128>());
        statement(&server, &format!("create database {name}")).await;
        let base = server.rsplit_once('/').map_or(server.as_str(), |(base, _)| base);
        let peer_url = format!("{base}/{name}");
        let store = Store::open_postgres(&peer_url, vault()).await.expect("PostgreSQL opens");
        stores.push(BenchStore {
            name: "PostgreSQL",
            store,
            peer_url,
            place: Place::Database { server, name },
        });
    }
    stores
}

async fn statement(url: &str, text: &str) {
    let mut connection = AnyConnection::connect(url).await.expect("the server answers");
    connection.execute(AssertSqlSafe(text.to_owned())).await.expect("the statement runs");
}

impl BenchStore {
    /// A connection of the peer, as durable as the store's own.
    ///
    /// # Panics
    /// Where the engine does not answer.
    pub async fn peer(&self) -> AnyConnection {
        let mut peer = AnyConnection::connect(&self.peer_url).await.expect("the peer connects");
        if matches!(self.place, Place::Folder(_)) {
            for pragma in ["pragma journal_mode = wal", "pragma synchronous = full"] {
                peer.execute(pragma).await.expect("the pragma holds");
            }
        }
        peer
    }

    /// Closes the store and removes it.
    pub async fn drop(self) {
        self.store.close().await;
        if let Place::Database { server, name } = &self.place {
            statement(server, &format!("drop database {name} with (force)")).await;
        }
    }
}
