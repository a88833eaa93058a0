//! Lists of postings.

use linggong::cli::SystemClock;
use linggong::domain::{
    ids::StationId,
    money::Fen,
    org::EmployerKind,
    posting::Status,
    time::Clock,
    wage::{Settlement, WageUnit},
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::place::{Place, faults, places};

const HEADER: &str = "external_id,title,employer_name,address,wage_min,wage_max,wage_unit,settlement,headcount,valid_days\n";

fn row(id: u32, title: &str) -> String {
    format!("{id},{title},金凤区测试农场,良田镇植物园路,180,220.50,day,daily,12,30\n")
}

fn list(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

#[tokio::test]
async fn a_table_goes_in_and_a_second_run_changes_nothing() {
    let place = Place::new();
    let text = list(&[row(1, "大棚采摘工"), row(2, "枸杞分拣员")]);
    place.import("jobs", "farm.csv", &text, &[]).is(0, [2, 2, 0, 0, 0]);
    place.import("jobs", "farm.csv", &text, &[]).is(0, [2, 0, 0, 2, 0]);
    let postings = place.postings().await;
    assert_eq!(postings.len(), 2);
    let posting = &postings[0];
    let external = posting.external.as_ref().map(|e| (e.source.as_str(), e.id.as_str()));
    assert_eq!(external, Some(("farm", "1")));
    assert_eq!((posting.status, posting.version), (Status::Draft, 1));
    let terms = &posting.terms;
    assert_eq!((terms.wage.min(), terms.wage.max()), (Fen(18_000), Fen(22_050)));
    assert_eq!((terms.wage.unit, terms.wage.settlement), (WageUnit::Day, Settlement::Daily));
    assert_eq!((terms.headcount, terms.requirements.as_str()), (12, "不限"));
    assert_eq!(terms.employer.kind, EmployerKind::Enterprise);

    let changed = list(&[row(1, "大棚采摘工"), row(2, "枸杞分拣员（夜班）"), row(3, "装卸工")]);
    place.import("jobs", "farm.csv", &changed, &[]).is(0, [3, 1, 1, 1, 0]);
    let postings = place.postings().await;
    assert_eq!(postings.len(), 3);
    assert_eq!((postings[1].terms.title.as_str(), postings[1].version), ("枸杞分拣员（夜班）", 2));
}

#[tokio::test]
async fn what_is_provided_is_read_by_word_and_by_label() {
    let place = Place::new();
    let header = HEADER.trim_end();
    let ride = "pickup_address,pickup_time,pickup_seats,pickup_lat,pickup_lon,pickup_crs";
    let rows = [
        (1, "管一顿饭,free,自己带工具,意外险", "镇政府门口,6:40,12,38.36,106.13,wgs84"),
        (2, ",,,", ",,,,,gcj02"),
        (3, "管够,,,", ",,,,,"),
        (4, ",,,", "镇政府门口,,,,,"),
        (5, ",,,", "镇政府门口,早上,,,,"),
        (6, ",,,", "镇政府门口,6:40,很多,,,"),
        (7, ",,,", "镇政府门口,6:40,,北,106.13,"),
    ];
    let rows: String = rows
        .iter()
        .map(|(id, told, ride)| format!("{},{told},{ride}\n", row(*id, "摘枸杞").trim_end()))
        .collect();
    let text = format!("{header},meals,lodging,tools,insurance,{ride}\n{rows}");
    let done = place.import("jobs", "farm.csv", &text, &[]);
    done.is(1, [7, 2, 0, 0, 5]);
    for (line, column) in [
        (4, "meals"),
        (5, "pickup_time"),
        (6, "pickup_time"),
        (7, "pickup_seats"),
        (8, "pickup_lat"),
    ] {
        let told = format!("farm.csv:{line}: {column}:");
        assert!(done.err.contains(&told), "{told}\n{}", done.err);
    }
    let postings = place.postings().await;
    let provides = &postings[0].terms.provides;
    assert_eq!(provides.meals.map(|meals| meals.word()), Some("one"));
    assert_eq!(provides.lodging.map(|held| held.word()), Some("free"));
    assert_eq!(provides.tools.map(|tools| tools.word()), Some("own"));
    assert_eq!(provides.insurance.map(|cover| cover.word()), Some("accident"));
    let ride = provides.pickup.as_ref().unwrap();
    assert_eq!(ride.to_string(), "6:40在镇政府门口上车，12个座");
    assert!(ride.point.is_some());
    assert_eq!(postings[1].terms.provides, Default::default());
}

#[tokio::test]
async fn a_row_without_an_amount_takes_the_one_of_its_title() {
    let place = Place::new();
    let bare = |id: u32, title: &str| format!("{id},{title},农场,良田镇,,,month,monthly,1,30\n");
    let text = list(&[bare(1, "普工18/小时"), bare(2, "打包工280一天 日结"), bare(3, "普工")]);
    place.import("jobs", "farm.csv", &text, &[]).is(1, [3, 2, 0, 0, 1]);
    let wages = place.postings().await.into_iter().map(|posting| posting.terms.wage.to_string());
    assert_eq!(wages.collect::<Vec<_>>(), ["18元/小时", "280元/天"]);
    let settled = place.postings().await.into_iter().map(|posting| posting.terms.wage.settlement);
    assert_eq!(settled.collect::<Vec<_>>(), [Settlement::Monthly, Settlement::Daily]);
    place.import("jobs", "farm.csv", &text, &[]).is(1, [3, 0, 0, 2, 1]);
}

#[tokio::test]
async fn a_dry_run_tells_everything_and_keeps_nothing() {
    let place = Place::new();
    place
        .import("jobs", "farm.csv", list(&[row(1, "采摘工"), row(2, "分拣员")]), &[])
        .is(0, [2, 2, 0, 0, 0]);
    let text = list(&[row(1, "采摘工"), row(2, "分拣员长"), row(3, "装卸工"), row(4, "工")]);
    place.import("jobs", "farm.csv", &text, &["--dry-run"]).is(1, [4, 1, 1, 1, 1]);
    assert_eq!(place.postings().await.len(), 2);
    place.import("jobs", "farm.csv", &text, &[]).is(1, [4, 1, 1, 1, 1]);
}

#[tokio::test]
async fn every_kind_of_bad_row_is_told_and_the_good_ones_go_in() {
    let place = Place::new();
    let bad = [
        ",采摘工,农场,良田镇,180,,day,daily,1,30\n",
        "a,工,农场,良田镇,180,,day,daily,1,30\n",
        "b,采摘工,,良田镇,180,,day,daily,1,30\n",
        "c,采摘工,农场,,180,,day,daily,1,30\n",
        "d,采摘工,农场,良田镇,,,day,daily,1,30\n",
        "e,采摘工,农场,良田镇,面议,,day,daily,1,30\n",
        "f,采摘工,农场,良田镇,18.505,,day,daily,1,30\n",
        "g,采摘工,农场,良田镇,-5,,day,daily,1,30\n",
        "h,采摘工,农场,良田镇,0,,day,daily,1,30\n",
        "i,采摘工,农场,良田镇,200,100,day,daily,1,30\n",
        "j,采摘工,农场,良田镇,180,,week,daily,1,30\n",
        "k,采摘工,农场,良田镇,180,,day,yearly,1,30\n",
        "l,采摘工,农场,良田镇,180,,day,daily,若干,30\n",
        "m,采摘工,农场,良田镇,180,,day,daily,0,30\n",
        "n,采摘工,农场,良田镇,180,,day,daily,1,9999\n",
        "o,采摘工,农场,良田镇,180,,day,daily,1,\n",
        "p,采摘工,农场,良田镇,180,,day\n",
        "q,采摘工,农场,良田镇,x,,day,daily,=1+1,30\n",
    ];
    let text = list(&[row(1, "采摘工"), bad.concat(), row(2, "分拣员")]);
    let done = place.import("jobs", "bad.csv", text, &["--report", "@report.csv"]);
    done.is(1, [20, 2, 0, 0, 18]);
    let report = place.read("report.csv");
    let expected = [
        ("3", "external_id", ""),
        ("4", "title", "工"),
        ("5", "employer_name", ""),
        ("6", "address", ""),
        ("7", "wage_min", ""),
        ("8", "wage_min", "面议"),
        ("9", "wage_min", "18.505"),
        ("10", "wage_min", "-5"),
        ("11", "wage_min", "0"),
        ("12", "wage_max", "100"),
        ("13", "wage_unit", "week"),
        ("14", "settlement", "yearly"),
        ("15", "headcount", "若干"),
        ("16", "headcount", "0"),
        ("17", "valid_days", "9999"),
        ("18", "valid_until", ""),
        ("19", "", ""),
        ("20", "headcount", "'=1+1"),
        ("20", "wage_min", "x"),
    ];
    let expected = expected.map(|(l, f, v)| (l.to_owned(), f.to_owned(), v.to_owned()));
    assert_eq!(places(&report), expected);
    for [line, field, value, reason] in faults(&report) {
        assert!(!reason.is_ascii(), "for people, in Chinese: {reason}");
        // In the table a formula is made inert.
        let value = value.trim_start_matches('\'');
        let told = format!("bad.csv:{line}: {field}: {value:?}: {reason}");
        assert!(done.err.contains(&told), "{told}\n{}", done.err);
    }
    assert_eq!(place.postings().await.len(), 2);
}

#[tokio::test]
async fn marks_line_ends_and_quoted_lines_keep_their_numbers() {
    let place = Place::new();
    let text = "\u{feff}external_id,title,description,employer_name,city,wage_min,wage_unit,settlement,headcount,valid_days\r\n\
        \r\n\
        1,\"采摘工\",\"一\r\n二 \"\"三\"\"\r\n四\",农场,金凤区,200,元/天,日结,2,30\r\n\
        2,\"5\"\" 管工\",,农场,金凤区,,元/天,日结,2,30\r\n\
        ,,,,,,,,,\r\n\
        3,搬运工,,农场,金凤区,18.5,小时,周结,2,30";
    let done = place.import("jobs", "crlf.csv", text, &["--report", "@report.csv"]);
    done.is(1, [3, 2, 0, 0, 1]);
    let at = places(&place.read("report.csv"));
    assert_eq!(at, [("6".to_owned(), "wage_min".to_owned(), String::new())]);
    let postings = place.postings().await;
    assert_eq!(postings[0].terms.description, "一\n二 \"三\"\n四");
    assert_eq!(postings[0].terms.division.as_deref(), Some("640106"));
    assert_eq!(postings[0].terms.address, "金凤区");
    assert_eq!(postings[1].terms.wage.min(), Fen(1_850));
    assert_eq!(postings[1].terms.wage.settlement, Settlement::Weekly);
}

#[tokio::test]
async fn broken_text_and_open_quotes_are_one_row_s_fault() {
    let place = Place::new();
    let mut bytes = list(&[row(1, "采摘工")]).into_bytes();
    bytes.extend(b"2,\xb2\xc9\xd5\xaa,f,l,1,,day,daily,1,30\n");
    bytes.extend(row(3, "\"没有配对的引号").into_bytes());
    bytes.extend(row(4, "分拣员").into_bytes());
    bytes.extend(row(5, &"长".repeat(100_000)).into_bytes());
    bytes.extend(row(6, "装卸工").into_bytes());
    bytes.extend(row(1, "再来一次").into_bytes());
    let done = place.import("jobs", "broken.csv", bytes, &["--report", "@report.csv"]);
    done.is(1, [7, 3, 0, 0, 4]);
    let at: Vec<_> = places(&place.read("report.csv"))
        .into_iter()
        .map(|(line, field, _)| (line, field))
        .collect();
    let expected = [("3", "title"), ("4", ""), ("6", ""), ("8", "external_id")];
    assert_eq!(at, expected.map(|(line, field)| (line.to_owned(), field.to_owned())));
    let ids: Vec<_> =
        place.postings().await.into_iter().filter_map(|p| p.external).map(|e| e.id).collect();
    assert_eq!(ids, ["1", "4", "6"]);
}

#[tokio::test]
async fn ndjson_lines_are_postings_as_in_the_interface() {
    let place = Place::new();
    let line = |id: &str, more: &str| {
        format!(
            r#"{{"external_id":{id},"title":"焊工","employer":{{"name":"金凤建设","kind":"enterprise"}},"address":"丰登镇","wage":{{"min_fen":30000,"unit":"day","settlement":"daily"}},"headcount":3,"skills":["焊工"],"requirements":"持证","valid_until":"2099-01-01T00:00:00+08:00"{more}}}"#
        ) + "\n"
    };
    let mapping = "[defaults]\nvalid_days = 20\n";
    place.write("map.toml", mapping);
    let text = [
        line("\"a\"", "").replace(r#","valid_until":"2099-01-01T00:00:00+08:00""#, ""),
        line("\"b\"", ""),
        "\n".to_owned(),
        "[1]\n".to_owned(),
        "{\"external_id\":\n".to_owned(),
        line("7", r#","valid_until":null,"lat":38.3,"lon":106.2"#),
        line("\"d\"", "").replace("30000", "30000.5"),
    ]
    .concat();
    let done = place.import(
        "jobs",
        "list.ndjson",
        text,
        &["--mapping", "@map.toml", "--report", "@report.csv"],
    );
    done.is(1, [6, 2, 0, 0, 4]);
    let at: Vec<_> = places(&place.read("report.csv"))
        .into_iter()
        .map(|(line, field, _)| (line, field))
        .collect();
    let expected =
        [("2", "valid_until"), ("4", ""), ("5", ""), ("7", "wage.min_fen"), ("7", "valid_until")];
    assert_eq!(at, expected.map(|(line, field)| (line.to_owned(), field.to_owned())));
    let postings = place.postings().await;
    let ids: Vec<_> =
        postings.iter().filter_map(|p| p.external.as_ref()).map(|e| e.id.as_str()).collect();
    assert_eq!(ids, ["7", "a"]);
    assert_eq!(postings[0].terms.skills, ["焊工"]);
    assert!(postings[0].terms.point.is_some());
}

#[tokio::test]
async fn sheets_keep_ids_dates_and_decimals() {
    let place = Place::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let header = [
        "external_id",
        "title",
        "employer_name",
        "employer_uscc",
        "address",
        "wage_min",
        "wage_unit",
        "settlement",
        "headcount",
        "shift_start",
        "shift_end",
        "valid_until",
        "remark",
    ];
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let today = SystemClock.now().day().date();
    let moment = |days: i64, hour: u8| {
        let day = today.saturating_add(jiff::Span::new().days(days));
        let date =
            ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8).unwrap();
        date.and_hms(hour.into(), 0, 0).unwrap()
    };
    for (column, name) in header.iter().enumerate() {
        sheet.write(1, column as u16, *name).unwrap();
    }
    for (row, id) in [(2, 13_800_138_000.0), (4, 2.0), (5, 6.401_031_990_010_1e17)] {
        sheet.write(row, 0, id).unwrap();
        sheet.write(row, 1, "叉车工").unwrap();
        sheet.write(row, 2, "金凤物流").unwrap();
        sheet.write(row, 4, "丰登镇").unwrap();
        sheet.write(row, 5, 18.1 + 0.2).unwrap();
        sheet.write(row, 6, "小时").unwrap();
        sheet.write(row, 7, "日结").unwrap();
        sheet.write(row, 8, 2.0).unwrap();
        sheet.write_with_format(row, 9, moment(3, 8), &time).unwrap();
        sheet.write_with_format(row, 10, moment(3, 17), &time).unwrap();
        sheet.write_with_format(row, 11, moment(9, 0), &day).unwrap();
        sheet.write(row, 12, "不看").unwrap();
    }
    sheet.write(4, 8, 2.5).unwrap();
    book.save(place.path("list.xlsx")).unwrap();
    let import = || place.run(&["import", "jobs", "@list.xlsx", "--report", "@report.csv"]);
    import().is(1, [3, 1, 0, 0, 2]);
    import().is(1, [3, 0, 0, 1, 2]);
    let at = places(&place.read("report.csv"));
    let expected = [("5", "headcount", "2.5"), ("6", "external_id", "")];
    assert_eq!(at, expected.map(|(l, f, v)| (l.to_owned(), f.to_owned(), v.to_owned())));
    let postings = place.postings().await;
    assert_eq!(postings[0].external.as_ref().map(|e| e.id.as_str()), Some("13800138000"));
    let terms = &postings[0].terms;
    assert_eq!(terms.wage.min(), Fen(1_830));
    assert_eq!(terms.shifts.len(), 1);
    assert_eq!(terms.shifts[0].start.shanghai().hour(), 8);
    assert_eq!(terms.shifts[0].end.0 - terms.shifts[0].start.0, 9 * 3_600_000_000);
    let until = terms.valid_until.shanghai();
    assert_eq!((until.hour(), until.minute()), (23, 59));
    assert_eq!(until.day(), today.saturating_add(jiff::Span::new().days(9)).day());
}

#[tokio::test]
async fn published_rows_are_open_and_shown_where_they_lie() {
    let place = Place::new();
    for (id, lat) in [("near", "38.45"), ("far", "30.0")] {
        let name = ["station", "add", id, "--name", id, "--lat", lat, "--lon", "106.2"];
        assert_eq!(place.run(&name).code, 0);
    }
    let header = HEADER.trim_end().to_owned() + ",lat,lon,crs,stations,skills\n";
    let text = header
        + &row(1, "采摘工").replace('\n', ",38.46,106.21,WGS84,,采摘、分拣 装卸\n")
        + &row(2, "分拣员").replace('\n', ",0,0.0,,far,\n")
        + &row(3, "装卸工").replace('\n', ",,,,nowhere,\n");
    let run = |more: &[&str]| place.import("jobs", "farm.csv", &text, more);
    run(&[]).is(1, [3, 2, 0, 0, 1]);
    let drafts = place.postings().await;
    assert!(drafts.iter().all(|posting| posting.status == Status::Draft));
    run(&["--publish"]).is(1, [3, 0, 2, 0, 1]);
    run(&["--publish"]).is(1, [3, 0, 0, 2, 1]);
    let postings = place.postings().await;
    assert!(postings.iter().all(|posting| posting.status == Status::Open));
    assert_eq!(postings[0].terms.skills, ["采摘", "分拣", "装卸"]);
    assert_eq!(postings[1].terms.point, None);
    let mut view = place.store().await.read().await.unwrap();
    for (posting, station) in postings.iter().zip(["near", "far"]) {
        let station: StationId = station.parse().unwrap();
        assert_eq!(view.stations_showing(&posting.id).await.unwrap(), [station]);
    }
}

#[test]
fn many_rows_go_in_by_batches() {
    let place = Place::new();
    let rows: Vec<_> =
        (1..=450).map(|id| row(id, if id % 100 == 0 { "工" } else { "采摘工" })).collect();
    let text = list(&rows);
    place.import("jobs", "many.csv", &text, &["--dry-run"]).is(1, [450, 446, 0, 0, 4]);
    place.import("jobs", "many.csv", &text, &[]).is(1, [450, 446, 0, 0, 4]);
    place.import("jobs", "many.csv", &text, &[]).is(1, [450, 0, 0, 446, 4]);
}

#[test]
fn a_header_alone_is_a_list_of_nothing_and_an_empty_file_is_none() {
    let place = Place::new();
    place.import("jobs", "only.csv", HEADER, &[]).is(0, [0, 0, 0, 0, 0]);
    place.import("jobs", "only.ndjson", "", &[]).is(0, [0, 0, 0, 0, 0]);
    place.import("jobs", "empty.csv", "", &[]).is_misuse("empty");
    place.import("jobs", "short.csv", "external_id,title\n", &[]).is_misuse("employer_name");
    place.import("jobs", "twice.csv", HEADER.replace("wage_max", "title"), &[]).is_misuse("title");
    place.import("jobs", "gbk.csv", b"\xb1\xea\xcc\xe2,title\n", &[]).is_misuse("UTF-8");
    place.import("jobs", "sheet.xlsx", "no sheet", &[]).is_misuse("sheet.xlsx");
    place.import("jobs", "list.txt", HEADER, &[]).is_misuse(".ndjson");
    place.run(&["import", "jobs", "@missing.csv"]).is_misuse("missing.csv");
    place.run(&["import", "houses", "@only.csv"]).is_misuse("houses");
    place.run(&["import", "jobs", "@only.csv", "--report", "@only.csv"]).is_misuse("--report");
}

#[tokio::test]
async fn what_went_in_without_a_server_agrees_with_the_index_at_the_next_check() {
    let place = Place::new();
    let text = list(&[row(1, "大棚采摘工"), row(2, "枸杞分拣员")]);
    place.import("jobs", "farm.csv", &text, &["--publish"]).is(0, [2, 2, 0, 0, 0]);
    let checked = place.run(&["check"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(checked.out.starts_with("2 open postings, "), "{checked:?}");
    place.import("jobs", "more.csv", list(&[row(3, "装卸工")]), &["--publish"]);
    let checked = place.run(&["check"]);
    assert!(checked.code == 0 && checked.out.starts_with("3 open postings, "), "{checked:?}");
}
