//! A broker's placements: who is due when, what is missing, what it is worth; and the roster.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Choice, Faults, Form, Sent},
    jobs::Chip,
    page,
    placement::files,
    see_other,
    sheets::{Cell, Sheet},
    words,
};
use crate::{
    domain::{
        account::Role,
        claim::Claim,
        identity::{Phone, ResidentId, mask_name},
        ids::BookingId,
        money::Fen,
        org::EmployerKind,
        placement::{Placement, PlacementStatus},
    },
    http::{body::Query, problem::Problem},
    market::{Due, MarketError, Outlook, county_name},
};

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
    /// Words to look for.
    pub q: String,
    /// The view that is chosen.
    pub show: String,
    /// The views.
    pub chips: Vec<Chip>,
    /// What it comes to.
    pub figures: Vec<Figure>,
    /// The lines.
    pub rows: Vec<PlacementRow>,
}

/// The form.
#[derive(Template)]
#[template(path = "placement_form.html")]
pub struct PlacementFormPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
    /// Kinds of employers.
    pub kinds: Vec<Choice>,
    /// The gig that it comes from, in words.
    pub gig: Option<String>,
    /// Whether the form asks who organised it.
    pub asks_organiser: bool,
}

impl PlacementFormPage {
    /// What is typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name)
    }

    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.at(name)
    }
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
    let q = query.get("q").unwrap_or_default().to_owned();
    let show = query.get("show").unwrap_or_default().to_owned();
    let chip = |word: &str, text: String| Chip {
        href: format!("/desk/placements?show={word}"),
        text,
        on: word == show,
    };
    let mut chips = vec![chip("", format!("全部 {}", all.len()))];
    for (word, text, belongs) in SHOWS {
        let count = all.iter().filter(|outlook| belongs(outlook, role)).count();
        chips.push(chip(word, format!("{text} {count}")));
    }
    if let Some((.., belongs)) = SHOWS.iter().find(|(word, ..)| *word == show) {
        all.retain(|outlook| belongs(outlook, role));
    }
    all.retain(|outlook| {
        outlook.worker.person.name.contains(&q)
            || outlook.placement.terms.employer.name.contains(&q)
    });
    // Who is due next comes first; then what is over.
    all.sort_by_key(|outlook| {
        let next = outlook.days_to.iter().flatten().copied().filter(|days| *days > 0).min();
        (claimable(outlook, role) == 0, next.unwrap_or(i64::MAX), outlook.placement.terms.start)
    });
    let list = PlacementsPage {
        chrome: Chrome::new(&app, &visitor, "/desk/placements").telling(&query),
        q,
        show,
        chips,
        figures,
        rows: all.iter().map(|outlook| row(outlook, role)).collect(),
    };
    Ok(page(StatusCode::OK, &list))
}

async fn form_page(
    app: &App,
    visitor: &Visitor,
    values: Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let chosen = match values.get("employer_kind") {
        "" => EmployerKind::Enterprise.word().to_owned(),
        kind => kind.to_owned(),
    };
    let kinds = EmployerKind::ALL.iter().filter(|kind| **kind != EmployerKind::Individual);
    let kinds = kinds.map(|kind| Choice::of(kind.word(), kind.label(), &chosen)).collect();
    let gig = match values.get("booking_id").parse::<BookingId>() {
        Ok(id) => {
            let mut view = app.market.store.read().await?;
            match view.booking(&id).await? {
                Some(held) => view.posting(&held.job).await?.map(|posting| {
                    let terms = posting.terms;
                    format!("{}（{}）", terms.title, terms.employer.name)
                }),
                None => None,
            }
        }
        Err(_) => None,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let is_broker = visitor.account.as_ref().is_some_and(|a| a.role == Role::Broker);
    let form = PlacementFormPage {
        chrome: Chrome::new(app, visitor, "/desk/placements"),
        values,
        faults,
        kinds,
        gig,
        asks_organiser: !is_broker,
    };
    Ok(page(status, &form))
}

/// `GET /desk/placements/new`; `?booking=` makes it of a gig.
pub async fn new_placement(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let booking = query.get("booking").unwrap_or_default().to_owned();
    let values = Form::of([("booking_id", booking)]);
    form_page(&app, &visitor, values, Faults::default()).await
}

fn read(form: &Form) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, text: String| {
        if !text.is_empty() {
            map.insert(name.to_owned(), json!(text));
        }
    };
    for name in ["booking_id", "name", "phone", "division", "hukou", "organiser"] {
        put(name, form.plain(name));
    }
    for name in ["start", "contract_signed"] {
        put(name, form.plain(name));
    }
    let mut employer = Map::new();
    for (field, name) in [("employer_name", "name"), ("employer_uscc", "uscc")] {
        if !form.get(field).trim().is_empty() {
            employer.insert(name.to_owned(), json!(form.get(field)));
        }
    }
    if !employer.is_empty() || map.get("booking_id").is_none() {
        employer.insert("kind".to_owned(), json!(form.get("employer_kind")));
        map.insert("employer".to_owned(), Value::Object(employer));
    }
    map
}

