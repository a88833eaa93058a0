//! Records that may be one person, for staff: the list, two side by side, made one or told apart.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    enrol_form::{household, village_name},
    input::{Choice, Faults, Sent},
    page, see_other, words,
    worker::certificate,
};
use crate::{
    domain::{
        calendar::Day,
        identity::{Phone, ResidentId},
        ids::WorkerId,
        worker::{Available, Worker},
    },
    http::{body::Query, problem::Problem},
    market::{MarketError, Pair},
};

/// A record of a pair.
pub struct WorkerRow {
    /// Where the record is.
    pub href: String,
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone: String,
}

impl WorkerRow {
    fn of(worker: &Worker) -> WorkerRow {
        let person = &worker.person;
        WorkerRow {
            href: format!("/desk/workers/{}", worker.id),
            name: person.name.clone(),
            phone: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        }
    }
}

/// Two records of the list.
pub struct PairRow {
    /// Where they stand side by side.
    pub href: String,
    /// The older.
    pub one: WorkerRow,
    /// The newer.
    pub other: WorkerRow,
    /// What is alike.
    pub alike: String,
}

/// The list.
#[derive(Template)]
#[template(path = "twins.html")]
pub struct TwinsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The pairs.
    pub rows: Vec<PairRow>,
}

/// One thing of both records.
pub struct SideRow {
    /// What it is.
    pub label: &'static str,
    /// What the older says, and the newer.
    pub values: [String; 2],
    /// Whether both say the same.
    pub same: bool,
}

/// Two records side by side.
#[derive(Template)]
#[template(path = "pair_up.html")]
pub struct PairPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where the forms are sent.
    pub to: String,
    /// What is alike.
    pub alike: String,
    /// Everything of both.
    pub rows: Vec<SideRow>,
    /// What stands in the way.
    pub clashes: Vec<String>,
    /// Which may be kept.
    pub keeps: Vec<Choice>,
    /// What is wrong with the form.
    pub faults: Faults,
}

impl PairPage {
    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.at(name)
    }
}

fn address(one: &WorkerId, other: &WorkerId) -> String {
    format!("/desk/workers/twins/{one}/{other}")
}

fn told(pair: &Pair) -> String {
    pair.alike.iter().map(|likeness| likeness.label()).collect::<Vec<_>>().join("，")
}

