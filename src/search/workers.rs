//! The search for workers who fit a posting.

use std::sync::Arc;

use tantivy::{
    Searcher, SegmentReader, Term,
    collector::{Collector, SegmentCollector},
    columnar::{Column, StrColumn},
    query::{AllQuery, BooleanQuery, Query, TermQuery},
    schema::IndexRecordOption,
};

use super::{
    SearchError, WorkerHit,
    columns::{MARKS_MAX, Marks, Spans, column, marked, texts},
    schema::{WorkerFields, kindred_term},
    top::{Top, order},
    words,
};
use crate::{
    domain::{
        limits::PAGE_MAX,
        money::Fen,
        posting::{Posting, Shift},
        time::Moment,
        wage::Wage,
    },
    matching::{
        JobFacts, Overlap, Reach, Reader, Score, Spot, Trade, Weights, certificate_bar,
        first_start, licences, reasons, score, time_bar, upcoming,
    },
};

/// A posting in the numbers that the collector reads.
struct Ask {
    now: Moment,
    weights: Weights,
    /// Skills that the posting names.
    named: Vec<String>,
    /// Skills in its list.
    asked: u32,
    trade: Trade,
    reach: Option<Reach>,
    /// Certificates of which the work asks one, a bit each.
    licences: u32,
    wage: Wage,
    coming: Vec<Shift>,
    starts_at: Option<Moment>,
    published_at: Moment,
    instant: bool,
    limit: usize,
}

/// Workers who can take a place of `posting`, the best first: first those with a skill or a near
/// occupation; where they do not fill the page, all.
pub fn find(
    searcher: &Searcher,
    fields: &WorkerFields,
    weights: &Weights,
    posting: &Posting,
    limit: usize,
    now: Moment,
) -> Result<Vec<WorkerHit>, SearchError> {
    let ask = Arc::new(ask(posting, limit, weights, now));
    let kindred = kindred_query(fields, &ask);
    let mut found = searcher.search(&kindred, &Workers(Arc::clone(&ask)))?;
    if found.len() < ask.limit {
        found = searcher.search(&AllQuery, &Workers(Arc::clone(&ask)))?;
    }
    let hit = |hit: Hit| {
        let score = hit.score;
        let skills = marked(&ask.named, hit.held);
        WorkerHit {
            id: hit.id,
            score: score.total,
            distance_m: hit.facts.distance_m,
            reasons: reasons(&score, &hit.facts, &skills, Reader::Employer, now),
        }
    };
    Ok(found.into_iter().map(hit).collect())
}

fn ask(posting: &Posting, limit: usize, weights: &Weights, now: Moment) -> Ask {
    let terms = &posting.terms;
    let listed = words::skills(&terms.skills);
    // The list goes first, so that a long title can't push it out.
    let mut named = listed.clone();
    named.extend(words::named(&terms.skills, &terms.title));
    let mut seen = std::collections::HashSet::new();
    named.retain(|word| seen.insert(word.clone()));
    named.truncate(MARKS_MAX);
    // On the grid, as the other direction has it.
    let work = Spot::of(terms.point).point();
    Ask {
        now,
        weights: *weights,
        named,
        asked: listed.len() as u32,
        trade: terms.occupation.as_ref().map_or(Trade::NONE, Trade::of),
        reach: work.map(|work| Reach::new(work, None)),
        licences: licences(terms),
        wage: terms.wage,
        coming: upcoming(terms.shifts.iter().copied(), now).collect(),
        starts_at: first_start(terms.shifts.iter().copied(), now),
        published_at: posting.published_at.unwrap_or(posting.created_at),
        instant: terms.instant,
        limit: limit.clamp(1, PAGE_MAX),
    }
}

fn kindred_query(fields: &WorkerFields, ask: &Ask) -> BooleanQuery {
    let named = ask.named.iter().map(|word| Term::from_field_text(fields.skill, word));
    let terms = named.chain(kindred_term(fields.occupation, ask.trade));
    let one = |term| -> Box<dyn Query> { Box::new(TermQuery::new(term, IndexRecordOption::Basic)) };
    BooleanQuery::union(terms.map(one).collect())
}

struct Workers(Arc<Ask>);

struct Hit {
    key: u64,
    id: String,
    held: u64,
    facts: JobFacts,
    score: Score,
}

