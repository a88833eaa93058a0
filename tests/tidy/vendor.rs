//! Third-party browser code: each file recorded with its origin, its licence and its checksum in the
//! `VENDORED.toml` of its folder.

use std::fs;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{assert_none, dependencies::Licences, tree};

/// A folder of third-party code.
pub struct Folder {
    pub path: &'static str,
    /// What it takes besides the licences of `deny.toml`.
    also: &'static [&'static str],
}

pub const FOLDERS: [Folder; 2] = [
    Folder { path: "web/vendor/", also: &[] },
    // Only the browser tests use it, unchanged; nothing of it is in the program: decision 0007.
    Folder { path: "tests/browser/vendor/", also: &["MPL-2.0"] },
];

const RECORD: &str = "VENDORED.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendored {
    file: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Relative to the folder.
    path: String,
    name: String,
    version: String,
    /// SPDX expression.
    licence: String,
    /// The licence's text, relative to the folder.
    licence_file: Option<String>,
    /// Name of the package it was taken from, without a host.
    source: String,
    /// Of the file's bytes, in lower-case hexadecimal.
    sha256: String,
}

/// Compares the record with the files that are there; `read` gives a file's bytes by its name.
fn findings(
    folder: &Folder,
    record: &str,
    present: &[&str],
    licences: &Licences,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Vec<String> {
    let record: Vendored = match toml::from_str(record) {
        Ok(record) => record,
        Err(error) => return vec![format!("{}{RECORD}: {error}", folder.path)],
    };
    let mut findings = Vec::new();
    for entry in &record.file {
        let path = &entry.path;
        for (field, value) in
            [("name", &entry.name), ("version", &entry.version), ("source", &entry.source)]
        {
            if value.is_empty() || value.contains("://") {
                findings.push(format!("{path}: {field} is empty or an address"));
            }
        }
        if !folder.also.contains(&entry.licence.as_str())
            && let Err(refusal) = licences.admit(&entry.licence, None)
        {
            findings.push(format!("{path}: {refusal}"));
        }
        match read(path).map(|bytes| hex::encode(Sha256::digest(bytes))) {
            None => findings.push(format!("{path}: recorded, but not there")),
            Some(sum) if sum != entry.sha256 => {
                findings.push(format!("{path}: its SHA-256 is {sum}, recorded is another"));
            }
            Some(_) => {}
        }
        if let Some(text) = &entry.licence_file
            && read(text).is_none()
        {
            findings.push(format!("{path}: no licence text {text}"));
        }
    }
    for name in present {
        let recorded = record
            .file
            .iter()
            .any(|entry| entry.path == *name || entry.licence_file.as_deref() == Some(name));
        if !recorded {
            findings.push(format!("{name}: stands in {} and in no record", folder.path));
        }
    }
    findings
}

#[test]
fn vendored_files_are_what_the_record_says() {
    let paths = tree::paths();
    for folder in &FOLDERS {
        let inside: Vec<&str> =
            paths.iter().filter_map(|path| path.strip_prefix(folder.path)).collect();
        if inside.is_empty() {
            continue;
        }
        let record = tree::read(&format!("{}{RECORD}", folder.path));
        let present: Vec<&str> = inside.into_iter().filter(|name| *name != RECORD).collect();
        let read = |name: &str| fs::read(tree::root().join(folder.path).join(name)).ok();
        assert_none(findings(folder, &record, &present, &Licences::of_the_project(), read));
    }
}

#[test]
fn a_vendored_file_that_differs_from_its_record_is_found() {
    let record = |licence: &str, content: &str| {
        format!(
            "[[file]]\npath = \"a.js\"\nname = \"a\"\nversion = \"1.0.0\"\nlicence = \"{licence}\"\n\
             source = \"npm a\"\nsha256 = \"{}\"\n",
            hex::encode(Sha256::digest(content))
        )
    };
    let licences = Licences::of_the_project();
    let check_in = |folder: &Folder, record: &str, present: &[&str]| {
        let read = |name: &str| present.contains(&name).then(|| b"a()".to_vec());
        findings(folder, record, present, &licences, read).len()
    };
    let [shipped, tests_only] = &FOLDERS;
    let check = |record: &str, present: &[&str]| check_in(shipped, record, present);
    assert_eq!(check(&record("MIT", "a()"), &["a.js"]), 0);
    assert_eq!(check(&record("MIT", "b()"), &["a.js"]), 1);
    assert_eq!(check(&record("MIT", "a()"), &[]), 1);
    assert_eq!(check(&record("MIT", "a()"), &["a.js", "b.js"]), 1);
    assert_eq!(check(&record("GPL-3.0-only", "a()"), &["a.js"]), 1);
    assert_eq!(check("file = 1", &["a.js"]), 1);
    assert_eq!(check(&record("MPL-2.0", "a()"), &["a.js"]), 1);
    assert_eq!(check_in(tests_only, &record("MPL-2.0", "a()"), &["a.js"]), 0);
}
