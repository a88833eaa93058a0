//! Public notice (公示): what hangs out, for everybody, and objections to it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Faults, Form, Sent, typed},
    page, see_other,
};
use crate::{
    domain::{account::Actor, ids::ClaimId},
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{MarketError, Notice},
};

/// A line of the notice.
pub struct OnNotice {
    /// The claim's id.
    pub id: String,
    /// The clause and the rule.
    pub title: String,
    /// Who is to be paid.
    pub payee: String,
    /// The person, masked.
    pub person: String,
    /// Village.
    pub village: String,
    /// Where the work is.
    pub place: String,
    /// `1000元`.
    pub amount: String,
    /// First and last day.
    pub days: String,
    /// Days left.
    pub left: String,
    /// Of the village or of the district.
    pub scope: &'static str,
}

/// The page.
#[derive(Template)]
#[template(path = "notices.html")]
pub struct NoticesPage {
    /// The frame.
    pub chrome: Chrome,
    /// The lines.
    pub rows: Vec<OnNotice>,
    /// For how long a notice hangs, and whether that is confirmed.
    pub length: Option<(u32, bool)>,
    /// The line to call.
    pub hotline: Option<String>,
}

/// The form for an objection.
#[derive(Template)]
#[template(path = "objection.html")]
pub struct ObjectionPage {
    /// The frame.
    pub chrome: Chrome,
    /// What it is about.
    pub row: OnNotice,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(ObjectionPage);

fn row(app: &App, notice: &Notice) -> OnNotice {
    let (from, to) = notice.days;
    let left = app.market.now().day().days_until(to).max(0);
    let amount = match (notice.amount(), notice.claim.range) {
        (Some(amount), _) => format!("{amount}元"),
        (None, Some((low, high))) => format!("{low}—{high}元"),
        (None, None) => String::new(),
    };
    OnNotice {
        id: notice.claim.id.to_string(),
        title: format!("（{}）{}", notice.rule.clause, notice.rule.title),
        payee: notice.payee.clone(),
        person: notice.person.clone().unwrap_or_default(),
        village: notice.village.clone().unwrap_or_default(),
        place: notice.place.clone().unwrap_or_default(),
        amount,
        days: format!("{from} 至 {to}"),
        left: format!("还剩{left}天"),
        scope: notice.claim.stage.label(),
    }
}

/// `GET /notices`
pub async fn notices(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let held = app.market.notices().await?;
    let list = NoticesPage {
        chrome: Chrome::new(&app, &visitor, "/notices").telling(&query),
        rows: held.iter().map(|notice| row(&app, notice)).collect(),
        length: held.first().map(|notice| notice.length),
        hotline: app.settings.hotline.clone(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// `GET /notices/{id}`
pub async fn notice(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ClaimId>,
) -> Result<Response, Problem> {
    let notice = app.market.notice(&id).await?;
    let form = ObjectionPage {
        chrome: Chrome::new(&app, &visitor, "/notices"),
        row: row(&app, &notice),
        values: Form::default(),
        faults: Faults::default(),
    };
    Ok(page(StatusCode::OK, &form))
}

/// `POST /notices/{id}/objections`
pub async fn object(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ClaimId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.account.clone().map_or(Actor::House, Actor::Account);
    let (text, contact) = (form.get("text").to_owned(), form.get("contact").to_owned());
    match app.market.object(&actor, &id, &text, &contact).await {
        Ok(_) => Ok(see_other("/notices", "objected").into_response()),
        Err(MarketError::Invalid(errors)) => {
            let notice = app.market.notice(&id).await?;
            let mut faults = Faults::default();
            faults.add_all(&errors, str::to_owned);
            let again = ObjectionPage {
                chrome: Chrome::new(&app, &visitor, "/notices"),
                row: row(&app, &notice),
                values: form,
                faults,
            };
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}
