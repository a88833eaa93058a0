//! Complaints; what happened is sealed.

use sqlx::any::AnyRow;

use super::{
    StoreResult, Vault,
    engine::{Txn, View},
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    complaint::{Complaint, ComplaintStatus},
    ids::{ComplaintId, JobId, StationId, WorkerId},
    time::Moment,
};

/// Which complaints a list wants; everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct ComplaintFilter {
    /// In this state.
    pub status: Option<ComplaintStatus>,
    /// For this station, or for none in particular.
    pub station: Option<StationId>,
    /// By this worker.
    pub worker: Option<WorkerId>,
}

fn sealed_at(id: &ComplaintId) -> String {
    format!("complaint.text:{id}")
}

impl View {
    /// One complaint.
    pub async fn complaint(&mut self, id: &ComplaintId) -> StoreResult<Option<Complaint>> {
        let row = sqlx::query("select * from complaint where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| complaint(&row, &self.vault)).transpose()
    }

    /// At most `limit` complaints that a filter lets through, those not settled first, by deadline.
    pub async fn complaints(
        &mut self,
        filter: &ComplaintFilter,
        limit: i64,
    ) -> StoreResult<Vec<Complaint>> {
        let mut query = Statement::new("select * from complaint where 1 = 1");
        if let Some(status) = filter.status {
            query.push(" and status = ").bind(status.word());
        }
        if let Some(station) = &filter.station {
            query.push(" and (station is null or station = ").bind(station.as_str()).push(")");
        }
        if let Some(worker) = &filter.worker {
            query.push(" and worker = ").bind(worker.as_str());
        }
        query
            .push(
                " order by case when status in ('open', 'taken') then 0 else 1 end, due_at, id \
                 limit ",
            )
            .bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| complaint(row, &self.vault)).collect()
    }
}

impl Txn {
    /// Writes a complaint: a new one, or where it stands by now.
    pub async fn put_complaint(&mut self, one: &Complaint, at: Moment) -> StoreResult<()> {
        let sealed = self.vault.seal(&sealed_at(&one.id), &one.text)?;
        sqlx::query(
            "insert into complaint (id, kind, job, worker, station, text_sealed, channel, status, \
             handler, due_at, outcome, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
             on conflict (id) do update set status = excluded.status, \
             handler = excluded.handler, due_at = excluded.due_at, outcome = excluded.outcome, \
             updated_at = excluded.updated_at",
        )
        .bind(one.id.as_str())
        .bind(one.kind.word())
        .bind(one.job.as_ref().map(JobId::as_str))
        .bind(one.worker.as_ref().map(WorkerId::as_str))
        .bind(one.station.as_ref().map(StationId::as_str))
        .bind(sealed)
        .bind(one.channel.word())
        .bind(one.status.word())
        .bind(one.handler.as_deref())
        .bind(one.due_at.0)
        .bind(one.outcome.as_deref())
        .bind(one.created_at.0)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets only one transaction at a time decide about a complaint, until the commit.
    pub async fn hold_complaint(&mut self, id: &ComplaintId) -> StoreResult<()> {
        sqlx::query("update complaint set status = status where id = $1")
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn complaint(row: &AnyRow, vault: &Vault) -> StoreResult<Complaint> {
    let cells = Cells::new(row, "complaint", "id");
    let id: ComplaintId = cells.parsed("id")?;
    Ok(Complaint {
        kind: cells.parsed("kind")?,
        job: cells.parsed_maybe("job")?,
        worker: cells.parsed_maybe("worker")?,
        station: cells.parsed_maybe("station")?,
        text: vault.open(&sealed_at(&id), &cells.text("text_sealed")?)?,
        channel: cells.parsed("channel")?,
        status: cells.parsed("status")?,
        handler: cells.text_maybe("handler")?,
        due_at: Moment(cells.int("due_at")?),
        outcome: cells.text_maybe("outcome")?,
        created_at: Moment(cells.int("created_at")?),
        id,
    })
}
