//! The search for postings: the engine's query chooses by words, the collector by numbers, and
//! the collector scores what is left.

use std::{cmp::Reverse, sync::Arc};

use tantivy::{
    Searcher, SegmentReader, Term,
    collector::{Collector, SegmentCollector},
    columnar::{Column, StrColumn},
    query::{
        AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use super::{
    BadCursor, Cursor, Facets, JobHit, JobPage, JobQuery, SearchError, Sort,
    columns::{MARKS_MAX, Marks, Spans, column, marked, texts},
    facets::Counter,
    query::{pays, sort_key},
    schema::{EVERYWHERE, JobFields, Traits, kindred_term, occupation_term, unpack_wage},
    statistics::{Pinned, Statistics},
    top::{Top, order},
    words,
};
use crate::{
    domain::{
        limits::{PAGE_MAX, QUERY_CHARS_MAX},
        money::Fen,
        posting::Shift,
        time::Moment,
        wage::{Settlement, Wage, WageUnit},
        worker::Available,
    },
    matching::{
        JobFacts, Overlap, Reach, Reader, Score, Spot, Trade, Weights, first_start, reasons, score,
        time_bar, upcoming,
    },
};

/// Words of one query that are looked at.
const WORDS_MAX: usize = 32;
/// How much more a word in the title counts.
const TITLE_BOOST: f32 = 2.0;
/// What a phrase in the title adds to BM25: more than all words of a query can.
const PHRASE: f32 = 4096.0;

/// What a worker's time leaves free.
#[derive(Clone, Debug, Default)]
pub struct Free {
    /// Only within these spans; none: always.
    pub spans: Option<Vec<Shift>>,
    /// Not at these shifts.
    pub booked: Vec<Shift>,
}

impl Free {
    /// The time of a worker who holds the shifts `booked`.
    pub fn of(available: &Available, booked: &[Shift]) -> Free {
        let spans = match available {
            Available::Always | Available::Words(_) => None,
            Available::Spans(spans) => Some(spans.clone()),
        };
        Free {
            spans,
            booked: booked.to_vec(),
        }
    }
}

/// What a search for a worker asks beyond the query.
#[derive(Clone, Debug, Default)]
pub struct Fit {
    /// The worker's time.
    pub free: Option<Free>,
    /// Whether only postings with a skill or a near occupation of the wish are asked.
    pub kindred_only: bool,
}

/// A query in the numbers that the collector reads.
struct Ask {
    now: Moment,
    scored_at: Moment,
    weights: Weights,
    wished: Vec<String>,
    trades: Vec<Trade>,
    day_wage: Option<Fen>,
    reach: Option<Reach>,
    /// Whether a posting must have a distance.
    placed: bool,
    wage_min: Option<(Fen, WageUnit)>,
    settlement: Option<Settlement>,
    from: Option<Moment>,
    to: Option<Moment>,
    direct_only: bool,
    station: Option<Reach>,
    free: Option<Free>,
    sort: Sort,
    limit: usize,
    after: Option<(u64, String)>,
    scored: bool,
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
            let pinned = Pinned {
                statistics,
                words: &words,
                title: fields.title,
            };
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
    let mut words: Vec<String> = words::words(&text)
        .into_iter()
        .map(|word| word.text)
        .collect();
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
            let counted = pinned
                .as_ref()
                .map_or(0, |statistics| statistics.freqs.len());
            if counted != words.len() {
                return Err(BadCursor.into());
            }
            Ok(pinned.clone())
        }
    }
}

