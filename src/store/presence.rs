//! Who is at a station on a day.

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    calendar::Day,
    ids::{StationId, WorkerId},
    time::Moment,
    worker::Present,
};

impl View {
    /// Who is at a station on a day, by worker.
    pub async fn present(&mut self, station: &StationId, day: Day) -> StoreResult<Vec<Present>> {
        let rows = sqlx::query(
            "select worker, crew from presence where station = $1 and day = $2 order by worker",
        )
        .bind(station.as_str())
        .bind(day.to_string())
        .fetch_all(self.connection())
        .await?;
        let present = |row| {
            let cells = Cells::new(row, "presence", "worker");
            let crew = cells.int_maybe("crew")?.map(u16::try_from).transpose().ok();
            Ok(Present { worker: cells.parsed("worker")?, crew: cells.checked("crew", crew)? })
        };
        rows.iter().map(present).collect()
    }
}

impl Txn {
    /// Notes that somebody is at a station on a day; again, with what is new.
    pub async fn come(
        &mut self,
        station: &StationId,
        day: Day,
        present: &Present,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into presence (station, day, worker, crew, at) values ($1, $2, $3, $4, $5) \
             on conflict (station, day, worker) do update set crew = excluded.crew",
        )
        .bind(station.as_str())
        .bind(day.to_string())
        .bind(present.worker.as_str())
        .bind(present.crew.map(i64::from))
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes that somebody is not, or no longer, at a station on a day.
    pub async fn go(
        &mut self,
        station: &StationId,
        day: Day,
        worker: &WorkerId,
    ) -> StoreResult<()> {
        sqlx::query("delete from presence where station = $1 and day = $2 and worker = $3")
            .bind(station.as_str())
            .bind(day.to_string())
            .bind(worker.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
