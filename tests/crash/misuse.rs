//! Misuse ends with exit code 2 and a sentence that names what is wrong.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Stdio,
    time::Duration,
};

use tokio::{io::AsyncReadExt, net::TcpListener, process::Command, time::timeout};

use crate::process::{Site, program, text};

const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// Runs a command that must end by itself with exit code 2; answers what it says.
async fn misused(command: &mut Command) -> String {
    let output =
        timeout(Duration::from_secs(60), command.output()).await.expect("it runs on").unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[tokio::test]
async fn another_key_is_refused() {
    let mut site = Site::new(None);
    site.add_user("admin").await;
    let other = site.data.join("other");
    fs::write(&other, "ab".repeat(32)).unwrap();
    site.key_file = Some(other);
    let said = misused(&mut site.command(&SERVE)).await;
    assert!(said.contains("other"), "{said}");
    assert!(said.contains("not the key"), "{said}");
    fs::write(site.key_file.as_ref().unwrap(), "no key").unwrap();
    let said = misused(&mut site.command(&SERVE)).await;
    assert!(said.contains("64 hexadecimal digits"), "{said}");
    site.key_file = Some(site.data.join("absent"));
    let said = misused(&mut site.command(&SERVE)).await;
    assert!(said.contains("absent"), "{said}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = Site::new(None);
    let said = misused(&mut site.command(&["serve", "--listen", &address])).await;
    assert!(said.contains(&address), "{said}");
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let site = Site::new(None);
    let server = site.serve().await;
    let output = site.run(&SERVE).await;
    let said = text(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("another process"), "{said}");
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test]
async fn a_data_folder_that_is_none_is_named() {
    let mut site = Site::new(None);
    fs::write(&site.data, "a file").unwrap();
    let said = misused(&mut site.command(&SERVE)).await;
    assert!(said.contains("data folder"), "{said}");
    fs::remove_file(&site.data).unwrap();
    // One that is not there is made, with those above it.
    site.data = site.data.join("below/that");
    let server = site.serve().await;
    assert_eq!(server.stop().await.0, Some(0));
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_is_named() {
    let site = Site::new(None);
    site.add_user("admin").await;
    let server = site.serve().await;
    assert_eq!(server.stop().await.0, Some(0));
    let home = site.data.parent().unwrap().to_owned();
    let mut command = site.command(&SERVE);
    // The superuser may write everywhere, so somebody else tries, with the program at hand.
    let superuser = fs::metadata(&home).unwrap().uid() == 0;
    if superuser {
        let copy = home.join("linggong");
        fs::copy(env!("CARGO_BIN_EXE_linggong"), &copy).unwrap();
        let arguments: Vec<_> = command.as_std().get_args().map(ToOwned::to_owned).collect();
        command = Command::new(copy);
        command.args(arguments).uid(65534).gid(65534);
    }
    let open = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&home, 0o755);
    for entry in walk(&site.data) {
        let mode = if entry.is_dir() { 0o555 } else { 0o444 };
        open(&entry, mode);
    }
    let said = misused(&mut command).await;
    for entry in walk(&site.data) {
        open(&entry, 0o755);
    }
    assert!(said.contains(&site.data.display().to_string()), "{said}");
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut all = vec![dir.to_owned()];
    let mut at = 0;
    while at < all.len() {
        if all[at].is_dir() {
            let below = fs::read_dir(&all[at]).unwrap();
            all.extend(below.map(|entry| entry.unwrap().path()));
        }
        at += 1;
    }
    all
}

#[tokio::test]
async fn an_unknown_address_of_a_database_is_refused_without_its_password() {
    let site = Site::new(Some("mysql://me:secret@localhost/x"));
    let said = misused(&mut site.command(&SERVE)).await;
    assert!(said.contains("postgres://"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    let site = Site::new(Some("postgres://me:secret@127.0.0.1:1/x"));
    let said = misused(&mut site.command(&SERVE)).await;
    assert!(!said.contains("secret"), "{said}");
}

#[tokio::test]
async fn an_unknown_key_of_the_configuration_is_named() {
    let site = Site::new(None);
    let home = site.data.parent().unwrap();
    let file = home.join("linggong.toml");
    let path = file.to_str().unwrap().to_owned();
    for (content, named) in [
        ("lisen = \"127.0.0.1:0\"", "lisen"),
        ("listen = [1]", "listen"),
        ("listen = ", "linggong.toml"),
        ("id = \"x\"", "id"),
        ("config = \"x\"", "config"),
        ("help = true", "help"),
    ] {
        fs::write(&file, content).unwrap();
        let said = misused(&mut site.command(&["serve", "--config", &path])).await;
        assert!(said.contains(named), "{content}: {said}");
    }
    fs::remove_file(&file).unwrap();
    let said = misused(&mut site.command(&["serve", "--config", &path])).await;
    assert!(said.contains(&path), "{said}");
}

/// Where a server with this configuration file, environment and flags listens.
async fn listens(config: &str, environment: &[(&str, &str)], flags: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("linggong.toml");
    let data = home.path().join("from-file");
    fs::write(&file, format!("data = {data:?}\n{config}")).unwrap();
    let mut command = program();
    command.arg("serve").arg("--config").arg(&file).args(flags);
    command.envs(environment.iter().copied());
    let mut child = command
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\n") {
        let read = timeout(Duration::from_secs(60), out.read_buf(&mut bytes)).await;
        assert!(read.unwrap().unwrap() > 0, "it ended");
    }
    child.kill().await.unwrap();
    let line = text(&bytes);
    let folders = ["from-file", "from-environment", "from-flag"];
    let made: Vec<_> = folders
        .into_iter()
        .filter(|folder| home.path().join(folder).join("linggong.db").exists())
        .collect();
    let host = line.trim().trim_start_matches("listening on http://");
    let (host, _) = host.rsplit_once(':').unwrap();
    format!("{host} {}", made.join(" "))
}

#[tokio::test]
async fn flags_go_before_environment_and_environment_before_the_file() {
    let file = "listen = \"127.0.0.2:0\"";
    let environment = [("LINGGONG_LISTEN", "127.0.0.3:0"), ("LINGGONG_DATA", "from-environment")];
    let flags = ["--listen", "127.0.0.4:0", "--data", "from-flag"];
    assert_eq!(listens(file, &[], &[]).await, "127.0.0.2 from-file");
    assert_eq!(listens(file, &environment, &[]).await, "127.0.0.3 from-environment");
    assert_eq!(listens(file, &environment, &flags).await, "127.0.0.4 from-flag");
    assert_eq!(listens(file, &[], &flags[..2]).await, "127.0.0.4 from-file");
}

#[tokio::test]
async fn the_configuration_reaches_every_command() {
    let site = Site::new(None);
    let home = site.data.parent().unwrap();
    let file = home.join("linggong.toml");
    let content =
        format!("data = {:?}\nname = \"良田\"\nlat = 38.28\nlog-json = true\n", site.data);
    fs::write(&file, content).unwrap();
    let mut command = program();
    command.env("LINGGONG_CONFIG", &file).current_dir(home);
    let add = ["station", "add", "liangtian", "--lon", "106.27"];
    let output = command.args(add).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let list = site.done(&["station", "list"]).await;
    assert!(list.starts_with("liangtian\t良田\t38.28"), "{list}");
}

#[tokio::test]
async fn switches_can_be_set_by_the_environment() {
    let site = Site::new(None);
    for (value, public) in [("1", true), ("true", true), ("0", false), ("no", false)] {
        let id = format!("s-{value}");
        let add = ["station", "add", &id, "--name", &id, "--lat", "38.28"];
        let mut command = site.command(&add);
        command.args(["--lon", "106.27"]).env("LINGGONG_PUBLIC", value);
        let output = command.output().await.unwrap();
        assert!(output.status.success(), "{value}: {output:?}");
        let list = site.done(&["station", "list"]).await;
        let line = list.lines().find(|line| line.starts_with(&id)).unwrap();
        assert_eq!(line.ends_with("\tpublic"), public, "{value}: {line}");
    }
}
