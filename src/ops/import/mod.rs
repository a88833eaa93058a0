//! Foreign lists of postings or workers, taken in through the market.
//!
//! Rows go in by batches, each one transaction: what is committed stays, whatever comes after. A row
//! that can't be taken in is told with line, column, value and reason, and the others go in. The
//! identity of a row is `(source, external_id)`, so that a second run changes only what changed.
//! An id that stands twice in one file is taken once, the first time: which of the two is meant
//! nobody knows, and taking both by turns would change the record at every run.

mod cells;
mod flat;
mod lines;
mod list;
mod mapping;
mod posting;
mod report;
mod rows;
mod sheet;
mod worker;

use std::{
    collections::HashMap,
    fmt, io,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::{Map, Value};

pub use list::List;
pub use mapping::{Mapping, MappingError};
pub use report::{Fault, Report};
pub use rows::{COLUMNS_MAX, RECORD_BYTES_MAX};
pub use sheet::{SHEET_BYTES_MAX, SHEET_CELLS_MAX};

use flat::Ready;
use rows::{Row, Rows, Unreadable};

use crate::{
    domain::{
        account::Actor,
        fields::{FieldError, FieldErrors},
        text,
    },
    market::{Import, Imported, Market, MarketError, MarketResult},
    store::{StoreError, Txn},
};

/// Rows that one transaction takes in.
pub const BATCH: usize = 200;

/// What is to be taken in, and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What the list is of.
    pub list: List,
    /// The file.
    pub file: PathBuf,
    /// Names and defaults.
    pub mapping: Mapping,
    /// Does everything but keep it.
    pub dry_run: bool,
    /// Opens postings at once.
    pub publish: bool,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows read.
    pub read: u64,
    /// New records.
    pub created: u64,
    /// Records that changed.
    pub updated: u64,
    /// Records held as they are.
    pub unchanged: u64,
    /// Rows that could not be taken in.
    pub refused: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { read, created, updated, unchanged, refused } = self;
        write!(
            f,
            "read {read}, created {created}, updated {updated}, unchanged {unchanged}, refused {refused}"
        )
    }
}

