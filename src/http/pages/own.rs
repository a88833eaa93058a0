//! A person's own bookings and messages, and the answers to them: the same on `/me` and on a phone's
//! `/my`.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    App, Visitor, booking,
    input::{Form, Sent},
    see_other, words,
    worker::seeker,
};
use crate::{
    domain::{
        account::Actor,
        booking::{Booking, BookingStatus},
        ids::{BookingId, MessageId, StationId, WorkerId},
        message::Message,
        rules::Rules,
        time::{DAY, HOUR, Moment},
    },
    http::{body::Id, problem::Problem},
    store::{BookingRow, View},
};

/// How long an ended booking is still shown.
const ENDED_SHOWN: i64 = 7 * DAY;

/// A booking of one's own.
pub struct OwnBooking {
    /// Its id.
    pub id: String,
    /// The posting's page.
    pub href: String,
    /// What is to be done.
    pub title: String,
    /// When.
    pub shifts: Vec<String>,
    /// Where it stands.
    pub status: &'static str,
    /// Where its shifts stand, where it has a place.
    pub page: Option<String>,
    /// What else is to be known: until when to answer, why it ended.
    pub notes: Vec<String>,
    /// What the person is asked: to take an offer up, or to confirm to come.
    pub asks: &'static [Answer],
    /// How to give it up, where that is still possible.
    pub way_out: Option<WayOut>,
}

/// Giving a booking up; the person is asked once.
pub struct WayOut {
    /// Where the form goes.
    pub action: String,
    /// The step's word.
    pub step: &'static str,
    /// What follows from it, in plain words.
    pub words: String,
}

/// An answer that the person can give.
pub struct Answer {
    /// The step's word.
    pub step: &'static str,
    /// What it says.
    pub text: &'static str,
}

/// A message that was not read.
pub struct News {
    /// Its id.
    pub id: String,
    /// What it says.
    pub body: String,
    /// The posting's page.
    pub href: String,
}

/// What follows from giving a booking up now; the kiosk says the same (`mine.js`).
pub(super) fn leaving_words(booking: &Booking, rules: &Rules, now: Moment) -> String {
    let hours = rules.late_cancel_hours;
    match (booking.status, booking.starts_at()) {
        (BookingStatus::Offered, _) => "不去的话，这个名额就给别人了。".to_owned(),
        (BookingStatus::Booked, Some(start)) if start <= now => {
            "已经开工了。现在说不去，会记一次“没来上工”。".to_owned()
        }
        (BookingStatus::Booked, Some(start)) if start < now.plus(hours * HOUR) => format!(
            "离上工不到{hours}小时了。现在不去，会记一次“临时取消”。记满{}次，以后报名要等招工的人定。",
            rules.marks_max
        ),
        (BookingStatus::Booked, _) if hours > 0 => {
            format!("名额会给别人。现在说，不记您的账；离上工不到{hours}小时再说，就要记一次。")
        }
        _ => "名额会给别人，不记您的账。".to_owned(),
    }
}

/// How to give a booking up, where that is still possible.
fn way_out(booking: &Booking, rules: &Rules, now: Moment) -> Option<WayOut> {
    let over = booking.ends_at().is_some_and(|end| end <= now);
    let (path, step) = match booking.status {
        BookingStatus::Cancelled => return None,
        BookingStatus::Offered => ("", "decline"),
        _ if over => return None,
        _ => ("/cancel", "cancel"),
    };
    let action = format!("/me/bookings/{}{path}", booking.id);
    Some(WayOut { action, step, words: leaving_words(booking, rules, now) })
}

