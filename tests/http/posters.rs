//! Who may post: registering, being verified and refused, licences that end, authorisations.

use axum::body::Body;
use linggong::domain::{account::Role, org::EmployerKind, time::DAY};
use serde_json::{Value, json};

use crate::{
    Client, World,
    world::{Answer, posting, with},
};

stories!(
    who_registers_drafts_and_publishes_once_verified,
    what_a_registration_owes_is_said_field_by_field,
    a_private_employer_registers_by_identity,
    nobody_registers_twice,
    a_refusal_says_why_and_can_be_put_right,
    a_licence_that_ends_stops_posting_and_is_told_to_staff,
    a_broker_posts_for_whom_it_is_authorised,
    there_is_one_tier_of_brokers,
    papers_are_the_posters_and_the_desks,
    a_published_posting_names_who_verified_it,
    the_pages_of_who_may_post,
);

const PDF: &[u8] = b"%PDF-1.7 %%EOF";

fn newcomer() -> Value {
    json!({
        "name": "宁夏某某商贸有限公司",
        "kind": "enterprise",
        "uscc": "91110101095807770R",
        "licence_until": "2026-12-31",
        "contact": "王小明",
        "phone": "13800000077",
        "login": "shangmao",
        "password": "12345678",
        "consent": true
    })
}

/// Registers, and signs the new account in.
async fn registered(world: &World, input: &Value) -> (String, Client) {
    let org = world.anonymous().post("/api/v1/orgs", input).await.expect(201);
    (org["id"].as_str().unwrap().to_owned(), signed_in(world, input).await)
}

async fn signed_in(world: &World, input: &Value) -> Client {
    let body = json!({ "login": input["login"], "password": input["password"] });
    let token = world.anonymous().post("/api/v1/login", &body).await.expect(200);
    Client { token: token["token"].as_str().map(str::to_owned), ..world.anonymous() }
}

async fn step(client: &Client, kind: &str, id: &str, step: &str, reason: Option<&str>) -> Answer {
    client.post(&format!("/api/v1/{kind}/{id}/{step}"), &json!({ "reason": reason })).await
}

async fn submit(client: &Client, job: &str) -> Answer {
    step(client, "jobs", job, "submit", None).await
}

async fn upload(client: &Client, path: &str, file: &'static [u8]) -> Answer {
    client.send(client.request("POST", path).body(Body::from(file)).unwrap()).await
}

/// A posting in the poster's own name.
fn own_posting() -> Value {
    let mut input = posting();
    input.as_object_mut().unwrap().remove("employer");
    input
}

/// Hands in an authorisation; the id.
async fn mandate(broker: &Client, org: &str, fields: &[(&str, &str)]) -> Answer {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields);
    upload(broker, &format!("/api/v1/orgs/{org}/mandates?{}", query.finish()), PDF).await
}

const GOOD: [(&str, &str); 4] = [
    ("employer_name", "塞上建材有限公司"),
    ("employer_uscc", "91110101MAC1DF1G95"),
    ("from", "2026-11-20"),
    ("to", "2026-12-20"),
];

