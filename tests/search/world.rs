//! Builders of postings and workers.

use linggong::domain::{
    geo::{Crs, Point},
    money::Fen,
    org::{Employer, EmployerKind, Label},
    posting::{Posting, Shift, Status, Terms},
    time::{DAY, HOUR, Moment},
    wage::{Settlement, Wage, WageUnit},
    worker::{Available, Group, GroupSource, Membership, Mode, Person, Profile, Worker},
};
use linggong::search::{Index, JobPage};

/// Tuesday, 24 November 2026, 10:00 in Shanghai.
pub const NOW: Moment = Moment(1_795_485_600_000_000);
/// 08:00 of the next day.
pub const TOMORROW: Moment = Moment(NOW.0 + 22 * HOUR);

pub fn at(lat: f64, lon: f64) -> Point {
    Point::new(lat, lon, Crs::Wgs84).unwrap()
}

pub fn shift(start: Moment, hours: i64) -> Shift {
    Shift { start, end: start.plus(hours * HOUR) }
}

pub fn wage(yuan: i64, unit: WageUnit, settlement: Settlement) -> Wage {
    Wage::new(Fen::from_yuan(yuan), Fen::from_yuan(yuan), unit, settlement).unwrap()
}

/// An open posting for a loader in Jinfeng, 220 yuan a day, tomorrow at eight.
pub fn posting(id: &str) -> Posting {
    Posting {
        id: format!("job_{id}").parse().unwrap(),
        terms: Terms {
            title: "招工".to_owned(),
            description: String::new(),
            occupation: None,
            occupation_percent: None,
            skills: vec!["装载机".to_owned()],
            employer: Employer {
                name: "塞上建材公司".to_owned(),
                uscc: None,
                kind: EmployerKind::Enterprise,
            },
            via_broker: None,
            address: "良田镇".to_owned(),
            division: None,
            point: Some(at(38.28, 106.27)),
            wage: wage(220, WageUnit::Day, Settlement::Daily),
            headcount: 2,
            shifts: vec![shift(TOMORROW, 9)],
            benefits: Vec::new(),
            provides: Default::default(),
            requirements: String::new(),
            instant: false,
            stations: Vec::new(),
            valid_until: NOW.plus(30 * DAY),
        },
        label: Label::Direct,
        org: None,
        poster: None,
        external: None,
        status: Status::Open,
        reason: None,
        taken: 0,
        version: 1,
        demo: false,
        created_at: NOW.plus(-3 * DAY),
        updated_at: NOW.plus(-2 * DAY),
        published_at: Some(NOW.plus(-2 * DAY)),
        verified_by: None,
    }
}

pub fn profile() -> Profile {
    Profile {
        point: Some(at(38.28, 106.27)),
        radius_m: 20_000.0,
        skills: vec!["装载机".to_owned()],
        occupations: Vec::new(),
        modes: Mode::ALL.to_vec(),
        skill_occupations: Vec::new(),
        certificates: Vec::new(),
        day_wage_wish: None,
        available: Available::Always,
    }
}

pub fn worker(id: &str) -> Worker {
    Worker {
        id: format!("wkr_{id}").parse().unwrap(),
        person: Person {
            name: "某人".to_owned(),
            phone: None,
            id_number: None,
            memberships: Vec::new(),
            household: None,
        },
        profile: profile(),
        village: None,
        consents: Vec::new(),
        station: None,
        account: None,
        external: None,
        version: 1,
        demo: false,
        created_at: NOW,
        updated_at: NOW,
    }
}

/// Of these groups, by the person's own word.
pub fn member(groups: &[Group]) -> Vec<Membership> {
    let source = GroupSource::Declared;
    let of = |group: &Group| Membership { group: *group, source, asked: None, withdrawn: None };
    groups.iter().map(of).collect()
}

/// An index in a directory that goes with it.
pub struct Shop {
    pub index: std::sync::Arc<Index>,
    pub dir: tempfile::TempDir,
}

impl Shop {
    pub fn empty() -> Shop {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::own(&dir.path().join("index")).unwrap();
        Shop { index: index.into(), dir }
    }

    pub fn of(postings: &[Posting]) -> Shop {
        let shop = Shop::empty();
        for posting in postings {
            shop.index.put_job(posting).unwrap();
        }
        shop.index.commit(1).unwrap();
        shop
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("index")
    }
}

pub fn ids(page: &JobPage) -> Vec<&str> {
    page.hits.iter().map(|hit| hit.id.trim_start_matches("job_")).collect()
}

#[test]
fn the_world_stands_on_a_tuesday() {
    assert_eq!(NOW.to_string(), "2026-11-24T10:00:00+08:00");
    assert_eq!(TOMORROW.to_string(), "2026-11-25T08:00:00+08:00");
}
