//! A sketch of the city: districts drawn in the plane of Web Mercator, north above.

use std::{fmt::Write, sync::LazyLock};

use crate::domain::{
    geo::{Crs, Point},
    outline::{Outline, outlines},
    town::{Town, towns},
};

/// The home district, 金凤区: where a form begins.
pub(super) const HOME: &str = "640106";
/// Width and height of the drawing, in its own units.
const SIZE: f64 = 1000.0;
/// Part of the span that stays free at each edge.
const MARGIN: f64 = 0.08;
/// The least span that is drawn, as a part of the earth's circumference: some six kilometres.
const SPAN_MIN: f64 = 0.0002;
/// Side of a tile in pixels, and the deepest level that tile servers have.
const TILE: f64 = 256.0;
const LEVEL_MAX: i32 = 18;

/// A place on the plane of Web Mercator: 0..1 to the east and to the south.
fn mercator(point: Point) -> (f64, f64) {
    let lat = point.lat().clamp(-85.0, 85.0).to_radians();
    let y = (1.0 - lat.tan().asinh() / std::f64::consts::PI) / 2.0;
    ((point.lon() + 180.0) / 360.0, y)
}

/// The square of the plane that is drawn; the plane is 0..1 wide and high.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Its western edge.
    pub west: f64,
    /// Its northern edge.
    pub north: f64,
    /// The length of its sides.
    pub span: f64,
}

impl Frame {
    /// The least square around these points, with a margin.
    pub(super) fn around(points: impl Iterator<Item = Point>) -> Frame {
        let mut sides = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        for (x, y) in points.map(mercator) {
            sides = [sides[0].min(x), sides[1].min(y), sides[2].max(x), sides[3].max(y)];
        }
        let [west, north, east, south] = sides;
        let span = (east - west).max(south - north).max(SPAN_MIN) * (1.0 + 2.0 * MARGIN);
        let middle = ((west + east) / 2.0, (north + south) / 2.0);
        Frame { west: middle.0 - span / 2.0, north: middle.1 - span / 2.0, span }
    }

    /// Where a point lies in the drawing.
    pub(super) fn place(&self, point: Point) -> (f64, f64) {
        let (x, y) = mercator(point);
        ((x - self.west) / self.span * SIZE, (y - self.north) / self.span * SIZE)
    }

    /// The tiles that cover it, of the level whose pixels are nearest to the drawing's.
    pub(super) fn tiles(&self, source: &str) -> Vec<Tile> {
        let level = (SIZE / TILE / self.span).log2().round().clamp(0.0, f64::from(LEVEL_MAX));
        let count = level.exp2();
        let (first_x, first_y) = ((self.west * count).floor(), (self.north * count).floor());
        let last = |from: f64| ((from + self.span) * count).ceil();
        let side = SIZE / self.span / count;
        let mut tiles = Vec::new();
        let mut y = first_y.max(0.0);
        while y < last(self.north).min(count) {
            let mut x = first_x.max(0.0);
            while x < last(self.west).min(count) {
                let href = source
                    .replace("{z}", &format!("{level:.0}"))
                    .replace("{x}", &format!("{x:.0}"))
                    .replace("{y}", &format!("{y:.0}"));
                let at = |tile: f64, edge: f64| (tile / count - edge) / self.span * SIZE;
                tiles.push(Tile { href, x: at(x, self.west), y: at(y, self.north), side });
                x += 1.0;
            }
            y += 1.0;
        }
        tiles
    }
}

/// A tile of the map beneath.
pub struct Tile {
    /// Its address.
    pub href: String,
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its side.
    pub side: f64,
}

/// An outline as a path, and where its name stands.
pub struct Area {
    /// The path.
    pub path: String,
    /// The name.
    pub name: &'static str,
    /// Where the name stands.
    pub x: f64,
    /// Where the name stands.
    pub y: f64,
}

