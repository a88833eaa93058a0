//! Who may post over HTTP: organisations register, staff verify them and their authorisations.
//! Phones and numbers come back masked.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{bookings::Items, jobs::reason, placements::EvidenceView, session};
use crate::{
    domain::{
        evidence::About,
        fields::FieldErrors,
        identity::{Phone, ResidentId, Uscc, mask_name},
        ids::{MandateId, OrgId},
        poster::{Check, CheckEvent, Checked, Mandate, Poster},
    },
    http::{
        App,
        body::{Id, JsonBody, Query},
        guard::Visitor,
        headers::Client,
        problem::Problem,
    },
};

/// What staff said, on the wire.
#[derive(Serialize)]
struct CheckedView {
    status: &'static str,
    verified_by: Option<String>,
    decided_at: Option<String>,
    reason: Option<String>,
}

impl From<&Checked> for CheckedView {
    fn from(checked: &Checked) -> CheckedView {
        let decided = checked.decided.as_ref();
        let verified = decided.filter(|_| checked.check == Check::Verified);
        CheckedView {
            status: checked.check.word(),
            verified_by: verified.map(|decided| decided.office.clone()),
            decided_at: decided.map(|decided| decided.at.to_string()),
            reason: checked.reason.clone(),
        }
    }
}

/// An organisation on the wire.
#[derive(Serialize)]
pub struct OrgView {
    id: String,
    version: i64,
    name: String,
    kind: &'static str,
    uscc: Option<String>,
    contact: Option<String>,
    phone: Option<String>,
    id_number: Option<String>,
    licence_until: Option<String>,
    #[serde(flatten)]
    checked: CheckedView,
    created_at: String,
}

impl From<&Poster> for OrgView {
    fn from(poster: &Poster) -> OrgView {
        let (employer, contact) = (&poster.org.employer, poster.contact.as_ref());
        OrgView {
            id: poster.org.id.to_string(),
            version: poster.version,
            name: employer.public_name(),
            kind: employer.kind.word(),
            uscc: employer.uscc.as_ref().map(|code| code.as_str().to_owned()),
            contact: contact.map(|contact| mask_name(&contact.name)),
            phone: contact.map(|contact| Phone::masked(&contact.phone)),
            id_number: contact.and_then(|c| c.id_number.as_ref()).map(ResidentId::masked),
            licence_until: poster.licence_until.map(|day| day.to_string()),
            checked: CheckedView::from(&poster.checked),
            created_at: poster.created_at.to_string(),
        }
    }
}

/// An authorisation on the wire.
#[derive(Serialize)]
pub struct MandateView {
    id: String,
    version: i64,
    broker: String,
    employer: AuthorView,
    from: String,
    to: String,
    evidence: String,
    #[serde(flatten)]
    checked: CheckedView,
    created_at: String,
}

#[derive(Serialize)]
struct AuthorView {
    name: String,
    uscc: Option<String>,
    kind: &'static str,
}

impl From<&Mandate> for MandateView {
    fn from(mandate: &Mandate) -> MandateView {
        let employer = &mandate.employer;
        MandateView {
            id: mandate.id.to_string(),
            version: mandate.version,
            broker: mandate.broker.to_string(),
            employer: AuthorView {
                name: employer.public_name(),
                uscc: employer.uscc.as_ref().map(Uscc::as_str).map(str::to_owned),
                kind: employer.kind.word(),
            },
            from: mandate.from.to_string(),
            to: mandate.to.to_string(),
            evidence: mandate.evidence.to_string(),
            checked: CheckedView::from(&mandate.checked),
            created_at: mandate.created_at.to_string(),
        }
    }
}

/// An organisation with its papers and authorisations.
#[derive(Serialize)]
pub struct OrgFile {
    #[serde(flatten)]
    org: OrgView,
    papers: Vec<EvidenceView>,
    mandates: Vec<MandateView>,
}

/// `POST /orgs`
pub async fn register(
    State(app): State<App>,
    client: Client,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<OrgView>), Problem> {
    let new = app.market.read_newcomer(&body)?;
    if !client.may_sign_in(&app) {
        return Err(session::too_many());
    }
    let (_, poster) = app.market.register_poster(new).await?;
    Ok((StatusCode::CREATED, Json(OrgView::from(&poster))))
}

