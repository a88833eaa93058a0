//! A query in the numbers that the scan reads.

use std::sync::Arc;

use super::{Sort, query::sort_key, standings::Standings};
use crate::{
    domain::{
        money::Fen,
        posting::Shift,
        time::Moment,
        wage::{OccupationCode, Settlement, WageUnit},
        worker::Available,
    },
    matching::{JobFacts, Reach, Score, Trade, Weights, score},
};

/// How a posting meets the searched words, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// The title has the text, word after word.
    Phrase,
    /// The title has every word.
    Literal,
    /// The title has every word, or another name of the trade.
    Whole,
    /// The title sounds so, or has some of the words, or the rest of the posting has.
    Some,
}

/// What a title that sounds in every part as the text does adds to BM25: more than all words of a
/// query can.
pub const ALIKE: f32 = 1024.0;
/// Where fewer are found, sounds and slips are searched, too.
pub const FEW: u64 = 3;

/// What a worker's time leaves free.
#[derive(Clone, Debug)]
pub struct Free {
    /// Only then.
    pub available: Available,
    /// Not at these shifts.
    pub booked: Vec<Shift>,
}

/// A query in the numbers that the scan reads.
pub struct Ask {
    pub now: Moment,
    pub scored_at: Moment,
    pub weights: Weights,
    /// How far employers can be relied on.
    pub standings: Arc<Standings>,
    /// Skills of the query and of the wish; a posting's marks tell which it names.
    pub wished: Vec<String>,
    pub trades: Vec<Trade>,
    pub day_wage: Option<Fen>,
    pub reach: Option<Reach>,
    /// Whether where a ride starts does not count.
    pub no_rides: bool,
    /// Whether a posting must have a distance.
    pub placed: bool,
    /// One of these marks must stand; 0 asks nothing.
    pub must: u64,
    /// Whether some mark must stand.
    pub kindred_only: bool,
    pub occupation: Option<OccupationCode>,
    pub wage_min: Option<(Fen, WageUnit)>,
    pub settlement: Option<Settlement>,
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    pub direct_only: bool,
    pub station: Option<Reach>,
    pub free: Option<Free>,
    /// Certificates of the worker, a bit each; none where nobody's fit is asked.
    pub certificates: Option<u32>,
    /// Employers of whom nothing is shown, in numbers.
    pub blocked: Vec<u32>,
    pub sort: Sort,
    pub limit: usize,
    pub after: Option<(u64, String)>,
    /// What of that was shown; see [`Cursor`](super::Cursor).
    pub shown: Vec<(u32, u32)>,
    /// Whether there are words that weigh.
    pub scored: bool,
    /// Letters of the text.
    pub letters: u16,
    /// Whether all hits are counted, not only the best found.
    pub counted: bool,
}

impl Ask {
    /// The score of a posting.
    pub fn score(&self, facts: &JobFacts) -> Score {
        score(&self.weights, facts, self.day_wage, self.scored_at)
    }

    /// The number that a posting is sorted by, falling.
    pub fn key(&self, facts: &JobFacts) -> Option<u64> {
        sort_key(self.sort, &self.score(facts), facts)
    }

    /// How well a title of so many letters that has all of the text meets it, 0..=1: the step that
    /// it reaches, and a little for how much of it the text is. Steps lie apart by more than all
    /// that is no text; see `data/weights.toml`.
    pub fn relevance(&self, met: Met, letters: u16) -> f64 {
        let step = match met {
            Met::Phrase => 0.8,
            Met::Literal => 0.45,
            Met::Whole => 0.4,
            Met::Some => 0.0,
        };
        step + (f64::from(self.letters) / f64::from(letters.max(1))).min(1.0) / 20.0
    }

    /// How well the words meet where some are there, 0..=1: BM25 brought to a fifth, and a tenth
    /// more where the title sounds alike.
    pub fn some_relevance(&self, bm25: f32) -> f64 {
        let alike = bm25 >= ALIKE;
        let words = f64::from((bm25 - if alike { ALIKE } else { 0.0 }).max(0.0));
        // Rounded, so that the order in which the engine adds up does not show.
        let share = (words / (words + self.weights.half.relevance) * ROUND).round() / ROUND;
        share / 5.0 + if alike { 0.1 } else { 0.0 }
    }

    /// The BM25 below which no words add as much as `text` to a score; none where none do.
    pub fn bm25_for(&self, text: f32) -> Option<f32> {
        // A step less, for rounding.
        let share = f64::from(text) / self.weights.weight.text * 5.0 - 1.0 / ROUND;
        (share < 1.0).then(|| {
            let share = share.max(0.0);
            (self.weights.half.relevance * share / (1.0 - share)) as f32 * 0.999 - 0.001
        })
    }
}

/// Steps of a share of relevance.
const ROUND: f64 = 1024.0;
