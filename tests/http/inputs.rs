//! Bad inputs: each is answered with the field's name, and nothing of it is stored.

use axum::{body::Body, http::header};
use serde_json::{Map, Value, json};

use crate::{
    Client, World,
    world::{Answer, posting, with, worker},
};

stories!(
    bad_postings_name_their_field,
    bad_workers_name_their_field,
    bad_bookings_name_their_field,
    bad_logins_name_their_field,
    bad_reasons_name_their_field,
    bad_changes_leave_what_stands,
    bodies_that_are_no_json_object_are_refused,
    text_is_stored_without_control_characters,
    odd_addresses_and_headers_break_nothing,
);

fn long(chars: usize) -> Value {
    json!("长".repeat(chars))
}

/// What no field that wants a text takes.
fn no_texts() -> Vec<Value> {
    vec![json!(1), json!(true), json!([]), json!({}), json!(["a"]), json!({ "a": 1 })]
}

/// What no number field takes.
fn no_numbers() -> Vec<Value> {
    vec![json!("1"), json!("NaN"), json!(true), json!([1]), json!({}), json!(1e300), json!(-1e300)]
}

/// The input with a value at a path like `wage.min_fen` or `shifts[0].start`.
fn planted(base: &Value, path: &str, value: &Value) -> Value {
    let mut whole = base.clone();
    let mut at = &mut whole;
    for step in path.split(['.', '[']) {
        at = match step.strip_suffix(']') {
            Some(index) => &mut at[index.parse::<usize>().unwrap()],
            None => &mut at[step],
        };
    }
    *at = value.clone();
    whole
}

/// Each value at each path is refused at that path, and the log does not move.
async fn refuse(
    world: &World,
    client: &Client,
    to: &str,
    base: &Value,
    table: &[(&str, Vec<Value>)],
) {
    let before = world.log_seq().await;
    for (path, values) in table {
        assert!(values.len() >= 5, "{path}");
        for value in values {
            let answer = client.post(to, &planted(base, path, value)).await;
            let shown: String = value.to_string().chars().take(60).collect();
            assert_eq!(answer.status, 422, "{path} = {shown}: {}", answer.text());
            answer.problem(422, "invalid");
            let inside =
                |field: &String| field.starts_with(path) || path.starts_with(field.as_str());
            assert!(answer.fields().iter().any(inside), "{path} = {shown}: {}", answer.text());
        }
    }
    assert_eq!(world.log_seq().await, before);
}

fn texts(more: &[Value]) -> Vec<Value> {
    [no_texts(), more.to_vec()].concat()
}

fn numbers(more: &[Value]) -> Vec<Value> {
    [no_numbers(), more.to_vec()].concat()
}

/// A text that is there in name only.
fn blanks() -> Vec<Value> {
    ["", "  \n\t ", "\u{0}", "\u{1} \u{2}", "\u{feff}", "\u{0} \u{0}"]
        .map(|text| json!(text))
        .into()
}

