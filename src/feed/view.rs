//! A posting as everyone may see it: the one public shape, on screens and over HTTP.
//!
//! A private employer's name is a person's name and is masked; nothing else here is personal.

use serde::Serialize;

use crate::domain::{
    identity::mask_name,
    org::EmployerKind,
    posting::{Posting, Shift},
    provides::Pickup,
};

/// The employer in public.
#[derive(Clone, Debug, Serialize)]
pub struct EmployerView {
    /// The name; of a private person only the family name.
    pub name: String,
    /// The unified social credit code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// The kind's word.
    pub kind: &'static str,
}

/// The wage in public.
#[derive(Clone, Debug, Serialize)]
pub struct WageView {
    /// Fen a unit, at least.
    pub min_fen: i64,
    /// Fen a unit, at most.
    pub max_fen: i64,
    /// `hour`, `day`, `month`, `piece`.
    pub unit: &'static str,
    /// `daily`, `weekly`, `monthly`, `on_completion`.
    pub settlement: &'static str,
}

/// A span in RFC 3339 with Shanghai's offset.
#[derive(Clone, Debug, Serialize)]
pub struct ShiftView {
    /// When it starts.
    pub start: String,
    /// When it ends.
    pub end: String,
}

impl From<&Shift> for ShiftView {
    fn from(shift: &Shift) -> ShiftView {
        ShiftView { start: shift.start.to_string(), end: shift.end.to_string() }
    }
}

/// A ride to work in public.
#[derive(Clone, Debug, Serialize)]
pub struct PickupView {
    /// Where people get on, in words.
    pub address: String,
    /// Degrees north, WGS-84.
    pub lat: Option<f64>,
    /// Degrees east, WGS-84.
    pub lon: Option<f64>,
    /// Always `wgs84`.
    pub crs: &'static str,
    /// When it leaves on each day of work, `06:40`.
    pub time: String,
    /// Seats.
    pub seats: Option<u32>,
}

impl From<&Pickup> for PickupView {
    fn from(pickup: &Pickup) -> PickupView {
        PickupView {
            address: pickup.address.clone(),
            lat: pickup.point.map(|point| point.lat()),
            lon: pickup.point.map(|point| point.lon()),
            crs: "wgs84",
            time: pickup.time.strftime("%H:%M").to_string(),
            seats: pickup.seats,
        }
    }
}

/// A posting in public.
#[derive(Clone, Debug, Serialize)]
pub struct JobView {
    /// The id.
    pub id: String,
    /// Counts every change, from 1.
    pub version: i64,
    /// Its id in the poster's own list.
    pub external_id: Option<String>,
    /// Where it stands.
    pub status: &'static str,
    /// What is to be done.
    pub title: String,
    /// More about the work.
    pub description: String,
    /// The occupation's code.
    pub occupation: Option<String>,
    /// How sure the code is, 0 to 1, where it was told from the title; null where somebody named it.
    pub occupation_confidence: Option<f64>,
    /// Skills asked for.
    pub skills: Vec<String>,
    /// Who employs.
    pub employer: EmployerView,
    /// 直招, 机构 or 经纪人.
    pub label: &'static str,
    /// The broker's or agency's id.
    pub via_broker: Option<String>,
    /// Where, in words.
    pub address: String,
    /// County code.
    pub division: Option<String>,
    /// Degrees north, WGS-84.
    pub lat: Option<f64>,
    /// Degrees east, WGS-84.
    pub lon: Option<f64>,
    /// Always `wgs84`.
    pub crs: &'static str,
    /// The pay.
    pub wage: WageView,
    /// Places.
    pub headcount: u32,
    /// Places not taken.
    pub places_left: u32,
    /// When people work.
    pub shifts: Vec<ShiftView>,
    /// What comes on top.
    pub benefits: Vec<String>,
    /// `none`, `one`, `all`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meals: Option<&'static str>,
    /// `none`, `free`, `paid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lodging: Option<&'static str>,
    /// `given`, `own`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<&'static str>,
    /// `injury`, `accident`, `liability`, `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurance: Option<&'static str>,
    /// The ride to work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup: Option<PickupView>,
    /// Conditions.
    pub requirements: String,
    /// Whether one step books.
    pub instant: bool,
    /// The stations that the poster chose.
    pub stations: Vec<String>,
    /// When it leaves the screens at the latest.
    pub valid_until: String,
    /// When it was published.
    pub published_at: Option<String>,
    /// Whether it is demonstration data.
    pub demo: bool,
    /// Metres from the station whose stream this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<i64>,
}

impl From<&Posting> for JobView {
    fn from(posting: &Posting) -> JobView {
        let terms = &posting.terms;
        let (employer, provides) = (&terms.employer, &terms.provides);
        let name = match employer.kind {
            EmployerKind::Individual => mask_name(&employer.name),
            _ => employer.name.clone(),
        };
        JobView {
            id: posting.id.to_string(),
            version: posting.version,
            external_id: posting.external.as_ref().map(|external| external.id.clone()),
            status: posting.status.word(),
            title: terms.title.clone(),
            description: terms.description.clone(),
            occupation: terms.occupation.as_ref().map(|code| code.as_str().to_owned()),
            occupation_confidence: terms
                .occupation_percent
                .map(|percent| f64::from(percent) / 100.0),
            skills: terms.skills.clone(),
            employer: EmployerView {
                name,
                uscc: employer.uscc.as_ref().map(|code| code.as_str().to_owned()),
                kind: employer.kind.word(),
            },
            label: posting.label.label(),
            via_broker: terms.via_broker.as_ref().map(ToString::to_string),
            address: terms.address.clone(),
            division: terms.division.clone(),
            lat: terms.point.map(|point| point.lat()),
            lon: terms.point.map(|point| point.lon()),
            crs: "wgs84",
            wage: WageView {
                min_fen: terms.wage.min().0,
                max_fen: terms.wage.max().0,
                unit: terms.wage.unit.word(),
                settlement: terms.wage.settlement.word(),
            },
            headcount: terms.headcount,
            places_left: posting.places_left(),
            shifts: terms.shifts.iter().map(ShiftView::from).collect(),
            benefits: terms.benefits.clone(),
            meals: provides.meals.map(|meals| meals.word()),
            lodging: provides.lodging.map(|lodging| lodging.word()),
            tools: provides.tools.map(|tools| tools.word()),
            insurance: provides.insurance.map(|cover| cover.word()),
            pickup: provides.pickup.as_ref().map(PickupView::from),
            requirements: terms.requirements.clone(),
            instant: terms.instant,
            stations: terms.stations.iter().map(ToString::to_string).collect(),
            valid_until: terms.valid_until.to_string(),
            published_at: posting.published_at.map(|at| at.to_string()),
            demo: posting.demo,
            distance_m: None,
        }
    }
}
