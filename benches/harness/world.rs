//! A seeded world: 35 % of postings lie within 25 km of the district's middle, clustered in ten
//! towns, the others near 300 cities; 60 trades, 1 to 3 of them a posting, common ones common;
//! titles of 2 to 5 words out of 300; 95 % open. Workers live where postings lie; questions come
//! from the dense part.

use linggong::{
    domain::{
        geo::{Crs, Point},
        ids::{JobId, Seedling, WorkerId},
        money::Fen,
        org::{Employer, EmployerKind, Label},
        posting::{External, Posting, Shift, Status, Terms},
        time::{DAY, HOUR, MINUTE, Moment},
        wage::{Settlement, Wage, WageUnit},
        worker::{Available, Certificate, Mode, Person, Profile, Worker},
    },
    words::trades::Trades,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

/// The middle of the dense part, degrees.
pub const CENTRE: (f64, f64) = (106.2, 38.45);
const DENSE_SHARE: f64 = 0.35;
const DENSE_RADIUS_M: f64 = 25_000.0;
const TOWNS: usize = 10;
const CITIES: usize = 300;
const METRES_A_DEGREE: f64 = 111_195.08;

const TRADES: &str = "焊工 电工 木工 瓦工 油漆工 钢筋工 架子工 水暖工 混凝土工 抹灰工 \
    防水工 管道工 挖掘机手 装载机手 叉车工 货车司机 客车司机 快递员 送餐员 仓管员 \
    分拣员 装卸工 搬运工 包装工 质检员 缝纫工 裁剪工 车工 铣工 钳工 \
    装配工 注塑工 电子工 屠宰工 面点师 厨师 配菜工 服务员 洗碗工 收银员 \
    理货员 保安 保洁 家政 月嫂 护工 育婴师 养老护理员 园林工 绿化工 \
    采摘工 种植工 大棚工 养殖工 挤奶工 饲养员 农机手 修剪工 环卫工 清洗工";
const PLACES: &str = "建筑 工地 仓库 物流 食品 蔬菜 枸杞 葡萄 餐饮 酒店 超市 家庭 \
    医院 学校 工厂 电子 服装 木材 钢材 道路 园林 农田 养殖 快递";
const TASKS: &str = "分拣 搬运 清扫 看护 装卸 包装 采收 维修 安装 值班";

/// A posting that the world holds.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its number, from 1.
    pub number: u64,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// One to three trades.
    pub skills: Vec<&'static str>,
    /// Two to five words.
    pub title: String,
    /// A day's pay.
    pub wage_fen: i64,
    /// When its one shift of nine hours begins.
    pub start: Moment,
    /// Places.
    pub headcount: u32,
    /// 95 in 100 are open.
    pub status: Status,
    now: Moment,
}

/// A worker whom the world holds. Names and phones are drawn and belong to nobody that this knows
/// of.
#[derive(Clone, Debug)]
pub struct Enrolled {
    /// The number, from 1.
    pub number: u64,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// How far the person goes, kilometres.
    pub radius_km: u32,
    /// One to three trades.
    pub skills: Vec<&'static str>,
    now: Moment,
}

/// What a person in the dense part asks for.
#[derive(Clone, Debug)]
pub struct Question {
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
    /// Two or three trades.
    pub skills: Vec<&'static str>,
    /// A word of titles.
    pub term: String,
}

const DESCRIPTION: &str = "按件检查，听从现场安排。";

fn point(lat: f64, lon: f64) -> Point {
    Point::new(lat, lon, Crs::Wgs84).expect("the world lies on the earth")
}

fn seedling(number: u64, now: Moment) -> Seedling {
    // Ids grow as records come, a second apart, over the days before now.
    let at_ms = now.0 as u64 / 1000 - 30_000_000_000 + number * 1000;
    Seedling { at_ms, random: u128::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060) }
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

