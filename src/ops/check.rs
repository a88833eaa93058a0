//! `linggong check`: whether the readers of the log agree with the records.
//!
//! Index, screens and streams are derived; a difference is a finding, and says what to do.

use std::collections::{BTreeMap, BTreeSet};

use super::keeping;
use crate::{
    domain::{ids::StationId, posting::Status},
    market::{Market, MarketError},
    search::{Held, Index, SearchError},
    store::{PostingFilter, StoreError, View},
};

/// Records that one page of a walk reads.
const PAGE: i64 = 1000;

/// What a check compared, and where the two sides differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Postings that are open.
    pub open: usize,
    /// Workers on record.
    pub workers: usize,
    /// Messages in all streams.
    pub messages: i64,
    /// Entries of the audit trail.
    pub entries: i64,
    /// Each difference in a sentence.
    pub findings: Vec<String>,
}

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The records can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The verbs failed.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The index can't be read.
    #[error(transparent)]
    Search(#[from] SearchError),
}

/// Compares index, screens, streams and audit trail with the records, and wages with their
/// payments, in one view of them.
///
/// # Errors
/// [`CheckError`] where a side can't be read at all.
pub async fn check(market: &Market, index: &Index) -> Result<Report, CheckError> {
    let mut view = market.store.read().await?;
    let mut report = Report::default();
    let (open, shown) = expected(market, &mut view).await?;
    report.open = open.len();
    compare("index of postings", &open, &index.jobs_held()?, &mut report.findings);
    let workers = workers(&mut view).await?;
    report.workers = workers.len();
    compare("index of workers", &workers, &index.workers_held()?, &mut report.findings);
    index.verify().err().into_iter().for_each(|error| report.findings.push(error.to_string()));
    for (station, wanted) in shown {
        let held = view.shown_at(&station).await?;
        let held: Vec<Held> = held.into_iter().map(|(id, version, _)| (id, version)).collect();
        compare(&format!("screen set of {station}"), &wanted, &held, &mut report.findings);
        report.messages += streams(&mut view, &station, &mut report.findings).await?;
    }
    for (id, noted, summed) in view.wages_that_disagree(PAGE).await? {
        report
            .findings
            .push(format!("wage {id}: {noted} noted as paid, its payments are {summed}"));
    }
    match keeping::trail(&mut view).await? {
        Ok(entries) => report.entries = entries,
        Err(fault) => {
            report.findings.push(format!("audit trail: broken at entry {}", fault.seq));
        }
    }
    Ok(report)
}

type Set = BTreeMap<String, i64>;

async fn expected(
    market: &Market,
    view: &mut View,
) -> Result<(Set, Vec<(StationId, Set)>), CheckError> {
    let stations = view.stations().await?;
    let mut shown: Vec<(StationId, Set)> =
        stations.iter().map(|station| (station.id.clone(), Set::new())).collect();
    let mut open = Set::new();
    let mut filter = PostingFilter { statuses: vec![Status::Open], ..PostingFilter::default() };
    loop {
        let page = view.postings(&filter, PAGE).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(last.id.clone());
        for posting in &page {
            open.insert(posting.id.to_string(), posting.version);
            let at: BTreeSet<StationId> = market.shown_at(posting, &stations).collect();
            for (_, set) in shown.iter_mut().filter(|(station, _)| at.contains(station)) {
                set.insert(posting.id.to_string(), posting.version);
            }
        }
    }
    Ok((open, shown))
}

async fn workers(view: &mut View) -> Result<Set, StoreError> {
    let mut set = Set::new();
    let mut after = None;
    loop {
        let page = view.workers(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        set.extend(page.iter().map(|worker| (worker.id.to_string(), worker.version)));
    }
    Ok(set)
}

fn compare(what: &str, wanted: &Set, held: &[Held], findings: &mut Vec<String>) {
    let got: Set = held.iter().cloned().collect();
    if got.len() != held.len() {
        findings.push(format!("{what}: {} entries stand twice", held.len() - got.len()));
    }
    for (id, version) in wanted {
        match got.get(id) {
            None => findings.push(format!("{what}: {id} is missing")),
            Some(other) if other != version => {
                findings.push(format!("{what}: {id} has version {other}, not {version}"));
            }
            Some(_) => {}
        }
    }
    for id in got.keys().filter(|id| !wanted.contains_key(*id)) {
        findings.push(format!("{what}: {id} should not be there"));
    }
}

/// Whether what is left of a station's stream is contiguous up to its newest sequence.
async fn streams(
    view: &mut View,
    station: &StationId,
    findings: &mut Vec<String>,
) -> Result<i64, StoreError> {
    let newest = view.stream_seq(station).await?;
    let (mut count, mut last) = (0, None);
    loop {
        let page = view.stream_after(station, last.unwrap_or(0), PAGE).await?;
        let Some(end) = page.last().map(|message| message.seq) else {
            break;
        };
        for message in &page {
            if last.is_some_and(|last| message.seq != last + 1) {
                findings.push(format!("stream of {station}: a gap before {}", message.seq));
            }
            last = Some(message.seq);
            count += 1;
        }
        last = Some(end);
    }
    if last.is_some_and(|last| last != newest) {
        findings.push(format!("stream of {station}: ends before its newest message {newest}"));
    }
    Ok(count)
}
