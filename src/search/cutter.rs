//! Texts as they are indexed, each cut once: titles, benefits and requirements come again and again.

use std::{collections::HashMap, sync::Arc};

use super::{
    sound,
    words::{self, Word},
};

/// Texts of each kind that are remembered; then it begins anew.
const KEPT_MAX: usize = 8_192;
/// Bytes of the longest text that is remembered.
const KEPT_BYTES_MAX: usize = 256;

/// A title, cut; each text as [`words::joined`].
#[derive(Debug)]
pub struct Title {
    /// Its words with their places.
    pub cut: Vec<Word>,
    /// Its words.
    pub words: Arc<str>,
    /// Its words, and the trades that it names.
    pub whole: String,
    /// How it sounds; see [`sound::heard`].
    pub sound: String,
    /// Neighbours among its words.
    pub pair: String,
}

impl Title {
    fn of(text: &str) -> Title {
        // Segmentation is the dearest part.
        let cut = words::words(text);
        Title {
            words: words::joined(cut.iter().map(|word| &word.text)).into(),
            whole: words::joined(words::with_trades(text, &cut)),
            sound: words::joined(sound::heard(text, &cut)),
            pair: words::joined(words::pairs(&cut)),
            cut,
        }
    }
}

/// Cuts texts, and remembers those that it cut.
#[derive(Debug, Default)]
pub struct Cutter {
    titles: HashMap<String, Arc<Title>>,
    texts: HashMap<String, Arc<str>>,
}

impl Cutter {
    /// A title, cut.
    pub fn title(&mut self, text: &str) -> Arc<Title> {
        remembered(&mut self.titles, text, |text| Arc::new(Title::of(text)))
    }

    /// The words of a text, as [`words::joined`].
    pub fn words(&mut self, text: &str) -> Arc<str> {
        remembered(&mut self.texts, text, |text| {
            words::joined(words::words(text).iter().map(|word| &word.text)).into()
        })
    }
}

fn remembered<T: Clone>(known: &mut HashMap<String, T>, text: &str, make: impl Fn(&str) -> T) -> T {
    if let Some(held) = known.get(text) {
        return held.clone();
    }
    let made = make(text);
    if text.len() <= KEPT_BYTES_MAX {
        if known.len() >= KEPT_MAX {
            known.clear();
        }
        known.insert(text.to_owned(), made.clone());
    }
    made
}
