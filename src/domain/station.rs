//! Stations (就业服务站) and gig markets (零工市场): where screens hang and people come.

use super::{geo::Point, ids::StationId};

/// A site with a feed of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// The id, as it stands in addresses.
    pub id: StationId,
    /// The name for people.
    pub name: String,
    /// Where it stands.
    pub point: Point,
    /// Postings without chosen stations are shown here when they lie within this many metres.
    pub radius_m: f64,
    /// Whether its feed may be read without a token.
    pub public: bool,
}

/// The radius of a station that names none, in metres.
pub const RADIUS_M_DEFAULT: f64 = 30_000.0;

impl Station {
    /// The distance in metres at which a posting without chosen stations is shown here.
    pub fn covers(&self, work: Point) -> Option<f64> {
        let distance = self.point.distance_m(work);
        (distance <= self.radius_m).then_some(distance)
    }
}
