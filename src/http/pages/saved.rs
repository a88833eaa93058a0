//! Saved searches on the list of postings: kept, offered and forgotten.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{App, Visitor, input::Sent, jobs::address, see_other};
use crate::{
    domain::{ids::SearchId, limits, wage::Settlement},
    http::{
        api::search,
        body::{Id, Query},
        problem::Problem,
    },
};

/// `POST /searches`
pub async fn save_search(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let query = Query::parse(form.get("query"));
    search::read(&query, app.market.now())?;
    let asked = query_string(&query);
    app.market.save_search(&visitor.actor()?, form.get("name"), &asked).await?;
    Ok(Redirect::to(&address(&query, &[("said", "search_saved")])).into_response())
}

/// `POST /searches/{id}/forget`
pub async fn forget_search(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<SearchId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    app.market.forget_search(&visitor.actor()?, &id).await?;
    Ok(see_other("/jobs", "search_forgotten").into_response())
}

/// A saved search in the list.
pub struct SavedChip {
    /// Its id.
    pub id: String,
    /// The list that it asks for.
    pub href: String,
    /// Its name.
    pub text: String,
}

/// The query string of the list as it stands.
fn query_string(query: &Query) -> String {
    let to = address(query, &[]);
    to.split_once('?').map_or_else(String::new, |(_, asked)| asked.to_owned())
}

/// What the visitor saved, and this search with a name where it can be saved.
pub(super) async fn of(
    app: &App,
    visitor: &Visitor,
    query: &Query,
) -> Result<(Vec<SavedChip>, Option<(String, String)>), Problem> {
    let Ok(actor) = visitor.actor() else {
        return Ok((Vec::new(), None));
    };
    let held = app.market.searches(&actor).await?;
    let asked = query_string(query);
    let is_new = !asked.is_empty() && held.iter().all(|search| search.query != asked);
    let chips = held.into_iter().map(|search| SavedChip {
        id: search.id.to_string(),
        href: format!("/jobs?{}", search.query),
        text: search.name,
    });
    Ok((chips.collect(), is_new.then(|| (name_of(query), asked))))
}

/// What a search is called: its words and what else is chosen.
fn name_of(query: &Query) -> String {
    let settled = query.get("settlement").and_then(|word| word.parse::<Settlement>().ok());
    let said = [query.get("q"), settled.map(Settlement::label), query.get("skill")];
    let said: Vec<&str> = said.into_iter().flatten().collect();
    let name = if said.is_empty() { "在招岗位".to_owned() } else { said.join(" ") };
    name.chars().take(limits::SAVED_NAME_CHARS.1).collect()
}