/// The form's field for a path of the input.
fn field_of(path: &str) -> String {
    path.replace('.', "_")
}

/// `POST /desk/placements`
pub async fn create_placement(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let input = Value::Object(read(&form));
    match app.market.place(&visitor.actor()?, &input, false).await {
        Ok(placement) => {
            let path = format!("/desk/placements/{}", placement.id);
            Ok(see_other(&path, "placed").into_response())
        }
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            faults.add_all(&errors, field_of);
            form_page(&app, &visitor, form, faults).await
        }
        Err(MarketError::Duplicate { .. }) => {
            let mut faults = Faults::default();
            faults.add("start", "这个人在这家单位的这段就业已经登记过了");
            form_page(&app, &visitor, form, faults).await
        }
        Err(error) => Err(error.into()),
    }
}

const ROSTER: [&str; 16] = [
    "编号",
    "姓名",
    "身份证号",
    "手机号",
    "户籍",
    "用工主体",
    "统一社会信用代码",
    "主体类型",
    "务工地点",
    "上岗日期",
    "离岗日期",
    "合同签订",
    "参保月数",
    "满3个月",
    "满6个月",
    "状态",
];

fn roster_row(outlook: &Outlook) -> Vec<Cell> {
    let placement: &Placement = &outlook.placement;
    let (terms_of, person) = (&placement.terms, &outlook.worker.person);
    let day = |day: Option<crate::domain::calendar::Day>| {
        Cell::Text(day.map(|day| day.to_string()).unwrap_or_default())
    };
    let [three, six] = terms(outlook);
    vec![
        placement.id.to_string().into(),
        person.name.clone().into(),
        person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default().into(),
        person.phone.as_ref().map(Phone::masked).unwrap_or_default().into(),
        county_name(&terms_of.hukou).into(),
        terms_of.employer.name.clone().into(),
        terms_of.employer.uscc.as_ref().map(|c| c.as_str().to_owned()).unwrap_or_default().into(),
        terms_of.employer.kind.label().into(),
        county_name(&terms_of.division).into(),
        day(Some(terms_of.start)),
        day(placement.end()),
        day(terms_of.contract_signed),
        Cell::Count(placement.insured.len() as i64),
        three.text.into(),
        six.text.into(),
        placement.status.label().into(),
    ]
}

async fn roster(app: &App, visitor: &Visitor) -> Result<(String, Vec<Vec<Cell>>), Problem> {
    let rows = app.market.roster_of(&visitor.actor()?).await?;
    let title = format!("稳定就业花名册 {}", words::minute(app.market.now()));
    Ok((title, rows.iter().map(roster_row).collect()))
}

/// `GET /desk/placements/roster.xlsx`
pub async fn roster_xlsx(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (title, rows) = roster(&app, &visitor).await?;
    Sheet { title: &title, header: &ROSTER, rows }.xlsx("花名册.xlsx")
}

/// `GET /desk/placements/roster.csv`
pub async fn roster_csv(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (title, rows) = roster(&app, &visitor).await?;
    Sheet { title: &title, header: &ROSTER, rows }.csv("花名册.csv")
}
