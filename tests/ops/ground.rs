//! A data folder of its own, a clock that stands, and the real program.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use linggong::{
    domain::time::{Clock, Moment},
    market::Market,
    store::{Key, Store, Vault},
};
use tempfile::TempDir;

static OPENED: AtomicU8 = AtomicU8::new(10);

/// A clock that stands.
pub struct Fixed(pub Moment);

impl Clock for Fixed {
    fn now(&self) -> Moment {
        self.0
    }
}

/// Opens the data folder's market with the key that stands in it, made where it is missing.
pub async fn market(data: &Path, now: &str) -> Market {
    let file = data.join("key");
    if !file.exists() {
        std::fs::write(&file, Key::new([7; 32]).to_hex()).unwrap();
    }
    let key: Key = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let store = Store::open_sqlite(data, Vault::new(&key)).await.unwrap();
    // A second process has dice of its own: with the same, it would give ids that are taken.
    let seed = [OPENED.fetch_add(1, Ordering::Relaxed); 32];
    Market::new(store, Arc::new(Fixed(now.parse().unwrap())), seed)
}

/// A folder that goes with the test.
pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(TempDir::new().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Runs the program; without the variables that would tell it otherwise.
pub fn linggong(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linggong"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LINGGONG_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).output().unwrap()
}

/// The exit code and what was printed, both ways.
pub fn outcome(arguments: &[&str]) -> (i32, String) {
    let output = linggong(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}
