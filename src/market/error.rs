//! Why a verb did nothing.

use crate::{
    domain::{booking::NoPlace, fields::FieldErrors, life},
    store::StoreError,
};

/// A verb's result.
pub type MarketResult<T> = Result<T, MarketError>;

/// Why a verb did nothing, told apart by what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum MarketError {
    /// Fields must be corrected.
    #[error("fields are not right")]
    Invalid(FieldErrors),
    /// The record's life has no such step now.
    #[error(transparent)]
    Refused(#[from] life::Refused),
    /// The actor's role does not reach this.
    #[error("not allowed")]
    Forbidden,
    /// There is no such record, or its existence may not be known.
    #[error("not found")]
    NotFound,
    /// Somebody else changed the record since it was read.
    #[error("changed meanwhile")]
    Stale,
    /// A published field can't be changed by its poster without another review.
    #[error("needs another review")]
    NeedsReview,
    /// No place could be taken.
    #[error(transparent)]
    NoPlace(#[from] NoPlace),
    /// The moment for it is over or has not come; a sentence for people.
    #[error("not at this moment")]
    TooLate(&'static str),
    /// The employer may not publish until staff lift the bar; why.
    #[error("barred from publishing")]
    Barred(String),
    /// The idempotency key came with another request before.
    #[error("the key was used for another request")]
    KeyReused,
    /// The same record is held already; its id, where the actor may know it.
    #[error("held already")]
    Duplicate {
        /// The field that is taken.
        field: &'static str,
        /// The record that holds it.
        held: Option<String>,
    },
    /// Login or password are wrong.
    #[error("login or password are wrong")]
    BadCredentials,
    /// Too many failures; no sign-in for so many seconds.
    #[error("locked for {0} s")]
    Locked(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FieldErrors> for MarketError {
    fn from(errors: FieldErrors) -> MarketError {
        MarketError::Invalid(errors)
    }
}
