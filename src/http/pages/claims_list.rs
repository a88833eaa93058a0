//! Claims at the desks: what waits for whom.

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    claims::{amount, title, waits_for},
    line::Line,
    list::{Asked, Choices, Filter, Spec, all, column, in_file},
    list_page::{self, Around},
    sheets::Cell,
};
use crate::{
    domain::{
        claim::{Claim, Payee, Stage},
        limits,
    },
    http::{body::Query, problem::Problem},
    market::{Reach, Verb, reach},
};

/// A claim that waits for the reader.
pub const MINE: (&str, &str) = ("mine", "等我办");

fn stages() -> Choices {
    [MINE].into_iter().chain(all::<Stage>()).collect()
}

fn payees() -> Choices {
    vec![("worker", "本人"), ("organiser", "经纪人"), ("entity", "用工主体")]
}

const LIST: Spec = Spec {
    path: "/desk/claims",
    name: "申报",
    unit: "笔",
    order: "等您办的在最上面，等得最久的在前",
    hint: "项目、领款人或编号里的字",
    day: "到这一步",
    people: false,
    columns: &[
        column("title", "项目"),
        column("payee", "领款"),
        column("person", "人"),
        column("amount", "金额"),
        column("stage", "环节"),
        column("since", "从什么时候起"),
        in_file("arises", "条件满足的日期"),
        in_file("made", "填写时间"),
        in_file("reason", "退回原因"),
        in_file("id", "编号"),
    ],
    filters: &[
        Filter { word: "stage", title: "环节", choices: stages },
        Filter { word: "to", title: "给谁", choices: payees },
    ],
};

fn line(claim: &Claim, (payee, person): (String, String), mine: bool) -> Line {
    let id = &claim.id;
    let least = claim.amount.or(claim.range.map(|(low, _)| low));
    let by = least.map_or(0, |fen| fen.0);
    let cells = vec![
        title(claim).into(),
        payee.into(),
        person.into(),
        Cell::Ranked { text: amount(claim), by, class: "money" },
        Cell::state(claim.stage.label(), claim.stage as i64),
        Cell::At(Some(claim.staged_at)),
        Cell::Day(Some(claim.arises_on)),
        Cell::At(Some(claim.created_at)),
        claim.reason.clone().unwrap_or_default().into(),
        id.to_string().into(),
    ];
    let to = match &claim.payee {
        Payee::Worker(_) => "worker",
        Payee::Organiser(_) => "organiser",
        Payee::Entity(_) => "entity",
    };
    Line::new(id, cells)
        .to(format!("/desk/claims/{id}"))
        .marked("stage", claim.stage.word())
        .marked("to", to)
        .marked_if(mine, "stage", MINE.0)
        .ranked(i64::from(!mine), claim.staged_at.0)
        .on(Some(claim.staged_at.day()))
        .pressing(format!("/desk/claims/{id}"), if mine { "去办" } else { "查看" })
}

/// `GET /desk/claims`
pub async fn claims(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let actor = visitor.actor()?;
    let held = app.market.claims(&actor, &[]).await?;
    let cut = held.len() as i64 >= limits::CLAIMS_MAX;
    let (mut lines, mut waiting) = (Vec::with_capacity(held.len()), 0);
    for claim in &held {
        let mine = waits_for(&app, &actor, claim);
        waiting += usize::from(mine);
        lines.push(line(claim, app.market.named(claim).await?, mine));
    }
    let role = visitor.account.as_ref().map(|account| account.role);
    let pays = role.is_some_and(|role| reach(role, Verb::PayClaim) != Reach::Nothing);
    let chrome = Chrome::new(&app, &visitor, "/desk/claims").telling(&query);
    let chrome = chrome.counting("/desk/claims", waiting);
    let mut around = Around {
        none: "这里没有申报。有了新的，会按先来后到排在这里。",
        ..Around::default()
    };
    if pays {
        around.links.push(("/desk/claims/batch.xlsx", "待发放清单（XLSX）"));
    }
    let asked = Asked::read(&LIST, &query);
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
