//! Towns, street offices and farms of Yinchuan (乡镇、街道), with the box around each.
//!
//! The boxes are approximations (`data/geo`, see NOTICE) and overlap; a few towns have none. They
//! tell roughly where a place lies, and decide nothing about a person.

use std::sync::LazyLock;

use super::geo::Point;

/// A town and the box around it, degrees of WGS-84.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Town {
    /// The code for statistics, nine digits: `640106100`.
    pub code: &'static str,
    /// The full name: `良田镇`.
    pub name: &'static str,
    /// The western edge.
    pub west: f64,
    /// The southern edge.
    pub south: f64,
    /// The eastern edge.
    pub east: f64,
    /// The northern edge.
    pub north: f64,
}

impl Town {
    /// Whether the point lies within the box.
    pub fn holds(&self, point: Point) -> bool {
        (self.south..=self.north).contains(&point.lat())
            && (self.west..=self.east).contains(&point.lon())
    }

    fn area(&self) -> f64 {
        (self.east - self.west) * (self.north - self.south)
    }
}

static TOWNS: LazyLock<Vec<Town>> = LazyLock::new(|| {
    let town = |line: &'static str| {
        let mut cells = line.split(',');
        let (code, name) = (cells.next()?, cells.next()?);
        let mut degrees = || cells.next()?.parse::<f64>().ok();
        let (west, south) = (degrees()?, degrees()?);
        Some(Town { code, name, west, south, east: degrees()?, north: degrees()? })
    };
    include_str!("../../data/geo/yinchuan_towns.csv").lines().skip(1).filter_map(town).collect()
});

/// Every town whose box is known.
pub fn towns() -> &'static [Town] {
    &TOWNS
}

/// The town in which a point probably lies: of the boxes that hold it, the smallest.
pub fn town_at(point: Point) -> Option<&'static Town> {
    let around = TOWNS.iter().filter(|town| town.holds(point));
    around.min_by(|a, b| a.area().total_cmp(&b.area()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geo::Crs;

    #[test]
    fn every_line_is_a_town_and_points_find_theirs() {
        let lines = include_str!("../../data/geo/yinchuan_towns.csv").lines().count() - 1;
        assert_eq!(towns().len(), lines);
        for town in towns() {
            assert!(town.west < town.east && town.south < town.north, "{town:?}");
            assert!(town.code.len() == 9 && town.code.starts_with("6401"), "{town:?}");
        }
        let at = |lat, lon| town_at(Point::new(lat, lon, Crs::Wgs84).unwrap()).map(|t| t.name);
        assert_eq!(at(38.361, 106.14), Some("良田镇"));
        assert_eq!(at(38.554, 106.28), Some("丰登镇"));
        assert_eq!(at(39.9, 116.4), None);
    }
}
