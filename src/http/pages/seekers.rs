//! The people whom a station registered.

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Asked, Choices, Filter, Spec, column, in_file},
    list_page::{self, Around},
    sheets::Cell,
};
use crate::{
    domain::{
        division,
        identity::{Phone, ResidentId},
        limits,
        worker::{Available, Certificate, Worker},
    },
    http::{body::Query, problem::Problem},
};

fn states() -> Choices {
    vec![("account", "自己有账号"), ("desk", "窗口登记的"), ("skilled", "写了会什么")]
}

const LIST: Spec = Spec {
    path: "/desk/seekers",
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

fn village(code: &str) -> String {
    let known = division::village(code, "").ok();
    known.map_or_else(|| code.to_owned(), |village| format!("{}{}", village.town, village.name))
}

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
        worker.village.as_deref().map(village).unwrap_or_default().into(),
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

/// `GET /desk/workers`
pub async fn seekers(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let held = app.market.workers_at_desk(&visitor.actor()?).await?;
    let cut = held.len() as i64 >= limits::LIST_ROWS_MAX;
    let lines = held.iter().map(line).collect();
    let chrome = Chrome::new(&app, &visitor, "/desk/seekers").telling(&query);
    let none = "还没有登记过求职者。在窗口、自助机或者手机上登记以后，都在这里找得到。";
    let around = Around { none, ..Around::default() };
    let asked = Asked::read(&LIST, &query);
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
