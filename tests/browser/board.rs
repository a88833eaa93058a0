//! The board: readable from five metres, calm, honest, for months.

use std::{collections::BTreeSet, env, time::Duration};

use linggong::{
    domain::{
        account::Actor,
        bulletin::Disclosure,
        ids::JobId,
        time::{DAY, HOUR},
    },
    feed::view::JobView,
    store::{Entry, Kind, Shown, ShownWhat},
};
use serde_json::{Value, json};

use crate::{
    clock::NOW,
    driver::Task,
    house::House,
    window::{DESK, Size, TALL, WIDE, Window},
};

in_browser!(
    everything_on_a_board_can_be_read_from_five_metres,
    notices_and_the_disclosure_reach_open_boards,
    screens_side_by_side_share_the_postings,
    a_row_that_leaves_moves_no_other,
    a_board_without_its_link_says_since_when,
    measured_day_of_traffic,
);

/// Postings in plenty, with the longest names that the limits let in among them.
async fn crowd(house: &House, count: usize) -> Vec<JobId> {
    let mut ids = Vec::new();
    for i in 0..count {
        let long = i % 3 == 0;
        let title = if long {
            "大型物流园夜班快件分拣装卸工".to_owned()
        } else {
            format!("装卸工{i}")
        };
        let address = if long {
            "银川市金凤区良田镇和顺新村三组物流产业园二号仓库东侧门口集合点"
        } else {
            "良田镇仓库"
        };
        let wage = if long {
            json!({ "min_fen": 1_080_000, "max_fen": 1_280_000, "unit": "month",
                    "settlement": "monthly" })
        } else {
            json!({ "min_fen": 22_000, "unit": "day", "settlement": "daily" })
        };
        let name = if long {
            "宁夏回族自治区塞上江南物流仓储有限责任公司"
        } else {
            "塞上公司"
        };
        let fields = json!({
            "title": title, "address": address, "wage": wage, "headcount": 100 + i,
            "employer": { "name": name, "kind": "enterprise" },
        });
        let id = house.submitted(&fields).await;
        house.market.approve(&Actor::Operator, &id).await.unwrap();
        ids.push(id);
    }
    ids
}

async fn told(house: &House) {
    let long = "很长的单位名称很长的单位名称很长的单位名称很长的单位名称很长的单位名称很长的";
    let disclosure = Disclosure {
        operator: long.to_owned(),
        licence: "640106000000012345".to_owned(),
        services: long.to_owned(),
        charges: "对求职者全部免费".to_owned(),
        supervisor: "金凤区人力资源和社会保障局".to_owned(),
        supervisor_phone: "0951-5066123".to_owned(),
        complaint_phone: "12333".to_owned(),
    };
    let station = "liangtian".parse().unwrap();
    house.market.disclose(&Actor::Operator, &station, disclosure).await.unwrap();
    let new = linggong::market::NewNotice {
        kind: linggong::domain::bulletin::NoticeKind::Policy,
        words: "脱贫户家里有人跨区县外出务工满三个月可以申领交通补贴，".repeat(4)[..240].to_owned(),
        starts_at: NOW,
        ends_at: NOW.plus(DAY),
    };
    house.market.put_up(&Actor::Operator, &station, new).await.unwrap();
}

/// What is too small, cut off where it may not be, or over the edge. A character is at least a
/// two-hundredth of the reading distance high; on a 55-inch panel with 1080 lines a pixel is 0.63 mm,
/// so five metres ask 40 px of everything, 64 of trade and wage.
pub const LEGIBLE: &str = "
    const faults = [];
    const near = (a, b) => a >= b - 0.5;
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
      if (!own || !element.checkVisibility()) continue;
      const size = parseFloat(getComputedStyle(element).fontSize);
      const least = element.matches('.trade, .wage') ? 64 : 40;
      if (!near(size, least)) faults.push(`${element.className}: ${size} px`);
    }
    for (const element of document.querySelectorAll('.wage, .settlement, .start, .left, .distance, .link, .clock, .date, .today, .totals')) {
      if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth)
        faults.push(`${element.className} is cut`);
    }
    const inside = (element, box, what) => {
      const [a, b] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
      if (a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 4 || a.bottom > b.bottom + 4)
        faults.push(`${what} is over the edge by ${[b.left - a.left, a.right - b.right, b.top - a.top, a.bottom - b.bottom]}`);
    };
    const main = document.querySelector('main');
    for (const row of document.querySelectorAll('.row')) {
      inside(row, main, 'a row');
      for (const part of row.children) inside(part, row, part.className);
    }
    const screen = { getBoundingClientRect: () => ({ left: 0, top: 0, right: innerWidth, bottom: innerHeight }) };
    inside(document.querySelector('footer'), screen, 'the foot');
    inside(document.querySelector('header'), screen, 'the head');
    return faults;
