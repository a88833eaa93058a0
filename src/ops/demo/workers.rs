//! Invented workers: from a seed and a moment to inputs that anyone could have typed.

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::{cast, names, places, trades::TRADES};
use crate::{
    domain::{
        geo::{Crs, Point},
        station::Station,
        time::{DAY, Moment},
    },
    words::trades::Trades,
};

/// The first of the phones: one narrow range, so that a demonstration record shows at a glance.
const PHONE_FIRST: u64 = 19_900_000_000;
/// Phones in the range; the last ten are for the accounts that people try out.
const PHONES: u64 = 10_000;
const PHONES_KEPT: u64 = 10;

/// A worker to be registered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Newcomer {
    /// The station that registers, by its place in the list.
    pub(super) desk: usize,
    /// As in the HTTP contract.
    pub(super) input: Value,
}

/// The first `count` workers of a seed, at most one for each phone of the range.
pub(super) fn newcomers(seed: u64, count: u64, stations: &[Station], now: Moment) -> Vec<Newcomer> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    // A stream of its own, so that more postings do not change the workers.
    rng.set_stream(1);
    (0..count.min(PHONES - PHONES_KEPT))
        .filter_map(|i| newcomer(&mut rng, i, stations, now))
        .collect()
}

fn newcomer(rng: &mut ChaCha20Rng, i: u64, stations: &[Station], now: Moment) -> Option<Newcomer> {
    let (lat, lon) = places::home(rng);
    let point = Point::new(lat, lon, Crs::Wgs84).ok()?;
    let trades: Vec<_> = TRADES.sample(rng, trades_known(i)).collect();
    let mut skills: Vec<&str> = trades.iter().flat_map(|trade| trade.skills).copied().collect();
    skills.sort_unstable();
    skills.dedup();
    let radius_km = [5, 10, 15, 20, 30, 40].choose(rng)?;
    let mut input = json!({
        "name": names::person(rng),
        "phone": (PHONE_FIRST + i).to_string(),
        "lat": lat,
        "lon": lon,
        "crs": "wgs84",
        "radius_km": radius_km,
        "skills": skills,
        "certificates": certificates(&skills),
    });
    if rng.random_bool(0.7) {
        input["day_wage_wish_fen"] = json!(rng.random_range(12..=30) * 1000);
    }
    match rng.random_range(0..20) {
        0..4 => {
            let words = ["农闲时都可以", "周末可以", "只上白班", "晚上也可以"];
            input["available"] = json!(words.choose(rng)?);
        }
        4..7 => {
            let from = now.plus(rng.random_range(0..4) * DAY);
            let to = from.plus(rng.random_range(7..=30) * DAY);
            input["available"] = json!([{ "from": from.to_string(), "to": to.to_string() }]);
        }
        _ => {}
    }
    let desk = cast::nearest(stations, point);
    Some(Newcomer { desk, input })
}

/// The certificates that the skills ask for: who does the work in the demo may do it.
fn certificates(skills: &[&str]) -> Vec<String> {
    let trades = Trades::shipped();
    let owed = skills.iter().filter_map(|skill| trades.by_name(skill)?.licence.as_ref());
    let keys: BTreeSet<String> = owed.map(|licence| licence.key.clone()).collect();
    keys.into_iter().collect()
}

/// Trades that a worker knows: one, two or three by turns.
fn trades_known(i: u64) -> usize {
    (i % 3) as usize + 1
}

/// The person behind a tryout account.
pub(super) fn tryout(name: &str, station: &Station, last_digit: u64) -> Value {
    json!({
        "name": name,
        "phone": (PHONE_FIRST + PHONES - PHONES_KEPT + last_digit).to_string(),
        "lat": station.point.lat(),
        "lon": station.point.lon(),
        "crs": "wgs84",
        "radius_km": 30,
        "skills": ["分拣", "装卸", "农活"],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::parse_worker;

    #[test]
    fn workers_are_the_same_for_a_seed_and_hold() {
        let (stations, now) = (cast::stations().unwrap(), Moment(1_790_000_000_000_000));
        let newcomers = newcomers(7, 300, &stations, now);
        assert_eq!(newcomers, super::newcomers(7, 300, &stations, now));
        assert_ne!(newcomers, super::newcomers(8, 300, &stations, now));
        assert_eq!(newcomers.len(), 300);
        for newcomer in newcomers {
            let worker = parse_worker(newcomer.input.as_object().unwrap()).unwrap();
            let phone = worker.person.phone.unwrap();
            assert!(phone.expose().starts_with("1990000"));
            assert!(worker.person.id_number.is_none() && !worker.profile.skills.is_empty());
        }
    }
}
