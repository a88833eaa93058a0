//! One booking for either side: its shifts, who came when, corrections, and the wage that follows.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Choice, Faults, Form, Sent, typed},
    page, see_other, wages, words,
};
use crate::{
    domain::{
        account::Role,
        attendance::{Attendance, Correction, CorrectionEvent, CorrectionStatus, Party, Presence},
        booking::BookingStatus,
        calendar::Day,
        ids::{AttendanceId, BookingId, CorrectionId},
        ledger::payer,
        posting::Shift,
        time::{DAY, Moment},
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{self, MarketError, Times, Verb, Wanted},
};

/// A correction of a shift's times.
pub struct CorrectionLine {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub status: &'static str,
    /// Whether this reader's side is asked.
    pub asks: bool,
}

/// A shift and who came when.
pub struct ShiftLine {
    /// The attendance's id.
    pub id: String,
    /// When it is.
    pub when: String,
    /// Where it stands.
    pub status: &'static str,
    /// When the worker came and went, late or not.
    pub stamps: Vec<String>,
    /// What can be done at the door now.
    pub door: Option<Door>,
    /// The corrections.
    pub corrections: Vec<CorrectionLine>,
    /// The planned times, for proposing others; none where that is not possible now.
    pub proposes: Option<(String, String)>,
    /// The wage slip, where there is one.
    pub wage: Option<(String, String)>,
}

/// What can be done at the door.
#[derive(Clone, Copy)]
pub struct Door {
    /// The step's word.
    pub step: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// The page.
#[derive(Template)]
#[template(path = "booking.html")]
pub struct BookingPage {
    /// The frame.
    pub chrome: Chrome,
    /// The booking's address on this side.
    pub path: String,
    /// What is to be done.
    pub title: String,
    /// Who, where the reader is not the person.
    pub name: Option<String>,
    /// Where the booking stands.
    pub status: &'static str,
    /// The shifts.
    pub shifts: Vec<ShiftLine>,
    /// The stars that this side can give, those given chosen; none where there is no work to rate.
    pub stars: Vec<Choice>,
    /// Whether this side does not want the other.
    pub blocks: bool,
    /// Where the work done becomes a stable employment, or its page where it did.
    pub stays: Option<String>,
    /// Whether the code is asked for at the door.
    pub needs_code: bool,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(BookingPage);

fn clock(at: Moment) -> String {
    at.shanghai().strftime("%H:%M").to_string()
}

/// What can be done at the door of a shift now.
pub fn door(one: &Attendance, rules: &crate::domain::rules::Rules, now: Moment) -> Option<Door> {
    match one.status {
        Presence::Expected | Presence::Absent if one.opens(rules, now) => {
            Some(Door { step: "check-in", text: "签到" })
        }
        Presence::Present if now < one.closes_at(rules) => {
            Some(Door { step: "check-out", text: "签退" })
        }
        Presence::Expected | Presence::Absent | Presence::Present | Presence::Done => None,
    }
}

/// When the worker came and went.
pub fn stamps(one: &Attendance, rules: &crate::domain::rules::Rules) -> Vec<String> {
    let mut stamps = Vec::new();
    if let Some((at, by)) = one.check_in {
        let late = if one.is_late(rules) { "，迟到" } else { "" };
        stamps.push(format!("{}签到（{}{late}）", clock(at), by.label()));
    }
    if let Some((at, by)) = one.check_out {
        stamps.push(format!("{}签退（{}）", clock(at), by.label()));
    }
    if one.status == Presence::Done {
        let minutes = one.minutes();
        stamps.push(format!("干了{}小时{}分", minutes / 60, minutes % 60));
    }
    stamps
}

fn correction(one: &Correction, side: Party, actor: &str) -> CorrectionLine {
    let (from, to) = (words::minute(one.check_in), words::minute(one.check_out));
    let who = one.side.label();
    CorrectionLine {
        id: one.id.to_string(),
        text: format!("{who}提出改为{from}到{to}，原因：{}", one.reason),
        status: one.status.label(),
        asks: one.status == CorrectionStatus::Proposed && one.side != side && one.actor != actor,
    }
}

/// Which side a reader is on, as far as pages go: whoever seeks work is the worker's.
fn side_of(visitor: &Visitor) -> Party {
    let seeks = |role| matches!(role, Role::Worker | Role::Leader);
    match &visitor.account {
        Some(account) if seeks(account.role) => Party::Worker,
        _ => Party::Employer,
    }
}

fn path_of(side: Party, id: &BookingId) -> String {
    match side {
        Party::Worker => format!("/me/bookings/{id}"),
        Party::Employer => format!("/desk/bookings/{id}"),
    }
}

fn stars(given: i64) -> Vec<Choice> {
    let given = given.to_string();
    (1..=5).map(|number| Choice::of(number.to_string(), format!("{number}星"), &given)).collect()
}

/// The page of a booking, with a message where something did not work.
pub async fn render(
    app: &App,
    visitor: &Visitor,
    id: &BookingId,
    query: Option<&Query>,
    fault: Option<(Problem, Form)>,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let rows = app.market.attendance_of(&actor, id).await?;
    let (side, now, rules) = (side_of(visitor), app.market.now(), &app.market.rules);
    let mut view = app.market.store.read().await?;
    let booking = view.booking(id).await?.ok_or_else(Problem::not_found)?;
    let posting = view.posting(&booking.job).await?.ok_or_else(Problem::not_found)?;
    let worker = view.worker(&booking.worker).await?.ok_or_else(Problem::not_found)?;
    let mut shifts = Vec::new();
    for one in &rows {
        let corrections = view.corrections_of(&one.id).await?;
        let open = corrections.iter().any(|held| held.status == CorrectionStatus::Proposed);
        let wage = view.wage_for(&one.id).await?;
        let base = if side == Party::Worker { "/me/wages" } else { "/desk/wages" };
        let ended = one.shift.end <= now;
        shifts.push(ShiftLine {
            id: one.id.to_string(),
            when: words::shift(&one.shift),
            status: one.status.label(),
            stamps: stamps(one, rules),
            door: door(one, rules, now).filter(|_| booking.status == BookingStatus::Booked),
            corrections: corrections
                .iter()
                .map(|held| correction(held, side, actor.name()))
                .collect(),
            proposes: (ended && !open).then(|| (clock(one.shift.start), clock(one.shift.end))),
            wage: wage.map(|wage| {
                let own = side == Party::Worker;
                let status = if own { wages::own_status(wage.status) } else { wage.status.label() };
                let text = format!("{}元，{status}", wage.net());
                (format!("{base}/{}", wage.id), text)
            }),
        });
    }
    let worked = rows.iter().any(|one| one.status == Presence::Done);
    let given = view.rating(id, side).await?.unwrap_or_default();
    let places = market::may(&actor, Verb::Place) && side == Party::Employer;
    let stays = match view.placement_from(id).await? {
        _ if !places || !worked => None,
        Some(held) => Some(format!("/desk/placements/{}", held.id)),
        None => Some(format!("/desk/placements/new?booking={id}")),
    };
    let blocks = view.blocks(&booking.worker, &payer(&posting), side).await?;
    drop(view);
    let nav = if side == Party::Worker { "/me" } else { "/desk" };
    let mut chrome = Chrome::new(app, visitor, nav);
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let (mut status, mut values, mut faults) = (StatusCode::OK, Form::default(), Faults::default());
    if let Some((problem, typed)) = fault {
        (status, values) = (problem.status, typed);
        for error in &problem.errors {
            faults.add(error.field.clone(), error.message.clone());
        }
        chrome = chrome.stopped(problem.title);
    }
    let is_own = side == Party::Worker
        && visitor.account.as_ref().is_some_and(|a| a.worker.as_ref() == Some(&booking.worker));
    let needs_code = side == Party::Worker;
    let shown = BookingPage {
        chrome,
        path: path_of(side, id),
        title: posting.terms.title.clone(),
        name: (!is_own).then(|| worker.person.name.clone()),
        status: booking.status.label(),
        shifts,
        stars: if worked { stars(given) } else { Vec::new() },
        blocks,
        stays,
        needs_code,
        values,
        faults,
    };
    Ok(page(status, &shown))
}

/// `GET /me/bookings/{id}` and `GET /desk/bookings/{id}`
pub async fn booking(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), None).await
}

/// Passes the door of a booking's shift, as a form of either side asks.
pub async fn pass(
    app: &App,
    visitor: &Visitor,
    id: &BookingId,
    form: Form,
) -> Result<Response, Problem> {
    let (actor, side) = (visitor.actor()?, side_of(visitor));
    let typed = form.plain("code");
    let code = (side == Party::Worker).then_some(typed.as_str());
    let (done, said) = match form.get("step") {
        "check-in" => (app.market.check_in(&actor, id, code).await, "checked_in"),
        _ => (app.market.check_out(&actor, id, code).await, "checked_out"),
    };
    match done {
        Ok(_) => Ok(see_other(&path_of(side, id), said).into_response()),
        Err(
            error @ (MarketError::Invalid(_) | MarketError::TooLate(_) | MarketError::NoPlace(_)),
        ) => render(app, visitor, id, None, Some((error.into(), form))).await,
        Err(error) => Err(error.into()),
    }
}

/// The moment of a time of day at a shift: on its first day, or the next where the shift runs over
/// midnight and the time lies before its start.
fn at(shift: Shift, text: &str) -> Option<Moment> {
    let (hour, minute) = text.split_once(':')?;
    let time = jiff::civil::Time::new(hour.parse().ok()?, minute.get(..2)?.parse().ok()?, 0, 0);
    let day: Day = shift.start.day();
    let same = Moment::from_shanghai(day.date().to_datetime(time.ok()?));
    let runs_over = shift.end.day() != day;
    let half = Moment(shift.start.0 - DAY / 2);
    Some(if runs_over && same < half { same.plus(DAY) } else { same })
}

/// `POST /attendance/{id}`: proposes other times.
pub async fn propose(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AttendanceId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let held = app.market.store.read().await?.attendance(&id).await?;
    let held = held.ok_or_else(Problem::not_found)?;
    let come = at(held.shift, &form.plain("check_in"));
    let went = at(held.shift, &form.plain("check_out"));
    let side = side_of(&visitor);
    let (Some(check_in), Some(mut check_out)) = (come, went) else {
        // Whether the attendance exists is only for those it belongs to.
        app.market.attendance_of(&actor, &held.booking).await?;
        let problem = Problem::bad_request("时间要写成 8:00 这样");
        return render(&app, &visitor, &held.booking, None, Some((problem, form))).await;
    };
    if check_out <= check_in && held.shift.end.day() != held.shift.start.day() {
        check_out = check_out.plus(DAY);
    }
    let times = Times { check_in, check_out, reason: form.get("reason").to_owned() };
    match app.market.propose_times(&actor, &id, times).await {
        Ok(_) => Ok(see_other(&path_of(side, &held.booking), "times_proposed").into_response()),
        Err(error @ (MarketError::Invalid(_) | MarketError::TooLate(_))) => {
            render(&app, &visitor, &held.booking, None, Some((error.into(), form))).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /corrections/{id}`: the other side's answer.
pub async fn settle(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<CorrectionId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let (answer, said) = match form.get("step") {
        "confirm" => (CorrectionEvent::Confirm, "times_confirmed"),
        "refuse" => (CorrectionEvent::Refuse, "times_refused"),
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    let done = app.market.answer_times(&visitor.actor()?, &id, answer).await?;
    let held = app.market.store.read().await?.attendance(&done.attendance).await?;
    let held = held.ok_or_else(Problem::not_found)?;
    Ok(see_other(&path_of(side_of(&visitor), &held.booking), said).into_response())
}

/// What a side says of the other, as a form of either side asks: stars, or whether it wants them.
pub async fn judge(
    app: &App,
    visitor: &Visitor,
    id: &BookingId,
    form: &Form,
) -> Result<Response, Problem> {
    let (actor, market) = (visitor.actor()?, &app.market);
    let said = match form.get("step") {
        "rate" => {
            let stars = form.get("stars").parse().unwrap_or_default();
            market.rate(&actor, id, stars).await.map(|()| "rated")?
        }
        "block" => market.block(&actor, id, Wanted::No).await.map(|()| "blocked")?,
        _ => market.block(&actor, id, Wanted::Yes).await.map(|()| "unblocked")?,
    };
    Ok(see_other(&path_of(side_of(visitor), id), said).into_response())
}
