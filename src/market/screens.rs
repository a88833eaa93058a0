//! Which stations show a posting, and the stream events that follow from a change.

use serde_json::json;

use super::{Market, MarketResult};
use crate::{
    domain::{
        geo::Point,
        ids::StationId,
        posting::{Event, Posting, Status},
        station::Station,
        time::Moment,
    },
    feed::view::JobView,
    store::{Entry, Kind, Shown, ShownWhat, Txn},
};

/// The word that screens get for why a posting left.
fn why(event: Option<Event>) -> &'static str {
    match event {
        Some(Event::Fill) => "filled",
        Some(Event::Close) => "closed",
        Some(Event::Expire) => "expired",
        Some(Event::Withdraw | Event::Reject) => "withdrawn",
        Some(Event::Submit | Event::Approve | Event::Free) | None => "moved",
    }
}

/// The stations that show an open posting, with the distance in metres where it has a point:
/// those that its poster chose, else each within whose radius the work or its pick-up point lies.
pub(super) fn shown_at<'s>(
    posting: &Posting,
    stations: &'s [Station],
) -> impl Iterator<Item = (&'s Station, Option<f64>)> {
    let terms = &posting.terms;
    let chosen = terms.stations.clone();
    let points: Vec<Point> = terms.points().collect();
    let open = posting.status == Status::Open;
    stations.iter().filter(move |_| open).filter_map(move |station| {
        let shows = if chosen.is_empty() {
            points.iter().any(|&point| station.covers(point).is_some())
        } else {
            chosen.contains(&station.id)
        };
        // How far the work is, though its ride may start nearer.
        shows.then(|| (station, points.first().map(|&point| station.point.distance_m(point))))
    })
}

fn put(posting: &Posting, station: &Station, distance: Option<f64>, at: Moment) -> Shown {
    let mut view = JobView::from(posting);
    view.distance_m = distance.map(|metres| metres.round() as i64);
    // The view holds only strings, numbers and lists, which always serialise.
    let payload = serde_json::to_string(&view).unwrap_or_default();
    Shown {
        station: station.id.clone(),
        job: posting.id.clone(),
        at,
        what: ShownWhat::Put { version: posting.version, payload },
    }
}

impl Market {
    /// Writes a posting's new version with everything that follows: row, audit, station events.
    pub(super) async fn write_posting(
        &self,
        txn: &mut Txn,
        posting: &Posting,
        event: Option<Event>,
        entry: Entry,
    ) -> MarketResult<()> {
        if !txn.put_posting(posting).await? {
            return Err(super::MarketError::Stale);
        }
        txn.log(entry);
        let now = self.now();
        let before = txn.stations_showing(&posting.id).await?;
        let stations = txn.stations().await?;
        let after: Vec<_> = shown_at(posting, &stations).collect();
        for (station, distance) in &after {
            txn.show(put(posting, station, *distance, now));
        }
        for station in before {
            if !after.iter().any(|(shown, _)| shown.id == station) {
                txn.show(Shown {
                    station,
                    job: posting.id.clone(),
                    at: now,
                    what: ShownWhat::Remove { why: why(event) },
                });
            }
        }
        Ok(())
    }

    /// The stations that show a posting as it stands.
    pub fn shown_at(
        &self,
        posting: &Posting,
        stations: &[Station],
    ) -> impl Iterator<Item = StationId> {
        shown_at(posting, stations).map(|(station, _)| station.id.clone())
    }

    /// Shows at a new station what its radius covers.
    pub(super) async fn fill_station(
        &self,
        txn: &mut Txn,
        station: &Station,
    ) -> MarketResult<usize> {
        let stations = std::slice::from_ref(station);
        let mut filter =
            crate::store::PostingFilter { statuses: vec![Status::Open], ..Default::default() };
        let mut shown = 0;
        loop {
            let page = txn.postings(&filter, 500).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id.clone());
            for posting in &page {
                for (station, distance) in shown_at(posting, stations) {
                    txn.show(put(posting, station, distance, self.now()));
                    shown += 1;
                }
            }
        }
        Ok(shown)
    }
}

/// The audit entry of a posting's step.
pub(super) fn step_entry(
    market: &Market,
    actor: &crate::domain::account::Actor,
    verb: &'static str,
    posting: &Posting,
    from: Option<Status>,
) -> Entry {
    let detail = json!({
        "from": from.map(Status::word),
        "to": posting.status.word(),
        "version": posting.version,
    });
    market.entry(actor, verb, Kind::Job, &posting.id, detail)
}
