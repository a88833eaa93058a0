//! One posting at the desk: what it says, what happened to it, what can be done next.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::{self, Fact, Reader},
    input::{Form, Sent},
    page, see_other,
    timeline::{self, Step},
};
use crate::{
    domain::{
        booking::BookingStatus,
        ids::JobId,
        life::Life,
        poster::NotCleared,
        posting::{Event, Posting, Status},
        time::Moment,
    },
    http::{
        body::{Id, Query},
        problem::Problem,
    },
    market::{MarketError, Standing, Verb},
    review::Finding,
    store::Kind,
};

/// A step that can be taken now.
pub struct Action {
    /// The event's word, which is the last part of its address.
    pub word: &'static str,
    /// What it says.
    pub text: &'static str,
    /// Whether a reason is owed.
    pub owes_reason: bool,
    /// The reason as typed.
    pub typed: String,
    /// What is wrong with the reason.
    pub fault: Option<String>,
}

/// A step that can't be taken now.
pub struct Blocked {
    /// The step.
    pub text: &'static str,
    /// Why not.
    pub why: String,
}

/// Something that whoever reviews the posting should look at.
pub struct FindingRow {
    /// The field, as the form calls it.
    pub field: &'static str,
    /// What it is about.
    pub finding: Finding,
}

/// A field of a posting as its form calls it.
fn field_label(field: &str) -> &'static str {
    match field {
        "title" => "岗位名称",
        "description" => "干什么",
        "requirements" => "要求",
        "skills" => "会什么",
        "benefits" => "待遇",
        "address" => "地点",
        "pickup" => "上车地点",
        "wage" => "工钱",
        "shifts" => "班次",
        _ => "内容",
    }
}

/// How many bookings stand in a state.
pub struct RosterRow {
    /// The state.
    pub status: &'static str,
    /// How many.
    pub count: usize,
}

/// The page.
#[derive(Template)]
#[template(path = "desk_job.html")]
pub struct DeskJobPage {
    /// The frame.
    pub chrome: Chrome,
    /// The posting's id.
    pub id: String,
    /// What is to be done.
    pub title: String,
    /// Where it stands.
    pub status: &'static str,
    /// Why it was handed back or taken down.
    pub reason: Option<String>,
    /// Everything it says.
    pub facts: Vec<Fact>,
    /// Its bookings by state.
    pub roster: Vec<RosterRow>,
    /// What happened, newest first.
    pub steps: Vec<Step>,
    /// What whoever reviews it should look at.
    pub findings: Vec<FindingRow>,
    /// What can be done.
    pub actions: Vec<Action>,
    /// What can't, and why.
    pub blocked: Vec<Blocked>,
    /// Whether it may be revised.
    pub edits: bool,
    /// Whether it may be posted once more.
    pub posts: bool,
    /// Whether everyone may see it.
    pub is_public: bool,
}

/// The steps that people take, with the right that each needs.
const STEPS: [(Event, Verb); 5] = [
    (Event::Approve, Verb::Review),
    (Event::Reject, Verb::Review),
    (Event::Submit, Verb::Conduct),
    (Event::Close, Verb::Conduct),
    (Event::Withdraw, Verb::Conduct),
];

/// Entries of the log that are shown.
const STEPS_MAX: i64 = 200;

fn owes_reason(event: Event) -> bool {
    matches!(event, Event::Reject | Event::Withdraw)
}

/// Why a posting can't take a step now, if it can't.
fn hindrance(
    posting: &Posting,
    event: Event,
    not_cleared: Option<&NotCleared>,
    now: Moment,
) -> Option<String> {
    if let Err(refused) = posting.status.next(event) {
        return Some(format!("岗位现在是“{}”", refused.from));
    }
    let published = matches!(event, Event::Submit | Event::Approve);
    let over = published && posting.terms.expires_at() <= now;
    if over {
        return Some("有效期或班次已过，请先修改时间".to_owned());
    }
    not_cleared.filter(|_| published).map(NotCleared::sentence)
}

/// What stood in the way of a step, and the reason that was typed for it.
pub struct Failed {
    event: Event,
    typed: String,
    error: MarketError,
}

