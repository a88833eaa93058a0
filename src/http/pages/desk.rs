//! The desk: the postings that somebody conducts or reviews, what needs them first on top.

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    facts::{self, Reader},
    line::Line,
    list::{Asked, Choices, Filter, Spec, all, column, in_file},
    list_page::{self, Around},
    sheets::Cell,
    words,
};
use crate::{
    domain::{
        ids::{AccountId, JobId},
        limits,
        org::Label,
        posting::{Posting, Status},
        time::{DAY, Moment},
        wage::Settlement,
    },
    http::{body::Query, problem::Problem},
    market::{Reach, Verb, reach},
};

/// What a posting needs of its poster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A desk handed it back.
    Returned,
    /// It was written and never handed in.
    Unsent,
    /// Its work starts soon and places are left.
    Short,
}

impl Need {
    /// Its word in an address.
    pub const fn word(self) -> &'static str {
        match self {
            Need::Returned => "returned",
            Need::Unsent => "unsent",
            Need::Short => "short",
        }
    }

    /// What people read.
    pub const fn label(self) -> &'static str {
        match self {
            Need::Returned => "退回来要改的",
            Need::Unsent => "写了没交的",
            Need::Short => "马上开工，还缺人",
        }
    }
}

/// A posting that still wants people this long before its work starts is urgent, µs.
const SOON: i64 = DAY;

/// When the next work of a posting starts.
pub fn next_start(posting: &Posting, now: Moment) -> Option<Moment> {
    posting.terms.shifts.iter().map(|shift| shift.start).filter(|start| *start > now).min()
}

/// What a posting needs; a draft needs its poster alone, `own` says whether that is the reader.
pub fn need(posting: &Posting, own: bool, now: Moment) -> Option<Need> {
    match posting.status {
        Status::Draft if own && posting.reason.is_some() => Some(Need::Returned),
        Status::Draft if own => Some(Need::Unsent),
        Status::Open => {
            let soon = next_start(posting, now).is_some_and(|start| start <= now.plus(SOON));
            soon.then_some(Need::Short)
        }
        _ => None,
    }
}

/// Whether a draft is the reader's to finish: reviewers see those of others too.
pub fn is_own(posting: &Posting, reader: Option<&AccountId>, reviews: bool) -> bool {
    !reviews || posting.poster.as_ref() == reader
}

fn states() -> Choices {
    let needs = [Need::Returned, Need::Unsent, Need::Short];
    let needs = needs.iter().map(|need| (need.word(), need.label()));
    needs.chain(all::<Status>()).collect()
}

const LIST: Spec = Spec {
    path: "/desk",
    name: "岗位管理",
    unit: "个岗位",
    order: "要先处理的在最上面",
    hint: "岗位、单位或地点里的字",
    day: "上工",
    people: false,
    columns: &[
        column("title", "岗位"),
        column("status", "状态"),
        column("wage", "工钱"),
        column("left", "人数"),
        column("start", "上工"),
        column("employer", "用人单位"),
        column("changed", "最近改动"),
        in_file("address", "地点"),
        in_file("label", "谁发布的"),
        in_file("verified_by", "谁核验的"),
        in_file("published", "发布时间"),
        in_file("reason", "退回原因"),
        in_file("id", "编号"),
    ],
    filters: &[
        Filter { word: "status", title: "状态", choices: states },
        Filter { word: "label", title: "谁发布的", choices: all::<Label> },
        Filter { word: "settlement", title: "怎么结", choices: all::<Settlement> },
    ],
};

/// What needs a person first; the reviewer's queue comes before one's own drafts.
fn urgency(posting: &Posting, reviews: bool) -> i64 {
    match (posting.status, reviews) {
        (Status::InReview, true) => 0,
        (Status::Draft, _) if posting.reason.is_some() => 1,
        (Status::Draft, _) => 2,
        (Status::InReview, false) => 3,
        (Status::Open, _) => 4,
        (Status::Filled, _) => 5,
        (Status::Closed | Status::Expired | Status::Withdrawn, _) => 6,
    }
}

