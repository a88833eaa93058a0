//! The search for postings: the engine's query chooses by words, then the collector by numbers,
//! and scores what is left.

use std::{cmp::Reverse, sync::Arc};

use tantivy::{
    Searcher, Term,
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use super::{
    BadCursor, Cursor, JobHit, JobPage, JobQuery, SearchError, Sort,
    columns::{MARKS_MAX, marked},
    scan::{Ask, Found, Free, Hit, Jobs, PHRASE},
    schema::{EVERYWHERE, JobFields, kindred_term, occupation_term},
    statistics::{Pinned, Statistics},
    words,
};
use crate::{
    domain::limits::{PAGE_MAX, QUERY_CHARS_MAX},
    matching::{Reach, Reader, Weights, reasons},
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
    searcher: &Searcher,
    fields: &JobFields,
    weights: &Weights,
    query: &JobQuery,
    fit: Fit,
) -> Result<JobPage, SearchError> {
    let words = query_words(query.text.as_deref().unwrap_or_default());
    let statistics = statistics(searcher, fields, query, &words)?;
    let kindred_only = fit.kindred_only;
    let ask = ask(query, fit, weights, statistics.is_some())?;
    let engine_query = engine_query(fields, query, &ask, &words, kindred_only);
    let collector = Jobs(Arc::new(ask));
    let found = match &statistics {
        None => searcher.search(&engine_query, &collector)?,
        Some(statistics) => {
            let pinned = Pinned { statistics, words: &words, title: fields.title };
            searcher.search_with_statistics_provider(&engine_query, &collector, &pinned)?
        }
    };
    Ok(page(&collector.0, found, statistics))
}

fn page(ask: &Ask, mut found: Found, statistics: Option<Statistics>) -> JobPage {
    let more = found.hits.len() > ask.limit;
    found.hits.truncate(ask.limit);
    let next = found.hits.last().filter(|_| more).map(|last| Cursor {
        sort: ask.sort,
        scored_at: ask.scored_at,
        key: last.key,
        statistics,
        id: last.id.clone(),
    });
    let hit = |hit: Hit| {
        let score = ask.score(&hit.facts);
        let skills = marked(&ask.wished, hit.held);
        JobHit {
            id: hit.id,
            version: hit.version,
            score: score.total,
            distance_m: hit.facts.distance_m,
            reasons: reasons(&score, &hit.facts, &skills, Reader::Worker, ask.now),
        }
    };
    JobPage {
        hits: found.hits.into_iter().map(hit).collect(),
        facets: found.facets,
        total: found.total,
        next,
    }
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
    })
}

fn exact(field: Field, word: &str) -> Box<dyn Query> {
    one(Term::from_field_text(field, word))
}

fn one(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn any(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(queries))
}

fn engine_query(
    fields: &JobFields,
    query: &JobQuery,
    ask: &Ask,
    words: &[String],
    kindred_only: bool,
) -> Box<dyn Query> {
    let mut filters: Vec<Box<dyn Query>> = Vec::new();
    let mut skills = words::skills(&query.skills);
    skills.truncate(MARKS_MAX);
    if !skills.is_empty() {
        filters.push(any(skills.iter().map(|skill| exact(fields.named, skill)).collect()));
    }
    if kindred_only {
        let named = ask.wished.iter().map(|skill| exact(fields.named, skill));
        let near = ask.trades.iter().filter_map(|&trade| kindred_term(fields.occupation, trade));
        filters.push(any(named.chain(near.map(one)).collect()));
    }
    if let Some(code) = &query.occupation {
        filters.push(one(occupation_term(fields.occupation, code)));
    }
    if let Some(station) = &query.station {
        let shown = [station.id.as_str(), EVERYWHERE];
        filters.push(any(shown.map(|id| exact(fields.station, id)).into()));
    }
    let silent = |filter| -> (Occur, Box<dyn Query>) {
        (Occur::Must, Box::new(ConstScoreQuery::new(filter, 0.0)))
    };
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = filters.into_iter().map(silent).collect();
    if !words.is_empty() {
        clauses.push((Occur::Must, text_query(fields, words)));
        let phrase = phrase_query(fields, query.text.as_deref().unwrap_or_default());
        clauses.extend(phrase.map(|phrase| (Occur::Should, phrase)));
    }
    if clauses.is_empty() {
        return Box::new(AllQuery);
    }
    Box::new(BooleanQuery::new(clauses))
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
    any(both.collect())
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
        [(_, term)] => one(term.clone()),
        _ => Box::new(PhraseQuery::new_with_offset(terms)),
    };
    Some(Box::new(ConstScoreQuery::new(found, PHRASE)))
}
