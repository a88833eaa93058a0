//! The wage ledger as a list, its file with the fields of 保障农民工工资支付条例 §15.

use axum::{extract::State, response::Response};

use super::{
    App, Visitor,
    chrome::Chrome,
    line::Line,
    list::{Asked, Choices, Filter, Spec, all, column, in_file},
    list_page::{self, Around},
    sheets::Cell,
    wages::{summary, time},
};
use crate::{
    domain::{
        calendar::Day,
        identity::{Phone, ResidentId},
        ledger::{PayMethod, WageEntry, WageStatus},
        limits,
    },
    http::{body::Query, problem::Problem},
    market::{LEDGER_MAX, Slip},
};

/// A wage that is to be paid today or tomorrow.
pub const SOON: (&str, &str) = ("soon", "今明两天要发的");

/// Whether a wage is to be paid today or tomorrow, and is not in arrears yet.
pub fn is_soon(wage: &WageEntry, today: Day) -> bool {
    wage.status == WageStatus::Due && today.days_until(wage.pay_on) <= 1
}

fn states() -> Choices {
    all::<WageStatus>().into_iter().chain([SOON]).collect()
}

const LIST: Spec = Spec {
    path: "/desk/wages",
    name: "工资台账",
    unit: "笔",
    order: "要先发的在最上面",
    hint: "姓名、岗位或单位里的字",
    day: "干活",
    people: true,
    columns: &[
        column("name", "姓名"),
        column("title", "岗位"),
        column("day", "干活日期"),
        column("minutes", "工时"),
        column("net", "实发（元）"),
        column("paid", "已发（元）"),
        column("pay_on", "应发日期"),
        column("status", "状态"),
        in_file("employer", "用人单位"),
        in_file("first", "支付周期起"),
        in_file("last", "支付周期止"),
        in_file("id_number", "身份证号"),
        in_file("phone", "联系方式"),
        in_file("pieces", "件数"),
        in_file("promised", "应发（元）"),
        in_file("extra", "另加（元）"),
        in_file("deduction", "扣除（元）"),
        in_file("why", "说明"),
        in_file("paid_on", "发放日期"),
        in_file("method", "方式"),
        in_file("voucher", "凭证号"),
        in_file("overdue", "拖欠起"),
        in_file("id", "编号"),
    ],
    filters: &[
        Filter { word: "status", title: "状态", choices: states },
        Filter { word: "method", title: "怎么发的", choices: all::<PayMethod> },
    ],
};

fn line(slip: &Slip, today: Day) -> Line {
    let (wage, person, terms) = (&slip.wage, &slip.worker.person, &slip.posting.terms);
    let late = wage.status == WageStatus::Overdue;
    let class = if late { "tag late" } else { "tag" };
    let status = wage.status.label().to_owned();
    let cells = vec![
        person.name.clone().into(),
        terms.title.clone().into(),
        Cell::Day(Some(wage.day)),
        Cell::Ranked { text: time(wage.minutes), by: wage.minutes, class: "" },
        Cell::Money(wage.net()),
        Cell::Money(wage.paid),
        Cell::Day(Some(wage.pay_on)),
        Cell::Ranked { text: status, by: wage.status as i64, class },
        terms.employer.name.clone().into(),
        Cell::Day(Some(wage.cycle.0)),
        Cell::Day(Some(wage.cycle.1)),
        person.id_number.as_ref().map(ResidentId::masked).unwrap_or_default().into(),
        person.phone.as_ref().map(Phone::masked).unwrap_or_default().into(),
        wage.pieces.map_or_else(|| "".into(), Cell::Count),
        Cell::Money(wage.promised),
        Cell::Money(wage.extra),
        Cell::Money(wage.deduction),
        wage.why.clone().unwrap_or_default().into(),
        Cell::Day(wage.paid_on),
        wage.method.map(PayMethod::label).unwrap_or_default().into(),
        wage.voucher.clone().unwrap_or_default().into(),
        Cell::Day(wage.overdue_since),
        wage.id.to_string().into(),
    ];
    let line = Line::new(&wage.id, cells)
        .to(format!("/desk/wages/{}", wage.id))
        .marked("status", wage.status.word())
        .marked_if(is_soon(wage, today), "status", SOON.0)
        .on(Some(wage.day));
    match wage.method {
        Some(method) => line.marked("method", method.word()),
        None => line,
    }
}

/// `GET /desk/wages`
pub async fn ledger(
    State(app): State<App>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let (actor, today) = (visitor.actor()?, app.market.now().day());
    let asked = Asked::read(&LIST, &query);
    // The whole ledger may be asked for: it is kept three years.
    let most = if asked.is_file() { LEDGER_MAX } else { limits::LIST_ROWS_MAX };
    let held = app.market.whole_ledger(&actor, None, most).await?;
    let cut = held.len() as i64 >= most;
    let lines = (0..).zip(&held).map(|(at, slip)| line(slip, today).ranked(at, 0)).collect();
    let chrome = Chrome::new(&app, &visitor, "/desk/wages").telling(&query);
    let around = Around {
        lead: summary(&held),
        none: "这里还没有工资。工人签退以后自动记账，到期没发会标出来。",
        foot: "工钱只发给干活的本人，谁也不能代领。台账至少保存三年（《保障农民工工资支付条例》第十五条）。",
        ..Around::default()
    };
    list_page::answer(&app, &visitor, (chrome, around), asked, (lines, cut)).await
}
