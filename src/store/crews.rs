//! Crews (班组): whom a leader may take along, and the places that a crew took together.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    bookings::{BookingRow, with_title},
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    ids::{AccountId, CrewId, JobId, WorkerId},
    time::Moment,
};

/// Somebody whom a leader may take along.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The leader's account.
    pub leader: AccountId,
    /// The person.
    pub worker: WorkerId,
    /// When the person agreed; missing until then.
    pub joined_at: Option<Moment>,
}

impl View {
    /// A leader's members, those who were asked first in front.
    pub async fn crew_members(&mut self, leader: &AccountId) -> StoreResult<Vec<Membership>> {
        let rows =
            sqlx::query("select * from crew_member where leader = $1 order by invited_at, worker")
                .bind(leader.as_str())
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(membership).collect()
    }

    /// The crews that a worker belongs to or is asked into.
    pub async fn crews_around(&mut self, worker: &WorkerId) -> StoreResult<Vec<Membership>> {
        let rows =
            sqlx::query("select * from crew_member where worker = $1 order by invited_at, leader")
                .bind(worker.as_str())
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(membership).collect()
    }

    /// Places that a leader's crews have, of work that is not over by `since`, oldest first.
    pub async fn bookings_led(
        &mut self,
        leader: &AccountId,
        since: Moment,
    ) -> StoreResult<Vec<BookingRow>> {
        let rows = sqlx::query(
            "select booking.*, job.title as job_title from booking \
             join crew on crew.id = booking.crew join job on job.id = booking.job \
             where crew.leader = $1 and booking.status = 'booked' \
             and (booking.ends_at is null or booking.ends_at > $2) order by booking.id",
        )
        .bind(leader.as_str())
        .bind(since.0)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(with_title).collect()
    }

    /// The account that leads the crew of a booking.
    pub async fn crew_leader(&mut self, crew: &CrewId) -> StoreResult<Option<AccountId>> {
        let row = sqlx::query("select * from crew where id = $1")
            .bind(crew.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| Cells::new(&row, "crew", "id").parsed("leader")).transpose()
    }
}

impl Txn {
    /// Asks a worker into a leader's crew, or notes that the person agreed.
    pub async fn put_member(
        &mut self,
        leader: &AccountId,
        worker: &WorkerId,
        joined_at: Option<Moment>,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into crew_member (leader, worker, invited_at, joined_at) \
             values ($1, $2, $3, $4) on conflict (leader, worker) do update \
             set joined_at = coalesce(crew_member.joined_at, excluded.joined_at)",
        )
        .bind(leader.as_str())
        .bind(worker.as_str())
        .bind(at.0)
        .bind(joined_at.map(|at| at.0))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes a worker out of a leader's crew. Answers whether the person was in it.
    pub async fn drop_member(
        &mut self,
        leader: &AccountId,
        worker: &WorkerId,
    ) -> StoreResult<bool> {
        let done = sqlx::query("delete from crew_member where leader = $1 and worker = $2")
            .bind(leader.as_str())
            .bind(worker.as_str())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that a crew takes places of a posting together.
    pub async fn add_crew(
        &mut self,
        id: &CrewId,
        job: &JobId,
        leader: &AccountId,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query("insert into crew (id, job, leader, created_at) values ($1, $2, $3, $4)")
            .bind(id.as_str())
            .bind(job.as_str())
            .bind(leader.as_str())
            .bind(at.0)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn membership(row: &AnyRow) -> StoreResult<Membership> {
    let cells = Cells::new(row, "crew_member", "worker");
    Ok(Membership {
        leader: cells.parsed("leader")?,
        worker: cells.parsed("worker")?,
        joined_at: cells.int_maybe("joined_at")?.map(Moment),
    })
}
