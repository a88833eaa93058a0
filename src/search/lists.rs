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
const TILE: usize = 2048;

/// A bit for each row of a tile.
type Bits = [u64; TILE / 64];

/// A way over rising stretches of rows that tells which of the asked lists have each.
pub struct Walk<'a, N> {
    lists: Vec<List<'a, N>>,
    chosen: Bits,
}

struct List<'a, N> {
    asked: Asked<'a, N>,
    /// How many of its rows lie behind.
    passed: usize,
    /// Which rows of the tile it has.
    here: Bits,
}

impl<'a, N: Copy> Walk<'a, N> {
    /// A way that begins before the first row.
    pub fn new(asked: &[Asked<'a, N>]) -> Walk<'a, N> {
        let list = |&asked: &Asked<'a, N>| List { asked, passed: 0, here: [0; TILE / 64] };
        Walk { lists: asked.iter().map(list).collect(), chosen: [0; TILE / 64] }
    }

    /// Calls `each` with rows of a stretch and their marks, rising: with every row where `all`, else
    /// with those that a list chooses. Of these, a row with one mark is left out where it is not
    /// `worth` it by the mark, of which that is asked first, and what is noted beside. No stretch may
    /// lie before the one of the last call.
    pub fn along<W: Fn(N) -> bool>(
        &mut self,
        stretch: Range<u32>,
        all: bool,
        worth: impl Fn(u64) -> W,
        mut each: impl FnMut(u32, u64),
    ) {
        if all && self.lists.is_empty() {
            return stretch.for_each(|row| each(row, 0));
        }
        self.lists.iter_mut().for_each(|list| list.go_to(stretch.start));
        let ahead = |list: &List<'_, N>| {
            list.asked.chooses && list.next().is_some_and(|row| row < stretch.end)
        };
        if !all && !self.lists.iter().any(ahead) {
            return;
        }
        let mut start = stretch.start;
        while start < stretch.end {
            let end = stretch.end.min(start.saturating_add(TILE as u32));
            for list in &mut self.lists {
                list.mark(start, end, &mut self.chosen, worth(list.asked.bit));
            }
            if all {
                self.chosen.fill(0);
                (start..end).for_each(|row| each(row, self.marks((row - start) as usize)));
            } else {
                self.choose_met();
                self.chosen_rows(start, &mut each);
            }
            start = end;
        }
    }

    /// Chooses the rows that several lists have, of which one chooses.
    fn choose_met(&mut self) {
        if self.lists.len() < 2 {
            return;
        }
        for (at, chosen) in self.chosen.iter_mut().enumerate() {
            let (mut once, mut twice, mut chooses) = (0, 0, 0);
            for list in &self.lists {
                let here = list.here.get(at).copied().unwrap_or_default();
                twice |= once & here;
                once |= here;
                chooses |= if list.asked.chooses { here } else { 0 };
            }
            *chosen |= twice & chooses;
        }
    }

    fn chosen_rows(&mut self, start: u32, each: &mut impl FnMut(u32, u64)) {
        for word_at in 0..self.chosen.len() {
            let mut bits = self.chosen.get_mut(word_at).map(std::mem::take).unwrap_or_default();
            while bits != 0 {
                let at = word_at * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                each(start + at as u32, self.marks(at));
            }
        }
    }

    fn marks(&self, at: usize) -> u64 {
        let has =
            |list: &List<'_, N>| list.here.get(at / 64).is_some_and(|w| w >> (at % 64) & 1 == 1);
        self.lists.iter().filter(|list| has(list)).fold(0, |marks, list| marks | list.asked.bit)
    }
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

    /// Notes which rows of the tile it has, and chooses those that are worth it.
    fn mark(&mut self, start: u32, end: u32, chosen: &mut Bits, worth: impl Fn(N) -> bool) {
        let Asked { rows, notes, chooses, .. } = self.asked;
        let rows = rows.get(self.passed..).unwrap_or_default();
        let rows = rows.get(..rows.len().min(TILE)).unwrap_or_default();
        let rows = rows.get(..rows.partition_point(|&row| row < end)).unwrap_or_default();
        let notes = notes.get(self.passed..).unwrap_or_default();
        let mut here = [0; TILE / 64];
        for (&row, &note) in rows.iter().zip(notes) {
            let at = row.wrapping_sub(start) as usize % TILE;
            here[at / 64] |= 1 << (at % 64);
            // No branch: most are not, and which one is can't be foreseen.
            chosen[at / 64] |= u64::from(chooses & worth(note)) << (at % 64);
        }
        self.here = here;
        self.passed += rows.len();
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
                walk.along(stretch, all, |_| |note| note, |row, held| found.push((row, held)));
                prop_assert_eq!(&found, &want);
            }
        }
    }
}
