//! Saved searches: kept, listed and forgotten by whom they belong to.

use serde_json::json;

use super::{Market, MarketError, MarketResult};
use crate::{
    domain::{
        account::{Account, Actor},
        fields::FieldErrors,
        ids::SearchId,
        limits,
        saved::SavedSearch,
        text,
    },
    store::Kind,
};

impl Market {
    /// The searches that the actor saved, the latest first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] for who is no account.
    pub async fn searches(&self, actor: &Actor) -> MarketResult<Vec<SavedSearch>> {
        let account = own(actor)?;
        Ok(self.store.read().await?.searches_of(&account.id).await?)
    }

    /// Keeps a search under a name; the same query is kept once.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] where a text is too long or too many are kept,
    /// [`MarketError::Forbidden`].
    pub async fn save_search(
        &self,
        actor: &Actor,
        name: &str,
        query: &str,
    ) -> MarketResult<SavedSearch> {
        let account = own(actor)?;
        let mut errors = FieldErrors::default();
        let name = text::bounded(&mut errors, "name", "名字", name, limits::SAVED_NAME_CHARS);
        let query = text::bounded(&mut errors, "query", "搜索", query, limits::SAVED_QUERY_CHARS);
        let (Some(name), Some(query)) = (name, query) else {
            return Err(errors.into());
        };
        let mut txn = self.store.begin().await?;
        let held = txn.searches_of(&account.id).await?;
        if let Some(same) = held.iter().find(|search| search.query == query) {
            return Ok(same.clone());
        }
        if held.len() >= limits::SAVED_MAX {
            let message = format!("最多存{}个搜索，先去掉几个", limits::SAVED_MAX);
            return Err(FieldErrors::one("query", "length", message).into());
        }
        let id = SearchId::grow(self.seedling());
        let search =
            SavedSearch { id, account: account.id.clone(), name, query, created_at: self.now() };
        txn.add_search(&search).await?;
        let detail = json!({ "search": search.id.as_str() });
        txn.log(self.entry(actor, "save_search", Kind::Account, &account.id, detail));
        txn.commit().await?;
        Ok(search)
    }

    /// Forgets a search of the actor's own.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the actor has no such search.
    pub async fn forget_search(&self, actor: &Actor, id: &SearchId) -> MarketResult<()> {
        let account = own(actor)?;
        let mut txn = self.store.begin().await?;
        if !txn.remove_search(&account.id, id).await? {
            return Err(MarketError::NotFound);
        }
        let detail = json!({ "search": id.as_str() });
        txn.log(self.entry(actor, "forget_search", Kind::Account, &account.id, detail));
        txn.commit().await?;
        Ok(())
    }
}

fn own(actor: &Actor) -> MarketResult<&Account> {
    actor.account().ok_or(MarketError::Forbidden)
}
