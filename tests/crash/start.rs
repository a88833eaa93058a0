//! Several processes that start at once on an empty folder.

use tokio::task::JoinSet;

use crate::process::{Site, quick};

/// Processes that start at once.
const AT_ONCE: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_start_at_once_make_one_key_and_one_database() {
    let rounds = if quick() { 2 } else { 8 };
    for _ in 0..rounds {
        let site = Site::new(None);
        let mut starts = JoinSet::new();
        for number in 0..AT_ONCE {
            let (id, place) = (format!("s{number}"), ["--lat", "38.28", "--lon", "106.27"]);
            let arguments = [&["station", "add", &id, "--name", &id], &place[..]].concat();
            starts.spawn(site.command(&arguments).output());
        }
        while let Some(done) = starts.join_next().await {
            let done = done.unwrap().unwrap();
            assert!(done.status.success(), "{done:?}");
        }
        let list = site.done(&["station", "list"]).await;
        assert_eq!(list.lines().count(), AT_ONCE, "{list}");
    }
}

#[tokio::test]
async fn a_key_file_that_a_power_cut_left_empty_is_told() {
    let site = Site::new(None);
    std::fs::create_dir(&site.data).unwrap();
    std::fs::write(site.data.join("key"), "").unwrap();
    let output = site.run(&["station", "list"]).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(crate::process::text(&output.stderr).contains("64 hexadecimal digits"));
}
