//! What only a paired kiosk may do: sign in by the card on its reader, and bring what it noted at the
//! door while its link was cut.

use linggong::{
    domain::{
        account::Actor,
        screen::ScreenKind,
        time::{DAY, HOUR, MINUTE},
    },
    market::NewScreen,
};
use serde_json::{Value, json};

use crate::{
    Client, World,
    workers::ID_NUMBER,
    world::{posting, with, worker},
};

stories!(
    a_card_signs_in_at_a_paired_kiosk_alone,
    unknown_cards_stop_the_reader_for_a_while,
    what_was_noted_at_the_door_counts_from_its_moment_once,
);

async fn screen(world: &World, kind: ScreenKind) -> Client {
    let new = NewScreen { station: Some("near".parse().unwrap()), name: "一号".to_owned(), kind };
    let issued = world.market.issue_screen(&Actor::Operator, new).await.unwrap();
    let (signed, _) = world.market.pair(&issued.code).await.unwrap();
    Client { token: Some(signed.token), ..world.anonymous() }
}

fn card(number: &str) -> Value {
    json!({ "number": number })
}

async fn a_card_signs_in_at_a_paired_kiosk_alone(world: World) {
    let admin = world.admin().await;
    let id = admin.register(&with(worker(1), &json!({ "id_number": ID_NUMBER }))).await;
    let path = "/api/v1/card/sign-in";
    let kiosk = screen(&world, ScreenKind::Kiosk).await;
    let seeker = kiosk.post(path, &card(ID_NUMBER)).await.expect(200);
    assert_eq!(seeker["worker_id"], id);
    let token = seeker["token"].as_str().map(str::to_owned);
    let person = Client { token, ..world.anonymous() };
    person.get(&format!("/api/v1/workers/{id}/bookings")).await.expect(200);
    world.clock.go(20 * MINUTE + 1);
    person.get(&format!("/api/v1/workers/{id}/bookings")).await.problem(401, "sign_in");
    kiosk.post(path, &card("64010619900307001")).await.problem(422, "invalid");
    world.anonymous().post(path, &card(ID_NUMBER)).await.problem(401, "sign_in");
    let board = screen(&world, ScreenKind::Board).await;
    let staff = world.staff().await;
    for other in [&board, &staff, &admin] {
        other.post(path, &card(ID_NUMBER)).await.problem(403, "forbidden");
    }
    let log = world.market.store.read().await.unwrap().log_after(0, 1000).await.unwrap();
    assert_eq!(log.iter().filter(|row| row.verb == "read_card").count(), 1);
    assert!(log.iter().all(|row| !row.detail.contains(ID_NUMBER)));
}

async fn unknown_cards_stop_the_reader_for_a_while(world: World) {
    let admin = world.admin().await;
    admin.register(&with(worker(1), &json!({ "id_number": ID_NUMBER }))).await;
    let kiosk = screen(&world, ScreenKind::Kiosk).await;
    let path = "/api/v1/card/sign-in";
    for _ in 0..20 {
        kiosk.post(path, &card("11010519491231002X")).await.problem(404, "not_found");
    }
    kiosk.post(path, &card(ID_NUMBER)).await.problem(429, "locked");
    // Another kiosk is not stopped, and this one reads again later.
    screen(&world, ScreenKind::Kiosk).await.post(path, &card(ID_NUMBER)).await.expect(200);
    world.clock.go(15 * MINUTE + 1);
    kiosk.post(path, &card(ID_NUMBER)).await.expect(200);
}

async fn what_was_noted_at_the_door_counts_from_its_moment_once(world: World) {
    let admin = world.admin().await;
    let start = world.market.now().plus(HOUR);
    let shifts = json!([{ "start": start.to_string(), "end": start.plus(4 * HOUR).to_string() }]);
    let asked = json!({ "instant": true, "shifts": shifts });
    let job = admin.open(&with(posting(), &asked)).await;
    let id = admin.register(&with(worker(1), &json!({ "id_number": ID_NUMBER }))).await;
    let booking = admin.book(&job, &id).await.expect(201)["id"].as_str().unwrap().to_owned();
    let kiosk = screen(&world, ScreenKind::Kiosk).await;
    let seeker = kiosk.post("/api/v1/card/sign-in", &card(ID_NUMBER)).await.expect(200);
    let token = seeker["token"].as_str().map(str::to_owned);
    let person = Client { token, ..world.anonymous() };
    let path = format!("/api/v1/bookings/{booking}/check-in");
    let code = world.market.code(&Actor::Operator, &job.parse().unwrap()).await.unwrap().1.digits;
    let noted = world.market.now();
    world.clock.go(7 * MINUTE);
    let kept =
        |at: &str, screen: &Client| json!({ "code": code, "at": at, "screen": screen.token });
    let at = noted.to_string();
    // The code of then is none of now, and only a paired kiosk vouches for then.
    person.post(&path, &json!({ "code": code })).await.problem(422, "invalid");
    let board = screen(&world, ScreenKind::Board).await;
    for nobody in [&board, &person, &world.anonymous()] {
        person.post(&path, &kept(&at, nobody)).await.problem(403, "forbidden");
    }
    let later = world.market.now().plus(HOUR).to_string();
    person.post(&path, &kept(&later, &kiosk)).await.problem(409, "too_late");
    let long_ago = noted.plus(-4 * DAY).to_string();
    person.post(&path, &kept(&long_ago, &kiosk)).await.problem(409, "too_late");
    person.post(&path, &kept("早上", &kiosk)).await.problem(422, "invalid");
    for _ in 0..2 {
        let one = person.post(&path, &kept(&at, &kiosk)).await.expect(200);
        assert_eq!((&one["check_in"], &one["check_in_by"]), (&json!(at), &json!("kept")));
    }
    // It is the same also when the shift is long over.
    world.clock.go(10 * HOUR);
    let seeker = kiosk.post("/api/v1/card/sign-in", &card(ID_NUMBER)).await.expect(200);
    let token = seeker["token"].as_str().map(str::to_owned);
    let person = Client { token, ..world.anonymous() };
    admin.post(&format!("/api/v1/bookings/{booking}/check-out"), &json!({})).await.expect(200);
    person.post(&path, &kept(&at, &kiosk)).await.expect(200);
    let log = world.market.store.read().await.unwrap().log_after(0, 1000).await.unwrap();
    assert_eq!(log.iter().filter(|row| row.verb == "check_in").count(), 1);
}
