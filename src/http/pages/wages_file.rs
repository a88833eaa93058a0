//! The wage ledger as a file, with the fields of 保障农民工工资支付条例 §15.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::{App, Visitor};
use crate::{
    domain::{
        calendar::Day,
        identity::{Phone, ResidentId},
    },
    http::problem::{self, Problem},
};

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}

/// `GET /desk/wages.csv`: the ledger as a file, with the fields of 条例 §15.
pub async fn export(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let slips = app.market.whole_ledger(&visitor.actor()?).await?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = [
        "用人单位",
        "支付周期起",
        "支付周期止",
        "应发日期",
        "姓名",
        "身份证号",
        "联系方式",
        "岗位",
        "干活日期",
        "工时（分钟）",
        "应发（元）",
        "另加（元）",
        "扣除（元）",
        "说明",
        "实发（元）",
        "已发（元）",
        "发放日期",
        "方式",
        "凭证号",
        "状态",
        "拖欠起",
    ];
    let trouble = |error: csv::Error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a list was not written");
        problem::internal()
    };
    writer.write_record(head).map_err(trouble)?;
    for slip in &slips {
        let (wage, person) = (&slip.wage, &slip.worker.person);
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let record = [
            slip.posting.terms.employer.name.clone(),
            wage.cycle.0.to_string(),
            wage.cycle.1.to_string(),
            wage.pay_on.to_string(),
            person.name.clone(),
            person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default(),
            person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
            slip.posting.terms.title.clone(),
            wage.day.to_string(),
            wage.minutes.to_string(),
            wage.promised.to_string(),
            wage.extra.to_string(),
            wage.deduction.to_string(),
            wage.why.clone().unwrap_or_default(),
            wage.net().to_string(),
            wage.paid.to_string(),
            day(wage.paid_on),
            wage.method.map(|method| method.label().to_owned()).unwrap_or_default(),
            wage.voucher.clone().unwrap_or_default(),
            wage.status.label().to_owned(),
            day(wage.overdue_since),
        ];
        writer.write_record(record.map(|text| cell(&text))).map_err(trouble)?;
    }
    let body = writer.into_inner().map_err(|_| problem::internal())?;
    // Spreadsheets take a file with this mark for UTF-8.
    let body = [b"\xef\xbb\xbf".as_slice(), &body].concat();
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"wages.csv\"");
    Ok(([kind, name], body).into_response())
}
