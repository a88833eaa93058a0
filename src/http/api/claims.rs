//! Claims, entitlements, notices and the forecast over HTTP. A person stands as an id only; on
//! notice, with a masked name.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::bookings::Items;
use crate::{
    domain::{
        account::Actor,
        calendar::Day,
        claim::{Claim, ClaimEvent, Payee, Stage},
        fields::FieldErrors,
        ids::{ClaimId, PlacementId, WorkerId},
        money::Fen,
    },
    http::{
        App,
        body::{Id, JsonBody, Query},
        guard::Visitor,
        problem::Problem,
    },
    market::{Decision, Due, Ground, HORIZONS, Line, NewClaim, Notice, Sum, plain},
    policy::Entitlement,
};

/// A claim on the wire.
#[derive(Serialize)]
pub struct ClaimView {
    id: String,
    version: i64,
    policy: String,
    rule: String,
    payee: String,
    worker_id: Option<String>,
    placement_id: Option<String>,
    arises_on: String,
    as_of: String,
    amount_fen: Option<i64>,
    range_fen: Option<[i64; 2]>,
    stage: &'static str,
    notice_from: Option<String>,
    notice_to: Option<String>,
    reason: Option<String>,
    bureau: String,
    created_at: String,
}

impl From<&Claim> for ClaimView {
    fn from(claim: &Claim) -> ClaimView {
        ClaimView {
            id: claim.id.to_string(),
            version: claim.version,
            policy: claim.policy.clone(),
            rule: claim.rule.clone(),
            payee: match &claim.payee {
                Payee::Organiser(id) => format!("organiser:{id}"),
                Payee::Worker(id) => format!("worker:{id}"),
                Payee::Entity(key) => format!("entity:{key}"),
            },
            worker_id: claim.worker.as_ref().map(ToString::to_string),
            placement_id: claim.placement.as_ref().map(ToString::to_string),
            arises_on: claim.arises_on.to_string(),
            as_of: claim.as_of.to_string(),
            amount_fen: claim.amount.map(|amount| amount.0),
            range_fen: claim.range.map(|(low, high)| [low.0, high.0]),
            stage: claim.stage.word(),
            notice_from: claim.on_notice.map(|(from, _)| from.to_string()),
            notice_to: claim.on_notice.map(|(_, to)| to.to_string()),
            reason: claim.reason.clone(),
            bureau: claim.bureau.clone(),
            created_at: claim.created_at.to_string(),
        }
    }
}

/// An entitlement of a person on the wire: the row of the policy's answer, and what it means.
#[derive(Serialize)]
pub struct DueView {
    #[serde(flatten)]
    row: Entitlement,
    policy: String,
    title: String,
    words: String,
    as_of: String,
    can_claim: bool,
}

/// What a person may claim and has claimed.
#[derive(Serialize)]
pub struct EntitlementsView {
    worker_id: String,
    as_of: String,
    items: Vec<DueView>,
    claims: Vec<ClaimView>,
}

pub(super) fn due_view(due: Due, today: Day) -> DueView {
    let rule = due.policy.rule(&due.row.rule);
    DueView {
        policy: due.policy.id.clone(),
        title: rule.map_or_else(String::new, |rule| rule.title.clone()),
        words: plain(&due, today),
        as_of: due.as_of.to_string(),
        can_claim: due.is_payable(),
        row: due.row,
    }
}

/// `GET /workers/{id}/entitlements`
pub async fn entitlements(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
) -> Result<Json<EntitlementsView>, Problem> {
    let held = app.market.entitlements(&visitor.actor()?, &id).await?;
    let today = app.market.now().day();
    Ok(Json(EntitlementsView {
        worker_id: held.worker.id.to_string(),
        as_of: today.to_string(),
        items: held.dues.into_iter().map(|due| due_view(due, today)).collect(),
        claims: held.claims.iter().map(ClaimView::from).collect(),
    }))
}

fn rule(body: &Value) -> Result<String, FieldErrors> {
    let rule = body.get("rule").and_then(Value::as_str).filter(|rule| !rule.is_empty());
    rule.map(str::to_owned).ok_or_else(|| FieldErrors::one("rule", "missing", "请选择申报哪一项"))
}

async fn file(
    app: &App,
    visitor: &Visitor,
    rule: String,
    ground: Ground,
) -> Result<Response, Problem> {
    let new = NewClaim { rule, ground, demo: false };
    let claim = app.market.file_claim(&visitor.actor()?, &new).await?;
    Ok((StatusCode::CREATED, Json(ClaimView::from(&claim))).into_response())
}

/// `POST /placements/{id}/claims`
pub async fn file_for_placement(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    file(&app, &visitor, rule(&body)?, Ground::Placement(id)).await
}

/// `POST /workers/{id}/claims`: on the income of the cycle that holds `as_of`, today by default.
pub async fn file_for_worker(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let as_of = match body.get("as_of").and_then(Value::as_str) {
        Some(text) => text
            .parse()
            .map_err(|_| FieldErrors::one("as_of", "format", "日期的写法不对，例如 2026-09-30"))?,
        None => app.market.now().day(),
    };
    file(&app, &visitor, rule(&body)?, Ground::Income(id, as_of)).await
}

/// `GET /claims`
pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Items<ClaimView>>, Problem> {
    let mut stages: Vec<Stage> = Vec::new();
    for word in query.all("stage") {
        let stage = word.parse();
        stages.push(stage.map_err(|_| FieldErrors::one("stage", "unknown", "没有这个办理环节"))?);
    }
    let claims = app.market.claims(&visitor.actor()?, &stages).await?;
    Ok(Json(Items { items: claims.iter().map(ClaimView::from).collect() }))
}