async fn bad_postings_name_their_field(world: World) {
    let admin = world.admin().await;
    let ride = json!({ "address": "良田镇政府门口", "time": "06:40", "lat": 38.36, "lon": 106.13 });
    let base = with(
        posting(),
        &json!({ "crs": "wgs84", "occupation": null, "stations": ["near"], "pickup": ride }),
    );
    let word = |bad: &str| json!(bad);
    let lists = vec![json!("a"), json!(1), json!({}), json!([1]), json!([[]]), json!([null])];
    let choices =
        |more: &[Value]| texts(&[more, &[word("none"), word("DAY"), word("\u{0}")]].concat());
    let times = texts(&[
        word("tomorrow"),
        word("2026-11-25"),
        word("2026-11-25T08:00:00"),
        word("2026-13-45T99:00:00Z"),
        word("+999999-01-01T00:00:00Z"),
        word("\u{0}"),
    ]);
    let table = [
        ("title", [texts(&[long(61), word("短")]), blanks()].concat()),
        ("description", texts(&[long(4001)])),
        ("address", [texts(&[long(121), word("短")]), blanks()].concat()),
        ("requirements", [texts(&[long(1001)]), blanks()].concat()),
        ("external_id", texts(&[long(121)])),
        ("occupation", choices(&[word("6-30-05"), word("6-30-05-02-01"), long(200)])),
        (
            "skills",
            [lists.clone(), vec![json!([long(31)]), json!(vec!["a"; 21]), json!([""])]].concat(),
        ),
        ("benefits", [lists.clone(), vec![json!([long(31)]), json!(vec!["a"; 21])]].concat()),
        ("meals", texts(&[word("two"), word("管饭")])),
        ("lodging", texts(&[word("one"), word("管住")])),
        ("tools", texts(&[word("all"), word("自带")])),
        ("insurance", texts(&[word("社保"), word("INJURY")])),
        ("pickup", vec![json!("a"), json!(1), json!([]), json!({}), json!({ "lat": 38.3 })]),
        ("pickup.address", [texts(&[long(121), word("短")]), blanks()].concat()),
        ("pickup.lat", numbers(&[json!(91), json!(-90.000_1)])),
        ("pickup.lon", numbers(&[json!(181), json!(-180.000_1)])),
        ("pickup.crs", choices(&[word("wgs-84")])),
        (
            "pickup.time",
            texts(&[word("早上"), word("25:00"), word("6"), word("6:60"), word("+6:+4"), word("")]),
        ),
        ("pickup.seats", numbers(&[json!(0), json!(-1), json!(501), json!(1.5), json!(u64::MAX)])),
        ("employer", vec![json!("a"), json!(1), json!([]), json!({}), json!({ "name": 1 })]),
        ("employer.name", [texts(&[long(81)]), blanks()].concat()),
        ("employer.uscc", texts(&[word("91110000600037341N"), long(18), word("\u{0}1")])),
        ("employer.kind", choices(&[])),
        ("via_broker", texts(&[word("../x"), word("a b"), word("nobody"), long(41)])),
        ("division", texts(&[word("64010"), word("6401066"), word("金凤区"), word("64010a")])),
        ("lat", numbers(&[json!(91), json!(-90.000_1)])),
        ("lon", numbers(&[json!(181), json!(-180.000_1)])),
        ("crs", choices(&[word("wgs-84")])),
        ("wage", vec![json!(1), json!("220"), json!([]), json!({}), json!({ "unit": "day" })]),
        ("wage.min_fen", numbers(&[json!(0), json!(-1), json!(1.5), json!(100_000_001)])),
        ("wage.max_fen", numbers(&[json!(0), json!(21_999), json!(i64::MAX), json!(u64::MAX)])),
        ("wage.unit", choices(&[])),
        ("wage.settlement", choices(&[])),
        ("headcount", numbers(&[json!(0), json!(-1), json!(10_001), json!(1.5), json!(u64::MAX)])),
        (
            "shifts",
            vec![
                json!(1),
                json!("a"),
                json!({}),
                json!([1]),
                json!([[]]),
                json!(vec![json!({}); 63]),
            ],
        ),
        ("shifts[0].start", times.clone()),
        ("shifts[0].end", [times.clone(), vec![json!("2026-12-25T18:00:00+08:00")]].concat()),
        ("instant", vec![json!("true"), json!(1), json!(0), json!([]), json!({})]),
        (
            "stations",
            [lists, vec![json!(["nowhere"]), json!(["a/b"]), json!(vec!["near"; 51])]].concat(),
        ),
        (
            "valid_until",
            [times, vec![json!("2026-11-24T09:59:59+08:00"), json!("2027-11-26T10:00:00+08:00")]]
                .concat(),
        ),
    ];
    refuse(&world, &admin, "/api/v1/jobs", &base, &table).await;
    let missing = admin.post("/api/v1/jobs", &json!({})).await;
    missing.problem(422, "invalid");
    let owed = ["employer", "title", "address", "wage", "headcount", "requirements", "valid_until"];
    for name in owed {
        assert!(missing.fields().contains(&name.to_owned()), "{name}: {}", missing.text());
    }
    let overlap = json!([
        { "start": "2026-11-25T08:00:00+08:00", "end": "2026-11-25T17:00:00+08:00" },
        { "start": "2026-11-25T16:59:59+08:00", "end": "2026-11-25T20:00:00+08:00" },
    ]);
    let answer = admin.post("/api/v1/jobs", &planted(&base, "shifts", &overlap)).await;
    assert_eq!(answer.fields(), ["shifts"]);
}

