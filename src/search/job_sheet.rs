//! A segment of postings in memory.

use std::collections::HashMap;

use tantivy::{SegmentReader, index::SegmentId};

use super::{
    columns::{Flat, Spans, texts},
    lists::Lists,
    places::Places,
    sheet::{Branches, Ids, Sheet, Words, in_order},
    traits::{Traits, unpack_wage},
};
use crate::{
    domain::{
        posting::Shift,
        time::{MINUTE, Moment},
        wage::Wage,
    },
    matching::{Ceiling, Spot, Trade, Weights},
};

/// Minutes since 1970 that a start may have at most.
const NO_START: i64 = u32::MAX as i64 - 1;

/// A posting at one of its places. As large as a line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct JobRow {
    pub spot: Spot,
    pub trade: Trade,
    pub expires_at: Moment,
    pub published_at: Moment,
    wage: u64,
    traits: u64,
    pub doc: u32,
    shifts_from: u32,
    shifts: u16,
    /// Whether the posting has further rows.
    pub many: bool,
    /// Whether this is where the ride starts, not the place of work.
    pub ride: bool,
    /// Who posted it, in a number; 0 where nobody is known.
    pub poster: u32,
}

/// The postings of a segment.
pub struct JobSheet {
    segment: SegmentId,
    pub places: Places,
    pub rows: Vec<JobRow>,
    pub ids: Ids,
    /// The first row of each document.
    first_row: Vec<u32>,
    /// The rows of documents that have several.
    many: HashMap<u32, Vec<u32>>,
    shifts: Vec<Shift>,
    /// Of each document.
    versions: Vec<i64>,
    /// Who owes the wages of each document, in a number.
    payers: Vec<u32>,
    /// Ordinals of the listed skills of each document.
    pub skills: Lists,
    pub named: Words,
    pub branches: Branches,
    /// Of each document.
    pub calm: Vec<Calm>,
    /// Of each document.
    pub brief: Vec<Brief>,
    /// Of each row, again: rows lie in another order.
    row_calm: Vec<Calm>,
    /// Of each row.
    pub row_brief: Vec<Brief>,
    /// The most that pay, publication and the place in one step add.
    pub calm_at_most: f32,
    /// The latest publication.
    calm_from: Moment,
}

/// What bounds a posting's score, rounded up into two bytes: a million of them stay near.
#[derive(Clone, Copy, Debug, Default)]
pub struct Brief {
    /// [`Calm::rest`], in steps of a 255th of the most.
    rest: u8,
    /// Letters of the title below, skills in the list above; more than fit count as so many.
    counts: u8,
}

/// Letters of a title that a [`Brief`] tells apart.
pub const BRIEF_LETTERS_MAX: usize = 31;
/// Skills of a list that a [`Brief`] tells apart.
pub const BRIEF_ASKED_MAX: usize = 7;

impl Brief {
    fn of(calm: Calm, at_most: f32) -> Brief {
        let rest = if at_most > 0.0 { (calm.rest / at_most * 255.0).ceil() } else { 0.0 };
        let letters = usize::from(calm.letters).min(BRIEF_LETTERS_MAX) as u8;
        let asked = usize::from(calm.asked).min(BRIEF_ASKED_MAX) as u8;
        Brief { rest: rest.clamp(0.0, 255.0) as u8, counts: asked << 5 | letters }
    }

    /// What pay, publication and the place in one step add at most, in steps.
    pub fn step(self) -> usize {
        usize::from(self.rest)
    }

    /// The same as a part of a score, where `at_most` is the most of the segment.
    pub fn rest(step: usize, at_most: f32) -> f32 {
        // A little more, for rounding.
        step as f32 / 255.0 * at_most + 1e-6
    }

    /// Letters of the title.
    pub fn letters(self) -> usize {
        usize::from(self.counts) & BRIEF_LETTERS_MAX
    }

    /// Skills in the list.
    pub fn asked(self) -> usize {
        usize::from(self.counts >> 5)
    }
}

