//! The same person twice: found, told apart, made one; nothing is lost and nothing doubled.

use std::collections::{BTreeMap, BTreeSet};

use linggong::{
    domain::{
        account::{Account, Actor, Role},
        booking::BookingStatus,
        claim::{Claim, ClaimKey, Payee, Stage},
        ids::{ClaimId, JobId, Seedling, WorkerId},
        money::Fen,
        worker::{Group, GroupSource, Worker},
    },
    market::{GroupStep, Likeness, MarketError, NewWorker, Revised},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use crate::{
    World,
    clock::NOW,
    world::{OPERATOR, shift},
};

stories!(
    twins_are_found_by_phone_and_by_name_and_village,
    two_records_become_one_and_the_old_id_leads_there,
    what_one_person_cannot_have_stops_a_merge,
    accounts_searches_and_pins_go_over,
    every_table_of_a_worker_goes_over,
    random_records_merge_without_loss_or_double,
    staff_keep_records_and_each_group_has_its_consent,
    a_list_leaves_alone_what_it_does_not_name,
);

/// Staff of a station.
fn staff(station: &str) -> Actor {
    Actor::Account(Account {
        id: format!("acc_{station}").parse().unwrap(),
        login: format!("staff-{station}"),
        role: Role::Staff,
        org: None,
        station: Some(station.parse().unwrap()),
        worker: None,
    })
}

async fn person(world: &World, station: &str, input: Value) -> Worker {
    let new = NewWorker { station: Some(station.parse().unwrap()), ..NewWorker::default() };
    world.market.register(&OPERATOR, &input, new).await.unwrap()
}

fn somebody(name: &str, phone: u64, more: Value) -> Value {
    let mut input = json!({ "name": name, "phone": phone.to_string() });
    for (field, value) in more.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

/// Two of one name and village, with phones of their own.
async fn two(world: &World) -> (Worker, Worker) {
    let village = json!({ "village": "640106100201" });
    let one = person(world, "a", somebody("马小军", 13_800_000_001, village.clone())).await;
    let other = person(world, "a", somebody("马小军", 13_800_000_002, village)).await;
    (one, other)
}

async fn opened(world: &World, title: &str, day: &str, from: u32, to: u32) -> JobId {
    let fields = json!({ "title": title, "headcount": 9, "shifts": shift(day, from, to) });
    world.open(&fields).await
}

async fn twins_are_found_by_phone_and_by_name_and_village(world: World) {
    world.station("a", 38.28).await;
    world.station("b", 38.38).await;
    let (one, other) = two(&world).await;
    let village = json!({ "village": "640106100201" });
    let far = person(&world, "b", somebody("马小军", 13_800_000_003, village)).await;
    // One phone and another name: a family's, or the same person by another name.
    let kin = person(&world, "a", somebody("马大军", 13_800_000_001, json!({}))).await;
    // Citizen's numbers tell people apart.
    let with = |number: &str, phone| {
        somebody("杨芳", phone, json!({ "id_number": number, "village": "640106100201" }))
    };
    person(&world, "a", with("11010519491231002X", 13_800_000_004)).await;
    person(&world, "a", with("640103199001010011", 13_800_000_005)).await;

    let market = &world.market;
    let pairs = |pairs: Vec<linggong::market::Pair>| -> BTreeSet<(String, String)> {
        pairs.into_iter().map(|pair| (pair.one.id.to_string(), pair.other.id.to_string())).collect()
    };
    let pair = |one: &Worker, other: &Worker| {
        let (one, other) = if one.id < other.id { (one, other) } else { (other, one) };
        (one.id.to_string(), other.id.to_string())
    };
    let own = BTreeSet::from([pair(&one, &other), pair(&one, &kin)]);
    assert_eq!(pairs(market.twins(&staff("a"), None).await.unwrap()), own);
    let all = BTreeSet::from([
        pair(&one, &other),
        pair(&one, &kin),
        pair(&one, &far),
        pair(&other, &far),
    ]);
    assert_eq!(pairs(market.twins(&OPERATOR, None).await.unwrap()), all);
    let of_kin = market.twins(&OPERATOR, Some(&kin.id)).await.unwrap();
    assert_eq!(of_kin[0].alike, [Likeness::Phone]);
    assert_eq!(pairs(of_kin), BTreeSet::from([pair(&one, &kin)]));

    // Told apart they are not found again, in either order; others are.
    market.tell_apart(&staff("a"), (&kin.id, &one.id)).await.unwrap();
    let own = BTreeSet::from([pair(&one, &other)]);
    assert_eq!(pairs(market.twins(&staff("a"), None).await.unwrap()), own);
    // Nobody touches people of another station.
    for (one, other) in [(&one, &far), (&far, &one)] {
        let (one, other) = (&one.id, &other.id);
        let refused = market.side_by_side(&staff("a"), (one, other)).await;
        assert!(matches!(refused, Err(MarketError::NotFound)));
        let refused = market.tell_apart(&staff("a"), (one, other)).await;
        assert!(matches!(refused, Err(MarketError::NotFound)));
        let refused = market.merge(&staff("a"), (one, other)).await;
        assert!(matches!(refused, Err(MarketError::NotFound)));
    }
    let same = market.merge(&OPERATOR, (&one.id, &one.id)).await;
    assert!(matches!(same, Err(MarketError::NotFound)));
    // Whom staff told apart from a record is told apart from what it became.
    market.tell_apart(&OPERATOR, (&far.id, &other.id)).await.unwrap();
    market.merge(&staff("a"), (&one.id, &other.id)).await.unwrap();
    assert_eq!(pairs(market.twins(&OPERATOR, None).await.unwrap()), BTreeSet::new());
    world.verify().await;
}

async fn two_records_become_one_and_the_old_id_leads_there(world: World) {
    world.station("a", 38.28).await;
    let market = &world.market;
    let (one, other) = two(&world).await;
    let revised = Revised {
        version: other.version,
        input: json!({
            "name": "马小军", "village": "640106100201", "skills": ["电焊"],
            "certificates": ["焊工证（至2027-05-01）"], "id_number": "11010519491231002X",
            "household": "H-12", "lat": 38.28, "lon": 106.27,
        })
        .as_object()
        .unwrap()
        .clone(),
    };
    market.revise_worker(&staff("a"), &other.id, revised).await.unwrap();
    for (id, step) in [
        (&one.id, GroupStep::Agree(Group::Veteran, GroupSource::Paper)),
        (&other.id, GroupStep::Agree(Group::Veteran, GroupSource::Declared)),
        (&other.id, GroupStep::Agree(Group::Poverty, GroupSource::Listed)),
        (&other.id, GroupStep::Withdraw(Group::Veteran)),
    ] {
        market.note_group(&staff("a"), id, step).await.unwrap();
    }
    let job = opened(&world, "装卸工", "11-25", 8, 17).await;
    let booked = world.book(&job, &other.id).await.unwrap().booking;

    let kept = market.merge(&staff("a"), (&one.id, &other.id)).await.unwrap();
    assert_eq!((&kept.id, kept.version), (&one.id, 3));
    assert_eq!(kept.person.phone, one.person.phone);
    assert_eq!(kept.person.id_number.as_ref().unwrap().expose(), "11010519491231002X");
    assert_eq!(kept.person.household.as_deref(), Some("H-12"));
    assert_eq!(kept.profile.skills, ["电焊"]);
    assert_eq!(kept.profile.certificates[0].until.unwrap().to_string(), "2027-05-01");
    assert!(kept.profile.point.is_some());
    // A consent that was taken back on one record is taken back.
    assert_eq!(kept.person.groups(), [Group::Poverty]);
    let rows = market.bookings_by(&OPERATOR, &one.id).await.unwrap();
    assert_eq!(rows[0].booking.id, booked.id);
    world.check_places(&job).await;
    // The old id answers with the record that was kept.
    let by_old = market.worker(&staff("a"), &other.id).await.unwrap();
    assert_eq!(by_old, kept);
    assert_eq!(market.bookings_by(&OPERATOR, &other.id).await.unwrap().len(), 1);
    // And still does after that one became part of a third.
    let third = person(&world, "a", somebody("马晓军", 13_800_000_009, json!({}))).await;
    let third = market.merge(&staff("a"), (&third.id, &one.id)).await.unwrap();
    assert_eq!(market.worker(&staff("a"), &other.id).await.unwrap(), third);
    assert_eq!(third.person.name, "马晓军");
    // Who registers with the number of the closed record meets the kept one.
    let again = somebody("马小军", 13_800_000_010, json!({ "id_number": "11010519491231002X" }));
    match market.register(&staff("a"), &again, NewWorker::default()).await {
        Err(MarketError::Duplicate { field: "id_number", held }) => {
            assert_eq!(held.as_deref(), Some(third.id.as_str()));
        }
        other => panic!("{other:?}"),
    }
    world.verify().await;
}

async fn refusal(world: &World, one: &Worker, other: &Worker, says: &str) {
    let before = dump(&world.store.url()).await;
    for pair in [(&one.id, &other.id), (&other.id, &one.id)] {
        match world.market.merge(&staff("a"), pair).await {
            Err(MarketError::NotMerged(why)) => {
                assert!(why.iter().any(|why| why.contains(says)), "{says}: {why:?}");
            }
            done => panic!("{says}: {done:?}"),
        }
    }
    assert_eq!(dump(&world.store.url()).await, before);
    let pair = world.market.side_by_side(&staff("a"), (&one.id, &other.id)).await.unwrap();
    assert!(pair.clashes.iter().any(|why| why.contains(says)), "{says}: {:?}", pair.clashes);
}

async fn what_one_person_cannot_have_stops_a_merge(world: World) {
    world.station("a", 38.28).await;
    let (one, other) = two(&world).await;
    let first = opened(&world, "摘枸杞", "11-25", 8, 12).await;
    let second = opened(&world, "装卸工", "11-25", 11, 17).await;
    let mine = world.book(&first, &one.id).await.unwrap().booking.id;
    let theirs = world.book(&second, &other.id).await.unwrap().booking.id;
    refusal(&world, &one, &other, "上工时间重叠").await;
    world.cancel(&theirs).await;
    let twice = world.book(&first, &other.id).await.unwrap().booking.id;
    refusal(&world, &one, &other, "都报了“摘枸杞”").await;
    world.cancel(&twice).await;

    let place = |worker: &Worker| {
        json!({
            "worker_id": worker.id.as_str(), "division": "320505", "hukou": "640106",
            "employer": { "name": "苏州某电子公司", "kind": "enterprise" },
            "start": "2026-05-01",
        })
    };
    let market = &world.market;
    market.place(&OPERATOR, &place(&one), false).await.unwrap();
    let held = market.place(&OPERATOR, &place(&other), false).await.unwrap();
    refusal(&world, &one, &other, "在“苏州某电子公司”").await;
    let void = linggong::market::PlacementMove::Void("重复登记".to_owned());
    market.move_placement(&OPERATOR, &held.id, void).await.unwrap();

    claim(&world, 1, &one, Stage::Paid).await;
    claim(&world, 2, &other, Stage::VillageCheck).await;
    refusal(&world, &one, &other, "申报了").await;
    world.store.sql("update claim set stage = 'withdrawn' where stage = 'village_check'").await;

    let numbers = [(&one, "11010519491231002X"), (&other, "640103199001010011")];
    for (worker, number) in numbers {
        set(&world, worker, &json!({ "id_number": number })).await;
    }
    refusal(&world, &one, &other, "身份证号不一样").await;
    let _ = mine;
}

async fn set(world: &World, worker: &Worker, fields: &Value) {
    let held = world.market.worker(&OPERATOR, &worker.id).await.unwrap();
    let mut input = json!({ "name": held.person.name, "village": held.village });
    for (name, value) in fields.as_object().unwrap() {
        input[name] = value.clone();
    }
    let input = input.as_object().unwrap().clone();
    let revised = Revised { version: held.version, input };
    world.market.revise_worker(&OPERATOR, &worker.id, revised).await.unwrap();
}

/// A claim of the incentive on a worker's year.
async fn claim(world: &World, number: u128, worker: &Worker, stage: Stage) {
    let key = format!("outside-county-incentive/person-year/{}/2026", worker.id);
    let held = Claim {
        id: ClaimId::grow(Seedling { at_ms: 1, random: number }),
        policy: "jinfeng-2024".to_owned(),
        rule: "outside-county-incentive".to_owned(),
        payee: Payee::Worker(worker.id.clone()),
        worker: Some(worker.id.clone()),
        placement: None,
        arises_on: "2026-11-01".parse().unwrap(),
        as_of: "2026-11-24".parse().unwrap(),
        amount: Some(Fen(20_000)),
        range: None,
        keys: vec![ClaimKey { key, after: Fen::ZERO }],
        stage,
        notice: None,
        on_notice: None,
        reason: None,
        bureau: "hr".to_owned(),
        station: Some("a".parse().unwrap()),
        village: None,
        filed_by: "operator".to_owned(),
        version: 1,
        demo: false,
        created_at: NOW,
        staged_at: NOW,
    };
    let mut txn = world.market.store.begin().await.unwrap();
    assert!(txn.put_claim(&held).await.unwrap());
    if stage.draws() {
        txn.draw_keys(&held).await.unwrap();
    }
    txn.commit().await.unwrap();
}

async fn accounts_searches_and_pins_go_over(world: World) {
    world.station("a", 38.28).await;
    let market = &world.market;
    let (one, other) = two(&world).await;
    let pin = |text: &str| text.parse::<linggong::domain::pin::Pin>().unwrap();
    market.set_pin(&staff("a"), &other.id, &pin("830527")).await.unwrap();
    let account = |id: &WorkerId| {
        let id = id.clone();
        let market = market.clone();
        async move { market.worker(&OPERATOR, &id).await.unwrap().account.unwrap() }
    };
    // The kept record has no account: it takes the closed one's, with its PIN.
    let old = account(&other.id).await;
    let kept = market.merge(&staff("a"), (&one.id, &other.id)).await.unwrap();
    assert_eq!(kept.account.as_ref(), Some(&old));
    let phone = kept.person.phone.clone().unwrap();
    let stay = linggong::market::Stay::Kiosk;
    let seeker = market.sign_in_by_phone(&phone, &pin("830527"), stay).await.unwrap();
    assert_eq!(seeker.worker.id, one.id);
    // Both have one that only a PIN opens: searches go over, the kept PIN stays.
    let third = person(&world, "a", somebody("马晓军", 13_800_000_009, json!({}))).await;
    market.set_pin(&staff("a"), &third.id, &pin("719402")).await.unwrap();
    let third_account = account(&third.id).await;
    let actor = {
        let mut view = market.store.read().await.unwrap();
        Actor::Account(view.account(&third_account).await.unwrap().unwrap())
    };
    market.save_search(&actor, "焊工", "q=焊工").await.unwrap();
    market.merge(&staff("a"), (&one.id, &third.id)).await.unwrap();
    let own = Actor::Account({
        let mut view = market.store.read().await.unwrap();
        view.account(&old).await.unwrap().unwrap()
    });
    assert_eq!(market.searches(&own).await.unwrap().len(), 1);
    let refused = market.sign_in_by_phone(&phone, &pin("719402"), stay).await;
    assert!(matches!(refused, Err(MarketError::BadCredentials)));
    market.sign_in_by_phone(&phone, &pin("830527"), stay).await.unwrap();
    assert!(market.who(&seeker.token).await.unwrap().is_some());
}

/// Tables with a column that names a worker.
async fn tables_of_workers(url: &str) -> BTreeSet<String> {
    let names = ["worker", "subject", "kept"];
    let columns = columns(url).await.into_iter();
    let holds = |(_, columns): &(String, Vec<String>)| {
        columns.iter().any(|column| names.contains(&column.as_str()))
    };
    columns.filter(holds).map(|(table, _)| table).collect()
}

async fn every_table_of_a_worker_goes_over(world: World) {
    // A new table that names workers is to be thought of in store/twins.rs, and then here.
    let known = [
        "account",
        "attendance",
        "block",
        "booking",
        "claim",
        "complaint",
        "crew_member",
        "evidence",
        "income",
        "mark",
        "message",
        "placement",
        "presence",
        "rating",
        "wage",
        "worker_merged",
    ];
    let known: BTreeSet<String> = known.map(str::to_owned).into();
    assert_eq!(tables_of_workers(&world.store.url()).await, known);
}

/// Tables with their columns.
async fn columns(url: &str) -> BTreeMap<String, Vec<String>> {
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let query = if url.starts_with("sqlite") {
        "select m.name as t, c.name as c from sqlite_schema m, pragma_table_info(m.name) c \
         where m.type = 'table'"
    } else {
        "select cast(table_name as text) as t, cast(column_name as text) as c \
         from information_schema.columns where table_schema = 'public'"
    };
    let rows = sqlx::query(query).fetch_all(&mut connection).await.unwrap();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in &rows {
        let (table, column): (String, String) = (row.get("t"), row.get("c"));
        if !table.starts_with('_') && !table.starts_with("sqlite_") {
            tables.entry(table).or_default().push(column);
        }
    }
    tables.values_mut().for_each(|columns| columns.sort());
    tables
}

type Rows = BTreeMap<String, Vec<Vec<String>>>;

/// Every row of every table, as text; not the log, whose sequence tells of looks.
async fn dump(url: &str) -> Rows {
    let mut connection = AnyConnection::connect(url).await.unwrap();
    let mut all = Rows::new();
    for (table, columns) in columns(url).await {
        if ["log", "log_head", "meta", "session"].contains(&table.as_str()) {
            continue;
        }
        let texts: Vec<String> = columns
            .iter()
            .map(|column| format!("coalesce(cast({column} as text), '-') as {column}"))
            .collect();
        let query = format!("select {} from {table}", texts.join(", "));
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&mut connection).await.unwrap();
        let cells = |row: &sqlx::any::AnyRow| -> Vec<String> {
            columns.iter().map(|column| row.get::<String, _>(column.as_str())).collect()
        };
        let mut rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
        rows.sort();
        all.insert(table, rows);
    }
    all
}

/// What the tables are to hold once `closed` is part of `kept`, by what they hold before.
fn merged(
    before: &Rows,
    columns: &BTreeMap<String, Vec<String>>,
    kept: &str,
    closed: &str,
) -> Rows {
    let mut after = before.clone();
    for (table, rows) in &mut after {
        let same: &[&str] = match table.as_str() {
            "presence" => &["station", "day"],
            "crew_member" => &["leader"],
            "block" => &["payer", "side"],
            "message" => &["kind", "subject"],
            _ => &[],
        };
        let at = |name: &str| columns[table].iter().position(|column| column == name).unwrap();
        if !same.is_empty() {
            let key = |row: &[String]| same.iter().map(|c| row[at(c)].clone()).collect::<Vec<_>>();
            let own: BTreeSet<Vec<String>> =
                rows.iter().filter(|row| row[at("worker")] == kept).map(|row| key(row)).collect();
            rows.retain(|row| row[at("worker")] != closed || !own.contains(&key(row)));
        }
        // Ids and keys that this story made of the person's id stay as they are.
        let made = format!("-{closed}");
        for cell in rows.iter_mut().flatten().filter(|cell| !cell.ends_with(&made)) {
            *cell = cell.replace(closed, kept);
        }
        rows.sort();
    }
    after
}

/// Tables that a merge changes otherwise; other stories look at them.
const OWN: [&str; 5] = ["worker", "worker_merged", "worker_apart", "account", "saved_search"];

/// Rows of every kind at random, that two records may both have.
async fn live(
    world: &World,
    rng: &mut ChaCha20Rng,
    worker: &WorkerId,
    jobs: &[JobId],
    life: usize,
) {
    let market = &world.market;
    for job in jobs {
        if rng.random_range(0..3) > 0 {
            continue;
        }
        // May be refused: that is another story's.
        let Ok(booked) = world.book(job, worker).await else { continue };
        if rng.random_range(0..4) == 0 {
            world.cancel(&booked.booking.id).await;
        }
        let (id, tag) = (&booked.booking.id, format!("{life}-{}", booked.booking.id));
        if rng.random() {
            let mark = format!(
                "insert into mark (id, side, subject, kind, booking, job, status, appeal_until, \
                 created_at, updated_at) values ('mrk_{tag}', 'worker', '{worker}', 'no_show', \
                 '{id}', '{job}', 'standing', 1, 1, 1)"
            );
            world.store.sql(&mark).await;
        }
        if rng.random() {
            let rating = format!(
                "insert into rating (booking, side, worker, payer, stars, created_at) \
                 values ('{id}', 'employer', '{worker}', 'p', 4, 1)"
            );
            world.store.sql(&rating).await;
        }
    }
    let wages = format!(
        "insert into wage (id, attendance, booking, job, worker, payer, cycle_first, cycle_last, \
         day, minutes, promised, extra, deduction, paid, pay_on, status, created_at, updated_at) \
         select 'wge_' || id, id, booking, job, worker, 'p', '2026-11-25', '2026-11-25', \
         '2026-11-25', 540, 100, 0, 0, 0, '2026-11-25', 'due', 1, 1 \
         from attendance where worker = '{worker}'"
    );
    world.store.sql(&wages).await;
    for round in 0..4 {
        let (tag, some) = (format!("{life}-{round}-{worker}"), rng.random_range(0..3u32));
        let job = &jobs[rng.random_range(0..jobs.len())];
        let statements = [
            format!(
                "insert into presence (station, day, worker, at) \
                 values ('a', '2026-11-0{}', '{worker}', {round}) on conflict do nothing",
                some + 1
            ),
            format!(
                "insert into crew_member (leader, worker, invited_at) \
                 values ('acc_l{some}', '{worker}', {round}) on conflict do nothing"
            ),
            format!(
                "insert into block (worker, payer, side, created_at) \
                 values ('{worker}', 'p{some}', 'worker', {round}) on conflict do nothing"
            ),
            format!(
                "insert into message (id, worker, kind, subject, job, body, created_at, \
                 claimed_until, tries) values ('msg_{tag}', '{worker}', 'match', 's{some}', \
                 '{job}', 'x', {round}, 0, 0) on conflict do nothing"
            ),
            format!(
                "insert into complaint (id, kind, worker, text_sealed, channel, status, due_at, \
                 created_at, updated_at) values ('cpl_{tag}', 'arrears', '{worker}', 'x', 'desk', \
                 'open', 1, 1, 1)"
            ),
            format!(
                "insert into income (id, worker, day, amount_fen, division, kind, created_at) \
                 values ('inc_{tag}', '{worker}', '2026-11-01', {}, '320505', 'wage', 1)",
                some + 1
            ),
            format!(
                "insert into evidence (id, worker, paper, media, size_bytes, sha256, created_at) \
                 values ('evd_{tag}', '{worker}', 'x', 'application/pdf', 1, 'x', 1)"
            ),
            format!(
                "insert into idempotency (account, name, request_hash, entity, at) \
                 values ('x', '{tag}', 'x', '{worker}', 1)"
            ),
        ];
        for statement in statements.iter().filter(|_| rng.random()) {
            world.store.sql(statement).await;
        }
        if rng.random_range(0..4) == 0 {
            let place = json!({
                "worker_id": worker.as_str(), "division": "320505", "hukou": "640106",
                "employer": { "name": format!("第{}厂", rng.random_range(0..40u32)) },
                "start": "2026-05-01",
            });
            let done = market.place(&OPERATOR, &place, false).await;
            assert!(matches!(
                done,
                Ok(_) | Err(MarketError::Duplicate { .. } | MarketError::Invalid(_))
            ));
        }
    }
}

/// Whether two records hold what one person cannot: by the model, from the rows alone.
async fn excludes(world: &World, one: &WorkerId, other: &WorkerId) -> bool {
    let mut view = world.market.store.read().await.unwrap();
    let (own, others) =
        (view.bookings_by(one).await.unwrap(), view.bookings_by(other).await.unwrap());
    let mut found = false;
    for (held, same) in own.iter().flat_map(|row| others.iter().map(move |other| (row, other))) {
        let (held, same) = (&held.booking, &same.booking);
        let both = [held, same].iter().all(|b| b.status == BookingStatus::Booked);
        let meet = held
            .shifts
            .iter()
            .any(|s| same.shifts.iter().any(|o| s.start < o.end && o.start < s.end));
        found |= held.job == same.job || (both && meet);
    }
    let both = BTreeSet::from([one.clone(), other.clone()]);
    let placed = view.placements_of(&both).await.unwrap();
    let names = |id: &WorkerId| -> BTreeSet<String> {
        let own = placed.iter().filter(|held| held.worker == *id);
        own.map(|held| held.terms.employer.name.clone()).collect()
    };
    found || !names(one).is_disjoint(&names(other))
}

async fn random_records_merge_without_loss_or_double(world: World) {
    world.station("a", 38.28).await;
    for leader in 0..3 {
        let sql = format!(
            "insert into account (id, login, role, password_hash, failures, locked_until, \
             created_at) values ('acc_l{leader}', 'l{leader}', 'leader', 'x', 0, 0, 1)"
        );
        world.store.sql(&sql).await;
    }
    let mut jobs = Vec::new();
    for (title, day, from, to) in [
        ("摘枸杞", "11-25", 8, 12),
        ("装卸工", "11-25", 11, 17),
        ("分拣工", "11-26", 8, 17),
        ("保洁", "11-26", 6, 9),
        ("搬运", "11-27", 8, 17),
        ("栽树", "11-28", 8, 17),
    ] {
        jobs.push(opened(&world, title, day, from, to).await);
    }
    let mut rng = ChaCha20Rng::seed_from_u64(20_261_128);
    let url = world.store.url();
    let columns = columns(&url).await;
    let (mut made, mut refused) = (0, 0);
    for life in 0..24usize {
        let mut people = Vec::new();
        for n in 0..3 {
            let phone = 13_700_000_000 + (life as u64) * 10 + n;
            let worker = person(&world, "a", somebody("马小军", phone, json!({}))).await;
            live(&world, &mut rng, &worker.id, &jobs, life).await;
            people.push(worker);
        }
        let [one, other, _] = people.as_slice() else { panic!() };
        let before = dump(&url).await;
        let excluded = excludes(&world, &one.id, &other.id).await;
        match world.market.merge(&staff("a"), (&one.id, &other.id)).await {
            Ok(kept) => {
                assert!(!excluded, "life {life}");
                made += 1;
                assert_eq!(kept.id, one.id);
                let mut want = merged(&before, &columns, one.id.as_str(), other.id.as_str());
                let mut after = dump(&url).await;
                for table in OWN {
                    want.remove(table);
                    after.remove(table);
                }
                assert_eq!(after, want, "life {life}");
            }
            Err(MarketError::NotMerged(why)) => {
                assert!(excluded, "life {life}: {why:?}");
                refused += 1;
                assert_eq!(dump(&url).await, before, "life {life}");
            }
            Err(error) => panic!("life {life}: {error:?}"),
        }
        for job in &jobs {
            world.check_places(job).await;
        }
    }
    assert!(made >= 4 && refused >= 4, "{made} merged, {refused} refused");
    world.verify().await;
}

async fn staff_keep_records_and_each_group_has_its_consent(world: World) {
    world.station("a", 38.28).await;
    world.station("b", 38.38).await;
    let market = &world.market;
    let named = json!({ "groups": ["veteran", { "group": "poverty", "source": "paper" }] });
    let held = person(&world, "a", somebody("马小军", 13_800_000_001, named)).await;
    let noted: Vec<_> = held.person.memberships.iter().map(|one| (one.group, one.source)).collect();
    assert_eq!(
        noted,
        [(Group::Veteran, GroupSource::Declared), (Group::Poverty, GroupSource::Paper)]
    );
    assert!(
        held.person.memberships.iter().all(|one| one.asked == Some(("operator".to_owned(), NOW)))
    );

    // A change leaves phone and groups that it does not name; an old version is not written over.
    let input = json!({ "name": "马小军", "skills": ["电焊"], "available": {
        "weekly": [{ "days": [1, 2, 3, 4, 5], "from": 8, "to": 18 }] } });
    let revised = |version| Revised { version, input: input.as_object().unwrap().clone() };
    let next = market.revise_worker(&staff("a"), &held.id, revised(1)).await.unwrap();
    assert_eq!((next.version, &next.person), (2, &held.person));
    let stale = market.revise_worker(&staff("a"), &held.id, revised(1)).await;
    assert!(matches!(stale, Err(MarketError::Stale)));
    let same = market.revise_worker(&staff("a"), &held.id, revised(2)).await.unwrap();
    assert_eq!(same.version, 2);
    let foreign = market.revise_worker(&staff("b"), &held.id, revised(2)).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)));

    let step = GroupStep::Withdraw(Group::Poverty);
    let foreign = market.note_group(&staff("b"), &held.id, step).await;
    assert!(matches!(foreign, Err(MarketError::NotFound)));
    let without = market.note_group(&staff("a"), &held.id, step).await.unwrap();
    assert_eq!(without.person.groups(), [Group::Veteran]);
    let again = market.note_group(&staff("a"), &held.id, step).await;
    assert!(matches!(again, Err(MarketError::NotFound)));
    let agrees = GroupStep::Agree(Group::Poverty, GroupSource::Matched);
    let with = market.note_group(&staff("a"), &held.id, agrees).await.unwrap();
    assert_eq!(with.person.groups(), [Group::Veteran, Group::Poverty]);

    // The audit trail has each step and names no group.
    let mut view = market.store.read().await.unwrap();
    let entries = view.log_after(0, 1000).await.unwrap();
    let of = |verb: &str| entries.iter().filter(|entry| entry.verb == verb).count();
    assert_eq!((of("agree_group"), of("withdraw_group"), of("revise")), (1, 1, 1));
    assert!(!entries.iter().any(|entry| entry.detail.to_string().contains("poverty")));
    drop(view);

    // People are found by the whole phone, the whole number, or the name, at one's own station.
    for asked in ["13800000001", "138-0000-0001", "马小军"] {
        let found = market.seekers_called(&staff("a"), asked).await.unwrap();
        assert_eq!(found.len(), 1, "{asked}");
        assert!(market.seekers_called(&staff("b"), asked).await.unwrap().is_empty(), "{asked}");
    }
    for asked in ["马小", "1380000", "640103199001010011"] {
        assert!(market.seekers_called(&staff("a"), asked).await.unwrap().is_empty(), "{asked}");
    }
    world.verify().await;
}

