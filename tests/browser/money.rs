//! Public money, end to end: a broker registers a placement, half a year passes, papers come in, the
//! claim goes through every desk to being paid, and its dossier is printed.

use std::path::{Path, PathBuf};

use linggong::{
    domain::{
        account::{Actor, Role},
        ids::WorkerId,
        time::DAY,
    },
    market::NewWorker,
};
use rust_xlsxwriter::Workbook;
use serde_json::json;

use crate::{
    house::House,
    pages::show,
    window::{DESK, PHONE, Window, scratch},
};

in_browser!(
    a_placement_comes_to_be_paid_and_its_dossier_is_printed,
    a_worker_claims_what_is_his_and_an_objection_stops_it,
    a_year_s_income_is_added_up_and_rewarded,
    a_gig_becomes_a_stable_employment,
    entities_and_the_forecast,
);

const VILLAGE: &str = "640106100207";

/// A poor person of the station, with this phone.
async fn resident(house: &House, name: &str, phone: &str) -> WorkerId {
    let input = json!({
        "name": name, "phone": phone, "village": VILLAGE, "household": "良田-0012",
        "groups": ["poverty", "relocated"],
        "consents": [{ "purpose": "matching", "text_version": "2026-11" }],
    });
    let station = Some("liangtian".parse().unwrap());
    let new = NewWorker { station, ..NewWorker::default() };
    house.market.register(&Actor::Operator, &input, new).await.unwrap().id
}

/// A picture that serves as a scan.
pub fn scan() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/screens/board-1080x1920.png")
}

/// The window in both sizes of a desk, a picture each.
async fn both(window: Window, name: &str) -> Window {
    let window = window.sized(PHONE).await;
    show(&window, name).await;
    let window = window.sized(DESK).await;
    show(&window, name).await;
    window
}

/// The list that the house gives out, filled in: so many months for a placement.
fn filled_in(id: &str, months: &[&str]) -> PathBuf {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["编号", "姓名", "用工主体", "月份", "险种"].iter().enumerate()
    {
        sheet.write_string(0, column as u16, *name).unwrap();
    }
    for (row, month) in (1..).zip(months) {
        sheet.write_string(row, 0, id).unwrap();
        sheet.write_string(row, 3, *month).unwrap();
        sheet.write_string(row, 4, "养老、医疗、失业、工伤、生育").unwrap();
    }
    // A row that is wrong stops none of the others.
    let last = months.len() as u32 + 1;
    sheet.write_string(last, 0, "plc_none").unwrap();
    sheet.write_string(last, 3, "2026-12").unwrap();
    sheet.write_string(last, 4, "养老").unwrap();
    std::fs::create_dir_all(scratch()).unwrap();
    let file = scratch().join("insured.xlsx");
    book.save(&file).unwrap();
    file
}

