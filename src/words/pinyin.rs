//! Pinyin without tones, for search by sound and by initials: 挖掘机 is `wajueji` and `wjj`.
//!
//! A known phrase decides first (银行 is `yinhang`), then each character's most usual reading; ü is
//! written `v`, as on keyboards. ASCII letters and digits stand for themselves in lower case,
//! everything else is left out.

use std::{collections::HashSet, sync::LazyLock};

use super::{Lexicon, lexicon::ByChar, normal};

/// Upper bound of [`readings`]; a text of many polyphones is cut off there, most usual first.
pub const READINGS_MAX: usize = 16;

const CHARS: &str = include_str!("../../data/words/pinyin_chars.tsv");
/// Ours come last, so that they overrule the gathered ones.
const PHRASES: [&str; 2] = [
    include_str!("../../data/words/pinyin_phrases.tsv"),
    include_str!("../../data/words/pinyin_trades.tsv"),
];

/// Every character that has readings, a line each: the character, a tab, its readings without
/// tones, most usual first, separated by commas.
pub fn characters() -> &'static str {
    CHARS
}

/// One way to say a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// All syllables joined: `wajueji`.
    pub full: String,
    /// First letters: `wjj`.
    pub initials: String,
}

/// The full pinyin of the most usual reading.
pub fn full(text: &str) -> String {
    most_usual(text).full
}

/// The initials of the most usual reading.
pub fn initials(text: &str) -> String {
    most_usual(text).initials
}

/// Plausible readings for indexing, most usual first, without repeats, at most [`READINGS_MAX`].
///
/// Beside the most usual reading these are the ones with a single character read otherwise: people
/// mistake one polyphone in a word, hardly two. Characters inside a known phrase have one reading.
pub fn readings(text: &str) -> Vec<Reading> {
    let syllables = syllables(text);
    let usual: Vec<&str> = syllables.iter().map(Syllable::usual).collect();
    let mut found = vec![join(&usual)];
    for (at, syllable) in syllables.iter().enumerate() {
        for other in syllable.others() {
            if found.len() == READINGS_MAX {
                return found;
            }
            let mut changed = usual.clone();
            changed[at] = other;
            let reading = join(&changed);
            if !found.contains(&reading) {
                found.push(reading);
            }
        }
    }
    found
}

/// The syllables of the most usual reading, one for each Chinese character; a run of ASCII letters
/// and digits is one of its own: `java`, `kai`, `fa`.
pub fn spoken(text: &str) -> Vec<String> {
    let mut spoken = Vec::new();
    for run in runs(text) {
        match run {
            Run::Latin(letters) => spoken.push(letters),
            Run::Other(other) => {
                spoken.extend(syllables(&other).iter().map(|s| s.usual().to_owned()))
            }
        }
    }
    spoken
}

/// Whether these letters are one syllable of Mandarin.
pub fn is_syllable(letters: &str) -> bool {
    SYLLABLES.contains(letters)
}

/// Letters of the longest syllable.
pub const SYLLABLE_LETTERS_MAX: usize = 6;

static SYLLABLES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    rows(CHARS).flat_map(|(_, all)| all.split(',')).filter(|one| one.len() > 1).collect()
});

enum Run {
    Latin(String),
    Other(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars().map(normal) {
        match (c.is_ascii_alphanumeric(), runs.last_mut()) {
            (true, Some(Run::Latin(letters))) => letters.push(c),
            (true, _) => runs.push(Run::Latin(c.to_string())),
            (false, Some(Run::Other(other))) => other.push(c),
            (false, _) => runs.push(Run::Other(c.to_string())),
        }
    }
    runs
}

fn most_usual(text: &str) -> Reading {
    let syllables = syllables(text);
    join(&syllables.iter().map(Syllable::usual).collect::<Vec<_>>())
}

fn join(syllables: &[&str]) -> Reading {
    Reading {
        full: syllables.concat(),
        initials: syllables.iter().filter_map(|s| s.chars().next()).collect(),
    }
}

/// What stands for one character.
enum Syllable {
    /// Letter or digit of the text itself.
    Plain([u8; 1]),
    /// Readings separated by commas, most usual first.
    Read(&'static str),
}

impl Syllable {
    fn usual(&self) -> &str {
        match self {
            Syllable::Plain(byte) => std::str::from_utf8(byte).unwrap_or_default(),
            Syllable::Read(all) => all.split(',').next().unwrap_or_default(),
        }
    }

