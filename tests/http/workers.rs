//! Workers by the contract: registered, masked, matched.

use linggong::{
    domain::{account::Role, rules::Rules},
    http::{App, Settings, routes},
};
use serde_json::{Value, json};

use crate::{
    Client, World,
    world::{NEAR, posting, with, worker},
};

stories!(
    a_worker_comes_back_masked,
    a_key_registers_once,
    parallel_requests_with_one_key_register_once,
    a_person_is_registered_once,
    who_may_read_a_worker,
    numbers_are_checked_by_their_standard,
    matches_are_for_the_worker,
    candidates_are_named_by_id_alone,
    who_a_person_is_counts_only_where_the_published_switch_is_on,
);

/// A valid number that belongs to nobody: the district's code, an unlikely serial.
pub const ID_NUMBER: &str = "640106199003070017";

async fn a_worker_comes_back_masked(world: World) {
    let admin = world.admin().await;
    let given = with(
        worker(1234),
        &json!({
            "external_id": "W-1", "id_number": ID_NUMBER, "village": "640106100201",
            "radius_km": 12.5, "groups": ["poverty", "农民工"], "crs": "wgs84",
            "skills": ["装卸", "6-30-05-02"], "day_wage_wish_fen": 20_000,
            "available": [
                { "from": "2026-11-24T00:00:00+08:00", "to": "2026-12-24T00:00:00+08:00" }
            ],
        }),
    );
    let answer = admin.post("/api/v1/workers", &given).await;
    let made = answer.expect(201);
    for name in ["external_id", "village", "radius_km", "skills", "consents", "available", "lat"] {
        assert_eq!(made[name], given[name], "{name}");
    }
    assert_eq!(made["phone"], "138****1234");
    assert_eq!(made["id_number"], "640*************17");
    assert_eq!(made["groups"], json!(["poverty", "migrant_worker"]));
    assert!(!answer.text().contains(ID_NUMBER));
    let path = format!("/api/v1/workers/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.expect(200), made);
    let words = with(worker(2), &json!({ "available": "周末" }));
    let words = admin.post("/api/v1/workers", &words).await;
    assert_eq!(words.expect(201)["available"], "周末");
}

async fn a_key_registers_once(world: World) {
    let staff = world.staff().await;
    let input = with(worker(1), &json!({ "id_number": ID_NUMBER }));
    let first = staff.post_keyed("/api/v1/workers", &input, "w1").await.expect(201);
    let again = staff.post_keyed("/api/v1/workers", &input, "w1").await.expect(201);
    assert_eq!(first["id"], again["id"]);
    let other = staff.post_keyed("/api/v1/workers", &worker(2), "w1").await;
    other.problem(422, "key_reused");
}

async fn parallel_requests_with_one_key_register_once(world: World) {
    let staff = world.staff().await;
    let input = with(worker(1), &json!({ "id_number": ID_NUMBER, "external_id": "W-1" }));
    let tries = (0..12).map(|_| {
        let (staff, input) = (staff.clone(), input.clone());
        tokio::spawn(async move { staff.post_keyed("/api/v1/workers", &input, "once").await })
    });
    let mut ids = Vec::new();
    for done in futures_util::future::join_all(tries).await {
        ids.push(done.unwrap().expect(201)["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

async fn a_person_is_registered_once(world: World) {
    let staff = world.staff().await;
    let input = with(worker(1), &json!({ "id_number": ID_NUMBER, "external_id": "W-1" }));
    let id = staff.register(&input).await;
    let again = with(worker(2), &json!({ "id_number": ID_NUMBER }));
    let problem = staff.post("/api/v1/workers", &again).await.problem(409, "duplicate");
    assert_eq!(problem["errors"][0]["field"], "id_number");
    assert!(problem["title"].as_str().unwrap().contains(&id), "{problem}");
    let listed = with(worker(3), &json!({ "external_id": "W-1" }));
    let problem = staff.post("/api/v1/workers", &listed).await.problem(409, "duplicate");
    assert_eq!(problem["errors"][0]["field"], "external_id");
    // Another station learns that the person is known, not where.
    let other = world.account(Role::Staff, "other", Some("far")).await;
    let problem = other.post("/api/v1/workers", &again).await.problem(409, "duplicate");
    assert!(!problem.to_string().contains(&id), "{problem}");
    // An account is one person.
    let seeker = world.account(Role::Worker, "seeker", None).await;
    seeker.register(&worker(4)).await;
    let problem = seeker.post("/api/v1/workers", &worker(5)).await.problem(409, "duplicate");
    assert_eq!(problem["errors"][0]["field"], "account");
}

async fn who_may_read_a_worker(world: World) {
    let (staff, admin) = (world.staff().await, world.admin().await);
    let path = format!("/api/v1/workers/{}", staff.register(&worker(1)).await);
    staff.get(&path).await.expect(200);
    admin.get(&path).await.expect(200);
    world.anonymous().get(&path).await.problem(401, "sign_in");
    world.employer().await.get(&path).await.problem(403, "forbidden");
    let other = world.account(Role::Staff, "other", Some("far")).await;
    other.get(&path).await.problem(404, "not_found");
    let seeker = world.account(Role::Worker, "seeker", None).await;
    seeker.get(&path).await.problem(404, "not_found");
    let own = seeker.register(&worker(2)).await;
    seeker.get(&format!("/api/v1/workers/{own}")).await.expect(200);
}

/// The public vectors of GB 11643 and GB 32100. Fifteen digits are no longer issued and refused;
/// whether a county stood in the year of birth is a register's business, not the checksum's.
async fn numbers_are_checked_by_their_standard(world: World) {
    let admin = world.admin().await;
    let ids = include_str!("../vectors/resident_id_gb11643.csv");
    let mut seen = std::collections::BTreeSet::new();
    for (row, number) in csv::Reader::from_reader(ids.as_bytes()).records().zip(1..) {
        let row = row.unwrap();
        let register = &row[2] == "true" || row[3].contains("county ") || &row[3] == "地址码不合法";
        if register || &row[2] == "false" || !seen.insert(row[0].to_uppercase()) {
            continue;
        }
        let valid = &row[1] == "valid" && row[0].len() == 18;
        let input = with(worker(number), &json!({ "id_number": row[0] }));
        let answer = admin.post("/api/v1/workers", &input).await;
        if valid {
            answer.expect(201);
        } else {
            answer.problem(422, "invalid");
            assert_eq!(answer.fields(), ["id_number"], "{}", &row[0]);
            assert!(!answer.text().contains(&row[0]));
        }
    }
    let codes = include_str!("../vectors/uscc_gb32100.csv");
    for row in csv::Reader::from_reader(codes.as_bytes()).records().step_by(7) {
        let row = row.unwrap();
        let employer = json!({ "employer": { "name": "某公司", "uscc": row[0] } });
        let answer = admin.post("/api/v1/jobs", &with(posting(), &employer)).await;
        if &row[1] == "valid" {
            assert_eq!(answer.expect(201)["employer"]["uscc"], row[0]);
        } else {
            answer.problem(422, "invalid");
        }
    }
    for row in csv::Reader::from_reader(codes.as_bytes()).records() {
        let row = row.unwrap();
        let code = row[0].parse::<linggong::domain::identity::Uscc>();
        assert_eq!(code.is_ok(), &row[1] == "valid", "{}", &row[0]);
    }
}

async fn matches_are_for_the_worker(world: World) {
    let admin = world.admin().await;
    let near = admin.open(&posting()).await;
    let far = json!({ "lat": 36.0, "lon": NEAR.1, "title": "装卸远方" });
    admin.open(&with(posting(), &far)).await;
    let free = json!([{ "from": "2026-11-25T00:00:00+08:00", "to": "2026-11-26T00:00:00+08:00" }]);
    let id = admin.register(&with(worker(1), &json!({ "available": free }))).await;
    let path = format!("/api/v1/workers/{id}/matches");
    let found = admin.get(&format!("{path}?limit=5")).await.expect(200);
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{found}");
    assert_eq!(items[0]["id"], near);
    assert!(items[0]["distance_m"].as_i64().unwrap() < 100);
    assert!(items[0]["score"].as_f64().unwrap() > 0.0);
    assert!(!items[0]["reasons"].as_array().unwrap().is_empty());
    // Whoever has the place already is not offered another at the same hours.
    admin.book(&near, &id).await.expect(201);
    let same_hours = admin.open(&with(posting(), &json!({ "title": "装卸二号" }))).await;
    let found = admin.get(&path).await.expect(200);
    assert!(!found.to_string().contains(&same_hours), "{found}");
}

async fn who_a_person_is_counts_only_where_the_published_switch_is_on(world: World) {
    let admin = world.admin().await;
    let plain = admin.register(&worker(81)).await;
    let poor = json!({ "groups": ["poverty", "veteran"], "household": "640106-81" });
    let poor = admin.register(&with(worker(82), &poor)).await;
    let veteran = admin.register(&with(worker(83), &json!({ "groups": ["veteran"] }))).await;
    let job = admin.open(&posting()).await;
    let path = format!("/api/v1/jobs/{job}/candidates");
    let told = |found: &Value| -> Vec<(String, f64)> {
        let items = found["items"].as_array().unwrap().iter();
        items
            .map(|item| {
                (item["worker_id"].as_str().unwrap().to_owned(), item["score"].as_f64().unwrap())
            })
            .collect()
    };
    let off = told(&admin.get(&path).await.expect(200));
    let mut all = vec![plain, poor.clone(), veteran];
    all.sort();
    assert_eq!(off.iter().map(|one| one.0.clone()).collect::<Vec<_>>(), all, "ties go by id");
    assert!(off.iter().all(|one| one.1 == off[0].1), "{off:?}");
    let published = world.anonymous().get("/api/v1/ranking").await.expect(200);
    assert_eq!(published["switches"][0]["on"], false);

    let mut rules = Rules::default();
    rules.set("help_hundredths", 10).unwrap();
    let market = world.market.clone().ruled(rules);
    let (search, hub) = (world.app.search.clone(), world.app.hub.clone());
    let app = App::new(market, search, hub, Settings::default());
    let admin = Client { token: admin.token.clone(), router: routes::router(app) };
    let on = told(&admin.get(&path).await.expect(200));
    assert_eq!(on[0].0, poor);
    assert!((on[0].1 - off[0].1 - 0.1).abs() < 1e-6, "{on:?}");
    assert_eq!((on[1].1, on[2].1), (off[0].1, off[0].1));
    let published = admin.get("/api/v1/ranking").await.expect(200);
    assert_eq!(
        (&published["switches"][0]["on"], &published["switches"][0]["adds"]),
        (&json!(true), &json!(0.1))
    );
}

async fn candidates_are_named_by_id_alone(world: World) {
    let admin = world.admin().await;
    let employer = world.employer().await;
    let id = admin.register(&with(worker(77), &json!({ "id_number": ID_NUMBER }))).await;
    let away = json!({ "lat": 36.0, "lon": 104.0 });
    admin.register(&with(worker(78), &away)).await;
    let job = employer.draft(&posting()).await;
    employer.post(&format!("/api/v1/jobs/{job}/submit"), &json!({})).await.expect(200);
    admin.post(&format!("/api/v1/jobs/{job}/approve"), &json!({})).await.expect(200);
    let path = format!("/api/v1/jobs/{job}/candidates");
    let answer = employer.get(&path).await;
    let found = answer.expect(200);
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{found}");
    assert_eq!(items[0]["worker_id"], id);
    let names: Vec<&String> = items[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["distance_m", "reasons", "score", "worker_id"]);
    assert!(items[0]["reasons"].as_array().is_some_and(|r| r.iter().all(Value::is_string)));
    assert!(!answer.text().contains("马小军"));
    let other = linggong::domain::org::EmployerKind::Enterprise;
    let other = world.account_of(Role::Employer, "other", None, Some(other)).await;
    other.get(&path).await.problem(403, "forbidden");
    world.anonymous().get(&path).await.problem(401, "sign_in");
}
