//! Backup, restore and the audit trail, through the real program.

use std::{os::unix::fs::PermissionsExt, path::Path};

use linggong::{domain::account::Actor, market::NewWorker, ops::demo::fill, store::PostingFilter};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::ground::{Folder, linggong, market, outcome};

const NOW: &str = "2026-11-24T09:30:00+08:00";

async fn filled() -> Folder {
    let folder = Folder::new();
    let market = market(folder.path(), NOW).await;
    fill(&market, 1).await.unwrap().unwrap();
    market.store.close().await;
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Postings, workers, accounts, the trail's length, the epoch.
async fn counts(data: &Path) -> ([usize; 3], i64, String) {
    let market = market(data, NOW).await;
    let mut view = market.store.read().await.unwrap();
    let postings = view.postings(&PostingFilter::default(), 9999).await;
    let counts = [
        postings.unwrap().len(),
        view.workers(None, 9999).await.unwrap().len(),
        view.accounts().await.unwrap().len(),
    ];
    let (seq, epoch) = (view.log_seq().await.unwrap(), view.epoch().await.unwrap());
    drop(view);
    market.store.close().await;
    (counts, seq, epoch)
}

async fn tamper(data: &Path, statement: &'static str) {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", data.join("linggong.db").display());
    let pool = sqlx::AnyPool::connect(&url).await.unwrap();
    let done = sqlx::query(statement).execute(&pool).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
    pool.close().await;
}

#[tokio::test]
async fn a_backup_restored_elsewhere_is_the_same_under_a_new_epoch() {
    let folder = filled().await;
    let (data, kept, other) = (folder.path(), folder.join("kept"), folder.join("other"));
    let before = counts(data).await;

    // A folder that others may enter.
    std::fs::create_dir(&kept).unwrap();
    let (code, said) = outcome(&["backup", text(&kept), "--data", text(data)]);
    assert_eq!(code, 0, "{said}");
    let mut files: Vec<_> = std::fs::read_dir(&kept)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(files, ["backup.json", "linggong.db"]);
    for file in &files {
        let mode = std::fs::metadata(kept.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let manifest = std::fs::read_to_string(kept.join("backup.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["log_seq"], before.1);
    assert_eq!(manifest["epoch"], before.2);
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    assert!(manifest["time"].as_str().unwrap().ends_with("+08:00"));
    assert_eq!(outcome(&["backup", text(&kept), "--data", text(data)]).0, 2);

    // Without the key nothing is restored.
    let restore = ["restore", text(&kept), "--data", text(&other)];
    let (code, said) = outcome(&restore);
    assert_eq!(code, 2, "{said}");
    assert!(!other.join("linggong.db").exists());

    std::fs::create_dir_all(other.join("index")).unwrap();
    std::fs::write(other.join("index/old"), "of other data").unwrap();
    std::fs::copy(data.join("key"), other.join("key")).unwrap();
    let (code, said) = outcome(&restore);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("chain holds"), "{said}");
    assert!(!other.join("index").exists() && !other.join("restoring").exists());
    let after = counts(&other).await;
    assert_eq!((after.0, after.1), (before.0, before.1));
    assert_ne!(after.2, before.2);
    let (code, said) = outcome(&["audit", "verify", "--data", text(&other)]);
    assert_eq!((code, said), (0, format!("{} entries, chain holds\n", before.1)));
}

#[tokio::test]
async fn a_database_is_replaced_only_by_force_and_only_by_a_sound_backup() {
    let folder = filled().await;
    let (data, kept) = (folder.path(), folder.join("kept"));
    let backup = ["backup", text(&kept), "--with-key", "--data", text(data)];
    assert_eq!(outcome(&backup).0, 0);
    let key = |dir: &Path| std::fs::read_to_string(dir.join("key")).unwrap();
    assert_eq!(key(&kept).trim(), key(data).trim());
    let before = counts(data).await;

    // Something happens after the backup, and is gone after the restore.
    let later = market(data, NOW).await;
    let (worker, new) = (json!({ "name": "丁小兰", "phone": "19900009000" }), NewWorker::default());
    later.register(&Actor::Operator, &worker, new).await.unwrap();
    later.store.close().await;
    let changed = counts(data).await;
    assert_eq!(changed.0[1], before.0[1] + 1);

    let restore = ["restore", text(&kept), "--data", text(data)];
    assert_eq!(outcome(&restore).0, 2);
    assert_eq!(counts(data).await, changed);

    let forced = ["restore", text(&kept), "--data", text(data), "--force"];
    let whole = std::fs::read(kept.join("linggong.db")).unwrap();
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(kept.join("linggong.db"), damaged).unwrap();
    let (code, said) = outcome(&forced);
    assert_eq!(code, 1, "{said}");
    assert_eq!(counts(data).await, changed);

    std::fs::write(kept.join("linggong.db"), whole).unwrap();
    let stranger = folder.join("stranger");
    std::fs::write(&stranger, "ab".repeat(32)).unwrap();
    let with_stranger = [&forced[..], &["--key-file", text(&stranger)]].concat();
    let (code, said) = outcome(&with_stranger);
    assert_eq!(code, 1, "{said}");
    assert_eq!(counts(data).await, changed);

    let (code, said) = outcome(&forced);
    assert_eq!(code, 0, "{said}");
    let after = counts(data).await;
    assert_eq!((after.0, after.1), (before.0, before.1));
    assert!(after.2 != before.2 && after.2 != changed.2);

    // With the key in the backup, an empty folder needs nothing else.
    let fresh = folder.join("fresh");
    let (code, said) = outcome(&["restore", text(&kept), "--data", text(&fresh)]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(key(&fresh), key(&kept));
    assert_eq!(counts(&fresh).await.0, before.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_beside_service_and_holds_a_whole_moment_of_it() {
    let folder = filled().await;
    let (data, kept, other) = (folder.path(), folder.join("kept"), folder.join("other"));
    let serving = market(data, NOW).await;
    let (before, people) = {
        let mut view = serving.store.read().await.unwrap();
        (view.log_seq().await.unwrap(), view.workers(None, 9999).await.unwrap().len() as i64)
    };
    let stop = CancellationToken::new();
    let writer = tokio::spawn({
        let (serving, stop) = (serving.clone(), stop.clone());
        async move {
            let worker = json!({ "name": "丁小兰", "phone": "19900009000" });
            let mut written = 0;
            while !stop.is_cancelled() {
                let new = NewWorker::default();
                let actor = Actor::Operator;
                serving.register(&actor, &worker, new).await.unwrap();
                written += 1;
            }
            written
        }
    });
    let (code, said) = outcome(&["backup", text(&kept), "--with-key", "--data", text(data)]);
    assert_eq!(code, 0, "{said}");
    stop.cancel();
    let written = writer.await.unwrap();
    assert!(written > 0);
    assert!(serving.store.read().await.unwrap().log_seq().await.unwrap() == before + written);

    let (code, said) = outcome(&["restore", text(&kept), "--data", text(&other)]);
    assert_eq!(code, 0, "{said}");
    let (copied, seq, _) = counts(&other).await;
    assert!((before..=before + written).contains(&seq));
    // Each of them is one worker and one entry: rows and trail are of one moment.
    assert_eq!(copied[1] as i64 - people, seq - before);
}

#[tokio::test]
async fn a_tampered_trail_is_found_and_can_still_be_backed_up_and_restored() {
    let folder = filled().await;
    let (data, kept, other) = (folder.path(), folder.join("kept"), folder.join("other"));
    let verify = ["audit", "verify", "--data", text(data)];
    let (code, said) = outcome(&verify);
    assert_eq!(code, 0, "{said}");

    tamper(data, "update log set actor = 'nobody' where seq = 100").await;
    let (code, said) = outcome(&verify);
    assert_eq!(code, 1);
    assert!(said.contains("entry 100 of the audit trail"), "{said}");

    let backup = ["backup", text(&kept), "--with-key", "--data", text(data)];
    assert_eq!(outcome(&backup).0, 0);
    let (code, said) = outcome(&["restore", text(&kept), "--data", text(&other)]);
    assert_eq!(code, 1);
    assert!(said.contains("entry 100"), "{said}");
    assert_eq!(counts(&other).await.0, counts(data).await.0);
}

#[tokio::test]
async fn a_missing_last_entry_is_found() {
    let folder = filled().await;
    tamper(folder.path(), "delete from log where seq = (select max(seq) from log)").await;
    let (code, said) = outcome(&["audit", "verify", "--data", text(folder.path())]);
    assert_eq!(code, 1, "{said}");
}

#[test]
fn misuse_is_told_and_makes_nothing() {
    let folder = Folder::new();
    let (none, kept) = (folder.join("none"), folder.join("kept"));
    for arguments in [
        &["backup", text(&kept), "--data", text(&none)][..],
        &["restore", text(&kept), "--data", text(&none)],
        &["audit", "verify", "--data", text(&none)],
        &["audit"],
        &["backup"],
    ] {
        assert_eq!(linggong(arguments).status.code(), Some(2), "{arguments:?}");
        assert!(!none.exists() && !kept.exists(), "{arguments:?}");
    }
    let url = "postgres://nobody@127.0.0.1:1/none";
    for verb in ["backup", "restore"] {
        let (code, said) = outcome(&[verb, text(&kept), "--database-url", url]);
        assert_eq!(code, 2);
        assert!(said.contains("pg_dump"), "{said}");
    }
}
