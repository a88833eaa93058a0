//! What falls due, what is set aside, what was paid; the same under another policy file; and whom
//! entities have absorbed.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    claim_steps::yuan,
    input::{Choice, Faults, Form, Sent, Upload, typed},
    page, see_other,
};
use crate::{
    domain::{account::Role, claim::Budget, fields::FieldErrors},
    http::{body::Query, problem::Problem},
    market::{Ground, HORIZONS, Line, MarketError, NewClaim, Reach, Sum, Verb, plain, reach},
    policy::{Policy, Status},
};

/// A rule's line.
pub struct ForecastRow {
    /// The clause and title.
    pub title: String,
    /// Due now.
    pub now: String,
    /// Within each horizon.
    pub within: Vec<String>,
    /// Set aside.
    pub budget: String,
    /// Paid.
    pub paid: String,
    /// Whether more was paid and is due within the longest horizon than is set aside.
    pub is_over: bool,
}

/// What newly falls due in a town by one rule.
pub struct TownRow {
    /// The town.
    pub town: String,
    /// The clause and title.
    pub title: String,
    /// Within each horizon.
    pub within: Vec<String>,
}

/// One policy's forecast.
pub struct Forecast {
    /// The policy's title.
    pub title: String,
    /// Its lines.
    pub rows: Vec<ForecastRow>,
    /// The same by town.
    pub towns: Vec<TownRow>,
}

/// The page.
#[derive(Template)]
#[template(path = "forecast.html")]
pub struct ForecastPage {
    /// The frame.
    pub chrome: Chrome,
    /// The horizons, days.
    pub horizons: Vec<u32>,
    /// The policy in force, and another where one was uploaded.
    pub forecasts: Vec<Forecast>,
    /// The rules that can have a budget.
    pub rules: Vec<Choice>,
    /// The calendar year of budgets.
    pub year: i16,
    /// Whether the reader sets budgets.
    pub budgets: bool,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(ForecastPage);

fn sum(sum: &Sum) -> String {
    match sum {
        Sum { count: 0, .. } => "—".to_owned(),
        Sum { count, low, high } if low == high => format!("{count}笔 {low}元"),
        Sum { count, low, high } => format!("{count}笔 {low}—{high}元"),
    }
}

fn titled(line: &Line) -> String {
    format!("（{}）{}", line.clause, line.title)
}

fn row(line: &Line) -> ForecastRow {
    let most = line.paid + line.now.high + line.within[HORIZONS.len() - 1].high;
    ForecastRow {
        title: titled(line),
        now: sum(&line.now),
        within: line.within.iter().map(sum).collect(),
        budget: line.budget.map_or_else(|| "没有登记".to_owned(), |budget| format!("{budget}元")),
        paid: format!("{}元", line.paid),
        is_over: line.budget.is_some_and(|budget| most > budget),
    }
}

fn forecast_of(title: String, lines: &[Line]) -> Forecast {
    let mut towns: Vec<TownRow> = Vec::new();
    for line in lines {
        let title = titled(line);
        towns.extend(line.towns.iter().map(|(town, sums)| TownRow {
            town: town.clone(),
            title: title.clone(),
            within: sums.iter().map(sum).collect(),
        }));
    }
    // Stable: within a town the rules stay in the plan's order.
    towns.sort_by(|a, b| a.town.cmp(&b.town));
    Forecast { title, rows: lines.iter().map(row).collect(), towns }
}

async fn render(
    app: &App,
    visitor: &Visitor,
    query: Option<&Query>,
    other: Option<&Policy>,
    (values, faults): (Form, Faults),
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let held = app.market.forecast(&actor, None).await?;
    let mut forecasts = vec![forecast_of("现行方案".to_owned(), &held)];
    if let Some(other) = other {
        let lines = app.market.forecast(&actor, Some(other)).await?;
        let title = format!("假如按：{}（{}）", other.title, other.id);
        forecasts.push(forecast_of(title, &lines));
    }
    let role = visitor.account.as_ref().map(|account| account.role);
    let mut chrome = Chrome::new(app, visitor, "/desk/forecast");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let chosen = values.get("rule").to_owned();
    let rules = held.iter().map(|line| Choice::of(&line.rule, titled(line), &chosen)).collect();
    let shown = ForecastPage {
        chrome,
        rules,
        horizons: HORIZONS.to_vec(),
        forecasts,
        year: app.market.now().day().year(),
        budgets: role.is_some_and(|role| reach(role, Verb::PayClaim) != Reach::Nothing),
        values,
        faults,
    };
    let sound = shown.faults.is_empty();
    let status = if sound { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &shown))
}

/// `GET /desk/forecast`
pub async fn forecast(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, Some(&query), None, Default::default()).await
}

