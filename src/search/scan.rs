//! The scan of a segment's postings: cheap bounds first, then hard numbers, then the score, and no
//! text before the end.

use std::{cmp::Reverse, collections::BinaryHeap, ops::Range};

use tantivy::SegmentReader;

use super::{
    Facets,
    bounds::Most,
    facets::Counter,
    job_sheet::{Bounds, Calm, JobRow, JobSheet},
    lists::{Asked, Walk},
    numbers::{Ask, FEW, Met},
    query::pays,
    schema::short_hash,
    sheet::IdOf,
    top::Top,
    traits::Traits,
};
use crate::{
    domain::{org::Label, posting::Shift, wage::Wage},
    matching::{
        JobFacts, Overlap, Reach, Spot, Within, certificate_bar, first_start, time_bar, upcoming,
    },
};

/// The mark of a near occupation; the others are the wished skills by their place.
pub const KIN: u64 = 1 << 63;

/// Skills that a posting asks for and that are told apart by bounds; more count as so many.
pub const ASKED_MAX: usize = 8;

/// A segment as a query sees it.
pub struct Part<'a> {
    pub sheet: &'a JobSheet,
    pub segment: &'a SegmentReader,
    /// The rows with each mark; those that choose make a row be looked at.
    pub asked: Vec<Asked<'a, Calm>>,
    /// The documents that chose the query's station, rising.
    pub chosen: Vec<u32>,
    /// A bit for each document that has what is told; none where nothing is asked.
    pub told: Option<Vec<u64>>,
    /// What each kind of posting adds at most.
    pub bounds: Bounds,
}

/// A posting that may be shown: where it stands, and what was found out about it.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The number of the part.
    pub part: usize,
    /// The row.
    pub row: u32,
    /// The wished skills that it names.
    pub held: u64,
    /// Who posted it, in a number.
    pub poster: u32,
    /// What the score reads.
    pub facts: JobFacts,
}

/// A row with what it adds at most, but for the way, and its marks.
type Hopeful = (Most, Reverse<u32>, u64);

/// Rows that are gathered before the best of them are looked at.
const HOPEFUL_MAX: usize = 4_096;

/// Rows that are looked at together.
const TOGETHER: usize = 16;

/// Rows of a stretch that are walked under one bar.
const PIECE: u32 = 1 << 14;

/// A stretch in pieces.
fn pieces(stretch: &Range<u32>) -> impl Iterator<Item = Range<u32>> {
    let end = stretch.end;
    stretch.clone().step_by(PIECE as usize).map(move |at| at..end.min(at.saturating_add(PIECE)))
}

/// The scan of one segment after the other.
pub struct Scan<'a> {
    pub ask: &'a Ask,
    pub parts: &'a [Part<'a>],
    pub top: Top<'a, Seen>,
    /// Those that were looked at closely: all hits where they are counted.
    pub total: u64,
    /// Whether some title has all of the text.
    pub whole: bool,
    /// Counts by segment.
    counters: Vec<Counter>,
    /// Rows nearer than this were seen before, metres.
    pub away_m: f64,
    /// The circle of now.
    pub ring: Option<Reach>,
    /// What wished skills add by the number of those held and of those asked for, at most.
    pub skill_at_most: Vec<[f32; ASKED_MAX]>,
    /// What skills and occupations add at most.
    pub skill_most: f32,
    /// What the way adds at most.
    pub distance_at_most: f32,
    /// Room for the shifts of one document.
    coming: Vec<Shift>,
}

