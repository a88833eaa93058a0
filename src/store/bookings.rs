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
    ids::{BookingId, CrewId, JobId, WorkerId},
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

    /// A posting's bookings that were given up, refused or released, newest first, at most `limit`.
    pub async fn bookings_ended(&mut self, job: &JobId, limit: i64) -> StoreResult<Vec<Booking>> {
        let rows = sqlx::query(
            "select * from booking where job = $1 and status = 'cancelled' \
             order by updated_at desc, id desc limit $2",
        )
        .bind(job.as_str())
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(booking).collect()
    }

    /// A crew's bookings in the order of its list, cancelled ones too.
    pub async fn bookings_of_crew(&mut self, crew: &CrewId) -> StoreResult<Vec<Booking>> {
        let rows = sqlx::query("select * from booking where crew = $1 order by id")
            .bind(crew.as_str())
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
        rows.iter().map(with_title).collect()
    }

    /// A worker's bookings that were given up, refused or released since `since`, newest first.
    pub async fn bookings_ended_by(
        &mut self,
        worker: &WorkerId,
        since: Moment,
    ) -> StoreResult<Vec<BookingRow>> {
        let rows = sqlx::query(
            "select booking.*, job.title as job_title from booking \
             join job on job.id = booking.job where booking.worker = $1 \
             and booking.status = 'cancelled' and booking.updated_at >= $2 \
             order by booking.updated_at desc, booking.id desc",
        )
        .bind(worker.as_str())
        .bind(since.0)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(with_title).collect()
    }

    /// Bookings that wait for the worker's answer and got none by `at`, at most `limit`.
    pub async fn bookings_lapsed(&mut self, at: Moment, limit: i64) -> StoreResult<Vec<Booking>> {
        let rows = sqlx::query(
            "select * from booking where due_at is not null and due_at <= $1 \
             and (ends_at is null or ends_at > $1) order by due_at, id limit $2",
        )
        .bind(at.0)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(booking).collect()
    }

    /// Bookings that the end of their posting leaves without an object: without a place on any that
    /// ended, with a place on one that was taken down before the work was over at `at`. At most `limit`.
    pub async fn bookings_orphaned(&mut self, at: Moment, limit: i64) -> StoreResult<Vec<Booking>> {
        let rows = sqlx::query(
            "select booking.* from booking join job on job.id = booking.job \
             where (booking.status in ('applied', 'shortlisted', 'offered', 'waiting') \
             and job.status in ('closed', 'expired', 'withdrawn')) \
             or (booking.status = 'booked' and job.status = 'withdrawn' \
             and (booking.ends_at is null or booking.ends_at > $1)) \
             order by booking.id limit $2",
        )
        .bind(at.0)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(booking).collect()
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
            "insert into booking (id, job, worker, shifts, ends_at, status, crew, due_at, ended, \
             reason, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(booking.id.as_str())
        .bind(booking.job.as_str())
        .bind(booking.worker.as_str())
        .bind(json::spans(&booking.shifts))
        .bind(booking.ends_at().map(|at| at.0))
        .bind(booking.status.word())
        .bind(booking.crew.as_ref().map(CrewId::as_str))
        .bind(booking.due_at.map(|at| at.0))
        .bind(booking.ended.map(|ended| ended.word()))
        .bind(booking.reason.as_deref())
        .bind(booking.created_at.0)
        .bind(booking.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes where a booking stands by now.
    pub async fn set_booking(&mut self, booking: &Booking, at: Moment) -> StoreResult<()> {
        sqlx::query(
            "update booking set status = $1, due_at = $2, ended = $3, reason = $4, \
             updated_at = $5 where id = $6",
        )
        .bind(booking.status.word())
        .bind(booking.due_at.map(|at| at.0))
        .bind(booking.ended.map(|ended| ended.word()))
        .bind(booking.reason.as_deref())
        .bind(at.0)
        .bind(booking.id.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

pub(super) fn with_title(row: &AnyRow) -> StoreResult<BookingRow> {
    Ok(BookingRow { booking: booking(row)?, title: row.try_get("job_title")? })
}

pub(super) fn booking(row: &AnyRow) -> StoreResult<Booking> {
    let cells = Cells::new(row, "booking", "id");
    let status: BookingStatus = cells.parsed("status")?;
    Ok(Booking {
        id: cells.parsed("id")?,
        job: cells.parsed("job")?,
        worker: cells.parsed("worker")?,
        shifts: json::shifts(cells.json("shifts")?),
        status,
        crew: cells.parsed_maybe("crew")?,
        due_at: cells.int_maybe("due_at")?.map(Moment),
        ended: cells.parsed_maybe("ended")?,
        reason: cells.text_maybe("reason")?,
        created_at: Moment(cells.int("created_at")?),
    })
}
