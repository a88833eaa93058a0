//! The part of a posting's form on what is provided beside the pay: meals, lodging, tools,
//! insurance, and the ride to work.

use serde_json::{Value, json};

use super::input::{Choice, Faults, Form};
use crate::domain::{
    life::Choice as Named,
    provides::{Cover, Lodging, Meals, Provides, Tools},
};

/// The fields of the ride, in the form's order.
pub const PICKUP: [&str; 6] =
    ["pickup_address", "pickup_time", "pickup_seats", "pickup_lat", "pickup_lon", "pickup_crs"];

/// What can be chosen.
pub struct ProvidesPart {
    /// Meals.
    pub meals: Vec<Choice>,
    /// Lodging.
    pub lodging: Vec<Choice>,
    /// Tools.
    pub tools: Vec<Choice>,
    /// Insurance.
    pub insurance: Vec<Choice>,
    /// The datums of the pick-up point.
    pub datums: Vec<Choice>,
    /// Whether the ride is in sight: something stands there, or is wrong.
    pub asks_pickup: bool,
}

fn named<T: Named>(values: &Form, name: &str) -> Vec<Choice> {
    let chosen = values.get(name);
    let every = T::EVERY.iter().map(|one| Choice::of(one.to_word(), one.to_label(), chosen));
    std::iter::once(Choice::of("", "不写", chosen)).chain(every).collect()
}

impl ProvidesPart {
    /// The choices as far as they are made.
    pub fn of(values: &Form, faults: &Faults, datums: &[(&str, &str)]) -> ProvidesPart {
        let crs = values.get("pickup_crs");
        let [rest @ .., _] = PICKUP;
        let asks = |name: &&str| !values.get(name).is_empty() || faults.at(name).is_some();
        ProvidesPart {
            meals: named::<Meals>(values, "meals"),
            lodging: named::<Lodging>(values, "lodging"),
            tools: named::<Tools>(values, "tools"),
            insurance: named::<Cover>(values, "insurance"),
            datums: datums.iter().map(|(word, label)| Choice::of(*word, *label, crs)).collect(),
            asks_pickup: rest.iter().any(asks) || faults.at("pickup_crs").is_some(),
        }
    }
}

/// The fields of what stands.
pub fn values_of(provides: &Provides) -> Vec<(&'static str, String)> {
    let word = |word: Option<&'static str>| word.unwrap_or_default().to_owned();
    let mut pairs = vec![
        ("meals", word(provides.meals.map(Meals::word))),
        ("lodging", word(provides.lodging.map(Lodging::word))),
        ("tools", word(provides.tools.map(Tools::word))),
        ("insurance", word(provides.insurance.map(Cover::word))),
        ("pickup_crs", "wgs84".to_owned()),
    ];
    if let Some(pickup) = &provides.pickup {
        let degrees = |degrees: Option<f64>| degrees.map(|d| format!("{d:.6}")).unwrap_or_default();
        pairs.extend([
            ("pickup_address", pickup.address.clone()),
            ("pickup_time", pickup.time.strftime("%H:%M").to_string()),
            ("pickup_seats", pickup.seats.map(|seats| seats.to_string()).unwrap_or_default()),
            ("pickup_lat", degrees(pickup.point.map(|point| point.lat()))),
            ("pickup_lon", degrees(pickup.point.map(|point| point.lon()))),
        ]);
    }
    pairs
}

fn text_or_null(text: String) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// Makes the intake's input; what can't be converted is noted at its field.
pub fn read(form: &Form, faults: &mut Faults) -> [(&'static str, Value); 5] {
    let plain = |name: &str| text_or_null(form.plain(name));
    let (lat, lon) = (
        form.number("pickup_lat", faults, "纬度要写数字，例如 38.35"),
        form.number("pickup_lon", faults, "经度要写数字，例如 106.25"),
    );
    let seats = form.plain("pickup_seats");
    let count = seats.parse::<i64>().ok();
    if count.is_none() && !seats.is_empty() {
        faults.add("pickup_seats", "座位数要写整数，例如 12");
    }
    let [rest @ .., _] = PICKUP;
    let pickup = if rest.iter().all(|name| form.plain(name).is_empty()) {
        Value::Null
    } else {
        json!({
            "address": form.get("pickup_address").trim(),
            "time": plain("pickup_time"),
            "seats": count,
            "lat": lat,
            "lon": lon,
            "crs": plain("pickup_crs"),
        })
    };
    [
        ("meals", plain("meals")),
        ("lodging", plain("lodging")),
        ("tools", plain("tools")),
        ("insurance", plain("insurance")),
        ("pickup", pickup),
    ]
}

/// The field at which a fault of the ride is shown; `rest` is what follows `pickup`.
pub fn field_of(rest: &str) -> String {
    let part = rest.strip_prefix('.').unwrap_or("address");
    format!("pickup_{part}")
}
