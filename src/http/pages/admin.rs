//! The administrator's lists: accounts, and everything that was done.

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Asked, Filter, Spec, all, column, in_file},
    list_page::{self, Around},
    sheets::Cell,
    timeline::{self, Naming},
};
use crate::{
    domain::{account::Role, calendar::Day, limits, time::Moment},
    http::{body::Query, problem::Problem},
    store::{Kind, LogFilter},
};

const ACCOUNTS: Spec = Spec {
    path: "/admin/accounts",
    name: "账号",
    unit: "个账号",
    order: "按登录名",
    hint: "登录名、单位或站点里的字",
    day: "",
    people: false,
    columns: &[
        column("login", "登录名"),
        column("role", "角色"),
        column("org", "单位"),
        column("station", "站点"),
        in_file("id", "编号"),
    ],
    filters: &[Filter { word: "role", title: "角色", choices: all::<Role> }],
};

/// `GET /admin/accounts`
pub async fn accounts(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let accounts = app.market.store.read().await?.accounts().await?;
    let lines = (0..).zip(accounts).map(|(at, account)| {
        let role = account.role;
        let cells = vec![
            account.login.into(),
            Cell::state(role.label(), role as i64),
            account.org.map(|id| id.to_string()).unwrap_or_default().into(),
            account.station.map(|id| id.to_string()).unwrap_or_default().into(),
            account.id.to_string().into(),
        ];
        Line::new(account.id, cells).marked("role", role.word()).ranked(at, 0)
    });
    let chrome = Chrome::new(&app, &visitor, "/admin/accounts").telling(&query);
    let none = "还没有账号。用命令行 linggong user add 开第一个。";
    let around = Around { none, ..Around::default() };
    let asked = Asked::read(&ACCOUNTS, &query);
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines.collect(), false)).await
}

const AUDIT: Spec = Spec {
    path: "/admin/audit",
    name: "操作记录",
    unit: "条",
    order: "新的在前",
    hint: "谁、做了什么或编号里的字",
    day: "记录",
    people: false,
    columns: &[
        column("seq", "序号"),
        column("at", "时间"),
        column("who", "谁"),
        column("what", "做了什么"),
        column("kind", "对象"),
        column("entity", "编号"),
        in_file("detail", "详情"),
    ],
    filters: &[Filter { word: "kind", title: "对象", choices: all::<Kind> }],
};

/// The first moment of a day in Shanghai.
fn start_of(day: Day) -> Option<Moment> {
    format!("{day}T00:00:00+08:00").parse().ok()
}

/// `GET /admin/audit`: what was done, the newest first.
pub async fn audit(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let reader = visitor.account.clone().ok_or_else(Problem::sign_in)?;
    let asked = Asked::read(&AUDIT, &query);
    let filter = LogFilter {
        kind: asked.chosen("kind").and_then(|word| word.parse().ok()),
        from: asked.from.and_then(start_of),
        until: asked.to.map(Day::next).and_then(start_of),
    };
    let mut view = app.market.store.read().await?;
    let rows = view.log_found(&filter, limits::LIST_ROWS_MAX).await?;
    let cut = rows.len() as i64 >= limits::LIST_ROWS_MAX;
    let known = timeline::actors(&mut view, &rows).await?;
    drop(view);
    let lines = rows.into_iter().map(|row| {
        let cells = vec![
            Cell::Count(row.seq),
            Cell::At(Some(row.at)),
            timeline::who(&row.actor, &known, &reader, Naming::Login).into(),
            timeline::what(&row.verb).into(),
            Cell::state(row.kind.label(), row.kind as i64),
            row.entity.into(),
            row.detail.into(),
        ];
        Line::new(row.seq, cells)
            .marked("kind", row.kind.word())
            .ranked(-row.seq, 0)
            .on(Some(row.at.day()))
    });
    let chrome = Chrome::new(&app, &visitor, "/admin/audit").telling(&query);
    let none = "还没有记录。谁在什么时候做了什么，会按顺序记在这里，不能改。";
    let around = Around { none, ..Around::default() };
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines.collect(), cut)).await
}
