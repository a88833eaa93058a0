//! A page that is a list and little else.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Answer, Asked},
    listed::List,
    page,
};
use crate::http::problem::Problem;

/// What a page says around its list.
#[derive(Default)]
pub struct Around {
    /// Above it.
    pub lead: String,
    /// Where else to go, the likeliest first.
    pub links: Vec<(&'static str, &'static str)>,
    /// In place of rows where there are none.
    pub none: &'static str,
    /// Below it.
    pub foot: &'static str,
}

/// The page.
#[derive(Template)]
#[template(path = "list_page.html")]
pub struct ListPage {
    /// The frame.
    pub chrome: Chrome,
    /// What stands around the list.
    pub around: Around,
    /// The list.
    pub list: List,
}

/// Answers with the list of these rows as a page, or with its file. `cut` as in [`Asked::answer`].
///
/// # Errors
/// As [`Asked::answer`].
pub async fn answer(
    app: &App,
    visitor: &Visitor,
    (chrome, around): (Chrome, Around),
    asked: Asked,
    (lines, cut): (Vec<Line>, bool),
) -> Result<Response, Problem> {
    match asked.answer(app, visitor, lines, cut).await? {
        Answer::File(file) => Ok(file),
        Answer::Page(list) => Ok(page(StatusCode::OK, &ListPage { chrome, around, list: *list })),
    }
}
