//! Complaints: a worker's own with the form for a new one, and staff's list and single ones.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    complaints_list::{LIST, handler, line},
    input::{Choice, Faults, Form, Sent, typed},
    list::{Answer, Asked},
    listed::List,
    page, see_other, timeline, words,
};
use crate::{
    domain::{
        complaint::{Complaint, ComplaintEvent, ComplaintKind, ComplaintStatus},
        ids::{ComplaintId, JobId, WorkerId},
        life::Life,
        limits,
        posting::{Event, Status},
        time::Moment,
    },
    http::{
        api::complaints::channel_of,
        body::{Id, Query},
        problem::Problem,
    },
    market::{MarketError, NewComplaint, Verb, reach},
    store::Kind,
};

/// A complaint in a list.
pub struct ComplaintRow {
    /// Its page.
    pub href: String,
    /// What it is about.
    pub kind: &'static str,
    /// The posting.
    pub title: String,
    /// What happened.
    pub text: String,
    /// Where it stands.
    pub status: &'static str,
    /// By when it is to be settled, or whether that is over.
    pub due: String,
    /// Whether its deadline is over.
    pub late: bool,
    /// What came of it.
    pub outcome: Option<String>,
}

/// The list, with the form for a new one.
#[derive(Template)]
#[template(path = "complaints.html")]
pub struct ComplaintsPage {
    /// The frame.
    pub chrome: Chrome,
    /// Whether staff read it.
    pub settles: bool,
    /// Where the form is sent.
    pub path: &'static str,
    /// Staff's list.
    pub list: Option<Box<List>>,
    /// A worker's own.
    pub rows: Vec<ComplaintRow>,
    /// What a complaint can be about.
    pub kinds: Vec<Choice>,
    /// At which work, for whoever worked; staff type the posting's id.
    pub jobs: Vec<Choice>,
    /// What is typed.
    pub values: Form,
    /// What is wrong.
    pub faults: Faults,
}

typed!(ComplaintsPage);

/// A step that can be taken.
pub struct ComplaintStep {
    /// Its word.
    pub word: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether words are owed.
    pub owes_words: bool,
}

/// One complaint.
#[derive(Template)]
#[template(path = "complaint.html")]
pub struct ComplaintPage {
    /// The frame.
    pub chrome: Chrome,
    /// Where its steps are sent.
    pub path: String,
    /// What it says.
    pub row: ComplaintRow,
    /// Where it was made, and when.
    pub made: String,
    /// Who handles it.
    pub handler: String,
    /// The posting's page.
    pub job: Option<String>,
    /// The steps that can be taken.
    pub steps: Vec<ComplaintStep>,
    /// What happened to it, newest first.
    pub trail: Vec<timeline::Step>,
}

pub(super) fn settles(visitor: &Visitor) -> bool {
    let role = visitor.account.as_ref().map(|account| account.role);
    role.is_some_and(|role| reach(role, Verb::Handle) != crate::market::Reach::Nothing)
}

/// The title of the posting that a complaint is about.
pub(super) async fn title_of(app: &App, one: &Complaint) -> Result<String, Problem> {
    let posting = match &one.job {
        Some(job) => app.market.store.read().await?.posting(job).await?,
        None => None,
    };
    Ok(posting.map(|posting| posting.terms.title).unwrap_or_default())
}

async fn row(app: &App, one: &Complaint, base: &str, now: Moment) -> Result<ComplaintRow, Problem> {
    let open = matches!(one.status, ComplaintStatus::Open | ComplaintStatus::Taken);
    Ok(ComplaintRow {
        href: format!("{base}/{}", one.id),
        kind: one.kind.label(),
        title: title_of(app, one).await?,
        text: one.text.clone(),
        status: one.status.label(),
        due: words::minute(one.due_at),
        late: open && one.due_at <= now,
        outcome: one.outcome.clone(),
    })
}

