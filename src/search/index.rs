//! The index of the market: postings and workers side by side.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use tantivy::Searcher;
use tokio::sync::Notify;

use super::{
    JobPage, JobQuery, SearchError, Ties, WorkerHit,
    columns::{column, texts},
    cutter::Cutter,
    job_sheet::JobSheet,
    jobs::{self, Fit},
    numbers::Free,
    schema::{Fields, JobFields, WorkerFields, short_hash},
    shelf::{Shelf, Use, both, guarded},
    standings::Standings,
    worker_sheet::WorkerSheet,
    workers,
};
use crate::{
    domain::{
        ids::{JobId, WorkerId},
        limits::PAGE_MAX,
        posting::{Posting, Status},
        time::Moment,
        worker::{Profile, WorkerProfile},
    },
    matching::{Spot, Trade, Weights, Wish, certificates, closed},
    words::trades::Trades,
};

/// The index: any number of readers, one writer.
///
/// What is put becomes durable and searchable with [`Index::commit`]. After an error of a put or a
/// commit, everything since the last commit is lost: go on from [`Index::place`].
pub struct Index {
    pub(super) dir: PathBuf,
    pub(super) weights: Weights,
    standings: RwLock<Arc<Standings>>,
    shelves: RwLock<Shelves>,
    /// The lock of who owns the index; none where it is only read.
    owner: Option<File>,
    pub(super) rebuilding: AtomicBool,
    doubt: Notify,
}

/// Both indexes.
pub(super) struct Shelves {
    pub(super) jobs: Shelf<JobFields>,
    pub(super) workers: Shelf<WorkerFields>,
}

/// An id and its version, as the index holds it.
pub type Held = (String, i64);

impl Shelves {
    pub(super) fn open(dir: &Path, usage: Use, weights: &Weights) -> Result<Shelves, SearchError> {
        Shelves::open_with(dir, usage, weights, (&[], &[]))
    }

    /// Opens both side by side; what is known of their segments is not read again.
    pub(super) fn open_with(
        dir: &Path,
        usage: Use,
        weights: &Weights,
        (jobs, workers): (&[Arc<JobSheet>], &[Arc<WorkerSheet>]),
    ) -> Result<Shelves, SearchError> {
        let (jobs, workers) = both(
            || Shelf::open(&dir.join("jobs"), usage, weights, jobs),
            || Shelf::open(&dir.join("workers"), usage, weights, workers),
        )?;
        Ok(Shelves { jobs, workers })
    }
}

/// The path beside `dir` with a suffix to its name.
pub(super) fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(dir);
    name.push(suffix);
    PathBuf::from(name)
}

