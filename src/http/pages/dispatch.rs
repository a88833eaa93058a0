//! Dispatch at the desk: who is here, the proposal with its reasons, what staff change, and what
//! became of it.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Choice, Form, Sent, plain},
    page,
    sheet::{Group, Person, Row, Sheet, called, person, quality},
};
use crate::{
    domain::{
        account::Role,
        booking::BookingStatus,
        calendar::Day,
        ids::{JobId, StationId, WorkerId},
        limits::CREW_MAX,
        worker::Present,
    },
    http::{api::dispatch::planned, body::Query, problem::Problem, proposal::Wishes},
    market::{Assignment, Attendee, Who},
};

/// People not yet noted as present who are listed at once.
const ABSENT_MAX: usize = 24;

/// What is asked for, as it goes from page to page.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The station.
    pub station: String,
    /// The day.
    pub day: String,
    /// Whom it is planned for; empty where the house decides.
    pub who: String,
    /// The least acceptable score.
    pub least: String,
    /// Words that the names of people not yet present must have.
    pub q: String,
}

/// The page.
#[derive(Template)]
#[template(path = "dispatch.html")]
pub struct DispatchPage {
    /// The frame.
    pub chrome: Chrome,
    /// What is asked for.
    pub asked: Asked,
    /// The station's name.
    pub station: String,
    /// The stations that may be chosen; none for who has one.
    pub stations: Vec<Choice>,
    /// Whom it is planned for.
    pub who: Vec<Choice>,
    /// The least acceptable score.
    pub least: Vec<Choice>,
    /// Who came.
    pub present: Vec<Person>,
    /// Who is registered here and was not noted.
    pub absent: Vec<Person>,
    /// Postings with people.
    pub groups: Vec<Group>,
    /// Postings for which nobody was found.
    pub without: Vec<Group>,
    /// Who goes nowhere.
    pub left: Vec<Row>,
    /// How many go, and of how many.
    pub going: usize,
    /// How many people were planned for.
    pub people: usize,
    /// Whether no better plan exists, or by how much one might be better, in percent.
    pub quality: String,
    /// Whether people or postings were left out, being too many.
    pub is_cut: bool,
}

/// One pair that was not booked.
pub struct Refused {
    /// Who.
    pub name: String,
    /// For what.
    pub title: String,
    /// Why.
    pub why: String,
}

/// What became of it.
#[derive(Template)]
#[template(path = "dispatch_done.html")]
pub struct DonePage {
    /// The frame.
    pub chrome: Chrome,
    /// How many have their place.
    pub booked: usize,
    /// Who has none, and why.
    pub refused: Vec<Refused>,
    /// Back to the plan.
    pub back: String,
}

/// Scores that the page offers as the least: everybody, and who can do the work.
const LEAST: [(&str, &str); 2] = [("0", "能去就行"), ("0.6", "要会这门活")];

impl Asked {
    fn new(get: impl Fn(&str) -> String, station: &StationId, day: Day) -> Asked {
        Asked {
            station: station.to_string(),
            day: day.to_string(),
            who: get("who"),
            least: get("least"),
            q: get("q"),
        }
    }

