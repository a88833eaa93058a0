//! One claim at the desks, with everything beside it, and its dossier.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::Fact,
    income::{self, EarningRow},
    input::Form,
    page,
    placement::{DueRow, Paper},
    timeline::{self, Step},
    words,
};
use crate::{
    domain::{
        account::Actor,
        claim::{Claim, ClaimEvent, Objection, Stage},
        identity::ResidentId,
        ids::ClaimId,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{Dossier, Reach, Verb, county_name, reach},
    policy::{self, Known},
    store::Kind,
};

/// A step that can be taken.
pub struct ClaimStep {
    /// The event's word, the last part of its address.
    pub word: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether a reason is owed.
    pub owes_reason: bool,
    /// Whether an amount is owed: the ends of its range, yuan.
    pub range: Option<(String, String)>,
    /// Whether the list's name is asked for.
    pub asks_batch: bool,
    /// What is typed.
    pub typed: String,
    /// What is wrong.
    pub fault: Option<String>,
}

/// One claim.
#[derive(Template)]
#[template(path = "claim.html")]
pub struct ClaimPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its id.
    pub id: String,
    /// The rule.
    pub title: String,
    /// `六`.
    pub clause: String,
    /// The clause in short.
    pub summary: String,
    /// Where it stands.
    pub stage: &'static str,
    /// The way and where on it the claim stands: label, passed, current.
    pub way: Vec<(&'static str, bool, bool)>,
    /// Why it was handed back.
    pub reason: Option<String>,
    /// `1000元`, or the range.
    pub amount: String,
    /// What is known.
    pub facts: Vec<Fact>,
    /// The income on which it rests (七), newest first.
    pub earnings: Vec<EarningRow>,
    /// How it was judged; none where the ground is gone.
    pub due: Option<DueRow>,
    /// The papers.
    pub papers: Vec<Paper>,
    /// Papers that are not there.
    pub lacking: Vec<String>,
    /// What speaks against it.
    pub conflicts: Vec<String>,
    /// What was objected.
    pub objections: Vec<(String, String)>,
    /// What can be done.
    pub actions: Vec<ClaimStep>,
    /// Why nothing can be done by the reader.
    pub idle: &'static str,
    /// What happened.
    pub steps: Vec<Step>,
    /// The same for the dossier.
    pub record: Vec<Step>,
    /// What the district has not confirmed.
    pub unconfirmed: Vec<String>,
}

impl ClaimPage {
    /// Whether the reader can't take the claim on.
    pub fn waits(&self) -> bool {
        self.actions.iter().all(|action| action.word == ClaimEvent::Withdraw.word())
    }
}

/// The dossier, for printing.
#[derive(Template)]
#[template(path = "dossier.html")]
pub struct DossierPage {
    /// The claim's page.
    pub claim: ClaimPage,
    /// When it was printed.
    pub printed: String,
}

pub(super) fn amount(claim: &Claim) -> String {
    match (claim.amount, claim.range) {
        (Some(amount), _) => format!("{amount}元"),
        (None, Some((low, high))) => format!("{low}—{high}元，待核定"),
        (None, None) => "待核定".to_owned(),
    }
}

/// The steps that people take at desks, the likeliest first.
const EVENTS: [ClaimEvent; 8] = [
    ClaimEvent::Submit,
    ClaimEvent::Pass,
    ClaimEvent::Dismiss,
    ClaimEvent::Pay,
    ClaimEvent::Return,
    ClaimEvent::Reject,
    ClaimEvent::ClawBack,
    ClaimEvent::Withdraw,
];

fn possible(claim: &Claim, event: ClaimEvent) -> bool {
    let policy = policy::library().ok().and_then(|all| all.iter().find(|p| p.id == claim.policy));
    let rule = policy.and_then(|policy| Some((policy, policy.rule(&claim.rule)?)));
    rule.is_some_and(|(policy, rule)| {
        claim.stage.next(event, policy.path(rule), claim.notice).is_ok()
    })
}

/// Whether a claim waits for the actor.
pub fn waits_for(app: &App, actor: &Actor, claim: &Claim) -> bool {
    let forward = [ClaimEvent::Submit, ClaimEvent::Pass, ClaimEvent::Dismiss, ClaimEvent::Pay];
    forward
        .into_iter()
        .any(|event| possible(claim, event) && app.market.may_step(actor, claim, event))
}

pub(super) fn title(claim: &Claim) -> String {
    let mut rules = policy::library().ok().into_iter().flatten().flat_map(|policy| &policy.rules);
    let rule = rules.find(|rule| rule.id == claim.rule);
    rule.map_or_else(|| claim.rule.clone(), |rule| rule.title.clone())
}

fn facts(dossier: &Dossier, payee: String) -> Vec<Fact> {
    let claim = &dossier.claim;
    let mut facts = Vec::new();
    let mut tell = |term: &'static str, value: String| {
        if !value.is_empty() {
            facts.push(Fact { term, values: vec![value] });
        }
    };
    tell("领款", payee);
    if let Some(worker) = &dossier.worker {
        tell("姓名", worker.person.name.clone());
        let number = worker.person.id_number.as_ref().map(ResidentId::masked);
        tell("身份证号", number.unwrap_or_default());
        let groups: Vec<&str> = worker.person.groups().iter().map(|group| group.label()).collect();
        tell("人群", groups.join("、"));
        let village = claim
            .village
            .as_deref()
            .and_then(|code| crate::domain::division::village(code, "").ok());
        tell("村（社区）", village.map(|v| format!("{}{}", v.town, v.name)).unwrap_or_default());
    }
    if let Some(placement) = &dossier.placement {
        let terms = &placement.terms;
        tell("户籍", county_name(&terms.hukou));
        let employer = &terms.employer;
        tell("用工主体", format!("{}（{}）", employer.name, employer.kind.label()));
        tell("务工地点", county_name(&terms.division));
        let end = placement.end().map_or_else(|| "今（在岗）".to_owned(), |day| day.to_string());
        tell("就业期间", format!("{} 至 {end}", terms.start));
        let signed = terms.contract_signed.map(|day| day.to_string());
        tell("合同签订", signed.unwrap_or_else(|| "没有登记".to_owned()));
        let kinds: Vec<&str> = placement.insurances().iter().map(|kind| kind.label()).collect();
        tell("社会保险", format!("{}个月：{}", placement.insured.len(), kinds.join("、")));
        let proofs: Vec<String> = placement.proofs.iter().map(ToString::to_string).collect();
        tell("在岗确认", proofs.join("、"));
    }
    tell("条件具备", claim.arises_on.to_string());
    tell("核算日期", claim.as_of.to_string());
    if let Some((from, to)) = claim.on_notice {
        let (days, confirmed) = dossier.policy.notice_days(dossier.rule);
        let mark = if confirmed { "" } else { "，天数未确认" };
        tell("公示", format!("{from} 至 {to}（{days}天，起始日不计{mark}）"));
    }
    tell("申报编号", claim.id.to_string());
    facts
}

