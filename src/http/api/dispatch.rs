//! Dispatch over HTTP: who is here, who should go where, and booking what staff confirm.

use std::str::FromStr;

use axum::{Json, extract::State};
use serde::Serialize;
use serde_json::Value;

use super::bookings::Items;
use crate::{
    domain::{
        calendar::Day,
        fields::FieldErrors,
        ids::{JobId, StationId, WorkerId},
        limits::{CREW_MAX, DISPATCH_PEOPLE_MAX},
        worker::Present,
    },
    feed::view::ShiftView,
    http::{
        App,
        body::{Id, JsonBody},
        guard::Visitor,
        problem::Problem,
        proposal::{Proposal, Wishes, propose},
    },
    market::{Assembly, Assignment, Outcome, Who},
    matching::Weights,
};

/// Rows of one list in a request.
const ROWS_MAX: usize = 2 * DISPATCH_PEOPLE_MAX;

/// A JSON object that is read with a fault for everything that is not right.
struct Reader<'b> {
    body: &'b Value,
    errors: FieldErrors,
}

impl<'b> Reader<'b> {
    fn new(body: &'b Value) -> Result<Reader<'b>, FieldErrors> {
        let errors = FieldErrors::default();
        if body.is_object() {
            Ok(Reader { body, errors })
        } else {
            Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象"))
        }
    }

    /// A value at a name, where it is given.
    fn parsed<T: FromStr>(&mut self, name: &str, hint: &str) -> Option<T> {
        parsed(&mut self.errors, name, &self.body[name], hint)
    }

    fn list(&mut self, name: &str) -> &'b [Value] {
        match &self.body[name] {
            Value::Null => &[],
            Value::Array(rows) if rows.len() <= ROWS_MAX => rows,
            Value::Array(_) => {
                self.errors.add(name, "length", format!("一次最多{ROWS_MAX}行"));
                &[]
            }
            _ => {
                self.errors.add(name, "type", format!("{name}应当是列表"));
                &[]
            }
        }
    }

    fn done<T>(self, value: T) -> Result<T, FieldErrors> {
        if self.errors.is_empty() { Ok(value) } else { Err(self.errors) }
    }
}

