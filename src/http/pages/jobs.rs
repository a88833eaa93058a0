//! Open postings for everybody: the list by the search, and one posting whole.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    crew::{self, MemberRow},
    facts::{self, Fact, Reader},
    input::Choice,
    narrow::{self, Facet},
    page,
    saved::{self, SavedChip},
    words,
};
use crate::{
    ask::Meaning,
    domain::{
        account::Role,
        fields::FieldErrors,
        ids::JobId,
        posting::{Posting, Status},
        speech,
        time::{DAY, Moment},
        wage::Settlement,
    },
    http::{
        api::search,
        body::{Id, Query},
        problem::Problem,
    },
    search::{JobHit, Sort, Understood},
};

/// A posting in a list.
pub struct JobCard {
    /// The posting's page.
    pub href: String,
    /// What is to be done.
    pub title: String,
    /// `220元/天`.
    pub wage: String,
    /// `日结`.
    pub settlement: &'static str,
    /// When it starts, as people say it.
    pub start: String,
    /// Where.
    pub address: String,
    /// `1.2公里`, where it is known.
    pub distance: Option<String>,
    /// Places left.
    pub left: u32,
    /// Who employs, masked where private.
    pub employer: String,
    /// 直招, 机构 or 经纪人.
    pub label: &'static str,
    /// Why it ranks where it does.
    pub reasons: Vec<String>,
}

impl JobCard {
    /// The card of a posting that was found.
    pub fn of(hit: &JobHit, posting: &Posting, now: Moment) -> JobCard {
        let terms = &posting.terms;
        JobCard {
            href: format!("/jobs/{}", posting.id),
            title: terms.title.clone(),
            wage: terms.wage.to_string(),
            settlement: terms.wage.settlement.label(),
            start: words::start(posting, now),
            address: terms.address.clone(),
            distance: hit.distance_m.map(speech::distance),
            left: posting.places_left(),
            employer: facts::employer(posting, Reader::Anyone),
            label: posting.label.label(),
            reasons: hit.reasons.clone(),
        }
    }
}

/// A filter as a link.
pub struct Chip {
    /// The list with it.
    pub href: String,
    /// What it says.
    pub text: String,
    /// Whether it is on.
    pub on: bool,
}

/// A part of the search text that was understood, with the way to take it away.
pub struct UnderstoodChip {
    /// The list without it.
    pub href: String,
    /// What it says.
    pub text: String,
    /// What kind of condition it is, for people.
    pub kind: &'static str,
    /// Whether it counts; else it was searched as a word or the form says otherwise.
    pub applied: bool,
}

impl UnderstoodChip {
    fn of(query: &Query, understood: &Understood) -> UnderstoodChip {
        UnderstoodChip {
            href: address(query, &[("q", &understood.without)]),
            text: understood.part.meaning.label(),
            kind: match understood.part.meaning {
                Meaning::Start { .. } => "哪天",
                Meaning::Settlement(_) => "怎么结",
                Meaning::Trade(_) => "工种",
                Meaning::Pay { .. } => "工钱",
                Meaning::Place(_) => "哪里",
                Meaning::Benefit(_) => "待遇",
                Meaning::Direct => "谁招",
            },
            applied: understood.applied,
        }
    }
}

/// The list.
#[derive(Template)]
#[template(path = "jobs.html")]
pub struct JobsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Words to look for, as typed.
    pub q: String,
    /// What was understood of them.
    pub understood: Vec<UnderstoodChip>,
    /// The position as typed.
    pub lat: String,
    /// The position as typed.
    pub lon: String,
    /// The orders.
    pub sorts: Vec<Choice>,
    /// The settlements.
    pub settlements: Vec<Choice>,
    /// Whether only employers' own postings are wanted.
    pub direct_only: bool,
    /// The ways to narrow, with counts.
    pub facets: Vec<Facet>,
    /// Filters that only links set, to go along with the form: names and values.
    pub kept: Vec<(&'static str, String)>,
    /// The searches that the visitor saved.
    pub saved: Vec<SavedChip>,
    /// This search, to be saved: its name and its query string.
    pub keep: Option<(String, String)>,
    /// The days.
    pub days: Vec<Chip>,
    /// The start of the day that is chosen, to go along with the form.
    pub from: String,
    /// Its end.
    pub to: String,
    /// The postings.
    pub cards: Vec<JobCard>,
    /// How many there are on all pages.
    pub total: u64,
    /// The next page.
    pub next: Option<String>,
    /// The same postings on a map.
    pub map: String,
}

