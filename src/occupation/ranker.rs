//! The second look: among the classes that may fit, which one does, by a few telling numbers.

use std::collections::HashMap;

use super::{catalogue::Catalogue, features::Observed};

/// Classes that are looked at twice.
const CANDIDATES_MAX: usize = 30;
const SIGNALS: usize = 12;
/// Each signal stands as it is, as its root and as its square.
const INPUTS: usize = 3 * SIGNALS;

/// A conditional logit over candidates: weights of standardised signals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ranker {
    pub mean: [f32; INPUTS],
    /// Reciprocal of the standard deviation.
    pub scale: [f32; INPUTS],
    pub weights: [f32; INPUTS],
}

impl Default for Ranker {
    fn default() -> Ranker {
        Ranker { mean: [0.0; INPUTS], scale: [1.0; INPUTS], weights: [0.0; INPUTS] }
    }
}

/// A class that may fit a title, by place in the catalogue, and what speaks for it.
pub(super) struct Candidate {
    pub class: usize,
    inputs: [f32; INPUTS],
    /// Whether a trade of this class makes up most of the title while hardly any title taught the
    /// class.
    untaught_trade: bool,
}

/// How many times likelier an untaught trade counts than the labels alone would make it: labels
/// cannot teach what they hardly hold, and the dictionary of trades is ours. A judgement, not a
/// measurement.
const UNTAUGHT_TRADE_ODDS: f32 = 100.0;
/// From this many titles on a class counts as taught.
const TAUGHT_TITLES_MIN: f32 = 3.0;
/// The share of a title from which its trade is taken at its word.
const TRADE_SHARE_MIN: f32 = 0.5;

/// The classes that may fit. `scores` and `prior` (logarithm of how usual a class is) go by place in
/// the catalogue.
pub(super) fn candidates(seen: &Observed, scores: &[f32], prior: &[f32]) -> Vec<Candidate> {
    let classes = Catalogue::shipped().all();
    let share = |places: &[(usize, f32)], class: usize| {
        let own = places.iter().filter(|(place, _)| *place == class);
        own.map(|(_, share)| *share).fold(0.0, f32::max)
    };
    let mut sums: HashMap<&str, f32> = HashMap::new();
    for (class, &score) in classes.iter().zip(scores) {
        *sums.entry(middle(&class.code)).or_default() += score.max(0.0);
    }
    let sum_of = |class: usize| sums.get(middle(&classes[class].code)).copied().unwrap_or(0.0);
    let most = |values: &[f32]| values.iter().copied().fold(0.0, f32::max);
    let score_most = most(scores);
    let like_most = most(&seen.likeness);
    let sum_most = sums.values().copied().fold(0.0, f32::max);

    let likely: Vec<f32> = (0..classes.len())
        .map(|class| scores[class] + 0.3 * seen.likeness[class])
        .enumerate()
        .map(|(class, sum)| {
            sum + 0.3 * share(&seen.named, class) + 0.3 * share(&seen.trades, class)
        })
        .collect();
    let mut order: Vec<usize> = (0..classes.len()).collect();
    let by_likely = |&a: &usize, &b: &usize| likely[b].total_cmp(&likely[a]).then(a.cmp(&b));
    if order.len() > CANDIDATES_MAX {
        order.select_nth_unstable_by(CANDIDATES_MAX, by_likely);
        order.truncate(CANDIDATES_MAX);
    }
    order.sort_unstable_by(by_likely);
    let candidate = |class: usize| {
        let likeness = seen.likeness[class];
        let (named, trade) = (share(&seen.named, class), share(&seen.trades, class));
        // Of a class that no title taught, only its names can speak.
        let untaught = f32::from(u8::from(prior[class] < 0.0));
        let signals: [f32; SIGNALS] = [
            scores[class],
            scores[class] - score_most,
            sum_of(class),
            sum_of(class) - sum_most,
            prior[class],
            likeness,
            likeness - like_most,
            named,
            trade,
            untaught * likeness,
            untaught * named,
            untaught * trade,
        ];
        let mut inputs = [0.0; INPUTS];
        for (at, signal) in signals.into_iter().enumerate() {
            inputs[at] = signal;
            inputs[SIGNALS + at] = signal.signum() * signal.abs().sqrt();
            inputs[2 * SIGNALS + at] = signal * signal.abs();
        }
        Candidate {
            class,
            inputs,
            untaught_trade: prior[class].exp() < TAUGHT_TITLES_MIN && trade >= TRADE_SHARE_MIN,
        }
    };
    order.into_iter().map(candidate).collect()
}

/// The part of a code that tells the middle class (中类): `4-02`.
fn middle(code: &str) -> &str {
    code.get(..4).unwrap_or(code)
}

impl Ranker {
    /// Candidates with their probability, best first; the probabilities sum to 1.
    pub fn ranked(&self, candidates: &[Candidate]) -> Vec<(usize, f32)> {
        let standard: Vec<[f64; INPUTS]> =
            candidates.iter().map(|candidate| self.standardised(&candidate.inputs)).collect();
        let weights = self.weights.map(f64::from);
        let shares = shares(&standard, &weights);
        let mut ranked: Vec<(usize, f32)> = candidates
            .iter()
            .zip(shares)
            .map(|(candidate, share)| match candidate.untaught_trade {
                true => (candidate.class, share as f32 * UNTAUGHT_TRADE_ODDS),
                false => (candidate.class, share as f32),
            })
            .collect();
        let total: f32 = ranked.iter().map(|(_, share)| share).sum();
        for (_, share) in &mut ranked {
            *share /= total;
        }
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
    }

