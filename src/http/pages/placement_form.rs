//! The form of a placement.

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
    input::{Choice, Faults, Form, Sent, typed},
    page, see_other,
};
use crate::{
    domain::{account::Role, ids::BookingId, org::EmployerKind},
    http::{body::Query, problem::Problem},
    market::MarketError,
};

/// The form.
#[derive(Template)]
#[template(path = "placement_form.html")]
pub struct PlacementFormPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
    /// Kinds of employers.
    pub kinds: Vec<Choice>,
    /// The gig that it comes from, in words.
    pub gig: Option<String>,
    /// Whether the form asks who organised it.
    pub asks_organiser: bool,
}

typed!(PlacementFormPage);

async fn form_page(
    app: &App,
    visitor: &Visitor,
    values: Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let chosen = match values.get("employer_kind") {
        "" => EmployerKind::Enterprise.word().to_owned(),
        kind => kind.to_owned(),
    };
    let kinds = EmployerKind::ALL.iter().filter(|kind| **kind != EmployerKind::Individual);
    let kinds = kinds.map(|kind| Choice::of(kind.word(), kind.label(), &chosen)).collect();
    let gig = match values.get("booking_id").parse::<BookingId>() {
        Ok(id) => {
            let mut view = app.market.store.read().await?;
            match view.booking(&id).await? {
                Some(held) => view.posting(&held.job).await?.map(|posting| {
                    let terms = posting.terms;
                    format!("{}（{}）", terms.title, terms.employer.name)
                }),
                None => None,
            }
        }
        Err(_) => None,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let is_broker = visitor.account.as_ref().is_some_and(|a| a.role == Role::Broker);
    let form = PlacementFormPage {
        chrome: Chrome::new(app, visitor, "/desk/placements"),
        values,
        faults,
        kinds,
        gig,
        asks_organiser: !is_broker,
    };
    Ok(page(status, &form))
}

/// `GET /desk/placements/new`; `?booking=` makes it of a gig.
pub async fn new_placement(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let booking = query.get("booking").unwrap_or_default().to_owned();
    let values = Form::of([("booking_id", booking)]);
    form_page(&app, &visitor, values, Faults::default()).await
}

fn read(form: &Form) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, text: String| {
        if !text.is_empty() {
            map.insert(name.to_owned(), json!(text));
        }
    };
    for name in ["booking_id", "name", "phone", "division", "hukou", "organiser"] {
        put(name, form.plain(name));
    }
    for name in ["start", "contract_signed"] {
        put(name, form.plain(name));
    }
    let mut employer = Map::new();
    for (field, name) in [("employer_name", "name"), ("employer_uscc", "uscc")] {
        if !form.get(field).trim().is_empty() {
            employer.insert(name.to_owned(), json!(form.get(field)));
        }
    }
    if !employer.is_empty() || map.get("booking_id").is_none() {
        employer.insert("kind".to_owned(), json!(form.get("employer_kind")));
        map.insert("employer".to_owned(), Value::Object(employer));
    }
    map
}

/// The form's field for a path of the input.
fn field_of(path: &str) -> String {
    path.replace('.', "_")
}

/// `POST /desk/placements`
pub async fn create_placement(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let input = Value::Object(read(&form));
    match app.market.place(&visitor.actor()?, &input, false).await {
        Ok(placement) => {
            let path = format!("/desk/placements/{}", placement.id);
            Ok(see_other(&path, "placed").into_response())
        }
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            faults.add_all(&errors, field_of);
            form_page(&app, &visitor, form, faults).await
        }
        Err(MarketError::Duplicate { .. }) => {
            let mut faults = Faults::default();
            faults.add("start", "这个人在这家单位的这段就业已经登记过了");
            form_page(&app, &visitor, form, faults).await
        }
        Err(error) => Err(error.into()),
    }
}