";

async fn everything_on_a_board_can_be_read_from_five_metres() {
    let house = House::open().await;
    crowd(&house, 8).await;
    told(&house).await;
    let window = Window::open(&house, WIDE).await;
    window.hold_still().await;
    let window = look(window, WIDE).await;
    look(window, TALL).await;
}

async fn look(window: Window, size: Size) -> Window {
    let window = window.sized(size).await;
    window.go("/board/liangtian?theme=day").await;
    window.sees("● 实时").await;
    window.sees("申领交通补贴").await;
    window.until("document.querySelectorAll('.row').length > 3").await;
    let faults = window.run(LEGIBLE, Vec::new()).await;
    window.check(faults == json!([]), &faults.to_string()).await;
    window.judge().await;
    window.picture("board-longest").await;
    window
}

async fn notices_and_the_disclosure_reach_open_boards() {
    let house = House::open().await;
    let staff = house.staff("zhangmin", "liangtian").await;
    let board = Window::open(&house, WIDE).await;
    board.go("/board/liangtian").await;
    board.sees("● 实时").await;
    board.run("window.same = true;", Vec::new()).await;
    let desk = Window::open(&house, DESK).await;
    desk.be(&staff).await;
    desk.go("/desk/stations").await;
    desk.sees("良田镇就业服务站").await;
    desk.fill("charges", "对求职者全部免费").await;
    desk.fill("licence", "640106000001").await;
    desk.fill("supervisor", "金凤区人社局").await;
    desk.fill("supervisor_phone", "0951-5066123").await;
    desk.press("保存公示").await;
    desk.sees("已保存，大屏上马上更新").await;
    for text in
        ["人力资源服务许可证：640106000001", "收费标准：对求职者全部免费", "监督机关：金凤区人社局"]
    {
        board.sees(text).await;
    }
    desk.choose("kind", "fair").await;
    desk.fill("words", "周六上午九点，站门口招聘会").await;
    desk.press("发布告示").await;
    desk.sees("告示已发布").await;
    desk.judge().await;
    board.sees("周六上午九点，站门口招聘会").await;
    board.sees("招聘会").await;
    // Another board that comes later knows it too.
    let later = Window::open(&house, TALL).await;
    later.go("/board/liangtian").await;
    later.sees("周六上午九点，站门口招聘会").await;
    desk.press("撤下").await;
    desk.sees("告示已撤下").await;
    for board in [&board, &later] {
        board.until("!document.body.innerText.includes('周六上午九点')").await;
        board.judge().await;
    }
    assert_eq!(board.ask("window.same").await, true, "the board was loaded anew");
    // A person before the screen is called out to.
    house.app.hub.notice(&"liangtian".parse().unwrap(), None, "请王师傅到窗口来");
    board.sees("请王师傅到窗口来").await;
}

/// The ids of the rows, from the top.
const ROWS: &str = "[...document.querySelectorAll('.row')].map((row) => row.dataset.id)";

fn ids(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    list.map(str::to_owned).collect()
}

