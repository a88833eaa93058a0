//! Why a verb did nothing.

use crate::{
    domain::{
        booking::NoPlace, claim::ClaimRefused, evidence::NotEvidence, fields::FieldErrors, life,
        placement::PlacementRefused, poster::NotCleared,
    },
    policy::{CaseError, PolicyError},
    store::StoreError,
};

/// Why a claim can't be made, or can't go on (409 on the wire).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoClaim {
    /// The facts give no such entitlement; what is missing, for people.
    #[error("not eligible")]
    NotEligible(String),
    /// The same is claimed already, by an open or paid claim.
    #[error("claimed already")]
    Claimed,
    /// What was claimed is drawn by another claim, or is more than is left.
    #[error("drawn by another claim")]
    Drawn,
    /// Nobody decides about a claim of his own.
    #[error("one's own claim")]
    OwnAffair,
    /// The desk belongs to somebody else.
    #[error("another's desk")]
    OtherDesk,
}

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
    /// The poster is not verified, its licence is over, or an authorisation is missing.
    #[error(transparent)]
    NotCleared(#[from] NotCleared),
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
    /// A placement has no such step now.
    #[error(transparent)]
    PlacementRefused(#[from] PlacementRefused),
    /// A claim has no such step now.
    #[error(transparent)]
    ClaimRefused(#[from] ClaimRefused),
    /// Two records can't be made one; what stands in the way, each a sentence for people.
    #[error("not to be merged")]
    NotMerged(Vec<String>),
    /// A claim can't be made or go on; why.
    #[error(transparent)]
    NoClaim(#[from] NoClaim),
    /// A file is no evidence.
    #[error(transparent)]
    NotEvidence(#[from] NotEvidence),
    /// The facts on record contradict each other, or a policy file is broken.
    #[error("the facts can't be judged: {0}")]
    Facts(String),
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

impl From<CaseError> for MarketError {
    fn from(error: CaseError) -> MarketError {
        MarketError::Facts(error.to_string())
    }
}

impl From<PolicyError> for MarketError {
    fn from(error: PolicyError) -> MarketError {
        MarketError::Facts(error.to_string())
    }
}
