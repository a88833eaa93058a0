//! One placement: what it says, its papers, what each rule gives, what can be done.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::Fact,
    input::{Choice, Faults, Form, Sent, Upload, typed},
    page,
    placements::{self, Term},
    see_other,
    timeline::{self, Step},
};
use crate::{
    domain::{
        account::Role,
        calendar::Day,
        claim::Claim,
        evidence::{About, Evidence},
        fields::FieldErrors,
        identity::{Phone, ResidentId},
        ids::PlacementId,
        placement::{Ending, Insurance, PlacementEvent},
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{
        Due, Ground, MarketError, NewClaim, Outlook, PlacementMove, county_name, papers, plain,
    },
    policy::Beneficiary,
    store::Kind,
};

/// A piece of evidence, as shown.
pub struct Paper {
    /// Where to look at it.
    pub href: String,
    /// Which paper.
    pub paper: String,
    /// What the file is.
    pub media: &'static str,
    /// Whether it is shown in the page.
    pub is_picture: bool,
    /// `320 KB`.
    pub size: String,
    /// SHA-256.
    pub sha256: String,
}

impl Paper {
    /// As shown.
    pub fn of(evidence: &Evidence) -> Paper {
        Paper {
            href: format!("/desk/evidence/{}", evidence.id),
            paper: evidence.paper.clone(),
            media: evidence.media.label(),
            is_picture: evidence.media.is_picture(),
            size: format!("{} KB", (evidence.size_bytes + 1023) / 1024),
            sha256: evidence.sha256.clone(),
        }
    }
}

/// What one rule gives, as shown.
pub struct DueRow {
    /// The rule's id.
    pub rule: String,
    /// The clause's number.
    pub clause: String,
    /// The rule's title.
    pub title: String,
    /// Where it stands.
    pub status: &'static str,
    /// In plain words.
    pub words: String,
    /// The steps of the evaluation.
    pub trace: Vec<String>,
    /// The readings that were applied, in the policy's words.
    pub readings: Vec<String>,
    /// Papers that the rule asks for, and whether each is there.
    pub papers: Vec<(String, bool)>,
    /// Whether it can be claimed now.
    pub can_claim: bool,
    /// The claim that goes its way: its page and stage.
    pub claim: Option<(String, &'static str)>,
}

/// Whether somebody of this role files under the due's rule: a broker for itself, others for the
/// person.
pub fn files(role: Role, due: &Due) -> bool {
    let rule = due.policy.rule(&due.row.rule);
    let pays_broker = rule.is_some_and(|rule| rule.beneficiary == Beneficiary::Broker);
    role == Role::Admin || pays_broker == (role == Role::Broker)
}

impl DueRow {
    /// As shown to somebody of this role.
    pub fn of(due: &Due, claims: &[Claim], there: &[String], today: Day, role: Role) -> DueRow {
        let rule = due.policy.rule(&due.row.rule);
        let claim = claims.iter().rev().find(|c| c.rule == due.row.rule && c.stage.is_live());
        let readings = due.row.notes.iter().filter_map(|note| due.policy.interpretation(*note));
        let demanded = rule.map(|rule| rule.evidence.clone()).unwrap_or_default();
        DueRow {
            rule: due.row.rule.clone(),
            clause: due.row.clause.clone(),
            title: rule.map_or_else(String::new, |rule| rule.title.clone()),
            status: due.row.status.label(),
            words: plain(due, today),
            trace: due.row.trace.iter().map(ToString::to_string).collect(),
            readings: readings.map(|reading| reading.text().to_owned()).collect(),
            papers: demanded
                .into_iter()
                .map(|paper| {
                    let is_there = there.contains(&paper);
                    (paper, is_there)
                })
                .collect(),
            can_claim: due.is_payable() && claim.is_none() && files(role, due),
            claim: claim.map(|c| (format!("/desk/claims/{}", c.id), c.stage.label())),
        }
    }
}

/// The page.
#[derive(Template)]
#[template(path = "placement.html")]
pub struct PlacementPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its id.
    pub id: String,
    /// The person.
    pub name: String,
    /// Where it stands.
    pub status: &'static str,
    /// Three months and six.
    pub terms: [Term; 2],
    /// What it says.
    pub facts: Vec<Fact>,
    /// What each rule gives.
    pub dues: Vec<DueRow>,
    /// Why money is at risk.
    pub risks: Vec<String>,
    /// The papers.
    pub papers: Vec<Paper>,
    /// Which papers there are to choose from.
    pub choices: Vec<Choice>,
    /// Kinds of insurance.
    pub kinds: Vec<Choice>,
    /// What happened.
    pub steps: Vec<Step>,
    /// The events that can happen now.
    pub events: Vec<PlacementEvent>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(PlacementPage);

impl PlacementPage {
    /// Where a paper is handed in.
    pub fn papers_to(&self) -> String {
        format!("/desk/placements/{}/evidence", self.id)
    }

    /// Whether an event can happen now.
    pub fn can(&self, event: &str) -> bool {
        self.events.iter().any(|held| held.word() == event)
    }
}

/// What a placement says, for people at a desk.
pub fn facts_of(outlook: &Outlook) -> Vec<Fact> {
    let placement = &outlook.placement;
    let (terms, person) = (&placement.terms, &outlook.worker.person);
    let mut facts = Vec::new();
    let mut tell = |term: &'static str, value: String| {
        let value = if value.is_empty() { "没有登记".to_owned() } else { value };
        facts.push(Fact { term, values: vec![value] });
    };
    tell("姓名", person.name.clone());
    tell("手机号", person.phone.as_ref().map(Phone::masked).unwrap_or_default());
    tell("身份证号", person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default());
    let groups: Vec<&str> = person.groups().iter().map(|group| group.label()).collect();
    tell("人群", groups.join("、"));
    tell("户籍", county_name(&terms.hukou));
    let employer = &terms.employer;
    tell("用工主体", format!("{}（{}）", employer.name, employer.kind.label()));
    let code = employer.uscc.as_ref().map(|code| code.as_str().to_owned());
    tell("统一社会信用代码", code.unwrap_or_default());
    tell("务工地点", county_name(&terms.division));
    tell("上岗", terms.start.to_string());
    if let Some(ending) = &placement.ending {
        tell("离岗", format!("{}（{}）", ending.day, ending.reason));
    }
    let signed = terms.contract_signed.map(|day| format!("{day} 签订"));
    tell("劳动合同", signed.unwrap_or_default());
    let insured: Vec<String> = placement
        .insured
        .iter()
        .map(|(month, kinds)| {
            let kinds: Vec<&str> = kinds.iter().map(|kind| kind.label()).collect();
            format!("{month} {}", kinds.join(""))
        })
        .collect();
    let count = insured.len();
    let insured =
        if count == 0 { String::new() } else { format!("{count}个月：{}", insured.join("；")) };
    tell("社会保险", insured);
    let proofs: Vec<String> = placement.proofs.iter().map(ToString::to_string).collect();
    tell("在岗确认", proofs.join("、"));
    facts
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: &PlacementId,
    query: Option<&Query>,
    values: Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let outlook = app.market.outlook_of(&visitor.actor()?, id).await?;
    let mut view = app.market.store.read().await?;
    let held = view.evidence_of(id).await?;
    let log = view.log_of(Kind::Placement, id.as_str(), 200).await?;
    let known = timeline::actors(&mut view, &log).await?;
    let there: Vec<String> = held.iter().map(|evidence| evidence.paper.clone()).collect();
    let today = app.market.now().day();
    let due = |due: &Due| DueRow::of(due, &outlook.claims, &there, today, reader.role);
    let mut chrome = Chrome::new(app, visitor, "/desk/placements");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let chosen = values.get("paper").to_owned();
    let shown = PlacementPage {
        chrome,
        id: id.to_string(),
        name: outlook.worker.person.name.clone(),
        status: outlook.placement.status.label(),
        terms: placements::terms(&outlook),
        facts: facts_of(&outlook),
        dues: outlook.dues.iter().map(due).collect(),
        risks: outlook.risks.clone(),
        papers: held.iter().map(Paper::of).collect(),
        choices: papers()?.iter().map(|paper| Choice::of(*paper, *paper, &chosen)).collect(),
        kinds: Insurance::ALL
            .iter()
            .map(|kind| Choice {
                value: kind.word().to_owned(),
                text: kind.label().to_owned(),
                selected: true,
            })
            .collect(),
        steps: timeline::steps(&log, &known, &reader),
        events: outlook.placement.status.allowed().collect(),
        values,
        faults,
    };
    Ok(page(status, &shown))
}

/// `GET /desk/placements/{id}`
pub async fn placement(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), Form::default(), Faults::default()).await
}