fn actions(
    app: &App,
    actor: &Actor,
    claim: &Claim,
    failed: Option<&(ClaimEvent, Form, String)>,
) -> Vec<ClaimStep> {
    let open = EVENTS
        .into_iter()
        .filter(|event| possible(claim, *event) && app.market.may_step(actor, claim, *event));
    let step = |event: ClaimEvent| {
        let failed = failed.filter(|(held, ..)| *held == event);
        let sets = event == ClaimEvent::Pass && claim.stage == Stage::BureauCheck;
        ClaimStep {
            word: event.word(),
            text: event.label(),
            owes_reason: event.owes_reason(),
            range: claim.range.filter(|_| sets).map(|(l, h)| (l.to_string(), h.to_string())),
            asks_batch: event == ClaimEvent::Pay,
            typed: failed.map(|(_, form, _)| form.get("reason").to_owned()).unwrap_or_default(),
            fault: failed.map(|(.., message)| message.clone()),
        }
    };
    open.map(step).collect()
}

fn way(dossier: &Dossier) -> Vec<(&'static str, bool, bool)> {
    let path = dossier.policy.path(dossier.rule).stages();
    let ends = [Stage::Approved, Stage::Paid];
    let all: Vec<Stage> = path.iter().copied().chain(ends).collect();
    let stands = match (dossier.claim.stage, dossier.claim.notice) {
        (Stage::Objection, Some(notice)) => notice,
        (stage, _) => stage,
    };
    let at = all.iter().position(|stage| *stage == stands);
    let step =
        |(i, stage): (usize, &Stage)| (stage.label(), at.is_some_and(|at| i < at), at == Some(i));
    all.iter().enumerate().map(step).collect()
}

