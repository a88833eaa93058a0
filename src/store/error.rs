//! What can go wrong in the store.

use sqlx::error::ErrorKind;

/// The store's result.
pub type StoreResult<T> = Result<T, StoreError>;

/// What went wrong, told apart by what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique value is taken.
    #[error("a unique value is taken already")]
    Conflict(#[source] sqlx::Error),
    /// A record that this one refers to is not there, or one that refers to it is.
    #[error("another record stands against it")]
    Linked(#[source] sqlx::Error),
    /// A row holds what it cannot hold.
    #[error("table {table}, column {column}, row {row}: impossible value")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// A sealed value does not open: wrong key or damaged.
    #[error("a sealed value of {0} does not open with this key")]
    Sealed(String),
    /// The data was sealed with another key.
    #[error("not the key with which this data was sealed")]
    WrongKey,
    /// The database refuses or can't be reached.
    #[error("the database did not answer as it should")]
    Trouble(#[source] sqlx::Error),
    /// The migrations could not be applied.
    #[error("the database's tables could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The data folder can't be used.
    #[error("the data folder can't be used: {0}")]
    Folder(#[from] std::io::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> StoreError {
        match error.as_database_error().map(|error| error.kind()) {
            Some(ErrorKind::UniqueViolation) => StoreError::Conflict(error),
            Some(ErrorKind::ForeignKeyViolation) => StoreError::Linked(error),
            _ => StoreError::Trouble(error),
        }
    }
}
