//! A station's board; all that changes on it comes by the station's feed.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, page};
use crate::{
    domain::ids::StationId,
    feed::protocol,
    http::{assets, body::Id, problem::Problem},
};

/// The board.
#[derive(Template)]
#[template(path = "board.html")]
pub struct BoardPage {
    /// The station.
    pub station_id: String,
    /// Its name.
    pub station_name: String,
    /// Where its feed is.
    pub feed_path: String,
    /// Whether the data is made up.
    pub demo: bool,
    /// What the station tells its visitors, as its feed says it.
    pub bulletin: String,
    /// The complaint line of stations that name none.
    pub hotline: Option<String>,
    /// Of the static files.
    pub version: &'static str,
}

/// `GET /board/{station}`
pub async fn board(State(app): State<App>, Id(id): Id<StationId>) -> Result<Response, Problem> {
    let station = app.market.station(&id).await?;
    let bulletin = app.market.bulletin(&id).await?;
    let board = BoardPage {
        bulletin: protocol::bulletin(&bulletin, app.market.now()).to_string(),
        feed_path: format!("/api/v1/stations/{id}/feed"),
        station_id: id.to_string(),
        station_name: station.name,
        demo: app.settings.demo,
        hotline: app.settings.hotline.clone(),
        version: assets::version(),
    };
    Ok(page(StatusCode::OK, &board))
}
