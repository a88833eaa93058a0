//! The people whom a station registered: the list, and one person looked for by phone or number.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    enrol_form::village_name,
    input::Sent,
    line::Line,
    list::{Answer, Asked, Choices, Filter, Spec, column, in_file},
    list_page::Around,
    listed::List,
    page,
    sheets::Cell,
};
use crate::{
    domain::{
        identity::{Phone, ResidentId},
        limits, text,
        worker::{Available, Certificate, Worker},
    },
    http::{body::Query, problem::Problem},
};

fn states() -> Choices {
    vec![("account", "自己有账号"), ("desk", "窗口登记的"), ("skilled", "写了会什么")]
}

const LIST: Spec = Spec {
    path: "/desk/workers",
    name: "求职者",
    unit: "人",
    order: "新登记的在前",
    hint: "姓名、村或会做的活里的字",
    day: "登记",
    people: true,
    columns: &[
        column("name", "姓名"),
        column("phone", "手机号"),
        column("village", "村（社区）"),
        column("skills", "会什么"),
        column("wish", "想要的日工资"),
        column("at", "登记时间"),
        in_file("id_number", "身份证号"),
        in_file("certificates", "证书"),
        in_file("available", "什么时候有空"),
        in_file("changed", "最近改动"),
        in_file("station", "登记的站点"),
        in_file("id", "编号"),
    ],
    filters: &[Filter { word: "status", title: "情况", choices: states }],
};

fn certificate(held: &Certificate) -> String {
    let until = held.until.map(|day| format!("（{day}到期）")).unwrap_or_default();
    format!("{}{until}", held.key)
}

fn line(worker: &Worker) -> Line {
    let (person, profile) = (&worker.person, &worker.profile);
    let available = match &profile.available {
        Available::Words(words) => words.clone(),
        Available::Weekly(week) => week.to_string(),
        Available::Always | Available::Spans(_) => String::new(),
    };
    let certificates = profile.certificates.iter().map(certificate);
    let certificates: Vec<String> = certificates.collect();
    let wish = profile.day_wage_wish.map_or_else(|| "".into(), Cell::Money);
    let cells = vec![
        person.name.clone().into(),
        person.phone.as_ref().map(Phone::masked).unwrap_or_default().into(),
        worker.village.as_deref().map(village_name).unwrap_or_default().into(),
        profile.skills.join("、").into(),
        wish,
        Cell::At(Some(worker.created_at)),
        person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default().into(),
        certificates.join("、").into(),
        available.into(),
        Cell::At(Some(worker.updated_at)),
        worker.station.as_ref().map(ToString::to_string).unwrap_or_default().into(),
        worker.id.to_string().into(),
    ];
    let by = if worker.account.is_some() { "account" } else { "desk" };
    Line::new(&worker.id, cells)
        .to(format!("/desk/workers/{}", worker.id))
        .marked("status", by)
        .marked_if(!profile.skills.is_empty(), "status", "skilled")
        .ranked(-worker.created_at.0, 0)
        .on(Some(worker.created_at.day()))
}

/// The page of the list.
#[derive(Template)]
#[template(path = "seekers.html")]
pub struct SeekersPage {
    /// The frame.
    pub chrome: Chrome,
    /// What stands around the list.
    pub around: Around,
    /// The phone, number or name that was looked for; empty on the list itself.
    pub sought: String,
    /// The list, or who was found.
    pub list: List,
}

/// The list of these people, or its file.
async fn answer(
    (app, visitor, query): (&App, &Visitor, &Query),
    sought: String,
    held: &[Worker],
) -> Result<Response, Problem> {
    let cut = held.len() as i64 >= limits::LIST_ROWS_MAX;
    let lines = held.iter().map(line).collect();
    match Asked::read(&LIST, query).answer(app, visitor, lines, cut).await? {
        Answer::File(file) => Ok(file),
        Answer::Page(list) => {
            let chrome = Chrome::new(app, visitor, LIST.path).telling(query);
            let around = Around {
                links: vec![
                    ("/desk/workers/new", "登记一个人"),
                    ("/desk/workers/twins", "可能重复的登记"),
                ],
                none: "本站还没有登记过人。来求职的人，可以在这里登记，也可以自己在自助机或手机上登记。",
                ..Around::default()
            };
            Ok(page(StatusCode::OK, &SeekersPage { chrome, around, sought, list: *list }))
        }
    }
}

/// `GET /desk/workers`
pub async fn seekers(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let held = app.market.workers_at_desk(&visitor.actor()?).await?;
    answer((&app, &visitor, &query), String::new(), &held).await
}

/// `POST /desk/workers/find`: what is looked for is personal and stands in no address. Who is found
/// alone is opened at once.
pub async fn find_seeker(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let sought = text::clean(form.get("sought"));
    if sought.is_empty() {
        return Ok(Redirect::to(LIST.path).into_response());
    }
    let found = app.market.seekers_called(&visitor.actor()?, &sought).await?;
    if let [one] = found.as_slice() {
        return Ok(Redirect::to(&format!("{}/{}", LIST.path, one.id)).into_response());
    }
    answer((&app, &visitor, &Query::parse("")), sought, &found).await
}
