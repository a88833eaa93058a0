//! A broker's placements: who is due when, what is missing, what it is worth.

use std::collections::BTreeMap;

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Answer, Asked, Choices, Filter, Spec, all, column, in_file},
    listed::List,
    page,
    placement::files,
    sheets::Cell,
};
use crate::{
    domain::{
        account::Role, claim::Claim, identity::mask_name, money::Fen, org::EmployerKind,
        placement::PlacementStatus,
    },
    http::{body::Query, problem::Problem},
    market::{Due, Outlook, county_name},
};
use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

/// How far a term of months has come.
pub struct Term {
    /// `还差23天`, `已满`, `够不到`.
    pub text: String,
    /// How much of it is over, per cent.
    pub percent: u8,
}

/// A line of the list.
pub struct PlacementRow {
    /// Its page.
    pub href: String,
    /// The person, masked.
    pub name: String,
    /// The employer.
    pub employer: String,
    /// Where.
    pub place: String,
    /// The first day.
    pub start: String,
    /// Where it stands.
    pub status: &'static str,
    /// Three months and six.
    pub terms: [Term; 2],
    /// What is missing.
    pub lacking: Vec<&'static str>,
    /// Drawn, yuan.
    pub earned: String,
    /// Still to come, yuan.
    pub expected: String,
    /// At risk, and why.
    pub risks: Vec<String>,
    /// How much can be claimed now.
    pub claimable: usize,
    /// The address and the rule of the one thing that can be claimed now.
    pub claim: Option<(String, String)>,
}

/// A figure above the list.
pub struct Figure {
    /// What.
    pub label: &'static str,
    /// How much.
    pub value: String,
}

/// The list.
#[derive(Template)]
#[template(path = "placements.html")]
pub struct PlacementsPage {
    /// The frame.
    pub chrome: Chrome,
    /// What it comes to.
    pub figures: Vec<Figure>,
    /// The list.
    pub list: Box<List>,
    /// Its lines, with all that they say.
    pub rows: Vec<PlacementRow>,
}

/// Days of a term of three and of six months, about, for the strip only.
const TERM_DAYS: [i64; 2] = [91, 182];

/// How a term of months stands.
pub fn term(days_to: Option<i64>, whole: i64) -> Term {
    match days_to {
        None => Term { text: "够不到".to_owned(), percent: 0 },
        Some(days) if days <= 0 => Term { text: "已满".to_owned(), percent: 100 },
        Some(days) => {
            let over = (whole - days).clamp(0, whole) * 100 / whole;
            Term { text: format!("还差{days}天"), percent: over as u8 }
        }
    }
}

/// Both terms of a placement.
pub fn terms(outlook: &Outlook) -> [Term; 2] {
    let [three, six] = outlook.days_to;
    [term(three, TERM_DAYS[0]), term(six, TERM_DAYS[1])]
}

/// The rules under which somebody of this role can file now.
fn fileable(outlook: &Outlook, role: Role) -> Vec<&str> {
    let gives = |due: &&Due| {
        let row = &due.row;
        let goes = |claim: &Claim| claim.rule == row.rule && claim.stage.is_live();
        due.is_payable() && files(role, due) && !outlook.claims.iter().any(goes)
    };
    outlook.dues.iter().filter(gives).map(|due| due.row.rule.as_str()).collect()
}

fn claimable(outlook: &Outlook, role: Role) -> usize {
    fileable(outlook, role).len()
}

fn row(outlook: &Outlook, role: Role) -> PlacementRow {
    let placement = &outlook.placement;
    let terms_of = &placement.terms;
    PlacementRow {
        href: format!("/desk/placements/{}", placement.id),
        name: mask_name(&outlook.worker.person.name),
        employer: terms_of.employer.name.clone(),
        place: county_name(&terms_of.division),
        start: terms_of.start.to_string(),
        status: placement.status.label(),
        terms: terms(outlook),
        lacking: outlook.lacking.clone(),
        earned: outlook.earned.to_string(),
        expected: outlook.expected.to_string(),
        risks: outlook.risks.clone(),
        claimable: claimable(outlook, role),
        claim: match fileable(outlook, role)[..] {
            [rule] => {
                let to = format!("/desk/placements/{}/claims", placement.id);
                Some((to, rule.to_owned()))
            }
            _ => None,
        },
    }
}

/// A view of the list: a word, what it says, and what belongs to it.
type Show = (&'static str, &'static str, fn(&Outlook, Role) -> bool);

