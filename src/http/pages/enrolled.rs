//! People on record at a station, for staff: the newest, and who is looked for.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, Visitor, chrome::Chrome, enrol_form::village_name, input::Sent, page, words};
use crate::{
    domain::{
        identity::{Phone, ResidentId},
        text,
        worker::Worker,
    },
    http::{body::Query, problem::Problem},
};

/// Somebody as lists for staff show the person.
pub struct WorkerRow {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone: String,
    /// The citizen's number, masked.
    pub number: String,
    /// Where the person lives.
    pub village: String,
    /// What the person can do.
    pub skills: String,
    /// When the person was registered.
    pub since: String,
}

impl WorkerRow {
    /// A record as a row.
    pub fn of(worker: &Worker) -> WorkerRow {
        let person = &worker.person;
        WorkerRow {
            href: format!("/desk/workers/{}", worker.id),
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
            number: person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default(),
            village: worker.village.as_deref().map(village_name).unwrap_or_default(),
            skills: worker.profile.skills.join("、"),
            since: words::date(worker.created_at),
        }
    }
}

/// People whom staff registered, or who were looked for.
#[derive(Template)]
#[template(path = "enrolled.html")]
pub struct EnrolledPage {
    /// The frame.
    pub chrome: Chrome,
    /// What was looked for.
    pub q: String,
    /// Who was found.
    pub rows: Vec<WorkerRow>,
}

/// People whom a list shows at most.
const LISTED_MAX: usize = 50;

async fn list(
    app: &App,
    visitor: &Visitor,
    q: &str,
    query: Option<&Query>,
) -> Result<Response, Problem> {
    let asked = text::clean(q);
    let found = app.market.enrolled(&visitor.actor()?, &asked, LISTED_MAX).await?;
    let mut chrome = Chrome::new(app, visitor, "/desk/workers");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let rows = found.iter().map(WorkerRow::of).collect();
    Ok(page(StatusCode::OK, &EnrolledPage { chrome, q: q.to_owned(), rows }))
}

/// `GET /desk/workers`
pub async fn enrolled(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    list(&app, &visitor, "", Some(&query)).await
}

/// `POST /desk/workers/find`: what is looked for is personal and stands in no address.
pub async fn find_enrolled(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    list(&app, &visitor, form.get("q"), None).await
}