async fn render(
    app: &App,
    visitor: &Visitor,
    query: Option<&Query>,
    (status, values, faults): (StatusCode, Form, Faults),
) -> Result<Response, Problem> {
    let (actor, now, settles) = (visitor.actor()?, app.market.now(), settles(visitor));
    let path = if settles { "/desk/complaints" } else { "/complaints" };
    let (mut list, mut rows) = (None, Vec::new());
    if settles {
        let held = app.market.complaints_at(&actor, None, limits::LIST_ROWS_MAX).await?;
        let mut lines = Vec::with_capacity(held.len());
        for (at, one) in (0..).zip(&held) {
            lines.push(line(app, visitor, one, at).await?);
        }
        let asked = Asked::read(&LIST, query.unwrap_or(&Query::parse("")));
        let cut = held.len() as i64 >= limits::LIST_ROWS_MAX;
        match asked.answer(app, visitor, lines, cut).await? {
            Answer::File(file) => return Ok(file),
            Answer::Page(page) => list = Some(page),
        }
    } else {
        for one in app.market.complaints(&actor, None).await? {
            rows.push(row(app, &one, path, now).await?);
        }
    }
    let kind = values.get("kind").to_owned();
    let kinds = ComplaintKind::ALL.iter().map(|one| Choice::of(one.word(), one.label(), &kind));
    let mut chrome = Chrome::new(app, visitor, path);
    if let Some(query) = query {
        chrome = chrome.telling(query);
    }
    let kinds = kinds.collect();
    let jobs = if settles { Vec::new() } else { own_jobs(app, visitor, values.get("job")).await? };
    let list = ComplaintsPage { chrome, settles, path, list, rows, kinds, jobs, values, faults };
    Ok(page(status, &list))
}

/// Work that a complaint may be about.
const JOBS_SHOWN: usize = 12;

/// The work of whoever complains, the newest first, and what is chosen already.
async fn own_jobs(app: &App, visitor: &Visitor, chosen: &str) -> Result<Vec<Choice>, Problem> {
    let mut jobs = vec![Choice::of("", "说不清是哪个", chosen)];
    let own = visitor.account.as_ref().and_then(|account| account.worker.clone());
    if let Some(worker) = own {
        let rows = app.market.bookings_by(&visitor.actor()?, &worker).await?;
        for row in rows.into_iter().rev().take(JOBS_SHOWN) {
            let when = row.booking.shifts.first().map(words::shift).unwrap_or_default();
            let text = format!("{} {when}", row.title);
            jobs.push(Choice::of(row.booking.job.to_string(), text, chosen));
        }
    }
    if !jobs.iter().any(|job| job.selected) {
        let known = match chosen.parse::<JobId>() {
            Ok(id) => app.market.store.read().await?.posting(&id).await?,
            Err(_) => None,
        };
        let public = known.filter(|posting| posting.published_at.is_some());
        let text = public.map_or_else(|| chosen.to_owned(), |posting| posting.terms.title);
        jobs.push(Choice::of(chosen, text, chosen));
    }
    Ok(jobs)
}

/// `GET /complaints` and `GET /desk/complaints`; `?job=ID` begins one about a posting.
pub async fn complaints(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let values = Form::of([("job", query.get("job").unwrap_or_default().to_owned())]);
    render(&app, &visitor, Some(&query), (StatusCode::OK, values, Faults::default())).await
}

