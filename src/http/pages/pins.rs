//! Staff give a person a PIN: one who has none, or forgot it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Faults, Sent},
    page, see_other,
};
use crate::{
    domain::fields::FieldErrors,
    http::{api::pins as api, body::Query, problem::Problem},
    market::MarketError,
};

/// The form.
#[derive(Template)]
#[template(path = "pins.html")]
pub struct PinsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The phone as typed.
    pub phone: String,
    /// The name as typed.
    pub name: String,
    /// What is wrong.
    pub faults: Faults,
}

impl PinsPage {
    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.at(name)
    }
}

/// `GET /desk/pins`
pub async fn pins(State(app): State<App>, visitor: Visitor, query: Query) -> Response {
    let form = PinsPage {
        chrome: Chrome::new(&app, &visitor, "/desk/pins").telling(&query),
        phone: String::new(),
        name: String::new(),
        faults: Faults::default(),
    };
    page(StatusCode::OK, &form)
}

/// `POST /desk/pins`
pub async fn set_pin(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let mut errors = FieldErrors::default();
    let phone = api::phone(&mut errors, &form.plain("phone"));
    let pin = api::pin(&mut errors, &form.plain("pin"));
    if let (Some(phone), Some(pin)) = (phone, pin) {
        let found = app.market.worker_by_phone(&actor, &phone, form.get("name").trim()).await;
        let done = match found {
            Ok(worker) => app.market.set_pin(&actor, &worker, &pin).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => return Ok(see_other("/desk/pins", "pin_set").into_response()),
            Err(MarketError::NotFound) => {
                let told = "本站没有这个手机号和姓名的登记，请对照一下";
                errors.add("name", "unknown", told);
            }
            Err(MarketError::Invalid(more)) => errors.0.extend(more.0),
            Err(error) => return Err(error.into()),
        }
    }
    let mut faults = Faults::default();
    faults.add_all(&errors, str::to_owned);
    let again = PinsPage {
        chrome: Chrome::new(&app, &visitor, "/desk/pins"),
        phone: form.get("phone").to_owned(),
        name: form.get("name").to_owned(),
        faults,
    };
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
}
