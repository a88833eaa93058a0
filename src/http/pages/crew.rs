//! A crew leader's pages: the members, and taking places for them.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Faults, Form, Sent},
    jobs, page, see_other,
};
use crate::{
    domain::{
        booking::BookingStatus,
        identity::Phone,
        ids::{AccountId, JobId, WorkerId},
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{CrewRequest, MarketError},
};

/// A member in the list.
pub struct MemberRow {
    /// The worker's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The phone, masked.
    pub phone: String,
    /// Whether the person agreed.
    pub joined: bool,
}

/// The crew.
#[derive(Template)]
#[template(path = "crew.html")]
pub struct CrewPage {
    /// The frame.
    pub chrome: Chrome,
    /// The members.
    pub rows: Vec<MemberRow>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

impl CrewPage {
    /// What is typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name)
    }

    /// What is wrong with a field.
    pub fn fault(&self, name: &str) -> Option<&str> {
        self.faults.at(name)
    }
}

/// The leader's members as rows.
pub async fn rows(app: &App, visitor: &Visitor) -> Result<Vec<MemberRow>, Problem> {
    let members = app.market.members(&visitor.actor()?).await?;
    let row = |member: &crate::market::Member| MemberRow {
        id: member.worker.id.to_string(),
        name: member.worker.person.name.clone(),
        phone: member.worker.person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        joined: member.joined,
    };
    Ok(members.iter().map(row).collect())
}

/// `GET /me/crew`
pub async fn crew(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let list = CrewPage {
        chrome: Chrome::new(&app, &visitor, "/me/crew").telling(&query),
        rows: rows(&app, &visitor).await?,
        values: Form::default(),
        faults: Faults::default(),
    };
    Ok(page(StatusCode::OK, &list))
}

/// `POST /me/crew`
pub async fn add_member(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let input = json!({
        "name": form.get("name"),
        "phone": form.plain("phone"),
        "agreed": form.get("agreed") == "yes",
    });
    match app.market.add_member(&visitor.actor()?, &input).await {
        Ok(member) => {
            app.settle().await;
            let said = if member.joined { "member_joined" } else { "member_asked" };
            Ok(see_other("/me/crew", said).into_response())
        }
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            faults.add_all(&errors, str::to_owned);
            let again = CrewPage {
                chrome: Chrome::new(&app, &visitor, "/me/crew"),
                rows: rows(&app, &visitor).await?,
                values: form,
                faults,
            };
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &again))
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /me/crew/{worker}/remove`
pub async fn remove_member(
    State(app): State<App>,
    visitor: Visitor,
    Id(worker): Id<WorkerId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    app.market.drop_member(&visitor.actor()?, &worker).await?;
    Ok(see_other("/me/crew", "member_removed").into_response())
}

/// `POST /me/crews/{account}`: the person agrees to go along with a leader, or not.
pub async fn answer_crew(
    State(app): State<App>,
    visitor: Visitor,
    Id(leader): Id<AccountId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let said = match form.get("step") {
        "join" => app.market.join_crew(&actor, &leader).await.map(|()| "crew_joined")?,
        "leave" => app.market.leave_crew(&actor, &leader).await.map(|()| "crew_left")?,
        _ => return Err(Problem::bad_request("没有这个操作")),
    };
    Ok(see_other("/me", said).into_response())
}

/// `POST /jobs/{id}/crew`
pub async fn book_crew(
    State(app): State<App>,
    visitor: Visitor,
    Id(job): Id<JobId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&["member"])?;
    let members = form.all("member").map(str::parse::<WorkerId>).collect::<Result<Vec<_>, _>>();
    let members = members.map_err(|_| Problem::bad_request("没有这个组员"))?;
    let shift = match form.get("shift") {
        "" => None,
        text => Some(text.parse().map_err(|_| Problem::bad_request("没有这个班次"))?),
    };
    let partial = form.get("partial") == "yes";
    let request = CrewRequest { members, partial, shift, idempotency_key: None };
    match app.market.book_crew(&visitor.actor()?, &job, &request).await {
        Ok(done) => {
            app.settle().await;
            let booked = done.bookings.iter().filter(|b| b.status == BookingStatus::Booked).count();
            let said = match booked {
                0 => "crew_waits",
                all if all == request.members.len() => "crew_booked",
                _ => "crew_partly",
            };
            Ok(see_other(&format!("/jobs/{job}"), said).into_response())
        }
        Err(error @ (MarketError::NoPlace(_) | MarketError::Invalid(_))) => {
            jobs::render(&app, &visitor, &job, None, Some(error.into())).await
        }
        Err(error) => Err(error.into()),
    }
}
