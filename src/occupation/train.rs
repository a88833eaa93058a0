//! Learning a classifier from labelled titles, and measuring one by cross-validation.

use std::collections::{BTreeSet, HashSet};

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    catalogue::Catalogue,
    classifier::Classifier,
    features::{Observed, observe},
    linear::{self, Titles},
    ranker::{Ranker, candidates},
};

/// A title and the code that someone gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// As advertised.
    pub title: String,
    /// `d-dd-dd-dd`, a code of the shipped classification.
    pub code: String,
}

/// Why nothing can be learnt.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// The classification does not have this code.
    #[error("{code}, the code of {title:?}, is not in the classification")]
    UnknownCode {
        /// Whose code it is.
        title: String,
        /// The code.
        code: String,
    },
    /// Fewer distinct titles than [`TITLES_MIN`].
    #[error("{0} distinct titles are too few to learn from")]
    TooFew(usize),
}

/// Distinct titles that learning needs at least.
pub const TITLES_MIN: usize = 20;
/// The inner folds on which the ranker sees scores of titles that the weights have not learnt.
const RANKER_FOLDS: usize = 4;
/// Seed of every shuffle, so that the same labels give the same model.
const SEED: u64 = 2022;

struct Example<'a> {
    seen: Observed,
    class: usize,
    labelled: &'a Labelled,
}

/// Learns a classifier. A title that stands twice counts once, as it stands first.
///
/// # Errors
/// A code outside the classification, or too few titles.
pub fn train(labelled: &[Labelled]) -> Result<Classifier, TrainError> {
    let examples = examples(labelled)?;
    Ok(learn(&examples.iter().collect::<Vec<_>>()))
}

/// How often a classifier was right about titles that it had not learnt from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accuracy {
    /// Titles judged.
    pub titles: usize,
    /// The first guess was the label.
    pub first: usize,
    /// The label was among the guesses.
    pub among_five: usize,
    /// The first guess was of the label's middle class (中类).
    pub middle: usize,
}

impl Accuracy {
    /// Counts one title, whose guesses are `codes`, best first.
    pub fn count(&mut self, label: &str, codes: &[&str]) {
        let first = codes.first().copied().unwrap_or_default();
        self.titles += 1;
        self.first += usize::from(first == label);
        self.among_five += usize::from(codes.iter().take(5).any(|code| *code == label));
        self.middle += usize::from(first.get(..4).is_some_and(|own| label.starts_with(own)));
    }
}

/// Cross-validates on distinct titles: each is judged by a classifier that learnt from the other
/// folds only. Calls `judged` with each title and its guessed codes.
///
/// # Errors
/// A code outside the classification, or too few titles.
pub fn cross_validate(
    labelled: &[Labelled],
    folds: usize,
    mut judged: impl FnMut(&Labelled, &[&str]),
) -> Result<(), TrainError> {
    let examples = examples(labelled)?;
    for (learnt, held_out) in splits(examples.len(), folds) {
        let learnt: Vec<&Example> = learnt.iter().map(|&at| &examples[at]).collect();
        let classifier = learn(&learnt);
        for at in held_out {
            let guesses = classifier.judge(&examples[at].seen);
            let codes: Vec<&str> =
                guesses.iter().map(|guess| guess.occupation.code.as_str()).collect();
            judged(examples[at].labelled, &codes);
        }
    }
    Ok(())
}

/// The shuffled places below `count` in folds: what is learnt from, and what is held out.
pub fn splits(count: usize, folds: usize) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(SEED));
    (0..folds)
        .map(|fold| {
            let (held_out, learnt): (Vec<_>, Vec<_>) =
                order.iter().enumerate().partition(|(at, _)| at % folds == fold);
            let places = |part: Vec<(usize, &usize)>| part.into_iter().map(|(_, &at)| at).collect();
            (places(learnt), places(held_out))
        })
        .collect()
}

