//! What stands around every route: limits, logs, figures, security headers, the last resort.

use std::{
    any::Any,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer,
};
use tracing::Instrument;

use super::{App, pages, problem};
use crate::domain::limits;

/// How long a request may take.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// The client's address: the proxy's word where one stands before, else the socket's.
pub struct Client(IpAddr);

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Client, Infallible> {
        let forwarded = || {
            let line = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
            // The last address is the one that our own proxy saw.
            line.rsplit(',').next()?.trim().parse().ok()
        };
        let named = if app.settings.behind_proxy { forwarded() } else { None };
        let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let seen = named.or(socket.map(|ConnectInfo(address)| address.ip()));
        Ok(Client(seen.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

impl Client {
    /// Whether this client may try to sign in now.
    pub fn may_sign_in(&self, app: &App) -> bool {
        app.sign_ins.lets(self.0)
    }
}

/// What a page may load: nothing from elsewhere.
pub(super) const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(), microphone=(self), payment=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Puts the common layers around the routes.
pub(super) fn around(router: Router, app: App) -> Router {
    router
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME))
        .layer(CatchPanicLayer::custom(broken))
        .layer(from_fn_with_state(app.clone(), pages::dress))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(app, observe))
}

/// What a request is called in the log, in the answer's header and on an error's page.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = problem::Problem;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<RequestId, Self::Rejection> {
        parts.extensions.get().cloned().ok_or_else(problem::internal)
    }
}

/// The header that carries it.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that a proxy gives.
const REQUEST_ID_CHARS_MAX: usize = 64;

impl RequestId {
    /// The proxy's name for the request, else the moment and a count.
    fn of(app: &App, request: &Request) -> RequestId {
        static COUNT: AtomicU16 = AtomicU16::new(0);
        let given = request.headers().get(REQUEST_ID);
        let given = given.filter(|_| app.settings.behind_proxy);
        let is_plain = |id: &&str| {
            (1..=REQUEST_ID_CHARS_MAX).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let id = given.and_then(|id| id.to_str().ok()).filter(is_plain);
        let grown = || {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            format!("{:x}-{count:04x}", app.market.now().millis())
        };
        RequestId(id.map_or_else(grown, str::to_owned))
    }
}

/// Notes each request (its route, never its address or body) and adds the security headers.
async fn observe(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&app, &request);
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("http", id = id.0);
    let mut response = noted(app, request, next).instrument(span).await;
    if let Ok(id) = HeaderValue::try_from(id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn noted(app: App, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = word(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let mut response = next.run(request).await;
    let (status, took) = (response.status(), begun.elapsed());
    app.metrics.request(method, &route, status, took);
    let ms = took.as_millis() as u64;
    tracing::info!(method, route, status = status.as_u16(), took_ms = ms, "request");
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if app.settings.behind_proxy {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A method's word for logs and figures: a client may make up any other, with anything in it.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

fn broken(cause: Box<dyn Any + Send>) -> Response {
    // The message may quote input; only that and where it happened is said.
    drop(cause);
    tracing::error!("a handler panicked");
    problem::internal().into_response()
}

/// No route has this address.
pub(super) async fn nothing_here() -> Response {
    problem::Problem::not_found().into_response()
}

/// The address has other methods.
pub(super) async fn wrong_method(method: Method) -> Response {
    let title = format!("这个地址不接受{method}");
    let status = StatusCode::METHOD_NOT_ALLOWED;
    problem::Problem::new(status, "method", title).into_response()
}
