//! Administrative divisions (行政区划): a county's code from a name or code as people write it, and
//! Yinchuan's villages and communities.
//!
//! Counties are those of the Ministry of Civil Affairs as of September 2026, villages those of the
//! National Bureau of Statistics of 2023 (`data/admin`, see NOTICE). Nothing is guessed: a name that
//! several divisions of one level bear is ambiguous until a higher one stands before it.

use std::sync::LazyLock;

/// A province, prefecture or county.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// The code (GB/T 2260), six digits.
    pub code: &'static str,
    /// The full name: `金凤区`.
    pub name: &'static str,
}

/// A village (村) or community (社区) of Yinchuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Village {
    /// The code for statistics, twelve digits.
    pub code: &'static str,
    /// The full name: `金星村委会`.
    pub name: &'static str,
    /// The town or street office above it.
    pub town: &'static str,
}

/// Why a text stands for no division.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADivision {
    /// None is called so.
    #[error("no division is called so")]
    Unknown,
    /// Several of one level are called so.
    #[error("several divisions are called so")]
    Ambiguous,
}

/// How far below the country a division stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Province,
    Prefecture,
    County,
}

/// A division with what every search asks of it.
struct Held {
    division: Division,
    level: Level,
    /// The name without its ending: `金凤`.
    short: &'static str,
    /// The part of the code that everything within it begins with.
    stem: &'static str,
    /// Whether the name goes on with those of peoples.
    is_autonomous: bool,
}

static DIVISIONS: LazyLock<Vec<Held>> = LazyLock::new(|| {
    include_str!("../../data/admin/divisions_mca_2026.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .map(|(code, name)| Held {
            division: Division { code, name },
            level: level(code),
            short: without_ending(name, &ENDINGS),
            stem: match level(code) {
                Level::Province => &code[..2],
                Level::Prefecture => &code[..4],
                Level::County => code,
            },
            is_autonomous: AUTONOMOUS.iter().any(|ending| name.ends_with(ending)),
        })
        .collect()
});

static VILLAGES: LazyLock<Vec<Village>> = LazyLock::new(|| {
    let village = |line: &'static str| {
        let (code, rest) = line.split_once(',')?;
        let (name, town) = rest.split_once(',')?;
        Some(Village { code, name, town })
    };
    include_str!("../../data/admin/yinchuan_villages_nbs_2023.csv")
        .lines()
        .skip(1)
        .filter_map(village)
        .collect()
});

/// Endings that people leave out, longest first.
const ENDINGS: [&str; 11] = [
    "维吾尔自治区",
    "特别行政区",
    "回族自治区",
    "壮族自治区",
    "自治区",
    "地区",
    "省",
    "市",
    "区",
    "县",
    "盟",
];

/// Endings of divisions whose names go on with those of peoples: `延边朝鲜族自治州`.
const AUTONOMOUS: [&str; 3] = ["自治州", "自治县", "自治旗"];

/// Endings of villages and communities that people leave out or write otherwise, longest first.
const VILLAGE_ENDINGS: [&str; 9] = [
    "社区居民委员会",
    "村村民委员会",
    "社区居委会",
    "居民委员会",
    "村民委员会",
    "村委会",
    "居委会",
    "社区",
    "村",
];

fn level(code: &str) -> Level {
    if code.ends_with("0000") {
        Level::Province
    } else if code.ends_with("00") {
        Level::Prefecture
    } else {
        Level::County
    }
}

impl Held {
    fn is_called(&self, text: &str) -> bool {
        self.division.name == text
            || self.short == text
            || (self.is_autonomous
                && text.chars().count() >= 2
                && self.division.name.starts_with(text))
    }
}

impl Division {
    /// The county's code: its own, or that of a prefecture that has no counties (东莞, 中山, 儋州,
    /// 嘉峪关). A province or a prefecture with counties has none.
    pub fn county(self) -> Option<&'static str> {
        let is_bare = || {
            let within = |held: &&Held| held.division.code.starts_with(&self.code[..4]);
            DIVISIONS.iter().filter(within).count() == 1
        };
        match level(self.code) {
            Level::County => Some(self.code),
            Level::Prefecture => is_bare().then_some(self.code),
            Level::Province => None,
        }
    }
}

/// A name by which people call a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called {
    /// The name: `金凤区`, `金凤`, `良田镇`, `和顺新村`.
    pub name: &'static str,
    /// The code that everything within it begins with: `64`, `6401`, `640106`, `640106100`.
    pub stem: &'static str,
    /// Whether the name has lost its ending, so that other words may be spelt alike.
    pub bare: bool,
}

/// Endings of towns and street offices that people leave out, longest first.
const TOWN_ENDINGS: [&str; 5] = ["街街道", "街道", "镇", "乡", "农场"];

