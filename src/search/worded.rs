//! The search by words, in stages: what has all of the text goes first, and where no other can be
//! among the best, the rest is not looked at.

use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocSet, SegmentReader, query::EnableScoring};

use super::{
    SearchError,
    numbers::Met,
    scan::Scan,
    schema::JobFields,
    shelf::Shown,
    statistics::{Pinned, Statistics},
    text::Text,
};

/// Looks for postings that have the words.
pub fn by_words(
    shown: &Shown<JobFields>,
    fields: &JobFields,
    text: &Text,
    statistics: &Statistics,
    scan: &mut Scan<'_>,
) -> Result<(), SearchError> {
    let segments = shown.searcher.segment_readers();
    // The documents of each segment that were looked at, rising.
    let mut seen = vec![Vec::new(); segments.len()];
    let unscored = EnableScoring::disabled_from_searcher(&shown.searcher);
    for (met, query) in text.tiers(fields) {
        if scan.done_with_words(met) {
            return Ok(());
        }
        let weight = query.weight(unscored)?;
        for (at, (segment, seen)) in segments.iter().zip(&mut seen).enumerate() {
            let mut docs = weight.scorer(segment, 1.0)?;
            let mut before = Rising::new(seen);
            let mut found = Vec::new();
            let titles = scan.titles(at, met);
            let mut bar = scan.title_bar();
            let mut block = [0; COLLECT_BLOCK_BUFFER_LEN];
            let mut most = [f32::INFINITY; COLLECT_BLOCK_BUFFER_LEN];
            loop {
                let filled = docs.fill_buffer(&mut block);
                titles.at_most(block.get(..filled).unwrap_or_default(), &mut most);
                for (&doc, most) in block.iter().zip(most).take(filled) {
                    // Later stages weigh less: what has no hope now never has.
                    let hopeless = bar.is_some_and(|bar| most < bar);
                    if !hopeless && !before.has(doc) {
                        scan.titled(at, doc, met);
                        found.push(doc);
                        bar = scan.title_bar();
                    }
                }
                if filled < block.len() {
                    break;
                }
            }
            seen.append(&mut found);
            seen.sort_unstable();
        }
    }
    if scan.done_with_words(Met::Some) && !text.is_forgiving() {
        return Ok(());
    }
    let pinned = Pinned { statistics, words: text.terms(), title: fields.title };
    let scoring = EnableScoring::enabled_from_statistics_provider(&pinned, &shown.searcher);
    let weight = text.some(fields).weight(scoring)?;
    for (at, (segment, seen)) in segments.iter().zip(&seen).enumerate() {
        let mut before = Rising::new(seen);
        let mut some = |scan: &mut Scan<'_>, doc, bm25| {
            if !before.has(doc) {
                scan.some(at, doc, bm25);
            }
        };
        if text.is_forgiving() {
            weight.for_each(segment, &mut |doc, bm25| some(scan, doc, bm25))?;
        } else if let Some(least) = scan.bm25_at_least() {
            let caution = caution(segment, fields, statistics)?;
            weight.for_each_pruning(least * caution, segment, &mut |doc, bm25| {
                some(scan, doc, bm25);
                scan.bm25_at_least().map_or(f32::INFINITY, |least| least * caution)
            })?;
        }
    }
    Ok(())
}

/// What the engine's bounds must be lowered by: it chose the best of each block by the lengths of
/// texts in the segment, and weighs it by those of the whole index. The choice is off by at most
/// the share by which the two differ.
fn caution(
    segment: &SegmentReader,
    fields: &JobFields,
    statistics: &Statistics,
) -> tantivy::Result<f32> {
    let docs = f64::from(segment.max_doc().max(1));
    let all = f64::from(statistics.docs);
    let mut caution = 0.98;
    for (field, words) in
        [(fields.title, statistics.title_words), (fields.body, statistics.body_words)]
    {
        let own = segment.inverted_index(field)?.total_num_tokens().max(1) as f64 / docs;
        let given = f64::from(words) / all;
        caution *= (own / given).min(given / own);
    }
    Ok(caution as f32)
}

/// Rising numbers, asked for by rising ones.
struct Rising<'a>(&'a [u32]);

impl<'a> Rising<'a> {
    fn new(numbers: &'a [u32]) -> Rising<'a> {
        Rising(numbers)
    }

    fn has(&mut self, number: u32) -> bool {
        while let [first, rest @ ..] = self.0 {
            if *first >= number {
                return *first == number;
            }
            self.0 = rest;
        }
        false
    }
}
