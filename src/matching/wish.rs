//! What a worker wishes, as far as it ranks postings.

use super::{Spot, Trade};
use crate::domain::{geo::Point, money::Fen, worker::Profile};

/// The wish that postings are scored against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    /// Skills in words.
    pub skills: Vec<String>,
    /// Occupations.
    pub trades: Vec<Trade>,
    /// Where the person starts from.
    pub point: Option<Point>,
    /// How far the person goes, metres.
    pub radius_m: Option<f64>,
    /// Whether the person does without rides.
    pub no_rides: bool,
    /// The least wish for a day's pay.
    pub day_wage: Option<Fen>,
}

impl From<&Profile> for Wish {
    fn from(profile: &Profile) -> Wish {
        Wish {
            skills: profile.skills.clone(),
            trades: profile
                .occupations
                .iter()
                .chain(&profile.skill_occupations)
                .map(Trade::of)
                .collect(),
            // On the index's grid, so that both directions measure the same distance.
            point: Spot::of(profile.point).point(),
            radius_m: Some(profile.reach_m()),
            no_rides: !profile.rides(),
            day_wage: profile.day_wage_wish,
        }
    }
}
