//! Whether the server lives, can work, and what it counted.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::App;

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// Log entries by which the index of a ready server may be behind.
const LAG_MAX: i64 = 5_000;

/// `GET /readyz`: the database answers and the index follows.
pub async fn ready(State(app): State<App>) -> Response {
    match app.market.store.look().await {
        Ok(head) if *app.search.place().borrow() + LAG_MAX >= head => "ready\n".into_response(),
        Ok(_) => {
            let why = "the search index is still catching up\n";
            (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

/// `GET /metrics`, for Prometheus.
pub async fn figures(State(app): State<App>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}
