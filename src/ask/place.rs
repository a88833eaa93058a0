//! Places by the names that people call them: divisions of China, towns and villages of Yinchuan.

use std::{collections::HashMap, sync::LazyLock};

use crate::{domain::division, words::Lexicon};

/// A place that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The full or the everyday name, as it is shown.
    pub name: &'static str,
    /// The code that everything within it begins with.
    pub stem: &'static str,
}

struct Names {
    /// Names that mean a place wherever they stand.
    full: Lexicon<Place>,
    /// Names without their ending.
    bare: Lexicon<Place>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let called = division::names();
    // The longest name of a stem is the one to show: 良田镇 for 良田.
    let mut shown: HashMap<&str, &'static str> = HashMap::new();
    for one in called.iter().filter(|one| !one.bare && !one.name.ends_with(['村'])) {
        let best = shown.entry(one.stem).or_insert(one.name);
        if one.stem.len() < 9 || one.name.ends_with(['镇', '乡', '道']) {
            *best = one.name;
        }
    }
    let mut names = Names { full: Lexicon::default(), bare: Lexicon::default() };
    for one in called {
        let key: Vec<char> = one.name.chars().collect();
        let village = one.name.ends_with('村') || one.name.ends_with("社区");
        let name =
            if village { one.name } else { shown.get(one.stem).copied().unwrap_or(one.name) };
        let place = Place { name, stem: one.stem };
        if one.bare {
            names.bare.insert(key, place)
        } else {
            names.full.insert(key, place)
        };
    }
    names
});

/// The longest full name at the start of `chars`: its length and its place.
pub(super) fn full(chars: &[char]) -> Option<(usize, Place)> {
    NAMES.full.longest(chars, beyond_one)
}

/// The place of which these characters are the name without its ending.
pub(super) fn bare(chars: &[char]) -> Option<Place> {
    NAMES.bare.get(chars)
}

/// One character is no name.
fn beyond_one(length: usize) -> bool {
    length > 1
}

/// Every place that an address or a title names, also without its ending, from left to right.
pub fn places(text: &str) -> Vec<Place> {
    let chars: Vec<char> = text.chars().map(crate::words::normal).collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let rest = &chars[at..];
        let longer = |a: (usize, Place), b: (usize, Place)| if b.0 > a.0 { b } else { a };
        let best = match (full(rest), NAMES.bare.longest(rest, beyond_one)) {
            (Some(full), Some(bare)) => Some(longer(full, bare)),
            (one, None) | (None, one) => one,
        };
        match best {
            Some((length, place)) => {
                found.push(place);
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_their_places() {
        let stems = |text| places(text).iter().map(|place| place.stem).collect::<Vec<_>>();
        assert_eq!(
            stems("银川市金凤区良田镇和顺新村"),
            ["6401", "640106", "640106100", "640106100"]
        );
        assert_eq!(stems("闽宁葡萄基地"), ["640121104"]);
        assert_eq!(stems("金凤区上海西路12号"), ["640106", "640106005"], "a street is no city");
        assert_eq!(stems("东莞"), ["4419"]);
        assert_eq!(stems("食堂"), [""; 0]);
    }
}
