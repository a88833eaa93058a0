//! Who wants to come, over all postings of a desk: what to decide about, who has not said yes yet.

use std::collections::BTreeMap;

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
        booking::{Booking, BookingStatus},
        identity::Phone,
        ids::WorkerId,
        limits,
        posting::Status,
        time::Moment,
        worker::Worker,
    },
    http::{body::Query, problem::Problem},
    market::Coming,
};

/// An application that the desk has not decided about.
pub const DECIDE: (&str, &str) = ("decide", "等您决定的");
/// A place of today or tomorrow whose worker has not said yes.
pub const UNSURE: (&str, &str) = ("unsure", "今明两天上工，还没确认的");

/// Whether the desk has to decide about a booking.
pub fn waits(coming: &Coming) -> bool {
    let asked =
        matches!(coming.booking.status, BookingStatus::Applied | BookingStatus::Shortlisted);
    asked && coming.posting.status == Status::Open
}

/// Whether a place of today or tomorrow is not confirmed by its worker yet.
pub fn is_unsure(booking: &Booking, now: Moment) -> bool {
    let near = booking
        .starts_at()
        .is_some_and(|start| start > now && now.day().days_until(start.day()) <= 1);
    booking.status == BookingStatus::Booked && booking.due_at.is_some() && near
}

fn states() -> Choices {
    [DECIDE, UNSURE].into_iter().chain(all::<BookingStatus>()).collect()
}

const LIST: Spec = Spec {
    path: "/desk/bookings",
    name: "报名和录用",
    unit: "个报名",
    order: "等您决定的在最上面",
    hint: "姓名、岗位或单位里的字",
    day: "上工",
    people: true,
    columns: &[
        column("name", "姓名"),
        column("phone", "手机号"),
        column("title", "岗位"),
        column("status", "状态"),
        column("start", "上工"),
        column("due", "几时以前要确认"),
        column("at", "报名时间"),
        in_file("employer", "用人单位"),
        in_file("shifts", "班次"),
        in_file("ended", "为什么结束"),
        in_file("reason", "原因"),
        in_file("job", "岗位编号"),
        in_file("id", "报名编号"),
    ],
    filters: &[
        Filter { word: "status", title: "状态", choices: states },
        Filter { word: "how", title: "怎么报的", choices: ways },
    ],
};

fn ways() -> Choices {
    vec![("crew", "跟班组"), ("alone", "一个人")]
}

fn line(coming: &Coming, people: &BTreeMap<WorkerId, Worker>, now: Moment) -> Option<Line> {
    let Coming { booking, posting } = coming;
    let person = &people.get(&booking.worker)?.person;
    let start = booking.starts_at();
    let shifts: Vec<String> = booking.shifts.iter().map(words::shift).collect();
    let first = shifts.first().cloned().unwrap_or_else(|| "时间面议".to_owned());
    let cells = vec![
        person.name.clone().into(),
        person.phone.as_ref().map(Phone::masked).unwrap_or_default().into(),
        posting.terms.title.clone().into(),
        Cell::state(booking.status.label(), booking.status as i64),
        Cell::Ranked { text: first, by: start.map_or(0, |start| start.0), class: "" },
        Cell::At(booking.due_at),
        Cell::At(Some(booking.created_at)),
        facts::employer(posting, Reader::Desk).into(),
        shifts.join("；").into(),
        booking.ended.map(|ended| ended.label()).unwrap_or_default().into(),
        booking.reason.clone().unwrap_or_default().into(),
        posting.id.to_string().into(),
        booking.id.to_string().into(),
    ];
    let (waits, unsure) = (waits(coming), is_unsure(booking, now));
    let urgency = if waits { 0 } else { 1 + i64::from(!unsure) };
    let line = Line::new(&booking.id, cells)
        .to(format!("/desk/bookings/{}", booking.id))
        .marked("status", booking.status.word())
        .marked("how", if booking.crew.is_some() { "crew" } else { "alone" })
        .marked_if(waits, "status", DECIDE.0)
        .marked_if(unsure, "status", UNSURE.0)
        .ranked(urgency, -booking.created_at.0)
        .on(start.map(Moment::day));
    let roster = format!("/desk/jobs/{}/people", posting.id);
    Some(line.pressing(roster, if waits { "去决定" } else { "名单" }))
}

/// `GET /desk/bookings`
pub async fn coming(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let (actor, now) = (visitor.actor()?, app.market.now());
    let held = app.market.bookings_at_desk(&actor, &[]).await?;
    let workers = held.iter().map(|coming| coming.booking.worker.clone()).collect();
    let people = app.market.people_of(&actor, workers).await?;
    let lines = held.iter().filter_map(|coming| line(coming, &people, now)).collect();
    let cut = held.len() as i64 >= limits::LIST_ROWS_MAX;
    let chrome = Chrome::new(&app, &visitor, "/desk/bookings").telling(&query);
    let none = "还没有人报名。有人报名以后，在这里录用、联系、安排。";
    let around = Around { none, ..Around::default() };
    let asked = Asked::read(&LIST, &query);
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