/// On to the placement's page, or back to it with what is wrong.
async fn done<T>(
    app: &App,
    visitor: &Visitor,
    id: &PlacementId,
    form: Form,
    result: Result<T, MarketError>,
    said: &str,
) -> Result<Response, Problem> {
    match result {
        Ok(_) => Ok(see_other(&format!("/desk/placements/{id}"), said).into_response()),
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            faults
                .add_all(&errors, |path| path.split(['.', '[']).next().unwrap_or(path).to_owned());
            render(app, visitor, id, None, form, faults).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /desk/placements/{id}/note`: contract, an insured month, a month on the job.
pub async fn note(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&["kinds"])?;
    let mut input = Map::new();
    let signed = form.plain("contract_signed");
    if !signed.is_empty() {
        input.insert("contract_signed".to_owned(), json!(signed));
    }
    let month = form.plain("insured");
    if !month.is_empty() {
        let kinds: Vec<&str> = form.all("kinds").collect();
        input.insert("insured".to_owned(), json!({ month: kinds }));
    }
    let proof = form.plain("proofs");
    if !proof.is_empty() {
        input.insert("proofs".to_owned(), json!([proof]));
    }
    let revised = app.market.revise_placement(&visitor.actor()?, &id, &Value::Object(input)).await;
    done(&app, &visitor, &id, form, revised, "saved").await
}

/// `POST /desk/placements/{id}/end`
pub async fn end(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let ended = match form.plain("day").parse::<Day>() {
        Ok(day) => {
            let ending = Ending { day, reason: form.get("reason").to_owned() };
            let step = PlacementMove::End(ending);
            app.market.move_placement(&visitor.actor()?, &id, step).await.map(|_| ())
        }
        Err(_) => {
            // Whose business it is comes before what is wrong.
            app.market.placement(&visitor.actor()?, &id).await?;
            let message = "请填写最后一天，例如 2026-05-01";
            Err(FieldErrors::one("day", "format", message).into())
        }
    };
    done(&app, &visitor, &id, form, ended, "saved").await
}

/// `POST /desk/placements/{id}/resume`
pub async fn resume(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let step = PlacementMove::Resume;
    let moved = app.market.move_placement(&visitor.actor()?, &id, step).await;
    done(&app, &visitor, &id, form, moved, "saved").await
}

/// `POST /desk/placements/{id}/void`
pub async fn void(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let step = PlacementMove::Void(form.get("why").to_owned());
    let moved = app.market.move_placement(&visitor.actor()?, &id, step).await;
    // Apart from the reason of an end, which stands in another form of the page.
    let moved = moved.map_err(|error| match error {
        MarketError::Invalid(errors) => {
            let message = errors.0.first().map(|fault| fault.message.clone());
            FieldErrors::one("why", "length", message.unwrap_or_default()).into()
        }
        other => other,
    });
    done(&app, &visitor, &id, form, moved, "saved").await
}

/// `POST /desk/placements/{id}/evidence`
pub async fn add_evidence(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    upload: Upload,
) -> Result<Response, Problem> {
    let about = About::Placement(id.clone());
    let paper = upload.form.get("paper").to_owned();
    let added = app.market.add_evidence(&visitor.actor()?, about, &paper, &upload.file).await;
    let added = added.map_err(|error| match error {
        MarketError::NotEvidence(_) => {
            let message = Problem::from(error).title;
            FieldErrors::one("file", "format", message).into()
        }
        other => other,
    });
    done(&app, &visitor, &id, upload.form, added, "paper_added").await
}

/// `POST /desk/placements/{id}/claims`: files and opens the claim.
pub async fn file_claim(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<PlacementId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let (rule, ground) = (form.plain("rule"), Ground::Placement(id));
    let new = NewClaim { rule, ground, demo: false };
    let claim = app.market.file_claim(&visitor.actor()?, &new).await?;
    Ok(see_other(&format!("/desk/claims/{}", claim.id), "claim_filed").into_response())
}
