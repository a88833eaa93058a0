//! Saved searches of who is signed in.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{fields::FieldErrors, ids::SearchId, saved::SavedSearch},
    http::{
        App,
        api::search,
        body::{Id, JsonBody, Query},
        guard::Visitor,
        problem::Problem,
    },
};

/// A saved search.
#[derive(Serialize)]
pub struct SearchView {
    id: String,
    name: String,
    query: String,
    created_at: String,
}

impl From<SavedSearch> for SearchView {
    fn from(search: SavedSearch) -> SearchView {
        SearchView {
            id: search.id.to_string(),
            name: search.name,
            query: search.query,
            created_at: search.created_at.to_string(),
        }
    }
}

/// Saved searches.
#[derive(Serialize)]
pub struct SearchList {
    items: Vec<SearchView>,
}

/// `GET /searches`
pub async fn list(State(app): State<App>, visitor: Visitor) -> Result<Json<SearchList>, Problem> {
    let searches = app.market.searches(&visitor.actor()?).await?;
    Ok(Json(SearchList { items: searches.into_iter().map(SearchView::from).collect() }))
}

/// `POST /searches`
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    JsonBody(body): JsonBody,
) -> Result<Response, Problem> {
    let mut errors = FieldErrors::default();
    let mut text = |name: &'static str, label: &str| match body.get(name) {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => {
            errors.add(name, "missing", format!("请填写{label}"));
            String::new()
        }
        Some(_) => {
            errors.add(name, "type", format!("{label}应当是文字"));
            String::new()
        }
    };
    let (name, query) = (text("name", "名字"), text("query", "搜索（GET /jobs 的参数）"));
    if !errors.is_empty() {
        return Err(errors.into());
    }
    // A search that can't be asked is not worth keeping.
    search::read(&Query::parse(&query), app.market.now())?;
    let saved = app.market.save_search(&visitor.actor()?, &name, &query).await?;
    Ok((StatusCode::CREATED, Json(SearchView::from(saved))).into_response())
}

/// `DELETE /searches/{id}`
pub async fn forget(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<SearchId>,
) -> Result<StatusCode, Problem> {
    app.market.forget_search(&visitor.actor()?, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
