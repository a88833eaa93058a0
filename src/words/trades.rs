//! Trades (工种) and the words people use for them: 钩机 and 挖机 both mean an excavator's driver.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use super::{Lexicon, normal};

const SHIPPED: &str = include_str!("../../data/trades.toml");

/// A trade of the gig market.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The word that is shown: 挖掘机司机.
    pub name: String,
    /// Other words with the same meaning, in no order.
    pub terms: Vec<String>,
    /// The class of CSCO 2022 (`6-30-05-05`), where one class fits.
    pub code: Option<String>,
    /// What the law asks of the person before the work may be done.
    pub licence: Option<Licence>,
}

/// A certificate that the law asks for, and where it does.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Its key in the list: `electric`.
    #[serde(skip)]
    pub key: String,
    /// As it is shown: 特种作业操作证（电工作业）.
    pub name: String,
    /// Act and clause.
    pub basis: String,
}

/// A trade met in a text.
#[derive(Clone, Copy, Debug)]
pub struct TradeHit<'a> {
    /// Which trade.
    pub trade: &'a Trade,
    /// First byte of the term in the text.
    pub start: usize,
    /// The byte after the term.
    pub end: usize,
}

/// Why a list of trades cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TradesError {
    /// Not TOML of the expected form.
    #[error("the list of trades is malformed")]
    Malformed(#[from] toml::de::Error),
    /// A trade asks for a licence that the list does not describe.
    #[error("trade {trade} names the unknown licence {licence}")]
    UnknownLicence {
        /// The trade's name.
        trade: String,
        /// The missing key.
        licence: String,
    },
    /// Two trades share a word, so a text could not tell them apart.
    #[error("{term} stands for both {first} and {second}")]
    Ambiguous {
        /// The shared word.
        term: String,
        /// The trade that had it first.
        first: String,
        /// The trade that has it too.
        second: String,
    },
}

/// Licences of a list that can be told apart.
pub const LICENCES_MAX: u32 = 24;

/// A list of trades, ready for look-up.
#[derive(Clone, Debug, Default)]
pub struct Trades {
    trades: Vec<Trade>,
    /// Every name and term, normalised → place in `trades`.
    by_term: Lexicon<usize>,
    /// Every licence, by its key.
    licences: Vec<Licence>,
}

