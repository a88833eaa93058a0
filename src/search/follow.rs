//! The follower: reads the log by its sequence and brings the index up to date.
//!
//! It takes no input: a wake-up only says look, the sequence says what. The same step serves a
//! start, a wake-up and a repetition.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use tokio::{sync::watch, task, time};
use tokio_util::sync::CancellationToken;

use super::{Index, Rebuild, SearchError};
use crate::{
    domain::{
        ids::{JobId, WorkerId},
        posting::{Posting, Status},
        worker::Worker,
    },
    store::{Kind, PostingFilter, Store, StoreError},
};

/// Log entries that one step reads.
const STEP: i64 = 1000;
/// Records that a rebuild reads at once.
const PAGE: i64 = 1000;
/// How long it waits after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// The name under which a rebuild is asked for by another process.
const ASKED: &str = "reindex_asked";

/// Why the follower could not go on.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The log or a record could not be read.
    #[error("the log could not be read")]
    Store(#[from] StoreError),
    /// The index could not be written.
    #[error("the index could not be written")]
    Index(#[from] SearchError),
    /// The work was broken off.
    #[error("the work was broken off")]
    Broken(#[from] task::JoinError),
}

/// Keeps the index up with the log.
#[derive(Clone)]
pub struct Follower {
    store: Store,
    /// The index.
    pub index: Arc<Index>,
    place: watch::Sender<i64>,
}

impl Follower {
    /// Opens the index in `dir` and brings it up to the log's head; a damaged one, or one that is
    /// ahead of the log, is rebuilt.
    ///
    /// # Errors
    /// [`FollowError`]; [`SearchError::Locked`] where another process writes the index.
    pub async fn open(store: Store, dir: PathBuf) -> Result<Follower, FollowError> {
        let opened = task::spawn_blocking(move || {
            let index = match Index::open(&dir) {
                Err(SearchError::Damaged(what)) => {
                    tracing::warn!(what, "the index is damaged and built anew");
                    Index::reset(&dir)
                }
                other => other,
            }?;
            index.hold()?;
            Ok::<_, SearchError>((index.place()?, Arc::new(index)))
        });
        let (place, index) = opened.await??;
        let follower = Follower { store, index, place: watch::Sender::new(place) };
        let head = follower.store.read().await?.log_seq().await?;
        if (place == 0 && head > 0) || place > head {
            follower.rebuild().await?;
        }
        while follower.step().await? {}
        Ok(follower)
    }

    /// The log's sequence up to which everything is searchable.
    pub fn place(&self) -> watch::Receiver<i64> {
        self.place.subscribe()
    }

    /// Brings the index one step further. Answers whether there is more.
    ///
    /// # Errors
    /// [`FollowError`]; the step can be repeated.
    pub async fn step(&self) -> Result<bool, FollowError> {
        let from = *self.place.borrow();
        let mut view = self.store.read().await?;
        let entries = view.log_after(from, STEP).await?;
        let Some(last) = entries.last().map(|entry| entry.seq) else {
            return Ok(false);
        };
        let more = entries.len() as i64 == STEP;
        let named = |kind: Kind| -> BTreeSet<&str> {
            let of_kind = entries.iter().filter(|entry| entry.kind == kind);
            of_kind.map(|entry| entry.entity.as_str()).collect()
        };
        let (mut postings, mut workers) = (Vec::new(), Vec::new());
        for id in named(Kind::Job) {
            if let Ok(id) = id.parse::<JobId>() {
                postings.extend(view.posting(&id).await?);
            }
        }
        for id in named(Kind::Worker) {
            if let Ok(id) = id.parse::<WorkerId>() {
                workers.extend(view.worker(&id).await?);
            }
        }
        drop(view);
        if !postings.is_empty() || !workers.is_empty() {
            self.write(postings, workers, last).await?;
        }
        self.place.send_replace(last);
        Ok(more)
    }

    async fn write(
        &self,
        postings: Vec<Posting>,
        workers: Vec<Worker>,
        place: i64,
    ) -> Result<(), FollowError> {
        let index = Arc::clone(&self.index);
        let written = task::spawn_blocking(move || {
            for posting in &postings {
                index.put_job(posting)?;
            }
            for worker in &workers {
                index.put_worker(worker)?;
            }
            index.commit(place)
        });
        Ok(written.await??)
    }

    /// Builds a fresh index beside the one that serves, and swaps it in.
    ///
    /// # Errors
    /// [`FollowError`]; the old index stays.
    pub async fn rebuild(&self) -> Result<(), FollowError> {
        let mut view = self.store.read().await?;
        let place = view.log_seq().await?;
        let index = Arc::clone(&self.index);
        let rebuild = task::spawn_blocking(move || Rebuild::begin(&index)).await??;
        let rebuild = Arc::new(rebuild);
        // While a page is cut and written, the next one is read.
        let mut writing: Option<task::JoinHandle<Result<(), SearchError>>> = None;
        let mut filter = PostingFilter { statuses: vec![Status::Open], ..PostingFilter::default() };
        loop {
            let page = view.postings(&filter, PAGE).await?;
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id.clone());
            if let Some(before) = writing.take() {
                before.await??;
            }
            let rebuild = Arc::clone(&rebuild);
            writing = Some(task::spawn_blocking(move || rebuild.put_jobs(&page)));
        }
        let mut after = None;
        loop {
            let page = view.workers(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id.clone());
            if let Some(before) = writing.take() {
                before.await??;
            }
            let rebuild = Arc::clone(&rebuild);
            writing = Some(task::spawn_blocking(move || {
                page.iter().try_for_each(|worker| rebuild.put_worker(worker))
            }));
        }
        if let Some(before) = writing.take() {
            before.await??;
        }
        let Some(rebuild) = Arc::into_inner(rebuild) else {
            return Err(SearchError::Locked.into());
        };
        drop(view);
        task::spawn_blocking(move || rebuild.finish(place)).await??;
        self.place.send_replace(place);
        Ok(())
    }

    /// Follows the log until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        let mut head = self.store.head();
        loop {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "the index does not follow"
                    );
                    self.recover(&error).await;
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = time::sleep(PAUSE) => continue,
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                changed = head.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Goes on from what is durable; a damaged index is built anew.
    async fn recover(&self, error: &FollowError) {
        if let FollowError::Index(SearchError::Damaged(_)) = error {
            if let Err(error) = self.rebuild().await {
                tracing::error!(error = &error as &dyn std::error::Error, "no rebuild");
            }
        } else if let Ok(place) = self.index.place() {
            self.place.send_replace(place);
        }
    }

    /// Rebuilds if another process asked for it.
    ///
    /// # Errors
    /// [`FollowError`].
    pub async fn rebuild_if_asked(&self) -> Result<(), FollowError> {
        if self.store.read().await?.meta(ASKED).await?.is_none_or(|asked| asked.is_empty()) {
            return Ok(());
        }
        self.rebuild().await?;
        set_asked(&self.store, "").await?;
        Ok(())
    }
}

async fn set_asked(store: &Store, value: &str) -> Result<(), StoreError> {
    let mut txn = store.begin().await?;
    txn.set_meta(ASKED, value).await?;
    txn.commit().await?;
    Ok(())
}

/// Asks the serving process to rebuild its index and waits until it has, or until `patience` ends.
/// Answers whether it has.
///
/// # Errors
/// [`StoreError`].
pub async fn ask_rebuild(store: &Store, patience: Duration) -> Result<bool, StoreError> {
    set_asked(store, "1").await?;
    let end = time::Instant::now() + patience;
    while time::Instant::now() < end {
        time::sleep(Duration::from_millis(200)).await;
        if store.read().await?.meta(ASKED).await?.is_none_or(|asked| asked.is_empty()) {
            return Ok(true);
        }
    }
    set_asked(store, "").await?;
    Ok(false)
}
