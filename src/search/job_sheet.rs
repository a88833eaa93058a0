//! A segment of postings in memory.

use std::collections::HashMap;

use tantivy::{SegmentReader, index::SegmentId};

use super::{
    columns::{Spans, column, texts},
    lists::Lists,
    places::Places,
    sheet::{Branches, Ids, Sheet, Words, in_order},
    traits::{Traits, unpack_wage},
};
use crate::{
    domain::{
        posting::Shift,
        time::{HOUR, MINUTE, Moment},
        wage::Wage,
    },
    matching::{Ceiling, Spot, Trade, Weights, first_start},
};

/// A posting at one of its places. As large as a line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct JobRow {
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
    pub named: Words<Calm>,
    pub branches: Branches<Calm>,
    /// Of each document.
    pub calm: Vec<Calm>,
    /// Of each row, again: rows lie in another order.
    pub row_calm: Vec<Calm>,
    scale: Scale,
}

/// What the numbers of a segment's [`Calm`]s stand for.
#[derive(Clone, Copy, Debug)]
struct Scale {
    /// The most that pay, publication and the place in one step add.
    at_most: f32,
    /// The latest publication.
    from: Moment,
}

/// What bounds a posting's score, in four bytes, so that a million of them stay near.
#[derive(Clone, Copy, Debug)]
pub struct Calm {
    /// What pay, publication and the place in one step add at most from [`Scale::from`] on, in
    /// parts of a 255th of [`Scale::at_most`], rounded up.
    rest: u8,
    /// Whole hours from then to the first start; [`NO_START`] for none, later ones as the last.
    start: u8,
    /// Letters of the title; more than fit count as so many.
    letters: u8,
    /// Skills in the list; more than fit count as so many.
    asked: u8,
}

/// No start is known.
const NO_START: u8 = u8::MAX;
/// Kinds of each part of a [`Calm`].
const KINDS: usize = 256;

impl Calm {
    /// Letters of the title.
    pub fn letters(self) -> usize {
        usize::from(self.letters)
    }

    /// Skills in the list.
    pub fn asked(self) -> usize {
        usize::from(self.asked)
    }
}

/// What each kind of [`Calm`] adds to a score at most, for a query.
#[derive(Clone, Debug)]
pub struct Bounds {
    rest: [f32; KINDS],
    start: [f32; KINDS],
    /// What any posting of the segment adds at most.
    pub most: f32,
}

impl Bounds {
    /// The bounds of a segment under this ceiling.
    pub fn new(sheet: &JobSheet, ceiling: &Ceiling) -> Bounds {
        let from = sheet.scale.from.0.div_euclid(MINUTE);
        let start = |hours: usize| {
            let minute = from.saturating_add(hours as i64 * 60);
            ceiling.start(minute.clamp(0, i64::from(u32::MAX)) as u32)
        };
        let mut bounds = Bounds {
            // A little more, for rounding.
            rest: std::array::from_fn(|step| step as f32 / 255.0 * sheet.scale.at_most + 1e-6),
            start: std::array::from_fn(start),
            most: sheet.scale.at_most + ceiling.any_start(),
        };
        bounds.start[usize::from(NO_START)] = ceiling.start(u32::MAX);
        bounds
    }

    /// What all but words, skills and the way add at most.
    pub fn of(&self, calm: Calm) -> f32 {
        let (rest, start) = (usize::from(calm.rest), usize::from(calm.start));
        self.rest.get(rest).copied().unwrap_or(f32::INFINITY)
            + self.start.get(start).copied().unwrap_or(f32::INFINITY)
    }
}