/// `GET /orgs?status=`
pub async fn list(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Items<OrgView>>, Problem> {
    let mut errors = FieldErrors::default();
    let check = query.parsed::<Check>(&mut errors, "status", "pending、verified或refused");
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let posters = app.market.posters(&visitor.actor()?, check).await?;
    Ok(Json(Items { items: posters.iter().map(OrgView::from).collect() }))
}

/// `GET /orgs/{id}`
pub async fn read(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
) -> Result<Json<OrgFile>, Problem> {
    let file = app.market.poster_file(&visitor.actor()?, &id).await?;
    Ok(Json(OrgFile {
        org: OrgView::from(&file.poster),
        papers: file.papers.iter().map(EvidenceView::from).collect(),
        mandates: file.mandates.iter().map(MandateView::from).collect(),
    }))
}

/// `PATCH /orgs/{id}`
pub async fn renew(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    JsonBody(body): JsonBody,
) -> Result<Json<OrgView>, Problem> {
    let poster = app.market.renew_poster(&visitor.actor()?, &id, &body).await?;
    Ok(Json(OrgView::from(&poster)))
}

async fn judge(
    (app, visitor, id): (App, Visitor, OrgId),
    event: CheckEvent,
    body: &Value,
) -> Result<Json<OrgView>, Problem> {
    let poster = app.market.judge_poster(&visitor.actor()?, &id, event, reason(body)).await?;
    Ok(Json(OrgView::from(&poster)))
}

/// `POST /orgs/{id}/verify`
pub async fn verify(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    JsonBody(body): JsonBody,
) -> Result<Json<OrgView>, Problem> {
    judge((app, visitor, id), CheckEvent::Verify, &body).await
}

/// `POST /orgs/{id}/refuse`
pub async fn refuse(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    JsonBody(body): JsonBody,
) -> Result<Json<OrgView>, Problem> {
    judge((app, visitor, id), CheckEvent::Refuse, &body).await
}

/// `POST /orgs/{id}/evidence?paper=`: the body is the file.
pub async fn add_paper(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    query: Query,
    body: Bytes,
) -> Result<Response, Problem> {
    let paper = query.get("paper").unwrap_or_default();
    let held = app.market.add_evidence(&visitor.actor()?, About::Org(id), paper, &body).await?;
    Ok((StatusCode::CREATED, Json(EvidenceView::from(&held))).into_response())
}

/// `POST /orgs/{id}/mandates?employer_name=&employer_uscc=&employer_kind=&from=&to=`: the body is
/// the signed paper.
pub async fn add_mandate(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<OrgId>,
    query: Query,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut employer = Map::new();
    for (ours, name) in
        [("name", "employer_name"), ("uscc", "employer_uscc"), ("kind", "employer_kind")]
    {
        if let Some(value) = query.get(name) {
            employer.insert(ours.to_owned(), value.into());
        }
    }
    let input = json!({ "employer": employer, "from": query.get("from"), "to": query.get("to") });
    let mandate = app.market.add_mandate(&visitor.actor()?, &id, &input, &body).await?;
    Ok((StatusCode::CREATED, Json(MandateView::from(&mandate))).into_response())
}

async fn judge_mandate(
    (app, visitor, id): (App, Visitor, MandateId),
    event: CheckEvent,
    body: &Value,
) -> Result<Json<MandateView>, Problem> {
    let done = app.market.judge_mandate(&visitor.actor()?, &id, event, reason(body)).await?;
    Ok(Json(MandateView::from(&done)))
}

/// `POST /mandates/{id}/verify`
pub async fn verify_mandate(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MandateId>,
    JsonBody(body): JsonBody,
) -> Result<Json<MandateView>, Problem> {
    judge_mandate((app, visitor, id), CheckEvent::Verify, &body).await
}

/// `POST /mandates/{id}/refuse`
pub async fn refuse_mandate(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<MandateId>,
    JsonBody(body): JsonBody,
) -> Result<Json<MandateView>, Problem> {
    judge_mandate((app, visitor, id), CheckEvent::Refuse, &body).await
}
