//! Why a command ended otherwise than well, and the exit code that says so.

use std::{fmt, process::ExitCode};

use super::{GroundError, ground::chain};
use crate::{
    market::MarketError,
    ops::demo::DemoError,
    search::{FollowError, SearchError},
    store::StoreError,
};

/// Why a command ended otherwise than well.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The command was used wrongly: exit code 2.
    pub fn misuse(message: impl Into<String>) -> Failure {
        Failure { code: 2, message: message.into() }
    }

    /// The command found something, or could not do its work: exit code 1.
    pub fn findings(message: impl Into<String>) -> Failure {
        Failure { code: 1, message: message.into() }
    }
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<GroundError> for Failure {
    fn from(error: GroundError) -> Failure {
        Failure::misuse(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::findings(error.to_string())
    }
}

impl From<MarketError> for Failure {
    fn from(error: MarketError) -> Failure {
        match error {
            MarketError::Invalid(errors) => {
                let lines: Vec<_> =
                    errors.0.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
                Failure::misuse(lines.join("\n"))
            }
            MarketError::Duplicate { field, .. } => {
                Failure::misuse(format!("{field}: taken already"))
            }
            other => Failure::findings(other.to_string()),
        }
    }
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Failure {
        Failure::findings(error.to_string())
    }
}

impl From<FollowError> for Failure {
    fn from(error: FollowError) -> Failure {
        if matches!(error, FollowError::Index(SearchError::Locked)) {
            return Failure::misuse("another process serves from this data folder");
        }
        Failure::findings(chain(&error))
    }
}
