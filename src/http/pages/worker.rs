//! A worker's own page: bookings and what fits; booking from a posting's page.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor, booking,
    chrome::Chrome,
    dues::{OwnClaim, OwnDue, own_dues},
    input::Sent,
    jobs::{self, JobCard},
    page,
    register::RegisterPage,
    see_other, words,
};
use crate::{
    domain::{
        account::{Account, Role},
        booking::BookingStatus,
        fields::FieldErrors,
        identity::Phone,
        ids::{BookingId, JobId, MessageId, WorkerId},
        message::Message,
        time::{DAY, Moment},
    },
    http::{
        api::search,
        body::{Id, Query},
        problem::Problem,
    },
    market::{BookingRequest, MarketError},
    store::BookingRow,
    words::trades::Trades,
};

/// How long an ended booking is still shown.
const ENDED_SHOWN: i64 = 7 * DAY;
/// Postings that fit, at most.
const MATCHES_MAX: usize = 10;

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
    /// Whether it can still be given up.
    pub live: bool,
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

/// A crew that the person is asked into, or belongs to.
pub struct OwnCrew {
    /// The leader's account.
    pub leader: String,
    /// The leader's name.
    pub name: String,
    /// Whether the person agreed.
    pub joined: bool,
}

/// What the person registered with.
pub struct Own {
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone: String,
    /// The skills.
    pub skills: String,
    /// How far the person goes.
    pub radius_km: f64,
    /// How the person gets there.
    pub modes: String,
    /// The certificates.
    pub certificates: String,
}

/// A worker's page.
#[derive(Template)]
#[template(path = "me.html")]
pub struct MePage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person registered with.
    pub own: Own,
    /// Messages that were not read.
    pub news: Vec<News>,
    /// Crews.
    pub crews: Vec<OwnCrew>,
    /// What the person may claim.
    pub dues: Vec<OwnDue>,
    /// What was claimed.
    pub claims: Vec<OwnClaim>,
    /// The bookings.
    pub bookings: Vec<OwnBooking>,
    /// What fits.
    pub matches: Vec<JobCard>,
}

/// The account, where it is a worker's.
pub(super) fn seeker(visitor: &Visitor) -> Result<&Account, Problem> {
    let account = visitor.account.as_ref().ok_or_else(Problem::sign_in)?;
    if matches!(account.role, Role::Worker | Role::Leader) {
        Ok(account)
    } else {
        Err(Problem::forbidden())
    }
}

pub(super) fn own_booking(row: BookingRow, now: Moment) -> OwnBooking {
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
        notes,
        asks: match (booking.status, booking.due_at) {
            (BookingStatus::Offered, _) => &OFFERED,
            (BookingStatus::Booked, Some(_)) => &ASKED,
            _ => &[],
        },
        live: !matches!(booking.status, BookingStatus::Cancelled | BookingStatus::Offered)
            && booking.ends_at().is_none_or(|end| end > now),
    }
}

const OFFERED: [Answer; 2] =
    [Answer { step: "accept", text: "我去" }, Answer { step: "decline", text: "不去了" }];
const ASKED: [Answer; 1] = [Answer { step: "confirm", text: "我会去" }];

pub(super) fn one_news(message: &Message) -> News {
    News {
        id: message.id.to_string(),
        body: message.body.clone(),
        href: format!("/jobs/{}", message.job),
    }
}

async fn own_crews(app: &App, visitor: &Visitor) -> Result<Vec<OwnCrew>, Problem> {
    let around = app.market.crews_around(&visitor.actor()?).await?;
    let mut view = app.market.store.read().await?;
    let mut crews = Vec::new();
    for membership in around {
        // A leader's own crew has a page of its own.
        if visitor.account.as_ref().is_some_and(|account| account.id == membership.leader) {
            continue;
        }
        crews.push(OwnCrew {
            leader: membership.leader.to_string(),
            name: app.market.leader_name(&mut view, &membership.leader).await?,
            joined: membership.joined_at.is_some(),
        });
    }
    Ok(crews)
}

async fn my_page(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
    query: &Query,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let worker = app.market.worker(&actor, id).await?;
    let (dues, claims) = own_dues(app, visitor, id).await?;
    let now = app.market.now();
    let bookings = {
        let mut view = app.market.store.read().await?;
        let mut bookings = view.bookings_by(id).await?;
        bookings.extend(view.bookings_ended_by(id, now.plus(-ENDED_SHOWN)).await?);
        bookings
    };
    let news = app.market.unread(&actor, id).await?;
    let found = search::found_for(app, visitor, id, (MATCHES_MAX, false)).await?.jobs;
    let (person, profile) = (&worker.person, &worker.profile);
    let me = MePage {
        chrome: Chrome::new(app, visitor, "/me").telling(query),
        own: Own {
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
            skills: profile.skills.join("、"),
            radius_km: profile.radius_m / 1000.0,
            modes: profile.modes.iter().map(|mode| mode.label()).collect::<Vec<_>>().join("、"),
            certificates: {
                let names = profile.certificates.iter();
                let names = names.filter_map(|key| Trades::shipped().licence(key));
                names.map(|licence| licence.name.as_str()).collect::<Vec<_>>().join("、")
            },
        },
        news: news.iter().map(one_news).collect(),
        crews: own_crews(app, visitor).await?,
        bookings: bookings.into_iter().map(|row| own_booking(row, now)).collect(),
        dues,
        claims,
        matches: found.iter().map(|(hit, posting)| JobCard::of(hit, posting, now)).collect(),
    };
    Ok(page(StatusCode::OK, &me))
}

/// `GET /me`
pub async fn me(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    if let Some(id) = seeker(&visitor)?.worker.clone() {
        return my_page(&app, &visitor, &id, &query).await;
    }
    let form = RegisterPage::blank(Chrome::new(&app, &visitor, "/me").telling(&query));
    Ok(page(StatusCode::OK, &form))
}

/// `POST /jobs/{id}/book`
pub async fn book(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let Some(worker) = seeker(&visitor)?.worker.clone() else {
        return Ok(see_other("/me", "register_first").into_response());
    };
    let shift = match form.get("shift") {
        "" => None,
        text => match text.parse() {
            Ok(shift) => Some(shift),
            Err(_) => {
                let errors = FieldErrors::one("shift", "unknown", "没有这个班次，请重新选");
                return jobs::render(&app, &visitor, &job, None, Some(errors.into())).await;
            }
        },
    };
    let request = BookingRequest { worker, shift, idempotency_key: None };
    match app.market.book(&visitor.actor()?, &job, &request).await {
        Ok(done) => {
            app.settle().await;
            let said = match done.booking.status {
                BookingStatus::Booked => "booked",
                BookingStatus::Waiting => "waiting",
                BookingStatus::Applied | BookingStatus::Shortlisted | BookingStatus::Offered => {
                    "applied"
                }
                BookingStatus::Cancelled => "cancelled",
            };
            Ok(see_other("/me", said).into_response())
        }
        Err(error @ (MarketError::NoPlace(_) | MarketError::Invalid(_))) => {
            jobs::render(&app, &visitor, &job, None, Some(error.into())).await
        }
        Err(error) => Err(error.into()),
    }
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
    let path = if form.get("from") == "crew" { "/me/crew" } else { "/me" };
    Ok(see_other(path, "cancelled").into_response())
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
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    app.settle().await;
    let path = if form.get("from") == "phone" { "/my" } else { "/me" };
    Ok(see_other(path, said).into_response())
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
    Ok(see_other("/me", "read").into_response())
}
