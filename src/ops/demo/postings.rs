//! Invented postings: from a seed and a moment to inputs that anyone could have typed.

use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::{
    cast::{self, Cast, EMPLOYERS},
    names, places,
    trades::{BENEFITS, Hours, Pay, TRADES, Trade},
};
use crate::domain::{
    geo::{Crs, Point},
    station::Station,
    time::{DAY, MINUTE, Moment},
    wage::WageUnit,
};

/// Who writes a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// An employer, by its place in the list.
    Employer(usize),
    /// A broker or agency, by its place in the list.
    Broker(usize),
    /// A desk for a private person who came to it.
    Desk,
}

/// A posting to be made.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) by: By,
    /// The station that reviews it, by its place in the list.
    pub(super) desk: usize,
    /// As in the HTTP contract.
    pub(super) input: Value,
}

/// An endless list of drafts.
pub(super) struct Drafts {
    rng: ChaCha20Rng,
}

/// Days from now within which shifts lie.
const SHIFT_DAYS: i64 = 10;
/// One in so many drafts is for one station only.
const CHOSEN_ONE_IN: u32 = 12;

impl Drafts {
    pub(super) fn new(seed: u64) -> Drafts {
        Drafts { rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    /// The next draft, for work from the morning after `now`; `None` only out of every season.
    pub(super) fn next(&mut self, stations: &[Station], now: Moment) -> Option<Draft> {
        let rng = &mut self.rng;
        let month = now.day().date().month();
        let seasonal = |trade: &&Trade| (trade.months.0..=trade.months.1).contains(&month);
        let trades: Vec<&Trade> = TRADES.iter().filter(seasonal).collect();
        let trade = trades.choose(rng)?;
        let by = who(rng, trade);
        let place = places::work(rng, trade.setting);
        let point = Point::new(place.lat, place.lon, Crs::Wgs84).ok()?;
        let chosen = rng.random_ratio(1, CHOSEN_ONE_IN);
        let nearest = cast::nearest(stations, point);
        let desk = match cast::desk_of(stations, point) {
            Some(desk) if !chosen => desk,
            _ => nearest,
        };
        // Beyond every radius, a posting is shown where its poster chose.
        let elsewhere = stations.get(desk)?.covers(point).is_none();
        let chosen: Vec<&str> = (chosen || elsewhere)
            .then(|| stations.get(desk).map(|station| station.id.as_str()))
            .flatten()
            .into_iter()
            .collect();
        let shifts = trade.hours.as_ref().map(|hours| shifts(rng, hours, now));
        let shifts = shifts.unwrap_or_default();
        let until =
            shifts.last().map_or_else(|| now.plus(rng.random_range(15..=30) * DAY), |last| last.1);
        let shifts: Vec<Value> = shifts
            .iter()
            .map(|(start, end)| json!({ "start": start.to_string(), "end": end.to_string() }))
            .collect();
        let by_the_month = trade.pay.unit == WageUnit::Month;
        let mut input = json!({
            "title": trade.titles.choose(rng)?,
            "description": trade.work,
            "occupation": trade.occupation,
            "skills": trade.skills,
            "address": place.address,
            "division": place.town.division,
            "lat": place.lat,
            "lon": place.lon,
            "crs": "wgs84",
            "wage": wage(rng, &trade.pay),
            "headcount": rng.random_range(trade.heads.0..=trade.heads.1),
            "shifts": shifts,
            "benefits": benefits(rng),
            "requirements": trade.asks.choose(rng)?,
            "instant": !by_the_month,
            "stations": chosen,
            "valid_until": until.to_string(),
        });
        provides(rng, &mut input, (stations.get(desk)?, trade.hours.as_ref()));
        if let Some(employer) = employer(rng, trade, by) {
            input["employer"] = employer;
        }
        Some(Draft { by, desk, input })
    }
}

fn who(rng: &mut ChaCha20Rng, trade: &Trade) -> By {
    if trade.private && rng.random_bool(0.3) {
        return By::Desk;
    }
    if rng.random_bool(0.15) {
        return By::Broker(rng.random_range(0..Cast::go_betweens()));
    }
    match trade.employers.choose(rng) {
        Some(&employer) => By::Employer(employer),
        None => By::Desk,
    }
}

/// Whom the posting names; an employer's own account names itself.
fn employer(rng: &mut ChaCha20Rng, trade: &Trade, by: By) -> Option<Value> {
    match by {
        By::Employer(_) => None,
        By::Desk => Some(json!({ "name": names::private_employer(rng), "kind": "individual" })),
        By::Broker(_) => {
            let &place = trade.employers.choose(rng)?;
            let house = EMPLOYERS.get(place)?;
            let (name, code, kind) = (house.name, house.code(place), house.kind.word());
            Some(json!({ "name": name, "uscc": code, "kind": kind }))
        }
    }
}

fn wage(rng: &mut ChaCha20Rng, pay: &Pay) -> Value {
    let steps = (pay.high_fen - pay.low_fen) / pay.step_fen;
    let low = rng.random_range(0..=steps);
    let high = if rng.random_bool(0.5) { low } else { rng.random_range(low..=steps) };
    json!({
        "min_fen": pay.low_fen + low * pay.step_fen,
        "max_fen": pay.low_fen + high * pay.step_fen,
        "unit": pay.unit.word(),
        "settlement": pay.settlement.word(),
    })
}

fn benefits(rng: &mut ChaCha20Rng) -> Vec<&'static str> {
    let drawn = BENEFITS.iter().copied();
    drawn.filter(|_| rng.random_bool(0.3)).collect()
}

/// Meals, lodging, tools, insurance; a ride from the station where the work has hours.
fn provides(rng: &mut ChaCha20Rng, input: &mut Value, (desk, hours): (&Station, Option<&Hours>)) {
    let choices = [
        ("meals", &["none", "one", "one", "all"][..]),
        ("lodging", &["none", "none", "free"]),
        ("tools", &["given", "given", "own"]),
        ("insurance", &["injury", "accident", "accident", "liability"]),
    ];
    for (name, words) in choices {
        if let Some(word) = words.choose(rng).filter(|_| rng.random_bool(0.7)) {
            input[name] = json!(word);
        }
    }
    let ride_min = rng.random_range(2..=5) * 15;
    if let Some(hours) = hours.filter(|hours| hours.start_min > ride_min && rng.random_bool(0.4)) {
        let leaves = hours.start_min - ride_min;
        input["pickup"] = json!({
            "address": format!("{}门口", desk.name),
            "lat": desk.point.lat(),
            "lon": desk.point.lon(),
            "time": format!("{:02}:{:02}", leaves / 60, leaves % 60),
            "seats": rng.random_range(7..=45),
        });
    }
}

/// One to five days running, the first tomorrow or later, the last within ten days.
fn shifts(rng: &mut ChaCha20Rng, hours: &Hours, now: Moment) -> Vec<(Moment, Moment)> {
    let midnight = Moment::from_shanghai(now.day().date().into());
    let days = rng.random_range(1..=5);
    let first = rng.random_range(1..=SHIFT_DAYS - days);
    (first..first + days)
        .map(|day| {
            let start = midnight.plus(day * DAY + hours.start_min * MINUTE);
            (start, start.plus(hours.length_min * MINUTE))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::parse_posting;

    #[test]
    fn every_trade_in_every_month_gives_inputs_that_hold() {
        let stations = cast::stations().unwrap();
        for month in 1..=12 {
            let now = format!("2026-{month:02}-15T09:30:00+08:00").parse().unwrap();
            let (mut one, mut two) = (Drafts::new(month), Drafts::new(month));
            for _ in 0..200 {
                let draft = one.next(&stations, now).unwrap();
                assert_eq!(two.next(&stations, now).unwrap(), draft);
                let mut input = draft.input.as_object().unwrap().clone();
                input.entry("employer").or_insert(json!({ "name": "演示·某单位" }));
                let terms = parse_posting(&input, None, now).unwrap().terms;
                assert!(terms.employer.name.starts_with("演示·"));
                let tomorrow = now.day().next();
                for shift in &terms.shifts {
                    assert!(shift.start.day() >= tomorrow);
                    assert!(now.day().days_until(shift.start.day()) <= SHIFT_DAYS);
                }
                let desk = &stations[draft.desk];
                let shown = terms.stations.is_empty()
                    && desk.covers(terms.point.unwrap()).is_some()
                    || terms.stations == [desk.id.clone()];
                assert!(shown, "{draft:?}");
            }
        }
    }

    #[test]
    fn trades_of_a_season_are_not_offered_out_of_it() {
        let stations = cast::stations().unwrap();
        let titles = |now: &str| {
            let (mut drafts, now) = (Drafts::new(1), now.parse().unwrap());
            let drawn = (0..400).filter_map(|_| drafts.next(&stations, now));
            drawn.map(|draft| draft.input["title"].to_string()).collect::<String>()
        };
        let (summer, winter) =
            (titles("2026-07-01T08:00:00+08:00"), titles("2026-11-20T08:00:00+08:00"));
        assert!(summer.contains("枸杞采摘") && !summer.contains("埋土"));
        assert!(winter.contains("埋土") && !winter.contains("枸杞采摘"));
    }
}
