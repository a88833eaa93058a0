//! Who acts in the demo: three sites, twelve employers, two brokers, an agency and the desks.

use serde_json::json;

use super::{DemoAccount, DemoError, placements};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        geo::{Crs, Point},
        ids::{OrgId, StationId},
        org::{Employer, EmployerKind},
        poster::CheckEvent,
        station::Station,
    },
    market::{Market, NewUser},
};

use EmployerKind::{
    Agency, Broker, Cooperative, Enterprise, FamilyFarm, Grower, SoleTrader, Workshop,
};

/// A site: id, name, degrees north and east, radius in kilometres.
type Site = (&'static str, &'static str, f64, f64, f64);

/// 良田镇 and 丰登镇 stand at the centres of their towns' bounding boxes, 和顺新村 at a point within
/// 良田镇: approximations, several kilometres from the real sites perhaps.
const SITES: [Site; 3] = [
    ("liangtian", "良田镇就业服务站", 38.3613, 106.1313, 20.0),
    ("fengdeng", "丰登镇就业服务站", 38.5544, 106.2442, 20.0),
    ("heshun", "和顺新村零工市场", 38.345, 106.12, 30.0),
];

/// An organisation of the demo. `registry` is the first two characters of its credit code: 91 and
/// 92 the market regulator's companies and sole traders, 93 farmers' cooperatives.
pub(super) struct House {
    login: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: EmployerKind,
    registry: &'static str,
}

const fn house(
    login: &'static str,
    name: &'static str,
    kind: EmployerKind,
    registry: &'static str,
) -> House {
    House { login, name, kind, registry }
}

/// The employers; trades name them by their place in this list.
pub(super) const EMPLOYERS: [House; 12] = [
    house("employer", "演示·移民新村分拣中心", Enterprise, "91"),
    house("employer-2", "演示·贺兰山下酒庄", Enterprise, "91"),
    house("employer-3", "演示·渠北蔬菜专业合作社", Cooperative, "93"),
    house("employer-4", "演示·东坡奶牛牧场", Enterprise, "91"),
    house("employer-5", "演示·红果枸杞家庭农场", FamilyFarm, "92"),
    house("employer-6", "演示·凤城快件处理场", Enterprise, "91"),
    house("employer-7", "演示·湖畔家政服务部", Enterprise, "91"),
    house("employer-8", "演示·塞上建筑劳务队", Enterprise, "91"),
    house("employer-9", "演示·水车边餐馆", SoleTrader, "92"),
    house("employer-10", "演示·平安护卫公司", Enterprise, "91"),
    house("employer-11", "演示·种植大户老张", Grower, "92"),
    house("employer-12", "演示·新村就业帮扶车间", Workshop, "91"),
];

/// Those who bring people to employers.
const GO_BETWEENS: [House; 3] = [
    house("broker", "演示·劳务经纪人甲", Broker, "92"),
    house("broker-2", "演示·劳务经纪人乙", Broker, "92"),
    house("agency", "演示·金桥劳务中介", Agency, "91"),
];

const CODE: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn weighted(text: &str, alphabet: &[u8], weights: impl Iterator<Item = usize>) -> usize {
    let value = |byte| alphabet.iter().position(|&letter| letter == byte);
    let values = text.bytes().map(|byte| value(byte).unwrap_or_default());
    values.zip(weights).map(|(value, weight)| value * weight).sum()
}

/// An invented credit code of Jinfeng that passes both checks: the organisation's part (GB 11714)
/// reads `DEM` and a number, which no register gives out.
pub(super) fn credit_code(registry: &str, number: usize) -> String {
    let part = format!("DEM{number:05}");
    let weights = [3, 7, 9, 10, 5, 8, 4, 2].into_iter();
    let part_check = match (11 - weighted(&part, LETTERS, weights) % 11) % 11 {
        10 => 'X',
        digit => char::from(LETTERS[digit]),
    };
    let body = format!("{registry}640106{part}{part_check}");
    let weights = std::iter::successors(Some(1), |weight| Some(weight * 3 % 31));
    let check = (31 - weighted(&body, CODE, weights) % 31) % 31;
    format!("{body}{}", char::from(CODE[check]))
}

impl House {
    /// The credit code of the house at this place of [`EMPLOYERS`].
    pub(super) fn code(&self, place: usize) -> String {
        credit_code(self.registry, place + 1)
    }
}

