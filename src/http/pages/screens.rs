//! The staff's page of a station's screens: who calls, how each screen fares, a token for a new one.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use super::{
    App, Visitor,
    chrome::Chrome,
    input::{Choice, Faults, Form, Sent},
    line::Line,
    list::{Answer, Asked, Choices, Filter, Spec, column, in_file},
    listed::List,
    page, see_other,
    sheets::Cell,
    words,
};
use crate::{
    domain::{
        account::Role,
        fields::FieldErrors,
        ids::{AccountId, CallId, StationId},
        screen::{HelpCall, Screen, ScreenKind},
        text,
        time::{MINUTE, Moment},
    },
    feed::hub::{DeviceId, Presence},
    http::{
        assets,
        body::{Id, Query},
        problem::{Problem, internal},
        qr,
    },
    market::{Issued, MarketError, NewScreen},
};

/// Characters of a message to a screen.
const NOTICE_CHARS: (usize, usize) = (2, 60);

/// A screen in the list.
pub struct ScreenRow {
    /// Its id.
    pub id: String,
    /// Where it hangs.
    pub name: String,
    /// What it shows, and where.
    pub what: String,
    /// `done`, `warn` or `stop`.
    pub kind: &'static str,
    /// How it fares, in words.
    pub state: String,
    /// More, a line each.
    pub lines: Vec<String>,
    /// Whether it is connected to this server.
    pub online: bool,
    /// Whether its token was taken back.
    pub revoked: bool,
    /// The message to it as typed, and what is wrong with it.
    pub notice: (String, Option<String>),
}

/// A call that waits.
pub struct CallRow {
    /// Its id.
    pub id: String,
    /// Where and since when.
    pub text: String,
}

/// A code that was just made.
pub struct CodeBox {
    /// The screen's name.
    pub name: String,
    /// As it is read out.
    pub code: String,
    /// The address at which it is typed in.
    pub address: String,
    /// The picture to scan.
    pub qr: String,
}

/// The page.
#[derive(Template)]
#[template(path = "screens.html")]
pub struct ScreensPage {
    /// The frame.
    pub chrome: Chrome,
    /// Calls, oldest first.
    pub calls: Vec<CallRow>,
    /// The list.
    pub list: Box<List>,
    /// Its screens, with all that they say.
    pub screens: Vec<ScreenRow>,
    /// A code that was just made.
    pub code: Option<CodeBox>,
    /// What is typed of a new screen.
    pub values: Form,
    /// What is wrong with it.
    pub faults: Faults,
    /// What it may show.
    pub kinds: Vec<Choice>,
    /// Where it may hang; empty where there is no choice.
    pub stations: Vec<Choice>,
}

impl ScreensPage {
    /// What is typed in a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name)
    }
}

fn row(screen: Screen, present: &[Presence], now: Moment) -> ScreenRow {
    let id = screen.account.to_string();
    let live = present.iter().find(|each| each.device.as_ref().is_some_and(|held| held.0 == id));
    let mut lines = Vec::new();
    let health = screen.health.as_ref();
    if let Some(health) = health {
        lines.push(format!("最后一次报平安：{}", words::minute(health.seen_at)));
        if health.errors > 0 {
            lines.push(format!("页面出错{}次：{}", health.errors, health.last_error));
        }
    }
    let version = live.map(|live| live.version.clone());
    let version = version.or(health.map(|health| health.version.clone()));
    if let Some(version) = version.filter(|version| !version.is_empty()) {
        let old = if version == assets::version() { "" } else { "（旧的，请刷新）" };
        lines.push(format!("页面版本：{version}{old}"));
    }
    if let Some(until) = screen.code_until.filter(|until| *until > now) {
        lines.push(format!("配对码{}前有效，还没有用", words::minute(until)));
    }
    let (kind, state) = match live {
        _ if screen.revoked => ("stop", "令牌已收回".to_owned()),
        Some(live) if live.agrees == Some(false) => ("stop", "显示的岗位不对，正在重传".to_owned()),
        Some(live) => match live.lag {
            Some(lag) if lag > 0 => ("warn", format!("在线，落后{lag}条")),
            Some(_) => ("done", format!("在线，显示{}个岗位", live.shown.unwrap_or_default())),
            None => ("done", "在线，刚连上".to_owned()),
        },
        None if health.is_none() => ("warn", "还没有配对".to_owned()),
        None => ("stop", "不在线".to_owned()),
    };
    ScreenRow {
        id,
        name: screen.name,
        what: format!("{}，{}", screen.kind.label(), screen.station),
        kind,
        state,
        lines,
        online: live.is_some(),
        revoked: screen.revoked,
        notice: (String::new(), None),
    }
}

