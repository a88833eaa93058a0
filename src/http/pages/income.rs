//! Income from work (七): what the wage ledger says, what is declared beside it, the papers, and what
//! it gives. A person sees the own page, the station's staff those of whom they serve.

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
    claim_steps::yuan,
    dues::{OwnDue, dues_of, ground_of},
    input::{Choice, Faults, Form, Sent, Upload, typed},
    page,
    placement::Paper,
    see_other,
    worker::seeker,
};
use crate::{
    domain::{
        calendar::Day,
        evidence::About,
        fields::FieldErrors,
        identity::{Phone, mask_name},
        ids::{IncomeId, WorkerId},
        income::{Earning, IncomeKind, IncomeSource},
        money::Fen,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{Entitled, MarketError, NewClaim, county_name, papers_on_income},
};

/// One income, as shown.
pub struct EarningRow {
    /// The day it was paid.
    pub day: String,
    /// How much, yuan.
    pub amount: String,
    /// Where the work was.
    pub place: String,
    /// `工资`, `自主创业`.
    pub kind: &'static str,
    /// Who wrote it down.
    pub source: String,
    /// Why it does not count.
    pub note: Option<String>,
    /// The wage slip.
    pub href: Option<String>,
    /// Where it is taken back, where it was declared.
    pub void: Option<String>,
}

/// The page.
#[derive(Template)]
#[template(path = "income.html")]
pub struct IncomePage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether the reader is the person.
    pub own: bool,
    /// The person.
    pub title: String,
    /// The page's address.
    pub base: String,
    /// Where papers go.
    pub papers_to: String,
    /// Where claims go.
    pub claims_to: String,
    /// What it gives.
    pub dues: Vec<OwnDue>,
    /// This cycle and the last: their sums.
    pub sums: Vec<String>,
    /// The incomes, newest first.
    pub rows: Vec<EarningRow>,
    /// The papers about the person.
    pub papers: Vec<Paper>,
    /// Which papers there are to choose from.
    pub choices: Vec<Choice>,
    /// Kinds of income.
    pub kinds: Vec<Choice>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(IncomePage);

/// Whose income.
#[derive(Template)]
#[template(path = "incomes.html")]
pub struct IncomesPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(IncomesPage);

fn is_own(visitor: &Visitor, id: &WorkerId) -> bool {
    visitor.account.as_ref().is_some_and(|account| account.worker.as_ref() == Some(id))
}

/// The person's page as this reader reaches it.
fn base_of(visitor: &Visitor, id: &WorkerId) -> String {
    if is_own(visitor, id) { "/me/income".to_owned() } else { format!("/desk/workers/{id}/income") }
}

/// Why an income does not count, as far as its place goes.
fn outside(earned: &Earning, home: Option<&str>) -> Option<&'static str> {
    match (earned.division.as_deref(), home) {
        (None, _) => Some("岗位没写区县，不计入"),
        (Some(place), Some(home)) if place == home => Some("在户籍县（区）以内，不计入"),
        _ => None,
    }
}

/// `2025年10月1日到2026年9月30日`
fn span((from, to): (Day, Day)) -> String {
    let words = |day: Day| {
        let date = day.date();
        format!("{}年{}月{}日", date.year(), date.month(), date.day())
    };
    format!("{}到{}", words(from), words(to))
}

/// The cycle that holds today, and the one before.
fn cycles(held: &Entitled) -> Vec<(Day, Day)> {
    let before = |(from, _): (Day, Day)| {
        (from.month().earlier(12).first_day(), from.month().earlier(1).last_day())
    };
    held.cycle.into_iter().flat_map(|cycle| [cycle, before(cycle)]).collect()
}

fn sums(held: &Entitled) -> Vec<String> {
    let home = held.home.as_deref();
    let sum = |cycle: (Day, Day)| {
        let within = |earned: &&Earning| (cycle.0..=cycle.1).contains(&earned.day);
        let own = || held.earnings.iter().filter(within);
        let all: Fen = own().map(|earned| earned.amount).sum();
        let counted: Fen =
            own().filter(|e| outside(e, home).is_none()).map(|earned| earned.amount).sum();
        format!("{}：一共登记了{all}元，其中外出务工{counted}元", span(cycle))
    };
    cycles(held).into_iter().map(sum).collect()
}