/// A posting as a row; of what waits for review the oldest comes first, else the newest.
fn line(posting: &Posting, own: bool, (reviews, posts): (bool, bool), now: Moment) -> Line {
    let (terms, id, status) = (&posting.terms, &posting.id, posting.status);
    let waits = status == Status::InReview;
    let age = if waits { posting.updated_at.0 } else { -posting.updated_at.0 };
    let coming = terms.shifts.iter().find(|shift| shift.end > now).or(terms.shifts.last());
    let start = coming.map(|shift| shift.start);
    let ranked = |text: String, by: i64, class| Cell::Ranked { text, by, class };
    let wage = format!("{} {}", terms.wage, terms.wage.settlement.label());
    let places = format!("缺{} / 共{}", posting.places_left(), terms.headcount);
    let cells = vec![
        terms.title.clone().into(),
        Cell::state(status.label(), status as i64),
        ranked(wage, terms.wage.min().0, "money"),
        ranked(places, i64::from(posting.places_left()), ""),
        ranked(words::start(posting, now), start.map_or(0, |start| start.0), ""),
        facts::employer(posting, Reader::Desk).into(),
        Cell::At(Some(posting.updated_at)),
        terms.address.clone().into(),
        posting.label.label().into(),
        posting.verified_by.clone().unwrap_or_default().into(),
        Cell::At(posting.published_at),
        posting.reason.clone().unwrap_or_default().into(),
        id.to_string().into(),
    ];
    let mut line = Line::new(id, cells)
        .to(format!("/desk/jobs/{id}"))
        .marked("status", status.word())
        .marked("label", posting.label.word())
        .marked("settlement", terms.wage.settlement.word())
        .noted(posting.reason.as_ref().map(|reason| format!("原因：{reason}")))
        .ranked(urgency(posting, reviews), age)
        .on(start.map(Moment::day));
    if let Some(need) = need(posting, own, now) {
        line = line.marked("status", need.word());
    }
    if posts { line.pressing(format!("/desk/jobs/new?from={id}"), "再发一次") } else { line }
}

/// `GET /desk`
pub async fn desk(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let may = |verb| {
        let role = visitor.account.as_ref().map(|account| account.role);
        role.is_some_and(|role| reach(role, verb) != Reach::Nothing)
    };
    let (reviews, posts) = (may(Verb::Review), may(Verb::Post));
    let (asked, now) = (Asked::read(&LIST, &query), app.market.now());
    let reader = visitor.account.as_ref().map(|account| &account.id);
    let word = asked.words().into_iter().next();
    let (mut lines, mut waiting, mut cut) = (Vec::new(), 0, false);
    for status in Status::ALL {
        let mut held = app.market.desk(&actor, &[*status]).await?;
        if held.len() as i64 >= limits::LIST_ROWS_MAX {
            cut = true;
            // What is older is found by its title, place or employer.
            if let Some(word) = &word {
                let older = app.market.desk_with(&actor, &[*status], Some(word)).await?;
                let known: BTreeSet<JobId> = held.iter().map(|one| one.id.clone()).collect();
                held.extend(older.into_iter().filter(|one| !known.contains(&one.id)));
            }
        }
        if *status == Status::InReview {
            waiting = held.len();
        }
        lines.extend(
            held.iter().map(|posting| {
                line(posting, is_own(posting, reader, reviews), (reviews, posts), now)
            }),
        );
    }
    let mut chrome = Chrome::new(&app, &visitor, "/desk").telling(&query);
    if reviews {
        chrome = chrome.counting("/desk", waiting);
    }
    let around = Around {
        links: if posts { vec![("/desk/jobs/new", "发布岗位")] } else { Vec::new() },
        none: "还没有岗位。发布以后，审核到哪一步、还缺几个人，都在这里看。",
        ..Around::default()
    };
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
