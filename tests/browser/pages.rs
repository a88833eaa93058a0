//! Every page at its sizes: judged, and taken as a picture.

use linggong::http::routes::ROUTES;
use serde_json::json;

use crate::{
    board::LEGIBLE,
    house::{House, Person},
    window::{DESK, PHONE, Size, TALL, WIDE, Window},
    work,
};

in_browser!(pages_of_the_consoles, boards, every_page_has_a_picture);

/// Who looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Eyes {
    Nobody,
    Newcomer,
    Worker,
    Employer,
    Broker,
    Staff,
    Admin,
}

/// A page: its route, the address that is opened, who looks, what the picture is called.
struct Page(&'static str, &'static str, Eyes, &'static str);

/// `JOB` stands for the id of an open posting, `DRAFT` for one that waits for review.
const PAGES: &[Page] = &[
    Page("/", "/", Eyes::Nobody, "home"),
    Page("/", "/", Eyes::Worker, "home-worker"),
    Page("/", "/", Eyes::Employer, "home-employer"),
    Page("/", "/", Eyes::Staff, "home-staff"),
    Page("/login", "/login", Eyes::Nobody, "login"),
    Page("/register", "/register", Eyes::Nobody, "poster-register"),
    Page("/org", "/org", Eyes::Broker, "poster"),
    Page("/desk/orgs", "/desk/orgs", Eyes::Staff, "posters"),
    Page("/desk/orgs/{id}", "/desk/orgs/NEWCOMER", Eyes::Staff, "vetting"),
    Page("/desk/jobs/{id}", "/desk/jobs/UNCLEARED", Eyes::Broker, "desk-job-uncleared"),
    Page("/jobs", "/jobs", Eyes::Nobody, "jobs"),
    Page("/jobs", "/jobs?q=没有这个活", Eyes::Nobody, "jobs-none"),
    Page("/jobs", "/jobs?q=分拣&settlement=daily", Eyes::Worker, "jobs-narrow"),
    Page("/jobs/map", "/jobs/map", Eyes::Nobody, "map"),
    Page("/ranking", "/ranking", Eyes::Nobody, "ranking"),
    Page("/jobs/{id}", "/jobs/JOB", Eyes::Worker, "job"),
    Page("/desk", "/desk", Eyes::Staff, "desk"),
    Page("/desk", "/desk", Eyes::Employer, "desk-employer"),
    Page("/desk", "/desk?sort=-wage&settlement=daily", Eyes::Staff, "desk-sorted"),
    Page("/desk/jobs/new", "/desk/jobs/new", Eyes::Employer, "posting"),
    Page("/desk/jobs/{id}", "/desk/jobs/DRAFT", Eyes::Staff, "desk-job"),
    Page("/desk/jobs/{id}/edit", "/desk/jobs/DRAFT/edit", Eyes::Staff, "posting-edit"),
    Page("/desk/screens", "/desk/screens", Eyes::Staff, "screens-none"),
    Page("/desk/dispatch", "/desk/dispatch?day=2026-11-25", Eyes::Staff, "dispatch"),
    Page("/desk/pins", "/desk/pins", Eyes::Staff, "pins"),
    Page("/desk/workers", "/desk/workers", Eyes::Staff, "seekers"),
    Page("/desk/workers/new", "/desk/workers/new", Eyes::Staff, "enrol"),
    Page("/desk/workers/{id}", "/desk/workers/PERSON", Eyes::Staff, "enrol-edit"),
    Page("/desk/workers/twins", "/desk/workers/twins", Eyes::Staff, "twins"),
    Page(
        "/desk/workers/twins/{one}/{other}",
        "/desk/workers/twins/PERSON/TWIN",
        Eyes::Staff,
        "pair-up",
    ),
    Page("/me", "/me", Eyes::Newcomer, "register"),
    Page("/me", "/me", Eyes::Worker, "me"),
    Page("/me/income", "/me/income", Eyes::Worker, "income-none"),
    Page("/desk/incomes", "/desk/incomes", Eyes::Staff, "incomes"),
    Page("/desk/stations", "/desk/stations", Eyes::Admin, "stations"),
    Page("/desk/stations/{station}", "/desk/stations/liangtian", Eyes::Staff, "station"),
    Page("/admin/accounts", "/admin/accounts", Eyes::Admin, "accounts"),
    Page("/admin/audit", "/admin/audit", Eyes::Admin, "audit"),
    Page("/jobs/{id}", "/jobs/job_00000000000000000000000000", Eyes::Nobody, "not-found"),
];

/// Routes whose pages others take pictures of, or which are no page.
const ELSEWHERE: &[&str] = &[
    "/healthz",
    "/readyz",
    "/metrics",
    "/static/{*path}",
    "/board/{station}",
    "/kiosk/",
    // See `money`.
    "/desk/placements",
    "/desk/claims",
    "/desk/evidence/",
    "/desk/absorption",
    "/desk/workers/{id}/income",
    "/desk/forecast",
    "/notices",
    "/words/",
    "/m/",
    "/my",
    "/pair",
];

async fn every_page_has_a_picture() {
    let missing: Vec<&str> = ROUTES
        .iter()
        .filter(|route| route.method == "GET" && !route.path.starts_with("/api/"))
        .map(|route| route.path)
        .filter(|path| !ELSEWHERE.iter().any(|other| path.starts_with(other)))
        .filter(|path| !PAGES.iter().any(|Page(route, ..)| route == path))
        .filter(|path| !work::ROUTES.contains(path))
        .collect();
    assert!(missing.is_empty(), "pages without a row in PAGES: {missing:?}");
}

/// Judges a page, and takes its picture.
pub async fn show(window: &Window, name: &str) {
    window.judge().await;
    // A board's picture wanders by three pixels, so that nothing burns in.
    let wide = "document.documentElement.scrollWidth > innerWidth + 3";
    window
        .check(window.ask(wide).await == false, &format!("{name} is wider than its window"))
        .await;
    window.picture(name).await;
}

async fn pages_of_the_consoles() {
    let house = House::demo().await;
    let employer = house.employer("guoye").await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let admin = house.admin("root").await;
    let newcomer = house.newcomer("newcomer").await;
    let worker = house.worker("maxiaojun", "13800000001").await;
    let broker = house.broker("jingji", "和顺劳务").await;
    let newcomer_org = house.poster_registers().await;
    house.authorised(&broker, "金凤区某某果业公司").await;
    let uncleared = house.drafted(&broker, &json!({ "title": "苹果采摘工" })).await;
    let waiting =
        house.handed_in(&employer, &json!({ "title": "苹果分拣工", "headcount": 6 })).await;
    let own = house.handed_in(&employer, &json!({ "title": "苹果装箱工", "headcount": 4 })).await;
    house.market.approve(&staff.actor(), &own).await.unwrap();
    let back = house.handed_in(&employer, &json!({ "title": "果园看护" })).await;
    let why = Some("工钱没写清楚是一天还是一班");
    house.market.reject(&staff.actor(), &back, why).await.unwrap();
    let booking = linggong::market::BookingRequest {
        worker: worker.account.worker.clone().unwrap(),
        shift: None,
        idempotency_key: None,
    };
    house.market.book(&worker.actor(), &own, &booking).await.unwrap();
    let (served, twin) = house.twins(&staff).await;
    house.market.save_search(&worker.actor(), "近处的日结", "settlement=daily").await.unwrap();
    house.settle().await;

    let (mut window, mut size) = (Window::open(&house, DESK).await, DESK);
    window.hold_still().await;
    for next in [DESK, PHONE] {
        if next != size {
            window = window.sized(next).await;
            size = next;
        }
        for Page(_, address, eyes, name) in PAGES {
            let person: Option<&Person> = match eyes {
                Eyes::Nobody => None,
                Eyes::Newcomer => Some(&newcomer),
                Eyes::Worker => Some(&worker),
                Eyes::Employer => Some(&employer),
                Eyes::Broker => Some(&broker),
                Eyes::Staff => Some(&staff),
                Eyes::Admin => Some(&admin),
            };
            match person {
                Some(person) => window.be(person).await,
                None => window.be_nobody().await,
            }
            let address = address.replace("JOB", own.as_str()).replace("DRAFT", waiting.as_str());
            let address = address.replace("NEWCOMER", &newcomer_org);
            let address = address.replace("UNCLEARED", uncleared.as_str());
            let address = address.replace("PERSON", served.as_str()).replace("TWIN", twin.as_str());
            window.go(&address).await;
            show(&window, name).await;
        }
        // A form that came back.
        window.be(&employer).await;
        window.go("/desk/jobs/new").await;
        window.fill("title", "短").await;
        window.fill("wage_min", "二百").await;
        window.press("保存并提交审核").await;
        window.sees("处要改").await;
        show(&window, "posting-faults").await;
        large(&window, &employer, &worker).await;
    }
}

/// The pages that are used most, in large type.
async fn large(window: &Window, employer: &Person, worker: &Person) {
    window.be(employer).await;
    window.go("/desk").await;
    window.press("大字").await;
    window.until("document.documentElement.hasAttribute('data-large')").await;
    assert_eq!(window.path().await, "/desk");
    for (person, address, name) in [
        (employer, "/desk", "desk-large"),
        (employer, "/desk/jobs/new", "posting-large"),
        (worker, "/jobs", "jobs-large"),
        (worker, "/me", "me-large"),
    ] {
        window.be(person).await;
        window.go(address).await;
        show(window, name).await;
    }
    window.press("小字").await;
    window.until("!document.documentElement.hasAttribute('data-large')").await;
}

async fn boards() {
    let house = House::demo().await;
    let window = Window::open(&house, WIDE).await;
    window.hold_still().await;
    let window = look_at_board(window, WIDE).await;
    look_at_board(window, TALL).await;
}

async fn look_at_board(window: Window, size: Size) -> Window {
    let window = window.sized(size).await;
    for theme in ["day", "night"] {
        window.go(&format!("/board/liangtian?theme={theme}")).await;
        window.sees("● 实时").await;
        window.until("document.querySelectorAll('.row').length > 4").await;
        let faults = window.run(LEGIBLE, Vec::new()).await;
        window.check(faults == json!([]), &faults.to_string()).await;
        let name = if theme == "day" { "board" } else { "board-night" };
        show(&window, name).await;
    }
    window
}
