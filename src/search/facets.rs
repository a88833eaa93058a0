//! How the hits of a query divide: what the page shows beside them.

use std::collections::HashMap;

use tantivy::SegmentReader;

use super::{columns::texts, traits::Traits};
use crate::{
    domain::{
        money::Fen,
        org::Label,
        wage::{Settlement, Wage},
    },
    matching::Trade,
};

/// Trades that are counted out.
const TRADES_MAX: usize = 20;
/// Upper bounds of the distance bands, metres; beyond the last is one more band.
pub const DISTANCE_BANDS_M: [f64; 4] = [1_000.0, 3_000.0, 10_000.0, 30_000.0];
/// Lower bounds of the wage bands by the day, after the first.
pub const WAGE_BANDS: [Fen; 3] = [Fen::from_yuan(150), Fen::from_yuan(200), Fen::from_yuan(300)];

/// Counts over all hits of a query, not only those of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// The commonest skills in words, most first.
    pub trade: Vec<(String, u64)>,
    /// The commonest occupations by code, most first.
    pub occupation: Vec<(String, u64)>,
    /// By settlement, in the order of [`Settlement::ALL`].
    pub settlement: [u64; 4],
    /// By distance: up to 1, 3, 10, 30 kilometres, and more; nothing where it is not known.
    pub distance: [u64; 5],
    /// By the least pay brought to a day: below 150 yuan, below 200, below 300, and more; piece
    /// work is in none.
    pub wage: [u64; 4],
    /// By label, in the order of [`Label::ALL`].
    pub label: [u64; 3],
}

const _: () = assert!(Settlement::ALL.len() == 4 && Label::ALL.len() == 3);

/// The counts of one segment.
#[derive(Default)]
pub struct Counter {
    counts: Facets,
    /// By the ordinal of the skill.
    skills: Vec<u32>,
    /// By the packed occupation.
    trades: HashMap<u64, u32>,
}

impl Counter {
    /// Counts one hit; `skills` are the ordinals of its skills.
    pub fn count(
        &mut self,
        skills: &[u32],
        trade: Trade,
        (traits, wage): (Traits, Wage),
        distance_m: Option<f64>,
    ) {
        let one_more = |count: Option<&mut u64>| {
            if let Some(count) = count {
                *count += 1;
            }
        };
        one_more(self.counts.settlement.get_mut(traits.settlement as usize));
        one_more(self.counts.label.get_mut(traits.label as usize));
        if let Some(metres) = distance_m {
            let band = DISTANCE_BANDS_M.iter().filter(|&&bound| metres > bound).count();
            one_more(self.counts.distance.get_mut(band));
        }
        if let Some(day) = wage.day_min() {
            let band = WAGE_BANDS.iter().filter(|&&bound| day >= bound).count();
            one_more(self.counts.wage.get_mut(band));
        }
        if trade != Trade::NONE {
            *self.trades.entry(trade.0).or_default() += 1;
        }
        for &ord in skills {
            let at = ord as usize;
            if at >= self.skills.len() {
                self.skills.resize(at + 1, 0);
            }
            if let Some(count) = self.skills.get_mut(at) {
                *count += 1;
            }
        }
    }

    /// The segment's counts, all skills in words.
    pub fn into_facets(self, segment: &SegmentReader) -> tantivy::Result<Facets> {
        let mut facets = self.counts;
        let named = self.trades.into_iter();
        let named = named.filter_map(|(trade, count)| Some((Trade(trade).code()?, count.into())));
        facets.occupation = named.collect();
        let counted = (0u64..).zip(self.skills).filter(|entry| entry.1 > 0);
        let (ords, counts): (Vec<u64>, Vec<u32>) = counted.unzip();
        if ords.is_empty() {
            return Ok(facets);
        }
        let mut counts = counts.into_iter();
        texts(segment, "skill")?.dictionary().sorted_ords_to_term_cb(&ords, |word| {
            let word = String::from_utf8_lossy(word).into_owned();
            facets.trade.extend(counts.next().map(|count| (word, u64::from(count))));
        })?;
        Ok(facets)
    }
}

impl Facets {
    /// The sum over segments, with the commonest skills only.
    pub fn sum(parts: Vec<Facets>) -> Facets {
        let mut sum = Facets::default();
        let (mut trades, mut occupations) = (HashMap::new(), HashMap::new());
        for part in parts {
            add(&mut sum.settlement, &part.settlement);
            add(&mut sum.distance, &part.distance);
            add(&mut sum.wage, &part.wage);
            add(&mut sum.label, &part.label);
            for (sums, counts) in [(&mut trades, part.trade), (&mut occupations, part.occupation)] {
                for (word, count) in counts {
                    *sums.entry(word).or_default() += count;
                }
            }
        }
        (sum.trade, sum.occupation) = (commonest(trades), commonest(occupations));
        sum
    }
}

fn commonest(sums: HashMap<String, u64>) -> Vec<(String, u64)> {
    let mut commonest: Vec<(String, u64)> = sums.into_iter().collect();
    commonest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    commonest.truncate(TRADES_MAX);
    commonest
}

fn add(sum: &mut [u64], part: &[u64]) {
    for (sum, part) in sum.iter_mut().zip(part) {
        *sum += part;
    }
}
