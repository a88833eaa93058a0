//! The collector of postings: hard numbers first, then the score, and no text before the end.

use std::sync::Arc;

use tantivy::{
    SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::{Column, StrColumn},
};

use super::{
    Facets, Sort,
    columns::{Marks, Spans, column, texts},
    facets::Counter,
    query::{pays, sort_key},
    schema::{Traits, unpack_wage},
    top::{Top, order},
};
use crate::{
    domain::{
        money::Fen,
        org::Label,
        posting::Shift,
        time::Moment,
        wage::{Settlement, Wage, WageUnit},
        worker::Available,
    },
    matching::{
        JobFacts, Overlap, Reach, Score, Spot, Trade, Weights, certificate_bar, first_start, score,
        time_bar, upcoming,
    },
};

/// What the whole text as a phrase in the title adds to BM25: more than all words of a query can.
pub const PHRASE: f32 = 4096.0;
/// What a title with every word, or with another name of each trade, adds.
pub const WHOLE: f32 = 2048.0;
/// What a title that sounds in every part as the text does adds.
pub const ALIKE: f32 = 1024.0;

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
        Free { spans, booked: booked.to_vec() }
    }
}

/// A query in the numbers that the collector reads.
pub struct Ask {
    pub now: Moment,
    pub scored_at: Moment,
    pub weights: Weights,
    pub wished: Vec<String>,
    pub trades: Vec<Trade>,
    pub day_wage: Option<Fen>,
    pub reach: Option<Reach>,
    /// Whether a posting must have a distance.
    pub placed: bool,
    pub wage_min: Option<(Fen, WageUnit)>,
    pub settlement: Option<Settlement>,
    pub from: Option<Moment>,
    pub to: Option<Moment>,
    pub direct_only: bool,
    pub station: Option<Reach>,
    pub free: Option<Free>,
    /// Certificates of the worker, a bit each; none where nobody's fit is asked.
    pub certificates: Option<u32>,
    pub sort: Sort,
    pub limit: usize,
    pub after: Option<(u64, String)>,
    pub scored: bool,
}

/// Collects postings: hard numbers first, then the score.
pub struct Jobs(pub Arc<Ask>);

/// A posting that may be shown.
pub struct Hit {
    pub key: u64,
    pub id: String,
    pub version: i64,
    pub held: u64,
    pub facts: JobFacts,
}
/// What was found.
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: u64,
    pub facets: Facets,
    /// The best relevance of all hits, as the engine counts it.
    pub best: f32,
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
            best: 0.0,
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
        let (mut hits, mut total, mut facets, mut best) = (Vec::new(), 0, Vec::new(), 0.0f32);
        for part in parts {
            let part = part?;
            hits.extend(part.hits);
            total += part.total;
            best = best.max(part.best);
            facets.push(part.facets);
        }
        order(&mut hits, self.0.limit + 1, |hit| (hit.key, &hit.id));
        Ok(Found { hits, total, facets: Facets::sum(facets), best })
    }
}

/// The scan of one segment.
pub struct Scan {
    ask: Arc<Ask>,
    top: Top,
    counter: Counter,
    total: u64,
    best: f32,
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
        self.best = self.best.max(relevance);
        self.counter.count(doc, &self.skills, (traits, wage), distance_m);
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
        Ok(Found { hits, total: self.total, facets, best: self.best })
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
        if let Some(held) = ask.certificates
            && certificate_bar(traits.licences, held).is_some()
        {
            return None;
        }
        if ask.settlement.is_some_and(|asked| asked != traits.settlement)
            || ask.direct_only && traits.label != Label::Direct
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
            ask.trades.iter().map(|own| own.nearness(trade)).fold(0.0, f64::max)
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
    /// The score of a posting.
    pub fn score(&self, facts: &JobFacts) -> Score {
        score(&self.weights, facts, self.day_wage, self.scored_at)
    }

    fn key(&self, facts: &JobFacts) -> Option<u64> {
        sort_key(self.sort, &self.score(facts), facts)
    }

    /// How well the words meet, 0..=1: half where the title has the phrase, a fifth where it has
    /// every word, a tenth where it sounds alike, and BM25 brought to a fifth.
    fn relevance(&self, bm25: f32) -> f64 {
        if !self.scored {
            return 0.0;
        }
        let mut rest = bm25;
        let mut has = |step: f32| {
            let has = rest >= step;
            rest -= if has { step } else { 0.0 };
            has
        };
        let phrase = has(PHRASE);
        let whole = has(WHOLE) || phrase;
        let alike = has(ALIKE) || whole;
        let words = f64::from(rest.max(0.0));
        // Rounded, so that the order in which the engine adds up does not show.
        let share = (words / (words + self.weights.half.relevance) * 1024.0).round() / 1024.0;
        let steps = [(phrase, 0.5), (whole, 0.2), (alike, 0.1)];
        let taken = steps.iter().filter(|step| step.0).map(|step| step.1);
        share / 5.0 + taken.sum::<f64>()
    }
}