fn ask(query: &JobQuery, fit: Fit, weights: &Weights, scored: bool) -> Result<Ask, SearchError> {
    if query
        .cursor
        .as_ref()
        .is_some_and(|cursor| cursor.sort != query.sort)
    {
        return Err(BadCursor.into());
    }
    let wish = query.wish.as_ref();
    let centre = query.near.or(wish.and_then(|wish| wish.point));
    if centre.is_none() && query.sort == Sort::Nearest {
        return Err(SearchError::NoPoint);
    }
    let skills = query
        .skills
        .iter()
        .chain(wish.iter().flat_map(|wish| &wish.skills));
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
    let skills = words::skills(&query.skills);
    if !skills.is_empty() {
        filters.push(any(skills
            .iter()
            .map(|skill| exact(fields.named, skill))
            .collect()));
    }
    if kindred_only {
        let named = ask.wished.iter().map(|skill| exact(fields.named, skill));
        let near = ask
            .trades
            .iter()
            .filter_map(|&trade| kindred_term(fields.occupation, trade));
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

/// Collects postings: hard numbers first, then the score.
struct Jobs(Arc<Ask>);

/// A posting that may be shown.
struct Hit {
    key: u64,
    id: String,
    version: i64,
    held: u64,
    facts: JobFacts,
}

struct Found {
    hits: Vec<Hit>,
    total: u64,
    facets: Facets,
}

impl Collector for Jobs {
    type Fruit = Found;
    type Child = Scan;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> tantivy::Result<Scan> {
        let ask = Arc::clone(&self.0);
        let (ids, skills) = (texts(segment, "id")?, texts(segment, "skill")?);
        Ok(Scan {
            // One more than the page tells whether there is a next one.
            top: Top::new(ask.limit + 1, ask.after.as_ref(), &ids)?,
            counter: Counter::new(&skills),
            total: 0,
            ids,
            skills,
            version: column(segment, "version")?,
            named: Marks::open(segment, "named", &ask.wished)?,
            spot: column(segment, "spot")?,
            wage: column(segment, "wage")?,
            traits: column(segment, "traits")?,
            trade: column(segment, "trade")?,
            expires_at: column(segment, "expires_at")?,
            published_at: column(segment, "published_at")?,
            shifts: Spans::open(segment, "shift_start", "shift_end")?,
            coming: Vec::new(),
            ask,
        })
    }

    fn requires_scoring(&self) -> bool {
        self.0.scored
    }

    fn merge_fruits(&self, parts: Vec<tantivy::Result<Found>>) -> tantivy::Result<Found> {
        let (mut hits, mut total, mut facets) = (Vec::new(), 0, Vec::new());
        for part in parts {
            let part = part?;
            hits.extend(part.hits);
            total += part.total;
            facets.push(part.facets);
        }
        order(&mut hits, self.0.limit + 1, |hit| (hit.key, &hit.id));
        Ok(Found {
            hits,
            total,
            facets: Facets::sum(facets),
        })
    }
}

struct Scan {
    ask: Arc<Ask>,
    top: Top,
    counter: Counter,
    total: u64,
    ids: StrColumn,
    skills: StrColumn,
    version: Column<i64>,
    named: Marks,
    spot: Column<u64>,
    wage: Column<u64>,
    traits: Column<u64>,
    trade: Column<u64>,
    expires_at: Column<i64>,
    published_at: Column<i64>,
    shifts: Spans,
    /// Room for the shifts of one document.
    coming: Vec<Shift>,
}

impl SegmentCollector for Scan {
    type Fruit = tantivy::Result<Found>;

    fn collect(&mut self, doc: u32, relevance: f32) {
        let Some((traits, wage, distance_m)) = self.admit(doc) else {
            return;
        };
        self.total += 1;
        self.counter
            .count(doc, &self.skills, (traits, wage), distance_m);
        let Some((facts, _)) = self.facts(doc, (traits, wage), distance_m, relevance) else {
            return;
        };
        if let Some(key) = self.ask.key(&facts) {
            self.top.offer(key, doc, relevance, &self.ids);
        }
    }

    fn harvest(mut self) -> tantivy::Result<Found> {
        let top = std::mem::replace(&mut self.top, Top::new(0, None, &self.ids)?);
        let mut hits = Vec::new();
        for entry in top.into_entries() {
            let mut id = String::new();
            let known = self.ids.ord_to_str(entry.ord, &mut id)?;
            let Some((traits, wage, distance_m)) = self.admit(entry.doc).filter(|_| known) else {
                continue;
            };
            let facts = self.facts(entry.doc, (traits, wage), distance_m, entry.relevance);
            let version = self.version.first(entry.doc).unwrap_or_default();
            hits.extend(facts.map(|(facts, held)| Hit {
                key: entry.key,
                id,
                version,
                held,
                facts,
            }));
        }
        let facets = self.counter.into_facets(&self.skills)?;
        Ok(Found {
            hits,
            total: self.total,
            facets,
        })
    }
}

impl Scan {
    /// What the query's conditions read, where the posting meets them all.
    fn admit(&mut self, doc: u32) -> Option<(Traits, Wage, Option<f64>)> {
        let ask = &self.ask;
        if self.expires_at.first(doc)? <= ask.now.0 {
            return None;
        }
        let spot = Spot(self.spot.first(doc)?);
        let distance_m = ask.reach.and_then(|reach| reach.distance_m(spot));
        if ask.placed && distance_m.is_none() {
            return None;
        }
        let traits = Traits::unpack(self.traits.first(doc)?)?;
        if ask
            .settlement
            .is_some_and(|asked| asked != traits.settlement)
            || ask.direct_only && traits.label != crate::domain::org::Label::Direct
        {
            return None;
        }
        if let Some(station) = ask.station
            && traits.everywhere
        {
            station.distance_m(spot)?;
        }
        let wage = unpack_wage(self.wage.first(doc)?, traits)?;
        if ask.wage_min.is_some_and(|asked| !pays(wage, asked)) {
            return None;
        }
        if ask.from.is_some() || ask.to.is_some() {
            let starts_so = |shift: Shift| {
                ask.from.is_none_or(|from| from <= shift.start)
                    && ask.to.is_none_or(|to| shift.start < to)
            };
            self.shifts.of(doc).any(starts_so).then_some(())?;
        }
        if let Some(free) = &ask.free {
            self.coming.clear();
            self.coming.extend(upcoming(self.shifts.of(doc), ask.now));
            if time_bar(free.spans.as_deref(), &free.booked, &self.coming).is_some() {
                return None;
            }
        }
        Some((traits, wage, distance_m))
    }

    /// What the score reads, and the wished skills that the posting names.
    fn facts(
        &self,
        doc: u32,
        (traits, wage): (Traits, Wage),
        distance_m: Option<f64>,
        relevance: f32,
    ) -> Option<(JobFacts, u64)> {
        let ask = &self.ask;
        let held = self.named.of(doc);
        let nearness = if ask.trades.is_empty() {
            0.0
        } else {
            let trade = Trade(self.trade.first(doc)?);
            ask.trades
                .iter()
                .map(|own| own.nearness(trade))
                .fold(0.0, f64::max)
        };
        let facts = JobFacts {
            skills: Overlap {
                held: held.count_ones(),
                asked: traits.asked,
                wished: ask.wished.len() as u32,
            },
            nearness,
            distance_m,
            wage,
            starts_at: first_start(self.shifts.of(doc), ask.scored_at),
            published_at: Moment(self.published_at.first(doc)?),
            instant: traits.instant,
            relevance: ask.relevance(relevance),
        };
        Some((facts, held))
    }
}

impl Ask {
    fn score(&self, facts: &JobFacts) -> Score {
        score(&self.weights, facts, self.day_wage, self.scored_at)
    }

    fn key(&self, facts: &JobFacts) -> Option<u64> {
        sort_key(self.sort, &self.score(facts), facts)
    }

    /// BM25 brought to 0..=0.5, and half more where the title has the phrase.
    fn relevance(&self, bm25: f32) -> f64 {
        if !self.scored {
            return 0.0;
        }
        let phrase = bm25 >= PHRASE;
        let words = f64::from(if phrase { bm25 - PHRASE } else { bm25 }.max(0.0));
        // Rounded, so that the order in which the engine adds up does not show.
        let share = (words / (words + self.weights.half.relevance) * 1024.0).round() / 1024.0;
        share / 2.0 + if phrase { 0.5 } else { 0.0 }
    }
}
