//! Bookings over HTTP.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::jobs::idempotency_key;
use crate::{
    domain::{
        booking::{Booking, BookingStatus},
        fields::FieldErrors,
        ids::{BookingId, JobId, WorkerId},
    },
    feed::view::ShiftView,
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
    },
    market::BookingRequest,
};

/// A booking on the wire.
#[derive(Serialize)]
pub struct BookingView {
    id: String,
    job_id: String,
    worker_id: String,
    status: &'static str,
    shifts: Vec<ShiftView>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    places_left: Option<u32>,
}

impl From<&Booking> for BookingView {
    fn from(booking: &Booking) -> BookingView {
        BookingView {
            id: booking.id.to_string(),
            job_id: booking.job.to_string(),
            worker_id: booking.worker.to_string(),
            status: booking.status.word(),
            shifts: booking.shifts.iter().map(ShiftView::from).collect(),
            created_at: booking.created_at.to_string(),
            places_left: None,
        }
    }
}

fn read(body: &Value, key: Option<String>) -> Result<BookingRequest, FieldErrors> {
    let mut errors = FieldErrors::default();
    let worker = match body.get("worker_id") {
        None | Some(Value::Null) => {
            errors.add("worker_id", "missing", "请填写求职者编号");
            None
        }
        Some(value) => {
            let worker = value.as_str().and_then(|text| text.parse::<WorkerId>().ok());
            if worker.is_none() {
                errors.add("worker_id", "format", "求职者编号不对");
            }
            worker
        }
    };
    let shift = match body.get("shift") {
        None | Some(Value::Null) => None,
        Some(value) => {
            let shift = value.as_u64().and_then(|number| usize::try_from(number).ok());
            if shift.is_none() {
                errors.add("shift", "type", "班次应当是序号，从0数起");
            }
            shift
        }
    };
    match worker {
        Some(worker) if errors.is_empty() => {
            Ok(BookingRequest { worker, shift, idempotency_key: key })
        }
        _ => Err(errors),
    }
}

/// `POST /jobs/{id}/bookings`: 201 booked, 202 on the waiting list or asked for.
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let request = read(&body, idempotency_key(&headers)?)?;
    let done = app.market.book(&visitor.actor()?, &job, &request).await?;
    app.settle().await;
    let status = match done.booking.status {
        BookingStatus::Booked => StatusCode::CREATED,
        BookingStatus::Waiting | BookingStatus::Applied => StatusCode::ACCEPTED,
        BookingStatus::Cancelled => StatusCode::OK,
    };
    let mut view = BookingView::from(&done.booking);
    view.places_left = Some(done.posting.places_left());
    Ok((status, Json(view)).into_response())
}

/// `POST /bookings/{id}/cancel`
pub async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
) -> Result<Json<BookingView>, Problem> {
    let done = app.market.cancel(&visitor.actor()?, &id).await?;
    app.settle().await;
    let mut view = BookingView::from(&done.booking);
    view.places_left = Some(done.posting.places_left());
    Ok(Json(view))
}

/// `POST /bookings/{id}/accept`
pub async fn accept(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
) -> Result<Json<BookingView>, Problem> {
    let done = app.market.accept(&visitor.actor()?, &id).await?;
    app.settle().await;
    let mut view = BookingView::from(&done.booking);
    view.places_left = Some(done.posting.places_left());
    Ok(Json(view))
}

/// `POST /bookings/{id}/decline`
pub async fn decline(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
) -> Result<Json<BookingView>, Problem> {
    let done = app.market.decline(&visitor.actor()?, &id).await?;
    Ok(Json(BookingView::from(&done.booking)))
}

/// A list on the wire.
#[derive(Serialize)]
pub struct Items<T> {
    /// The rows.
    pub items: Vec<T>,
}

/// `GET /jobs/{id}/bookings`
pub async fn roster(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
) -> Result<Json<Items<BookingView>>, Problem> {
    let rows = app.market.roster(&visitor.actor()?, &job).await?;
    Ok(Json(Items { items: rows.iter().map(BookingView::from).collect() }))
}
