//! A wage slip to print, and a worker's own wages.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::Fact,
    input::{Choice, Faults, Form, Sent, typed},
    page, posting_form, see_other, words,
};
use crate::{
    domain::{
        calendar::Day,
        identity::{Phone, ResidentId},
        ids::WageId,
        ledger::{PayMethod, WageStatus},
        money::Fen,
        wage::WageUnit,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{Adjustment, MarketError, Payment, Slip},
};

/// A row of the ledger.
pub struct WageRow {
    /// The slip's page.
    pub href: String,
    /// What was done.
    pub title: String,
    /// When.
    pub day: String,
    /// `8小时0分`.
    pub time: String,
    /// What is to be paid out.
    pub net: String,
    /// What was paid.
    pub paid: String,
    /// By when.
    pub pay_on: String,
    /// Where it stands.
    pub status: &'static str,
    /// Whether it is in arrears.
    pub late: bool,
    /// Whether its worker is asked if it arrived.
    pub asks: bool,
}

/// A worker's own part of the ledger.
#[derive(Template)]
#[template(path = "wages.html")]
pub struct LedgerPage {
    /// The frame.
    pub chrome: Chrome,
    /// The rows, what is to be paid first in front.
    pub rows: Vec<WageRow>,
    /// `还没发的共3笔，660元`.
    pub summary: String,
}

/// A slip.
#[derive(Template)]
#[template(path = "slip.html")]
pub struct SlipPage {
    /// The frame.
    pub chrome: Chrome,
    /// The slip's address on this side.
    pub path: String,
    /// Who worked.
    pub name: String,
    /// What was done.
    pub title: String,
    /// Where it stands.
    pub status: &'static str,
    /// Whether it is in arrears.
    pub late: bool,
    /// What is paid out.
    pub net: String,
    /// The fields of the regulation.
    pub facts: Vec<Fact>,
    /// Whether a payment can be recorded now.
    pub pays: bool,
    /// Whether pieces are counted.
    pub counts_pieces: bool,
    /// Whether the worker is asked if it arrived.
    pub asks: bool,
    /// The ways to pay.
    pub methods: Vec<Choice>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(SlipPage);

pub(super) fn time(minutes: i64) -> String {
    format!("{}小时{}分", minutes / 60, minutes % 60)
}

/// Where a wage stands, as its worker is told.
pub(super) fn own_status(status: WageStatus) -> &'static str {
    match status {
        WageStatus::Due => "还没发",
        WageStatus::Overdue => "过期没发",
        WageStatus::Paid => "说发了，等您说收到没有",
        WageStatus::Settled => "您收到了",
    }
}

/// What is to be known of one's own wages, what is asked first.
fn own_summary(slips: &[Slip]) -> String {
    let told = [
        (WageStatus::Paid, "招工的人说发了"),
        (WageStatus::Overdue, "过期没发的"),
        (WageStatus::Due, "还没到日子的"),
    ];
    let lines = told.into_iter().filter_map(|(status, words)| {
        let some = slips.iter().filter(|slip| slip.wage.status == status);
        let (count, wages) = (some.clone().count(), some.map(|slip| &slip.wage));
        let paid = status == WageStatus::Paid;
        let sum: Fen = wages.map(|wage| if paid { wage.paid } else { wage.open() }).sum();
        (count > 0).then(|| format!("{words}{count}笔，{sum}元"))
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() && !slips.is_empty() { "都发了".to_owned() } else { lines.join("；") }
}

fn row(slip: &Slip) -> WageRow {
    let wage = &slip.wage;
    let status = wage.status;
    WageRow {
        href: format!("/me/wages/{}", wage.id),
        title: slip.posting.terms.title.clone(),
        day: wage.day.to_string(),
        time: time(wage.minutes),
        net: format!("{}元", wage.net()),
        paid: format!("{}元", wage.paid),
        pay_on: wage.pay_on.to_string(),
        status: own_status(status),
        late: status == WageStatus::Overdue,
        asks: status == WageStatus::Paid,
    }
}

pub(super) fn summary(slips: &[Slip]) -> String {
    let open = |status: WageStatus| {
        let some = slips.iter().filter(move |slip| slip.wage.status == status);
        let count = some.clone().count();
        (count, some.map(|slip| slip.wage.open()).sum::<Fen>())
    };
    let ((due, amount), (late, owed)) = (open(WageStatus::Due), open(WageStatus::Overdue));
    match late {
        0 => format!("还没发的{due}笔，{amount}元"),
        _ => format!("拖欠{late}笔，{owed}元；还没到期的{due}笔，{amount}元"),
    }
}

/// `GET /me/wages`
pub async fn own(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let account = visitor.account.as_ref().ok_or_else(Problem::sign_in)?;
    let slips = match &account.worker {
        Some(worker) => app.market.wages_of(&visitor.actor()?, worker).await?,
        None => Vec::new(),
    };
    let list = LedgerPage {
        chrome: Chrome::new(&app, &visitor, "/me/wages").telling(&query),
        summary: own_summary(&slips),
        rows: slips.iter().map(row).collect(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// The fields of 条例 §15, as terms and values.
fn facts(slip: &Slip) -> Vec<Fact> {
    let (wage, terms, person) = (&slip.wage, &slip.posting.terms, &slip.worker.person);
    let mut facts: Vec<Fact> = Vec::new();
    let mut tell = |term: &'static str, value: String| {
        if !value.is_empty() {
            facts.push(Fact { term, values: vec![value] });
        }
    };
    tell("用人单位", terms.employer.name.clone());
    tell("姓名", person.name.clone());
    tell("身份证号", person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default());
    tell("联系电话", person.phone.as_ref().map(Phone::masked).unwrap_or_default());
    tell("岗位", terms.title.clone());
    let (first, last) = wage.cycle;
    let span = if first == last { first.to_string() } else { format!("{first} 至 {last}") };
    tell("支付周期", span);
    tell("干活日期", wage.day.to_string());
    tell("工时", time(wage.minutes));
    tell("件数", wage.pieces.map(|pieces| format!("{pieces}件")).unwrap_or_default());
    tell("约定", format!("{}，{}", terms.wage, terms.wage.settlement.label()));
    tell("应发", format!("{}元", wage.promised));
    let more = |fen: Fen| if fen == Fen::ZERO { String::new() } else { format!("{fen}元") };
    tell("另加", more(wage.extra));
    tell("扣除", more(wage.deduction));
    tell("加扣说明", wage.why.clone().unwrap_or_default());
    tell("实发", format!("{}元", wage.net()));
    tell("已发", format!("{}元", wage.paid));
    tell("应在哪天发", wage.pay_on.to_string());
    tell("哪天发的", wage.paid_on.map(|day| day.to_string()).unwrap_or_default());
    tell("怎么发的", wage.method.map(|method| method.label().to_owned()).unwrap_or_default());
    tell("凭证号", wage.voucher.clone().unwrap_or_default());
    tell("拖欠起", wage.overdue_since.map(|day| day.to_string()).unwrap_or_default());
    tell("开单时间", words::minute(wage.created_at));
    facts
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: &WageId,
    query: Option<&Query>,
    fault: Option<(Problem, Form)>,
) -> Result<Response, Problem> {
    let slip = app.market.slip(&visitor.actor()?, id).await?;
    let wage = &slip.wage;
    let base = if slip.pays { "/desk/wages" } else { "/me/wages" };
    let mut chrome = Chrome::new(app, visitor, base);
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let mut values = Form::of([
        ("amount", wage.open().to_string()),
        ("on", app.market.now().day().to_string()),
        ("method", PayMethod::Bank.word().to_owned()),
        ("pieces", wage.pieces.map(|pieces| pieces.to_string()).unwrap_or_default()),
        ("extra", wage.extra.to_string()),
        ("deduction", wage.deduction.to_string()),
        ("why", wage.why.clone().unwrap_or_default()),
    ]);
    let (mut status, mut faults) = (StatusCode::OK, Faults::default());
    if let Some((problem, typed)) = fault {
        (status, values) = (problem.status, typed);
        for error in &problem.errors {
            faults.add(error.field.trim_end_matches("_fen"), error.message.clone());
        }
        chrome = chrome.stopped(problem.title);
    }
    let open = matches!(wage.status, WageStatus::Due | WageStatus::Overdue);
    let method = values.get("method").to_owned();
    let methods = PayMethod::ALL.iter().map(|m| Choice::of(m.word(), m.label(), &method));
    let shown = SlipPage {
        chrome,
        path: format!("{base}/{id}"),
        name: slip.worker.person.name.clone(),
        title: slip.posting.terms.title.clone(),
        status: if slip.pays { wage.status.label() } else { own_status(wage.status) },
        late: wage.status == WageStatus::Overdue,
        net: format!("{}元", wage.net()),
        facts: facts(&slip),
        pays: slip.pays && open,
        counts_pieces: slip.posting.terms.wage.unit == WageUnit::Piece,
        asks: slip.receives && wage.status == WageStatus::Paid,
        methods: methods.collect(),
        values,
        faults,
    };
    Ok(page(status, &shown))
}

/// `GET /desk/wages/{id}` and `GET /me/wages/{id}`
pub async fn slip(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), None).await
}

/// An amount in yuan; a fault where it is none.
fn yuan(form: &Form, problem: &mut Vec<(&'static str, &'static str)>, name: &'static str) -> Fen {
    let text = form.plain(name);
    match posting_form::fen(&text) {
        Some(fen) => Fen(fen),
        None if text.is_empty() => Fen::ZERO,
        None => {
            problem.push((name, "要写数字，单位是元，例如 220 或 18.5"));
            Fen::ZERO
        }
    }
}

fn invalid(faults: &[(&'static str, &'static str)]) -> Problem {
    let mut errors = crate::domain::fields::FieldErrors::default();
    for (field, message) in faults {
        errors.add(*field, "format", *message);
    }
    errors.into()
}

/// `POST /desk/wages/{id}`: a step, named by the form.
pub async fn keep(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let (actor, mut faults) = (visitor.actor()?, Vec::new());
    let (done, said) = match form.get("step") {
        "pay" => {
            let amount = yuan(&form, &mut faults, "amount");
            let method = form.get("method").parse::<PayMethod>();
            let method = method.map_err(|_| Problem::bad_request("请选择发放方式"))?;
            let on = match form.plain("on").as_str() {
                "" => None,
                text => match text.parse::<Day>() {
                    Ok(day) => Some(day),
                    Err(_) => {
                        faults.push(("on", "日期要写成 2026-12-01 这样"));
                        None
                    }
                },
            };
            let voucher = Some(form.get("voucher").to_owned());
            if !faults.is_empty() {
                return render(&app, &visitor, &id, None, Some((invalid(&faults), form))).await;
            }
            let payment = Payment { amount, on, method, voucher };
            (app.market.pay(&actor, &id, &payment).await, "wage_paid")
        }
        "adjust" => {
            let (extra, deduction) =
                (yuan(&form, &mut faults, "extra"), yuan(&form, &mut faults, "deduction"));
            let pieces = form.plain("pieces");
            let counted = pieces.parse::<i64>().ok();
            if counted.is_none() && !pieces.is_empty() {
                faults.push(("pieces", "件数要写整数"));
            }
            if !faults.is_empty() {
                return render(&app, &visitor, &id, None, Some((invalid(&faults), form))).await;
            }
            let why = Some(form.get("why").to_owned());
            let change = Adjustment { pieces: counted, extra, deduction, why };
            (app.market.adjust(&actor, &id, &change).await, "saved")
        }
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    match done {
        Ok(_) => Ok(see_other(&format!("/desk/wages/{id}"), said).into_response()),
        Err(
            error @ (MarketError::Invalid(_) | MarketError::Refused(_) | MarketError::TooLate(_)),
        ) => render(&app, &visitor, &id, None, Some((error.into(), form))).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/wages/{id}`: whether it arrived.
pub async fn received(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let said = match form.get("step") {
        "confirm" => app.market.confirm_wage(&actor, &id).await.map(|_| "wage_confirmed")?,
        "deny" => app.market.deny_wage(&actor, &id).await.map(|_| "wage_denied")?,
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    Ok(see_other(&format!("/me/wages/{id}"), said).into_response())
}
