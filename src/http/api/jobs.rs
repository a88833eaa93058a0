//! Postings over HTTP.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{ids::JobId, limits, posting::Posting},
    feed::view::JobView,
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
    },
    market::NewPosting,
    review::Finding,
};

/// A posting as its conductors see it.
#[derive(Serialize)]
pub struct JobAnswer {
    #[serde(flatten)]
    view: JobView,
    etag: String,
    reason: Option<String>,
}

/// A posting's version as an entity tag.
fn tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// An answer with a posting and its entity tag.
fn answer(status: StatusCode, posting: &Posting) -> Response {
    let etag = tag(posting.version);
    let body = JobAnswer {
        view: JobView::from(posting),
        etag: etag.clone(),
        reason: posting.reason.clone(),
    };
    let mut response = (status, Json(body)).into_response();
    if let Ok(value) = HeaderValue::try_from(etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// The key with which a client makes a request safe to repeat.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str().map(str::trim) {
        Ok(key) if (1..=limits::KEY_CHARS_MAX).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => {
            let most = limits::KEY_CHARS_MAX;
            Err(Problem::bad_request(format!("Idempotency-Key应当是1到{most}个英文字符")))
        }
    }
}

/// The versions that a client would change, from `If-Match`.
fn held_versions(headers: &HeaderMap) -> Result<Option<Vec<i64>>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let Ok(text) = value.to_str() else {
        return Err(Problem::bad_request("If-Match写错了"));
    };
    if text.trim() == "*" {
        return Ok(None);
    }
    let quoted = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    // A tag that no posting ever had matches none.
    Ok(Some(text.split(',').filter_map(quoted).collect()))
}

/// The reason that a request gives.
pub fn reason(body: &Value) -> Option<&str> {
    body.get("reason").and_then(Value::as_str)
}

/// `POST /jobs`
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let new = NewPosting { idempotency_key, demo: false };
    let posting = app.market.post(&visitor.actor()?, &body, new).await?;
    Ok(answer(StatusCode::CREATED, &posting))
}

/// `GET /jobs/{id}`
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let actor = visitor.actor().ok();
    let posting = app.market.posting(actor.as_ref(), &id).await?;
    Ok(answer(StatusCode::OK, &posting))
}

/// Something that whoever reviews a posting should look at.
#[derive(Serialize)]
pub struct FindingView {
    rule: String,
    field: &'static str,
    title: String,
    basis: String,
    advice: String,
    excerpt: String,
}

/// What whoever reviews a posting should look at.
#[derive(Serialize)]
pub struct Findings {
    items: Vec<FindingView>,
}

/// `GET /jobs/{id}/findings`
pub async fn findings(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Json<Findings>, Problem> {
    let standing = app.market.standing(&visitor.actor()?, &id).await?;
    let view = |finding: Finding| {
        let Finding { rule, field, title, basis, advice, excerpt } = finding;
        FindingView { rule, field, title, basis, advice, excerpt }
    };
    let items = app.market.findings(&standing.posting).into_iter().map(view).collect();
    Ok(Json(Findings { items }))
}

/// `PATCH /jobs/{id}`
pub async fn revise(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let expected = held_versions(&headers)?;
    let posting = app.market.revise(&visitor.actor()?, &id, &body, expected.as_deref()).await?;
    app.settle().await;
    Ok(answer(StatusCode::OK, &posting))
}

/// `POST /jobs/{id}/submit`
pub async fn submit(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let posting = app.market.submit(&visitor.actor()?, &id).await?;
    Ok(answer(StatusCode::OK, &posting))
}

/// `POST /jobs/{id}/approve`
pub async fn approve(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let posting = app.market.approve(&visitor.actor()?, &id).await?;
    app.settle().await;
    Ok(answer(StatusCode::OK, &posting))
}

/// `POST /jobs/{id}/reject`
pub async fn reject(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let posting = app.market.reject(&visitor.actor()?, &id, reason(&body)).await?;
    Ok(answer(StatusCode::OK, &posting))
}

/// `POST /jobs/{id}/close`
pub async fn close(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
) -> Result<Response, Problem> {
    let posting = app.market.close(&visitor.actor()?, &id).await?;
    app.settle().await;
    Ok(answer(StatusCode::OK, &posting))
}

/// `POST /jobs/{id}/withdraw`
pub async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let posting = app.market.withdraw(&visitor.actor()?, &id, reason(&body)).await?;
    app.settle().await;
    Ok(answer(StatusCode::OK, &posting))
}