/// Every name of a division of China and of a town or village of Yinchuan. Where several places
/// bear one name, the higher is meant, then one of Ningxia; else the name stands for none.
pub fn names() -> Vec<Called> {
    let mut held: Vec<(Called, u8)> = Vec::new();
    for division in DIVISIONS.iter() {
        let rank = match division.level {
            Level::Province => 0,
            Level::Prefecture => 1,
            Level::County => 2,
        };
        let name = division.division.name;
        held.push((Called { name, stem: division.stem, bare: false }, rank));
        let local = division.stem.starts_with("64") || division.level != Level::County;
        if division.short != name && local {
            held.push((Called { name: division.short, stem: division.stem, bare: true }, rank));
        }
    }
    for village in VILLAGES.iter() {
        let (town, stem) = (village.town, &village.code[..9]);
        held.push((Called { name: town, stem, bare: false }, 3));
        let short = without_ending(town, &TOWN_ENDINGS);
        if short != town {
            held.push((Called { name: short, stem, bare: true }, 3));
        }
        // A village's point is not known: it stands for its town.
        let rural = village.name.trim_end_matches("民委员会").trim_end_matches("委会");
        // 和顺新村村委会 is called 和顺新村.
        let rural = if rural.ends_with("村村") { &rural[..rural.len() - 3] } else { rural };
        if rural.ends_with('村') && rural.chars().count() >= 3 {
            held.push((Called { name: rural, stem, bare: false }, 4));
        }
        let community = village.name.trim_end_matches("居委会").trim_end_matches("居民委员会");
        if community.ends_with("社区") {
            held.push((Called { name: community, stem, bare: false }, 4));
        }
    }
    held.sort_by_key(|(called, rank)| {
        (called.name, *rank, !called.stem.starts_with("64"), called.stem)
    });
    held.dedup();
    let mut names: Vec<Called> = Vec::new();
    for group in held.chunk_by(|a, b| a.0.name == b.0.name) {
        let [(first, rank), rest @ ..] = group else { continue };
        let rival = rest.iter().any(|(other, other_rank)| {
            other_rank == rank
                && other.stem != first.stem
                && (other.stem.starts_with("64") || !first.stem.starts_with("64"))
        });
        if !rival {
            names.push(*first);
        }
    }
    names
}

fn without_ending<'t>(name: &'t str, endings: &[&str]) -> &'t str {
    let stem = endings.iter().find_map(|ending| name.strip_suffix(ending));
    stem.filter(|stem| stem.chars().count() >= 2).unwrap_or(name)
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '/' | '·' | ',' | '，')
}

/// The division of a code (`640106`) or a name, with those above it before it or not: `金凤区`,
/// `金凤`, `银川市金凤区`, `宁夏 银川 金凤区`, `南京-江宁区`.
///
/// Where a name is borne on several levels (吉林, 朝阳), the highest is meant.
///
/// # Errors
/// [`NotADivision`]
pub fn find(text: &str) -> Result<Division, NotADivision> {
    let text = text.trim_matches(is_separator);
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let found = DIVISIONS.iter().find(|held| held.division.code == text);
        return found.map(|held| held.division).ok_or(NotADivision::Unknown);
    }
    let mut found = Vec::new();
    descend(text, "", &mut found);
    found.sort_by_key(|division| level(division.code));
    found.dedup();
    match found.as_slice() {
        [] => Err(NotADivision::Unknown),
        [one] => Ok(*one),
        [first, second, ..] if level(first.code) < level(second.code) => Ok(*first),
        _ => Err(NotADivision::Ambiguous),
    }
}

/// Every division within `stem` that `text` leads to.
fn descend(text: &str, stem: &str, found: &mut Vec<Division>) {
    if text.is_empty() {
        return;
    }
    let inside =
        |held: &&Held| held.division.code.starts_with(stem) && held.stem.len() > stem.len();
    for held in DIVISIONS.iter().filter(inside) {
        if held.is_called(text) {
            found.push(held.division);
        }
        if held.level == Level::County {
            continue;
        }
        let name = held.division.name;
        let short = Some(held.short).filter(|short| *short != name);
        for name in [Some(name), short].into_iter().flatten() {
            if let Some(rest) = text.strip_prefix(name) {
                descend(rest.trim_start_matches(is_separator), held.stem, found);
            }
        }
    }
}

/// The village or community of Yinchuan with this code (twelve digits) or name, with county and
/// town before it or not, its ending (村, 村委会, 社区, 居委会) as people write it: `金星村`,
/// `良田镇金星村`. `within` is a division's code or the beginning of one; only what lies in it is
/// looked at.
///
/// # Errors
/// [`NotADivision`]
pub fn village(text: &str, within: &str) -> Result<Village, NotADivision> {
    let text: String = text.chars().filter(|c| !is_separator(*c)).collect();
    let there = |village: &&Village| village.code.starts_with(within);
    let villages = || VILLAGES.iter().filter(there);
    if let Some(village) = villages().find(|village| village.code == text) {
        return Ok(*village);
    }
    let mut found: Vec<(Village, bool)> = Vec::new();
    for village in villages() {
        let rests = below(&text, village);
        let exact = rests.contains(&village.name);
        if exact || rests.iter().any(|rest| is_alike(rest, village)) {
            found.push((*village, exact));
        }
    }
    let Some((first, _)) = found.first() else {
        return Err(NotADivision::Unknown);
    };
    // How a name is spelt to the last character tells neighbours apart, but not towns.
    if found.len() > 1 && found.iter().all(|(village, _)| village.town == first.town) {
        found.retain(|(_, exact)| *exact);
    }
    match found.as_slice() {
        [(one, _)] => Ok(*one),
        _ => Err(NotADivision::Ambiguous),
    }
}

