//! Lists of workers.

use super::place::{Place, faults, places};
use linggong::domain::{
    money::Fen,
    worker::{Available, Group, GroupSource, Mode},
};
use rust_xlsxwriter::Workbook;

const HEADER: &str = "external_id,name,id_number,phone,village,skills,lat,lon,crs,radius_km,groups,household,available\n";

#[tokio::test]
async fn workers_go_in_with_their_village_and_a_second_run_changes_nothing() {
    let place = Place::new();
    let text = HEADER.to_owned()
        + "w1,王小明,640103199001010011,13800138000,良田镇金星村,\"焊工,电工\",38.4,106.2,gcj02,15,脱贫人口;农民工,H12,周末\n"
        + "w2,李四,,138-0013-8001,640106100201,,,,,,,,\"[{\"\"from\"\":\"\"2026-12-01T08:00:00+08:00\"\",\"\"to\"\":\"\"2026-12-02T08:00:00+08:00\"\"}]\"\n"
        + "w3,张三,,13800138002,外省某村,4-07-05-01,,,,,,,\n";
    place.import("workers", "list.csv", &text, &[]).is(0, [3, 3, 0, 0, 0]);
    place.import("workers", "list.csv", &text, &[]).is(0, [3, 0, 0, 3, 0]);
    let changed = text.replace("周末", "周一");
    place.import("workers", "list.csv", &changed, &["--dry-run"]).is(0, [3, 0, 1, 2, 0]);
    place.import("workers", "list.csv", &changed, &[]).is(0, [3, 0, 1, 2, 0]);
    let workers = place.workers().await;
    let villages: Vec<_> = workers.iter().map(|worker| worker.village.as_deref()).collect();
    assert_eq!(villages, [Some("640106100201"), Some("640106100201"), Some("外省某村")]);
    assert_eq!(workers[0].person.groups(), [Group::Poverty, Group::MigrantWorker]);
    assert_eq!(workers[0].profile.skills, ["焊工", "电工"]);
    assert_eq!(workers[0].profile.radius_m, 15_000.0);
    assert_eq!(workers[0].profile.available, Available::Words("周一".to_owned()));
    assert!(matches!(&workers[1].profile.available, Available::Spans(spans) if spans.len() == 1));
    assert_eq!(workers[2].profile.occupations.len(), 1);
}

#[tokio::test]
async fn refused_workers_are_told_without_personal_values_in_full() {
    let place = Place::new();
    let text = HEADER.to_owned()
        + "w1,王小明,640103199001010012,13800138000,,,,,,,,,\n"
        + "w2,欧阳小明,,1380013800,,,,,,,,,\n"
        + "w3,赵六,640103198505050020,13800138003,金星村,13800138004,95,106,wgs84,0,富人,H1,\n"
        + "w4,赵六,640103198505050020,13800138003,,,,,,,,,\n"
        + "w5,赵七,640103198505050020,13800138003,,,,,,,,,\n"
        + ",,,,,,,,,,,,x\n"
        + "w6,13800138005电话,,错,123,,,,,,,,\n";
    let done = place.import("workers", "list.csv", text, &["--report", "@report.csv"]);
    done.is(1, [7, 1, 0, 0, 6]);
    let report = place.read("report.csv");
    let expected = [
        ("2", "id_number", "64**************12"),
        ("3", "phone", "13******00"),
        ("4", "village", "金星村"),
        ("4", "groups", "富人"),
        ("4", "lat", "95"),
        ("4", "radius_km", "0"),
        ("6", "id_number", "64**************20"),
        ("7", "name", ""),
        ("7", "phone", ""),
        ("8", "village", "123"),
        ("8", "phone", "错"),
    ];
    let at = places(&report);
    assert_eq!(at, expected.map(|(l, f, v)| (l.to_owned(), f.to_owned(), v.to_owned())));
    for personal in [
        "王小明",
        "欧阳小明",
        "赵六",
        "赵七",
        "640103199001010012",
        "640103198505050020",
        "13800138000",
        "1380013800",
        "13800138003",
        "13800138004",
        "13800138005",
    ] {
        assert!(!report.contains(personal) && !done.err.contains(personal), "{personal}");
    }
    assert!(faults(&report).iter().any(|[.., reason]| reason.contains("第5行")), "{report}");
    assert_eq!(place.workers().await.len(), 1);
    // The same person under another id in another list.
    let again = HEADER.to_owned() + "x1,赵六,640103198505050020,13800138003,,,,,,,,,\n";
    let done = place.import("workers", "other.csv", again, &[]);
    done.is(1, [1, 0, 0, 0, 1]);
    assert!(done.err.contains("other.csv:2: id_number: \"64**************20\""), "{}", done.err);
}

