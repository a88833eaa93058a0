//! Stations: set up, listed.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
};
use crate::{
    domain::{account::Actor, fields::FieldErrors, ids::StationId, limits, station::Station, text},
    store::{Kind, StoreError},
};

/// A station to be set up.
pub type NewStation = Station;

impl Market {
    /// Sets a station up; open postings that its radius covers are on its screens at once.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], [`MarketError::Duplicate`] where the id is taken.
    pub async fn add_station(&self, actor: &Actor, station: &NewStation) -> MarketResult<()> {
        if !authority::may(actor, Verb::Administer) {
            return Err(MarketError::Forbidden);
        }
        let mut errors = FieldErrors::default();
        text::bounded(&mut errors, "name", "名称", &station.name, limits::ORG_NAME_CHARS);
        if !errors.is_empty() {
            return Err(errors.into());
        }
        // Nobody publishes meanwhile: a posting of which this change knows nothing would be
        // published by one that knows nothing of the station.
        let mut txn = self.store.begin_alone().await?;
        match txn.add_station(station, self.now()).await {
            Err(StoreError::Conflict(_)) => {
                let held = Some(station.id.to_string());
                return Err(MarketError::Duplicate { field: "id", held });
            }
            other => other?,
        }
        let shown = self.fill_station(&mut txn, station).await?;
        let detail = json!({ "radius_m": station.radius_m, "shown": shown });
        txn.log(self.entry(actor, "add_station", Kind::Station, &station.id, detail));
        txn.commit().await?;
        Ok(())
    }

    /// Every station, by id.
    pub async fn stations(&self) -> MarketResult<Vec<Station>> {
        Ok(self.store.read().await?.stations().await?)
    }

    /// One station.
    pub async fn station(&self, id: &StationId) -> MarketResult<Station> {
        self.store.read().await?.station(id).await?.ok_or(MarketError::NotFound)
    }
}