impl Collector for Workers {
    type Fruit = Vec<Hit>;
    type Child = Scan;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> tantivy::Result<Scan> {
        let ask = Arc::clone(&self.0);
        let ids = texts(segment, "id")?;
        Ok(Scan {
            top: Top::new(ask.limit, None, &ids)?,
            ids,
            own: texts(segment, "skill")?,
            skill: Marks::open(segment, "skill", &ask.named)?,
            spot: column(segment, "spot")?,
            radius_m: column(segment, "radius_m")?,
            day_wage: column(segment, "day_wage")?,
            trade: column(segment, "trade")?,
            certificates: column(segment, "certificates")?,
            limited: column(segment, "limited")?,
            spans: Spans::open(segment, "span_start", "span_end")?,
            room: Vec::new(),
            ask,
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, parts: Vec<tantivy::Result<Vec<Hit>>>) -> tantivy::Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for part in parts {
            hits.extend(part?);
        }
        order(&mut hits, self.0.limit, |hit| (hit.key, &hit.id));
        Ok(hits)
    }
}

struct Scan {
    ask: Arc<Ask>,
    top: Top,
    ids: StrColumn,
    own: StrColumn,
    skill: Marks,
    spot: Column<u64>,
    radius_m: Column<f64>,
    day_wage: Column<i64>,
    trade: Column<u64>,
    certificates: Column<u64>,
    limited: Column<u64>,
    spans: Spans,
    /// Room for the spans of one document.
    room: Vec<Shift>,
}

impl SegmentCollector for Scan {
    type Fruit = tantivy::Result<Vec<Hit>>;

    fn collect(&mut self, doc: u32, _: f32) {
        if let Some((facts, _)) = self.facts(doc) {
            let key = u64::from(self.score(doc, &facts).total.to_bits());
            self.top.offer(key, doc, 0.0, &self.ids);
        }
    }

    fn harvest(mut self) -> tantivy::Result<Vec<Hit>> {
        let top = std::mem::replace(&mut self.top, Top::new(0, None, &self.ids)?);
        let mut hits = Vec::new();
        for entry in top.into_entries() {
            let mut id = String::new();
            if !self.ids.ord_to_str(entry.ord, &mut id)? {
                continue;
            }
            if let Some((facts, held)) = self.facts(entry.doc) {
                let score = self.score(entry.doc, &facts);
                hits.push(Hit { key: entry.key, id, held, facts, score });
            }
        }
        Ok(hits)
    }
}

impl Scan {
    /// What the score reads and the skills that are shared, where no bar stands.
    fn facts(&mut self, doc: u32) -> Option<(JobFacts, u64)> {
        let ask = &self.ask;
        let home = Spot(self.spot.first(doc)?);
        let distance_m = ask.reach.and_then(|reach| reach.distance_m(home));
        if home != Spot::NOWHERE {
            let within = distance_m? <= self.radius_m.first(doc)?;
            within.then_some(())?;
        }
        if ask.licences != 0 {
            let held = u32::try_from(self.certificates.first(doc)?).unwrap_or(0);
            if certificate_bar(ask.licences, held).is_some() {
                return None;
            }
        }
        let spans = if self.limited.first(doc)? == 0 {
            None
        } else {
            self.room.clear();
            self.room.extend(self.spans.of(doc));
            Some(self.room.as_slice())
        };
        if time_bar(spans, &[], &ask.coming).is_some() {
            return None;
        }
        let held = self.skill.of(doc);
        let trades = self.trade.values_for_doc(doc);
        let facts = JobFacts {
            skills: Overlap {
                held: held.count_ones(),
                asked: ask.asked,
                wished: self.own.term_ords(doc).count() as u32,
            },
            nearness: trades.map(|own| Trade(own).nearness(ask.trade)).fold(0.0, f64::max),
            distance_m,
            wage: ask.wage,
            starts_at: ask.starts_at,
            published_at: ask.published_at,
            instant: ask.instant,
            relevance: 0.0,
        };
        Some((facts, held))
    }

    fn score(&self, doc: u32, facts: &JobFacts) -> Score {
        score(&self.ask.weights, facts, self.day_wage.first(doc).map(Fen), self.ask.now)
    }
}
