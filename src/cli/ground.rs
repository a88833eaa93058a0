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
    ops::keeping::holds_database,
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
    /// The data was sealed with another key.
    #[error("{0} is not the key with which this data was sealed")]
    WrongKey(String),
    /// The address is of no known kind.
    #[error("--database-url: only postgres:// addresses are understood")]
    Url,
    /// The store can't be opened.
    #[error("{}", chain(.0))]
    Store(StoreError),
    /// There is nothing to look at.
    #[error("{0} holds no database")]
    NoData(String),
    /// The data folder can't be used.
    #[error("the data folder can't be used: {0}: {1}")]
    Folder(String, io::Error),
}

/// An error with all its causes.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
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
        std::fs::create_dir_all(&self.data)
            .map_err(|error| GroundError::Folder(self.data.display().to_string(), error))?;
        let vault = Vault::new(&self.read_key()?);
        let store = match self.database_url.as_deref() {
            None => Store::open_sqlite(&self.data, vault).await,
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Store::open_postgres(url, vault).await
            }
            Some(_) => return Err(GroundError::Url),
        };
        let store = store.map_err(|error| match error {
            StoreError::WrongKey => GroundError::WrongKey(self.key_place()),
            other => GroundError::Store(other),
        })?;
        Ok(Market::new(store, Arc::new(SystemClock), rand::random()))
    }

    /// Opens the market where there is one: a command that only looks makes no new data folder.
    ///
    /// # Errors
    /// As [`Ground::market`], and [`GroundError::NoData`].
    pub async fn existing_market(&self) -> Result<Market, GroundError> {
        if self.database_url.is_none() && !holds_database(&self.data) {
            return Err(GroundError::NoData(self.data.display().to_string()));
        }
        self.market().await
    }

    /// The folder of the search index.
    pub fn index(&self) -> PathBuf {
        self.data.join("index")
    }

    /// Where the key comes from, in words.
    fn key_place(&self) -> String {
        match (&self.key, &self.key_file) {
            (Some(_), _) => "LINGGONG_KEY".to_owned(),
            (None, Some(file)) => file.display().to_string(),
            (None, None) => self.data.join("key").display().to_string(),
        }
    }

    /// The key that seals personal data; made where the data folder is to hold it and does not.
    ///
    /// # Errors
    /// [`GroundError::Key`] where it can't be read.
    pub fn read_key(&self) -> Result<Key, GroundError> {
        let wrong = |why: String| GroundError::Key(self.key_place(), why);
        if let Some(text) = &self.key {
            return text.parse().map_err(|e: crate::store::KeyError| wrong(e.to_string()));
        }
        let own = self.data.join("key");
        let path = self.key_file.as_deref().unwrap_or(&own);
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
    // Under its name it is whole, or not there at all.
    let fresh = path.with_file_name(format!("key.{}", std::process::id()));
    let mut file = options.open(&fresh)?;
    writeln!(file, "{}", Key::new(rand::random()).to_hex())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&fresh, path);
    std::fs::remove_file(&fresh)?;
    match linked {
        // Another process that starts at the same time made it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}
