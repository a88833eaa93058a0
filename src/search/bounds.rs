//! What can't be among the best any more, told from numbers that cost little.

use super::{
    Sort,
    job_sheet::{Bounds, Calm},
    numbers::{ALIKE, FEW, Met},
    scan::{ASKED_MAX, KIN, Part, Scan},
};
use crate::matching::ROUNDING;

/// Letters of a title that are told apart by bounds; longer ones count as so many.
const LETTERS_MAX: usize = 64;

/// Bounds of the titles of a segment that meet the text alike.
pub struct Titles<'a> {
    part: Option<&'a Part<'a>>,
    /// What the text adds, by the title's letters.
    by_letters: [f32; LETTERS_MAX],
}

impl Titles<'_> {
    /// What each of these documents adds at most, but for skills and the way. For many at once, so that
    /// their numbers, which lie apart in memory, are waited for together.
    pub fn at_most(&self, docs: &[u32], most: &mut [f32]) {
        for (doc, most) in docs.iter().zip(most) {
            let calm = self.part.and_then(|part| Some((part.sheet.calm.get(*doc as usize)?, part)));
            *most = calm.map_or(f32::NEG_INFINITY, |(calm, part)| {
                let letters = calm.letters().min(LETTERS_MAX - 1);
                let text = self.by_letters.get(letters).copied().unwrap_or(f32::INFINITY);
                text + part.bounds.of(*calm)
            });
        }
    }
}

/// What a row adds at most, never less than nothing: bits of such numbers sort as they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Most(u32);

impl Most {
    fn of(points: f32) -> Most {
        Most(points.max(0.0).to_bits())
    }

    fn points(self) -> f32 {
        f32::from_bits(self.0)
    }
}

/// What rows of a segment may hope for, by their marks.
pub struct Hope<'a> {
    bounds: &'a Bounds,
    /// What skills add at most by those held and those asked for.
    skills: &'a [[f32; ASKED_MAX]],
    /// What a near occupation adds at most.
    kin: f32,
    /// The least that all but skills and the way must add where one skill is held, by those asked for.
    least: [f32; ASKED_MAX],
    /// The same for a near occupation.
    least_kin: f32,
    /// The least that all but the way must add.
    bar: f32,
}

impl Hope<'_> {
    /// Whether a row with this mark alone may be among the best, by what is noted of it in the list.
    pub fn of_mark(&self, mark: u64) -> impl Fn(Calm) -> bool {
        let least = if mark == KIN { [self.least_kin; ASKED_MAX] } else { self.least };
        let bounds = self.bounds;
        move |calm| bounds.of(calm) >= least[calm.asked().min(ASKED_MAX - 1)]
    }

    /// What a row with these marks adds at most, but for the way; none where that is too little.
    pub fn at_most(&self, calm: Calm, marks: u64) -> Option<Most> {
        let skills = by_marks(self.skills, self.kin, marks, calm).unwrap_or(f32::INFINITY);
        let most = skills + self.bounds.of(calm);
        (most >= self.bar).then(|| Most::of(most))
    }
}

