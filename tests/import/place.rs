//! A data folder, files beside it, and the command run on them.

use std::{fs, path::PathBuf, process::Command};

use linggong::{
    domain::{posting::Posting, worker::Worker},
    store::{PostingFilter, Store, Vault},
};
use tempfile::TempDir;

/// A folder that is gone when this is dropped.
pub struct Place {
    folder: TempDir,
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Done {
    /// Checks the exit code and the last line on standard output.
    pub fn is(&self, code: i32, tally: [u64; 5]) {
        let [read, created, updated, unchanged, refused] = tally;
        let line = format!(
            "read {read}, created {created}, updated {updated}, unchanged {unchanged}, refused {refused}"
        );
        assert_eq!(self.out.lines().last(), Some(line.as_str()), "{self:?}");
        assert_eq!(self.code, code, "{self:?}");
    }

    /// Checks that it was misuse, and what standard error says of it.
    pub fn is_misuse(&self, says: &str) {
        assert_eq!((self.code, self.out.as_str()), (2, ""), "{self:?}");
        assert!(self.err.contains(says), "{says}: {self:?}");
    }
}

impl Place {
    pub fn new() -> Place {
        let folder = TempDir::new().expect("a temporary folder");
        Place { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("the file can be written");
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file can be read")
    }

    /// Runs `linggong`; an argument that begins with `@` names a file of this place.
    pub fn run(&self, arguments: &[&str]) -> Done {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linggong"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LINGGONG_")) {
            command.env_remove(name);
        }
        command.args(arguments.iter().map(|argument| match argument.strip_prefix('@') {
            Some(name) => self.path(name).into_os_string(),
            None => argument.into(),
        }));
        let done = command.arg("--data").arg(self.path("data")).output().expect("the binary runs");
        Done {
            code: done.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&done.stdout).into_owned(),
            err: String::from_utf8_lossy(&done.stderr).into_owned(),
        }
    }

    /// Writes a list and takes it in.
    pub fn import(&self, list: &str, name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> Done {
        self.write(name, bytes);
        let file = format!("@{name}");
        self.run(&[&["import", list, file.as_str()], more].concat())
    }

    pub async fn store(&self) -> Store {
        let key = fs::read_to_string(self.path("data/key")).expect("a key");
        let vault = Vault::new(&key.parse().expect("a whole key"));
        Store::open_sqlite(&self.path("data"), vault).await.expect("the store opens")
    }

    pub async fn postings(&self) -> Vec<Posting> {
        let mut view = self.store().await.read().await.expect("a view");
        let mut postings = view.postings(&PostingFilter::default(), 1000).await.expect("postings");
        postings.sort_by(|a, b| a.external.cmp(&b.external));
        postings
    }

    pub async fn workers(&self) -> Vec<Worker> {
        let mut view = self.store().await.read().await.expect("a view");
        let mut workers = view.workers(None, 1000).await.expect("workers");
        workers.sort_by(|a, b| a.external.cmp(&b.external));
        workers
    }
}

/// The lines of a report, without its header: line, field, value, reason.
pub fn faults(report: &str) -> Vec<[String; 4]> {
    let mut reader = csv::Reader::from_reader(report.as_bytes());
    assert_eq!(reader.headers().expect("a header"), vec!["line", "field", "value", "reason"]);
    let row = |record: csv::StringRecord| {
        [0, 1, 2, 3].map(|column| record.get(column).unwrap_or_default().to_owned())
    };
    reader.records().map(|record| row(record.expect("a record"))).collect()
}

/// Line, field and value of each fault of a report.
pub fn places(report: &str) -> Vec<(String, String, String)> {
    let faults = faults(report).into_iter();
    faults.map(|[line, field, value, _]| (line, field, value)).collect()
}
