//! Postings by the contract: stored, read, changed, and led through their life.

use axum::http::header;
use linggong::domain::{
    account::Role,
    geo::{Crs, Point},
    org::EmployerKind,
    time::{DAY, HOUR},
};
use serde_json::{Value, json};

use crate::{
    World,
    world::{posting, with, worker},
};

stories!(
    a_posting_comes_back_as_it_was_given,
    a_posting_goes_through_its_life,
    steps_out_of_order_say_what_is_possible,
    a_change_needs_the_version_that_stands,
    a_live_posting_changes_only_where_no_review_is_owed,
    what_a_posting_provides_goes_in_and_comes_out,
    a_key_makes_a_request_safe_to_repeat,
    parallel_requests_with_one_key_make_one_posting,
    an_external_id_is_taken_once,
    positions_of_every_datum_come_back_in_wgs84,
    records_with_and_without_a_place_take_turns,
    a_posting_ends_by_the_clock,
    staff_conduct_what_belongs_to_their_station,
    staff_publish_nothing_at_other_stations,
    who_reviews_sees_what_to_look_at_and_decides,
    a_broker_posts_through_itself,
    an_employer_posts_in_its_own_name,
);

async fn a_posting_comes_back_as_it_was_given(world: World) {
    let admin = world.admin().await;
    let given = with(
        posting(),
        &json!({
            "external_id": "A-1", "occupation": "6-30-05-02", "crs": "wgs84",
            "via_broker": null, "instant": false, "stations": ["near"],
            "employer": { "name": "塞上建材有限公司", "uscc": "91152201078377449P",
                          "kind": "enterprise" },
        }),
    );
    let answer = admin.post("/api/v1/jobs", &given).await;
    let job = answer.expect(201);
    for (name, value) in given.as_object().unwrap() {
        assert_eq!(job[name], *value, "{name}");
    }
    assert_eq!(job["status"], "draft");
    assert_eq!(job["places_left"], 2);
    assert_eq!(job["label"], "直招");
    assert_eq!(job["published_at"], Value::Null);
    assert_eq!(job["etag"].as_str(), answer.headers[header::ETAG].to_str().ok());
    let id = job["id"].as_str().unwrap();
    assert_eq!(admin.get(&format!("/api/v1/jobs/{id}")).await.expect(200), job);
    // Nobody else may know of a draft.
    let path = format!("/api/v1/jobs/{id}");
    world.anonymous().get(&path).await.problem(404, "not_found");
    world.employer().await.get(&path).await.problem(404, "not_found");
}

async fn a_posting_goes_through_its_life(world: World) {
    let employer = world.employer().await;
    let staff = world.staff().await;
    let id = employer.draft(&posting()).await;
    let step = |name: &str| format!("/api/v1/jobs/{id}/{name}");
    let submitted = employer.post(&step("submit"), &json!({})).await.expect(200);
    assert_eq!(submitted["status"], "in_review");
    staff.post(&step("reject"), &json!({})).await.problem(422, "invalid");
    let back = staff.post(&step("reject"), &json!({ "reason": "地址不清楚" })).await.expect(200);
    assert_eq!((&back["status"], &back["reason"]), (&json!("draft"), &json!("地址不清楚")));
    let seen = employer.get(&format!("/api/v1/jobs/{id}")).await.expect(200);
    assert_eq!(seen["reason"], "地址不清楚");
    employer.post(&step("submit"), &json!({})).await.expect(200);
    employer.post(&step("approve"), &json!({})).await.problem(403, "forbidden");
    let open = staff.post(&step("approve"), &json!({})).await.expect(200);
    assert_eq!(open["status"], "open");
    assert_eq!(open["published_at"], "2026-11-24T10:00:00+08:00");
    assert_eq!(open["reason"], Value::Null);
    let public = world.anonymous().get(&format!("/api/v1/jobs/{id}")).await.expect(200);
    assert_eq!(public["status"], "open");
    let closed = employer.post(&step("close"), &json!({})).await.expect(200);
    assert_eq!(closed["status"], "closed");
    let messages = world.stream("near").await;
    let ops: Vec<_> = messages.iter().map(|m| m["op"].as_str().unwrap()).collect();
    assert_eq!(ops, ["put", "remove"]);
    assert_eq!(messages[1]["why"], "closed");
    assert!(world.stream("far").await.is_empty());
}