/// `GET /claims/{id}`
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ClaimId>,
) -> Result<Json<ClaimView>, Problem> {
    let claim = app.market.claim(&visitor.actor()?, &id).await?;
    Ok(Json(ClaimView::from(&claim)))
}

async fn step(
    app: &App,
    visitor: &Visitor,
    id: &ClaimId,
    event: ClaimEvent,
    body: &Value,
) -> Result<Json<ClaimView>, Problem> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let amount =
        match body.get("amount_fen") {
            None | Some(Value::Null) => None,
            Some(value) => Some(value.as_i64().ok_or_else(|| {
                FieldErrors::one("amount_fen", "type", "金额应当是整数，以分为单位")
            })?),
        };
    let decision =
        Decision { reason: text("reason"), amount: amount.map(Fen), batch: text("batch") };
    let claim = app.market.step_claim(&visitor.actor()?, id, event, &decision).await?;
    Ok(Json(ClaimView::from(&claim)))
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident = $event:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            State(app): State<App>,
            visitor: Visitor,
            Id(id): Id<ClaimId>,
            JsonBody(body): JsonBody,
        ) -> Result<Json<ClaimView>, Problem> {
            step(&app, &visitor, &id, ClaimEvent::$event, &body).await
        }
    )*};
}

steps! {
    /// `POST /claims/{id}/submit`
    submit = Submit;
    /// `POST /claims/{id}/pass`
    pass = Pass;
    /// `POST /claims/{id}/dismiss`
    dismiss = Dismiss;
    /// `POST /claims/{id}/return`
    hand_back = Return;
    /// `POST /claims/{id}/reject`
    reject = Reject;
    /// `POST /claims/{id}/withdraw`
    withdraw = Withdraw;
    /// `POST /claims/{id}/pay`
    pay = Pay;
    /// `POST /claims/{id}/claw_back`
    claw_back = ClawBack;
}

/// A claim on public notice on the wire.
#[derive(Serialize)]
pub struct NoticeView {
    claim_id: String,
    title: String,
    clause: String,
    payee: String,
    person: Option<String>,
    village: Option<String>,
    place: Option<String>,
    amount_fen: Option<i64>,
    range_fen: Option<[i64; 2]>,
    from: String,
    to: String,
    days: u32,
    days_confirmed: bool,
}

impl From<&Notice> for NoticeView {
    fn from(notice: &Notice) -> NoticeView {
        NoticeView {
            claim_id: notice.claim.id.to_string(),
            title: notice.rule.title.clone(),
            clause: notice.rule.clause.clone(),
            payee: notice.payee.clone(),
            person: notice.person.clone(),
            village: notice.village.clone(),
            place: notice.place.clone(),
            amount_fen: notice.amount().map(|amount| amount.0),
            range_fen: notice.claim.range.map(|(low, high)| [low.0, high.0]),
            from: notice.days.0.to_string(),
            to: notice.days.1.to_string(),
            days: notice.length.0,
            days_confirmed: notice.length.1,
        }
    }
}

/// `GET /notices`
pub async fn notices(State(app): State<App>) -> Result<Json<Items<NoticeView>>, Problem> {
    let notices = app.market.notices().await?;
    Ok(Json(Items { items: notices.iter().map(NoticeView::from).collect() }))
}

/// `POST /notices/{id}/objections`: 202, somebody looks into it.
pub async fn object(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ClaimId>,
    JsonBody(body): JsonBody,
) -> Result<StatusCode, Problem> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let actor = visitor.account.map_or(Actor::House, Actor::Account);
    app.market.object(&actor, &id, text("text"), text("contact")).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Money and how many entitlements it is for, on the wire.
#[derive(Serialize)]
pub struct SumView {
    count: usize,
    low_fen: i64,
    high_fen: i64,
}

impl From<&Sum> for SumView {
    fn from(sum: &Sum) -> SumView {
        SumView { count: sum.count, low_fen: sum.low.0, high_fen: sum.high.0 }
    }
}

#[derive(Serialize)]
struct WithinView {
    days: u32,
    #[serde(flatten)]
    sum: SumView,
}

/// A rule's line of the forecast on the wire.
#[derive(Serialize)]
pub struct LineView {
    rule: String,
    title: String,
    clause: String,
    now: SumView,
    within: Vec<WithinView>,
    towns: BTreeMap<String, Vec<WithinView>>,
    budget_fen: Option<i64>,
    paid_fen: i64,
}

impl From<&Line> for LineView {
    fn from(line: &Line) -> LineView {
        let within = |sums: &[Sum; 3]| {
            let spans = HORIZONS.iter().zip(sums);
            spans.map(|(days, sum)| WithinView { days: *days, sum: SumView::from(sum) }).collect()
        };
        LineView {
            rule: line.rule.clone(),
            title: line.title.clone(),
            clause: line.clause.clone(),
            now: SumView::from(&line.now),
            within: within(&line.within),
            towns: line.towns.iter().map(|(town, sums)| (town.clone(), within(sums))).collect(),
            budget_fen: line.budget.map(|budget| budget.0),
            paid_fen: line.paid.0,
        }
    }
}

/// `GET /forecast`
pub async fn forecast(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<LineView>>, Problem> {
    let lines = app.market.forecast(&visitor.actor()?, None).await?;
    Ok(Json(Items { items: lines.iter().map(LineView::from).collect() }))
}
