//! Where a page ends: opaque to callers, URL-safe.
//!
//! A cursor holds the last hit's key and id, and what its key depends on besides the posting: the
//! moment of scoring and the statistics of the words. So a posting that stays as it is keeps its
//! place, whatever comes and goes around it, and is met once.

use std::{fmt, str::FromStr};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{Sort, statistics::Statistics};
use crate::domain::time::Moment;

/// The place after the last hit of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub(super) sort: Sort,
    pub(super) scored_at: Moment,
    pub(super) key: u64,
    pub(super) statistics: Option<Statistics>,
    pub(super) id: String,
    /// Whether sounds and slips were searched, too.
    pub(super) forgiving: bool,
    /// A bit for each understood part that was let go.
    pub(super) let_go: u16,
    /// What stands after this place and was shown: ends of keys, and ids in numbers.
    pub(super) shown: Vec<(u32, u32)>,
}

/// The text is no cursor, or one of another query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this query")]
pub struct BadCursor;

/// The layout of the bytes.
const LAYOUT: u8 = 3;
/// Bytes of an id at most.
const ID_BYTES_MAX: usize = 64;
/// Characters of a cursor at most.
const CURSOR_CHARS_MAX: usize = 2_800;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![LAYOUT, self.sort as u8, u8::from(self.forgiving)];
        bytes.extend(self.let_go.to_be_bytes());
        bytes.extend(self.scored_at.0.to_be_bytes());
        bytes.extend(self.key.to_be_bytes());
        match &self.statistics {
            None => bytes.push(0),
            Some(statistics) => {
                bytes.push(u8::try_from(statistics.freqs.len()).map_err(|_| fmt::Error)?);
                for count in [statistics.docs, statistics.title_words, statistics.body_words] {
                    bytes.extend(count.to_be_bytes());
                }
                for freq in &statistics.freqs {
                    bytes.extend(freq.to_be_bytes());
                }
            }
        }
        bytes.push(u8::try_from(self.shown.len()).map_err(|_| fmt::Error)?);
        for (key, id) in &self.shown {
            bytes.extend(key.to_be_bytes());
            bytes.extend(id.to_be_bytes());
        }
        bytes.extend(self.id.as_bytes());
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Cursor, BadCursor> {
        if text.len() > CURSOR_CHARS_MAX {
            return Err(BadCursor);
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        let mut rest = Bytes(&bytes);
        let [layout, sort, forgiving] = rest.take()?;
        let let_go = u16::from_be_bytes(rest.take()?);
        if layout != LAYOUT || forgiving > 1 {
            return Err(BadCursor);
        }
        let forgiving = forgiving == 1;
        let sort = *Sort::ALL.get(usize::from(sort)).ok_or(BadCursor)?;
        let scored_at = Moment(i64::from_be_bytes(rest.take()?));
        let key = u64::from_be_bytes(rest.take()?);
        let [words] = rest.take()?;
        let statistics = if words == 0 { None } else { Some(statistics(&mut rest, words)?) };
        let [count] = rest.take()?;
        let mut shown = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            shown.push((u32::from_be_bytes(rest.take()?), u32::from_be_bytes(rest.take()?)));
        }
        let id = std::str::from_utf8(rest.0).map_err(|_| BadCursor)?;
        if id.is_empty() || id.len() > ID_BYTES_MAX {
            return Err(BadCursor);
        }
        let id = id.to_owned();
        Ok(Cursor { sort, scored_at, key, statistics, id, forgiving, let_go, shown })
    }
}

fn statistics(rest: &mut Bytes, words: u8) -> Result<Statistics, BadCursor> {
    let mut count = || rest.take().map(u32::from_be_bytes);
    let (docs, title_words, body_words) = (count()?, count()?, count()?);
    let freqs = (0..words).map(|_| count()).collect::<Result<Vec<u32>, _>>()?;
    // What the engine's formula takes for granted.
    let sane = docs > 0 && title_words > 0 && body_words > 0;
    if !sane || freqs.iter().any(|&freq| freq > docs) {
        return Err(BadCursor);
    }
    Ok(Statistics { docs, title_words, body_words, freqs })
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BadCursor> {
        let (first, rest) = self.0.split_first_chunk().ok_or(BadCursor)?;
        self.0 = rest;
        Ok(*first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cursors_come_back(
            sort in 0usize..4, at: i64, key: u64, id in "job_[a-z0-9]{1,40}",
            docs in 1u32.., let_go: u16, forgiving: bool,
            shown in proptest::collection::vec(any::<(u32, u32)>(), 0..=100), freqs in proptest::collection::vec(0u32..=1, 0..30),
        ) {
            let statistics = Statistics { docs, title_words: 1, body_words: 7, freqs };
            let cursor = Cursor {
                sort: Sort::ALL[sort],
                scored_at: Moment(at),
                key,
                statistics: (!statistics.freqs.is_empty()).then_some(statistics),
                id,
                forgiving,
                let_go,
                shown,
            };
            let text = cursor.to_string();
            prop_assert!(text.len() <= CURSOR_CHARS_MAX);
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            prop_assert_eq!(text.parse(), Ok(cursor));
        }

        #[test]
        fn other_texts_are_refused(text in ".{0,60}", bytes: Vec<u8>) {
            let _ = text.parse::<Cursor>();
            let _ = BASE64_URL_SAFE_NO_PAD.encode(bytes).parse::<Cursor>();
        }
    }

    #[test]
    fn statistics_that_can_not_be_are_refused() {
        let statistics = Statistics { docs: 1, title_words: 1, body_words: 1, freqs: vec![2] };
        let cursor = Cursor {
            sort: Sort::Match,
            scored_at: Moment(0),
            key: 0,
            statistics: Some(statistics),
            id: "job_1".to_owned(),
            forgiving: false,
            let_go: 0,
            shown: Vec::new(),
        };
        assert_eq!(cursor.to_string().parse::<Cursor>(), Err(BadCursor));
        for text in ["", "AQ", "!!!!", &"A".repeat(3000)] {
            assert_eq!(text.parse::<Cursor>(), Err(BadCursor), "{text}");
        }
    }
}
