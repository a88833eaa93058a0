//! Large type (大字), for whoever asks for it: a cookie that every page goes by.

use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{App, input::Sent, login};
use crate::http::{guard::LARGE, problem::Problem};

/// Seconds that the choice holds.
const HOLDS_S: u32 = 365 * 86_400;

/// The page from which a form came; a browser names it to its own site.
fn from(headers: &HeaderMap) -> &str {
    let whole = headers.get(header::REFERER).and_then(|value| value.to_str().ok());
    let rest = whole.and_then(|whole| whole.split_once("://")).map_or("", |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    login::local(path)
}

/// `POST /large`
pub async fn large(
    State(app): State<App>,
    headers: HeaderMap,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let (value, seconds) = match form.get("large") {
        "yes" => ("1", HOLDS_S),
        "no" => ("", 0),
        _ => return Err(Problem::bad_request("没有这个大小")),
    };
    let secure = if app.settings.behind_proxy { "; Secure" } else { "" };
    let cookie =
        format!("{LARGE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(from(&headers))).into_response())
}
