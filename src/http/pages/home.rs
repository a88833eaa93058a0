//! The first page: for everyone the boards, for who signed in what needs them now.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, Visitor, chrome::Chrome, claims::waits_for, page};
use crate::{
    domain::{account::Role, posting::Status, station::Station},
    http::{body::Query, problem::Problem},
    market::{Reach, Verb, reach},
};

/// Something that needs the person now.
pub struct Task {
    /// Where to do it.
    pub href: String,
    /// What it is.
    pub text: &'static str,
    /// How much of it there is.
    pub count: Option<usize>,
}

/// The first page.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame.
    pub chrome: Chrome,
    /// What needs the person.
    pub tasks: Vec<Task>,
    /// The stations with boards.
    pub stations: Vec<Station>,
}

/// What an employer's and a reviewer's desk is asked about on this page.
const AT_DESK: [(Status, &str); 4] = [
    (Status::InReview, "等审核的岗位"),
    (Status::Draft, "草稿和退回的岗位"),
    (Status::Open, "正在招的岗位"),
    (Status::Filled, "招满的岗位"),
];

async fn tasks(app: &App, visitor: &Visitor) -> Result<Vec<Task>, Problem> {
    let Some(account) = &visitor.account else {
        return Ok(Vec::new());
    };
    let link = |href: &str, text| Task { href: href.to_owned(), text, count: None };
    if matches!(account.role, Role::Worker | Role::Leader) {
        return Ok(vec![link("/jobs", "找活"), link("/me", "我的报名")]);
    }
    let may = |verb| reach(account.role, verb) != Reach::Nothing;
    let mut tasks = Vec::new();
    if may(Verb::CheckClaim) || may(Verb::Place) {
        let actor = visitor.actor()?;
        let held = app.market.claims(&actor, &[]).await?;
        let waiting = held.iter().filter(|claim| waits_for(app, &actor, claim)).count();
        let href = "/desk/claims".to_owned();
        tasks.push(Task { href, text: "等我办的申报", count: Some(waiting) });
    }
    if may(Verb::Place) {
        tasks.push(link("/desk/placements", "稳定就业：谁快到期、缺什么"));
    }
    if !may(Verb::ReadDraft) {
        return Ok(tasks);
    }
    tasks.push(link("/desk/jobs/new", "发布岗位"));
    for (status, text) in AT_DESK {
        let held = app.market.desk(&visitor.actor()?, &[status]).await?;
        tasks.push(Task {
            href: format!("/desk?status={}", status.word()),
            text,
            count: Some(held.len()),
        });
    }
    Ok(tasks)
}

/// `GET /`
pub async fn home(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let home = HomePage {
        chrome: Chrome::new(&app, &visitor, "/").telling(&query),
        tasks: tasks(&app, &visitor).await?,
        stations: app.market.stations().await?,
    };
    Ok(page(StatusCode::OK, &home))
}
