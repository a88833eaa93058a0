//! Registration with staff at the desk: every field, a search step without scripts, consents one by
//! one, and two records side by side.

use axum::http::header;
use linggong::domain::account::Role;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Client, World,
    workers::ID_NUMBER,
    world::{Answer, with, worker},
};

stories!(
    a_person_is_registered_with_everything_at_the_desk,
    occupations_are_found_without_scripts,
    a_group_without_consent_is_not_kept,
    a_record_is_changed_and_hidden_values_stay,
    a_number_that_is_held_leads_to_the_record_and_to_merging,
    two_records_are_looked_at_and_merged,
    what_the_contract_says_of_workers_goes_on,
);

async fn send(by: &Client, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let token = format!("form:{}", by.token.as_deref().unwrap_or_default());
    let token = hex::encode(Sha256::digest(token));
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("csrf", &token).extend_pairs(pairs);
    let request = by.request("POST", path);
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    by.send(request.body(body.finish().into()).unwrap()).await
}

fn goes_to(answer: &Answer) -> String {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
    answer.headers[header::LOCATION].to_str().unwrap().to_owned()
}

/// The record of an address `/desk/workers/{id}?said=…`.
fn id_of(address: &str) -> String {
    let rest = address.strip_prefix("/desk/workers/").unwrap();
    rest.split('?').next().unwrap().to_owned()
}

const WHOLE: [(&str, &str); 24] = [
    ("name", "马小军"),
    ("phone", "13800000009"),
    ("id_number", ID_NUMBER),
    ("household", "H-12"),
    ("village", "良田镇金星村"),
    ("lat", "38.28"),
    ("lon", "106.27"),
    ("skills", "装卸、做饭"),
    ("occupations", "6-18-02-04"),
    ("certificates", "welding"),
    ("until-welding", "2027-05-01"),
    ("certificates", "forklift"),
    ("available", "weekly"),
    ("week-1", "8-12、14-18"),
    ("week-7", "20-4"),
    ("modes", "walk"),
    ("modes", "ebike"),
    ("radius_km", "12.5"),
    ("wage", "180.50"),
    ("groups", "veteran"),
    ("agrees-veteran", "yes"),
    ("source-veteran", "paper"),
    ("consent", "yes"),
    ("step", "save"),
];

