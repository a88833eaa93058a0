//! The desk: the postings that somebody conducts or reviews, what needs them first on top.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::{self, Reader},
    jobs::Chip,
    page, words,
};
use crate::{
    domain::{
        posting::{Posting, Status},
        time::Moment,
    },
    http::{body::Query, problem::Problem},
    market::{Reach, Verb, reach},
};

/// A row of the list.
pub struct DeskRow {
    /// The posting's page.
    pub href: String,
    /// What is to be done.
    pub title: String,
    /// Where it stands.
    pub status: &'static str,
    /// Why it was handed back.
    pub reason: Option<String>,
    /// `220元/天`.
    pub wage: String,
    /// Places left and all.
    pub places: String,
    /// When it starts, as people say it.
    pub start: String,
    /// Who employs.
    pub employer: String,
    /// When it last changed.
    pub changed: String,
    /// The form for posting it again.
    pub again: Option<String>,
}

/// The list.
#[derive(Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    /// The frame.
    pub chrome: Chrome,
    /// Words to look for, as typed.
    pub q: String,
    /// The state that is chosen, to go along with the form.
    pub status: String,
    /// The states, with how many stand in each.
    pub chips: Vec<Chip>,
    /// The rows.
    pub rows: Vec<DeskRow>,
    /// Whether older rows were left out.
    pub cut: bool,
    /// Whether the person may post.
    pub posts: bool,
}

/// The market's list is at most this long.
const ROWS_MAX: usize = 200;

/// What needs a person first; the reviewer's queue comes before one's own drafts.
fn urgency(posting: &Posting, reviews: bool) -> u8 {
    match (posting.status, reviews) {
        (Status::InReview, true) => 0,
        (Status::Draft, _) if posting.reason.is_some() => 1,
        (Status::Draft, _) => 2,
        (Status::InReview, false) => 3,
        (Status::Open, _) => 4,
        (Status::Filled, _) => 5,
        (Status::Closed | Status::Expired | Status::Withdrawn, _) => 6,
    }
}

/// Puts what needs the person first: of what waits for review the oldest, else the newest.
fn in_order(postings: &mut [Posting], reviews: bool) {
    postings.sort_by_key(|posting| {
        let urgency = urgency(posting, reviews);
        let age = if posting.status == Status::InReview {
            posting.updated_at.0
        } else {
            -posting.updated_at.0
        };
        (urgency, age)
    });
}

fn row(posting: &Posting, posts: bool, now: Moment) -> DeskRow {
    let terms = &posting.terms;
    let id = &posting.id;
    DeskRow {
        href: format!("/desk/jobs/{id}"),
        title: terms.title.clone(),
        status: posting.status.label(),
        reason: posting.reason.clone(),
        wage: format!("{} {}", terms.wage, terms.wage.settlement.label()),
        places: format!("缺{} / 共{}", posting.places_left(), terms.headcount),
        start: words::start(posting, now),
        employer: facts::employer(posting, Reader::Desk),
        changed: words::minute(posting.updated_at),
        again: posts.then(|| format!("/desk/jobs/new?from={id}")),
    }
}

fn chip(status: Option<Status>, text: &str, count: usize, chosen: Option<Status>, q: &str) -> Chip {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    if let Some(status) = status {
        pairs.append_pair("status", status.word());
    }
    if !q.is_empty() {
        pairs.append_pair("q", q);
    }
    let more = if count >= ROWS_MAX { "+" } else { "" };
    Chip {
        href: format!("/desk?{}", pairs.finish()),
        text: format!("{text} {count}{more}"),
        on: status == chosen,
    }
}

/// `GET /desk`
pub async fn desk(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let may = |verb| {
        let role = visitor.account.as_ref().map(|account| account.role);
        role.is_some_and(|role| reach(role, verb) != Reach::Nothing)
    };
    let (reviews, posts) = (may(Verb::Review), may(Verb::Post));
    let chosen = query.get("status").and_then(|word| word.parse::<Status>().ok());
    let q = query.get("q").unwrap_or_default().to_owned();
    let (mut chips, mut waiting, mut all) = (Vec::new(), 0, 0);
    let (mut postings, mut cut) = (Vec::new(), false);
    for status in Status::ALL {
        let mut held = app.market.desk(&actor, &[*status]).await?;
        all += held.len();
        chips.push(chip(Some(*status), status.label(), held.len(), chosen, &q));
        if *status == Status::InReview {
            waiting = held.len();
        }
        if chosen.is_none_or(|chosen| chosen == *status) {
            cut |= held.len() >= ROWS_MAX;
            postings.append(&mut held);
        }
    }
    chips.insert(0, chip(None, "全部", all, chosen, &q));
    in_order(&mut postings, reviews);
    let fits = |text: &str| text.contains(&q);
    postings.retain(|posting| {
        let terms = &posting.terms;
        fits(&terms.title) || fits(&terms.employer.name) || fits(&terms.address)
    });
    cut |= postings.len() > ROWS_MAX;
    postings.truncate(ROWS_MAX);
    let now = app.market.now();
    let mut chrome = Chrome::new(&app, &visitor, "/desk").telling(&query);
    if reviews {
        chrome = chrome.counting("/desk", waiting);
    }
    let list = DeskPage {
        chrome,
        q,
        status: chosen.map(|status| status.word().to_owned()).unwrap_or_default(),
        chips,
        rows: postings.iter().map(|posting| row(posting, posts, now)).collect(),
        cut,
        posts,
    };
    Ok(page(StatusCode::OK, &list))
}
