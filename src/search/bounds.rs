//! What can't be among the best any more, told from numbers that cost little.

use super::{
    Sort,
    numbers::{ALIKE, FEW, Met},
    scan::{ASKED_MAX, KIN, Part, Scan},
};

/// Letters of a title that are told apart by bounds; longer ones count as so many.
const LETTERS_MAX: usize = 64;

/// Bounds of the titles of a segment that meet the text alike.
pub struct Titles<'a> {
    part: Option<&'a Part<'a>>,
    /// What the text adds, by the title's letters.
    by_letters: [f32; LETTERS_MAX],
}

impl Titles<'_> {
    /// What a document adds at most, but for skills and the way.
    pub fn at_most(&self, doc: u32) -> f32 {
        let calm = self.part.and_then(|part| Some((part.sheet.calm.get(doc as usize)?, part)));
        let Some((calm, part)) = calm else { return f32::NEG_INFINITY };
        let letters = usize::from(calm.letters).min(LETTERS_MAX - 1);
        let text = self.by_letters.get(letters).copied().unwrap_or(f32::INFINITY);
        text + calm.at_most(&part.ceiling)
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
        let most = |part: &Part<'_>| part.sheet.calm_at_most + part.ceiling.any_start();
        self.skill_most + way + self.parts.iter().map(most).fold(0.0, f32::max)
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
                let most = self.skill_most
                    + self.ask.weights.distance(away_m)
                    + self.ask.weights.text(1.0);
                self.parts.iter().all(|part| {
                    most + part.sheet.calm_at_most + part.ceiling.any_start() < key_score(bar)
                })
            }
            Sort::Newest | Sort::Wage => false,
        }
    }

    /// How many wished skills a row of the part must have for any hope, where nothing else is met.
    pub fn least_marks(&self, part: &Part<'_>) -> u32 {
        let telling = self.ask.scored && self.total < FEW;
        let (Sort::Match, Some(bar), false) =
            (self.ask.sort, self.top.bar(), self.ask.counted || telling)
        else {
            return 0;
        };
        let rest = part.sheet.calm_at_most + part.ceiling.any_start() + self.distance_at_most;
        let hopeless = |by: &&[f32; ASKED_MAX]| {
            by.iter().fold(0.0, |most: f32, &one| most.max(one)) + rest < key_score(bar)
        };
        self.skill_at_most.iter().take_while(hopeless).count() as u32
    }

    /// Whether a row can't be among the best, by bounds that cost little.
    pub fn hopeless(&self, part: &Part<'_>, row: u32, marks: Option<u64>, text: f32) -> bool {
        let (Sort::Match, Some(bar)) = (self.ask.sort, self.top.bar()) else { return false };
        let Some(calm) = part.sheet.calm_of_row(row) else { return false };
        let skill = match marks {
            Some(marks) if marks & KIN == 0 => {
                let held = self.skill_at_most.get(marks.count_ones() as usize);
                let asked = usize::from(calm.asked).min(ASKED_MAX - 1);
                held.and_then(|by| by.get(asked)).copied().unwrap_or(f32::INFINITY)
            }
            _ => self.skill_most,
        };
        let most = skill + text + calm.at_most(&part.ceiling);
        if most + self.distance_at_most < key_score(bar) {
            return true;
        }
        let spot = part.sheet.rows.get(row as usize).map(|row| row.spot);
        let least = self.ring.zip(spot).and_then(|(ring, spot)| ring.at_least_m(spot));
        least.is_some_and(|metres| most + self.ask.weights.distance(metres) < key_score(bar))
    }
}

/// A score from its key.
fn key_score(key: u64) -> f32 {
    f32::from_bits(key as u32)
}
