//! What transactions see of each other.

use std::time::Duration;

use linggong::{
    domain::ids::JobId,
    store::{Key, Kind, Store, StoreError, Vault},
};
use sqlx::{Connection as _, Row as _};
use tokio::time::timeout;

use crate::support::{
    records::{entry, posting, put, the},
    stores::{sqlite, stores},
};

#[tokio::test]
async fn readers_do_not_wait_for_a_writer() {
    for store in stores().await {
        let mut txn = store.begin().await.unwrap();
        txn.put_posting(&posting(1)).await.unwrap();
        let id: JobId = the("job_1");
        let read = async { store.read().await.unwrap().posting(&id).await.unwrap() };
        let held = timeout(Duration::from_secs(5), read).await;
        assert_eq!(held.expect("a reader is not held up"), None, "{}", store.name());
        txn.commit().await.unwrap();
        let held = store.read().await.unwrap().posting(&id).await.unwrap();
        assert!(held.is_some());
    }
}

#[tokio::test]
async fn a_view_does_not_move() {
    for store in stores().await {
        let mut view = store.read().await.unwrap();
        assert_eq!(view.log_seq().await.unwrap(), 0);
        let mut txn = store.begin().await.unwrap();
        txn.put_posting(&posting(1)).await.unwrap();
        txn.show(put("liangtian", "job_1", 1));
        txn.log(entry("post", Kind::Job, "job_1"));
        txn.commit().await.unwrap();
        assert_eq!(view.log_seq().await.unwrap(), 0, "{}", store.name());
        assert!(view.stream_seqs().await.unwrap().is_empty());
        assert!(view.posting(&the("job_1")).await.unwrap().is_none());
        drop(view);
        assert_eq!(store.read().await.unwrap().log_seq().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn an_epoch_stays_with_its_database() {
    for store in stores().await {
        let epoch = store.read().await.unwrap().epoch().await.unwrap();
        assert_eq!(epoch.len(), 16);
        let again = store.other_process().await;
        assert_eq!(again.read().await.unwrap().epoch().await.unwrap(), epoch);
    }
}

#[tokio::test]
async fn a_wrong_key_is_noticed_at_the_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let vault = |byte| Vault::new(&Key::new([byte; 32]));
    let store = Store::open_sqlite(folder.path(), vault(1)).await.unwrap();
    store.close().await;
    let wrong = Store::open_sqlite(folder.path(), vault(2)).await;
    assert!(matches!(wrong, Err(StoreError::WrongKey)));
    assert!(Store::open_sqlite(folder.path(), vault(1)).await.is_ok());
}

#[tokio::test]
async fn a_copy_is_a_whole_database() {
    let store = sqlite().await;
    let mut txn = store.begin().await.unwrap();
    txn.put_posting(&posting(1)).await.unwrap();
    txn.log(entry("post", Kind::Job, "job_1"));
    txn.commit().await.unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    store.copy_sqlite(&folder.path().join("linggong.db")).await.unwrap();
    let copy = Store::open_sqlite(folder.path(), store.vault.clone()).await.unwrap();
    let mut view = copy.read().await.unwrap();
    assert_eq!(view.verify_log().await.unwrap(), Ok(1));
    assert_eq!(view.posting(&the("job_1")).await.unwrap(), Some(posting(1)));
}

/// Page after page of a million open postings sorted all that were left, for half an hour.
#[tokio::test]
async fn a_page_of_open_postings_sorts_nothing() {
    let store = sqlite().await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("linggong.db");
    store.copy_sqlite(&file).await.unwrap();
    let mut connection =
        sqlx::SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let plan = "explain query plan select * from job where 1 = 1 and status in ($1) and id > $2 \
                order by id limit $3";
    let query = sqlx::query(plan).bind("open").bind("job_1").bind(1_000);
    let steps = query.fetch_all(&mut connection).await.unwrap();
    let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
    assert_eq!(steps, ["SEARCH job USING INDEX job_status_id (status=? AND id>?)"]);
}
