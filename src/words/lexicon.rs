//! Terms that are looked for at every place of a text.

use std::collections::HashMap;

/// Characters that a table of two bytes can tell apart; others are looked for one by one.
const BASIC: usize = 0x1_0000;

/// A value for each of some characters. Asked for every character of every text, so that it is a
/// table instead of hashes.
#[derive(Clone, Debug)]
pub struct ByChar<T> {
    /// By character: 0, or one more than the place of its value.
    places: Vec<u16>,
    values: Vec<T>,
    /// Beyond the basic plane.
    rare: HashMap<char, T>,
}

impl<T> Default for ByChar<T> {
    fn default() -> ByChar<T> {
        ByChar { places: Vec::new(), values: Vec::new(), rare: HashMap::new() }
    }
}

impl<T: Copy> ByChar<T> {
    /// The value of a character.
    pub fn get(&self, c: char) -> Option<T> {
        match self.places.get(c as usize) {
            Some(place) => self.values.get(usize::from(place.checked_sub(1)?)).copied(),
            None if self.rare.is_empty() => None,
            None => self.rare.get(&c).copied(),
        }
    }

    /// The value of a character, to be changed; `new` where it had none.
    fn entry(&mut self, c: char, new: T) -> &mut T {
        if self.places.is_empty() {
            self.places = vec![0; BASIC];
        }
        let next = u16::try_from(self.values.len() + 1).ok();
        match (self.places.get_mut(c as usize), next) {
            (Some(place), _) if *place > 0 => {
                let at = usize::from(*place) - 1;
                &mut self.values[at]
            }
            (Some(place), Some(next)) => {
                *place = next;
                self.values.push(new);
                let at = self.values.len() - 1;
                &mut self.values[at]
            }
            _ => self.rare.entry(c).or_insert(new),
        }
    }
}

impl<T: Copy> FromIterator<(char, T)> for ByChar<T> {
    fn from_iter<I: IntoIterator<Item = (char, T)>>(pairs: I) -> ByChar<T> {
        let mut all = ByChar::default();
        for (c, value) in pairs {
            *all.entry(c, value) = value;
        }
        all
    }
}

/// Terms with what each stands for; of several at one place the longest counts.
#[derive(Clone, Debug)]
pub struct Lexicon<T> {
    terms: HashMap<Vec<char>, T>,
    /// By the first character a bit for each length of its terms, the last one for all longer ones.
    lengths: ByChar<u64>,
    /// In characters.
    length_max: usize,
}

impl<T> Default for Lexicon<T> {
    fn default() -> Lexicon<T> {
        Lexicon { terms: HashMap::new(), lengths: ByChar::default(), length_max: 0 }
    }
}

impl<T: Copy> Lexicon<T> {
    /// Takes in a term; what it stood for before is given back.
    pub fn insert(&mut self, term: Vec<char>, value: T) -> Option<T> {
        if let Some(&first) = term.first() {
            *self.lengths.entry(first, 0) |= bit(term.len());
        }
        self.length_max = self.length_max.max(term.len());
        self.terms.insert(term, value)
    }

    /// What a term stands for.
    pub fn get(&self, term: &[char]) -> Option<T> {
        self.terms.get(term).copied()
    }

    /// The longest term at the start of `chars` whose length `fits`: its length and its value.
    pub fn longest(&self, chars: &[char], fits: impl Fn(usize) -> bool) -> Option<(usize, T)> {
        let lengths = self.lengths.get(*chars.first()?)?;
        (1..=self.length_max.min(chars.len()))
            .rev()
            .filter(|&length| lengths & bit(length) != 0 && fits(length))
            .find_map(|length| Some((length, self.get(&chars[..length])?)))
    }
}

impl<T: Copy> FromIterator<(Vec<char>, T)> for Lexicon<T> {
    fn from_iter<I: IntoIterator<Item = (Vec<char>, T)>>(pairs: I) -> Lexicon<T> {
        let mut all = Lexicon::default();
        for (term, value) in pairs {
            all.insert(term, value);
        }
        all
    }
}

fn bit(length: usize) -> u64 {
    1 << length.min(63)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_longest_term_is_found(
            terms in proptest::collection::vec("[a-c𠀀一]{1,70}|[a-c𠀀一]{1,3}", 0..12),
            text in "[a-c𠀀一]{0,80}",
        ) {
            let chars = |text: &str| text.chars().collect::<Vec<char>>();
            let lexicon: Lexicon<usize> =
                terms.iter().enumerate().map(|(at, term)| (chars(term), at)).collect();
            let text = chars(&text);
            for from in 0..=text.len() {
                let rest = &text[from..];
                let odd = |length: usize| length % 2 == 1;
                let want = (0..terms.len())
                    .filter(|&at| rest.starts_with(&chars(&terms[at])))
                    .map(|at| (chars(&terms[at]).len(), at))
                    .filter(|one| odd(one.0))
                    .max();
                prop_assert_eq!(lexicon.longest(rest, odd), want);
            }
        }
    }
}
