//! How common the searched words and sounds are: what BM25 weighs them by.
//!
//! Taken once for a first page and handed on in its cursor: were they counted anew for each page,
//! a posting's score would change with every other posting.

use tantivy::{Searcher, Term, query::Bm25StatisticsProvider, schema::Field};

use super::schema::JobFields;

/// Counts of the index for the words of one query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Postings; at least one.
    pub docs: u32,
    /// Words of all titles; at least one.
    pub title_words: u32,
    /// Words of all texts; at least one.
    pub body_words: u32,
    /// Postings that have each word, in the order of the query's words.
    pub freqs: Vec<u32>,
}

/// The field in which a word is counted: its spelling tells whether it is a trade's, a sound or a
/// word of the text.
fn field(fields: &JobFields, word: &str) -> Field {
    if word.starts_with('=') {
        fields.title
    } else if word.starts_with('^') || word.contains(' ') {
        fields.sound
    } else {
        fields.body
    }
}

fn count(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Statistics {
    /// The counts of now.
    pub fn take(
        searcher: &Searcher,
        fields: &JobFields,
        words: &[String],
    ) -> tantivy::Result<Statistics> {
        let docs = count(searcher.total_num_docs()?).max(1);
        let mut freqs = Vec::with_capacity(words.len());
        for word in words {
            let freq = searcher.doc_freq(&Term::from_field_text(field(fields, word), word))?;
            freqs.push(count(freq).min(docs));
        }
        Ok(Statistics {
            docs,
            title_words: count(searcher.total_num_tokens(fields.title)?).max(1),
            body_words: count(searcher.total_num_tokens(fields.body)?).max(1),
            freqs,
        })
    }
}

/// The counts as the engine asks for them.
pub struct Pinned<'a> {
    pub statistics: &'a Statistics,
    pub words: &'a [String],
    pub title: Field,
}

impl Bm25StatisticsProvider for Pinned<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        Ok(u64::from(if field == self.title {
            self.statistics.title_words
        } else {
            self.statistics.body_words
        }))
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(u64::from(self.statistics.docs))
    }

    /// A title's word is as common as the word is in all texts.
    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let value = term.value();
        let place = self.words.iter().position(|word| value.as_str() == Some(word));
        let freq = place.and_then(|place| self.statistics.freqs.get(place));
        Ok(freq.map_or(0, |&freq| u64::from(freq)))
    }
}
