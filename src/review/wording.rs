//! Wording that a rule looks for.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use crate::words::normal;

const SHIPPED: &str = include_str!("../../data/findings.toml");

/// A rule on wording.
#[derive(Debug)]
pub struct Rule {
    /// Its name: `deposit`.
    pub id: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// Act and clause.
    pub basis: String,
    /// What the poster should do.
    pub advice: String,
    patterns: Vec<Regex>,
    harmless: Vec<Regex>,
    excused: Vec<Regex>,
}

/// Where a rule's wording stands in a text, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Which rule.
    pub rule: &'static Rule,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// Why a list of rules can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// Not the expected TOML.
    #[error("the rules are not readable")]
    Unreadable(#[from] toml::de::Error),
    /// A pattern is none.
    #[error("rule {0}: a pattern is not a regular expression")]
    Pattern(String, #[source] regex::Error),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    basis: String,
    advice: String,
    patterns: Vec<String>,
    #[serde(default)]
    harmless: Vec<String>,
    #[serde(default)]
    excused: Vec<String>,
}

fn read(text: &str) -> Result<Vec<Rule>, RulesError> {
    let file: File = toml::from_str(text)?;
    let rule = |entry: Entry| {
        let compile = |patterns: &[String]| {
            let compiled: Result<Vec<Regex>, _> = patterns.iter().map(|p| Regex::new(p)).collect();
            compiled.map_err(|error| RulesError::Pattern(entry.id.clone(), error))
        };
        Ok(Rule {
            patterns: compile(&entry.patterns)?,
            harmless: compile(&entry.harmless)?,
            excused: compile(&entry.excused)?,
            id: entry.id,
            title: entry.title,
            basis: entry.basis,
            advice: entry.advice,
        })
    };
    file.rule.into_iter().map(rule).collect()
}

/// A text without what hides words, and where each of its characters stood.
struct Plain {
    text: String,
    /// For each byte of `text` that begins a character, and for its end: the byte in the original.
    from: Vec<(usize, usize)>,
    /// The original's length.
    end: usize,
}

impl Plain {
    fn of(original: &str) -> Plain {
        let (mut text, mut from) = (String::with_capacity(original.len()), Vec::new());
        for (at, c) in original.char_indices() {
            let c = normal(c);
            let hides = c.is_whitespace()
                || c.is_control()
                || matches!(c, '.' | '*' | '_' | '·' | '•' | '\u{200b}'..='\u{200f}' | '\u{feff}');
            if !hides {
                from.push((text.len(), at));
                text.push(c);
            }
        }
        Plain { text, from, end: original.len() }
    }

    /// The same text with every harmless wording replaced by marks of the same length.
    fn without(&self, harmless: &[Regex]) -> String {
        let mut text = self.text.clone();
        for pattern in harmless {
            let cut = pattern
                .replace_all(&text, |found: &regex::Captures<'_>| "\u{1}".repeat(found[0].len()));
            text = cut.into_owned();
        }
        text
    }

    fn original(&self, at: usize) -> usize {
        let place = self.from.partition_point(|(byte, _)| *byte < at);
        self.from.get(place).map_or(self.end, |(_, original)| *original)
    }
}

/// Each rule whose wording the text has, at its first place.
pub fn in_text(text: &str) -> Vec<Hit> {
    static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
        // Never broken in a build that passed the tests; reviewers would just get no hints.
        read(SHIPPED).unwrap_or_default()
    });
    let plain = Plain::of(text);
    let first = |rule: &'static Rule| {
        let cleared = plain.without(&rule.harmless);
        if rule.excused.iter().any(|reason| reason.is_match(&cleared)) {
            return None;
        }
        let found = rule.patterns.iter().filter_map(|pattern| pattern.find(&cleared));
        let found = found.min_by_key(|found| (found.start(), usize::MAX - found.end()))?;
        Some(Hit { rule, start: plain.original(found.start()), end: plain.original(found.end()) })
    };
    RULES.iter().filter_map(first).collect()
}

#[cfg(test)]
pub(super) fn shipped_is_readable() -> Result<usize, RulesError> {
    read(SHIPPED).map(|rules| rules.len())
}