async fn screens_side_by_side_share_the_postings() {
    let house = House::open().await;
    let all: BTreeSet<String> =
        crowd(&house, 11).await.into_iter().map(|id| id.to_string()).collect();
    let mut shown = Vec::new();
    for screen in [1, 2] {
        let window = Window::open(&house, WIDE).await;
        window.go(&format!("/board/liangtian?screen={screen}&of=2")).await;
        window.sees("● 实时").await;
        window.until("document.querySelectorAll('.row').length >= 5").await;
        shown.extend(ids(&window.ask(ROWS).await));
        window.sees("在招 11 个岗位").await;
    }
    assert_eq!(shown.len(), all.len(), "{shown:?}");
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), all);
    let window = Window::open(&house, WIDE).await;
    window.go("/board/liangtian").await;
    let script = "
        const { share } = await import('/static/rota.js');
        const faults = [];
        for (let count = 0; count < 60; count++) {
          const ids = Array.from({ length: count }, (_, i) => `job_${(i * 7919) % 104729}x${i}`);
          for (const of of [1, 2, 3, 8]) {
            const parts = Array.from({ length: of }, (_, i) => share(ids, i + 1, of, 6));
            const sizes = parts.map((part) => part.length);
            const fits = count <= 6 || of === 1
              ? parts.every((part) => part.join() === ids.join())
              : parts.flat().length === count && new Set(parts.flat()).size === count
                && Math.max(...sizes) - Math.min(...sizes) <= 1;
            if (!fits) faults.push(`${count} on ${of}: ${sizes}`);
          }
          if (share(ids, 3, 2, 6) !== ids || share(ids, NaN, 2, 6) !== ids) faults.push('unasked');
        }
        return faults;
    ";
    assert_eq!(
        window.run(&format!("return (async () => {{{script}}})();"), vec![]).await,
        json!([])
    );
}

async fn a_row_that_leaves_moves_no_other() {
    let house = House::open().await;
    crowd(&house, 9).await;
    let window = Window::open(&house, WIDE).await;
    window.go("/board/liangtian").await;
    window.sees("● 实时").await;
    window.until("document.querySelectorAll('.row').length >= 5").await;
    let before = ids(&window.ask(ROWS).await);
    let gone = &before[1];
    house.market.close(&Actor::Operator, &gone.parse().unwrap()).await.unwrap();
    window.sees("已结束").await;
    window.until(&format!("!{ROWS}.includes('{gone}')")).await;
    let after = ids(&window.ask(ROWS).await);
    for (place, (old, new)) in before.iter().zip(&after).enumerate() {
        assert_eq!(old == new, place != 1, "row {place}: {before:?} → {after:?}");
    }
}

async fn a_board_without_its_link_says_since_when() {
    let house = House::open().await;
    crowd(&house, 3).await;
    let window = Window::open(&house, WIDE).await;
    window.go("/board/liangtian").await;
    window.sees("● 实时").await;
    window.until("document.querySelectorAll('.row').length === 3").await;
    house.app.hub.shutdown().await;
    window.sees("○ 10:00 起离线").await;
    assert_eq!(ids(&window.ask(ROWS).await).len(), 3, "the last state stays");
    window.picture("board-offline").await;
}

/// Changes of an ordinary run; `LINGGONG_MEASURE=1` takes a day's, 20,000.
const CHANGES: usize = 2_000;
/// Changes until the board has seen everything that it will see again, and the engine has compiled
/// what a board does all day.
const WARM_UP: usize = 1_000;
/// As [`WARM_UP`], where bytes are compared: the engine's own tables and code grow for longer.
const WARM_UP_OF_A_DAY: usize = 4_000;
/// Postings that stand at once.
const STANDING: usize = 40;
/// Changes of one transaction.
const BATCH: usize = 20;
/// A board's day passes in this many seconds, so that pages, hours and themes turn with the changes.
const DAY_S: usize = 60;
/// The longest that a task may have the processor.
const TASK_MS_MAX: f64 = 50.0;
/// Bytes by which the heap may be larger besides in an ordinary run.
const HEAP_SLACK_BUSY: f64 = 250_000.0;

/// The page's clock runs fast: its dates, and those of its timers that turn pages.
fn haste(speed: usize) -> String {
    format!(
        "const [now, later, begun] = [Date.now, setTimeout, Date.now()];
         Date.now = () => begun + (now() - begun) * {speed};
         window.setTimeout = (f, ms = 0, ...rest) =>
           later(f, ms <= 2000 ? ms / {speed} : ms, ...rest);"
    )
}

fn entry() -> Entry {
    let (actor, entity) = ("house".to_owned(), "liangtian".to_owned());
    Entry { at: NOW, actor, verb: "show", kind: Kind::Station, entity, detail: json!({}) }
}