/// What bounds a posting's score, little and close together.
#[derive(Clone, Copy, Debug)]
pub struct Calm {
    /// What pay, publication and the place in one step add at most, from [`JobSheet::calm_from`]
    /// on.
    rest: f32,
    /// The first start after that in minutes, rounded down.
    start: u32,
    /// Letters of the title.
    pub letters: u16,
    /// Skills in the list.
    pub asked: u8,
}

impl Calm {
    /// What all but words, skills and the way add at most.
    pub fn at_most(self, ceiling: &Ceiling) -> f32 {
        self.rest + ceiling.start(self.start)
    }
}

impl Sheet for JobSheet {
    fn read(segment: &SegmentReader, weights: &Weights) -> tantivy::Result<JobSheet> {
        let docs = segment.max_doc();
        let spot_of_work = Flat::<u64>::read(segment, "spot")?;
        let spots =
            (0..docs).flat_map(|doc| spot_of_work.all(doc).iter().map(move |&at| (Spot(at), doc)));
        let spots = spots.collect();
        let (places, order) = in_order(spots);
        let row_docs: Vec<u32> = order.iter().map(|entry| entry.1).collect();

        let spans = Spans::open(segment, "shift_start", "shift_end")?;
        let number = |name| Flat::<u64>::read(segment, name);
        let (wage, traits) = (number("wage")?, number("traits")?);
        let (trade, poster) = (number("trade")?, number("poster")?);
        let expires_at = Flat::<i64>::read(segment, "expires_at")?;
        let published_at = Flat::<i64>::read(segment, "published_at")?;
        let mut shifts = Vec::new();
        let mut rows: Vec<JobRow> = Vec::with_capacity(order.len());
        for &(spot, doc) in &order {
            let shifts_from = shifts.len();
            shifts.extend(spans.of(doc));
            rows.push(JobRow {
                spot,
                trade: Trade(trade.first(doc).unwrap_or_default()),
                expires_at: Moment(expires_at.first(doc).unwrap_or(i64::MIN)),
                published_at: Moment(published_at.first(doc).unwrap_or_default()),
                wage: wage.first(doc).unwrap_or_default(),
                traits: traits.first(doc).unwrap_or(u64::MAX),
                doc,
                shifts_from: shifts_from as u32,
                shifts: u16::try_from(shifts.len() - shifts_from).unwrap_or(u16::MAX),
                many: false,
                ride: spot_of_work.first(doc) != Some(spot.0),
                poster: poster.first(doc).unwrap_or_default() as u32,
            });
        }
        let (first_row, many) = rows_of_docs(docs, &row_docs);
        for row in many.values().flatten() {
            if let Some(row) = rows.get_mut(*row as usize) {
                row.many = true;
            }
        }
        let kin: Vec<(u32, u32)> = (0u32..)
            .zip(&rows)
            .filter_map(|(at, row)| row.trade.branch().map(|branch| (branch, at)))
            .collect();
        let listed = texts(segment, "skill")?;
        let listed = Flat::of(listed.ords(), docs);
        let version = Flat::<i64>::read(segment, "version")?;
        let payer = number("payer")?;
        let mut sheet = JobSheet {
            segment: segment.segment_id(),
            places,
            ids: Ids::read(segment)?,
            first_row,
            many,
            shifts,
            versions: (0..docs).map(|doc| version.first(doc).unwrap_or_default()).collect(),
            payers: (0..docs).map(|doc| payer.first(doc).unwrap_or_default() as u32).collect(),
            skills: Lists::new(docs as usize, || {
                (0..docs).flat_map(|doc| listed.all(doc).iter().map(move |&ord| (doc, ord as u32)))
            }),
            named: Words::read(segment, "named", &row_docs)?,
            branches: Branches::of(&kin),
            calm_from: rows.iter().map(|row| row.published_at).max().unwrap_or(Moment(i64::MIN)),
            calm: Vec::new(),
            brief: Vec::new(),
            row_calm: Vec::new(),
            row_brief: Vec::new(),
            calm_at_most: 0.0,
            rows,
        };
        sheet.reckon(weights);
        Ok(sheet)
    }

