//! The first page: for everyone the boards, for who signed in what needs them now.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    claims::waits_for,
    claims_list::MINE,
    page,
    queues::{self, Queue},
};
use crate::{
    domain::{account::Role, posting::Status, station::Station},
    http::{body::Query, problem::Problem},
    market::{Reach, Verb, reach},
};

/// Somewhere to go.
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
    pub queues: Vec<Queue>,
    /// Where else to go.
    pub tasks: Vec<Task>,
    /// Whether the person may post.
    pub posts: bool,
    /// The stations with boards.
    pub stations: Vec<Station>,
}

/// `GET /`
pub async fn home(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let role = visitor.account.as_ref().map(|account| account.role);
    let may = |verb| role.is_some_and(|role| reach(role, verb) != Reach::Nothing);
    let mut home = HomePage {
        chrome: Chrome::new(&app, &visitor, "/").telling(&query),
        queues: Vec::new(),
        tasks: Vec::new(),
        posts: false,
        stations: app.market.stations().await?,
    };
    let task = |href: &str, text, count| Task { href: href.to_owned(), text, count };
    if matches!(role, Some(Role::Worker | Role::Leader)) {
        home.queues = queues::of_worker(&app, &visitor).await?;
        home.tasks = vec![task("/jobs", "找活", None), task("/me", "我的报名", None)];
    } else if may(Verb::ReadDraft) {
        let (queues, desk) = queues::at_desk(&app, &visitor, &may).await?;
        let all = |status: Status, text, count| {
            task(&format!("/desk?status={}", status.word()), text, Some(count))
        };
        home.tasks = vec![
            all(Status::InReview, "等审核的岗位", desk.waiting.len()),
            all(Status::Open, "正在招的岗位", desk.open.len()),
            all(Status::Filled, "招满的岗位", desk.filled.len()),
            task("/desk/bookings", "报名和录用", None),
        ];
        home.queues = queues;
        home.posts = may(Verb::Post);
    }
    if may(Verb::CheckClaim) || may(Verb::Place) {
        let actor = visitor.actor()?;
        let held = app.market.claims(&actor, &[]).await?;
        let waiting = held.iter().filter(|claim| waits_for(&app, &actor, claim)).count();
        home.tasks.push(task(
            &format!("/desk/claims?stage={}", MINE.0),
            "等我办的申报",
            Some(waiting),
        ));
    }
    if may(Verb::Place) {
        home.tasks.push(task("/desk/placements", "稳定就业：谁快到期、缺什么", None));
    }
    Ok(page(StatusCode::OK, &home))
}
