//! The weights of the score, read from `data/weights.toml`.

use serde::Deserialize;

/// How much each term adds to a score at its best. Finite and not negative.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermWeights {
    /// The words that were searched.
    pub text: f64,
    /// Skills and occupation.
    pub skill: f64,
    /// Nearness.
    pub distance: f64,
    /// Pay.
    pub wage: f64,
    /// How soon it is settled.
    pub settlement: f64,
    /// How soon the work starts.
    pub start: f64,
    /// How lately it was published.
    pub fresh: f64,
    /// Whether a place is taken in one step.
    pub instant: f64,
    /// How far the employer can be relied on.
    pub reliability: f64,
}

/// The values at which terms stand at half of their best. Finite and positive.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halves {
    /// Distance in metres.
    pub distance_m: f64,
    /// A day's pay in fen.
    pub day_wage_fen: f64,
    /// Hours until the first shift.
    pub start_hours: f64,
    /// Days since the publication.
    pub age_days: f64,
    /// BM25 of the words.
    pub relevance: f64,
}

/// Every number of the score.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    /// The terms' weights.
    pub weight: TermWeights,
    /// The terms' half points.
    pub half: Halves,
}

/// The weights can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BadWeights {
    /// Not the expected TOML.
    #[error("the weights are not readable")]
    Unreadable(#[from] toml::de::Error),
    /// A number is negative, infinite or zero where it must not be.
    #[error("a weight is negative or not finite, or a half point is not positive")]
    Range,
    /// Half of `skill`, or a tenth of `text`, is less than the other terms' sum.
    #[error("half of `skill` and a tenth of `text` must not be less than the other terms together")]
    Order,
}

impl Weights {
    /// Reads weights from TOML.
    ///
    /// # Errors
    /// [`BadWeights`] where a number is missing, unknown, out of range or out of order.
    pub fn read(text: &str) -> Result<Weights, BadWeights> {
        let weights: Weights = toml::from_str(text)?;
        let TermWeights {
            text,
            skill,
            distance,
            wage,
            settlement,
            start,
            fresh,
            instant,
            reliability,
        } = weights.weight;
        let Halves { distance_m, day_wage_fen, start_hours, age_days, relevance } = weights.half;
        let rest = [distance, wage, settlement, start, fresh, instant, reliability];
        let fits = |value: f64| value.is_finite() && value >= 0.0;
        if ![text, skill].into_iter().chain(rest).all(fits)
            || ![distance_m, day_wage_fen, start_hours, age_days, relevance]
                .into_iter()
                .all(|half| half.is_finite() && half > 0.0)
        {
            return Err(BadWeights::Range);
        }
        let sum: f64 = rest.iter().sum();
        if skill / 2.0 < sum || text / 10.0 < sum {
            return Err(BadWeights::Order);
        }
        Ok(weights)
    }

    /// The weights that come with the program.
    ///
    /// # Errors
    /// As [`Weights::read`]; a test holds that it does not fail.
    pub fn embedded() -> Result<Weights, BadWeights> {
        Weights::read(include_str!("../../data/weights.toml"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_weights_that_keep_the_order_are_read() {
        let good = include_str!("../../data/weights.toml");
        assert!(Weights::embedded().is_ok());
        let with = |from: &str, to: &str| {
            assert!(good.contains(from));
            Weights::read(&good.replace(from, to))
        };
        assert!(matches!(with("wage = 0.15", "wage = -1.0"), Err(BadWeights::Range)));
        assert!(matches!(with("wage = 0.15", "wage = inf"), Err(BadWeights::Range)));
        assert!(matches!(with("age_days = 3.0", "age_days = 0.0"), Err(BadWeights::Range)));
        assert!(matches!(with("wage = 0.15", "wage = 0.3"), Err(BadWeights::Order)));
        assert!(matches!(with("wage = 0.15", ""), Err(BadWeights::Unreadable(_))));
        assert!(matches!(with("wage = 0.15", "wag = 0.15"), Err(BadWeights::Unreadable(_))));
    }
}