    fn address(&self, said: &str) -> String {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        let named = [("station", &self.station), ("day", &self.day), ("who", &self.who)];
        for (name, value) in named.into_iter().chain([("least", &self.least), ("q", &self.q)]) {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        if !said.is_empty() {
            pairs.append_pair("said", said);
        }
        format!("/desk/dispatch?{}", pairs.finish())
    }

    fn least(&self) -> f32 {
        self.least.parse().ok().filter(|least| (0.0..=10.0).contains(least)).unwrap_or(0.0)
    }
}

/// The station that is meant: one's own, or the named one, or the first.
async fn station(app: &App, visitor: &Visitor, named: &str) -> Result<StationId, Problem> {
    let own = visitor.account.as_ref().and_then(|account| account.station.clone());
    if let Some(own) = own {
        return Ok(own);
    }
    if !named.is_empty() {
        return named.parse().map_err(|_| Problem::not_found());
    }
    let stations = app.market.stations().await?;
    let first = stations.into_iter().next();
    first.map(|station| station.id).ok_or_else(Problem::not_found)
}

async fn asked(
    app: &App,
    visitor: &Visitor,
    get: impl Fn(&str) -> String,
) -> Result<(StationId, Day, Asked), Problem> {
    let station = station(app, visitor, &get("station")).await?;
    let today = app.market.now().day();
    let day = plain(&get("day")).parse().unwrap_or(today);
    let asked = Asked::new(get, &station, day);
    Ok((station, day, asked))
}

/// Where somebody goes, as the forms say it: the person's id, then the posting's.
fn read_row(text: &str) -> Option<(WorkerId, Option<JobId>)> {
    let mut parts = text.split_whitespace();
    let worker = parts.next()?.parse().ok()?;
    let job = parts.next().map(str::parse).transpose().ok()?;
    Some((worker, job))
}

/// The rows of a form with whether each is to be kept.
fn rows(form: &Form) -> Vec<(WorkerId, Option<JobId>, bool)> {
    let numbered = form.names().filter_map(|name| name.strip_prefix("to."));
    let row = |n: &str| {
        let (worker, job) = read_row(form.get(&format!("to.{n}")))?;
        Some((worker, job, !form.get(&format!("keep.{n}")).is_empty()))
    };
    numbered.filter_map(row).collect()
}

async fn render(
    app: &App,
    visitor: &Visitor,
    (station, day, asked): (StationId, Day, Asked),
    wishes: Wishes,
    chrome: Chrome,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let wishes = Wishes { least: asked.least(), ..wishes };
    // Everyone is listed, whoever is planned for.
    let everyone = app.market.assembly(&actor, &station, day, Some(Who::Everyone)).await?;
    let came = everyone.people.iter().any(|person| person.is_present);
    let who = asked.who.parse().unwrap_or(if came { Who::Present } else { Who::Everyone });
    let matches = |person: &&Attendee| called(&person.worker).contains(asked.q.trim());
    let (present, absent): (Vec<_>, Vec<_>) =
        everyone.people.iter().partition(|person| person.is_present);
    let present: Vec<Person> = present.into_iter().map(person).collect();
    let absent = absent.into_iter().filter(matches).take(ABSENT_MAX).map(person).collect();
    let mut assembly = everyone;
    assembly.who = who;
    if who == Who::Present {
        assembly.people.retain(|person| person.is_present);
    }
    let (assembly, proposal) = planned(app, assembly, wishes).await?;
    let mut sheet = Sheet::new(&assembly, &proposal);
    let groups: Vec<Group> = (0..assembly.openings.len()).map(|at| sheet.group(at)).collect();
    let (groups, without): (Vec<Group>, Vec<Group>) =
        groups.into_iter().partition(|group| !group.rows.is_empty());
    let left = proposal.left.iter();
    let left = left.map(|left| sheet.row(left.person, None, left.why.clone(), left.is_kept));
    let left = left.collect();
    let is_free = visitor.account.as_ref().is_some_and(|account| account.role == Role::Admin);
    let stations = if is_free { app.market.stations().await? } else { Vec::new() };
    let choice = |station: crate::domain::station::Station| {
        Choice::of(station.id.to_string(), station.name, &asked.station)
    };
    let dispatch = DispatchPage {
        chrome,
        station: assembly.station.name.clone(),
        stations: stations.into_iter().map(choice).collect(),
        who: Who::ALL.iter().map(|one| Choice::of(one.word(), one.label(), who.word())).collect(),
        least: LEAST.iter().map(|(value, text)| Choice::of(*value, *text, &asked.least)).collect(),
        asked,
        present,
        absent,
        groups,
        without,
        left,
        going: proposal.pairs.len(),
        people: assembly.people.len(),
        quality: quality(&proposal),
        is_cut: assembly.is_cut,
    };
    Ok(page(StatusCode::OK, &dispatch))
}

/// `GET /desk/dispatch`
pub async fn dispatch(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let get = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let asked = asked(&app, &visitor, get).await?;
    let chrome = Chrome::new(&app, &visitor, "/desk/dispatch").telling(&query);
    render(&app, &visitor, asked, Wishes::default(), chrome).await
}

/// `POST /desk/dispatch`: plans anew around what staff decided.
pub async fn plan_again(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let asked = asked(&app, &visitor, |name| form.get(name).to_owned()).await?;
    let kept = rows(&form).into_iter().filter(|(_, _, is_kept)| *is_kept);
    let kept = kept.map(|(worker, job, _)| (worker, job)).collect();
    let chrome = Chrome::new(&app, &visitor, "/desk/dispatch");
    render(&app, &visitor, asked, Wishes { kept, ..Wishes::default() }, chrome).await
}

/// `POST /desk/dispatch/present`: who came, who left, who goes together.
pub async fn note_present(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&["here", "gone"])?;
    let actor = visitor.actor()?;
    let (station, day, asked) = asked(&app, &visitor, |name| form.get(name).to_owned()).await?;
    let ids = |name| form.all(name).filter_map(|id| id.parse::<WorkerId>().ok());
    let gone: Vec<WorkerId> = ids("gone").collect();
    let mut come: Vec<Present> = ids("here").map(|worker| Present { worker, crew: None }).collect();
    for (name, worker) in form.names().filter_map(|name| Some((name, name.strip_prefix("crew.")?)))
    {
        let text = form.plain(name);
        let crew = text.parse().ok().filter(|crew| (1..=CREW_MAX).contains(crew));
        if crew.is_none() && !text.is_empty() {
            let title = format!("结伴组号请填1到{CREW_MAX}的数字，没有保存");
            return Err(Problem::bad_request(title));
        }
        let worker: WorkerId = worker.parse().map_err(|_| Problem::not_found())?;
        if !gone.contains(&worker) {
            come.push(Present { worker, crew });
        }
    }
    app.market.note_present(&actor, &station, day, &come, &gone).await?;
    Ok(Redirect::to(&asked.address("present")).into_response())
}

