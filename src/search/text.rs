//! A search text as the engine is asked for it: words, trades in all their names, and, where it is
//! likely that somebody typed by sound or slipped, sounds.

use std::{cmp::Reverse, collections::HashSet};

use tantivy::{
    Searcher, Term,
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    SearchError,
    jobs::{any, exact},
    numbers::{ALIKE, Met},
    schema::JobFields,
    sound::{self, Sounds},
    statistics::Statistics,
    words::{self, Word},
};
use crate::{domain::limits::QUERY_CHARS_MAX, words::trades::Trades};

/// Words of one query that are looked at.
const WORDS_MAX: usize = 32;
/// Words, trades and sounds of one query that are counted.
const TERMS_MAX: usize = 200;
/// How much more a word in the title counts.
const TITLE_BOOST: f32 = 2.0;
/// How much a trade in any of its names counts.
const TRADE_BOOST: f32 = 1.5;
/// How much one sound counts; a word has several.
const SOUND_BOOST: f32 = 0.5;
/// How much less one counts that was not typed so.
const REPAIRED: f32 = 0.7;

/// A search text, read.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// The distinct words, the longest first.
    words: Vec<String>,
    /// One after the other, without overlap.
    phrase: Vec<Word>,
    /// What a title must have to have it all: words, and one for each trade.
    units: Vec<String>,
    /// The trades' own words.
    trades: Vec<String>,
    /// By sound, where that is asked; see [`sound::asked`].
    sounds: Option<Vec<Vec<Sounds>>>,
    /// Everything whose frequency is counted.
    terms: Vec<String>,
    plain: String,
}

impl Text {
    /// Reads a text.
    pub fn read(text: &str) -> Text {
        let plain: String = text.chars().take(QUERY_CHARS_MAX).collect();
        let mut distinct: Vec<String> =
            words::words(&plain).into_iter().map(|word| word.text).collect();
        distinct.sort();
        distinct.dedup();
        // The longest tell the most.
        distinct.sort_by_key(|word| Reverse(word.chars().count()));
        distinct.truncate(WORDS_MAX);
        let (units, trades) = units(&plain);
        let mut read = Text {
            words: distinct,
            phrase: words::phrase(&plain),
            units,
            trades,
            sounds: None,
            terms: Vec::new(),
            plain,
        };
        read.count();
        read
    }

    /// What is counted, and in which order: the same text gives the same.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Whether sounds are searched, too.
    pub fn is_forgiving(&self) -> bool {
        self.sounds.is_some()
    }

    /// The letters of the text.
    pub fn letters(&self) -> u16 {
        u16::try_from(words::letters(&self.plain)).unwrap_or(u16::MAX)
    }

    fn count(&mut self) {
        let sounds = self.sounds.iter().flatten().flatten().flat_map(|way| &way.words);
        let mut seen = HashSet::new();
        let all = self.words.iter().chain(&self.trades).chain(sounds);
        self.terms =
            all.filter(|word| seen.insert(word.as_str())).take(TERMS_MAX).cloned().collect();
    }

    /// Whether somebody may have slipped or typed by sound: a word that no posting has, or a lone
    /// character, as a word falls into that is not spelt right.
    pub fn is_doubtful(&self, statistics: &Statistics) -> bool {
        let counted = self.words.iter().zip(&statistics.freqs);
        let mut odd = counted.filter(|(word, freq)| {
            let number = word.bytes().all(|b| b.is_ascii_digit());
            let lone = word.chars().count() == 1 && !word.is_ascii();
            !number && (**freq == 0 || lone)
        });
        odd.next().is_some()
    }

    /// Listens to the text: from here on titles are found by sound, too.
    pub fn listen(&mut self, searcher: &Searcher, fields: &JobFields) -> Result<(), SearchError> {
        let mut trouble = None;
        let mut known = |word: &str| {
            let field = if word.contains(' ') { fields.sound } else { fields.title };
            match searcher.doc_freq(&Term::from_field_text(field, word)) {
                Ok(freq) => freq,
                Err(error) => {
                    trouble = Some(error);
                    0
                }
            }
        };
        self.sounds = Some(sound::asked(&self.plain, &mut known));
        if let Some(error) = trouble {
            return Err(error.into());
        }
        self.count();
        Ok(())
    }