/// The filters that links keep.
const KEPT: [&str; 13] = [
    "q",
    "lat",
    "lon",
    "crs",
    "sort",
    "settlement",
    "direct_only",
    "from",
    "to",
    "skill",
    "occupation",
    "radius_km",
    "wage_min_fen",
];

/// The list's address with the filters that stand and `changes` over them; a blank one takes a
/// filter away.
pub(super) fn address(query: &Query, changes: &[(&str, &str)]) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for name in KEPT {
        let changed = changes.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let value = changed.or_else(|| query.get(name)).unwrap_or_default();
        if !value.is_empty() {
            pairs.append_pair(name, value);
        }
    }
    for (name, value) in changes.iter().filter(|(name, _)| !KEPT.contains(name)) {
        pairs.append_pair(name, value);
    }
    format!("/jobs?{}", pairs.finish())
}

fn days(query: &Query, now: Moment) -> Vec<Chip> {
    let midnight =
        Moment::from_shanghai(now.day().date().to_datetime(jiff::civil::time(0, 0, 0, 0)));
    let asked = query.get("from").unwrap_or_default();
    let mut chips = vec![Chip {
        href: address(query, &[("from", ""), ("to", "")]),
        text: "哪天都行".to_owned(),
        on: asked.is_empty(),
    }];
    for (text, ahead) in [("今天", 0), ("明天", 1), ("后天", 2)] {
        let from = midnight.plus(ahead * DAY);
        let (from, to) = (from.to_string(), from.plus(DAY).to_string());
        chips.push(Chip {
            href: address(query, &[("from", &from), ("to", &to)]),
            text: text.to_owned(),
            on: asked == from,
        });
    }
    chips
}

/// `GET /jobs`
pub async fn openings(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let now = app.market.now();
    let mut chrome = Chrome::new(&app, &visitor, "/jobs").telling(&query);
    let mut status = StatusCode::OK;
    let (mut cards, mut total, mut next, mut understood) = (Vec::new(), 0, None, Vec::new());
    let mut facets = Vec::new();
    match search::find(&app, &query).await {
        Ok(found) => {
            let card = |(hit, posting): &(JobHit, Posting)| JobCard::of(hit, posting, now);
            cards = found.jobs.iter().map(card).collect();
            total = found.page.total;
            facets = narrow::facets(&query, &found.page.facets);
            understood =
                found.understood.iter().map(|one| UnderstoodChip::of(&query, one)).collect();
            next =
                found.page.next.map(|cursor| address(&query, &[("cursor", &cursor.to_string())]));
        }
        // What the person typed can be put right here; the rest is an error's page.
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => {
            status = problem.status;
            chrome = chrome.stopped(sentence(problem));
        }
        Err(problem) => return Err(problem),
    }
    let text = |name| query.get(name).unwrap_or_default().to_owned();
    let sort = query.get("sort").unwrap_or(Sort::Match.word());
    let sorts = Sort::ALL.iter().map(|each| Choice::of(each.word(), each.label(), sort));
    let settlement = text("settlement");
    let each = Settlement::ALL.iter().map(|each| (each.word(), each.label()));
    let settlements = std::iter::once(("", "都行")).chain(each);
    let (saved, keep) = saved::of(&app, &visitor, &query).await?;
    let list = JobsPage {
        chrome,
        saved,
        keep,
        q: text("q"),
        understood,
        lat: text("lat"),
        lon: text("lon"),
        sorts: sorts.collect(),
        settlements: settlements
            .map(|(word, label)| Choice::of(word, label, &settlement))
            .collect(),
        direct_only: query.yes(&mut FieldErrors::default(), "direct_only").unwrap_or(false),
        facets,
        kept: ["skill", "occupation", "radius_km", "wage_min_fen"]
            .into_iter()
            .filter_map(|name| Some((name, query.get(name)?.to_owned())))
            .collect(),
        days: days(&query, now),
        from: text("from"),
        to: text("to"),
        cards,
        total,
        next,
        map: address(&query, &[]).replacen("/jobs", "/jobs/map", 1),
    };
    Ok(page(status, &list))
}

/// What is wrong with a question, in the words of the page: of the choices people see no names.
fn sentence(problem: Problem) -> String {
    match problem.errors.first().map(|error| error.field.as_str()) {
        Some("lat" | "lon" | "radius_km") => {
            "位置不对：纬度和经度要一起填，比如38.38和106.13".to_owned()
        }
        Some("settlement" | "sort" | "direct_only" | "from" | "to" | "cursor") => {
            "这个网址里的条件看不懂，请在下面重新选".to_owned()
        }
        _ => problem.title,
    }
}

