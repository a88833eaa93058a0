//! What a title is judged by: its character n-grams, the concepts it names, and the classes whose
//! names it resembles.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use super::{
    catalogue::Catalogue,
    title::{Title, pieces},
};
use crate::words::trades::Trades;

const CONCEPTS: &str = include_str!("../../data/occupation/concepts.txt");

/// Features of one kind, hashed, each once: name and value before weighting.
pub(super) type Block = Vec<(u32, f32)>;

/// The kinds of features; each kind is brought to the same length and then weighted.
pub(super) const BLOCKS: [BlockKind; 5] = [
    BlockKind { weight: 0.7, by_rarity: true },
    BlockKind { weight: 0.5, by_rarity: true },
    BlockKind { weight: 0.3, by_rarity: true },
    BlockKind { weight: 0.7, by_rarity: true },
    BlockKind { weight: 0.7, by_rarity: false },
];

/// How a kind of features counts.
pub(super) struct BlockKind {
    /// Length of the block in the feature vector.
    pub weight: f32,
    /// Whether rare features count more.
    pub by_rarity: bool,
}

/// Everything that is taken from a title.
pub(super) struct Observed {
    /// By the order of [`BLOCKS`].
    pub blocks: [Block; BLOCKS.len()],
    /// Likeness of the title to each class's names, by place in the catalogue, 0..=1.
    pub likeness: Vec<f32>,
    /// Places of classes one of whose names stands in the title as it is, and the share of the
    /// title that the name makes up.
    pub named: Vec<(usize, f32)>,
    /// Places of classes of the trades that the title names, and the share of the title.
    pub trades: Vec<(usize, f32)>,
}

/// Names that a title resembles more than others are taken as features.
const LIKE_MAX: usize = 5;

pub(super) fn observe(text: &str) -> Observed {
    let title = Title::new(text);
    let names = &*NAMES;
    let likeness = names.likeness(&title.core);
    let core: String = title.core.iter().filter(|c| c.is_alphanumeric()).collect();
    let share = |bytes: usize| bytes as f32 / core.len().max(1) as f32;
    let trades = Trades::shipped()
        .find(&core)
        .iter()
        .filter_map(|hit| {
            let class = Catalogue::shipped().place(hit.trade.code.as_deref()?)?;
            Some((class, share(hit.end - hit.start)))
        })
        .collect();
    Observed {
        blocks: [
            counted(grams(0, &title.core)),
            counted(grams(1, &title.whole)),
            counted(ends(&title.core)),
            concepts(&title.core),
            like(&likeness),
        ],
        likeness,
        named: names.within(&core),
        trades,
    }
}

/// A feature's name from its kind and its parts (FNV-1a, folded). Two of 60,000 features share a
/// name with a chance of about a third; then they are one feature.
fn feature(kind: u8, parts: impl IntoIterator<Item = u32>) -> u32 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in std::iter::once(u32::from(kind)).chain(parts) {
        for byte in part.to_le_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (hash ^ (hash >> 32)) as u32
}

fn of_chars(kind: u8, chars: &[char]) -> u32 {
    feature(kind, chars.iter().map(|&c| u32::from(c)))
}

/// One to three neighbouring characters; a piece's bounds count as characters.
fn grams(kind: u8, text: &[char]) -> Vec<u32> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        let bounded: Vec<char> =
            std::iter::once('^').chain(piece.iter().copied()).chain(std::iter::once('$')).collect();
        for length in 1..=3 {
            let windows = bounded.windows(length);
            found.extend(
                windows
                    .filter(|gram| !matches!(gram, ['^' | '$']))
                    .map(|gram| of_chars(kind, gram)),
            );
        }
    }
    found
}

/// How the last piece ends and the first begins: the head of a Chinese noun is its end.
fn ends(text: &[char]) -> Vec<u32> {
    let mut found = Vec::new();
    if let Some(last) = pieces(text).last() {
        for length in 1..=last.len().min(4) {
            found.push(of_chars(20 + length as u8, &last[last.len() - length..]));
        }
    }
    if let Some(first) = pieces(text).next() {
        for length in 1..=first.len().min(3) {
            found.push(of_chars(30 + length as u8, &first[..length]));
        }
    }
    found
}

