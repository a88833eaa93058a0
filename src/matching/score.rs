//! The score: one sum of a few terms, the same whether work looks for people or people for work.

use super::Weights;
use crate::domain::{
    money::Fen,
    posting::Shift,
    time::{DAY, HOUR, MINUTE, Moment},
    wage::{Settlement, Wage},
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
    /// From the wish's point to the work or its ride, metres.
    pub distance_m: Option<f64>,
    /// Whether the way leads to where the ride starts, which is nearer than the work.
    pub by_ride: bool,
    /// The pay.
    pub wage: Wage,
    /// When the next shift starts.
    pub starts_at: Option<Moment>,
    /// When it was published.
    pub published_at: Moment,
    /// Whether a place is taken in one step.
    pub instant: bool,
    /// How far the employer can be relied on, 0..=1; see
    /// [`Record::reliability`](crate::domain::fairness::Record::reliability).
    pub reliability: f64,
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
    /// How soon the pay is settled.
    Settlement,
    /// How soon it starts.
    Start,
    /// How lately it was published.
    Fresh,
    /// A place in one step.
    Instant,
    /// How far the employer can be relied on.
    Reliability,
}

/// A score and what it is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The sum of the terms, in their order.
    pub total: f32,
    /// Each term with what it adds; never negative.
    pub terms: [(Term, f32); 9],
}

impl Term {
    /// Every term, in the order in which they are added up.
    pub const ALL: [Term; 9] = [
        Term::Text,
        Term::Skill,
        Term::Distance,
        Term::Wage,
        Term::Settlement,
        Term::Start,
        Term::Fresh,
        Term::Instant,
        Term::Reliability,
    ];

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Term::Text => "搜的词",
            Term::Skill => "技能和工种",
            Term::Distance => "远近",
            Term::Wage => "工钱",
            Term::Settlement => "多快结钱",
            Term::Start => "多快开工",
            Term::Fresh => "发布早晚",
            Term::Instant => "即时快招",
            Term::Reliability => "雇主信用",
        }
    }
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
    let fit = facts.skills.share().max(facts.nearness);
    let hours = facts.starts_at.map(|start| start.0.saturating_sub(now.0) as f64 / HOUR as f64);
    let terms = [
        (Term::Text, weights.text(facts.relevance)),
        (Term::Skill, weights.skill(fit)),
        (Term::Distance, facts.distance_m.map_or(0.0, |metres| weights.distance(metres))),
        (Term::Wage, weights.pay(facts.wage, day_wage)),
        (Term::Settlement, weights.settled(facts.wage.settlement)),
        (Term::Start, hours.map_or(0.0, |hours| weights.start(hours))),
        (Term::Fresh, weights.fresh(facts.published_at, now)),
        (Term::Instant, weights.instant(facts.instant)),
        (Term::Reliability, weights.reliability(facts.reliability)),
    ];
    Score { total: terms.iter().map(|term| term.1).sum(), terms }
}

/// What each term adds. None rises with its argument where that is a distance or a time, so a
/// value for the least of them is a bound for all; see [`Ceiling`].
impl Weights {
    /// For searched words that meet so well.
    pub fn text(&self, relevance: f64) -> f32 {
        (self.weight.text * relevance) as f32
    }

    /// For skills or occupations that fit so well.
    pub fn skill(&self, fit: f64) -> f32 {
        let skill = if fit > 0.0 { 0.5 + 0.5 * fit } else { 0.0 };
        (self.weight.skill * skill) as f32
    }

    /// For a way of so many metres.
    pub fn distance(&self, metres: f64) -> f32 {
        (self.weight.distance * fading(metres, self.half.distance_m)) as f32
    }

    /// For the pay, by the day, less where even its most stays below the wish.
    pub fn pay(&self, wage: Wage, wish: Option<Fen>) -> f32 {
        let (Some(min), Some(max)) = (wage.day_min(), wage.day_max()) else {
            return 0.0;
        };
        let worth = 1.0 - fading(min.0 as f64, self.half.day_wage_fen);
        let worth = match wish {
            Some(wish) if max < wish => worth * max.0 as f64 / wish.0 as f64,
            _ => worth,
        };
        (self.weight.wage * worth) as f32
    }

    /// For pay that is settled so: by the day is best, who lives from day to day waits least.
    pub fn settled(&self, settlement: Settlement) -> f32 {
        let share = match settlement {
            Settlement::Daily => 1.0,
            Settlement::OnCompletion => 0.6,
            Settlement::Weekly => 0.5,
            Settlement::Monthly => 0.0,
        };
        (self.weight.settlement * share) as f32
    }

    /// For a shift that starts in so many hours.
    pub fn start(&self, hours: f64) -> f32 {
        (self.weight.start * fading(hours, self.half.start_hours)) as f32
    }