/// As shown; `own` to the person, who has the slip.
pub fn row(earned: &Earning, own: bool, home: Option<&str>) -> EarningRow {
    let (source, href, void) = match &earned.source {
        IncomeSource::Ledger(wage, _) => {
            let href = own.then(|| format!("/me/wages/{wage}"));
            ("工资台账", href, None)
        }
        IncomeSource::Declared(id) => ("申报", None, Some(format!("/incomes/{id}/void"))),
    };
    EarningRow {
        day: earned.day.to_string(),
        amount: earned.amount.to_string(),
        place: earned.division.as_deref().map_or_else(|| "没写".to_owned(), county_name),
        kind: earned.kind.label(),
        source: source.to_owned(),
        note: outside(earned, home).map(str::to_owned),
        href,
        void,
    }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
    query: Option<&Query>,
    values: Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let held = app.market.entitlements(&visitor.actor()?, id).await?;
    let evidence = app.market.store.read().await?.evidence_on(id).await?;
    let own = is_own(visitor, id);
    let (mut dues, _) = dues_of(&held, app.market.now().day());
    dues.retain(|due| due.placement.is_none());
    let base = base_of(visitor, id);
    let (papers_to, claims_to) = if own {
        ("/me/income/evidence".to_owned(), "/me/claims".to_owned())
    } else {
        (format!("/desk/workers/{id}/evidence"), format!("/desk/workers/{id}/claims"))
    };
    let mut chrome = Chrome::new(app, visitor, if own { "/me" } else { "/desk/incomes" });
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let chosen = |name: &str, default: &str| match values.get(name) {
        "" => default.to_owned(),
        typed => typed.to_owned(),
    };
    let (kind, paper) = (chosen("kind", IncomeKind::Wage.word()), chosen("paper", ""));
    let home = held.home.as_deref();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = IncomePage {
        chrome,
        own,
        title: mask_name(&held.worker.person.name),
        base,
        papers_to,
        claims_to,
        dues,
        sums: sums(&held),
        rows: held.earnings.iter().rev().map(|earned| row(earned, own, home)).collect(),
        papers: evidence.iter().map(Paper::of).collect(),
        choices: papers_on_income()?.iter().map(|p| Choice::of(*p, *p, &paper)).collect(),
        kinds: IncomeKind::ALL.iter().map(|k| Choice::of(k.word(), k.label(), &kind)).collect(),
        values,
        faults,
    };
    Ok(page(status, &shown))
}

/// The worker whose own pages these are.
fn own_id(visitor: &Visitor) -> Result<WorkerId, Problem> {
    seeker(visitor)?.worker.clone().ok_or_else(Problem::not_found)
}

/// `GET /me/income`
pub async fn own_income(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    match seeker(&visitor)?.worker.clone() {
        Some(id) => {
            render(&app, &visitor, &id, Some(&query), Form::default(), Faults::default()).await
        }
        None => Ok(see_other("/me", "register_first").into_response()),
    }
}

/// `GET /desk/workers/{id}/income`
pub async fn income(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), Form::default(), Faults::default()).await
}

/// The intake's input; the amount is typed in yuan.
fn read(form: &Form, faults: &mut Faults) -> Map<String, Value> {
    let mut map = Map::new();
    for (field, name) in [("date", "date"), ("division", "division"), ("kind", "kind")] {
        let text = form.plain(field);
        if !text.is_empty() {
            map.insert(name.to_owned(), json!(text));
        }
    }
    match yuan(&form.plain("amount")) {
        Ok(Some(amount)) => {
            map.insert("amount_fen".to_owned(), json!(amount.0));
        }
        Ok(None) => {}
        Err(errors) => faults.add_all(&errors, |_| "amount".to_owned()),
    }
    map
}

