//! Two-sided fairness over HTTP: marks and appeals, ratings, blocks, inviting back.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{
    bookings::{BookingView, Items},
    jobs::reason,
};
use crate::{
    domain::{
        fairness::{Mark, MarkEvent},
        fields::FieldErrors,
        ids::{BookingId, JobId, MarkId, WorkerId},
    },
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
    },
    market::Wanted,
};

/// A mark on the wire.
#[derive(Serialize)]
pub struct MarkView {
    id: String,
    side: &'static str,
    kind: &'static str,
    job_id: String,
    booking_id: String,
    status: &'static str,
    at: String,
    appeal_until: String,
    plea: Option<String>,
    ruling: Option<String>,
}

impl From<&Mark> for MarkView {
    fn from(mark: &Mark) -> MarkView {
        MarkView {
            id: mark.id.to_string(),
            side: mark.side.word(),
            kind: mark.kind.word(),
            job_id: mark.job.to_string(),
            booking_id: mark.booking.to_string(),
            status: mark.status.word(),
            at: mark.at.to_string(),
            appeal_until: mark.appeal_until.to_string(),
            plea: mark.plea.clone(),
            ruling: mark.ruling.clone(),
        }
    }
}

/// `GET /marks`
pub async fn marks(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<MarkView>>, Problem> {
    let marks = app.market.own_marks(&visitor.actor()?).await?;
    Ok(Json(Items { items: marks.iter().map(|own| MarkView::from(&own.mark)).collect() }))
}

/// `GET /appeals`
pub async fn appeals(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<MarkView>>, Problem> {
    let marks = app.market.appeals(&visitor.actor()?).await?;
    Ok(Json(Items { items: marks.iter().map(|own| MarkView::from(&own.mark)).collect() }))
}

/// `POST /marks/{id}/appeal`
pub async fn appeal(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MarkId>,
    JsonBody(body): JsonBody,
) -> Result<Json<MarkView>, Problem> {
    let mark = app.market.appeal(&visitor.actor()?, &id, reason(&body)).await?;
    Ok(Json(MarkView::from(&mark)))
}

/// `POST /marks/{id}/uphold`
pub async fn uphold(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MarkId>,
    JsonBody(body): JsonBody,
) -> Result<Json<MarkView>, Problem> {
    let (actor, event) = (visitor.actor()?, MarkEvent::Uphold);
    Ok(Json(MarkView::from(&app.market.rule(&actor, &id, event, reason(&body)).await?)))
}

/// `POST /marks/{id}/lift`
pub async fn lift(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MarkId>,
    JsonBody(body): JsonBody,
) -> Result<Json<MarkView>, Problem> {
    let (actor, event) = (visitor.actor()?, MarkEvent::Lift);
    Ok(Json(MarkView::from(&app.market.rule(&actor, &id, event, reason(&body)).await?)))
}

/// `POST /bookings/{id}/rate`
pub async fn rate(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let stars = body.get("stars").and_then(serde_json::Value::as_i64).unwrap_or_default();
    app.market.rate(&visitor.actor()?, &id, stars).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /bookings/{id}/block`
pub async fn block(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
) -> Result<StatusCode, Problem> {
    app.market.block(&visitor.actor()?, &id, Wanted::No).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /bookings/{id}/unblock`
pub async fn unblock(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
) -> Result<StatusCode, Problem> {
    app.market.block(&visitor.actor()?, &id, Wanted::Yes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /jobs/{id}/invitations`
pub async fn invite(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let named = body.get("worker_id").and_then(serde_json::Value::as_str);
    let Some(Ok(worker)) = named.map(str::parse::<WorkerId>) else {
        return Err(FieldErrors::one("worker_id", "missing", "请填写求职者编号").into());
    };
    let done = app.market.invite(&visitor.actor()?, &job, &worker).await?;
    Ok((StatusCode::CREATED, Json(BookingView::from(&done))).into_response())
}
