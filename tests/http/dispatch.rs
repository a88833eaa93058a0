//! Dispatch at a station: who came, the proposal, what staff change, and the bookings.

use axum::http::header;
use linggong::domain::account::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Client, World,
    world::{Answer, posting, with, worker},
};

stories!(
    the_best_for_all_together_is_proposed_and_booked,
    crews_stay_together_and_decisions_are_kept,
    whoever_is_left_is_told_why,
    nothing_is_oversold_and_each_refusal_is_told,
    only_the_stations_staff_dispatch_there,
    bad_requests_name_their_field,
    the_page_plans_keeps_and_books,
);

const TODAY: &str = "2026-11-25";

fn job(title: &str, skill: &str, places: u32, from: u32, to: u32) -> Value {
    let at = |hour: u32| format!("{TODAY}T{hour:02}:00:00+08:00");
    with(
        posting(),
        &json!({
            "title": title, "skills": [skill], "headcount": places,
            "shifts": [{ "start": at(from), "end": at(to) }]
        }),
    )
}

fn person(number: u32, skills: &[&str]) -> Value {
    with(worker(number), &json!({ "skills": skills }))
}

async fn propose(client: &Client, body: Value) -> Value {
    let body = with(json!({ "day": TODAY }), &body);
    client.post("/api/v1/stations/near/dispatch", &body).await.expect(200)
}

/// Who goes where.
fn pairs(plan: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pairs = plan["pairs"].as_array().unwrap().iter();
    let mut pairs: Vec<_> =
        pairs.map(|pair| (text(&pair["worker_id"]), text(&pair["job_id"]))).collect();
    pairs.sort();
    pairs
}

async fn the_best_for_all_together_is_proposed_and_booked(world: World) {
    let staff = world.staff().await;
    // Both can load; only one can sort: each alone would rather load.
    let load = staff.open(&job("装卸工", "装卸", 1, 8, 18)).await;
    let sort = staff.open(&job("分拣工", "分拣", 1, 8, 18)).await;
    let evening = staff.open(&job("夜班保洁", "保洁", 1, 19, 23)).await;
    let both = staff.register(&person(1, &["装卸", "分拣"])).await;
    let one = staff.register(&person(2, &["装卸"])).await;
    let plan = propose(&staff, json!({})).await;
    let places: Vec<_> = pairs(&plan);
    assert!(places.contains(&(both.clone(), sort.clone())), "{plan}");
    assert!(places.contains(&(one.clone(), load.clone())), "{plan}");
    // One of them has the evening free as well.
    assert_eq!(places.iter().filter(|(_, job)| *job == evening).count(), 1, "{plan}");
    assert_eq!((&plan["score"], &plan["cut"]), (&plan["bound"], &json!(false)));
    let reasons = &plan["pairs"][0]["reasons"];
    assert!(reasons[0].as_str().unwrap().starts_with('会'), "{reasons}");
    // Nothing is booked by a proposal.
    let held = staff.get(&format!("/api/v1/jobs/{load}")).await.expect(200);
    assert_eq!(held["places_left"], 1);

    let confirm = "/api/v1/stations/near/dispatch/confirm";
    let done = staff.post(confirm, &json!({ "pairs": plan["pairs"] })).await.expect(200);
    assert_eq!(done["booked"], 3, "{done}");
    let held = staff.get(&format!("/api/v1/jobs/{load}")).await.expect(200);
    assert_eq!((&held["places_left"], &held["status"]), (&json!(0), &json!("filled")));
    let bookings = staff.get(&format!("/api/v1/workers/{both}/bookings")).await.expect(200);
    assert!(bookings["items"].as_array().unwrap().iter().any(|b| b["job_id"] == json!(sort)));
    // Everything is filled: nothing is left to plan, and a second confirmation books nothing.
    let after = propose(&staff, json!({})).await;
    assert_eq!(after["openings"], json!([]));
    let again = staff.post(confirm, &json!({ "pairs": plan["pairs"] })).await.expect(200);
    assert_eq!(again["booked"], 0);
    assert!(again["items"].as_array().unwrap().iter().all(|item| item["status"] == "refused"));
}

