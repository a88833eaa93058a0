//! A query in the numbers that the scan reads.

use super::{Sort, query::sort_key};
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

/// What the whole text as a phrase in the title adds to BM25: more than all words of a query can.
pub const PHRASE: f32 = 4096.0;
/// What a title with every word, or with another name of each trade, adds.
pub const WHOLE: f32 = 2048.0;
/// What a title that sounds in every part as the text does adds.
pub const ALIKE: f32 = 1024.0;
/// Where fewer are found, sounds and slips are searched, too.
pub const FEW: u64 = 3;

/// What a worker's time leaves free.
#[derive(Clone, Debug, Default)]
pub struct Free {
    /// Only within these spans; none: always.
    pub spans: Option<Vec<Shift>>,
    /// Not at these shifts.
    pub booked: Vec<Shift>,
}

impl Free {
    /// The time of a worker who holds the shifts `booked`.
    pub fn of(available: &Available, booked: &[Shift]) -> Free {
        let spans = match available {
            Available::Always | Available::Words(_) => None,
            Available::Spans(spans) => Some(spans.clone()),
        };
        Free { spans, booked: booked.to_vec() }
    }
}

/// A query in the numbers that the scan reads.
pub struct Ask {
    pub now: Moment,
    pub scored_at: Moment,
    pub weights: Weights,
    /// Skills of the query and of the wish; a posting's marks tell which it names.
    pub wished: Vec<String>,
    pub trades: Vec<Trade>,
    pub day_wage: Option<Fen>,
    pub reach: Option<Reach>,
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
    pub sort: Sort,
    pub limit: usize,
    pub after: Option<(u64, String)>,
    /// Whether there are words that weigh.
    pub scored: bool,
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

    /// How well the words meet, 0..=1: half where the title has the phrase, a fifth where it has
    /// every word, a tenth where it sounds alike, and BM25 brought to a fifth.
    pub fn relevance(&self, bm25: f32) -> f64 {
        if !self.scored {
            return 0.0;
        }
        let mut rest = bm25;
        let mut has = |step: f32| {
            let has = rest >= step;
            rest -= if has { step } else { 0.0 };
            has
        };
        let phrase = has(PHRASE);
        let whole = has(WHOLE) || phrase;
        let alike = has(ALIKE) || whole;
        let words = f64::from(rest.max(0.0));
        // Rounded, so that the order in which the engine adds up does not show.
        let share = (words / (words + self.weights.half.relevance) * 1024.0).round() / 1024.0;
        let steps = [(phrase, 0.5), (whole, 0.2), (alike, 0.1)];
        let taken = steps.iter().filter(|step| step.0).map(|step| step.1);
        share / 5.0 + taken.sum::<f64>()
    }
}
