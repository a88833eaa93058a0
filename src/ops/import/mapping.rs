//! The mapping file: which column of theirs is which of ours, and what holds where none is.

use std::{collections::BTreeMap, ops::Range};

use serde_json::{Map, Value};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{List, flat};
use crate::domain::{limits, time::Moment};

/// Why a mapping or a header can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A line of the mapping file is wrong.
    #[error("line {line}: {why}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// The file to be read lacks columns.
    #[error("the header lacks {0}")]
    Header(String),
}

/// A mapping as read; the empty one takes columns by our own names.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Ours → theirs.
    columns: BTreeMap<&'static str, String>,
    /// What holds where a row has no value, by our names.
    pub(super) defaults: Map<String, Value>,
    /// The list's name.
    pub source: Option<String>,
}

fn line_of(text: &str, at: Range<usize>) -> usize {
    let before = text.get(..at.start).unwrap_or(text);
    before.bytes().filter(|b| *b == b'\n').count() + 1
}

impl Mapping {
    /// Reads a mapping file's text. Every key must be known, and every default must be one that a
    /// row could have; `now` is what validity counts from.
    ///
    /// # Errors
    /// [`MappingError::Line`]
    pub fn parse(text: &str, list: List, now: Moment) -> Result<Mapping, MappingError> {
        let at = |span, why: String| MappingError::Line { line: line_of(text, span), why };
        let document = DeTable::parse(text)
            .map_err(|error| at(error.span().unwrap_or(0..0), error.message().to_owned()))?;
        let mut mapping = Mapping::default();
        let mut spans = BTreeMap::new();
        for (name, value) in document.get_ref() {
            let DeValue::Table(table) = value.get_ref() else {
                let why = format!("{}: only [columns] and [defaults] stand here", name.get_ref());
                return Err(at(name.span(), why));
            };
            for (key, value) in table {
                let ours = key.get_ref().as_ref();
                let known = list.columns().iter().find(|known| **known == ours);
                match (name.get_ref().as_ref(), known) {
                    ("columns", Some(known)) => {
                        let DeValue::String(theirs) = value.get_ref() else {
                            let why = format!("{ours}: the name of a column, as text");
                            return Err(at(value.span(), why));
                        };
                        mapping.columns.insert(known, theirs.trim().to_owned());
                    }
                    ("defaults", _) if ours == "source" => {
                        mapping.source = Some(source(value).map_err(|why| at(value.span(), why))?);
                    }
                    ("defaults", Some(_)) if ours != "external_id" => {
                        let held = scalar(value.get_ref());
                        let held = held.ok_or_else(|| {
                            at(value.span(), format!("{ours}: a text, number or true/false"))
                        })?;
                        mapping.defaults.insert(ours.to_owned(), held);
                        spans.insert(ours.to_owned(), value.span());
                    }
                    ("columns" | "defaults", _) => {
                        let why =
                            format!("{ours}: not a column of {} that can stand here", list.word());
                        return Err(at(key.span(), why));
                    }
                    (other, _) => {
                        let why = format!("[{other}]: only [columns] and [defaults] stand here");
                        return Err(at(name.span(), why));
                    }
                }
            }
        }
        for fault in flat::faults(list, &mapping.defaults, now) {
            if let Some(span) = spans.get(&fault.field).filter(|_| fault.code != "missing") {
                return Err(at(span.clone(), format!("{}: {}", fault.field, fault.message)));
            }
        }
        Ok(mapping)
    }

    /// The name by which a key of theirs is known here; `None` where it isn't.
    ///
    /// One column of theirs may be several of ours.
    pub(super) fn ours(&self, list: List, theirs: &str) -> Vec<&'static str> {
        let named: Vec<_> = self
            .columns
            .iter()
            .filter_map(|(ours, name)| (name == theirs).then_some(*ours))
            .collect();
        if !named.is_empty() {
            return named;
        }
        let own = list.columns().iter().copied();
        own.filter(|ours| *ours == theirs && !self.columns.contains_key(ours)).collect()
    }

    /// Which of ours each column of a header is.
    ///
    /// # Errors
    /// [`MappingError::Header`] where a column that the mapping names or that every row needs is
    /// missing, or stands twice.
    pub(super) fn resolve(
        &self,
        list: List,
        header: &[String],
    ) -> Result<Vec<Vec<&'static str>>, MappingError> {
        let lacks = |what: String| Err(MappingError::Header(what));
        for (ours, theirs) in &self.columns {
            if !header.contains(theirs) {
                return lacks(format!("the column {theirs:?}, which the mapping takes as {ours}"));
            }
        }
        let names: Vec<_> = header.iter().map(|theirs| self.ours(list, theirs)).collect();
        for ours in list.columns() {
            if names.iter().flatten().filter(|name| name == &ours).count() > 1 {
                return lacks(format!("a single column for {ours}: there are several"));
            }
        }
        for choice in list.required() {
            let stands = |ours: &&str| {
                names.iter().flatten().any(|name| name == ours) || self.defaults.contains_key(*ours)
            };
            if !choice.iter().any(stands) {
                let choice = choice.join(" or ");
                return lacks(format!(
                    "{choice}, and the mapping names neither column nor default"
                ));
            }
        }
        Ok(names)
    }
}

fn source(value: &Spanned<DeValue<'_>>) -> Result<String, String> {
    match value.get_ref() {
        DeValue::String(text) => checked_source(text),
        _ => Err("source: a text".to_owned()),
    }
}

/// A list's name: not empty, bounded, and none of those that the interface gives its callers.
pub(super) fn checked_source(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=limits::KEY_CHARS_MAX).contains(&text.chars().count());
    if fits && !text.starts_with("api:") && !text.contains(char::is_control) {
        Ok(text.to_owned())
    } else {
        let max = limits::KEY_CHARS_MAX;
        Err(format!("source: 1 to {max} characters, not beginning with \"api:\""))
    }
}

fn scalar(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::String(text.trim().to_owned())),
        // As written, so that no digit is lost.
        DeValue::Integer(number) => Some(Value::String(number.to_string())),
        DeValue::Float(number) => Some(Value::String(number.to_string())),
        DeValue::Boolean(flag) => Some(Value::Bool(*flag)),
        DeValue::Datetime(time) => Some(Value::String(time.to_string())),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