/// One claim's page; `failed` is the step that could not be taken, what was typed, and why not.
pub async fn shown(
    app: &App,
    visitor: &Visitor,
    id: &ClaimId,
    query: Option<&Query>,
    failed: Option<(ClaimEvent, Form, String)>,
) -> Result<ClaimPage, Problem> {
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let actor = visitor.actor()?;
    let dossier = app.market.dossier(&actor, id).await?;
    let claim = &dossier.claim;
    let mut view = app.market.store.read().await?;
    let mut held = match &claim.placement {
        Some(placement) => view.evidence_of(placement).await?,
        None => Vec::new(),
    };
    if let Some(worker) = &claim.worker {
        held.extend(view.evidence_on(worker).await?);
    }
    // What others said stays between them and the desks.
    let checks = reach(reader.role, Verb::CheckClaim);
    let objections: Vec<Objection> =
        if checks == Reach::Nothing { Vec::new() } else { view.objections_to(id).await? };
    let log = view.log_of(Kind::Claim, id.as_str(), 200).await?;
    let known = timeline::actors(&mut view, &log).await?;
    drop(view);
    let there: Vec<String> = held.iter().map(|evidence| evidence.paper.clone()).collect();
    let today = app.market.now().day();
    let due = dossier.due.as_ref().map(|due| DueRow::of(due, &[], &there, today, reader.role));
    let rule = dossier.rule;
    let lacking = rule.evidence.iter().filter(|paper| !there.contains(paper)).cloned().collect();
    let mut unconfirmed = Vec::new();
    if !dossier.policy.notice_days(rule).1 {
        unconfirmed.push("办理环节和公示天数".to_owned());
    }
    if matches!(rule.deadline, Known::Unconfirmed(_)) {
        unconfirmed.push("申报截止时间".to_owned());
    }
    unconfirmed.push("所需材料清单（按条文条件列出）".to_owned());
    let mut chrome = Chrome::new(app, visitor, "/desk/claims");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let home = dossier.home.as_deref();
    let earnings = dossier.earnings.iter().rev().map(|e| income::row(e, false, home));
    let actions = actions(app, &actor, claim, failed.as_ref());
    let idle = if claim.filed_by == actor.name() {
        "这是您提交的申报，由下一个环节的人办理。"
    } else if claim.stage.is_notice() {
        "正在公示，公示期满自动进入下一环节。"
    } else {
        "这一步由别的部门办理。"
    };
    Ok(ClaimPage {
        chrome,
        id: id.to_string(),
        title: rule.title.clone(),
        clause: rule.clause.clone(),
        summary: rule.summary.clone(),
        stage: claim.stage.label(),
        way: way(&dossier),
        reason: claim.reason.clone(),
        amount: amount(claim),
        facts: facts(&dossier, app.market.named(claim).await?.0),
        earnings: earnings.collect(),
        due,
        papers: held.iter().map(Paper::of).collect(),
        lacking,
        conflicts: dossier.conflicts.clone(),
        objections: objections
            .into_iter()
            .map(|said| {
                let contact = said.contact.unwrap_or_else(|| "没有留联系方式".to_owned());
                (said.text, format!("{}，{contact}", words::minute(said.created_at)))
            })
            .collect(),
        actions,
        idle,
        steps: timeline::steps(&log, &known, &reader),
        record: timeline::record(&log, &known),
        unconfirmed,
    })
}

/// `GET /desk/claims/{id}`
pub async fn claim(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ClaimId>,
    query: Query,
) -> Result<Response, Problem> {
    Ok(page(StatusCode::OK, &shown(&app, &visitor, &id, Some(&query), None).await?))
}

/// `GET /desk/claims/{id}/print`
pub async fn print(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ClaimId>,
) -> Result<Response, Problem> {
    let claim = shown(&app, &visitor, &id, None, None).await?;
    let printed = words::minute(app.market.now());
    Ok(page(StatusCode::OK, &DossierPage { claim, printed }))
}
