//! Bad query strings, by every address that is read: a clear answer, never a fault of the house,
//! and nothing stored. The search's own form names what is wrong.

use axum::http::header;
use linggong::http::routes::ROUTES;

use crate::{Client, World};

stories!(
    bad_questions_break_no_page_and_no_call,
    the_search_form_says_what_is_wrong_and_keeps_what_was_typed,
);

/// Every name that some address reads, and one that none does.
const NAMES: [&str; 36] = [
    "q",
    "lat",
    "lon",
    "crs",
    "radius_km",
    "occupation",
    "skill",
    "wage_min_fen",
    "wage_unit",
    "settlement",
    "from",
    "to",
    "direct_only",
    "station",
    "sort",
    "limit",
    "cursor",
    "counts",
    "status",
    "day",
    "who",
    "least",
    "page",
    "before",
    "after",
    "next",
    "at",
    "show",
    "said",
    "job",
    "placement",
    "as_of",
    "scope",
    "theme",
    "of",
    "unknown",
];

/// Bad in most places, as they stand in an address.
const BAD: [&str; 14] = [
    "",
    "%00",
    "%ff%fe",
    "%ed%a0%80",
    "%F0%9F%98%80",
    "-1",
    "NaN",
    "1e999",
    "99999999999999999999",
    "2026-02-30",
    "..%2f..%2fetc%2fpasswd",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "';drop%20table%20job;--",
    "%E5%88%86%E6%8B%A3",
];

async fn bad_questions_break_no_page_and_no_call(world: World) {
    let askers = [world.admin().await, world.staff().await];
    let changes = world.log_seq().await;
    let read = |path: &str| path.replace("{station}", "near").replace("{id}", "job_1");
    for route in ROUTES.iter().filter(|route| route.method == "GET") {
        // An upgrade that is none is answered as such; the stream has tests of its own.
        let path = read(route.path).replace("{*path}", "tokens.css");
        for bad in BAD {
            let query: Vec<String> = NAMES.iter().map(|name| format!("{name}={bad}")).collect();
            let address = format!("{path}?{}", query.join("&"));
            for asker in &askers {
                let answer = asker.get(&address).await;
                let status = answer.status.as_u16();
                assert!(status < 500, "{address}: {status} {}", answer.text());
                let kind = answer.headers.get(header::CONTENT_TYPE);
                let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
                assert!(!is_page || !answer.text().contains("<script>alert"), "{address}");
            }
        }
    }
    // A look at sealed facts is written down; nothing else was.
    let mut view = world.market.store.read().await.unwrap();
    let since = view.log_after(changes, 10_000).await.unwrap();
    let stored: Vec<&str> =
        since.iter().map(|row| row.verb.as_str()).filter(|verb| !is_look(verb)).collect();
    assert!(stored.is_empty(), "{stored:?}");
}

fn is_look(verb: &str) -> bool {
    // Who is there to be dispatched is shown by name.
    verb.starts_with("look") || matches!(verb, "export" | "assemble")
}

async fn refused(asker: &Client, field: &str, value: &str) -> String {
    let address = format!("/jobs?{field}={value}");
    let answer = asker.get(&address).await;
    assert_eq!(answer.status.as_u16(), 422, "{address}");
    let html = answer.text();
    let said =
        html.split("class=\"message stop\"").nth(1).unwrap_or_else(|| panic!("{address}: {html}"));
    let said = said.split(['>', '<']).nth(1).unwrap();
    assert!(said.chars().count() > 8 && !said.contains(field), "{address} says {said:?}");
    html
}

async fn the_search_form_says_what_is_wrong_and_keeps_what_was_typed(world: World) {
    let anybody = world.anonymous();
    for (field, values) in [
        ("settlement", ["x", "DAILY", "1", "day", "%E6%97%A5%E7%BB%93"]),
        ("sort", ["x", "MATCH", "1", "price", "%E8%BF%91"]),
        ("direct_only", ["maybe", "2", "x", "tru", "-"]),
        ("from", ["x", "2026-13-01T00:00:00Z", "2026-11-25", "now", "1"]),
        ("to", ["x", "2026-13-01T00:00:00Z", "2026-11-25", "now", "1"]),
        ("lat", ["x&lon=106", "91&lon=106", "NaN&lon=106", "38", "-90.1&lon=106"]),
        ("lon", ["x&lat=38", "181&lat=38", "inf&lat=38", "106", "-180.1&lat=38"]),
    ] {
        for value in values {
            let html = refused(&anybody, field, &format!("{value}&q=%E8%A3%85%E7%AE%B1")).await;
            assert!(html.contains("value=\"装箱\""), "{field}={value} loses the text: {html}");
        }
    }
}