impl Trades {
    /// The list that is compiled in.
    pub fn shipped() -> &'static Trades {
        static TRADES: LazyLock<Trades> = LazyLock::new(|| {
            // Never broken in a build that passed the tests; a server would just know no trades.
            Trades::parse(SHIPPED).unwrap_or_default()
        });
        &TRADES
    }

    /// Reads a list of the form of `data/trades.toml`.
    ///
    /// # Errors
    /// Malformed text, an unknown licence, or a word that stands for two trades.
    pub fn parse(text: &str) -> Result<Trades, TradesError> {
        let mut file: File = toml::from_str(text)?;
        for (key, licence) in &mut file.licences {
            licence.key.clone_from(key);
        }
        let mut trades = Vec::with_capacity(file.trade.len());
        for entry in file.trade {
            let licence = match &entry.licence {
                None => None,
                Some(key) => match file.licences.get(key) {
                    Some(licence) => Some(licence.clone()),
                    None => {
                        return Err(TradesError::UnknownLicence {
                            trade: entry.name,
                            licence: key.clone(),
                        });
                    }
                },
            };
            trades.push(Trade { name: entry.name, terms: entry.terms, code: entry.code, licence });
        }
        let licences = file.licences.into_values().collect();
        Ok(Trades { licences, ..Trades::of(trades)? })
    }

    /// The certificate that these words mean: its key, its name, a trade that needs it, or such a
    /// trade with 证 behind it (叉车证).
    pub fn licence(&self, words: &str) -> Option<&Licence> {
        let words = words.trim();
        let named = self.licences.iter().find(|one| one.key == words || one.name == words);
        let stem = ["操作证", "上岗证", "资格证", "证书", "证"]
            .iter()
            .find_map(|ending| words.strip_suffix(ending))
            .unwrap_or(words);
        named.or_else(|| self.by_name(stem)?.licence.as_ref())
    }

    /// Certificates of which a worker must hold one to do the work that a title and skills name;
    /// empty where a trade among them, or none at all, needs one.
    pub fn licences_of<T: AsRef<str>>(&self, title: &str, skills: &[T]) -> Vec<&Licence> {
        let in_title = self.find(title).into_iter().map(|hit| hit.trade);
        let listed = skills.iter().filter_map(|skill| self.by_name(skill.as_ref()));
        let mut owed: Vec<&Licence> = Vec::new();
        for trade in in_title.chain(listed) {
            match &trade.licence {
                Some(licence) if !owed.contains(&licence) => owed.push(licence),
                Some(_) => {}
                None => return Vec::new(),
            }
        }
        owed
    }

    /// Every licence, by its key.
    pub fn licences(&self) -> &[Licence] {
        &self.licences
    }

    /// The place of a licence among all, for sets of bits.
    pub fn licence_bit(&self, key: &str) -> Option<u32> {
        let at = self.licences.iter().position(|licence| licence.key == key)?;
        u32::try_from(at).ok().filter(|bit| *bit < LICENCES_MAX)
    }

    fn of(trades: Vec<Trade>) -> Result<Trades, TradesError> {
        let mut by_term = Lexicon::default();
        for (place, trade) in trades.iter().enumerate() {
            for term in std::iter::once(&trade.name).chain(&trade.terms) {
                if let Some(first) = by_term.insert(key(term), place) {
                    return Err(TradesError::Ambiguous {
                        term: term.clone(),
                        first: trades[first].name.clone(),
                        second: trade.name.clone(),
                    });
                }
            }
        }
        Ok(Trades { trades, by_term, licences: Vec::new() })
    }

    /// Every trade, in the order of the list.
    pub fn all(&self) -> &[Trade] {
        &self.trades
    }

    /// The trade that this word, a name or another term, stands for.
    pub fn by_name(&self, word: &str) -> Option<&Trade> {
        self.by_term.get(&key(word)).map(|place| &self.trades[place])
    }

    /// Every word of the trade that `word` stands for, the shown name first; empty if unknown.
    pub fn synonyms(&self, word: &str) -> Vec<&str> {
        self.by_name(word).map_or_else(Vec::new, |trade| {
            std::iter::once(&trade.name).chain(&trade.terms).map(String::as_str).collect()
        })
    }

    /// The trades that a text names, from left to right; where terms overlap, the earlier and then
    /// the longer one counts. A trade named twice is found twice.
    pub fn find(&self, text: &str) -> Vec<TradeHit<'_>> {
        let (starts, chars): (Vec<usize>, Vec<char>) =
            text.char_indices().map(|(at, c)| (at, normal(c))).unzip();
        let mut hits = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let rest = &chars[at..];
            let whole = |length| !runs_on(rest, length);
            let Some((length, place)) = self.by_term.longest(rest, whole) else {
                at += 1;
                continue;
            };
            let end = at + length;
            hits.push(TradeHit {
                trade: &self.trades[place],
                start: starts[at],
                end: starts.get(end).copied().unwrap_or(text.len()),
            });
            at = end;
        }
        hits
    }
}

/// Whether a term of this length is cut out of a longer word: 水电工 of 水电工程, 木工 of 木工板,
/// `qc` of `qcloud`.
fn runs_on(chars: &[char], length: usize) -> bool {
    let Some(&next) = chars.get(length) else {
        return false;
    };
    let last = chars[length - 1];
    (last == '工' && "程具艺业贸商会板".contains(next))
        || (last.is_ascii_alphanumeric() && next.is_ascii_alphanumeric())
}

