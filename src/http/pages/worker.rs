//! A worker's own page: bookings and what fits; booking from a posting's page.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    dues::{OwnClaim, OwnDue, own_dues},
    input::Sent,
    jobs::{self, JobCard},
    own::{News, OwnBooking, one_news, own_bookings},
    page,
    register::RegisterPage,
    see_other,
};
use crate::{
    domain::{
        account::{Account, Role},
        booking::BookingStatus,
        calendar::Day,
        fields::FieldErrors,
        identity::Phone,
        ids::{JobId, WorkerId},
        worker::Certificate,
    },
    http::{
        api::search,
        body::{Id, Query},
        problem::Problem,
    },
    market::{BookingRequest, MarketError},
    words::trades::Trades,
};

/// Postings that fit, at most.
const MATCHES_MAX: usize = 10;

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

/// A certificate's name, and until when it holds.
pub(super) fn certificate(held: &Certificate, today: Day) -> String {
    let licence = Trades::shipped().licence(&held.key);
    let name = licence.map_or(held.key.as_str(), |licence| licence.name.as_str());
    match held.until {
        None => name.to_owned(),
        Some(until) if held.holds_on(today) => format!("{name}（{until}到期）"),
        Some(until) => format!("{name}（{until}已过期，不算）"),
    }
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
    let bookings = own_bookings((app, &actor), &mut app.market.store.read().await?, id).await?;
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
                let today = now.day();
                let names: Vec<String> =
                    profile.certificates.iter().map(|held| certificate(held, today)).collect();
                names.join("、")
            },
        },
        news: news.iter().map(one_news).collect(),
        crews: own_crews(app, visitor).await?,
        bookings,
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
