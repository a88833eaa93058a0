//! Staff verify who may post: one organisation with its papers, its authorisations.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::Fact,
    input::Sent,
    page,
    placement::Paper,
    posters::{MandateRow, facts_of, refusal, status_of},
    see_other,
    timeline::{self, Step},
};
use crate::{
    domain::{
        identity::Phone,
        ids::{MandateId, OrgId},
        life::Life,
        poster::CheckEvent,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{MANDATE_PAPER, MarketError, PosterFile},
    store::Kind,
};

/// One organisation, for staff.
#[derive(Template)]
#[template(path = "vetting.html")]
pub struct VettingPage {
    /// The frame.
    pub chrome: Chrome,
    /// The id.
    pub id: String,
    /// Where it is judged.
    pub to: String,
    /// The name.
    pub name: String,
    /// What staff said.
    pub status: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// What keeps it from publishing.
    pub lacking: Option<String>,
    /// What is on record.
    pub facts: Vec<Fact>,
    /// The papers.
    pub papers: Vec<Paper>,
    /// Whether it can be verified now.
    pub verifies: bool,
    /// Whether it can be refused now.
    pub refuses: bool,
    /// What refusing it is called.
    pub refusal: &'static str,
    /// Why a refusal did not go through.
    pub fault: Option<String>,
    /// The reason as typed.
    pub typed: String,
    /// The authorisations, the newest first.
    pub mandates: Vec<MandateRow>,
    /// What happened.
    pub steps: Vec<Step>,
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: &OrgId,
    query: Option<&Query>,
    failed: Option<(MarketError, String)>,
) -> Result<Response, Problem> {
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let PosterFile { poster, papers, mandates } =
        app.market.poster_file(&visitor.actor()?, id).await?;
    let mut view = app.market.store.read().await?;
    let log = view.log_of(Kind::Org, id.as_str(), 200).await?;
    let known = timeline::actors(&mut view, &log).await?;
    drop(view);
    let mut chrome = Chrome::new(app, visitor, "/desk/orgs");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let (mut status, mut fault, mut typed) = (StatusCode::OK, None, String::new());
    if let Some((error, reason)) = failed {
        let problem = Problem::from(error);
        (status, typed) = (problem.status, reason);
        chrome = chrome.stopped(problem.title.clone());
        fault = Some(problem.title);
    }
    let check = poster.checked.check;
    let shown = VettingPage {
        chrome,
        id: id.to_string(),
        to: format!("/desk/orgs/{id}"),
        name: poster.org.employer.name.clone(),
        status: status_of(&poster.checked),
        reason: poster.checked.reason.clone(),
        lacking: poster.clears(app.market.now().day()).err().map(|why| why.sentence()),
        facts: facts_of(&poster, |phone: &Phone| phone.expose().to_owned()),
        papers: papers.iter().filter(|held| held.paper != MANDATE_PAPER).map(Paper::of).collect(),
        verifies: check.after(CheckEvent::Verify).is_some(),
        refuses: check.after(CheckEvent::Refuse).is_some(),
        refusal: refusal(check),
        fault,
        typed,
        mandates: mandates.iter().rev().map(MandateRow::of).collect(),
        steps: timeline::steps(&log, &known, &reader),
    };
    Ok(page(status, &shown))
}

/// `GET /desk/orgs/{id}`
pub async fn vetting(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), None).await
}

fn step(text: &str) -> Result<CheckEvent, Problem> {
    match text.parse() {
        Ok(event @ (CheckEvent::Verify | CheckEvent::Refuse)) => Ok(event),
        _ => Err(Problem::bad_request("没有这个操作")),
    }
}

fn told(event: CheckEvent) -> &'static str {
    if event == CheckEvent::Verify { "org_verified" } else { "org_refused" }
}

/// `POST /desk/orgs/{id}`: a step, named by the form.
pub async fn judge_org(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let event = step(form.get("step"))?;
    let reason = Some(form.get("reason"));
    match app.market.judge_poster(&visitor.actor()?, &id, event, reason).await {
        Ok(_) => Ok(see_other(&format!("/desk/orgs/{id}"), told(event)).into_response()),
        Err(error @ (MarketError::Invalid(_) | MarketError::Refused(_))) => {
            let failed = Some((error, form.get("reason").to_owned()));
            render(&app, &visitor, &id, None, failed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /desk/mandates/{id}`: a step, named by the form.
pub async fn judge_mandate(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MandateId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let event = step(form.get("step"))?;
    let reason = Some(form.get("reason"));
    match app.market.judge_mandate(&visitor.actor()?, &id, event, reason).await {
        Ok(mandate) => {
            let path = format!("/desk/orgs/{}", mandate.broker);
            Ok(see_other(&path, told(event)).into_response())
        }
        Err(error @ (MarketError::Invalid(_) | MarketError::Refused(_))) => {
            let held = app.market.store.read().await?.mandate(&id).await?;
            let broker = held.ok_or_else(Problem::not_found)?.broker;
            render(&app, &visitor, &broker, None, Some((error, String::new()))).await
        }
        Err(error) => Err(error.into()),
    }
}
