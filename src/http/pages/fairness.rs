//! What either side is marked for, with the way to appeal; for staff, the appeals to decide about.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{App, Visitor, chrome::Chrome, input::Sent, page, see_other, words};
use crate::{
    domain::{
        fairness::MarkEvent,
        ids::{JobId, MarkId, WorkerId},
        time::Moment,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::OwnMark,
};

/// A mark in a list.
pub struct MarkRow {
    /// The id.
    pub id: String,
    /// What for.
    pub kind: &'static str,
    /// The posting.
    pub title: String,
    /// When.
    pub at: String,
    /// Where it stands.
    pub status: &'static str,
    /// The plea and what staff found.
    pub notes: Vec<String>,
    /// Until when it can be appealed, if it still can.
    pub appeal_until: Option<String>,
}

/// Marks: one's own, or those with an appeal.
#[derive(Template)]
#[template(path = "marks.html")]
pub struct MarksPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether staff decide here.
    pub decides: bool,
    /// The rows.
    pub rows: Vec<MarkRow>,
}

fn row(own: &OwnMark, now: Moment) -> MarkRow {
    let mark = &own.mark;
    let mut notes = Vec::new();
    notes.extend(mark.plea.as_ref().map(|plea| format!("申诉：{plea}")));
    notes.extend(mark.ruling.as_ref().map(|ruling| format!("答复：{ruling}")));
    MarkRow {
        id: mark.id.to_string(),
        kind: mark.kind.label(),
        title: own.title.clone(),
        at: words::minute(mark.at),
        status: mark.status.label(),
        notes,
        appeal_until: mark.can_appeal(now).then(|| words::minute(mark.appeal_until)),
    }
}

async fn list(
    app: &App,
    visitor: &Visitor,
    decides: bool,
    query: Option<&Query>,
    fault: Option<Problem>,
) -> Result<Response, Problem> {
    let (actor, now) = (visitor.actor()?, app.market.now());
    let (marks, path) = match decides {
        true => (app.market.appeals(&actor).await?, "/desk/appeals"),
        false => (app.market.own_marks(&actor).await?, "/marks"),
    };
    let (chrome, status) = Chrome::new(app, visitor, path).after(query, fault);
    let rows = marks.iter().map(|own| row(own, now)).collect();
    Ok(page(status, &MarksPage { chrome, decides, rows }))
}

/// `GET /marks`
pub async fn marks(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    list(&app, &visitor, false, Some(&query), None).await
}

/// `POST /marks/{id}`: an appeal.
pub async fn appeal(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MarkId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let done = app.market.appeal(&visitor.actor()?, &id, Some(form.get("reason"))).await;
    match done.map_err(Problem::from) {
        Ok(_) => Ok(see_other("/marks", "appealed").into_response()),
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Err(problem),
        Err(problem) => list(&app, &visitor, false, None, Some(problem)).await,
    }
}

/// `GET /desk/appeals`
pub async fn appeals(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    list(&app, &visitor, true, Some(&query), None).await
}

/// `POST /desk/appeals/{id}`: staff decide.
pub async fn rule(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MarkId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let event = match form.get("step") {
        "uphold" => MarkEvent::Uphold,
        "lift" => MarkEvent::Lift,
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    let done = app.market.rule(&visitor.actor()?, &id, event, Some(form.get("reason"))).await;
    match done.map_err(Problem::from) {
        Ok(_) => Ok(see_other("/desk/appeals", "ruled").into_response()),
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Err(problem),
        Err(problem) => list(&app, &visitor, true, None, Some(problem)).await,
    }
}

/// `POST /desk/jobs/{id}/invite`
pub async fn invite(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let worker: WorkerId = form.get("worker").parse().map_err(|_| Problem::not_found())?;
    app.market.invite(&visitor.actor()?, &job, &worker).await?;
    Ok(see_other(&format!("/desk/jobs/{job}/people"), "offered").into_response())
}
