//! A worker's own page: registering, bookings, and what fits; booking from a posting's page.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Faults, Form, Sent},
    jobs::{self, JobCard},
    page, see_other, words,
};
use crate::{
    domain::{
        account::{Account, Role},
        booking::BookingStatus,
        fields::FieldErrors,
        identity::Phone,
        ids::{BookingId, JobId, WorkerId},
    },
    http::{
        api::search,
        body::{Id, Query},
        problem::Problem,
    },
    market::{BookingRequest, MarketError, NewWorker, parse_worker},
    store::BookingRow,
};

/// What registering agrees to: the purpose and the version of the text on the page.
pub(super) const CONSENT: (&str, &str) = ("matching", "2026-11");
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
    /// Whether it can still be given up.
    pub live: bool,
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
}

/// A worker's page.
#[derive(Template)]
#[template(path = "me.html")]
pub struct MePage {
    /// The frame.
    pub chrome: Chrome,
    /// What the person registered with.
    pub own: Own,
    /// The bookings.
    pub bookings: Vec<OwnBooking>,
    /// What fits.
    pub matches: Vec<JobCard>,
}

/// The form to register.
#[derive(Template)]
#[template(path = "register.html")]
pub struct RegisterPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

impl RegisterPage {
    /// What is typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name)
    }

    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.at(name)
    }
}

/// The account, where it is a worker's.
fn seeker(visitor: &Visitor) -> Result<&Account, Problem> {
    let account = visitor.account.as_ref().ok_or_else(Problem::sign_in)?;
    if matches!(account.role, Role::Worker | Role::Leader) {
        Ok(account)
    } else {
        Err(Problem::forbidden())
    }
}

pub(super) fn own_booking(row: BookingRow) -> OwnBooking {
    let booking = row.booking;
    OwnBooking {
        id: booking.id.to_string(),
        href: format!("/jobs/{}", booking.job),
        title: row.title,
        shifts: booking.shifts.iter().map(words::shift).collect(),
        status: booking.status.label(),
        live: booking.status != BookingStatus::Cancelled,
    }
}

async fn my_page(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
    query: &Query,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let worker = app.market.worker(&actor, id).await?;
    let bookings = app.market.store.read().await?.bookings_by(id).await?;
    let found = search::found_for(app, visitor, id, MATCHES_MAX).await?.jobs;
    let now = app.market.now();
    let (person, profile) = (&worker.person, &worker.profile);
    let me = MePage {
        chrome: Chrome::new(app, visitor, "/me").telling(query),
        own: Own {
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
            skills: profile.skills.join("、"),
            radius_km: profile.radius_m / 1000.0,
        },
        bookings: bookings.into_iter().map(own_booking).collect(),
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
    let form = RegisterPage {
        chrome: Chrome::new(&app, &visitor, "/me").telling(&query),
        values: Form::of([("radius_km", "20".to_owned())]),
        faults: Faults::default(),
    };
    Ok(page(StatusCode::OK, &form))
}

/// Makes the intake's input; what can't be converted is noted at its field.
fn read(form: &Form, faults: &mut Faults) -> Map<String, Value> {
    let mut number = |name: &str, label: &str| {
        let text = form.plain(name);
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() && !text.is_empty() {
            faults.add(name, format!("{label}要写数字"));
        }
        number
    };
    let radius = number("radius_km", "愿意去的距离");
    let (lat, lon) = (number("lat", "纬度"), number("lon", "经度"));
    if form.get("consent") != "yes" {
        faults.add("consent", "要登记，请先同意下面这一条");
    }
    let apart = |c: char| c.is_whitespace() || "、,，;；".contains(c);
    let skills = form.get("skills").split(apart).filter(|word| !word.is_empty());
    let input = json!({
        "name": form.get("name"),
        "phone": form.plain("phone"),
        "village": form.get("village"),
        "skills": skills.collect::<Vec<_>>(),
        "radius_km": radius,
        "lat": lat,
        "lon": lon,
        "crs": "wgs84",
        "consents": [{ "purpose": CONSENT.0, "text_version": CONSENT.1 }],
    });
    match input {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// `POST /me`
pub async fn register(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    seeker(&visitor)?;
    let field_of = |path: &str| path.split(['[', '.']).next().unwrap_or(path).to_owned();
    let mut faults = Faults::default();
    let input = read(&form, &mut faults);
    if !faults.is_empty() {
        if let Err(errors) = parse_worker(&input) {
            faults.add_all(&errors, field_of);
        }
    } else {
        let input = Value::Object(input);
        match app.market.register(&visitor.actor()?, &input, NewWorker::default()).await {
            Ok(_) => {
                app.settle().await;
                return Ok(see_other("/me", "registered").into_response());
            }
            Err(MarketError::Invalid(errors)) => faults.add_all(&errors, field_of),
            Err(error) => return Err(error.into()),
        }
    }
    let again = RegisterPage { chrome: Chrome::new(&app, &visitor, "/me"), values: form, faults };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
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
                return jobs::render(&app, &visitor, &job, Some(errors.into())).await;
            }
        },
    };
    let request = BookingRequest { worker, shift, idempotency_key: None };
    match app.market.book(&visitor.actor()?, &job, &request).await {
        Ok(done) => {
            app.settle().await;
            Ok(see_other("/me", done.booking.status.word()).into_response())
        }
        Err(error @ (MarketError::NoPlace(_) | MarketError::Invalid(_))) => {
            jobs::render(&app, &visitor, &job, Some(error.into())).await
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
    Ok(see_other("/me", "cancelled").into_response())
}
