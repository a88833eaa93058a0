//! The shell of a station's kiosk (自助机); its scripts draw the rest.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, page};
use crate::{
    domain::ids::StationId,
    http::{assets, body::Id, problem::Problem},
};

/// The kiosk.
#[derive(Template)]
#[template(path = "kiosk.html")]
pub struct KioskPage {
    /// The station.
    pub station_id: String,
    /// Its name.
    pub station_name: String,
    /// Degrees north, WGS-84.
    pub lat: f64,
    /// Degrees east, WGS-84.
    pub lon: f64,
    /// Whether the data is made up.
    pub demo: bool,
    /// The complaint line.
    pub hotline: Option<String>,
    /// Of the static files.
    pub version: &'static str,
}

/// `GET /kiosk/{station}`
pub async fn kiosk(State(app): State<App>, Id(id): Id<StationId>) -> Result<Response, Problem> {
    let station = app.market.station(&id).await?;
    let kiosk = KioskPage {
        station_id: id.to_string(),
        station_name: station.name,
        lat: station.point.lat(),
        lon: station.point.lon(),
        demo: app.settings.demo,
        hotline: app.settings.hotline.clone(),
        version: assets::version(),
    };
    Ok(page(StatusCode::OK, &kiosk))
}
