//! `GET /openapi.json`: the API as published; a test holds it against the table of routes.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};

/// The document as served.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// `GET /openapi.json`
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}