/// Why a run stopped, or never began.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file can't be read.
    #[error("{0}")]
    File(#[source] io::Error),
    /// The file's name tells no kind.
    #[error("a file that ends in .csv, .ndjson, .jsonl or .xlsx")]
    Kind,
    /// The sheet can't be read.
    #[error("{0}")]
    Sheet(String),
    /// Names do not do.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The list's name does not do.
    #[error("{0}")]
    Source(String),
    /// The report can't be written.
    #[error("the report can't be written: {0}")]
    Report(#[source] io::Error),
    /// The market or its store failed.
    #[error(transparent)]
    Market(#[from] MarketError),
}

/// Half of a value's keyed hash (128 bits): that two values share one is not to be expected.
type Key = u128;

/// What became of one row.
enum Outcome {
    Taken(Imported),
    Refused(Vec<FieldError>),
}

/// A row that was read, with what was made of it.
struct Entry {
    line: u64,
    /// Its values and what the market reads of them.
    made: Result<(Map<String, Value>, Ready), Unreadable>,
}

struct Run<'r> {
    market: &'r Market,
    actor: &'r Actor,
    plan: &'r Plan,
    source: String,
    /// Values that stand once in a file, with the line of the first.
    seen: HashMap<Key, u64>,
}

/// Takes a list in. Where `stop` is set, the run ends after the batch at hand; what was taken in
/// stays and is told.
///
/// # Errors
/// [`ImportError`]; batches before it stay.
pub async fn run(
    market: &Market,
    actor: &Actor,
    plan: &Plan,
    report: &mut Report,
    stop: &AtomicBool,
) -> Result<Tally, ImportError> {
    let stem = || plan.file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let source = plan.mapping.source.clone().unwrap_or_else(stem);
    let mut run = Run {
        market,
        actor,
        plan,
        source: mapping::checked_source(&source).map_err(ImportError::Source)?,
        seen: HashMap::new(),
    };
    let mut rows = Rows::open(&plan.file, plan.list, plan.mapping.clone())?;
    let mut tally = Tally::default();
    while !stop.load(Ordering::Relaxed) {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH
            && let Some(row) = rows.next()?
        {
            batch.push(run.entry(row));
        }
        if batch.is_empty() {
            break;
        }
        for (entry, outcome) in batch.iter().zip(run.take_batch(&batch).await?) {
            tally.read += 1;
            match outcome {
                Outcome::Taken(Imported::Created) => tally.created += 1,
                Outcome::Taken(Imported::Updated) => tally.updated += 1,
                Outcome::Taken(Imported::Unchanged) => tally.unchanged += 1,
                Outcome::Refused(errors) => {
                    tally.refused += 1;
                    for error in errors {
                        let fault = run.fault(entry, error);
                        report.fault(&fault).map_err(ImportError::Report)?;
                    }
                }
            }
        }
        report.progress(rows.bytes()).map_err(ImportError::Report)?;
    }
    report.finish().map_err(ImportError::Report)?;
    Ok(tally)
}

impl Run<'_> {
    fn entry(&self, row: Row) -> Entry {
        let (list, defaults) = (self.plan.list, &self.plan.mapping.defaults);
        let made = row.values.map(|values| {
            let ready = flat::ready(list, &values, defaults, self.market.now());
            (values, ready)
        });
        Entry { line: row.line, made }
    }

    /// A whole batch in one transaction; row by row where the store does not take it so.
    async fn take_batch(&mut self, batch: &[Entry]) -> Result<Vec<Outcome>, ImportError> {
        if let Ok(outcomes) = self.take(batch).await {
            return Ok(outcomes);
        }
        let mut outcomes = Vec::with_capacity(batch.len());
        for entry in batch {
            match self.take(std::slice::from_ref(entry)).await {
                Ok(one) => outcomes.extend(one),
                Err(error) => outcomes.push(Outcome::Refused(vec![self.refusal(error).await?])),
            }
        }
        Ok(outcomes)
    }

    /// Why the store took no row, where that is the row's own fault.
    async fn refusal(&self, error: MarketError) -> Result<FieldError, ImportError> {
        let fault = |field: &str, message: &str| FieldError {
            field: field.to_owned(),
            code: "refused",
            message: message.to_owned(),
        };
        match error {
            MarketError::Duplicate { field, .. } => Ok(fault(field, "已经有别的记录用了这个值")),
            MarketError::Stale | MarketError::Store(StoreError::Conflict(_)) => {
                Ok(fault("", "同时有别人在修改这条记录，请再导入一次"))
            }
            MarketError::Refused(_) => Ok(fault("", "这条记录现在的状态不能这样修改")),
            MarketError::Store(StoreError::Trouble(_))
                if self.market.store.look().await.is_ok() =>
            {
                Ok(fault("", "数据库不接受这一行"))
            }
            error => Err(error.into()),
        }
    }

    async fn take(&mut self, entries: &[Entry]) -> MarketResult<Vec<Outcome>> {
        let mut txn = self.market.store.begin().await?;
        let mut fresh = HashMap::new();
        let mut outcomes = Vec::with_capacity(entries.len());
        for entry in entries {
            let outcome = self.take_row(&mut txn, &mut fresh, entry).await?;
            outcomes.push(outcome);
        }
        if !self.plan.dry_run {
            txn.commit().await?;
        }
        self.seen.extend(fresh);
        Ok(outcomes)
    }

    async fn take_row(
        &self,
        txn: &mut Txn,
        fresh: &mut HashMap<Key, u64>,
        entry: &Entry,
    ) -> MarketResult<Outcome> {
        let (values, ready) = match &entry.made {
            Ok(made) => made,
            Err(unreadable) => {
                let error = FieldError {
                    field: unreadable.column.clone(),
                    code: "format",
                    message: unreadable.reason.clone(),
                };
                return Ok(Outcome::Refused(vec![error]));
            }
        };
        if !ready.faults.is_empty() {
            let (list, now) = (self.plan.list, self.market.now());
            return Ok(Outcome::Refused(flat::all_faults(list, values, ready, now)));
        }
        let keys = self.keys(&ready.input);
        for (column, key) in &keys {
            if let Some(line) = self.seen.get(key).or_else(|| fresh.get(key)) {
                let message = format!("和第{line}行重复");
                return Ok(Outcome::Refused(FieldErrors::one(column, "duplicate", message).0));
            }
        }
        let taken = match self.plan.list {
            List::Jobs => {
                let import = Import {
                    source: self.source.clone(),
                    publish: self.plan.publish,
                    floating_validity: ready.is_floating,
                };
                self.market.take_in(txn, self.actor, &ready.input, &import).await
            }
            List::Workers => {
                let (input, source) = (&ready.input, &self.source);
                self.market.take_in_worker(txn, self.actor, input, source).await
            }
        };
        match taken {
            Ok(imported) => {
                fresh.extend(keys.into_iter().map(|(_, key)| (key, entry.line)));
                Ok(Outcome::Taken(imported))
            }
            Err(MarketError::Invalid(errors)) => {
                Ok(Outcome::Refused(flat::by_column(values, errors)))
            }
            // Found by looking, before anything was written.
            Err(MarketError::Duplicate { field: "id_number", .. }) => {
                let message = "这个身份证号已经登记在别的编号下";
                Ok(Outcome::Refused(FieldErrors::one("id_number", "duplicate", message).0))
            }
            Err(error) => Err(error),
        }
    }

    /// Values that may stand once in a file, with their columns.
    fn keys(&self, input: &Value) -> Vec<(&'static str, Key)> {
        let columns: &[_] = match self.plan.list {
            List::Jobs => &["external_id"],
            List::Workers => &["external_id", "id_number"],
        };
        let key = |column: &'static str| {
            let text = text::clean(input.get(column)?.as_str()?);
            // Persons' numbers are not kept in the open longer than their row.
            let index = self.market.store.vault.index(column, &text);
            let half = index.get(..32)?;
            Some((column, Key::from_str_radix(half, 16).ok()?))
        };
        columns.iter().filter_map(|column| key(column)).collect()
    }

    fn fault(&self, entry: &Entry, error: FieldError) -> Fault {
        let values = entry.made.as_ref().map(|(values, _)| values);
        let shown = |values| report::shown(self.plan.list, values, &error.field);
        Fault {
            line: entry.line,
            value: values.map_or_else(|_| String::new(), shown),
            field: error.field,
            reason: error.message,
        }
    }
}
