//! Who may post, as staff's list: what is to be verified, and whose papers run out.

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Asked, Choices, Filter, Spec, all, column, in_file},
    list_page::{self, Around},
    posters::status_of,
    sheets::Cell,
};
use crate::{
    domain::{
        calendar::Day,
        identity::Uscc,
        ids::OrgId,
        limits,
        org::EmployerKind,
        poster::{Check, Mandate, Poster},
    },
    http::{body::Query, problem::Problem},
};

/// A licence or an authorisation that ends within so many days is told.
const DAYS_NOTICE: i64 = 30;

/// Whether something that ends on this day runs out soon, and is not over yet.
pub fn ends_soon(today: Day, end: Day) -> bool {
    (0..=DAYS_NOTICE).contains(&today.days_until(end))
}

/// An organisation whose postings stay while it may not post.
pub const LAPSED: (&str, &str) = ("lapsed", "证照到期或没有通过，岗位还开着");
/// An organisation whose licence runs out soon.
pub const LICENCE: (&str, &str) = ("licence", "执照快到期");
/// A broker with an authorisation to verify.
pub const MANDATES: (&str, &str) = ("mandates", "有委托书等核验");
/// A broker with an authorisation that runs out soon.
pub const ENDING: (&str, &str) = ("ending", "委托书快到期");

fn states() -> Choices {
    let checks = all::<Check>().into_iter();
    checks.chain([LAPSED, MANDATES, LICENCE, ENDING]).collect()
}

const LIST: Spec = Spec {
    path: "/desk/orgs",
    name: "核验单位",
    unit: "个单位",
    order: "等核验的在最上面",
    hint: "单位名称或信用代码里的字",
    day: "",
    people: false,
    columns: &[
        column("name", "单位"),
        column("kind", "类型"),
        column("status", "核验"),
        column("until", "执照有效期至"),
        column("changed", "最近改动"),
        in_file("uscc", "统一社会信用代码"),
        in_file("mandates", "委托书"),
        in_file("registered", "登记时间"),
        in_file("id", "编号"),
    ],
    filters: &[
        Filter { word: "status", title: "状态", choices: states },
        Filter { word: "kind", title: "类型", choices: all::<EmployerKind> },
    ],
};

/// What stands beside the organisations.
struct Beside {
    lapsed: BTreeSet<OrgId>,
    pending: Vec<Mandate>,
    ending: Vec<Mandate>,
}

fn line(poster: &Poster, beside: &Beside, today: Day) -> Line {
    let (org, checked) = (&poster.org, &poster.checked);
    let id = &org.id;
    let of = |mandates: &[Mandate]| mandates.iter().any(|mandate| mandate.broker == *id);
    let waits = checked.check == Check::Pending;
    let until = match poster.licence_until {
        Some(day) => Cell::Day(Some(day)),
        None => "长期".into(),
    };
    let mandates: Vec<String> = beside
        .pending
        .iter()
        .chain(&beside.ending)
        .filter(|mandate| mandate.broker == *id)
        .map(|held| format!("{}（{}到{}）", held.employer.public_name(), held.from, held.to))
        .collect();
    let cells = vec![
        org.employer.name.clone().into(),
        org.employer.kind.label().into(),
        Cell::state(status_of(checked), checked.check as i64),
        until,
        Cell::At(Some(poster.updated_at)),
        org.employer
            .uscc
            .as_ref()
            .map(|code| Uscc::as_str(code).to_owned())
            .unwrap_or_default()
            .into(),
        mandates.join("、").into(),
        Cell::At(Some(poster.created_at)),
        id.to_string().into(),
    ];
    let licence = poster.licence_until.is_some_and(|day| ends_soon(today, day));
    // Who waits comes first, the longest waiting on top.
    Line::new(id, cells)
        .to(format!("/desk/orgs/{id}"))
        .marked("status", checked.check.word())
        .marked("kind", org.employer.kind.word())
        .marked_if(beside.lapsed.contains(id), "status", LAPSED.0)
        .marked_if(of(&beside.pending), "status", MANDATES.0)
        .marked_if(of(&beside.ending), "status", ENDING.0)
        .marked_if(licence, "status", LICENCE.0)
        .noted(checked.reason.as_ref().map(|reason| format!("原因：{reason}")))
        .ranked(i64::from(!waits), poster.updated_at.0)
}

/// `GET /desk/orgs`
pub async fn posters(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let (actor, today) = (visitor.actor()?, app.market.now().day());
    let held = app.market.posters(&actor, None).await?;
    let cut = held.len() as i64 >= limits::POSTERS_MAX;
    let bare = |named: Vec<(Mandate, String)>| named.into_iter().map(|(mandate, _)| mandate);
    let ending = bare(app.market.mandates(&actor, Check::Verified).await?);
    let lapsed = app.market.posters_lapsed(&actor).await?.into_iter();
    let beside = Beside {
        lapsed: lapsed.map(|poster| poster.org.id).collect(),
        pending: bare(app.market.mandates(&actor, Check::Pending).await?).collect(),
        ending: ending.filter(|mandate| ends_soon(today, mandate.to)).collect(),
    };
    let lines = held.iter().map(|poster| line(poster, &beside, today)).collect();
    let chrome = Chrome::new(&app, &visitor, "/desk/orgs").telling(&query);
    let around = Around {
        none: "这里没有单位。单位和经纪人在“登记招工单位”里登记以后，在这里核验证照。",
        foot: "证照到期的不能再发布。已经上屏的岗位不会自己撤下，因为有人报了名：\
               请联系单位换证，或者到岗位里撤下。",
        ..Around::default()
    };
    let asked = Asked::read(&LIST, &query);
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
