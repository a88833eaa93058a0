//! What can't be among the best any more, told from numbers that cost little.

use super::{
    Sort,
    job_sheet::{BRIEF_LETTERS_MAX, Brief},
    numbers::{ALIKE, FEW, Met},
    scan::{ASKED_MAX, KIN, Part, Scan},
};

/// Letters of a title that are told apart by bounds, and none; longer ones count as the most.
const LETTERS_MAX: usize = BRIEF_LETTERS_MAX + 1;

/// Bounds of the titles of a segment that meet the text alike.
pub struct Titles<'a> {
    part: Option<&'a Part<'a>>,
    /// What the text adds, by the title's letters.
    by_letters: [f32; LETTERS_MAX],
    /// What pay, publication, the place in one step and any start add at most, by [`Brief`].
    by_rest: [f32; 256],
}

impl Titles<'_> {
    /// Whether a document adds less than the bar, but for skills and the way.
    pub fn hopeless(&self, doc: u32, bar: f32) -> bool {
        let brief = self.part.and_then(|part| part.sheet.brief.get(doc as usize));
        let faint = brief.is_some_and(|brief| {
            let text = self.by_letters.get(brief.letters()).copied().unwrap_or(f32::INFINITY);
            text + self.by_rest.get(brief.step()).copied().unwrap_or(f32::INFINITY) < bar
        });
        faint || self.at_most(doc) < bar
    }

    fn at_most(&self, doc: u32) -> f32 {
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
        let by_rest = std::array::from_fn(|step| {
            part.map_or(f32::INFINITY, |part| {
                Brief::rest(step, part.sheet.calm_at_most) + part.ceiling.any_start()
            })
        });
        Titles { part, by_letters, by_rest }
    }

    /// The bar of [`Titles::hopeless`]; none where every one is
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
                // Circles are gone through where no words are asked.
                let most = self.skill_most + self.ask.weights.distance(away_m);
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
        let Some(brief) = part.sheet.row_brief.get(row as usize) else { return false };
        let skill = match marks {
            Some(marks) if marks & KIN == 0 => {
                let held = self.skill_at_most.get(marks.count_ones() as usize);
                held.and_then(|by| by.get(brief.asked())).copied().unwrap_or(f32::INFINITY)
            }
            _ => self.skill_most,
        };
        let rest = Brief::rest(brief.step(), part.sheet.calm_at_most) + part.ceiling.any_start();
        if skill + text + rest + self.distance_at_most < key_score(bar) {
            return true;
        }
        let Some(calm) = part.sheet.calm_of_row(row) else { return false };
        let most = skill + text + calm.at_most(&part.ceiling);
        if most + self.distance_at_most < key_score(bar) {
            return true;
        }
        let spot = part.sheet.places.spot(row);
        let least = self.ring.and_then(|ring| ring.at_least_m(spot));
        least.is_some_and(|metres| most + self.ask.weights.distance(metres) < key_score(bar))
    }
}

/// A score from its key.
fn key_score(key: u64) -> f32 {
    f32::from_bits(key as u32)
}