async fn crews_stay_together_and_decisions_are_kept(world: World) {
    let staff = world.staff().await;
    let two = staff.open(&job("装卸工", "装卸", 2, 8, 18)).await;
    let three = staff.open(&job("分拣工", "分拣", 3, 8, 18)).await;
    let mut people = Vec::new();
    for number in 1..=4 {
        people.push(staff.register(&person(number, &["装卸"])).await);
    }
    // Three came together; the two places for which they are best don't take them all.
    let come: Vec<Value> =
        people[..3].iter().map(|id| json!({ "worker_id": id, "crew": 7 })).collect();
    let at = "/api/v1/stations/near/present";
    let list = staff.post(at, &json!({ "day": TODAY, "come": come })).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 3);
    let plan = propose(&staff, json!({})).await;
    assert_eq!(plan["who"], "present");
    let want: Vec<_> = {
        let mut want: Vec<_> = people[..3].iter().map(|id| (id.clone(), three.clone())).collect();
        want.sort();
        want
    };
    assert_eq!(pairs(&plan), want, "{plan}");
    // Staff send the fourth loading, and everyone else is planned around it.
    let keep = json!([{ "worker_id": people[3], "job_id": two }]);
    let plan = propose(&staff, json!({ "who": "everyone", "keep": keep })).await;
    assert!(pairs(&plan).contains(&(people[3].clone(), two.clone())), "{plan}");
    let kept = plan["pairs"].as_array().unwrap().iter().filter(|pair| pair["kept"] == true);
    assert_eq!(kept.count(), 1);
    // One of the crew stays: then all of them do.
    let keep = json!([{ "worker_id": people[0], "job_id": null }]);
    let plan = propose(&staff, json!({ "keep": keep })).await;
    assert_eq!(pairs(&plan), []);
    assert_eq!(plan["left"].as_array().unwrap().len(), 3);
    // One goes: the crew is no crew any more.
    let body = json!({ "day": TODAY, "gone": [people[0]] });
    let list = staff.post(at, &body).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let plan = propose(&staff, json!({})).await;
    let loading = people[1..3].iter().map(|id| (id.clone(), two.clone()));
    let mut want: Vec<_> = loading.collect();
    want.sort();
    assert_eq!(pairs(&plan), want, "{plan}");
    // The same as said in the request.
    let crews = json!([[people[1], people[2], people[3]]]);
    let plan = propose(&staff, json!({ "who": "everyone", "crews": crews })).await;
    let together: Vec<_> =
        pairs(&plan).into_iter().filter(|(id, _)| people[1..4].contains(id)).collect();
    assert!(together.iter().all(|(_, job)| *job == three), "{plan}");
}

async fn whoever_is_left_is_told_why(world: World) {
    let staff = world.staff().await;
    staff.open(&job("装卸工", "装卸", 1, 8, 18)).await;
    let busy = json!([{ "from": "2026-11-26T00:00:00+08:00", "to": "2026-11-27T00:00:00+08:00" }]);
    for (number, change, why) in [
        (1, json!({ "lat": 39.5 }), "不在可去的范围内"),
        (2, json!({ "available": busy }), "时间对不上"),
        (3, json!({ "id_number": "640106201011260013" }), "未满16周岁"),
    ] {
        let id = staff.register(&with(person(number, &["装卸"]), &change)).await;
        let come = json!({ "day": TODAY, "come": [{ "worker_id": id }] });
        staff.post("/api/v1/stations/near/present", &come).await.expect(200);
        let plan = propose(&staff, json!({})).await;
        let left = plan["left"].as_array().unwrap().iter();
        let left: Vec<_> = left.filter(|left| left["worker_id"] == json!(id)).collect();
        let reason = left[0]["reason"].as_str().unwrap();
        assert!(reason.contains(why), "{reason}");
    }
    let (best, other) =
        (staff.register(&person(4, &["装卸"])).await, staff.register(&person(5, &["厨师"])).await);
    let come = json!([{ "worker_id": best }, { "worker_id": other }]);
    let come = json!({ "day": TODAY, "come": come });
    staff.post("/api/v1/stations/near/present", &come).await.expect(200);
    let plan = propose(&staff, json!({})).await;
    assert_eq!(pairs(&plan).len(), 1);
    assert_eq!(pairs(&plan)[0].0, best);
    let reason = |plan: &Value, id: &str| {
        let left = plan["left"].as_array().unwrap().iter();
        let mut left = left.filter(|left| left["worker_id"] == json!(id));
        left.next().unwrap()["reason"].as_str().unwrap().to_owned()
    };
    assert!(reason(&plan, &other).contains("名额不够"));
    let plan = propose(&staff, json!({ "least": 0.6 })).await;
    assert!(reason(&plan, &other).contains("不够合适"));
    // Another day has no work.
    let plan = propose(&staff, json!({ "day": "2026-11-28", "who": "everyone" })).await;
    assert!(reason(&plan, &best).contains("没有缺人的岗位"));
}

