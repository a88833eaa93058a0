//! What stations tell their visitors.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    bulletin::{Bulletin, Disclosure, Notice},
    ids::{NoticeId, StationId},
    time::Moment,
};

impl View {
    /// What each station tells that tells anything; notices that ended before `since` are left out.
    pub async fn bulletins(&mut self, since: Moment) -> StoreResult<BTreeMap<StationId, Bulletin>> {
        let mut bulletins: BTreeMap<StationId, Bulletin> = BTreeMap::new();
        let rows =
            sqlx::query("select * from station_disclosure").fetch_all(self.connection()).await?;
        for row in &rows {
            let (station, disclosure) = disclosure(row)?;
            bulletins.entry(station).or_default().disclosure = Some(disclosure);
        }
        let rows = sqlx::query("select * from notice where ends_at >= $1 order by id")
            .bind(since.0)
            .fetch_all(self.connection())
            .await?;
        for row in &rows {
            let notice = notice(row)?;
            bulletins.entry(notice.station.clone()).or_default().notices.push(notice);
        }
        Ok(bulletins)
    }

    /// What one station tells; notices that ended before `since` are left out.
    pub async fn bulletin(&mut self, station: &StationId, since: Moment) -> StoreResult<Bulletin> {
        let row = sqlx::query("select * from station_disclosure where station = $1")
            .bind(station.as_str())
            .fetch_optional(self.connection())
            .await?;
        let disclosure = row.as_ref().map(disclosure).transpose()?.map(|(_, told)| told);
        let rows =
            sqlx::query("select * from notice where station = $1 and ends_at >= $2 order by id")
                .bind(station.as_str())
                .bind(since.0)
                .fetch_all(self.connection())
                .await?;
        let notices = rows.iter().map(notice).collect::<StoreResult<_>>()?;
        Ok(Bulletin { disclosure, notices })
    }

    /// One notice.
    pub async fn notice(&mut self, id: &NoticeId) -> StoreResult<Option<Notice>> {
        let row = sqlx::query("select * from notice where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(notice).transpose()
    }
}

impl Txn {
    /// Writes what a station must show.
    pub async fn put_disclosure(
        &mut self,
        station: &StationId,
        told: &Disclosure,
        at: Moment,
    ) -> StoreResult<()> {
        sqlx::query(
            "insert into station_disclosure (station, operator, licence, services, charges, \
             supervisor, supervisor_phone, complaint_phone, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             on conflict (station) do update set operator = excluded.operator, \
             licence = excluded.licence, services = excluded.services, \
             charges = excluded.charges, supervisor = excluded.supervisor, \
             supervisor_phone = excluded.supervisor_phone, \
             complaint_phone = excluded.complaint_phone, updated_at = excluded.updated_at",
        )
        .bind(station.as_str())
        .bind(&told.operator)
        .bind(&told.licence)
        .bind(&told.services)
        .bind(&told.charges)
        .bind(&told.supervisor)
        .bind(&told.supervisor_phone)
        .bind(&told.complaint_phone)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Adds a notice.
    pub async fn add_notice(&mut self, notice: &Notice) -> StoreResult<()> {
        sqlx::query(
            "insert into notice (id, station, kind, words, starts_at, ends_at, withdrawn_at, \
             created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(notice.id.as_str())
        .bind(notice.station.as_str())
        .bind(notice.kind.word())
        .bind(&notice.words)
        .bind(notice.starts_at.0)
        .bind(notice.ends_at.0)
        .bind(notice.withdrawn_at.map(|at| at.0))
        .bind(notice.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Takes a notice down. Answers whether it stood until now.
    pub async fn withdraw_notice(&mut self, id: &NoticeId, at: Moment) -> StoreResult<bool> {
        let done = sqlx::query(
            "update notice set withdrawn_at = $1 where id = $2 and withdrawn_at is null",
        )
        .bind(at.0)
        .bind(id.as_str())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn disclosure(row: &AnyRow) -> StoreResult<(StationId, Disclosure)> {
    let cells = Cells::new(row, "station_disclosure", "station");
    let told = Disclosure {
        operator: cells.text("operator")?,
        licence: cells.text("licence")?,
        services: cells.text("services")?,
        charges: cells.text("charges")?,
        supervisor: cells.text("supervisor")?,
        supervisor_phone: cells.text("supervisor_phone")?,
        complaint_phone: cells.text("complaint_phone")?,
    };
    Ok((cells.parsed("station")?, told))
}

fn notice(row: &AnyRow) -> StoreResult<Notice> {
    let cells = Cells::new(row, "notice", "id");
    Ok(Notice {
        id: cells.parsed("id")?,
        station: cells.parsed("station")?,
        kind: cells.parsed("kind")?,
        words: cells.text("words")?,
        starts_at: Moment(cells.int("starts_at")?),
        ends_at: Moment(cells.int("ends_at")?),
        withdrawn_at: cells.int_maybe("withdrawn_at")?.map(Moment),
        created_at: Moment(cells.int("created_at")?),
    })
}
