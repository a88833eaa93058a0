//! Lists of rows by word, and the walk over rows that tells which of the asked words each has.

use std::ops::Range;

/// Values of many owners, one owner's after the other's.
#[derive(Debug, Default)]
pub struct Lists {
    ends: Vec<u32>,
    values: Vec<u32>,
}

impl Lists {
    /// Lists from (owner, value) pairs, which `pairs` gives twice alike; an owner's values keep
    /// their order. Pairs of owners from `owners` on are left out.
    pub fn new<I: Iterator<Item = (u32, u32)>>(owners: usize, pairs: impl Fn() -> I) -> Lists {
        let mut ends = vec![0u32; owners];
        for (owner, _) in pairs() {
            if let Some(count) = ends.get_mut(owner as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            let count = *end;
            // Where its values begin; each one put moves this on, to the end at last.
            *end = sum;
            sum += count;
        }
        let mut values = vec![0u32; sum as usize];
        for (owner, value) in pairs() {
            if let Some(next) = ends.get_mut(owner as usize) {
                if let Some(slot) = values.get_mut(*next as usize) {
                    *slot = value;
                }
                *next += 1;
            }
        }
        Lists { ends, values }
    }

    /// The values of an owner.
    pub fn of(&self, owner: usize) -> &[u32] {
        let start = match owner.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
        };
        let end = self.ends.get(owner).copied().unwrap_or_default();
        self.values.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The rows that have one thing that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Rising.
    pub rows: &'a [u32],
    /// The bit that it sets.
    pub bit: u64,
    /// Whether it makes a row be looked at, not only be marked.
    pub chooses: bool,
}

/// Rows that are marked at once: a table that stays in the nearest cache.
const TILE: usize = 2048;

/// Room for the marks of a few rows.
pub struct Tile {
    marks: [u64; TILE],
    chosen: [u64; TILE / 64],
}

impl Default for Tile {
    fn default() -> Tile {
        Tile { marks: [0; TILE], chosen: [0; TILE / 64] }
    }
}

impl Tile {
    /// Calls `each` with the rows of a stretch and their marks, rising: with those that a list
    /// chooses, or with every row where `all`.
    pub fn walk(
        &mut self,
        stretch: Range<u32>,
        asked: &[Asked<'_>],
        all: bool,
        mut each: impl FnMut(u32, u64),
    ) {
        if all && asked.is_empty() {
            return stretch.for_each(|row| each(row, 0));
        }
        let mut rests: Vec<(Asked<'_>, &[u32])> = Vec::with_capacity(asked.len());
        for list in asked {
            let rows = list.rows;
            let from = rows.partition_point(|&row| row < stretch.start);
            let rest = rows.get(from..).unwrap_or_default();
            let to = rest.partition_point(|&row| row < stretch.end);
            let rest = rest.get(..to).unwrap_or_default();
            if !rest.is_empty() {
                rests.push((*list, rest));
            }
        }
        if !all && !rests.iter().any(|(list, _)| list.chooses) {
            return;
        }
        let mut start = stretch.start;
        while start < stretch.end {
            let end = stretch.end.min(start.saturating_add(TILE as u32));
            self.mark(start, end, &mut rests);
            if all {
                for (row, mark) in (start..end).zip(&mut self.marks) {
                    each(row, std::mem::take(mark));
                }
                self.chosen.fill(0);
            } else {
                self.chosen_rows(start, &mut each);
                self.marks.fill(0);
            }
            start = end;
        }
    }

    fn mark(&mut self, start: u32, end: u32, rests: &mut [(Asked<'_>, &[u32])]) {
        for (list, rest) in rests {
            let mut taken = 0;
            for &row in rest.iter().take_while(|&&row| row < end) {
                let at = (row - start) as usize;
                if let Some(mark) = self.marks.get_mut(at) {
                    *mark |= list.bit;
                }
                if list.chooses
                    && let Some(word) = self.chosen.get_mut(at / 64)
                {
                    *word |= 1 << (at % 64);
                }
                taken += 1;
            }
            *rest = rest.get(taken..).unwrap_or_default();
        }
    }

    fn chosen_rows(&mut self, start: u32, each: &mut impl FnMut(u32, u64)) {
        for (word_at, word) in self.chosen.iter_mut().enumerate() {
            let mut bits = std::mem::take(word);
            while bits != 0 {
                let at = word_at * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                each(start + at as u32, self.marks.get(at).copied().unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_keep_owners_apart() {
        let pairs = [(2, 7), (0, 1), (2, 3), (9, 9)];
        let lists = Lists::new(3, || pairs.into_iter());
        assert_eq!(
            [lists.of(0), lists.of(1), lists.of(2), lists.of(3)],
            [&[1][..], &[], &[7, 3], &[]]
        );
        assert!(Lists::default().of(0).is_empty());
    }

    proptest! {
        #[test]
        fn a_walk_marks_as_the_lists_say(
            rows in proptest::collection::vec(
                (proptest::collection::btree_set(0u32..6_000, 0..60), any::<bool>()), 0..4),
            start in 0u32..6_000, length in 0u32..6_000, all: bool,
        ) {
            let lists: Vec<Vec<u32>> =
                rows.iter().map(|(rows, _)| rows.iter().copied().collect()).collect();
            let asked: Vec<Asked<'_>> = lists.iter().zip(&rows).enumerate()
                .map(|(n, (list, (_, chooses)))| Asked { rows: list, bit: 1 << n, chooses: *chooses })
                .collect();
            let stretch = start..start + length;
            let chosen: BTreeSet<u32> = rows.iter().filter(|entry| entry.1)
                .flat_map(|entry| entry.0.iter().copied()).collect();
            let want: Vec<(u32, u64)> = stretch.clone()
                .filter(|row| all || chosen.contains(row))
                .map(|row| {
                    let held = rows.iter().enumerate().filter(|(_, entry)| entry.0.contains(&row));
                    (row, held.fold(0, |bits, (n, _)| bits | 1 << n))
                })
                .collect();
            let mut tile = Tile::default();
            for _ in 0..2 {
                let mut found = Vec::new();
                tile.walk(stretch.clone(), &asked, all, |row, held| found.push((row, held)));
                prop_assert_eq!(&found, &want);
            }
        }
    }
}
