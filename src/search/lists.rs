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
        self.values.get(self.span(owner)).unwrap_or_default()
    }

    fn span(&self, owner: usize) -> Range<usize> {
        let start = match owner.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).copied().unwrap_or_default(),
        };
        start as usize..self.ends.get(owner).copied().unwrap_or_default() as usize
    }
}

/// Lists of rows, and beside each row what tells soonest whether it is worth a look: the row itself
/// lies apart in memory.
#[derive(Debug)]
pub struct Noted<N> {
    rows: Lists,
    notes: Vec<N>,
}

impl<N: Copy> Noted<N> {
    /// Lists with what is noted `of_rows`, by row.
    pub fn new(rows: Lists, of_rows: &[N]) -> Noted<N> {
        let notes = rows.values.iter().filter_map(|&row| of_rows.get(row as usize).copied());
        Noted { notes: notes.collect(), rows }
    }

    /// The rows of an owner, and their notes.
    pub fn of(&self, owner: usize) -> (&[u32], &[N]) {
        let notes = self.notes.get(self.rows.span(owner));
        (self.rows.of(owner), notes.unwrap_or_default())
    }
}

/// The rows that have one thing that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a, N> {
    /// Rising.
    pub rows: &'a [u32],
    /// What is noted of each of them.
    pub notes: &'a [N],
    /// The bit that it sets.
    pub bit: u64,
    /// Whether it makes a row be looked at, not only be marked.
    pub chooses: bool,
}

/// Rows that are marked at once: a table that stays in the nearest cache.
const TILE: usize = 1024;

/// The marks of each row of a tile.
type Marks = [u64; TILE];

/// A way over rising stretches of rows that tells which of the asked lists have each. No stretch may
/// lie before the one of the last call.
pub struct Walk<'a, N> {
    lists: Vec<List<'a, N>>,
    /// The bits of lists that choose.
    choosing: u64,
    marks: Box<Marks>,
    /// Rows of the tile that are chosen, with what is noted of them; some again by another list.
    chosen: Vec<(u16, N)>,
}

struct List<'a, N> {
    asked: Asked<'a, N>,
    /// How many of its rows lie behind.
    passed: usize,
}

impl<'a, N: Copy> Walk<'a, N> {
    /// A way that begins before the first row.
    pub fn new(asked: &[Asked<'a, N>]) -> Walk<'a, N> {
        let lists = asked.iter().map(|&asked| List { asked, passed: 0 });
        let choosing = asked.iter().filter(|list| list.chooses);
        let any = asked.iter().find_map(|list| list.notes.first());
        Walk {
            lists: lists.collect(),
            choosing: choosing.fold(0, |bits, list| bits | list.bit),
            marks: Box::new([0; TILE]),
            chosen: any.map_or_else(Vec::new, |&any| vec![(0, any); TILE * asked.len()]),
        }
    }

    /// Calls `each` with every row of a stretch and its marks.
    pub fn every(&mut self, stretch: Range<u32>, mut each: impl FnMut(u32, u64)) {
        if self.lists.is_empty() {
            return stretch.for_each(|row| each(row, 0));
        }
        self.lists.iter_mut().for_each(|list| list.go_to(stretch.start));
        for tile in tiles(stretch) {
            for list in &mut self.lists {
                list.mark(&tile, 0, &mut self.marks, &mut self.chosen, |_| false);
            }
            tile.zip(self.marks.iter()).for_each(|(row, &marks)| each(row, marks));
            self.marks.fill(0);
        }
    }

    /// Calls `each` with the rows of a stretch that a list chooses, each row once, with its marks and
    /// what is noted of it. A row with one mark is left out where it is not `worth` it by the mark, of
    /// which that is asked first, and what is noted.
    pub fn chosen<W: Fn(N) -> bool>(
        &mut self,
        stretch: Range<u32>,
        worth: impl Fn(u64) -> W,
        mut each: impl FnMut(u32, u64, N),
    ) {
        self.lists.iter_mut().for_each(|list| list.go_to(stretch.start));
        let ahead = |list: &List<'_, N>| {
            list.asked.chooses && list.next().is_some_and(|row| row < stretch.end)
        };
        if !self.lists.iter().any(ahead) {
            return;
        }
        for tile in tiles(stretch) {
            let mut count = 0;
            for list in &mut self.lists {
                let worth = worth(list.asked.bit);
                let chosen = self.chosen.get_mut(count..).unwrap_or_default();
                count += list.mark(&tile, self.choosing, &mut self.marks, chosen, worth);
            }
            for &(at, note) in self.chosen.get(..count).unwrap_or_default() {
                let marks = std::mem::take(&mut self.marks[usize::from(at) % TILE]);
                if marks != 0 {
                    each(tile.start + u32::from(at), marks, note);
                }
            }
            self.marks.fill(0);
        }
    }
}

fn tiles(stretch: Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let end = stretch.end;
    stretch.step_by(TILE).map(move |at| at..end.min(at.saturating_add(TILE as u32)))
}

impl<N: Copy> List<'_, N> {
    fn next(&self) -> Option<u32> {
        self.asked.rows.get(self.passed).copied()
    }

