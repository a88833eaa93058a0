//! What needs somebody today, for one reason each, the most urgent first; every queue leads to the
//! list of all that it counts.

use std::collections::BTreeMap;

use super::{
    App, Visitor, coming,
    complaints_list::{self, LATE},
    desk::{self, Need},
    facts::{self, Reader},
    ledger, orgs, turnout, words,
};
use crate::{
    domain::{
        booking::BookingStatus,
        complaint::ComplaintStatus,
        ids::JobId,
        ledger::WageStatus,
        limits,
        poster::{Check, Mandate, Poster},
        posting::{Posting, Status},
        time::Moment,
    },
    http::problem::Problem,
    market::{Coming, Reach, Slip, Turnout, Verb, reach},
};

/// Something that needs the person.
pub struct QueueRow {
    /// Its page.
    pub href: String,
    /// What it is about.
    pub title: String,
    /// Why it stands here.
    pub note: String,
}

/// What needs the person for one reason, the most urgent first.
pub struct Queue {
    /// What is to be done.
    pub text: &'static str,
    /// All of it.
    pub href: String,
    /// How much there is.
    pub count: usize,
    /// The first of it.
    pub rows: Vec<QueueRow>,
}

/// Rows of a queue on the first page.
const ROWS_MAX: usize = 5;

/// A queue of these rows; `count` where a row stands for several. None where there is nothing.
fn queue(
    text: &'static str,
    href: impl Into<String>,
    rows: impl IntoIterator<Item = QueueRow>,
    count: Option<usize>,
) -> Option<Queue> {
    let mut rows: Vec<QueueRow> = rows.into_iter().collect();
    let count = count.unwrap_or(rows.len());
    rows.truncate(ROWS_MAX);
    (count > 0).then(|| Queue { text, href: href.into(), count, rows })
}

fn to(href: impl Into<String>, title: impl Into<String>, note: String) -> QueueRow {
    QueueRow { href: href.into(), title: title.into(), note }
}

/// Postings of a desk, by state; each list is the newest first.
pub struct AtDesk {
    /// Wait for review.
    pub waiting: Vec<Posting>,
    /// Drafts that the reader has to finish.
    pub drafts: Vec<Posting>,
    /// Want people.
    pub open: Vec<Posting>,
    /// Have all their people.
    pub filled: Vec<Posting>,
}

impl AtDesk {
    async fn read(app: &App, visitor: &Visitor, reviews: bool) -> Result<AtDesk, Problem> {
        let (actor, market) = (visitor.actor()?, &app.market);
        let mut drafts = market.desk(&actor, &[Status::Draft]).await?;
        let own = actor.account().map(|account| &account.id);
        drafts.retain(|posting| desk::is_own(posting, own, reviews));
        Ok(AtDesk {
            waiting: market.desk(&actor, &[Status::InReview]).await?,
            drafts,
            open: market.desk(&actor, &[Status::Open]).await?,
            filled: market.desk(&actor, &[Status::Filled]).await?,
        })
    }

    /// Those with this need, as the list of postings finds them.
    fn needing(
        &self,
        wanted: Need,
        now: Moment,
        text: fn(&Posting, Moment) -> String,
        by: fn(&Posting, Moment) -> i64,
    ) -> Option<Queue> {
        let all = self.drafts.iter().chain(&self.open);
        let mut held: Vec<&Posting> =
            all.filter(|posting| desk::need(posting, true, now) == Some(wanted)).collect();
        held.sort_by_key(|posting| by(posting, now));
        let row = |posting: &Posting| {
            let href = format!("/desk/jobs/{}", posting.id);
            to(href, posting.terms.title.as_str(), text(posting, now))
        };
        let href = format!("/desk?status={}", wanted.word());
        queue(wanted.label(), href, held.into_iter().map(row), None)
    }

    fn in_review(&self, now: Moment) -> Option<Queue> {
        let mut held: Vec<&Posting> = self.waiting.iter().collect();
        held.sort_by_key(|posting| posting.updated_at);
        let row = |posting: &Posting| {
            let employer = facts::employer(posting, Reader::Desk);
            let waited = words::ago(posting.updated_at, now);
            let note = format!("{employer} · {} · 等了{waited}", posting.terms.wage);
            to(format!("/desk/jobs/{}", posting.id), posting.terms.title.as_str(), note)
        };
        let href = format!("/desk?status={}", Status::InReview.word());
        queue("等您审核", href, held.into_iter().map(row), None)
    }
}

