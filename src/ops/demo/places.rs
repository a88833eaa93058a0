//! Where the demo's work is and where its workers live: towns of Yinchuan, as far as a demo needs.
//!
//! Each point is the centre of its town's bounding box (PyPI sizhi 3.0.6, MIT), rounded to 0.01°:
//! an approximation that may be several kilometres off, not the place of a town hall or a street.

use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;

/// A town with its approximate centre, WGS-84.
pub(super) struct Town {
    name: &'static str,
    /// County code, GB/T 2260.
    pub(super) division: &'static str,
    lat: f64,
    lon: f64,
    rural: bool,
}

const fn town(
    name: &'static str,
    division: &'static str,
    (lat, lon): (f64, f64),
    rural: bool,
) -> Town {
    Town { name, division, lat, lon, rural }
}

const TOWNS: &[Town] = &[
    town("金凤区良田镇", "640106", (38.36, 106.13), true),
    town("金凤区良田镇", "640106", (38.36, 106.11), true),
    town("金凤区丰登镇", "640106", (38.55, 106.24), true),
    town("金凤区满城北街", "640106", (38.53, 106.21), false),
    town("金凤区黄河东路", "640106", (38.46, 106.19), false),
    town("金凤区长城中路", "640106", (38.43, 106.23), false),
    town("金凤区北京中路", "640106", (38.48, 106.22), false),
    town("金凤区上海西路", "640106", (38.50, 106.23), false),
    town("西夏区兴泾镇", "640105", (38.39, 106.07), true),
    town("西夏区镇北堡镇", "640105", (38.55, 106.02), true),
    town("西夏区北京西路", "640105", (38.47, 106.13), false),
    town("西夏区朔方路", "640105", (38.52, 106.09), false),
    town("兴庆区掌政镇", "640104", (38.39, 106.41), true),
    town("兴庆区银古路", "640104", (38.46, 106.30), false),
    town("兴庆区丽景街", "640104", (38.49, 106.29), false),
    town("兴庆区胜利街", "640104", (38.44, 106.27), false),
    town("永宁县望远镇", "640121", (38.36, 106.29), true),
    town("永宁县杨和镇", "640121", (38.27, 106.24), true),
    town("永宁县闽宁镇", "640121", (38.32, 105.95), true),
    town("贺兰县习岗镇", "640122", (38.56, 106.33), true),
    town("贺兰县金贵镇", "640122", (38.52, 106.41), true),
];

/// What kind of place work is done at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Field,
    Barn,
    Yard,
    Site,
    Shop,
    Home,
}

impl Setting {
    fn fits(self, town: &Town) -> bool {
        match self {
            Setting::Field | Setting::Barn => town.rural,
            Setting::Shop | Setting::Home => !town.rural,
            Setting::Yard | Setting::Site => true,
        }
    }

    fn spots(self) -> &'static [&'static str] {
        match self {
            Setting::Field => &["种植基地", "葡萄园", "蔬菜大棚区", "渠北地块"],
            Setting::Barn => &["养殖园区", "奶牛牧场", "养殖合作社"],
            Setting::Yard => &["物流园", "分拣中心", "仓储区", "农产品市场"],
            Setting::Site => &["安置区工地", "道路改造项目部", "厂房工地", "学校扩建工地"],
            Setting::Shop => &["商业街", "餐饮街", "购物中心", "写字楼"],
            Setting::Home => &["花园小区", "家属院", "新苑小区"],
        }
    }
}

/// Degrees around a town's centre within which its points are drawn, about 1.5 km.
const SPREAD: f64 = 0.014;

/// A place: its town, its address in words and its point.
pub(super) struct Place {
    pub(super) town: &'static Town,
    pub(super) address: String,
    pub(super) lat: f64,
    pub(super) lon: f64,
}

fn near(rng: &mut ChaCha20Rng, degrees: f64) -> f64 {
    let drawn = degrees + rng.random_range(-SPREAD..SPREAD);
    (drawn * 1e5).round() / 1e5
}

fn place(rng: &mut ChaCha20Rng, town: &'static Town, spot: &str) -> Place {
    let number = rng.random_range(1..=60);
    Place {
        town,
        address: format!("{}{spot}{number}号", town.name),
        lat: near(rng, town.lat),
        lon: near(rng, town.lon),
    }
}

/// Somewhere to work.
pub(super) fn work(rng: &mut ChaCha20Rng, setting: Setting) -> Place {
    let fitting: Vec<&Town> = TOWNS.iter().filter(|town| setting.fits(town)).collect();
    let town = fitting.choose(rng).copied().unwrap_or(&TOWNS[0]);
    let spot = setting.spots().choose(rng).copied().unwrap_or_default();
    place(rng, town, spot)
}

/// Somewhere to live; most of the demo's workers live in the towns of the three sites.
pub(super) fn home(rng: &mut ChaCha20Rng) -> (f64, f64) {
    let near_site = rng.random_bool(0.5);
    let town = if near_site { TOWNS[..3].choose(rng) } else { TOWNS.choose(rng) };
    let place = place(rng, town.unwrap_or(&TOWNS[0]), "");
    (place.lat, place.lon)
}