async fn a_placement_comes_to_be_paid_and_its_dossier_is_printed() {
    let house = House::open().await;
    resident(&house, "马小军", "13800000012").await;
    let broker = house.broker("qiaoliang", "演示·金桥劳务经纪").await;
    let village = house.checker(Role::Village, "hexu", VILLAGE, "和顺新村").await;
    let town = house.staff("zhangmin", "liangtian").await;
    let bureau = house.checker(Role::Reviewer, "renshe", "hr", "人力资源和社会保障局").await;
    let window = Window::open(&house, DESK).await;
    window.hold_still().await;

    // The broker registers somebody who starts tomorrow a week ago.
    window.be(&broker).await;
    window.go("/desk/placements").await;
    window.sees("这里还没有人").await;
    show(&window, "placements-none").await;
    window.press("登记一个人").await;
    window.fill("name", "马小军").await;
    window.fill("phone", "13800000099").await;
    window.fill("employer_name", "苏州某电子有限公司").await;
    window.fill("division", "虎丘").await;
    window.fill("start", "2026-11-20").await;
    window.press("登记").await;
    window.sees("没有找到这位求职者").await;
    assert_eq!(window.value("employer_name").await, "苏州某电子有限公司");
    let window = both(window, "placement-form").await;
    window.fill("phone", "13800000012").await;
    window.press("登记").await;
    window.sees("已登记").await;
    let path = window.path().await;
    let page = path.split('?').next().unwrap().to_owned();
    let id = page.trim_start_matches("/desk/placements/").to_owned();

    // Half a year passes.
    house.clock.go(185 * DAY);
    window.go("/desk/placements").await;
    window.sees("还没有劳动合同").await;
    let window = both(window, "placements").await;
    window.go("/desk/placements/insurance").await;
    let months = ["2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04"];
    window.attach("file", &filled_in(&id, &months)).await;
    window.press("上传").await;
    window.sees("收下6行，有1行没有收").await;
    let window = both(window, "insurance").await;
    window.go(&page).await;
    window.fill("contract_signed", "2026-11-21").await;
    window.fill("proofs", "2027-04").await;
    window.press("保存").await;
    window.sees("已保存").await;
    window.fill("paper", "劳动合同").await;
    window.attach("file", &scan()).await;
    window.press("上传").await;
    window.sees("材料已收下").await;
    window.until("document.querySelector('.papers img').complete").await;
    let window = both(window, "placement").await;

    // One press to the claim, one to hand it in.
    window.press("申报").await;
    window.sees("已存为待提交").await;
    let path = window.path().await;
    let claim = path.split('?').next().unwrap().to_owned();
    window.press("提交").await;
    window.sees("由下一个环节的人办理").await;
    window.sees("村级核对").await;
    show(&window, "claim-broker").await;

    // The village.
    window.be(&village).await;
    window.go("/desk/claims").await;
    let window = both(window, "claims-village").await;
    window.press("去办").await;
    window.press("通过").await;
    window.sees("已办理").await;
    window.sees("公示期满自动进入下一环节").await;
    window.be_nobody().await;
    window.go("/notices").await;
    window.sees("马**").await;
    window.sees("天数未确认").await;
    let window = both(window, "notices").await;
    house.clock.go(6 * DAY);
    house.market.end_notices().await.unwrap();

    // The town, then the bureau.
    window.be(&town).await;
    window.go(&claim).await;
    window.press("通过").await;
    window.sees("已办理").await;
    window.sees("这一步由别的部门办理").await;
    window.be(&bureau).await;
    window.go("/desk/claims").await;
    window.press("去办").await;
    window.sees("200元").await;
    let window = both(window, "claim-bureau").await;
    window.press("通过").await;
    window.sees("已办理").await;
    house.clock.go(6 * DAY);
    house.market.end_notices().await.unwrap();
    window.go(&claim).await;
    window.sees("已批准，待发放").await;
    let sheet =
        window.ask("fetch('/desk/claims/batch.xlsx').then((answer) => answer.status)").await;
    assert_eq!(sheet, 200);
    window.fill("batch", "2027-06第一批").await;
    window.press("登记发放").await;
    window.sees("已发放").await;

    // The dossier.
    window.press("打印卷宗").await;
    window.sees("申报卷宗").await;
    window.until("document.querySelector('.papers img').complete").await;
    show(&window, "dossier").await;
    let printed = window.print().await;
    assert!(printed.starts_with(b"%PDF-"), "{} bytes", printed.len());
    assert!(printed.len() > 20_000, "the scan is not in the {} bytes", printed.len());
}

