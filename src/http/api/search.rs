//! Search over HTTP: open postings, postings for a worker, workers for a posting.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use axum::{Json, extract::State};
use serde::Serialize;

use crate::{
    domain::{
        fields::FieldErrors,
        geo::{Crs, Point},
        ids::{JobId, StationId, WorkerId},
        limits,
        money::Fen,
        org::Label,
        posting::{Posting, Status},
        time::Moment,
        wage::{OccupationCode, Settlement, WageUnit},
    },
    feed::view::JobView,
    http::{
        App,
        body::{Id, Query},
        guard::Visitor,
        problem::{self, Problem},
    },
    search::{
        Answer, Cursor, Facets, Index, JobHit, JobPage, JobQuery, SearchError, Sort, Ties,
        Understood, WorkerHit,
    },
};

/// A posting that was found.
#[derive(Serialize)]
pub struct Found {
    score: f32,
    reasons: Vec<String>,
    #[serde(flatten)]
    job: JobView,
    distance_m: Option<i64>,
}

impl From<(JobHit, Posting)> for Found {
    fn from((hit, posting): (JobHit, Posting)) -> Found {
        Found {
            score: hit.score,
            reasons: hit.reasons,
            job: JobView::from(&posting),
            distance_m: hit.distance_m.map(|metres| metres.round() as i64),
        }
    }
}

/// One value of a facet.
#[derive(Serialize)]
struct FacetRow {
    value: String,
    count: u64,
}

/// A part of the search text that was understood.
#[derive(Serialize)]
struct UnderstoodRow {
    kind: &'static str,
    text: String,
    label: String,
    applied: bool,
    without: String,
}

/// A page of postings.
#[derive(Serialize)]
pub struct FoundPage {
    items: Vec<Found>,
    total: Option<u64>,
    understood: Vec<UnderstoodRow>,
    facets: BTreeMap<&'static str, Vec<FacetRow>>,
    next: Option<String>,
}

/// A worker who could take a place.
#[derive(Serialize)]
pub struct Candidate {
    worker_id: String,
    score: f32,
    distance_m: Option<i64>,
    reasons: Vec<String>,
}

impl From<WorkerHit> for Candidate {
    fn from(hit: WorkerHit) -> Candidate {
        Candidate {
            worker_id: hit.id,
            score: hit.score,
            distance_m: hit.distance_m.map(|metres| metres.round() as i64),
            reasons: hit.reasons,
        }
    }
}

/// A list of candidates.
#[derive(Serialize)]
pub struct Candidates {
    items: Vec<Candidate>,
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Problem {
        match error {
            SearchError::NoPoint => {
                FieldErrors::one("lat", "missing", "按距离排序要给出位置（lat和lon）").into()
            }
            SearchError::Cursor(_) => {
                FieldErrors::one("cursor", "format", "翻页位置不对，请从第一页看起").into()
            }
            SearchError::Damaged(_)
            | SearchError::Locked
            | SearchError::Weights(_)
            | SearchError::Io(_)
            | SearchError::Engine(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the search failed");
                problem::internal()
            }
        }
    }
}

/// Asks the index where that holds nobody up.
async fn ask<T: Send + 'static>(
    app: &App,
    question: impl FnOnce(&Index) -> Result<T, SearchError> + Send + 'static,
) -> Result<T, Problem> {
    let index = Arc::clone(&app.search.index);
    let answer = tokio::task::spawn_blocking(move || question(&index)).await;
    Ok(answer.map_err(|_| problem::internal())??)
}

fn limit(query: &Query, errors: &mut FieldErrors) -> usize {
    let most = limits::PAGE_MAX;
    match query.parsed::<usize>(errors, "limit", "整数") {
        Some(limit) if (1..=most).contains(&limit) => limit,
        Some(_) => {
            errors.add("limit", "range", format!("limit应当在1到{most}之间"));
            most
        }
        None => 20,
    }
}

/// Whether hits are to be counted: where not, the answer comes much sooner.
fn counted(query: &Query, errors: &mut FieldErrors) -> bool {
    query.yes(errors, "counts").unwrap_or(true)
}

