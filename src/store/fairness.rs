//! Marks against either side, ratings by both, blocks.

use sqlx::{Row, any::AnyRow};

use super::{
    StoreResult, Vault,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    attendance::Party,
    fairness::{Mark, MarkKind, MarkStatus, Record},
    ids::{BookingId, MarkId, WorkerId},
    time::Moment,
};

fn sealed_at(id: &MarkId) -> String {
    format!("mark.plea:{id}")
}

impl View {
    /// One mark.
    pub async fn mark(&mut self, id: &MarkId) -> StoreResult<Option<Mark>> {
        let row = sqlx::query("select * from mark where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| mark(&row, &self.vault)).transpose()
    }

    /// The mark of this kind from a booking.
    pub async fn mark_from(
        &mut self,
        booking: &BookingId,
        kind: MarkKind,
    ) -> StoreResult<Option<Mark>> {
        let row = sqlx::query("select * from mark where booking = $1 and kind = $2")
            .bind(booking.as_str())
            .bind(kind.word())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| mark(&row, &self.vault)).transpose()
    }

    /// The marks against somebody, newest first, at most `limit`.
    pub async fn marks_against(&mut self, subject: &str, limit: i64) -> StoreResult<Vec<Mark>> {
        let rows = sqlx::query(
            "select * from mark where subject = $1 order by created_at desc, id desc limit $2",
        )
        .bind(subject)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| mark(row, &self.vault)).collect()
    }

    /// The marks in this state, oldest first, at most `limit`.
    pub async fn marks_in(&mut self, status: MarkStatus, limit: i64) -> StoreResult<Vec<Mark>> {
        let rows =
            sqlx::query("select * from mark where status = $1 order by created_at, id limit $2")
                .bind(status.word())
                .bind(limit)
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(|row| mark(row, &self.vault)).collect()
    }

    /// How a worker has done: shifts worked, marks since `since`, ratings by employers.
    pub async fn worker_record(&mut self, worker: &WorkerId, since: Moment) -> StoreResult<Record> {
        let row = sqlx::query(
            "select (select count(*) from attendance where worker = $1 and status = 'done') \
             as done, (select count(*) from mark where subject = $2 \
             and status in ('standing', 'appealed') and created_at >= $3) as marks, \
             (select count(*) from rating where worker = $4 and side = 'employer') as rated, \
             (select cast(coalesce(sum(stars), 0) as bigint) from rating where worker = $5 \
             and side = 'employer') as stars",
        )
        .bind(worker.as_str())
        .bind(worker.as_str())
        .bind(since.0)
        .bind(worker.as_str())
        .bind(worker.as_str())
        .fetch_one(self.connection())
        .await?;
        record(&row)
    }

    /// How an employer has done: shifts given, marks since `since`, ratings by workers.
    pub async fn payer_record(&mut self, payer: &str, since: Moment) -> StoreResult<Record> {
        let row = sqlx::query(
            "select (select count(*) from wage where payer = $1) as done, \
             (select count(*) from mark where subject = $2 \
             and status in ('standing', 'appealed') and created_at >= $3) as marks, \
             (select count(*) from rating where payer = $4 and side = 'worker') as rated, \
             (select cast(coalesce(sum(stars), 0) as bigint) from rating where payer = $5 \
             and side = 'worker') as stars",
        )
        .bind(payer)
        .bind(payer)
        .bind(since.0)
        .bind(payer)
        .bind(payer)
        .fetch_one(self.connection())
        .await?;
        record(&row)
    }

    /// How each employer has done whom a mark since `since` or a rating tells something about; the
    /// others are unknown.
    pub async fn payer_records(&mut self, since: Moment) -> StoreResult<Vec<(String, Record)>> {
        let rows = sqlx::query(
            "select payer, (select count(*) from wage where wage.payer = known.payer) as done, \
             cast(sum(marks) as bigint) as marks, cast(sum(rated) as bigint) as rated, \
             cast(sum(stars) as bigint) as stars from ( \
             select subject as payer, count(*) as marks, 0 as rated, 0 as stars from mark \
             where side = 'employer' and status in ('standing', 'appealed') and created_at >= $1 \
             group by subject union all \
             select payer, 0 as marks, count(*) as rated, sum(stars) as stars from rating \
             where side = 'worker' group by payer) known group by payer",
        )
        .bind(since.0)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| Ok((row.try_get("payer")?, record(row)?))).collect()
    }

    /// Shifts that a worker finished after a moment.
    pub async fn done_since(&mut self, worker: &WorkerId, since: Moment) -> StoreResult<i64> {
        let row = sqlx::query(
            "select count(*) as done from attendance where worker = $1 and status = 'done' \
             and shift_start >= $2",
        )
        .bind(worker.as_str())
        .bind(since.0)
        .fetch_one(self.connection())
        .await?;
        Ok(row.try_get("done")?)
    }

    /// Wages that an employer paid in time since a moment and the worker received.
    pub async fn settled_since(&mut self, payer: &str, since: Moment) -> StoreResult<i64> {
        let row = sqlx::query(
            "select count(*) as done from wage where payer = $1 and status = 'settled' \
             and overdue_since is null and created_at >= $2",
        )
        .bind(payer)
        .bind(since.0)
        .fetch_one(self.connection())
        .await?;
        Ok(row.try_get("done")?)
    }

    /// Whether one of the two does not want the other.
    pub async fn is_blocked(&mut self, worker: &WorkerId, payer: &str) -> StoreResult<bool> {
        let row = sqlx::query("select side from block where worker = $1 and payer = $2 limit 1")
            .bind(worker.as_str())
            .bind(payer)
            .fetch_optional(self.connection())
            .await?;
        Ok(row.is_some())
    }

    /// The employers with whom one side wants no more to do, by who owes wages.
    pub async fn blocked_for(&mut self, worker: &WorkerId) -> StoreResult<Vec<String>> {
        let rows = sqlx::query("select distinct payer from block where worker = $1 order by payer")
            .bind(worker.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| Ok(row.try_get("payer")?)).collect()
    }

    /// Whether this side does not want the other.
    pub async fn blocks(
        &mut self,
        worker: &WorkerId,
        payer: &str,
        side: Party,
    ) -> StoreResult<bool> {
        let row =
            sqlx::query("select side from block where worker = $1 and payer = $2 and side = $3")
                .bind(worker.as_str())
                .bind(payer)
                .bind(side.word())
                .fetch_optional(self.connection())
                .await?;
        Ok(row.is_some())
    }

    /// How many stars a side gave for a booking.
    pub async fn rating(&mut self, booking: &BookingId, side: Party) -> StoreResult<Option<i64>> {
        let row = sqlx::query("select stars from rating where booking = $1 and side = $2")
            .bind(booking.as_str())
            .bind(side.word())
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|row| row.try_get("stars")).transpose()?)
    }

    /// Workers who finished a shift of an employer, those who came last in front, at most `limit`.
    pub async fn worked_for(&mut self, payer: &str, limit: i64) -> StoreResult<Vec<WorkerId>> {
        let rows = sqlx::query(
            "select worker, max(day) as day from wage where payer = $1 \
             group by worker order by day desc, worker limit $2",
        )
        .bind(payer)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| Cells::new(row, "wage", "worker").parsed("worker")).collect()
    }
}

