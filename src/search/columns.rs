//! Fast fields of a segment, also where no document of it has a value.

use std::fmt::Debug;

use tantivy::{
    SegmentReader,
    columnar::{BytesColumn, Column, DynamicColumn, HasAssociatedColumnType, StrColumn},
};

use crate::domain::{posting::Shift, time::Moment};

/// The column of a field; empty where the segment has none.
pub fn column<T>(segment: &SegmentReader, name: &str) -> tantivy::Result<Column<T>>
where
    T: HasAssociatedColumnType + PartialOrd + Copy + Debug + Default + Send + Sync + 'static,
    DynamicColumn: Into<Option<Column<T>>>,
{
    let found = segment.fast_fields().column_opt(name)?;
    Ok(found.unwrap_or_else(|| Column::build_empty_column(segment.max_doc())))
}

/// The column of a text field; empty where the segment has none.
pub fn texts(segment: &SegmentReader, name: &str) -> tantivy::Result<StrColumn> {
    let found = segment.fast_fields().str(name)?;
    Ok(found.unwrap_or_else(|| StrColumn::wrap(BytesColumn::empty(segment.max_doc()))))
}

/// Two columns that hold the starts and ends of spans.
pub struct Spans {
    start: Column<i64>,
    end: Column<i64>,
}

impl Spans {
    /// The columns of these names.
    pub fn open(segment: &SegmentReader, start: &str, end: &str) -> tantivy::Result<Spans> {
        Ok(Spans { start: column(segment, start)?, end: column(segment, end)? })
    }

    /// The spans of a document, in the order in which they were given.
    pub fn of(&self, doc: u32) -> impl Iterator<Item = Shift> + '_ {
        let starts = self.start.values_for_doc(doc);
        starts
            .zip(self.end.values_for_doc(doc))
            .map(|(start, end)| Shift { start: Moment(start), end: Moment(end) })
    }
}

/// Words of one wish that are told apart; further ones are not looked at. One bit is left for a
/// near occupation.
pub const MARKS_MAX: usize = 63;

/// The words whose bits are set.
pub fn marked(asked: &[String], bits: u64) -> Vec<&str> {
    let words = asked.iter().take(MARKS_MAX).enumerate();
    words.filter(|(at, _)| bits >> at & 1 == 1).map(|(_, word)| word.as_str()).collect()
}
