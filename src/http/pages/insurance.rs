//! Insured months by the list: a sheet to fill in, and what became of each of its rows.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::Upload,
    page,
    sheets::{self, Cell, Sheet},
};
use crate::{
    domain::{fields::FieldErrors, placement::Insurance},
    http::problem::Problem,
    market::{INSURANCE_HINT, InsuredMonth, insurance_of},
};

/// A row of an uploaded list that was not taken.
pub struct RowFault {
    /// Its number.
    pub row: usize,
    /// What is wrong.
    pub message: String,
}

/// The page for insured months by the list.
#[derive(Template)]
#[template(path = "insurance.html")]
pub struct InsurancePage {
    /// The frame.
    pub chrome: Chrome,
    /// Rows that were taken; none before anything was uploaded.
    pub taken: Option<usize>,
    /// Rows that were not.
    pub faults: Vec<RowFault>,
}

/// `GET /desk/placements/insurance`
pub async fn insurance(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let chrome = Chrome::new(&app, &visitor, "/desk/placements");
    Ok(page(StatusCode::OK, &InsurancePage { chrome, taken: None, faults: Vec::new() }))
}

/// `GET /desk/placements/insurance.xlsx`: the list to fill in, a row a running placement.
pub async fn insurance_sheet(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    let outlooks = app.market.roster_of(&visitor.actor()?).await?;
    let month = app.market.now().day().month().earlier(1).to_string();
    let all: Vec<&str> = Insurance::ALL.iter().map(|kind| kind.label()).collect();
    let running = outlooks.iter().filter(|outlook| outlook.placement.end().is_none());
    let rows = running.map(|outlook| -> Vec<Cell> {
        let placement = &outlook.placement;
        vec![
            placement.id.to_string().into(),
            outlook.worker.person.name.clone().into(),
            placement.terms.employer.name.clone().into(),
            month.clone().into(),
            all.join("、").into(),
        ]
    });
    let header = ["编号", "姓名", "用工主体", "月份", "险种"];
    Sheet { title: "", header: &header, rows: rows.collect() }.xlsx("参保月份.xlsx")
}

/// `POST /desk/placements/insurance`: each row that is right is taken, whatever the others are.
pub async fn insure(
    State(app): State<App>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, Problem> {
    let (header, rows) = sheets::read(upload.file)?;
    let column = |name: &str| header.iter().position(|cell| cell.trim() == name);
    let (Some(id), Some(month), Some(kinds)) = (column("编号"), column("月份"), column("险种"))
    else {
        let message = "表头要有：编号、月份、险种。请先下载名单，填好再上传";
        return Err(FieldErrors::one("file", "format", message).into());
    };
    let (mut numbers, mut months, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for (row, cells) in rows {
        let cell = |at: usize| cells.get(at).map(String::as_str).unwrap_or_default();
        match insured_month(cell(id), cell(month), cell(kinds)) {
            Ok(insured) => {
                numbers.push(row);
                months.push(insured);
            }
            Err(message) => faults.push(RowFault { row, message: message.to_owned() }),
        }
    }
    let results = app.market.insure_all(&visitor.actor()?, &months).await?;
    let taken = results.iter().filter(|fault| fault.is_none()).count();
    for (row, fault) in numbers.into_iter().zip(results) {
        if let Some(fault) = fault {
            faults.push(RowFault { row, message: Problem::from(fault).title });
        }
    }
    faults.sort_by_key(|fault| fault.row);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let chrome = Chrome::new(&app, &visitor, "/desk/placements");
    Ok(page(status, &InsurancePage { chrome, taken: Some(taken), faults }))
}

fn insured_month(id: &str, month: &str, kinds: &str) -> Result<InsuredMonth, &'static str> {
    let placement = id.parse().map_err(|_| "编号不对，请用下载的名单里的编号")?;
    // A cell that a sheet took for a day holds the month's first.
    let month = month.get(..7).unwrap_or(month);
    let month = month.parse().map_err(|_| "月份的写法不对，例如 2026-05")?;
    let apart = |c: char| c.is_whitespace() || "、,，;；/".contains(c);
    let words = kinds.split(apart).filter(|word| !word.is_empty());
    let kinds: Option<_> = words.map(insurance_of).collect();
    let kinds: BTreeSet<_> = kinds.ok_or(INSURANCE_HINT)?;
    if kinds.is_empty() {
        return Err(INSURANCE_HINT);
    }
    Ok(InsuredMonth { placement, month, kinds })
}