async fn a_list_leaves_alone_what_it_does_not_name(world: World) {
    world.station("a", crate::world::LAT).await;
    let market = &world.market;
    let take = |input: Value| {
        let market = market.clone();
        async move {
            let mut txn = market.store.begin().await.unwrap();
            let taken = market.take_in_worker(&mut txn, &OPERATOR, &input, "list").await.unwrap();
            txn.commit().await.unwrap();
            taken
        }
    };
    let row = |more: Value| {
        let mut input = somebody("马小军", 13_800_000_001, more);
        input["external_id"] = json!("w1");
        input
    };
    use linggong::market::Imported::{Created, Unchanged, Updated};
    let listed = row(json!({ "groups": ["poverty", "relocated"], "skills": ["电焊"] }));
    assert_eq!(take(listed.clone()).await, Created);
    assert_eq!(take(listed.clone()).await, Unchanged);
    let id = market.seekers_called(&OPERATOR, "马小军").await.unwrap()[0].id.clone();
    let worker = || async { market.worker(&OPERATOR, &id).await.unwrap() };
    assert!(worker().await.person.memberships.iter().all(|m| m.source == GroupSource::Listed));
    for step in
        [GroupStep::Agree(Group::Veteran, GroupSource::Paper), GroupStep::Withdraw(Group::Poverty)]
    {
        market.note_group(&OPERATOR, &id, step).await.unwrap();
    }
    let held = worker().await;
    set(&world, &held, &json!({ "id_number": "11010519491231002X", "skills": ["电焊"] })).await;
    // What the person took back, and what the desk noted, no list undoes.
    assert_eq!(take(listed).await, Unchanged);
    assert_eq!(worker().await.person.groups(), [Group::Relocated, Group::Veteran]);
    assert!(worker().await.person.id_number.is_some());
    // What a list brought, a list takes away.
    assert_eq!(take(row(json!({ "groups": ["poverty"], "skills": ["电焊"] }))).await, Updated);
    assert_eq!(worker().await.person.groups(), [Group::Veteran]);
    // A row whose record became another's brings nobody back, and changes nothing there.
    let other = person(&world, "a", somebody("马晓军", 13_800_000_002, json!({}))).await;
    market.merge(&OPERATOR, (&other.id, &id)).await.unwrap();
    let kept = market.worker(&OPERATOR, &other.id).await.unwrap();
    assert_eq!(kept.external.as_ref().unwrap().id, "w1");
    assert_eq!(take(row(json!({ "skills": ["电焊"], "groups": ["poverty"] }))).await, Updated);
    assert_eq!(market.worker(&OPERATOR, &other.id).await.unwrap().person.name, "马小军");
}
