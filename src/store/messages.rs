//! Messages to workers, and the outbox of those to be sent.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    attendance::Attendance,
    booking::Booking,
    ids::{AttendanceId, BookingId, MessageId, WorkerId},
    message::Message,
    time::Moment,
};

impl View {
    /// A worker's messages that were not read, oldest first, at most `limit`.
    pub async fn unread(&mut self, worker: &WorkerId, limit: i64) -> StoreResult<Vec<Message>> {
        let rows = sqlx::query(
            "select * from message where worker = $1 and read_at is null \
             order by created_at, id limit $2",
        )
        .bind(worker.as_str())
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(message).collect()
    }

    /// One message.
    pub async fn message(&mut self, id: &MessageId) -> StoreResult<Option<Message>> {
        let row = sqlx::query("select * from message where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(message).transpose()
    }

    /// Shifts that begin between two moments and of which nobody was reminded, at most `limit`.
    pub async fn to_remind(
        &mut self,
        from: Moment,
        to: Moment,
        limit: i64,
    ) -> StoreResult<Vec<Attendance>> {
        let rows = sqlx::query(
            "select id from attendance where status = 'expected' and shift_start > $1 \
             and shift_start <= $2 and not exists (select 1 from message \
             where message.worker = attendance.worker and kind = 'reminder' \
             and subject = attendance.id) order by shift_start, id limit $3",
        )
        .bind(from.0)
        .bind(to.0)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            let id: AttendanceId = Cells::new(&row, "attendance", "id").parsed("id")?;
            due.extend(self.attendance(&id).await?);
        }
        Ok(due)
    }

    /// Booked places whose workers are to confirm and were not asked, at most `limit`.
    pub async fn to_ask(&mut self, limit: i64) -> StoreResult<Vec<Booking>> {
        let rows = sqlx::query(
            "select id from booking where due_at is not null and status = 'booked' \
             and not exists (select 1 from message where message.worker = booking.worker \
             and kind = 'confirm' and subject = booking.id) order by due_at, id limit $1",
        )
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            let id: BookingId = Cells::new(&row, "booking", "id").parsed("id")?;
            due.extend(self.booking(&id).await?);
        }
        Ok(due)
    }

    /// Workers who wait for places of work that is not over at `at`, at most `limit`.
    pub async fn waiting_workers(&mut self, at: Moment, limit: i64) -> StoreResult<Vec<WorkerId>> {
        let rows = sqlx::query(
            "select distinct worker from booking where status = 'waiting' \
             and (ends_at is null or ends_at > $1) order by worker limit $2",
        )
        .bind(at.0)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| Cells::new(row, "booking", "worker").parsed("worker")).collect()
    }
}

impl Txn {
    /// Writes a message, unless the worker was told that already. Answers whether it is new.
    pub async fn add_message(&mut self, one: &Message) -> StoreResult<bool> {
        let done = sqlx::query(
            "insert into message (id, worker, kind, subject, job, body, created_at, \
             claimed_until, tries) values ($1, $2, $3, $4, $5, $6, $7, 0, 0) \
             on conflict (worker, kind, subject) do nothing",
        )
        .bind(one.id.as_str())
        .bind(one.worker.as_str())
        .bind(one.kind.word())
        .bind(&one.subject)
        .bind(one.job.as_str())
        .bind(&one.body)
        .bind(one.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that a message was read.
    pub async fn read_message(&mut self, id: &MessageId, at: Moment) -> StoreResult<()> {
        sqlx::query("update message set read_at = $1 where id = $2 and read_at is null")
            .bind(at.0)
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Takes messages to be sent, for this process alone until `until`; what is not marked as sent
    /// by then is taken again. At most `limit`, each at most `tries` times.
    pub async fn claim_messages(
        &mut self,
        (now, until): (Moment, Moment),
        tries: i64,
        limit: i64,
    ) -> StoreResult<Vec<Message>> {
        let rows = sqlx::query(
            "update message set claimed_until = $1, tries = tries + 1 where id in \
             (select id from message where sent_at is null and claimed_until <= $2 \
             and tries < $3 order by created_at, id limit $4) and claimed_until <= $5 returning *",
        )
        .bind(until.0)
        .bind(now.0)
        .bind(tries)
        .bind(limit)
        .bind(now.0)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(message).collect()
    }

    /// Notes that a message went out.
    pub async fn sent_message(&mut self, id: &MessageId, at: Moment) -> StoreResult<()> {
        sqlx::query("update message set sent_at = $1 where id = $2")
            .bind(at.0)
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Lets only one transaction at a time go on from a follower's place, until the commit.
    pub async fn hold_meta(&mut self, name: &str) -> StoreResult<()> {
        sqlx::query("update meta set value = value where name = $1")
            .bind(name)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn message(row: &AnyRow) -> StoreResult<Message> {
    let cells = Cells::new(row, "message", "id");
    Ok(Message {
        id: cells.parsed("id")?,
        worker: cells.parsed("worker")?,
        kind: cells.parsed("kind")?,
        subject: cells.text("subject")?,
        job: cells.parsed("job")?,
        body: cells.text("body")?,
        created_at: Moment(cells.int("created_at")?),
    })
}