/// Every district's outline in the frame.
pub(super) fn areas(frame: &Frame) -> Vec<Area> {
    let area = |outline: &Outline| {
        let mut path = String::new();
        let places: Vec<(f64, f64)> = outline.ring.iter().map(|p| frame.place(*p)).collect();
        for (at, (x, y)) in places.iter().enumerate() {
            let step = if at == 0 { 'M' } else { 'L' };
            // Writing to a text cannot fail.
            let _ = write!(path, "{step}{x:.1} {y:.1}");
        }
        let count = places.len().max(1) as f64;
        let (x, y) = places.iter().fold((0.0, 0.0), |sum, p| (sum.0 + p.0, sum.1 + p.1));
        Area { path, name: outline.name, x: x / count, y: y / count }
    };
    outlines().iter().map(area).collect()
}

/// A name on a sketch.
pub struct Label {
    /// What is there.
    pub name: &'static str,
    /// From the left.
    pub x: f64,
    /// From above.
    pub y: f64,
}

/// Width and height that a name takes, in units of the drawing.
const LABEL: (f64, f64) = (200.0, 42.0);

/// A sketch on which a place is pointed at, for the macro of `pick.html`.
pub struct Picker {
    /// What is drawn.
    pub frame: Frame,
    /// The districts.
    pub areas: Vec<Area>,
    /// The towns of the home district.
    pub towns: Vec<Label>,
}

static HOME_PICKER: LazyLock<Picker> = LazyLock::new(|| {
    let home = || towns().iter().filter(|town| town.code.starts_with(HOME));
    let corners = |town: &Town| [(town.south, town.west), (town.north, town.east)];
    let point = |(lat, lon)| Point::new(lat, lon, Crs::Wgs84).ok();
    let frame = Frame::around(home().flat_map(corners).filter_map(point));
    // Towns before streets of the city; what would cover another name is left out.
    let mut named: Vec<&'static Town> = home().collect();
    named.sort_by_key(|town| !town.name.ends_with('镇'));
    let mut labels: Vec<Label> = Vec::new();
    for town in named {
        let middle = ((town.south + town.north) / 2.0, (town.west + town.east) / 2.0);
        let Some((x, y)) = point(middle).map(|point| frame.place(point)) else { continue };
        let covers = |other: &Label| (other.x - x).abs() < LABEL.0 && (other.y - y).abs() < LABEL.1;
        if !labels.iter().any(covers) {
            labels.push(Label { name: town.name, x, y });
        }
    }
    Picker { areas: areas(&frame), towns: labels, frame }
});

/// The home district with its towns.
pub fn picker() -> &'static Picker {
    &HOME_PICKER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::geo::Crs;

    fn at(lat: f64, lon: f64) -> Point {
        Point::new(lat, lon, Crs::Wgs84).unwrap()
    }

    #[test]
    fn north_is_up_and_everything_lies_inside() {
        let points = [at(38.28, 106.27), at(38.5, 106.1), at(38.4, 106.3)];
        let frame = Frame::around(points.into_iter());
        let places = points.map(|point| frame.place(point));
        for (x, y) in places {
            assert!((0.0..=SIZE).contains(&x) && (0.0..=SIZE).contains(&y), "{x} {y}");
        }
        assert!(places[1].1 < places[0].1 && places[1].0 < places[0].0);
        // One point alone stands in the middle.
        let alone = Frame::around(std::iter::once(points[0])).place(points[0]);
        assert!((alone.0 - SIZE / 2.0).abs() < 1e-3 && (alone.1 - SIZE / 2.0).abs() < 1e-3);
    }

    #[test]
    fn tiles_cover_the_drawing_and_are_few() {
        for points in [[at(38.28, 106.27), at(38.5, 106.1)], [at(20.0, 80.0), at(50.0, 130.0)]] {
            let tiles =
                Frame::around(points.into_iter()).tiles("https://t.example/{z}/{x}/{y}.png");
            assert!((4..=49).contains(&tiles.len()), "{}", tiles.len());
            let left = tiles.iter().map(|tile| tile.x).fold(f64::INFINITY, f64::min);
            let right = tiles.iter().map(|tile| tile.x + tile.side).fold(0.0, f64::max);
            assert!(left <= 0.0 && right >= SIZE, "{left} {right}");
        }
    }
}
