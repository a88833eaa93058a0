//! The search for postings: in growing circles around a point, or by the engine's words; the scan
//! chooses by numbers and scores what is left.

use std::cmp::Reverse;

use tantivy::{
    DocSet, Searcher, TERMINATED, Term,
    query::{
        BooleanQuery, BoostQuery, ConstScoreQuery, EnableScoring, Occur, PhraseQuery, Query,
        TermQuery,
    },
    schema::IndexRecordOption,
};

use super::{
    BadCursor, Cursor, Facets, JobHit, JobPage, JobQuery, SearchError, Sort,
    columns::{MARKS_MAX, marked},
    lists::Asked,
    scan::{Ask, Free, KIN, PHRASE, Part, Scan, Seen},
    schema::JobFields,
    shelf::Shown,
    statistics::{Pinned, Statistics},
    top::{Entry, Top},
    words,
};
use crate::{
    domain::limits::{PAGE_MAX, QUERY_CHARS_MAX},
    matching::{Ceiling, Reach, Reader, Weights, reasons},
};

/// Words of one query that are looked at.
const WORDS_MAX: usize = 32;
/// How much more a word in the title counts.
const TITLE_BOOST: f32 = 2.0;
/// What a search for a worker asks beyond the query.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// The worker's time.
    pub free: Option<Free>,
    /// Whether only postings with a skill or a near occupation of the wish are asked.
    pub kindred_only: bool,
}

/// Searches postings.
pub fn find(
    shown: &Shown<JobFields>,
    fields: &JobFields,
    weights: &Weights,
    query: &JobQuery,
    fit: Fit,
) -> Result<JobPage, SearchError> {
    let words = query_words(query.text.as_deref().unwrap_or_default());
    let statistics = statistics(&shown.searcher, fields, query, &words)?;
    let ask = ask(query, fit, weights, statistics.is_some())?;
    let parts = parts(shown, fields, query, &ask)?;
    let mut scan = Scan::new(&ask, &parts);
    match &statistics {
        None => by_place(&ask, &mut scan),
        Some(statistics) => {
            let pinned = Pinned { statistics, words: &words, title: fields.title };
            let scoring = EnableScoring::enabled_from_statistics_provider(&pinned, &shown.searcher);
            let weight = words_query(fields, query, &words).weight(scoring)?;
            for (at, segment) in shown.searcher.segment_readers().iter().enumerate() {
                weight.for_each(segment, &mut |doc, bm25| scan.worded(at, doc, bm25))?;
            }
        }
    }
    let (facets, top, total) = scan.into_found()?;
    Ok(page(&ask, &parts, top, (facets, total), statistics))
}

/// The radius of the first circle in which the nearest are looked for, metres.
const FIRST_RING_M: f64 = 100.0;
/// The radius of the first circle in which the best are looked for, metres.
const FIRST_MATCH_RING_M: f64 = 1_000.0;

/// Looks for postings in growing circles, until nothing farther can be among the best.
fn by_place(ask: &Ask, scan: &mut Scan<'_>) {
    if let Some(reach) = ask.reach {
        // No number is no radius, and holds nothing.
        let most = if reach.radius_m().is_nan() { -1.0 } else { reach.radius_m() };
        let (first, times) = match ask.sort {
            _ if ask.counted => (most, 1.0),
            Sort::Nearest => (FIRST_RING_M, 2.0),
            Sort::Match if most.is_finite() => (most / 4.0, 4.0),
            Sort::Match => (FIRST_MATCH_RING_M, 4.0),
            Sort::Newest | Sort::Wage => (most, 1.0),
        };
        let (mut radius, mut seen) = (first.min(most), f64::NEG_INFINITY);
        loop {
            // Beyond half the earth there is nothing.
            radius = if radius > HALF_EARTH_M { most } else { radius };
            scan.ring(radius, seen);
            if radius >= most || scan.done_at(radius) {
                break;
            }
            (radius, seen) = ((radius * times).min(most), radius);
        }
    }
    if !ask.placed {
        scan.elsewhere();
    }
}

