//! The consoles' lists: what is found, in which order, page by page while rows come and go, and what
//! leaves as a file.

use std::{collections::BTreeSet, io::Cursor};

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use linggong::{
    domain::{
        account::{Actor, Role},
        org::EmployerKind,
        time::{DAY, HOUR, MINUTE},
    },
    market::{NewComplaint, Times},
    store::Kind,
};
use serde_json::{Value, json};

use crate::{
    Client, World,
    world::{Answer, placement, posting, with, worker},
};

stories!(
    words_filters_and_days_narrow_a_list,
    a_list_goes_by_any_of_its_columns,
    pages_belong_together_while_rows_come_and_go,
    a_file_holds_what_its_list_shows,
    no_cell_is_run_as_a_formula,
    a_file_is_in_the_audit_trail_without_the_words_that_were_looked_for,
    lists_hold_what_the_right_reaches,
    what_needs_somebody_today_leads_to_as_many_rows,
);

/// The names of a page's rows.
fn names(answer: &Answer) -> Vec<String> {
    let html = answer.text();
    let rows = html.split(r#"<th scope="row">"#).skip(1);
    rows.map(|row| {
        let cell = row.split("</th>").next().unwrap();
        let cell = cell.split(r#"<span class="hint">"#).next().unwrap();
        let text = cell.split('>').nth(1).map_or(cell, |text| text.split('<').next().unwrap());
        text.trim().replace("&#61;", "=").replace("&#38;", "&")
    })
    .collect()
}

/// The addresses to which a page's links with this text lead.
fn links(answer: &Answer, text: &str) -> Vec<String> {
    let html = answer.text();
    let end = format!(">{text}</a>");
    let before = html.match_indices(&end).map(|(at, _)| &html[..at]);
    before
        .map(|html| {
            let from = html.rfind(r#"href=""#).unwrap() + 6;
            html[from..].split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
        })
        .collect()
}

/// How many rows a list has in all.
fn total(answer: &Answer) -> usize {
    let html = answer.text();
    let caption = html.split("<caption>").nth(1).map(|rest| rest.split("</caption>").next());
    let Some(caption) = caption.flatten() else { return 0 };
    let count = caption.split('共').nth(1).unwrap();
    count.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// A workbook's first sheet, as texts.
fn sheet(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200);
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(answer.body.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let text = |cell: &Data| match cell {
        Data::Float(number) => format!("{number:.2}"),
        Data::Int(number) => format!("{number}.00"),
        other => other.to_string(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

/// A file of commas, as texts.
fn commas(answer: &Answer) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200);
    let bytes = answer.body.strip_prefix(b"\xef\xbb\xbf").expect("spreadsheets look for this mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The list's first column in a file.
fn first(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter().skip(1).map(|row| row[0].clone()).collect()
}

fn titled(title: &str, more: &Value) -> Value {
    with(with(posting(), &json!({ "title": title })), more)
}

fn wage(fen: i64) -> Value {
    json!({ "wage": { "min_fen": fen, "max_fen": fen, "unit": "day", "settlement": "daily" } })
}

async fn words_filters_and_days_narrow_a_list(world: World) {
    let employer = world.employer().await;
    let staff = world.staff().await;
    employer.draft(&titled("装卸工", &json!({}))).await;
    employer.draft(&titled("快递分拣工", &json!({ "address": "和顺新村" }))).await;
    let monthly = json!({ "wage": { "min_fen": 400_000, "max_fen": 400_000, "unit": "month",
        "settlement": "monthly" } });
    let waiting = employer.draft(&titled("门卫", &monthly)).await;
    employer.post(&format!("/api/v1/jobs/{waiting}/submit"), &json!({})).await.expect(200);
    let found = async |query: &str| {
        let list = employer.get(&format!("/desk?{query}")).await;
        assert_eq!(list.status, 200);
        names(&list).into_iter().collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(found("").await, set(&["装卸工", "快递分拣工", "门卫"]));
    assert_eq!(found("q=%E5%88%86%E6%8B%A3").await, set(&["快递分拣工"]));
    // Each word somewhere; large letters and wide ones are the same.
    assert_eq!(found("q=%E5%92%8C%E9%A1%BA+%E5%88%86%E6%8B%A3").await, set(&["快递分拣工"]));
    assert_eq!(found("q=%E6%B2%A1%E6%9C%89").await, set(&[]));
    assert_eq!(found("status=draft").await, set(&["装卸工", "快递分拣工"]));
    assert_eq!(found("status=unsent").await, set(&["装卸工", "快递分拣工"]));
    assert_eq!(found("status=in_review").await, set(&["门卫"]));
    assert_eq!(found("settlement=monthly").await, set(&["门卫"]));
    assert_eq!(found("settlement=daily&status=in_review").await, set(&[]));
    assert_eq!(found("from=2026-11-25&to=2026-11-25").await.len(), 3);
    assert_eq!(found("from=2026-11-26").await, set(&[]));
    assert_eq!(found("to=2026-11-24").await, set(&[]));
    // What is no choice is not asked.
    assert_eq!(found("status=none&sort=none&from=none&after=zz&page=3").await.len(), 3);
    // Nobody sees drafts of others.
    assert_eq!(total(&staff.get("/desk?status=unsent").await), 0);
}

async fn a_list_goes_by_any_of_its_columns(world: World) {
    let employer = world.employer().await;
    let at = |hour: u32| {
        json!({ "shifts": [{ "start": format!("2026-11-26T{hour:02}:00:00+08:00"),
            "end": format!("2026-11-26T{:02}:00:00+08:00", hour + 4) }] })
    };
    for (title, fen, head, hour) in
        [("装卸工", 20_000, 3, 9), ("保洁员", 30_000, 1, 14), ("分拣工", 25_000, 2, 6)]
    {
        let more = with(with(wage(fen), &json!({ "headcount": head })), &at(hour));
        employer.draft(&titled(title, &more)).await;
        world.clock.go(MINUTE);
    }
    let by = async |sort: &str| names(&employer.get(&format!("/desk?sort={sort}")).await);
    // As a dictionary has it: bǎo, fēn, zhuāng.
    assert_eq!(by("title").await, ["保洁员", "分拣工", "装卸工"]);
    assert_eq!(by("wage").await, ["装卸工", "分拣工", "保洁员"]);
    assert_eq!(by("left").await, ["保洁员", "分拣工", "装卸工"]);
    assert_eq!(by("start").await, ["分拣工", "装卸工", "保洁员"]);
    assert_eq!(by("changed").await, ["装卸工", "保洁员", "分拣工"]);
    for column in ["title", "status", "wage", "left", "start", "employer", "changed"] {
        let mut down = by(&format!("-{column}")).await;
        down.reverse();
        assert_eq!(by(column).await, down, "{column}");
    }
    // The head says how the list is ordered, and turns it.
    let list = employer.get("/desk?sort=wage").await;
    let text = list.text();
    assert!(text.contains(r#"<th scope="col" aria-sort="ascending">"#), "{text}");
    assert!(text.contains("sort=-wage"), "{text}");
    assert!(text.contains("按工钱，从小到大"), "{text}");
}

async fn pages_belong_together_while_rows_come_and_go(world: World) {
    let employer = world.employer().await;
    let mut ids = Vec::new();
    for number in 0..120 {
        let title = format!("分拣工{number:03}");
        ids.push(employer.draft(&titled(&title, &wage(20_000 + number))).await);
    }
    for sort in ["title", "-title", "wage", "-changed", ""] {
        let mut seen = Vec::new();
        let mut page = employer.get(&format!("/desk?status=draft&sort={sort}")).await;
        assert_eq!(names(&page).len(), 50);
        seen.extend(names(&page));
        // One row of the page goes, one of the next goes, and new ones come in front and behind.
        let (gone, later) = (seen[49].clone(), if sort.starts_with('-') { 5 } else { 115 });
        let number: usize = gone.trim_start_matches("分拣工").parse().unwrap();
        let later = if sort.is_empty() { 3 } else { later };
        for at in [number, later] {
            let path = format!("/api/v1/jobs/{}/withdraw", ids[at]);
            employer.post(&path, &json!({ "reason": "写错了" })).await.expect(200);
        }
        for title in ["分拣工000新", "分拣工119新"] {
            employer.draft(&titled(title, &wage(30_000))).await;
        }
        while let Some(next) = links(&page, "下一页").pop() {
            page = employer.get(&next).await;
            seen.extend(names(&page));
        }
        let whole: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(whole.len(), seen.len(), "{sort}: a row was shown twice");
        let old = seen.iter().filter(|name| !name.ends_with('新')).count();
        assert!(old >= 119, "{sort}: a row was missed, {old}");
        // And back again.
        let back = links(&page, "上一页").pop().unwrap();
        let back = names(&employer.get(&back).await);
        assert_eq!(back.len(), 50);
        assert_eq!(back[49], seen[seen.len() - names(&page).len() - 1]);
        // For the next order, all stand as before.
        for title in [number, later] {
            let title = format!("分拣工{title:03}");
            let at: usize = title.trim_start_matches("分拣工").parse().unwrap();
            ids[at] = employer.draft(&titled(&title, &wage(20_000 + at as i64))).await;
        }
        for name in ["分拣工000新", "分拣工119新"] {
            let list = employer.get("/desk?status=draft&q=%E6%96%B0").await;
            let open = links(&list, name).pop().unwrap();
            let id = open.trim_start_matches("/desk/jobs/").to_owned();
            let path = format!("/api/v1/jobs/{id}/withdraw");
            employer.post(&path, &json!({ "reason": "写错了" })).await.expect(200);
        }
    }
}

/// A posting of the employer with somebody who worked, somebody who asked, and what follows.
async fn at_work(world: &World) -> (Client, Client) {
    let employer = world.employer().await;
    let staff = world.staff().await;
    let asked = json!({ "instant": false, "headcount": 5 });
    let job = employer.draft(&titled("装卸工", &asked)).await;
    employer.post(&format!("/api/v1/jobs/{job}/submit"), &json!({})).await.expect(200);
    staff.post(&format!("/api/v1/jobs/{job}/approve"), &json!({})).await.expect(200);
    staff.register(&worker(7)).await;
    let (mut bookings, mut seekers) = (Vec::new(), Vec::new());
    for (number, name) in [(1, "马小军"), (2, "杨春花"), (3, "白建国")] {
        let seeker = world.account(Role::Worker, &format!("seeker{number}"), None).await;
        let person = seeker.register(&with(worker(number), &json!({ "name": name }))).await;
        let body = seeker.book(&job, &person).await.expect(202);
        bookings.push(body["id"].as_str().unwrap().to_owned());
        seekers.push(seeker);
    }
    let step = |name| format!("/api/v1/bookings/{}/{name}", bookings[0]);
    employer.post(&step("offer"), &json!({})).await.expect(200);
    seekers[0].post(&step("accept"), &json!({})).await.expect(200);
    // To the shift's start, 25 November at eight.
    world.clock.go(22 * HOUR);
    let (actor, id) = (Actor::Operator, bookings[0].parse().unwrap());
    world.market.check_in(&actor, &id, None).await.unwrap();
    world.clock.go(9 * HOUR);
    world.market.check_out(&actor, &id, None).await.unwrap();
    let attendance = world.market.attendance_of(&actor, &id).await.unwrap().remove(0);
    let times = Times {
        check_in: attendance.shift.start,
        check_out: attendance.shift.end.plus(-HOUR),
        reason: "四点就走了".to_owned(),
    };
    // Staff speak for the worker, so that the employer is asked.
    let speaks = Actor::Account(world.market.who("token-of-staff").await.unwrap().unwrap());
    world.market.propose_times(&speaks, &attendance.id, times).await.unwrap();
    let new = NewComplaint {
        kind: linggong::domain::complaint::ComplaintKind::Arrears,
        job: Some(job.parse().unwrap()),
        worker: None,
        text: "说好当天结，没有给".to_owned(),
        channel: linggong::domain::complaint::Channel::Desk,
    };
    world.market.complain(&speaks, &new).await.unwrap();
    (employer, staff)
}

/// The lists of a console, each with somebody who sees rows of it.
fn lists<'c>(
    employer: &'c Client,
    staff: &'c Client,
    admin: &'c Client,
) -> Vec<(&'static str, &'c Client)> {
    vec![
        ("/desk", employer),
        ("/desk", staff),
        ("/desk/bookings", employer),
        ("/desk/bookings", staff),
        ("/desk/attendance", employer),
        ("/desk/wages", employer),
        ("/desk/complaints", staff),
        ("/desk/orgs", staff),
        ("/desk/workers", staff),
        ("/desk/placements", staff),
        ("/desk/claims", staff),
        ("/desk/screens", staff),
        ("/admin/accounts", admin),
        ("/admin/audit", admin),
    ]
}

/// The orders that a list offers.
fn sorts(answer: &Answer) -> Vec<String> {
    let html = answer.text();
    let select = html.split(r#"name="sort">"#).nth(1).unwrap().split("</select>").next().unwrap();
    let values = select.split(r#"<option value=""#).skip(1);
    values.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn a_file_holds_what_its_list_shows(world: World) {
    let (employer, staff) = at_work(&world).await;
    let admin = world.admin().await;
    let person = staff.register(&worker(9)).await;
    staff.post("/api/v1/placements", &placement(&person)).await.expect(201);
    for (path, by) in lists(&employer, &staff, &admin) {
        let page = by.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let empty = ["/desk/claims", "/desk/screens"].contains(&path);
        for sort in sorts(&page) {
            // A look at the trail is in the trail, so that it is never twice the same.
            let trail = path == "/admin/audit";
            let narrow = if trail { "&kind=complaint" } else { "" };
            let query = format!("{path}?sort={sort}{narrow}");
            let list = by.get(&query).await;
            let (xlsx, csv) = (
                by.get(&format!("{query}&as=xlsx")).await,
                by.get(&format!("{query}&as=csv")).await,
            );
            let (sheet, commas) = (sheet(&xlsx), commas(&csv));
            assert_eq!(sheet.len(), commas.len(), "{query}");
            assert_eq!(sheet[0], commas[0], "{query}");
            for (row, other) in sheet.iter().zip(&commas).skip(1) {
                for (cell, other) in row.iter().zip(other) {
                    // Counts stand in a workbook as numbers.
                    let same = cell == other || cell.trim_end_matches(".00") == other.as_str();
                    assert!(same, "{query}: {cell} {other}");
                }
            }
            let cards = path == "/desk/screens";
            if !cards && !trail {
                assert_eq!(first(&commas), names(&list), "{query}");
            }
            assert_eq!(commas.len() - 1 > 0, !empty, "{query}");
        }
    }
    // What narrows the list narrows its file.
    let all = commas(&employer.get("/desk/bookings?as=csv").await);
    assert_eq!(all.len(), 4);
    let some = commas(&employer.get("/desk/bookings?as=csv&status=decide").await);
    assert_eq!(some.len(), 3);
    assert!(some[1].iter().any(|cell| cell.contains("****")), "phones are masked: {some:?}");
    assert!(!employer.get("/desk/wages?as=csv").await.text().contains("13800000001"));
}

async fn no_cell_is_run_as_a_formula(world: World) {
    let staff = world.staff().await;
    let evil = ["=HYPERLINK(\"http://x\")", "+8613800000000", "-1+1", "@SUM(A1)", "＝1+1"];
    for (number, name) in (1..).zip(evil) {
        let skills = json!({ "name": "马小军", "skills": [name] });
        staff.register(&with(worker(number), &skills)).await;
    }
    let rows = commas(&staff.get("/desk/workers?as=csv").await);
    let column = rows[0].iter().position(|name| name == "会什么").unwrap();
    let cells: BTreeSet<&str> = rows.iter().skip(1).map(|row| row[column].as_str()).collect();
    assert_eq!(cells.len(), evil.len());
    for cell in &cells {
        assert!(cell.starts_with('\''), "{cell}");
    }
    let answer = staff.get("/desk/workers?as=xlsx").await;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(answer.body.clone())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let texts: BTreeSet<String> = range.rows().skip(1).map(|row| row[column].to_string()).collect();
    assert!(texts.contains(evil[0]) && texts.contains(evil[3]), "{texts:?}");
    let formulas = book.worksheet_formula(&book.sheet_names()[0].clone()).unwrap();
    assert!(formulas.cells().all(|(.., formula)| formula.is_empty()));
}

async fn a_file_is_in_the_audit_trail_without_the_words_that_were_looked_for(world: World) {
    let (employer, _) = at_work(&world).await;
    let before = world.log_seq().await;
    let path = "/desk/bookings?q=%E6%9D%A8%E6%98%A5%E8%8A%B1&as=xlsx";
    assert_eq!(sheet(&employer.get(path).await).len(), 2);
    let rows = world.market.store.read().await.unwrap().log_after(before, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    let (row, detail): (_, Value) = (&rows[0], serde_json::from_str(&rows[0].detail).unwrap());
    assert_eq!((row.verb.as_str(), row.kind), ("export", Kind::Account));
    assert_eq!(
        (&detail["list"], &detail["rows"], &detail["as"]),
        (&json!("/desk/bookings"), &json!(1), &json!("xlsx"))
    );
    assert_eq!(detail["seen"].as_array().unwrap().len(), 1);
    assert!(!rows[0].detail.contains("杨春花"));
    // A look says whom it showed.
    employer.get("/desk/bookings").await;
    let rows = world.market.store.read().await.unwrap().log_after(before + 1, 10).await.unwrap();
    assert_eq!(rows[0].verb, "look_list");
    assert!(rows[0].detail.contains("bkg_"));
}

async fn lists_hold_what_the_right_reaches(world: World) {
    let (employer, staff) = at_work(&world).await;
    let kind = Some(EmployerKind::Enterprise);
    let other = world.account_of(Role::Employer, "other", None, kind).await;
    let far = world.account(Role::Staff, "farstaff", Some("far")).await;
    for path in ["/desk", "/desk/bookings", "/desk/attendance", "/desk/wages"] {
        assert_ne!(total(&employer.get(path).await), 0, "{path}");
        for foreign in [&other, &far] {
            assert_eq!(total(&foreign.get(path).await), 0, "{path}");
            let file = commas(&foreign.get(&format!("{path}?as=csv")).await);
            assert_eq!(file.len(), 1, "{path}");
        }
    }
    for path in ["/desk/workers", "/desk/complaints"] {
        assert_ne!(total(&staff.get(path).await), 0, "{path}");
        assert_eq!(total(&far.get(path).await), 0, "{path}");
        assert_eq!(employer.get(path).await.status, 403, "{path}");
        assert_eq!(employer.get(&format!("{path}?as=csv")).await.status, 403, "{path}");
    }
}

/// The queues of a first page: what each says it counts, and where it leads.
fn queues(answer: &Answer) -> Vec<(String, String, usize)> {
    let html = answer.text();
    let sections = html.split(r#"<section class="queue">"#).skip(1);
    sections
        .map(|section| {
            let href = section.split(r#"href=""#).nth(1).unwrap().split('"').next().unwrap();
            let text = section.split("</a>").next().unwrap().rsplit('>').next().unwrap();
            let count = section.split(r#"<span class="count">"#).nth(1).unwrap();
            let count = count.split('<').next().unwrap().parse().unwrap();
            (text.to_owned(), href.to_owned(), count)
        })
        .collect()
}

async fn what_needs_somebody_today_leads_to_as_many_rows(world: World) {
    let (employer, staff) = at_work(&world).await;
    // A day later the wage is in arrears, and the complaint presses.
    world.clock.go(2 * DAY);
    world.house().await;
    let input = titled(
        "分拣工",
        &json!({ "shifts": [{ "start": "2026-12-01T08:00:00+08:00",
            "end": "2026-12-01T12:00:00+08:00" }] }),
    );
    employer.draft(&input).await;
    let waiting = employer.draft(&input).await;
    employer.post(&format!("/api/v1/jobs/{waiting}/submit"), &json!({})).await.expect(200);
    let mut told = BTreeSet::new();
    for who in [&employer, &staff] {
        let home = who.get("/").await;
        assert_eq!(home.status, 200);
        for (text, href, count) in queues(&home) {
            told.insert(text.clone());
            if href.contains('?') {
                assert_eq!(total(&who.get(&href).await), count, "{text} {href}");
            } else {
                assert_eq!(who.get(&href).await.status, 200, "{href}");
            }
        }
    }
    for text in ["等您审核", "写了没交的", "拖欠的工钱", "等受理的投诉"] {
        assert!(told.contains(text), "{text}: {told:?}");
    }
}
