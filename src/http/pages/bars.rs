//! Who may not publish, for staff.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{App, Visitor, chrome::Chrome, input::Sent, page, see_other, words};
use crate::{
    domain::ids::BarId,
    http::{
        body::{Id, Query},
        problem::Problem,
    },
};

/// Somebody who may not publish.
pub struct BarRow {
    /// The id.
    pub id: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: String,
}

/// Who may not publish.
#[derive(Template)]
#[template(path = "bars.html")]
pub struct BarsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The rows.
    pub rows: Vec<BarRow>,
}

/// `GET /desk/bars`
pub async fn bars(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let bars = app.market.bars(&visitor.actor()?).await?;
    let row = |bar: &crate::store::Bar| BarRow {
        id: bar.id.to_string(),
        reason: bar.reason.clone(),
        since: words::minute(bar.since),
    };
    let list = BarsPage {
        chrome: Chrome::new(&app, &visitor, "/desk/bars").telling(&query),
        rows: bars.iter().map(row).collect(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// `POST /desk/bars/{id}/lift`
pub async fn lift(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BarId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    app.market.lift_bar(&visitor.actor()?, &id, Some(form.get("reason"))).await?;
    Ok(see_other("/desk/bars", "bar_lifted").into_response())
}
