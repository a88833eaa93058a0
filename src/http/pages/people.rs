//! Who comes to a posting: applications to decide about, places, the waiting list.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use super::{App, Visitor, booking, chrome::Chrome, input::Sent, page, see_other, words};
use crate::{
    domain::{
        attendance::{Attendance, Presence},
        booking::BookingStatus,
        identity::Phone,
        ids::{BookingId, JobId},
        posting::Status,
        time::Moment,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{MarketError, PersonAt},
};

/// What can be done with a booking.
pub struct Decision {
    /// The step's word.
    pub step: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether a reason is owed.
    pub owes_reason: bool,
}

/// Somebody on the list.
pub struct PersonRow {
    /// The booking's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone: String,
    /// Where the booking stands.
    pub status: &'static str,
    /// What else is to be known: the shift where not all, until when an answer is due, why it ended.
    pub notes: Vec<String>,
    /// Where the shifts stand, for who has a place.
    pub href: Option<String>,
    /// What can be done.
    pub decisions: Vec<Decision>,
}

/// The list.
#[derive(Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// The frame.
    pub chrome: Chrome,
    /// The posting's id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// `要5人，已录用3人，候补1人`.
    pub summary: String,
    /// Everybody, those to decide about first.
    pub rows: Vec<PersonRow>,
    /// Who worked here before and can be invited back.
    pub past: Vec<PastRow>,
}

/// Somebody who worked here before.
pub struct PastRow {
    /// The worker's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// How the person has done.
    pub record: String,
}

const fn plain(step: &'static str, text: &'static str) -> Decision {
    Decision { step, text, owes_reason: false }
}

fn decisions(status: BookingStatus) -> Vec<Decision> {
    match status {
        BookingStatus::Applied => vec![
            plain("accept", "录用"),
            plain("shortlist", "入选"),
            plain("offer", "发录用通知"),
            plain("decline", "不合适"),
        ],
        BookingStatus::Shortlisted => {
            vec![plain("accept", "录用"), plain("offer", "发录用通知"), plain("decline", "不合适")]
        }
        BookingStatus::Offered => vec![plain("decline", "收回通知")],
        BookingStatus::Waiting | BookingStatus::Booked => {
            vec![Decision { step: "call-off", text: "取消录用", owes_reason: true }]
        }
        BookingStatus::Cancelled => Vec::new(),
    }
}

fn rank(status: BookingStatus) -> u8 {
    match status {
        BookingStatus::Applied => 0,
        BookingStatus::Shortlisted => 1,
        BookingStatus::Offered => 2,
        BookingStatus::Booked => 3,
        BookingStatus::Waiting => 4,
        BookingStatus::Cancelled => 5,
    }
}

fn row(
    app: &App,
    (person, record): (&PersonAt, String),
    (shifts, undoes): (usize, bool),
    next: Option<&Attendance>,
) -> PersonRow {
    let held = &person.booking;
    let (rules, now) = (&app.market.rules, app.market.now());
    let mut notes = Vec::new();
    notes.push(record);
    let mut decisions = decisions(held.status);
    if let Some(one) = next {
        notes.push(one.status.label().to_owned());
        notes.extend(booking::stamps(one, rules));
        let door = booking::door(one, rules, now).filter(|_| held.status == BookingStatus::Booked);
        decisions.splice(0..0, door.map(|door| plain(door.step, door.text)));
    }
    if undoes {
        decisions.push(plain("undo", "点错了，撤销"));
    }
    let booking = held;
    if booking.shifts.len() < shifts {
        notes.extend(booking.shifts.iter().map(words::shift));
    }
    if booking.crew.is_some() {
        notes.push("班组".to_owned());
    }
    notes.extend(booking.due_at.map(|due| format!("{}前要本人确认", words::minute(due))));
    notes.extend(booking.ended.map(|ended| ended.label().to_owned()));
    notes.extend(booking.reason.as_ref().map(|reason| format!("原因：{reason}")));
    PersonRow {
        id: booking.id.to_string(),
        name: person.name.clone(),
        phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        status: booking.status.label(),
        notes,
        href: next.map(|_| format!("/desk/bookings/{}", booking.id)),
        decisions,
    }
}