async fn who_registers_drafts_and_publishes_once_verified(world: World) {
    let staff = world.staff().await;
    let (org, poster) = registered(&world, &newcomer()).await;
    let me = poster.get("/api/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["org"]), (&json!("employer"), &json!(org)));
    let job = poster.draft(&own_posting()).await;
    let problem = submit(&poster, &job).await.problem(409, "unverified");
    assert!(problem["title"].as_str().unwrap().contains("核验"), "{problem}");
    assert_eq!(poster.get(&format!("/api/v1/jobs/{job}")).await.json()["status"], "draft");
    // Neither staff nor whoever administers publish it round the check.
    submit(&staff, &job).await.problem(409, "unverified");
    submit(&world.admin().await, &job).await.problem(409, "unverified");
    let waiting = staff.get("/api/v1/orgs?status=pending").await.expect(200);
    assert_eq!(waiting["items"][0]["id"], json!(org));
    // Nobody verifies himself.
    step(&poster, "orgs", &org, "verify", None).await.problem(403, "forbidden");
    let verified = step(&staff, "orgs", &org, "verify", None).await.expect(200);
    assert_eq!(verified["status"], "verified");
    assert_eq!(verified["verified_by"], "良田站");
    submit(&poster, &job).await.expect(200);
    step(&staff, "orgs", &org, "verify", None).await.problem(409, "state");
    let open = step(&staff, "jobs", &job, "approve", None).await.expect(200);
    assert_eq!((&open["label"], &open["verified_by"]), (&json!("直招"), &json!("良田站")));
    let put = world.stream("near").await.pop().unwrap();
    assert_eq!(put["job"]["verified_by"], "良田站");
    // The trail knows each step, and nothing personal.
    let mut view = world.market.store.read().await.unwrap();
    let log = view.log_of(linggong::store::Kind::Org, &org, 20).await.unwrap();
    let verbs: Vec<&str> = log.iter().map(|row| row.verb.as_str()).collect();
    assert_eq!(verbs, ["register_org", "verify"]);
    assert!(log.iter().all(|row| !row.detail.to_string().contains("小明")));
}

async fn what_a_registration_owes_is_said_field_by_field(world: World) {
    let client = world.anonymous();
    let fields = |answer: Answer| {
        answer.problem(422, "invalid");
        answer.fields()
    };
    let answer = client.post("/api/v1/orgs", &json!({})).await;
    let want = ["kind", "name", "phone", "contact", "login", "password", "consent"];
    let mut got = fields(answer);
    got.sort();
    let mut want = want.map(str::to_owned).to_vec();
    want.sort();
    assert_eq!(got, want);
    for (name, value) in [
        ("uscc", json!("91110101095807770A")),
        ("uscc", Value::Null),
        ("phone", json!("12345678901")),
        ("licence_until", json!("2026-11-23")),
        ("kind", json!("company")),
        ("consent", json!("true")),
        ("password", json!("1234567")),
        ("contact", json!("")),
    ] {
        let mut input = newcomer();
        input[name] = value.clone();
        assert_eq!(fields(client.post("/api/v1/orgs", &input).await), [name], "{name} {value}");
    }
    assert_eq!(world.market.store.read().await.unwrap().accounts().await.unwrap().len(), 0);
}

async fn a_private_employer_registers_by_identity(world: World) {
    let staff = world.staff().await;
    let mut input = with(
        newcomer(),
        &json!({ "name": "马大军", "kind": "individual", "id_number": "11010519491231002X" }),
    );
    for name in ["uscc", "contact", "licence_until"] {
        input.as_object_mut().unwrap().remove(name);
    }
    let mut unnamed = input.clone();
    unnamed.as_object_mut().unwrap().remove("id_number");
    let answer = world.anonymous().post("/api/v1/orgs", &unnamed).await;
    answer.problem(422, "invalid");
    assert_eq!(answer.fields(), ["id_number"]);
    let (org, poster) = registered(&world, &input).await;
    for reader in [&poster, &staff] {
        let held = reader.get(&format!("/api/v1/orgs/{org}")).await.expect(200);
        assert_eq!(held["name"], "马**");
        assert_eq!(held["phone"], "138****0077");
        assert_eq!(held["id_number"], "110*************2X");
    }
    // Sealed at rest: the columns hold the family name at most.
    let mut view = world.market.store.read().await.unwrap();
    let kept = view.org(&org.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(kept.employer.name, "马大军");
    drop(view);
    step(&staff, "orgs", &org, "verify", None).await.expect(200);
    let job = poster.draft(&own_posting()).await;
    submit(&poster, &job).await.expect(200);
    let open = step(&staff, "jobs", &job, "approve", None).await.expect(200);
    assert_eq!(open["employer"]["name"], "马**");
    // The same person with another login.
    let again = with(input, &json!({ "login": "again" }));
    world.anonymous().post("/api/v1/orgs", &again).await.problem(409, "duplicate");
}

async fn nobody_registers_twice(world: World) {
    registered(&world, &newcomer()).await;
    let other = with(newcomer(), &json!({ "login": "other" }));
    let answer = world.anonymous().post("/api/v1/orgs", &other).await;
    answer.problem(409, "duplicate");
    assert_eq!(answer.fields(), ["uscc"]);
    let other = with(newcomer(), &json!({ "uscc": "91110101MAC1DF1G95" }));
    let answer = world.anonymous().post("/api/v1/orgs", &other).await;
    answer.problem(409, "duplicate");
    assert_eq!(answer.fields(), ["login"]);
    // Nothing of the second stayed: it registers with a login of its own.
    let other = with(other, &json!({ "login": "another" }));
    world.anonymous().post("/api/v1/orgs", &other).await.expect(201);
}

async fn a_refusal_says_why_and_can_be_put_right(world: World) {
    let staff = world.staff().await;
    let (org, poster) = registered(&world, &newcomer()).await;
    let job = poster.draft(&own_posting()).await;
    step(&staff, "orgs", &org, "refuse", None).await.problem(422, "invalid");
    step(&staff, "orgs", &org, "refuse", Some("执照照片看不清")).await.expect(200);
    let problem = submit(&poster, &job).await.problem(409, "unverified");
    assert!(problem["title"].as_str().unwrap().contains("执照照片看不清"), "{problem}");
    // A refused one is verified only after something new was handed in.
    step(&staff, "orgs", &org, "verify", None).await.problem(409, "state");
    let path = format!("/api/v1/orgs/{org}");
    let foreign = world.employer().await;
    foreign.patch(&path, &json!({ "phone": "13800000078" }), None).await.problem(404, "not_found");
    foreign.get(&path).await.problem(404, "not_found");
    let bad = poster.patch(&path, &json!({ "kind": "broker" }), None).await;
    bad.problem(422, "invalid");
    let renewed = poster.patch(&path, &json!({ "phone": "13800000078" }), None).await.expect(200);
    assert_eq!((&renewed["status"], &renewed["reason"]), (&json!("pending"), &Value::Null));
    step(&staff, "orgs", &org, "verify", None).await.expect(200);
    submit(&poster, &job).await.expect(200);
    // What stood right can be taken back: publishing stops.
    step(&staff, "orgs", &org, "refuse", Some("查无此单位")).await.expect(200);
    step(&staff, "jobs", &job, "approve", None).await.problem(409, "unverified");
}

async fn a_licence_that_ends_stops_posting_and_is_told_to_staff(world: World) {
    let staff = world.staff().await;
    let (org, poster) =
        registered(&world, &with(newcomer(), &json!({ "licence_until": "2026-11-26" }))).await;
    step(&staff, "orgs", &org, "verify", None).await.expect(200);
    let far = json!({ "valid_until": "2026-12-20T00:00:00+08:00", "shifts": [] });
    let wage = json!({ "wage": { "min_fen": 400_000, "max_fen": 400_000, "unit": "month",
                                 "settlement": "monthly" } });
    let input = with(with(own_posting(), &far), &wage);
    let (open, later) = (poster.draft(&input).await, poster.draft(&input).await);
    submit(&poster, &open).await.expect(200);
    step(&staff, "jobs", &open, "approve", None).await.expect(200);
    assert!(!staff.get("/").await.text().contains("岗位还开着"));
    world.clock.go(3 * DAY);
    let poster = signed_in(&world, &newcomer()).await;
    let problem = submit(&poster, &later).await.problem(409, "licence");
    assert!(problem["title"].as_str().unwrap().contains("2026-11-26"), "{problem}");
    // What people took places of stays, is told to staff, and grows no more.
    let path = format!("/api/v1/jobs/{open}");
    assert_eq!(poster.get(&path).await.json()["status"], "open");
    poster.patch(&path, &json!({ "headcount": 5 }), None).await.problem(409, "licence");
    assert!(staff.get("/").await.text().contains("岗位还开着"));
    assert!(staff.get("/desk/orgs").await.text().contains("岗位还开着"));
    assert!(poster.get("/").await.text().contains("还不能发布岗位"));
    step(&staff, "jobs", &open, "withdraw", Some("营业执照到期")).await.expect(200);
    assert!(!staff.get("/").await.text().contains("岗位还开着"));
    // A new licence is verified, and posting goes on.
    let path = format!("/api/v1/orgs/{org}");
    let old = poster.patch(&path, &json!({ "licence_until": "2026-11-26" }), None).await;
    old.problem(422, "invalid");
    poster.patch(&path, &json!({ "licence_until": null }), None).await.expect(200);
    submit(&poster, &later).await.problem(409, "unverified");
    step(&staff, "orgs", &org, "verify", None).await.expect(200);
    submit(&poster, &later).await.expect(200);
}

async fn a_broker_posts_for_whom_it_is_authorised(world: World) {
    let staff = world.staff().await;
    let kind = Some(EmployerKind::Broker);
    let broker = world.account_of(Role::Broker, "broker", None, kind).await;
    let whom = json!({ "employer": {
        "name": "塞上建材有限公司", "uscc": "91110101MAC1DF1G95", "kind": "enterprise" } });
    let input = with(posting(), &whom);
    let job = broker.draft(&input).await;
    let problem = submit(&broker, &job).await.problem(409, "mandate");
    assert!(problem["title"].as_str().unwrap().contains("塞上建材有限公司"), "{problem}");
    for (name, value, at) in [
        ("employer_name", "", "employer.name"),
        ("employer_uscc", "1", "employer.uscc"),
        ("from", "昨天", "from"),
        ("to", "2026-11-01", "to"),
        ("to", "2026-11-24", "to"),
        ("to", "2036-11-24", "to"),
    ] {
        let fields: Vec<_> =
            GOOD.map(|(key, held)| (key, if key == name { value } else { held })).into();
        let fields: Vec<_> = match (name, value) {
            // Not over, and before its own beginning.
            ("to", "2026-11-24") => {
                [&fields[..2], &[("from", "2026-11-28"), ("to", "2026-11-27")]].concat()
            }
            _ => fields,
        };
        let answer = mandate(&broker, "org-broker", &fields).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.fields(), [at], "{name} {value}");
    }
    let path = "/api/v1/orgs/org-broker/mandates?employer_name=a";
    assert!(upload(&broker, path, b"").await.fields().contains(&"file".to_owned()));
    mandate(&staff, "org-broker", &GOOD).await.problem(403, "forbidden");
    let held = mandate(&broker, "org-broker", &GOOD).await.expect(201);
    let id = held["id"].as_str().unwrap();
    submit(&broker, &job).await.problem(409, "mandate");
    step(&broker, "mandates", id, "verify", None).await.problem(403, "forbidden");
    step(&staff, "mandates", id, "verify", None).await.expect(200);
    submit(&broker, &job).await.expect(200);
    let open = step(&staff, "jobs", &job, "approve", None).await.expect(200);
    assert_eq!(open["label"], "经纪人");
    // The chain is there for everyone.
    let page = world.anonymous().get(&format!("/jobs/{job}")).await.text();
    assert!(page.contains("塞上建材有限公司 → broker公司"), "{page}");
    assert!(page.contains("委托书2026-11-20到2026-12-20"), "{page}");
    // Another employer is another authorisation; itself needs none.
    let other = broker
        .draft(&with(
            posting(),
            &json!({ "employer": {
        "name": "别的公司", "kind": "enterprise" } }),
        ))
        .await;
    submit(&broker, &other).await.problem(409, "mandate");
    let itself = json!({ "employer": { "name": "broker公司", "kind": "broker" } });
    let itself = broker.draft(&with(posting(), &itself)).await;
    submit(&broker, &itself).await.expect(200);
    // Staff are held to it as well; who administers vouches.
    submit(&staff, &other).await.problem(409, "mandate");
    submit(&world.admin().await, &other).await.expect(200);
    step(&staff, "jobs", &other, "approve", None).await.problem(409, "mandate");
    // What was taken back holds no more.
    let later = broker.draft(&input).await;
    step(&staff, "mandates", id, "refuse", Some("公章不对")).await.expect(200);
    let problem = submit(&broker, &later).await.problem(409, "mandate");
    assert!(problem["title"].as_str().unwrap().contains("公章不对"), "{problem}");
}

async fn there_is_one_tier_of_brokers(world: World) {
    let kind = Some(EmployerKind::Broker);
    let broker = world.account_of(Role::Broker, "broker", None, kind).await;
    let tier = json!({ "employer": { "name": "另一家中介", "kind": "agency" } });
    let answer = broker.post("/api/v1/jobs", &with(posting(), &tier)).await;
    answer.problem(422, "invalid");
    assert_eq!(answer.fields(), ["employer.kind"]);
    let fields = [&GOOD[..], &[("employer_kind", "agency")]].concat();
    let answer = mandate(&broker, "org-broker", &fields).await;
    answer.problem(422, "invalid");
    assert_eq!(answer.fields(), ["employer.kind"]);
    // Who employs has nobody to be authorised by.
    let employer = world.employer().await;
    mandate(&employer, "org-employer", &GOOD).await.problem(422, "invalid");
}

async fn papers_are_the_posters_and_the_desks(world: World) {
    let staff = world.staff().await;
    let (org, poster) = registered(&world, &newcomer()).await;
    let foreign = world.employer().await;
    let path = |paper: &str| format!("/api/v1/orgs/{org}/evidence?paper={paper}");
    let licence = path("%E8%90%A5%E4%B8%9A%E6%89%A7%E7%85%A7");
    upload(&poster, &path("x"), PDF).await.problem(422, "invalid");
    upload(&poster, &licence, b"<html>").await.problem(422, "invalid");
    upload(&foreign, &licence, PDF).await.problem(404, "not_found");
    let held = upload(&poster, &licence, PDF).await.expect(201);
    let at = format!("/api/v1/evidence/{}", held["id"].as_str().unwrap());
    for (reader, status) in [(&poster, 200), (&staff, 200), (&foreign, 404)] {
        assert_eq!(reader.get(&at).await.status.as_u16(), status);
    }
    let file = staff.get(&format!("/api/v1/orgs/{org}")).await.expect(200);
    assert_eq!(file["papers"][0]["paper"], "营业执照");
}

async fn a_published_posting_names_who_verified_it(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    world.house().await;
    for path in [format!("/api/v1/jobs/{job}"), "/api/v1/jobs".to_owned()] {
        let answer = world.anonymous().get(&path).await.expect(200);
        let one = if answer["items"].is_array() { &answer["items"][0] } else { &answer };
        assert_eq!(
            (&one["label"], &one["verified_by"]),
            (&json!("直招"), &json!("平台")),
            "{path}"
        );
    }
    let pages = ["/jobs".to_owned(), format!("/jobs/{job}"), format!("/m/near/{job}")];
    for path in pages {
        let html = world.anonymous().get(&path).await.text();
        assert!(html.contains("平台") && html.contains("直招"), "{path}: {html}");
    }
}

/// A form of a page, sent as a browser would.
async fn send(client: &Client, to: &str, fields: &[(&str, &str)]) -> Answer {
    use sha2::{Digest, Sha256};
    let token = client.token.as_deref().unwrap_or_default();
    let csrf = hex::encode(Sha256::digest(format!("form:{token}")));
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("csrf", &csrf).extend_pairs(fields);
    let request = client.request("POST", to);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    client.send(request.body(body.finish().into()).unwrap()).await
}

async fn the_pages_of_who_may_post(world: World) {
    let staff = world.staff().await;
    let fields: Vec<(String, String)> = newcomer()
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or("yes").to_owned()))
        .collect();
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = send(&world.anonymous(), "/register", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.headers["location"], "/org?said=org_registered");
    // Registering signs in.
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let token = cookie.split(['=', ';']).nth(1).unwrap().to_owned();
    let poster = Client { token: Some(token), ..world.anonymous() };
    let own = poster.get("/org?said=org_registered").await.text();
    assert!(own.contains("待核验") && own.contains("138****0077"), "{own}");
    let job = poster.draft(&own_posting()).await;
    let page = poster.get(&format!("/desk/jobs/{job}")).await.text();
    assert!(page.contains("不能“提交审核”：单位资料还没有核验"), "{page}");
    let queue = staff.get("/").await.text();
    assert!(queue.contains("等您核验的单位") && queue.contains("宁夏某某商贸有限公司"));
    let org = world.market.store.read().await.unwrap().posters(None, 10).await.unwrap();
    let org = org.iter().find(|poster| poster.contact.is_some()).unwrap().org.id.clone();
    let desk = staff.get(&format!("/desk/orgs/{org}")).await.text();
    assert!(desk.contains("13800000077") && desk.contains("王小明"), "{desk}");
    let to = format!("/desk/orgs/{org}");
    let again = send(&staff, &to, &[("step", "refuse"), ("reason", "")]).await;
    assert_eq!(again.status, 422);
    assert_eq!(send(&staff, &to, &[("step", "renew")]).await.status, 400);
    assert_eq!(send(&staff, &to, &[("step", "verify")]).await.status, 303);
    assert_eq!(send(&staff, &to, &[("step", "verify")]).await.status, 409);
    let page = poster.get(&format!("/desk/jobs/{job}")).await.text();
    assert!(!page.contains("单位资料还没有核验"), "{page}");
    // Nothing sent changes nothing; a new phone is verified afresh.
    assert_eq!(send(&poster, "/org", &[("phone", "")]).await.status, 303);
    assert!(poster.get("/org").await.text().contains("已核验"));
    assert_eq!(send(&poster, "/org", &[("phone", "13800000078")]).await.status, 303);
    assert!(poster.get("/org").await.text().contains("待核验"));
}
