//! Who came and went, over all postings of a desk; and the corrections that wait for its answer.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Asked, Choices, Filter, Spec, all, column, in_file},
    list_page::{self, Around},
    sheets::Cell,
    words,
};
use crate::{
    domain::{
        attendance::{Attendance, Presence},
        identity::Phone,
        ids::WorkerId,
        limits,
        rules::Rules,
        time::Moment,
        worker::Worker,
    },
    http::{body::Query, problem::Problem},
    market::Turnout,
};

/// Times that the worker wants corrected, and the desk has not answered.
pub const ASKED: (&str, &str) = ("asked", "要更正，等您答复的");
/// A shift of today.
const TODAY: (&str, &str) = ("today", "今天的班");
/// Somebody came late.
const LATE: (&str, &str) = ("late", "迟到");

fn states() -> Choices {
    [ASKED, TODAY].into_iter().chain(all::<Presence>()).chain([LATE]).collect()
}

const LIST: Spec = Spec {
    path: "/desk/attendance",
    name: "出勤",
    unit: "个班",
    order: "要答复的在最上面，再按时间",
    hint: "姓名或岗位里的字",
    day: "上班",
    people: true,
    columns: &[
        column("name", "姓名"),
        column("title", "岗位"),
        column("shift", "班次"),
        column("status", "状态"),
        column("in", "签到"),
        column("out", "签退"),
        column("minutes", "工时（分钟）"),
        in_file("in_by", "怎么签到的"),
        in_file("out_by", "怎么签退的"),
        in_file("phone", "手机号"),
        in_file("employer", "用人单位"),
        in_file("booking", "报名编号"),
    ],
    filters: &[Filter { word: "status", title: "状态", choices: states }],
};

/// `8:05（迟到）`.
fn came(one: &Attendance, rules: &Rules) -> Cell {
    let text = one.check_in.map(|(at, _)| words::minute(at)).unwrap_or_default();
    let late = if one.is_late(rules) { "（迟到）" } else { "" };
    Cell::Ranked { text: text + late, by: one.check_in.map_or(0, |(at, _)| at.0), class: "" }
}

fn line(
    turnout: &Turnout,
    people: &BTreeMap<WorkerId, Worker>,
    (rules, now): (&Rules, Moment),
) -> Option<Line> {
    let (one, posting) = (&turnout.attendance, &turnout.posting);
    let person = &people.get(&one.worker)?.person;
    let (day, start) = (one.shift.start.day(), one.shift.start.0);
    let cells = vec![
        person.name.clone().into(),
        posting.terms.title.clone().into(),
        Cell::Ranked { text: words::shift(&one.shift), by: start, class: "" },
        Cell::state(one.status.label(), one.status as i64),
        came(one, rules),
        Cell::At(one.check_out.map(|(at, _)| at)),
        Cell::Count(one.minutes()),
        one.check_in.map(|(_, by)| by.label()).unwrap_or_default().into(),
        one.check_out.map(|(_, by)| by.label()).unwrap_or_default().into(),
        person.phone.as_ref().map(Phone::masked).unwrap_or_default().into(),
        posting.terms.employer.name.clone().into(),
        one.booking.to_string().into(),
    ];
    let asked = turnout.asked.as_ref();
    let is_today = day == now.day();
    let note = asked.map(|asked| {
        let (from, to) = (words::minute(asked.check_in), words::minute(asked.check_out));
        format!("要改成{from}到{to}：{}", asked.reason)
    });
    let line = Line::new(&one.id, cells)
        .to(format!("/desk/bookings/{}", one.booking))
        .marked("status", one.status.word())
        .marked_if(asked.is_some(), "status", ASKED.0)
        .marked_if(is_today, "status", TODAY.0)
        .marked_if(one.is_late(rules), "status", LATE.0)
        .noted(note)
        .ranked(i64::from(asked.is_none()), -start)
        .on(Some(day));
    Some(match asked {
        Some(_) => line.pressing(format!("/desk/bookings/{}", one.booking), "去答复"),
        None => line,
    })
}

/// `GET /desk/attendance`
pub async fn turnout(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let (actor, at) = (visitor.actor()?, (&app.market.rules, app.market.now()));
    let held = app.market.attendance_at_desk(&actor).await?;
    let workers = held.iter().map(|turnout| turnout.attendance.worker.clone()).collect();
    let people = app.market.people_of(&actor, workers).await?;
    let lines = held.iter().filter_map(|turnout| line(turnout, &people, at)).collect();
    let cut = held.len() as i64 >= limits::LIST_ROWS_MAX;
    let chrome = Chrome::new(&app, &visitor, "/desk/attendance").telling(&query);
    let none = "还没有班。有人录用以后，谁几点到、几点走，都在这里看。";
    let around = Around { none, ..Around::default() };
    let asked = Asked::read(&LIST, &query);
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
