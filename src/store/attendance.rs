//! Attendance of shifts, and corrections of it.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    attendance::{Attendance, Correction, Stamp},
    ids::{AttendanceId, BookingId, CorrectionId, JobId},
    posting::Shift,
    time::Moment,
};

impl View {
    /// One attendance.
    pub async fn attendance(&mut self, id: &AttendanceId) -> StoreResult<Option<Attendance>> {
        let row = sqlx::query("select * from attendance where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(attendance).transpose()
    }

    /// A booking's attendance, a row a shift, in the order of time.
    pub async fn attendance_of(&mut self, booking: &BookingId) -> StoreResult<Vec<Attendance>> {
        let rows =
            sqlx::query("select * from attendance where booking = $1 order by shift_start, id")
                .bind(booking.as_str())
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(attendance).collect()
    }

    /// The attendance of everybody at a posting, in the order of time.
    pub async fn attendance_at(&mut self, job: &JobId) -> StoreResult<Vec<Attendance>> {
        let rows = sqlx::query("select * from attendance where job = $1 order by shift_start, id")
            .bind(job.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(attendance).collect()
    }

    /// Attendance that the clock settles: expected at shifts that began at or before `began`, and
    /// without a check-out at shifts that ended at or before `ended`. At most `limit`.
    pub async fn attendance_overdue(
        &mut self,
        began: Moment,
        ended: Moment,
        limit: i64,
    ) -> StoreResult<Vec<Attendance>> {
        let rows = sqlx::query(
            "select * from attendance where (status = 'expected' and shift_start <= $1) \
             or (status = 'present' and shift_end <= $2) order by shift_start, id limit $3",
        )
        .bind(began.0)
        .bind(ended.0)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(attendance).collect()
    }

    /// One correction.
    pub async fn correction(&mut self, id: &CorrectionId) -> StoreResult<Option<Correction>> {
        let row = sqlx::query("select * from correction where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(correction).transpose()
    }

    /// Every correction of an attendance, oldest first.
    pub async fn corrections_of(&mut self, id: &AttendanceId) -> StoreResult<Vec<Correction>> {
        let rows =
            sqlx::query("select * from correction where attendance = $1 order by created_at, id")
                .bind(id.as_str())
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(correction).collect()
    }
}

impl Txn {
    /// Adds an attendance, unless the booking has one of that shift.
    pub async fn add_attendance(&mut self, one: &Attendance, at: Moment) -> StoreResult<()> {
        sqlx::query(
            "insert into attendance (id, booking, job, worker, shift_start, shift_end, status, \
             tries, updated_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             on conflict (booking, shift_start) do nothing",
        )
        .bind(one.id.as_str())
        .bind(one.booking.as_str())
        .bind(one.job.as_str())
        .bind(one.worker.as_str())
        .bind(one.shift.start.0)
        .bind(one.shift.end.0)
        .bind(one.status.word())
        .bind(one.tries)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes where an attendance stands by now.
    pub async fn set_attendance(&mut self, one: &Attendance, at: Moment) -> StoreResult<()> {
        let moment = |stamp: Option<Stamp>| stamp.map(|(at, _)| at.0);
        let by = |stamp: Option<Stamp>| stamp.map(|(_, by)| by.word());
        sqlx::query(
            "update attendance set status = $1, check_in = $2, in_by = $3, check_out = $4, \
             out_by = $5, tries = $6, updated_at = $7 where id = $8",
        )
        .bind(one.status.word())
        .bind(moment(one.check_in))
        .bind(by(one.check_in))
        .bind(moment(one.check_out))
        .bind(by(one.check_out))
        .bind(one.tries)
        .bind(at.0)
        .bind(one.id.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes back the attendance of a booking's shifts that have not begun at `at`.
    pub async fn drop_attendance(&mut self, booking: &BookingId, at: Moment) -> StoreResult<()> {
        sqlx::query(
            "delete from attendance where booking = $1 and status = 'expected' \
             and shift_start > $2",
        )
        .bind(booking.as_str())
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Adds a correction.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another one of the attendance waits for its answer.
    pub async fn add_correction(&mut self, correction: &Correction) -> StoreResult<()> {
        sqlx::query(
            "insert into correction (id, attendance, side, actor, check_in, check_out, reason, \
             status, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(correction.id.as_str())
        .bind(correction.attendance.as_str())
        .bind(correction.side.word())
        .bind(&correction.actor)
        .bind(correction.check_in.0)
        .bind(correction.check_out.0)
        .bind(&correction.reason)
        .bind(correction.status.word())
        .bind(correction.at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Writes what became of a correction.
    pub async fn set_correction(&mut self, one: &Correction, at: Moment) -> StoreResult<()> {
        sqlx::query("update correction set status = $1, decided_at = $2 where id = $3")
            .bind(one.status.word())
            .bind(at.0)
            .bind(one.id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

pub(super) fn attendance(row: &AnyRow) -> StoreResult<Attendance> {
    let cells = Cells::new(row, "attendance", "id");
    let stamp = |at: &'static str, by: &'static str| -> StoreResult<Option<Stamp>> {
        Ok(cells.int_maybe(at)?.map(Moment).zip(cells.parsed_maybe(by)?))
    };
    Ok(Attendance {
        id: cells.parsed("id")?,
        booking: cells.parsed("booking")?,
        job: cells.parsed("job")?,
        worker: cells.parsed("worker")?,
        shift: Shift {
            start: Moment(cells.int("shift_start")?),
            end: Moment(cells.int("shift_end")?),
        },
        status: cells.parsed("status")?,
        check_in: stamp("check_in", "in_by")?,
        check_out: stamp("check_out", "out_by")?,
        tries: cells.int("tries")?,
    })
}

pub(super) fn correction(row: &AnyRow) -> StoreResult<Correction> {
    let cells = Cells::new(row, "correction", "id");
    Ok(Correction {
        id: cells.parsed("id")?,
        attendance: cells.parsed("attendance")?,
        side: cells.parsed("side")?,
        actor: cells.text("actor")?,
        check_in: Moment(cells.int("check_in")?),
        check_out: Moment(cells.int("check_out")?),
        reason: cells.text("reason")?,
        status: cells.parsed("status")?,
        at: Moment(cells.int("created_at")?),
    })
}