/// `GET /desk/workers/twins`
pub async fn twins(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let pairs = app.market.twins(&visitor.actor()?, None).await?;
    let row = |pair: &Pair| PairRow {
        href: address(&pair.one.id, &pair.other.id),
        one: WorkerRow::of(&pair.one),
        other: WorkerRow::of(&pair.other),
        alike: told(pair),
    };
    let list = TwinsPage {
        chrome: Chrome::new(&app, &visitor, "/desk/workers").telling(&query),
        rows: pairs.iter().map(row).collect(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// What each table of a worker's rows is called.
fn called(table: &str) -> &'static str {
    match table {
        "booking" => "报名",
        "attendance" => "考勤",
        "wage" => "工钱",
        "rating" => "评价",
        "complaint" => "投诉",
        "placement" => "稳定就业",
        "evidence" => "材料",
        "income" => "收入",
        "claim" => "申报",
        "presence" => "到场",
        "crew_member" => "班组",
        "block" => "不再合作",
        _ => "消息",
    }
}

fn sides(pair: &Pair, today: Day) -> Vec<SideRow> {
    let both = [&pair.one, &pair.other];
    let row = |label, of: &dyn Fn(&Worker) -> String| {
        let values = both.map(of);
        SideRow { label, same: values[0] == values[1], values }
    };
    let mut rows = vec![
        row("姓名", &|worker| worker.person.name.clone()),
        row("手机号", &|worker| {
            worker.person.phone.as_ref().map(Phone::masked).unwrap_or_default()
        }),
        row("身份证号", &|worker| {
            worker.person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default()
        }),
        row("出生日期", &|worker| {
            let born = worker.person.id_number.as_ref().and_then(ResidentId::born);
            born.map(|day| day.to_string()).unwrap_or_default()
        }),
        row("户编号", &|worker| {
            worker.person.household.as_deref().map(household).unwrap_or_default()
        }),
        row("住在", &|worker| worker.village.as_deref().map(village_name).unwrap_or_default()),
        row("会干什么", &|worker| worker.profile.skills.join("、")),
        row("证书", &|worker| {
            let held = worker.profile.certificates.iter();
            held.map(|held| certificate(held, today)).collect::<Vec<_>>().join("、")
        }),
        row("什么时候有空", &|worker| match &worker.profile.available {
            Available::Always => "随时".to_owned(),
            Available::Words(words) => words.clone(),
            Available::Spans(spans) => {
                spans.iter().map(words::shift).collect::<Vec<_>>().join("、")
            }
            Available::Weekly(week) => week.to_string(),
        }),
        row("人群类别", &|worker| {
            let groups = worker.person.groups();
            groups.iter().map(|group| group.label()).collect::<Vec<_>>().join("、")
        }),
        row("账号", &|worker| if worker.account.is_some() { "有" } else { "没有" }.to_owned()),
        row("登记日期", &|worker| words::date(worker.created_at)),
    ];
    let [one, other] = &pair.holdings;
    let mut tables: Vec<&'static str> = Vec::new();
    for (table, _) in one.iter().chain(other) {
        if !tables.contains(table) {
            tables.push(table);
        }
    }
    for table in tables {
        let count = |held: &Vec<(&'static str, i64)>| {
            let count = held.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count);
            format!("{count}条")
        };
        rows.push(SideRow { label: called(table), values: [count(one), count(other)], same: true });
    }
    rows
}

async fn side_by_side(
    (app, visitor): (&App, &Visitor),
    (one, other): (&WorkerId, &WorkerId),
    (faults, status): (Faults, StatusCode),
) -> Result<Response, Problem> {
    let pair = app.market.side_by_side(&visitor.actor()?, (one, other)).await?;
    let keep = |id: &WorkerId, text: &str| Choice::of(id.as_str(), text, pair.one.id.as_str());
    let shown = PairPage {
        chrome: Chrome::new(app, visitor, "/desk/workers"),
        to: address(&pair.one.id, &pair.other.id),
        alike: told(&pair),
        rows: sides(&pair, app.market.now().day()),
        keeps: vec![keep(&pair.one.id, "第一份"), keep(&pair.other.id, "第二份")],
        clashes: pair.clashes,
        faults,
    };
    Ok(page(status, &shown))
}

/// Both ids of an address; malformed ones name nobody.
fn both((one, other): (String, String)) -> Result<(WorkerId, WorkerId), Problem> {
    let id = |text: &str| text.parse().map_err(|_| Problem::not_found());
    Ok((id(&one)?, id(&other)?))
}

/// `GET /desk/workers/twins/{one}/{other}`
pub async fn pair_up(
    State(app): State<App>,
    visitor: Visitor,
    Path(ids): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (one, other) = both(ids)?;
    side_by_side((&app, &visitor), (&one, &other), (Faults::default(), StatusCode::OK)).await
}

/// `POST /desk/workers/twins/{one}/{other}`
pub async fn settle_pair(
    State(app): State<App>,
    visitor: Visitor,
    Path(ids): Path<(String, String)>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let (one, other) = both(ids)?;
    let actor = visitor.actor()?;
    let mut faults = Faults::default();
    match form.get("step") {
        "apart" => {
            app.market.tell_apart(&actor, (&one, &other)).await?;
            Ok(see_other("/desk/workers/twins", "told_apart").into_response())
        }
        "merge" => {
            let (keep, close) = match form.get("keep") {
                keep if keep == one.as_str() => (&one, &other),
                keep if keep == other.as_str() => (&other, &one),
                _ => {
                    faults.add("keep", "请选留下哪一份");
                    let again = (faults, StatusCode::UNPROCESSABLE_ENTITY);
                    return side_by_side((&app, &visitor), (&one, &other), again).await;
                }
            };
            match app.market.merge(&actor, (keep, close)).await {
                Ok(kept) => {
                    app.settle().await;
                    let path = format!("/desk/workers/{}", kept.id);
                    Ok(see_other(&path, "merged").into_response())
                }
                // The page names what stands in the way.
                Err(MarketError::NotMerged(_)) => {
                    let again = (faults, StatusCode::CONFLICT);
                    side_by_side((&app, &visitor), (&one, &other), again).await
                }
                Err(error) => Err(error.into()),
            }
        }
        _ => Err(Problem::bad_request("没有这个操作")),
    }
}
