//! The best few of many: a bounded heap that keeps no text.

use std::{cmp::Ordering, collections::BinaryHeap, ops::Bound};

use tantivy::columnar::StrColumn;

/// A document that may be among the best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// More is better.
    pub key: u64,
    /// Where its id stands among the segment's ids; less is better where keys are equal.
    pub ord: u64,
    /// The document.
    pub doc: u32,
    /// BM25 of the words.
    pub relevance: f32,
}

/// The greater, the worse, so that the heap's head is what goes first.
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        other.key.cmp(&self.key).then(self.ord.cmp(&other.ord))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Entry {}

/// The best entries of one segment.
pub struct Top {
    limit: usize,
    /// Only what comes after this key, and with this key from that ordinal on.
    after: Option<(u64, u64)>,
    heap: BinaryHeap<Entry>,
}

impl Top {
    /// The best `limit` of the documents that come after `after` (a key and an id).
    pub fn new(
        limit: usize,
        after: Option<&(u64, String)>,
        ids: &StrColumn,
    ) -> tantivy::Result<Top> {
        let after = match after {
            None => None,
            Some((key, id)) => {
                let beyond = Bound::Excluded(id.as_str());
                let (from, _) = ids.dictionary().term_bounds_to_ord(beyond, Bound::Unbounded)?;
                Some((
                    *key,
                    match from {
                        Bound::Included(ord) => ord,
                        Bound::Excluded(ord) => ord.saturating_add(1),
                        Bound::Unbounded => 0,
                    },
                ))
            }
        };
        Ok(Top { limit, after, heap: BinaryHeap::with_capacity(limit + 1) })
    }

    /// Offers a document; its id is looked up only where the key is good enough.
    pub fn offer(&mut self, key: u64, doc: u32, relevance: f32, ids: &StrColumn) {
        let full = self.heap.len() >= self.limit;
        if full && self.heap.peek().is_none_or(|worst| key < worst.key) {
            return;
        }
        if self.after.is_some_and(|(last, _)| key > last) {
            return;
        }
        let Some(ord) = ids.ords().first(doc) else {
            return;
        };
        if self.after.is_some_and(|(last, next)| key == last && ord < next) {
            return;
        }
        let entry = Entry { key, ord, doc, relevance };
        if !full {
            self.heap.push(entry);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && entry < *worst
        {
            *worst = entry;
        }
    }

    /// What was kept, in no order.
    pub fn into_entries(self) -> Vec<Entry> {
        self.heap.into_vec()
    }
}

/// Sorts by falling key, then by rising id, and keeps the first `limit`.
pub fn order<T>(found: &mut Vec<T>, limit: usize, key_id: impl Fn(&T) -> (u64, &str)) {
    found.sort_by(|a, b| {
        let ((a, a_id), (b, b_id)) = (key_id(a), key_id(b));
        b.cmp(&a).then_with(|| a_id.cmp(b_id))
    });
    found.truncate(limit);
}
