//! Complaints as staff's list, what presses on top.

use super::{
    App, Visitor,
    complaints::{settles, title_of},
    line::Line,
    list::{Choices, Filter, Spec, all, column, in_file},
    sheets::Cell,
    words,
};
use crate::{
    domain::{
        complaint::{Complaint, ComplaintKind, ComplaintStatus},
        ids::AccountId,
        time::{DAY, Moment},
    },
    http::problem::Problem,
};

fn states() -> Choices {
    let late = [LATE].into_iter();
    late.chain(all::<ComplaintStatus>()).collect()
}

/// A complaint whose deadline is over or ends within a day.
pub const LATE: (&str, &str) = ("late", "已超期或一天内到期");

/// Whether a complaint's deadline is over or ends within a day.
pub fn presses(one: &Complaint, now: Moment) -> bool {
    let open = matches!(one.status, ComplaintStatus::Open | ComplaintStatus::Taken);
    open && one.due_at <= now.plus(DAY)
}

/// Staff's list.
pub const LIST: Spec = Spec {
    path: "/desk/complaints",
    name: "投诉维权",
    unit: "个投诉",
    order: "要先办的在最上面",
    hint: "内容、岗位或处理人里的字",
    day: "提出",
    people: true,
    columns: &[
        column("kind", "投诉什么"),
        column("title", "岗位"),
        column("text", "发生了什么"),
        column("status", "状态"),
        column("due", "几时以前办结"),
        column("handler", "处理人"),
        column("made", "提出时间"),
        in_file("channel", "从哪里来"),
        in_file("outcome", "结果"),
        in_file("id", "编号"),
    ],
    filters: &[
        Filter { word: "status", title: "状态", choices: states },
        Filter { word: "kind", title: "投诉什么", choices: all::<ComplaintKind> },
    ],
};

/// Who handles a complaint, as staff or the worker read it.
///
/// # Errors
/// As the store.
pub async fn handler(app: &App, visitor: &Visitor, one: &Complaint) -> Result<String, Problem> {
    let Some(handler) = &one.handler else {
        return Ok("还没有人受理".to_owned());
    };
    let mut view = app.market.store.read().await?;
    let account = match handler.parse::<AccountId>() {
        Ok(id) => view.account(&id).await?,
        Err(_) => None,
    };
    let Some(account) = account else {
        return Ok("平台".to_owned());
    };
    let reader = visitor.account.as_ref();
    if reader.is_some_and(|reader| reader.id == account.id) {
        return Ok("您".to_owned());
    }
    let office = match &account.station {
        Some(id) => view.station(id).await?.map(|station| station.name),
        None => None,
    };
    let office = office.unwrap_or_else(|| "平台".to_owned());
    // Who complained deals with the office; colleagues have to find each other.
    let is_colleague = settles(visitor);
    Ok(if is_colleague { format!("{office} {}", account.login) } else { office })
}

/// A complaint as a row, at this place of the order.
///
/// # Errors
/// As the store.
pub async fn line(app: &App, visitor: &Visitor, one: &Complaint, at: i64) -> Result<Line, Problem> {
    let (now, id) = (app.market.now(), &one.id);
    let title = title_of(app, one).await?;
    let (late, due) = (presses(one, now), words::minute(one.due_at));
    let class = if late { "tag late" } else { "" };
    let cells = vec![
        one.kind.label().into(),
        title.into(),
        one.text.clone().into(),
        Cell::state(one.status.label(), one.status as i64),
        Cell::Ranked { text: due, by: one.due_at.0, class },
        handler(app, visitor, one).await?.into(),
        Cell::At(Some(one.created_at)),
        one.channel.label().into(),
        one.outcome.clone().unwrap_or_default().into(),
        id.to_string().into(),
    ];
    Ok(Line::new(id, cells)
        .to(format!("/desk/complaints/{id}"))
        .marked("status", one.status.word())
        .marked("kind", one.kind.word())
        .marked_if(late, "status", LATE.0)
        .ranked(at, 0)
        .on(Some(one.created_at.day())))
}
