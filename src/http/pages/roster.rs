//! The roster of placements (花名册), as a file for the bureau.

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    placements::terms,
    sheets::{Cell, Sheet},
    words,
};
use crate::{
    domain::{
        identity::{Phone, ResidentId},
        placement::Placement,
    },
    http::problem::Problem,
    market::{Outlook, county_name},
};

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