async fn declared(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
    form: Form,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut faults = Faults::default();
    let input = Value::Object(read(&form, &mut faults));
    if !faults.is_empty() {
        return render(app, visitor, id, None, form, faults).await;
    }
    match app.market.declare_income(&visitor.actor()?, id, &input).await {
        Ok(_) => Ok(see_other(&base_of(visitor, id), "income_declared").into_response()),
        Err(MarketError::Invalid(errors)) => {
            let field = |path: &str| if path == "amount_fen" { "amount" } else { path }.to_owned();
            faults.add_all(&errors, field);
            render(app, visitor, id, None, form, faults).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/income`
pub async fn declare_own(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    declared(&app, &visitor, &own_id(&visitor)?, form).await
}

/// `POST /desk/workers/{id}/income`
pub async fn declare(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    declared(&app, &visitor, &id, form).await
}

async fn added(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
    upload: Upload,
) -> Result<Response, Problem> {
    let paper = upload.form.get("paper").to_owned();
    let about = About::Worker(id.clone());
    let done = app.market.add_evidence(&visitor.actor()?, about, &paper, &upload.file).await;
    let mut faults = Faults::default();
    match done {
        Ok(_) => return Ok(see_other(&base_of(visitor, id), "paper_added").into_response()),
        Err(error @ MarketError::NotEvidence(_)) => faults.add("file", Problem::from(error).title),
        Err(MarketError::Invalid(errors)) => faults.add_all(&errors, str::to_owned),
        Err(error) => return Err(error.into()),
    }
    render(app, visitor, id, None, upload.form, faults).await
}

/// `POST /me/income/evidence`
pub async fn add_own_paper(
    State(app): State<App>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, Problem> {
    added(&app, &visitor, &own_id(&visitor)?, upload).await
}

/// `POST /desk/workers/{id}/evidence`
pub async fn add_paper(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    upload: Upload,
) -> Result<Response, Problem> {
    added(&app, &visitor, &id, upload).await
}

/// `POST /incomes/{id}/void`
pub async fn void_income(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<IncomeId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let income = app.market.void_income(&visitor.actor()?, &id).await?;
    Ok(see_other(&base_of(&visitor, &income.worker), "income_voided").into_response())
}

/// `POST /desk/workers/{id}/claims`: files for the person and opens the claim.
pub async fn claim_for_person(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let ground = ground_of(&form, id, app.market.now().day())?;
    let new = NewClaim { rule: form.plain("rule"), ground, demo: false };
    let claim = app.market.file_claim(&visitor.actor()?, &new).await?;
    Ok(see_other(&format!("/desk/claims/{}", claim.id), "claim_filed").into_response())
}

/// `GET /desk/incomes`: whose income?
pub async fn incomes(State(app): State<App>, visitor: Visitor) -> Response {
    let chrome = Chrome::new(&app, &visitor, "/desk/incomes");
    let (values, faults) = (Form::default(), Faults::default());
    page(StatusCode::OK, &IncomesPage { chrome, values, faults })
}

/// `POST /desk/incomes`: on to the person's page.
pub async fn find_income(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut errors = FieldErrors::default();
    match form.plain("phone").parse::<Phone>() {
        Ok(phone) => {
            let (actor, name) = (visitor.actor()?, form.get("name").trim());
            match app.market.worker_by_phone(&actor, &phone, name).await {
                Ok(id) => {
                    let path = format!("/desk/workers/{id}/income");
                    return Ok(axum::response::Redirect::to(&path).into_response());
                }
                Err(MarketError::NotFound) => {
                    let told = "本站没有这个手机号和姓名的登记，请对照一下";
                    errors.add("name", "unknown", told);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(_) => errors.add("phone", "format", "手机号不对，应当是11位数字"),
    }
    let mut faults = Faults::default();
    faults.add_all(&errors, str::to_owned);
    let chrome = Chrome::new(&app, &visitor, "/desk/incomes");
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &IncomesPage { chrome, values: form, faults }))
}