/// Removes a directory, also one that is not there.
pub(super) fn remove_dir(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Takes the lock beside `dir`; it goes with the process, however that ends.
fn lock(dir: &Path) -> Result<File, SearchError> {
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    let file = File::options().create(true).append(true).open(beside(dir, ".lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SearchError::Locked),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

impl Index {
    /// Opens the index in `dir`, or makes one. Who only reads needs no more; who follows the log
    /// takes it with [`Index::own`].
    ///
    /// # Errors
    /// [`SearchError::Damaged`] where the files are broken or of another version, also for the
    /// moment in which a rebuild takes their place.
    pub fn open(dir: &Path) -> Result<Index, SearchError> {
        if !dir.exists() && beside(dir, ".old").exists() {
            return Err(SearchError::Damaged(
                "a rebuild was cut off or takes its place".to_owned(),
            ));
        }
        let weights = Weights::embedded()?;
        let index = Index {
            dir: dir.to_owned(),
            weights,
            standings: RwLock::default(),
            shelves: RwLock::new(Shelves::open(dir, Use::Serve, &weights)?),
            owner: None,
            rebuilding: AtomicBool::new(false),
            doubt: Notify::new(),
        };
        index.place()?;
        Ok(index)
    }

    /// Opens the index in `dir` for its one owner, who writes and rebuilds it: what a rebuild that
    /// was cut off left is cleared away, and a damaged index gives way to an empty one, at place 0.
    ///
    /// # Errors
    /// [`SearchError::Locked`] where another process owns it.
    pub fn own(dir: &Path) -> Result<Index, SearchError> {
        let owner = lock(dir)?;
        let (old, new) = (beside(dir, ".old"), beside(dir, ".new"));
        if !dir.exists() && old.exists() {
            // Cut off between the two renamings.
            fs::rename(&old, dir)?;
        }
        remove_dir(&old)?;
        remove_dir(&new)?;
        // A wrong bit can end the process that reads it: checksums come before the first question.
        let whole = Index::open(dir).and_then(|index| index.verify().map(|()| index));
        let index = match whole {
            Err(SearchError::Damaged(what)) => {
                tracing::warn!(what, "the index is damaged and built anew");
                remove_dir(dir)?;
                Index::open(dir)
            }
            other => other,
        }?;
        Ok(Index { owner: Some(owner), ..index })
    }

    pub(super) fn is_owned(&self) -> bool {
        self.owner.is_some()
    }

    /// Puts a posting in place of what was there under its id; removes it where it is not open.
    ///
    /// # Errors
    /// [`SearchError::Locked`], or the engine's.
    pub fn put_job(&self, posting: &Posting) -> Result<(), SearchError> {
        let shelves = self.read();
        let doc = (posting.status == Status::Open)
            .then(|| shelves.jobs.fields.document(posting, &mut Cutter::default()));
        shelves.jobs.pen()?.put(posting.id.as_str(), doc)
    }

    /// Removes a posting.
    ///
    /// # Errors
    /// As [`Index::put_job`].
    pub fn remove_job(&self, id: &JobId) -> Result<(), SearchError> {
        self.read().jobs.pen()?.put(id.as_str(), None)
    }

    /// Puts a worker's profile in place of what was there under the id.
    ///
    /// # Errors
    /// As [`Index::put_job`].
    pub fn put_worker(&self, worker: &WorkerProfile) -> Result<(), SearchError> {
        let shelves = self.read();
        let doc = shelves.workers.fields.document(worker);
        shelves.workers.pen()?.put(worker.id.as_str(), Some(doc))
    }

    /// Removes a worker.
    ///
    /// # Errors
    /// As [`Index::put_job`].
    pub fn remove_worker(&self, id: &WorkerId) -> Result<(), SearchError> {
        self.read().workers.pen()?.put(id.as_str(), None)
    }

    /// Makes durable and searchable what was put, and notes the place of the log up to which that
    /// is. A crash may leave the place behind what is held, never before it.
    ///
    /// # Errors
    /// As [`Index::put_job`].
    pub fn commit(&self, place: i64) -> Result<(), SearchError> {
        let shelves = self.read();
        shelves.jobs.pen()?.commit(place)?;
        shelves.workers.pen()?.commit(place)
    }

    /// The place of the log up to which the index has followed, 0 where it is new.
    ///
    /// # Errors
    /// [`SearchError::Damaged`].
    pub fn place(&self) -> Result<i64, SearchError> {
        let shelves = self.read();
        Ok(shelves.jobs.place()?.min(shelves.workers.place()?))
    }

    /// Says that the files may be broken; who owns the index looks at them.
    pub(super) fn doubt(&self) {
        self.doubt.notify_one();
    }

    /// Waits until the files are in doubt.
    pub(super) async fn doubted(&self) {
        self.doubt.notified().await;
    }

    /// Looks into the files; where they can't answer, they are in doubt.
    fn look<T>(
        &self,
        question: impl FnOnce(&Shelves) -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let shelves = self.read();
        let answer = guarded(|| question(&shelves));
        if let Err(SearchError::Damaged(_) | SearchError::Engine(_) | SearchError::Io(_)) = answer {
            self.doubt();
        }
        answer
    }

    fn find(&self, shelves: &Shelves, query: &JobQuery, fit: Fit) -> Result<JobPage, SearchError> {
        let (shown, standings) = (shelves.jobs.shown(), self.standings());
        jobs::find(&shown, &shelves.jobs.fields, (&self.weights, &standings), query, fit)
    }

    /// The postings that the index holds, sorted by id.
    ///
    /// # Errors
    /// The engine's.
    pub fn jobs_held(&self) -> Result<Vec<Held>, SearchError> {
        let shown = self.read().jobs.shown();
        held(&shown.searcher)
    }

    /// The workers that the index holds, sorted by id.
    ///
    /// # Errors
    /// The engine's.
    pub fn workers_held(&self) -> Result<Vec<Held>, SearchError> {
        let shown = self.read().workers.shown();
        held(&shown.searcher)
    }

    /// Reads every file and compares it with its checksum.
    ///
    /// # Errors
    /// [`SearchError::Damaged`] names the first broken file.
    pub fn verify(&self) -> Result<(), SearchError> {
        let shelves = self.read();
        shelves.jobs.verify()?;
        shelves.workers.verify()
    }

    /// Open postings.
    ///
    /// # Errors
    /// [`SearchError::NoPoint`], [`SearchError::Cursor`], or the engine's.
    pub fn jobs(&self, query: &JobQuery) -> Result<JobPage, SearchError> {
        self.look(|shelves| self.find(shelves, query, Fit::default()))
    }

    /// Postings that a worker can take: within the radius, at free times, of nobody blocked. Those with a skill or a near occupation of the worker go first; where
    /// they do not fill the page, it is filled with the others. One page, without a cursor; hits
    /// are `counted` or not as by [`JobQuery::counted`].
    ///
    /// # Errors
    /// The engine's.
    pub fn matches(
        &self,
        profile: &Profile,
        ties: Ties<'_>,
        limit: usize,
        counted: bool,
        now: Moment,
    ) -> Result<JobPage, SearchError> {
        let wish = Wish::from(profile);
        let skilled = !wish.skills.is_empty() || !wish.trades.is_empty();
        let radius_m = wish.radius_m;
        let query = JobQuery { radius_m, limit, wish: Some(wish), counted, ..JobQuery::new(now) };
        let free = Free { available: profile.available.clone(), booked: ties.booked.to_vec() };
        let blocked: Vec<u32> = ties.blocked.iter().map(|payer| short_hash(payer)).collect();
        let held = certificates(profile, now.day());
        let fit = |kindred_only| Fit {
            free: Some(free.clone()),
            certificates: Some(held),
            blocked: blocked.clone(),
            kindred_only,
        };
        self.look(|shelves| {
            let mut page = self.find(shelves, &query, fit(skilled))?;
            if skilled && page.hits.len() < limit.min(PAGE_MAX) {
                // Any shared skill outweighs all else, so these same hits lead again.
                page = self.find(shelves, &query, fit(false))?;
            }
            page.next = None;
            Ok(page)
        })
    }

    /// Open postings like this one: with a skill or a trade of it or a near occupation, the nearest in
    /// work, place and pay first; never itself.
    ///
    /// # Errors
    /// The engine's.
    pub fn similar(
        &self,
        posting: &Posting,
        limit: usize,
        now: Moment,
    ) -> Result<JobPage, SearchError> {
        let terms = &posting.terms;
        let named = Trades::shipped().find(&terms.title);
        let named = named.iter().map(|hit| terms.title[hit.start..hit.end].to_owned());
        let wish = Wish {
            skills: terms.skills.iter().cloned().chain(named).collect(),
            trades: terms.occupation.iter().map(Trade::of).collect(),
            point: Spot::of(terms.point).point(),
            radius_m: None,
            no_rides: false,
            day_wage: terms.wage.day_min(),
        };
        if wish.skills.is_empty() && wish.trades.is_empty() {
            return Ok(JobPage::default());
        }
        let limit = limit.clamp(1, PAGE_MAX - 1);
        let query =
            JobQuery { limit: limit + 1, wish: Some(wish), counted: false, ..JobQuery::new(now) };
        let fit = Fit { kindred_only: true, ..Fit::default() };
        let mut page = self.look(|shelves| self.find(shelves, &query, fit))?;
        page.hits.retain(|hit| hit.id != posting.id.as_str());
        page.hits.truncate(limit);
        page.next = None;
        Ok(page)
    }

    /// Workers who can take a place of a posting, the best first; none where it takes nobody. Each
    /// worker's own radius and free times are kept; bookings are not known here.
    ///
    /// # Errors
    /// The engine's.
    pub fn candidates(
        &self,
        posting: &Posting,
        limit: usize,
        now: Moment,
    ) -> Result<Vec<WorkerHit>, SearchError> {
        if closed(posting, now).is_some() {
            return Ok(Vec::new());
        }
        self.look(|shelves| {
            let shown = shelves.workers.shown();
            let standings = self.standings();
            workers::find(&shown, (&self.weights, &standings), posting, limit, now)
        })
    }

    /// How far employers can be relied on, from now on.
    pub fn set_standings(&self, standings: Standings) {
        let mut held = self.standings.write().unwrap_or_else(PoisonError::into_inner);
        *held = Arc::new(standings);
    }

    /// How far employers can be relied on.
    pub fn standings(&self) -> Arc<Standings> {
        Arc::clone(&self.standings.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Shelves> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Shelves> {
        self.shelves.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Claims the one rebuild that may run.
    pub(super) fn claim_rebuild(&self) -> Result<(), SearchError> {
        let free = !self.rebuilding.swap(true, Ordering::AcqRel);
        free.then_some(()).ok_or(SearchError::Locked)
    }
}

fn held(searcher: &Searcher) -> Result<Vec<Held>, SearchError> {
    let mut held = Vec::with_capacity(searcher.num_docs() as usize);
    for segment in searcher.segment_readers() {
        let (ids, versions) = (texts(segment, "id")?, column::<i64>(segment, "version")?);
        let mut by_ord: Vec<(u64, i64)> = segment
            .doc_ids_alive()
            .filter_map(|doc| Some((ids.ords().first(doc)?, versions.first(doc)?)))
            .collect();
        by_ord.sort_unstable();
        let (ords, versions): (Vec<u64>, Vec<i64>) = by_ord.into_iter().unzip();
        let mut versions = versions.into_iter();
        ids.dictionary()
            .sorted_ords_to_term_cb(&ords, |id| {
                let id = String::from_utf8_lossy(id).into_owned();
                held.extend(versions.next().map(|version| (id, version)));
            })
            .map_err(tantivy::TantivyError::from)?;
    }
    held.sort();
    Ok(held)
}

impl<F: Fields> std::fmt::Debug for Shelf<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").field("dir", &self.dir).finish_non_exhaustive()
    }
}
