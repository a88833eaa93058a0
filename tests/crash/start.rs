//! Starts: several at once on an empty folder, and one where the system allows few open files.

use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
};

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

#[cfg(unix)]
#[tokio::test]
async fn a_server_that_was_started_with_few_open_files_takes_as_many_as_the_system_allows() {
    const FILES: usize = 128;
    let site = Site::new(None);
    let mut server = Command::new("sh")
        .args(["-c", &format!("ulimit -S -n {FILES} && exec \"$0\" \"$@\"")])
        .args([env!("CARGO_BIN_EXE_linggong"), "serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&site.data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap();
    let held: Vec<_> = (0..2 * FILES).map(|_| TcpStream::connect(address).unwrap()).collect();
    let alive = reqwest::get(format!("http://{address}/healthz"));
    let alive = tokio::time::timeout(std::time::Duration::from_secs(10), alive).await;
    server.kill().unwrap();
    server.wait().unwrap();
    let status = alive.expect("it still takes connections").unwrap().status();
    assert_eq!(status, 200, "beside {} connections", held.len());
}
