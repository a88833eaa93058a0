//! Sign in, sign out, who am I, which stations there are.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{account::Account, fields::FieldErrors, limits},
    http::{App, body::JsonBody, guard::Visitor, headers::Client, problem::Problem},
};

/// An answer to a sign-in.
#[derive(Serialize)]
pub struct SignedIn {
    token: String,
    expires_at: String,
    #[serde(flatten)]
    account: AccountView,
}

/// An account as its owner sees it.
#[derive(Serialize)]
pub struct AccountView {
    id: String,
    login: String,
    role: &'static str,
    org: Option<String>,
    station: Option<String>,
    worker: Option<String>,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> AccountView {
        AccountView {
            id: account.id.to_string(),
            login: account.login,
            role: account.role.word(),
            org: account.org.map(|id| id.to_string()),
            station: account.station.map(|id| id.to_string()),
            worker: account.worker.map(|id| id.to_string()),
        }
    }
}

/// Too many sign-ins from one address.
pub fn too_many() -> Problem {
    let title = "登录太频繁，请过几秒再试";
    // The next attempt is free within the second.
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", title).retry_after(1)
}

/// What somebody signs in with: name, label, the most characters.
const CREDENTIALS: [(&str, &str, usize); 2] =
    [("login", "登录名", limits::LOGIN_CHARS.1), ("password", "密码", limits::PASSWORD_CHARS.1)];

/// Notes what is wrong with a login and a password before anybody looks them up.
pub fn check_credentials(errors: &mut FieldErrors, texts: [&str; 2]) {
    for ((name, label, most), text) in CREDENTIALS.into_iter().zip(texts) {
        if errors.touches(name) {
            continue;
        }
        match text.chars().count() {
            0 => errors.add(name, "missing", format!("请填写{label}")),
            count if count > most => {
                errors.add(name, "length", format!("{label}最多{most}个字"));
            }
            _ => {}
        }
    }
}

/// `POST /login`
pub async fn login(
    State(app): State<App>,
    client: Client,
    JsonBody(body): JsonBody,
) -> Result<Json<SignedIn>, Problem> {
    if !client.may_sign_in(&app) {
        return Err(too_many());
    }
    let mut errors = FieldErrors::default();
    let [login, password] = CREDENTIALS.map(|(name, label, _)| match body.get(name) {
        Some(Value::String(text)) => text.as_str(),
        None | Some(Value::Null) => "",
        Some(_) => {
            errors.add(name, "type", format!("{label}应当是文字"));
            ""
        }
    });
    check_credentials(&mut errors, [login, password]);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let done = app.market.sign_in(login, password).await?;
    let expires_at = done.expires_at.to_string();
    Ok(Json(SignedIn { token: done.token, expires_at, account: done.account.into() }))
}

/// `POST /logout`
pub async fn logout(State(app): State<App>, visitor: Visitor) -> Result<StatusCode, Problem> {
    if let Some(token) = &visitor.token {
        app.market.sign_out(token).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /me`
pub async fn me(visitor: Visitor) -> Result<Json<AccountView>, Problem> {
    visitor.account.map(|account| Json(account.into())).ok_or_else(Problem::sign_in)
}

/// A station in public.
#[derive(Serialize)]
pub struct StationView {
    id: String,
    name: String,
    lat: f64,
    lon: f64,
    radius_km: f64,
    public: bool,
}

/// `GET /stations`
pub async fn stations(State(app): State<App>) -> Result<Json<Vec<StationView>>, Problem> {
    let stations = app.market.stations().await?;
    let views = stations.into_iter().map(|station| StationView {
        id: station.id.to_string(),
        name: station.name,
        lat: station.point.lat(),
        lon: station.point.lon(),
        radius_km: station.radius_m / 1000.0,
        public: station.public,
    });
    Ok(Json(views.collect()))
}