async fn nothing_is_oversold_and_each_refusal_is_told(world: World) {
    let staff = world.staff().await;
    let load = staff.open(&job("装卸工", "装卸", 1, 8, 18)).await;
    let sort = staff.open(&job("分拣工", "分拣", 5, 8, 18)).await;
    let mut people = Vec::new();
    for number in 1..=4 {
        people.push(staff.register(&person(number, &["装卸"])).await);
    }
    let pair = |person: usize, job: &str| json!({ "worker_id": people[person], "job_id": job });
    let asked = json!({ "pairs": [
        pair(0, &load), pair(1, &load), pair(2, &load), pair(0, &sort), pair(3, &sort),
        { "worker_id": "wkr_nothere", "job_id": sort }, pair(3, "job_nothere"),
    ] });
    let at = "/api/v1/stations/near/dispatch/confirm";
    let done = staff.post(at, &asked).await.expect(200);
    let status: Vec<&str> = done["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["status"].as_str().unwrap())
        .collect();
    let want = ["booked", "waiting", "refused", "refused", "booked", "refused", "refused"];
    assert_eq!(status, want, "{done}");
    assert_eq!(done["booked"], 2);
    for item in done["items"].as_array().unwrap() {
        assert_eq!(item["reason"].is_string(), item["status"] == "refused", "{item}");
    }
    let held = staff.get(&format!("/api/v1/jobs/{load}")).await.expect(200);
    assert_eq!(held["places_left"], 0);
}

async fn only_the_stations_staff_dispatch_there(world: World) {
    let near = world.staff().await;
    let far = world.account(Role::Staff, "far-staff", Some("far")).await;
    let (admin, employer) = (world.admin().await, world.employer().await);
    let own = near.register(&worker(1)).await;
    for path in ["dispatch", "dispatch/confirm", "present"] {
        let at = format!("/api/v1/stations/near/{path}");
        far.post(&at, &json!({})).await.problem(403, "forbidden");
        employer.post(&at, &json!({})).await.problem(403, "forbidden");
        admin.post(&at, &json!({})).await.expect(200);
        let nowhere = format!("/api/v1/stations/nowhere/{path}");
        admin.post(&nowhere, &json!({})).await.problem(404, "not_found");
    }
    // Nobody notes another station's people as present.
    let come = json!({ "come": [{ "worker_id": own }] });
    far.post("/api/v1/stations/far/present", &come).await.problem(404, "not_found");
    let list = admin.post("/api/v1/stations/far/present", &come).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    // Looking at the people leaves a trace.
    let log = world.market.store.read().await.unwrap().log_after(0, 1_000).await.unwrap();
    assert!(log.iter().any(|row| row.verb == "assemble"));
}

async fn bad_requests_name_their_field(world: World) {
    let staff = world.staff().await;
    let before = world.log_seq().await;
    for (path, body, field) in [
        ("dispatch", json!({ "day": "morgen" }), "day"),
        ("dispatch", json!({ "day": 7 }), "day"),
        ("dispatch", json!({ "who": "all" }), "who"),
        ("dispatch", json!({ "least": -1 }), "least"),
        ("dispatch", json!({ "least": "0" }), "least"),
        ("dispatch", json!({ "keep": {} }), "keep"),
        ("dispatch", json!({ "keep": [{}] }), "keep[0].worker_id"),
        ("dispatch", json!({ "keep": [7] }), "keep[0].worker_id"),
        ("dispatch", json!({ "keep": [{ "worker_id": "wkr_x", "job_id": 1 }] }), "keep[0].job_id"),
        ("dispatch", json!({ "crews": ["wkr_x"] }), "crews[0]"),
        ("dispatch", json!({ "crews": [["wkr_x", 7]] }), "crews[0][1]"),
        ("dispatch/confirm", json!({ "pairs": [{ "job_id": "job_x" }] }), "pairs[0].worker_id"),
        ("dispatch/confirm", json!({ "pairs": [{ "worker_id": "wkr_x" }] }), "pairs[0].job_id"),
        (
            "dispatch/confirm",
            json!({ "pairs": [{ "worker_id": "wkr_x", "job_id": "job_x", "shift": -1 }] }),
            "pairs[0].shift",
        ),
        ("dispatch/confirm", json!({ "pairs": vec![1; 1001] }), "pairs"),
        ("present", json!({ "come": [{ "worker_id": "wkr_x", "crew": 0 }] }), "come[0].crew"),
        ("present", json!({ "gone": [null] }), "gone[0]"),
        ("present", json!([]), ""),
    ] {
        let answer = staff.post(&format!("/api/v1/stations/near/{path}"), &body).await;
        answer.problem(422, "invalid");
        assert!(answer.fields().contains(&field.to_owned()), "{path} {body}: {}", answer.text());
    }
    assert_eq!(world.log_seq().await, before);
}

/// Sends a form as a page of ours would.
async fn send_form(client: &Client, path: &str, pairs: &[(String, String)]) -> Answer {
    let token = client.token.clone().unwrap();
    let csrf = hex::encode(Sha256::digest(format!("form:{token}")));
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf", &csrf);
    form.extend_pairs(pairs);
    let request = client.request("POST", path);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    client.send(request.body(form.finish().into()).unwrap()).await
}

async fn the_page_plans_keeps_and_books(world: World) {
    let staff = world.staff().await;
    let load = staff.open(&job("装卸工", "装卸", 1, 8, 18)).await;
    let sort = staff.open(&job("分拣工", "分拣", 1, 8, 18)).await;
    let one = staff.register(&person(1, &["装卸"])).await;
    let two = staff.register(&person(2, &["装卸", "分拣"])).await;
    let path = format!("/desk/dispatch?day={TODAY}");
    let page = staff.get(&path).await;
    assert_eq!(page.status.as_u16(), 200);
    let chosen = |page: &Answer, worker: &str, job: &str| {
        page.text().contains(&format!("<option value=\"{worker} {job}\" selected>"))
    };
    assert!(chosen(&page, &one, &load) && chosen(&page, &two, &sort), "{}", page.text());
    assert!(page.text().contains("算下来没有更好的排法"), "{}", page.text());
    // The other way round, decided by staff.
    let day = field("day", TODAY);
    let decided = [
        day.clone(),
        field("to.1", &format!("{two} {load}")),
        field("keep.1", "1"),
        field("to.2", &format!("{one} {load}")),
    ];
    let page = send_form(&staff, "/desk/dispatch", &decided).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(chosen(&page, &two, &load) && chosen(&page, &one, &sort), "{}", page.text());
    let here = [day.clone(), field("here", &one), field("here", &two)];
    let noted = send_form(&staff, "/desk/dispatch/present", &here).await;
    assert_eq!(noted.status.as_u16(), 303);
    let crew = [day.clone(), field(&format!("crew.{one}"), "3"), field("gone", &two)];
    send_form(&staff, "/desk/dispatch/present", &crew).await;
    let list = staff.post("/api/v1/stations/near/present", &json!({ "day": TODAY })).await;
    assert_eq!(list.expect(200)["items"], json!([{ "worker_id": one, "crew": 3 }]));
    let bad = [day.clone(), field(&format!("crew.{one}"), "一")];
    assert_eq!(send_form(&staff, "/desk/dispatch/present", &bad).await.status.as_u16(), 400);
    // Both to one place: the second is told that it is taken.
    let both =
        [day, field("to.1", &format!("{two} {load}")), field("to.2", &format!("{one} {load}"))];
    let done = send_form(&staff, "/desk/dispatch/confirm", &both).await;
    assert_eq!(done.status.as_u16(), 200);
    assert!(done.text().contains("1人次已经报上名"), "{}", done.text());
    assert!(done.text().contains("排在候补名单上"), "{}", done.text());
    let held = staff.get(&format!("/api/v1/jobs/{load}")).await.expect(200);
    assert_eq!(held["places_left"], 0);
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