impl Txn {
    /// Adds a mark; a booking has one of a kind. Answers whether it is new.
    pub async fn add_mark(&mut self, mark: &Mark) -> StoreResult<bool> {
        let done = sqlx::query(
            "insert into mark (id, side, subject, kind, booking, job, status, appeal_until, \
             created_at, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             on conflict (booking, kind) do nothing",
        )
        .bind(mark.id.as_str())
        .bind(mark.side.word())
        .bind(&mark.subject)
        .bind(mark.kind.word())
        .bind(mark.booking.as_str())
        .bind(mark.job.as_str())
        .bind(mark.status.word())
        .bind(mark.appeal_until.0)
        .bind(mark.at.0)
        .bind(mark.at.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Writes where a mark stands by now.
    pub async fn set_mark(&mut self, mark: &Mark, at: Moment) -> StoreResult<()> {
        let plea = mark.plea.as_ref();
        let sealed = plea.map(|text| self.vault.seal(&sealed_at(&mark.id), text)).transpose()?;
        sqlx::query(
            "update mark set status = $1, plea_sealed = $2, ruling = $3, updated_at = $4 \
             where id = $5",
        )
        .bind(mark.status.word())
        .bind(sealed)
        .bind(mark.ruling.as_deref())
        .bind(at.0)
        .bind(mark.id.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Lets only one transaction at a time decide about a mark, until the commit.
    pub async fn hold_mark(&mut self, id: &MarkId) -> StoreResult<()> {
        sqlx::query("update mark set status = status where id = $1")
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes how many stars a side gives for a booking; a later word replaces an earlier one.
    pub async fn put_rating(
        &mut self,
        (booking, worker, payer): (&BookingId, &WorkerId, &str),
        side: Party,
        stars: i64,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into rating (booking, side, worker, payer, stars, created_at) \
             values ($1, $2, $3, $4, $5, $6) \
             on conflict (booking, side) do update set stars = excluded.stars",
        )
        .bind(booking.as_str())
        .bind(side.word())
        .bind(worker.as_str())
        .bind(payer)
        .bind(stars)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes that a side does not want the other.
    pub async fn add_block(
        &mut self,
        worker: &WorkerId,
        payer: &str,
        side: Party,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into block (worker, payer, side, created_at) values ($1, $2, $3, $4) \
             on conflict (worker, payer, side) do nothing",
        )
        .bind(worker.as_str())
        .bind(payer)
        .bind(side.word())
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes that back.
    pub async fn drop_block(
        &mut self,
        worker: &WorkerId,
        payer: &str,
        side: Party,
    ) -> StoreResult<()> {
        sqlx::query("delete from block where worker = $1 and payer = $2 and side = $3")
            .bind(worker.as_str())
            .bind(payer)
            .bind(side.word())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn record(row: &AnyRow) -> StoreResult<Record> {
    Ok(Record {
        done: row.try_get("done")?,
        marks: row.try_get("marks")?,
        rated: row.try_get("rated")?,
        stars: row.try_get("stars")?,
    })
}

fn mark(row: &AnyRow, vault: &Vault) -> StoreResult<Mark> {
    let cells = Cells::new(row, "mark", "id");
    let id: MarkId = cells.parsed("id")?;
    let plea = cells.text_maybe("plea_sealed")?;
    Ok(Mark {
        side: cells.parsed("side")?,
        subject: cells.text("subject")?,
        kind: cells.parsed("kind")?,
        booking: cells.parsed("booking")?,
        job: cells.parsed("job")?,
        status: cells.parsed("status")?,
        appeal_until: Moment(cells.int("appeal_until")?),
        plea: plea.map(|sealed| vault.open(&sealed_at(&id), &sealed)).transpose()?,
        ruling: cells.text_maybe("ruling")?,
        at: Moment(cells.int("created_at")?),
        id,
    })
}
