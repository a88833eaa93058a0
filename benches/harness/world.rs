//! A seeded world: 35 % of postings lie within 25 km of the district's middle, clustered in ten
//! towns, the others near 300 cities; 60 trades, 1 to 3 of them a posting, common ones common;
//! titles of 2 to 5 words out of 300; 95 % open. Workers live where postings lie.

use linggong::domain::{
    geo::{Crs, Point},
    time::{DAY, HOUR, MINUTE, Moment},
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
pub struct Listed {
    /// The posting as the interface takes it.
    pub input: Value,
    /// `open`, `filled` or `closed`.
    pub status: &'static str,
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
        let title = title.join(" ");
        let wage = 20_000.0 * (0.35 * normal(&mut self.rng)).exp();
        let wage = wage.clamp(8_000.0, 80_000.0) as i64 / 100 * 100;
        let start = self.now.plus(DAY + self.rng.random_range(0..60 * 48) * 30 * MINUTE);
        let mut headcount = 1;
        while headcount < 40 && self.rng.random_bool(0.75) {
            headcount += 1;
        }
        let status = match self.rng.random_range(0..100) {
            0..95 => "open",
            95..98 => "filled",
            _ => "closed",
        };
        let input = json!({
            "external_id": format!("p{}", self.made),
            "title": title,
            "description": "按件检查，听从现场安排。",
            "skills": skills,
            "employer": { "name": format!("第{}劳务用工单位", self.made % 5_000), "kind": "enterprise" },
            "address": format!("第{}号工地", self.made),
            "lat": lat,
            "lon": lon,
            "crs": "wgs84",
            "wage": { "min_fen": wage, "unit": "day", "settlement": "daily" },
            "headcount": headcount,
            "shifts": [{ "start": start.to_string(), "end": start.plus(9 * HOUR).to_string() }],
            "benefits": ["管午饭"],
            "requirements": "不限",
            "valid_until": self.now.plus(90 * DAY).to_string(),
        });
        Listed { input, status }
    }

    /// The next worker. Names and phones are drawn and belong to nobody that this knows of.
    pub fn worker(&mut self) -> Value {
        self.made += 1;
        let (lon, lat) =
            if self.rng.random_bool(DENSE_SHARE) { self.near_town(1.5) } else { self.near_city() };
        json!({
            "external_id": format!("w{}", self.made),
            "name": format!("求职者{}", self.made),
            "phone": format!("199{:08}", self.made % 100_000_000),
            "lat": lat,
            "lon": lon,
            "crs": "wgs84",
            "radius_km": self.rng.random_range(5..=40),
            "skills": self.skills(2),
        })
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
