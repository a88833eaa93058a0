//! The captain's code: four digits that change every minute, large enough to be read across a yard.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};

use super::{App, Visitor, chrome::Chrome, page};
use crate::{
    domain::{
        attendance::Presence,
        ids::JobId,
        time::{Moment, SECOND},
    },
    http::{body::Id, problem::Problem, qr},
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
    /// The same code for a worker's phone to scan, SVG.
    pub qr: String,
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
    headers: HeaderMap,
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
    let path = format!("/my/door/{}?code={}", posting.id, code.digits);
    let shown = CodePage {
        chrome: Chrome::new(&app, &visitor, "/desk"),
        id: posting.id.to_string(),
        title: posting.terms.title.clone(),
        digits: code.digits.chars().collect(),
        qr: qr::svg(&qr::address(&app, &headers, &path)).unwrap_or_default(),
        summary,
    };
    let mut answer = page(StatusCode::OK, &shown);
    // The page is a display: it loads again with the next code, with or without scripts.
    let reload = HeaderValue::from(seconds(now, code.until));
    answer.headers_mut().insert(header::REFRESH, reload);
    Ok(answer)
}