async fn bad_workers_name_their_field(world: World) {
    let staff = world.staff().await;
    let base = with(
        worker(1),
        &json!({ "crs": "wgs84", "available": [{
        "from": "2026-11-25T08:00:00+08:00", "to": "2026-11-25T17:00:00+08:00" }] }),
    );
    let word = |bad: &str| json!(bad);
    let lists = vec![json!("a"), json!(1), json!({}), json!([1]), json!([[]]), json!([null])];
    let times = texts(&[word("tomorrow"), word("2026-11-25"), word("\u{0}"), long(50)]);
    let table = [
        ("name", [texts(&[long(41)]), blanks()].concat()),
        (
            "phone",
            texts(&[
                word("12812345678"),
                word("1381234567"),
                word("一三八"),
                word("\u{0}"),
                word("+1 5551234567"),
            ]),
        ),
        (
            "id_number",
            texts(&[
                word("640106199003070018"),
                word("640106900307001"),
                long(18),
                word("64010619900230001X"),
                word("１２３"),
            ]),
        ),
        ("village", texts(&[long(41)])),
        ("external_id", texts(&[long(121)])),
        ("household", texts(&[long(121)])),
        ("lat", numbers(&[json!(91), json!(-91)])),
        ("lon", numbers(&[json!(181), json!(-181)])),
        ("crs", texts(&[word("mars"), word("")])),
        ("radius_km", numbers(&[json!(0), json!(-1), json!(500.1)])),
        ("skills", [lists.clone(), vec![json!([long(31)]), json!(vec!["a"; 21])]].concat()),
        ("groups", [lists.clone(), vec![json!(["rich"]), json!(["\u{0}"])]].concat()),
        ("consents", [lists, vec![json!([{}]), json!([{ "purpose": "" }])]].concat()),
        ("consents[0].purpose", [texts(&[long(121)]), blanks()].concat()),
        ("consents[0].text_version", [texts(&[long(121)]), blanks()].concat()),
        ("available", vec![json!(1), json!(true), json!({}), json!([1]), json!([{}]), long(201)]),
        ("available[0].from", times.clone()),
        ("available[0].to", [times, vec![json!("2028-11-25T18:00:00+08:00")]].concat()),
        ("day_wage_wish_fen", numbers(&[json!(0), json!(-5), json!(1.5), json!(100_000_001)])),
    ];
    refuse(&world, &staff, "/api/v1/workers", &base, &table).await;
    let missing = staff.post("/api/v1/workers", &json!({})).await;
    missing.problem(422, "invalid");
    assert_eq!(missing.fields(), ["name", "phone"]);
}

async fn bad_bookings_name_their_field(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    let id = admin.register(&worker(1)).await;
    let base = json!({ "worker_id": id, "shift": 0 });
    let table = [
        (
            "worker_id",
            texts(&[
                json!("job_1"),
                json!("wkr_"),
                json!("wkr_\u{0}"),
                json!("WKR_1"),
                long(100),
                json!(null),
            ]),
        ),
        (
            "shift",
            vec![
                json!("0"),
                json!(-1),
                json!(1.5),
                json!([0]),
                json!({}),
                json!(true),
                json!(1),
                json!(u64::MAX),
            ],
        ),
    ];
    refuse(&world, &admin, &format!("/api/v1/jobs/{job}/bookings"), &base, &table).await;
}

async fn bad_logins_name_their_field(world: World) {
    let base = json!({ "login": "wang", "password": "12345678" });
    let table = [
        ("login", texts(&[json!(""), long(61), json!(null)])),
        ("password", texts(&[json!(""), long(201), json!(null)])),
    ];
    refuse(&world, &world.anonymous(), "/api/v1/login", &base, &table).await;
}

async fn bad_reasons_name_their_field(world: World) {
    let admin = world.admin().await;
    let job = admin.draft(&posting()).await;
    admin.post(&format!("/api/v1/jobs/{job}/submit"), &json!({})).await.expect(200);
    let bad = [texts(&[long(301), json!("短"), json!(null)]), blanks()].concat();
    for step in ["reject", "withdraw"] {
        let path = format!("/api/v1/jobs/{job}/{step}");
        refuse(&world, &admin, &path, &json!({ "reason": "" }), &[("reason", bad.clone())]).await;
    }
}

async fn bad_changes_leave_what_stands(world: World) {
    let admin = world.admin().await;
    let job = format!("/api/v1/jobs/{}", admin.draft(&posting()).await);
    let before = admin.get(&job).await.expect(200);
    for bad in [
        json!({ "title": 1 }),
        json!({ "wage": null }),
        json!({ "wage": { "min_fen": -1 } }),
        json!({ "shifts": [{}] }),
        json!({ "headcount": null }),
        json!({ "employer": "x" }),
        json!({ "title": "好的标题", "lat": 91 }),
        json!([]),
        json!("text"),
        json!(null),
    ] {
        admin.patch(&job, &bad, None).await.problem(422, "invalid");
    }
    // What the house alone decides is no field of the input.
    for house in ["id", "status", "version", "places_left", "label", "published_at", "demo", "etag"]
    {
        admin.patch(&job, &json!({ house: "x" }), None).await.expect(200);
    }
    assert_eq!(admin.get(&job).await.expect(200), before);
}

async fn send_raw(client: &Client, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = client.request("POST", path).header(header::CONTENT_TYPE, kind);
    client.send(request.body(Body::from(body)).unwrap()).await
}

