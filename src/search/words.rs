//! Texts into words: one segmentation for what is indexed and for what is asked.

use std::{collections::BTreeSet, sync::LazyLock};

use jieba_rs::{Jieba, TokenizeMode};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::words::{normal, trades::Trades};

static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// The longest word, in characters; longer runs are cut.
const WORD_CHARS_MAX: usize = 40;

/// A word and where it starts, counted in letters of the text; marks and spaces count nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, in lower case.
    pub text: String,
    /// The letters before it.
    pub start: usize,
}

/// Every word of a text, long ones also by their parts: what is indexed and searched.
pub fn words(text: &str) -> Vec<Word> {
    cut(text, TokenizeMode::Search)
}

/// The words of a text one after the other, without overlap: what a phrase is made of.
pub fn phrase(text: &str) -> Vec<Word> {
    cut(text, TokenizeMode::Default)
}

/// A skill as both sides compare it: lower case, without marks and spaces.
pub fn skill(text: &str) -> String {
    text.chars().map(normal).filter(is_letter).flat_map(char::to_lowercase).collect()
}

/// Skills as both sides compare them, sorted, each once, none empty.
pub fn skills<T: AsRef<str>>(texts: &[T]) -> Vec<String> {
    let mut skills: Vec<String> = texts.iter().map(|text| skill(text.as_ref())).collect();
    skills.retain(|skill| !skill.is_empty());
    skills.sort();
    skills.dedup();
    skills
}

/// The skills that a posting names, in its list or in its title, sorted, each once.
pub fn named<T: AsRef<str>>(listed: &[T], title: &str) -> Vec<String> {
    named_by(listed, &words(title))
}

/// The same, those of the list first and in its order: what a posting asks for, as it is told.
pub fn wanted<T: AsRef<str>>(listed: &[T], title: &str) -> Vec<String> {
    let mut wanted = skills(listed);
    wanted.extend(named(listed, title));
    let mut seen = std::collections::HashSet::new();
    wanted.retain(|word| seen.insert(word.clone()));
    wanted
}

/// As [`named`], from the words of the title.
pub(super) fn named_by<T: AsRef<str>>(listed: &[T], title: &[Word]) -> Vec<String> {
    let mut named = skills(listed);
    let in_title = title.iter().map(|word| word.text.clone());
    named.extend(
        in_title.filter(|word| word.chars().count() > 1 && word.chars().any(|c| !c.is_numeric())),
    );
    named.sort();
    named.dedup();
    named
}

/// The one word of a trade, whichever of its names a text uses; no word of a text is spelt so.
pub(super) fn trade(name: &str) -> String {
    format!("={name}")
}

/// The letters of a text, as [`Word::start`] counts them.
pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(is_letter).count()
}

/// Whether a character is part of a word.
fn is_letter(c: &char) -> bool {
    // The tables of Unicode are slow for what nearly all of a text is made of.
    matches!(c, '\u{4e00}'..='\u{9fff}') || c.is_alphanumeric()
}

/// The one word of two that are neighbours; no word of a text is spelt so.
pub(super) fn pair(first: &str, second: &str) -> String {
    format!("{first} {second}")
}

/// Every two words that are neighbours, each once: a phrase is the list of its pairs.
pub(super) fn pairs(words: &[Word]) -> BTreeSet<String> {
    let after = |first: &Word| first.start + letters(&first.text);
    let pairs = words.iter().flat_map(|first| {
        let next = words.iter().filter(move |next| next.start == after(first));
        next.map(|next| pair(&first.text, &next.text))
    });
    pairs.collect()
}

/// The words of a title, and the trades that it names.
pub(super) fn with_trades(text: &str, words: &[Word]) -> Vec<String> {
    let hits = Trades::shipped().find(text);
    let trades = hits.iter().map(|hit| trade(&hit.trade.name));
    words.iter().map(|word| word.text.clone()).chain(trades).collect()
}

