//! The wage ledger over HTTP, and bars from publishing.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::{bookings::Items, jobs::reason};
use crate::{
    domain::{
        calendar::Day,
        fields::FieldErrors,
        identity::ResidentId,
        ids::{BarId, WageId, WorkerId},
        ledger::{PayMethod, WageEntry, WageStatus},
        money::Fen,
    },
    http::{
        App,
        body::{Id, JsonBody, Query},
        guard::Visitor,
        problem::Problem,
    },
    market::{Adjustment, Payment, Slip},
    store::Bar,
};

/// An entry on the wire.
#[derive(Serialize)]
pub struct WageView {
    id: String,
    job_id: String,
    booking_id: String,
    worker_id: String,
    status: &'static str,
    cycle_first: String,
    cycle_last: String,
    day: String,
    minutes: i64,
    pieces: Option<i64>,
    promised_fen: i64,
    extra_fen: i64,
    deduction_fen: i64,
    why: Option<String>,
    net_fen: i64,
    paid_fen: i64,
    pay_on: String,
    paid_on: Option<String>,
    method: Option<&'static str>,
    overdue_since: Option<String>,
}

impl From<&WageEntry> for WageView {
    fn from(wage: &WageEntry) -> WageView {
        WageView {
            id: wage.id.to_string(),
            job_id: wage.job.to_string(),
            booking_id: wage.booking.to_string(),
            worker_id: wage.worker.to_string(),
            status: wage.status.word(),
            cycle_first: wage.cycle.0.to_string(),
            cycle_last: wage.cycle.1.to_string(),
            day: wage.day.to_string(),
            minutes: wage.minutes,
            pieces: wage.pieces,
            promised_fen: wage.promised.0,
            extra_fen: wage.extra.0,
            deduction_fen: wage.deduction.0,
            why: wage.why.clone(),
            net_fen: wage.net().0,
            paid_fen: wage.paid.0,
            pay_on: wage.pay_on.to_string(),
            paid_on: wage.paid_on.map(|day| day.to_string()),
            method: wage.method.map(PayMethod::word),
            overdue_since: wage.overdue_since.map(|day| day.to_string()),
        }
    }
}

/// An entry with what a slip says beside it.
#[derive(Serialize)]
pub struct SlipView {
    #[serde(flatten)]
    wage: WageView,
    title: String,
    employer: String,
    name: String,
    id_number: Option<String>,
    voucher: Option<String>,
}

impl From<&Slip> for SlipView {
    fn from(slip: &Slip) -> SlipView {
        SlipView {
            wage: WageView::from(&slip.wage),
            title: slip.posting.terms.title.clone(),
            employer: slip.posting.terms.employer.name.clone(),
            name: slip.worker.person.name.clone(),
            id_number: slip.worker.person.id_number.as_ref().map(ResidentId::masked),
            voucher: slip.wage.voucher.clone(),
        }
    }
}

/// `GET /wages?status=`
pub async fn ledger(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Items<SlipView>>, Problem> {
    let mut errors = FieldErrors::default();
    let status = query.parsed::<WageStatus>(&mut errors, "status", "due、overdue、paid、settled");
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let slips = app.market.ledger(&visitor.actor()?, status).await?;
    Ok(Json(Items { items: slips.iter().map(SlipView::from).collect() }))
}

/// `GET /workers/{id}/wages`
pub async fn of_worker(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
) -> Result<Json<Items<SlipView>>, Problem> {
    let slips = app.market.wages_of(&visitor.actor()?, &id).await?;
    Ok(Json(Items { items: slips.iter().map(SlipView::from).collect() }))
}

/// `GET /wages/{id}`
pub async fn slip(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
) -> Result<Json<SlipView>, Problem> {
    Ok(Json(SlipView::from(&app.market.slip(&visitor.actor()?, &id).await?)))
}

/// A whole number of a body; a fault where something else stands.
fn whole(body: &Value, errors: &mut FieldErrors, name: &str, label: &str) -> Option<i64> {
    let value = body.get(name).filter(|value| !value.is_null())?;
    let number = value.as_i64();
    if number.is_none() {
        errors.add(name, "type", format!("{label}应当是整数"));
    }
    number
}

fn text(body: &Value, name: &str) -> Option<String> {
    body.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn payment(body: &Value) -> Result<Payment, FieldErrors> {
    let mut errors = FieldErrors::default();
    let amount = whole(body, &mut errors, "amount_fen", "金额（分）");
    if amount.is_none() && errors.is_empty() {
        errors.add("amount_fen", "missing", "请填写金额");
    }
    let on = text(body, "on").map(|text| text.parse::<Day>());
    if matches!(on, Some(Err(_))) {
        errors.add("on", "format", "日期的写法不对，例如 2026-12-01");
    }
    let method = text(body, "method").and_then(|text| text.parse::<PayMethod>().ok());
    if method.is_none() {
        errors.add("method", "missing", "请选择发放方式（bank、card、cash）");
    }
    match (amount, method) {
        (Some(amount), Some(method)) if errors.is_empty() => {
            let on = on.and_then(Result::ok);
            Ok(Payment { amount: Fen(amount), on, method, voucher: text(body, "voucher") })
        }
        _ => Err(errors),
    }
}

/// `POST /wages/{id}/pay`
pub async fn pay(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
    JsonBody(body): JsonBody,
) -> Result<Json<WageView>, Problem> {
    let wage = app.market.pay(&visitor.actor()?, &id, &payment(&body)?).await?;
    Ok(Json(WageView::from(&wage)))
}

/// `POST /wages/{id}/adjust`
pub async fn adjust(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
    JsonBody(body): JsonBody,
) -> Result<Json<WageView>, Problem> {
    let mut errors = FieldErrors::default();
    let change = Adjustment {
        pieces: whole(&body, &mut errors, "pieces", "件数"),
        extra: Fen(whole(&body, &mut errors, "extra_fen", "另加（分）").unwrap_or(0)),
        deduction: Fen(whole(&body, &mut errors, "deduction_fen", "扣（分）").unwrap_or(0)),
        why: text(&body, "why"),
    };
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let wage = app.market.adjust(&visitor.actor()?, &id, &change).await?;
    Ok(Json(WageView::from(&wage)))
}

/// `POST /wages/{id}/confirm`
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
) -> Result<Json<WageView>, Problem> {
    Ok(Json(WageView::from(&app.market.confirm_wage(&visitor.actor()?, &id).await?)))
}

/// `POST /wages/{id}/deny`
pub async fn deny(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WageId>,
) -> Result<Json<WageView>, Problem> {
    Ok(Json(WageView::from(&app.market.deny_wage(&visitor.actor()?, &id).await?)))
}

/// A bar on the wire.
#[derive(Serialize)]
pub struct BarView {
    id: String,
    payer: String,
    reason: String,
    since: String,
}

impl From<&Bar> for BarView {
    fn from(bar: &Bar) -> BarView {
        BarView {
            id: bar.id.to_string(),
            payer: bar.payer.clone(),
            reason: bar.reason.clone(),
            since: bar.since.to_string(),
        }
    }
}

/// `GET /bars`
pub async fn bars(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<BarView>>, Problem> {
    let bars = app.market.bars(&visitor.actor()?).await?;
    Ok(Json(Items { items: bars.iter().map(BarView::from).collect() }))
}

/// `POST /bars/{id}/lift`
pub async fn lift(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<BarId>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    app.market.lift_bar(&visitor.actor()?, &id, reason(&body)).await?;
    Ok(StatusCode::NO_CONTENT)
}
