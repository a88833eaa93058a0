//! `linggong occupation`: titles in, codes out; and learning the model that tells them.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;

use crate::occupation::{Accuracy, Classifier, Labelled, TrainError, cross_validate, train};

/// Work with occupations of the 职业分类大典.
#[derive(Debug, Subcommand)]
pub enum OccupationCommand {
    /// Tell the occupation of each title: a CSV table with a column `title` in (UTF-8), the table
    /// `title,code,name,confidence` out, in the same order.
    Classify {
        /// The table; `-` for standard input.
        file: PathBuf,
    },
    /// Learn a model from a CSV table with the columns `job_title` (or `title`) and `csco_code` (or
    /// `code`).
    Train {
        /// The table; `-` for standard input.
        file: PathBuf,
        /// Where to write the model.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Also tell the accuracy by cross-validation with so many folds.
        #[arg(long, value_parser = clap::value_parser!(u8).range(2..=20))]
        folds: Option<u8>,
    },
}

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("cannot open {}: {source}", path.display())]
    Open { path: PathBuf, source: io::Error },
    #[error("the table has no column {0}")]
    NoColumn(&'static str),
    #[error("the table cannot be read: {0}")]
    Table(csv::Error),
    #[error("line {line}: the text is not UTF-8")]
    NotUtf8 { line: u64 },
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

impl From<csv::Error> for Fault {
    fn from(error: csv::Error) -> Fault {
        let line = error.position().map_or(0, csv::Position::line);
        match error.into_kind() {
            csv::ErrorKind::Utf8 { .. } => Fault::NotUtf8 { line },
            csv::ErrorKind::Io(source) => Fault::Write(source),
            kind => Fault::Table(io::Error::other(format!("{kind:?}")).into()),
        }
    }
}

/// Runs one command. Exit code 2 says that the input cannot be used.
pub fn run(command: OccupationCommand) -> ExitCode {
    let done = match command {
        OccupationCommand::Classify { file } => {
            open(&file).and_then(|table| classify(table, io::stdout().lock()))
        }
        OccupationCommand::Train { file, out, folds } => {
            open(&file).and_then(|table| learn(table, out.as_deref(), folds))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has enough, as with `| head`.
        Err(Fault::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("linggong: {fault}");
            ExitCode::from(2)
        }
    }
}

fn open(path: &Path) -> Result<Box<dyn Read>, Fault> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path);
    let file = file.map_err(|source| Fault::Open { path: path.to_owned(), source })?;
    Ok(Box::new(file))
}

fn classify(table: impl Read, out: impl Write) -> Result<(), Fault> {
    let mut table = reader(table);
    let column = column(&mut table, &["title"])?.ok_or(Fault::NoColumn("title"))?;
    let mut out = csv::Writer::from_writer(out);
    out.write_record(["title", "code", "name", "confidence"])?;
    let mut row = csv::StringRecord::new();
    while table.read_record(&mut row)? {
        let title = row.get(column).unwrap_or_default();
        let guesses = Classifier::shipped().classify(title);
        let (code, name, confidence) = match guesses.first() {
            Some(guess) => (
                guess.occupation.code.as_str(),
                guess.occupation.name.as_str(),
                format!("{:.3}", guess.confidence),
            ),
            None => ("", "", String::new()),
        };
        out.write_record([title, code, name, &confidence])?;
    }
    out.flush()?;
    Ok(())
}

fn learn(table: impl Read, out: Option<&Path>, folds: Option<u8>) -> Result<(), Fault> {
    let labelled = labelled(table)?;
    if let Some(folds) = folds {
        let mut accuracy = Accuracy::default();
        cross_validate(&labelled, usize::from(folds), |one, codes| {
            accuracy.count(&one.code, codes);
        })?;
        let share = |count: usize| count as f64 / accuracy.titles as f64;
        println!(
            "{} titles, {folds} folds: top-1 {:.3}, top-5 {:.3}, middle class {:.3}",
            accuracy.titles,
            share(accuracy.first),
            share(accuracy.among_five),
            share(accuracy.middle),
        );
    }
    if let Some(path) = out {
        let bytes = train(&labelled)?.to_bytes();
        std::fs::write(path, &bytes)?;
        println!("{}: {} bytes", path.display(), bytes.len());
    }
    Ok(())
}

fn labelled(table: impl Read) -> Result<Vec<Labelled>, Fault> {
    let mut table = reader(table);
    let title = column(&mut table, &["job_title", "title"])?.ok_or(Fault::NoColumn("job_title"))?;
    let code = column(&mut table, &["csco_code", "code"])?.ok_or(Fault::NoColumn("csco_code"))?;
    let mut labelled = Vec::new();
    for row in table.records() {
        let row = row?;
        let field = |column: usize| row.get(column).unwrap_or_default().trim().to_owned();
        labelled.push(Labelled { title: field(title), code: field(code) });
    }
    Ok(labelled)
}

fn reader<R: Read>(table: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new().flexible(true).from_reader(table)
}

/// The place of the first of these columns; spreadsheets put a byte order mark before the first.
fn column<R: Read>(table: &mut csv::Reader<R>, names: &[&str]) -> Result<Option<usize>, Fault> {
    let heads = table.headers()?;
    let plain = |head: &str| head.trim_start_matches('\u{feff}').trim().to_ascii_lowercase();
    Ok(names.iter().find_map(|name| heads.iter().position(|head| plain(head) == *name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(table: &[u8]) -> Result<String, Fault> {
        let mut out = Vec::new();
        classify(table, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn titles_keep_their_order_and_their_text() {
        let table = "\u{feff}id,title\n1,保洁员\n2,\"焊工,\"\"急\"\"\"\n3,\n";
        let out = classified(table.as_bytes()).unwrap();
        let rows: Vec<csv::StringRecord> =
            csv::Reader::from_reader(out.as_bytes()).records().map(Result::unwrap).collect();
        assert!(out.starts_with("title,code,name,confidence\n"));
        let titles: Vec<&str> = rows.iter().map(|row| &row[0]).collect();
        assert_eq!(titles, ["保洁员", "焊工,\"急\"", ""]);
        assert_eq!((&rows[0][1], &rows[0][2]), ("4-09-08-01", "保洁员"));
        assert_eq!(&rows[1][1], "6-18-02-04");
        assert!((0.0..=1.0).contains(&rows[0][3].parse::<f64>().unwrap()));
    }

    #[test]
    fn unusable_tables_are_told_apart() {
        assert!(matches!(classified(b"name\nx\n"), Err(Fault::NoColumn("title"))));
        assert!(matches!(classified(b""), Err(Fault::NoColumn("title"))));
        let broken = classified(b"title\n\xb1\xa3\xb0\xb2\n");
        assert!(matches!(broken, Err(Fault::NotUtf8 { line: 2 })), "{broken:?}");
    }
}