/// How a visitor can book.
pub enum Booking {
    /// By this form, for these shifts.
    Offered(Vec<Choice>),
    /// After signing in, which leads back.
    SignIn(String),
    /// After registering.
    Register,
    /// Not at all, for this reason.
    Not(&'static str),
}

/// One posting.
#[derive(Template)]
#[template(path = "job.html")]
pub struct JobPage {
    /// The frame.
    pub chrome: Chrome,
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// `220元/天`.
    pub wage: String,
    /// Where it stands.
    pub status: &'static str,
    /// When it starts, as people say it.
    pub start: String,
    /// Everything.
    pub facts: Vec<Fact>,
    /// How to book.
    pub booking: Booking,
    /// How the employer has done so far.
    pub record: String,
    /// Whom a leader can take along.
    pub members: Vec<MemberRow>,
    /// Other work of the kind.
    pub similar: Vec<JobCard>,
    /// What is wrong with the shift that was chosen.
    pub fault: Option<String>,
}

pub(super) fn booking(posting: &Posting, visitor: &Visitor, now: Moment) -> Booking {
    let live = matches!(posting.status, Status::Open | Status::Filled);
    if !live || posting.terms.expires_at() <= now {
        return Booking::Not("这个岗位已经不招人了，看看别的活吧。");
    }
    let Some(account) = &visitor.account else {
        return Booking::SignIn(format!("/login?next=/jobs/{}", posting.id));
    };
    if !matches!(account.role, Role::Worker | Role::Leader) {
        return Booking::Not("报名请用求职者的账号，或请工作人员在站点代办。");
    }
    if account.worker.is_none() {
        return Booking::Register;
    }
    let coming = posting.terms.shifts.iter().enumerate().filter(|(_, shift)| shift.end > now);
    let mut shifts: Vec<Choice> =
        coming.map(|(i, shift)| Choice::of(i.to_string(), words::shift(shift), "")).collect();
    if shifts.len() == posting.terms.shifts.len() {
        shifts.insert(0, Choice::of("", "全部班次", ""));
    } else if let Some(first) = shifts.first_mut() {
        first.selected = true;
    }
    Booking::Offered(shifts)
}

/// Postings of the kind that a posting's page shows.
const SIMILAR_MAX: usize = 4;

/// The page of a posting, with a message where something did not work.
pub async fn render(
    app: &App,
    visitor: &Visitor,
    id: &JobId,
    query: Option<&Query>,
    fault: Option<Problem>,
) -> Result<Response, Problem> {
    let actor = visitor.actor().ok();
    let posting = app.market.posting(actor.as_ref(), id).await?;
    let now = app.market.now();
    let mut chrome = Chrome::new(app, visitor, "/jobs");
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let leads = visitor.account.as_ref().is_some_and(|account| account.role == Role::Leader);
    let members = if leads { crew::rows(app, visitor).await? } else { Vec::new() };
    let record = {
        let mut view = app.market.store.read().await?;
        app.market.payer_record(&mut view, &posting).await?.to_string()
    };
    let mut status = StatusCode::OK;
    let mut at_shift = None;
    if let Some(problem) = fault {
        status = problem.status;
        match problem.errors.iter().any(|error| error.field == "shift") {
            true => at_shift = Some(problem.title),
            false => chrome = chrome.stopped(problem.title),
        }
    }
    let mut similar = Vec::new();
    if posting.published_at.is_some() {
        let found = search::like(app, &posting, SIMILAR_MAX).await?;
        similar = found.jobs.iter().map(|(hit, posting)| JobCard::of(hit, posting, now)).collect();
    }
    let job = JobPage {
        chrome,
        id: posting.id.to_string(),
        title: posting.terms.title.clone(),
        wage: posting.terms.wage.to_string(),
        status: posting.status.label(),
        start: words::start(&posting, now),
        facts: facts::facts(&posting, &[], Reader::Anyone),
        booking: booking(&posting, visitor, now),
        record,
        members: members.into_iter().filter(|member| member.joined).collect(),
        similar,
        fault: at_shift,
    };
    Ok(page(status, &job))
}

/// `GET /jobs/{id}`
pub async fn opening(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    query: Query,
) -> Result<Response, Problem> {
    render(&app, &visitor, &id, Some(&query), None).await
}