fn examples(labelled: &[Labelled]) -> Result<Vec<Example<'_>>, TrainError> {
    let mut known = HashSet::new();
    let mut examples = Vec::new();
    for one in labelled {
        let Some(class) = Catalogue::shipped().place(&one.code) else {
            return Err(TrainError::UnknownCode {
                title: one.title.clone(),
                code: one.code.clone(),
            });
        };
        if known.insert(&one.title) {
            examples.push(Example { seen: observe(&one.title), class, labelled: one });
        }
    }
    if examples.len() < TITLES_MIN {
        return Err(TrainError::TooFew(examples.len()));
    }
    Ok(examples)
}

fn learn(examples: &[&Example]) -> Classifier {
    let mut lists = Vec::with_capacity(examples.len());
    for (learnt, held_out) in splits(examples.len(), RANKER_FOLDS) {
        let learnt: Vec<&Example> = learnt.iter().map(|&at| examples[at]).collect();
        let inner = weigh(&learnt);
        for example in held_out.iter().map(|&at| examples[at]) {
            let (scores, prior) = inner.scores(&example.seen);
            lists.push((candidates(&example.seen, &scores, &prior), example.class));
        }
    }
    Classifier { ranker: Ranker::learn(&lists), ..weigh(examples) }
}

/// The linear part alone, with a ranker that knows nothing.
fn weigh(examples: &[&Example]) -> Classifier {
    let present: BTreeSet<usize> = examples.iter().map(|example| example.class).collect();
    let classes: Vec<usize> = present.into_iter().collect();
    let place = |class: usize| classes.binary_search(&class).unwrap_or_default();
    let mut counts = vec![0_u32; classes.len()];
    for example in examples {
        counts[place(example.class)] += 1;
    }
    let linear = linear::learn(&Titles {
        blocks: examples.iter().map(|example| &example.seen.blocks).collect(),
        classes: examples.iter().map(|example| place(example.class)).collect(),
        class_count: classes.len(),
    });
    Classifier { classes, counts, linear, ranker: Ranker::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled() -> Vec<Labelled> {
        let classes = [("4-09-08-01", "保洁"), ("6-18-02-04", "焊工"), ("4-03-02-05", "服务员")];
        let places = ["商场", "写字楼", "饭店", "工地", "酒店", "小区", "医院", "车间"];
        let title = |place: &str, work: &str| format!("{place}{work}");
        classes
            .iter()
            .flat_map(|(code, work)| places.iter().map(move |place| (code, title(place, work))))
            .map(|(code, title)| Labelled { title, code: (*code).to_owned() })
            .collect()
    }

    #[test]
    fn what_was_learnt_holds_for_new_titles() {
        let classifier = train(&labelled()).unwrap();
        for (title, code) in [("学校保洁", "4-09-08-01"), ("急招焊工两名", "6-18-02-04")]
        {
            assert_eq!(classifier.classify(title)[0].occupation.code, code, "{title}");
        }
    }

    #[test]
    fn the_same_labels_give_the_same_model() {
        let bytes = || train(&labelled()).unwrap().to_bytes();
        assert_eq!(bytes(), bytes());
    }

    #[test]
    fn every_title_is_judged_once_by_the_others() {
        let mut accuracy = Accuracy::default();
        cross_validate(&labelled(), 4, |one, codes| accuracy.count(&one.code, codes)).unwrap();
        assert_eq!(accuracy.titles, labelled().len());
        assert!(accuracy.first >= 20 && accuracy.among_five >= accuracy.first, "{accuracy:?}");
    }

    #[test]
    fn unusable_labels_are_refused() {
        assert_eq!(train(&labelled()[..3]).err(), Some(TrainError::TooFew(3)));
        let mut wrong = labelled();
        wrong[0].code = "9-99-99-99".to_owned();
        assert!(matches!(train(&wrong), Err(TrainError::UnknownCode { .. })));
    }
}
