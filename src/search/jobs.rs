//! The search for postings: the engine's query chooses by words, then the collector by numbers,
//! and scores what is left.

use std::sync::Arc;

use tantivy::{
    Searcher, Term,
    query::{AllQuery, BooleanQuery, ConstScoreQuery, Occur, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    BadCursor, Cursor, JobHit, JobPage, JobQuery, SearchError, Sort, Told,
    columns::{MARKS_MAX, marked},
    scan::{Ask, Found, Free, Hit, Jobs, WHOLE},
    schema::{EVERYWHERE, JobFields, kindred_term, occupation_term},
    statistics::{Pinned, Statistics},
    text::Text,
    words,
};
use crate::{
    domain::limits::PAGE_MAX,
    matching::{Reach, Reader, Weights, reasons},
};

/// Where fewer are found, sounds and slips are searched, too.
const FEW: u64 = 3;

/// What a search for a worker asks beyond the query.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// The worker's time.
    pub free: Option<Free>,
    /// The worker's certificates, a bit each.
    pub certificates: Option<u32>,
    /// Whether only postings with a skill or a near occupation of the wish are asked.
    pub kindred_only: bool,
}

/// Searches postings: first for the words as they are, with every name of a trade; where no title
/// has them all and a slip is likely, also by sound.
pub fn find(
    searcher: &Searcher,
    fields: &JobFields,
    weights: &Weights,
    query: &JobQuery,
    fit: Fit,
) -> Result<JobPage, SearchError> {
    let mut text = Text::read(query.text.as_deref().unwrap_or_default());
    if query.cursor.as_ref().is_some_and(|cursor| cursor.forgiving) {
        text.listen(searcher, fields)?;
    }
    let mut statistics = statistics(searcher, fields, query, &text)?;
    let kindred_only = fit.kindred_only;
    let ask = Arc::new(ask(query, fit, weights, statistics.is_some())?);
    let mut found = run(searcher, fields, query, &ask, (&text, &statistics), kindred_only)?;
    if query.cursor.is_none()
        && let Some(counted) = &statistics
        && found.best < WHOLE
        && (text.is_doubtful(counted) || found.total < FEW)
    {
        text.listen(searcher, fields)?;
        statistics = Some(Statistics::take(searcher, fields, text.terms())?);
        found = run(searcher, fields, query, &ask, (&text, &statistics), kindred_only)?;
    }
    Ok(page(&ask, found, statistics, text.is_forgiving()))
}

fn run(
    searcher: &Searcher,
    fields: &JobFields,
    query: &JobQuery,
    ask: &Arc<Ask>,
    (text, statistics): (&Text, &Option<Statistics>),
    kindred_only: bool,
) -> Result<Found, SearchError> {
    let engine_query = engine_query(fields, query, ask, text, kindred_only);
    let collector = Jobs(Arc::clone(ask));
    Ok(match statistics {
        None => searcher.search(&engine_query, &collector)?,
        Some(statistics) => {
            let pinned = Pinned { statistics, words: text.terms(), title: fields.title };
            searcher.search_with_statistics_provider(&engine_query, &collector, &pinned)?
        }
    })
}

fn page(ask: &Ask, mut found: Found, statistics: Option<Statistics>, forgiving: bool) -> JobPage {
    let more = found.hits.len() > ask.limit;
    found.hits.truncate(ask.limit);
    let next = found.hits.last().filter(|_| more).map(|last| Cursor {
        sort: ask.sort,
        scored_at: ask.scored_at,
        key: last.key,
        statistics,
        id: last.id.clone(),
        forgiving,
        let_go: 0,
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

fn statistics(
    searcher: &Searcher,
    fields: &JobFields,
    query: &JobQuery,
    text: &Text,
) -> Result<Option<Statistics>, SearchError> {
    let pinned = query.cursor.as_ref().map(|cursor| &cursor.statistics);
    match pinned {
        None if text.terms().is_empty() => Ok(None),
        None => Ok(Some(Statistics::take(searcher, fields, text.terms())?)),
        Some(pinned) => {
            let counted = pinned.as_ref().map_or(0, |statistics| statistics.freqs.len());
            if counted != text.terms().len() {
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
        certificates: fit.certificates,
        sort: query.sort,
        limit: query.limit.clamp(1, PAGE_MAX),
        after: cursor.map(|cursor| (cursor.key, cursor.id.clone())),
        scored,
    })
}

pub(super) fn exact(field: Field, word: &str) -> Box<dyn Query> {
    one(Term::from_field_text(field, word))
}

pub(super) fn one(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

pub(super) fn any(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(queries))
}

fn engine_query(
    fields: &JobFields,
    query: &JobQuery,
    ask: &Ask,
    text: &Text,
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
    filters.extend(query.told.iter().map(|told| told_query(fields, told)));
    let silent = |filter| -> (Occur, Box<dyn Query>) {
        (Occur::Must, Box::new(ConstScoreQuery::new(filter, 0.0)))
    };
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = filters.into_iter().map(silent).collect();
    clauses.extend(text.clauses(fields));
    if clauses.is_empty() {
        return Box::new(AllQuery);
    }
    Box::new(BooleanQuery::new(clauses))
}

fn told_query(fields: &JobFields, told: &Told) -> Box<dyn Query> {
    match told {
        Told::Settled(settlement) => exact(fields.told, settlement.word()),
        Told::With(benefit) => exact(fields.told, benefit.word()),
        Told::Within { stem, said } => {
            let said = words::phrase(said);
            let said = said.iter().map(|word| exact(fields.body, &word.text)).collect();
            any(vec![exact(fields.told, stem), Box::new(BooleanQuery::intersection(said))])
        }
    }
}
