//! Bookings.

use std::collections::BTreeSet;

use sqlx::{Row, any::AnyRow};

use super::{
    StoreResult,
    engine::{Txn, View},
    json,
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    booking::{Booking, BookingStatus},
    ids::{BookingId, JobId, WorkerId},
    time::Moment,
};

/// A booking with the title of its posting.
#[derive(Clone, Debug)]
pub struct BookingRow {
    /// The booking.
    pub booking: Booking,
    /// The posting's title.
    pub title: String,
}

impl View {
    /// One booking.
    pub async fn booking(&mut self, id: &BookingId) -> StoreResult<Option<Booking>> {
        let row = sqlx::query("select * from booking where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(booking).transpose()
    }

    /// A posting's bookings that are not cancelled, oldest first.
    pub async fn bookings_of(&mut self, job: &JobId) -> StoreResult<Vec<Booking>> {
        let rows = sqlx::query(
            "select * from booking where job = $1 and status <> 'cancelled' order by id",
        )
        .bind(job.as_str())
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(booking).collect()
    }

    /// A worker's bookings that are not cancelled, oldest first.
    pub async fn bookings_by(&mut self, worker: &WorkerId) -> StoreResult<Vec<BookingRow>> {
        let rows = sqlx::query(
            "select booking.*, job.title as job_title from booking \
             join job on job.id = booking.job \
             where booking.worker = $1 and booking.status <> 'cancelled' order by booking.id",
        )
        .bind(worker.as_str())
        .fetch_all(self.connection())
        .await?;
        rows.iter()
            .map(|row| Ok(BookingRow { booking: booking(row)?, title: row.try_get("job_title")? }))
            .collect()
    }
}

impl View {
    /// The bookings of these workers that are not cancelled, oldest first.
    pub async fn bookings_by_all(&mut self, workers: &[WorkerId]) -> StoreResult<Vec<Booking>> {
        let mut bookings = Vec::new();
        for some in workers.chunks(WORKERS_A_STATEMENT) {
            let mut query =
                Statement::new("select * from booking where status <> 'cancelled' and worker in ");
            query.bind_list(some.iter().map(WorkerId::as_str)).push(" order by id");
            let rows = query.fetch_all(self.connection()).await?;
            for row in &rows {
                bookings.push(booking(row)?);
            }
        }
        Ok(bookings)
    }
}

/// Workers that one statement names; both engines take more.
const WORKERS_A_STATEMENT: usize = 200;

impl Txn {
    /// Lets only one transaction at a time decide about a posting's places and a worker's hours,
    /// until the commit. Answers whether both exist.
    pub async fn hold_for_booking(&mut self, job: &JobId, worker: &WorkerId) -> StoreResult<bool> {
        // An update that changes nothing takes the row's lock on both engines; always posting
        // before worker, so that two bookings never wait for each other.
        let held = sqlx::query("update job set taken = taken where id = $1")
            .bind(job.as_str())
            .execute(self.connection())
            .await?;
        let known = sqlx::query("update worker set version = version where id = $1")
            .bind(worker.as_str())
            .execute(self.connection())
            .await?;
        Ok(held.rows_affected() == 1 && known.rows_affected() == 1)
    }

    /// Lets only one transaction at a time change a posting, until the commit.
    pub async fn hold_posting(&mut self, job: &JobId) -> StoreResult<()> {
        sqlx::query("update job set taken = taken where id = $1")
            .bind(job.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Lets only one transaction at a time decide about these workers' hours, until the commit; in
    /// one order, so that two that share some of them never wait for each other.
    pub async fn hold_workers(&mut self, workers: &BTreeSet<WorkerId>) -> StoreResult<()> {
        for worker in workers {
            sqlx::query("update worker set version = version where id = $1")
                .bind(worker.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Adds a booking.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where the worker has a live booking of the posting.
    pub async fn add_booking(&mut self, booking: &Booking) -> StoreResult<()> {
        sqlx::query(
            "insert into booking (id, job, worker, shifts, status, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(booking.id.as_str())
        .bind(booking.job.as_str())
        .bind(booking.worker.as_str())
        .bind(json::spans(&booking.shifts))
        .bind(booking.status.word())
        .bind(booking.created_at.0)
        .bind(booking.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Changes a booking's state.
    pub async fn set_booking(
        &mut self,
        id: &BookingId,
        status: BookingStatus,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query("update booking set status = $1, updated_at = $2 where id = $3")
            .bind(status.word())
            .bind(at.0)
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn booking(row: &AnyRow) -> StoreResult<Booking> {
    let cells = Cells::new(row, "booking", "id");
    Ok(Booking {
        id: cells.parsed("id")?,
        job: cells.parsed("job")?,
        worker: cells.parsed("worker")?,
        shifts: json::shifts(cells.json("shifts")?),
        status: cells.parsed("status")?,
        created_at: Moment(cells.int("created_at")?),
    })
}
