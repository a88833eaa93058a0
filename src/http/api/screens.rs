//! Screens over HTTP: pairing, and calls for staff from a kiosk.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::session::too_many;
use crate::{
    domain::{fields::FieldErrors, ids::StationId, screen::PairCode},
    http::{
        App,
        body::{Id, JsonBody},
        headers::Client,
        problem::Problem,
    },
    market::MarketError,
};

/// A screen that was paired.
#[derive(Serialize)]
pub struct PairedView {
    token: String,
    expires_at: String,
    station: String,
    kind: &'static str,
    name: String,
}

/// `POST /screens/pair`
pub async fn pair(
    State(app): State<App>,
    client: Client,
    JsonBody(body): JsonBody,
) -> Result<Json<PairedView>, Problem> {
    let code = body.get("code").and_then(Value::as_str).and_then(PairCode::read);
    let Some(code) = code else {
        return Err(FieldErrors::one("code", "format", "配对码应当是8位数字").into());
    };
    if !client.may_sign_in(&app) {
        return Err(too_many());
    }
    match app.market.pair(&code).await {
        Ok((done, screen)) => Ok(Json(PairedView {
            token: done.token,
            expires_at: done.expires_at.to_string(),
            station: screen.station.to_string(),
            kind: screen.kind.word(),
            name: screen.name,
        })),
        Err(MarketError::BadCredentials) => {
            let title = "配对码不对，或者过期了，请工作人员再要一个";
            Err(Problem::new(StatusCode::UNAUTHORIZED, "credentials", title))
        }
        Err(error) => Err(error.into()),
    }
}

/// A call for staff.
#[derive(Serialize)]
pub struct CallView {
    id: String,
    station: String,
    at: String,
}

/// `POST /stations/{station}/calls`
pub async fn call(
    State(app): State<App>,
    Id(station): Id<StationId>,
) -> Result<(StatusCode, Json<CallView>), Problem> {
    let call = app.market.call_staff(&station).await?;
    let view = CallView {
        id: call.id.to_string(),
        station: call.station.to_string(),
        at: call.at.to_string(),
    };
    Ok((StatusCode::ACCEPTED, Json(view)))
}
