//! Styles, scripts and pictures, carried inside the binary.

use std::sync::LazyLock;

use axum::{
    extract::{Path, RawQuery},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::problem::Problem;

#[derive(RustEmbed)]
#[folder = "web/static"]
struct Files;

/// What the static files are together: the program's version and the first digits of a hash over
/// them all, so that an address with it may be kept for good.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Files::iter().collect();
        names.sort_unstable();
        let mut hasher = Sha256::new();
        for file in names.iter().filter_map(|name| Files::get(name)) {
            hasher.update(file.metadata.sha256_hash());
        }
        let hash = hex::encode(&hasher.finalize()[..4]);
        format!("{}-{hash}", env!("CARGO_PKG_VERSION"))
    });
    &VERSION
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// `GET /kiosk/worker.js`: the service worker, at an address that lets it serve the kiosks' pages.
pub async fn worker(query: RawQuery, headers: HeaderMap) -> Response {
    file(Path("worker.js".to_owned()), query, headers).await
}

/// `GET /static/{*path}`. An address with `?v=` may be kept for good; any other is asked again.
pub async fn file(
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some(file) = Files::get(&path) else {
        return Problem::not_found().into_response();
    };
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    let pinned = query.is_some_and(|query| query.starts_with("v="));
    let keep = if pinned { "public, max-age=31536000, immutable" } else { "no-cache" };
    let held = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let about = [(header::CACHE_CONTROL, keep.to_owned()), (header::ETAG, tag.clone())];
    if held == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, [(header::CONTENT_TYPE, kind(&path))], file.data).into_response()
}
