//! Every route on one page: its method, address, and whom it is for. What is not here does not
//! exist, and the tests walk this table.

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, patch, post},
};

use super::{
    Access, App,
    api::{bookings, dispatch, jobs, openapi, pins, screens, search, session, workers},
    assets,
    guard::guard,
    headers, health, pages, sockets, wordlists,
};
use crate::market::Verb;

/// One route.
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The address, with its variables in braces.
    pub path: &'static str,
    /// Whom it is for; how far their right reaches is decided with the record in hand.
    pub access: Access,
    handler: fn() -> MethodRouter<App>,
}

const fn route(
    method: &'static str,
    path: &'static str,
    access: Access,
    handler: fn() -> MethodRouter<App>,
) -> Route {
    Route { method, path, access, handler }
}

use Access::{May, Public, SignedIn};

/// The table.
#[rustfmt::skip] // A route a line reads as the table that it is.
pub const ROUTES: &[Route] = &[
    route("GET", "/healthz", Public, || get(health::alive)),
    route("GET", "/readyz", Public, || get(health::ready)),
    route("GET", "/metrics", Public, || get(health::figures)),
    route("GET", "/static/{*path}", Public, || get(assets::file)),
    route("GET", "/api/v1/openapi.json", Public, || get(openapi::document)),
    route("POST", "/api/v1/login", Public, || post(session::login)),
    route("POST", "/api/v1/logout", SignedIn, || post(session::logout)),
    route("GET", "/api/v1/me", SignedIn, || get(session::me)),
    route("GET", "/api/v1/jobs", Public, || get(search::jobs)),
    route("POST", "/api/v1/jobs", May(Verb::Post), || post(jobs::create)),
    route("GET", "/api/v1/jobs/{id}", Public, || get(jobs::read)),
    route("PATCH", "/api/v1/jobs/{id}", May(Verb::Revise), || patch(jobs::revise)),
    route("POST", "/api/v1/jobs/{id}/submit", May(Verb::Conduct), || post(jobs::submit)),
    route("POST", "/api/v1/jobs/{id}/approve", May(Verb::Review), || post(jobs::approve)),
    route("POST", "/api/v1/jobs/{id}/reject", May(Verb::Review), || post(jobs::reject)),
    route("POST", "/api/v1/jobs/{id}/close", May(Verb::Conduct), || post(jobs::close)),
    route("POST", "/api/v1/jobs/{id}/withdraw", May(Verb::Conduct), || post(jobs::withdraw)),
    route("GET", "/api/v1/jobs/{id}/findings", May(Verb::ReadDraft), || get(jobs::findings)),
    route("GET", "/api/v1/jobs/{id}/candidates", May(Verb::Candidates), || get(search::candidates)),
    route("GET", "/api/v1/jobs/{id}/bookings", May(Verb::Roster), || get(bookings::roster)),
    route("POST", "/api/v1/jobs/{id}/bookings", May(Verb::Book), || post(bookings::create)),
    route("POST", "/api/v1/bookings/{id}/cancel", May(Verb::Book), || post(bookings::cancel)),
    route("POST", "/api/v1/bookings/{id}/accept", May(Verb::Roster), || post(bookings::accept)),
    route("POST", "/api/v1/bookings/{id}/decline", May(Verb::Roster), || post(bookings::decline)),
    route("POST", "/api/v1/workers", May(Verb::Register), || post(workers::create)),
    route("GET", "/api/v1/workers/{id}", May(Verb::ReadWorker), || get(workers::read)),
    route("GET", "/api/v1/workers/{id}/matches", May(Verb::ReadWorker), || get(search::matches)),
    route("GET", "/api/v1/workers/{id}/bookings", May(Verb::ReadWorker), || get(workers::bookings)),
    route("POST", "/api/v1/workers/{id}/pin", May(Verb::SetPin), || post(pins::set)),
    route("POST", "/api/v1/pin/sign-in", Public, || post(pins::sign_in)),
    route("POST", "/api/v1/pin/sign-up", Public, || post(pins::sign_up)),
    route("POST", "/api/v1/screens/pair", Public, || post(screens::pair)),
    route("POST", "/api/v1/stations/{station}/calls", Public, || post(screens::call)),
    route("GET", "/api/v1/stations", Public, || get(session::stations)),
    route("GET", "/api/v1/stations/{station}/feed", Public, || get(sockets::feed)),
    route("POST", "/api/v1/stations/{station}/present", May(Verb::Dispatch), || post(dispatch::present)),
    route("POST", "/api/v1/stations/{station}/dispatch", May(Verb::Dispatch), || post(dispatch::proposal)),
    route("POST", "/api/v1/stations/{station}/dispatch/confirm", May(Verb::Dispatch), || post(dispatch::confirm)),
    route("GET", "/", Public, || get(pages::home)),
    route("GET", "/login", Public, || get(pages::login)),
    route("POST", "/login", Public, || post(pages::sign_in)),
    route("POST", "/logout", Public, || post(pages::logout)),
    route("GET", "/jobs", Public, || get(pages::openings)),
    route("GET", "/jobs/{id}", Public, || get(pages::opening)),
    route("POST", "/jobs/{id}/book", May(Verb::Book), || post(pages::book)),
    route("GET", "/desk", May(Verb::ReadDraft), || get(pages::desk)),
    route("GET", "/desk/jobs/new", May(Verb::Post), || get(pages::new)),
    route("POST", "/desk/jobs", May(Verb::Post), || post(pages::create)),
    route("GET", "/desk/jobs/{id}", May(Verb::ReadDraft), || get(pages::job)),
    route("POST", "/desk/jobs/{id}", May(Verb::Revise), || post(pages::revise)),
    route("GET", "/desk/jobs/{id}/edit", May(Verb::Revise), || get(pages::edit)),
    route("POST", "/desk/jobs/{id}/submit", May(Verb::Conduct), || post(pages::submit)),
    route("POST", "/desk/jobs/{id}/approve", May(Verb::Review), || post(pages::approve)),
    route("POST", "/desk/jobs/{id}/reject", May(Verb::Review), || post(pages::reject)),
    route("POST", "/desk/jobs/{id}/close", May(Verb::Conduct), || post(pages::close)),
    route("POST", "/desk/jobs/{id}/withdraw", May(Verb::Conduct), || post(pages::withdraw)),
    route("GET", "/desk/dispatch", May(Verb::Dispatch), || get(pages::dispatch)),
    route("POST", "/desk/dispatch", May(Verb::Dispatch), || post(pages::plan_again)),
    route("POST", "/desk/dispatch/present", May(Verb::Dispatch), || post(pages::note_present)),
    route("POST", "/desk/dispatch/confirm", May(Verb::Dispatch), || post(pages::confirm)),
    route("GET", "/desk/stations", May(Verb::Inform), || get(pages::stations)),
    route("GET", "/desk/stations/{station}", May(Verb::Inform), || get(pages::station)),
    route("POST", "/desk/stations/{station}", May(Verb::Inform), || post(pages::disclose)),
    route("POST", "/desk/stations/{station}/notices", May(Verb::Inform), || post(pages::put_up)),
    route("POST", "/desk/notices/{id}/withdraw", May(Verb::Inform), || post(pages::take_down)),
    route("GET", "/desk/pins", May(Verb::SetPin), || get(pages::pins)),
    route("POST", "/desk/pins", May(Verb::SetPin), || post(pages::set_pin)),
    route("GET", "/desk/screens", May(Verb::Screens), || get(pages::screens::screens)),
    route("POST", "/desk/screens", May(Verb::Screens), || post(pages::screens::issue)),
    route("POST", "/desk/screens/{id}/code", May(Verb::Screens), || post(pages::screens::recode)),
    route("POST", "/desk/screens/{id}/revoke", May(Verb::Screens), || post(pages::screens::revoke)),
    route("POST", "/desk/screens/{id}/reload", May(Verb::Screens), || post(pages::screens::reload)),
    route("POST", "/desk/screens/{id}/notice", May(Verb::Screens), || post(pages::screens::notice)),
    route("POST", "/desk/calls/{id}/answer", May(Verb::Screens), || post(pages::screens::answer)),
    route("GET", "/pair", Public, || get(pages::screens::pair)),
    route("GET", "/m/{station}", Public, || get(pages::phone::home)),
    route("GET", "/m/{station}/qr.svg", Public, || get(pages::phone::code)),
    route("GET", "/m/{station}/{id}", Public, || get(pages::phone::opening)),
    route("GET", "/m/{station}/{id}/qr.svg", Public, || get(pages::phone::job_code)),
    route("POST", "/m/{station}/{id}/book", Public, || post(pages::phone::book)),
    route("GET", "/my", Public, || get(pages::phone::my)),
    route("GET", "/my/in", Public, || get(pages::phone::door)),
    route("POST", "/my/in", Public, || post(pages::phone::enter)),
    route("GET", "/my/join", Public, || get(pages::phone::join)),
    route("POST", "/my/join", Public, || post(pages::phone::register)),
    route("POST", "/my/bookings/{id}/cancel", May(Verb::Book), || post(pages::phone::cancel)),
    route("POST", "/my/logout", Public, || post(pages::phone::leave)),
    route("GET", "/me", May(Verb::Book), || get(pages::me)),
    route("POST", "/me", May(Verb::Register), || post(pages::register)),
    route("POST", "/me/bookings/{id}/cancel", May(Verb::Book), || post(pages::cancel)),
    route("GET", "/admin/accounts", May(Verb::Administer), || get(pages::accounts)),
    route("GET", "/admin/audit", May(Verb::Administer), || get(pages::audit)),
    route("GET", "/board/{station}", Public, || get(pages::board)),
    route("GET", "/kiosk/{station}", Public, || get(pages::kiosk)),
    route("GET", "/kiosk/worker.js", Public, || get(assets::worker)),
    route("GET", "/words/trades.json", Public, || get(wordlists::trades)),
    route("GET", "/words/pinyin.tsv", Public, || get(wordlists::pinyin)),
];

/// The router: each route behind its guard, everything behind the common layers.
pub fn router(app: App) -> Router {
    let mut router: Router<App> = Router::new();
    for route in ROUTES {
        let guarded = from_fn_with_state((app.clone(), route.access), guard);
        router = router.route(route.path, (route.handler)().layer(guarded));
    }
    let router = router
        .fallback(headers::nothing_here)
        .method_not_allowed_fallback(headers::wrong_method)
        .with_state(app.clone());
    headers::around(router, app)
}
