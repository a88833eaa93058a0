//! Who may read a station's feed: the question, which the door behind the tokens answers.

use std::fmt;

use futures_util::future::BoxFuture;

use crate::domain::ids::StationId;

/// A screen that has a token of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub String);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a token does not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It opens nothing, or not this station.
    #[error("the token does not open this station")]
    Token,
    /// Nobody can say now.
    #[error("tokens can't be checked now")]
    Unavailable,
}

/// Who knows the tokens.
pub trait Gate: Send + Sync {
    /// Whether `token` may read the station's feed, and which device it is, where it is one.
    ///
    /// # Errors
    /// [`Denied`] where it may not, or where that can't be told.
    fn may_read<'a>(
        &'a self,
        station: &'a StationId,
        token: &'a str,
    ) -> BoxFuture<'a, Result<Option<DeviceId>, Denied>>;
}
