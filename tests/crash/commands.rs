//! Every line of the contract's command line: what it does, and the exit code it ends with.

use std::{fs, process::Stdio};

use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::process::{Site, posting, program, text};

/// Runs a command of this site; answers its exit code and what it said, both ways.
async fn outcome(site: &Site, arguments: &[&str]) -> (i32, String) {
    let output = site.run(arguments).await;
    let said = text(&[output.stdout, output.stderr].concat());
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    (output.status.code().unwrap(), said)
}

async fn ends(site: &Site, code: i32, arguments: &[&str]) -> String {
    let (got, said) = outcome(site, arguments).await;
    assert_eq!(got, code, "{arguments:?}: {said}");
    said
}

const PLACE: [&str; 4] = ["--lat", "38.36", "--lon", "106.13"];

#[tokio::test]
async fn stations_are_added_and_listed() {
    let site = Site::new(None);
    let add = |id: &'static str, name: &'static str, place: [&'static str; 4]| {
        [&["station", "add", id, "--name", name], &place[..]].concat()
    };
    let whole = [&add("liangtian", "良田", PLACE)[..], &["--radius-km", "12", "--public"]].concat();
    assert_eq!(ends(&site, 0, &whole).await, "liangtian\n");
    ends(&site, 0, &add("fengdeng", "丰登", PLACE)).await;
    let again = ends(&site, 2, &add("liangtian", "良田", PLACE)).await;
    assert!(again.contains("id"), "{again}");
    for (id, name, place, named) in [
        ("Bad Id", "良田", PLACE, "ID"),
        ("x", "", PLACE, "name"),
        ("x", "良田", ["--lat", "91", "--lon", "106"], "--lat"),
        ("x", "良田", ["--lat", "north", "--lon", "106"], "--lat"),
    ] {
        let said = ends(&site, 2, &add(id, name, place)).await;
        assert!(said.contains(named), "{said}");
    }
    let radius = [&add("x", "良田", PLACE)[..], &["--radius-km", "0"]].concat();
    ends(&site, 2, &radius).await;
    let list = ends(&site, 0, &["station", "list"]).await;
    let want = "fengdeng\t丰登\t38.360000\t106.130000\t30\ttoken\n\
                liangtian\t良田\t38.360000\t106.130000\t12\tpublic\n";
    assert_eq!(list, want);
}

#[tokio::test]
async fn accounts_of_every_role_are_added() {
    let site = Site::new(None);
    site.add_station("liangtian").await;
    let add = |login: &str, role: &str, password: &'static str| {
        let mut command = site.command(&["user", "add", "--login", login, "--role", role]);
        command.args(["--org", "org1", "--station", "liangtian", "--password-stdin"]);
        async move {
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut input = child.stdin.take().unwrap();
            input.write_all(password.as_bytes()).await.unwrap();
            drop(input);
            let output = child.wait_with_output().await.unwrap();
            (output.status.code(), text(&output.stderr))
        }
    };
    let roles = [
        "worker", "leader", "employer", "broker", "staff", "village", "reviewer", "admin", "device",
    ];
    for role in roles {
        let (code, said) = add(role, role, "jinfeng-2026\n").await;
        assert_eq!(code, Some(0), "{role}: {said}");
    }
    for (login, role, password, named) in [
        ("admin", "admin", "jinfeng-2026", "login"),
        ("king", "king", "jinfeng-2026", "--role"),
        ("short", "admin", "1234567", "password"),
        ("none", "admin", "", "password"),
    ] {
        let (code, said) = add(login, role, password).await;
        assert_eq!(code, Some(2), "{login}: {said}");
        assert!(said.contains(named), "{login}: {said}");
    }
    // Only by standard input: an argument would stand in the list of processes.
    ends(&site, 2, &["user", "add", "--login", "late", "--role", "admin"]).await;
    let list = ends(&site, 0, &["user", "list"]).await;
    assert_eq!(list.lines().count(), roles.len());
    assert!(list.contains("device\tdevice\torg1\tliangtian"), "{list}");
}

