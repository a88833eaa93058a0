//! Sign in and out by a page.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Faults, Form, Sent},
    page,
};
use crate::{
    domain::{
        fields::FieldErrors,
        time::{Moment, SECOND},
    },
    http::{COOKIE, api::session, body::Query, headers::Client, problem::Problem},
};

/// The page to sign in.
#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// The frame.
    pub chrome: Chrome,
    /// The login as typed.
    pub login: String,
    /// What is wrong with a field.
    pub faults: Faults,
    /// Why it did not work.
    pub error: Option<String>,
    /// Where to go then.
    pub next: String,
    /// For the form.
    pub csrf: String,
}

impl LoginPage {
    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.at(name)
    }
}

/// Characters of an address to go on to.
const NEXT_CHARS_MAX: usize = 500;

/// An address of this site; anything else leads home.
pub(super) fn local(next: &str) -> &str {
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|c| c.is_ascii_graphic())
        && next.len() <= NEXT_CHARS_MAX;
    if stays { next } else { "/" }
}

fn form_again(app: &App, visitor: &Visitor, form: &Form, error: Option<String>) -> LoginPage {
    LoginPage {
        chrome: Chrome::new(app, visitor, "/login"),
        login: form.get("login").to_owned(),
        faults: Faults::default(),
        error,
        next: local(form.get("next")).to_owned(),
        csrf: visitor.csrf(),
    }
}

/// `GET /login`
pub async fn login(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    let next = local(query.get("next").unwrap_or("/")).to_owned();
    if visitor.account.is_some() {
        return Redirect::to(&next).into_response();
    }
    let form = Form::of([("next", next)]);
    page(StatusCode::OK, &form_again(&app, &visitor, &form, None))
}

/// The session's cookie; an empty token takes it away.
fn cookie(app: &App, token: &str, seconds: i64) -> HeaderValue {
    let secure = if app.settings.behind_proxy { "; Secure" } else { "" };
    let line =
        format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static(""))
}

/// Goes on with the session of `token`.
pub(super) fn seated(app: &App, token: &str, expires_at: Moment, to: &str) -> Response {
    let seconds = (expires_at.0 - app.market.now().0) / SECOND;
    ([(header::SET_COOKIE, cookie(app, token, seconds))], Redirect::to(to)).into_response()
}

/// Ends the visitor's session and goes on without it.
pub(super) async fn leave(app: &App, visitor: &Visitor, to: &str) -> Result<Response, Problem> {
    if let Some(token) = &visitor.token {
        app.market.sign_out(token).await?;
    }
    Ok(([(header::SET_COOKIE, cookie(app, "", 0))], Redirect::to(to)).into_response())
}

/// `POST /login`
pub async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    client: Client,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut errors = FieldErrors::default();
    session::check_credentials(&mut errors, [form.get("login").trim(), form.get("password")]);
    if !errors.is_empty() {
        let mut again = form_again(&app, &visitor, &form, None);
        again.faults.add_all(&errors, str::to_owned);
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again));
    }
    let done = if client.may_sign_in(&app) {
        let done = app.market.sign_in(form.get("login"), form.get("password")).await;
        done.map_err(Problem::from)
    } else {
        Err(session::too_many())
    };
    match done {
        Ok(done) => Ok(seated(&app, &done.token, done.expires_at, local(form.get("next")))),
        // What the person can put right stays on the form; the rest is an error's page.
        Err(problem) if problem.status.is_client_error() => {
            let status = problem.status;
            let again = form_again(&app, &visitor, &form, Some(problem.title));
            Ok(page(status, &again))
        }
        Err(problem) => Err(problem),
    }
}

/// `POST /logout`
pub async fn logout(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    leave(&app, &visitor, "/").await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_site_are_gone_on_to() {
        for (asked, goes) in [
            ("/desk?status=open", "/desk?status=open"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(local(asked), goes, "{asked}");
        }
    }
}
