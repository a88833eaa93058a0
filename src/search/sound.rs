//! How titles sound, for those who type pinyin or initials, mistake a character for another of its
//! sound, or slip by a letter.
//!
//! A title is indexed by pairs of syllables, neighbours (`wa jue`, `jue ji`) and next but one
//! (`wa ji`), so that one wrong, missing or superfluous syllable leaves others that meet; and by
//! runs of three initials (`^wjj`), words of two characters also by theirs (`^dg`). Latin words
//! stand for themselves among syllables and letter by letter among initials.

use std::collections::BTreeSet;

use super::words::Word;
use crate::words::pinyin;

/// Letters of one part of a query that are looked at.
const LETTERS_MAX: usize = 32;
/// Ways to cut a run of letters into syllables that are looked at.
const CUTS_MAX: usize = 8;
/// Repairs of a misspelt run that are searched, the commonest.
const REPAIRS_MAX: usize = 4;
/// Letters from which on a run is repaired; shorter ones could be anything.
const REPAIRED_LETTERS_MIN: usize = 4;
/// Letters of a Latin word that is looked for within a run.
const LATIN_LETTERS_MAX: usize = 12;

/// The words under which a title of these words is found by its sound, each once.
pub fn heard(title: &str, words: &[Word]) -> BTreeSet<String> {
    let spoken = pinyin::spoken(title);
    let mut heard: BTreeSet<String> = pairs(&spoken).collect();
    heard.extend(initials(&letters(spoken)));
    let twos = words
        .iter()
        .filter(|word| word.text.chars().count() == 2 && word.text.chars().all(|c| !c.is_ascii()));
    heard.extend(twos.map(|word| format!("^{}", pinyin::initials(&word.text))));
    heard
}

/// Neighbours, and those with one between them.
fn pairs(spoken: &[String]) -> impl Iterator<Item = String> + '_ {
    let near = spoken.windows(2).map(|pair| format!("{} {}", pair[0], pair[1]));
    near.chain(spoken.windows(3).map(|three| format!("{} {}", three[0], three[2])))
}

/// Initials of Chinese characters, and the letters of Latin words.
fn letters(spoken: Vec<String>) -> String {
    let letters = spoken.into_iter().map(|one| {
        let is_whole = !pinyin::is_syllable(&one) && one.chars().count() > 1;
        if is_whole { one } else { one.chars().take(1).collect() }
    });
    letters.collect()
}

fn initials(letters: &str) -> impl Iterator<Item = String> + '_ {
    letters
        .as_bytes()
        .windows(3)
        .filter_map(|three| Some(format!("^{}", std::str::from_utf8(three).ok()?)))
}

/// Tells how many titles have a word of [`heard`], or a Latin word.
pub type Known<'k> = &'k mut dyn FnMut(&str) -> u64;

/// One way in which a part of a query may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sounds {
    /// The words of [`heard`] that it has.
    pub words: Vec<String>,
    /// How many of them a title must have at least.
    pub least: usize,
    /// Whether the letters were taken as typed.
    pub as_typed: bool,
}

impl Sounds {
    fn of(words: impl IntoIterator<Item = String>, share: usize, as_typed: bool) -> Option<Sounds> {
        let words: BTreeSet<String> = words.into_iter().collect();
        let words: Vec<String> = words.into_iter().collect();
        let least = words.len().div_ceil(share).max(1);
        (!words.is_empty()).then_some(Sounds { words, least, as_typed })
    }
}

/// The parts of a query, each with the ways in which it may have been meant; a part that has no
/// sound of its own (a single character) is left out.
pub fn asked(text: &str, known: Known<'_>) -> Vec<Vec<Sounds>> {
    let mut parts = Vec::new();
    for part in joined(text) {
        let ways = if part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            latin(&part, known)
        } else {
            chinese(&part)
        };
        if !ways.is_empty() {
            parts.push(ways);
        }
    }
    parts
}

