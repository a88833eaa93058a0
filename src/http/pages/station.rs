//! What a station tells the people before its screens, written by its staff: the disclosure that it
//! owes by law, and its notices.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Time;

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Choice, Faults, Form, Sent, typed},
    page, see_other, words,
};
use crate::{
    domain::{
        bulletin::{Disclosure, Notice, NoticeKind},
        calendar::Day,
        ids::{NoticeId, StationId},
        limits,
        station::Station,
        time::{DAY, Moment},
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{MarketError, NewNotice},
};

/// The stations for which somebody may speak.
#[derive(Template)]
#[template(path = "stations.html")]
pub struct StationsPage {
    /// The frame.
    pub chrome: Chrome,
    /// The stations.
    pub stations: Vec<Station>,
}

/// A notice that stands.
pub struct NoticeRow {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub kind: &'static str,
    /// What it says.
    pub words: String,
    /// From when until when.
    pub span: String,
    /// Whether it is on the screens now.
    pub is_shown: bool,
}

/// One station's page.
#[derive(Template)]
#[template(path = "station.html")]
pub struct StationPage {
    /// The frame.
    pub chrome: Chrome,
    /// The station's id.
    pub id: String,
    /// The station's name.
    pub name: String,
    /// What is typed, in whichever form.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
    /// What notices are about.
    pub kinds: Vec<Choice>,
    /// The notices that stand, oldest first.
    pub rows: Vec<NoticeRow>,
    /// The most notices.
    pub most: usize,
}

typed!(StationPage);

fn row(notice: &Notice, now: Moment) -> NoticeRow {
    let last = notice.ends_at.plus(-1);
    NoticeRow {
        id: notice.id.to_string(),
        kind: notice.kind.label(),
        words: notice.words.clone(),
        span: format!("{} 至 {}", words::date(notice.starts_at), words::date(last)),
        is_shown: notice.starts_at <= now,
    }
}

/// `GET /desk/stations`: on to the only one, or a choice.
pub async fn stations(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    if let Some(own) = visitor.account.as_ref().and_then(|account| account.station.clone()) {
        return Ok(Redirect::to(&format!("/desk/stations/{own}")).into_response());
    }
    let list = StationsPage {
        chrome: Chrome::new(&app, &visitor, "/desk/stations"),
        stations: app.market.stations().await?,
    };
    Ok(page(StatusCode::OK, &list))
}

/// What stands, as the two forms show it.
fn values(told: Disclosure, now: Moment) -> Form {
    Form::of([
        ("operator", told.operator),
        ("licence", told.licence),
        ("services", told.services),
        ("charges", told.charges),
        ("supervisor", told.supervisor),
        ("supervisor_phone", told.supervisor_phone),
        ("complaint_phone", told.complaint_phone),
        ("kind", NoticeKind::Plain.word().to_owned()),
        ("starts_on", now.day().to_string()),
        ("ends_on", now.plus(7 * DAY).day().to_string()),
    ])
}

/// What came back from one of the forms.
struct Failed {
    form: Form,
    faults: Faults,
}

async fn render(
    app: &App,
    visitor: &Visitor,
    id: &StationId,
    query: Option<&Query>,
    failed: Option<Failed>,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let station = app.market.station_of(&actor, id).await?;
    let now = app.market.now();
    let bulletin = app.market.bulletin(id).await?;
    let mut chrome = Chrome::new(app, visitor, "/desk/stations");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let standing = values(bulletin.disclosure.unwrap_or_default(), now);
    let (status, values, faults) = match failed {
        Some(Failed { form, faults }) => {
            (StatusCode::UNPROCESSABLE_ENTITY, form.over(standing), faults)
        }
        None => (StatusCode::OK, standing, Faults::default()),
    };
    let chosen = values.get("kind");
    let kinds = NoticeKind::ALL.iter().map(|kind| Choice::of(kind.word(), kind.label(), chosen));
    let shown = StationPage {
        chrome,
        id: id.to_string(),
        name: station.name,
        kinds: kinds.collect(),
        values,
        faults,
        rows: bulletin.notices.iter().map(|notice| row(notice, now)).collect(),
        most: limits::NOTICES_MAX,
    };
    Ok(page(status, &shown))
}

/// `GET /desk/stations/{station}`
pub async fn station(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<StationId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), None).await
}

/// `POST /desk/stations/{station}`
pub async fn disclose(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<StationId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let told = Disclosure {
        operator: form.get("operator").to_owned(),
        licence: form.get("licence").to_owned(),
        services: form.get("services").to_owned(),
        charges: form.get("charges").to_owned(),
        supervisor: form.get("supervisor").to_owned(),
        supervisor_phone: form.plain("supervisor_phone"),
        complaint_phone: form.plain("complaint_phone"),
    };
    match app.market.disclose(&visitor.actor()?, &id, told).await {
        Ok(()) => {
            app.hub.inform().await;
            Ok(see_other(&format!("/desk/stations/{id}"), "disclosed").into_response())
        }
        Err(MarketError::Invalid(errors)) => {
            let mut faults = Faults::default();
            faults.add_all(&errors, str::to_owned);
            render(&app, &visitor, &id, None, Some(Failed { form, faults })).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The first moment of a day that is typed; what is none is noted at its field.
fn midnight(form: &Form, name: &str, faults: &mut Faults) -> Moment {
    let day = form.plain(name).parse::<Day>();
    match day {
        Ok(day) => Moment::from_shanghai(day.date().to_datetime(Time::midnight())),
        Err(_) => {
            faults.add(name, "日期写不对，例如 2026-12-01");
            Moment(0)
        }
    }
}

/// `POST /desk/stations/{station}/notices`
pub async fn put_up(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<StationId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut faults = Faults::default();
    let kind = form.get("kind").parse::<NoticeKind>();
    if kind.is_err() {
        faults.add("kind", "请选择是哪一类");
    }
    let new = NewNotice {
        kind: kind.unwrap_or(NoticeKind::Plain),
        words: form.get("words").to_owned(),
        starts_at: midnight(&form, "starts_on", &mut faults),
        // Through the whole of its last day.
        ends_at: midnight(&form, "ends_on", &mut faults).plus(DAY),
    };
    let actor = visitor.actor()?;
    if faults.is_empty() {
        match app.market.put_up(&actor, &id, new).await {
            Ok(_) => {
                app.hub.inform().await;
                return Ok(see_other(&format!("/desk/stations/{id}"), "put_up").into_response());
            }
            Err(MarketError::Invalid(errors)) => faults.add_all(&errors, str::to_owned),
            Err(error) => return Err(error.into()),
        }
    }
    render(&app, &visitor, &id, None, Some(Failed { form, faults })).await
}

/// `POST /desk/notices/{id}/withdraw`
pub async fn take_down(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<NoticeId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let station = app.market.withdraw_notice(&visitor.actor()?, &id).await?;
    app.hub.inform().await;
    Ok(see_other(&format!("/desk/stations/{station}"), "taken_down").into_response())
}