impl<'a> Scan<'a> {
    /// A scan that has seen nothing, for the best so many.
    pub fn new(ask: &'a Ask, parts: &'a [Part<'a>], room: usize) -> Scan<'a> {
        let after = ask.after.as_ref().map(|(key, id)| (*key, id.as_str()));
        let wished = ask.wished.len() as u32;
        let skill = |held, asked| ask.weights.skill(Overlap { held, asked, wished }.share());
        let skill_at_most = (0..=wished)
            .map(|held| std::array::from_fn(|asked| skill(held, asked as u32)))
            .collect();
        let skill_most =
            if ask.trades.is_empty() { skill(wished, wished) } else { ask.weights.skill(1.0) };
        Scan {
            ask,
            parts,
            top: Top::new(room, after),
            total: 0,
            whole: false,
            counters: parts.iter().map(|_| Counter::default()).collect(),
            away_m: f64::NEG_INFINITY,
            ring: ask.reach,
            skill_at_most,
            skill_most,
            distance_at_most: ask.reach.map_or(0.0, |_| ask.weights.distance(0.0)),
            coming: Vec::new(),
        }
    }

    /// Looks at what lies in the circle, and not nearer than `away_m`.
    pub fn ring(&mut self, radius_m: f64, away_m: f64) {
        self.away_m = away_m;
        self.ring = self.ask.reach.map(|reach| reach.with_radius(radius_m));
        self.distance_at_most = self.ask.weights.distance(away_m);
        let Some(ring) = self.ring else { return };
        let mut stretches = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            stretches.clear();
            part.sheet.places.within(&ring, &mut stretches);
            self.walk(at, part, &stretches);
        }
    }

    /// Looks at every posting, or at those that have no distance.
    pub fn elsewhere(&mut self) {
        self.distance_at_most = 0.0;
        for (at, part) in self.parts.iter().enumerate() {
            let places = &part.sheet.places;
            let stretch = if self.ask.reach.is_some() { places.nowhere() } else { places.all() };
            self.walk(at, part, &[stretch]);
        }
    }

    /// Looks at the rows that are asked for. Where only the best count, at those of the most hope
    /// first: the sooner the bar is high, the fewer are read, which lie far apart in memory.
    fn walk(&mut self, at: usize, part: &'a Part<'a>, stretches: &[Range<u32>]) {
        let all = !part.asked.iter().any(|list| list.chooses);
        let all = all && self.ask.must == 0 && !self.ask.kindred_only;
        let mut walk = Walk::new(&part.asked);
        let mut hopeful = Vec::new();
        for piece in stretches.iter().flat_map(pieces) {
            if all {
                walk.every(piece, |row, marks| self.consider(at, part, row, Some(marks), 0.0));
            } else if let Some(hope) = self.hope(part) {
                walk.chosen(
                    piece,
                    |mark| hope.of_mark(mark),
                    |row, marks, calm| {
                        let most = hope.at_most(calm, marks);
                        hopeful.extend(most.map(|most| (most, Reverse(row), marks)));
                    },
                );
            } else {
                let worth = |_| |_| true;
                walk.chosen(piece, worth, |row, marks, _| {
                    self.consider(at, part, row, Some(marks), 0.0);
                });
            }
            if hopeful.len() > HOPEFUL_MAX {
                self.consider_best(at, part, std::mem::take(&mut hopeful));
            }
        }
        self.consider_best(at, part, hopeful);
    }

    fn consider_best(&mut self, at: usize, part: &'a Part<'a>, hopeful: Vec<Hopeful>) {
        let mut hopeful = BinaryHeap::from(hopeful);
        let mut some: Vec<Hopeful> = Vec::with_capacity(TOGETHER);
        loop {
            let best = || hopeful.pop().filter(|&(most, ..)| !self.is_below_bar(most));
            some.extend(std::iter::from_fn(best).take(TOGETHER));
            if some.is_empty() {
                break;
            }
            // Each step for all of them, so that what lies apart in memory is waited for together.
            some.retain(|&(most, Reverse(row), _)| !self.is_too_far(part, row, most));
            let open =
                |row: u32| part.sheet.rows.get(row as usize).is_some_and(|row| self.is_open(row));
            some.retain(|&(_, Reverse(row), _)| open(row));
            for (_, Reverse(row), marks) in some.drain(..) {
                self.look_at(at, part, row, Some(marks), 0.0);
            }
        }
    }

    fn is_open(&self, row: &JobRow) -> bool {
        row.expires_at > self.ask.now
    }

    /// Looks at a document whose title has all of the text.
    pub fn titled(&mut self, at: usize, doc: u32, met: Met) {
        let Some(part) = self.parts.get(at) else { return };
        let Some(calm) = part.sheet.calm.get(doc as usize) else { return };
        let relevance = self.ask.relevance(met, calm.letters() as u16);
        let before = self.total;
        for row in part.sheet.rows_of(doc) {
            self.consider(at, part, row, None, relevance);
        }
        self.whole |= self.total > before;
    }

    /// Looks at a document that has some of the words.
    pub fn some(&mut self, at: usize, doc: u32, bm25: f32) {
        let Some(part) = self.parts.get(at) else { return };
        let relevance = self.ask.some_relevance(bm25);
        for row in part.sheet.rows_of(doc) {
            self.consider(at, part, row, None, relevance);
        }
    }

    fn consider(
        &mut self,
        at: usize,
        part: &'a Part<'a>,
        row_at: u32,
        marks: Option<u64>,
        relevance: f64,
    ) {
        let text = self.ask.weights.text(relevance);
        // How many there are decides whether sounds are searched, too.
        let telling = self.ask.scored && self.total < FEW;
        if !self.ask.counted && !telling && self.hopeless(part, row_at, marks, text) {
            return;
        }
        self.look_at(at, part, row_at, marks, relevance);
    }

    /// Reads a row, which lies apart in memory.
    fn look_at(
        &mut self,
        at: usize,
        part: &'a Part<'a>,
        row_at: u32,
        marks: Option<u64>,
        relevance: f64,
    ) {
        let Some(row) = part.sheet.rows.get(row_at as usize) else { return };
        let Some((traits, wage, distance_m)) = self.admit(part, row_at, row) else { return };
        let marks = marks.unwrap_or_else(|| marks_of(&part.asked, row_at));
        if self.ask.must != 0 && marks & self.ask.must == 0 || self.ask.kindred_only && marks == 0 {
            return;
        }
        self.total += 1;
        if self.ask.counted {
            if let Some(counter) = self.counters.get_mut(at) {
                let skills = part.sheet.skills.of(row.doc as usize);
                counter.count(skills, row.trade, (traits, wage), distance_m);
            }
            if self.hopeless(part, row_at, Some(marks), self.ask.weights.text(relevance)) {
                return;
            }
        }
        let ask = self.ask;
        let held = marks & !KIN;
        let nearness = ask.trades.iter().map(|own| own.nearness(row.trade)).fold(0.0, f64::max);
        let facts = JobFacts {
            skills: Overlap {
                held: held.count_ones(),
                asked: u32::from(traits.asked),
                wished: ask.wished.len() as u32,
            },
            nearness,
            distance_m,
            by_ride: row.ride && distance_m.is_some(),
            wage,
            starts_at: first_start(part.sheet.shifts(row).iter().copied(), ask.scored_at),
            published_at: row.published_at,
            instant: traits.instant,
            reliability: ask.standings.at(part.sheet.payer(row.doc)),
            relevance,
        };
        if let Some(key) = ask.key(&facts) {
            let id = IdOf::new(&part.sheet.ids, row.doc);
            let was_shown =
                !ask.shown.is_empty() && ask.shown.contains(&(key as u32, short_hash(id.text())));
            if !was_shown {
                let seen = Seen { part: at, row: row_at, held, poster: row.poster, facts };
                self.top.offer(key, id, seen);
            }
        }
    }

    /// What the query's conditions read, where the posting meets them all.
    fn admit(
        &mut self,
        part: &Part<'_>,
        row_at: u32,
        row: &JobRow,
    ) -> Option<(Traits, Wage, Option<f64>)> {
        let ask = self.ask;
        if !self.is_open(row) || part.segment.is_deleted(row.doc) {
            return None;
        }
        if !ask.blocked.is_empty() && ask.blocked.contains(&part.sheet.payer(row.doc)) {
            return None;
        }
        let traits = row.traits()?;
        if let Some(held) = ask.certificates
            && certificate_bar(traits.licences, held).is_some()
        {
            return None;
        }
        if ask.settlement.is_some_and(|asked| asked != traits.settlement)
            || ask.direct_only && traits.label != Label::Direct
            || ask.occupation.as_ref().is_some_and(|code| !row.trade.lies_in(code))
        {
            return None;
        }
        if let Some(told) = &part.told {
            let word = told.get(row.doc as usize / 64).copied().unwrap_or_default();
            (word >> (row.doc % 64) & 1 == 1).then_some(())?;
        }
        if let Some(station) = ask.station {
            let shown = if traits.everywhere {
                self.spots(part, row).any(|spot| station.distance_m(spot).is_some())
            } else {
                part.chosen.binary_search(&row.doc).is_ok()
            };
            shown.then_some(())?;
        }
        let wage = row.wage()?;
        if ask.wage_min.is_some_and(|asked| !pays(wage, asked)) {
            return None;
        }
        let shifts = part.sheet.shifts(row);
        if ask.from.is_some() || ask.to.is_some() {
            let starts_so = |shift: &Shift| {
                ask.from.is_none_or(|from| from <= shift.start)
                    && ask.to.is_none_or(|to| shift.start < to)
            };
            shifts.iter().any(starts_so).then_some(())?;
        }
        let distance_m = self.distance(part, row_at, row)?;
        if ask.placed && distance_m.is_none() {
            return None;
        }
        if let Some(free) = &ask.free {
            self.coming.clear();
            self.coming.extend(upcoming(shifts.iter().copied(), ask.now));
            let within = Within::of(&free.available);
            if time_bar(within, &free.booked, &self.coming).is_some() {
                return None;
            }
        }
        Some((traits, wage, distance_m))
    }

    /// The positions of a row's posting.
    fn spots<'b>(&self, part: &'b Part<'_>, row: &JobRow) -> impl Iterator<Item = Spot> + 'b {
        let rows = part.sheet.rows_of(row.doc);
        rows.map(|at| part.sheet.places.spot(at))
    }

    /// The posting's distance, where the query has a point; nothing for a row that another one of
    /// the same posting speaks for, or that was seen in a smaller circle.
    fn distance(&self, part: &Part<'_>, row_at: u32, row: &JobRow) -> Option<Option<f64>> {
        let (Some(reach), Some(ring)) = (self.ask.reach, self.ring) else {
            let first = part.sheet.rows_of(row.doc).next();
            return (!row.many || first == Some(row_at)).then_some(None);
        };
        if row.ride && self.ask.no_rides {
            return None;
        }
        let spot = part.sheet.places.spot(row_at);
        let own = ring.distance_m(spot);
        if own.is_some_and(|metres| metres <= self.away_m) || own.is_none() && spot != Spot::NOWHERE
        {
            return None;
        }
        if row.many {
            let nearest = part
                .sheet
                .rows_of(row.doc)
                .filter_map(|at| {
                    let other = part.sheet.rows.get(at as usize)?;
                    let counts = !(other.ride && self.ask.no_rides);
                    let metres = reach.distance_m(part.sheet.places.spot(at));
                    Some((metres.filter(|_| counts)?, at))
                })
                .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            if nearest.is_some_and(|(_, at)| at != row_at) {
                return None;
            }
        }
        Some(own)
    }

    /// All counts, and the best.
    ///
    /// # Errors
    /// The engine's.
    pub fn into_found(self) -> tantivy::Result<(Facets, Top<'a, Seen>, u64)> {
        let facets = self.counters.into_iter().zip(self.parts);
        let facets = facets.map(|(counter, part)| counter.into_facets(part.segment));
        let facets = facets.collect::<tantivy::Result<Vec<Facets>>>()?;
        let total = if self.ask.counted { self.total } else { 0 };
        Ok((Facets::sum(facets), self.top, total))
    }
}

fn marks_of(asked: &[Asked<'_, Calm>], row: u32) -> u64 {
    let held = asked.iter().filter(|list| list.rows.binary_search(&row).is_ok());
    held.fold(0, |marks, list| marks | list.bit)
}
