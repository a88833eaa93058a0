//! What a query reads of a segment, in memory, in the order of [`Places`].
//!
//! Made once for a segment, which never changes; which of its documents are gone is asked of the
//! segment at the time of the query.

use tantivy::{SegmentReader, columnar::StrColumn, index::SegmentId};

use super::{
    columns::texts,
    lists::{Lists, Noted},
    places::{Places, rank},
};
use crate::matching::{Spot, Weights};

/// A segment's part in memory.
pub trait Sheet: Sized + Send + Sync + 'static {
    /// Reads the segment.
    ///
    /// # Errors
    /// The engine's.
    fn read(segment: &SegmentReader, weights: &Weights) -> tantivy::Result<Self>;
    /// The segment.
    fn segment(&self) -> SegmentId;
}

/// The ids of a segment's documents.
#[derive(Debug, Default)]
pub struct Ids {
    letters: String,
    /// Where each id ends, in their order.
    ends: Vec<u32>,
    /// The place of each document's id among them.
    places: Vec<u32>,
}

impl Ids {
    /// Reads the field `id`.
    pub fn read(segment: &SegmentReader) -> tantivy::Result<Ids> {
        let column = texts(segment, "id")?;
        let first = |doc| column.ords().first(doc).unwrap_or_default() as u32;
        let places = (0..segment.max_doc()).map(first);
        let mut ids = Ids { places: places.collect(), ..Ids::default() };
        let mut all = column.dictionary().stream()?;
        while all.advance() {
            ids.letters.push_str(&String::from_utf8_lossy(all.key()));
            ids.ends.push(u32::try_from(ids.letters.len()).unwrap_or(u32::MAX));
        }
        Ok(ids)
    }

    /// The id of a document.
    pub fn of(&self, doc: u32) -> &str {
        let place = self.places.get(doc as usize).copied().unwrap_or_default() as usize;
        let end = self.ends.get(place).copied().unwrap_or_default();
        let start = match place.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
        };
        self.letters.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// A document's id, read where it is needed: ids lie far apart in memory.
#[derive(Clone, Copy, Debug)]
pub struct IdOf<'a> {
    ids: &'a Ids,
    doc: u32,
}

impl<'a> IdOf<'a> {
    /// The id of a document.
    pub fn new(ids: &'a Ids, doc: u32) -> IdOf<'a> {
        IdOf { ids, doc }
    }

    /// The id.
    pub fn text(self) -> &'a str {
        self.ids.of(self.doc)
    }
}

/// Words of a text field, each with the rows that have it.
pub struct Words<N> {
    column: StrColumn,
    rows: Noted<N>,
}

impl<N: Copy> Words<N> {
    /// Reads a text field for rows that stand for these documents and have these notes.
    pub fn read(
        segment: &SegmentReader,
        name: &str,
        docs: &[u32],
        notes: &[N],
    ) -> tantivy::Result<Words<N>> {
        let column = texts(segment, name)?;
        let pairs = || {
            (0u32..)
                .zip(docs)
                .flat_map(|(row, &doc)| column.term_ords(doc).map(move |ord| (ord as u32, row)))
        };
        let rows = Lists::new(column.num_terms(), pairs);
        Ok(Words { rows: Noted::new(rows, notes), column })
    }

    /// The rows that have a word, and their notes.
    pub fn rows(&self, word: &str) -> tantivy::Result<(&[u32], &[N])> {
        let ord = self.column.dictionary().term_ord(word)?;
        Ok(ord.map_or((&[], &[]), |ord| self.rows.of(ord as usize)))
    }
}

/// Rows sorted by what they are near to by occupation (see
/// [`Trade::branch`](crate::matching::Trade::branch)).
#[derive(Debug)]
pub struct Branches<N> {
    /// Rising.
    branches: Vec<u32>,
    rows: Noted<N>,
}

impl<N: Copy> Branches<N> {
    /// Groups (branch, row) pairs; the rows must rise, and have these notes.
    pub fn of(pairs: &[(u32, u32)], notes: &[N]) -> Branches<N> {
        let mut branches: Vec<u32> = pairs.iter().map(|pair| pair.0).collect();
        branches.sort_unstable();
        branches.dedup();
        let rows = Lists::new(branches.len(), || {
            pairs.iter().map(|&(branch, row)| {
                let at = branches.partition_point(|&other| other < branch);
                (at as u32, row)
            })
        });
        Branches { branches, rows: Noted::new(rows, notes) }
    }

    /// The rows of a branch, and their notes.
    pub fn rows(&self, branch: u32) -> (&[u32], &[N]) {
        self.branches.binary_search(&branch).map_or((&[], &[]), |at| self.rows.of(at))
    }
}

/// The order of a segment's rows: of (position, document) pairs by place.
pub fn in_order(mut spots: Vec<(Spot, u32)>) -> (Places, Vec<(Spot, u32)>) {
    spots.sort_unstable_by_key(|&(spot, doc)| (rank(spot), doc));
    (Places::of(spots.iter().map(|entry| entry.0)), spots)
}
