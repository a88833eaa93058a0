//! The captain's code: four digits that change every minute, large enough to be read across a yard.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, Visitor, chrome::Chrome, page};
use crate::{
    domain::{
        attendance::Presence,
        ids::JobId,
        time::{Moment, SECOND},
    },
    http::{body::Id, problem::Problem},
};

/// The page.
#[derive(Template)]
#[template(path = "code.html")]
pub struct CodePage {
    /// The frame.
    pub chrome: Chrome,
    /// The posting's id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// The digits.
    pub digits: Vec<char>,
    /// When the page loads again: with the next code.
    pub reload_s: i64,
    /// Who is there, in numbers.
    pub summary: String,
}

/// Seconds until a moment, at least one.
fn seconds(now: Moment, until: Moment) -> i64 {
    ((until.0 - now.0) / SECOND + 1).max(1)
}

/// `GET /desk/jobs/{id}/code`
pub async fn code(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let (posting, code) = app.market.code(&actor, &id).await?;
    let rows = app.market.attendance_at(&actor, &id).await?;
    let now = app.market.now();
    let today = rows.iter().filter(|one| one.shift.start.day() == now.day());
    let today: Vec<Presence> = today.map(|one| one.status).collect();
    let count = |status| today.iter().filter(|held| **held == status).count();
    let summary = format!(
        "今天{}人：在岗{}，已签退{}，还没到{}，缺勤{}",
        today.len(),
        count(Presence::Present),
        count(Presence::Done),
        count(Presence::Expected),
        count(Presence::Absent),
    );
    let shown = CodePage {
        chrome: Chrome::new(&app, &visitor, "/desk"),
        id: posting.id.to_string(),
        title: posting.terms.title.clone(),
        digits: code.digits.chars().collect(),
        reload_s: seconds(now, code.until),
        summary,
    };
    Ok(page(StatusCode::OK, &shown))
}
