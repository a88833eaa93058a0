//! Nothing personal leaves its place: a life with names that are found nowhere else, and then a
//! search for them in logs, figures, answers, streams, index and database.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex, OnceLock},
};

use axum::{body::Body, http::header};
use linggong::{
    domain::{
        account::{Actor, Role},
        org::EmployerKind,
    },
    market::NewUser,
    store::Engine,
};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection, Row};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

use crate::{
    Client, World,
    columns::columns,
    world::{posting, with, worker},
};

stories!(nothing_personal_leaves_its_place, reasons_stay_between_desk_and_poster);

const NAME: &str = "欧阳栗子";
const PHONE: &str = "13987650123";
const ID_NUMBER: &str = "640106198501010012";
const HOUSEHOLD: &str = "HH-LIZI-7788";
const PRIVATE_EMPLOYER: &str = "慕容石榴";
const COMPLAINT: &str = "石榴园主欠栗子三天工钱";
const PASSWORD: &str = "planted-Passw0rd-7";
const WRONG_PASSWORD: &str = "planted-wr0ng-8";

/// What the whole process logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Log;
    fn make_writer(&'w self) -> Log {
        self.clone()
    }
}

/// The log of this process, from the first call on.
fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let filter: EnvFilter = "info,linggong=trace".parse().unwrap();
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false);
        builder.with_writer(log.clone()).init();
        log
    })
}

/// Fails where one of the secrets stands in the bytes.
#[track_caller]
fn clear(what: &str, bytes: &[u8], secrets: &[String]) {
    for secret in secrets {
        let spelled = serde_json::to_string(secret).unwrap();
        let escaped: String = secret.chars().map(|c| c.escape_unicode().to_string()).collect();
        for form in [secret.as_str(), spelled.trim_matches('"'), &escaped] {
            let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
            assert!(!found, "{secret} stands in {what}");
        }
    }
}