async fn a_worker_claims_what_is_his_and_an_objection_stops_it() {
    let house = House::open().await;
    let worker = house.newcomer("xiaojun").await;
    let input = json!({
        "name": "马小军", "phone": "13800000012", "village": VILLAGE, "household": "良田-0012",
        "groups": ["poverty"],
    });
    let registered =
        house.market.register(&worker.actor(), &input, NewWorker::default()).await.unwrap();
    let terms = json!({
        "worker_id": registered.id.as_str(), "division": "320505", "start": "2026-08-01",
        "employer": { "name": "苏州某电子有限公司", "kind": "enterprise" },
    });
    house.market.place(&Actor::Operator, &terms, false).await.unwrap();
    let village = house.checker(Role::Village, "hexu", VILLAGE, "和顺新村").await;
    let window = Window::open(&house, PHONE).await;
    window.hold_still().await;
    window.be(&worker).await;
    window.go("/me").await;
    window.sees("现在可以申请1000元").await;
    window.sees("能领到1400元").await;
    show(&window, "me-dues").await;
    window.press("我要申请").await;
    window.sees("已经替您提交").await;
    window.sees("村级核对").await;
    window.be(&village).await;
    window.go("/desk/claims").await;
    window.press("去办").await;
    window.press("通过").await;
    window.sees("已办理").await;
    window.be_nobody().await;
    window.go("/notices").await;
    window.press("提异议").await;
    window.press("提交异议").await;
    window.sees("请填写异议内容").await;
    show(&window, "objection").await;
    window.fill("text", "这个人八月在家里，没有出去。").await;
    window.press("提交异议").await;
    window.sees("异议已收下").await;
    window.sees("现在没有公示").await;
}

async fn a_year_s_income_is_added_up_and_rewarded() {
    let house = House::open().await;
    let worker = house.newcomer("xiaojun").await;
    let input = json!({
        "name": "马小军", "phone": "13800000012", "village": VILLAGE, "household": "良田-0012",
        "groups": ["poverty"],
    });
    let station = Some("liangtian".parse().unwrap());
    let new = NewWorker { station, ..NewWorker::default() };
    house.market.register(&worker.actor(), &input, new).await.unwrap();
    let staff = house.staff("zhangmin", "liangtian").await;
    let rural = house.checker(Role::Reviewer, "nongye", "rural", "农业农村和水务局").await;
    let village = house.checker(Role::Village, "hexu", VILLAGE, "和顺新村").await;
    let window = Window::open(&house, PHONE).await;
    window.hold_still().await;

    // On the phone: what was earned elsewhere, a cycle that is over.
    window.be(&worker).await;
    window.go("/my").await;
    window.sees("我能领的补贴").await;
    window.press("我一年挣了多少").await;
    window.sees("还没有").await;
    window.fill("date", "2026-09-20").await;
    window.fill("amount", "一万二").await;
    window.fill("division", "虎丘").await;
    window.press("记上").await;
    window.sees("金额写成元").await;
    assert_eq!(window.value("division").await, "虎丘");
    show(&window, "income-faults").await;
    window.fill("amount", "12000").await;
    window.press("记上").await;
    window.sees("记上了").await;
    window.sees("其中外出务工12000元").await;
    window.sees("现在可以申请1000元").await;
    window.fill("paper", "工资发放记录或银行流水").await;
    window.attach("file", &scan()).await;
    window.press("上传").await;
    window.sees("材料已收下").await;
    show(&window, "income").await;
    window.go("/my").await;
    window.sees("现在可以申请1000元").await;
    show(&window, "phone-dues").await;
    window.press("我要申请").await;
    window.sees("已经替您提交").await;
    window.sees("村级核对").await;

    // At the station: the next cycle, for the same person.
    window.be(&staff).await;
    let window = window.sized(DESK).await;
    window.go("/desk/incomes").await;
    window.fill("phone", "13800000012").await;
    window.fill("name", "马小军").await;
    window.press("看收入").await;
    window.fill("date", "2026-11-01").await;
    window.fill("amount", "20000.50").await;
    window.fill("division", "320505").await;
    window.press("记上").await;
    window.sees("现在可以申请2000元").await;
    window.fill("date", "2026-11-02").await;
    window.fill("amount", "5000").await;
    window.fill("division", "金凤区").await;
    window.press("记上").await;
    window.sees("在户籍县（区）以内，不计入").await;
    let window = both(window, "income-desk").await;
    window.click("button[aria-label^='撤销2026-11-02']").await;
    window.sees("这一笔不再计入").await;
    window.press("替他申报").await;
    window.sees("已存为待提交").await;

    // Whoever reviews sees the income.
    window.be(&village).await;
    window.go("/desk/claims").await;
    window.press("去办").await;
    window.press("通过").await;
    window.sees("已办理").await;
    window.be(&rural).await;
    window.go("/desk/claims?stage=all").await;
    window.press("查看").await;
    window.sees("周期内的收入").await;
    both(window, "claim-income").await;
}