    fn others(&self) -> impl Iterator<Item = &str> {
        let all = match self {
            Syllable::Plain(_) => "",
            Syllable::Read(all) => all,
        };
        all.split(',').skip(1)
    }
}

fn syllables(text: &str) -> Vec<Syllable> {
    let chars: Vec<char> = text.chars().map(normal).collect();
    let tables = &*TABLES;
    let mut found = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        if let Some((length, spoken)) = tables.phrases.longest(&chars[at..], |_| true) {
            found.extend(spoken.split(' ').map(Syllable::Read));
            at += length;
            continue;
        }
        let c = chars[at];
        if c.is_ascii_alphanumeric() {
            found.push(Syllable::Plain([c as u8]));
        } else if let Some(all) = tables.chars.get(c) {
            found.push(Syllable::Read(all));
        }
        at += 1;
    }
    found
}

struct Tables {
    chars: ByChar<&'static str>,
    phrases: Lexicon<&'static str>,
}

/// The lines of a table, cut at the tab.
fn rows(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    table.lines().filter_map(|line| line.split_once('\t'))
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    chars: rows(CHARS).filter_map(|(c, all)| Some((c.chars().next()?, all))).collect(),
    phrases: PHRASES
        .into_iter()
        .flat_map(rows)
        .map(|(phrase, spoken)| (phrase.chars().collect(), spoken))
        .collect(),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_trades_and_places() {
        for (text, spoken, first) in [
            ("挖掘机", "wajueji", "wjj"),
            ("装卸工", "zhuangxiegong", "zxg"),
            ("会计", "kuaiji", "kj"),
            ("银行", "yinhang", "yh"),
            ("长途司机", "changtusiji", "ctsj"),
            ("店长", "dianzhang", "dz"),
            ("调酒师", "tiaojiushi", "tjs"),
            ("调度员", "diaoduyuan", "ddy"),
            ("重庆小面", "chongqingxiaomian", "cqxm"),
            ("绿化工", "lvhuagong", "lhg"),
            ("金凤区", "jinfengqu", "jfq"),
            ("红寺堡", "hongsibu", "hsb"),
            ("漯河", "luohe", "lh"),
        ] {
            assert_eq!(full(text), spoken, "{text}");
            assert_eq!(initials(text), first, "{text}");
        }
    }

    #[test]
    fn syllables_stand_one_by_one() {
        assert_eq!(spoken("Java开发（银行）C1"), ["java", "kai", "fa", "yin", "hang", "c1"]);
        assert!(is_syllable("zhuang") && is_syllable("lv") && is_syllable("er"));
        assert!(!is_syllable("wj") && !is_syllable("j") && !is_syllable(""));
        assert!(SYLLABLES.iter().all(|one| one.len() <= SYLLABLE_LETTERS_MAX));
    }

    #[test]
    fn letters_and_digits_stay_and_the_rest_goes() {
        assert_eq!(full("C1司机（夜班）、ＣＮＣ😀"), "c1sijiyebancnc");
        assert_eq!(initials("C1司机"), "c1sj");
        assert_eq!(full(""), "");
        assert_eq!(readings("！")[0].full, "");
    }

    #[test]
    fn polyphones_outside_phrases_have_all_their_readings() {
        let all: Vec<String> = readings("行").into_iter().map(|r| r.full).collect();
        assert_eq!(all[0], "xing");
        assert!(all.contains(&"hang".to_owned()), "{all:?}");
        assert_eq!(readings("银行").len(), 1, "the phrase decides");
    }

    #[test]
    fn readings_are_bounded_and_distinct() {
        let many = readings("行长重乐单会调率朝藏行长重乐单会调率朝藏");
        assert_eq!(many.len(), READINGS_MAX);
        let distinct: std::collections::HashSet<_> = many.iter().collect();
        assert_eq!(distinct.len(), many.len());
    }

    #[test]
    fn every_line_of_the_tables_is_usable() {
        for line in CHARS.lines() {
            let (c, all) = line.split_once('\t').unwrap();
            assert_eq!(c.chars().count(), 1);
            assert!(all.bytes().all(|b| b.is_ascii_lowercase() || b == b','), "{line}");
        }
        for line in PHRASES.iter().flat_map(|table| table.lines()) {
            let (phrase, spoken) = line.split_once('\t').unwrap();
            assert_eq!(phrase.chars().count(), spoken.split(' ').count(), "{line}");
        }
    }
}
