//! A fresh index beside the one that serves, and the change from one to the other.

use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

use tantivy::TantivyDocument;

use super::{
    Index, SearchError,
    cutter::Cutter,
    index::{Shelves, beside, remove_dir},
    schema::Fields,
    shelf::{Shelf, Use, both},
};
use crate::domain::{
    posting::{Posting, Status},
    worker::WorkerProfile,
};

/// A rebuild under way. Meanwhile the old index answers, and may be written; what is written
/// there goes with it, so the follower goes on from the new [`Index::place`]. Dropped unfinished,
/// it leaves the old index as it is.
pub struct Rebuild {
    index: Arc<Index>,
    /// None once the files have been given over.
    fresh: Option<Shelves>,
    /// One for each thread that cuts texts.
    cutters: Mutex<[Cutter; 2]>,
}

impl Rebuild {
    /// Begins a rebuild.
    ///
    /// # Errors
    /// [`SearchError::Locked`] where the index is not owned here or another rebuild runs.
    pub fn begin(index: &Arc<Index>) -> Result<Rebuild, SearchError> {
        if !index.is_owned() {
            return Err(SearchError::Locked);
        }
        index.claim_rebuild()?;
        let mut rebuild =
            Rebuild { index: Arc::clone(index), fresh: None, cutters: Mutex::default() };
        let dir = beside(&index.dir, ".new");
        remove_dir(&dir)?;
        rebuild.fresh = Some(Shelves::open(&dir, Use::Rebuild, &index.weights)?);
        Ok(rebuild)
    }

    /// Adds those postings that are open. Each at most once.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_jobs(&self, postings: &[Posting]) -> Result<(), SearchError> {
        let Some(fresh) = &self.fresh else { return Ok(()) };
        let fields = &fresh.jobs.fields;
        let documents = |part: &[Posting], cutter: &mut Cutter| -> Vec<TantivyDocument> {
            let open = part.iter().filter(|posting| posting.status == Status::Open);
            open.map(|posting| fields.document(posting, cutter)).collect()
        };
        let (first, second) = postings.split_at(postings.len() / 2);
        let mut cutters = self.cutters.lock().unwrap_or_else(PoisonError::into_inner);
        let [one, two] = &mut *cutters;
        let (mut cut, more) = both(|| Ok(documents(first, one)), || Ok(documents(second, two)))?;
        cut.extend(more);
        let mut pen = fresh.jobs.pen()?;
        cut.into_iter().try_for_each(|document| pen.add(document))
    }

    /// Adds workers. Each at most once.
    ///
    /// # Errors
    /// The engine's.
    pub fn put_workers(&self, workers: &[WorkerProfile]) -> Result<(), SearchError> {
        let Some(fresh) = &self.fresh else { return Ok(()) };
        let mut pen = fresh.workers.pen()?;
        workers.iter().try_for_each(|worker| pen.add(fresh.workers.fields.document(worker)))
    }

    /// Makes one segment of the postings, which are all put. It may be done while workers are put, and
    /// is done by [`Rebuild::finish`] where it was not.
    ///
    /// # Errors
    /// The engine's.
    pub fn seal_jobs(&self, place: i64) -> Result<(), SearchError> {
        self.fresh.as_ref().map_or(Ok(()), |fresh| complete(&fresh.jobs, place))
    }

    /// Puts the fresh index in the old one's place. `place` is where the log stood before the
    /// first record was read.
    ///
    /// # Errors
    /// The engine's or the disk's; the old index serves on.
    pub fn finish(mut self, place: i64) -> Result<(), SearchError> {
        let Some(fresh) = self.fresh.take() else {
            return Ok(());
        };
        // Read into memory while the old one still answers. What was sealed before stays as it is.
        both(|| complete(&fresh.jobs, place), || complete(&fresh.workers, place))?;
        let (jobs, workers) = (fresh.jobs.shown(), fresh.workers.shown());
        drop(fresh);

        let dir = &self.index.dir;
        let (old, new) = (beside(dir, ".old"), beside(dir, ".new"));
        remove_dir(&old)?;
        let mut serving = self.index.write();
        // Their files move away, and a writer finds its files by name.
        serving.jobs.drop_writer();
        serving.workers.drop_writer();
        fs::rename(dir, &old)?;
        let opened = fs::rename(&new, dir).map_err(SearchError::from).and_then(|()| {
            let known = (jobs.sheets.as_slice(), workers.sheets.as_slice());
            Shelves::open_with(dir, Use::Serve, &self.index.weights, known)
        });
        match opened {
            Ok(shelves) => *serving = shelves,
            Err(error) => {
                remove_dir(dir)?;
                fs::rename(&old, dir)?;
                return Err(error);
            }
        }
        drop(serving);
        sync_parent(dir)?;
        Ok(remove_dir(&old)?)
    }
}

/// Makes durable what was put, as one segment, and reads it into memory.
fn complete<F: Fields>(shelf: &Shelf<F>, place: i64) -> Result<(), SearchError> {
    let mut pen = shelf.pen()?;
    pen.commit(place)?;
    pen.finish()?;
    shelf.show()
}

impl Drop for Rebuild {
    fn drop(&mut self) {
        self.fresh = None;
        if let Err(error) = remove_dir(&beside(&self.index.dir, ".new")) {
            tracing::warn!(%error, "the files of an unfinished rebuild stay");
        }
        self.index.rebuilding.store(false, Ordering::Release);
    }
}

/// Makes the renamings durable.
fn sync_parent(dir: &Path) -> io::Result<()> {
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    fs::File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