#[tokio::test]
async fn lists_come_in_and_the_house_is_kept() {
    let site = Site::new(None);
    let home = site.data.parent().unwrap().to_owned();
    let path = |name: &str| home.join(name).to_str().unwrap().to_owned();
    for looking in [&["check"][..], &["reindex"], &["audit", "verify"], &["backup", &path("b")]] {
        let said = ends(&site, 2, looking).await;
        assert!(said.contains("no database"), "{said}");
    }
    site.add_station("liangtian").await;

    let good = posting("good", 2).to_string();
    let bad = json!({ "external_id": "bad", "title": "" });
    fs::write(home.join("jobs.ndjson"), format!("{good}\n{bad}\n")).unwrap();
    let list = path("jobs.ndjson");
    let import = |more: &[&'static str]| [&["import", "jobs"], more].concat();
    let tally = |said: &str| {
        let line = said.lines().find(|line| line.starts_with("read ")).unwrap();
        line.to_owned()
    };
    let dry = [&import(&["--dry-run"])[..], &[&list]].concat();
    let said = ends(&site, 1, &dry).await;
    assert_eq!(tally(&said), "read 2, created 1, updated 0, unchanged 0, refused 1");
    let open = [&import(&["--publish"])[..], &[&list]].concat();
    let said = ends(&site, 1, &open).await;
    assert_eq!(tally(&said), "read 2, created 1, updated 0, unchanged 0, refused 1");
    fs::write(home.join("jobs.ndjson"), &good).unwrap();
    let said = ends(&site, 0, &open).await;
    assert_eq!(tally(&said), "read 1, created 0, updated 0, unchanged 1, refused 0");
    ends(&site, 2, &["import", "people", &list]).await;
    ends(&site, 2, &["import", "jobs", &path("absent.csv")]).await;

    // Nobody has followed the log yet: that is no fault.
    let said = ends(&site, 0, &["check"]).await;
    assert!(said.starts_with("1 open postings"), "{said}");
    assert_eq!(ends(&site, 0, &["reindex"]).await, "reindexed\n");
    ends(&site, 0, &["audit", "verify"]).await;

    let backup = path("backup");
    ends(&site, 0, &["backup", &backup, "--with-key"]).await;
    ends(&site, 2, &["backup", &backup]).await;
    ends(&site, 2, &["restore", &backup]).await;
    ends(&site, 2, &["restore", &path("absent"), "--force"]).await;
    ends(&site, 0, &["restore", &backup, "--force"]).await;
    let said = ends(&site, 0, &["check"]).await;
    assert!(said.starts_with("1 open postings"), "{said}");

    // A finding is told, and ends with 1.
    fs::remove_dir_all(site.data.join("index/jobs")).unwrap();
    fs::create_dir(site.data.join("index/jobs")).unwrap();
    fs::write(site.data.join("index/jobs/x"), "").unwrap();
    let said = ends(&site, 1, &["check"]).await;
    assert!(said.contains("reindex"), "{said}");
    ends(&site, 0, &["reindex"]).await;
    ends(&site, 0, &["check"]).await;
}

#[tokio::test]
async fn reindex_and_check_go_beside_service_and_a_feed_is_followed() {
    let site = Site::new(None);
    site.add_user("admin").await;
    let add = ["station", "add", "liangtian", "--name", "良田", "--public"];
    ends(&site, 0, &[&add[..], &PLACE].concat()).await;
    let server = site.serve().await;
    let api = server.client("admin").await;
    let url = format!("http://{}", server.address);
    let id = api.publish(posting("one", 2)).await;
    assert_eq!(ends(&site, 0, &["reindex"]).await, "reindexed\n");
    let second = api.publish(posting("two", 2)).await;
    ends(&site, 0, &["check"]).await;
    let mut found = api.search_all().await;
    found.sort();
    assert_eq!(found, [id.clone(), second]);

    let mut command = program();
    command.args(["feed", "--station", "liangtian", "--json", "--url", &url]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut out = tokio::io::BufReader::new(child.stdout.take().unwrap());
    let mut lines = String::new();
    while !lines.contains(&id) {
        let read = tokio::io::AsyncBufReadExt::read_line(&mut out, &mut lines).await.unwrap();
        assert!(read > 0, "the feed ended: {lines}");
    }
    assert!(lines.starts_with(r#"{"op":"welcome","#), "{lines}");
    child.kill().await.unwrap();
    let load = ["feed-load", "--station", "liangtian", "--clients", "5", "--seconds", "1"];
    let output = program().args(load).args(["--url", &url]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let wrong = program().args(["feed", "--station", "nowhere", "--url", &url]).output().await;
    assert_eq!(wrong.unwrap().status.code(), Some(1));
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test]
async fn titles_and_policy_need_no_data() {
    let home = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.args(arguments).current_dir(home.path());
        async move { command.output().await.unwrap() }
    };
    fs::write(home.path().join("t.csv"), "id,title\n1,保洁员\n2,\n").unwrap();
    fs::write(home.path().join("x.csv"), "x\n1\n").unwrap();
    fs::write(home.path().join("case.json"), "{}").unwrap();
    let output = run(&["occupation", "classify", "t.csv"]).await;
    let table = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    let lines: Vec<_> = table.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "title,code,name,confidence"));
    assert!(lines[1].starts_with("保洁员,4-09-08-01,保洁员,"), "{table}");
    for (arguments, code) in [
        (&["occupation", "classify", "x.csv"][..], 2),
        (&["occupation", "classify", "absent.csv"], 2),
        (&["policy", "eval", "case.json"], 2),
        (&["policy", "eval", "absent.json"], 2),
        (&["policy", "check", "x.csv"], 1),
        (&["policy", "check", "absent.toml"], 2),
        (&["nothing"], 2),
        (&[], 2),
        (&["serve", "--listen", "somewhere"], 2),
        (&["--help"], 0),
        (&["--version"], 0),
    ] {
        let output = run(arguments).await;
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {}", text(&output.stderr));
    }
    assert!(!home.path().join("linggong-data").exists());
}
