//! Bad inputs by the pages' forms: an error beside the field, what was typed is kept, nothing is
//! stored. A form that is not in [`forms`] fails the walk over the table of routes.

use std::collections::BTreeSet;

use axum::{body::Body, http::header};
use linggong::{
    domain::{
        account::{Actor, Role},
        claim::{Claim, Stage},
        org::EmployerKind,
        screen::ScreenKind,
    },
    http::routes::ROUTES,
    market::{NewScreen, NewWorker},
};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    Client, World,
    world::{Answer, claim, placement, posting, worker},
};

stories!(
    bad_inputs_come_back_with_an_error_at_their_field,
    bodies_that_are_no_form_are_refused,
    what_is_typed_comes_back_as_text,
    uploads_are_read_strictly,
);

/// What is sent: names and values, in order.
type Pairs = Vec<(&'static str, String)>;

/// A form of a page.
struct Form {
    /// As the table of routes has it.
    route: &'static str,
    /// Where it is sent.
    to: String,
    by: Client,
    /// A form that would be taken.
    good: Pairs,
    /// For each field: the name, the id of the place where its error stands, what it refuses.
    fields: Vec<(&'static str, &'static str, Vec<String>)>,
    /// A field whose text is never sent back.
    secret: Option<&'static str>,
}

fn texts<const N: usize>(bad: [&str; N]) -> Vec<String> {
    bad.map(str::to_owned).to_vec()
}

fn long(chars: usize) -> String {
    "长".repeat(chars)
}

/// Texts that are there in name only.
fn blanks() -> Vec<String> {
    texts(["", "  \n\t ", "\u{0}", "\u{1} \u{2}", "\u{feff}"])
}

/// Texts of a line that takes at most so many characters.
fn too_long(most: usize) -> Vec<String> {
    let one_over = long(most + 1);
    vec![
        one_over.clone(),
        format!("  {one_over}  "),
        "😀".repeat(most + 1),
        format!("{}\n{}", long(most), long(1)),
        "a".repeat(most * 2),
    ]
}

/// Lists that take at most twenty tags of thirty characters.
fn tags() -> Vec<String> {
    let many = |apart: &str| (0..21).map(|i| i.to_string()).collect::<Vec<_>>().join(apart);
    vec![long(31), format!("装卸、{}", long(31)), "😀".repeat(31), many("、"), many(" ")]
}

/// What is no credit code.
fn codes() -> Vec<String> {
    texts(["91110000600037341N", "12345", "营业执照", "0", "911100006000373410X"])
}

/// What is no citizen's number.
fn numbers() -> Vec<String> {
    texts(["1", "110105194912310021", "11010519491331002X", "身份证", "1101051949123100"])
}

/// What is no day until which a licence runs.
fn licences() -> Vec<String> {
    texts(["昨天", "2026-13-01", "2020-01-01", "20261201", "1"])
}

/// What is no office's phone.
fn phones() -> Vec<String> {
    texts(["12", "0951 5066123", "五零六六", "0951-50661234567", "tel:12333", "110（白天）"])
}

/// The fields of the form by which staff register people; of a new record more must stand.
fn enrol_fields(is_new: bool) -> Vec<(&'static str, &'static str, Vec<String>)> {
    let degrees = |over: &str| texts([over, "北", "NaN", "inf", "1e400"]);
    let hours = || texts(["早上", "8", "8-25", "8-8", "8:30-9"]);
    let mut phones = texts(["1", "12812345678", "1381234567", "一三八", "+1 555"]);
    phones.extend(is_new.then(String::new));
    let mut fields = vec![
        ("name", "name", [blanks(), vec![long(41)]].concat()),
        ("phone", "phone", phones),
        ("id_number", "id_number", numbers()),
        ("household", "household", too_long(120)),
        (
            "village",
            "village",
            [texts(["金星村", "友爱", "640106", "12345"]), vec![long(41)]].concat(),
        ),
        ("skills", "skills", tags()),
        (
            "until-forklift",
            "until-forklift",
            texts(["明年", "2027-13-01", "20270501", "2027/5/1", "1"]),
        ),
        ("available", "available", texts(NO_WORDS)),
        ("week-1", "week-1", hours()),
        ("radius_km", "radius_km", texts(["0", "-1", "500.1", "很远", "NaN"])),
        ("wage", "wage", texts(["二百", "-1", "1e3", "18.505", "1,000"])),
        ("lat", "lat", degrees("91")),
        ("lon", "lon", degrees("181")),
    ];
    if is_new {
        fields.push(("consent", "consent", texts(["", "no", "YES", "true", "on"])));
    }
    fields
}

const NO_WORDS: [&str; 5] = ["none", "DAY", "\u{1}x", "天", "../"];
const NOT_PROVIDED: [&str; 5] = ["some", "ONE", "\u{1}x", "管", "../"];

fn posting_fields() -> Vec<(&'static str, &'static str, Vec<String>)> {
    let join = |lists: [Vec<String>; 2]| lists.concat();
    let degrees =
        |over: &str, under: &str| texts([over, under, "北", "NaN", "inf", "1e400", "38度21分"]);
    let money =
        |more: [&str; 3]| join([texts(["二百", "-1", "1e3", "18.505", "1,000"]), texts(more)]);
    vec![
        ("title", "title", join([blanks(), vec!["短".to_owned(), long(61)]])),
        ("description", "description", too_long(4000)),
        ("skills", "skills", tags()),
        ("occupation", "occupation", texts(["6-30-05", "6-30-05-02-01", "none", "电工", "0"])),
        ("employer_name", "employer_name", join([blanks(), vec!["一".to_owned(), long(81)]])),
        (
            "employer_uscc",
            "employer_uscc",
            texts(["91110000600037341N", "12345", "营业执照", "0", "911100006000373410X"]),
        ),
        ("employer_kind", "employer_kind", texts(NO_WORDS)),
        ("address", "address", join([blanks(), vec!["短".to_owned(), long(121)]])),
        ("division", "division", texts(["64010", "6401066", "金凤区", "64010a", "-"])),
        ("lat", "lat", degrees("91", "-90.001")),
        ("lon", "lon", degrees("181", "-180.001")),
        ("crs", "crs", texts(NO_WORDS)),
        (
            "shift_date",
            "shift-0-date",
            texts(["昨天", "2026-13-45", "2026-11-25T08:00", "25/11/2026", "99999-01-01"]),
        ),
        ("shift_start", "shift-0-start", texts(["", "morning", "25:00", "8", "8:60", "早上八点"])),
        ("shift_end", "shift-0-end", texts(["", "evening", "24:00", "18", "18:60", "晚上六点"])),
        (
            "valid_until",
            "valid_until",
            texts(["", "明天", "2026-13-01", "2020-01-01", "2028-01-01", "20261201"]),
        ),
        ("wage_min", "wage_min", money(["", "0", "1000001"])),
        ("wage_max", "wage_max", money(["0", "219.99", "1000001"])),
        ("wage_unit", "wage_unit", join([texts(NO_WORDS), vec![String::new()]])),
        ("settlement", "settlement", join([texts(NO_WORDS), vec![String::new()]])),
        ("meals", "meals", texts(NOT_PROVIDED)),
        ("lodging", "lodging", texts(NOT_PROVIDED)),
        ("tools", "tools", texts(NOT_PROVIDED)),
        ("insurance", "insurance", texts(NOT_PROVIDED)),
        ("pickup_address", "pickup_address", join([blanks(), vec!["短".to_owned(), long(121)]])),
        (
            "pickup_time",
            "pickup_time",
            texts(["", "morning", "25:00", "6", "6:60", "早上六点", "+6:+4"]),
        ),
        ("pickup_seats", "pickup_seats", texts(["0", "-1", "1.5", "十二", "501", "9999999999"])),
        ("pickup_lat", "pickup_lat", degrees("91", "-90.001")),
        ("pickup_lon", "pickup_lon", degrees("181", "-180.001")),
        ("pickup_crs", "pickup_crs", texts(NO_WORDS)),
        ("benefits", "benefits", tags()),
        (
            "headcount",
            "headcount",
            texts(["", "0", "-1", "1.5", "五", "10001", "99999999999999999999"]),
        ),
        ("requirements", "requirements", join([blanks(), vec![long(1001)]])),
        ("instant", "instant", texts(["", "maybe", "true", "1", "是"])),
        ("stations", "stations", texts(["nowhere", "a/b", "LIANG TIAN", "良田站", "\u{0}"])),
    ]
}

fn good_posting() -> Pairs {
    let pairs = [
        ("title", "装卸工"),
        ("description", "仓库装车卸车"),
        ("skills", "装卸、叉车"),
        ("occupation", ""),
        ("employer_name", "塞上建材有限公司"),
        ("employer_kind", "enterprise"),
        ("employer_uscc", ""),
        ("address", "良田镇仓库"),
        ("division", "640106"),
        ("lat", "38.28"),
        ("lon", "106.27"),
        ("crs", "wgs84"),
        ("shift_date", "2026-11-25"),
        ("shift_start", "08:00"),
        ("shift_end", "17:00"),
        ("valid_until", "2026-12-20"),
        ("wage_min", "220"),
        ("wage_max", "240.5"),
        ("wage_unit", "day"),
        ("settlement", "daily"),
        ("meals", "one"),
        ("lodging", "none"),
        ("tools", "given"),
        ("insurance", "accident"),
        ("pickup_address", "良田镇政府门口"),
        ("pickup_time", "06:40"),
        ("pickup_seats", "12"),
        ("pickup_lat", "38.36"),
        ("pickup_lon", "106.13"),
        ("pickup_crs", "gcj02"),
        ("benefits", "管午饭"),
        ("headcount", "2"),
        ("requirements", "不限"),
        ("instant", "yes"),
        ("stations", "near"),
    ];
    pairs.map(|(name, value)| (name, value.to_owned())).to_vec()
}

/// A placement of the first station's, and claims on it: a draft, one at the town's desk, one that
/// somebody objected to, one to be paid, one that is paid, one on notice.
async fn money(world: &World) -> (String, Vec<String>) {
    let operator = Actor::Operator;
    let new = NewWorker { station: Some("near".parse().unwrap()), ..NewWorker::default() };
    let person = world.market.register(&operator, &worker(77), new).await.unwrap();
    let input = placement(person.id.as_str());
    let held = world.market.place(&operator, &input, false).await.unwrap();
    let mut txn = world.market.store.begin().await.unwrap();
    let stages = [
        Stage::Draft,
        Stage::TownCheck,
        Stage::Objection,
        Stage::Approved,
        Stage::Paid,
        Stage::VillageNotice,
    ];
    let mut ids = Vec::new();
    for (number, stage) in (1..).zip(stages) {
        let base = claim(number, &held.id, &person.id);
        let notice = (stage == Stage::Objection).then_some(Stage::VillageNotice);
        let claim = Claim { stage, notice, bureau: "org-payer".to_owned(), ..base };
        txn.put_claim(&claim).await.unwrap();
        ids.push(claim.id.to_string());
    }
    txn.commit().await.unwrap();
    (held.id.to_string(), ids)
}

/// What was changed: looks are noted too, and change nothing.
async fn changes(world: &World) -> usize {
    let rows = world.market.store.read().await.unwrap().log_after(0, 100_000).await.unwrap();
    rows.iter().filter(|row| row.verb != "look").count()
}

/// Forms that send a file; see `uploads_are_read_strictly`.
const UPLOADS: [&str; 7] = [
    "/desk/placements/{id}/evidence",
    "/desk/placements/insurance",
    "/desk/forecast",
    "/desk/workers/{id}/evidence",
    "/me/income/evidence",
    "/org/papers",
    "/org/mandates",
];

/// The form by which income is declared.
fn income_form(form: Form) -> Form {
    Form {
        good: [("date", "2026-11-01"), ("amount", "1200.50"), ("division", "320505")]
            .into_iter()
            .chain([("kind", "wage")])
            .map(|(name, value)| (name, value.to_owned()))
            .collect(),
        fields: vec![
            ("date", "date", texts(["", "昨天", "2026-13-01", "2028-01-01", "20261101"])),
            ("amount", "amount", texts(["", "二百", "-1", "1e3", "18.505", "0"])),
            ("division", "division", texts(["", "银川市", "宁夏", "没有这个县", "999999"])),
            ("kind", "kind", texts(NO_WORDS)),
        ],
        ..form
    }
}

/// Every form of every page but those that send a file.
async fn forms(world: &World) -> Vec<Form> {
    let staff = world.staff().await;
    let newcomer = world.account(Role::Worker, "newcomer", None).await;
    let seeker = world.account(Role::Worker, "seeker", None).await;
    seeker.register(&worker(1)).await;
    let leader = world.account(Role::Leader, "leader", None).await;
    leader.register(&worker(2)).await;
    let draft = staff.draft(&posting()).await;
    let waiting = staff.draft(&posting()).await;
    staff.post(&format!("/api/v1/jobs/{waiting}/submit"), &json!({})).await.expect(200);
    let open = staff.open(&posting()).await;
    staff.register(&worker(7)).await;
    let me = seeker.get("/api/v1/me").await.json();
    let booked = seeker.book(&open, me["worker"].as_str().unwrap()).await.expect(201);
    let booked = booked["id"].as_str().unwrap();

    let near = Some("near".parse().unwrap());
    let new = NewScreen { station: near, name: "大厅".to_owned(), kind: ScreenKind::Board };
    let screen = world.market.issue_screen(&Actor::Operator, new).await.unwrap().screen.account;
    let call = world.market.call_staff(&"near".parse().unwrap()).await.unwrap().id;
    let anybody = world.anonymous();
    let employer = world.employer().await;
    let put_up = world.put_up("near").await;

    let form = |route, to: String, by: &Client| Form {
        route,
        to,
        by: by.clone(),
        good: Vec::new(),
        fields: Vec::new(),
        secret: None,
    };
    let step = |route: &'static str, id: &str| form(route, route.replace("{id}", id), &staff);
    let reasons = |route: &'static str, place: &'static str| Form {
        good: vec![("reason", "工钱没写清楚".to_owned())],
        fields: vec![("reason", place, [blanks(), vec!["短".to_owned(), long(301)]].concat())],
        ..step(route, &waiting)
    };
    let (placed, claims) = money(world).await;
    let served = staff.register(&worker(8)).await;
    let twin = staff.register(&worker(9)).await;
    let income = json!({
        "date": "2026-11-01", "amount_fen": 100_000, "division": "320505", "kind": "wage"
    });
    let operator = Actor::Operator;
    let person = served.parse().unwrap();
    let declared = world.market.declare_income(&operator, &person, &income).await.unwrap();
    let declared = declared.id.to_string();
    let kind = Some(EmployerKind::Enterprise);
    let payer = world.account_of(Role::Reviewer, "payer", None, kind).await;
    let placed = |route: &'static str| step(route, &placed);
    let checked = |route: &'static str, claim: usize| step(route, &claims[claim]);
    let doubtful = |route: &'static str, place: &'static str, claim: usize| Form {
        good: vec![("reason", "合同看不清楚".to_owned())],
        fields: vec![("reason", place, [blanks(), vec!["短".to_owned(), long(301)]].concat())],
        ..checked(route, claim)
    };
    let days = || texts(["昨天", "2026-13-01", "2020-01-01", "2028-01-01", "20261101"]);
    let months = || texts(["上个月", "2026-13", "2020-01", "2028-01", "2026-1"]);
    let mut revised = good_posting();
    revised.push(("version", "1".to_owned()));
    vec![
        Form {
            good: vec![("login", "wang".to_owned()), ("password", "12345678".to_owned())],
            fields: vec![
                ("login", "login", [texts(["", "  ", " \t\n"]), too_long(60)].concat()),
                ("password", "password", [texts([""]), too_long(200)].concat()),
            ],
            secret: Some("password"),
            ..form("/login", "/login".to_owned(), &world.anonymous())
        },
        form("/logout", "/logout".to_owned(), &staff),
        Form {
            good: [
                ("kind", "enterprise"),
                ("name", "塞上建材有限公司"),
                ("uscc", "91110101095807770R"),
                ("id_number", ""),
                ("licence_until", "2030-01-01"),
                ("contact", "王小明"),
                ("phone", "13800000001"),
                ("login", "saishang"),
                ("password", "12345678"),
                ("consent", "yes"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                ("kind", "kind", [texts(NO_WORDS), texts([""])].concat()),
                ("name", "name", [blanks(), vec!["一".to_owned(), long(81)]].concat()),
                ("uscc", "uscc", [codes(), texts([""])].concat()),
                ("id_number", "id_number", numbers()),
                ("licence_until", "licence_until", licences()),
                ("contact", "contact", [blanks(), vec![long(41)]].concat()),
                ("phone", "phone", texts(["", "12812345678", "1381234567", "一三八", "+1 555"])),
                ("login", "login", [texts(["", "  ", " \t\n"]), too_long(60)].concat()),
                (
                    "password",
                    "password",
                    [texts(["", "1234567", "x1y2z3", "七个字的密码短"]), vec!["x".repeat(201)]]
                        .concat(),
                ),
                ("consent", "consent", texts(["", "no", "YES", "true", "on"])),
            ],
            secret: Some("password"),
            ..form("/register", "/register".to_owned(), &anybody)
        },
        Form {
            good: [
                ("name", "塞上建材有限公司"),
                ("uscc", "91110101095807770R"),
                ("id_number", ""),
                ("licence_until", "2030-01-01"),
                ("contact", "王小明"),
                ("phone", "13800000001"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                ("name", "name", too_long(80)),
                ("uscc", "uscc", codes()),
                ("id_number", "id_number", numbers()),
                ("licence_until", "licence_until", licences()),
                ("contact", "contact", too_long(40)),
                ("phone", "phone", texts(["1", "12812345678", "1381234567", "一三八", "+1 555"])),
            ],
            ..form("/org", "/org".to_owned(), &employer)
        },
        Form {
            good: vec![("step", "refuse".to_owned()), ("reason", "执照看不清楚".to_owned())],
            fields: vec![(
                "reason",
                "reason-org-employer",
                [blanks(), vec!["短".to_owned(), long(301)]].concat(),
            )],
            ..form("/desk/orgs/{id}", "/desk/orgs/org-employer".to_owned(), &staff)
        },
        form("/desk/mandates/{id}", "/desk/mandates/mdt_1".to_owned(), &staff),
        Form {
            good: vec![("shift", "0".to_owned())],
            fields: vec![("shift", "shift", texts(["-1", "1.5", "一", "99", "0x0", "\u{0}"]))],
            ..form("/jobs/{id}/book", format!("/jobs/{open}/book"), &seeker)
        },
        Form {
            good: good_posting(),
            fields: posting_fields(),
            ..form("/desk/jobs", "/desk/jobs".to_owned(), &staff)
        },
        Form { good: revised, fields: posting_fields(), ..step("/desk/jobs/{id}", &draft) },
        step("/desk/jobs/{id}/submit", &draft),
        step("/desk/jobs/{id}/approve", &waiting),
        reasons("/desk/jobs/{id}/reject", "reject"),
        step("/desk/jobs/{id}/close", &open),
        reasons("/desk/jobs/{id}/withdraw", "withdraw"),
        Form {
            good: [
                ("name", "马小军"),
                ("phone", "13800000019"),
                ("id_number", ""),
                ("household", ""),
                ("village", "良田镇金星村"),
                ("skills", "装卸"),
                ("occupations", "6-18-02-04"),
                ("until-forklift", ""),
                ("available", "weekly"),
                ("week-1", "8-18"),
                ("radius_km", "20"),
                ("wage", "180"),
                ("lat", "38.28"),
                ("lon", "106.27"),
                ("certificates", "forklift"),
                ("consent", "yes"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: enrol_fields(true),
            ..form("/desk/workers", "/desk/workers".to_owned(), &staff)
        },
        Form {
            good: [
                ("version", "1"),
                ("name", "马小军"),
                ("phone", ""),
                ("id_number", ""),
                ("household", ""),
                ("village", "良田镇金星村"),
                ("skills", "装卸"),
                ("until-forklift", ""),
                ("available", "weekly"),
                ("week-1", "8-18"),
                ("radius_km", "20"),
                ("wage", "180"),
                ("lat", "38.28"),
                ("lon", "106.27"),
                ("certificates", "forklift"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: enrol_fields(false),
            ..step("/desk/workers/{id}", &served)
        },
        Form {
            good: [("step", "agree"), ("group", "veteran"), ("source", "paper"), ("agrees", "yes")]
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            fields: vec![
                ("group", "group", texts(NO_WORDS)),
                ("source", "source", texts(NO_WORDS)),
                ("agrees", "agrees", texts(["", "no", "YES", "true", "on"])),
            ],
            ..step("/desk/workers/{id}/groups", &served)
        },
        Form {
            good: vec![("sought", "马小军".to_owned())],
            ..form("/desk/workers/find", "/desk/workers/find".to_owned(), &staff)
        },
        Form {
            good: vec![("step", "merge".to_owned()), ("keep", served.clone())],
            fields: vec![("keep", "keep", texts(["", "none", "1", "../", "一"]))],
            ..form(
                "/desk/workers/twins/{one}/{other}",
                format!("/desk/workers/twins/{served}/{twin}"),
                &staff,
            )
        },
        form("/desk/dispatch", "/desk/dispatch".to_owned(), &staff),
        form("/desk/dispatch/present", "/desk/dispatch/present".to_owned(), &staff),
        form("/desk/dispatch/confirm", "/desk/dispatch/confirm".to_owned(), &staff),
        Form {
            good: [
                ("name", "马小军"),
                ("phone", "13800000009"),
                ("village", "和顺新村"),
                ("skills", "装卸"),
                ("certificates", "叉车证"),
                ("modes", "walk"),
                ("radius_km", "20"),
                ("lat", "38.28"),
                ("lon", "106.27"),
                ("consent", "yes"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                ("name", "name", [blanks(), vec![long(41)]].concat()),
                (
                    "phone",
                    "phone",
                    texts(["", "12812345678", "1381234567", "一三八", "+1 5551234567"]),
                ),
                ("village", "village", too_long(40)),
                ("skills", "skills", tags()),
                (
                    "certificates",
                    "certificates",
                    texts(["结婚证", "毕业证", "none", "身份证", "FORKLIFT"]),
                ),
                ("modes", "modes", texts(["none", "WALK", "飞机", "../", "爬行"])),
                ("radius_km", "radius_km", texts(["0", "-1", "500.1", "很远", "NaN", "inf"])),
                ("lat", "lat", texts(["91", "-91", "北", "NaN", "1e400"])),
                ("lon", "lon", texts(["181", "-181", "东", "NaN", "1e400"])),
                ("consent", "consent", texts(["", "no", "YES", "true", "on"])),
            ],
            ..form("/me", "/me".to_owned(), &newcomer)
        },
        Form {
            good: vec![
                ("phone", "13800000007".to_owned()),
                ("name", "马小军".to_owned()),
                ("pin", "280516".to_owned()),
            ],
            fields: vec![
                ("phone", "phone", texts(["", "12812345678", "1381234567", "一三八", "+1 555"])),
                ("name", "name", [blanks(), vec!["马大军".to_owned(), long(41)]].concat()),
                ("pin", "pin", texts(["", "12345", "1234567", "111111", "345678", "98765a"])),
            ],
            secret: Some("pin"),
            ..form("/desk/pins", "/desk/pins".to_owned(), &staff)
        },
        Form {
            good: vec![("name", "大厅东墙".to_owned()), ("kind", "board".to_owned())],
            fields: vec![
                ("name", "name", [blanks(), vec!["墙".to_owned(), long(61)]].concat()),
                ("kind", "kind", texts(["", "none", "BOARD", "大屏", "\u{1}"])),
            ],
            ..form("/desk/screens", "/desk/screens".to_owned(), &staff)
        },
        form("/desk/screens/{id}/code", format!("/desk/screens/{screen}/code"), &staff),
        form("/desk/screens/{id}/revoke", format!("/desk/screens/{screen}/revoke"), &staff),
        form("/desk/screens/{id}/reload", format!("/desk/screens/{screen}/reload"), &staff),
        Form {
            good: vec![("notice", "今天下午有招聘会".to_owned())],
            fields: Vec::new(),
            ..form("/desk/screens/{id}/notice", format!("/desk/screens/{screen}/notice"), &staff)
        },
        form("/desk/calls/{id}/answer", format!("/desk/calls/{call}/answer"), &staff),
        Form {
            good: vec![("shift", "0".to_owned())],
            ..form("/m/{station}/{id}/book", format!("/m/near/{open}/book"), &seeker)
        },
        Form {
            good: vec![("phone", "13800000007".to_owned()), ("pin", "280516".to_owned())],
            fields: vec![
                ("phone", "phone", texts(["", "12812345678", "1381234567", "一三八", "+1 555"])),
                ("pin", "pin", texts(["", "12345", "1234567", "12345a", "一二三四五六"])),
            ],
            secret: Some("pin"),
            ..form("/my/in", "/my/in".to_owned(), &anybody)
        },
        Form {
            good: vec![
                ("name", "马小军".to_owned()),
                ("phone", "13800000010".to_owned()),
                ("pin", "280516".to_owned()),
                ("consent", "yes".to_owned()),
            ],
            fields: vec![
                ("name", "name", [blanks(), vec![long(41)]].concat()),
                ("phone", "phone", texts(["", "12812345678", "1381234567", "一三八", "+1 555"])),
                ("pin", "pin", texts(["", "12345", "111111", "345678", "99999"])),
                ("consent", "consent", texts(["", "no", "YES", "true", "on"])),
            ],
            secret: Some("pin"),
            ..form("/my/join", "/my/join".to_owned(), &anybody)
        },
        form("/my/door/{id}", format!("/my/door/{open}"), &seeker),
        form("/me/crew/door", "/me/crew/door".to_owned(), &leader),
        form("/my/logout", "/my/logout".to_owned(), &staff),
        Form {
            good: vec![("large", "yes".to_owned())],
            ..form("/large", "/large".to_owned(), &anybody)
        },
        form("/me/bookings/{id}/cancel", format!("/me/bookings/{booked}/cancel"), &seeker),
        Form {
            good: [
                ("operator", "良田镇人民政府"),
                ("licence", "640106000001"),
                ("services", "求职登记"),
                ("charges", "对求职者全部免费"),
                ("supervisor", "区人社局"),
                ("supervisor_phone", "0951-5066123"),
                ("complaint_phone", "12333"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                ("operator", "operator", too_long(40)),
                ("licence", "licence", too_long(40)),
                ("services", "services", too_long(40)),
                ("charges", "charges", [blanks(), too_long(40)].concat()),
                ("supervisor", "supervisor", [blanks(), too_long(40)].concat()),
                ("supervisor_phone", "supervisor_phone", [blanks(), phones()].concat()),
                ("complaint_phone", "complaint_phone", phones()),
            ],
            ..form("/desk/stations/{station}", "/desk/stations/near".to_owned(), &staff)
        },
        Form {
            good: [
                ("kind", "fair"),
                ("words", "周六上午9点招聘会"),
                ("starts_on", "2026-11-25"),
                ("ends_on", "2026-11-28"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                ("kind", "kind", [texts(NO_WORDS), texts([""])].concat()),
                ("words", "words", [blanks(), vec!["短".to_owned()], too_long(80)].concat()),
                (
                    "starts_on",
                    "starts_on",
                    texts(["", "明天", "2026-13-01", "20261201", "2026-11-25T08:00"]),
                ),
                (
                    "ends_on",
                    "ends_on",
                    texts(["", "明天", "2026-13-01", "2026-11-24", "2020-01-01", "2028-01-01"]),
                ),
            ],
            ..form(
                "/desk/stations/{station}/notices",
                "/desk/stations/near/notices".to_owned(),
                &staff,
            )
        },
        form("/desk/notices/{id}/withdraw", format!("/desk/notices/{put_up}/withdraw"), &staff),
        Form {
            good: [("name", "马建国"), ("phone", "13800000019"), ("agreed", "yes")]
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            fields: vec![
                ("name", "name", [blanks(), vec![long(41)]].concat()),
                ("phone", "phone", texts(["", "12812345678", "1381234567", "一三八", "+1 555"])),
                ("agreed", "agreed", texts(["", "no", "YES", "true", "on"])),
            ],
            ..form("/me/crew", "/me/crew".to_owned(), &leader)
        },
        Form {
            good: [("kind", "fee"), ("text", "收了200元介绍费"), ("job", ""), ("worker", "")]
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            fields: vec![("text", "text", [blanks(), vec!["短".to_owned(), long(1001)]].concat())],
            ..form("/complaints", "/complaints".to_owned(), &seeker)
        },
        Form {
            good: [("name", "近处的日结"), ("query", "settlement=daily")]
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            ..form("/searches", "/searches".to_owned(), &seeker)
        },
        form("/searches/{id}/forget", "/searches/sch_1/forget".to_owned(), &seeker),
        form("/jobs/{id}/crew", format!("/jobs/{open}/crew"), &leader),
        form("/me/crew/{worker}/remove", "/me/crew/wkr_1/remove".to_owned(), &leader),
        form("/me/crews/{account}", "/me/crews/acc_1".to_owned(), &seeker),
        form("/me/bookings/{id}", format!("/me/bookings/{booked}"), &seeker),
        form("/me/messages/{id}", "/me/messages/msg_1".to_owned(), &seeker),
        form("/me/wages/{id}", "/me/wages/wge_1".to_owned(), &seeker),
        form("/attendance/{id}", "/attendance/att_1".to_owned(), &seeker),
        form("/corrections/{id}", "/corrections/cor_1".to_owned(), &seeker),
        form("/marks/{id}", "/marks/mrk_1".to_owned(), &seeker),
        form("/complaints/{id}", "/complaints/cpl_1".to_owned(), &seeker),
        step("/desk/bookings/{id}", booked),
        step("/desk/jobs/{id}/invite", &open),
        step("/desk/wages/{id}", "wge_1"),
        step("/desk/bars/{id}/lift", "bar_1"),
        step("/desk/appeals/{id}", "mrk_1"),
        form("/desk/complaints", "/desk/complaints".to_owned(), &staff),
        step("/desk/complaints/{id}", "cpl_1"),
        Form {
            good: [
                ("name", "马小军"),
                ("phone", "13800000009"),
                ("employer_name", "苏州某电子公司"),
                ("employer_uscc", ""),
                ("employer_kind", "enterprise"),
                ("division", "苏州市虎丘区"),
                ("hukou", "银川市金凤区"),
                ("start", "2026-11-01"),
                ("contract_signed", "2026-11-02"),
                ("organiser", ""),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                ("name", "name", [blanks(), vec![long(41)]].concat()),
                ("phone", "phone", texts(["", "12812345678", "1381234567", "一三八", "1"])),
                ("employer_name", "employer_name", [blanks(), vec![long(81)]].concat()),
                (
                    "employer_uscc",
                    "employer_uscc",
                    texts(["91110000600037341N", "12345", "营业执照", "0", "911100006000373410X"]),
                ),
                ("employer_kind", "employer_kind", texts(NO_WORDS)),
                ("division", "division", texts(["", "银川市", "宁夏", "没有这个县", "999999"])),
                ("hukou", "hukou", texts(["银川市", "宁夏", "没有这个县", "999999", "64010"])),
                ("start", "start", texts(["", "昨天", "2026-13-01", "2010-01-01", "2028-01-01"])),
                (
                    "contract_signed",
                    "contract_signed",
                    texts(["昨天", "2026-13-01", "2028-01-01", "1", "-"]),
                ),
            ],
            ..form("/desk/placements", "/desk/placements".to_owned(), &staff)
        },
        Form {
            good: [
                ("contract_signed", "2026-05-02"),
                ("insured", "2026-06"),
                ("kinds", "pension"),
                ("proofs", "2026-06"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
            fields: vec![
                (
                    "contract_signed",
                    "contract_signed",
                    texts(["昨天", "2026-13-01", "2028-01-01", "20261101", "1"]),
                ),
                ("insured", "insured", months()),
                ("proofs", "proofs", months()),
            ],
            ..placed("/desk/placements/{id}/note")
        },
        Form {
            good: vec![("day", "2026-11-20".to_owned()), ("reason", "合同到期".to_owned())],
            fields: vec![
                ("day", "day", [days(), texts([""])].concat()),
                ("reason", "reason", [blanks(), vec!["短".to_owned(), long(301)]].concat()),
            ],
            ..placed("/desk/placements/{id}/end")
        },
        placed("/desk/placements/{id}/resume"),
        Form {
            good: vec![("why", "登记错了人".to_owned())],
            fields: vec![("why", "why", [blanks(), vec!["短".to_owned(), long(301)]].concat())],
            ..placed("/desk/placements/{id}/void")
        },
        placed("/desk/placements/{id}/claims"),
        checked("/desk/claims/{id}/submit", 0),
        checked("/desk/claims/{id}/withdraw", 0),
        checked("/desk/claims/{id}/pass", 1),
        doubtful("/desk/claims/{id}/return", "return", 1),
        doubtful("/desk/claims/{id}/reject", "reject", 1),
        doubtful("/desk/claims/{id}/dismiss", "dismiss", 2),
        Form { by: payer.clone(), ..checked("/desk/claims/{id}/pay", 3) },
        Form { by: payer.clone(), ..doubtful("/desk/claims/{id}/claw_back", "claw_back", 4) },
        form("/desk/absorption/claims", "/desk/absorption/claims".to_owned(), &staff),
        Form {
            good: [("rule", "broker-service-fee"), ("amount", "1000")]
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            fields: vec![
                ("rule", "rule", texts(["", "none", "training-subsidy", "\u{1}", "../"])),
                ("amount", "amount", texts(["", "二百", "-1", "1e3", "18.505", "1,000"])),
            ],
            ..form("/desk/budgets", "/desk/budgets".to_owned(), &payer)
        },
        Form {
            good: [("text", "这个人没有出去务工"), ("contact", "13800000008")]
                .map(|(name, value)| (name, value.to_owned()))
                .to_vec(),
            fields: vec![
                ("text", "text", [blanks(), vec!["短".to_owned(), long(301)]].concat()),
                ("contact", "contact", too_long(120)),
            ],
            ..form(
                "/notices/{id}/objections",
                format!("/notices/{}/objections", claims[5]),
                &world.anonymous(),
            )
        },
        form("/me/claims", "/me/claims".to_owned(), &seeker),
        form("/my/claims", "/my/claims".to_owned(), &seeker),
        income_form(form("/me/income", "/me/income".to_owned(), &seeker)),
        income_form(step("/desk/workers/{id}/income", &served)),
        step("/desk/workers/{id}/claims", &served),
        step("/incomes/{id}/void", &declared),
        Form {
            good: vec![("phone", "13900000009".to_owned()), ("name", "马小军".to_owned())],
            fields: vec![
                ("phone", "phone", texts(["", "12", "abc", "1390000000", "139000000012"])),
                ("name", "name", blanks()),
            ],
            ..form("/desk/incomes", "/desk/incomes".to_owned(), &staff)
        },
    ]
}

/// What the visitor's own pages carry in their forms.
fn csrf(by: &Client) -> String {
    hex::encode(Sha256::digest(format!("form:{}", by.token.as_deref().unwrap_or_default())))
}

async fn send(by: &Client, to: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = by.request("POST", to).header(header::CONTENT_TYPE, kind);
    by.send(request.body(body.into()).unwrap()).await
}

const URLENCODED: &str = "application/x-www-form-urlencoded";

async fn send_form(form: &Form, pairs: &[(&'static str, String)]) -> Answer {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(pairs);
    send(&form.by, &form.to, URLENCODED, body.finish()).await
}

fn with_token(form: &Form) -> Pairs {
    let mut pairs = vec![("csrf", csrf(&form.by))];
    pairs.extend(form.good.iter().cloned());
    pairs
}

/// The text as a template writes it.
fn escaped(text: &str) -> String {
    let mut html = String::new();
    for c in text.chars() {
        match c {
            '"' => html.push_str("&#34;"),
            '&' => html.push_str("&#38;"),
            '\'' => html.push_str("&#39;"),
            '<' => html.push_str("&#60;"),
            '>' => html.push_str("&#62;"),
            c => html.push(c),
        }
    }
    html
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The sentence beside a field.
fn error_at(html: &str, id: &str) -> Option<String> {
    let start = html.find(&format!("id=\"{id}-error\">"))?;
    let rest = &html[start..];
    let text = &rest[rest.find('>')? + 1..rest.find("</p>")?];
    text.chars().any(is_chinese).then(|| text.to_owned())
}

/// Whether a page's form holds a value: in a box, between the tags of a large one, or as what is
/// chosen.
fn holds(html: &str, value: &str) -> bool {
    let value = escaped(value);
    value.trim().is_empty()
        || html.contains(&format!("value=\"{value}\""))
        || html.contains(&format!(">{value}</textarea>"))
}

#[track_caller]
fn is_page(answer: &Answer, status: u16, what: &str) -> String {
    let html = answer.text();
    assert_eq!(answer.status.as_u16(), status, "{what}: {html}");
    let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
    assert!(kind.starts_with("text/html"), "{what}: {kind}");
    assert!(html.contains("<h1>") && html.chars().any(is_chinese), "{what}: {html}");
    html
}

async fn bad_inputs_come_back_with_an_error_at_their_field(world: World) {
    let forms = forms(&world).await;
    let walked: BTreeSet<&str> = forms.iter().map(|form| form.route).collect();
    let exist: BTreeSet<&str> = ROUTES
        .iter()
        .filter(|route| route.method == "POST" && !route.path.starts_with("/api/"))
        .map(|route| route.path)
        .filter(|path| !UPLOADS.contains(path))
        .collect();
    assert_eq!(walked, exist, "every form has its bad inputs here");
    let before = changes(&world).await;
    for form in &forms {
        for (name, id, values) in &form.fields {
            assert!(values.len() >= 5, "{} {name}", form.route);
            for value in values {
                let mut pairs = with_token(form);
                for pair in pairs.iter_mut().filter(|(key, _)| key == name) {
                    pair.1.clone_from(value);
                }
                let shown: String = value.chars().take(40).collect();
                let what = format!("{} {name} = {shown:?}", form.route);
                let html = is_page(&send_form(form, &pairs).await, 422, &what);
                assert!(error_at(&html, id).is_some(), "no error at {id}: {what}\n{html}");
                let kept = pairs.iter().filter(|(key, _)| {
                    // Only an offer of the page can stay chosen.
                    let offered =
                        matches!(*key, "agreed" | "consent" | "shift" | "kind") || *key == *name;
                    *key != "csrf" && form.secret != Some(key) && !offered
                });
                for (key, text) in kept {
                    assert!(holds(&html, text), "{key} {text:?} is lost: {what}\n{html}");
                }
                let typed = !matches!(
                    *name,
                    "consent"
                        | "kind"
                        | "modes"
                        | "shift"
                        | "instant"
                        | "rule"
                        | "stations"
                        | "wage_unit"
                        | "settlement"
                        | "employer_kind"
                        | "crs"
                        | "meals"
                        | "lodging"
                        | "tools"
                        | "insurance"
                        | "pickup_crs"
                        | "agreed"
                        | "agrees"
                        | "group"
                        | "source"
                        | "keep"
                        | "available"
                        | "shift_start"
                        | "shift_end"
                );
                if typed && form.secret != Some(name) && !value.chars().any(char::is_control) {
                    assert!(holds(&html, value), "what was typed is lost: {what}\n{html}");
                }
                if form.secret == Some(name) {
                    assert!(value.is_empty() || !html.contains(value.as_str()), "{what}");
                }
            }
        }
        let foreign = csrf(&world.anonymous());
        let own_is_foreign = foreign == csrf(&form.by);
        for token in ["", "0", &"f".repeat(64), "\u{1}", foreign.as_str()] {
            if own_is_foreign && token == foreign {
                continue;
            }
            let mut pairs = with_token(form);
            pairs[0].1 = token.to_owned();
            is_page(&send_form(form, &pairs).await, 403, form.route);
        }
        is_page(&send_form(form, &form.good).await, 403, form.route);
    }
    assert_eq!(changes(&world).await, before);
}

async fn bodies_that_are_no_form_are_refused(world: World) {
    let forms = forms(&world).await;
    let before = changes(&world).await;
    for form in &forms {
        let token = csrf(&form.by);
        let to = |kind: &'static str, body: Vec<u8>| send(&form.by, &form.to, kind, body);
        let typed = format!("csrf={token}&");
        for broken in
            [&b"title=%ff%fe"[..], b"title=\xff\xfe", b"%c3%28=1", b"a=%ed%a0%80", b"a=%f8"]
        {
            let body = [typed.as_bytes(), broken].concat();
            is_page(&to(URLENCODED, body).await, 400, form.route);
        }
        let twice = format!("{typed}csrf={token}");
        is_page(&to(URLENCODED, twice.into()).await, 400, form.route);
        let many = typed.clone() + &"shift_date=1&".repeat(1201);
        is_page(&to(URLENCODED, many.into()).await, 400, form.route);
        let big = typed.clone() + "title=" + &"x".repeat(64 * 1024);
        is_page(&to(URLENCODED, big.into()).await, 413, form.route);
        let huge = typed.clone() + "title=" + &"x".repeat(4 * 1024 * 1024);
        is_page(&to(URLENCODED, huge.into()).await, 413, form.route);
        for kind in ["application/json", "multipart/form-data; boundary=x", "text/plain", "", "\t"]
        {
            is_page(&to(kind, typed.clone().into()).await, 415, form.route);
        }
    }
    assert_eq!(changes(&world).await, before);
}

async fn what_is_typed_comes_back_as_text(world: World) {
    let nasty = "\"><script>alert('1')</script>&amp;";
    for form in &forms(&world).await {
        if form.good.is_empty() {
            continue;
        }
        let mut pairs = with_token(form);
        for (name, value) in pairs.iter_mut().filter(|(name, _)| *name != "csrf") {
            if !matches!(*name, "version" | "consent" | "reason") {
                nasty.clone_into(value);
            }
        }
        let html = send_form(form, &pairs).await.text();
        assert!(!html.contains("<script>alert"), "{}: {html}", form.route);
    }
}

/// A form with a file, as a browser sends it.
fn multipart(token: &str, paper: &str, file: &[u8]) -> Vec<u8> {
    let field = |name: &str, value: &str| {
        format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let head = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\
                content-type: application/pdf\r\n\r\n";
    let fields = [field("csrf", token), field("paper", paper), head.to_owned()].concat();
    [fields.as_bytes(), file, b"\r\n--x--\r\n"].concat()
}

const MULTIPART: &str = "multipart/form-data; boundary=x";

async fn uploads_are_read_strictly(world: World) {
    let staff = world.staff().await;
    let (placed, _) = money(&world).await;
    let evidence = UPLOADS[0].replace("{id}", &placed);
    let person = UPLOADS[3].replace("{id}", &staff.register(&worker(8)).await);
    let kind = Some(EmployerKind::Broker);
    let broker = world.account_of(Role::Broker, "broker", None, kind).await;
    let token = csrf(&staff);
    let before = changes(&world).await;
    for (staff, to) in [
        (&staff, evidence.as_str()),
        (&staff, person.as_str()),
        (&staff, UPLOADS[1]),
        (&staff, UPLOADS[2]),
        (&broker, UPLOADS[5]),
        (&broker, UPLOADS[6]),
    ] {
        let token = csrf(staff);
        for token in ["", "0", &"f".repeat(64)] {
            let body = multipart(token, "劳动合同", b"%PDF-1.7 %%EOF");
            is_page(&send(staff, to, MULTIPART, body).await, 403, to);
        }
        is_page(&send(staff, to, URLENCODED, format!("csrf={token}")).await, 415, to);
        is_page(&send(staff, to, MULTIPART, "--y\r\n").await, 400, to);
        is_page(&send(staff, to, MULTIPART, multipart(&token, "", b"")).await, 422, to);
        let large = vec![b'x'; 6 * 1024 * 1024];
        is_page(&send(staff, to, MULTIPART, multipart(&token, "", &large)).await, 413, to);
    }
    for (paper, file, at) in [
        ("劳动合同", &b"<script>"[..], "file"),
        ("劳动合同", b"%PDF-1.7 cut off", "file"),
        ("没有这种材料", b"%PDF-1.7 %%EOF", "paper"),
    ] {
        let answer = send(&staff, &evidence, MULTIPART, multipart(&token, paper, file)).await;
        let html = is_page(&answer, 422, paper);
        assert!(error_at(&html, at).is_some(), "{html}");
    }
    assert_eq!(changes(&world).await, before);
    let good = multipart(&token, "劳动合同", b"%PDF-1.7 %%EOF");
    assert_eq!(send(&staff, &evidence, MULTIPART, good).await.status, 303);
    assert_eq!(changes(&world).await, before + 1);
}
