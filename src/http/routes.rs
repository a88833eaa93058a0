//! Every route on one page: its method, address, and whom it is for. What is not here does not
//! exist, and the tests walk this table.

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, patch, post},
};

use super::{
    Access, App,
    api::{
        attendance, bookings, complaints, crews, fairness, jobs, openapi, pins, search, session,
        wages, workers,
    },
    assets,
    guard::guard,
    headers, health, pages, qr, sockets, wordlists,
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

use Access::{Either, May, Public, SignedIn};

/// Employer's and worker's side of a booking.
const BOTH_SIDES: Access = Either(Verb::Roster, Verb::Book);

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
    route("POST", "/api/v1/bookings/{id}/call-off", May(Verb::Roster), || post(bookings::call_off)),
    route("POST", "/api/v1/bookings/{id}/shortlist", May(Verb::Roster), || post(bookings::shortlist)),
    route("POST", "/api/v1/bookings/{id}/offer", May(Verb::Roster), || post(bookings::offer)),
    route("POST", "/api/v1/bookings/{id}/accept", BOTH_SIDES, || post(bookings::accept)),
    route("POST", "/api/v1/bookings/{id}/decline", BOTH_SIDES, || post(bookings::decline)),
    route("POST", "/api/v1/bookings/{id}/confirm", May(Verb::Book), || post(bookings::confirm)),
    route("GET", "/api/v1/jobs/{id}/code", May(Verb::Roster), || get(attendance::code)),
    route("GET", "/api/v1/jobs/{id}/attendance", May(Verb::Roster), || get(attendance::at_job)),
    route("GET", "/api/v1/bookings/{id}/attendance", BOTH_SIDES, || get(attendance::of_booking)),
    route("POST", "/api/v1/bookings/{id}/check-in", BOTH_SIDES, || post(attendance::check_in)),
    route("POST", "/api/v1/bookings/{id}/check-out", BOTH_SIDES, || post(attendance::check_out)),
    route("POST", "/api/v1/attendance/{id}/correct", BOTH_SIDES, || post(attendance::correct)),
    route("POST", "/api/v1/corrections/{id}/confirm", BOTH_SIDES, || post(attendance::confirm)),
    route("POST", "/api/v1/corrections/{id}/refuse", BOTH_SIDES, || post(attendance::refuse)),
    route("GET", "/api/v1/wages", May(Verb::Pay), || get(wages::ledger)),
    route("GET", "/api/v1/wages/{id}", Either(Verb::Pay, Verb::Book), || get(wages::slip)),
    route("POST", "/api/v1/wages/{id}/pay", May(Verb::Pay), || post(wages::pay)),
    route("POST", "/api/v1/wages/{id}/adjust", May(Verb::Pay), || post(wages::adjust)),
    route("POST", "/api/v1/wages/{id}/confirm", May(Verb::Book), || post(wages::confirm)),
    route("POST", "/api/v1/wages/{id}/deny", May(Verb::Book), || post(wages::deny)),
    route("GET", "/api/v1/bars", May(Verb::Handle), || get(wages::bars)),
    route("POST", "/api/v1/bars/{id}/lift", May(Verb::Handle), || post(wages::lift)),
    route("POST", "/api/v1/jobs/{id}/invitations", May(Verb::Roster), || post(fairness::invite)),
    route("POST", "/api/v1/bookings/{id}/rate", BOTH_SIDES, || post(fairness::rate)),
    route("POST", "/api/v1/bookings/{id}/block", BOTH_SIDES, || post(fairness::block)),
    route("POST", "/api/v1/bookings/{id}/unblock", BOTH_SIDES, || post(fairness::unblock)),
    route("GET", "/api/v1/marks", BOTH_SIDES, || get(fairness::marks)),
    route("POST", "/api/v1/marks/{id}/appeal", BOTH_SIDES, || post(fairness::appeal)),
    route("POST", "/api/v1/marks/{id}/uphold", May(Verb::Handle), || post(fairness::uphold)),
    route("POST", "/api/v1/marks/{id}/lift", May(Verb::Handle), || post(fairness::lift)),
    route("GET", "/api/v1/appeals", May(Verb::Handle), || get(fairness::appeals)),
    route("POST", "/api/v1/complaints", May(Verb::Complain), || post(complaints::create)),
    route("GET", "/api/v1/complaints", May(Verb::Complain), || get(complaints::list)),
    route("GET", "/api/v1/complaints/{id}", May(Verb::Complain), || get(complaints::read_one)),
    route("POST", "/api/v1/complaints/{id}/take", May(Verb::Handle), || post(complaints::take)),
    route("POST", "/api/v1/complaints/{id}/solve", May(Verb::Handle), || post(complaints::solve)),
    route("POST", "/api/v1/complaints/{id}/dismiss", May(Verb::Handle), || post(complaints::dismiss)),
    route("POST", "/api/v1/complaints/{id}/reopen", May(Verb::Complain), || post(complaints::reopen)),
    route("POST", "/api/v1/complaints/{id}/take-down", May(Verb::Handle), || post(complaints::take_down)),
    route("POST", "/api/v1/jobs/{id}/crews", May(Verb::Lead), || post(crews::book)),
    route("GET", "/api/v1/crew/members", May(Verb::Lead), || get(crews::members)),
    route("POST", "/api/v1/crew/members", May(Verb::Lead), || post(crews::add)),
    route("POST", "/api/v1/crew/members/{worker}/remove", May(Verb::Lead), || post(crews::remove)),
    route("POST", "/api/v1/crew/leaders/{account}/join", May(Verb::Book), || post(crews::join)),
    route("POST", "/api/v1/crew/leaders/{account}/leave", May(Verb::Book), || post(crews::leave)),
    route("POST", "/api/v1/workers", May(Verb::Register), || post(workers::create)),
    route("GET", "/api/v1/workers/{id}", May(Verb::ReadWorker), || get(workers::read)),
    route("GET", "/api/v1/workers/{id}/matches", May(Verb::ReadWorker), || get(search::matches)),
    route("GET", "/api/v1/workers/{id}/bookings", May(Verb::ReadWorker), || get(workers::bookings)),
    route("GET", "/api/v1/workers/{id}/messages", May(Verb::ReadWorker), || get(workers::messages)),
    route("POST", "/api/v1/messages/{id}/read", May(Verb::Book), || post(workers::read_message)),
    route("GET", "/api/v1/workers/{id}/wages", May(Verb::ReadWorker), || get(wages::of_worker)),
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
    route("GET", "/desk/pins", May(Verb::SetPin), || get(pages::pins)),
    route("POST", "/desk/pins", May(Verb::SetPin), || post(pages::set_pin)),
    route("GET", "/me", May(Verb::Book), || get(pages::me)),
    route("POST", "/me", May(Verb::Register), || post(pages::register)),
    route("POST", "/me/bookings/{id}/cancel", May(Verb::Book), || post(pages::cancel)),
    route("GET", "/me/bookings/{id}", May(Verb::Book), || get(pages::booking)),
    route("POST", "/me/bookings/{id}", May(Verb::Book), || post(pages::answer)),
    route("POST", "/me/messages/{id}", May(Verb::Book), || post(pages::read_message)),
    route("GET", "/me/wages", May(Verb::Book), || get(pages::own_wages)),
    route("GET", "/me/wages/{id}", May(Verb::Book), || get(pages::slip)),
    route("POST", "/me/wages/{id}", May(Verb::Book), || post(pages::received)),
    route("POST", "/me/crews/{account}", May(Verb::Book), || post(pages::answer_crew)),
    route("GET", "/me/crew", May(Verb::Lead), || get(pages::crew)),
    route("POST", "/me/crew", May(Verb::Lead), || post(pages::add_member)),
    route("POST", "/me/crew/{worker}/remove", May(Verb::Lead), || post(pages::remove_member)),
    route("POST", "/jobs/{id}/crew", May(Verb::Lead), || post(pages::book_crew)),
    route("GET", "/desk/jobs/{id}/people", May(Verb::Roster), || get(pages::people)),
    route("GET", "/desk/bookings/{id}", May(Verb::Roster), || get(pages::booking)),
    route("POST", "/desk/bookings/{id}", May(Verb::Roster), || post(pages::decide)),
    route("GET", "/desk/jobs/{id}/code", May(Verb::Roster), || get(pages::code)),
    route("POST", "/attendance/{id}", BOTH_SIDES, || post(pages::propose)),
    route("POST", "/corrections/{id}", BOTH_SIDES, || post(pages::settle)),
    route("GET", "/desk/wages", May(Verb::Pay), || get(pages::ledger)),
    route("GET", "/desk/wages.csv", May(Verb::Pay), || get(pages::wages_file)),
    route("GET", "/desk/wages/{id}", May(Verb::Pay), || get(pages::slip)),
    route("POST", "/desk/wages/{id}", May(Verb::Pay), || post(pages::keep_wage)),
    route("POST", "/desk/jobs/{id}/invite", May(Verb::Roster), || post(pages::invite)),
    route("GET", "/marks", BOTH_SIDES, || get(pages::marks)),
    route("POST", "/marks/{id}", BOTH_SIDES, || post(pages::appeal)),
    route("GET", "/desk/appeals", May(Verb::Handle), || get(pages::appeals)),
    route("POST", "/desk/appeals/{id}", May(Verb::Handle), || post(pages::rule)),
    route("GET", "/complaints", May(Verb::Complain), || get(pages::complaints)),
    route("POST", "/complaints", May(Verb::Complain), || post(pages::complain)),
    route("GET", "/complaints/{id}", May(Verb::Complain), || get(pages::complaint)),
    route("POST", "/complaints/{id}", May(Verb::Complain), || post(pages::settle_complaint)),
    route("GET", "/desk/complaints", May(Verb::Handle), || get(pages::complaints)),
    route("POST", "/desk/complaints", May(Verb::Handle), || post(pages::complain)),
    route("GET", "/desk/complaints/{id}", May(Verb::Handle), || get(pages::complaint)),
    route("POST", "/desk/complaints/{id}", May(Verb::Handle), || post(pages::settle_complaint)),
    route("GET", "/desk/bars", May(Verb::Handle), || get(pages::bars)),
    route("POST", "/desk/bars/{id}/lift", May(Verb::Handle), || post(pages::lift_bar)),
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