async fn steps_out_of_order_say_what_is_possible(world: World) {
    let admin = world.admin().await;
    let id = admin.draft(&posting()).await;
    for step in ["approve", "close", "reject"] {
        let body = json!({ "reason": "不行" });
        let answer = admin.post(&format!("/api/v1/jobs/{id}/{step}"), &body).await;
        let title = answer.problem(409, "state")["title"].clone();
        assert!(title.as_str().unwrap().contains("提交审核"), "{title}");
    }
    let path = format!("/api/v1/jobs/{id}/withdraw");
    admin.post(&path, &json!({ "reason": "不招了" })).await.expect(200);
    for step in ["submit", "approve", "reject", "close", "withdraw"] {
        let body = json!({ "reason": "不行" });
        let answer = admin.post(&format!("/api/v1/jobs/{id}/{step}"), &body).await;
        answer.problem(409, "state");
    }
    let gone = "/api/v1/jobs/job_nothere/submit";
    admin.post(gone, &json!({})).await.problem(404, "not_found");
}

async fn a_change_needs_the_version_that_stands(world: World) {
    let employer = world.employer().await;
    let first = employer.post("/api/v1/jobs", &posting()).await.expect(201);
    let path = format!("/api/v1/jobs/{}", first["id"].as_str().unwrap());
    let etag = first["etag"].as_str().unwrap();
    let change = json!({ "title": "搬运工" });
    let second = employer.patch(&path, &change, Some(etag)).await.expect(200);
    assert_eq!(second["title"], "搬运工");
    assert_eq!(second["address"], first["address"]);
    assert_ne!(second["etag"], first["etag"]);
    for stale in [etag, "\"99\"", "nonsense", "W/\"1\""] {
        let answer = employer.patch(&path, &json!({ "title": "别的" }), Some(stale)).await;
        answer.problem(412, "stale");
    }
    assert_eq!(employer.get(&path).await.expect(200), second);
    let list = format!("\"77\", {}", second["etag"].as_str().unwrap());
    employer.patch(&path, &json!({ "title": "卸货工" }), Some(&list)).await.expect(200);
    for any in [Some("*"), None] {
        employer.patch(&path, &json!({ "headcount": 3 }), any).await.expect(200);
    }
    let removed = employer.patch(&path, &json!({ "title": null }), None).await;
    assert!(removed.problem(422, "invalid")["errors"][0]["field"] == "title");
    employer.patch(&path, &json!([]), None).await.problem(422, "invalid");
}

async fn a_live_posting_changes_only_where_no_review_is_owed(world: World) {
    let employer = world.employer().await;
    let staff = world.staff().await;
    let id = employer.draft(&posting()).await;
    let path = format!("/api/v1/jobs/{id}");
    employer.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    // What waits for review stays as the reviewer reads it.
    let answer = employer.patch(&path, &json!({ "headcount": 5 }), None).await;
    answer.problem(409, "needs_review");
    staff.post(&format!("{path}/approve"), &json!({})).await.expect(200);
    let wage = |min: i64, max: i64| json!({ "wage": { "min_fen": min, "max_fen": max } });
    for free in [
        json!({ "headcount": 5 }),
        json!({ "valid_until": "2026-12-25T00:00:00+08:00" }),
        json!({ "stations": ["near"] }),
        json!({ "benefits": ["管午饭", "接送"] }),
        wage(23_000, 24_000),
    ] {
        employer.patch(&path, &free, None).await.expect(200);
    }
    for owed in [
        json!({ "title": "别的工作" }),
        json!({ "address": "别的地方" }),
        json!({ "lat": 38.3 }),
        json!({ "wage": { "unit": "hour" } }),
        json!({ "instant": false }),
        json!({ "meals": "none" }),
        wage(22_000, 24_000),
        wage(23_000, 23_500),
    ] {
        employer.patch(&path, &owed, None).await.problem(409, "needs_review");
    }
    let by_staff = staff.patch(&path, &json!({ "title": "装卸搬运工" }), None).await.expect(200);
    assert_eq!(by_staff["title"], "装卸搬运工");
}