    /// What a title must have that has all of the text, the best first.
    pub fn tiers(&self, fields: &JobFields) -> Vec<(Met, Box<dyn Query>)> {
        let phrase: Vec<&str> = self.phrase.iter().map(|word| word.text.as_str()).collect();
        let mut tiers = match phrase.as_slice() {
            [] => Vec::new(),
            [word] => vec![(Met::Phrase, exact(fields.title, word))],
            words => {
                let pairs = words.windows(2).map(|pair| words::pair(pair[0], pair[1]));
                let pairs = all(fields.pair, pairs);
                vec![(Met::Phrase, pairs), (Met::Literal, all(fields.title, words))]
            }
        };
        if !self.trades.is_empty() {
            tiers.push((Met::Whole, all(fields.title, &self.units)));
        }
        tiers
    }

    /// Some of the words, weighed by BM25, in the title more than elsewhere; trades by all names;
    /// and sounds, where they are searched.
    pub fn some(&self, fields: &JobFields) -> Box<dyn Query> {
        let mut met = self.word_queries(fields);
        let Some(parts) = self.sounds.as_ref().filter(|parts| !parts.is_empty()) else {
            return any(met);
        };
        met.extend(parts.iter().flatten().map(|way| sound_query(fields.sound, way)));
        let part = |ways: &Vec<Sounds>| {
            any(ways.iter().map(|way| all(fields.sound, &way.words)).collect())
        };
        let alike = BooleanQuery::intersection(parts.iter().map(part).collect());
        let alike = ConstScoreQuery::new(Box::new(alike), ALIKE);
        let clauses: Vec<(Occur, Box<dyn Query>)> =
            vec![(Occur::Must, any(met)), (Occur::Should, Box::new(alike))];
        Box::new(BooleanQuery::new(clauses))
    }

    fn word_queries(&self, fields: &JobFields) -> Vec<Box<dyn Query>> {
        let both = self.words.iter().flat_map(|word| {
            let title = weighed(fields.title, word, IndexRecordOption::WithFreqs, TITLE_BOOST);
            [title, weighed(fields.body, word, IndexRecordOption::WithFreqs, 1.0)]
        });
        let trades = self
            .trades
            .iter()
            .map(|trade| weighed(fields.title, trade, IndexRecordOption::WithFreqs, TRADE_BOOST));
        both.chain(trades).collect()
    }
}

/// The words of the text with one word in place of each trade, and the trades' words.
fn units(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut units, mut trades) = (Vec::new(), Vec::new());
    let mut at = 0;
    let plain = |units: &mut Vec<String>, text: &str| {
        units.extend(words::phrase(text).into_iter().map(|word| word.text));
    };
    for hit in Trades::shipped().find(text) {
        plain(&mut units, &text[at..hit.start]);
        trades.push(words::trade(&hit.trade.name));
        at = hit.end;
    }
    plain(&mut units, &text[at..]);
    units.extend(trades.iter().cloned());
    units.sort();
    units.dedup();
    trades.sort();
    trades.dedup();
    (units, trades)
}

fn all<T: AsRef<str>>(field: Field, words: impl IntoIterator<Item = T>) -> Box<dyn Query> {
    let mut each: Vec<_> = words.into_iter().map(|word| exact(field, word.as_ref())).collect();
    match each.pop() {
        Some(only) if each.is_empty() => only,
        last => Box::new(BooleanQuery::intersection(each.into_iter().chain(last).collect())),
    }
}

fn weighed(field: Field, word: &str, option: IndexRecordOption, boost: f32) -> Box<dyn Query> {
    let query = TermQuery::new(Term::from_field_text(field, word), option);
    Box::new(BoostQuery::new(Box::new(query), boost))
}

fn sound_query(field: Field, way: &Sounds) -> Box<dyn Query> {
    let boost = if way.as_typed { SOUND_BOOST } else { SOUND_BOOST * REPAIRED };
    let each = way.words.iter().map(|word| weighed(field, word, IndexRecordOption::Basic, boost));
    Box::new(BooleanQuery::union_with_minimum_required_clauses(each.collect(), way.least))
}