/// Repeated features once, the value growing with the logarithm of their number.
fn counted(mut found: Vec<u32>) -> Block {
    found.sort_unstable();
    found.chunk_by(|a, b| a == b).map(|same| (same[0], 1.0 + (same.len() as f32).ln())).collect()
}

/// The concepts that the text names, longer words counting more, and each pair of them.
fn concepts(text: &[char]) -> Block {
    let mut met: BTreeMap<u32, usize> = BTreeMap::new();
    let mut covered = 0;
    for at in 0..text.len() {
        let longest = text.len().min(at + CONCEPT_WORDS.length_max);
        let word = (at + 1..=longest).rev().find(|&end| {
            !cuts_word(text, at, end) && CONCEPT_WORDS.of.contains_key(&text[at..end])
        });
        // A word inside an earlier, longer one says nothing of its own.
        if let Some(end) = word
            && end > covered
        {
            covered = end;
            for &concept in CONCEPT_WORDS.of.get(&text[at..end]).into_iter().flatten() {
                let length = met.entry(concept).or_default();
                *length = (*length).max(end - at);
            }
        }
    }
    let single =
        met.iter().map(|(&concept, &length)| (feature(40, [concept]), 1.0 + (length as f32).ln()));
    let pairs = met.keys().flat_map(|&one| {
        met.range(one + 1..).map(move |(&other, _)| (feature(41, [one, other]), 1.0))
    });
    let mut block: Block = single.chain(pairs).collect();
    block.sort_unstable_by_key(|&(name, _)| name);
    block
}

/// Whether a Latin word would be cut at the bounds: `ui` in `build`.
fn cuts_word(text: &[char], start: usize, end: usize) -> bool {
    let latin = |at: usize| text.get(at).is_some_and(char::is_ascii_alphabetic);
    (start > 0 && latin(start - 1) && latin(start)) || (latin(end - 1) && latin(end))
}

/// The classes whose names the title resembles most, with their middle and small classes.
fn like(likeness: &[f32]) -> Block {
    let mut best: Vec<usize> = (0..likeness.len()).filter(|&place| likeness[place] > 0.0).collect();
    best.sort_unstable_by(|&a, &b| likeness[b].total_cmp(&likeness[a]).then(a.cmp(&b)));
    best.truncate(LIKE_MAX);
    let mut sums: BTreeMap<u32, f32> = BTreeMap::new();
    for place in best {
        let code = Catalogue::shipped().all()[place].code.as_bytes();
        for length in [4, 7, code.len()] {
            let name = feature(50, code[..length].iter().map(|&b| u32::from(b)));
            *sums.entry(name).or_default() += likeness[place];
        }
    }
    sums.into_iter().collect()
}

struct ConceptWords {
    of: HashMap<Vec<char>, Vec<u32>>,
    /// In characters.
    length_max: usize,
}

static CONCEPT_WORDS: LazyLock<ConceptWords> = LazyLock::new(|| {
    let mut of: HashMap<Vec<char>, Vec<u32>> = HashMap::new();
    let groups = CONCEPTS.lines().filter(|line| !line.starts_with('#'));
    for (concept, group) in (0..).zip(groups) {
        for word in group.split_whitespace() {
            let concepts = of.entry(word.chars().collect()).or_default();
            if !concepts.contains(&concept) {
                concepts.push(concept);
            }
        }
    }
    let length_max = of.keys().map(Vec::len).max().unwrap_or(0);
    ConceptWords { of, length_max }
});

/// The classes' names and aliases, indexed by their n-grams.
struct Names {
    /// The class of each name, by place in the catalogue.
    class_of: Vec<usize>,
    words: Vec<String>,
    /// n-gram → rarity, and the names that have it with its share in them.
    index: HashMap<u32, (f32, Vec<(usize, f32)>)>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(Catalogue::shipped()));