/// The shift of a booking that matters now: the first that is not over, else the last.
fn current(rows: &[Attendance], id: &BookingId, now: Moment) -> Option<Attendance> {
    let own = || rows.iter().filter(|one| one.booking == *id);
    let coming = |one: &&Attendance| one.shift.end > now || one.status == Presence::Present;
    own().find(coming).or_else(|| own().next_back()).cloned()
}

async fn render(
    app: &App,
    visitor: &Visitor,
    job: &JobId,
    query: Option<&Query>,
    fault: Option<Problem>,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let (posting, mut people) = app.market.people(&actor, job).await?;
    let (chrome, status) = Chrome::new(app, visitor, "/desk").after(query, fault);
    people.sort_by_key(|person| rank(person.booking.status));
    let count = |status| people.iter().filter(|one| one.booking.status == status).count();
    let summary = format!(
        "要{}人，已录用{}人，候补{}人",
        posting.terms.headcount,
        count(BookingStatus::Booked),
        count(BookingStatus::Waiting),
    );
    let shifts = posting.terms.shifts.len();
    let now = app.market.now();
    let attendance = app.market.store.read().await?.attendance_at(job).await?;
    let mut view = app.market.store.read().await?;
    let mut rows = Vec::with_capacity(people.len());
    for person in &people {
        let record = app.market.worker_record(&mut view, &person.booking.worker).await?;
        let next = current(&attendance, &person.booking.id, now);
        let undoes = app.market.undoable(&mut view, &actor, &person.booking).await?.is_some();
        let told = (person, record.to_string());
        rows.push(row(app, told, (shifts, undoes), next.as_ref()));
    }
    let mut past = Vec::new();
    if matches!(posting.status, Status::Open) {
        for worker in app.market.past_workers(&actor, job).await? {
            let record = app.market.worker_record(&mut view, &worker.id).await?;
            let (id, name) = (worker.id.to_string(), worker.person.name);
            past.push(PastRow { id, name, record: record.to_string() });
        }
    }
    drop(view);
    let list = PeoplePage {
        chrome,
        id: posting.id.to_string(),
        title: posting.terms.title.clone(),
        summary,
        rows,
        past,
    };
    Ok(page(status, &list))
}

/// `GET /desk/jobs/{id}/people`
pub async fn people(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), None).await
}

/// `POST /desk/bookings/{id}`: one step, named by the form.
pub async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    if matches!(form.get("step"), "check-in" | "check-out") {
        return booking::pass(&app, &visitor, &id, form).await;
    }
    if matches!(form.get("step"), "rate" | "block" | "unblock") {
        return booking::judge(&app, &visitor, &id, &form).await;
    }
    let (actor, market) = (visitor.actor()?, &app.market);
    let (done, said) = match form.get("step") {
        "accept" => (market.accept(&actor, &id).await, "taken"),
        "shortlist" => (market.shortlist(&actor, &id).await, "shortlisted"),
        "offer" => (market.offer(&actor, &id).await, "offered"),
        "decline" => (market.decline(&actor, &id).await, "declined"),
        "undo" => (market.undo(&actor, &id).await, "undone"),
        "call-off" => (market.call_off(&actor, &id, Some(form.get("reason"))).await, "called_off"),
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    match done {
        Ok(done) => {
            app.settle().await;
            let path = format!("/desk/jobs/{}/people", done.posting.id);
            Ok(see_other(&path, said).into_response())
        }
        Err(MarketError::NotFound) => Err(Problem::not_found()),
        Err(error) => {
            let held = app.market.store.read().await?.booking(&id).await?;
            let job = held.ok_or_else(Problem::not_found)?.job;
            render(&app, &visitor, &job, None, Some(error.into())).await
        }
    }
}
