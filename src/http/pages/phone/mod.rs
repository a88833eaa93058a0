//! The phone's pages (手机页), opened by scanning a code at a station: find work, say who one is,
//! book, give up. They work without scripts and on slow networks.

mod door;
mod person;

use askama::Template;
use axum::{
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
#[cfg(test)]
pub use door::{OwnShift, PhoneDoor};
pub use door::{at_door, pass_door};
#[cfg(test)]
pub use person::{PhoneIn, PhoneJoin, PhoneMy};
pub use person::{cancel, door, enter, join, leave, my, read_message, register};

use super::{
    App, Visitor,
    facts::{self, Fact, Reader},
    input::Sent,
    jobs::{self, Booking, Chip, JobCard},
    page, words,
};
use crate::{
    domain::{
        fields::FieldErrors,
        identity::mask_name,
        ids::{JobId, StationId, WorkerId},
        station::Station,
        time::{DAY, Moment},
    },
    http::{
        api::search,
        assets,
        body::{Id, Query},
        problem::Problem,
        qr,
    },
    market::{BookingRequest, MarketError},
};

/// The frame of a phone's page.
pub struct Frame {
    /// Of the static files.
    pub version: &'static str,
    /// Whether the data is made up.
    pub demo: bool,
    /// The station's id, where one is known.
    pub station: String,
    /// The masked name of whoever is signed in.
    pub who: Option<String>,
    /// What was just done, or stands in the way: `done`, `warn` or `stop`, and the words.
    pub message: Option<(&'static str, String)>,
    /// For this visitor's forms.
    pub csrf: String,
}

impl Frame {
    async fn new(app: &App, visitor: &Visitor, station: &str) -> Result<Frame, Problem> {
        let worker = visitor.account.as_ref().and_then(|account| account.worker.clone());
        let who = match worker {
            Some(worker) => app.market.store.read().await?.worker(&worker).await?,
            None => None,
        };
        Ok(Frame {
            version: assets::version(),
            demo: app.settings.demo,
            station: station.to_owned(),
            who: who.map(|worker| mask_name(&worker.person.name)),
            message: None,
            csrf: visitor.csrf(),
        })
    }

    /// With the message that the address carries, if any.
    fn telling(mut self, query: &Query) -> Frame {
        let told = query.get("said").and_then(super::chrome::said);
        self.message = told.map(|(kind, text)| (kind, text.to_owned())).or(self.message);
        self
    }

    /// Where 找活 leads.
    pub fn home(&self) -> String {
        if self.station.is_empty() { "/jobs".to_owned() } else { format!("/m/{}", self.station) }
    }
}

/// A station's openings.
#[derive(Template)]
#[template(path = "phone_home.html")]
pub struct PhoneHome {
    /// The frame.
    pub frame: Frame,
    /// The station's name.
    pub name: String,
    /// What was asked.
    pub q: String,
    /// Days and pay to choose from.
    pub chips: Vec<Chip>,
    /// The postings.
    pub cards: Vec<JobCard>,
    /// How many there are on all pages.
    pub total: u64,
    /// The next page.
    pub next: Option<String>,
}

/// A word for the filter, and what it asks the search.
fn filter(word: &str, now: Moment) -> Vec<(&'static str, String)> {
    let midnight = Moment::from_shanghai(now.day().date().into());
    let day = |ahead: i64| {
        let from = midnight.plus(ahead * DAY);
        vec![("from", from.to_string()), ("to", from.plus(DAY).to_string())]
    };
    match word {
        "today" => day(0),
        "tomorrow" => day(1),
        "daily" => vec![("settlement", "daily".to_owned())],
        _ => Vec::new(),
    }
}

const FILTERS: [(&str, &str); 4] =
    [("", "都看"), ("today", "今天"), ("tomorrow", "明天"), ("daily", "日结")];

fn asked(station: &Station, query: &Query, now: Moment) -> Query {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("station", station.id.as_str());
    pairs.append_pair("lat", &station.point.lat().to_string());
    pairs.append_pair("lon", &station.point.lon().to_string());
    let sort = if query.get("q").is_some() { "match" } else { "nearest" };
    pairs.append_pair("sort", sort);
    for name in ["q", "cursor"] {
        if let Some(value) = query.get(name) {
            pairs.append_pair(name, value);
        }
    }
    for (name, value) in filter(query.get("show").unwrap_or_default(), now) {
        pairs.append_pair(name, &value);
    }
    Query::parse(&pairs.finish())
}

/// `GET /m/{station}`
pub async fn home(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<StationId>,
    query: Query,
) -> Result<Response, Problem> {
    let station = app.market.station(&id).await?;
    let now = app.market.now();
    let found = search::find(&app, &asked(&station, &query, now)).await?;
    let (q, show) = (query.get("q").unwrap_or_default(), query.get("show").unwrap_or_default());
    let address = |show: &str, cursor: Option<String>| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", q), ("show", show), ("cursor", cursor.as_deref().unwrap_or(""))]
        {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        format!("/m/{id}?{}", pairs.finish())
    };
    let cards = found.jobs.iter().map(|(hit, posting)| {
        let href = format!("/m/{id}/{}", posting.id);
        JobCard { href, ..JobCard::of(hit, posting, now) }
    });
    let home = PhoneHome {
        frame: Frame::new(&app, &visitor, id.as_str()).await?.telling(&query),
        name: station.name,
        q: q.to_owned(),
        chips: FILTERS
            .iter()
            .map(|&(word, text)| Chip {
                href: address(word, None),
                text: text.to_owned(),
                on: word == show,
            })
            .collect(),
        cards: cards.collect(),
        total: found.page.total,
        next: found.page.next.map(|cursor| address(show, Some(cursor.to_string()))),
    };
    Ok(page(StatusCode::OK, &home))
}

/// `GET /m/{station}/qr.svg`: leads a phone to the station's openings.
pub async fn code(State(app): State<App>, Id(id): Id<StationId>, headers: HeaderMap) -> Response {
    qr::picture(&qr::address(&app, &headers, &format!("/m/{id}")))
}

/// `GET /m/{station}/{id}/qr.svg`: leads a phone to the posting.
pub async fn job_code(State(app): State<App>, at: At, headers: HeaderMap) -> Response {
    let At(station, id) = at;
    qr::picture(&qr::address(&app, &headers, &format!("/m/{station}/{id}")))
}

/// One posting.
#[derive(Template)]
#[template(path = "phone_job.html")]
pub struct PhoneJob {
    /// The frame.
    pub frame: Frame,
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// `220元/天`.
    pub wage: String,
    /// When it starts, as people say it.
    pub start: String,
    /// Everything.
    pub facts: Vec<Fact>,
    /// How to book.
    pub booking: Booking,
}

/// Station and posting of an address.
pub struct At(StationId, JobId);

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = Problem;
    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<At, Problem> {
        let Path((station, id)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found())?;
        let station = station.parse().map_err(|_| Problem::not_found())?;
        Ok(At(station, id.parse().map_err(|_| Problem::not_found())?))
    }
}

async fn show(
    app: &App,
    visitor: &Visitor,
    At(station, id): &At,
    fault: Option<Problem>,
) -> Result<Response, Problem> {
    let posting = app.market.posting(visitor.actor().ok().as_ref(), id).await?;
    let now = app.market.now();
    let mut frame = Frame::new(app, visitor, station.as_str()).await?;
    let mut status = StatusCode::OK;
    if let Some(problem) = fault {
        status = problem.status;
        frame.message = Some(("stop", problem.title));
    }
    let chain = app.market.chain(&posting).await?;
    let job = PhoneJob {
        frame,
        id: posting.id.to_string(),
        title: posting.terms.title.clone(),
        wage: posting.terms.wage.to_string(),
        start: words::start(&posting, now),
        facts: facts::facts(&posting, &chain, &[], Reader::Anyone),
        booking: match jobs::booking(&posting, visitor, now) {
            Booking::SignIn(_) | Booking::Register => {
                Booking::SignIn(format!("/my/in?at={station}&next=/m/{station}/{id}"))
            }
            other => other,
        },
    };
    Ok(page(status, &job))
}

/// `GET /m/{station}/{id}`
pub async fn opening(
    State(app): State<App>,
    visitor: Visitor,
    at: At,
) -> Result<Response, Problem> {
    show(&app, &visitor, &at, None).await
}

fn see_other(path: &str, at: &str, said: &str) -> Response {
    Redirect::to(&format!("{path}?at={at}&said={said}")).into_response()
}

/// The worker whom this visitor is.
fn seeker(visitor: &Visitor) -> Option<WorkerId> {
    visitor.account.as_ref()?.worker.clone()
}

/// `POST /m/{station}/{id}/book`
pub async fn book(
    State(app): State<App>,
    visitor: Visitor,
    at: At,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let At(station, id) = &at;
    let Some(worker) = seeker(&visitor) else {
        let next = format!("/my/in?at={station}&next=/m/{station}/{id}");
        return Ok(Redirect::to(&next).into_response());
    };
    let shift = match form.get("shift") {
        "" => Ok(None),
        text => text.parse().map(Some),
    };
    let done = match shift {
        Ok(shift) => {
            let request = BookingRequest { worker, shift, idempotency_key: None };
            app.market.book(&visitor.actor()?, id, &request).await
        }
        Err(_) => Err(FieldErrors::one("shift", "unknown", "没有这个班次").into()),
    };
    match done {
        Ok(done) => {
            app.settle().await;
            Ok(see_other("/my", station.as_str(), done.booking.status.word()))
        }
        Err(error @ (MarketError::NoPlace(_) | MarketError::Invalid(_))) => {
            show(&app, &visitor, &at, Some(error.into())).await
        }
        Err(error) => Err(error.into()),
    }
}
