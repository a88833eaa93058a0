//! The best few of many.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::sheet::IdOf;

/// Something that may be among the best.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a, T> {
    /// More is better.
    pub key: u64,
    /// Less is better where keys are equal.
    pub id: IdOf<'a>,
    /// What it is.
    pub what: T,
}

/// The greater, the worse, so that the heap's head is what goes first.
impl<T> Ord for Entry<'_, T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key).then_with(|| self.id.text().cmp(other.id.text()))
    }
}

impl<T> PartialOrd for Entry<'_, T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Entry<'_, T> {}

/// The best entries: those with the greatest keys, and of equal ones those with the least ids.
pub struct Top<'a, T> {
    limit: usize,
    /// Only what comes after this key and id.
    after: Option<(u64, &'a str)>,
    heap: BinaryHeap<Entry<'a, T>>,
}

impl<'a, T> Top<'a, T> {
    /// The best `limit` of what comes after `after`.
    pub fn new(limit: usize, after: Option<(u64, &'a str)>) -> Top<'a, T> {
        Top { limit, after, heap: BinaryHeap::with_capacity(limit + 1) }
    }

    /// The key below which nothing is taken any more; none while there is room.
    pub fn bar(&self) -> Option<u64> {
        let full = self.heap.len() >= self.limit;
        self.heap.peek().filter(|_| full).map(|worst| worst.key)
    }

    /// Offers something.
    pub fn offer(&mut self, key: u64, id: IdOf<'a>, what: T) {
        let before = self
            .after
            .is_some_and(|(last, last_id)| key > last || key == last && id.text() <= last_id);
        if before {
            return;
        }
        let entry = Entry { key, id, what };
        if self.heap.len() < self.limit {
            self.heap.push(entry);
        } else if let Some(mut worst) = self.heap.peek_mut()
            && entry < *worst
        {
            *worst = entry;
        }
    }

    /// What was kept, the best first.
    pub fn into_sorted(self) -> Vec<Entry<'a, T>> {
        self.heap.into_sorted_vec()
    }
}
