//! Stations.

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{ids::StationId, station::Station, time::Moment};

impl View {
    /// Every station, by id.
    pub async fn stations(&mut self) -> StoreResult<Vec<Station>> {
        let rows =
            sqlx::query("select * from station order by id").fetch_all(self.connection()).await?;
        rows.iter().map(station).collect()
    }

    /// One station.
    pub async fn station(&mut self, id: &StationId) -> StoreResult<Option<Station>> {
        let row = sqlx::query("select * from station where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(station).transpose()
    }
}

impl Txn {
    /// Adds a station.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where the id is taken.
    pub async fn add_station(&mut self, station: &Station, at: Moment) -> StoreResult<()> {
        sqlx::query(
            "insert into station (id, name, lat, lon, radius_m, public, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(station.id.as_str())
        .bind(&station.name)
        .bind(station.point.lat())
        .bind(station.point.lon())
        .bind(station.radius_m)
        .bind(i64::from(station.public))
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

fn station(row: &AnyRow) -> StoreResult<Station> {
    let cells = Cells::new(row, "station", "id");
    Ok(Station {
        id: cells.parsed("id")?,
        name: cells.text("name")?,
        point: cells.checked("lat", cells.point()?)?,
        radius_m: cells.real("radius_m")?,
        public: cells.flag("public")?,
    })
}