fn parsed<T: FromStr>(
    errors: &mut FieldErrors,
    name: &str,
    value: &Value,
    hint: &str,
) -> Option<T> {
    let parsed = match value {
        Value::Null => return None,
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    if parsed.is_none() {
        errors.add(name, "format", format!("{name}不对，应当是{hint}"));
    }
    parsed
}

fn owed<T: FromStr>(errors: &mut FieldErrors, name: &str, value: &Value, hint: &str) -> Option<T> {
    if value.is_null() {
        errors.add(name, "missing", format!("请填写{hint}"));
        return None;
    }
    parsed(errors, name, value, hint)
}

const WORKER: &str = "求职者编号";
const JOB: &str = "岗位编号";

/// Somebody present, on the wire.
#[derive(Serialize)]
pub struct PresentView {
    worker_id: String,
    crew: Option<u16>,
}

/// `POST /stations/{station}/present`: who came, who went.
pub async fn present(
    State(app): State<App>,
    visitor: Visitor,
    Id(station): Id<StationId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Items<PresentView>>, Problem> {
    let actor = visitor.actor()?;
    let mut reader = Reader::new(&body)?;
    let day = reader.parsed::<Day>("day", "日期").unwrap_or(app.market.now().day());
    let (mut come, mut gone) = (Vec::new(), Vec::new());
    for (at, row) in reader.list("come").iter().enumerate() {
        let errors = &mut reader.errors;
        let worker = owed(errors, &format!("come[{at}].worker_id"), &row["worker_id"], WORKER);
        let crew = match &row["crew"] {
            Value::Null => None,
            value => {
                let number = value.as_u64().and_then(|number| u16::try_from(number).ok());
                let number = number.filter(|number| (1..=CREW_MAX).contains(number));
                if number.is_none() {
                    let message = format!("结伴组号应当是1到{CREW_MAX}的整数");
                    errors.add(format!("come[{at}].crew"), "range", message);
                }
                number
            }
        };
        come.extend(worker.map(|worker| Present { worker, crew }));
    }
    for (at, row) in reader.list("gone").iter().enumerate() {
        gone.extend(owed::<WorkerId>(&mut reader.errors, &format!("gone[{at}]"), row, WORKER));
    }
    let (come, gone) = reader.done((come, gone))?;
    app.market.note_present(&actor, &station, day, &come, &gone).await?;
    let present = app.market.store.read().await?.present(&station, day).await?;
    let view = |present: Present| PresentView {
        worker_id: present.worker.to_string(),
        crew: present.crew,
    };
    Ok(Json(Items { items: present.into_iter().map(view).collect() }))
}

/// A pair of a proposal on the wire.
#[derive(Serialize)]
struct PairView {
    worker_id: String,
    job_id: String,
    shift: Option<usize>,
    score: f32,
    reasons: Vec<String>,
    kept: bool,
}

/// Somebody who goes nowhere.
#[derive(Serialize)]
struct LeftView {
    worker_id: String,
    reason: String,
}

/// What can be filled.
#[derive(Serialize)]
struct OpeningView {
    job_id: String,
    title: String,
    places_left: u32,
    proposed: usize,
    shifts: Vec<ShiftView>,
}

/// A proposal on the wire.
#[derive(Serialize)]
pub struct ProposalView {
    station: String,
    day: String,
    who: &'static str,
    openings: Vec<OpeningView>,
    pairs: Vec<PairView>,
    left: Vec<LeftView>,
    score: f32,
    bound: f32,
    cut: bool,
}

impl ProposalView {
    fn new(assembly: &Assembly, proposal: Proposal) -> ProposalView {
        let worker = |person: usize| assembly.people[person].worker.id.to_string();
        let going = |at: usize| proposal.pairs.iter().filter(|pair| pair.opening == at).count();
        let openings = assembly.openings.iter().enumerate().map(|(at, opening)| OpeningView {
            job_id: opening.posting.id.to_string(),
            title: opening.posting.terms.title.clone(),
            places_left: opening.posting.places_left(),
            proposed: going(at),
            shifts: opening.hours.iter().map(ShiftView::from).collect(),
        });
        let openings = openings.collect();
        let pairs = proposal.pairs.into_iter().map(|pair| {
            let opening = &assembly.openings[pair.opening];
            PairView {
                worker_id: worker(pair.person),
                job_id: opening.posting.id.to_string(),
                shift: opening.shift,
                score: pair.score,
                reasons: pair.reasons,
                kept: pair.is_kept,
            }
        });
        let left = proposal
            .left
            .into_iter()
            .map(|left| LeftView { worker_id: worker(left.person), reason: left.why });
        ProposalView {
            station: assembly.station.id.to_string(),
            day: assembly.day.to_string(),
            who: assembly.who.word(),
            openings,
            pairs: pairs.collect(),
            left: left.collect(),
            score: proposal.score,
            bound: proposal.bound,
            cut: assembly.is_cut,
        }
    }
}

/// Plans where that holds nobody up.
pub async fn planned(
    app: &App,
    assembly: Assembly,
    wishes: Wishes,
) -> Result<(Assembly, Proposal), Problem> {
    let now = app.market.now();
    let standings = app.search.index.standings();
    let planned = tokio::task::spawn_blocking(move || {
        let weights = Weights::embedded()?;
        let proposal = propose(&assembly, (&weights, &standings), &wishes, now);
        Ok::<_, crate::search::SearchError>((assembly, proposal))
    });
    Ok(planned.await.map_err(|_| crate::http::problem::internal())??)
}

/// `POST /stations/{station}/dispatch`: who should go where; nothing is booked.
pub async fn proposal(
    State(app): State<App>,
    visitor: Visitor,
    Id(station): Id<StationId>,
    JsonBody(body): JsonBody,
) -> Result<Json<ProposalView>, Problem> {
    let actor = visitor.actor()?;
    let mut reader = Reader::new(&body)?;
    let day = reader.parsed::<Day>("day", "日期").unwrap_or(app.market.now().day());
    let who = reader.parsed::<Who>("who", "present或everyone");
    let mut wishes = Wishes::default();
    match &body["least"] {
        Value::Null => {}
        value => match value.as_f64().filter(|least| (0.0..=10.0).contains(least)) {
            Some(least) => wishes.least = least as f32,
            None => reader.errors.add("least", "range", "least应当是0到10的数"),
        },
    }
    for (at, row) in reader.list("keep").iter().enumerate() {
        let errors = &mut reader.errors;
        let worker = owed(errors, &format!("keep[{at}].worker_id"), &row["worker_id"], WORKER);
        let job = parsed::<JobId>(errors, &format!("keep[{at}].job_id"), &row["job_id"], JOB);
        wishes.kept.extend(worker.map(|worker| (worker, job)));
    }
    for (at, crew) in reader.list("crews").iter().enumerate() {
        let Some(rows) = crew.as_array().filter(|rows| rows.len() <= ROWS_MAX) else {
            reader.errors.add(format!("crews[{at}]"), "type", "结伴的人应当是求职者编号的列表");
            continue;
        };
        let worker = |(n, row): (usize, &Value)| {
            owed::<WorkerId>(&mut reader.errors, &format!("crews[{at}][{n}]"), row, WORKER)
        };
        wishes.crews.push(rows.iter().enumerate().filter_map(worker).collect());
    }
    let wishes = reader.done(wishes)?;
    let assembly = app.market.assembly(&actor, &station, day, who).await?;
    let (assembly, proposal) = planned(&app, assembly, wishes).await?;
    Ok(Json(ProposalView::new(&assembly, proposal)))
}

/// What became of a pair, on the wire.
#[derive(Serialize)]
struct OutcomeView {
    worker_id: String,
    job_id: String,
    status: &'static str,
    booking_id: Option<String>,
    reason: Option<String>,
}

/// What became of all pairs, on the wire.
#[derive(Serialize)]
pub struct Outcomes {
    booked: usize,
    items: Vec<OutcomeView>,
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> OutcomeView {
        let (worker_id, job_id) = (outcome.asked.worker.to_string(), outcome.asked.job.to_string());
        match outcome.result {
            Ok(done) => OutcomeView {
                worker_id,
                job_id,
                status: done.booking.status.word(),
                booking_id: Some(done.booking.id.to_string()),
                reason: None,
            },
            Err(error) => OutcomeView {
                worker_id,
                job_id,
                status: "refused",
                booking_id: None,
                reason: Some(Problem::from(error).title),
            },
        }
    }
}

/// `POST /stations/{station}/dispatch/confirm`: books the pairs, each or not by itself.
pub async fn confirm(
    State(app): State<App>,
    visitor: Visitor,
    Id(station): Id<StationId>,
    JsonBody(body): JsonBody,
) -> Result<Json<Outcomes>, Problem> {
    let actor = visitor.actor()?;
    let mut reader = Reader::new(&body)?;
    let mut pairs = Vec::new();
    for (at, row) in reader.list("pairs").iter().enumerate() {
        let errors = &mut reader.errors;
        let worker = owed(errors, &format!("pairs[{at}].worker_id"), &row["worker_id"], WORKER);
        let job = owed(errors, &format!("pairs[{at}].job_id"), &row["job_id"], JOB);
        let shift = row["shift"].as_u64().and_then(|shift| usize::try_from(shift).ok());
        if shift.is_none() && !row["shift"].is_null() {
            errors.add(format!("pairs[{at}].shift"), "type", "班次应当是序号，从0数起");
        }
        pairs.extend(worker.zip(job).map(|(worker, job)| Assignment { worker, job, shift }));
    }
    let pairs = reader.done(pairs)?;
    let outcomes = app.market.dispatch(&actor, &station, pairs).await?;
    app.settle().await;
    let items: Vec<OutcomeView> = outcomes.into_iter().map(OutcomeView::from).collect();
    let booked = items.iter().filter(|item| item.status == "booked").count();
    Ok(Json(Outcomes { booked, items }))
}