fn cut(text: &str, mode: TokenizeMode) -> Vec<Word> {
    let plain: String = text
        .chars()
        .map(normal)
        .flat_map(char::to_lowercase)
        .map(|c| if is_letter(&c) { c } else { ' ' })
        .collect();
    // Letters before each character: tokens tell their place in characters.
    let before: Vec<usize> = plain
        .chars()
        .scan(0, |letters, c| {
            let here = *letters;
            *letters += usize::from(c != ' ');
            Some(here)
        })
        .collect();
    JIEBA
        .tokenize(&plain, mode, true)
        .into_iter()
        .filter(|token| !token.word.trim().is_empty())
        .filter_map(|token| {
            let start = *before.get(token.start)?;
            // Cut, not dropped: a question of one endless word finds nothing, not everything.
            Some(Word { text: token.word.chars().take(WORD_CHARS_MAX).collect(), start })
        })
        .collect()
}

/// What stands between words that are known; no word has it.
const BETWEEN: char = '\u{1f}';

/// Words as the search engine takes them: [`Cut`] takes them apart again.
pub(super) fn joined<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    let mut joined = String::new();
    for word in words {
        if !joined.is_empty() {
            joined.push(BETWEEN);
        }
        joined.push_str(word.as_ref());
    }
    joined
}

/// Takes words apart that were [`joined`].
#[derive(Clone, Default)]
pub(super) struct Cut(Token);

pub(super) struct Stream<'a> {
    rest: Option<&'a str>,
    token: &'a mut Token,
}

impl Tokenizer for Cut {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.0.reset();
        Stream { rest: Some(text).filter(|text| !text.is_empty()), token: &mut self.0 }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some(rest) = self.rest.take() else {
            return false;
        };
        let word = match rest.split_once(BETWEEN) {
            None => rest,
            Some((word, rest)) => {
                self.rest = Some(rest);
                word
            }
        };
        self.token.text.clear();
        self.token.text.push_str(word);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: Vec<Word>) -> Vec<String> {
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn chinese_is_cut_and_latin_lowered() {
        assert_eq!(texts(words("招聘C1司机，日结")), ["招聘", "c1", "司机", "日结"]);
        assert_eq!(texts(phrase("技术学校")), ["技术学校"]);
        assert!(texts(words("技术学校")).contains(&"学校".to_owned()));
        assert!(words(" ，。\n").is_empty());
        assert_eq!(words(&"a".repeat(5000))[0].text.len(), WORD_CHARS_MAX);
    }

    #[test]
    fn neighbours_are_pairs_across_marks() {
        let pairs: Vec<String> = pairs(&words("招聘C1司机，日结")).into_iter().collect();
        assert_eq!(pairs, ["c1 司机", "司机 日结", "招聘 c1"]);
        assert!(super::pairs(&words("司机")).is_empty());
    }

    #[test]
    fn what_was_joined_is_taken_apart() {
        for words in [&[][..], &["a"], &["挖掘", "机", "=挖掘机司机", "wa jue"]] {
            let text = joined(words);
            let mut cut = Cut::default();
            let mut stream = cut.token_stream(&text);
            let mut found = Vec::new();
            while stream.advance() {
                found.push(stream.token().text.clone());
            }
            assert_eq!(found, words);
        }
    }

    #[test]
    fn places_do_not_count_marks() {
        let starts = |text: &str| phrase(text).iter().map(|w| w.start).collect::<Vec<_>>();
        assert_eq!(starts("司机 司机"), starts("司机，司机"));
        assert_eq!(starts("司机 司机"), [0, 2]);
    }

    #[test]
    fn skills_meet_whatever_their_spelling() {
        assert_eq!(skills(&["C1 驾驶", "c1驾驶", " "]), ["c1驾驶"]);
        let named = named(&["电焊"], "招焊工2名");
        assert!(named.contains(&"电焊".to_owned()) && named.contains(&"焊工".to_owned()));
        assert!(!named.iter().any(|word| word == "2"));
    }
}
