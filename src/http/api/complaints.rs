//! Complaints over HTTP.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::{bookings::Items, jobs::reason};
use crate::{
    domain::{
        account::Role,
        complaint::{Channel, Complaint, ComplaintEvent, ComplaintKind, ComplaintStatus},
        fields::FieldErrors,
        ids::{ComplaintId, JobId, WorkerId},
    },
    http::{
        App,
        body::{Id, JsonBody, Query},
        guard::Visitor,
        problem::Problem,
    },
    market::NewComplaint,
};

/// A complaint on the wire.
#[derive(Serialize)]
pub struct ComplaintView {
    id: String,
    kind: &'static str,
    job_id: Option<String>,
    worker_id: Option<String>,
    text: String,
    channel: &'static str,
    status: &'static str,
    taken: bool,
    due_at: String,
    outcome: Option<String>,
    created_at: String,
}

impl From<&Complaint> for ComplaintView {
    fn from(one: &Complaint) -> ComplaintView {
        ComplaintView {
            id: one.id.to_string(),
            kind: one.kind.word(),
            job_id: one.job.as_ref().map(ToString::to_string),
            worker_id: one.worker.as_ref().map(ToString::to_string),
            text: one.text.clone(),
            channel: one.channel.word(),
            status: one.status.word(),
            taken: one.handler.is_some(),
            due_at: one.due_at.to_string(),
            outcome: one.outcome.clone(),
            created_at: one.created_at.to_string(),
        }
    }
}

/// Where a visitor complains, where nothing is said: staff at the desk, workers by phone.
pub fn channel_of(visitor: &Visitor) -> Channel {
    let seeks = |role| matches!(role, Role::Worker | Role::Leader);
    match &visitor.account {
        Some(account) if seeks(account.role) => Channel::Phone,
        _ => Channel::Desk,
    }
}

fn read(body: &Value, visitor: &Visitor) -> Result<NewComplaint, FieldErrors> {
    let mut errors = FieldErrors::default();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let kind = text("kind").and_then(|word| word.parse::<ComplaintKind>().ok());
    if kind.is_none() {
        let hint = "arrears、fee、false_posting、injury、other";
        errors.add("kind", "unknown", format!("请选择投诉什么（{hint}）"));
    }
    let job = text("job_id").map(str::parse::<JobId>);
    if matches!(job, Some(Err(_))) {
        errors.add("job_id", "format", "岗位编号不对");
    }
    let worker = text("worker_id").map(str::parse::<WorkerId>);
    if matches!(worker, Some(Err(_))) {
        errors.add("worker_id", "format", "求职者编号不对");
    }
    let channel = text("channel").map(str::parse::<Channel>);
    if matches!(channel, Some(Err(_))) {
        errors.add("channel", "unknown", "渠道不对，可以是：kiosk、phone、desk");
    }
    match kind {
        Some(kind) if errors.is_empty() => Ok(NewComplaint {
            kind,
            job: job.and_then(Result::ok),
            worker: worker.and_then(Result::ok),
            text: text("text").unwrap_or_default().to_owned(),
            channel: channel.and_then(Result::ok).unwrap_or_else(|| channel_of(visitor)),
        }),
        _ => Err(errors),
    }
}

/// `POST /complaints`
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let new = read(&body, &visitor)?;
    let one = app.market.complain(&visitor.actor()?, &new).await?;
    Ok((StatusCode::CREATED, Json(ComplaintView::from(&one))).into_response())
}

/// `GET /complaints?status=`
pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Items<ComplaintView>>, Problem> {
    let mut errors = FieldErrors::default();
    let hint = "open、taken、solved、dismissed";
    let status = query.parsed::<ComplaintStatus>(&mut errors, "status", hint);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let list = app.market.complaints(&visitor.actor()?, status).await?;
    Ok(Json(Items { items: list.iter().map(ComplaintView::from).collect() }))
}

/// `GET /complaints/{id}`
pub async fn read_one(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ComplaintId>,
) -> Result<Json<ComplaintView>, Problem> {
    Ok(Json(ComplaintView::from(&app.market.complaint(&visitor.actor()?, &id).await?)))
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident = $event:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            State(app): State<App>,
            visitor: Visitor,
            Id(id): Id<ComplaintId>,
            JsonBody(body): JsonBody,
        ) -> Result<Json<ComplaintView>, Problem> {
            let (actor, event) = (visitor.actor()?, ComplaintEvent::$event);
            let one = app.market.settle_complaint(&actor, &id, event, reason(&body)).await?;
            Ok(Json(ComplaintView::from(&one)))
        }
    )*};
}

steps! {
    /// `POST /complaints/{id}/take`
    take = Take;
    /// `POST /complaints/{id}/solve`
    solve = Solve;
    /// `POST /complaints/{id}/dismiss`
    dismiss = Dismiss;
    /// `POST /complaints/{id}/reopen`
    reopen = Reopen;
}

/// `POST /complaints/{id}/take-down`
pub async fn take_down(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ComplaintId>,
    JsonBody(body): JsonBody,
) -> Result<Json<ComplaintView>, Problem> {
    let one = app.market.take_down(&visitor.actor()?, &id, reason(&body)).await?;
    app.settle().await;
    Ok(Json(ComplaintView::from(&one)))
}