fn call_row(call: HelpCall, now: Moment) -> CallRow {
    let minutes = (now.0 - call.at.0) / MINUTE;
    let since = if minutes < 1 { "刚刚".to_owned() } else { format!("{minutes}分钟前") };
    CallRow {
        id: call.id.to_string(), text: format!("{}的自助机在叫人，{since}", call.station)
    }
}

fn states() -> Choices {
    vec![("stop", "有毛病的"), ("warn", "要看一看的"), ("done", "好的")]
}

const LIST: Spec = Spec {
    path: "/desk/screens",
    name: "屏幕",
    unit: "块",
    order: "有毛病的在最上面",
    hint: "名称、站点或情况里的字",
    day: "",
    people: false,
    columns: &[
        column("name", "名称"),
        column("what", "放什么"),
        column("state", "情况"),
        in_file("more", "详细"),
        in_file("id", "编号"),
    ],
    filters: &[Filter { word: "state", title: "情况", choices: states }],
};

fn line(row: &ScreenRow) -> Line {
    let rank = match row.kind {
        "stop" if !row.revoked => 0,
        "warn" => 1,
        "done" => 2,
        _ => 3,
    };
    let cells = vec![
        row.name.clone().into(),
        row.what.clone().into(),
        Cell::state(row.state.clone(), rank),
        row.lines.join("；").into(),
        row.id.clone().into(),
    ];
    Line::new(&row.id, cells).marked("state", row.kind).ranked(rank, 0)
}

/// The page as asked for, or its list's file.
async fn asked(
    app: &App,
    visitor: &Visitor,
    query: &Query,
) -> Result<Result<ScreensPage, Response>, Problem> {
    let (screens, calls) = app.market.screens(&visitor.actor()?).await?;
    let (present, now) = (app.hub.presence(), app.market.now());
    let mut screens: Vec<ScreenRow> =
        screens.into_iter().map(|screen| row(screen, &present, now)).collect();
    let lines = screens.iter().map(line).collect();
    let list = match Asked::read(&LIST, query).answer(app, visitor, lines, false).await? {
        Answer::File(file) => return Ok(Err(file)),
        Answer::Page(list) => list,
    };
    let place = |row: &ScreenRow| list.rows.iter().position(|shown| shown.id == row.id);
    screens.retain(|row| place(row).is_some());
    screens.sort_by_key(place);
    let is_admin = visitor.account.as_ref().is_some_and(|account| account.role == Role::Admin);
    let stations = if is_admin { app.market.stations().await? } else { Vec::new() };
    let kinds = ScreenKind::ALL.iter();
    Ok(Ok(ScreensPage {
        chrome: Chrome::new(app, visitor, "/desk/screens").telling(query),
        calls: calls.into_iter().map(|call| call_row(call, now)).collect(),
        list,
        screens,
        code: None,
        values: Form::default(),
        faults: Faults::default(),
        kinds: kinds.map(|kind| Choice::of(kind.word(), kind.label(), "board")).collect(),
        stations: stations
            .into_iter()
            .map(|station| Choice::of(station.id.to_string(), station.name, ""))
            .collect(),
    }))
}

async fn whole(app: &App, visitor: &Visitor) -> Result<ScreensPage, Problem> {
    // Without a question there is no file.
    asked(app, visitor, &Query::parse("")).await?.map_err(|_| internal())
}

/// `GET /desk/screens`
pub async fn screens(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    Ok(match asked(&app, &visitor, &query).await? {
        Ok(list) => page(StatusCode::OK, &list),
        Err(file) => file,
    })
}

