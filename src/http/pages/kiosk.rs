//! The shell of a station's kiosk (自助机); its scripts draw the rest.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

use super::{App, page};
use crate::{
    domain::ids::StationId,
    http::{assets, body::Id, headers, problem::Problem},
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
    /// The port of the loopback where the reader of ID cards is, if kiosks have one.
    pub card_port: Option<u16>,
    /// Hours before work within which giving a place up is marked; 0 marks nobody.
    pub late_hours: i64,
    /// Marks from which on a place is not taken in one step.
    pub marks_max: i64,
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
        card_port: app.settings.card_port,
        late_hours: app.market.rules.late_cancel_hours,
        marks_max: app.market.rules.marks_max,
        version: assets::version(),
    };
    let mut response = page(StatusCode::OK, &kiosk);
    if let Some(port) = app.settings.card_port
        && let Ok(policy) = HeaderValue::try_from(headers::content_policy_with_reader(port))
    {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}