/// A change of a day: postings come, fill up place by place, and go.
fn change(i: usize, job: &mut JobView) -> Shown {
    let number = i / 4 % (STANDING * 3);
    job.id = format!("job_{number}");
    job.version = i as i64;
    job.title = format!("装卸工{number}");
    job.places_left = (i % 4) as u32 + 1;
    let start = NOW.plus((i % 24) as i64 * HOUR);
    job.shifts = vec![linggong::feed::view::ShiftView {
        start: start.to_string(),
        end: start.plus(8 * HOUR).to_string(),
    }];
    let goes = i % 4 == 3;
    let leaver = format!("job_{}", (number + STANDING * 2) % (STANDING * 3));
    let what = if goes {
        ShownWhat::Remove { why: "filled" }
    } else {
        ShownWhat::Put { version: job.version, payload: serde_json::to_string(job).unwrap() }
    };
    let id = if goes { &leaver } else { &job.id };
    Shown { station: "liangtian".parse().unwrap(), job: id.parse().unwrap(), at: NOW, what }
}

/// What a page weighs after collections.
struct Weight {
    /// Bytes of the script engine's heap, its own code and tables among them.
    heap: f64,
    /// Objects of the page that live, functions and arrays among them.
    objects: u64,
    /// Nodes of the document and of what else holds some.
    nodes: u64,
    /// Listeners.
    listeners: u64,
}

/// The middle one of a few weighings, each figure by itself.
fn middle(weights: &[Weight]) -> Weight {
    let count = |what: fn(&Weight) -> u64| {
        let mut all: Vec<u64> = weights.iter().map(what).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    Weight {
        heap: count(|weight| weight.heap as u64) as f64,
        objects: count(|weight| weight.objects),
        nodes: count(|weight| weight.nodes),
        listeners: count(|weight| weight.listeners),
    }
}

async fn weigh(window: &Window) -> Weight {
    let ask = async |name: &str, body: Value| window.session.devtools(name, body).await;
    // What scripts of the test left is kept over a few collections.
    for _ in 0..6 {
        ask("HeapProfiler.collectGarbage", json!({})).await;
    }
    let heap = ask("Runtime.getHeapUsage", json!({})).await;
    let counters = ask("Memory.getDOMCounters", json!({})).await;
    let group = "weighing";
    let root = json!({ "expression": "Object.prototype", "objectGroup": group });
    let root = ask("Runtime.evaluate", root).await;
    let all = json!({ "prototypeObjectId": root["result"]["objectId"], "objectGroup": group });
    let all = ask("Runtime.queryObjects", all).await;
    // Marks of what was painted are kept up to a hundred; how many just now is no growth.
    let count = "function () {
        return this.filter((each) => !(each instanceof PerformanceEntry)).length;
    }";
    let count = json!({
        "objectId": all["objects"]["objectId"], "functionDeclaration": count,
    });
    let count = ask("Runtime.callFunctionOn", count).await;
    ask("Runtime.releaseObjectGroup", json!({ "objectGroup": group })).await;
    Weight {
        heap: heap["usedSize"].as_f64().unwrap(),
        objects: count["result"]["value"].as_u64().unwrap(),
        nodes: counters["nodes"].as_u64().unwrap(),
        listeners: counters["jsEventListeners"].as_u64().unwrap(),
    }
}