/// `POST /desk/forecast`: the same placements under the uploaded policy file.
pub async fn what_if(
    State(app): State<App>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, Problem> {
    let text = String::from_utf8(upload.file);
    let parsed = text.ok().map(|text| Policy::parse(&text));
    let message = match parsed {
        Some(Ok(policy)) => {
            return render(&app, &visitor, None, Some(&policy), Default::default()).await;
        }
        Some(Err(error)) => {
            let first = error.0.first();
            first.map_or_else(String::new, |f| format!("政策文件第{}行：{}", f.line, f.message))
        }
        None => "政策文件不是UTF-8文字".to_owned(),
    };
    let mut faults = Faults::default();
    faults.add("file", message);
    render(&app, &visitor, None, None, (upload.form, faults)).await
}

/// `POST /desk/budgets`
pub async fn set_budget(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let missing = || FieldErrors::one("amount", "missing", "请填写金额");
    let amount = yuan(&form.plain("amount")).and_then(|amount| amount.ok_or_else(missing));
    let set = match amount {
        Ok(amount) => {
            let (rule, year) = (form.plain("rule"), app.market.now().day().year());
            let budget = Budget { rule, year, amount };
            app.market.set_budget(&visitor.actor()?, &budget).await
        }
        Err(errors) => Err(errors.into()),
    };
    match set {
        Ok(()) => Ok(see_other("/desk/forecast", "saved").into_response()),
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            let field = |path: &str| if path == "amount_fen" { "amount" } else { path }.to_owned();
            faults.add_all(&errors, field);
            render(&app, &visitor, None, None, (form, faults)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// An entity's line.
pub struct AbsorbedRow {
    /// Its key.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// Relocated people.
    pub relocated: u32,
    /// Of those, listed ones.
    pub listed: u32,
    /// `21.05%`.
    pub share: String,
    /// Said where the share is near its bound.
    pub alert: Option<String>,
    /// What it means.
    pub words: Vec<String>,
    /// The rules that can be claimed: id and title.
    pub claimable: Vec<(String, String)>,
}

/// The page.
#[derive(Template)]
#[template(path = "absorption.html")]
pub struct AbsorptionPage {
    /// The frame.
    pub chrome: Chrome,
    /// The lines.
    pub rows: Vec<AbsorbedRow>,
}

/// Hundredths of a per cent around the bound within which the page warns.
const NEAR_BP: u32 = 300;
/// `GET /desk/absorption`
pub async fn absorption(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let (actor, today) = (visitor.actor()?, app.market.now().day());
    let held = app.market.absorbed(&actor).await?;
    // A broker files for itself alone; the station's staff for everybody.
    let role = visitor.account.as_ref().map(|account| account.role);
    let own = app.market.own_entity(&actor).await?;
    let files = |entity: &String| role != Some(Role::Broker) || own.as_ref() == Some(entity);
    let row = |absorbed: &crate::market::Absorbed| {
        let share = absorbed.share_bp();
        let rules = absorbed.dues.iter().filter_map(|due| due.policy.rule(&due.row.rule));
        let bound = rules.filter_map(|rule| rule.conditions.ratio_bp).next();
        let near = bound.zip(share).filter(|(bound, share)| share.abs_diff(*bound) <= NEAR_BP);
        let alert = near.map(|(bound, share)| {
            let percent = bound / 100;
            if share < bound {
                // Listed people among those who are there that the bound asks for.
                let more = (absorbed.relocated * bound).div_ceil(10_000) - absorbed.listed;
                format!("接近{percent}%：现有移民中再有{more}名脱贫人口或监测对象就达到")
            } else {
                format!("刚过{percent}%：有人离岗就可能达不到")
            }
        });
        let relevant = |due: &&crate::market::Due| due.row.status != Status::Ineligible;
        let dues = || absorbed.dues.iter().filter(relevant);
        let title = |due: &crate::market::Due| {
            due.policy.rule(&due.row.rule).map_or_else(String::new, |rule| rule.title.clone())
        };
        AbsorbedRow {
            entity: absorbed.entity.clone(),
            name: absorbed.name.clone(),
            relocated: absorbed.relocated,
            listed: absorbed.listed,
            share: share.map_or_else(
                || "—".to_owned(),
                |share| format!("{}.{:02}%", share / 100, share % 100),
            ),
            alert,
            words: dues().map(|due| format!("{}：{}", title(due), plain(due, today))).collect(),
            claimable: dues()
                .filter(|due| due.row.status == Status::Eligible && files(&absorbed.entity))
                .map(|due| (due.row.rule.clone(), title(due)))
                .collect(),
        }
    };
    let shown = AbsorptionPage {
        chrome: Chrome::new(&app, &visitor, "/desk/absorption").telling(&query),
        rows: held.iter().map(row).collect(),
    };
    Ok(page(StatusCode::OK, &shown))
}

/// `POST /desk/absorption/claims`
pub async fn file_absorption(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let ground = Ground::Roster(form.get("entity").to_owned());
    let new = NewClaim { rule: form.plain("rule"), ground, demo: false };
    let claim = app.market.file_claim(&visitor.actor()?, &new).await?;
    Ok(see_other(&format!("/desk/claims/{}", claim.id), "claim_filed").into_response())
}
