//! Points on the earth: WGS-84 inside; the map providers' shifted datums are converted on entry.
//!
//! GCJ-02 (国测局, the shift that every Chinese map applies) is inverted by iteration, good to about
//! a millimetre; BD-09 (Baidu's second shift) as its published vectors ask.

use std::{f64::consts::PI, str::FromStr};

use geo::{Distance as _, Haversine};

/// A point in WGS-84 degrees, latitude −90..=90, longitude −180..=180.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    lat: f64,
    lon: f64,
}

/// The datum in which a position was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Crs {
    /// GPS, and what is stored.
    #[default]
    Wgs84,
    /// China's public maps.
    Gcj02,
    /// Baidu's maps.
    Bd09,
}

/// Not a place on the earth, or not a known datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a position")]
pub struct NotAPlace;

impl FromStr for Crs {
    type Err = NotAPlace;
    fn from_str(text: &str) -> Result<Crs, NotAPlace> {
        match text {
            "wgs84" => Ok(Crs::Wgs84),
            "gcj02" => Ok(Crs::Gcj02),
            "bd09" => Ok(Crs::Bd09),
            _ => Err(NotAPlace),
        }
    }
}

impl Point {
    /// A point from degrees in `crs`.
    ///
    /// # Errors
    /// [`NotAPlace`] where a degree is out of range or no number.
    pub fn new(lat: f64, lon: f64, crs: Crs) -> Result<Point, NotAPlace> {
        // NaN is in no range.
        if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
            return Err(NotAPlace);
        }
        let (lat, lon) = match crs {
            Crs::Wgs84 => (lat, lon),
            Crs::Gcj02 => gcj02_to_wgs84(lat, lon),
            Crs::Bd09 => bd09_to_wgs84(lat, lon),
        };
        Ok(Point { lat, lon })
    }

    /// Degrees north.
    pub fn lat(self) -> f64 {
        self.lat
    }

    /// Degrees east.
    pub fn lon(self) -> f64 {
        self.lon
    }

    /// Metres along the sphere of the earth's mean radius (6,371,008.8 m); within 0.6 % of the
    /// ellipsoid's geodesic.
    pub fn distance_m(self, other: Point) -> f64 {
        Haversine
            .distance(geo::Point::new(self.lon, self.lat), geo::Point::new(other.lon, other.lat))
    }
}

// The shift as published with open implementations of GCJ-02: Krasovsky ellipsoid, harmonic terms.
const A: f64 = 6_378_245.0;
const EE: f64 = 0.006_693_421_622_965_943;

fn shift(lat: f64, lon: f64) -> (f64, f64) {
    if !(0.829_3..=55.827_1).contains(&lat) || !(72.004..=137.834_7).contains(&lon) {
        return (0.0, 0.0);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let root = x.abs().sqrt();
    let (x_pi, y_pi) = (x * PI, y * PI);
    let common = 20.0 * (6.0 * x_pi).sin() + 20.0 * (2.0 * x_pi).sin();
    let d_lat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (common
            + 20.0 * y_pi.sin()
            + 40.0 * (y_pi / 3.0).sin()
            + 160.0 * (y_pi / 12.0).sin()
            + 320.0 * (y_pi / 30.0).sin())
            * 2.0
            / 3.0;
    let d_lon = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (common
            + 20.0 * x_pi.sin()
            + 40.0 * (x_pi / 3.0).sin()
            + 150.0 * (x_pi / 12.0).sin()
            + 300.0 * (x_pi / 30.0).sin())
            * 2.0
            / 3.0;
    let rad = lat.to_radians();
    let magic = 1.0 - EE * rad.sin() * rad.sin();
    let sqrt = magic.sqrt();
    (
        d_lat * 180.0 / ((A * (1.0 - EE)) / (magic * sqrt) * PI),
        d_lon * 180.0 / (A / sqrt * rad.cos() * PI),
    )
}

fn gcj02_to_wgs84(lat: f64, lon: f64) -> (f64, f64) {
    let (mut guess_lat, mut guess_lon) = (lat, lon);
    for _ in 0..10 {
        let (d_lat, d_lon) = shift(guess_lat, guess_lon);
        (guess_lat, guess_lon) = (lat - d_lat, lon - d_lon);
    }
    (guess_lat, guess_lon)
}

/// As the published vectors have it: the wobble counts in half turns, and one step inverts the
/// shift below, which is good to about two metres. Other implementations count the wobble in
/// 3000/180 of that; the two differ by up to 42 m, and the vectors' author has been told that they
/// are the ones who err (googollee/eviltransform, issue 43). Which one a district's own Baidu
/// positions follow is to be checked against a surveyed point.
fn bd09_to_wgs84(lat: f64, lon: f64) -> (f64, f64) {
    let (x, y) = (lon - 0.0065, lat - 0.006);
    let z = x.hypot(y) - 0.000_02 * (y * PI).sin();
    let theta = y.atan2(x) - 0.000_003 * (x * PI).cos();
    let (lat, lon) = (z * theta.sin(), z * theta.cos());
    let (d_lat, d_lon) = shift(lat, lon);
    (lat - d_lat, lon - d_lon)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datums_agree_with_the_published_vectors() {
        for (crs, lat, lon, want_lat, want_lon, tolerance_m) in [
            (
                Crs::Gcj02,
                31.175_303_983_645_97,
                121.531_541_859_215,
                31.177_427_6,
                121.527_210_6,
                0.5,
            ),
            (Crs::Wgs84, 31.177_427_6, 121.527_210_6, 31.177_427_6, 121.527_210_6, 1e-9),
            (Crs::Gcj02, 48.0, 2.0, 48.0, 2.0, 1e-9),
        ] {
            let point = Point::new(lat, lon, crs).unwrap();
            let want = Point::new(want_lat, want_lon, Crs::Wgs84).unwrap();
            assert!(point.distance_m(want) <= tolerance_m, "{crs:?} {point:?}");
        }
    }

    #[test]
    fn places_off_the_earth_are_refused() {
        for (lat, lon) in [(91.0, 0.0), (0.0, 181.0), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Point::new(lat, lon, Crs::Wgs84), Err(NotAPlace));
        }
    }
}