fn key(term: &str) -> Vec<char> {
    term.trim().chars().map(normal).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    licences: BTreeMap<String, Licence>,
    #[serde(default)]
    trade: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    terms: Vec<String>,
    code: Option<String>,
    licence: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&'static str> {
        let hits = Trades::shipped().find(text);
        hits.iter().map(|hit| hit.trade.name.as_str()).collect()
    }

    #[test]
    fn the_shipped_list_is_sound() {
        let trades = Trades::parse(SHIPPED).unwrap();
        assert!(trades.all().len() >= 100, "{}", trades.all().len());
    }

    #[test]
    fn everyday_words_mean_the_trade() {
        for (text, found) in [
            ("钩机", vec!["挖掘机司机"]),
            ("急招挖机、铲车师傅各一名", vec!["挖掘机司机", "装载机司机"]),
            ("力工280一天", vec!["搬运工"]),
            ("钟点工", vec!["小时工"]),
            ("电焊工", vec!["电焊工"]),
            ("水电工/普工", vec!["水电工", "普工"]),
            ("ＣＮＣ操作工 长白班", vec!["数控操作工"]),
            ("北京师傅", vec![]),
        ] {
            assert_eq!(names(text), found, "{text}");
        }
    }

    #[test]
    fn words_that_merely_contain_a_term_do_not_count() {
        for text in ["土木工程师", "水电工程", "机电工具", "qcloud"] {
            assert_eq!(names(text), Vec::<&str>::new(), "{text}");
        }
        assert_eq!(names("搬运工作"), ["搬运工"], "shorter terms are tried");
    }

    #[test]
    fn hits_are_places_in_the_text_as_given() {
        let text = "招：Ｑｃ／瓦匠 两名";
        let found: Vec<&str> =
            Trades::shipped().find(text).iter().map(|hit| &text[hit.start..hit.end]).collect();
        assert_eq!(found, ["Ｑｃ", "瓦匠"]);
    }

    #[test]
    fn synonyms_go_both_ways() {
        let trades = Trades::shipped();
        for word in ["挖掘机", "挖机", "钩机"] {
            let all = trades.synonyms(word);
            assert_eq!(all[0], "挖掘机司机");
            assert!(all.contains(&"钩机") && all.contains(&"挖掘机"));
        }
        assert!(trades.synonyms("宇航员").is_empty());
    }

    #[test]
    fn licences_stand_where_the_law_asks() {
        let trades = Trades::shipped();
        for word in ["电工", "氩弧焊", "叉车", "外墙清洗", "保安", "架子工"] {
            let licence = trades.by_name(word).unwrap().licence.as_ref();
            assert!(licence.is_some_and(|l| !l.basis.is_empty()), "{word}");
        }
        for word in ["普工", "挖掘机", "铲车", "瓦工", "摘枸杞"] {
            assert_eq!(trades.by_name(word).unwrap().licence, None, "{word}");
        }
    }

    #[test]
    fn certificates_are_known_by_what_people_call_them() {
        let trades = Trades::shipped();
        let key = |words| trades.licence(words).map(|licence| licence.key.as_str());
        for words in
            ["forklift", "叉车证", "叉车", "特种设备作业人员证（叉车司机 N1）", "叉车操作证"]
        {
            assert_eq!(key(words), Some("forklift"), "{words}");
        }
        assert_eq!(key("结婚证"), None);
        let owed = |title: &str, skills: &[&str]| {
            let owed = trades.licences_of(title, skills);
            owed.into_iter().map(|licence| licence.key.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(owed("急招叉车司机", &[]), ["forklift"]);
        assert_eq!(owed("焊工、电工", &[]), ["welding", "electric"]);
        assert_eq!(owed("保安、保洁各两名", &[]), [""; 0], "one of them needs none");
        assert_eq!(owed("招工", &["电焊"]), ["welding"]);
        assert_eq!(owed("招工", &[]), [""; 0]);
        assert!(trades.licences.len() <= LICENCES_MAX as usize);
    }

    #[test]
    fn faulty_lists_are_refused() {
        let twice = "[[trade]]\nname = \"瓦工\"\n[[trade]]\nname = \"泥工\"\nterms = [\"瓦工\"]";
        assert!(matches!(Trades::parse(twice), Err(TradesError::Ambiguous { .. })));
        let unknown = "[[trade]]\nname = \"瓦工\"\nlicence = \"none\"";
        assert!(matches!(Trades::parse(unknown), Err(TradesError::UnknownLicence { .. })));
        assert!(matches!(Trades::parse("trade = 1"), Err(TradesError::Malformed(_))));
    }
}