/// Reads a search out of a query string, apart from the station.
pub fn read(query: &Query, now: Moment) -> Result<JobQuery, FieldErrors> {
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let crs = query.parsed::<Crs>(errors, "crs", "wgs84、gcj02或bd09").unwrap_or_default();
    let lat = query.number(errors, "lat", -90.0..=90.0);
    let lon = query.number(errors, "lon", -180.0..=180.0);
    for (name, given, other) in [("lat", lat, lon), ("lon", lon, lat)] {
        if given.is_none() && other.is_some() && !errors.touches(name) {
            errors.add(name, "missing", "lat和lon要一起给出");
        }
    }
    let near = lat.zip(lon).and_then(|(lat, lon)| Point::new(lat, lon, crs).ok());
    let radius_km = query.number(errors, "radius_km", 0.0..=limits::RADIUS_KM_MAX);
    if radius_km.is_some() && near.is_none() && !errors.touches("lat") {
        errors.add("radius_km", "missing", "按距离找活要给出位置（lat和lon）");
    }
    let wage_min = query.parsed::<i64>(errors, "wage_min_fen", "整数（分）");
    if wage_min.is_some_and(|fen| !(0..=limits::WAGE_FEN_MAX).contains(&fen)) {
        errors.add("wage_min_fen", "range", "工资超出范围");
    }
    let unit = query.parsed::<WageUnit>(errors, "wage_unit", "hour、day、month或piece");
    let text: Option<String> =
        query.get("q").map(|text| text.chars().take(limits::QUERY_CHARS_MAX).collect());
    let skills: Vec<String> = query.all("skill").map(str::to_owned).collect();
    if skills.len() > limits::TAGS_MAX {
        errors.add("skill", "length", format!("技能最多{}项", limits::TAGS_MAX));
    }
    let sort = query.parsed::<Sort>(errors, "sort", "match、nearest、newest或wage");
    let job_query = JobQuery {
        text,
        near,
        radius_m: radius_km.map(|km| km * 1000.0),
        occupation: query.parsed::<OccupationCode>(errors, "occupation", "职业代码"),
        skills,
        wage_min: wage_min.map(|fen| (Fen(fen), unit.unwrap_or(WageUnit::Day))),
        settlement: query.parsed::<Settlement>(
            errors,
            "settlement",
            "daily、weekly、monthly或on_completion",
        ),
        from: query.parsed::<Moment>(errors, "from", "带时区的时间"),
        to: query.parsed::<Moment>(errors, "to", "带时区的时间"),
        direct_only: query.yes(errors, "direct_only").unwrap_or(false),
        told: Vec::new(),
        station: None,
        sort: sort.unwrap_or(Sort::Match),
        limit: limit(query, errors),
        cursor: query.parsed::<Cursor>(errors, "cursor", "上一页给出的next"),
        now,
        wish: None,
        counted: counted(query, errors),
    };
    if let (Some(from), Some(to)) = (job_query.from, job_query.to)
        && from >= to
    {
        faults.add("to", "order", "to要晚于from");
    }
    if faults.is_empty() { Ok(job_query) } else { Err(faults) }
}

/// A page of postings, what was understood of the text, and the records.
pub struct Listing {
    /// Counts and the next page; its hits are in `jobs`.
    pub page: JobPage,
    /// What was understood of the text.
    pub understood: Vec<Understood>,
    /// The hits with their records.
    pub jobs: Vec<(JobHit, Posting)>,
}

/// Finds open postings; the handlers of API and pages ask here.
pub async fn find(app: &App, query: &Query) -> Result<Listing, Problem> {
    let mut question = read(query, app.market.now())?;
    if let Some(text) = query.get("station") {
        let id = text.parse::<StationId>().ok();
        let unknown = || FieldErrors::one("station", "unknown", "没有这个站点");
        let station = match &id {
            Some(id) => app.market.store.read().await?.station(id).await?,
            None => None,
        };
        question.station = Some(station.ok_or_else(unknown)?);
    }
    let answer = ask(app, move |index| match question.text.take() {
        Some(text) => index.ask(&text, &question),
        None => index.jobs(&question).map(|page| Answer { page, understood: Vec::new() }),
    });
    with_postings(app, answer.await?).await
}

async fn with_postings(app: &App, answer: Answer) -> Result<Listing, Problem> {
    let Answer { mut page, understood } = answer;
    let hits = std::mem::take(&mut page.hits);
    let ids: Vec<String> = hits.iter().map(|hit| hit.id.clone()).collect();
    let postings = app.market.store.read().await?.postings_named(&ids).await?;
    let mut by_id: HashMap<String, Posting> =
        postings.into_iter().map(|posting| (posting.id.to_string(), posting)).collect();
    let found = hits.into_iter().filter_map(|hit| {
        // The index may be a moment behind the store.
        let posting = by_id.remove(&hit.id).filter(|posting| posting.status == Status::Open)?;
        Some((hit, posting))
    });
    let jobs = found.collect();
    Ok(Listing { page, understood, jobs })
}

/// Names of the bands that [`Facets`] counts, nearest and least paid first.
const DISTANCES: [&str; 5] = ["1km", "3km", "10km", "30km", "more"];
const WAGES: [&str; 4] = ["under_150", "150_200", "200_300", "from_300"];