/// Half the way around the earth, metres, rounded up.
const HALF_EARTH_M: f64 = 20_016_000.0;

/// The segments as the query sees them.
fn parts<'a>(
    shown: &'a Shown<JobFields>,
    fields: &JobFields,
    query: &JobQuery,
    ask: &Ask,
) -> Result<Vec<Part<'a>>, SearchError> {
    let mut parts = Vec::with_capacity(shown.sheets.len());
    for (sheet, segment) in shown.parts() {
        let mut asked = Vec::new();
        for (at, skill) in ask.wished.iter().enumerate() {
            let bit = 1 << at;
            let chooses = if ask.must == 0 { ask.kindred_only } else { ask.must & bit != 0 };
            asked.push(Asked { rows: sheet.named.rows(skill)?, bit, chooses });
        }
        let mut branches: Vec<u32> = ask.trades.iter().filter_map(|own| own.branch()).collect();
        branches.sort_unstable();
        branches.dedup();
        asked.extend(branches.into_iter().map(|branch| Asked {
            rows: sheet.branches.rows(branch),
            bit: KIN,
            chooses: ask.kindred_only && ask.must == 0,
        }));
        let mut chosen = Vec::new();
        if let Some(station) = &query.station {
            let term = Term::from_field_text(fields.station, station.id.as_str());
            let postings = segment
                .inverted_index(fields.station)?
                .read_postings(&term, IndexRecordOption::Basic)?;
            if let Some(mut postings) = postings {
                while postings.doc() != TERMINATED {
                    chosen.push(postings.doc());
                    postings.advance();
                }
            }
        }
        let ceiling = Ceiling::new(&ask.weights, ask.scored_at, sheet.calm_from());
        parts.push(Part { sheet, segment, asked, chosen, ceiling });
    }
    Ok(parts)
}

fn page(
    ask: &Ask,
    parts: &[Part<'_>],
    top: Top<'_, Seen>,
    (facets, total): (Facets, u64),
    statistics: Option<Statistics>,
) -> JobPage {
    let mut found = top.into_sorted();
    let more = found.len() > ask.limit;
    found.truncate(ask.limit);
    let next = found.last().filter(|_| more).map(|last| Cursor {
        sort: ask.sort,
        scored_at: ask.scored_at,
        key: last.key,
        statistics,
        id: last.id.to_owned(),
    });
    let hit = |entry: Entry<'_, Seen>| {
        let seen = entry.what;
        let score = ask.score(&seen.facts);
        let skills = marked(&ask.wished, seen.held);
        let sheet = parts.get(seen.part).map(|part| part.sheet);
        let row = sheet.and_then(|sheet| sheet.rows.get(seen.row as usize));
        JobHit {
            id: entry.id.to_owned(),
            version: sheet.zip(row).map_or(0, |(sheet, row)| sheet.version(row.doc)),
            score: score.total,
            distance_m: seen.facts.distance_m,
            reasons: reasons(&score, &seen.facts, &skills, Reader::Worker, ask.now),
        }
    };
    JobPage { hits: found.into_iter().map(hit).collect(), facets, total, next }
}

/// The distinct words of a search text.
fn query_words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
    let mut words: Vec<String> = words::words(&text).into_iter().map(|word| word.text).collect();
    words.sort();
    words.dedup();
    // The longest tell the most.
    words.sort_by_key(|word| Reverse(word.chars().count()));
    words.truncate(WORDS_MAX);
    words
}

fn statistics(
    searcher: &Searcher,
    fields: &JobFields,
    query: &JobQuery,
    words: &[String],
) -> Result<Option<Statistics>, SearchError> {
    let pinned = query.cursor.as_ref().map(|cursor| &cursor.statistics);
    match pinned {
        None if words.is_empty() => Ok(None),
        None => Ok(Some(Statistics::take(searcher, fields, words)?)),
        Some(pinned) => {
            let counted = pinned.as_ref().map_or(0, |statistics| statistics.freqs.len());
            if counted != words.len() {
                return Err(BadCursor.into());
            }
            Ok(pinned.clone())
        }
    }
}

