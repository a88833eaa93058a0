//! A segment of workers in memory.

use tantivy::{SegmentReader, index::SegmentId};

use super::{
    columns::{Spans, column, texts},
    places::Places,
    sheet::{Branches, Ids, Sheet, Words, in_order},
};
use crate::{
    domain::{money::Fen, posting::Shift, week::Week},
    matching::{Spot, Trade, Weights, Within},
};

/// No free hours of a week are held.
const NO_WEEK: u32 = u32::MAX;

/// A worker.
#[derive(Clone, Copy, Debug)]
pub struct WorkerRow {
    pub radius_m: f64,
    pub day_wage: Option<Fen>,
    pub doc: u32,
    /// Skills of the worker.
    pub wished: u32,
    /// Certificates of the worker that have no end, a bit each.
    certificates: u32,
    ending: (u32, u32),
    /// Whether the worker does without rides.
    pub no_rides: bool,
    spans: (u32, u32),
    /// The place of the free hours of a week; [`NO_WEEK`] where there are none.
    week: u32,
    trades: (u32, u32),
    /// Whether the worker is available in spans only.
    limited: bool,
}

/// The workers of a segment.
pub struct WorkerSheet {
    segment: SegmentId,
    pub places: Places,
    pub rows: Vec<WorkerRow>,
    pub ids: Ids,
    pub skill: Words<u8>,
    pub branches: Branches<u8>,
    /// Skills of each row's worker, for bounds: 255 and more are 255.
    pub wished: Vec<u8>,
    /// The widest radius.
    pub radius_m_max: f64,
    spans: Vec<Shift>,
    trades: Vec<Trade>,
    weeks: Vec<Week>,
    /// Certificates with an end: the last day, and the bit.
    ending: Vec<(u32, u32)>,
}

impl Sheet for WorkerSheet {
    fn read(segment: &SegmentReader, _: &Weights) -> tantivy::Result<WorkerSheet> {
        let docs = segment.max_doc();
        let spot = column::<u64>(segment, "spot")?;
        let spots = (0..docs).map(|doc| (Spot(spot.first(doc).unwrap_or(u64::MAX)), doc)).collect();
        let (places, order) = in_order(spots);
        let row_docs: Vec<u32> = order.iter().map(|entry| entry.1).collect();

        let columns = Spans::open(segment, "span_start", "span_end")?;
        let radius_m = column::<f64>(segment, "radius_m")?;
        let (day_wage, trade) =
            (column::<i64>(segment, "day_wage")?, column::<u64>(segment, "trade")?);
        let certificates = column::<u64>(segment, "certificates")?;
        let (ends, hours) = (column::<u64>(segment, "ending")?, column::<u64>(segment, "week")?);
        let (mut weeks, mut ending) = (Vec::new(), Vec::new());
        let no_rides = column::<u64>(segment, "no_rides")?;
        let (limited, own) = (column::<u64>(segment, "limited")?, texts(segment, "skill")?);
        let (mut spans, mut trades, mut kin) = (Vec::new(), Vec::new(), Vec::new());
        let mut rows = Vec::with_capacity(order.len());
        for (at, &doc) in (0u32..).zip(&row_docs) {
            let (spans_from, trades_from) = (spans.len() as u32, trades.len());
            spans.extend(columns.of(doc));
            trades.extend(trade.values_for_doc(doc).map(Trade));
            let own_trades = trades.get(trades_from..).unwrap_or_default();
            let mut branches: Vec<u32> = own_trades.iter().filter_map(|own| own.branch()).collect();
            branches.sort_unstable();
            branches.dedup();
            kin.extend(branches.into_iter().map(|branch| (branch, at)));
            let ending_from = ending.len() as u32;
            let ends = ends.values_for_doc(doc);
            ending.extend(ends.map(|packed| ((packed >> 32) as u32, packed as u32)));
            let mut days = [0; 7];
            let mut week = NO_WEEK;
            for packed in hours.values_for_doc(doc) {
                if let Some(day) = days.get_mut((packed >> 32) as usize) {
                    *day = packed as u32;
                    week = weeks.len() as u32;
                }
            }
            weeks.extend((week != NO_WEEK).then(|| Week::from_bits(days)));
            rows.push(WorkerRow {
                radius_m: radius_m.first(doc).unwrap_or_default(),
                day_wage: day_wage.first(doc).map(Fen),
                doc,
                wished: own.term_ords(doc).count() as u32,
                certificates: certificates.first(doc).unwrap_or_default() as u32,
                ending: (ending_from, ending.len() as u32),
                no_rides: no_rides.first(doc).is_some_and(|no| no != 0),
                spans: (spans_from, spans.len() as u32),
                week,
                trades: (trades_from as u32, trades.len() as u32),
                limited: limited.first(doc).is_none_or(|limited| limited != 0),
            });
        }
        let wished: Vec<u8> = rows.iter().map(|row| row.wished.min(255) as u8).collect();
        Ok(WorkerSheet {
            segment: segment.segment_id(),
            places,
            ids: Ids::read(segment)?,
            skill: Words::read(segment, "skill", &row_docs, &wished)?,
            branches: Branches::of(&kin, &wished),
            wished,
            // A radius that is no number reaches nothing, and the greatest is taken without it.
            radius_m_max: rows.iter().map(|row| row.radius_m).fold(0.0, f64::max),
            spans,
            trades,
            weeks,
            ending,
            rows,
        })
    }

    fn segment(&self) -> SegmentId {
        self.segment
    }
}

impl WorkerSheet {
    /// The time within which the worker can work.
    pub fn within(&self, row: &WorkerRow) -> Within<'_> {
        if let Some(week) = self.weeks.get(row.week as usize) {
            return Within::Week(week);
        }
        let spans = self.spans.get(row.spans.0 as usize..row.spans.1 as usize);
        if row.limited { Within::Spans(spans.unwrap_or_default()) } else { Within::Anytime }
    }

    /// The certificates that hold on a day, a bit each; days as numbers of the index.
    pub fn certificates(&self, row: &WorkerRow, day: u32) -> u32 {
        let ending = self.ending.get(row.ending.0 as usize..row.ending.1 as usize);
        let holds = ending.unwrap_or_default().iter().filter(|(until, _)| day <= *until);
        holds.fold(row.certificates, |set, (_, bit)| set | bit)
    }

    /// The worker's occupations.
    pub fn trades(&self, row: &WorkerRow) -> &[Trade] {
        self.trades.get(row.trades.0 as usize..row.trades.1 as usize).unwrap_or_default()
    }
}