/// Waits until the board has applied a message. It is asked by the browser's own protocol and always in
/// the same words: the driver's scripts, and each new one, leave something in the page's heap.
async fn applied(window: &Window, seq: usize) {
    let at = json!({
        "expression": "Number(document.documentElement.dataset.seq)", "returnByValue": true,
    });
    for _ in 0..2_000 {
        let held = window.session.devtools("Runtime.evaluate", at.clone()).await;
        if held["result"]["value"].as_u64().is_some_and(|held| held >= seq as u64) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    window.fail(&format!("message {seq} did not come")).await;
}

/// `LINGGONG_MEASURE=1 tests/run browser --release measured_day -- --nocapture` takes a whole day.
async fn measured_day_of_traffic() {
    let measures = env::var("LINGGONG_MEASURE").as_deref() == Ok("1");
    let (changes, warm_up) = if measures { (20_000, WARM_UP_OF_A_DAY) } else { (CHANGES, WARM_UP) };
    let house = House::open().await;
    let id = house.submitted(&json!({ "valid_until": NOW.plus(20 * DAY).to_string() })).await;
    let posting = house.market.approve(&Actor::Operator, &id).await.unwrap();
    let mut job = JobView::from(&posting);
    let window = Window::timed(&house, WIDE).await;
    let speed = 86_400 / DAY_S * 20_000 / changes.max(1);
    let source = json!({ "source": haste(speed) });
    window.session.devtools("Page.addScriptToEvaluateOnNewDocument", source).await;
    window.go("/board/liangtian").await;
    window.sees("● 实时").await;
    let (mut weights, mut tasks, mut weighing) = (Vec::new(), Vec::new(), Vec::new());
    for first in (0..changes + warm_up).step_by(BATCH) {
        if first == warm_up || (measures && first > warm_up && first % 2_000 == 0) {
            applied(&window, first).await;
            let done = window.session.tasks().await;
            // What came before the first weighing is forgotten.
            tasks.extend(done.into_iter().filter(|_| !weights.is_empty()));
            weights.push(weigh(&window).await);
            // The collections that a weighing asks for are no work of the board's.
            weighing.extend(window.session.tasks().await);
        }
        let mut txn = house.market.store.begin().await.unwrap();
        for i in first..first + BATCH {
            txn.show(change(i, &mut job));
        }
        txn.log(entry());
        txn.commit().await.unwrap();
        // The posting that came by the market was the first.
        let seq = first + BATCH;
        let behind = if first % 200 == 0 { 0 } else { 400 };
        applied(&window, seq.saturating_sub(behind)).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    applied(&window, changes + warm_up).await;
    tasks.extend(window.session.tasks().await);
    weights.push(weigh(&window).await);
    // One weighing finds the engine's own tables and code now here, now gone.
    let few = weights.len().div_ceil(4);
    let (begun, ended) = (middle(&weights[..few]), middle(&weights[weights.len() - few..]));
    let longest = |tasks: &[Task], ms: fn(&Task) -> f64| tasks.iter().map(ms).fold(0.0, f64::max);
    let (cpu, wall) = (longest(&tasks, |task| task.cpu_ms), longest(&tasks, |task| task.wall_ms));
    let weighed = longest(&weighing, |task| task.cpu_ms);
    println!(
        "a day of {changes} changes: heap {:.2} → {:.2} MB ({:+.1} %), objects {} → {}, nodes {} → \
         {}, listeners {} → {}; the longest of {} tasks had the processor for {cpu:.0} ms, and took \
         {wall:.0} ms (of the {} of the weighing, left out: {weighed:.0} ms)",
        begun.heap / 1e6,
        ended.heap / 1e6,
        (ended.heap / begun.heap - 1.0) * 100.0,
        begun.objects,
        ended.objects,
        begun.nodes,
        ended.nodes,
        begun.listeners,
        ended.listeners,
        tasks.len(),
        weighing.len(),
    );
    if measures {
        let series: Vec<f64> = weights.iter().map(|w| (w.heap / 1e4).round() / 100.0).collect();
        println!("  the heap every 2,000 changes, in MB: {series:?}");
    }
    let shown = house.shown("liangtian").await.len();
    window.sees(&format!("在招 {shown} 个岗位")).await;
    window.judge().await;
    // The engine's own code and tables come and go by a tenth of a megabyte of so small a heap; what the
    // page itself keeps is counted below, by objects.
    let slack = if measures { 0.0 } else { HEAP_SLACK_BUSY };
    let bound = begun.heap * 1.1 + slack;
    assert!(ended.heap <= bound, "the heap grew from {} to {}", begun.heap, ended.heap);
    let grew = |begun: u64, ended: u64| ended > begun + begun / 20;
    assert!(!grew(begun.objects, ended.objects), "{} → {} objects", begun.objects, ended.objects);
    assert!(
        !grew(begun.nodes, ended.nodes.saturating_sub(20)),
        "{} → {} nodes",
        begun.nodes,
        ended.nodes
    );
    assert_eq!(begun.listeners, ended.listeners);
    assert!(tasks.len() > 100, "{} tasks were seen", tasks.len());
    assert!(cpu <= TASK_MS_MAX, "a task had the processor for {cpu} ms");
}
