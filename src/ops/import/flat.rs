//! From flat columns to the JSON object that the market reads.
//!
//! A value is text as it stood in the file, or already JSON (NDJSON). What can't be read is noted
//! at its column; everything else is left to the market's own reading, so that a rule stands once.

use serde_json::{Map, Value};

use super::{
    List,
    cells::Cells,
    posting::{PICKUP, posting},
    worker::worker,
};
use crate::{
    domain::{
        fields::{FieldError, FieldErrors},
        time::Moment,
    },
    market,
};

/// A row made ready for the market.
pub(super) struct Ready {
    /// The object that the market reads.
    pub input: Value,
    /// Whether validity counts from now.
    pub is_floating: bool,
    /// What could not be read, at the columns' own names.
    pub faults: FieldErrors,
}

/// The row with the defaults where it has no value, as the market reads it.
pub(super) fn ready(
    list: List,
    row: &Map<String, Value>,
    defaults: &Map<String, Value>,
    now: Moment,
) -> Ready {
    let mut map = defaults.clone();
    if row.contains_key("valid_days") {
        map.remove("valid_until");
    }
    map.extend(row.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut cells = Cells { map, faults: FieldErrors::default() };
    let is_floating = match list {
        List::Jobs => posting(&mut cells, now),
        List::Workers => {
            worker(&mut cells);
            false
        }
    };
    Ready { input: Value::Object(cells.map), is_floating, faults: cells.faults }
}

/// Everything that is wrong with a row, at the columns' own names, each column once.
pub(super) fn faults(list: List, row: &Map<String, Value>, now: Moment) -> Vec<FieldError> {
    let ready = ready(list, row, &Map::new(), now);
    all_faults(list, row, &ready, now)
}

/// The faults of reading, and those that the market finds besides.
pub(super) fn all_faults(
    list: List,
    row: &Map<String, Value>,
    ready: &Ready,
    now: Moment,
) -> Vec<FieldError> {
    let mut all = ready.faults.0.clone();
    if let Value::Object(map) = &ready.input {
        let more = match list {
            List::Jobs => market::parse_posting(map, None, now).err(),
            List::Workers => market::parse_worker(map).err(),
        };
        let mut more = more.map_or_else(Vec::new, |errors| by_column(row, errors));
        // Days that can't be read leave no date, which is no second fault.
        if ready.faults.touches("valid_days") {
            more.retain(|fault| fault.field != "valid_until");
        }
        all.extend(more);
    }
    once(all)
}

/// The market's faults at our columns' names.
pub(super) fn by_column(row: &Map<String, Value>, errors: FieldErrors) -> Vec<FieldError> {
    let named =
        |error: FieldError| FieldError { field: column(row, &error.field).to_owned(), ..error };
    once(errors.0.into_iter().map(named).collect())
}

/// The first fault of each column.
fn once(faults: Vec<FieldError>) -> Vec<FieldError> {
    let mut kept: Vec<FieldError> = Vec::new();
    for fault in faults {
        if !kept.iter().any(|held| held.field == fault.field) {
            kept.push(fault);
        }
    }
    kept
}

/// The column from which the market's field came.
fn column<'p>(row: &Map<String, Value>, path: &'p str) -> &'p str {
    let nested = |name| row.get(name).is_some_and(Value::is_object);
    match path {
        _ if path.starts_with("wage.") && nested("wage") => path,
        _ if path.starts_with("employer.") && nested("employer") => path,
        "pickup" => "pickup_address",
        _ if path.starts_with("pickup.") && !nested("pickup") => pickup_column(path),
        "day_wage_wish_fen" => "day_wage_wish",
        "wage" | "wage.min_fen" => "wage_min",
        "wage.max_fen" => "wage_max",
        "wage.unit" => "wage_unit",
        "wage.settlement" => "settlement",
        "employer" | "employer.name" => "employer_name",
        "employer.uscc" => "employer_uscc",
        "employer.kind" => "employer_kind",
        _ if path.starts_with("shifts") && row.contains_key("shift_start") => {
            if path.ends_with(".start") { "shift_start" } else { "shift_end" }
        }
        _ => path.split(['.', '[']).next().unwrap_or(path),
    }
}

/// The column of a field of the ride: `pickup.time`.
fn pickup_column(path: &str) -> &str {
    let field = path.strip_prefix("pickup.").unwrap_or(path);
    PICKUP.iter().find(|(_, held)| *held == field).map_or(path, |(column, _)| column)
}
