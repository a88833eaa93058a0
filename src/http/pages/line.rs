//! A record as a row of a list, and where it stands in an order.

use serde::{Deserialize, Serialize};

use super::{input::plain, sheets::Cell};
use crate::{domain::calendar::Day, words::pinyin};

/// A record as a row.
pub struct Line {
    pub(super) id: String,
    pub(super) href: Option<String>,
    pub(super) cells: Vec<Cell>,
    pub(super) note: Option<String>,
    pub(super) press: Option<(String, &'static str)>,
    pub(super) marks: Vec<(&'static str, &'static str)>,
    rank: (i64, i64),
    pub(super) day: Option<Day>,
    /// Words by which it is found besides those that it shows.
    also: String,
}

impl Line {
    /// A row of this record, a cell a column.
    pub fn new(id: impl ToString, cells: Vec<Cell>) -> Line {
        let (id, also, marks) = (id.to_string(), String::new(), Vec::new());
        let (href, day, note, press, rank) = (None, None, None, None, (0, 0));
        Line { id, href, cells, marks, rank, day, note, press, also }
    }

    /// That leads here.
    pub fn to(self, href: impl Into<String>) -> Line {
        Line { href: Some(href.into()), ..self }
    }

    /// That a filter finds by this word; by several, where marked several times.
    pub fn marked(mut self, filter: &'static str, word: &'static str) -> Line {
        self.marks.push((filter, word));
        self
    }

    /// As [`Line::marked`], where this is so.
    pub fn marked_if(self, so: bool, filter: &'static str, word: &'static str) -> Line {
        if so { self.marked(filter, word) } else { self }
    }

    /// With its place in the order of the list: lower comes first.
    pub fn ranked(self, first: i64, then: i64) -> Line {
        Line { rank: (first, then), ..self }
    }

    /// Of this day.
    pub fn on(self, day: Option<Day>) -> Line {
        Line { day, ..self }
    }

    /// With a word below its name.
    pub fn noted(self, note: Option<String>) -> Line {
        Line { note, ..self }
    }

    /// With something to press.
    pub fn pressing(self, href: impl Into<String>, text: &'static str) -> Line {
        Line { press: Some((href.into(), text)), ..self }
    }

    /// That is found by these words too.
    pub fn found_by(self, also: impl Into<String>) -> Line {
        Line { also: also.into(), ..self }
    }

    /// Whether each of these words, in small letters, stands somewhere in it.
    pub(super) fn has(&self, words: &[String]) -> bool {
        let mut text: String = self.cells.iter().map(|cell| cell.shown() + " ").collect();
        text.extend(self.note.as_deref());
        text.push_str(&self.also);
        let text = plain(&text).to_lowercase();
        words.iter().all(|word| text.contains(word))
    }
}

/// Where a row stands in an order: two numbers, a text, and its id, so that no two stand at one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place(i64, i64, String, String);

/// Where a row stands in the order by a column, or in the list's own.
pub(super) fn place(line: &Line, by: Option<usize>) -> Place {
    let (first, then, text) = match by.and_then(|column| line.cells.get(column)) {
        None => (line.rank.0, line.rank.1, String::new()),
        Some(cell) => match cell {
            // As a dictionary has it.
            Cell::Text(text) => (0, 0, format!("{} {text}", pinyin::full(text))),
            Cell::Count(count) => (*count, 0, String::new()),
            Cell::Money(fen) => (fen.0, 0, String::new()),
            Cell::Day(day) => (0, 0, day.map(|day| day.to_string()).unwrap_or_default()),
            Cell::At(at) => (at.map_or(i64::MIN, |at| at.0), 0, String::new()),
            Cell::Ranked { by, .. } => (*by, 0, String::new()),
        },
    };
    Place(first, then, text, line.id.clone())
}
