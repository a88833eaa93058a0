//! How lists and documents stand in text columns: storage's own shapes, apart from the domain's.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::{
    calendar::NotADate,
    geo::{Crs, Point},
    identity::{Phone, ResidentId},
    posting::Shift,
    provides::{Pickup, Provides},
    time::Moment,
    wage::NotAChoice,
    week::Week,
    worker::{Available, Certificate, Consent, GroupSource, Membership, Person},
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
    Weekly([u32; 7]),
}

impl From<&Available> for AvailableJson {
    fn from(available: &Available) -> AvailableJson {
        match available {
            Available::Always => AvailableJson::Always,
            Available::Words(words) => AvailableJson::Words(words.clone()),
            Available::Spans(spans) => {
                AvailableJson::Spans(spans.iter().map(|s| (s.start.0, s.end.0)).collect())
            }
            Available::Weekly(week) => AvailableJson::Weekly(week.bits()),
        }
    }
}

impl From<AvailableJson> for Available {
    fn from(json: AvailableJson) -> Available {
        match json {
            AvailableJson::Always => Available::Always,
            AvailableJson::Words(words) => Available::Words(words),
            AvailableJson::Spans(spans) => Available::Spans(shifts(spans)),
            AvailableJson::Weekly(bits) => Available::Weekly(Week::from_bits(bits)),
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

/// A certificate: its key alone, or with the day until which it holds.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum CertificateJson {
    Endless(String),
    Until { key: String, until: String },
}

impl From<&Certificate> for CertificateJson {
    fn from(held: &Certificate) -> CertificateJson {
        let key = held.key.clone();
        match held.until {
            None => CertificateJson::Endless(key),
            Some(until) => CertificateJson::Until { key, until: until.to_string() },
        }
    }
}

impl TryFrom<CertificateJson> for Certificate {
    type Error = NotADate;
    fn try_from(json: CertificateJson) -> Result<Certificate, NotADate> {
        Ok(match json {
            CertificateJson::Endless(key) => Certificate::endless(key),
            CertificateJson::Until { key, until } => {
                Certificate { key, until: Some(until.parse()?) }
            }
        })
    }
}

/// A membership; before sources were noted, the group's word alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum MembershipJson {
    Word(String),
    Noted {
        group: String,
        source: String,
        asked: Option<(String, i64)>,
        withdrawn: Option<(String, i64)>,
    },
}

impl From<&Membership> for MembershipJson {
    fn from(held: &Membership) -> MembershipJson {
        let noted = |by: &Option<(String, Moment)>| by.as_ref().map(|(by, at)| (by.clone(), at.0));
        MembershipJson::Noted {
            group: held.group.word().to_owned(),
            source: held.source.word().to_owned(),
            asked: noted(&held.asked),
            withdrawn: noted(&held.withdrawn),
        }
    }
}

impl TryFrom<MembershipJson> for Membership {
    type Error = NotAChoice;
    fn try_from(json: MembershipJson) -> Result<Membership, NotAChoice> {
        let noted = |by: Option<(String, i64)>| by.map(|(by, at)| (by, Moment(at)));
        Ok(match json {
            MembershipJson::Word(word) => Membership {
                group: word.parse()?,
                source: GroupSource::Declared,
                asked: None,
                withdrawn: None,
            },
            MembershipJson::Noted { group, source, asked, withdrawn } => Membership {
                group: group.parse()?,
                source: source.parse()?,
                asked: noted(asked),
                withdrawn: noted(withdrawn),
            },
        })
    }
}

/// The personal part of a worker as it is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct PersonJson {
    name: String,
    phone: Option<String>,
    id_number: Option<String>,
    groups: Vec<MembershipJson>,
    household: Option<String>,
}

impl From<&Person> for PersonJson {
    fn from(person: &Person) -> PersonJson {
        PersonJson {
            name: person.name.clone(),
            phone: person.phone.as_ref().map(|phone| phone.expose().to_owned()),
            id_number: person.id_number.as_ref().map(|id| id.expose().to_owned()),
            groups: person.memberships.iter().map(MembershipJson::from).collect(),
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
            memberships: {
                let held = json.groups.into_iter().map(Membership::try_from);
                held.collect::<Result<_, _>>()?
            },
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
