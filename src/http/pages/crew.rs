//! A crew leader's pages: the members, taking places for them, and their door.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    App, Visitor, booking,
    chrome::Chrome,
    input::{Faults, Form, Sent, typed},
    jobs, own, page, see_other, words,
};
use crate::{
    domain::{
        booking::BookingStatus,
        fields::FieldErrors,
        identity::Phone,
        ids::{AccountId, BookingId, JobId, WorkerId},
        limits,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{CrewRequest, Door, MarketError},
};

/// A member in the list.
pub struct MemberRow {
    /// The worker's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone: String,
    /// Whether the person agreed.
    pub joined: bool,
}

/// A member at the door of a shift.
pub struct DoorRow {
    /// The booking's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Where the shift stands, and the stamps.
    pub notes: Vec<String>,
    /// Whether the member can pass now.
    pub passes: bool,
    /// What follows from giving the place up, where that is still possible.
    pub gives_up: Option<String>,
}

/// A posting at which the crew has places.
pub struct CrewDoor {
    /// The posting's id.
    pub job: String,
    /// What is to be done.
    pub title: String,
    /// When.
    pub when: String,
    /// The members with a place.
    pub rows: Vec<DoorRow>,
    /// What can be done now, each step once.
    pub steps: Vec<booking::Door>,
}

/// The crew.
#[derive(Template)]
#[template(path = "crew.html")]
pub struct CrewPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where the crew works.
    pub doors: Vec<CrewDoor>,
    /// The members.
    pub rows: Vec<MemberRow>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(CrewPage);

/// The leader's members as rows.
pub async fn rows(app: &App, visitor: &Visitor) -> Result<Vec<MemberRow>, Problem> {
    let members = app.market.members(&visitor.actor()?).await?;
    let row = |member: &crate::market::Member| MemberRow {
        id: member.worker.id.to_string(),
        name: member.worker.person.name.clone(),
        phone: member.worker.person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        joined: member.joined,
    };
    Ok(members.iter().map(row).collect())
}

/// The postings at which the crew has places, with who stands where.
async fn doors(app: &App, visitor: &Visitor) -> Result<Vec<CrewDoor>, Problem> {
    let (rules, now) = (&app.market.rules, app.market.now());
    let mut doors: Vec<CrewDoor> = Vec::new();
    for place in app.market.crew_places(&visitor.actor()?).await? {
        let (held, shift) = (&place.booking, &place.shift);
        let job = held.booking.job.to_string();
        let step = shift.as_ref().and_then(|one| booking::door(one, rules, now));
        let mut notes = Vec::new();
        if let Some(one) = shift {
            notes.push(one.status.label().to_owned());
            notes.extend(booking::stamps(one, rules));
        }
        let row = DoorRow {
            id: held.booking.id.to_string(),
            name: place.worker.person.name.clone(),
            notes,
            passes: step.is_some(),
            gives_up: shift
                .as_ref()
                .is_none_or(|one| one.shift.start > now)
                .then(|| own::leaving_words(&held.booking, rules, now)),
        };
        let when = shift.as_ref().map(|one| words::shift(&one.shift)).unwrap_or_default();
        let at = doors.iter().position(|door| door.job == job && door.when == when);
        let at = at.unwrap_or_else(|| {
            let (title, rows, steps) = (held.title.clone(), Vec::new(), Vec::new());
            doors.push(CrewDoor { job, title, when, rows, steps });
            doors.len() - 1
        });
        let known = |door: &CrewDoor, step: booking::Door| {
            door.steps.iter().any(|held| held.step == step.step)
        };
        let door = &mut doors[at];
        let new = step.filter(|step| !known(door, *step));
        door.steps.extend(new);
        door.rows.push(row);
    }
    Ok(doors)
}

/// `POST /me/crew/door`: checks members in or out by one code.
pub async fn crew_door(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&["booking"])?;
    let ids = form.all("booking").map(str::parse::<BookingId>).collect::<Result<Vec<_>, _>>();
    let ids = ids.map_err(|_| Problem::bad_request("没有这个组员"))?;
    let (door, said) = match form.get("step") {
        "check-in" => (Door::In, "checked_in"),
        "check-out" => (Door::Out, "checked_out"),
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    let done = if ids.is_empty() || ids.len() > limits::CREW_MEMBERS_MAX {
        Err(FieldErrors::one("booking", "missing", "请选谁来了").into())
    } else {
        app.market.pass_together(&visitor.actor()?, &ids, &form.plain("code"), door).await
    };
    match done {
        Ok(_) => Ok(see_other("/me/crew", said).into_response()),
        Err(
            error @ (MarketError::Invalid(_) | MarketError::TooLate(_) | MarketError::NoPlace(_)),
        ) => {
            let problem = Problem::from(error);
            let again = CrewPage {
                chrome: Chrome::new(&app, &visitor, "/me/crew").stopped(problem.title),
                doors: doors(&app, &visitor).await?,
                rows: rows(&app, &visitor).await?,
                values: form,
                faults: Faults::default(),
            };
            Ok(page(problem.status, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /me/crew`
pub async fn crew(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let list = CrewPage {
        chrome: Chrome::new(&app, &visitor, "/me/crew").telling(&query),
        doors: doors(&app, &visitor).await?,
        rows: rows(&app, &visitor).await?,
        values: Form::of([("code", query.get("code").unwrap_or_default().to_owned())]),
        faults: Faults::default(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// `POST /me/crew`
pub async fn add_member(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let input = json!({
        "name": form.get("name"),
        "phone": form.plain("phone"),
        "agreed": form.get("agreed") == "yes",
    });
    match app.market.add_member(&visitor.actor()?, &input).await {
        Ok(member) => {
            app.settle().await;
            let said = if member.joined { "member_joined" } else { "member_asked" };
            Ok(see_other("/me/crew", said).into_response())
        }
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            faults.add_all(&errors, str::to_owned);
            let again = CrewPage {
                chrome: Chrome::new(&app, &visitor, "/me/crew"),
                doors: doors(&app, &visitor).await?,
                rows: rows(&app, &visitor).await?,
                values: form,
                faults,
            };
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/crew/{worker}/remove`
pub async fn remove_member(
    State(app): State<App>,
    visitor: Visitor,
    Id(worker): Id<WorkerId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    app.market.drop_member(&visitor.actor()?, &worker).await?;
    Ok(see_other("/me/crew", "member_removed").into_response())
}

/// `POST /me/crews/{account}`: the person agrees to go along with a leader, or not.
pub async fn answer_crew(
    State(app): State<App>,
    visitor: Visitor,
    Id(leader): Id<AccountId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let said = match form.get("step") {
        "join" => app.market.join_crew(&actor, &leader).await.map(|()| "crew_joined")?,
        "leave" => app.market.leave_crew(&actor, &leader).await.map(|()| "crew_left")?,
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    Ok(see_other("/me", said).into_response())
}

/// `POST /jobs/{id}/crew`
pub async fn book_crew(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&["member"])?;
    let members = form.all("member").map(str::parse::<WorkerId>).collect::<Result<Vec<_>, _>>();
    let members = members.map_err(|_| Problem::bad_request("没有这个组员"))?;
    let shift = match form.get("shift") {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::bad_request("没有这个班次"))?),
    };
    let partial = form.get("partial") == "yes";
    let request = CrewRequest { members, partial, shift, idempotency_key: None };
    match app.market.book_crew(&visitor.actor()?, &job, &request).await {
        Ok(done) => {
            app.settle().await;
            let booked = done.bookings.iter().filter(|b| b.status == BookingStatus::Booked).count();
            let said = match booked {
                0 => "crew_waits",
                all if all == request.members.len() => "crew_booked",
                _ => "crew_partly",
            };
            Ok(see_other(&format!("/jobs/{job}"), said).into_response())
        }
        Err(error @ (MarketError::NoPlace(_) | MarketError::Invalid(_))) => {
            jobs::render(&app, &visitor, &job, None, Some(error.into())).await
        }
        Err(error) => Err(error.into()),
    }
}
