//! Positions packed into one number, and the circle around a point with cheap tests before it.

use crate::domain::{
    geo::{Crs, Point},
    posting::Terms,
};

/// A position on a grid of 10⁻⁷ degrees (at most 8 mm off), or nowhere, in 64 bits: latitude
/// above, longitude below, each counted from its least value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot(pub u64);

/// Steps of the grid in a degree.
pub const STEPS_A_DEGREE: f64 = 1e7;
/// Steps once around the earth.
pub const LON_ROUND: i64 = 3_600_000_000;
const LAT_ZERO: i64 = 900_000_000;
const LON_ZERO: i64 = 1_800_000_000;
/// The earth's mean radius in metres, as [`Point::distance_m`] has it.
const EARTH_M: f64 = 6_371_008.8;

impl Spot {
    /// No position.
    pub const NOWHERE: Spot = Spot(u64::MAX);

    /// The nearest position of the grid.
    pub fn of(point: Option<Point>) -> Spot {
        point.map_or(Spot::NOWHERE, |point| {
            let (lat, lon) = steps(point);
            Spot((lat as u64) << 32 | lon as u64)
        })
    }

    /// The position; none for nowhere.
    pub fn point(self) -> Option<Point> {
        if self == Spot::NOWHERE {
            return None;
        }
        let (lat, lon) = self.steps();
        let degrees = |steps: i64, zero: i64| (steps - zero) as f64 / STEPS_A_DEGREE;
        Point::new(degrees(lat, LAT_ZERO), degrees(lon, LON_ZERO), Crs::Wgs84).ok()
    }

    /// The position of these [`Spot::steps`].
    pub fn at_steps(lat: u32, lon: u32) -> Spot {
        Spot(u64::from(lat) << 32 | u64::from(lon))
    }

    /// Steps from the south pole and from the antimeridian eastwards.
    pub fn steps(self) -> (i64, i64) {
        ((self.0 >> 32) as i64, (self.0 & u64::from(u32::MAX)) as i64)
    }
}

/// Where a posting is: its place, or nowhere, and where its ride starts.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// The place of work.
    pub work: Spot,
    /// Where the ride starts.
    pub pickup: Option<Spot>,
}

impl Places {
    /// The places of a posting.
    pub fn of(terms: &Terms) -> Places {
        let pickup = terms.provides.pickup.as_ref().and_then(|pickup| pickup.point);
        Places { work: Spot::of(terms.point), pickup: pickup.map(|point| Spot::of(Some(point))) }
    }

    /// The nearer way to one of them in metres, and whether it leads to the ride.
    pub fn way_m(&self, home: Point, no_rides: bool) -> Option<(f64, bool)> {
        let pickup = self.pickup.filter(|_| !no_rides);
        let ways = [(Some(self.work), false), (pickup, true)].into_iter();
        let ways = ways.filter_map(|(spot, ride)| Some((home.distance_m(spot?.point()?), ride)));
        ways.min_by(|a, b| a.0.total_cmp(&b.0))
    }
}

fn steps(point: Point) -> (i64, i64) {
    let steps = |degrees: f64, zero: i64| (degrees * STEPS_A_DEGREE).round() as i64 + zero;
    (steps(point.lat(), LAT_ZERO), steps(point.lon(), LON_ZERO))
}

/// A point and the circle around it.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    centre: Point,
    radius_m: f64,
    lat: i64,
    lon: i64,
    lat_half: i64,
    lon_half: i64,
    /// The centre's cosine of the latitude.
    cos: f64,
    /// Metres east and north of a step at least, within the box and a degree of the centre.
    step_m: (f64, f64),
}

/// Shrinks a plane's distance below the sphere's where both differences are at most a degree: the
/// sine of half a degree is 1.3 · 10⁻⁵ less than its arc.
const PLANE: f64 = 0.999_9;
/// What a squared half chord may be off by rounding.
const CHORD: f64 = 1e-14;

