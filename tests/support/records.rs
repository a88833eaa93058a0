//! Records with good defaults; a test names what it is about and changes the fields it tests.

use linggong::{
    domain::{
        account::{Account, Role},
        booking::{Booking, BookingStatus},
        geo::{Crs, Point},
        ids::{OrgId, StationId},
        money::Fen,
        org::{Employer, EmployerKind, Label, Org},
        posting::{Posting, Shift, Status, Terms},
        provides::{Cover, Lodging, Meals, Pickup, Provides, Tools},
        station::Station,
        time::{Clock, HOUR, Moment},
        wage::{Settlement, Wage, WageUnit},
        worker::{Available, Certificate, Mode, Person, Profile, Worker},
    },
    store::{Entry, Kind, Shown, ShownWhat},
};

/// 2026-11-25 08:00 in Shanghai: when the tests' records are made.
pub const NOW: Moment = Moment(1_795_564_800_000_000);

/// A clock that stands at [`NOW`].
pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> Moment {
        NOW
    }
}

/// An id, a code or another value that parses.
pub fn the<T: std::str::FromStr>(text: &str) -> T {
    match text.parse() {
        Ok(value) => value,
        Err(_) => panic!("{text} parses"),
    }
}

/// The gig market of Jinfeng District, about.
pub fn place() -> Point {
    Point::new(38.44, 106.24, Crs::Wgs84).expect("a place on the earth")
}

/// A public station.
pub fn station(id: &str) -> Station {
    Station {
        id: the(id),
        name: format!("{id}就业服务站"),
        point: place(),
        radius_m: 30_000.0,
        public: true,
    }
}

/// An enterprise.
pub fn org(id: &str) -> Org {
    Org { id: the(id), employer: employer() }
}

/// An enterprise without a credit code.
pub fn employer() -> Employer {
    Employer {
        name: "金凤区示例农业公司".to_owned(), uscc: None, kind: EmployerKind::Enterprise
    }
}

/// An account that stands for nobody in particular.
pub fn account(login: &str, role: Role) -> Account {
    Account {
        id: the(&format!("acc_{login}")),
        login: login.to_owned(),
        role,
        org: None,
        station: None,
        worker: None,
    }
}

/// Eight hours, so many days after [`NOW`].
pub fn shift(days: i64) -> Shift {
    let start = NOW.plus(days * 24 * HOUR);
    Shift { start, end: start.plus(8 * HOUR) }
}

/// Open, three places, tomorrow; without organisation, poster and foreign identity.
pub fn posting(number: u32) -> Posting {
    Posting {
        id: the(&format!("job_{number}")),
        terms: Terms {
            title: format!("摘枸杞{number}"),
            description: "早上六点集合".to_owned(),
            occupation: Some(the("5-05-99-00")),
            occupation_percent: None,
            skills: vec!["采摘".to_owned()],
            employer: employer(),
            via_broker: None,
            address: "良田镇".to_owned(),
            division: Some("640106".to_owned()),
            point: Some(place()),
            wage: Wage::new(Fen(18_000), Fen(22_000), WageUnit::Day, Settlement::Daily)
                .expect("a wage"),
            headcount: 3,
            shifts: vec![shift(1)],
            benefits: vec!["管午饭".to_owned()],
            provides: provides(),
            requirements: "身体健康".to_owned(),
            instant: true,
            stations: Vec::<StationId>::new(),
            valid_until: NOW.plus(7 * 24 * HOUR),
        },
        label: Label::Direct,
        org: None::<OrgId>,
        poster: None,
        external: None,
        status: Status::Open,
        reason: None,
        taken: 0,
        version: 1,
        demo: false,
        created_at: NOW,
        updated_at: NOW,
        published_at: Some(NOW),
        verified_by: None,
    }
}

/// Everything that a posting can provide.
fn provides() -> Provides {
    Provides {
        meals: Some(Meals::One),
        lodging: Some(Lodging::None),
        tools: Some(Tools::Given),
        insurance: Some(Cover::Accident),
        pickup: Some(Pickup {
            address: "良田镇政府门口".to_owned(),
            point: Some(place()),
            time: jiff::civil::Time::constant(6, 40, 0, 0),
            seats: Some(12),
        }),
    }
}

/// With a phone, without a citizen's number, account and foreign identity.
pub fn worker(number: u32) -> Worker {
    Worker {
        id: the(&format!("wkr_{number}")),
        person: Person {
            name: "王小明".to_owned(),
            phone: Some(the(&format!("138{number:08}"))),
            id_number: None,
            memberships: vec![],
            household: None,
        },
        profile: Profile {
            point: Some(place()),
            radius_m: 20_000.0,
            skills: vec!["采摘".to_owned()],
            occupations: vec![the("5-05-99-00")],
            modes: Mode::ALL.to_vec(),
            skill_occupations: vec![the("4-02-05-01")],
            certificates: vec![Certificate::endless("forklift")],
            day_wage_wish: Some(Fen(15_000)),
            available: Available::Always,
        },
        village: Some("640106101201".to_owned()),
        consents: vec![],
        station: None,
        account: None,
        external: None,
        version: 1,
        demo: false,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// Of a posting's first shift, with a place.
pub fn booking(number: u32, job: &Posting, worker: &Worker) -> Booking {
    let (id, shifts) = (the(&format!("bkg_{number}")), job.terms.shifts.clone());
    let status = BookingStatus::Booked;
    Booking::new(id, job.id.clone(), worker.id.clone(), shifts, status, NOW)
}

/// A log entry of the operator.
pub fn entry(verb: &'static str, kind: Kind, entity: &str) -> Entry {
    Entry {
        at: NOW,
        actor: "operator".to_owned(),
        verb,
        kind,
        entity: entity.to_owned(),
        detail: serde_json::json!({"why": "test"}),
    }
}

/// The smallest posting that a screen can show.
pub fn payload(job: &str, version: i64) -> String {
    format!(r#"{{"id":"{job}","version":{version},"title":"摘枸杞"}}"#)
}

/// A station shows this version of a posting from now on.
pub fn put(station: &str, job: &str, version: i64) -> Shown {
    Shown {
        station: the(station),
        job: the(job),
        at: NOW,
        what: ShownWhat::Put { version, payload: payload(job, version) },
    }
}

/// A station shows a posting no more.
pub fn remove(station: &str, job: &str) -> Shown {
    Shown {
        station: the(station),
        job: the(job),
        at: NOW,
        what: ShownWhat::Remove { why: "closed" },
    }
}
