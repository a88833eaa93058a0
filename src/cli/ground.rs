//! The ground that commands stand on: where the data is, the key, the clock, the market.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use crate::{
    domain::time::{Clock, Moment},
    market::Market,
    store::{Key, Store, StoreError, Vault},
};

/// Where a command finds its data.
#[derive(Clone, Debug, Args)]
pub struct Ground {
    /// Folder of the embedded database, the search index and the key.
    #[arg(long, value_name = "DIR", default_value = "linggong-data")]
    pub data: PathBuf,
    /// PostgreSQL address (postgres://…); without it the embedded SQLite in the data folder.
    #[arg(long, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// File with the key (64 hexadecimal digits) that seals personal data; without it and without
    /// LINGGONG_KEY, the file `key` in the data folder, made at the first start.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The key itself; prefer the file.
    #[arg(long, value_name = "HEX", hide_env_values = true)]
    pub key: Option<String>,
}

/// Why a command can't start.
#[derive(Debug, thiserror::Error)]
pub enum GroundError {
    /// The key can't be had.
    #[error("the key can't be read from {0}: {1}")]
    Key(String, String),
    /// The address is of no known kind.
    #[error("--database-url: only postgres:// addresses are understood")]
    Url,
    /// The store can't be opened.
    #[error("{}", chain(.0))]
    Store(#[from] StoreError),
    /// The data folder can't be used.
    #[error("the data folder can't be used: {0}")]
    Folder(#[from] io::Error),
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text
}

/// The machine's clock: the one place that reads it.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    fn now(&self) -> Moment {
        Moment(jiff::Timestamp::now().as_microsecond())
    }
}

impl Ground {
    /// Opens the market.
    ///
    /// # Errors
    /// [`GroundError`] where folder, key or database can't be used.
    pub async fn market(&self) -> Result<Market, GroundError> {
        std::fs::create_dir_all(&self.data)?;
        let vault = Vault::new(&self.read_key()?);
        let store = match self.database_url.as_deref() {
            None => Store::open_sqlite(&self.data, vault).await?,
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Store::open_postgres(url, vault).await?
            }
            Some(_) => return Err(GroundError::Url),
        };
        Ok(Market::new(store, Arc::new(SystemClock), rand::random()))
    }

    /// The folder of the search index.
    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }

    /// The key that seals personal data; made where the data folder is to hold it and does not.
    ///
    /// # Errors
    /// [`GroundError::Key`] where it can't be read.
    pub fn read_key(&self) -> Result<Key, GroundError> {
        if let Some(text) = &self.key {
            let wrong = |e: crate::store::KeyError| {
                GroundError::Key("LINGGONG_KEY".to_owned(), e.to_string())
            };
            return text.parse().map_err(wrong);
        }
        let own = self.data.join("key");
        let path = self.key_file.as_deref().unwrap_or(&own);
        let wrong = |why: String| GroundError::Key(path.display().to_string(), why);
        if self.key_file.is_none() && !path.exists() {
            make_key(path).map_err(|e| wrong(e.to_string()))?;
        }
        let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
        text.parse().map_err(|e: crate::store::KeyError| wrong(e.to_string()))
    }
}

fn make_key(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        // Another process that starts at the same time made it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        other => other?,
    };
    writeln!(file, "{}", Key::new(rand::random()).to_hex())?;
    file.sync_all()
}