fn files(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

/// Every cell of every table.
async fn cells(world: &World) -> String {
    let mut connection = AnyConnection::connect(&world.store.url()).await.unwrap();
    let mut text = String::new();
    for column in columns(&world.store.url()).await {
        let (table, name) = column.split_once('.').unwrap();
        let sql = format!("select cast(\"{name}\" as text) as c from \"{table}\"");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        for row in rows {
            text.push_str(row.get::<Option<String>, _>("c").as_deref().unwrap_or_default());
            text.push('\n');
        }
    }
    text
}

fn person() -> Value {
    with(
        worker(1),
        &json!({ "name": NAME, "phone": PHONE, "id_number": ID_NUMBER, "household": HOUSEHOLD,
                 "groups": ["poverty"], "external_id": "W-9" }),
    )
}

/// Signs in once wrongly and once rightly; the token is a secret like the password.
async fn sign_in(world: &World) -> Client {
    let new = NewUser {
        login: "planter".to_owned(),
        role: Role::Admin,
        org: None,
        employer: None,
        station: None,
        password: PASSWORD.to_owned(),
    };
    world.market.add_user(&Actor::Operator, new).await.unwrap();
    let nobody = world.anonymous();
    let attempt = async |password: &str| {
        nobody.post("/api/v1/login", &json!({ "login": "planter", "password": password })).await
    };
    attempt(WRONG_PASSWORD).await.problem(401, "credentials");
    let token = attempt(PASSWORD).await.expect(200)["token"].as_str().unwrap().to_owned();
    Client { token: Some(token), ..nobody }
}

/// Sends the secrets where they do not belong. Answers what came back.
async fn misplace(world: &World, admin: &Client, job: &str) -> Vec<String> {
    let mut answers = Vec::new();
    for secret in [NAME, PHONE, ID_NUMBER, PRIVATE_EMPLOYER, PASSWORD] {
        for field in ["lat", "phone", "id_number", "groups", "available", "skills", "crs"] {
            let bad = with(worker(2), &json!({ field: { "a": secret } }));
            answers.push(admin.post("/api/v1/workers", &bad).await.text());
        }
        for field in ["occupation", "division", "wage", "headcount", "valid_until", "via_broker"] {
            let bad = with(posting(), &json!({ field: secret }));
            answers.push(admin.post("/api/v1/jobs", &bad).await.text());
        }
        let body = json!({ "worker_id": secret });
        answers.push(admin.post(&format!("/api/v1/jobs/{job}/bookings"), &body).await.text());
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for path in [
            format!("/api/v1/jobs?q={encoded}"),
            format!("/api/v1/jobs?lat={encoded}&cursor={encoded}&occupation={encoded}"),
            format!("/api/v1/workers/{encoded}"),
            format!("/{encoded}"),
        ] {
            answers.push(admin.get(&path).await.text());
        }
        let nobody = world.anonymous();
        let broken = format!("{{\"name\": \"{secret}\", }}");
        let request = admin.request("POST", "/api/v1/workers").body(Body::from(broken)).unwrap();
        answers.push(nobody.send(request).await.text());
        if secret.is_ascii() {
            let request = nobody.request(secret, "/api/v1/jobs").body(Body::empty()).unwrap();
            nobody.send(request).await;
            let request = nobody.request("GET", "/api/v1/me");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {secret}"));
            answers.push(nobody.send(request.body(Body::empty()).unwrap()).await.text());
        }
    }
    answers
}

async fn nothing_personal_leaves_its_place(world: World) {
    let log = log();
    let admin = sign_in(&world).await;
    let employer = json!({ "name": PRIVATE_EMPLOYER, "kind": "individual" });
    let job = admin.open(&with(posting(), &json!({ "employer": employer }))).await;
    let job_path = format!("/api/v1/jobs/{job}");
    admin.patch(&job_path, &json!({ "headcount": 4 }), None).await.expect(200);
    let made = admin.post_keyed("/api/v1/workers", &person(), "key-1").await.expect(201);
    admin.post_keyed("/api/v1/workers", &person(), "key-1").await.expect(201);
    let again = with(worker(3), &json!({ "id_number": ID_NUMBER }));
    let duplicate = admin.post("/api/v1/workers", &again).await;
    duplicate.problem(409, "duplicate");
    let id = made["id"].as_str().unwrap();
    let worker_path = format!("/api/v1/workers/{id}");
    let looked = admin.get(&worker_path).await;
    looked.expect(200);
    let booked = admin.book(&job, id).await.expect(201);
    admin.get(&format!("{worker_path}/matches")).await.expect(200);
    let complaint = json!({ "kind": "arrears", "text": COMPLAINT, "job_id": job });
    let complained = world.staff().await.post("/api/v1/complaints", &complaint).await.expect(201);
    let complaint_path = format!("/api/v1/complaints/{}", complained["id"].as_str().unwrap());
    // A list takes the same person in by another name of the list.
    let listed = with(person(), &json!({ "id_number": null, "external_id": "L-1" }));
    let mut txn = world.market.store.begin().await.unwrap();
    let taken = world.market.take_in_worker(&mut txn, &Actor::Operator, &listed, "list").await;
    taken.unwrap();
    txn.commit().await.unwrap();
    let mut answers = misplace(&world, &admin, &job).await;
    answers.push(duplicate.text());

    let kind = Some(EmployerKind::Enterprise);
    let outsiders = [
        world.anonymous(),
        world.account_of(Role::Employer, "foreign", None, kind).await,
        world.account(Role::Staff, "distant", Some("far")).await,
        world.account(Role::Worker, "other", None).await,
        world.account(Role::Device, "screen", Some("near")).await,
    ];
    let booking = booked["id"].as_str().unwrap();
    for outsider in &outsiders {
        for path in [
            "/api/v1/jobs",
            "/api/v1/stations",
            "/jobs",
            "/",
            "/board/near",
            &job_path,
            &worker_path,
            &format!("{job_path}/candidates"),
            &format!("{job_path}/bookings"),
            &format!("/jobs/{job}"),
            &format!("{worker_path}/matches"),
            &format!("{worker_path}/bookings"),
            &format!("/desk/jobs/{job}"),
            &format!("/desk/jobs/{job}/people"),
            &format!("{worker_path}/wages"),
            &format!("{worker_path}/messages"),
            &complaint_path,
            "/api/v1/complaints",
        ] {
            answers.push(outsider.get(path).await.text());
        }
        let cancel = format!("/api/v1/bookings/{booking}/cancel");
        answers.push(outsider.post(&cancel, &json!({})).await.text());
        answers.push(outsider.post("/api/v1/workers", &again).await.text());
    }
    assert!(answers.iter().any(|answer| answer.contains("慕***")), "the mask is seen");

    let token = admin.token.clone().unwrap();
    let secrets: Vec<String> = [
        NAME,
        PHONE,
        ID_NUMBER,
        HOUSEHOLD,
        PRIVATE_EMPLOYER,
        COMPLAINT,
        PASSWORD,
        WRONG_PASSWORD,
        &token,
    ]
    .map(str::to_owned)
    .into();
    // Who may see the person sees the name, and the rest masked.
    clear("an answer about the person", &looked.body, &secrets[1..]);
    for answer in &answers {
        clear(answer, answer.as_bytes(), &secrets);
    }
    let figures = world.anonymous().get("/metrics").await;
    assert!(figures.text().contains("linggong_http_requests"));
    clear("the figures", &figures.body, &secrets);
    for station in ["near", "far"] {
        let stream = json!(world.stream(station).await).to_string();
        clear("a stream", stream.as_bytes(), &secrets);
    }
    world.house().await;
    let mut kept = Vec::new();
    files(world.folder.path(), &mut kept);
    assert!(kept.len() > 1, "the index has files");
    if world.store.engine() == Engine::Sqlite {
        let file = world.store.url();
        let folder = Path::new(file.strip_prefix("sqlite://").unwrap()).parent().unwrap();
        files(folder, &mut kept);
        assert!(kept.iter().any(|(name, _)| name.ends_with("linggong.db-wal")));
    }
    for (name, bytes) in &kept {
        clear(name, bytes, &secrets);
    }
    let cells = cells(&world).await;
    assert!(cells.contains("慕***") && cells.contains(id));
    clear("the database", cells.as_bytes(), &secrets);
    let logged = log.0.lock().unwrap().clone();
    let text = String::from_utf8_lossy(&logged);
    assert!(text.contains("took_ms"), "requests are logged");
    clear("the log", &logged, &secrets);
    audit(&world, id, &job).await;
}

/// A row for every change, and for every look at a person.
async fn audit(world: &World, worker: &str, job: &str) {
    let mut view = world.market.store.read().await.unwrap();
    let mut verbs = async |kind, entity: &str| {
        let rows = view.log_of(kind, entity, 1000).await.unwrap();
        rows.into_iter().map(|row| row.verb).collect::<Vec<_>>()
    };
    use linggong::store::Kind;
    assert_eq!(verbs(Kind::Worker, worker).await, ["register", "look", "look"]);
    let steps = ["post", "submit", "approve", "revise", "take_place"];
    assert_eq!(verbs(Kind::Job, job).await, steps);
    let rows = view.log_after(0, 1000).await.unwrap();
    let count = |verb: &str| rows.iter().filter(|row| row.verb == verb).count();
    for (verb, times) in [
        ("add_station", 2),
        ("add_user", 1),
        ("sign_in_failed", 1),
        ("sign_in", 1),
        ("book", 1),
        ("import", 1),
    ] {
        assert_eq!(count(verb), times, "{verb}");
    }
    assert_eq!(view.verify_log().await.unwrap(), Ok(rows.len() as i64));
}

async fn reasons_stay_between_desk_and_poster(world: World) {
    let employer = world.employer().await;
    let admin = world.admin().await;
    let job = employer.draft(&posting()).await;
    let path = format!("/api/v1/jobs/{job}");
    employer.post(&format!("{path}/submit"), &json!({})).await.expect(200);
    admin.post(&format!("{path}/approve"), &json!({})).await.expect(200);
    let why = json!({ "reason": "有人投诉欠薪" });
    admin.post(&format!("{path}/withdraw"), &why).await.expect(200);
    assert_eq!(employer.get(&path).await.expect(200)["reason"], why["reason"]);
    assert_eq!(world.anonymous().get(&path).await.expect(200)["reason"], Value::Null);
    let rows = {
        let mut view = world.market.store.read().await.unwrap();
        view.log_after(0, 1000).await.unwrap()
    };
    assert!(rows.iter().all(|row| !row.detail.contains("投诉")));
    // Signing out is a change too.
    employer.post("/api/v1/logout", &json!({})).await;
    let mut view = world.market.store.read().await.unwrap();
    let rows = view.log_after(rows.len() as i64, 1000).await.unwrap();
    assert_eq!(rows.last().map(|row| row.verb.as_str()), Some("sign_out"));
}
