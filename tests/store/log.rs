//! The audit trail and the stations' streams.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use linggong::{
    domain::ids::StationId,
    store::{Kind, StreamMessage, VerifyFault},
};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};
use tokio::time::timeout;

use crate::support::{
    records::{NOW, entry, payload, put, remove, the},
    stores::{TestStore, stores},
};

async fn write(store: &TestStore, verbs: &[&'static str]) -> i64 {
    let mut txn = store.begin().await.unwrap();
    for verb in verbs {
        txn.log(entry(verb, Kind::Job, "job_1"));
    }
    txn.commit().await.unwrap()
}

#[tokio::test]
async fn the_log_is_contiguous_and_wakes_its_followers() {
    for store in stores().await {
        let mut head = store.head();
        assert_eq!(write(&store, &["a", "b"]).await, 2);
        assert_eq!(write(&store, &["c"]).await, 3);
        assert_eq!(*head.borrow_and_update(), 3);
        // Without an entry nobody is woken.
        assert_eq!(write(&store, &[]).await, 3);
        assert!(!head.has_changed().unwrap());
        let other = store.other_process().await;
        let mut txn = other.begin().await.unwrap();
        txn.log(entry("d", Kind::Station, "liangtian"));
        txn.commit().await.unwrap();
        assert!(!head.has_changed().unwrap());
        assert_eq!(store.look().await.unwrap(), 4);
        assert_eq!(*head.borrow_and_update(), 4);
        let mut view = store.read().await.unwrap();
        let rows = view.log_after(1, 2).await.unwrap();
        let told: Vec<_> = rows.iter().map(|row| (row.seq, row.verb.as_str())).collect();
        assert_eq!(told, [(2, "b"), (3, "c")]);
        let row = &view.log_of(Kind::Station, "liangtian", 9).await.unwrap()[0];
        assert_eq!((row.seq, row.at, row.actor.as_str()), (4, NOW, "operator"));
        assert_eq!(row.detail, r#"{"why":"test"}"#);
    }
}

#[tokio::test]
async fn a_change_of_many_parts_is_whole_and_in_order() {
    // More than goes into one statement, on stations whose names are not in the order of the calls.
    const JOBS: i64 = 150;
    for store in stores().await {
        let mut txn = store.begin().await.unwrap();
        for job in 0..JOBS {
            txn.log(entry("post", Kind::Job, &format!("job_{job}")));
            for station in ["wangyuan", "fengdeng"] {
                txn.show(put(station, &format!("job_{job}"), 1));
            }
            if job % 3 == 0 {
                txn.show(remove("wangyuan", &format!("job_{job}")));
            }
        }
        assert_eq!(txn.commit().await.unwrap(), JOBS);
        let mut view = store.read().await.unwrap();
        assert_eq!(view.verify_log().await.unwrap(), Ok(JOBS), "{}", store.name());
        for (station, messages, shown) in
            [("wangyuan", JOBS + JOBS / 3, JOBS - JOBS / 3), ("fengdeng", JOBS, JOBS)]
        {
            let id: StationId = the(station);
            let stream = view.stream_after(&id, 0, 2 * JOBS).await.unwrap();
            let seqs: Vec<i64> = stream.iter().map(|message| message.seq).collect();
            assert_eq!(seqs, (1..=messages).collect::<Vec<i64>>(), "{station}");
            assert_eq!(view.shown_at(&id).await.unwrap().len() as i64, shown, "{station}");
        }
    }
}

#[tokio::test]
async fn a_dropped_change_never_happened() {
    for store in stores().await {
        write(&store, &["a"]).await;
        let mut txn = store.begin().await.unwrap();
        txn.log(entry("b", Kind::Job, "job_1"));
        txn.show(put("liangtian", "job_1", 1));
        txn.set_meta("name", "value").await.unwrap();
        drop(txn);
        assert_eq!(write(&store, &["c"]).await, 2);
        let mut view = store.read().await.unwrap();
        assert_eq!(view.meta("name").await.unwrap(), None);
        assert_eq!(view.stream_seq(&the("liangtian")).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn every_kind_of_tampering_is_found_at_its_row() {
    for (sql, fault) in [
        ("update log set verb = 'x' where seq = 2", 2),
        ("update log set at = at + 1 where seq = 3", 3),
        ("update log set detail = '{}' where seq = 1", 1),
        ("update log set entity = 'job_2' where seq = 4", 4),
        ("delete from log where seq = 2", 2),
        ("delete from log where seq = 4", 4),
        ("update log set seq = 9 where seq = 4", 4),
        ("update log_head set hash = 'x'", 5),
    ] {
        for store in stores().await {
            write(&store, &["a", "b"]).await;
            write(&store, &["c", "d"]).await;
            let whole = store.read().await.unwrap().verify_log().await.unwrap();
            assert_eq!(whole, Ok(4));
            store.sql(sql).await;
            let found = store.read().await.unwrap().verify_log().await.unwrap();
            assert_eq!(found, Err(VerifyFault { seq: fault }), "{} {sql}", store.name());
        }
    }
}

#[tokio::test]
async fn a_stream_says_what_the_station_shows() {
    for store in stores().await {
        let mut txn = store.begin().await.unwrap();
        txn.show(put("liangtian", "job_1", 1));
        txn.show(put("fengdeng", "job_1", 1));
        txn.show(put("liangtian", "job_2", 4));
        txn.commit().await.unwrap();
        let mut txn = store.begin().await.unwrap();
        txn.show(put("liangtian", "job_2", 5));
        txn.show(remove("liangtian", "job_1"));
        txn.commit().await.unwrap();
        let here: StationId = the("liangtian");
        let mut view = store.read().await.unwrap();
        let messages = view.stream_after(&here, 1, 9).await.unwrap();
        let message = |seq, message: String| StreamMessage { seq, message };
        let put = |seq, version| {
            let job = payload("job_2", version);
            message(seq, format!(r#"{{"op":"put","seq":{seq},"job":{job}}}"#))
        };
        let gone = r#"{"op":"remove","seq":4,"id":"job_1","why":"closed"}"#;
        assert_eq!(messages, [put(2, 4), put(3, 5), message(4, gone.to_owned())]);
        assert_eq!(view.stream_after(&here, 1, 1).await.unwrap().len(), 1);
        let shown = view.shown_at(&here).await.unwrap();
        assert_eq!(shown, [("job_2".to_owned(), 5, payload("job_2", 5))]);
        let heads = view.stream_seqs().await.unwrap();
        assert_eq!(heads, BTreeMap::from([(here.clone(), 4), (the("fengdeng"), 1)]));
        let showing = view.stations_showing(&the("job_1")).await.unwrap();
        assert_eq!(showing, [the("fengdeng")]);
        drop(view);
        let mut txn = store.begin().await.unwrap();
        assert_eq!(txn.prune_streams(NOW.plus(1)).await.unwrap(), 5);
        txn.commit().await.unwrap();
        let mut view = store.read().await.unwrap();
        assert_eq!(view.stream_seq(&here).await.unwrap(), 4);
        assert_eq!(view.shown_at(&here).await.unwrap(), shown);
    }
}

const STATIONS: [&str; 4] = ["liangtian", "fengdeng", "shangqiancheng", "yuehaiwan"];
const WRITERS: u64 = 8;
const CHANGES: usize = 25;

/// Reads streams to their ends while others write; a hole would show as a number that is skipped.
async fn tail(store: &TestStore, totals: &BTreeMap<StationId, i64>) {
    let mut held: BTreeMap<StationId, i64> = BTreeMap::new();
    while held != *totals {
        let mut view = store.read().await.unwrap();
        for station in totals.keys() {
            let seq = held.entry(station.clone()).or_default();
            for message in view.stream_after(station, *seq, 50).await.unwrap() {
                assert_eq!(message.seq, *seq + 1, "{station}");
                *seq = message.seq;
            }
            assert_eq!(view.stream_seq(station).await.unwrap().min(*seq), *seq);
        }
        assert!(held.iter().all(|(station, seq)| *seq <= totals[station]));
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_leave_streams_without_a_gap() {
    for store in stores().await {
        // What each writer will do is drawn beforehand, so that the ends are known.
        let mut rng = StdRng::seed_from_u64(6);
        let plans: Vec<Vec<Vec<&str>>> = (0..WRITERS)
            .map(|_| {
                let change = |rng: &mut StdRng| {
                    let mut stations = STATIONS.to_vec();
                    stations.shuffle(rng);
                    stations.truncate(rng.random_range(1..=3));
                    stations
                };
                (0..CHANGES).map(|_| change(&mut rng)).collect()
            })
            .collect();
        let mut totals: BTreeMap<StationId, i64> = BTreeMap::new();
        for station in plans.iter().flatten().flatten() {
            *totals.entry(the(station)).or_default() += 1;
        }
        let store = Arc::new(store);
        let work = async {
            let mut writers = tokio::task::JoinSet::new();
            for (writer, plan) in plans.into_iter().enumerate() {
                let store = store.clone();
                writers.spawn(async move {
                    for (change, stations) in plan.into_iter().enumerate() {
                        let job = format!("job_{writer}x{change}");
                        let mut txn = store.begin().await.unwrap();
                        txn.log(entry("post", Kind::Job, &job));
                        for station in stations {
                            txn.show(put(station, &job, 1));
                        }
                        txn.commit().await.unwrap();
                    }
                });
            }
            tail(&store, &totals).await;
            while let Some(writer) = writers.join_next().await {
                writer.unwrap();
            }
        };
        timeout(Duration::from_secs(120), work).await.expect("no deadlock");
        let mut view = store.read().await.unwrap();
        let entries = WRITERS as i64 * CHANGES as i64;
        assert_eq!(view.verify_log().await.unwrap(), Ok(entries), "{}", store.name());
        assert_eq!(view.stream_seqs().await.unwrap(), totals);
    }
}