impl Reach {
    /// The circle of `radius_m` around `centre`; without a radius the whole earth.
    pub fn new(centre: Point, radius_m: Option<f64>) -> Reach {
        let radius_m = radius_m.unwrap_or(f64::INFINITY);
        let (lat, lon) = steps(centre);
        let angle = radius_m / EARTH_M;
        // One step for the grid and a millionth for rounding: the box may only be too large.
        let half = |radians: f64| {
            let steps = radians.to_degrees() * STEPS_A_DEGREE * 1.000_001;
            steps.min(LON_ROUND as f64) as i64 + 2
        };
        let phi = centre.lat().to_radians();
        // Where the circle holds a pole, it meets every meridian.
        let lon_half = if phi.abs() + angle < std::f64::consts::FRAC_PI_2 {
            half((angle.sin() / phi.cos()).min(1.0).asin())
        } else {
            LON_ROUND
        };
        let lat_half = half(angle);
        // The least cosine of the box, or of a degree around the centre where that is smaller.
        let least = (phi.abs() + (lat_half as f64 / STEPS_A_DEGREE).min(1.0).to_radians())
            .min(std::f64::consts::FRAC_PI_2)
            .cos()
            .max(0.0);
        let step = EARTH_M * PLANE * (1.0 / STEPS_A_DEGREE).to_radians();
        let cos = phi.cos().max(0.0);
        let step_m = (step * (cos * least).sqrt(), step);
        Reach { centre, radius_m, lat, lon, lat_half, lon_half, cos, step_m }
    }

    /// The same centre with another radius.
    pub fn with_radius(&self, radius_m: f64) -> Reach {
        Reach::new(self.centre, Some(radius_m))
    }

    /// The radius in metres.
    pub fn radius_m(&self) -> f64 {
        self.radius_m
    }

    /// The centre's longitude in steps.
    pub fn lon(&self) -> i64 {
        self.lon
    }

    /// The latitudes between which the circle lies, in steps.
    pub fn lats(&self) -> (i64, i64) {
        (self.lat - self.lat_half, self.lat + self.lat_half)
    }

    /// How far the circle reaches at most east and west of its centre between two latitudes, in
    /// steps; none where it does not come there, [`LON_ROUND`] where it meets every meridian.
    pub fn lon_half_between(&self, south: i64, north: i64) -> Option<i64> {
        let radians = |steps: i64| (steps as f64 / STEPS_A_DEGREE).to_radians();
        let chord = |angle: f64| (angle / 2.0).sin().powi(2);
        let angle = self.radius_m / EARTH_M;
        // From half the earth on, also without end, the circle is the earth.
        if angle.is_nan() || angle >= std::f64::consts::PI {
            return Some(LON_ROUND);
        }
        let gap = (south - self.lat).max(self.lat - north).max(0);
        let left = chord(angle) - chord(radians(gap)) + CHORD;
        if left < 0.0 || self.radius_m < 0.0 {
            return None;
        }
        let polar = (north - LAT_ZERO).abs().max((south - LAT_ZERO).abs()).min(LAT_ZERO);
        let ratio = left / (self.cos * radians(polar).cos()).max(f64::MIN_POSITIVE);
        if ratio >= 1.0 {
            return Some(LON_ROUND);
        }
        let half = 2.0 * ratio.sqrt().asin();
        Some((half.to_degrees() * STEPS_A_DEGREE * 1.000_001) as i64 + 2)
    }

    /// Metres that `spot` is away at least, for little reckoning; none where it lies outside of the
    /// circle's box.
    pub fn at_least_m(&self, spot: Spot) -> Option<f64> {
        let (north, east) = self.apart(spot)?;
        let degree = STEPS_A_DEGREE as i64;
        let y = north as f64 * self.step_m.1;
        if north > degree || east > degree {
            return Some(y);
        }
        Some(((east as f64 * self.step_m.0).powi(2) + y * y).sqrt())
    }

    /// Steps north or south and east or west of the centre, the shorter way round, across the
    /// antimeridian where need be; none outside of the box.
    fn apart(&self, spot: Spot) -> Option<(i64, i64)> {
        if spot == Spot::NOWHERE {
            return None;
        }
        let (lat, lon) = spot.steps();
        let (north, apart) = ((lat - self.lat).abs(), (lon - self.lon).abs());
        let east = apart.min(LON_ROUND - apart);
        (north <= self.lat_half && east <= self.lon_half).then_some((north, east))
    }

