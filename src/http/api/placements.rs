//! Placements, their evidence, income and absorption over HTTP. A person stands as an id only.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use super::{
    bookings::Items,
    claims::{DueView, due_view},
};
use crate::{
    domain::{
        calendar::Day,
        evidence::{About, Evidence},
        fields::FieldErrors,
        ids::{EvidenceId, IncomeId, PlacementId, WorkerId},
        income::{DeclaredIncome, Earning, IncomeSource},
        placement::{Ending, Placement},
    },
    http::{
        App,
        body::{Id, JsonBody, Query},
        guard::Visitor,
        problem::Problem,
    },
    market::{Absorbed, PlacementMove},
};

#[derive(Serialize)]
struct EmployerView {
    name: String,
    uscc: Option<String>,
    kind: &'static str,
}

/// A placement on the wire.
#[derive(Serialize)]
pub struct PlacementView {
    id: String,
    version: i64,
    worker_id: String,
    organiser: Option<String>,
    employer: EmployerView,
    division: String,
    hukou: String,
    start: String,
    end: Option<String>,
    end_reason: Option<String>,
    contract_signed: Option<String>,
    insured: BTreeMap<String, Vec<&'static str>>,
    proofs: Vec<String>,
    booking_id: Option<String>,
    status: &'static str,
    created_at: String,
}

impl From<&Placement> for PlacementView {
    fn from(placement: &Placement) -> PlacementView {
        let terms = &placement.terms;
        let insured = placement.insured.iter().map(|(month, kinds)| {
            (month.to_string(), kinds.iter().map(|kind| kind.word()).collect())
        });
        PlacementView {
            id: placement.id.to_string(),
            version: placement.version,
            worker_id: placement.worker.to_string(),
            organiser: placement.organiser.as_ref().map(ToString::to_string),
            employer: EmployerView {
                name: terms.employer.name.clone(),
                uscc: terms.employer.uscc.as_ref().map(|code| code.as_str().to_owned()),
                kind: terms.employer.kind.word(),
            },
            division: terms.division.clone(),
            hukou: terms.hukou.clone(),
            start: terms.start.to_string(),
            end: placement.end().map(|day| day.to_string()),
            end_reason: placement.ending.as_ref().map(|ending| ending.reason.clone()),
            contract_signed: terms.contract_signed.map(|day| day.to_string()),
            insured: insured.collect(),
            proofs: placement.proofs.iter().map(ToString::to_string).collect(),
            booking_id: placement.booking.as_ref().map(ToString::to_string),
            status: placement.status.word(),
            created_at: placement.created_at.to_string(),
        }
    }
}

/// A piece of evidence on the wire, without its bytes.
#[derive(Serialize)]
pub struct EvidenceView {
    id: String,
    paper: String,
    media: &'static str,
    size_bytes: i64,
    sha256: String,
    created_at: String,
}

impl From<&Evidence> for EvidenceView {
    fn from(evidence: &Evidence) -> EvidenceView {
        EvidenceView {
            id: evidence.id.to_string(),
            paper: evidence.paper.clone(),
            media: evidence.media.word(),
            size_bytes: evidence.size_bytes,
            sha256: evidence.sha256.clone(),
            created_at: evidence.created_at.to_string(),
        }
    }
}

/// A declared income on the wire.
#[derive(Serialize)]
pub struct IncomeView {
    id: String,
    worker_id: String,
    date: String,
    amount_fen: i64,
    division: String,
    kind: &'static str,
}

impl From<&DeclaredIncome> for IncomeView {
    fn from(income: &DeclaredIncome) -> IncomeView {
        IncomeView {
            id: income.id.to_string(),
            worker_id: income.worker.to_string(),
            date: income.day.to_string(),
            amount_fen: income.amount.0,
            division: income.division.clone(),
            kind: income.kind.word(),
        }
    }
}

/// `GET /placements`
pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<PlacementView>>, Problem> {
    let placements = app.market.placements(&visitor.actor()?).await?;
    Ok(Json(Items { items: placements.iter().map(PlacementView::from).collect() }))
}

/// `POST /placements`
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let placement = app.market.place(&visitor.actor()?, &body, false).await?;
    Ok((StatusCode::CREATED, Json(PlacementView::from(&placement))).into_response())
}

/// `GET /placements/{id}`
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
) -> Result<Json<PlacementView>, Problem> {
    let (placement, _) = app.market.placement(&visitor.actor()?, &id).await?;
    Ok(Json(PlacementView::from(&placement)))
}

/// `PATCH /placements/{id}`
pub async fn revise(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    JsonBody(body): JsonBody,
) -> Result<Json<PlacementView>, Problem> {
    let placement = app.market.revise_placement(&visitor.actor()?, &id, &body).await?;
    Ok(Json(PlacementView::from(&placement)))
}

async fn step(
    app: &App,
    visitor: &Visitor,
    id: &PlacementId,
    step: PlacementMove,
) -> Result<Json<PlacementView>, Problem> {
    let placement = app.market.move_placement(&visitor.actor()?, id, step).await?;
    Ok(Json(PlacementView::from(&placement)))
}

