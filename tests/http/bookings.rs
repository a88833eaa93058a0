//! Bookings by the contract: places, the waiting list, and each reason for having none.

use linggong::domain::{account::Role, time::DAY};
use serde_json::json;

use crate::{
    World,
    world::{posting, with, worker},
};

stories!(
    a_place_then_the_waiting_list_then_full,
    each_refusal_has_its_code,
    a_key_books_once,
    parallel_bookings_with_one_key_book_once,
    a_worker_books_for_itself_alone,
    staff_book_for_workers_of_their_station,
    a_cancelled_place_goes_to_who_waits,
    people_who_wait_come_before_newcomers_when_places_are_added,
    a_posting_by_application_gives_no_place_at_once,
    a_shift_can_be_booked_alone,
);

async fn a_place_then_the_waiting_list_then_full(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&with(posting(), &json!({ "headcount": 1 }))).await;
    let mut answers = Vec::new();
    for number in 1..=3 {
        let id = admin.register(&worker(number)).await;
        answers.push((admin.book(&job, &id).await, id));
    }
    let booked = answers[0].0.expect(201);
    assert_eq!(booked["status"], "booked");
    assert_eq!(booked["places_left"], 0);
    assert_eq!(booked["job_id"], job);
    assert_eq!(booked["worker_id"], answers[0].1);
    assert_eq!(booked["shifts"], posting()["shifts"]);
    assert_eq!(answers[1].0.expect(202)["status"], "waiting");
    answers[2].0.problem(409, "full");
    let seen = world.anonymous().get(&format!("/api/v1/jobs/{job}")).await.expect(200);
    assert_eq!((&seen["status"], &seen["places_left"]), (&json!("filled"), &json!(0)));
    let roster = admin.get(&format!("/api/v1/jobs/{job}/bookings")).await.expect(200);
    assert_eq!(roster["items"].as_array().unwrap().len(), 2);
    let path = format!("/api/v1/workers/{}/bookings", answers[1].1);
    let own = admin.get(&path).await.expect(200);
    assert_eq!(own["items"][0]["status"], "waiting");
}

async fn each_refusal_has_its_code(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    let night = json!([
        { "start": "2026-11-25T16:00:00+08:00", "end": "2026-11-25T22:00:00+08:00" }
    ]);
    let evening = json!({ "title": "晚班分拣", "shifts": night });
    let other = admin.open(&with(posting(), &evening)).await;
    let id = admin.register(&worker(1)).await;
    admin.book(&job, &id).await.expect(201);
    // The clash names what it clashes with.
    let clash = admin.book(&other, &id).await.problem(409, "clash");
    assert!(clash["title"].as_str().unwrap().contains("装卸工"), "{clash}");
    let twice = admin.book(&job, &id).await.problem(409, "clash");
    assert!(twice["title"].as_str().unwrap().contains("装卸工"), "{twice}");
    // Born on the day after the shift sixteen years ago: one day too young.
    let young = json!({ "id_number": "640106201011260013" });
    let young = admin.register(&with(worker(2), &young)).await;
    admin.book(&job, &young).await.problem(409, "blocked");
    let old = json!({ "id_number": "640106201011250018" });
    let old = admin.register(&with(worker(3), &old)).await;
    admin.book(&job, &old).await.expect(201);
    let draft = admin.draft(&posting()).await;
    admin.book(&draft, &young).await.problem(409, "closed");
    admin.post(&format!("/api/v1/jobs/{other}/close"), &json!({})).await.expect(200);
    let third = admin.register(&worker(4)).await;
    admin.book(&other, &third).await.problem(409, "closed");
    world.clock.go(2 * DAY);
    // The clock closes it before the house has noticed.
    admin.book(&job, &third).await.problem(409, "closed");
    admin.book("job_nothere", &third).await.problem(404, "not_found");
    admin.book(&job, "wkr_nothere").await.problem(404, "not_found");
}

async fn a_key_books_once(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    let (one, two) = (admin.register(&worker(1)).await, admin.register(&worker(2)).await);
    let path = format!("/api/v1/jobs/{job}/bookings");
    let first = admin.post_keyed(&path, &json!({ "worker_id": one }), "b1").await.expect(201);
    let again = admin.post_keyed(&path, &json!({ "worker_id": one }), "b1").await.expect(201);
    assert_eq!(first["id"], again["id"]);
    let other = admin.post_keyed(&path, &json!({ "worker_id": two }), "b1").await;
    other.problem(422, "key_reused");
    // A key belongs to one request, whatever it made.
    admin.post_keyed("/api/v1/jobs", &posting(), "b1").await.problem(422, "key_reused");
    let seen = admin.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
    assert_eq!(seen["places_left"], 1);
}

async fn parallel_bookings_with_one_key_book_once(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    let id = admin.register(&worker(1)).await;
    let tries = (0..12).map(|_| {
        let (admin, job, id) = (admin.clone(), job.clone(), id.clone());
        tokio::spawn(async move {
            let path = format!("/api/v1/jobs/{job}/bookings");
            admin.post_keyed(&path, &json!({ "worker_id": id }), "once").await
        })
    });
    for done in futures_util::future::join_all(tries).await {
        done.unwrap().expect(201);
    }
    let seen = admin.get(&format!("/api/v1/jobs/{job}")).await.expect(200);
    assert_eq!(seen["places_left"], 1);
}