/// `POST /desk/dispatch/confirm`: books what stands on the page.
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let (station, day, asked) = asked(&app, &visitor, |name| form.get(name).to_owned()).await?;
    // The shift of each posting as it stands now, and the names for what is told.
    let assembly = app.market.assembly(&actor, &station, day, Some(Who::Everyone)).await?;
    let shift = |job: &JobId| {
        let opening = assembly.openings.iter().find(|opening| opening.posting.id == *job);
        opening.and_then(|opening| opening.shift)
    };
    let assignments: Vec<Assignment> = rows(&form)
        .into_iter()
        .filter_map(|(worker, job, _)| {
            let job = job?;
            Some(Assignment { worker, shift: shift(&job), job })
        })
        .collect();
    let outcomes = app.market.dispatch(&actor, &station, assignments).await?;
    app.settle().await;
    let name = |id: &WorkerId| {
        let held = assembly.people.iter().find(|person| person.worker.id == *id);
        held.map_or_else(|| id.to_string(), |person| called(&person.worker))
    };
    let title = |id: &JobId| {
        let held = assembly.openings.iter().find(|opening| opening.posting.id == *id);
        held.map_or_else(|| id.to_string(), |opening| opening.posting.terms.title.clone())
    };
    let (mut booked, mut refused) = (0, Vec::new());
    for outcome in outcomes {
        let why = match outcome.result {
            Ok(done) if done.booking.status == BookingStatus::Booked => {
                booked += 1;
                continue;
            }
            Ok(done) => format!("名额刚被别人占了，排在{}名单上", done.booking.status.label()),
            Err(error) => Problem::from(error).title,
        };
        let (name, title) = (name(&outcome.asked.worker), title(&outcome.asked.job));
        refused.push(Refused { name, title, why });
    }
    let chrome = Chrome::new(&app, &visitor, "/desk/dispatch");
    let done = DonePage { chrome, booked, refused, back: asked.address("") };
    Ok(page(StatusCode::OK, &done))
}
