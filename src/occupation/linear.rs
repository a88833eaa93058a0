//! The linear part of a model: a weight for each feature and class, most of them zero.

use std::collections::HashMap;

use super::features::{BLOCKS, Block};

/// What a feature says: its rarity among the titles learnt from, and the weights that it gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Feature {
    pub name: u32,
    pub rarity: f32,
    /// Class, by its place in the model's list of classes, and weight in [`Linear::unit`]s.
    pub weights: Vec<(u16, i16)>,
}

/// Scores of classes as a sum of weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Linear {
    /// What a stored weight of 1 stands for.
    pub unit: f32,
    /// In the order of their names.
    pub features: Vec<Feature>,
}

impl Linear {
    /// The score of every class.
    pub fn scores(&self, blocks: &[Block; BLOCKS.len()], classes: usize) -> Vec<f32> {
        let mut scores = vec![0.0; classes];
        let known = |name: u32| {
            let place = self.features.binary_search_by_key(&name, |feature| feature.name);
            place.ok().map(|place| (place, self.features[place].rarity))
        };
        for (place, value) in vector(blocks, known) {
            for &(class, weight) in &self.features[place].weights {
                if let Some(score) = scores.get_mut(usize::from(class)) {
                    *score += value * f32::from(weight) * self.unit;
                }
            }
        }
        scores
    }
}

/// The feature vector of a title: what is known, each kind brought to its weight's length.
/// `known` tells a feature's place and rarity.
pub(super) fn vector(
    blocks: &[Block; BLOCKS.len()],
    known: impl Fn(u32) -> Option<(usize, f32)>,
) -> Vec<(usize, f32)> {
    let mut vector = Vec::new();
    for (block, kind) in blocks.iter().zip(&BLOCKS) {
        let from = vector.len();
        for &(name, value) in block {
            if let Some((place, rarity)) = known(name) {
                vector.push((place, if kind.by_rarity { value * rarity } else { value }));
            }
        }
        let length = vector[from..].iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        for (_, value) in &mut vector[from..] {
            *value *= kind.weight / length;
        }
    }
    vector
}

/// A titles' collection as learning sees it.
pub(super) struct Titles<'a> {
    /// Features of each title.
    pub blocks: Vec<&'a [Block; BLOCKS.len()]>,
    /// The class of each title, by place in the model's list of classes.
    pub classes: Vec<usize>,
    /// How many classes there are.
    pub class_count: usize,
}

/// How strongly weights are held small; chosen by cross-validation.
const RIDGE: f32 = 0.5;
/// Weights that are kept, the most telling ones; more changed no figure in cross-validation.
const WEIGHTS_MAX: usize = 300_000;

/// Learns the weights by ridge regression on one-against-all targets, in its dual form: titles are
/// fewer than features. Keeps the [`WEIGHTS_MAX`] weights that move scores most.
pub(super) fn learn(titles: &Titles) -> Linear {
    let count = titles.blocks.len();
    let mut holders: HashMap<u32, u32> = HashMap::new();
    for (name, _) in titles.blocks.iter().flat_map(|blocks| blocks.iter().flatten()) {
        *holders.entry(*name).or_default() += 1;
    }
    let mut names: Vec<u32> = holders.keys().copied().collect();
    names.sort_unstable();
    let rarity: Vec<f32> = names
        .iter()
        .map(|name| ((1 + count) as f32 / (1 + holders[name]) as f32).ln() + 1.0)
        .collect();
    let known = |name: u32| names.binary_search(&name).ok().map(|at| (at, rarity[at]));
    let vectors: Vec<Vec<(usize, f32)>> =
        titles.blocks.iter().map(|blocks| vector(blocks, known)).collect();
    let mut by_feature: Vec<Vec<(usize, f32)>> = vec![Vec::new(); names.len()];
    for (title, vector) in vectors.iter().enumerate() {
        for &(place, value) in vector {
            by_feature[place].push((title, value));
        }
    }

    let mut kernel = vec![0.0_f32; count * count];
    for (row, vector) in kernel.chunks_exact_mut(count.max(1)).zip(&vectors) {
        for &(place, value) in vector {
            for &(other, its) in &by_feature[place] {
                row[other] += value * its;
            }
        }
    }
    for at in 0..count {
        kernel[at * count + at] += RIDGE;
    }
    let mut duals = vec![0.0_f32; count * titles.class_count];
    for (title, &class) in titles.classes.iter().enumerate() {
        duals[title * titles.class_count + class] = 1.0;
    }
    super::solve::positive_definite(&mut kernel, &mut duals, count, titles.class_count);
    drop(kernel);

    let weights_of = |place: usize| {
        let mut weights = vec![0.0_f32; titles.class_count];
        for &(title, value) in &by_feature[place] {
            let row = &duals[title * titles.class_count..][..titles.class_count];
            for (weight, dual) in weights.iter_mut().zip(row) {
                *weight += value * dual;
            }
        }
        weights
    };
    // How far a weight moves scores over the titles: its size times the feature's root mean square.
    let reach = |place: usize| {
        let squares: f32 = by_feature[place].iter().map(|(_, value)| value * value).sum();
        (squares / count as f32).sqrt()
    };
    let mut moves = Vec::with_capacity(names.len() * titles.class_count);
    for place in 0..names.len() {
        let reach = reach(place);
        moves.extend(weights_of(place).iter().map(|weight| weight.abs() * reach));
    }
    let least = least_kept(&mut moves);
    drop(moves);

    let mut kept: Vec<Vec<(u16, f32)>> = Vec::with_capacity(names.len());
    let mut largest = 0.0_f32;
    for place in 0..names.len() {
        let reach = reach(place);
        let weights: Vec<(u16, f32)> = (0..)
            .zip(weights_of(place))
            .filter(|(_, weight)| weight.abs() * reach > least)
            .collect();
        largest = weights.iter().fold(largest, |most, (_, weight)| most.max(weight.abs()));
        kept.push(weights);
    }
    let unit = largest.max(f32::MIN_POSITIVE) / f32::from(i16::MAX);
    let features = names.iter().zip(&rarity).zip(kept).map(|((&name, &rarity), weights)| Feature {
        name,
        rarity,
        weights: weights
            .into_iter()
            .map(|(class, weight)| (class, (weight / unit).round() as i16))
            .filter(|&(_, weight)| weight != 0)
            .collect(),
    });
    Linear { unit, features: features.collect() }
}

/// The value above which at most [`WEIGHTS_MAX`] values lie.
fn least_kept(values: &mut [f32]) -> f32 {
    if values.len() <= WEIGHTS_MAX {
        return 0.0;
    }
    let place = values.len() - WEIGHTS_MAX - 1;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}
