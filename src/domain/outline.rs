//! Outlines of Yinchuan's districts and counties, coarse, for sketches of where work lies.

use std::sync::LazyLock;

use super::geo::{Crs, Point};

/// One ring of a county's outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The county's code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The ring, closed.
    pub ring: Vec<Point>,
}

static OUTLINES: LazyLock<Vec<Outline>> = LazyLock::new(|| {
    let outline = |line: &'static str| {
        let mut cells = line.split(',');
        let (code, name, ring) = (cells.next()?, cells.next()?, cells.next()?);
        let degrees: Option<Vec<f64>> = ring.split(' ').map(|cell| cell.parse().ok()).collect();
        let point = |pair: &[f64]| Point::new(pair[1], pair[0], Crs::Wgs84).ok();
        let ring = degrees?.chunks_exact(2).map(point).collect::<Option<_>>()?;
        Some(Outline { code, name, ring })
    };
    let data = include_str!("../../data/geo/yinchuan_outlines.csv");
    data.lines().skip(1).filter_map(outline).collect()
});

/// Every outline.
pub fn outlines() -> &'static [Outline] {
    &OUTLINES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_county_has_a_closed_outline() {
        let lines = include_str!("../../data/geo/yinchuan_outlines.csv").lines().count() - 1;
        assert_eq!(outlines().len(), lines);
        for county in ["金凤区", "兴庆区", "西夏区", "永宁县", "贺兰县", "灵武市"]
        {
            let mut rings = outlines().iter().filter(|outline| outline.name == county);
            let ring = &rings.next().unwrap().ring;
            assert!(ring.len() > 8 && ring.first() == ring.last(), "{county}");
        }
    }
}
