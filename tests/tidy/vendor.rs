//! Third-party browser code under `web/vendor/`: each file recorded with its origin, its licence and
//! its checksum in `web/vendor/VENDORED.toml`.

use std::fs;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{assert_none, dependencies::Licences, tree};

const FOLDER: &str = "web/vendor/";
const RECORD: &str = "web/vendor/VENDORED.toml";

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
    record: &str,
    present: &[&str],
    licences: &Licences,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Vec<String> {
    let record: Vendored = match toml::from_str(record) {
        Ok(record) => record,
        Err(error) => return vec![format!("{RECORD}: {error}")],
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
        if let Err(refusal) = licences.admit(&entry.licence, None) {
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
            findings.push(format!("{name}: stands in {FOLDER} and in no record"));
        }
    }
    findings
}

#[test]
fn vendored_files_are_what_the_record_says() {
    let paths = tree::paths();
    let present: Vec<&str> = paths
        .iter()
        .filter(|path| *path != RECORD)
        .filter_map(|path| path.strip_prefix(FOLDER))
        .collect();
    if present.is_empty() && !paths.iter().any(|path| path == RECORD) {
        return;
    }
    let read = |name: &str| fs::read(tree::root().join(FOLDER).join(name)).ok();
    assert_none(findings(&tree::read(RECORD), &present, &Licences::of_the_project(), read));
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
    let check = |record: &str, present: &[&str]| {
        let read = |name: &str| present.contains(&name).then(|| b"a()".to_vec());
        findings(record, present, &licences, read).len()
    };
    assert_eq!(check(&record("MIT", "a()"), &["a.js"]), 0);
    assert_eq!(check(&record("MIT", "b()"), &["a.js"]), 1);
    assert_eq!(check(&record("MIT", "a()"), &[]), 1);
    assert_eq!(check(&record("MIT", "a()"), &["a.js", "b.js"]), 1);
    assert_eq!(check(&record("GPL-3.0-only", "a()"), &["a.js"]), 1);
    assert_eq!(check("file = 1", &["a.js"]), 1);
}
