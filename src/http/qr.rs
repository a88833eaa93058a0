//! Codes that phones scan (二维码), drawn as SVG.

use std::fmt::Write;

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use qrcodegen::{QrCode, QrCodeEcc};

use super::{App, body::Id, problem::Problem};
use crate::domain::ids::JobId;

/// Light modules around a code (ISO/IEC 18004 §6.3.8 asks for four).
const QUIET: i32 = 4;

/// A path of this server as a phone reaches it.
pub fn address(app: &App, headers: &HeaderMap, path: &str) -> String {
    let named = app.settings.public_url.as_deref().map(|url| url.trim_end_matches('/').to_owned());
    let base = named.unwrap_or_else(|| {
        let scheme = if app.settings.behind_proxy { "https" } else { "http" };
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        format!("{scheme}://{}", host.unwrap_or("localhost"))
    });
    format!("{base}{path}")
}

/// The code of a text, dark on light whatever the theme, as one path.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|&x| code.get_module(x, y)) {
            let _ = write!(path, "M{},{}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0,0h{size}v{size}h-{size}z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

fn picture(text: &str) -> Response {
    match svg(text) {
        Some(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        None => Problem::new(StatusCode::URI_TOO_LONG, "too_long", "地址太长，做不成二维码")
            .into_response(),
    }
}

/// `GET /jobs/{id}/qr.svg`: leads a phone to the posting's page.
pub async fn posting(State(app): State<App>, Id(id): Id<JobId>, headers: HeaderMap) -> Response {
    picture(&address(&app, &headers, &format!("/jobs/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_corners() {
        let svg = svg("https://example.org/jobs/job_1").unwrap();
        assert!(svg.contains("viewBox=\"0 0 33 33\""), "{svg}");
        // The finder's corner stands right behind the quiet zone.
        assert!(svg.contains("M4,4h1v1h-1z") && !svg.contains("M3,4h1"), "{svg}");
        assert_eq!(super::svg(&"长".repeat(2000)), None);
    }
}