/// The accounts through which the demo acts.
pub(super) struct Cast {
    pub(super) stations: Vec<Station>,
    /// Staff, in the order of `stations`.
    pub(super) desks: Vec<Actor>,
    /// In the order of [`EMPLOYERS`].
    pub(super) employers: Vec<Actor>,
    pub(super) brokers: Vec<Actor>,
}

/// The demo's stations.
pub(super) fn stations() -> Result<Vec<Station>, DemoError> {
    let stations = SITES.iter().map(|&(id, name, lat, lon, radius_km)| {
        Ok(Station {
            id: id.parse()?,
            name: name.to_owned(),
            point: Point::new(lat, lon, Crs::Wgs84)?,
            radius_m: radius_km * 1000.0,
            public: true,
        })
    });
    stations.collect()
}

struct Part<'a> {
    role: Role,
    login: String,
    org: Option<OrgId>,
    employer: Option<Employer>,
    station: Option<&'a StationId>,
}

impl<'a> Part<'a> {
    fn plain(role: Role, login: &str) -> Part<'a> {
        Part { role, login: login.to_owned(), org: None, employer: None, station: None }
    }

    fn house(role: Role, house: &House, code: String) -> Result<Part<'a>, DemoError> {
        let mut part = Part::plain(role, house.login);
        part.org = Some(format!("demo-{}", house.login).parse()?);
        part.employer = Some(Employer {
            name: house.name.to_owned(),
            uscc: Some(code.parse()?),
            kind: house.kind,
        });
        Ok(part)
    }

    fn at(mut self, station: &'a StationId) -> Part<'a> {
        self.station = Some(station);
        self
    }
}

async fn enter(market: &Market, part: Part<'_>) -> Result<(Account, String), DemoError> {
    let password = market.make_password();
    let new = NewUser {
        login: part.login,
        role: part.role,
        org: part.org,
        employer: part.employer,
        station: part.station.cloned(),
        password: password.clone(),
    };
    let account = market.add_user(&Actor::Operator, new).await?;
    Ok((account, password))
}

/// Every employer authorises every broker, each by a paper, and a desk has verified them.
async fn authorise(market: &Market, desk: &Actor, brokers: &[Actor]) -> Result<(), DemoError> {
    let today = market.now().day();
    let to = today.add_months(MANDATE_MONTHS).to_string();
    for broker in brokers {
        let org = broker.account().and_then(|account| account.org.as_ref());
        let org = org.ok_or(DemoError::Incomplete)?;
        for (i, house) in EMPLOYERS.iter().enumerate() {
            let employer = json!({
                "name": house.name, "uscc": house.code(i), "kind": house.kind.word(),
            });
            let input = json!({ "employer": employer, "from": today.to_string(), "to": to });
            let mandate = market.add_mandate(broker, org, &input, MANDATE).await?;
            market.judge_mandate(desk, &mandate.id, CheckEvent::Verify, None).await?;
        }
    }
    Ok(())
}

/// Months for which the demo's authorisations hold.
const MANDATE_MONTHS: u32 = 12;
/// A paper that says that it is made up.
const MANDATE: &[u8] = include_bytes!("mandate.pdf");

/// One account of every role, for people who try the demo out.
pub(super) struct Tryout {
    pub(super) accounts: Vec<DemoAccount>,
    pub(super) worker: Actor,
    pub(super) leader: Actor,
    pub(super) village: Actor,
}

