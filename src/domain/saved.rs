//! Searches that somebody wants to have again (存下的搜索).

use super::{
    ids::{AccountId, SearchId},
    time::Moment,
};

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// The id.
    pub id: SearchId,
    /// Whose it is.
    pub account: AccountId,
    /// What it is called.
    pub name: String,
    /// The query string, as `GET /jobs` takes it.
    pub query: String,
    /// When it was saved.
    pub created_at: Moment,
}
