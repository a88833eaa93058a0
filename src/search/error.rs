//! What can go wrong with the index.

use tantivy::{TantivyError, directory::error::LockError};

use super::BadCursor;
use crate::matching::BadWeights;

/// The index can't answer or can't be changed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The files are broken or of another version: reset the index and rebuild it.
    #[error("the index is damaged or of another version: {0}")]
    Damaged(String),
    /// Another process writes this index, or a rebuild is under way.
    #[error("the index is being written by another process or rebuilt")]
    Locked,
    /// The cursor does not belong to this query.
    #[error(transparent)]
    Cursor(#[from] BadCursor),
    /// To sort by distance, a point is needed.
    #[error("sorting by distance needs a point")]
    NoPoint,
    /// The weights that come with the program are not usable.
    #[error(transparent)]
    Weights(#[from] BadWeights),
    /// The disk refused.
    #[error("the index's files can't be read or written")]
    Io(#[from] std::io::Error),
    /// The search engine refused.
    #[error("the search engine failed")]
    Engine(#[source] Box<TantivyError>),
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> SearchError {
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => SearchError::Locked,
            TantivyError::DataCorruption(_) | TantivyError::IncompatibleIndex(_) => {
                SearchError::Damaged(error.to_string())
            }
            other => SearchError::Engine(Box::new(other)),
        }
    }
}

impl SearchError {
    /// The error of opening: whatever keeps existing files from being read means damage, except
    /// a lock and a disk that refuses.
    pub(super) fn on_open(error: TantivyError) -> SearchError {
        match SearchError::from(error) {
            SearchError::Engine(error) => match *error {
                TantivyError::LockFailure(..)
                | TantivyError::SystemError(_)
                | TantivyError::OpenDirectoryError(_) => SearchError::Engine(error),
                TantivyError::IoError(ref io)
                    if matches!(
                        io.kind(),
                        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::StorageFull
                    ) =>
                {
                    SearchError::Engine(error)
                }
                _ => SearchError::Damaged(error.to_string()),
            },
            other => other,
        }
    }
}
