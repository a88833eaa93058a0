//! At the door of a shift, on the worker's own phone: what the captain's code leads to.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    super::{booking, input::Sent, page, words},
    App, Frame, Visitor, seeker,
};
use crate::{
    domain::{
        account::Role,
        booking::{Booking, BookingStatus},
        ids::{JobId, WorkerId},
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::MarketError,
};

/// A shift of one's own.
pub struct OwnShift {
    /// When it is.
    pub when: String,
    /// Where it stands.
    pub status: &'static str,
    /// When one came and went.
    pub stamps: Vec<String>,
    /// What can be done now.
    pub door: Option<booking::Door>,
}

/// The door.
#[derive(Template)]
#[template(path = "phone_door.html")]
pub struct PhoneDoor {
    /// The frame.
    pub frame: Frame,
    /// The posting's id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// The shifts; none where one has no place here.
    pub shifts: Vec<OwnShift>,
    /// The code that was scanned or typed.
    pub code: String,
    /// What is wrong with it.
    pub fault: Option<String>,
}

/// The digits of a scanned address.
fn digits(text: &str) -> &str {
    if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) { text } else { "" }
}

async fn own_place(
    app: &App,
    visitor: &Visitor,
    worker: &WorkerId,
    job: &JobId,
) -> Result<Option<Booking>, Problem> {
    let rows = app.market.bookings_by(&visitor.actor()?, worker).await?;
    let held = rows.into_iter().map(|row| row.booking);
    Ok(held.into_iter().find(|held| held.job == *job && held.status == BookingStatus::Booked))
}

async fn show(
    app: &App,
    visitor: &Visitor,
    (worker, job): (&WorkerId, &JobId),
    code: &str,
    (query, fault): (&Query, Option<Problem>),
) -> Result<Response, Problem> {
    let posting = app.market.posting(visitor.actor().ok().as_ref(), job).await?;
    let mut shifts = Vec::new();
    if let Some(held) = own_place(app, visitor, worker, job).await? {
        let (rules, now) = (&app.market.rules, app.market.now());
        for one in app.market.attendance_of(&visitor.actor()?, &held.id).await? {
            shifts.push(OwnShift {
                when: words::shift(&one.shift),
                status: one.status.label(),
                stamps: booking::stamps(&one, rules),
                door: booking::door(&one, rules, now),
            });
        }
    }
    let mut frame = Frame::new(app, visitor, "").await?.telling(query);
    let (mut status, mut at_code) = (StatusCode::OK, None);
    if let Some(problem) = fault {
        status = problem.status;
        match problem.errors.iter().find(|error| error.field == "code") {
            Some(error) => at_code = Some(error.message.clone()),
            None => frame.message = Some(("stop", problem.title)),
        }
    }
    let door = PhoneDoor {
        frame,
        id: job.to_string(),
        title: posting.terms.title,
        shifts,
        code: code.to_owned(),
        fault: at_code,
    };
    Ok(page(status, &door))
}

/// `GET /my/door/{id}?code=1234`: nothing is done before the person presses.
pub async fn at_door(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    query: Query,
) -> Result<Response, Problem> {
    let code = digits(query.get("code").unwrap_or_default());
    let Some(worker) = seeker(&visitor) else {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        pairs.append_pair("next", &format!("/my/door/{job}?code={code}"));
        return Ok(Redirect::to(&format!("/my/in?{}", pairs.finish())).into_response());
    };
    let leads = visitor.account.as_ref().is_some_and(|account| account.role == Role::Leader);
    if leads {
        let places = app.market.crew_places(&visitor.actor()?).await?;
        if places.iter().any(|place| place.booking.booking.job == job) {
            return Ok(Redirect::to(&format!("/me/crew?code={code}")).into_response());
        }
    }
    show(&app, &visitor, (&worker, &job), code, (&query, None)).await
}

/// `POST /my/door/{id}`
pub async fn pass_door(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let worker = seeker(&visitor).ok_or_else(Problem::forbidden)?;
    let held = own_place(&app, &visitor, &worker, &job).await?.ok_or_else(Problem::not_found)?;
    let (actor, code) = (visitor.actor()?, form.plain("code"));
    let (done, said) = match form.get("step") {
        "check-in" => (app.market.check_in(&actor, &held.id, Some(&code)).await, "checked_in"),
        "check-out" => (app.market.check_out(&actor, &held.id, Some(&code)).await, "checked_out"),
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/my/door/{job}?said={said}")).into_response()),
        Err(
            error @ (MarketError::Invalid(_) | MarketError::TooLate(_) | MarketError::NoPlace(_)),
        ) => {
            let told = (&Query::parse(""), Some(error.into()));
            show(&app, &visitor, (&worker, &job), &code, told).await
        }
        Err(error) => Err(error.into()),
    }
}