/// The code of the village that a text names (see [`village`]); the text itself where it names one
/// that is newer than the list, or elsewhere.
///
/// # Errors
/// [`NotADivision::Ambiguous`], and [`NotADivision::Unknown`] for digits that are no village's code.
pub fn village_or_text(text: &str, within: &str) -> Result<String, NotADivision> {
    match village(text, within) {
        Ok(village) => Ok(village.code.to_owned()),
        Err(NotADivision::Unknown)
            if text.len() == 12 || !text.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Ok(text.to_owned())
        }
        Err(error) => Err(error),
    }
}

/// Every village and community of Yinchuan.
pub fn villages() -> &'static [Village] {
    &VILLAGES
}

/// The text, and what stands in it after divisions above the village.
fn below<'t>(text: &'t str, village: &Village) -> Vec<&'t str> {
    let county = DIVISIONS
        .iter()
        .find(|held| village.code.starts_with(held.division.code))
        .map_or("", |held| held.division.name);
    let mut rests = vec![text];
    for above in ["宁夏回族自治区", "宁夏", "银川市", county, village.town] {
        let more: Vec<_> = rests.iter().filter_map(|rest| rest.strip_prefix(above)).collect();
        rests.extend(more);
    }
    rests
}

/// Whether a text names the village but for the ending; 村 and 社区 are told apart where they stand.
fn is_alike(text: &str, village: &Village) -> bool {
    let (stem, own) =
        (without_ending(text, &VILLAGE_ENDINGS), without_ending(village.name, &VILLAGE_ENDINGS));
    let is_rural = |name: &str, stem: &str| name[stem.len()..].contains('村');
    stem == own
        && (stem == text
            || own == village.name
            || is_rural(text, stem) == is_rural(village.name, own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_write_them_lead_to_a_county() {
        for (text, county) in [
            ("640106", Some("640106")),
            ("金凤区", Some("640106")),
            ("金凤", Some("640106")),
            ("银川市金凤区", Some("640106")),
            ("宁夏 银川 金凤区", Some("640106")),
            ("宁夏回族自治区银川市金凤区", Some("640106")),
            ("南京-江宁区", Some("320115")),
            ("北京朝阳区", Some("110105")),
            ("银川", None),
            ("银川市", None),
            ("640100", None),
            ("延边", None),
            ("宁夏", None),
            ("吉林", None),
            ("东莞", Some("441900")),
            ("仙桃", Some("429004")),
        ] {
            assert_eq!(find(text).map(Division::county), Ok(county), "{text}");
        }
        for text in ["", "日本", "全国", "999999", "64010", "银川鼓楼区", "区", "金凤区良田镇"]
        {
            assert_eq!(find(text), Err(NotADivision::Unknown), "{text}");
        }
        assert_eq!(find("鼓楼区"), Err(NotADivision::Ambiguous));
    }

    #[test]
    fn the_list_is_whole() {
        let of = |level| DIVISIONS.iter().filter(|d| d.level == level).count();
        assert_eq!(of(Level::Province), 34);
        assert_eq!(of(Level::Prefecture), 333);
        assert_eq!(of(Level::County), 2847);
        assert_eq!(VILLAGES.len(), 602);
        for held in DIVISIONS.iter() {
            assert_eq!(find(held.division.code), Ok(held.division));
        }
        for one in VILLAGES.iter() {
            assert_eq!(village(one.code, ""), Ok(*one));
            let path = format!("{}{}", one.town, one.name);
            assert_eq!(village(&path, &one.code[..6]).map(|v| v.name), Ok(one.name));
        }
    }

    #[test]
    fn villages_are_found_by_name_and_never_guessed() {
        let code = |text| village(text, "").map(|village| village.code);
        let within = |text| village(text, "640106").map(|village| village.code);
        assert_eq!(code("金星村"), Err(NotADivision::Ambiguous));
        let jinxing = within("金星村");
        assert!(jinxing.is_ok_and(|code| code.starts_with("640106")), "{jinxing:?}");
        assert_eq!(code("友爱"), Err(NotADivision::Ambiguous));
        assert_eq!(within("没有的村"), Err(NotADivision::Unknown));
        assert_eq!(within(""), Err(NotADivision::Unknown));
        // One town has both a community and a village of the name.
        let both = ["洪广镇洪广村", "洪广镇洪广社区"].map(code);
        assert!(both[0].is_ok() && both[1].is_ok() && both[0] != both[1], "{both:?}");
        assert_eq!(code("洪广"), Err(NotADivision::Ambiguous));
    }
}
