//! How lists and documents stand in text columns: storage's own shapes, apart from the domain's.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{
    geo::{Crs, Point},
    identity::{Phone, ResidentId},
    posting::Shift,
    provides::{Pickup, Provides},
    time::Moment,
    wage::NotAChoice,
    worker::{Available, Consent, Person},
};

/// Serialises a storage shape; these hold only strings, numbers and lists, which never fail.
pub(super) fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Strings of a list of words.
pub(super) fn words<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    text(&items.into_iter().map(|item| item.as_ref().to_owned()).collect::<Vec<_>>())
}

/// A span as start and end in microseconds.
pub(super) type SpanJson = (i64, i64);

pub(super) fn spans(shifts: &[Shift]) -> String {
    text(&shifts.iter().map(|s| (s.start.0, s.end.0)).collect::<Vec<SpanJson>>())
}

pub(super) fn shifts(spans: Vec<SpanJson>) -> Vec<Shift> {
    spans.into_iter().map(|(s, e)| Shift { start: Moment(s), end: Moment(e) }).collect()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum AvailableJson {
    Always,
    Words(String),
    Spans(Vec<SpanJson>),
}

impl From<&Available> for AvailableJson {
    fn from(available: &Available) -> AvailableJson {
        match available {
            Available::Always => AvailableJson::Always,
            Available::Words(words) => AvailableJson::Words(words.clone()),
            Available::Spans(spans) => {
                AvailableJson::Spans(spans.iter().map(|s| (s.start.0, s.end.0)).collect())
            }
        }
    }
}

impl From<AvailableJson> for Available {
    fn from(json: AvailableJson) -> Available {
        match json {
            AvailableJson::Always => Available::Always,
            AvailableJson::Words(words) => Available::Words(words),
            AvailableJson::Spans(spans) => Available::Spans(shifts(spans)),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct ConsentJson {
    purpose: String,
    text_version: String,
}

impl From<&Consent> for ConsentJson {
    fn from(consent: &Consent) -> ConsentJson {
        ConsentJson { purpose: consent.purpose.clone(), text_version: consent.text_version.clone() }
    }
}

impl From<ConsentJson> for Consent {
    fn from(json: ConsentJson) -> Consent {
        Consent { purpose: json.purpose, text_version: json.text_version }
    }
}

/// The personal part of a worker as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct PersonJson {
    name: String,
    phone: Option<String>,
    id_number: Option<String>,
    groups: Vec<String>,
    household: Option<String>,
}

impl From<&Person> for PersonJson {
    fn from(person: &Person) -> PersonJson {
        PersonJson {
            name: person.name.clone(),
            phone: person.phone.as_ref().map(|phone| phone.expose().to_owned()),
            id_number: person.id_number.as_ref().map(|id| id.expose().to_owned()),
            groups: person.groups.iter().map(|group| group.word().to_owned()).collect(),
            household: person.household.clone(),
        }
    }
}

impl TryFrom<PersonJson> for Person {
    type Error = NotAChoice;
    fn try_from(json: PersonJson) -> Result<Person, NotAChoice> {
        let phone = json.phone.map(|text| text.parse::<Phone>()).transpose();
        let id_number = json.id_number.map(|text| text.parse::<ResidentId>()).transpose();
        Ok(Person {
            name: json.name,
            phone: phone.map_err(|_| NotAChoice)?,
            id_number: id_number.map_err(|_| NotAChoice)?,
            groups: json.groups.iter().map(|word| word.parse()).collect::<Result<_, _>>()?,
            household: json.household,
        })
    }
}

/// What a posting provides.
#[derive(Serialize, Deserialize, Default)]
#[serde(default)]
pub(super) struct ProvidesJson {
    meals: Option<String>,
    lodging: Option<String>,
    tools: Option<String>,
    insurance: Option<String>,
    pickup: Option<PickupJson>,
}

#[derive(Serialize, Deserialize)]
struct PickupJson {
    address: String,
    /// Degrees north and east.
    at: Option<(f64, f64)>,
    /// Hour and minute.
    time: (i8, i8),
    seats: Option<u32>,
}

impl From<&Provides> for ProvidesJson {
    fn from(provides: &Provides) -> ProvidesJson {
        let pickup = provides.pickup.as_ref().map(|pickup| PickupJson {
            address: pickup.address.clone(),
            at: pickup.point.map(|point| (point.lat(), point.lon())),
            time: (pickup.time.hour(), pickup.time.minute()),
            seats: pickup.seats,
        });
        ProvidesJson {
            meals: provides.meals.map(|meals| meals.word().to_owned()),
            lodging: provides.lodging.map(|lodging| lodging.word().to_owned()),
            tools: provides.tools.map(|tools| tools.word().to_owned()),
            insurance: provides.insurance.map(|cover| cover.word().to_owned()),
            pickup,
        }
    }
}

impl TryFrom<ProvidesJson> for Provides {
    type Error = NotAChoice;
    fn try_from(json: ProvidesJson) -> Result<Provides, NotAChoice> {
        let pickup = json.pickup.map(|held| {
            let point = held.at.map(|(lat, lon)| Point::new(lat, lon, Crs::Wgs84)).transpose();
            let time = jiff::civil::Time::new(held.time.0, held.time.1, 0, 0);
            Ok::<_, NotAChoice>(Pickup {
                address: held.address,
                point: point.map_err(|_| NotAChoice)?,
                time: time.map_err(|_| NotAChoice)?,
                seats: held.seats,
            })
        });
        Ok(Provides {
            meals: parsed(json.meals)?,
            lodging: parsed(json.lodging)?,
            tools: parsed(json.tools)?,
            insurance: parsed(json.insurance)?,
            pickup: pickup.transpose()?,
        })
    }
}

fn parsed<T: FromStr<Err = NotAChoice>>(word: Option<String>) -> Result<Option<T>, NotAChoice> {
    word.map(|word| word.parse()).transpose()
}