/// A booking as its person sees it.
fn own_booking(row: BookingRow, rules: &Rules, now: Moment) -> OwnBooking {
    let booking = row.booking;
    let mut notes = Vec::new();
    notes.extend(booking.due_at.map(|due| format!("请在{}前答复", words::minute(due))));
    notes.extend(booking.ended.map(|ended| ended.label().to_owned()));
    notes.extend(booking.reason.as_ref().map(|reason| format!("原因：{reason}")));
    OwnBooking {
        id: booking.id.to_string(),
        href: format!("/jobs/{}", booking.job),
        title: row.title,
        shifts: booking.shifts.iter().map(words::shift).collect(),
        status: booking.status.label(),
        page: (booking.status == BookingStatus::Booked)
            .then(|| format!("/me/bookings/{}", booking.id)),
        way_out: way_out(&booking, rules, now),
        notes,
        asks: match (booking.status, booking.due_at) {
            (BookingStatus::Offered, _) => &OFFERED,
            (BookingStatus::Booked, Some(_)) => &ASKED,
            _ => &[],
        },
    }
}

const OFFERED: [Answer; 1] = [Answer { step: "accept", text: "我去" }];
const MISTAKEN: [Answer; 1] = [Answer { step: "undo", text: "点错了，撤销" }];
const ASKED: [Answer; 1] = [Answer { step: "confirm", text: "我会去" }];

/// A message as its person sees it.
pub fn one_news(message: &Message) -> News {
    News {
        id: message.id.to_string(),
        body: message.body.clone(),
        href: format!("/jobs/{}", message.job),
    }
}

/// A person's bookings: those that live, and those that ended lately.
pub async fn own_bookings(
    (app, actor): (&App, &Actor),
    view: &mut View,
    id: &WorkerId,
) -> Result<Vec<OwnBooking>, Problem> {
    let now = app.market.now();
    let mut rows = view.bookings_by(id).await?;
    rows.extend(view.bookings_ended_by(id, now.plus(-ENDED_SHOWN)).await?);
    let mut own = Vec::with_capacity(rows.len());
    for row in rows {
        let undoes = app.market.undoable(view, actor, &row.booking).await?.is_some();
        let mut booking = own_booking(row, &app.market.rules, now);
        if undoes {
            booking.asks = &MISTAKEN;
        }
        own.push(booking);
    }
    Ok(own)
}

/// Back to the page from which a form came: `/me`, the crew's, or a phone's `/my`.
fn back(form: &Form, said: &str) -> Response {
    if form.get("from") == "crew" {
        return see_other("/me/crew", said).into_response();
    }
    if form.get("face") != "phone" {
        return see_other("/me", said).into_response();
    }
    let at = form.get("at");
    let at = if at.parse::<StationId>().is_ok() { at } else { "" };
    Redirect::to(&format!("/my?at={at}&said={said}")).into_response()
}

/// `POST /me/bookings/{id}/cancel`
pub async fn cancel(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    seeker(&visitor)?;
    app.market.cancel(&visitor.actor()?, &id).await?;
    app.settle().await;
    Ok(back(&form, "cancelled"))
}

/// `POST /me/bookings/{id}`: an answer, named by the form.
pub async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BookingId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    seeker(&visitor)?;
    if matches!(form.get("step"), "check-in" | "check-out") {
        return booking::pass(&app, &visitor, &id, form).await;
    }
    if matches!(form.get("step"), "rate" | "block" | "unblock") {
        return booking::judge(&app, &visitor, &id, &form).await;
    }
    let (actor, market) = (visitor.actor()?, &app.market);
    let said = match form.get("step") {
        "accept" => match market.accept(&actor, &id).await?.booking.status {
            BookingStatus::Booked => "offer_taken",
            _ => "waiting",
        },
        "decline" => market.decline(&actor, &id).await.map(|_| "offer_refused")?,
        "confirm" => market.confirm(&actor, &id).await.map(|_| "confirmed")?,
        "undo" => market.undo(&actor, &id).await.map(|_| "undone")?,
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    app.settle().await;
    Ok(back(&form, said))
}

/// `POST /me/messages/{id}`: it was read.
pub async fn read_message(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MessageId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    seeker(&visitor)?;
    app.market.read_message(&visitor.actor()?, &id).await?;
    Ok(back(&form, "read"))
}
