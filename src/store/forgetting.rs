//! What time takes: old stream messages and request keys everywhere; in a demonstration also
//! postings that ended, and the beginning of the log.

use sqlx::Row;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{ids::JobId, posting::Status, time::Moment};

/// The name of the value that says where a shortened log begins.
const LOG_BASE: &str = "log_base";

/// Where a log begins: the last entry that was forgotten, 0 and nothing where all of it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogBase {
    /// Its sequence.
    pub seq: i64,
    /// Its hash, to which the next entry is chained.
    pub(super) hash: String,
}

impl View {
    /// Where the log begins.
    pub async fn log_base(&mut self) -> StoreResult<LogBase> {
        let held = self.meta(LOG_BASE).await?;
        let parts = held.as_deref().and_then(|text| text.split_once(' '));
        let base = parts.and_then(|(seq, hash)| Some((seq.parse().ok()?, hash.to_owned())));
        Ok(base.map(|(seq, hash)| LogBase { seq, hash }).unwrap_or_default())
    }

    /// Postings of a demonstration that ended before `at`, by id, at most `limit`.
    pub async fn demo_postings_ended(
        &mut self,
        at: Moment,
        after: Option<&JobId>,
        limit: i64,
    ) -> StoreResult<Vec<JobId>> {
        let rows = sqlx::query(
            "select id from job where demo = 1 and status in ($1, $2, $3) \
             and updated_at < $4 and id > $5 order by id limit $6",
        )
        .bind(Status::Closed.word())
        .bind(Status::Expired.word())
        .bind(Status::Withdrawn.word())
        .bind(at.0)
        .bind(after.map_or("", JobId::as_str))
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| Cells::new(row, "job", "id").parsed("id")).collect()
    }
}

impl Txn {
    /// Forgets stream messages from before `at`; what is shown stays.
    pub async fn prune_streams(&mut self, at: Moment) -> StoreResult<u64> {
        let done = sqlx::query("delete from feed_event where at < $1")
            .bind(at.0)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected())
    }

    /// Forgets requests from before `at`.
    pub async fn forget_requests(&mut self, at: Moment) -> StoreResult<()> {
        sqlx::query("delete from idempotency where at < $1")
            .bind(at.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Removes a posting with its bookings.
    ///
    /// # Errors
    /// [`super::StoreError::Linked`] where another record stands on it; drop the transaction then.
    pub async fn remove_posting(&mut self, id: &JobId) -> StoreResult<()> {
        for statement in ["delete from booking where job = $1", "delete from job where id = $1"] {
            sqlx::query(statement).bind(id.as_str()).execute(self.connection()).await?;
        }
        Ok(())
    }

    /// Forgets the log's entries from before `at`. The chain goes on from the last of them.
    pub async fn forget_log(&mut self, at: Moment) -> StoreResult<()> {
        // Nodes' clocks differ: what is kept begins with the first entry that is young enough.
        let row = sqlx::query(
            "select seq, hash from log where seq = \
             (select min(seq) - 1 from log where at >= $1)",
        )
        .bind(at.0)
        .fetch_optional(self.connection())
        .await?;
        let Some(row) = row else {
            return Ok(());
        };
        let (seq, hash): (i64, String) = (row.try_get("seq")?, row.try_get("hash")?);
        sqlx::query("delete from log where seq <= $1").bind(seq).execute(self.connection()).await?;
        self.set_meta(LOG_BASE, &format!("{seq} {hash}")).await
    }
}