async fn what_a_posting_provides_goes_in_and_comes_out(world: World) {
    let employer = world.employer().await;
    let bare = employer.draft(&posting()).await;
    let path = format!("/api/v1/jobs/{bare}");
    let job = employer.get(&path).await.expect(200);
    assert!(job.get("meals").is_none() && job.get("pickup").is_none(), "{job}");
    let ride = json!({
        "address": "良田镇政府门口", "time": "6:40", "seats": 12,
        "lat": 38.36, "lon": 106.13, "crs": "gcj02",
    });
    let told = json!({
        "meals": "one", "lodging": "none", "tools": "own", "insurance": "accident",
        "pickup": ride,
    });
    let job = employer.patch(&path, &told, None).await.expect(200);
    for name in ["meals", "lodging", "tools", "insurance"] {
        assert_eq!(job[name], told[name], "{name}");
    }
    let ride = &job["pickup"];
    assert_eq!((&ride["time"], &ride["seats"]), (&json!("06:40"), &json!(12)));
    // Stored in WGS-84, which lies some hundred metres off.
    let (lat, lon) = (ride["lat"].as_f64().unwrap(), ride["lon"].as_f64().unwrap());
    assert!((0.000_5..0.01).contains(&(106.13 - lon)) && (lat - 38.36).abs() < 0.01, "{ride}");
    // One part changes, the others stay; what is taken away is gone.
    let change = json!({ "pickup": { "time": "7:00" }, "tools": null });
    let job = employer.patch(&path, &change, None).await.expect(200);
    let ride = &job["pickup"];
    assert_eq!((&ride["time"], &ride["seats"]), (&json!("07:00"), &json!(12)));
    assert!((ride["lat"].as_f64().unwrap() - lat).abs() < 1e-9);
    assert!(job.get("tools").is_none(), "{job}");
    let job = employer.patch(&path, &json!({ "pickup": null }), None).await.expect(200);
    assert!(job.get("pickup").is_none(), "{job}");
}

async fn a_key_makes_a_request_safe_to_repeat(world: World) {
    let employer = world.employer().await;
    let first = employer.post_keyed("/api/v1/jobs", &posting(), "k1").await.expect(201);
    let before = world.log_seq().await;
    let again = employer.post_keyed("/api/v1/jobs", &posting(), "k1").await.expect(201);
    assert_eq!(first["id"], again["id"]);
    assert_eq!(world.log_seq().await, before);
    let other = with(posting(), &json!({ "title": "别的活" }));
    let answer = employer.post_keyed("/api/v1/jobs", &other, "k1").await;
    answer.problem(422, "key_reused");
    // Keys of one account are nothing to another.
    let admin = world.admin().await;
    let theirs = admin.post_keyed("/api/v1/jobs", &other, "k1").await.expect(201);
    assert_ne!(theirs["id"], first["id"]);
    for bad in [String::new(), "k".repeat(121)] {
        let answer = employer.post_keyed("/api/v1/jobs", &posting(), &bad).await;
        answer.problem(400, "bad_request");
    }
}