#[tokio::test]
async fn a_division_says_which_villages_are_meant() {
    let place = Place::new();
    place.write("map.toml", "[defaults]\ndivision = \"金凤区\"\nsource = \"jinfeng\"\n");
    let text = "external_id,name,phone,village\nw1,赵六,13800138003,金星村\n";
    place.import("workers", "list.csv", text, &["--mapping", "@map.toml"]).is(0, [1, 1, 0, 0, 0]);
    assert_eq!(place.workers().await[0].village.as_deref(), Some("640106100201"));
    place.import("workers", "list.csv", text, &["--publish"]).is_misuse("--publish");
    place.import("workers", "short.csv", "external_id,name\n", &[]).is_misuse("phone");
}

#[tokio::test]
async fn a_sheet_of_workers_is_read_like_one_of_postings() {
    let place = Place::new();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let header = [
        "external_id",
        "name",
        "phone",
        "certificates",
        "modes",
        "day_wage_wish",
        "groups",
        "available",
    ];
    for (column, name) in header.iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    let certificates = "叉车证（至2027-05-01）、焊工证";
    let rows: [(&str, &str, &str, &str, &str); 5] = [
        (certificates, "走路;坐接送车", "180.5", "脱贫人口", "周末"),
        ("结婚证", "飞机", "很多", "富人", ""),
        ("叉车证（至2027-13-01）", "", "", "", ""),
        ("", "", "0", "", ""),
        ("", "", "", "", "{\"weekly\":[{\"days\":[1,2],\"from\":8,\"to\":18}]}"),
    ];
    for (at, (held, modes, wish, groups, available)) in rows.into_iter().enumerate() {
        let row = at as u32 + 1;
        sheet.write(row, 0, format!("w{row}")).unwrap();
        sheet.write(row, 1, "王小明").unwrap();
        // As a sheet holds numbers that nobody formatted as text.
        sheet.write(row, 2, 13_800_138_000.0 + f64::from(row)).unwrap();
        for (column, text) in [(3, held), (4, modes), (6, groups), (7, available)] {
            sheet.write(row, column, text).unwrap();
        }
        match wish.parse::<f64>() {
            Ok(number) => sheet.write(row, 5, number).unwrap(),
            Err(_) => sheet.write(row, 5, wish).unwrap(),
        };
    }
    book.save(place.path("list.xlsx")).unwrap();
    let import = || place.run(&["import", "workers", "@list.xlsx", "--report", "@report.csv"]);
    import().is(1, [5, 2, 0, 0, 3]);
    import().is(1, [5, 0, 0, 2, 3]);
    let report = place.read("report.csv");
    let expected = [
        ("3", "day_wage_wish", "很多"),
        ("3", "groups", "富人"),
        ("3", "certificates", "结婚证"),
        ("3", "modes", "飞机"),
        ("4", "certificates", "叉车证（至2027-13-01）"),
        ("5", "day_wage_wish", "0"),
    ];
    let at = places(&report);
    assert_eq!(at, expected.map(|(l, f, v)| (l.to_owned(), f.to_owned(), v.to_owned())));
    for [.., reason] in faults(&report) {
        assert!(reason.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{reason}");
    }
    let workers = place.workers().await;
    let (first, last) = (&workers[0], &workers[1]);
    let held: Vec<_> =
        first.profile.certificates.iter().map(|c| (c.key.as_str(), c.until)).collect();
    assert_eq!(held, [("forklift", Some("2027-05-01".parse().unwrap())), ("welding", None)]);
    assert_eq!(first.profile.modes, [Mode::Walk, Mode::Bus]);
    assert_eq!(first.profile.day_wage_wish, Some(Fen(18_050)));
    assert_eq!(first.person.memberships[0].source, GroupSource::Listed);
    assert!(matches!(last.profile.available, Available::Weekly(_)));
}