    fn standardised(&self, inputs: &[f32; INPUTS]) -> [f64; INPUTS] {
        std::array::from_fn(|at| f64::from((inputs[at] - self.mean[at]) * self.scale[at]))
    }

    /// Learns from lists of candidates and their right class, by Newton's method on the penalised
    /// likelihood. Lists without the right class teach nothing.
    pub fn learn(lists: &[(Vec<Candidate>, usize)]) -> Ranker {
        const STEPS: usize = 30;
        const HALVINGS_MAX: usize = 10;
        const PENALTY: f64 = 1e-3;

        let mut ranker = Ranker::default();
        let all = || lists.iter().flat_map(|(candidates, _)| candidates);
        let count = all().count().max(1) as f64;
        for at in 0..INPUTS {
            let value = |candidate: &Candidate| f64::from(candidate.inputs[at]);
            let mean = all().map(value).sum::<f64>() / count;
            let square = all().map(|one| (value(one) - mean).powi(2)).sum::<f64>() / count;
            ranker.mean[at] = mean as f32;
            ranker.scale[at] = (1.0 / (square.sqrt() + 1e-6)) as f32;
        }
        let examples: Vec<(Vec<[f64; INPUTS]>, usize)> = lists
            .iter()
            .filter_map(|(candidates, class)| {
                let right = candidates.iter().position(|candidate| candidate.class == *class)?;
                let inputs = candidates.iter().map(|one| ranker.standardised(&one.inputs));
                Some((inputs.collect(), right))
            })
            .collect();
        let mut weights = [0.0_f64; INPUTS];
        for _ in 0..STEPS {
            let mut slope = weights.map(|weight| 2.0 * PENALTY * weight);
            let mut bend = vec![0.0_f64; INPUTS * INPUTS];
            for at in 0..INPUTS {
                bend[at * INPUTS + at] = 2.0 * PENALTY;
            }
            for (inputs, right) in &examples {
                add_example(inputs, *right, &weights, examples.len(), &mut slope, &mut bend);
            }
            let mut bend: Vec<f32> = bend.into_iter().map(|value| value as f32).collect();
            let mut step = slope.map(|value| value as f32);
            super::solve::positive_definite(&mut bend, &mut step, INPUTS, 1);
            // Far from the optimum a full step can overshoot.
            let before = loss(&examples, &weights, PENALTY);
            let shorter = std::iter::successors(Some(1.0_f64), |length| Some(length / 2.0));
            let better = shorter.take(HALVINGS_MAX).find_map(|length| {
                let next = std::array::from_fn(|at| weights[at] - length * f64::from(step[at]));
                (loss(&examples, &next, PENALTY) < before).then_some(next)
            });
            match better {
                Some(next) => weights = next,
                None => break,
            }
        }
        ranker.weights = weights.map(|weight| weight as f32);
        ranker
    }
}

/// The mean negative logarithm of the right candidates' probability, with the penalty.
fn loss(examples: &[(Vec<[f64; INPUTS]>, usize)], weights: &[f64; INPUTS], penalty: f64) -> f64 {
    let missed = |(inputs, right): &(Vec<[f64; INPUTS]>, usize)| {
        -shares(inputs, weights)[*right].max(f64::MIN_POSITIVE).ln()
    };
    let mean = examples.iter().map(missed).sum::<f64>() / examples.len().max(1) as f64;
    mean + penalty * weights.iter().map(|weight| weight * weight).sum::<f64>()
}

/// Adds one list's share of the first and second derivatives of the mean negative logarithm of the
/// right candidate's probability.
fn add_example(
    inputs: &[[f64; INPUTS]],
    right: usize,
    weights: &[f64; INPUTS],
    count: usize,
    slope: &mut [f64; INPUTS],
    bend: &mut [f64],
) {
    let shares = shares(inputs, weights);
    let mut mean = [0.0_f64; INPUTS];
    for (input, share) in inputs.iter().zip(&shares) {
        for at in 0..INPUTS {
            mean[at] += share * input[at];
        }
    }
    for at in 0..INPUTS {
        slope[at] += (mean[at] - inputs[right][at]) / count as f64;
    }
    for (input, share) in inputs.iter().zip(&shares) {
        let apart: [f64; INPUTS] = std::array::from_fn(|at| input[at] - mean[at]);
        for (row, one) in bend.chunks_exact_mut(INPUTS).zip(apart) {
            for (value, other) in row.iter_mut().zip(apart) {
                *value += share * one * other / count as f64;
            }
        }
    }
}

fn shares(inputs: &[[f64; INPUTS]], weights: &[f64; INPUTS]) -> Vec<f64> {
    let sums: Vec<f64> = inputs
        .iter()
        .map(|input| input.iter().zip(weights).map(|(value, weight)| value * weight).sum())
        .collect();
    let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let parts: Vec<f64> = sums.iter().map(|sum| (sum - most).exp()).collect();
    let total: f64 = parts.iter().sum();
    parts.into_iter().map(|part| part / total).collect()
}