impl Cast {
    /// Sets stations, organisations and accounts up.
    pub(super) async fn enter(market: &Market) -> Result<(Cast, Tryout), DemoError> {
        let stations = stations()?;
        for station in &stations {
            market.add_station(&Actor::Operator, station).await?;
        }
        let mut accounts = Vec::new();
        let mut shown = |(account, password): (Account, String), label: &str| {
            accounts.push(DemoAccount {
                role: account.role,
                login: account.login.clone(),
                password,
                label: label.to_owned(),
            });
            Actor::Account(account)
        };
        let admin = enter(market, Part::plain(Role::Admin, "admin")).await?;
        shown(admin, "管理员");
        let mut desks = Vec::new();
        for station in &stations {
            let part = Part::plain(Role::Staff, &format!("staff-{}", station.id));
            let entered = enter(market, part.at(&station.id)).await?;
            desks.push(shown(entered, &format!("{}工作人员", station.name)));
        }
        let (mut employers, mut brokers) = (Vec::new(), Vec::new());
        for (i, house) in EMPLOYERS.iter().enumerate() {
            let part = Part::house(Role::Employer, house, house.code(i))?;
            let (account, password) = enter(market, part).await?;
            employers.push(if i == 0 {
                shown((account, password), house.name)
            } else {
                Actor::Account(account)
            });
        }
        for (i, house) in GO_BETWEENS.iter().enumerate() {
            let part = Part::house(Role::Broker, house, house.code(EMPLOYERS.len() + i))?;
            let (account, password) = enter(market, part).await?;
            brokers.push(if i == 0 {
                shown((account, password), house.name)
            } else {
                Actor::Account(account)
            });
        }
        authorise(market, desks.first().ok_or(DemoError::Incomplete)?, &brokers).await?;
        let market_site = stations.last().map(|station| &station.id);
        let mut rest = Vec::new();
        for (role, label) in [
            (Role::Worker, "求职者"),
            (Role::Leader, "班组长"),
            (Role::Village, "村（社区）协管员"),
            (Role::Reviewer, "审核人员（人力资源和社会保障局）"),
            (Role::Device, "零工市场的屏幕"),
        ] {
            let mut part = Part::plain(role, role.word());
            if matches!(role, Role::Worker | Role::Leader | Role::Device) {
                part.station = market_site;
            }
            match role {
                Role::Village => part.org = Some(placements::VILLAGE.parse()?),
                Role::Reviewer => part.org = Some("hr".parse()?),
                _ => {}
            }
            rest.push(shown(enter(market, part).await?, label));
        }
        let mut rest = rest.into_iter();
        let (Some(worker), Some(leader), Some(village)) = (rest.next(), rest.next(), rest.next())
        else {
            return Err(DemoError::Incomplete);
        };
        let part =
            Part { org: Some("rural".parse()?), ..Part::plain(Role::Reviewer, "reviewer-2") };
        shown(enter(market, part).await?, "审核人员（农业农村和水务局）");
        let cast = Cast { stations, desks, employers, brokers };
        let tryout = Tryout { accounts, worker, leader, village };
        Ok((cast, tryout))
    }

    /// The cast of a folder that was filled before.
    ///
    /// # Errors
    /// [`DemoError::Incomplete`] where an account of the demo is missing.
    pub(super) async fn find(market: &Market) -> Result<Cast, DemoError> {
        let mut view = market.store.read().await?;
        let (held, accounts) = (view.stations().await?, view.accounts().await?);
        let actor = |login: &str| {
            let account = accounts.iter().find(|account| account.login == login);
            let account = account.ok_or(DemoError::Incomplete)?;
            Ok(Actor::Account(account.clone()))
        };
        let mut stations = Vec::new();
        let mut desks = Vec::new();
        for site in SITES {
            let station = held.iter().find(|station| station.id.as_str() == site.0);
            stations.push(station.ok_or(DemoError::Incomplete)?.clone());
            desks.push(actor(&format!("staff-{}", site.0))?);
        }
        let all = |houses: &[House]| -> Result<Vec<Actor>, DemoError> {
            houses.iter().map(|house| actor(house.login)).collect()
        };
        Ok(Cast { stations, desks, employers: all(&EMPLOYERS)?, brokers: all(&GO_BETWEENS)? })
    }

    /// How many go-betweens there are.
    pub(super) const fn go_betweens() -> usize {
        GO_BETWEENS.len()
    }
}

/// The station that reviews what is done at `point`: the first in whose radius it lies.
pub(super) fn desk_of(stations: &[Station], point: Point) -> Option<usize> {
    stations.iter().position(|station| station.covers(point).is_some())
}

/// The station next to `point`.
pub(super) fn nearest(stations: &[Station], point: Point) -> usize {
    let metres = |i: &usize| stations[*i].point.distance_m(point);
    (0..stations.len()).min_by(|a, b| metres(a).total_cmp(&metres(b))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::Uscc;

    #[test]
    fn every_house_has_a_valid_code_of_its_own_and_a_marked_name() {
        let houses = EMPLOYERS.iter().chain(&GO_BETWEENS);
        let codes: std::collections::BTreeSet<_> =
            houses.clone().enumerate().map(|(i, h)| h.code(i)).collect();
        assert_eq!(codes.len(), 15);
        for code in codes {
            assert!(code.parse::<Uscc>().is_ok(), "{code}");
            assert!(code[2..].starts_with("640106DEM"), "{code}");
        }
        assert!(houses.into_iter().all(|house| house.name.starts_with("演示·")));
        // Worked out apart from this code.
        assert_eq!(credit_code("91", 1), "91640106DEM0000148");
        assert_eq!(credit_code("93", 3), "93640106DEM000030P");
    }
}