    /// For a publication then, seen now.
    pub fn fresh(&self, published_at: Moment, now: Moment) -> f32 {
        let age_days = now.0.saturating_sub(published_at.0) as f64 / DAY as f64;
        (self.weight.fresh * fading(age_days, self.half.age_days)) as f32
    }

    /// For a place in one step.
    pub fn instant(&self, instant: bool) -> f32 {
        (self.weight.instant * f64::from(u8::from(instant))) as f32
    }

    /// For an employer on whom others can rely so far.
    pub fn reliability(&self, reliability: f64) -> f32 {
        (self.weight.reliability * reliability) as f32
    }

    /// What the pay, its settlement, the publication, a place in one step and any employer add at
    /// most at any time from `from` on, whatever the wish.
    pub fn calm_at_most(
        &self,
        wage: Option<Wage>,
        published_at: Moment,
        instant: bool,
        from: Moment,
    ) -> f32 {
        wage.map_or(0.0, |wage| self.pay(wage, None) + self.settled(wage.settlement))
            + self.fresh(published_at, from)
            + self.instant(instant)
            + self.reliability(1.0)
    }
}

/// What the terms that hang on time add at most to a score at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Ceiling {
    now_minute: u32,
    start: f32,
    half_minutes: f32,
    slack: f32,
}

/// What rounding may add to a sum of bounds.
pub const ROUNDING: f32 = 1e-5;

impl Ceiling {
    /// For scores at `now`, where [`Weights::calm_at_most`] and the starts were taken at `from`.
    pub fn new(weights: &Weights, now: Moment, from: Moment) -> Ceiling {
        // Before that, a posting may be fresher, and a shift may start that is left out.
        let early = if now < from { weights.weight.fresh + weights.weight.start } else { 0.0 };
        let now_minute = now.0.saturating_add(MINUTE - 1).div_euclid(MINUTE);
        Ceiling {
            now_minute: now_minute.clamp(0, i64::from(u32::MAX)) as u32,
            start: weights.weight.start as f32,
            half_minutes: (weights.half.start_hours * 60.0) as f32,
            slack: early as f32 + ROUNDING,
        }
    }

    /// What a start adds at most, given in whole minutes since 1970, not later than the start is;
    /// [`u32::MAX`] for none.
    pub fn start(&self, minute: u32) -> f32 {
        let left = minute.saturating_sub(self.now_minute) as f32;
        self.start * self.half_minutes / (self.half_minutes + left) + self.slack
    }

    /// What any start adds at most.
    pub fn any_start(&self) -> f32 {
        self.start + self.slack
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
    use crate::domain::{fairness::Record, wage::WageUnit};

    pub const NOW: Moment = Moment(1_795_485_600_000_000);

    pub fn facts() -> JobFacts {
        let yuan = Fen::from_yuan(220);
        JobFacts {
            skills: Overlap { held: 1, asked: 1, wished: 2 },
            nearness: 0.0,
            distance_m: Some(2_300.0),
            by_ride: false,
            wage: Wage::new(yuan, yuan, WageUnit::Day, Settlement::Daily).unwrap(),
            starts_at: Some(NOW.plus(22 * HOUR)),
            published_at: NOW.plus(-2 * DAY),
            instant: false,
            reliability: Record::default().reliability(),
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
        assert!(with(|f| f.reliability = 0.9) > base);
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
            start in -400i64..400, age in -3i64..400, instant: bool, from in -50i64..50, relevance in 0.0..=1.0f64,
            reliability in 0.0..=1.0f64,
            wish in proptest::option::of(1i64..100_000_000),
        ) {
            let skills = Overlap { held, asked, wished: wished.max(held) };
            let some = JobFacts {
                skills, nearness: 0.0, distance_m: distance, by_ride: false, wage: facts().wage,
                starts_at: Some(NOW.plus(start * HOUR)), published_at: NOW.plus(-age * DAY),
                instant, relevance, reliability,
            };
            let weights = Weights::embedded().unwrap();
            let score = score(&weights, &some, wish.map(Fen), NOW);
            let from = NOW.plus(-from * HOUR);
            let ceiling = Ceiling::new(&weights, NOW, from);
            let minute = some.starts_at.map_or(u32::MAX, |start| (start.0 / MINUTE) as u32);
            let calm = weights.calm_at_most(Some(some.wage), some.published_at, instant, from)
                + ceiling.start(minute);
            let timely =
                [Term::Wage, Term::Settlement, Term::Start, Term::Fresh, Term::Instant, Term::Reliability];
            let timely: f32 = timely.iter().map(|&term| score.term(term)).sum();
            prop_assert!(timely <= calm, "{} {}", timely, calm);
            prop_assert!(ceiling.start(minute) <= ceiling.any_start());
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
