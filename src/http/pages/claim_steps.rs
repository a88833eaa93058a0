//! Steps of a claim's way, and the list for the finance bureau.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    claims::shown,
    input::{Form, Sent},
    page, see_other,
    sheets::{Cell, Sheet},
    words,
};
use crate::{
    domain::{
        claim::ClaimEvent, fields::FieldErrors, identity::ResidentId, ids::ClaimId, money::Fen,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{Decision, MarketError},
};

/// An amount in yuan as typed; none where nothing is.
///
/// # Errors
/// A fault at `amount_fen`.
pub fn yuan(text: &str) -> Result<Option<Fen>, FieldErrors> {
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fen = (whole.len() <= 9 && part.len() <= 2 && digits(whole) && digits(part))
        .then(|| format!("{whole}{part:0<2}").parse::<i64>().ok())
        .flatten();
    let fault = || FieldErrors::one("amount_fen", "format", "金额写成元，例如 500 或 500.50");
    fen.map(|fen| Some(Fen(fen))).ok_or_else(fault)
}

async fn step(
    app: App,
    visitor: Visitor,
    id: ClaimId,
    form: Form,
    event: ClaimEvent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let typed = |name: &str| Some(form.get(name).to_owned()).filter(|text| !text.is_empty());
    let decision = match yuan(&form.plain("amount")) {
        Ok(amount) => Ok(Decision { reason: typed("reason"), amount, batch: typed("batch") }),
        Err(errors) => Err(MarketError::Invalid(errors)),
    };
    let stepped = match decision {
        Ok(decision) => app.market.step_claim(&visitor.actor()?, &id, event, &decision).await,
        Err(error) => Err(error),
    };
    match stepped {
        Ok(_) => Ok(see_other(&format!("/desk/claims/{id}"), "claim_moved").into_response()),
        Err(error @ (MarketError::Invalid(_) | MarketError::NoClaim(_))) => {
            let problem = Problem::from(error);
            let failed = (event, form, problem.title.clone());
            let mut again = shown(&app, &visitor, &id, None, Some(failed)).await?;
            again.chrome = again.chrome.stopped(problem.title);
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident = $event:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            State(app): State<App>,
            visitor: Visitor,
            Id(id): Id<ClaimId>,
            Sent(form): Sent,
        ) -> Result<Response, Problem> {
            step(app, visitor, id, form, ClaimEvent::$event).await
        }
    )*};
}

steps! {
    /// `POST /desk/claims/{id}/submit`
    submit_claim = Submit;
    /// `POST /desk/claims/{id}/withdraw`
    withdraw_claim = Withdraw;
    /// `POST /desk/claims/{id}/pass`
    pass_claim = Pass;
    /// `POST /desk/claims/{id}/return`
    return_claim = Return;
    /// `POST /desk/claims/{id}/reject`
    reject_claim = Reject;
    /// `POST /desk/claims/{id}/dismiss`
    dismiss_claim = Dismiss;
    /// `POST /desk/claims/{id}/pay`
    pay_claim = Pay;
    /// `POST /desk/claims/{id}/claw_back`
    claw_back_claim = ClawBack;
}

const BATCH: [&str; 10] = [
    "序号",
    "申报编号",
    "条款",
    "项目",
    "领款",
    "姓名",
    "身份证号",
    "条件具备",
    "批次",
    "金额（元）",
];

/// `GET /desk/claims/batch.xlsx`: what is approved and not yet paid, or one paid list.
pub async fn batch(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let named = query.get("batch");
    let entries = app.market.batch(&visitor.actor()?, named).await?;
    let mut total = Fen::ZERO;
    let mut rows: Vec<Vec<Cell>> = Vec::with_capacity(entries.len() + 1);
    for (number, entry) in (1..).zip(&entries) {
        let amount = entry.amount;
        total = total + amount;
        let person = entry.worker.as_ref().map(|worker| &worker.person);
        let clause = entry.rule.clause.clone();
        rows.push(vec![
            Cell::Count(number),
            entry.claim.id.to_string().into(),
            clause.into(),
            entry.rule.title.clone().into(),
            entry.payee.clone().into(),
            person.map(|person| person.name.clone()).unwrap_or_default().into(),
            person
                .and_then(|person| person.id_number.as_ref())
                .map(ResidentId::masked)
                .unwrap_or_default()
                .into(),
            entry.claim.arises_on.to_string().into(),
            entry.batch.clone().into(),
            Cell::Money(amount),
        ]);
    }
    let mut last = vec![Cell::from("合计"), format!("{}笔", entries.len()).into()];
    last.resize(BATCH.len() - 1, "".into());
    last.push(Cell::Money(total));
    rows.push(last);
    let title = format!("待发放清单 {}", words::minute(app.market.now()));
    Sheet { title: &title, header: &BATCH, rows }.xlsx("发放清单.xlsx")
}