/// The form with these values in place of its own; a value of nothing takes the field away.
fn but<'v>(changes: &[(&'v str, &'v str)]) -> Vec<(&'v str, &'v str)> {
    let mut pairs: Vec<(&str, &str)> = WHOLE.to_vec();
    for (name, value) in changes {
        pairs.retain(|(held, _)| held != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    pairs
}

async fn a_person_is_registered_with_everything_at_the_desk(world: World) {
    let staff = world.staff().await;
    let blank = staff.get("/desk/workers/new").await;
    assert!(blank.text().contains("良田镇金星村"), "villages are offered");
    let id = id_of(&goes_to(&send(&staff, "/desk/workers", &WHOLE).await));
    let held = staff.get(&format!("/api/v1/workers/{id}")).await.expect(200);
    for (name, value) in [
        ("name", json!("马小军")),
        ("phone", json!("138****0009")),
        ("village", json!("640106100201")),
        ("lat", json!(38.28)),
        ("radius_km", json!(12.5)),
        ("skills", json!(["装卸", "做饭", "6-18-02-04"])),
        ("certificates", json!(["welding", "forklift"])),
        ("certificates_until", json!([{ "certificate": "welding", "until": "2027-05-01" }])),
        ("modes", json!(["walk", "ebike"])),
        ("groups", json!(["veteran"])),
        ("day_wage_wish_fen", json!(18_050)),
        ("available", json!("周一 0-4、8-12、14-18点；周日 20-24点")),
        ("station", json!("near")),
    ] {
        assert_eq!(held[name], value, "{name}");
    }
    assert_eq!(held["available_weekly"].as_array().unwrap().len(), 4, "{held}");
    assert_eq!(held["consents"][0]["purpose"], "matching");
    let page = staff.get(&format!("/desk/workers/{id}")).await.text();
    for shown in ["马小军", "138****0009", "良田镇金星村", "退役军人", "证件", "本人撤回"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    for hidden in [ID_NUMBER, "13800000009", "H-12"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    // The list, and finding by what is personal, which stands in no address.
    assert!(staff.get("/desk/workers").await.text().contains(&id));
    for q in ["13800000009", ID_NUMBER, "马小军"] {
        let found = send(&staff, "/desk/workers/find", &[("sought", q)]).await;
        assert_eq!(goes_to(&found), format!("/desk/workers/{id}"), "{q}");
    }
    // Nobody else's business.
    let other = world.account(Role::Staff, "other", Some("far")).await;
    assert!(!other.get("/desk/workers").await.text().contains(&id));
    assert!(
        !send(&other, "/desk/workers/find", &[("sought", "马小军")]).await.text().contains(&id)
    );
    for path in [format!("/desk/workers/{id}"), format!("/desk/workers/{id}/groups")] {
        let answer = send(&other, &path, &[("step", "withdraw"), ("group", "veteran")]).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
    }
    for by in [world.employer().await, world.account(Role::Worker, "seeker", None).await] {
        assert_eq!(by.get("/desk/workers/new").await.status.as_u16(), 403);
    }
}

async fn occupations_are_found_without_scripts(world: World) {
    let staff = world.staff().await;
    let typed = but(&[("step", "find"), ("occupation", "电焊")]);
    let answer = send(&staff, "/desk/workers", &typed).await;
    let html = answer.text();
    assert_eq!(answer.status.as_u16(), 200);
    // What is found is offered, what was ticked and typed stays, nothing is kept.
    for held in ["6-18-02-04", "value=\"马小军\"", "value=\"12.5\"", "value=\"8-12、14-18\""] {
        assert!(html.contains(held), "{held}");
    }
    assert!(html.matches("name=\"occupations\"").count() > 1, "{html}");
    assert_eq!(world.store.count("worker").await, 0);
}

async fn a_group_without_consent_is_not_kept(world: World) {
    let staff = world.staff().await;
    let answer = send(&staff, "/desk/workers", &but(&[("agrees-veteran", "")])).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.text().contains("没有本人同意，不能记“退役军人”"), "{}", answer.text());
    assert_eq!(world.store.count("worker").await, 0);
    let id = id_of(&goes_to(&send(&staff, "/desk/workers", &but(&[("groups", "")])).await));
    let groups = || async {
        staff.get(&format!("/api/v1/workers/{id}")).await.expect(200)["groups"].clone()
    };
    assert_eq!(groups().await, json!([]));
    let path = format!("/desk/workers/{id}/groups");
    let add = [("step", "agree"), ("group", "poverty"), ("source", "matched"), ("agrees", "yes")];
    assert_eq!(send(&staff, &path, &add[..3]).await.status.as_u16(), 422);
    assert_eq!(groups().await, json!([]));
    goes_to(&send(&staff, &path, &add).await);
    assert_eq!(groups().await, json!(["poverty"]));
    let page = staff.get(&format!("/desk/workers/{id}")).await.text();
    assert!(page.contains("系统比对") && page.contains("staff"), "{page}");
    goes_to(&send(&staff, &path, &[("step", "withdraw"), ("group", "poverty")]).await);
    assert_eq!(groups().await, json!([]));
    let page = staff.get(&format!("/desk/workers/{id}")).await.text();
    assert!(page.contains("本人撤回了"), "{page}");
}

async fn a_record_is_changed_and_hidden_values_stay(world: World) {
    let staff = world.staff().await;
    let id = id_of(&goes_to(&send(&staff, "/desk/workers", &WHOLE).await));
    let path = format!("/desk/workers/{id}");
    let change = but(&[
        ("version", "1"),
        ("phone", ""),
        ("id_number", ""),
        ("household", ""),
        ("groups", ""),
        ("until-welding", "2026-01-01"),
        ("available", "any"),
        ("wage", "200"),
    ]);
    assert_eq!(goes_to(&send(&staff, &path, &change).await), format!("{path}?said=saved"));
    let held = staff.get(&format!("/api/v1/workers/{id}")).await.expect(200);
    assert_eq!(held["phone"], "138****0009");
    assert_eq!(held["id_number"], "640*************17");
    assert_eq!(held["groups"], json!(["veteran"]));
    assert_eq!((&held["available"], &held["day_wage_wish_fen"]), (&Value::Null, &json!(20_000)));
    // The same version again is somebody else's change.
    let stale = send(&staff, &path, &change).await;
    assert_eq!(stale.status.as_u16(), 422);
    assert!(stale.text().contains("刚才有人改过"));
    // A certificate that is over bars what asks for it.
    let welding = json!({ "title": "急招电焊工", "skills": ["电焊"] });
    let admin = world.admin().await;
    let job = admin.open(&with(crate::world::posting(), &welding)).await;
    world.house().await;
    let found = |held: Value| held["items"].to_string().contains(&id);
    let path_of = format!("/api/v1/jobs/{job}/candidates");
    assert!(!found(admin.get(&path_of).await.expect(200)));
    let again = but(&[
        ("version", "2"),
        ("phone", ""),
        ("id_number", ""),
        ("groups", ""),
        ("available", "any"),
        ("until-welding", "2026-11-24"),
    ]);
    goes_to(&send(&staff, &path, &again).await);
    world.house().await;
    assert!(found(admin.get(&path_of).await.expect(200)));
}

async fn a_number_that_is_held_leads_to_the_record_and_to_merging(world: World) {
    let staff = world.staff().await;
    let held = staff.register(&with(worker(1), &json!({ "id_number": ID_NUMBER }))).await;
    let answer = send(&staff, "/desk/workers", &WHOLE).await;
    assert_eq!(answer.status.as_u16(), 422);
    assert!(answer.text().contains(&format!("/desk/workers/{held}")), "{}", answer.text());
    let id = id_of(&goes_to(&send(&staff, "/desk/workers", &but(&[("id_number", "")])).await));
    let change = but(&[("version", "1"), ("groups", "")]);
    let answer = send(&staff, &format!("/desk/workers/{id}"), &change).await;
    let pair = format!("/desk/workers/twins/{id}/{held}");
    assert!(answer.text().contains(&pair), "{}", answer.text());
    // Another station learns that the person is known, not where.
    let other = world.account(Role::Staff, "other", Some("far")).await;
    let html = send(&other, "/desk/workers", &WHOLE).await.text();
    assert!(html.contains("在别的站点登记过") && !html.contains(&held), "{html}");
}

async fn two_records_are_looked_at_and_merged(world: World) {
    let staff = world.staff().await;
    let village = json!({ "village": "640106100201" });
    let one = staff.register(&with(worker(1), &village)).await;
    let with_number =
        with(worker(2), &json!({ "village": "640106100201", "id_number": ID_NUMBER }));
    let other = staff.register(&with_number).await;
    let third = staff.register(&with(worker(3), &village)).await;
    let list = staff.get("/desk/workers/twins").await.text();
    let path = format!("/desk/workers/twins/{one}/{other}");
    let back = format!("/desk/workers/twins/{other}/{one}");
    assert!(list.contains(&path) || list.contains(&back), "{list}");
    let record = staff.get(&format!("/desk/workers/{one}")).await.text();
    assert!(record.contains(&path) || record.contains(&back));
    let page = staff.get(&path).await.text();
    assert!(page.contains("姓名一样") && page.contains("640*************17"), "{page}");
    assert!(!page.contains(ID_NUMBER) && !page.contains("13800000001"), "{page}");

    let admin = world.admin().await;
    let job = admin.open(&crate::world::posting()).await;
    for worker in [&one, &other] {
        staff.book(&job, worker).await.expect(201);
    }
    let keep = [("step", "merge"), ("keep", one.as_str())];
    let answer = send(&staff, &path, &keep).await;
    assert_eq!(answer.status.as_u16(), 409);
    assert!(answer.text().contains("都报了“装卸工”"), "{}", answer.text());
    let bookings = staff.get(&format!("/api/v1/workers/{other}/bookings")).await.expect(200);
    let booking = bookings["items"][0]["id"].as_str().unwrap();
    staff.post(&format!("/api/v1/bookings/{booking}/cancel"), &json!({})).await.expect(200);

    let far = world.account(Role::Staff, "other", Some("far")).await;
    assert_eq!(send(&far, &path, &keep).await.status.as_u16(), 404);
    assert_eq!(send(&staff, &path, &[("step", "merge")]).await.status.as_u16(), 422);
    assert_eq!(
        goes_to(&send(&staff, &path, &keep).await),
        format!("/desk/workers/{one}?said=merged")
    );
    // The old id answers with the one that was kept, which has the number now.
    let kept = staff.get(&format!("/api/v1/workers/{other}")).await.expect(200);
    assert_eq!((&kept["id"], &kept["id_number"]), (&json!(one), &json!("640*************17")));
    assert_eq!(send(&staff, &path, &keep).await.status.as_u16(), 404);
    world.house().await;
    let found = admin.get(&format!("/api/v1/jobs/{job}/candidates")).await.expect(200);
    assert!(!found["items"].to_string().contains(&other), "{found}");

    let path = format!("/desk/workers/twins/{one}/{third}");
    goes_to(&send(&staff, &path, &[("step", "apart")]).await);
    assert!(staff.get("/desk/workers/twins").await.text().contains("没有看起来重复的登记"));
}

/// A plain list of groups and free words of time, as before; and what was added beside them.
async fn what_the_contract_says_of_workers_goes_on(world: World) {
    let admin = world.admin().await;
    let plain = with(worker(1), &json!({ "groups": ["poverty", "农民工"], "available": "周末" }));
    let made = admin.post("/api/v1/workers", &plain).await.expect(201);
    assert_eq!(made["groups"], json!(["poverty", "migrant_worker"]));
    assert_eq!((&made["available"], &made["available_weekly"]), (&json!("周末"), &Value::Null));
    let more = with(
        worker(2),
        &json!({
            "groups": [{ "group": "veteran", "source": "paper" }],
            "certificates": ["焊工证（至2027-05-01）", { "name": "叉车证", "until": "2028-01-01" }],
            "available": { "weekly": [{ "days": [6, 7], "from": 8, "to": 18 }] },
        }),
    );
    let made = admin.post("/api/v1/workers", &more).await.expect(201);
    assert_eq!(made["certificates"], json!(["welding", "forklift"]));
    assert_eq!(made["certificates_until"][1]["until"], "2028-01-01");
    assert_eq!(made["available"], "周六、周日 8-18点");
    let path = format!("/desk/workers/{}", made["id"].as_str().unwrap());
    assert!(admin.get(&path).await.text().contains("证件"));
    for (bad, field) in [
        (json!({ "groups": [{ "group": "veteran", "source": "rumour" }] }), "groups[0].source"),
        (json!({ "certificates": [{ "name": "叉车证", "until": "明年" }] }), "certificates[0]"),
        (json!({ "certificates": ["结婚证"] }), "certificates[0]"),
        (json!({ "available": { "weekly": [] } }), "available.weekly"),
        (
            json!({ "available": { "weekly": [{ "days": [8], "from": 8, "to": 18 }] } }),
            "available.weekly[0]",
        ),
        (json!({ "available": { "weekly": [{ "days": [1] }] } }), "available.weekly[0]"),
    ] {
        let answer = admin.post("/api/v1/workers", &with(worker(3), &bad)).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.fields()[0], field, "{bad}");
    }
}
