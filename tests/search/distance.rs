//! Distances against vectors that others published; their sources stand in NOTICE.

use linggong::domain::posting::Posting;
use linggong::search::{JobQuery, Sort};

use crate::world::{NOW, Shop, at, ids, posting};

/// The sphere that distances are measured on, metres.
const SPHERE_M: f64 = 6_371_008.8;

fn rows(text: &str) -> impl Iterator<Item = Vec<f64>> + '_ {
    text.lines().skip(1).map(|line| {
        let cells = line.split(',');
        cells.map_while(|cell| cell.parse().ok()).collect()
    })
}

#[test]
fn distances_on_spheres_agree() {
    let mut seen = 0;
    for row in rows(include_str!("../vectors/distance_sphere.csv")) {
        let [lat, lon, other_lat, other_lon, radius_m, expected_m, tolerance_m] = row[..] else {
            panic!("{row:?}");
        };
        let metres = at(lat, lon).distance_m(at(other_lat, other_lon)) * radius_m / SPHERE_M;
        assert!((metres - expected_m).abs() <= tolerance_m, "{metres} {expected_m}");
        seen += 1;
    }
    assert_eq!(seen, 7);
}

#[test]
fn the_sphere_is_near_the_ellipsoid() {
    let mut seen = 0;
    for row in rows(include_str!("../vectors/geodesic_wgs84.csv")) {
        let around = |lon: f64| (lon + 180.0).rem_euclid(360.0) - 180.0;
        let metres = at(row[0], around(row[1])).distance_m(at(row[3], around(row[4])));
        assert!((metres / row[6] - 1.0).abs() < 0.006, "{metres} {}", row[6]);
        seen += 1;
    }
    assert_eq!(seen, 20);
}

#[test]
fn a_circle_finds_what_another_index_finds() {
    let text = include_str!("../vectors/geo_queries.json");
    let vectors: serde_json::Value = serde_json::from_str(text).unwrap();
    let points = vectors["points"].as_array().unwrap();
    let name = |value: &serde_json::Value| {
        let name = value.as_str().unwrap();
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>()
    };
    let postings: Vec<Posting> = points
        .iter()
        .map(|point| {
            let mut posting = posting(&name(&point[0]));
            let (lon, lat) = (point[1].as_f64().unwrap(), point[2].as_f64().unwrap());
            posting.terms.point = Some(at(lat, lon));
            posting
        })
        .collect();
    let shop = Shop::of(&postings);
    let circles = vectors["queries"].as_array().unwrap().iter();
    let mut seen = 0;
    for circle in circles.filter(|query| query["kind"] == "radius") {
        let number = |name: &str| circle[name].as_f64().unwrap();
        let page = shop.index.jobs(&JobQuery {
            near: Some(at(number("lat"), number("lon"))),
            radius_m: Some(number("km") * 1000.0),
            sort: Sort::Nearest,
            limit: circle["count"].as_u64().unwrap_or(20) as usize,
            counted: false,
            ..JobQuery::new(NOW)
        });
        let page = page.unwrap();
        let want: Vec<String> = circle["expect"].as_array().unwrap().iter().map(name).collect();
        assert_eq!(ids(&page), want);
        let scale = vectors["sphere_radius_m"].as_f64().unwrap() / SPHERE_M / 1000.0;
        let expected = circle["dist_km"].as_array().into_iter().flatten();
        for (hit, km) in page.hits.iter().zip(expected) {
            let found = hit.distance_m.unwrap() * scale;
            // Four decimals are given, of positions that were rounded to a few centimetres.
            assert!((found - km.as_f64().unwrap()).abs() <= 0.000_3, "{found} {km}");
        }
        seen += 1;
    }
    assert_eq!(seen, 2);
}