async fn a_worker_books_for_itself_alone(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&posting()).await;
    let seeker = world.account(Role::Worker, "seeker", None).await;
    let own = seeker.register(&worker(1)).await;
    let foreign = admin.register(&worker(2)).await;
    let booked = seeker.book(&job, &own).await.expect(201);
    seeker.book(&job, &foreign).await.problem(404, "not_found");
    let path = format!("/api/v1/bookings/{}/cancel", booked["id"].as_str().unwrap());
    let other = world.account(Role::Worker, "other", None).await;
    other.post(&path, &json!({})).await.problem(404, "not_found");
    let gone = seeker.post(&path, &json!({})).await.expect(200);
    assert_eq!((&gone["status"], &gone["places_left"]), (&json!("cancelled"), &json!(2)));
    // A draft is nobody's to book.
    let draft = admin.draft(&posting()).await;
    seeker.book(&draft, &own).await.problem(404, "not_found");
}

async fn staff_book_for_workers_of_their_station(world: World) {
    let staff = world.staff().await;
    let other = world.account(Role::Staff, "other", Some("far")).await;
    let job = staff.open(&posting()).await;
    let id = staff.register(&worker(1)).await;
    other.book(&job, &id).await.problem(404, "not_found");
    staff.book(&job, &id).await.expect(201);
    let path = format!("/api/v1/jobs/{job}/bookings");
    other.get(&path).await.problem(403, "forbidden");
    assert_eq!(staff.get(&path).await.expect(200)["items"][0]["worker_id"], id);
}

async fn a_cancelled_place_goes_to_who_waits(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&with(posting(), &json!({ "headcount": 1 }))).await;
    let (one, two) = (admin.register(&worker(1)).await, admin.register(&worker(2)).await);
    let booked = admin.book(&job, &one).await.expect(201);
    admin.book(&job, &two).await.expect(202);
    let cancel = format!("/api/v1/bookings/{}/cancel", booked["id"].as_str().unwrap());
    assert_eq!(admin.post(&cancel, &json!({})).await.expect(200)["places_left"], 0);
    // Cancelling twice gives no second place away.
    assert_eq!(admin.post(&cancel, &json!({})).await.expect(200)["places_left"], 0);
    let roster = admin.get(&format!("/api/v1/jobs/{job}/bookings")).await.expect(200);
    let rows = roster["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["worker_id"], &rows[0]["status"]), (&json!(two), &json!("booked")));
}

async fn people_who_wait_come_before_newcomers_when_places_are_added(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&with(posting(), &json!({ "headcount": 1 }))).await;
    let mut ids = Vec::new();
    for number in 1..=3 {
        ids.push(admin.register(&worker(number)).await);
    }
    admin.book(&job, &ids[0]).await.expect(201);
    admin.book(&job, &ids[1]).await.expect(202);
    let path = format!("/api/v1/jobs/{job}");
    let raised = admin.patch(&path, &json!({ "headcount": 2 }), None).await.expect(200);
    assert_eq!((&raised["status"], &raised["places_left"]), (&json!("filled"), &json!(0)));
    assert_eq!(admin.book(&job, &ids[2]).await.expect(202)["status"], "waiting");
    let more = admin.patch(&path, &json!({ "headcount": 4 }), None).await.expect(200);
    assert_eq!((&more["status"], &more["places_left"]), (&json!("open"), &json!(1)));
    let fewer = admin.patch(&path, &json!({ "headcount": 2 }), None).await;
    fewer.problem(422, "invalid");
    assert_eq!(fewer.fields(), ["headcount"]);
    let exact = admin.patch(&path, &json!({ "headcount": 3 }), None).await.expect(200);
    assert_eq!(exact["status"], "filled");
}

async fn a_posting_by_application_gives_no_place_at_once(world: World) {
    let admin = world.admin().await;
    let job = admin.open(&with(posting(), &json!({ "instant": false }))).await;
    let seeker = world.account(Role::Worker, "seeker", None).await;
    let own = seeker.register(&worker(1)).await;
    let asked = seeker.book(&job, &own).await.expect(202);
    assert_eq!((&asked["status"], &asked["places_left"]), (&json!("applied"), &json!(2)));
}

async fn a_shift_can_be_booked_alone(world: World) {
    let admin = world.admin().await;
    let two = json!([
        { "start": "2026-11-25T08:00:00+08:00", "end": "2026-11-25T12:00:00+08:00" },
        { "start": "2026-11-26T08:00:00+08:00", "end": "2026-11-26T12:00:00+08:00" },
    ]);
    let job = admin.open(&with(posting(), &json!({ "shifts": two }))).await;
    let id = admin.register(&worker(1)).await;
    let path = format!("/api/v1/jobs/{job}/bookings");
    let beyond = admin.post(&path, &json!({ "worker_id": id, "shift": 2 })).await;
    beyond.problem(422, "invalid");
    assert_eq!(beyond.fields(), ["shift"]);
    let booked = admin.post(&path, &json!({ "worker_id": id, "shift": 1 })).await.expect(201);
    assert_eq!(booked["shifts"], json!([two[1]]));
    // The other morning is free.
    let first = json!({ "shifts": [two[0]] });
    let other = admin.open(&with(posting(), &first)).await;
    admin.book(&other, &id).await.expect(201);
}