async fn a_gig_becomes_a_stable_employment() {
    let house = House::open().await;
    let (employer, staff) =
        (house.employer("guoye").await, house.staff("zhangmin", "liangtian").await);
    let worker = house.worker("maxiaojun", "13800000012").await;
    let fields = json!({ "title": "苹果分拣工", "headcount": 2, "division": "640106" });
    let job = house.handed_in(&employer, &fields).await;
    house.market.approve(&staff.actor(), &job).await.unwrap();
    let request = linggong::market::BookingRequest {
        worker: worker.account.worker.clone().unwrap(),
        shift: None,
        idempotency_key: None,
    };
    let booked = house.market.book(&worker.actor(), &job, &request).await.unwrap().booking;
    let shift = booked.shifts[0];
    let now = house.market.now();
    house.clock.go(shift.start.0 - now.0);
    house.market.check_in(&employer.actor(), &booked.id, None).await.unwrap();
    house.clock.go(shift.end.0 - shift.start.0);
    house.market.check_out(&employer.actor(), &booked.id, None).await.unwrap();
    let window = Window::open(&house, DESK).await;
    window.hold_still().await;
    window.be(&staff).await;
    window.go(&format!("/desk/bookings/{}", booked.id)).await;
    let window = both(window, "booking-stays").await;
    window.press("转为稳定就业").await;
    window.sees("由零工转来：苹果分拣工").await;
    window.fill("hukou", "金凤区").await;
    window.fill("start", &house.market.now().day().to_string()).await;
    let window = both(window, "placement-from-gig").await;
    window.press("登记").await;
    window.sees("已登记").await;
    window.go(&format!("/desk/bookings/{}", booked.id)).await;
    window.press("转为稳定就业").await;
    window.sees("能领什么").await;
}

async fn entities_and_the_forecast() {
    let house = House::open().await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let bureau = house.checker(Role::Reviewer, "renshe", "hr", "人力资源和社会保障局").await;
    for number in 0..5 {
        let phone = format!("1380000010{number}");
        let worker = resident(&house, "马小军", &phone).await;
        let (place, name) = match number {
            0..3 => ("金凤区", "新村就业帮扶车间"),
            _ => ("苏州市虎丘区", "苏州某电子有限公司"),
        };
        let kind = if number < 3 { "sole_trader" } else { "enterprise" };
        let terms = json!({
            "worker_id": worker.as_str(), "division": place, "start": "2026-10-01",
            "employer": { "name": name, "kind": kind },
        });
        house.market.place(&Actor::Operator, &terms, false).await.unwrap();
    }
    let window = Window::open(&house, DESK).await;
    window.hold_still().await;
    window.be(&staff).await;
    window.go("/desk/absorption").await;
    window.sees("100.00%").await;
    let window = both(window, "absorption").await;
    window.press("申报").await;
    window.sees("已存为待提交").await;
    window.be(&bureau).await;
    window.go("/desk/forecast").await;
    window.sees("良田镇").await;
    window.press("登记2026年预算").await;
    window.fill("amount", "1000").await;
    window.press("保存").await;
    window.sees("1000元").await;
    let window = both(window, "forecast").await;
    // The same placements under a plan that pays the brackets twice.
    let plan = include_str!("../../policies/jinfeng-2024.toml");
    let plan = plan.replace("other_province_fen = 100000", "other_province_fen = 140000");
    std::fs::create_dir_all(scratch()).unwrap();
    let file = scratch().join("what-if.toml");
    std::fs::write(&file, plan).unwrap();
    window.press("假如换一份政策文件").await;
    window.attach("file", &file).await;
    window.press("测算").await;
    window.sees("假如按").await;
    show(&window, "forecast-what-if").await;
}
