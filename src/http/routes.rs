//! Every route on one page: its method, address, and whom it is for. What is not here does not
//! exist, and the tests walk this table.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, patch, post},
};

use super::{
    Access, App,
    api::{bookings, claims, jobs, openapi, pins, placements, search, session, workers},
    assets,
    guard::guard,
    headers, health, pages, qr, sockets, wordlists,
};
use crate::{domain::limits, market::Verb};

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

use Access::{Either, May, Public, SignedIn};

/// A body that may be as large as a piece of evidence, with the form around it.
fn files() -> DefaultBodyLimit {
    DefaultBodyLimit::max(limits::EVIDENCE_BYTES_MAX + limits::BODY_BYTES_MAX)
}

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
    route("GET", "/api/v1/workers/{id}/entitlements", May(Verb::ReadWorker), || get(claims::entitlements)),
    route("POST", "/api/v1/workers/{id}/claims", May(Verb::FileClaim), || post(claims::file_for_worker)),
    route("POST", "/api/v1/workers/{id}/incomes", May(Verb::Declare), || post(placements::declare)),
    route("GET", "/api/v1/placements", May(Verb::Place), || get(placements::list)),
    route("POST", "/api/v1/placements", May(Verb::Place), || post(placements::create)),
    route("GET", "/api/v1/placements/{id}", May(Verb::Place), || get(placements::read)),
    route("PATCH", "/api/v1/placements/{id}", May(Verb::Place), || patch(placements::revise)),
    route("POST", "/api/v1/placements/{id}/end", May(Verb::Place), || post(placements::end)),
    route("POST", "/api/v1/placements/{id}/resume", May(Verb::Place), || post(placements::resume)),
    route("POST", "/api/v1/placements/{id}/void", May(Verb::Place), || post(placements::void)),
    route("GET", "/api/v1/placements/{id}/evidence", May(Verb::Place), || get(placements::evidence)),
    route("POST", "/api/v1/placements/{id}/evidence", May(Verb::Place), || post(placements::add_evidence).layer(files())),
    route("POST", "/api/v1/placements/{id}/claims", May(Verb::FileClaim), || post(claims::file_for_placement)),
    route("GET", "/api/v1/evidence/{id}", Either(Verb::Place, Verb::ReadClaim), || get(placements::content)),
    route("GET", "/api/v1/claims", May(Verb::ReadClaim), || get(claims::list)),
    route("GET", "/api/v1/claims/{id}", May(Verb::ReadClaim), || get(claims::read)),
    route("POST", "/api/v1/claims/{id}/submit", May(Verb::FileClaim), || post(claims::submit)),
    route("POST", "/api/v1/claims/{id}/withdraw", May(Verb::FileClaim), || post(claims::withdraw)),
    route("POST", "/api/v1/claims/{id}/pass", May(Verb::CheckClaim), || post(claims::pass)),
    route("POST", "/api/v1/claims/{id}/return", May(Verb::CheckClaim), || post(claims::hand_back)),
    route("POST", "/api/v1/claims/{id}/reject", May(Verb::CheckClaim), || post(claims::reject)),
    route("POST", "/api/v1/claims/{id}/dismiss", May(Verb::CheckClaim), || post(claims::dismiss)),
    route("POST", "/api/v1/claims/{id}/pay", May(Verb::PayClaim), || post(claims::pay)),
    route("POST", "/api/v1/claims/{id}/claw_back", May(Verb::PayClaim), || post(claims::claw_back)),
    route("GET", "/api/v1/notices", Public, || get(claims::notices)),
    route("POST", "/api/v1/notices/{id}/objections", Public, || post(claims::object)),
    route("GET", "/api/v1/forecast", May(Verb::Foresee), || get(claims::forecast)),
    route("POST", "/api/v1/workers/{id}/pin", May(Verb::SetPin), || post(pins::set)),
    route("POST", "/api/v1/pin/sign-in", Public, || post(pins::sign_in)),
    route("POST", "/api/v1/pin/sign-up", Public, || post(pins::sign_up)),
    route("GET", "/api/v1/stations", Public, || get(session::stations)),
    route("GET", "/api/v1/stations/{station}/feed", Public, || get(sockets::feed)),
    route("GET", "/", Public, || get(pages::home)),
    route("GET", "/login", Public, || get(pages::login)),
    route("POST", "/login", Public, || post(pages::sign_in)),
    route("POST", "/logout", Public, || post(pages::logout)),
    route("GET", "/jobs", Public, || get(pages::openings)),
    route("GET", "/jobs/{id}", Public, || get(pages::opening)),
    route("GET", "/jobs/{id}/qr.svg", Public, || get(qr::posting)),
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
    route("GET", "/desk/placements", May(Verb::Place), || get(pages::placements)),
    route("POST", "/desk/placements", May(Verb::Place), || post(pages::create_placement)),
    route("GET", "/desk/placements/new", May(Verb::Place), || get(pages::new_placement)),
    route("GET", "/desk/placements/roster.xlsx", May(Verb::Place), || get(pages::roster_xlsx)),
    route("GET", "/desk/placements/roster.csv", May(Verb::Place), || get(pages::roster_csv)),
    route("GET", "/desk/placements/insurance", May(Verb::Place), || get(pages::insurance)),
    route("POST", "/desk/placements/insurance", May(Verb::Place), || post(pages::insure).layer(files())),
    route("GET", "/desk/placements/insurance.xlsx", May(Verb::Place), || get(pages::insurance_sheet)),
    route("GET", "/desk/placements/{id}", May(Verb::Place), || get(pages::placement)),
    route("POST", "/desk/placements/{id}/note", May(Verb::Place), || post(pages::note)),
    route("POST", "/desk/placements/{id}/end", May(Verb::Place), || post(pages::end_placement)),
    route("POST", "/desk/placements/{id}/resume", May(Verb::Place), || post(pages::resume_placement)),
    route("POST", "/desk/placements/{id}/void", May(Verb::Place), || post(pages::void_placement)),
    route("POST", "/desk/placements/{id}/evidence", May(Verb::Place), || post(pages::add_evidence).layer(files())),
    route("POST", "/desk/placements/{id}/claims", May(Verb::Place), || post(pages::file_claim)),
    route("GET", "/desk/evidence/{id}", Either(Verb::Place, Verb::CheckClaim), || get(placements::content)),
    route("GET", "/desk/claims", Either(Verb::Place, Verb::CheckClaim), || get(pages::claims)),
    route("GET", "/desk/claims/batch.xlsx", May(Verb::PayClaim), || get(pages::batch)),
    route("GET", "/desk/claims/{id}", Either(Verb::Place, Verb::CheckClaim), || get(pages::claim)),
    route("GET", "/desk/claims/{id}/print", Either(Verb::Place, Verb::CheckClaim), || get(pages::print)),
    route("POST", "/desk/claims/{id}/submit", May(Verb::FileClaim), || post(pages::submit_claim)),
    route("POST", "/desk/claims/{id}/withdraw", May(Verb::FileClaim), || post(pages::withdraw_claim)),
    route("POST", "/desk/claims/{id}/pass", May(Verb::CheckClaim), || post(pages::pass_claim)),
    route("POST", "/desk/claims/{id}/return", May(Verb::CheckClaim), || post(pages::return_claim)),
    route("POST", "/desk/claims/{id}/reject", May(Verb::CheckClaim), || post(pages::reject_claim)),
    route("POST", "/desk/claims/{id}/dismiss", May(Verb::CheckClaim), || post(pages::dismiss_claim)),
    route("POST", "/desk/claims/{id}/pay", May(Verb::PayClaim), || post(pages::pay_claim)),
    route("POST", "/desk/claims/{id}/claw_back", May(Verb::PayClaim), || post(pages::claw_back_claim)),
    route("GET", "/desk/absorption", May(Verb::Place), || get(pages::absorption)),
    route("POST", "/desk/absorption/claims", May(Verb::FileClaim), || post(pages::file_absorption)),
    route("GET", "/desk/forecast", May(Verb::Foresee), || get(pages::forecast)),
    route("POST", "/desk/forecast", May(Verb::Foresee), || post(pages::what_if).layer(files())),
    route("POST", "/desk/budgets", May(Verb::PayClaim), || post(pages::set_budget)),
    route("GET", "/notices", Public, || get(pages::notices)),
    route("GET", "/notices/{id}", Public, || get(pages::notice)),
    route("POST", "/notices/{id}/objections", Public, || post(pages::object)),
    route("POST", "/me/claims", May(Verb::Book), || post(pages::claim_own)),
    route("GET", "/desk/pins", May(Verb::SetPin), || get(pages::pins)),
    route("POST", "/desk/pins", May(Verb::SetPin), || post(pages::set_pin)),
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
