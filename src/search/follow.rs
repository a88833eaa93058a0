//! The follower: reads the log by its sequence and brings the index up to date.
//!
//! It takes no input: a wake-up only says look, the sequence says what. The same step serves a
//! start, a wake-up and a repetition.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    sync::{Mutex, Notify, watch},
    task, time,
};
use tokio_util::sync::CancellationToken;

use super::{Index, Rebuild, SearchError, aside::aside, index::beside};
use crate::{
    domain::{
        ids::{JobId, WorkerId},
        posting::{Posting, Status},
        worker::WorkerProfile,
    },
    store::{Kind, PostingFilter, Store, StoreError, View},
};

/// Log entries that one step reads.
const STEP: i64 = 1000;
/// Records that a rebuild reads at once.
const PAGE: i64 = 1000;
/// How long it waits after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// Beside the index: the file with which another process asks for a rebuild.
const ASKED: &str = ".asked";
/// How often the owner looks whether somebody asks.
const LOOK: Duration = Duration::from_millis(200);

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
    /// One at a time: a step, or a fresh index that takes the old one's place.
    turn: Arc<Mutex<()>>,
    /// The place was set back: there is something to follow again.
    set_back: Arc<Notify>,
}

impl Follower {
    /// Takes the index in `dir` and brings it up to the log's head; a damaged one, one that is
    /// ahead of the log, and one that needs what the log has forgotten, are rebuilt.
    ///
    /// # Errors
    /// [`FollowError`]; [`SearchError::Locked`] where another process owns the index.
    pub async fn open(store: Store, dir: PathBuf) -> Result<Follower, FollowError> {
        let opened = task::spawn_blocking(move || {
            let index = Index::own(&dir)?;
            Ok::<_, SearchError>((index.place()?, Arc::new(index)))
        });
        let (place, index) = opened.await??;
        let place_sent = watch::Sender::new(place);
        let (turn, set_back) = (Arc::default(), Arc::default());
        let follower = Follower { store, index, place: place_sent, turn, set_back };
        let mut view = follower.store.read().await?;
        let (head, base) = (view.log_seq().await?, view.log_base().await?);
        drop(view);
        if (place == 0 && head > 0) || place > head || place < base.seq {
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
        let _turn = self.turn.lock().await;
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
        let (mut postings, mut workers, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        for id in named(Kind::Job) {
            if let Ok(id) = id.parse::<JobId>() {
                postings.extend(view.posting(&id).await?);
            }
        }
        for id in named(Kind::Worker) {
            if let Ok(id) = id.parse::<WorkerId>() {
                match view.profile(&id).await? {
                    Some(worker) => workers.push(worker),
                    None => gone.push(id),
                }
            }
        }
        drop(view);
        if !postings.is_empty() || !workers.is_empty() || !gone.is_empty() {
            self.write(postings, (workers, gone), last).await?;
        }
        self.place.send_replace(last);
        Ok(more)
    }

    async fn write(
        &self,
        postings: Vec<Posting>,
        (workers, gone): (Vec<WorkerProfile>, Vec<WorkerId>),
        place: i64,
    ) -> Result<(), FollowError> {
        let index = Arc::clone(&self.index);
        let written = aside(move || {
            for posting in &postings {
                index.put_job(posting)?;
            }
            for worker in &workers {
                index.put_worker(worker)?;
            }
            for id in &gone {
                index.remove_worker(id)?;
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
        put_postings(&mut view, &rebuild).await?;
        let sealing = {
            let rebuild = Arc::clone(&rebuild);
            // One thread is busy with it for long; the workers are read meanwhile.
            async move { Ok(task::spawn_blocking(move || rebuild.seal_jobs(place)).await??) }
        };
        tokio::try_join!(sealing, put_workers(&mut view, &rebuild))?;
        let Some(rebuild) = Arc::into_inner(rebuild) else {
            return Err(SearchError::Locked.into());
        };
        drop(view);
        // A step into the old index, after which the place stood ahead of the fresh one, would be
        // lost.
        let _turn = self.turn.lock().await;
        task::spawn_blocking(move || rebuild.finish(place)).await??;
        self.place.send_replace(place);
        self.set_back.notify_one();
        Ok(())
    }

    /// Follows the log until told to stop, and then to its end.
    pub async fn run(self, stop: CancellationToken) {
        let mut head = self.store.head();
        loop {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    told(&error, "the index does not follow");
                    self.recover().await;
                    tokio::select! {
                        () = stop.cancelled() => break,
                        () = time::sleep(PAUSE) => continue,
                    }
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.set_back.notified() => {}
                changed = head.changed() => if changed.is_err() { break },
            }
        }
        if let Err(error) = self.finish().await {
            told(&error, "the next start has to catch up");
        }
    }

    /// Goes on from what is durable, and has the files looked at.
    async fn recover(&self) {
        let _turn = self.turn.lock().await;
        if let Ok(place) = self.index.place() {
            self.place.send_replace(place);
        }
        self.index.doubt();
    }

    /// Follows to the log's end and makes the place durable, so that the next start has nothing to
    /// catch up with.
    async fn finish(&self) -> Result<(), FollowError> {
        while self.step().await? {}
        let _turn = self.turn.lock().await;
        let (index, place) = (Arc::clone(&self.index), *self.place.borrow());
        let note = move || if index.place()? < place { index.commit(place) } else { Ok(()) };
        Ok(task::spawn_blocking(note).await??)
    }

    /// Looks after the index's files until told to stop: whenever they are in doubt, each is compared
    /// with its checksum, as it was when the index was opened, and where one is broken a fresh index
    /// is built beside service; as it is when another process asks.
    pub async fn guard(self, stop: CancellationToken) {
        let asked = beside(&self.index.dir, ASKED);
        let work = async {
            let mut doubted = false;
            loop {
                let done = if doubted {
                    self.examine().await
                } else if asked.exists() {
                    let rebuilt = self.rebuild().await;
                    rebuilt.and_then(|()| Ok(remove(&asked).map_err(SearchError::from)?))
                } else {
                    Ok(())
                };
                if let Err(error) = done {
                    told(&error, "the index could not be looked after");
                    time::sleep(PAUSE).await;
                    continue;
                }
                doubted = tokio::select! {
                    () = self.index.doubted() => true,
                    () = time::sleep(LOOK) => false,
                };
            }
        };
        stop.run_until_cancelled(work).await;
    }

    async fn examine(&self) -> Result<(), FollowError> {
        let index = Arc::clone(&self.index);
        match task::spawn_blocking(move || index.verify()).await? {
            Err(SearchError::Damaged(what)) => {
                tracing::warn!(what, "the index is damaged and built anew beside service");
                self.rebuild().await
            }
            other => {
                // Whatever raises doubts without a reason does not keep the disk busy.
                time::sleep(PAUSE).await;
                Ok(other?)
            }
        }
    }
}

async fn put_postings(view: &mut View, rebuild: &Arc<Rebuild>) -> Result<(), FollowError> {
    let mut writing = Writing::default();
    let mut filter = PostingFilter { statuses: vec![Status::Open], ..PostingFilter::default() };
    loop {
        let page = view.postings(&filter, PAGE).await?;
        let Some(last) = page.last() else { return writing.end().await };
        filter.after = Some(last.id.clone());
        let rebuild = Arc::clone(rebuild);
        writing.next(move || rebuild.put_jobs(&page)).await?;
    }
}

async fn put_workers(view: &mut View, rebuild: &Arc<Rebuild>) -> Result<(), FollowError> {
    let mut writing = Writing::default();
    let mut after = None;
    loop {
        let page = view.profiles(after.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return writing.end().await };
        after = Some(last.id.clone());
        let rebuild = Arc::clone(rebuild);
        writing.next(move || rebuild.put_workers(&page)).await?;
    }
}

/// A page that is cut and written while the next one is read.
#[derive(Default)]
struct Writing(Option<task::JoinHandle<Result<(), SearchError>>>);

impl Writing {
    async fn next(
        &mut self,
        write: impl FnOnce() -> Result<(), SearchError> + Send + 'static,
    ) -> Result<(), FollowError> {
        self.end().await?;
        self.0 = Some(task::spawn_blocking(write));
        Ok(())
    }

    async fn end(&mut self) -> Result<(), FollowError> {
        match self.0.take() {
            None => Ok(()),
            Some(writing) => Ok(writing.await??),
        }
    }
}

/// Notes trouble of the work behind the scenes.
fn told(error: &FollowError, what: &str) {
    tracing::error!(error = error as &dyn std::error::Error, "{what}");
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Asks the process that owns the index in `dir` to rebuild it and waits until it has, or until
/// `patience` ends. Answers whether it has.
///
/// # Errors
/// Where the folder can't be written.
pub async fn ask_rebuild(dir: &Path, patience: Duration) -> io::Result<bool> {
    let asked = beside(dir, ASKED);
    fs::write(&asked, "")?;
    let end = time::Instant::now() + patience;
    while time::Instant::now() < end {
        time::sleep(LOOK).await;
        if !asked.exists() {
            return Ok(true);
        }
    }
    remove(&asked)?;
    Ok(false)
}