fn reason(body: &Value) -> String {
    body.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// `POST /placements/{id}/end`
pub async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    JsonBody(body): JsonBody,
) -> Result<Json<PlacementView>, Problem> {
    let day = body.get("day").and_then(Value::as_str).and_then(|text| text.parse::<Day>().ok());
    let Some(day) = day else {
        let message = "请填写最后一天，例如 2026-05-01";
        return Err(FieldErrors::one("day", "format", message).into());
    };
    let ending = Ending { day, reason: reason(&body) };
    step(&app, &visitor, &id, PlacementMove::End(ending)).await
}

/// `POST /placements/{id}/resume`
pub async fn resume(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
) -> Result<Json<PlacementView>, Problem> {
    step(&app, &visitor, &id, PlacementMove::Resume).await
}

/// `POST /placements/{id}/void`
pub async fn void(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    JsonBody(body): JsonBody,
) -> Result<Json<PlacementView>, Problem> {
    step(&app, &visitor, &id, PlacementMove::Void(reason(&body))).await
}

/// `GET /placements/{id}/evidence`
pub async fn evidence(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
) -> Result<Json<Items<EvidenceView>>, Problem> {
    app.market.placement(&visitor.actor()?, &id).await?;
    let held = app.market.store.read().await?.evidence_of(&id).await?;
    Ok(Json(Items { items: held.iter().map(EvidenceView::from).collect() }))
}

/// `POST /placements/{id}/evidence?paper=`: the body is the file.
pub async fn add_evidence(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    query: Query,
    body: Bytes,
) -> Result<Response, Problem> {
    let paper = query.get("paper").unwrap_or_default();
    let about = About::Placement(id);
    let held = app.market.add_evidence(&visitor.actor()?, about, paper, &body).await?;
    Ok((StatusCode::CREATED, Json(EvidenceView::from(&held))).into_response())
}

/// `GET /evidence/{id}`: the file. It runs nothing and loads nothing.
pub async fn content(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<EvidenceId>,
) -> Result<Response, Problem> {
    let (evidence, bytes) = app.market.look_at_evidence(&visitor.actor()?, &id).await?;
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(evidence.media.word())),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((headers, bytes).into_response())
}

/// An income on the wire, whoever wrote it down.
#[derive(Serialize)]
pub struct EarningView {
    date: String,
    amount_fen: i64,
    division: Option<String>,
    kind: &'static str,
    source: &'static str,
    id: String,
}

impl From<&Earning> for EarningView {
    fn from(earned: &Earning) -> EarningView {
        let (source, id) = match &earned.source {
            IncomeSource::Ledger(wage, _) => ("ledger", wage.to_string()),
            IncomeSource::Declared(id) => ("declared", id.to_string()),
        };
        EarningView {
            date: earned.day.to_string(),
            amount_fen: earned.amount.0,
            division: earned.division.clone(),
            kind: earned.kind.word(),
            source,
            id,
        }
    }
}

/// `GET /workers/{id}/incomes`: by the wage ledger and as declared.
pub async fn incomes(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
) -> Result<Json<Items<EarningView>>, Problem> {
    let held = app.market.entitlements(&visitor.actor()?, &id).await?;
    Ok(Json(Items { items: held.earnings.iter().map(EarningView::from).collect() }))
}

/// `POST /incomes/{id}/void`
pub async fn void_income(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<IncomeId>,
) -> Result<Json<IncomeView>, Problem> {
    let income = app.market.void_income(&visitor.actor()?, &id).await?;
    Ok(Json(IncomeView::from(&income)))
}

/// `POST /workers/{id}/evidence?paper=`: the body is the file.
pub async fn add_evidence_on(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    query: Query,
    body: Bytes,
) -> Result<Response, Problem> {
    let paper = query.get("paper").unwrap_or_default();
    let held = app.market.add_evidence(&visitor.actor()?, About::Worker(id), paper, &body).await?;
    Ok((StatusCode::CREATED, Json(EvidenceView::from(&held))).into_response())
}

/// Whom an entity has absorbed nearby (四), on the wire.
#[derive(Serialize)]
pub struct AbsorbedView {
    entity: String,
    name: String,
    relocated: u32,
    listed: u32,
    share_bp: Option<u32>,
    items: Vec<DueView>,
}

/// `GET /absorption`
pub async fn absorption(
    State(app): State<App>,
    visitor: Visitor,
) -> Result<Json<Items<AbsorbedView>>, Problem> {
    let (held, today) = (app.market.absorbed(&visitor.actor()?).await?, app.market.now().day());
    let view = |one: Absorbed| AbsorbedView {
        share_bp: one.share_bp(),
        entity: one.entity,
        name: one.name,
        relocated: one.relocated,
        listed: one.listed,
        items: one.dues.into_iter().map(|due| due_view(due, today)).collect(),
    };
    Ok(Json(Items { items: held.into_iter().map(view).collect() }))
}

/// `POST /workers/{id}/incomes`
pub async fn declare(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let income = app.market.declare_income(&visitor.actor()?, &id, &body).await?;
    Ok((StatusCode::CREATED, Json(IncomeView::from(&income))).into_response())
}