async fn with_code(
    app: &App,
    visitor: &Visitor,
    headers: &HeaderMap,
    issued: Issued,
) -> Result<Response, Problem> {
    let mut list = whole(app, visitor).await?;
    let address = qr::address(app, headers, "/pair");
    // Behind the hash, which no server and no log sees.
    let qr = qr::svg(&format!("{address}#{}", issued.code.digits())).unwrap_or_default();
    list.code = Some(CodeBox { name: issued.screen.name, code: issued.code.spoken(), address, qr });
    Ok(page(StatusCode::OK, &list))
}

/// `POST /desk/screens`
pub async fn issue(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let mut errors = FieldErrors::default();
    let kind = form.get("kind").parse::<ScreenKind>();
    if kind.is_err() {
        errors.add("kind", "unknown", "请选择大屏或自助机");
    }
    let station = match form.get("station") {
        "" => None,
        text => {
            let station = text.parse::<StationId>();
            if station.is_err() {
                errors.add("station", "unknown", "没有这个站点");
            }
            station.ok()
        }
    };
    let name = form.get("name").to_owned();
    let bounds = crate::domain::limits::LOGIN_CHARS;
    text::bounded(&mut errors, "name", "名称", &name, bounds);
    if let (Ok(kind), true) = (kind, errors.is_empty()) {
        let new = NewScreen { station, name, kind };
        match app.market.issue_screen(&visitor.actor()?, new).await {
            Ok(issued) => return with_code(&app, &visitor, &headers, issued).await,
            Err(MarketError::Invalid(more)) => errors.0.extend(more.0),
            Err(error) => return Err(error.into()),
        }
    }
    let mut list = whole(&app, &visitor).await?;
    list.faults.add_all(&errors, str::to_owned);
    for (choices, name) in [(&mut list.kinds, "kind"), (&mut list.stations, "station")] {
        for choice in choices.iter_mut() {
            choice.selected = choice.value == form.get(name);
        }
    }
    list.values = form;
    Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &list))
}

/// `POST /desk/screens/{id}/code`
pub async fn recode(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Id(id): Id<AccountId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let issued = app.market.recode_screen(&visitor.actor()?, &id).await?;
    with_code(&app, &visitor, &headers, issued).await
}

/// `POST /desk/screens/{id}/revoke`
pub async fn revoke(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    app.market.revoke_screen(&visitor.actor()?, &id).await?;
    app.hub.dismiss(&DeviceId(id.to_string()));
    Ok(see_other("/desk/screens", "screen_revoked").into_response())
}

/// `POST /desk/screens/{id}/reload`
pub async fn reload(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let screen = app.market.screen(&visitor.actor()?, &id).await?;
    app.hub.reload(&screen.station, Some(&DeviceId(id.to_string())));
    Ok(see_other("/desk/screens", "screen_reloaded").into_response())
}

/// `POST /desk/screens/{id}/notice`
pub async fn notice(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<AccountId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let screen = app.market.screen(&visitor.actor()?, &id).await?;
    let mut errors = FieldErrors::default();
    let words = text::bounded(&mut errors, "notice", "要说的话", form.get("notice"), NOTICE_CHARS);
    let Some(words) = words else {
        let mut list = whole(&app, &visitor).await?;
        let why = errors.0.into_iter().next().map(|error| error.message);
        for row in list.screens.iter_mut().filter(|row| row.id == id.as_str()) {
            row.notice = (form.get("notice").to_owned(), why.clone());
        }
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &list));
    };
    app.hub.notice(&screen.station, Some(&DeviceId(id.to_string())), &words);
    Ok(see_other("/desk/screens", "screen_told").into_response())
}

/// `POST /desk/calls/{id}/answer`
pub async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    Id(id): Id<CallId>,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    app.market.answer_call(&visitor.actor()?, &id).await?;
    Ok(see_other("/desk/screens", "call_answered").into_response())
}

/// The page at which a screen is paired; its script does the rest.
#[derive(Template)]
#[template(path = "pair.html")]
pub struct PairPage {
    /// Of the static files.
    pub version: &'static str,
}

/// `GET /pair`
pub async fn pair() -> Response {
    page(StatusCode::OK, &PairPage { version: assets::version() })
}
