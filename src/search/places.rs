//! The order of a segment's rows: by bands of latitude, and by longitude within a band, so that a
//! circle is a few stretches of rows. What has no place goes last.

use std::ops::Range;

use crate::matching::{LON_ROUND, Reach, STEPS_A_DEGREE, Spot};

/// The height of a band: 0.01 degrees, 1.1 kilometres.
const BAND_STEPS: i64 = STEPS_A_DEGREE as i64 / 100;

/// Where the rows of a segment lie.
#[derive(Debug, Default)]
pub struct Places {
    /// Longitude and latitude of the rows that have a place, in steps; read together.
    spots: Vec<(u32, u32)>,
    /// Each band that has rows, from the south, with its first row.
    bands: Vec<(i64, u32)>,
    rows: u32,
}

/// A number that sorts by band, then by longitude; nowhere last.
pub fn rank(spot: Spot) -> u64 {
    if spot == Spot::NOWHERE {
        return u64::MAX;
    }
    let (lat, lon) = spot.steps();
    ((lat / BAND_STEPS) as u64) << 32 | lon as u64
}

impl Places {
    /// The places of rows that are sorted by their [`rank`].
    pub fn of(sorted: impl Iterator<Item = Spot>) -> Places {
        let mut places = Places::default();
        for spot in sorted {
            if spot != Spot::NOWHERE {
                let (lat, lon) = spot.steps();
                let band = lat / BAND_STEPS;
                if places.bands.last().is_none_or(|last| last.0 != band) {
                    places.bands.push((band, places.rows));
                }
                places.spots.push((lon as u32, lat as u32));
            }
            places.rows += 1;
        }
        places
    }

    /// Where a row lies.
    pub fn spot(&self, row: u32) -> Spot {
        let spot = self.spots.get(row as usize);
        spot.map_or(Spot::NOWHERE, |&(lon, lat)| Spot::at_steps(lat, lon))
    }

    /// All rows.
    pub fn all(&self) -> Range<u32> {
        0..self.rows
    }

    /// The rows without a place.
    pub fn nowhere(&self) -> Range<u32> {
        self.spots.len() as u32..self.rows
    }

    /// The rows that may lie within the circle, in rising stretches; all that do are among them.
    pub fn within(&self, reach: &Reach, stretches: &mut Vec<Range<u32>>) {
        let placed = self.spots.len() as u32;
        let (south, north) = reach.lats();
        let from = self.bands.partition_point(|band| band.0 < south.div_euclid(BAND_STEPS));
        let mut add = |stretch: Range<u32>| match stretches.last_mut() {
            Some(last) if last.end == stretch.start => last.end = stretch.end,
            _ if stretch.is_empty() => {}
            _ => stretches.push(stretch),
        };
        for (at, &(band, first)) in self.bands.iter().enumerate().skip(from) {
            let low = band * BAND_STEPS;
            if low > north {
                break;
            }
            let Some(half) = reach.lon_half_between(low, low + BAND_STEPS - 1) else {
                continue;
            };
            let end = self.bands.get(at + 1).map_or(placed, |next| next.1);
            let (west, east) = (reach.lon() - half, reach.lon() + half);
            if east - west >= LON_ROUND {
                add(first..end);
                continue;
            }
            let rows = self.spots.get(first as usize..end as usize).unwrap_or_default();
            let row = |lon: i64| {
                first + rows.partition_point(|&(other, _)| i64::from(other) < lon) as u32
            };
            if west < 0 {
                add(first..row(east + 1));
                add(row(west + LON_ROUND)..end);
            } else if east >= LON_ROUND {
                add(first..row(east - LON_ROUND + 1));
                add(row(west)..end);
            } else {
                add(row(west)..row(east + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::geo::{Crs, Point};

    /// Degrees where edges of bands, of the map and of the poles lie, and any others.
    fn degrees(most: f64) -> impl Strategy<Value = f64> {
        let edge = prop_oneof![Just(-1.0), Just(0.0), Just(1.0), Just(0.4271)];
        let off = prop_oneof![Just(0.0), Just(1e-7), Just(-1e-7), -0.02..0.02f64];
        let near_edge = (edge, off).prop_map(move |(edge, off)| edge * most + off);
        prop_oneof![near_edge, -most..most].prop_map(move |degrees| degrees.clamp(-most, most))
    }

    fn point() -> impl Strategy<Value = Point> {
        (degrees(90.0), degrees(180.0))
            .prop_map(|(lat, lon)| Point::new(lat, lon, Crs::Wgs84).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn stretches_hold_whatever_the_circle_holds(
            points in proptest::collection::vec(proptest::option::weighted(0.9, point()), 0..40),
            centre in point(),
            radius in prop_oneof![
                0.0..10.0f64, 10.0..30_000.0f64, 30_000.0..3e6f64, 3e6..2.1e7f64,
                Just(f64::INFINITY), Just(0.0),
            ],
        ) {
            let mut spots: Vec<Spot> = points.into_iter().map(Spot::of).collect();
            spots.push(Spot::of(Some(centre)));
            spots.sort_by_key(|&spot| rank(spot));
            let places = Places::of(spots.iter().copied());
            let centre = Spot::of(Some(centre)).point().unwrap();
            let reach = Reach::new(centre, Some(radius));
            let mut stretches = Vec::new();
            places.within(&reach, &mut stretches);
            prop_assert!(stretches.is_sorted_by(|a, b| a.end < b.start));
            for (row, &spot) in (0u32..).zip(&spots) {
                prop_assert_eq!(places.spot(row), spot);
                let listed = stretches.iter().any(|stretch| stretch.contains(&row));
                if reach.distance_m(spot).is_some() {
                    prop_assert!(listed, "row {} at {:?}", row, spot.point());
                }
                prop_assert!(!listed || !places.nowhere().contains(&row));
            }
        }
    }
}