/// The parts between spaces and marks; syllables that stand one by one are one part.
fn joined(text: &str) -> Vec<String> {
    let plain: String = text
        .chars()
        .map(crate::words::normal)
        .map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' })
        .filter(|c| *c != '\'')
        .collect();
    let mut parts: Vec<(String, bool)> = Vec::new();
    for part in plain.split_whitespace() {
        let single = pinyin::is_syllable(part);
        match parts.last_mut() {
            Some((run, true)) if single => run.push_str(part),
            _ => parts.push((part.chars().take(LETTERS_MAX).collect(), single)),
        }
    }
    parts.into_iter().map(|(part, _)| part).collect()
}

/// By the sound of the characters: any character may be wrong.
fn chinese(part: &str) -> Vec<Sounds> {
    let mut ways: Vec<Sounds> =
        Sounds::of(pairs(&pinyin::spoken(part)), 3, true).into_iter().collect();
    for word in pinyin::spoken(part).iter().filter(|word| !pinyin::is_syllable(word)) {
        ways.extend(Sounds::of(initials(word), 3, false));
    }
    ways
}

fn latin(part: &str, known: Known<'_>) -> Vec<Sounds> {
    let mut ways = Vec::new();
    let cut = cuts(part, &[]);
    let good = cut.iter().filter(|spoken| commonness(spoken, known) > 0).take(2);
    ways.extend(good.filter_map(|spoken| Sounds::of(pairs(spoken), 2, true)));
    if !ways.is_empty() {
        return ways;
    }
    // With Latin words among the syllables: javakaifa.
    let latin = latin_words(part, known);
    for spoken in cuts(part, &latin) {
        ways.extend(Sounds::of(pairs(&spoken), 2, true));
    }
    let short = match part.len() {
        2 => vec![format!("^{part}")],
        _ => initials(part).collect(),
    };
    ways.extend(Sounds::of(short, 2, true));
    if part.len() >= REPAIRED_LETTERS_MIN {
        let mut repairs: Vec<(u64, Vec<String>)> = Vec::new();
        for typed in slips(part) {
            for spoken in cuts(&typed, &latin) {
                let common = commonness(&spoken, known);
                if common > 0 {
                    repairs.push((common, spoken));
                }
            }
        }
        repairs.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        repairs.dedup();
        let best = repairs.iter().take(REPAIRS_MAX);
        ways.extend(best.filter_map(|(_, spoken)| Sounds::of(pairs(spoken), 1, false)));
    }
    ways
}

/// How many titles have the rarest pair of neighbours; none where there is no pair.
fn commonness(spoken: &[String], known: Known<'_>) -> u64 {
    let mut least = None;
    for pair in spoken.windows(2) {
        let count = known(&format!("{} {}", pair[0], pair[1]));
        if count == 0 {
            return 0;
        }
        least = Some(least.map_or(count, |least: u64| least.min(count)));
    }
    least.unwrap_or(0)
}

/// Latin words of titles that stand within the letters.
fn latin_words(part: &str, known: Known<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for start in 0..part.len() {
        for end in start + 2..=part.len().min(start + LATIN_LETTERS_MAX) {
            // Letters and digits of ASCII, so that every place is a boundary.
            let piece = &part[start..end];
            if !pinyin::is_syllable(piece) && known(piece) > 0 {
                found.push(piece.to_owned());
            }
        }
    }
    found
}