/// The certificates that the work of these skills asks for: who has learnt it may do it.
fn certificates(skills: &[&str]) -> Vec<Certificate> {
    let trades = Trades::shipped();
    let owed = skills.iter().filter_map(|skill| trades.by_name(skill)?.licence.as_ref());
    let mut keys: Vec<String> = owed.map(|licence| licence.key.clone()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter().map(Certificate::endless).collect()
}

impl Listed {
    fn employer(&self) -> String {
        format!("第{}劳务用工单位", self.number % 5_000)
    }

    /// As the interface takes it.
    pub fn input(&self) -> Value {
        json!({
            "external_id": format!("p{}", self.number),
            "title": self.title,
            "description": DESCRIPTION,
            "skills": self.skills,
            "employer": { "name": self.employer(), "kind": "enterprise" },
            "address": format!("第{}号工地", self.number),
            "lat": self.lat,
            "lon": self.lon,
            "crs": "wgs84",
            "wage": { "min_fen": self.wage_fen, "unit": "day", "settlement": "daily" },
            "headcount": self.headcount,
            "shifts": [{ "start": self.start.to_string(), "end": self.end().to_string() }],
            "benefits": ["管午饭"],
            "requirements": "不限",
            "valid_until": self.now.plus(90 * DAY).to_string(),
        })
    }

    fn end(&self) -> Moment {
        self.start.plus(9 * HOUR)
    }

    /// As it is stored.
    pub fn posting(&self) -> Posting {
        let fen = Fen(self.wage_fen);
        let since = self.now.plus(-(self.number as i64 % 240) * HOUR);
        Posting {
            id: JobId::grow(seedling(self.number, self.now)),
            terms: Terms {
                title: self.title.clone(),
                description: DESCRIPTION.to_owned(),
                occupation: None,
                occupation_percent: None,
                skills: words(&self.skills),
                employer: Employer {
                    name: self.employer(),
                    uscc: None,
                    kind: EmployerKind::Enterprise,
                },
                via_broker: None,
                address: format!("第{}号工地", self.number),
                division: None,
                point: Some(point(self.lat, self.lon)),
                wage: Wage::new(fen, fen, WageUnit::Day, Settlement::Daily).expect("a wage"),
                headcount: self.headcount,
                shifts: vec![Shift { start: self.start, end: self.end() }],
                benefits: vec!["管午饭".to_owned()],
                provides: Default::default(),
                requirements: "不限".to_owned(),
                instant: false,
                stations: Vec::new(),
                valid_until: self.now.plus(90 * DAY),
            },
            label: Label::Direct,
            org: None,
            poster: None,
            external: Some(External {
                source: "bench".to_owned(),
                id: format!("p{}", self.number),
            }),
            status: self.status,
            reason: None,
            taken: 0,
            version: 1,
            demo: false,
            created_at: since,
            updated_at: since,
            published_at: Some(since),
            verified_by: None,
        }
    }
}

impl Enrolled {
    /// As the interface takes it.
    pub fn input(&self) -> Value {
        json!({
            "external_id": format!("w{}", self.number),
            "name": format!("求职者{}", self.number),
            "phone": self.phone(),
            "lat": self.lat,
            "lon": self.lon,
            "crs": "wgs84",
            "radius_km": self.radius_km,
            "skills": self.skills,
        })
    }

    fn phone(&self) -> String {
        format!("199{:08}", self.number % 100_000_000)
    }

    /// What matching reads.
    pub fn profile(&self) -> Profile {
        Profile {
            point: Some(point(self.lat, self.lon)),
            radius_m: f64::from(self.radius_km) * 1000.0,
            skills: words(&self.skills),
            occupations: Vec::new(),
            modes: Mode::ALL.to_vec(),
            skill_occupations: Vec::new(),
            certificates: certificates(&self.skills),
            day_wage_wish: None,
            available: Available::Always,
        }
    }

    /// As it is stored.
    pub fn worker(&self) -> Worker {
        Worker {
            id: WorkerId::grow(seedling(self.number, self.now)),
            person: Person {
                name: format!("求职者{}", self.number),
                phone: self.phone().parse().ok(),
                id_number: None,
                memberships: Vec::new(),
                household: None,
            },
            profile: self.profile(),
            village: None,
            consents: Vec::new(),
            station: None,
            account: None,
            external: Some(External {
                source: "bench".to_owned(),
                id: format!("w{}", self.number),
            }),
            version: 1,
            demo: false,
            created_at: self.now,
            updated_at: self.now,
        }
    }
}

impl Question {
    /// A worker of these skills, who also knows the word, and goes so far.
    pub fn profile(&self, radius_m: f64) -> Profile {
        let mut skills = words(&self.skills);
        skills.push(self.term.clone());
        let known: Vec<&str> = skills.iter().map(String::as_str).collect();
        let certificates = certificates(&known);
        Profile {
            point: Some(point(self.lat, self.lon)),
            radius_m,
            skills,
            occupations: Vec::new(),
            modes: Mode::ALL.to_vec(),
            skill_occupations: Vec::new(),
            certificates,
            day_wage_wish: None,
            available: Available::Always,
        }
    }

    /// A posting here that asks for these skills.
    pub fn posting(&self, number: u64, now: Moment) -> Posting {
        let listed = Listed {
            number,
            lon: self.lon,
            lat: self.lat,
            skills: self.skills.clone(),
            title: self.term.clone(),
            wage_fen: 20_000,
            start: now.plus(DAY),
            headcount: 1,
            status: Status::Open,
            now,
        };
        listed.posting()
    }
}

/// Where things lie and how often they come.
pub struct World {
    rng: ChaCha20Rng,
    towns: Vec<(f64, f64, f64)>,
    cities: Vec<(f64, f64)>,
    trades: Vec<&'static str>,
    words: Vec<String>,
    now: Moment,
    made: u64,
}

impl World {
    /// The world of a seed; shifts lie in the 60 days after `now`.
    pub fn new(seed: u64, now: Moment) -> World {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let towns = (0..TOWNS)
            .map(|_| {
                let away = 18_000.0 * rng.random::<f64>().sqrt();
                let angle = std::f64::consts::TAU * rng.random::<f64>();
                let (lon, lat) = moved(CENTRE, away * angle.cos(), away * angle.sin());
                (lon, lat, rng.random_range(1_000.0..3_000.0))
            })
            .collect();
        let cities = (0..CITIES)
            .map(|_| (98.0 + 24.0 * beta(&mut rng), rng.random_range(22.0..46.0)))
            .collect();
        let trades: Vec<_> = TRADES.split_whitespace().collect();
        let mut words: Vec<_> = trades.iter().map(|trade| (*trade).to_owned()).collect();
        for place in PLACES.split_whitespace() {
            words.extend(TASKS.split_whitespace().map(|task| format!("{place}{task}")));
        }
        for last in (1..words.len()).rev() {
            words.swap(last, rng.random_range(0..=last));
        }
        World { rng, towns, cities, trades, words, now, made: 0 }
    }

    /// The same world, where what comes is drawn from another stream of the seed.
    pub fn stream(mut self, number: u64) -> World {
        self.rng.set_stream(number);
        self
    }

    /// The next posting.
    pub fn posting(&mut self) -> Listed {
        self.made += 1;
        let (lon, lat) =
            if self.rng.random_bool(DENSE_SHARE) { self.near_town(1.0) } else { self.near_city() };
        let skills = self.skills(1);
        let words = self.rng.random_range(2..=5);
        let title: Vec<_> = distinct(&mut self.rng, self.words.len(), 40.0, words)
            .into_iter()
            .map(|at| self.words[at].as_str())
            .collect();
        let wage = 20_000.0 * (0.35 * normal(&mut self.rng)).exp();
        let wage_fen = wage.clamp(8_000.0, 80_000.0) as i64 / 100 * 100;
        let start = self.now.plus(DAY + self.rng.random_range(0..60 * 48) * 30 * MINUTE);
        let mut headcount = 1;
        while headcount < 40 && self.rng.random_bool(0.75) {
            headcount += 1;
        }
        let status = match self.rng.random_range(0..100) {
            0..95 => Status::Open,
            95..98 => Status::Filled,
            _ => Status::Closed,
        };
        Listed {
            number: self.made,
            lon,
            lat,
            skills,
            title: title.join(" "),
            wage_fen,
            start,
            headcount,
            status,
            now: self.now,
        }
    }

    /// The next worker.
    pub fn worker(&mut self) -> Enrolled {
        self.made += 1;
        let (lon, lat) =
            if self.rng.random_bool(DENSE_SHARE) { self.near_town(1.5) } else { self.near_city() };
        Enrolled {
            number: self.made,
            lon,
            lat,
            radius_km: self.rng.random_range(5..=40),
            skills: self.skills(1),
            now: self.now,
        }
    }

    /// The next question.
    pub fn question(&mut self) -> Question {
        let (lon, lat) = self.near_town(1.5);
        let skills = self.skills(2);
        let [term] = distinct(&mut self.rng, self.words.len(), 40.0, 1)[..] else {
            return self.question();
        };
        Question { lon, lat, skills, term: self.words[term].clone() }
    }

    /// A point near one of the towns, within the dense part, degrees east and north.
    pub fn near_town(&mut self, spread: f64) -> (f64, f64) {
        loop {
            let (lon, lat, sigma) = self.towns[zipf(&mut self.rng, TOWNS, 3.0)];
            let (east, north) = (normal(&mut self.rng) * sigma, normal(&mut self.rng) * sigma);
            let (lon, lat) = moved((lon, lat), east * spread, north * spread);
            let centre = Point::new(CENTRE.1, CENTRE.0, Crs::Wgs84);
            let here = Point::new(lat, lon, Crs::Wgs84);
            if let (Ok(centre), Ok(here)) = (centre, here)
                && here.distance_m(centre) <= DENSE_RADIUS_M
            {
                return (lon, lat);
            }
        }
    }

    fn near_city(&mut self) -> (f64, f64) {
        let city = self.cities[zipf(&mut self.rng, CITIES, 30.0)];
        let (east, north) = (normal(&mut self.rng), normal(&mut self.rng));
        moved(city, east * 12_000.0, north * 12_000.0)
    }

    /// So many to three trades.
    pub fn skills(&mut self, least: usize) -> Vec<&'static str> {
        let count = self.rng.random_range(least..=3);
        let drawn = distinct(&mut self.rng, self.trades.len(), 20.0, count);
        drawn.into_iter().map(|at| self.trades[at]).collect()
    }
}