/// `POST /complaints` and `POST /desk/complaints`
pub async fn complain(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut faults = Faults::default();
    let kind = form.get("kind").parse::<ComplaintKind>();
    if kind.is_err() {
        faults.add("kind", "请选择投诉什么");
    }
    let id = |name: &str| Some(form.plain(name)).filter(|text| !text.is_empty());
    let job = id("job").map(|text| text.parse::<JobId>());
    if matches!(job, Some(Err(_))) {
        faults.add("job", "岗位编号不对，可以不填");
    }
    let worker = id("worker").map(|text| text.parse::<WorkerId>());
    if matches!(worker, Some(Err(_))) {
        faults.add("worker", "求职者编号不对，可以不填");
    }
    if let (Ok(kind), true) = (kind, faults.is_empty()) {
        let new = NewComplaint {
            kind,
            job: job.and_then(Result::ok),
            worker: worker.and_then(Result::ok),
            text: form.get("text").to_owned(),
            channel: channel_of(&visitor),
        };
        match app.market.complain(&visitor.actor()?, &new).await {
            Ok(one) => {
                let base = if settles(&visitor) { "/desk/complaints" } else { "/complaints" };
                let path = format!("{base}/{}", one.id);
                return Ok(see_other(&path, "complained").into_response());
            }
            Err(MarketError::Invalid(errors)) => {
                faults.add_all(&errors, |path| path.trim_end_matches("_id").to_owned());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let kept = (StatusCode::UNPROCESSABLE_ENTITY, form, faults);
    render(&app, &visitor, None, kept).await
}

async fn render_one(
    app: &App,
    visitor: &Visitor,
    id: &ComplaintId,
    query: Option<&Query>,
    fault: Option<Problem>,
) -> Result<Response, Problem> {
    let one = app.market.complaint(&visitor.actor()?, id).await?;
    let (now, settles) = (app.market.now(), settles(visitor));
    let base = if settles { "/desk/complaints" } else { "/complaints" };
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let mut view = app.market.store.read().await?;
    let mut log = view.log_of(Kind::Complaint, id.as_str(), 200).await?;
    // Who looked stands in the audit trail; here is what was done.
    log.retain(|row| row.verb != "look");
    let known = timeline::actors(&mut view, &log).await?;
    let posting = match &one.job {
        Some(job) => view.posting(job).await?,
        None => None,
    };
    drop(view);
    let may = |event: &ComplaintEvent| settles || *event == ComplaintEvent::Reopen;
    let mut steps: Vec<ComplaintStep> = one
        .status
        .allowed()
        .filter(may)
        .map(|event| ComplaintStep {
            word: event.word(),
            text: event.label(),
            owes_words: matches!(event, ComplaintEvent::Solve | ComplaintEvent::Dismiss),
        })
        .collect();
    let is_up = |status: Status| status.after(Event::Withdraw).is_some();
    if settles && posting.as_ref().is_some_and(|posting| is_up(posting.status)) {
        steps.push(ComplaintStep {
            word: "take-down", text: "撤下这个岗位", owes_words: true
        });
    }
    let (chrome, status) = Chrome::new(app, visitor, base).after(query, fault);
    let job_base = if settles { "/desk/jobs" } else { "/jobs" };
    let shown = ComplaintPage {
        chrome,
        path: format!("{base}/{id}"),
        row: row(app, &one, base, now).await?,
        made: format!("{}，{}", one.channel.label(), words::minute(one.created_at)),
        handler: handler(app, visitor, &one).await?,
        job: one.job.as_ref().map(|job| format!("{job_base}/{job}")),
        steps,
        trail: timeline::steps(&log, &known, &reader),
    };
    Ok(page(status, &shown))
}

/// `GET /complaints/{id}` and `GET /desk/complaints/{id}`
pub async fn complaint(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ComplaintId>,
    query: Query,
) -> Result<Response, Problem> {
    render_one(&app, &visitor, &id, Some(&query), None).await
}

/// `POST /complaints/{id}` and `POST /desk/complaints/{id}`: a step, named by the form.
pub async fn settle(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<ComplaintId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let (actor, words) = (visitor.actor()?, Some(form.get("words")));
    let done = match form.get("step") {
        "take-down" => app.market.take_down(&actor, &id, words).await,
        word => {
            let event = word.parse::<ComplaintEvent>();
            let event = event.map_err(|_| Problem::bad_request("没有这个操作"))?;
            app.market.settle_complaint(&actor, &id, event, words).await
        }
    };
    match done {
        Ok(_) => {
            app.settle().await;
            let base = if settles(&visitor) { "/desk/complaints" } else { "/complaints" };
            Ok(see_other(&format!("{base}/{id}"), "complaint_moved").into_response())
        }
        Err(error @ (MarketError::Invalid(_) | MarketError::Refused(_))) => {
            render_one(&app, &visitor, &id, None, Some(error.into())).await
        }
        Err(error) => Err(error.into()),
    }
}
