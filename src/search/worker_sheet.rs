//! A segment of workers in memory.

use tantivy::{SegmentReader, index::SegmentId};

use super::{
    columns::{Spans, column, texts},
    places::Places,
    sheet::{Branches, Ids, Sheet, Words, in_order},
};
use crate::{
    domain::{money::Fen, posting::Shift},
    matching::{Spot, Trade, Weights},
};

/// A worker.
#[derive(Clone, Copy, Debug)]
pub struct WorkerRow {
    pub spot: Spot,
    pub radius_m: f64,
    pub day_wage: Option<Fen>,
    pub doc: u32,
    /// Skills of the worker.
    pub wished: u32,
    /// Certificates of the worker, a bit each.
    pub certificates: u32,
    /// Whether the worker does without rides.
    pub no_rides: bool,
    spans: (u32, u32),
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
    pub skill: Words,
    pub branches: Branches,
    /// Skills of each row's worker, for bounds: 255 and more are 255.
    pub wished: Vec<u8>,
    /// The widest radius.
    pub radius_m_max: f64,
    spans: Vec<Shift>,
    trades: Vec<Trade>,
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
        let no_rides = column::<u64>(segment, "no_rides")?;
        let (limited, own) = (column::<u64>(segment, "limited")?, texts(segment, "skill")?);
        let (mut spans, mut trades, mut kin) = (Vec::new(), Vec::new(), Vec::new());
        let mut rows = Vec::with_capacity(order.len());
        for (at, &(spot, doc)) in (0u32..).zip(&order) {
            let (spans_from, trades_from) = (spans.len() as u32, trades.len());
            spans.extend(columns.of(doc));
            trades.extend(trade.values_for_doc(doc).map(Trade));
            let own_trades = trades.get(trades_from..).unwrap_or_default();
            let mut branches: Vec<u32> = own_trades.iter().filter_map(|own| own.branch()).collect();
            branches.sort_unstable();
            branches.dedup();
            kin.extend(branches.into_iter().map(|branch| (branch, at)));
            rows.push(WorkerRow {
                spot,
                radius_m: radius_m.first(doc).unwrap_or_default(),
                day_wage: day_wage.first(doc).map(Fen),
                doc,
                wished: own.term_ords(doc).count() as u32,
                certificates: certificates.first(doc).unwrap_or_default() as u32,
                no_rides: no_rides.first(doc).is_some_and(|no| no != 0),
                spans: (spans_from, spans.len() as u32),
                trades: (trades_from as u32, trades.len() as u32),
                limited: limited.first(doc).is_none_or(|limited| limited != 0),
            });
        }
        Ok(WorkerSheet {
            segment: segment.segment_id(),
            places,
            ids: Ids::read(segment)?,
            skill: Words::read(segment, "skill", &row_docs)?,
            branches: Branches::of(&kin),
            wished: rows.iter().map(|row| row.wished.min(255) as u8).collect(),
            // A radius that is no number reaches nothing, and the greatest is taken without it.
            radius_m_max: rows.iter().map(|row| row.radius_m).fold(0.0, f64::max),
            spans,
            trades,
            rows,
        })
    }

    fn segment(&self) -> SegmentId {
        self.segment
    }
}

impl WorkerSheet {
    /// The spans in which the worker is available; none: always.
    pub fn spans(&self, row: &WorkerRow) -> Option<&[Shift]> {
        let spans = self.spans.get(row.spans.0 as usize..row.spans.1 as usize);
        row.limited.then(|| spans.unwrap_or_default())
    }

    /// The worker's occupations.
    pub fn trades(&self, row: &WorkerRow) -> &[Trade] {
        self.trades.get(row.trades.0 as usize..row.trades.1 as usize).unwrap_or_default()
    }
}
