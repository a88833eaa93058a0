//! How often is the occupation of a title told right? The project's classifier beside a linear
//! support vector machine over character 1–3-grams, five-fold on the same folds of distinct titles.
//!
//! `cargo bench --bench occupation -- LABELLED.csv` with the columns
//! `job_title` and `csco_code`. Without a file nothing is measured.

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
};

use linggong::{
    occupation::{Accuracy, Labelled, cross_validate, splits},
    words::trades::Trades,
};

const FOLDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let Some(path) = std::env::args().skip(1).find(|argument| !argument.starts_with('-')) else {
        println!("no labelled titles given: nothing measured");
        return Ok(());
    };
    let mut labelled: Vec<Labelled> = Vec::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let row: HashMap<String, String> = row?;
        let field = |name: &str| row.get(name).map(|text| text.trim().to_owned());
        let title = field("job_title").ok_or("no column job_title")?;
        let code = field("csco_code").ok_or("no column csco_code")?;
        if !labelled.iter().any(|known| known.title == title) {
            labelled.push(Labelled { title, code });
        }
    }

    let gig: std::collections::HashSet<&str> =
        Trades::shipped().all().iter().filter_map(|trade| trade.code.as_deref()).collect();
    let (mut all, mut trades) = (Accuracy::default(), Accuracy::default());
    let mut by_trade: BTreeMap<String, Accuracy> = BTreeMap::new();
    cross_validate(&labelled, FOLDS, |one, codes| {
        all.count(&one.code, codes);
        if gig.contains(one.code.as_str()) {
            trades.count(&one.code, codes);
            by_trade.entry(one.code.clone()).or_default().count(&one.code, codes);
        }
    })?;
    print("classifier", &all);
    print("classifier, classes of the gig trades", &trades);
    for (code, accuracy) in by_trade.iter().filter(|(_, accuracy)| accuracy.titles >= 15) {
        print(code, accuracy);
    }

    let mut peer = Accuracy::default();
    for (learnt, held_out) in splits(labelled.len(), FOLDS) {
        let machine = Machine::learn(learnt.iter().map(|&at| &labelled[at]).collect());
        for at in held_out {
            peer.count(&labelled[at].code, &machine.best(&labelled[at].title));
        }
    }
    print("linear support vector machine", &peer);
    Ok(())
}

fn print(name: &str, accuracy: &Accuracy) {
    let share = |count: usize| count as f64 / accuracy.titles.max(1) as f64;
    println!(
        "{name}: {} titles, top-1 {:.3}, top-5 {:.3}, middle class {:.3}",
        accuracy.titles,
        share(accuracy.first),
        share(accuracy.among_five),
        share(accuracy.middle),
    );
}

/// One-against-all linear machines with squared hinge loss and C = 1, by dual coordinate descent
/// (Hsieh et al. 2008), over n-grams weighted by logarithmic frequency and rarity.
struct Machine<'a> {
    grams: HashMap<String, (usize, f32)>,
    classes: Vec<(&'a str, Vec<f32>)>,
}

impl<'a> Machine<'a> {
    fn learn(titles: Vec<&'a Labelled>) -> Machine<'a> {
        let mut holders: BTreeMap<String, usize> = BTreeMap::new();
        for title in &titles {
            for gram in counts(&title.title).into_keys() {
                *holders.entry(gram).or_default() += 1;
            }
        }
        let rarity = |held: usize| ((1 + titles.len()) as f32 / (1 + held) as f32).ln() + 1.0;
        let grams = holders.into_iter().enumerate();
        let grams = grams.map(|(at, (gram, held))| (gram, (at, rarity(held)))).collect();
        let mut machine = Machine { grams, classes: Vec::new() };
        let vectors: Vec<_> = titles.iter().map(|title| machine.vector(&title.title)).collect();
        let mut classes: Vec<&str> = titles.iter().map(|title| title.code.as_str()).collect();
        classes.sort_unstable();
        classes.dedup();
        for class in classes {
            let side: Vec<f32> =
                titles.iter().map(|title| if title.code == class { 1.0 } else { -1.0 }).collect();
            machine.classes.push((class, separate(&vectors, &side, machine.grams.len())));
        }
        machine
    }

    fn vector(&self, title: &str) -> Vec<(usize, f32)> {
        let mut vector: Vec<(usize, f32)> = counts(title)
            .into_iter()
            .filter_map(|(gram, count)| {
                let (at, rarity) = self.grams.get(&gram)?;
                Some((*at, (1.0 + (count as f32).ln()) * rarity))
            })
            .collect();
        vector.push((self.grams.len(), 0.0));
        let length = vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        for (_, value) in &mut vector {
            *value /= length.max(f32::MIN_POSITIVE);
        }
        // The bias is one more feature.
        if let Some(last) = vector.last_mut() {
            last.1 = 1.0;
        }
        vector
    }

    fn best(&self, title: &str) -> Vec<&'a str> {
        let vector = self.vector(title);
        let mut scored: Vec<(f32, &str)> = self
            .classes
            .iter()
            .map(|(class, weights)| (product(&vector, weights), *class))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored.into_iter().take(5).map(|(_, class)| class).collect()
    }
}

fn product(vector: &[(usize, f32)], weights: &[f32]) -> f32 {
    vector.iter().map(|&(at, value)| value * weights[at]).sum()
}

fn separate(vectors: &[Vec<(usize, f32)>], side: &[f32], grams: usize) -> Vec<f32> {
    const ROUNDS: usize = 30;
    const DIAGONAL: f32 = 0.5; // 1 / (2 C)
    let mut weights = vec![0.0_f32; grams + 1];
    let mut duals = vec![0.0_f32; vectors.len()];
    for _ in 0..ROUNDS {
        for at in 0..vectors.len() {
            let vector = &vectors[at];
            let length = vector.iter().map(|(_, value)| value * value).sum::<f32>() + DIAGONAL;
            let slope = side[at] * product(vector, &weights) - 1.0 + DIAGONAL * duals[at];
            let dual = (duals[at] - slope / length).max(0.0);
            let change = (dual - duals[at]) * side[at];
            duals[at] = dual;
            if change != 0.0 {
                for &(place, value) in vector {
                    weights[place] += change * value;
                }
            }
        }
    }
    weights
}

fn counts(title: &str) -> HashMap<String, usize> {
    let chars: Vec<char> = title.to_lowercase().chars().collect();
    let mut counts = HashMap::new();
    for length in 1..=3 {
        for gram in chars.windows(length) {
            *counts.entry(gram.iter().collect()).or_default() += 1;
        }
    }
    counts
}