/// Everything that needs whoever conducts or reviews postings; and the postings, for counting.
///
/// # Errors
/// As the market's lists.
pub async fn at_desk(
    app: &App,
    visitor: &Visitor,
    may: &impl Fn(Verb) -> bool,
) -> Result<(Vec<Queue>, AtDesk), Problem> {
    let now = app.market.now();
    let at_desk = AtDesk::read(app, visitor, may(Verb::Review)).await?;
    let mut all: Vec<Option<Queue>> = own_org(app, visitor).await?;
    if may(Verb::Screens) {
        all.push(calls(app, visitor, now).await?);
    }
    if may(Verb::Handle) {
        all.extend(rights(app, visitor, now).await?);
    }
    if may(Verb::Review) {
        all.push(at_desk.in_review(now));
    }
    if may(Verb::Roster) {
        all.extend(people(app, visitor, now).await?);
    }
    if may(Verb::Pay) {
        all.extend(wages(app, visitor, now).await?);
    }
    let age = |posting: &Posting, _: Moment| posting.updated_at.0;
    let why = |posting: &Posting, _: Moment| {
        format!("原因：{}", posting.reason.as_deref().unwrap_or_default())
    };
    all.push(at_desk.needing(Need::Returned, now, why, age));
    let start = |posting: &Posting, now: Moment| {
        desk::next_start(posting, now).map_or(i64::MAX, |start| start.0)
    };
    let short = |posting: &Posting, now: Moment| {
        format!("{}上工 · 还缺{}人", words::start(posting, now), posting.places_left())
    };
    all.push(at_desk.needing(Need::Short, now, short, start));
    let since =
        |posting: &Posting, now: Moment| format!("{}前写的", words::ago(posting.updated_at, now));
    all.push(at_desk.needing(Need::Unsent, now, since, age));
    if may(Verb::Verify) {
        all.extend(vetting(app, visitor).await?);
    }
    Ok((all.into_iter().flatten().collect(), at_desk))
}

/// Kiosks at which somebody asks for help.
async fn calls(app: &App, visitor: &Visitor, now: Moment) -> Result<Option<Queue>, Problem> {
    let (_, calls) = app.market.screens(&visitor.actor()?).await?;
    let row = |call: crate::domain::screen::HelpCall| {
        let note = format!("等了{}", words::ago(call.at, now));
        to("/desk/screens", call.station.to_string(), note)
    };
    Ok(queue("自助机在叫人", "/desk/screens", calls.into_iter().map(row), None))
}

/// Complaints and appeals that wait for staff.
async fn rights(app: &App, visitor: &Visitor, now: Moment) -> Result<Vec<Option<Queue>>, Problem> {
    let actor = visitor.actor()?;
    let held = app.market.complaints_at(&actor, None, limits::LIST_ROWS_MAX).await?;
    let row = |one: &crate::domain::complaint::Complaint| {
        let due = words::minute(one.due_at);
        let note =
            if one.due_at <= now { "已超期".to_owned() } else { format!("{due}前办结") };
        to(format!("/desk/complaints/{}", one.id), one.kind.label(), note)
    };
    let late = held.iter().filter(|one| complaints_list::presses(one, now)).map(row);
    let late = queue(
        "投诉到期或快到期",
        format!("/desk/complaints?status={}", LATE.0),
        late.collect::<Vec<_>>(),
        None,
    );
    let open = held.iter().filter(|one| one.status == ComplaintStatus::Open).map(row);
    let href = format!("/desk/complaints?status={}", ComplaintStatus::Open.word());
    let open = queue("等受理的投诉", href, open.collect::<Vec<_>>(), None);
    let appeals = app
        .market
        .appeals(&actor)
        .await?
        .into_iter()
        .map(|own| to("/desk/appeals", own.title, own.mark.kind.label().to_owned()));
    Ok(vec![late, open, queue("等答复的申诉", "/desk/appeals", appeals, None)])
}

/// Bookings by posting, a row each.
fn by_posting(held: &[&Coming], what: &str) -> Vec<QueueRow> {
    let mut jobs: BTreeMap<&JobId, (&Posting, usize)> = BTreeMap::new();
    for coming in held {
        jobs.entry(&coming.posting.id).or_insert((&coming.posting, 0)).1 += 1;
    }
    let row = |(id, (posting, count)): (&JobId, (&Posting, usize))| {
        let note = format!("{count}人{what}");
        to(format!("/desk/jobs/{id}/people"), posting.terms.title.as_str(), note)
    };
    jobs.into_iter().map(row).collect()
}