impl Names {
    fn of(catalogue: &Catalogue) -> Names {
        let mut class_of = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for (place, class) in catalogue.all().iter().enumerate() {
            let all = std::iter::once(&class.name).chain(&class.aliases);
            let mut own: Vec<String> = all
                .flat_map(|name| [name.as_str(), bare(name)])
                .map(|name| name.chars().map(crate::words::normal).collect())
                .collect();
            own.sort();
            own.dedup();
            class_of.extend(own.iter().map(|_| place));
            words.append(&mut own);
        }
        let counted: Vec<Block> = words
            .iter()
            .map(|word| counted(plain_grams(&word.chars().collect::<Vec<_>>())))
            .collect();
        let mut index: HashMap<u32, (f32, Vec<(usize, f32)>)> = HashMap::new();
        for (name, block) in counted.iter().enumerate() {
            for &(gram, value) in block {
                index.entry(gram).or_default().1.push((name, value));
            }
        }
        let total = words.len() as f32;
        let mut lengths = vec![0.0_f32; words.len()];
        for (rarity, holders) in index.values_mut() {
            *rarity = ((1.0 + total) / (1.0 + holders.len() as f32)).ln() + 1.0;
            for (name, value) in holders {
                *value *= *rarity;
                lengths[*name] += *value * *value;
            }
        }
        for (_, holders) in index.values_mut() {
            for (name, value) in holders {
                *value /= lengths[*name].sqrt();
            }
        }
        Names { class_of, words, index }
    }

    /// For each class the cosine of the text and its most alike name.
    fn likeness(&self, text: &[char]) -> Vec<f32> {
        let mut products = vec![0.0_f32; self.words.len()];
        let mut length = 0.0;
        for (gram, count) in counted(plain_grams(text)) {
            if let Some((rarity, holders)) = self.index.get(&gram) {
                let value = count * rarity;
                length += value * value;
                for &(name, share) in holders {
                    products[name] += value * share;
                }
            }
        }
        let mut likeness = vec![0.0_f32; Catalogue::shipped().all().len()];
        if length > 0.0 {
            for (product, &class) in products.iter().zip(&self.class_of) {
                likeness[class] = likeness[class].max(product / length.sqrt());
            }
        }
        likeness
    }

    /// The classes one of whose names, of two characters or more, stands in the text, with the
    /// longest name's share of the text.
    fn within(&self, text: &str) -> Vec<(usize, f32)> {
        let mut found: Vec<(usize, f32)> = Vec::new();
        for (word, &class) in self.words.iter().zip(&self.class_of) {
            if word.chars().nth(1).is_some() && text.contains(word.as_str()) {
                let share = word.len() as f32 / text.len() as f32;
                match found.last_mut() {
                    Some((last, most)) if *last == class => *most = most.max(share),
                    _ => found.push((class, share)),
                }
            }
        }
        found
    }
}

fn plain_grams(text: &[char]) -> Vec<u32> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        for length in 1..=3 {
            found.extend(piece.windows(length).map(|gram| of_chars(60, gram)));
        }
    }
    found
}

/// A name without the ending that only says it is an occupation: 大数据 of 大数据工程技术人员.
fn bare(name: &str) -> &str {
    const ENDINGS: [&str; 6] = ["工程技术人员", "专业人员", "人员", "员", "师", "工"];
    ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_the_title_are_seen() {
        let seen = observe("急招美容师");
        let code = |place: usize| Catalogue::shipped().all()[place].code.as_str();
        assert!(seen.named.iter().any(|&(place, _)| code(place) == "4-10-03-01"));
        let best = (0..seen.likeness.len())
            .max_by(|&a, &b| seen.likeness[a].total_cmp(&seen.likeness[b]))
            .unwrap();
        assert_eq!(code(best), "4-10-03-01");
    }

    #[test]
    fn latin_words_are_not_cut() {
        let text: Vec<char> = "build".chars().collect();
        assert!(concepts(&text).is_empty());
        let text: Vec<char> = "ui设计".chars().collect();
        assert!(!concepts(&text).is_empty());
    }

    #[test]
    fn any_text_can_be_observed() {
        for text in ["", " ", "！！！", "0", "\u{0}\u{fffd}", "x".repeat(5_000).as_str()] {
            let seen = observe(text);
            assert!(seen.likeness.iter().all(|value| (0.0..=1.001).contains(value)), "{text}");
        }
    }
}