fn ask(query: &JobQuery, fit: Fit, weights: &Weights, scored: bool) -> Result<Ask, SearchError> {
    if query.cursor.as_ref().is_some_and(|cursor| cursor.sort != query.sort) {
        return Err(BadCursor.into());
    }
    let wish = query.wish.as_ref();
    let centre = query.near.or(wish.and_then(|wish| wish.point));
    if centre.is_none() && query.sort == Sort::Nearest {
        return Err(SearchError::NoPoint);
    }
    let skills = query.skills.iter().chain(wish.iter().flat_map(|wish| &wish.skills));
    let mut wished = words::skills(&skills.collect::<Vec<_>>());
    wished.truncate(MARKS_MAX);
    let wanted = words::skills(&query.skills);
    let must = (0u32..).zip(&wished).filter(|(_, skill)| wanted.contains(*skill));
    let must = must.fold(0, |marks, (at, _)| marks | 1 << at);
    let cursor = query.cursor.as_ref();
    Ok(Ask {
        now: query.now,
        scored_at: cursor.map_or(query.now, |cursor| cursor.scored_at),
        weights: *weights,
        wished,
        trades: wish.map(|wish| wish.trades.clone()).unwrap_or_default(),
        day_wage: wish.and_then(|wish| wish.day_wage),
        reach: centre.map(|centre| Reach::new(centre, query.radius_m)),
        placed: query.radius_m.is_some() && centre.is_some() || query.sort == Sort::Nearest,
        must,
        kindred_only: fit.kindred_only,
        occupation: query.occupation.clone(),
        wage_min: query.wage_min,
        settlement: query.settlement,
        from: query.from,
        to: query.to,
        direct_only: query.direct_only,
        station: query
            .station
            .as_ref()
            .map(|station| Reach::new(station.point, Some(station.radius_m))),
        free: fit.free,
        sort: query.sort,
        limit: query.limit.clamp(1, PAGE_MAX),
        after: cursor.map(|cursor| (cursor.key, cursor.id.clone())),
        scored,
        counted: query.counted,
    })
}

fn words_query(fields: &JobFields, query: &JobQuery, words: &[String]) -> BooleanQuery {
    let mut clauses = vec![(Occur::Must, text_query(fields, words))];
    let phrase = phrase_query(fields, query.text.as_deref().unwrap_or_default());
    clauses.extend(phrase.map(|phrase| (Occur::Should, phrase)));
    BooleanQuery::new(clauses)
}

/// Any of the words, weighed by BM25, in the title more than elsewhere.
fn text_query(fields: &JobFields, words: &[String]) -> Box<dyn Query> {
    let weighed = |field, word: &str| {
        let term = Term::from_field_text(field, word);
        TermQuery::new(term, IndexRecordOption::WithFreqs)
    };
    let both = words.iter().flat_map(|word| {
        let title = Box::new(weighed(fields.title, word));
        let title: Box<dyn Query> = Box::new(BoostQuery::new(title, TITLE_BOOST));
        let body: Box<dyn Query> = Box::new(weighed(fields.body, word));
        [title, body]
    });
    Box::new(BooleanQuery::union(both.collect()))
}

/// The whole text, word by word, in the title.
fn phrase_query(fields: &JobFields, text: &str) -> Option<Box<dyn Query>> {
    let text: String = text.chars().take(QUERY_CHARS_MAX).collect();
    let terms: Vec<(usize, Term)> = words::phrase(&text)
        .into_iter()
        .map(|word| (word.start, Term::from_field_text(fields.title, &word.text)))
        .collect();
    let found: Box<dyn Query> = match terms.as_slice() {
        [] => return None,
        [(_, term)] => Box::new(TermQuery::new(term.clone(), IndexRecordOption::Basic)),
        _ => Box::new(PhraseQuery::new_with_offset(terms)),
    };
    Some(Box::new(ConstScoreQuery::new(found, PHRASE)))
}
