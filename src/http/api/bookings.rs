//! Bookings over HTTP.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::jobs::{idempotency_key, reason};
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
    market::{Booked, BookingRequest, MarketResult},
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
    crew_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
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
            crew_id: booking.crew.as_ref().map(ToString::to_string),
            answer_by: booking.due_at.map(|due| due.to_string()),
            ended: booking.ended.map(|ended| ended.word()),
            reason: booking.reason.clone(),
            places_left: None,
        }
    }
}

impl From<&Booked> for BookingView {
    fn from(done: &Booked) -> BookingView {
        let places_left = Some(done.posting.places_left());
        BookingView { places_left, ..BookingView::from(&done.booking) }
    }
}

/// Which shift a request names.
pub fn shift(body: &Value, errors: &mut FieldErrors) -> Option<usize> {
    let value = body.get("shift").filter(|value| !value.is_null())?;
    let shift = value.as_u64().and_then(|number| usize::try_from(number).ok());
    if shift.is_none() {
        errors.add("shift", "type", "班次应当是序号，从0数起");
    }
    shift
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
    let shift = shift(body, &mut errors);
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
        BookingStatus::Waiting
        | BookingStatus::Applied
        | BookingStatus::Shortlisted
        | BookingStatus::Offered => StatusCode::ACCEPTED,
        BookingStatus::Cancelled => StatusCode::OK,
    };
    Ok((status, Json(BookingView::from(&done))).into_response())
}

async fn done(app: &App, done: MarketResult<Booked>) -> Result<Json<BookingView>, Problem> {
    let done = done?;
    app.settle().await;
    Ok(Json(BookingView::from(&done)))
}

/// `POST /bookings/{id}/cancel`
pub async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    JsonBody(body): JsonBody,
) -> Result<Json<BookingView>, Problem> {
    done(&app, app.market.cancel_because(&visitor.actor()?, &id, reason(&body)).await).await
}

/// `POST /bookings/{id}/call-off`
pub async fn call_off(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    JsonBody(body): JsonBody,
) -> Result<Json<BookingView>, Problem> {
    done(&app, app.market.call_off(&visitor.actor()?, &id, reason(&body)).await).await
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            State(app): State<App>,
            visitor: Visitor,
            Id(id): Id<BookingId>,
        ) -> Result<Json<BookingView>, Problem> {
            done(&app, app.market.$name(&visitor.actor()?, &id).await).await
        }
    )*};
}

steps! {
    /// `POST /bookings/{id}/shortlist`
    shortlist;
    /// `POST /bookings/{id}/offer`
    offer;
    /// `POST /bookings/{id}/accept`
    accept;
    /// `POST /bookings/{id}/decline`
    decline;
    /// `POST /bookings/{id}/confirm`
    confirm;
    /// `POST /bookings/{id}/undo`
    undo;
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