async fn render(
    app: &App,
    visitor: &Visitor,
    standing: Standing,
    query: Option<&Query>,
    failed: Option<Failed>,
) -> Result<Response, Problem> {
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let posting = &standing.posting;
    let (now, id) = (app.market.now(), posting.id.as_str());
    let stations = app.market.stations().await?;
    let mut view = app.market.store.read().await?;
    let log = view.log_of(Kind::Job, id, STEPS_MAX).await?;
    let known = timeline::actors(&mut view, &log).await?;
    let bookings =
        if standing.may(Verb::Roster) { view.bookings_of(&posting.id).await? } else { Vec::new() };
    let roster = BookingStatus::ALL.iter().map(|status| RosterRow {
        status: status.label(),
        count: bookings.iter().filter(|booking| booking.status == *status).count(),
    });
    let mut chrome = Chrome::new(app, visitor, "/desk");
    if let Some(query) = query {
        chrome = chrome.telling(query);
        let is_new = query.get("said").is_some_and(|said| said.starts_with("posted"));
        chrome.draft_done = is_new.then_some("posting:new");
    }
    let mut status = StatusCode::OK;
    let mut at_reason = None;
    if let Some(failed) = failed {
        let problem = Problem::from(failed.error);
        status = problem.status;
        chrome = chrome.stopped(problem.title.clone());
        at_reason = Some((failed.event, failed.typed, problem.title));
    }
    let (mut actions, mut blocked) = (Vec::new(), Vec::new());
    let not_cleared = app.market.hindrance(&visitor.actor()?, posting).await?;
    for (event, _) in STEPS.iter().filter(|(_, verb)| standing.may(*verb)) {
        if let Some(why) = hindrance(posting, *event, not_cleared.as_ref(), now) {
            let text = event.label();
            blocked.push(Blocked { text, why });
            continue;
        }
        let own = at_reason.as_ref().filter(|(failed, ..)| failed == event);
        actions.push(Action {
            word: event.word(),
            text: event.label(),
            owes_reason: owes_reason(*event),
            typed: own.map(|(_, typed, _)| typed.clone()).unwrap_or_default(),
            fault: own.map(|(.., title)| title.clone()),
        });
    }
    let live = matches!(posting.status, Status::Draft | Status::Open | Status::Filled);
    let reviewable = standing.may(Verb::Review) && posting.status == Status::InReview;
    let edits = standing.may(Verb::Revise) && (live || reviewable);
    if standing.may(Verb::Revise) && !edits {
        let why = match posting.status {
            Status::InReview => "正在审核；要改就先撤下，再发一次".to_owned(),
            ended => format!("岗位现在是“{}”，可以再发一次", ended.label()),
        };
        blocked.push(Blocked { text: "修改", why });
    }
    let chain = app.market.chain(posting).await?;
    let undecided = matches!(posting.status, Status::Draft | Status::InReview);
    let findings = if undecided { app.market.findings(posting) } else { Vec::new() };
    let finding_row = |finding: Finding| FindingRow { field: field_label(finding.field), finding };
    let desk_job = DeskJobPage {
        chrome,
        id: id.to_owned(),
        title: posting.terms.title.clone(),
        status: posting.status.label(),
        reason: posting.reason.clone(),
        facts: facts::facts(posting, &chain, &stations, Reader::Desk),
        roster: roster.filter(|row| row.count > 0).collect(),
        steps: timeline::steps(&log, &known, &reader),
        findings: findings.into_iter().map(finding_row).collect(),
        actions,
        blocked,
        edits,
        posts: standing.may(Verb::Post),
        is_public: posting.published_at.is_some(),
    };
    Ok(page(status, &desk_job))
}

/// `GET /desk/jobs/{id}`
pub async fn job(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<JobId>,
    query: Query,
) -> Result<Response, Problem> {
    let standing = app.market.standing(&visitor.actor()?, &id).await?;
    render(&app, &visitor, standing, Some(&query), None).await
}

async fn step(
    app: App,
    visitor: Visitor,
    id: JobId,
    form: Form,
    event: Event,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let actor = visitor.actor()?;
    let (market, reason) = (&app.market, Some(form.get("reason")));
    let (done, said) = match event {
        Event::Submit => (market.submit(&actor, &id).await, "submitted"),
        Event::Approve => (market.approve(&actor, &id).await, "approved"),
        Event::Reject => (market.reject(&actor, &id, reason).await, "rejected"),
        Event::Close => (market.close(&actor, &id).await, "closed"),
        Event::Withdraw => (market.withdraw(&actor, &id, reason).await, "withdrawn"),
        // These happen by themselves; no page offers them.
        Event::Fill | Event::Free | Event::Expire => return Err(Problem::not_found()),
    };
    match done {
        Ok(_) => {
            app.settle().await;
            Ok(see_other(&format!("/desk/jobs/{id}"), said).into_response())
        }
        Err(
            error @ (MarketError::Invalid(_)
            | MarketError::Refused(_)
            | MarketError::NotCleared(_)
            | MarketError::Barred(_)),
        ) => {
            let standing = app.market.standing(&actor, &id).await?;
            let failed = Failed { event, typed: form.get("reason").to_owned(), error };
            render(&app, &visitor, standing, None, Some(failed)).await
        }
        Err(error) => Err(error.into()),
    }
}

macro_rules! handlers {
    ($($(#[$doc:meta])* $name:ident = $event:ident;)*) => {$(
        $(#[$doc])*
        pub async fn $name(
            State(app): State<App>,
            visitor: Visitor,
            Id(id): Id<JobId>,
            Sent(form): Sent,
        ) -> Result<Response, Problem> {
            step(app, visitor, id, form, Event::$event).await
        }
    )*};
}

handlers! {
    /// `POST /desk/jobs/{id}/submit`
    submit = Submit;
    /// `POST /desk/jobs/{id}/approve`
    approve = Approve;
    /// `POST /desk/jobs/{id}/reject`
    reject = Reject;
    /// `POST /desk/jobs/{id}/close`
    close = Close;
    /// `POST /desk/jobs/{id}/withdraw`
    withdraw = Withdraw;
}
