//! The form by which a worker registers.

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
    enrol_form,
    input::{Choice, Faults, Form, Sent, typed},
    page, see_other,
    worker::seeker,
};
use crate::{
    domain::worker::Mode,
    http::problem::Problem,
    market::{MarketError, NewWorker, parse_worker},
};

/// What registering agrees to: the purpose and the version of the text on the page.
pub(super) const CONSENT: (&str, &str) = ("matching", "2026-11");

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

typed!(RegisterPage);

impl RegisterPage {
    /// A form in which nothing is typed yet: every way to get to work, twenty kilometres.
    pub fn blank(chrome: Chrome) -> RegisterPage {
        let modes = Mode::ALL.iter().map(|mode| ("modes", mode.word().to_owned()));
        let values = Form::of(modes.chain([("radius_km", "20".to_owned())]));
        RegisterPage { chrome, values, faults: Faults::default() }
    }

    /// The ways to get to work.
    pub fn modes(&self) -> Vec<Choice> {
        enrol_form::modes(&self.values)
    }
}

/// Makes the intake's input; what can't be converted is noted at its field.
fn read(form: &Form, faults: &mut Faults) -> Map<String, Value> {
    let radius = form.number("radius_km", faults, "愿意去的距离要写数字");
    let lat = form.number("lat", faults, "纬度要写数字");
    let lon = form.number("lon", faults, "经度要写数字");
    if form.get("consent") != "yes" {
        faults.add("consent", "要登记，请先同意下面这一条");
    }
    let apart = |c: char| c.is_whitespace() || "、,，;；".contains(c);
    let list = |name| form.get(name).split(apart).filter(|word| !word.is_empty());
    let (skills, certificates) = (list("skills"), list("certificates"));
    let input = json!({
        "name": form.get("name"),
        "phone": form.plain("phone"),
        "village": form.get("village"),
        "skills": skills.collect::<Vec<_>>(),
        "certificates": certificates.collect::<Vec<_>>(),
        "modes": form.all("modes").collect::<Vec<_>>(),
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
    form.only_once(&["modes"])?;
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
