//! Crews over HTTP: a leader's members, and the places that they take together.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::{
    bookings::{BookingView, Items, shift},
    jobs::idempotency_key,
};
use crate::{
    domain::{
        booking::BookingStatus,
        fields::FieldErrors,
        identity::Phone,
        ids::{AccountId, JobId, WorkerId},
    },
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
    },
    market::{CrewRequest, Member},
};

/// A member on the wire.
#[derive(Serialize)]
pub struct MemberView {
    worker_id: String,
    name: String,
    phone: Option<String>,
    joined: bool,
}

impl From<&Member> for MemberView {
    fn from(member: &Member) -> MemberView {
        let person = &member.worker.person;
        MemberView {
            worker_id: member.worker.id.to_string(),
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked),
            joined: member.joined,
        }
    }
}

/// What a crew got, on the wire.
#[derive(Serialize)]
pub struct CrewView {
    crew_id: String,
    items: Vec<BookingView>,
    places_left: u32,
}

/// `GET /crew/members`
pub async fn members(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<MemberView>>, Problem> {
    let members = app.market.members(&visitor.actor()?).await?;
    Ok(Json(Items { items: members.iter().map(MemberView::from).collect() }))
}

/// `POST /crew/members`
pub async fn add(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let member = app.market.add_member(&visitor.actor()?, &body).await?;
    app.settle().await;
    Ok((StatusCode::CREATED, Json(MemberView::from(&member))).into_response())
}

/// `POST /crew/members/{worker}/remove`
pub async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Id(worker): Id<WorkerId>,
) -> Result<StatusCode, Problem> {
    app.market.drop_member(&visitor.actor()?, &worker).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /crew/leaders/{account}/join`
pub async fn join(
    State(app): State<App>,
    visitor: Visitor,
    Id(leader): Id<AccountId>,
) -> Result<StatusCode, Problem> {
    app.market.join_crew(&visitor.actor()?, &leader).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /crew/leaders/{account}/leave`
pub async fn leave(
    State(app): State<App>,
    visitor: Visitor,
    Id(leader): Id<AccountId>,
) -> Result<StatusCode, Problem> {
    app.market.leave_crew(&visitor.actor()?, &leader).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read(body: &Value, key: Option<String>) -> Result<CrewRequest, FieldErrors> {
    let mut errors = FieldErrors::default();
    let shift = shift(body, &mut errors);
    let partial = match body.get("partial") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(partial)) => *partial,
        Some(_) => {
            errors.add("partial", "type", "人不够时先去一部分，应当是“是”或“否”");
            false
        }
    };
    let mut members = Vec::new();
    match body.get("members").and_then(Value::as_array) {
        None => errors.add("members", "missing", "请选出去的组员"),
        Some(named) => {
            for (i, value) in named.iter().enumerate() {
                match value.as_str().and_then(|text| text.parse::<WorkerId>().ok()) {
                    Some(id) => members.push(id),
                    None => errors.add(format!("members[{i}]"), "format", "求职者编号不对"),
                }
            }
        }
    }
    let request = CrewRequest { members, partial, shift, idempotency_key: key };
    if errors.is_empty() { Ok(request) } else { Err(errors) }
}

/// `POST /jobs/{id}/crews`: 201 where every member has a place, 202 where some wait.
pub async fn book(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let request = read(&body, idempotency_key(&headers)?)?;
    let done = app.market.book_crew(&visitor.actor()?, &job, &request).await?;
    app.settle().await;
    let booked = done.bookings.iter().filter(|b| b.status == BookingStatus::Booked).count();
    let all = booked == request.members.len();
    let status = if all { StatusCode::CREATED } else { StatusCode::ACCEPTED };
    let view = CrewView {
        crew_id: done.crew.to_string(),
        items: done.bookings.iter().map(BookingView::from).collect(),
        places_left: done.posting.places_left(),
    };
    Ok((status, Json(view)).into_response())
}
