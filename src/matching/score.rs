//! The score: one sum of a few terms, the same whether work looks for people or people for work.

use super::Weights;
use crate::domain::{
    money::Fen,
    posting::Shift,
    time::{DAY, HOUR, Moment},
    wage::Wage,
};

/// How the skills of both sides meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Skills of the wish that the posting names, in its list or in its title.
    pub held: u32,
    /// Skills in the posting's list.
    pub asked: u32,
    /// Skills of the wish.
    pub wished: u32,
}

impl Overlap {
    /// The mean of the shares that both sides have in common, 0..=1.
    pub fn share(self) -> f64 {
        let part = |of: u32| (f64::from(self.held) / f64::from(of.max(1))).min(1.0);
        (part(self.asked) + part(self.wished)) / 2.0
    }
}

/// What a posting is to one wish: everything that the score reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobFacts {
    /// How the skills meet.
    pub skills: Overlap,
    /// Nearness of the occupations, 0..=1; see [`super::Trade::nearness`].
    pub nearness: f64,
    /// From the wish's point to the work, metres.
    pub distance_m: Option<f64>,
    /// The pay.
    pub wage: Wage,
    /// When the next shift starts.
    pub starts_at: Option<Moment>,
    /// When it was published.
    pub published_at: Moment,
    /// Whether a place is taken in one step.
    pub instant: bool,
    /// How well the searched words meet, 0..=1; above 0.5 only where the title has the phrase.
    pub relevance: f64,
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The searched words.
    Text,
    /// Skills and occupation.
    Skill,
    /// Nearness.
    Distance,
    /// Pay.
    Wage,
    /// How soon it starts.
    Start,
    /// How lately it was published.
    Fresh,
    /// A place in one step.
    Instant,
}

/// A score and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The sum of the terms, in their order.
    pub total: f32,
    /// Each term with what it adds; never negative.
    pub terms: [(Term, f32); 7],
}

impl Score {
    /// What a term adds.
    pub fn term(&self, term: Term) -> f32 {
        self.terms.iter().find(|entry| entry.0 == term).map_or(0.0, |entry| entry.1)
    }
}

/// 1 at zero, 0.5 at `half`, towards 0.
fn fading(value: f64, half: f64) -> f64 {
    half / (half + value.max(0.0))
}

/// The score of a posting for a wish of `day_wage` at `now`.
pub fn score(weights: &Weights, facts: &JobFacts, day_wage: Option<Fen>, now: Moment) -> Score {
    let (weight, half) = (&weights.weight, &weights.half);
    let fit = facts.skills.share().max(facts.nearness);
    let skill = if fit > 0.0 { 0.5 + 0.5 * fit } else { 0.0 };
    let distance = facts.distance_m.map_or(0.0, |metres| fading(metres, half.distance_m));
    let start = facts.starts_at.map_or(0.0, |start| {
        let hours = start.0.saturating_sub(now.0) as f64 / HOUR as f64;
        fading(hours, half.start_hours)
    });
    let age_days = now.0.saturating_sub(facts.published_at.0) as f64 / DAY as f64;
    let terms = [
        (Term::Text, weight.text * facts.relevance),
        (Term::Skill, weight.skill * skill),
        (Term::Distance, weight.distance * distance),
        (Term::Wage, weight.wage * pay(facts.wage, day_wage, half.day_wage_fen)),
        (Term::Start, weight.start * start),
        (Term::Fresh, weight.fresh * fading(age_days, half.age_days)),
        (Term::Instant, weight.instant * f64::from(u8::from(facts.instant))),
    ]
    .map(|(term, value)| (term, value as f32));
    Score { total: terms.iter().map(|term| term.1).sum(), terms }
}

/// The pay's worth, 0..=1: by the day, less where even its most stays below the wish.
fn pay(wage: Wage, wish: Option<Fen>, half: f64) -> f64 {
    let (Some(min), Some(max)) = (wage.day_min(), wage.day_max()) else {
        return 0.0;
    };
    let worth = 1.0 - fading(min.0 as f64, half);
    match wish {
        Some(wish) if max < wish => worth * max.0 as f64 / wish.0 as f64,
        _ => worth,
    }
}

