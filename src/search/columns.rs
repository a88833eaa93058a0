//! Fast fields of a segment, also where no document of it has a value.

use std::fmt::Debug;

use tantivy::{
    SegmentReader,
    columnar::{
        BytesColumn, Column, ColumnIndex, DynamicColumn, HasAssociatedColumnType, StrColumn,
    },
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

/// The values of every document of a column, read at once: one by one each would be looked up anew.
pub struct Flat<T> {
    /// Where the values of each document end; none where each has one.
    ends: Option<Vec<u32>>,
    values: Vec<T>,
}

impl<T> Flat<T>
where
    T: PartialOrd + Copy + Debug + Default + Send + Sync + 'static,
{
    /// Reads the column of a field.
    pub fn read(segment: &SegmentReader, name: &str) -> tantivy::Result<Flat<T>>
    where
        T: HasAssociatedColumnType,
        DynamicColumn: Into<Option<Column<T>>>,
    {
        Ok(Flat::of(&column(segment, name)?, segment.max_doc()))
    }

    /// Reads a column of so many documents.
    pub fn of(column: &Column<T>, docs: u32) -> Flat<T> {
        let mut values = vec![T::default(); column.values.num_vals() as usize];
        column.values.get_range(0, &mut values);
        let ends = (!matches!(column.index, ColumnIndex::Full)).then(|| {
            let counts = (0..docs).map(|doc| column.index.value_row_ids(doc).len() as u32);
            let sums = counts.scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            });
            sums.collect()
        });
        Flat { ends, values }
    }

    /// The values of a document.
    pub fn all(&self, doc: u32) -> &[T] {
        let at = doc as usize;
        let range = match &self.ends {
            None => at..at + 1,
            Some(ends) => {
                let end = |at: Option<usize>| at.and_then(|at| ends.get(at)).copied();
                let start = end(at.checked_sub(1)).unwrap_or_default() as usize;
                start..end(Some(at)).unwrap_or_default() as usize
            }
        };
        self.values.get(range).unwrap_or_default()
    }

    /// The first value of a document.
    pub fn first(&self, doc: u32) -> Option<T> {
        self.all(doc).first().copied()
    }
}

/// Two columns that hold the starts and ends of spans.
pub struct Spans {
    start: Flat<i64>,
    end: Flat<i64>,
}

impl Spans {
    /// The columns of these names.
    pub fn open(segment: &SegmentReader, start: &str, end: &str) -> tantivy::Result<Spans> {
        Ok(Spans { start: Flat::read(segment, start)?, end: Flat::read(segment, end)? })
    }

    /// The spans of a document, in the order in which they were given.
    pub fn of(&self, doc: u32) -> impl Iterator<Item = Shift> + '_ {
        let spans = self.start.all(doc).iter().zip(self.end.all(doc));
        spans.map(|(&start, &end)| Shift { start: Moment(start), end: Moment(end) })
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
