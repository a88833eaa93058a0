//! `GET /jobs` by the contract: every parameter, every order, pages and facets.

use std::collections::BTreeSet;

use linggong::domain::{account::Role, org::EmployerKind};
use serde_json::{Value, json};

use crate::{
    Client, World,
    world::{NEAR, posting, with},
};

stories!(
    each_parameter_narrows,
    positions_of_every_datum_measure_the_same,
    each_order_is_kept,
    pages_visit_each_once,
    an_item_is_the_public_posting_with_its_score,
    wrong_parameters_are_named,
    only_open_postings_are_found,
    a_text_is_understood_and_says_so,
);

async fn found(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/v1/jobs?{query}")).await.expect(200)
}

fn titles(found: &Value) -> Vec<&str> {
    let items = found["items"].as_array().unwrap();
    items.iter().map(|item| item["title"].as_str().unwrap()).collect()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// Four postings that differ in everything that can be asked for.
async fn stock(world: &World) -> Client {
    let admin = world.admin().await;
    let day = |date: &str| {
        json!([{ "start": format!("{date}T08:00:00+08:00"),
                                    "end": format!("{date}T17:00:00+08:00") }])
    };
    let wage = |fen: i64, unit: &str, settlement: &str| json!({ "min_fen": fen, "max_fen": fen, "unit": unit, "settlement": settlement });
    for fields in [
        json!({ "title": "装卸工", "occupation": "6-30-05-02",
                "wage": wage(22_000, "day", "daily") }),
        json!({ "title": "葡萄采摘", "skills": ["采摘", "修剪"], "lat": NEAR.0 + 0.05,
                "wage": wage(2_500, "hour", "weekly"), "shifts": day("2026-12-01") }),
        json!({ "title": "保洁员", "skills": ["保洁"], "lat": NEAR.0 + 0.1,
                "wage": wage(400_000, "month", "monthly"), "shifts": [] }),
    ] {
        admin.open(&with(posting(), &fields)).await;
        world.clock.go(1_000_000);
    }
    let kind = Some(EmployerKind::Broker);
    let broker = world.account_of(Role::Broker, "broker", None, kind).await;
    let fields = json!({ "title": "分拣工", "skills": ["分拣"], "stations": ["far"],
                         "lat": 37.38, "wage": wage(30_000, "day", "on_completion") });
    let id = broker.draft(&with(posting(), &fields)).await;
    for step in ["submit", "approve"] {
        admin.post(&format!("/api/v1/jobs/{id}/{step}"), &json!({})).await.expect(200);
    }
    world.anonymous()
}

async fn each_parameter_narrows(world: World) {
    let client = stock(&world).await;
    let near = format!("lat={}&lon={}", NEAR.0, NEAR.1);
    for (query, mut want) in [
        (String::new(), vec!["装卸工", "葡萄采摘", "保洁员", "分拣工"]),
        (encoded(&[("q", "葡萄")]), vec!["葡萄采摘"]),
        (encoded(&[("q", "没有这种活啊")]), vec![]),
        (near.clone() + "&radius_km=8", vec!["装卸工", "葡萄采摘"]),
        (near.clone() + "&radius_km=1", vec!["装卸工"]),
        ("occupation=6-30-05-02".to_owned(), vec!["装卸工"]),
        (encoded(&[("skill", "采摘")]), vec!["葡萄采摘"]),
        (encoded(&[("skill", "采摘"), ("skill", "修剪")]), vec!["葡萄采摘"]),
        // 25 yuan an hour are 200 a day, 4000 a month are 183.90 a day.
        ("wage_min_fen=20000&wage_unit=day".to_owned(), vec!["装卸工", "葡萄采摘", "分拣工"]),
        ("wage_min_fen=2600&wage_unit=hour".to_owned(), vec!["装卸工", "分拣工"]),
        ("settlement=weekly".to_owned(), vec!["葡萄采摘"]),
        ("settlement=on_completion".to_owned(), vec!["分拣工"]),
        (
            encoded(&[("from", "2026-11-30T00:00:00+08:00"), ("to", "2026-12-02T00:00:00+08:00")]),
            vec!["葡萄采摘"],
        ),
        ("direct_only=true".to_owned(), vec!["装卸工", "葡萄采摘", "保洁员"]),
        ("direct_only=false".to_owned(), vec!["装卸工", "葡萄采摘", "保洁员", "分拣工"]),
        ("station=far".to_owned(), vec!["分拣工"]),
        ("station=near".to_owned(), vec!["装卸工", "葡萄采摘", "保洁员"]),
    ] {
        let answer = found(&client, &query).await;
        let mut got = titles(&answer);
        got.sort_unstable();
        want.sort_unstable();
        assert_eq!(got, want, "{query}");
        assert_eq!(answer["total"], want.len(), "{query}");
        let counted = titles(&answer);
        let uncounted = found(&client, &format!("{query}&counts=false")).await;
        assert_eq!(uncounted["total"], Value::Null, "{query}");
        assert_eq!(titles(&uncounted), counted, "{query}");
    }
}

async fn a_text_is_understood_and_says_so(world: World) {
    let client = stock(&world).await;
    let answer = found(&client, &encoded(&[("q", "葡萄 周结")])).await;
    assert_eq!(titles(&answer), ["葡萄采摘"]);
    assert_eq!(
        answer["understood"],
        json!([{ "kind": "settlement", "text": "周结", "label": "周结", "applied": true,
                 "without": "葡萄" }])
    );
    // The parameter wins over the words.
    let both = found(&client, &encoded(&[("q", "周结"), ("settlement", "monthly")])).await;
    assert_eq!(titles(&both), ["保洁员"]);
    assert_eq!(both["understood"][0]["applied"], false);
    let page = client.get(&format!("/jobs?{}", encoded(&[("q", "葡萄 周结")]))).await;
    let html = page.text();
    assert!(html.contains("怎么结：周结"), "{html}");
}

async fn positions_of_every_datum_measure_the_same(world: World) {
    let client = stock(&world).await;
    // Shanghai's vector, far from every posting: the distance tells which point was meant.
    let nearest = async |query: &str| {
        let page = found(&client, &format!("{query}&sort=nearest")).await;
        page["items"][0]["distance_m"].as_i64().unwrap()
    };
    let wgs = nearest("lat=31.1774276&lon=121.5272106").await;
    let gcj = nearest("lat=31.17530398364597&lon=121.531541859215&crs=gcj02").await;
    assert!(wgs > 1_000_000 && (wgs - gcj).abs() <= 1, "{wgs} {gcj}");
    let unshifted = nearest("lat=31.17530398364597&lon=121.531541859215").await;
    assert!((wgs - unshifted).abs() > 100, "{wgs} {unshifted}");
    let wgs = nearest("lat=29.196131605295484&lon=120.00877901149691").await;
    let bd = nearest("lat=29.199786&lon=120.019809&crs=bd09").await;
    assert!((wgs - bd).abs() <= 1, "{wgs} {bd}");
}

async fn each_order_is_kept(world: World) {
    let client = stock(&world).await;
    let near = format!("lat={}&lon={}", NEAR.0, NEAR.1);
    let nearest = found(&client, &format!("{near}&sort=nearest")).await;
    assert_eq!(titles(&nearest), ["装卸工", "葡萄采摘", "保洁员", "分拣工"]);
    let metres = nearest["items"].as_array().unwrap().iter();
    let metres: Vec<i64> = metres.map(|item| item["distance_m"].as_i64().unwrap()).collect();
    assert!(metres[0] == 0 && metres.is_sorted(), "{metres:?}");
    // A twentieth of a degree of latitude is 5.56 km.
    assert!((5_550..5_570).contains(&metres[1]), "{metres:?}");
    let newest = found(&client, "sort=newest").await;
    assert_eq!(titles(&newest), ["分拣工", "保洁员", "葡萄采摘", "装卸工"]);
    let wage = found(&client, "sort=wage").await;
    assert_eq!(titles(&wage), ["分拣工", "装卸工", "葡萄采摘", "保洁员"]);
    let scored = found(&client, &format!("{near}&sort=match&{}", encoded(&[("q", "工")]))).await;
    let scores: Vec<f64> = scored["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["score"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
}

async fn pages_visit_each_once(world: World) {
    let admin = world.admin().await;
    let mut ids = BTreeSet::new();
    for number in 0..7 {
        let title = format!("装卸工{number}号");
        ids.insert(admin.open(&with(posting(), &json!({ "title": title }))).await);
    }
    for sort in ["match", "nearest", "newest", "wage"] {
        let base = format!("sort={sort}&lat={}&lon={}&limit=3", NEAR.0, NEAR.1);
        let (mut seen, mut query, mut pages) = (Vec::new(), base.clone(), 0);
        loop {
            let page = found(&admin, &query).await;
            pages += 1;
            let items = page["items"].as_array().unwrap();
            assert!(items.len() <= 3);
            seen.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            assert!(page["facets"].is_object());
            match page["next"].as_str() {
                Some(next) => query = format!("{base}&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pages, 3, "{sort}");
        assert_eq!(seen.len(), 7, "{sort}");
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), ids, "{sort}");
    }
}

async fn an_item_is_the_public_posting_with_its_score(world: World) {
    let admin = world.admin().await;
    let id = admin.open(&posting()).await;
    let anonymous = world.anonymous();
    let alone = anonymous.get(&format!("/api/v1/jobs/{id}")).await.expect(200);
    let page = found(&anonymous, &format!("lat={}&lon={}", NEAR.0, NEAR.1)).await;
    let item = page["items"][0].as_object().unwrap();
    for (name, value) in item {
        match name.as_str() {
            "score" => assert!(value.is_number()),
            "reasons" => assert!(value.as_array().unwrap().iter().all(Value::is_string)),
            "distance_m" => assert_eq!(value, 0),
            _ => assert_eq!(*value, alone[name], "{name}"),
        }
    }
    for (name, _) in alone.as_object().unwrap() {
        let kept = item.contains_key(name);
        assert_eq!(kept, !matches!(name.as_str(), "etag" | "reason"), "{name}");
    }
    let facets = page["facets"].as_object().unwrap();
    let names: Vec<&String> = facets.keys().collect();
    assert_eq!(names, ["distance", "label", "occupation", "settlement", "trade", "wage"]);
    assert_eq!(facets["settlement"], json!([{ "value": "daily", "count": 1 }]));
    assert_eq!(page["next"], Value::Null);
}

async fn wrong_parameters_are_named(world: World) {
    let client = stock(&world).await;
    for (query, field) in [
        ("lat=91&lon=1", "lat"),
        ("lat=1&lon=181", "lon"),
        ("lat=NaN&lon=1", "lat"),
        ("lat=1", "lon"),
        ("lon=1", "lat"),
        ("crs=mars", "crs"),
        ("radius_km=3", "radius_km"),
        ("lat=1&lon=1&radius_km=-1", "radius_km"),
        ("lat=1&lon=1&radius_km=1e9", "radius_km"),
        ("occupation=loader", "occupation"),
        ("wage_min_fen=-1", "wage_min_fen"),
        ("wage_min_fen=1.5", "wage_min_fen"),
        ("wage_min_fen=99999999999999999999", "wage_min_fen"),
        ("wage_unit=year", "wage_unit"),
        ("settlement=never", "settlement"),
        ("from=tomorrow", "from"),
        ("to=2026-11-25T08:00:00", "to"),
        ("from=2026-11-26T00:00:00Z&to=2026-11-25T00:00:00Z", "to"),
        ("direct_only=maybe", "direct_only"),
        ("station=nowhere", "station"),
        ("station=%27%3B--", "station"),
        ("sort=best", "sort"),
        ("sort=nearest", "lat"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=ten", "limit"),
        ("cursor=abc", "cursor"),
        ("sort=newest&cursor=AQAA", "cursor"),
    ] {
        let answer = client.get(&format!("/api/v1/jobs?{query}")).await;
        answer.problem(422, "invalid");
        assert_eq!(answer.fields(), [field], "{query}");
    }
    for odd in ["q=%00", "q=%ff%fe", "q=%F0%9F%98%80", "q=%22%20AND%20*", "q=+", "unknown=1"] {
        found(&client, odd).await;
    }
    let long = format!("q={}", "活".repeat(3000));
    found(&client, &encoded(&[("q", &long)])).await;
    let page = found(&client, "sort=newest&limit=1").await;
    let next = page["next"].as_str().unwrap();
    let other = client.get(&format!("/api/v1/jobs?sort=wage&cursor={next}")).await;
    assert_eq!(other.fields(), ["cursor"]);
}

async fn only_open_postings_are_found(world: World) {
    let admin = world.admin().await;
    admin.draft(&posting()).await;
    let id = admin.open(&with(posting(), &json!({ "headcount": 1 }))).await;
    let worker = admin.register(&crate::world::worker(1)).await;
    assert_eq!(found(&admin, "").await["items"].as_array().unwrap().len(), 1);
    admin.book(&id, &worker).await.expect(201);
    assert_eq!(found(&admin, "").await["total"], 0);
}