/// What a correction says, for a queue.
fn corrected(turnout: &Turnout) -> String {
    let asked = turnout.asked.as_ref();
    asked.map(|asked| asked.reason.clone()).unwrap_or_default()
}

/// Applications, places that nobody confirmed, and times to correct.
async fn people(app: &App, visitor: &Visitor, now: Moment) -> Result<Vec<Option<Queue>>, Problem> {
    let (actor, market) = (visitor.actor()?, &app.market);
    let asked = [BookingStatus::Applied, BookingStatus::Shortlisted];
    let asked = market.bookings_at_desk(&actor, &asked).await?;
    let asked: Vec<&Coming> = asked.iter().filter(|one| coming::waits(one)).collect();
    let booked = market.bookings_at_desk(&actor, &[BookingStatus::Booked]).await?;
    let unsure: Vec<&Coming> =
        booked.iter().filter(|one| coming::is_unsure(&one.booking, now)).collect();
    let times = market.corrections_to_answer(&actor).await?;
    let rows = times.iter().map(|turnout| {
        let href = format!("/desk/bookings/{}", turnout.attendance.booking);
        to(href, turnout.posting.terms.title.as_str(), corrected(turnout))
    });
    let list = |name: &str, status: &str| format!("/desk/{name}?status={status}");
    let (decide, unsure_list) =
        (list("bookings", coming::DECIDE.0), list("bookings", coming::UNSURE.0));
    Ok(vec![
        queue("等您决定的报名", decide, by_posting(&asked, "报名"), Some(asked.len())),
        queue(
            "今明两天上工，还没确认的",
            unsure_list,
            by_posting(&unsure, "没说来不来"),
            Some(unsure.len()),
        ),
        queue("要更正时间，等您答复", list("attendance", turnout::ASKED.0), rows, None),
    ])
}

/// Wages in arrears, and those to be paid now.
async fn wages(app: &App, visitor: &Visitor, now: Moment) -> Result<Vec<Option<Queue>>, Problem> {
    let (actor, market, today) = (visitor.actor()?, &app.market, now.day());
    let (overdue, due) = (Some(WageStatus::Overdue), Some(WageStatus::Due));
    let overdue = market.whole_ledger(&actor, overdue, limits::LIST_ROWS_MAX).await?;
    let mut due = market.whole_ledger(&actor, due, limits::LIST_ROWS_MAX).await?;
    due.retain(|slip| ledger::is_soon(&slip.wage, today));
    let row = |slip: &Slip| {
        let note = format!("{}元，应在{}发", slip.wage.open(), slip.wage.pay_on);
        to(format!("/desk/wages/{}", slip.wage.id), slip.posting.terms.title.as_str(), note)
    };
    let list = |status: &str| format!("/desk/wages?status={status}");
    let late = list(WageStatus::Overdue.word());
    Ok(vec![
        queue("拖欠的工钱", late, overdue.iter().map(row), None),
        queue("今明两天要发的工钱", list(ledger::SOON.0), due.iter().map(row), None),
    ])
}

fn mandate_row(mandate: &Mandate, broker: &str) -> QueueRow {
    let note = format!("替{}招人，{}到{}", mandate.employer.name, mandate.from, mandate.to);
    to(format!("/desk/orgs/{}", mandate.broker), broker, note)
}

/// Who waits to be verified, who may not post any more but is still seen, whose papers run out.
async fn vetting(app: &App, visitor: &Visitor) -> Result<Vec<Option<Queue>>, Problem> {
    let (actor, now) = (visitor.actor()?, app.market.now());
    let today = now.day();
    let row = |poster: &Poster, note: String| {
        to(format!("/desk/orgs/{}", poster.org.id), poster.org.employer.name.as_str(), note)
    };
    let pending = app.market.posters(&actor, Some(Check::Pending)).await?;
    let pending = pending.iter().map(|poster| {
        let kind = poster.org.employer.kind.label();
        row(poster, format!("{kind} · 等了{}", words::ago(poster.updated_at, now)))
    });
    let mandates = app.market.mandates(&actor, Check::Pending).await?;
    let mandates = mandates.iter().map(|(mandate, broker)| mandate_row(mandate, broker));
    let lapsed = app.market.posters_lapsed(&actor).await?;
    let lapsed = lapsed.iter().map(|poster| {
        let why = poster.clears(today).err();
        row(poster, why.map(|why| why.sentence()).unwrap_or_default())
    });
    let verified = app.market.posters(&actor, Some(Check::Verified)).await?;
    let licences = verified.iter().filter_map(|poster| {
        let until = poster.licence_until.filter(|day| orgs::ends_soon(today, *day))?;
        Some(row(poster, format!("{until}到期")))
    });
    let ending = app.market.mandates(&actor, Check::Verified).await?;
    let ending = ending.iter().filter(|(mandate, _)| orgs::ends_soon(today, mandate.to));
    let ending = ending.map(|(mandate, broker)| mandate_row(mandate, broker));
    let list = |status: &str| format!("/desk/orgs?status={status}");
    Ok(vec![
        queue("等您核验的单位", list(Check::Pending.word()), pending, None),
        queue("等您核验的委托书", list(orgs::MANDATES.0), mandates, None),
        queue("证照到期或没有通过，岗位还开着", list(orgs::LAPSED.0), lapsed, None),
        queue("快到期的执照", list(orgs::LICENCE.0), licences, None),
        queue("快到期的委托书", list(orgs::ENDING.0), ending, None),
    ])
}

