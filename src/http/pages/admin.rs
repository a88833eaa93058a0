//! The administrator's pages: accounts, and everything that was done.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{App, Visitor, chrome::Chrome, page, timeline, words};
use crate::http::{body::Query, problem::Problem};

/// An account in the list.
pub struct AccountRow {
    /// The login.
    pub login: String,
    /// The role.
    pub role: &'static str,
    /// The organisation.
    pub org: String,
    /// The station.
    pub station: String,
}

/// The accounts.
#[derive(Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The rows.
    pub rows: Vec<AccountRow>,
}

/// `GET /admin/accounts`
pub async fn accounts(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let accounts = app.market.store.read().await?.accounts().await?;
    let rows = accounts.into_iter().map(|account| AccountRow {
        login: account.login,
        role: account.role.label(),
        org: account.org.map(|id| id.to_string()).unwrap_or_default(),
        station: account.station.map(|id| id.to_string()).unwrap_or_default(),
    });
    let list = AccountsPage {
        chrome: Chrome::new(&app, &visitor, "/admin/accounts"),
        rows: rows.collect(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// An entry of the log.
pub struct AuditRow {
    /// Its place.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// To what kind of record.
    pub kind: &'static str,
    /// To which.
    pub entity: String,
}

/// The log.
#[derive(Template)]
#[template(path = "audit.html")]
pub struct AuditPage {
    /// The frame.
    pub chrome: Chrome,
    /// The rows, newest first.
    pub rows: Vec<AuditRow>,
    /// The newest place there is.
    pub head: i64,
    /// The page after this.
    pub newer: Option<String>,
    /// The page before this.
    pub older: Option<String>,
}

/// Entries of a page.
const PAGE: i64 = 50;

/// `GET /admin/audit?to=SEQ`: entries up to a place, the newest first.
pub async fn audit(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let mut view = app.market.store.read().await?;
    let head = view.log_seq().await?;
    let asked = query.get("to").and_then(|text| text.parse::<i64>().ok());
    let to = asked.unwrap_or(head).clamp(0, head);
    let after = (to - PAGE).max(0);
    let mut rows = view.log_after(after, to - after).await?;
    rows.reverse();
    let known = timeline::actors(&mut view, &rows).await?;
    let naming = timeline::Naming::Login;
    let shown = rows.into_iter().map(|row| AuditRow {
        seq: row.seq,
        at: words::minute(row.at),
        who: timeline::who(&row.actor, &known, &reader, naming),
        what: timeline::what(&row.verb).to_owned(),
        kind: row.kind.label(),
        entity: row.entity,
    });
    let list = AuditPage {
        chrome: Chrome::new(&app, &visitor, "/admin/audit"),
        rows: shown.collect(),
        head,
        newer: (to < head).then(|| format!("/admin/audit?to={}", (to + PAGE).min(head))),
        older: (after > 0).then(|| format!("/admin/audit?to={after}")),
    };
    Ok(page(StatusCode::OK, &list))
}