impl<'a> Scan<'a> {
    /// What titles that meet the text so add at most, with all but skills and the way.
    pub fn titles(&self, at: usize, met: Met) -> Titles<'a> {
        let part = self.parts.get(at);
        let by_letters = std::array::from_fn(|letters| {
            self.ask.weights.text(self.ask.relevance(met, letters as u16))
        });
        Titles { part, by_letters }
    }

    /// The least that [`Titles::at_most`] must tell for a title to have hope; none where every one is
    /// looked at.
    pub fn title_bar(&self) -> Option<f32> {
        let bar = self.top.bar().filter(|_| self.is_choosy())?;
        Some(key_score(bar) - self.skill_most - self.distance_at_most)
    }

    /// Whether only the best by score are asked, and no other may be looked for.
    fn is_choosy(&self) -> bool {
        !self.ask.counted && self.ask.sort == Sort::Match && self.total >= FEW
    }

    /// What all but the words adds at most.
    fn wordless_at_most(&self) -> f32 {
        let way = self.ask.reach.map_or(0.0, |_| self.ask.weights.distance(0.0));
        self.skill_most + way + self.parts.iter().map(|part| part.bounds.most).fold(0.0, f32::max)
    }

    /// Whether nothing that meets the words so or worse can be among the best.
    pub fn done_with_words(&self, met: Met) -> bool {
        let Some(bar) = self.top.bar().filter(|_| self.is_choosy()) else { return false };
        let most = match met {
            Met::Some => self.ask.some_relevance(ALIKE.next_down()),
            _ => self.ask.relevance(met, 1),
        };
        self.ask.weights.text(most) + self.wordless_at_most() < key_score(bar)
    }

    /// The BM25 up to which nothing can be among the best; none where nothing can.
    pub fn bm25_at_least(&self) -> Option<f32> {
        match self.top.bar().filter(|_| self.is_choosy()) {
            None => Some(f32::MIN),
            Some(bar) => self.ask.bm25_for(key_score(bar) - self.wordless_at_most()),
        }
    }

    /// Whether nothing farther than `away_m` can be among the best.
    pub fn done_at(&self, away_m: f64) -> bool {
        let Some(bar) = self.top.bar() else { return false };
        match self.ask.sort {
            Sort::Nearest => true,
            Sort::Match => {
                // Circles are gone through where no words are asked.
                let most = self.skill_most + self.ask.weights.distance(away_m);
                self.parts.iter().all(|part| most + part.bounds.most < key_score(bar))
            }
            Sort::Newest | Sort::Wage => false,
        }
    }

    /// What rows of the part may hope for, where no words are asked; none where every row is looked at.
    pub fn hope<'b>(&'b self, part: &'b Part<'a>) -> Option<Hope<'b>> {
        (self.ask.sort == Sort::Match && !self.ask.counted).then_some(())?;
        let bar = self.wayless_bar();
        let least = |skill: f32| bar - skill;
        let one = self.skill_at_most.get(1).copied();
        Some(Hope {
            bounds: &part.bounds,
            skills: &self.skill_at_most,
            kin: self.skill_most,
            least: one.unwrap_or([f32::INFINITY; ASKED_MAX]).map(least),
            least_kin: least(self.skill_most),
            bar,
        })
    }

    /// Whether what adds so much at most can't be among the best any more.
    pub fn is_below_bar(&self, most: Most) -> bool {
        most.points() < self.wayless_bar()
    }

    /// The least that all but the way must add to be among the best.
    fn wayless_bar(&self) -> f32 {
        let bar = self.top.bar().map_or(f32::NEG_INFINITY, key_score);
        bar - self.distance_at_most - ROUNDING
    }

    /// Whether a row can't be among the best, by bounds that cost little.
    pub fn hopeless(&self, part: &Part<'_>, row: u32, marks: Option<u64>, text: f32) -> bool {
        let (Sort::Match, Some(bar)) = (self.ask.sort, self.top.bar()) else { return false };
        let Some(&calm) = part.sheet.row_calm.get(row as usize) else { return false };
        let skill = marks.map_or(Some(self.skill_most), |marks| {
            by_marks(&self.skill_at_most, self.skill_most, marks, calm)
        });
        let skill = skill.unwrap_or(f32::INFINITY);
        let most = skill + text + part.bounds.of(calm);
        most + self.distance_at_most < key_score(bar) || self.is_too_far(part, row, Most::of(most))
    }

    /// Whether a row that adds so much at most, but for the way, can't be among the best where it lies.
    pub fn is_too_far(&self, part: &Part<'_>, row: u32, most: Most) -> bool {
        let Some(bar) = self.top.bar() else { return false };
        let least = self.ring.and_then(|ring| ring.at_least_m(part.sheet.places.spot(row)));
        let way = least.map(|metres| self.ask.weights.distance(metres));
        way.is_some_and(|way| most.points() + way < key_score(bar))
    }
}

/// What stands for a row with these marks in a table by skills held and asked for, or for a near
/// occupation.
fn by_marks(table: &[[f32; ASKED_MAX]], kin: f32, marks: u64, calm: Calm) -> Option<f32> {
    if marks & KIN != 0 {
        return Some(kin);
    }
    table.get(marks.count_ones() as usize)?.get(calm.asked().min(ASKED_MAX - 1)).copied()
}

/// A score from its key.
fn key_score(key: u64) -> f32 {
    f32::from_bits(key as u32)
}
