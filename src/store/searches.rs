//! Saved searches.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    ids::{AccountId, SearchId},
    saved::SavedSearch,
    time::Moment,
};

impl View {
    /// The searches that an account saved, the latest first.
    pub async fn searches_of(&mut self, account: &AccountId) -> StoreResult<Vec<SavedSearch>> {
        let rows = sqlx::query("select * from saved_search where account = $1 order by id desc")
            .bind(account.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(search).collect()
    }
}

impl Txn {
    /// Adds a saved search.
    pub async fn add_search(&mut self, search: &SavedSearch) -> StoreResult<()> {
        sqlx::query(
            "insert into saved_search (id, account, name, query, created_at) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(search.id.as_str())
        .bind(search.account.as_str())
        .bind(&search.name)
        .bind(&search.query)
        .bind(search.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Removes a search of this account. Answers whether there was one.
    pub async fn remove_search(&mut self, account: &AccountId, id: &SearchId) -> StoreResult<bool> {
        let done = sqlx::query("delete from saved_search where account = $1 and id = $2")
            .bind(account.as_str())
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn search(row: &AnyRow) -> StoreResult<SavedSearch> {
    let cells = Cells::new(row, "saved_search", "id");
    Ok(SavedSearch {
        id: cells.parsed("id")?,
        account: cells.parsed("account")?,
        name: cells.text("name")?,
        query: cells.text("query")?,
        created_at: Moment(cells.int("created_at")?),
    })
}
