//! How postings and candidates are ranked, for everybody to read.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, Visitor, chrome::Chrome, page};
use crate::http::api::ranking::{NEVER, switch, terms};

/// What counts and what never does.
#[derive(Template)]
#[template(path = "ranking.html")]
pub struct RankingPage {
    /// The frame.
    pub chrome: Chrome,
    /// Names of terms, and the points that each adds at most.
    pub terms: Vec<(&'static str, String)>,
    /// What never counts.
    pub never: String,
    /// Whom the switch helps, and the points that it adds, where it is on.
    pub helps: String,
    /// The points that the switch adds, where it is on.
    pub adds: Option<String>,
}

/// `GET /ranking`
pub async fn ranking(State(app): State<App>, visitor: Visitor) -> Response {
    let points = |score: f64| format!("{:.0}", score * 100.0);
    let switch = switch(&app);
    let told = RankingPage {
        chrome: Chrome::new(&app, &visitor, "/ranking"),
        terms: terms().into_iter().map(|term| (term.name, points(term.most))).collect(),
        never: NEVER.join("、"),
        helps: switch.helps.join("、"),
        adds: switch.on.then(|| points(switch.adds)),
    };
    page(StatusCode::OK, &told)
}