fn facets(facets: Facets) -> BTreeMap<&'static str, Vec<FacetRow>> {
    fn rows(words: impl IntoIterator<Item = impl ToString>, counts: &[u64]) -> Vec<FacetRow> {
        let pairs = words.into_iter().zip(counts).filter(|(_, count)| **count > 0);
        pairs.map(|(word, count)| FacetRow { value: word.to_string(), count: *count }).collect()
    }
    let settlements = Settlement::ALL.iter().map(|settlement| settlement.word());
    let words = |counts: Vec<(String, u64)>| {
        counts.into_iter().map(|(value, count)| FacetRow { value, count }).collect()
    };
    BTreeMap::from([
        ("trade", words(facets.trade)),
        ("occupation", words(facets.occupation)),
        ("settlement", rows(settlements, &facets.settlement)),
        ("distance", rows(DISTANCES, &facets.distance)),
        ("wage", rows(WAGES, &facets.wage)),
        ("label", rows(Label::ALL.iter().map(|label| label.label()), &facets.label)),
    ])
}

fn shape(Listing { page, understood, jobs }: Listing) -> Json<FoundPage> {
    let understood = understood.into_iter().map(|one| UnderstoodRow {
        kind: one.part.meaning.kind(),
        text: one.text,
        label: one.part.meaning.label(),
        applied: one.applied,
        without: one.without,
    });
    Json(FoundPage {
        items: jobs.into_iter().map(Found::from).collect(),
        total: page.counted.then_some(page.total),
        understood: understood.collect(),
        facets: facets(page.facets),
        next: page.next.map(|cursor| cursor.to_string()),
    })
}

/// `GET /jobs`
pub async fn jobs(State(app): State<App>, query: Query) -> Result<Json<FoundPage>, Problem> {
    find(&app, &query).await.map(shape)
}

/// `GET /workers/{id}/matches`
pub async fn matches(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<WorkerId>,
    query: Query,
) -> Result<Json<FoundPage>, Problem> {
    let mut errors = FieldErrors::default();
    let limit = limit(&query, &mut errors);
    let counted = counted(&query, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    found_for(&app, &visitor, &id, (limit, counted)).await.map(shape)
}

/// At most `limit` postings for a worker, the best first; whether all are `counted` as by
/// [`JobQuery::counted`].
pub async fn found_for(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
    (limit, counted): (usize, bool),
) -> Result<Listing, Problem> {
    let (worker, booked, blocked) = app.market.seeker(&visitor.actor()?, id).await?;
    let now = app.market.now();
    let page = ask(app, move |index| {
        let ties = Ties { booked: &booked, blocked: &blocked };
        index.matches(&worker.profile, ties, limit, counted, now)
    })
    .await?;
    with_postings(app, Answer { page, understood: Vec::new() }).await
}

/// Open postings like a published one.
pub async fn like(app: &App, posting: &Posting, limit: usize) -> Result<Listing, Problem> {
    let now = app.market.now();
    let wanted = posting.clone();
    let page = ask(app, move |index| index.similar(&wanted, limit, now)).await?;
    with_postings(app, Answer { page, understood: Vec::new() }).await
}

/// A short list of postings.
#[derive(Serialize)]
pub struct Similar {
    items: Vec<Found>,
}

/// `GET /jobs/{id}/similar`
pub async fn similar(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    query: Query,
) -> Result<Json<Similar>, Problem> {
    let mut errors = FieldErrors::default();
    let limit = limit(&query, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let actor = visitor.actor().ok();
    let posting = app.market.posting(actor.as_ref(), &id).await?;
    let found = like(&app, &posting, limit).await?;
    Ok(Json(Similar { items: found.jobs.into_iter().map(Found::from).collect() }))
}

/// `GET /jobs/{id}/candidates`
pub async fn candidates(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    query: Query,
) -> Result<Json<Candidates>, Problem> {
    let mut errors = FieldErrors::default();
    let limit = limit(&query, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let posting = app.market.wanting(&visitor.actor()?, &id).await?;
    let now = app.market.now();
    let wanted = posting.clone();
    // The index knows no bookings: some of those it names are taken already.
    let mut hits = ask(&app, move |index| index.candidates(&wanted, limits::PAGE_MAX, now)).await?;
    let named: Vec<WorkerId> = hits.iter().filter_map(|hit| hit.id.parse().ok()).collect();
    let free = app.market.free_for(&posting, &named).await?;
    hits.retain(|hit| hit.id.parse().is_ok_and(|id: WorkerId| free.contains(&id)));
    let helped = app.market.helped(&named.into_iter().collect()).await?;
    if !helped.is_empty() {
        let more = app.market.rules.help_hundredths as f32 / 100.0;
        let is_helped = |hit: &WorkerHit| helped.iter().any(|id| id.as_str() == hit.id);
        // Without a reason in words: who is helped is nobody else's business.
        hits.iter_mut().filter(|hit| is_helped(hit)).for_each(|hit| hit.score += more);
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
    }
    hits.truncate(limit);
    Ok(Json(Candidates { items: hits.into_iter().map(Candidate::from).collect() }))
}
