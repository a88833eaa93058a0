//! Phone and PIN over HTTP: a person registers alone, comes back, and is given another PIN.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;
use serde_json::Value;

use super::{jobs::idempotency_key, session::too_many};
use crate::{
    domain::{
        fields::FieldErrors,
        identity::{Phone, ResidentId, mask_name},
        ids::{StationId, WorkerId},
        pin::{NotAPin, Pin},
    },
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        headers::Client,
        problem::Problem,
    },
    market::{Newcomer, Seeker, Stay},
};

/// A worker who signed in, masked.
#[derive(Serialize)]
pub struct SeekerView {
    token: String,
    expires_at: String,
    worker_id: String,
    name: String,
}

impl From<Seeker> for SeekerView {
    fn from(seeker: Seeker) -> SeekerView {
        SeekerView {
            token: seeker.token,
            expires_at: seeker.expires_at.to_string(),
            worker_id: seeker.worker.id.to_string(),
            name: mask_name(&seeker.worker.person.name),
        }
    }
}

/// The phone of a text that is owed.
pub fn phone(errors: &mut FieldErrors, text: &str) -> Option<Phone> {
    let phone = text.parse();
    if phone.is_err() {
        errors.add("phone", "format", "手机号不对，应当是11位数字");
    }
    phone.ok()
}

/// The PIN of a text that is owed; the text is in no message.
pub fn pin(errors: &mut FieldErrors, text: &str) -> Option<Pin> {
    match text.parse() {
        Ok(pin) => Some(pin),
        Err(NotAPin::Form) => {
            errors.add("pin", "format", "数字密码应当是6位数字");
            None
        }
        Err(NotAPin::Easy) => {
            errors.add("pin", "easy", "这个数字密码太容易猜，请换一个");
            None
        }
    }
}

fn text<'b>(body: &'b Value, name: &str) -> &'b str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Reads phone and PIN of a sign-in: a PIN that nobody can have is just a wrong one.
pub async fn sign_in_with(
    app: &App,
    client: &Client,
    phone_text: &str,
    pin_text: &str,
    stay: Stay,
) -> Result<Seeker, Problem> {
    let mut errors = FieldErrors::default();
    let phone = phone(&mut errors, phone_text);
    let pin = pin_text.parse::<Pin>();
    if pin == Err(NotAPin::Form) {
        errors.add("pin", "format", "数字密码应当是6位数字");
    }
    match (phone, pin) {
        (Some(_), Ok(_) | Err(NotAPin::Easy)) if !client.may_sign_in(app) => Err(too_many()),
        (Some(phone), Ok(pin)) => Ok(app.market.sign_in_by_phone(&phone, &pin, stay).await?),
        (Some(_), Err(NotAPin::Easy)) => Err(wrong()),
        _ => Err(errors.into()),
    }
}

/// Phone or PIN are wrong.
pub fn wrong() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "credentials", "手机号或数字密码不对")
}

/// `POST /pin/sign-in`
pub async fn sign_in(
    State(app): State<App>,
    client: Client,
    JsonBody(body): JsonBody,
) -> Result<Json<SeekerView>, Problem> {
    let (phone, pin) = (text(&body, "phone"), text(&body, "pin"));
    let done = sign_in_with(&app, &client, phone, pin, Stay::Kiosk).await?;
    Ok(Json(done.into()))
}

/// Reads what a self-registration says besides the worker.
pub fn newcomer(
    pin_text: &str,
    station: Option<&str>,
    idempotency_key: Option<String>,
) -> Result<Newcomer, FieldErrors> {
    let mut errors = FieldErrors::default();
    let pin = pin(&mut errors, pin_text);
    let station = match station.map(str::parse::<StationId>) {
        Some(Err(_)) => {
            errors.add("station", "unknown", "没有这个站点");
            None
        }
        Some(Ok(station)) => Some(station),
        None => None,
    };
    match pin {
        Some(pin) if errors.is_empty() => Ok(Newcomer { pin, station, idempotency_key }),
        _ => Err(errors),
    }
}

/// `POST /pin/sign-up`
pub async fn sign_up(
    State(app): State<App>,
    client: Client,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<SeekerView>), Problem> {
    let key = idempotency_key(&headers)?;
    let station = body.get("station").and_then(Value::as_str);
    let newcomer = newcomer(text(&body, "pin"), station, key)?;
    if !client.may_sign_in(&app) {
        return Err(too_many());
    }
    let done = app.market.sign_up(&body, &newcomer, Stay::Kiosk).await?;
    app.settle().await;
    Ok((StatusCode::CREATED, Json(done.into())))
}

/// `POST /card/sign-in`: by the citizen number that a paired kiosk's reader told.
pub async fn sign_in_by_card(
    State(app): State<App>,
    visitor: Visitor,
    client: Client,
    JsonBody(body): JsonBody,
) -> Result<Json<SeekerView>, Problem> {
    let number = text(&body, "number").parse::<ResidentId>();
    let number =
        number.map_err(|_| FieldErrors::one("number", "format", "身份证没有读对，请再放一次"))?;
    if !client.may_sign_in(&app) {
        return Err(too_many());
    }
    let done = app.market.sign_in_by_card(&visitor.actor()?, &number).await?;
    Ok(Json(done.into()))
}

/// `POST /workers/{id}/pin`
pub async fn set(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let mut errors = FieldErrors::default();
    let actor = visitor.actor()?;
    match pin(&mut errors, text(&body, "pin")) {
        Some(pin) => {
            app.market.set_pin(&actor, &id, &pin).await?;
            Ok(StatusCode::NO_CONTENT)
        }
        None => Err(errors.into()),
    }
}