/// The views of the list.
const SHOWS: [Show; 5] = [
    ("running", "在岗", |o, _| o.placement.status == PlacementStatus::Running),
    ("soon", "30天内到期", |o, _| {
        o.days_to.iter().flatten().any(|days| (1..=30).contains(days))
    }),
    ("due", "可以申报", |o, role| claimable(o, role) > 0),
    ("risk", "有风险", |o, _| o.at_risk > Fen::ZERO),
    ("ended", "已离岗", |o, _| o.placement.status == PlacementStatus::Ended),
];

fn shows() -> Choices {
    SHOWS.iter().map(|(word, label, _)| (*word, *label)).collect()
}

const LIST: Spec = Spec {
    path: "/desk/placements",
    name: "稳定就业",
    unit: "人",
    order: "能申报的和先到期的在最上面",
    hint: "姓名、单位或地点里的字",
    day: "上岗",
    people: true,
    columns: &[
        column("name", "人"),
        column("employer", "在哪里干"),
        column("start", "上岗"),
        column("three", "满3个月"),
        column("six", "满6个月"),
        column("lacking", "缺的材料"),
        column("expected", "服务补贴（元）"),
        in_file("status", "状态"),
        in_file("place", "务工地点"),
        in_file("earned", "已领（元）"),
        in_file("risk", "有风险（元）"),
        in_file("why", "为什么有风险"),
        in_file("id", "编号"),
    ],
    filters: &[
        Filter { word: "show", title: "情况", choices: shows },
        Filter { word: "kind", title: "主体类型", choices: all::<EmployerKind> },
    ],
};

fn line(outlook: &Outlook, role: Role) -> Line {
    let (placement, [three, six]) = (&outlook.placement, outlook.days_to);
    let employer = &placement.terms.employer;
    let days = |days: Option<i64>, whole: i64| Cell::Ranked {
        text: term(days, whole).text,
        by: days.unwrap_or(i64::MAX),
        class: "",
    };
    let cells = vec![
        mask_name(&outlook.worker.person.name).into(),
        employer.name.clone().into(),
        Cell::Day(Some(placement.terms.start)),
        days(three, TERM_DAYS[0]),
        days(six, TERM_DAYS[1]),
        outlook.lacking.join("、").into(),
        Cell::Money(outlook.expected),
        placement.status.label().into(),
        county_name(&placement.terms.division).into(),
        Cell::Money(outlook.earned),
        Cell::Money(outlook.at_risk),
        outlook.risks.join("；").into(),
        placement.id.to_string().into(),
    ];
    // Who is due next comes first; then what is over.
    let next = outlook.days_to.iter().flatten().copied().filter(|days| *days > 0).min();
    let rank = next.unwrap_or(i64::MAX);
    let line = Line::new(&placement.id, cells)
        .found_by(outlook.worker.person.name.as_str())
        .marked("kind", employer.kind.word())
        .ranked(i64::from(claimable(outlook, role) == 0), rank)
        .on(Some(placement.terms.start));
    let shows = SHOWS.iter().filter(|(.., belongs)| belongs(outlook, role));
    shows.fold(line, |line, (word, ..)| line.marked("show", word))
}

/// `GET /desk/placements`
pub async fn placements(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let role = visitor.account.as_ref().map(|account| account.role).ok_or_else(Problem::sign_in)?;
    let mut all = app.market.outlook(&visitor.actor()?).await?;
    all.retain(|outlook| outlook.placement.status != PlacementStatus::Void);
    let sum = |part: fn(&Outlook) -> Fen| all.iter().map(part).sum::<Fen>().to_string();
    let figures = vec![
        Figure { label: "已领（元）", value: sum(|outlook| outlook.earned) },
        Figure { label: "预计（元）", value: sum(|outlook| outlook.expected) },
        Figure { label: "其中有风险（元）", value: sum(|outlook| outlook.at_risk) },
    ];
    let lines = all.iter().map(|outlook| line(outlook, role)).collect();
    let asked = Asked::read(&LIST, &query);
    let list = match asked.answer(&app, &visitor, lines, false).await? {
        Answer::File(file) => return Ok(file),
        Answer::Page(list) => list,
    };
    let by_id: BTreeMap<&str, &Outlook> =
        all.iter().map(|outlook| (outlook.placement.id.as_str(), outlook)).collect();
    let rows = list.rows.iter().filter_map(|shown| by_id.get(shown.id.as_str()));
    let rows = rows.map(|outlook| row(outlook, role)).collect();
    let chrome = Chrome::new(&app, &visitor, "/desk/placements").telling(&query);
    Ok(page(StatusCode::OK, &PlacementsPage { chrome, figures, rows, list }))
}
