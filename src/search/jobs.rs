//! The search for postings: in growing circles around a point, or by the engine's words; the scan
//! chooses by numbers and scores what is left.

use std::sync::Arc;

use tantivy::{
    DocSet, Searcher, TERMINATED, Term,
    query::{BooleanQuery, EnableScoring, Query, TermQuery},
    schema::{Field, IndexRecordOption},
};

use super::{
    BadCursor, Cursor, Facets, JobHit, JobPage, JobQuery, SearchError, Sort, Told,
    columns::{MARKS_MAX, marked},
    job_sheet::Bounds,
    lists::Asked,
    numbers::{Ask, FEW, Free},
    scan::{KIN, Part, Scan, Seen},
    schema::{JobFields, short_hash},
    shelf::Shown,
    spread::{self, Chosen, SHOWN_MAX},
    standings::Standings,
    statistics::Statistics,
    text::Text,
    top::Entry,
    worded::by_words,
    words,
};
use crate::{
    domain::limits::PAGE_MAX,
    matching::{Ceiling, Reach, Reader, Weights, reasons},
};

/// What a search for a worker asks beyond the query.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// The worker's time.
    pub free: Option<Free>,
    /// The worker's certificates, a bit each.
    pub certificates: Option<u32>,
    /// Employers who are blocked, in numbers.
    pub blocked: Vec<u32>,
    /// Whether only postings with a skill or a near occupation of the wish are asked.
    pub kindred_only: bool,
}

/// Searches postings: first for the words as they are, with every name of a trade; where no title
/// has them all and a slip is likely, also by sound.
pub fn find(
    shown: &Shown<JobFields>,
    fields: &JobFields,
    (weights, standings): (&Weights, &Arc<Standings>),
    query: &JobQuery,
    fit: Fit,
) -> Result<JobPage, SearchError> {
    let mut text = Text::read(query.text.as_deref().unwrap_or_default());
    if query.cursor.as_ref().is_some_and(|cursor| cursor.forgiving) {
        text.listen(&shown.searcher, fields)?;
    }
    let mut statistics = statistics(&shown.searcher, fields, query, &text)?;
    let ask = ask(query, fit, (weights, standings), statistics.is_some().then(|| text.letters()))?;
    let parts = parts(shown, fields, query, &ask)?;
    // One more than the page tells whether there is a next one.
    let mut room = ask.limit + 1;
    let look = |text: &Text, counted: Option<&Statistics>, room| {
        let mut scan = Scan::new(&ask, &parts, room);
        match counted {
            None => by_place(&ask, &mut scan),
            Some(counted) => by_words(shown, fields, text, counted, &mut scan)?,
        }
        Ok::<_, SearchError>(scan)
    };
    let mut scan = look(&text, statistics.as_ref(), room)?;
    if query.cursor.is_none()
        && let Some(counted) = &statistics
        && !scan.whole
        && (text.is_doubtful(counted) || scan.total < FEW)
    {
        text.listen(&shown.searcher, fields)?;
        statistics = Some(Statistics::take(&shown.searcher, fields, text.terms())?);
        scan = look(&text, statistics.as_ref(), room)?;
    }
    loop {
        let (facets, top, total) = scan.into_found()?;
        let found = top.into_sorted();
        let all = found.len() < room || room >= ROOM_MAX;
        if let Some(chosen) = choose(&ask, &found, all) {
            let counts = (facets, total);
            return Ok(page(
                &ask,
                &parts,
                &found,
                &chosen,
                counts,
                (statistics, text.is_forgiving()),
            ));
        }
        room = (room * 4).min(ROOM_MAX);
        scan = look(&text, statistics.as_ref(), room)?;
    }
}

/// Ranked postings among which a page looks for other posters at most.
const ROOM_MAX: usize = 2_048;