/// When the first shift from `now` on starts.
pub fn first_start(shifts: impl IntoIterator<Item = Shift>, now: Moment) -> Option<Moment> {
    shifts.into_iter().map(|shift| shift.start).filter(|&start| start >= now).min()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::wage::{Settlement, WageUnit};

    pub const NOW: Moment = Moment(1_795_485_600_000_000);

    pub fn facts() -> JobFacts {
        let yuan = Fen::from_yuan(220);
        JobFacts {
            skills: Overlap { held: 1, asked: 1, wished: 2 },
            nearness: 0.0,
            distance_m: Some(2_300.0),
            wage: Wage::new(yuan, yuan, WageUnit::Day, Settlement::Daily).unwrap(),
            starts_at: Some(NOW.plus(22 * HOUR)),
            published_at: NOW.plus(-2 * DAY),
            instant: false,
            relevance: 0.0,
        }
    }

    fn total(facts: &JobFacts, wish: Option<Fen>) -> f32 {
        score(&Weights::embedded().unwrap(), facts, wish, NOW).total
    }

    #[test]
    fn each_term_counts_in_its_direction() {
        let base = total(&facts(), None);
        let with = |change: fn(&mut JobFacts)| {
            let mut facts = facts();
            change(&mut facts);
            total(&facts, None)
        };
        assert!(with(|f| f.skills.held = 2) > base);
        assert!(with(|f| f.skills.asked = 3) < base);
        assert!(with(|f| f.skills.held = 0) < base);
        assert!(with(|f| f.nearness = 1.0) > base);
        assert!(with(|f| f.distance_m = Some(2_000.0)) > base);
        assert!(with(|f| f.distance_m = None) < base);
        assert!(with(|f| f.starts_at = Some(NOW)) > base);
        assert!(with(|f| f.starts_at = None) < base);
        assert!(with(|f| f.published_at = NOW) > base);
        assert!(with(|f| f.instant = true) > base);
        assert!(with(|f| f.relevance = 0.2) > base);
        assert_eq!(total(&facts(), Some(Fen::from_yuan(220))), base);
        assert!(total(&facts(), Some(Fen::from_yuan(221))) < base);
    }

    #[test]
    fn the_next_shift_is_the_first_that_has_not_begun() {
        let shift = |start: i64| Shift { start: Moment(start), end: Moment(start + 5) };
        let shifts = [shift(30), shift(10), shift(20)];
        assert_eq!(first_start(shifts, Moment(11)), Some(Moment(20)));
        assert_eq!(first_start(shifts, Moment(31)), None);
    }

    proptest! {
        #[test]
        fn the_terms_add_up_and_skill_goes_first(
            held in 0u32..4, asked in 0u32..6, wished in 0u32..6,
            distance in proptest::option::of(0.0..1e7f64),
            start in -400i64..400, age in -3i64..400, instant: bool, relevance in 0.0..=1.0f64,
            wish in proptest::option::of(1i64..100_000_000),
        ) {
            let skills = Overlap { held, asked, wished: wished.max(held) };
            let some = JobFacts {
                skills, nearness: 0.0, distance_m: distance, wage: facts().wage,
                starts_at: Some(NOW.plus(start * HOUR)), published_at: NOW.plus(-age * DAY),
                instant, relevance,
            };
            let weights = Weights::embedded().unwrap();
            let score = score(&weights, &some, wish.map(Fen), NOW);
            prop_assert_eq!(score.terms.iter().map(|term| term.1).sum::<f32>(), score.total);
            prop_assert!(score.terms.iter().all(|term| term.1 >= 0.0 && term.1.is_finite()));
            let rest = score.total - score.term(Term::Text) - score.term(Term::Skill);
            if held > 0 {
                prop_assert!(score.term(Term::Skill) >= rest);
            } else {
                prop_assert_eq!(score.term(Term::Skill), 0.0);
            }
        }
    }
}
