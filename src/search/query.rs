//! What is asked of the index and what it answers.

use super::{Cursor, Facets};
use crate::{
    ask::Benefit,
    domain::{
        geo::Point,
        money::Fen,
        posting::Shift,
        station::Station,
        time::Moment,
        wage::{OccupationCode, Settlement, Wage, WageUnit, choices},
    },
    matching::{JobFacts, Score, Wish},
};

choices! {
    /// The order of the hits; ties go by id.
    Sort {
        /// The best score first.
        Match = "match", "最合适";
        /// The shortest way first; postings without a place are left out.
        Nearest = "nearest", "最近";
        /// The latest publication first.
        Newest = "newest", "最新";
        /// The highest least pay by the day first, piece work last.
        Wage = "wage", "工资最高";
    }
}

/// What a posting may have or say: wider than a filter of its numbers, since titles often tell
/// more than fields do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It lies within a place or names it.
    Within {
        /// The code that everything within the place begins with.
        stem: String,
        /// The place as it was asked for: a posting with these words is let through, too.
        said: String,
    },
    /// It is settled so or says so in its title.
    Settled(Settlement),
    /// It has this on top of the pay.
    With(Benefit),
}

/// A question for open postings; expired ones are never found.
#[derive(Clone, Debug)]
pub struct JobQuery {
    /// Any of these words; a text without words asks nothing.
    pub text: Option<String>,
    /// Distances are measured from here, or else from the wish's point.
    pub near: Option<Point>,
    /// Within this distance of that point, metres; leaves out postings without a place.
    pub radius_m: Option<f64>,
    /// This occupation; with `-00` at its end the whole branch.
    pub occupation: Option<OccupationCode>,
    /// Any of these skills, more ranks higher.
    pub skills: Vec<String>,
    /// At least this pay for certain; units are compared by the day, piece work only with piece
    /// work.
    pub wage_min: Option<(Fen, WageUnit)>,
    /// Settled so.
    pub settlement: Option<Settlement>,
    /// A shift starts at or after this.
    pub from: Option<Moment>,
    /// A shift starts before this.
    pub to: Option<Moment>,
    /// Only employers' own postings.
    pub direct_only: bool,
    /// What the posting has, or says that it has; all of it.
    pub told: Vec<Told>,
    /// What this station shows: postings that chose it, and those that chose none and lie within
    /// its radius.
    pub station: Option<Station>,
    /// The order.
    pub sort: Sort,
    /// Hits of a page, 1 to [`crate::domain::limits::PAGE_MAX`].
    pub limit: usize,
    /// After this place.
    pub cursor: Option<Cursor>,
    /// The present.
    pub now: Moment,
    /// Whose wish the score follows.
    pub wish: Option<Wish>,
    /// Whether all hits are counted, by facets and altogether; without, only the best are looked
    /// for, which is much faster.
    pub counted: bool,
}

/// Hits of a page where nothing else is asked.
const LIMIT_DEFAULT: usize = 20;

impl JobQuery {
    /// Every open posting, the best first.
    pub fn new(now: Moment) -> JobQuery {
        JobQuery {
            text: None,
            near: None,
            radius_m: None,
            occupation: None,
            skills: Vec::new(),
            wage_min: None,
            settlement: None,
            from: None,
            to: None,
            direct_only: false,
            told: Vec::new(),
            station: None,
            sort: Sort::Match,
            limit: LIMIT_DEFAULT,
            cursor: None,
            now,
            wish: None,
            counted: true,
        }
    }
}

/// What ties a worker already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ties<'a> {
    /// Shifts that the worker holds.
    pub booked: &'a [Shift],
    /// Who owes wages and does not want the worker any more, or the other way round; see
    /// [`payer`](crate::domain::ledger::payer).
    pub blocked: &'a [String],
}

/// A posting that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct JobHit {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Its score.
    pub score: f32,
    /// From the query's point, metres.
    pub distance_m: Option<f64>,
    /// Why it ranks where it does, in Chinese.
    pub reasons: Vec<String>,
}

/// A page of postings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobPage {
    /// The hits, in order.
    pub hits: Vec<JobHit>,
    /// Whether all hits were counted.
    pub counted: bool,
    /// How all hits divide; empty where they were not counted.
    pub facets: Facets,
    /// How many hits there are on all pages; 0 where they were not counted.
    pub total: u64,
    /// Where the next page begins; none on the last.
    pub next: Option<Cursor>,
}

/// A worker who was found.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerHit {
    /// The worker's id.
    pub id: String,
    /// The score.
    pub score: f32,
    /// From the worker's point to the work, metres.
    pub distance_m: Option<f64>,
    /// Why the worker ranks so, in Chinese.
    pub reasons: Vec<String>,
}

/// Whether a wage is at least `asked`.
pub fn pays(wage: Wage, (amount, unit): (Fen, WageUnit)) -> bool {
    if wage.unit == unit {
        return wage.min() >= amount;
    }
    match (wage.day_min(), crate::domain::wage::a_day(amount, unit)) {
        (Some(paid), Some(asked)) => paid >= asked,
        _ => false,
    }
}

/// The number that hits are sorted by, falling; none where this order has no place for it.
pub fn sort_key(sort: Sort, score: &Score, facts: &JobFacts) -> Option<u64> {
    match sort {
        // Neither scores nor distances are negative, so their bits sort as they do.
        Sort::Match => Some(u64::from(score.total.to_bits())),
        Sort::Nearest => facts.distance_m.map(|metres| !metres.to_bits()),
        Sort::Newest => Some(facts.published_at.0 as u64 ^ 1 << 63),
        Sort::Wage => Some(facts.wage.day_min().map_or(0, |day| day.0 as u64)),
    }
}