    /// The distance of `spot` in metres where it lies within the circle.
    pub fn distance_m(&self, spot: Spot) -> Option<f64> {
        self.apart(spot)?;
        let distance = self.centre.distance_m(spot.point()?);
        (distance <= self.radius_m).then_some(distance)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn point(lat: f64, lon: f64) -> Point {
        Point::new(lat, lon, Crs::Wgs84).unwrap()
    }

    #[test]
    fn positions_of_seven_decimals_are_kept_exactly() {
        for (lat, lon) in [(38.284_733_1, 106.271_999_9), (-90.0, -180.0), (90.0, 180.0)] {
            assert_eq!(Spot::of(Some(point(lat, lon))).point(), Some(point(lat, lon)));
        }
        assert_eq!(Spot::of(None).point(), None);
    }

    #[test]
    fn the_edge_belongs_to_the_circle() {
        let (centre, edge) = (point(38.28, 106.27), point(38.35, 106.31));
        let radius = centre.distance_m(edge);
        let spot = Spot::of(Some(edge));
        assert_eq!(Reach::new(centre, Some(radius)).distance_m(spot), Some(radius));
        assert_eq!(Reach::new(centre, Some(radius.next_down())).distance_m(spot), None);
    }

    #[test]
    fn odd_radii_are_no_trouble() {
        let (centre, spot) = (point(38.28, 106.27), Spot::of(Some(point(-38.0, -70.0))));
        assert!(Reach::new(centre, None).distance_m(spot).is_some());
        for radius in [f64::NAN, -1.0, 0.0] {
            assert_eq!(Reach::new(centre, Some(radius)).distance_m(spot), None);
        }
        assert_eq!(Reach::new(centre, None).distance_m(Spot::NOWHERE), None);
    }

    #[test]
    fn no_edge_of_the_map_cuts_the_circle() {
        for (centre, other) in [
            (point(10.0, 179.99), point(10.0, -179.99)),
            (point(10.0, 180.0), point(10.0, -180.0)),
            (point(89.99, 0.0), point(89.99, 180.0)),
            (point(-89.99, 20.0), point(-89.98, -150.0)),
        ] {
            let within = Reach::new(centre, Some(10_000.0)).distance_m(Spot::of(Some(other)));
            assert_eq!(within, Some(centre.distance_m(other)), "{centre:?} {other:?}");
        }
    }

    proptest! {
        #[test]
        fn the_box_drops_nothing_that_the_circle_holds(
            lat in -90i64..=90, lon in -180i64..=180, d_lat in -2e6..2e6f64, d_lon in -2e6..2e6f64,
            radius in 0.0..300_000.0f64,
        ) {
            let centre = point(lat as f64, lon as f64);
            let other = point(
                (lat as f64 + d_lat / 1e6).clamp(-90.0, 90.0),
                (lon as f64 + d_lon / 1e6).clamp(-180.0, 180.0),
            );
            let spot = Spot::of(Some(other));
            let distance = centre.distance_m(spot.point().unwrap());
            let reach = Reach::new(centre, Some(radius));
            let found = reach.distance_m(spot);
            prop_assert_eq!(found, (distance <= radius).then_some(distance));
            if let Some(least) = reach.at_least_m(spot) {
                prop_assert!(least <= distance, "{} {}", least, distance);
            }
            let whole = Reach::new(centre, None).at_least_m(spot);
            prop_assert!(whole.is_some_and(|least| least <= distance));
            // Any band of latitude that holds the position holds it within the circle's reach.
            let (lat, lon) = spot.steps();
            if found.is_some() {
                let half = reach.lon_half_between(lat - lat % 100_000, lat - lat % 100_000 + 99_999);
                let apart = (lon - reach.lon()).abs();
                prop_assert!(half.is_some_and(|half| apart.min(LON_ROUND - apart) <= half));
            }
        }
    }
}