/// The ways to cut letters into syllables and these Latin words, fewer pieces first.
fn cuts(part: &str, latin: &[String]) -> Vec<Vec<String>> {
    let letters: Vec<char> = part.chars().take(LETTERS_MAX).collect();
    // The ways to cut what stands before each place.
    let mut ways: Vec<Vec<Vec<String>>> = vec![Vec::new(); letters.len() + 1];
    ways[0].push(Vec::new());
    for start in 0..letters.len() {
        if ways[start].is_empty() {
            continue;
        }
        for end in start + 1..=letters.len() {
            let piece: String = letters[start..end].iter().collect();
            let fits = pinyin::is_syllable(&piece) || latin.contains(&piece);
            if !fits {
                continue;
            }
            let longer = ways[start].iter().map(|way| {
                let mut way = way.clone();
                way.push(piece.clone());
                way
            });
            let longer: Vec<Vec<String>> = longer.collect();
            ways[end].extend(longer);
            ways[end].sort_by_key(Vec::len);
            ways[end].truncate(CUTS_MAX);
        }
    }
    ways.pop().unwrap_or_default()
}

/// Every text that is one slip away: two letters swapped, one wrong, one too many, one missing.
fn slips(part: &str) -> impl Iterator<Item = String> {
    let typed: Vec<char> = part.chars().collect();
    let count = typed.len();
    let swapped = typed.clone();
    let swaps = (1..count).map(move |at| {
        let mut other = swapped.clone();
        other.swap(at - 1, at);
        other
    });
    let long = typed.clone();
    let fewer = (0..count).map(move |at| {
        let mut other = long.clone();
        other.remove(at);
        other
    });
    let wrong = typed.clone();
    let others = (0..count).flat_map(move |at| {
        let wrong = wrong.clone();
        ('a'..='z').filter_map(move |c| {
            let mut other = wrong.clone();
            let changed = std::mem::replace(&mut other[at], c) != c;
            changed.then_some(other)
        })
    });
    let more = (0..=count).flat_map(move |at| {
        let short = typed.clone();
        ('a'..='z').map(move |c| {
            let mut other = short.clone();
            other.insert(at, c);
            other
        })
    });
    swaps.chain(fewer).chain(more).chain(others).map(|letters| letters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::words;

    #[test]
    fn titles_are_heard_by_pairs_and_initials() {
        let heard = heard("挖掘机电工 Java", &words::words("挖掘机电工 Java"));
        for word in ["wa jue", "jue ji", "wa ji", "^wjj", "^dg", "gong java", "^ava"] {
            assert!(heard.contains(word), "{word}: {heard:?}");
        }
    }

    fn ways(text: &str, title: &str) -> Vec<Vec<Sounds>> {
        let heard = heard(title, &words::words(title));
        asked(text, &mut |word| {
            let latin = title.to_lowercase();
            u64::from(heard.contains(word) || latin.split(' ').any(|latin| latin == word))
        })
    }

    /// Whether the title has enough of each part in one of its ways.
    fn meets(text: &str, title: &str) -> bool {
        let heard = heard(title, &words::words(title));
        let parts = ways(text, title);
        !parts.is_empty()
            && parts.iter().all(|ways| {
                ways.iter().any(|way| {
                    way.words.iter().filter(|word| heard.contains(*word)).count() >= way.least
                })
            })
    }

    #[test]
    fn sounds_initials_and_slips_meet() {
        for text in [
            "wajueji",
            "wjj",
            "wa jue ji",
            "wajuejisiji",
            "wajueji siji",
            "wjjsj",
            "挖决机",
            "挖掘司机",
            "挖掘大机",
            "wajuejo",
            "wajeuji",
            "wjueji",
            "wajueeji",
        ] {
            assert!(meets(text, "挖掘机司机"), "{text}: {:?}", ways(text, "挖掘机司机"));
        }
        assert!(meets("javakaifa", "java 开发工程师"));
        assert!(meets("dg", "电工"));
        assert!(!meets("chushi", "挖掘机司机"));
        assert!(ways("挖", "挖掘机").is_empty());
    }

    #[test]
    fn letters_are_cut_in_every_way() {
        let cut = |text| cuts(text, &[]);
        assert_eq!(cut("xian"), [vec!["xian"], vec!["xi", "an"]]);
        assert_eq!(cut("wjj"), Vec::<Vec<String>>::new());
        assert!(cut(&"a".repeat(200)).len() <= CUTS_MAX);
    }
}
