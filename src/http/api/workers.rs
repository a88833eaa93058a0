//! Workers over HTTP; personal fields are masked.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{bookings::BookingView, bookings::Items, jobs::idempotency_key};
use crate::{
    domain::{
        identity::{Phone, ResidentId},
        ids::{MessageId, WorkerId},
        message::Message,
        week::Week,
        worker::{Available, Worker},
    },
    feed::view::ShiftView,
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
    },
    market::NewWorker,
};

/// A consent on the wire.
#[derive(Serialize)]
struct ConsentView {
    purpose: String,
    text_version: String,
}

/// When a worker can work, on the wire.
#[derive(Serialize)]
#[serde(untagged)]
enum AvailableView {
    Words(String),
    Spans(Vec<SpanView>),
}

#[derive(Serialize)]
struct SpanView {
    from: String,
    to: String,
}

/// Hours of a day of every week; Monday is day 1.
#[derive(Serialize)]
struct HoursView {
    days: [usize; 1],
    from: u8,
    to: u8,
}

fn hours(week: &Week) -> Vec<HoursView> {
    let of_day = |day: usize| {
        let spans = week.spans(day).into_iter();
        spans.map(move |(from, to)| HoursView { days: [day + 1], from, to })
    };
    (0..7).flat_map(of_day).collect()
}

/// Until when a certificate holds.
#[derive(Serialize)]
struct UntilView {
    certificate: String,
    until: String,
}

/// A worker on the wire. The name stands whole: whoever may read the record serves this person;
/// phone and number are masked.
#[derive(Serialize)]
pub struct WorkerView {
    id: String,
    version: i64,
    external_id: Option<String>,
    name: String,
    phone: Option<String>,
    id_number: Option<String>,
    village: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    crs: &'static str,
    radius_km: f64,
    skills: Vec<String>,
    certificates: Vec<String>,
    certificates_until: Vec<UntilView>,
    modes: Vec<&'static str>,
    groups: Vec<&'static str>,
    consents: Vec<ConsentView>,
    available: Option<AvailableView>,
    available_weekly: Option<Vec<HoursView>>,
    day_wage_wish_fen: Option<i64>,
    station: Option<String>,
}

impl From<&Worker> for WorkerView {
    fn from(worker: &Worker) -> WorkerView {
        let (person, profile) = (&worker.person, &worker.profile);
        let codes = profile.occupations.iter().map(|code| code.as_str().to_owned());
        let span = |view: ShiftView| SpanView { from: view.start, to: view.end };
        WorkerView {
            id: worker.id.to_string(),
            version: worker.version,
            external_id: worker.external.as_ref().map(|external| external.id.clone()),
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked),
            id_number: person.id_number.as_ref().map(ResidentId::masked),
            village: worker.village.clone(),
            lat: profile.point.map(|point| point.lat()),
            lon: profile.point.map(|point| point.lon()),
            crs: "wgs84",
            radius_km: profile.radius_m / 1000.0,
            skills: profile.skills.iter().cloned().chain(codes).collect(),
            certificates: profile.certificates.iter().map(|held| held.key.clone()).collect(),
            certificates_until: {
                let ends = profile.certificates.iter().filter_map(|held| {
                    let until = held.until?.to_string();
                    Some(UntilView { certificate: held.key.clone(), until })
                });
                ends.collect()
            },
            modes: profile.modes.iter().map(|mode| mode.word()).collect(),
            groups: person.groups().iter().map(|group| group.word()).collect(),
            consents: worker
                .consents
                .iter()
                .map(|consent| ConsentView {
                    purpose: consent.purpose.clone(),
                    text_version: consent.text_version.clone(),
                })
                .collect(),
            available: match &profile.available {
                Available::Always => None,
                Available::Words(words) => Some(AvailableView::Words(words.clone())),
                Available::Spans(spans) => Some(AvailableView::Spans(
                    spans.iter().map(|shift| span(ShiftView::from(shift))).collect(),
                )),
                Available::Weekly(week) => Some(AvailableView::Words(week.to_string())),
            },
            available_weekly: match &profile.available {
                Available::Weekly(week) => Some(hours(week)),
                Available::Always | Available::Words(_) | Available::Spans(_) => None,
            },
            day_wage_wish_fen: profile.day_wage_wish.map(|wish| wish.0),
            station: worker.station.as_ref().map(ToString::to_string),
        }
    }
}

/// `POST /workers`
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(&headers)?;
    let new = NewWorker { idempotency_key, ..NewWorker::default() };
    let worker = app.market.register(&visitor.actor()?, &body, new).await?;
    app.settle().await;
    Ok((StatusCode::CREATED, Json(WorkerView::from(&worker))).into_response())
}

/// `GET /workers/{id}`
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
) -> Result<Json<WorkerView>, Problem> {
    let worker = app.market.worker(&visitor.actor()?, &id).await?;
    Ok(Json(WorkerView::from(&worker)))
}

/// `GET /workers/{id}/bookings`
pub async fn bookings(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
) -> Result<Json<Items<BookingView>>, Problem> {
    let rows = app.market.bookings_by(&visitor.actor()?, &id).await?;
    Ok(Json(Items { items: rows.iter().map(|row| BookingView::from(&row.booking)).collect() }))
}

/// A message on the wire.
#[derive(Serialize)]
pub struct MessageView {
    id: String,
    kind: &'static str,
    job_id: String,
    body: String,
    created_at: String,
}

impl From<&Message> for MessageView {
    fn from(message: &Message) -> MessageView {
        MessageView {
            id: message.id.to_string(),
            kind: message.kind.word(),
            job_id: message.job.to_string(),
            body: message.body.clone(),
            created_at: message.created_at.to_string(),
        }
    }
}

/// `GET /workers/{id}/messages`
pub async fn messages(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
) -> Result<Json<Items<MessageView>>, Problem> {
    let rows = app.market.unread(&visitor.actor()?, &id).await?;
    Ok(Json(Items { items: rows.iter().map(MessageView::from).collect() }))
}

/// `POST /messages/{id}/read`
pub async fn read_message(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
) -> Result<StatusCode, Problem> {
    app.market.read_message(&visitor.actor()?, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
