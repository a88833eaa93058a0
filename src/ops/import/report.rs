//! What people are told of a run: a line a fault on standard error, the same as CSV, and how far
//! it is.

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    path::Path,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use super::List;
use crate::domain::identity::{mask, mask_name};

/// Characters of a value that a report shows.
const VALUE_CHARS_MAX: usize = 60;
/// Bytes of a file from which a terminal shows how far the run is.
const PROGRESS_BYTES_MIN: u64 = 1024 * 1024;
/// Digits in a row that may be somebody's number.
const PERSONAL_DIGITS: usize = 7;

/// One fault of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, or the row of the sheet.
    pub line: u64,
    /// The column, by our name; empty where it is the whole row.
    pub field: String,
    /// What stood there; personal values are masked.
    pub value: String,
    /// For people, in Chinese.
    pub reason: String,
}

/// Where faults and progress are told.
pub struct Report {
    name: String,
    csv: Option<csv::Writer<File>>,
    bar: ProgressBar,
}

impl Report {
    /// A report on the file at `input`; with `csv`, also into that file.
    ///
    /// # Errors
    /// Where the file for the report can't be made.
    pub fn new(input: &Path, csv: Option<&Path>) -> io::Result<Report> {
        let csv = csv.map(|path| {
            let mut writer = csv::Writer::from_path(path)?;
            writer.write_record(["line", "field", "value", "reason"])?;
            writer.flush()?;
            Ok::<_, io::Error>(writer)
        });
        let bytes = std::fs::metadata(input).map_or(0, |data| data.len());
        let bar = if bytes >= PROGRESS_BYTES_MIN && io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
            ProgressBar::new(bytes)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        } else {
            ProgressBar::hidden()
        };
        Ok(Report {
            name: input.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            csv: csv.transpose()?,
            bar,
        })
    }

    /// Tells a fault.
    ///
    /// # Errors
    /// Where the file for the report can't be written.
    pub fn fault(&mut self, fault: &Fault) -> io::Result<()> {
        let Fault { line, field, value, reason } = fault;
        // A reader that went away is no reason to stop.
        let tell = || writeln!(io::stderr(), "{}:{line}: {field}: {value:?}: {reason}", self.name);
        self.bar.suspend(|| tell().ok());
        if let Some(csv) = &mut self.csv {
            csv.write_record([&line.to_string(), field, &inert(value), &inert(reason)])?;
        }
        Ok(())
    }

    /// Tells how many bytes are read, and keeps what was told.
    ///
    /// # Errors
    /// As [`Report::fault`].
    pub fn progress(&mut self, bytes: u64) -> io::Result<()> {
        self.bar.set_position(bytes);
        self.csv.as_mut().map_or(Ok(()), csv::Writer::flush)
    }

    /// Ends the report.
    ///
    /// # Errors
    /// As [`Report::fault`].
    pub fn finish(&mut self) -> io::Result<()> {
        self.bar.finish_and_clear();
        self.csv.as_mut().map_or(Ok(()), csv::Writer::flush)
    }
}

/// A text that no table program takes for a formula.
fn inert(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@']) && text.parse::<f64>().is_err();
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

/// What a report shows of a column's value.
pub(super) fn shown(list: List, row: &Map<String, Value>, column: &str) -> String {
    let value = match row.get(column) {
        None | Some(Value::Null) => return String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let value: String =
        value.chars().take(VALUE_CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let is_person = |kind: &Value| matches!(kind.as_str(), Some("individual" | "个人雇主"));
    match (list, column) {
        (List::Workers, "name") => mask_name(&value),
        (List::Workers, "phone" | "id_number" | "household") => mask(&value, 2, 2),
        (List::Workers, _) => without_numbers(&value),
        (List::Jobs, "employer_name") if row.get("employer_kind").is_some_and(is_person) => {
            mask_name(&value)
        }
        // The object holds the employer's name.
        (List::Jobs, "employer" | "employer.name") => String::new(),
        (List::Jobs, _) => value,
    }
}

/// The text with every long run of digits masked: in a shifted row a number stands anywhere.
fn without_numbers(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[start..].bytes().take_while(u8::is_ascii_digit).count();
        let run = &rest[start..start + digits];
        shown.push_str(&rest[..start]);
        shown.push_str(&if digits >= PERSONAL_DIGITS { mask(run, 2, 2) } else { run.to_owned() });
        rest = &rest[start + digits..];
    }
    shown + rest
}
