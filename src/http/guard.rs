//! Who is asking, and whether the route is for them: deny unless the route's access allows.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use sha2::{Digest, Sha256};

use super::{App, problem::Problem};
use crate::{
    domain::account::{Account, Actor},
    market::{Reach, Verb, reach},
};

/// The name of the session's cookie.
pub const COOKIE: &str = "linggong_session";
/// The name of the cookie of whoever wants large type.
pub const LARGE: &str = "linggong_large";

/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everyone.
    Public,
    /// Whoever has signed in.
    SignedIn,
    /// Whose role reaches this verb somewhere; how far is decided with the record in hand.
    May(Verb),
    /// Whoever may do one of the two.
    Either(Verb, Verb),
}

impl Access {
    /// Whether the access lets this account through.
    pub fn allows(self, account: Option<&Account>) -> bool {
        let may = |verb| account.is_some_and(|a| reach(a.role, verb) != Reach::Nothing);
        match self {
            Access::Public => true,
            Access::SignedIn => account.is_some(),
            Access::May(verb) => may(verb),
            Access::Either(one, other) => may(one) || may(other),
        }
    }
}

/// How the client showed who it is.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who, where somebody signed in.
    pub account: Option<Account>,
    /// The session's token, where there is one.
    pub token: Option<String>,
    /// Whether pages are asked for in large type (大字).
    pub large: bool,
}

impl Visitor {
    /// Whoever did not sign in.
    pub fn nobody() -> Visitor {
        Visitor { account: None, token: None, large: false }
    }

    /// Who acts.
    ///
    /// # Errors
    /// 401 where nobody signed in.
    pub fn actor(&self) -> Result<Actor, Problem> {
        self.account.clone().map(Actor::Account).ok_or_else(Problem::sign_in)
    }

    /// The token that this visitor's forms must carry.
    pub fn csrf(&self) -> String {
        let token = self.token.as_deref().unwrap_or_default();
        hex::encode(Sha256::digest(format!("form:{token}")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Problem> {
        // A route without the guard knows nobody.
        let known = parts.extensions.get::<Visitor>().cloned();
        Ok(known.unwrap_or_else(Visitor::nobody))
    }
}

fn cookie<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether a request that changes something comes from a page of this host. A browser names the
/// origin of every such request; one that names none is no browser's form.
fn same_origin(headers: &HeaderMap) -> Option<bool> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok())?;
    Some(origin.split_once("://").is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(host)))
}

/// Whether a page is for those who seek work alone.
pub fn is_own_page(path: &str) -> bool {
    ["/me", "/complaints"].iter().any(|own| {
        path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Finds out who is asking and stops whoever the route is not for.
pub async fn guard(
    State((app, access)): State<(App, Access)>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let is_api = request.uri().path().starts_with("/api/");
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let (shown, by_cookie) = match (bearer(headers), cookie(headers, COOKIE)) {
        (Some(token), _) => (Some(token.to_owned()), false),
        (None, Some(token)) => (Some(token.to_owned()), true),
        (None, None) => (None, false),
    };
    let large = cookie(headers, LARGE).is_some();
    let forged = match same_origin(headers) {
        Some(same) => !same,
        // Pages carry a token in their forms; an API call by cookie must name its origin.
        None => is_api && by_cookie,
    };
    if changes && (by_cookie || !is_api) && forged {
        let problem = Problem::new(StatusCode::FORBIDDEN, "origin", "请从本网站的页面操作");
        return problem.into_response();
    }
    let account = match &shown {
        Some(token) => match app.market.who(token).await {
            Ok(account) => account,
            Err(error) => return Problem::from(error).into_response(),
        },
        None => None,
    };
    let token = shown.filter(|_| account.is_some());
    if !access.allows(account.as_ref()) {
        let wants_page = !is_api && request.method() == Method::GET;
        return match account {
            None if wants_page => {
                let asked = request.uri().path_and_query().map_or("/", |asked| asked.as_str());
                let next = form_urlencoded::byte_serialize(asked.as_bytes());
                let next: String = next.collect();
                // Who seeks work has a phone and a PIN, seldom a password.
                let door = if is_own_page(request.uri().path()) { "/my/in" } else { "/login" };
                Redirect::to(&format!("{door}?next={next}")).into_response()
            }
            None => Problem::sign_in().into_response(),
            Some(_) => {
                known_to(Visitor { account, token, large }, Problem::forbidden().into_response())
            }
        };
    }
    let visitor = Visitor { account, token, large };
    request.extensions_mut().insert(visitor.clone());
    known_to(visitor, next.run(request).await)
}

/// Tells the layers around the route who asked, for the frame of an error's page.
fn known_to(visitor: Visitor, mut response: Response) -> Response {
    response.extensions_mut().insert(visitor);
    response
}
