//! The first page: for everyone the boards, for who signed in what needs them now.

use askama::Template;
use axum::{extract::State, http::StatusCode, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    claims::waits_for,
    facts::{self, Reader},
    page, words,
};
use crate::{
    domain::{
        account::Role,
        poster::{Check, Poster},
        posting::{Posting, Status},
        station::Station,
        time::{DAY, Moment},
    },
    http::{body::Query, problem::Problem},
    market::{Reach, Verb, reach},
};

/// Somewhere to go.
pub struct Task {
    /// Where to do it.
    pub href: String,
    /// What it is.
    pub text: &'static str,
    /// How much of it there is.
    pub count: Option<usize>,
}

/// A posting that needs the person.
pub struct QueueRow {
    /// Its page.
    pub href: String,
    /// What is to be done there.
    pub title: String,
    /// Why it stands here.
    pub note: String,
}

/// Postings that need the person for one reason, the most urgent first.
pub struct Queue {
    /// What is to be done with them.
    pub text: &'static str,
    /// All of them.
    pub href: String,
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub rows: Vec<QueueRow>,
}

/// The first page.
#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// The frame.
    pub chrome: Chrome,
    /// What needs the person.
    pub queues: Vec<Queue>,
    /// Where else to go.
    pub tasks: Vec<Task>,
    /// Whether the person may post.
    pub posts: bool,
    /// The stations with boards.
    pub stations: Vec<Station>,
}

/// Rows of a queue on this page.
const ROWS_MAX: usize = 5;
/// A licence that ends within so many days is told to whom it belongs.
const LICENCE_DAYS_NOTICE: i64 = 30;
/// A posting that still wants people this long before its work starts is urgent.
const SOON: i64 = DAY;

/// When the next work of a posting starts.
fn next_start(posting: &Posting, now: Moment) -> Option<Moment> {
    posting.terms.shifts.iter().map(|shift| shift.start).filter(|start| *start > now).min()
}

fn queue(
    text: &'static str,
    status: Status,
    postings: &[&Posting],
    note: impl Fn(&Posting) -> String,
) -> Option<Queue> {
    let row = |posting: &&Posting| QueueRow {
        href: format!("/desk/jobs/{}", posting.id),
        title: posting.terms.title.clone(),
        note: note(posting),
    };
    (!postings.is_empty()).then(|| Queue {
        text,
        href: format!("/desk?status={}", status.word()),
        count: postings.len(),
        rows: postings.iter().take(ROWS_MAX).map(row).collect(),
    })
}

/// What stands at a desk, by state; each list is the newest first.
struct AtDesk {
    waiting: Vec<Posting>,
    drafts: Vec<Posting>,
    open: Vec<Posting>,
    filled: Vec<Posting>,
}