/// The page of the ranked; in an order that the visitor chose, as they come.
fn choose(ask: &Ask, found: &[Entry<'_, Seen>], all: bool) -> Option<Chosen> {
    let spread = ask.sort == Sort::Match && ask.shown.len() + ask.limit <= SHOWN_MAX;
    let poster = |entry: &Entry<'_, Seen>| if spread { entry.what.poster } else { 0 };
    spread::choose(&found.iter().map(poster).collect::<Vec<_>>(), ask.limit, all)
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
            Sort::Match if most.is_finite() => (most / 16.0, 4.0),
            Sort::Match => (FIRST_MATCH_RING_M, 2.0),
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
            let (rows, notes) = sheet.named.rows(skill)?;
            asked.push(Asked { rows, notes, bit, chooses });
        }
        let mut branches: Vec<u32> = ask.trades.iter().filter_map(|own| own.branch()).collect();
        branches.sort_unstable();
        branches.dedup();
        let chooses = ask.kindred_only && ask.must == 0;
        for branch in branches {
            let (rows, notes) = sheet.branches.rows(branch);
            asked.push(Asked { rows, notes, bit: KIN, chooses });
        }
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
        let mut told = None;
        if !query.told.is_empty() {
            let all = query.told.iter().map(|told| told_query(fields, told)).collect();
            let weight = BooleanQuery::intersection(all)
                .weight(EnableScoring::disabled_from_searcher(&shown.searcher))?;
            let mut bits = vec![0u64; segment.max_doc() as usize / 64 + 1];
            weight.for_each_no_score(segment, &mut |docs| {
                for doc in docs {
                    if let Some(word) = bits.get_mut(*doc as usize / 64) {
                        *word |= 1 << (doc % 64);
                    }
                }
            })?;
            told = Some(bits);
        }
        let ceiling = Ceiling::new(&ask.weights, ask.scored_at, sheet.calm_from());
        let bounds = Bounds::new(sheet, &ceiling);
        parts.push(Part { sheet, segment, asked, chosen, told, bounds });
    }
    Ok(parts)
}

fn page(
    ask: &Ask,
    parts: &[Part<'_>],
    found: &[Entry<'_, Seen>],
    chosen: &Chosen,
    (facets, total): (Facets, u64),
    (statistics, forgiving): (Option<Statistics>, bool),
) -> JobPage {
    let shown = chosen.shown.iter().filter_map(|&at| found.get(at));
    // All up to here were shown; the first of the ranked never is put off.
    let upto = match chosen.put_off {
        Some(first) => first.checked_sub(1),
        None => chosen.shown.iter().copied().max(),
    };
    let next = upto.and_then(|at| found.get(at)).filter(|_| chosen.more).map(|last| {
        let beyond = chosen.shown.iter().filter(|&&at| Some(at) > upto);
        let beyond = beyond.filter_map(|&at| found.get(at));
        let beyond = beyond.map(|entry| (entry.key as u32, short_hash(entry.id.text())));
        // What the page before had shown beyond is still ahead, or was passed.
        let ahead = ask.shown.iter().copied().filter(|&(key, _)| key <= last.key as u32);
        Cursor {
            sort: ask.sort,
            scored_at: ask.scored_at,
            key: last.key,
            statistics,
            id: last.id.text().to_owned(),
            forgiving,
            let_go: 0,
            shown: ahead.chain(beyond).collect(),
        }
    });
    let hit = |(entry, id): (&Entry<'_, Seen>, &str)| {
        let seen = &entry.what;
        let score = ask.score(&seen.facts);
        let skills = marked(&ask.wished, seen.held);
        let sheet = parts.get(seen.part).map(|part| part.sheet);
        let row = sheet.and_then(|sheet| sheet.rows.get(seen.row as usize));
        JobHit {
            id: id.to_owned(),
            version: sheet.zip(row).map_or(0, |(sheet, row)| sheet.version(row.doc)),
            score: score.total,
            distance_m: seen.facts.distance_m,
            reasons: reasons(&score, &seen.facts, &skills, Reader::Worker, ask.now),
        }
    };
    // At once, since they lie apart in memory.
    let shown: Vec<_> = shown.map(|entry| (entry, entry.id.text())).collect();
    let hits = shown.into_iter().map(hit).collect();
    JobPage { hits, counted: ask.counted, facets, total, next }
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

fn ask(
    query: &JobQuery,
    fit: Fit,
    (weights, standings): (&Weights, &Arc<Standings>),
    letters: Option<u16>,
) -> Result<Ask, SearchError> {
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
        standings: Arc::clone(standings),
        wished,
        trades: wish.map(|wish| wish.trades.clone()).unwrap_or_default(),
        day_wage: wish.and_then(|wish| wish.day_wage),
        reach: centre.map(|centre| Reach::new(centre, query.radius_m)),
        no_rides: wish.is_some_and(|wish| wish.no_rides),
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
        certificates: fit.certificates,
        blocked: fit.blocked,
        sort: query.sort,
        limit: query.limit.clamp(1, PAGE_MAX),
        after: cursor.map(|cursor| (cursor.key, cursor.id.clone())),
        shown: cursor.map(|cursor| cursor.shown.clone()).unwrap_or_default(),
        scored: letters.is_some(),
        letters: letters.unwrap_or_default(),
        counted: query.counted,
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
