//! What must hold whatever happened: nothing acknowledged is lost, nothing stands twice, and
//! search, screens and streams agree with the records.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    poster::{Poster, rank},
    process::{Api, Server, Site},
};
use linggong::{
    domain::{
        ids::StationId,
        posting::{Posting, Status},
    },
    store::{PostingFilter, Store, View},
};
use serde_json::Value;

/// Rows that one page of a walk reads.
const PAGE: i64 = 500;

/// Ends the server and compares everything. Answers how many first requests were committed but
/// not acknowledged.
pub async fn check(site: &Site, server: Server, api: &Api, posters: &[Poster]) -> usize {
    let found = api.search_all().await;
    site.done(&["check"]).await;
    let (code, _) = server.stop().await;
    assert_eq!(code, Some(0));
    site.done(&["check"]).await;
    let store = site.store().await;
    let held = held(&store).await;
    let unanswered = acknowledged_stand(posters, &held);
    let open: BTreeSet<String> = held
        .values()
        .filter(|posting| posting.status == Status::Open)
        .map(|posting| posting.id.to_string())
        .collect();
    let searched: BTreeSet<String> = found.iter().cloned().collect();
    assert_eq!(searched.len(), found.len(), "a posting is found twice");
    assert_eq!(searched, open, "search and records differ");
    let mut view = store.read().await.unwrap();
    let stations = view.stations().await.unwrap();
    assert!(!stations.is_empty());
    for station in stations {
        stream_agrees(&mut view, &station.id, &open).await;
    }
    let trail = view.verify_log().await.unwrap();
    assert!(trail.is_ok(), "{trail:?}");
    drop(view);
    store.close().await;
    unanswered
}

async fn held(store: &Store) -> BTreeMap<String, Posting> {
    let mut held = BTreeMap::new();
    let mut filter = PostingFilter::default();
    let mut view = store.read().await.unwrap();
    loop {
        let page = view.postings(&filter, PAGE).await.unwrap();
        let Some(last) = page.last() else {
            return held;
        };
        filter.after = Some(last.id.clone());
        for posting in page {
            let external_id = posting.external.as_ref().unwrap().id.clone();
            let twice = held.insert(external_id, posting);
            assert!(twice.is_none(), "{twice:?} stands twice");
        }
    }
}

fn acknowledged_stand(posters: &[Poster], held: &BTreeMap<String, Posting>) -> usize {
    let mut unanswered = 0;
    let mut known = 0;
    for sent in posters.iter().flat_map(|poster| &poster.sent) {
        let posting = held.get(&sent.external_id);
        let posting = posting.unwrap_or_else(|| panic!("{} is lost", sent.external_id));
        assert_eq!(Some(posting.id.to_string()), sent.id);
        let promised = sent.acknowledged.unwrap();
        assert_eq!(rank(posting.status), rank(promised), "{posting:?}");
        known += 1;
        unanswered += usize::from(sent.repeated_at.is_some_and(|at| posting.created_at < at));
    }
    assert_eq!(held.len(), known, "a posting stands that nobody sent");
    unanswered
}

async fn stream_agrees(view: &mut View, station: &StationId, open: &BTreeSet<String>) {
    let mut screen: BTreeMap<String, i64> = BTreeMap::new();
    let mut seq = 0;
    loop {
        let page = view.stream_after(station, seq, PAGE).await.unwrap();
        if page.is_empty() {
            break;
        }
        for row in page {
            assert_eq!(row.seq, seq + 1, "{station}: a gap");
            seq = row.seq;
            let message: Value = serde_json::from_str(&row.message).unwrap();
            assert_eq!(message["seq"], seq);
            if message["op"] == "put" {
                let job = &message["job"];
                let id = job["id"].as_str().unwrap().to_owned();
                screen.insert(id, job["version"].as_i64().unwrap());
            } else {
                let gone = screen.remove(message["id"].as_str().unwrap());
                assert!(gone.is_some(), "{station}: removed twice: {message}");
            }
        }
    }
    assert_eq!(view.stream_seq(station).await.unwrap(), seq, "{station}");
    let shown: BTreeMap<String, i64> = view
        .shown_at(station)
        .await
        .unwrap()
        .into_iter()
        .map(|(id, version, _)| (id, version))
        .collect();
    assert_eq!(screen, shown, "{station}: the stream leads elsewhere");
    let ids: BTreeSet<String> = shown.into_keys().collect();
    assert_eq!(&ids, open, "{station}: screen and records differ");
}
