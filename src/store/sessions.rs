//! Sessions (by the hash of their token) and keys of requests that must not act twice.

use sqlx::Row;

use super::{
    StoreResult,
    accounts::account,
    engine::{Txn, View},
};
use crate::domain::{account::Account, ids::AccountId, time::Moment};

/// A session on record.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Whose it is.
    pub account: Account,
    /// When it ends.
    pub expires_at: Moment,
}

impl View {
    /// The session of this token hash that still lasts at `now`.
    pub async fn session(
        &mut self,
        token_hash: &str,
        now: Moment,
    ) -> StoreResult<Option<SessionRow>> {
        let row = sqlx::query(
            "select account.*, session.expires_at as session_ends from session \
             join account on account.id = session.account \
             where session.token_hash = $1 and session.expires_at > $2",
        )
        .bind(token_hash)
        .bind(now.0)
        .fetch_optional(self.connection())
        .await?;
        row.as_ref()
            .map(|row| {
                let expires_at = Moment(row.try_get("session_ends")?);
                Ok(SessionRow { account: account(row)?, expires_at })
            })
            .transpose()
    }

    /// What an earlier request with this key made: the hash of its body and the record's id.
    pub async fn made_before(
        &mut self,
        account: &str,
        name: &str,
    ) -> StoreResult<Option<(String, String)>> {
        let row = sqlx::query(
            "select request_hash, entity from idempotency where account = $1 and name = $2",
        )
        .bind(account)
        .bind(name)
        .fetch_optional(self.connection())
        .await?;
        row.map(|row| Ok((row.try_get("request_hash")?, row.try_get("entity")?))).transpose()
    }
}

impl Txn {
    /// Begins a session.
    pub async fn add_session(
        &mut self,
        token_hash: &str,
        account: &AccountId,
        now: Moment,
        expires_at: Moment,
    ) -> StoreResult<()> {
        sqlx::query("delete from session where expires_at <= $1")
            .bind(now.0)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "insert into session (token_hash, account, created_at, expires_at) \
             values ($1, $2, $3, $4)",
        )
        .bind(token_hash)
        .bind(account.as_str())
        .bind(now.0)
        .bind(expires_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Ends a session.
    pub async fn end_session(&mut self, token_hash: &str) -> StoreResult<()> {
        sqlx::query("delete from session where token_hash = $1")
            .bind(token_hash)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Ends every session of an account.
    pub async fn end_sessions(&mut self, account: &AccountId) -> StoreResult<()> {
        sqlx::query("delete from session where account = $1")
            .bind(account.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Remembers what a request with a key made, so that its repetition finds it.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where the same request arrived twice at once.
    pub async fn remember(
        &mut self,
        account: &str,
        name: &str,
        request_hash: &str,
        entity: &str,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into idempotency (account, name, request_hash, entity, at) \
             values ($1, $2, $3, $4, $5)",
        )
        .bind(account)
        .bind(name)
        .bind(request_hash)
        .bind(entity)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Forgets requests from before `at`.
    pub async fn forget_requests(&mut self, at: Moment) -> StoreResult<()> {
        sqlx::query("delete from idempotency where at < $1")
            .bind(at.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
