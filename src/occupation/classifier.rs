//! From a title to its likely occupations.

use std::sync::LazyLock;

use super::{
    catalogue::{Catalogue, Occupation},
    features::{Observed, observe},
    linear::{Feature, Linear},
    ranker::{Ranker, candidates},
};

const SHIPPED: &[u8] = include_bytes!("../../data/occupation/model.bin");
/// Name and version of the form in which models are kept.
const MAGIC: &[u8; 8] = b"LGOCCUP1";
/// Guesses that are given for a title.
pub const GUESSES_MAX: usize = 5;

/// A likely occupation of a title.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guess {
    /// The class.
    pub occupation: &'static Occupation,
    /// Probability that a person would have chosen this class, as far as the model knows: 0..=1.
    pub confidence: f32,
}

/// Tells the occupation of a job's title.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Classifier {
    /// Classes met in learning, by place in the catalogue, ascending.
    pub(super) classes: Vec<usize>,
    /// How many titles each of them had.
    pub(super) counts: Vec<u32>,
    pub(super) linear: Linear,
    pub(super) ranker: Ranker,
}

/// A model's bytes are not of the expected form, or of another classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a model of this version")]
pub struct NotAModel;

impl Classifier {
    /// The model that is compiled in; `docs/decisions/0004-occupation-classifier.md` says how it was
    /// made and how good it is.
    pub fn shipped() -> &'static Classifier {
        static CLASSIFIER: LazyLock<Classifier> = LazyLock::new(|| {
            // Never broken in a build that passed the tests; it would know the names alone.
            Classifier::from_bytes(SHIPPED).unwrap_or_default()
        });
        &CLASSIFIER
    }

    /// Up to [`GUESSES_MAX`] occupations, the likeliest first. Never empty for the shipped
    /// classification; a title that says nothing gets guesses of little confidence.
    pub fn classify(&self, title: &str) -> Vec<Guess> {
        self.judge(&observe(title))
    }

    pub(super) fn judge(&self, seen: &Observed) -> Vec<Guess> {
        let (scores, prior) = self.scores(seen);
        let mut ranked = self.ranker.ranked(&candidates(seen, &scores, &prior));
        ranked.truncate(GUESSES_MAX);
        let guess = |(class, confidence): (usize, f32)| Guess {
            occupation: &Catalogue::shipped().all()[class],
            confidence,
        };
        ranked.into_iter().map(guess).collect()
    }

    /// Score and logarithm of frequency of each class, by place in the catalogue.
    pub(super) fn scores(&self, seen: &Observed) -> (Vec<f32>, Vec<f32>) {
        let count = Catalogue::shipped().all().len();
        let (mut scores, mut prior) = (vec![0.0; count], vec![UNSEEN.ln(); count]);
        let own = self.linear.scores(&seen.blocks, self.classes.len());
        for ((&class, score), &titles) in self.classes.iter().zip(own).zip(&self.counts) {
            scores[class] = score;
            prior[class] = (titles as f32 + UNSEEN).ln();
        }
        (scores, prior)
    }

    /// The model for [`Classifier::from_bytes`]; the same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        put(&mut bytes, self.classes.len() as u32);
        for (&class, &count) in self.classes.iter().zip(&self.counts) {
            bytes.extend((class as u16).to_le_bytes());
            bytes.extend((count as u16).to_le_bytes());
        }
        for values in [self.ranker.mean, self.ranker.scale, self.ranker.weights] {
            for value in values {
                bytes.extend(value.to_le_bytes());
            }
        }
        bytes.extend(self.linear.unit.to_le_bytes());
        put(&mut bytes, self.linear.features.len() as u32);
        for feature in &self.linear.features {
            put(&mut bytes, feature.name);
            bytes.extend(feature.rarity.to_le_bytes());
            bytes.extend((feature.weights.len() as u16).to_le_bytes());
            for (class, weight) in &feature.weights {
                bytes.extend(class.to_le_bytes());
                bytes.extend(weight.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads what [`Classifier::to_bytes`] wrote.
    ///
    /// # Errors
    /// Bytes of another form or version, cut off, or with classes that do not exist.
    pub fn from_bytes(bytes: &[u8]) -> Result<Classifier, NotAModel> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(NotAModel)?;
        let rest = &mut rest;
        let known = Catalogue::shipped().all().len();
        let (mut classes, mut counts) = (Vec::new(), Vec::new());
        for _ in 0..u32::from_le_bytes(take(rest)?) {
            classes.push(usize::from(u16::from_le_bytes(take(rest)?)));
            counts.push(u32::from(u16::from_le_bytes(take(rest)?)));
        }
        let mut ranker = Ranker::default();
        for values in [&mut ranker.mean, &mut ranker.scale, &mut ranker.weights] {
            for value in values {
                *value = f32::from_le_bytes(take(rest)?);
            }
        }
        let unit = f32::from_le_bytes(take(rest)?);
        let mut features = Vec::new();
        for _ in 0..u32::from_le_bytes(take(rest)?) {
            let name = u32::from_le_bytes(take(rest)?);
            let rarity = f32::from_le_bytes(take(rest)?);
            let mut weights = Vec::new();
            for _ in 0..u16::from_le_bytes(take(rest)?) {
                let class = u16::from_le_bytes(take(rest)?);
                weights.push((class, i16::from_le_bytes(take(rest)?)));
            }
            features.push(Feature { name, rarity, weights });
        }
        let sound = rest.is_empty()
            && classes.iter().all(|&class| class < known)
            && features.is_sorted_by(|a, b| a.name < b.name);
        let linear = Linear { unit, features };
        sound.then_some(Classifier { classes, counts, linear, ranker }).ok_or(NotAModel)
    }
}

/// What a class counts that no title was seen of, in titles.
const UNSEEN: f32 = 0.1;

fn put(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend(value.to_le_bytes());
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Result<[u8; LENGTH], NotAModel> {
    let (head, tail) = rest.split_first_chunk().ok_or(NotAModel)?;
    *rest = tail;
    Ok(*head)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::words::trades::Trades;

    fn first(title: &str) -> &'static str {
        &Classifier::shipped().classify(title)[0].occupation.code
    }

    #[test]
    fn the_shipped_model_is_whole() {
        let model = Classifier::from_bytes(SHIPPED).unwrap();
        assert_eq!(model.to_bytes(), SHIPPED);
    }

    #[test]
    fn everyday_titles_find_their_class() {
        for (title, code) in [
            ("急招挖掘机司机", "6-30-05-05"),
            ("铲车司机", "6-30-05-05"),
            ("搬运工280一天", "4-02-05-01"),
            ("保安", "4-07-05-01"),
            ("电焊工日结", "6-18-02-04"),
            ("小时工保洁", "4-09-08-01"),
            ("钢筋工", "6-29-01-04"),
            ("外卖骑手", "4-10-08-01"),
        ] {
            assert_eq!(first(title), code, "{title}");
        }
    }

    /// The labels follow other habits than our dictionary for a part of the trades; this holds the
    /// line for the rest.
    #[test]
    fn most_trades_are_told_by_their_name() {
        let coded = Trades::shipped()
            .all()
            .iter()
            .filter_map(|trade| trade.code.as_deref().map(|code| (trade.name.as_str(), code)));
        let coded: Vec<(&str, &str)> = coded.collect();
        let right = coded.iter().filter(|(name, code)| first(name) == *code).count();
        println!("{right} of {} trades", coded.len());
        assert!(right * 4 >= coded.len() * 3, "{right} of {}", coded.len());
    }

    #[test]
    fn bytes_of_another_form_are_refused() {
        for bytes in [&b""[..], &SHIPPED[..SHIPPED.len() - 1], &[SHIPPED, b"x"].concat()] {
            assert_eq!(Classifier::from_bytes(bytes).err(), Some(NotAModel));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_title_has_ordered_guesses(title in ".{0,60}") {
            let guesses = Classifier::shipped().classify(&title);
            prop_assert_eq!(guesses.len(), GUESSES_MAX);
            prop_assert!(guesses.is_sorted_by(|a, b| a.confidence >= b.confidence));
            prop_assert!(guesses.iter().all(|guess| (0.0..=1.0).contains(&guess.confidence)));
        }
    }
}
