//! One worker and one posting, scored as the index scores them.

use super::{Standings, words};
use crate::{
    domain::{posting::Posting, time::Moment, worker::Profile},
    matching::{
        JobFacts, Overlap, Places, Reader, Score, Trade, Weights, Wish, first_start, reasons, score,
    },
};

/// A posting, ready to be scored for many.
pub struct Wanted<'p> {
    posting: &'p Posting,
    named: Vec<String>,
    asked: u32,
    trade: Trade,
    reliability: f64,
}

impl<'p> Wanted<'p> {
    /// Reads a posting.
    pub fn new(posting: &'p Posting, standings: &Standings) -> Wanted<'p> {
        let terms = &posting.terms;
        Wanted {
            posting,
            named: words::wanted(&terms.skills, &terms.title),
            asked: words::skills(&terms.skills).len() as u32,
            trade: terms.occupation.as_ref().map_or(Trade::NONE, Trade::of),
            reliability: standings.of(posting),
        }
    }
}

/// A worker's wish, ready to be scored for many.
pub struct Seeker {
    wish: Wish,
    skills: Vec<String>,
}

impl From<&Profile> for Seeker {
    fn from(profile: &Profile) -> Seeker {
        let wish = Wish::from(profile);
        let skills = words::skills(&wish.skills);
        Seeker { wish, skills }
    }
}

/// How well two fit.
pub struct Pair<'a> {
    /// What it is made of.
    pub score: Score,
    facts: JobFacts,
    shared: Vec<&'a str>,
}

impl Pair<'_> {
    /// Why, in Chinese, for who looks at workers.
    pub fn reasons(&self, now: Moment) -> Vec<String> {
        reasons(&self.score, &self.facts, &self.shared, Reader::Employer, now)
    }
}

/// Scores a worker for a posting; whether a bar stands between them is not asked.
pub fn pair<'a>(
    weights: &Weights,
    wanted: &'a Wanted<'_>,
    seeker: &Seeker,
    now: Moment,
) -> Pair<'a> {
    let posting = wanted.posting;
    let shared: Vec<&str> = wanted
        .named
        .iter()
        .filter(|skill| seeker.skills.contains(skill))
        .map(String::as_str)
        .collect();
    let nearness = seeker.wish.trades.iter().map(|own| own.nearness(wanted.trade));
    let places = Places::of(&posting.terms);
    let way = seeker.wish.point.and_then(|from| places.way_m(from, seeker.wish.no_rides));
    let facts = JobFacts {
        skills: Overlap {
            held: shared.len() as u32,
            asked: wanted.asked,
            wished: seeker.skills.len() as u32,
        },
        nearness: nearness.fold(0.0, f64::max),
        distance_m: way.map(|way| way.0),
        by_ride: way.is_some_and(|way| way.1),
        wage: posting.terms.wage,
        starts_at: first_start(posting.terms.shifts.iter().copied(), now),
        published_at: posting.published_at.unwrap_or(posting.created_at),
        instant: posting.terms.instant,
        reliability: wanted.reliability,
        relevance: 0.0,
    };
    let score = score(weights, &facts, seeker.wish.day_wage, now);
    Pair { score, facts, shared }
}