impl Sheet for JobSheet {
    fn read(segment: &SegmentReader, weights: &Weights) -> tantivy::Result<JobSheet> {
        let docs = segment.max_doc();
        let spot_of_work = column::<u64>(segment, "spot")?;
        let spots = (0..docs)
            .flat_map(|doc| spot_of_work.values_for_doc(doc).map(move |at| (Spot(at), doc)));
        let spots = spots.collect();
        let (places, order) = in_order(spots);
        let row_docs: Vec<u32> = order.iter().map(|entry| entry.1).collect();

        let spans = Spans::open(segment, "shift_start", "shift_end")?;
        let (wage, traits) = (column::<u64>(segment, "wage")?, column::<u64>(segment, "traits")?);
        let (trade, poster) = (column::<u64>(segment, "trade")?, column::<u64>(segment, "poster")?);
        let expires_at = column::<i64>(segment, "expires_at")?;
        let published_at = column::<i64>(segment, "published_at")?;
        let mut shifts = Vec::new();
        let mut rows: Vec<JobRow> = Vec::with_capacity(order.len());
        for &(spot, doc) in &order {
            let shifts_from = shifts.len();
            shifts.extend(spans.of(doc));
            rows.push(JobRow {
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
        let version = column::<i64>(segment, "version")?;
        let payer = column::<u64>(segment, "payer")?;
        let (scale, row_calm) = Scale::of(&rows, &shifts, weights);
        let nothing = Calm { rest: 0, start: NO_START, letters: 0, asked: 0 };
        let first = first_row.iter().map(|&row| row_calm.get(row as usize));
        Ok(JobSheet {
            segment: segment.segment_id(),
            places,
            ids: Ids::read(segment)?,
            many,
            versions: (0..docs).map(|doc| version.first(doc).unwrap_or_default()).collect(),
            payers: (0..docs).map(|doc| payer.first(doc).unwrap_or_default() as u32).collect(),
            skills: Lists::new(docs as usize, || {
                (0..docs).flat_map(|doc| listed.term_ords(doc).map(move |ord| (doc, ord as u32)))
            }),
            named: Words::read(segment, "named", &row_docs, &row_calm)?,
            branches: Branches::of(&kin, &row_calm),
            calm: first.map(|calm| calm.copied().unwrap_or(nothing)).collect(),
            row_calm,
            scale,
            first_row,
            shifts,
            rows,
        })
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

impl Scale {
    /// The scale of these rows, and what bounds each.
    fn of(rows: &[JobRow], shifts: &[Shift], weights: &Weights) -> (Scale, Vec<Calm>) {
        let from = rows.iter().map(|row| row.published_at).max().unwrap_or(Moment(i64::MIN));
        let rest = |row: &JobRow| {
            let instant = row.traits().is_some_and(|traits| traits.instant);
            weights.calm_at_most(row.wage(), row.published_at, instant, from)
        };
        let rests: Vec<f32> = rows.iter().map(rest).collect();
        let scale = Scale { at_most: rests.iter().copied().fold(0.0, f32::max), from };
        let calm = |(row, rest): (&JobRow, f32)| scale.calm(row, row.shifts(shifts), rest);
        (scale, rows.iter().zip(rests).map(calm).collect())
    }

    fn calm(self, row: &JobRow, shifts: &[Shift], rest: f32) -> Calm {
        let traits = row.traits();
        let start = first_start(shifts.iter().copied(), self.from);
        let hours = start.map(|start| start.0.saturating_sub(self.from.0) / HOUR);
        let parts = if self.at_most > 0.0 { rest / self.at_most * 255.0 } else { 0.0 };
        Calm {
            rest: parts.ceil().clamp(0.0, 255.0) as u8,
            start: hours.map_or(NO_START, |hours| hours.clamp(0, i64::from(NO_START) - 1) as u8),
            letters: traits.map_or(0, |traits| u8::try_from(traits.letters).unwrap_or(u8::MAX)),
            asked: traits.map_or(0, |traits| traits.asked),
        }
    }
}

impl JobRow {
    /// The traits; none where they can't be read.
    pub fn traits(&self) -> Option<Traits> {
        Traits::unpack(self.traits)
    }

    /// The wage; none where it can't be read.
    pub fn wage(&self) -> Option<Wage> {
        unpack_wage(self.wage, self.traits()?)
    }

    /// Its shifts among those of all rows.
    fn shifts<'a>(&self, all: &'a [Shift]) -> &'a [Shift] {
        let from = self.shifts_from as usize;
        all.get(from..from + usize::from(self.shifts)).unwrap_or_default()
    }
}

impl JobSheet {
    /// Since when [`Bounds`] hold.
    pub fn calm_from(&self) -> Moment {
        self.scale.from
    }

    /// The shifts of a row, in the order in which they were given.
    pub fn shifts(&self, row: &JobRow) -> &[Shift] {
        row.shifts(&self.shifts)
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