fn moved((lon, lat): (f64, f64), east_m: f64, north_m: f64) -> (f64, f64) {
    let shrunk = METRES_A_DEGREE * lat.to_radians().cos();
    (lon + east_m / shrunk, lat + north_m / METRES_A_DEGREE)
}

/// A standard normal number (Box and Muller).
fn normal(rng: &mut ChaCha20Rng) -> f64 {
    let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// A number of the beta distribution with 2 and 1.2, by rejection; its density is highest at 5/6.
fn beta(rng: &mut ChaCha20Rng) -> f64 {
    let density = |x: f64| x * (1.0 - x).powf(0.2);
    loop {
        let x: f64 = rng.random();
        if rng.random::<f64>() * density(5.0 / 6.0) <= density(x) {
            return x;
        }
    }
}

/// A rank below `n` with weight 1 / (rank + offset).
fn zipf(rng: &mut ChaCha20Rng, n: usize, offset: f64) -> usize {
    let weight = |rank: usize| 1.0 / (rank as f64 + offset);
    let mut left = rng.random::<f64>() * (0..n).map(weight).sum::<f64>();
    for rank in 0..n {
        left -= weight(rank);
        if left <= 0.0 {
            return rank;
        }
    }
    n - 1
}

fn distinct(rng: &mut ChaCha20Rng, n: usize, offset: f64, count: usize) -> Vec<usize> {
    let mut drawn = Vec::with_capacity(count);
    while drawn.len() < count {
        let rank = zipf(rng, n, offset);
        if !drawn.contains(&rank) {
            drawn.push(rank);
        }
    }
    drawn
}