/// What keeps the account's own organisation from publishing, and papers that soon end.
async fn own_org(app: &App, visitor: &Visitor) -> Result<Vec<Option<Queue>>, Problem> {
    let account = visitor.account.as_ref();
    let keeps = account.is_some_and(|account| reach(account.role, Verb::KeepOrg) == Reach::Own);
    let Some(id) = account.and_then(|account| account.org.clone()).filter(|_| keeps) else {
        return Ok(Vec::new());
    };
    let file = app.market.poster_file(&visitor.actor()?, &id).await?;
    let (poster, today) = (file.poster, app.market.now().day());
    let soon = poster.licence_until.filter(|day| orgs::ends_soon(today, *day));
    let mut rows = Vec::new();
    match (poster.clears(today), soon) {
        (Err(why), _) => rows.push(to("/org", "还不能发布岗位", why.sentence())),
        (Ok(()), Some(day)) => {
            let note = format!("{day}到期，请登记新的有效期");
            rows.push(to("/org", "营业执照快到期了", note));
        }
        (Ok(()), None) => {}
    }
    let held = file.mandates.iter().filter(|mandate| mandate.checked.check == Check::Verified);
    rows.extend(held.filter(|mandate| orgs::ends_soon(today, mandate.to)).map(|mandate| {
        let note = format!("{}到期，要接着替他们招人请交新的", mandate.to);
        to("/org", format!("{}的委托书快到期了", mandate.employer.name), note)
    }));
    Ok(vec![queue("单位资料", "/org", rows, None)])
}

/// What a worker has to say yes or no to.
///
/// # Errors
/// As the market's lists.
pub async fn of_worker(app: &App, visitor: &Visitor) -> Result<Vec<Queue>, Problem> {
    let (actor, market) = (visitor.actor()?, &app.market);
    let Some(worker) = visitor.account.as_ref().and_then(|account| account.worker.clone()) else {
        return Ok(Vec::new());
    };
    let held = market.bookings_by(&actor, &worker).await?;
    let asked = |status: BookingStatus| {
        let held = held.iter().filter(move |row| row.booking.status == status);
        held.filter_map(|row| {
            let due = row.booking.due_at?;
            let when = row.booking.shifts.first().map(words::shift).unwrap_or_default();
            Some(to("/me", row.title.as_str(), format!("{when}，{}以前答复", words::minute(due))))
        })
    };
    let times = market.corrections_to_answer(&actor).await?;
    let times = times.iter().map(|turnout| {
        let href = format!("/me/bookings/{}", turnout.attendance.booking);
        to(href, turnout.posting.terms.title.as_str(), corrected(turnout))
    });
    let slips = market.wages_of(&actor, &worker).await?;
    let row = |slip: &Slip, note: String| {
        to(format!("/me/wages/{}", slip.wage.id), slip.posting.terms.title.as_str(), note)
    };
    let paid = slips.iter().filter(|slip| slip.wage.status == WageStatus::Paid);
    let paid = paid.map(|slip| row(slip, format!("{}元", slip.wage.paid)));
    let late = slips.iter().filter(|slip| slip.wage.status == WageStatus::Overdue);
    let late = late.map(|slip| row(slip, format!("欠{}元，可以投诉", slip.wage.open())));
    let all = [
        queue("有单位要您，等您答复", "/me", asked(BookingStatus::Offered), None),
        queue("快上工了，请说一声去不去", "/me", asked(BookingStatus::Booked), None),
        queue("对方要更正时间，等您答复", "/me", times, None),
        queue("工钱收到没有", "/me/wages", paid, None),
        queue("没给的工钱", "/me/wages", late, None),
    ];
    Ok(all.into_iter().flatten().collect())
}