fn queues(desk: &AtDesk, reviews: bool, now: Moment) -> Vec<Queue> {
    let oldest_first = |list: &'_ [Posting]| {
        let mut list = list.to_vec();
        list.sort_by_key(|posting| posting.updated_at);
        list
    };
    let (waiting, drafts) = (oldest_first(&desk.waiting), oldest_first(&desk.drafts));
    let (returned, unsent): (Vec<&Posting>, Vec<&Posting>) =
        drafts.iter().partition(|posting| posting.reason.is_some());
    let starts = |posting: &Posting| next_start(posting, now);
    let is_soon = |posting: &&Posting| starts(posting).is_some_and(|at| at <= now.plus(SOON));
    let mut soon: Vec<&Posting> = desk.open.iter().filter(is_soon).collect();
    soon.sort_by_key(|posting| starts(posting));
    let waited = |posting: &Posting| words::ago(posting.updated_at, now);
    let review = reviews.then(|| {
        let waiting: Vec<&Posting> = waiting.iter().collect();
        queue("等您审核", Status::InReview, &waiting, |posting| {
            let employer = facts::employer(posting, Reader::Desk);
            format!("{employer} · {} · 等了{}", posting.terms.wage, waited(posting))
        })
    });
    [
        review.flatten(),
        queue("退回来要改的", Status::Draft, &returned, |posting| {
            format!("原因：{}", posting.reason.as_deref().unwrap_or_default())
        }),
        queue("马上开工，还缺人", Status::Open, &soon, |posting| {
            format!("{}上工 · 还缺{}人", words::start(posting, now), posting.places_left())
        }),
        queue("写了没交的", Status::Draft, &unsent, |posting| {
            format!("{}前写的", waited(posting))
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Who waits to be verified, and who may not post any more but is still seen.
async fn vetting(app: &App, visitor: &Visitor) -> Result<Vec<Queue>, Problem> {
    let (actor, now) = (visitor.actor()?, app.market.now());
    let list = |text: &'static str, href: &str, rows: Vec<QueueRow>| {
        let href = href.to_owned();
        (!rows.is_empty()).then(|| Queue {
            text,
            href,
            count: rows.len(),
            rows: rows.into_iter().take(ROWS_MAX).collect(),
        })
    };
    let row = |poster: &Poster, note: String| QueueRow {
        href: format!("/desk/orgs/{}", poster.org.id),
        title: poster.org.employer.name.clone(),
        note,
    };
    let pending = app.market.posters(&actor, Some(Check::Pending)).await?;
    let pending = pending.iter().map(|poster| {
        let kind = poster.org.employer.kind.label();
        row(poster, format!("{kind} · 等了{}", words::ago(poster.updated_at, now)))
    });
    let mandates = app.market.mandates(&actor, Check::Pending).await?;
    let mandates = mandates.into_iter().map(|(mandate, broker)| QueueRow {
        href: format!("/desk/orgs/{}", mandate.broker),
        title: broker,
        note: format!("替{}招人，{}到{}", mandate.employer.name, mandate.from, mandate.to),
    });
    let lapsed = app.market.posters_lapsed(&actor).await?;
    let lapsed = lapsed.iter().map(|poster| {
        let why = poster.clears(now.day()).err();
        row(poster, why.map(|why| why.sentence()).unwrap_or_default())
    });
    let waiting = "/desk/orgs?status=pending";
    Ok([
        list("等您核验的单位", waiting, pending.collect()),
        list("等您核验的委托书", "/desk/orgs", mandates.collect()),
        list("证照到期或没有通过，岗位还开着", "/desk/orgs", lapsed.collect()),
    ]
    .into_iter()
    .flatten()
    .collect())
}

/// What keeps the account's own organisation from publishing, and a licence that soon ends.
async fn own_org(app: &App, visitor: &Visitor) -> Result<Vec<Queue>, Problem> {
    let account = visitor.account.as_ref();
    let keeps = account.is_some_and(|account| reach(account.role, Verb::KeepOrg) == Reach::Own);
    let Some(id) = account.and_then(|account| account.org.clone()).filter(|_| keeps) else {
        return Ok(Vec::new());
    };
    let poster = app.market.poster_file(&visitor.actor()?, &id).await?.poster;
    let today = app.market.now().day();
    let soon = poster.licence_until.filter(|day| today.days_until(*day) <= LICENCE_DAYS_NOTICE);
    let (title, note) = match (poster.clears(today), soon) {
        (Err(why), _) => ("还不能发布岗位", why.sentence()),
        (Ok(()), Some(day)) => ("营业执照快到期了", format!("{day}到期，请登记新的有效期")),
        (Ok(()), None) => return Ok(Vec::new()),
    };
    let row = QueueRow { href: "/org".to_owned(), title: title.to_owned(), note };
    Ok(vec![Queue { text: "单位资料", href: "/org".to_owned(), count: 1, rows: vec![row] }])
}

async fn at_desk(app: &App, visitor: &Visitor, reviews: bool) -> Result<AtDesk, Problem> {
    let actor = visitor.actor()?;
    let market = &app.market;
    let mut drafts = market.desk(&actor, &[Status::Draft]).await?;
    if reviews {
        // What a desk handed back is its poster's to do.
        let own = actor.account().map(|account| &account.id);
        drafts.retain(|posting| posting.poster.as_ref() == own);
    }
    Ok(AtDesk {
        waiting: market.desk(&actor, &[Status::InReview]).await?,
        drafts,
        open: market.desk(&actor, &[Status::Open]).await?,
        filled: market.desk(&actor, &[Status::Filled]).await?,
    })
}

/// `GET /`
pub async fn home(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let role = visitor.account.as_ref().map(|account| account.role);
    let may = |verb| role.is_some_and(|role| reach(role, verb) != Reach::Nothing);
    let mut home = HomePage {
        chrome: Chrome::new(&app, &visitor, "/").telling(&query),
        queues: Vec::new(),
        tasks: Vec::new(),
        posts: false,
        stations: app.market.stations().await?,
    };
    let task = |href: &str, text, count| Task { href: href.to_owned(), text, count };
    if matches!(role, Some(Role::Worker | Role::Leader)) {
        home.tasks = vec![task("/jobs", "找活", None), task("/me", "我的报名", None)];
    } else if may(Verb::ReadDraft) {
        let reviews = may(Verb::Review);
        let desk = at_desk(&app, &visitor, reviews).await?;
        let all = |status: Status, text, count| {
            task(&format!("/desk?status={}", status.word()), text, Some(count))
        };
        home.tasks = vec![
            all(Status::InReview, "等审核的岗位", desk.waiting.len()),
            all(Status::Open, "正在招的岗位", desk.open.len()),
            all(Status::Filled, "招满的岗位", desk.filled.len()),
        ];
        home.queues = queues(&desk, reviews, app.market.now());
        if may(Verb::Verify) {
            home.queues.extend(vetting(&app, &visitor).await?);
        }
        home.queues.splice(0..0, own_org(&app, &visitor).await?);
        home.posts = may(Verb::Post);
    }
    if may(Verb::CheckClaim) || may(Verb::Place) {
        let actor = visitor.actor()?;
        let held = app.market.claims(&actor, &[]).await?;
        let waiting = held.iter().filter(|claim| waits_for(&app, &actor, claim)).count();
        home.tasks.push(task("/desk/claims", "等我办的申报", Some(waiting)));
    }
    if may(Verb::Place) {
        home.tasks.push(task("/desk/placements", "稳定就业：谁快到期、缺什么", None));
    }
    Ok(page(StatusCode::OK, &home))
}