    fn segment(&self) -> SegmentId {
        self.segment
    }
}

/// The first row of each document, and all rows of those that have several.
fn rows_of_docs(docs: u32, row_docs: &[u32]) -> (Vec<u32>, HashMap<u32, Vec<u32>>) {
    let mut first = vec![u32::MAX; docs as usize];
    let mut many: HashMap<u32, Vec<u32>> = HashMap::new();
    for (row, &doc) in (0u32..).zip(row_docs) {
        match first.get_mut(doc as usize) {
            Some(slot) if *slot == u32::MAX => *slot = row,
            Some(slot) => many.entry(doc).or_insert_with(|| vec![*slot]).push(row),
            None => {}
        }
    }
    (first, many)
}

impl JobSheet {
    fn reckon(&mut self, weights: &Weights) {
        self.row_calm = self.rows.iter().map(|row| self.calm_of(row, weights)).collect();
        let nothing = Calm { rest: 0.0, start: u32::MAX, letters: 0, asked: 0 };
        let first = self.first_row.iter().map(|&row| self.row_calm.get(row as usize));
        self.calm = first.map(|calm| calm.copied().unwrap_or(nothing)).collect();
        self.calm_at_most = self.row_calm.iter().map(|calm| calm.rest).fold(0.0, f32::max);
        let brief = |calm: &Calm| Brief::of(*calm, self.calm_at_most);
        self.brief = self.calm.iter().map(brief).collect();
        self.row_brief = self.row_calm.iter().map(brief).collect();
    }

    fn calm_of(&self, row: &JobRow, weights: &Weights) -> Calm {
        let from = self.calm_from;
        let traits = self.traits(row);
        let instant = traits.is_some_and(|traits| traits.instant);
        let start = self.shifts(row).iter().map(|shift| shift.start).filter(|&at| at >= from);
        let minutes = start.min().map(|start| start.0.div_euclid(MINUTE));
        Calm {
            rest: weights.calm_at_most(self.wage(row), row.published_at, instant, from),
            start: minutes.map_or(u32::MAX, |minutes| minutes.clamp(0, NO_START) as u32),
            letters: traits.map_or(0, |traits| traits.letters),
            asked: traits.map_or(0, |traits| traits.asked),
        }
    }

    /// What bounds the score of a row.
    pub fn calm_of_row(&self, row: u32) -> Option<Calm> {
        self.row_calm.get(row as usize).copied()
    }

    /// Since when [`Calm::at_most`] holds.
    pub fn calm_from(&self) -> Moment {
        self.calm_from
    }

    /// The traits of a row; none where they can't be read.
    pub fn traits(&self, row: &JobRow) -> Option<Traits> {
        Traits::unpack(row.traits)
    }

    /// The wage of a row; none where it can't be read.
    pub fn wage(&self, row: &JobRow) -> Option<Wage> {
        unpack_wage(row.wage, self.traits(row)?)
    }

    /// The shifts of a row, in the order in which they were given.
    pub fn shifts(&self, row: &JobRow) -> &[Shift] {
        let from = row.shifts_from as usize;
        self.shifts.get(from..from + usize::from(row.shifts)).unwrap_or_default()
    }

    /// The rows of a document, rising.
    pub fn rows_of(&self, doc: u32) -> impl Iterator<Item = u32> {
        let first = self.first_row.get(doc as usize).copied();
        let many = self.many.get(&doc).filter(|_| !self.many.is_empty());
        let one = first.filter(|_| many.is_none());
        one.into_iter().chain(many.into_iter().flatten().copied())
    }

    /// Who owes the wages of a document, in a number.
    pub fn payer(&self, doc: u32) -> u32 {
        self.payers.get(doc as usize).copied().unwrap_or_default()
    }

    /// The version of a document.
    pub fn version(&self, doc: u32) -> i64 {
        self.versions.get(doc as usize).copied().unwrap_or_default()
    }
}