    /// Passes the rows before `row`, in steps that double: the next stretch lies near.
    fn go_to(&mut self, row: u32) {
        let rest = self.asked.rows.get(self.passed..).unwrap_or_default();
        let mut most = 1;
        while rest.get(most - 1).is_some_and(|&other| other < row) {
            most *= 2;
        }
        let least = most / 2;
        let near = rest.get(least..most.min(rest.len())).unwrap_or_default();
        self.passed += least + near.partition_point(|&other| other < row);
    }

    /// Marks the rows of the tile that it has, and chooses those that are worth it, and those that
    /// have a mark already where one of the two chooses. Answers how many it chose.
    fn mark(
        &mut self,
        tile: &Range<u32>,
        choosing: u64,
        marks: &mut Marks,
        chosen: &mut [(u16, N)],
        worth: impl Fn(N) -> bool,
    ) -> usize {
        let Asked { rows, notes, bit, chooses } = self.asked;
        let rows = rows.get(self.passed..).unwrap_or_default();
        let notes = notes.get(self.passed..).unwrap_or_default();
        let (mut count, mut passed) = (0, 0);
        for (&row, &note) in rows.iter().zip(notes) {
            if row >= tile.end {
                break;
            }
            let at = row.wrapping_sub(tile.start) as usize % TILE;
            let before = marks[at];
            let both = before | bit;
            marks[at] = both;
            // No branch: most are not, and which one is can't be foreseen.
            let is_met = (before != 0) & (both & choosing != 0);
            if let Some(slot) = chosen.get_mut(count) {
                *slot = (at as u16, note);
            }
            count += usize::from(chooses & worth(note) | is_met);
            passed += 1;
        }
        self.passed += passed;
        count
    }
}

#[cfg(test)]
mod tests {
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
                (proptest::collection::btree_map(0u32..6_000, any::<bool>(), 0..60), any::<bool>()),
                0..4),
            mut edges in proptest::collection::vec(0u32..6_000, 0..8), all: bool,
        ) {
            let lists: Vec<(Vec<u32>, Vec<bool>)> =
                rows.iter().map(|(rows, _)| rows.iter().unzip()).collect();
            let asked: Vec<Asked<'_, bool>> = lists.iter().zip(&rows).enumerate()
                .map(|(n, ((rows, notes), (_, chooses)))| {
                    Asked { rows, notes, bit: 1 << n, chooses: *chooses }
                })
                .collect();
            edges.sort_unstable();
            let mut walk = Walk::new(&asked);
            for edge in edges.chunks_exact(2) {
                let stretch = edge[0]..edge[1];
                let want: Vec<(u32, u64)> = stretch.clone()
                    .map(|row| {
                        let held = rows.iter().enumerate().filter(|(_, entry)| entry.0.contains_key(&row));
                        (row, held.fold(0, |bits, (n, _)| bits | 1u64 << n))
                    })
                    .filter(|&(row, marks)| {
                        let mut held = rows.iter().filter(|entry| entry.0.contains_key(&row));
                        let chosen = rows.iter().any(|entry| entry.1 && entry.0.contains_key(&row));
                        let worth = held.next().is_some_and(|entry| entry.0[&row]);
                        all || chosen && (worth || marks.count_ones() > 1)
                    })
                    .collect();
                let mut found = Vec::new();
                if all {
                    walk.every(stretch, |row, held| found.push((row, held)));
                } else {
                    walk.chosen(stretch, |_| |note| note, |row, held, _| found.push((row, held)));
                    found.sort_unstable();
                }
                prop_assert_eq!(&found, &want);
            }
        }
    }
}