async fn parallel_requests_with_one_key_make_one_posting(world: World) {
    let employer = world.employer().await;
    let input = with(posting(), &json!({ "external_id": "P-1" }));
    let tries = (0..12).map(|_| {
        let (employer, input) = (employer.clone(), input.clone());
        tokio::spawn(async move { employer.post_keyed("/api/v1/jobs", &input, "once").await })
    });
    let mut ids = Vec::new();
    for done in futures_util::future::join_all(tries).await {
        ids.push(done.unwrap().expect(201)["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

async fn an_external_id_is_taken_once(world: World) {
    let employer = world.employer().await;
    let input = with(posting(), &json!({ "external_id": "A-1" }));
    let first = employer.draft(&input).await;
    let answer = employer.post("/api/v1/jobs", &input).await;
    let problem = answer.problem(409, "duplicate");
    assert_eq!(problem["errors"][0]["field"], "external_id");
    assert!(problem["title"].as_str().unwrap().contains(&first), "{problem}");
    world.admin().await.draft(&input).await;
}

/// The public vectors for the shifts of China's maps, which are the reference for all three datums.
async fn positions_of_every_datum_come_back_in_wgs84(world: World) {
    let admin = world.admin().await;
    let table = include_str!("../vectors/wgs84_gcj02_bd09.csv");
    let mut seen = 0;
    for row in csv::Reader::from_reader(table.as_bytes()).records() {
        let row = row.unwrap();
        if &row[3] != "WGS-84" {
            continue;
        }
        let crs = row[0].to_lowercase().replace('-', "");
        let degrees = |i: usize| row[i].parse::<f64>().unwrap();
        let place = json!({ "lat": degrees(1), "lon": degrees(2), "crs": crs });
        let job = admin.post("/api/v1/jobs", &with(posting(), &place)).await.expect(201);
        assert_eq!(job["crs"], "wgs84");
        let point = |lat: f64, lon: f64| Point::new(lat, lon, Crs::Wgs84).unwrap();
        let got = point(job["lat"].as_f64().unwrap(), job["lon"].as_f64().unwrap());
        let off_m = got.distance_m(point(degrees(4), degrees(5)));
        assert!(off_m <= 0.5, "{crs}: {off_m} m");
        seen += 1;
    }
    assert_eq!(seen, 5);
}

/// Once a record without a place had been stored over a connection to PostgreSQL, none with a place
/// could be any more: the statement stayed prepared for a shorter number.
async fn records_with_and_without_a_place_take_turns(world: World) {
    let admin = world.admin().await;
    for number in 0..20 {
        let (mut job, mut person) = (posting(), worker(number));
        if number % 2 == 0 {
            for record in [&mut job, &mut person] {
                record.as_object_mut().unwrap().retain(|name, _| name != "lat" && name != "lon");
            }
        }
        admin.draft(&job).await;
        admin.register(&person).await;
    }
}

async fn a_posting_ends_by_the_clock(world: World) {
    let admin = world.admin().await;
    let short = json!({ "shifts": [], "valid_until": "2026-11-24T12:00:00+08:00" });
    let by_date = admin.open(&with(posting(), &short)).await;
    let by_shift = admin.open(&posting()).await;
    let draft = admin.draft(&with(posting(), &short)).await;
    let listed = |found: Value| -> Vec<Value> { found["items"].as_array().unwrap().clone() };
    assert_eq!(listed(admin.get("/api/v1/jobs").await.expect(200)).len(), 2);
    world.clock.go(2 * HOUR);
    world.house().await;
    let left = listed(admin.get("/api/v1/jobs").await.expect(200));
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], by_shift);
    let expired = admin.get(&format!("/api/v1/jobs/{by_date}")).await.expect(200);
    assert_eq!(expired["status"], "expired");
    let last = world.stream("near").await.pop().unwrap();
    assert_eq!((&last["op"], &last["why"]), (&json!("remove"), &json!("expired")));
    assert_eq!(last["id"], by_date);
    // A draft keeps its place on the desk, and is not handed in with a date that is over.
    let answer = admin.post(&format!("/api/v1/jobs/{draft}/submit"), &json!({})).await;
    answer.problem(422, "invalid");
    assert_eq!(answer.fields(), ["valid_until"]);
    // The last shift ends the posting before its validity does.
    world.clock.go(DAY + 5 * HOUR);
    world.house().await;
    assert!(listed(admin.get("/api/v1/jobs").await.expect(200)).is_empty());
}

async fn staff_conduct_what_belongs_to_their_station(world: World) {
    let employer = world.employer().await;
    let staff = world.staff().await;
    let other = world.account(Role::Staff, "other", Some("far")).await;
    for chosen in [json!([]), json!(["near"])] {
        let id = employer.draft(&with(posting(), &json!({ "stations": chosen }))).await;
        employer.post(&format!("/api/v1/jobs/{id}/submit"), &json!({})).await.expect(200);
        let path = format!("/api/v1/jobs/{id}/approve");
        other.post(&path, &json!({})).await.problem(404, "not_found");
        staff.post(&path, &json!({})).await.expect(200);
        let path = format!("/api/v1/jobs/{id}/close");
        other.post(&path, &json!({})).await.problem(403, "forbidden");
        staff.post(&path, &json!({})).await.expect(200);
    }
}

async fn staff_publish_nothing_at_other_stations(world: World) {
    let staff = world.staff().await;
    let far = staff.draft(&with(posting(), &json!({ "stations": ["far"] }))).await;
    staff.post(&format!("/api/v1/jobs/{far}/submit"), &json!({})).await.expect(200);
    let answer = staff.post(&format!("/api/v1/jobs/{far}/approve"), &json!({})).await;
    answer.problem(403, "forbidden");
    // What no screen would show harms no other station.
    let mut nowhere = posting();
    nowhere.as_object_mut().unwrap().retain(|name, _| name != "lat" && name != "lon");
    staff.open(&nowhere).await;
    staff.open(&with(posting(), &json!({ "stations": ["near"] }))).await;
}

async fn a_broker_posts_through_itself(world: World) {
    let kind = Some(EmployerKind::Broker);
    let broker = world.account_of(Role::Broker, "broker", None, kind).await;
    let job = broker.post("/api/v1/jobs", &posting()).await.expect(201);
    assert_eq!((&job["label"], &job["via_broker"]), (&json!("经纪人"), &json!("org-broker")));
    let mut unnamed = posting();
    unnamed.as_object_mut().unwrap().remove("employer");
    let answer = broker.post("/api/v1/jobs", &unnamed).await;
    answer.problem(422, "invalid");
    assert_eq!(answer.fields(), ["employer"]);
    let through = with(posting(), &json!({ "via_broker": "org-broker" }));
    let job = world.admin().await.post("/api/v1/jobs", &through).await.expect(201);
    assert_eq!(job["label"], "经纪人");
    let unknown = with(posting(), &json!({ "via_broker": "org-nobody" }));
    let answer = broker.post("/api/v1/jobs", &unknown).await.expect(201);
    assert_eq!(answer["via_broker"], "org-broker");
}

async fn an_employer_posts_in_its_own_name(world: World) {
    let employer = world.employer().await;
    let mut unnamed = posting();
    unnamed.as_object_mut().unwrap().remove("employer");
    let job = employer.post("/api/v1/jobs", &unnamed).await.expect(201);
    assert_eq!(job["employer"]["name"], "employer公司");
    let answer = world.admin().await.post("/api/v1/jobs", &unnamed).await;
    answer.problem(422, "invalid");
    assert_eq!(answer.fields(), ["employer"]);
}

async fn who_reviews_sees_what_to_look_at_and_decides(world: World) {
    let employer = world.employer().await;
    let staff = world.staff().await;
    let text = json!({ "title": "急招女工", "requirements": "18-45岁，先交押金200元" });
    let id = employer.draft(&with(posting(), &text)).await;
    let path = format!("/api/v1/jobs/{id}/findings");
    world.anonymous().get(&path).await.problem(401, "sign_in");
    for reader in [&employer, &staff] {
        let found = reader.get(&path).await.expect(200);
        let found = found["items"].as_array().unwrap();
        let rules: Vec<_> = found.iter().map(|f| (&f["field"], &f["rule"])).collect();
        let want = [("title", "sex"), ("requirements", "deposit"), ("requirements", "age")];
        let want: Vec<_> = want.map(|(field, rule)| (json!(field), json!(rule))).into();
        assert_eq!(rules, want.iter().map(|(field, rule)| (field, rule)).collect::<Vec<_>>());
        assert_eq!(found[0]["excerpt"], "招女工");
        assert!(
            found.iter().all(|f| f["basis"].as_str().is_some_and(|basis| basis.contains('法')))
        );
    }
    // A finding refuses nothing: a person publishes it, and the trail says in spite of what.
    employer.post(&format!("/api/v1/jobs/{id}/submit"), &json!({})).await.expect(200);
    let open = staff.post(&format!("/api/v1/jobs/{id}/approve"), &json!({})).await.expect(200);
    assert_eq!(open["status"], "open");
    let mut view = world.market.store.read().await.unwrap();
    let log = view.log_of(linggong::store::Kind::Job, &id, 10).await.unwrap();
    let approved = log.iter().find(|row| row.verb == "approve").unwrap();
    assert!(approved.detail.to_string().contains("deposit"), "{}", approved.detail);
}
