//! Phone and PIN: who registers alone, comes back, forgets, guesses, or shares a phone.

use linggong::domain::time::MINUTE;
use serde_json::{Value, json};

use crate::{
    Client, World,
    world::{Answer, posting, with, worker},
};

stories!(
    who_registers_alone_books_and_comes_back,
    a_registration_that_arrives_twice_registers_once,
    guesses_lock_the_phone_for_a_while,
    staff_give_their_own_people_a_pin,
    a_family_shares_a_phone_but_no_pin,
    bad_pins_name_their_field,
);

const PHONE: &str = "13800000042";
const PIN: &str = "280516";

fn newcomer() -> Value {
    with(worker(42), &json!({ "pin": PIN, "station": "near" }))
}

async fn sign_in(world: &World, phone: &str, pin: &str) -> Answer {
    let body = json!({ "phone": phone, "pin": pin });
    world.anonymous().post("/api/v1/pin/sign-in", &body).await
}

fn as_seeker(world: &World, seeker: &Value) -> Client {
    Client { token: seeker["token"].as_str().map(str::to_owned), ..world.anonymous() }
}

async fn who_registers_alone_books_and_comes_back(world: World) {
    let job = world.admin().await.open(&with(posting(), &json!({ "instant": true }))).await;
    let seeker = world.anonymous().post("/api/v1/pin/sign-up", &newcomer()).await.expect(201);
    assert_eq!(seeker["name"], "马**");
    let id = seeker["worker_id"].as_str().unwrap();
    assert_eq!(as_seeker(&world, &seeker).book(&job, id).await.expect(201)["status"], "booked");
    let again = sign_in(&world, PHONE, PIN).await.expect(200);
    assert_eq!(again["worker_id"], id);
    let bookings = format!("/api/v1/workers/{id}/bookings");
    let mine = as_seeker(&world, &again).get(&bookings).await.expect(200);
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    // A session at a kiosk ends by itself.
    world.clock.go(20 * MINUTE + 1);
    as_seeker(&world, &again).get(&bookings).await.problem(401, "sign_in");
    // The station's staff serve the person from now on; the password's door stays shut.
    let staff = world.staff().await;
    staff.get(&format!("/api/v1/workers/{id}")).await.expect(200);
    let me = sign_in(&world, PHONE, PIN).await.expect(200);
    let login = as_seeker(&world, &me).get("/api/v1/me").await.expect(200)["login"].clone();
    for password in [PIN, "", "28051600"] {
        let body = json!({ "login": login, "password": password });
        let answer = world.anonymous().post("/api/v1/login", &body).await;
        assert!(answer.status.is_client_error(), "{password}");
    }
}

async fn a_registration_that_arrives_twice_registers_once(world: World) {
    let anybody = world.anonymous();
    let first = anybody.post_keyed("/api/v1/pin/sign-up", &newcomer(), "k1").await.expect(201);
    let second = anybody.post_keyed("/api/v1/pin/sign-up", &newcomer(), "k1").await.expect(201);
    assert_eq!(first["worker_id"], second["worker_id"]);
    let other = with(newcomer(), &json!({ "name": "马大军" }));
    let answer = anybody.post_keyed("/api/v1/pin/sign-up", &other, "k1").await;
    answer.problem(422, "key_reused");
    // Without the key it is another one, on a phone that is taken.
    let taken = anybody.post("/api/v1/pin/sign-up", &newcomer()).await;
    assert_eq!(taken.problem(409, "duplicate")["errors"][0]["field"], "phone");
    let phone = PHONE.parse().unwrap();
    let mut view = world.market.store.read().await.unwrap();
    assert_eq!(view.workers_with_phone(&phone).await.unwrap().len(), 1);
}

async fn guesses_lock_the_phone_for_a_while(world: World) {
    world.anonymous().post("/api/v1/pin/sign-up", &newcomer()).await.expect(201);
    for _ in 0..5 {
        sign_in(&world, PHONE, "280517").await.problem(401, "credentials");
    }
    sign_in(&world, PHONE, PIN).await.problem(429, "locked");
    world.clock.go(15 * MINUTE + 1);
    sign_in(&world, PHONE, PIN).await.expect(200);
    // A phone that nobody registered answers as a wrong PIN does.
    sign_in(&world, "13900000000", PIN).await.problem(401, "credentials");
    sign_in(&world, PHONE, "111111").await.problem(401, "credentials");
}

async fn staff_give_their_own_people_a_pin(world: World) {
    let staff = world.staff().await;
    let id = staff.register(&worker(42)).await;
    let path = format!("/api/v1/workers/{id}/pin");
    let give = json!({ "pin": PIN });
    sign_in(&world, PHONE, PIN).await.problem(401, "credentials");
    assert_eq!(staff.post(&path, &give).await.status, 204);
    let seeker = sign_in(&world, PHONE, PIN).await.expect(200);
    assert_eq!(seeker["worker_id"], id.as_str());
    // Another PIN ends what was begun with the first.
    assert_eq!(staff.post(&path, &json!({ "pin": "930718" })).await.status, 204);
    as_seeker(&world, &seeker).get("/api/v1/me").await.problem(401, "sign_in");
    sign_in(&world, PHONE, PIN).await.problem(401, "credentials");
    let seeker = sign_in(&world, PHONE, "930718").await.expect(200);
    as_seeker(&world, &seeker).post(&path, &give).await.problem(403, "forbidden");
    let far = world.account(linggong::domain::account::Role::Staff, "far", Some("far")).await;
    far.post(&path, &give).await.problem(404, "not_found");
}

async fn a_family_shares_a_phone_but_no_pin(world: World) {
    let staff = world.staff().await;
    let mut ids = Vec::new();
    for name in ["马小军", "马大军"] {
        ids.push(staff.register(&with(worker(42), &json!({ "name": name }))).await);
    }
    let give = async |id: &str, pin: &str| {
        staff.post(&format!("/api/v1/workers/{id}/pin"), &json!({ "pin": pin })).await
    };
    assert_eq!(give(&ids[0], PIN).await.status, 204);
    give(&ids[1], PIN).await.problem(422, "invalid");
    assert_eq!(give(&ids[1], "930718").await.status, 204);
    for (id, pin) in [(&ids[0], PIN), (&ids[1], "930718")] {
        assert_eq!(sign_in(&world, PHONE, pin).await.expect(200)["worker_id"], id.as_str());
    }
}

async fn bad_pins_name_their_field(world: World) {
    let before = world.log_seq().await;
    for pin in [json!("12345"), json!("000000"), json!("123456"), json!(280_516), json!("000042")] {
        let bad = with(newcomer(), &json!({ "pin": pin }));
        let answer = world.anonymous().post("/api/v1/pin/sign-up", &bad).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.fields(), ["pin"], "{pin}");
        assert!(!answer.text().contains("280516"));
    }
    for (field, value) in [("consents", json!([])), ("phone", json!("1")), ("name", json!(""))] {
        let bad = with(newcomer(), &json!({ (field): value }));
        let answer = world.anonymous().post("/api/v1/pin/sign-up", &bad).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.fields(), [field]);
    }
    let answer = sign_in(&world, "1", "12").await;
    assert_eq!(answer.fields(), ["phone", "pin"]);
    assert_eq!(world.log_seq().await, before);
}
