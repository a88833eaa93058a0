//! Who it is, on a phone: phone and PIN, registering, own bookings.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use super::{
    super::{
        dues::{OwnClaim, OwnDue, own_dues},
        input::{Faults, Form, Sent},
        login,
        own::{News, OwnBooking, one_news, own_bookings},
        page,
        register::CONSENT,
    },
    App, Frame, Visitor, seeker,
};
use crate::{
    domain::ids::StationId,
    http::{
        api::{pins, session},
        body::Query,
        headers::Client,
        problem::Problem,
    },
    market::{MarketError, Seeker, Stay},
};

/// Phone and PIN.
#[derive(Template)]
#[template(path = "phone_in.html")]
pub struct PhoneIn {
    /// The frame.
    pub frame: Frame,
    /// The phone as typed.
    pub phone: String,
    /// Where to go then.
    pub next: String,
    /// What is wrong.
    pub faults: Faults,
}

/// Registering.
#[derive(Template)]
#[template(path = "phone_join.html")]
pub struct PhoneJoin {
    /// The frame.
    pub frame: Frame,
    /// What is typed.
    pub values: Form,
    /// Where to go then.
    pub next: String,
    /// What is wrong.
    pub faults: Faults,
}

impl PhoneJoin {
    /// What is typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name)
    }
}

/// The station that the address or a form names; none where it is no name of one.
fn at(text: &str) -> &str {
    if text.parse::<StationId>().is_ok() { text } else { "" }
}

/// Where to go after signing in.
fn onward(next: &str, station: &str) -> String {
    let back = format!("/my?at={station}");
    if next.is_empty() { back } else { login::local(next).to_owned() }
}

/// `GET /my/in`
pub async fn door(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let station = at(query.get("at").unwrap_or_default());
    let form = PhoneIn {
        frame: Frame::new(&app, &visitor, station).await?,
        phone: String::new(),
        next: query.get("next").unwrap_or_default().to_owned(),
        faults: Faults::default(),
    };
    Ok(page(StatusCode::OK, &form))
}

fn seated(app: &App, seeker: &Seeker, form: &Form, station: &str) -> Response {
    login::seated(app, &seeker.token, seeker.expires_at, &onward(form.get("next"), station))
}

/// `POST /my/in`
pub async fn enter(
    State(app): State<App>,
    visitor: Visitor,
    client: Client,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let station = at(form.get("at"));
    let (phone, pin) = (form.plain("phone"), form.plain("pin"));
    let done = pins::sign_in_with(&app, &client, &phone, &pin, Stay::Phone).await;
    let problem = match done {
        Ok(seeker) => return Ok(seated(&app, &seeker, &form, station)),
        Err(problem) if problem.status.is_client_error() => problem,
        Err(problem) => return Err(problem),
    };
    let mut faults = Faults::default();
    for (field, message) in problem.fields() {
        faults.add(field, message);
    }
    let mut frame = Frame::new(&app, &visitor, station).await?;
    if faults.is_empty() {
        let title = if problem.status == StatusCode::UNAUTHORIZED {
            pins::wrong().title
        } else {
            problem.title
        };
        frame.message = Some(("stop", title));
    }
    let again = PhoneIn {
        frame,
        phone: form.get("phone").to_owned(),
        next: form.get("next").to_owned(),
        faults,
    };
    Ok(page(problem.status, &again))
}

/// `GET /my/join`
pub async fn join(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let station = at(query.get("at").unwrap_or_default());
    let form = PhoneJoin {
        frame: Frame::new(&app, &visitor, station).await?,
        values: Form::default(),
        next: query.get("next").unwrap_or_default().to_owned(),
        faults: Faults::default(),
    };
    Ok(page(StatusCode::OK, &form))
}

/// `POST /my/join`
pub async fn register(
    State(app): State<App>,
    visitor: Visitor,
    client: Client,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let station = at(form.get("at"));
    let consents = match form.get("consent") {
        "yes" => json!([{ "purpose": CONSENT.0, "text_version": CONSENT.1 }]),
        _ => json!([]),
    };
    let input =
        json!({ "name": form.get("name"), "phone": form.plain("phone"), "consents": consents });
    let mut faults = Faults::default();
    let field = |path: &str| {
        let name = path.split(['[', '.']).next().unwrap_or(path);
        if name == "consents" { "consent".to_owned() } else { name.to_owned() }
    };
    let asked = (!station.is_empty()).then_some(station);
    let mut frame = Frame::new(&app, &visitor, station).await?;
    match pins::newcomer(&form.plain("pin"), asked, None) {
        Err(errors) => faults.add_all(&errors, field),
        Ok(_) if !client.may_sign_in(&app) => {
            frame.message = Some(("stop", session::too_many().title));
        }
        Ok(newcomer) => match app.market.sign_up(&input, &newcomer, Stay::Phone).await {
            Ok(seeker) => {
                app.settle().await;
                return Ok(seated(&app, &seeker, &form, station));
            }
            Err(MarketError::Invalid(errors)) => faults.add_all(&errors, field),
            Err(MarketError::Duplicate { .. }) => {
                faults.add("phone", "这个手机号登记过了，请直接登录；忘了密码请找工作人员");
            }
            Err(error) => return Err(error.into()),
        },
    }
    let next = form.get("next").to_owned();
    let again = PhoneJoin { frame, values: form, next, faults };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
}

/// A worker's bookings, and what the person may claim.
#[derive(Template)]
#[template(path = "phone_my.html")]
pub struct PhoneMy {
    /// The frame.
    pub frame: Frame,
    /// Messages that were not read.
    pub news: Vec<News>,
    /// The bookings.
    pub bookings: Vec<OwnBooking>,
    /// What the person may claim.
    pub dues: Vec<OwnDue>,
    /// What was claimed.
    pub claims: Vec<OwnClaim>,
}

/// `GET /my`
pub async fn my(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let station = at(query.get("at").unwrap_or_default());
    let Some(worker) = seeker(&visitor) else {
        return Ok(Redirect::to(&format!("/my/in?at={station}")).into_response());
    };
    let news = app.market.unread(&visitor.actor()?, &worker).await?;
    let (dues, claims) = own_dues(&app, &visitor, &worker).await?;
    let actor = visitor.actor()?;
    let my = PhoneMy {
        frame: Frame::new(&app, &visitor, station).await?.telling(&query),
        news: news.iter().map(one_news).collect(),
        bookings: own_bookings((&app, &actor), &mut app.market.store.read().await?, &worker)
            .await?,
        dues,
        claims,
    };
    Ok(page(StatusCode::OK, &my))
}

/// `POST /my/logout`
pub async fn leave(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let station = at(form.get("at"));
    let home = if station.is_empty() { "/jobs".to_owned() } else { format!("/m/{station}") };
    login::leave(&app, &visitor, &home).await
}