async fn bodies_that_are_no_json_object_are_refused(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    let before = world.log_seq().await;
    let booking = format!("/api/v1/jobs/{job}/bookings");
    let json = "application/json";
    for path in ["/api/v1/jobs", "/api/v1/workers", "/api/v1/login", &booking] {
        for broken in [
            &b"{"[..],
            b"{\"title\": \"\xff\xfe\"}",
            b"{\"title\": \"\\ud800\"}",
            b"{\"title\": 1e999}",
            b"{\"title\": NaN}",
            b"{'title': 'a'}",
            b"<job/>",
            b"title=a&address=b",
            b"{} {}",
            b"\x00",
            b"\xef\xbb\xbf\xef\xbb\xbf{}",
        ] {
            send_raw(&admin, path, json, broken.to_vec()).await.problem(400, "bad_request");
        }
        let deep = [vec![b'['; 20_000], vec![b']'; 20_000]].concat();
        send_raw(&admin, path, json, deep).await.problem(400, "bad_request");
        for other in ["[]", "1", "\"a\"", "null", "[{}]", "true"] {
            send_raw(&admin, path, json, other.into()).await.problem(422, "invalid");
        }
        let big = format!("{{\"title\": \"{}\"}}", "x".repeat(1024 * 1024));
        send_raw(&admin, path, json, big.into()).await.problem(413, "too_large");
        send_raw(&admin, path, "text/xml", Vec::new()).await.problem(422, "invalid");
        let twice =
            r#"{"title": "装卸工", "wage": {"unit": "day", "unit": "hour"}, "title": "别的"}"#;
        let answer = send_raw(&admin, path, json, twice.into()).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.fields(), ["wage.unit", "title"]);
    }
    assert_eq!(world.log_seq().await, before);
}

async fn text_is_stored_without_control_characters(world: World) {
    let admin = world.admin().await;
    let dirty = json!({
        "title": "\u{feff} 装\u{0}卸\u{7}工 😀\u{1b}[31m ",
        "description": "第一行\n第二行\r\u{0}",
        "skills": ["装\u{0}卸", "装卸"],
        "external_id": "\u{0}",
    });
    let id = admin.open(&with(posting(), &dirty)).await;
    let job = admin.get(&format!("/api/v1/jobs/{id}")).await.expect(200);
    assert_eq!(job["title"], "装卸工 😀[31m");
    assert_eq!(job["description"], "第一行\n第二行");
    assert_eq!(job["skills"], json!(["装卸"]));
    assert_eq!(job["external_id"], Value::Null);
    let found = admin.get("/api/v1/jobs?q=%E8%A3%85%E5%8D%B8").await.expect(200);
    assert_eq!(found["items"][0]["id"], id);
    let person = with(worker(1), &json!({ "name": "马\u{0}小军" }));
    assert_eq!(admin.post("/api/v1/workers", &person).await.expect(201)["name"], "马小军");
}

async fn odd_addresses_and_headers_break_nothing(world: World) {
    let admin = world.admin().await;
    for path in [
        "/api/v1/jobs/%00",
        "/api/v1/jobs/%ff",
        "/api/v1/jobs/..%2f..%2fetc",
        "/api/v1/jobs/job_",
        "/api/v1/jobs/JOB_1",
        "/api/v1/workers/job_1",
        "/api/v1/jobs/job_1/approve/x",
        "/api/v2/jobs",
        "/api/v1/jobs/job_%F0%9F%98%80",
    ] {
        admin.get(path).await.problem(404, "not_found");
    }
    let long = format!("/api/v1/jobs/job_{}", "a".repeat(3000));
    admin.get(&long).await.problem(404, "not_found");
    for (name, value) in [
        ("if-match", &b"\xff"[..]),
        ("idempotency-key", b"\xe9\xba\xbb"),
        ("authorization", b"Bearer \xff"),
        ("authorization", b"Basic YTpi"),
        ("cookie", b"linggong_session=\xff; ="),
        ("origin", b"\xff"),
        ("x-forwarded-for", b"not an address"),
    ] {
        let request = world.anonymous().request("POST", "/api/v1/jobs").header(name, value);
        let answer = admin.send(request.body("{}".into()).unwrap()).await;
        assert!(answer.status.is_client_error(), "{name}: {}", answer.text());
        answer.json();
    }
    let extra: Map<String, Value> = (0..500).map(|i| (format!("unknown{i}"), json!(i))).collect();
    let posted = with(posting(), &Value::Object(extra));
    admin.post("/api/v1/jobs", &posted).await.expect(201);
}
