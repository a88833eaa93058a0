//! One index of the search engine: its files, what of it is in memory, and its only writer.

use std::{
    fs, io,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    thread,
};

use tantivy::{
    Directory, IndexReader, IndexWriter, ReloadPolicy, Searcher, SegmentReader, TantivyDocument,
    TantivyError, Term,
    directory::{FileSlice, META_LOCK},
    index::SegmentComponent,
    indexer::{IndexWriterOptions, NoMergePolicy},
    merge_policy::LogMergePolicy,
    schema::Schema,
};

use super::{
    SearchError,
    schema::{Fields, SEGMENTATION},
    sheet::Sheet,
    words::Cut,
};
use crate::matching::Weights;

/// Bytes that the writer of a served index may hold before it writes a segment.
const WRITER_BYTES: usize = 32 << 20;
/// Bytes that each thread of a rebuild may hold before it writes a segment.
const REBUILD_BYTES: usize = 96 << 20;
/// Threads of a rebuild.
const REBUILD_THREADS: usize = 2;

/// Documents up to which a segment is merged with others while it is served.
const MERGED_DOCS_MAX: usize = 30_000;

/// How an index is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// While it is searched: little by little.
    Serve,
    /// From nothing, all at once.
    Rebuild,
}

/// An index and its fields.
pub struct Shelf<F: Fields> {
    pub fields: F,
    index: tantivy::Index,
    reader: IndexReader,
    shown: RwLock<Arc<Shown<F>>>,
    weights: Weights,
    usage: Use,
    writer: Mutex<Option<IndexWriter>>,
}

/// What was committed last, as queries read it.
pub struct Shown<F: Fields> {
    pub searcher: Searcher,
    /// Of each segment of the searcher, in its order.
    pub sheets: Vec<Arc<F::Sheet>>,
}

impl<F: Fields> Shown<F> {
    /// The segments, in memory and in files.
    pub fn parts(&self) -> impl Iterator<Item = (&F::Sheet, &SegmentReader)> {
        self.sheets.iter().map(Arc::as_ref).zip(self.searcher.segment_readers())
    }
}

/// The writer, opened when it is first needed.
pub struct Pen<'a, F: Fields> {
    shelf: &'a Shelf<F>,
    writer: MutexGuard<'a, Option<IndexWriter>>,
}

impl<F: Fields> Shelf<F> {
    /// The index in `dir`, made where there is none; `known` sheets of its segments are not read
    /// again.
    ///
    /// # Errors
    /// [`SearchError::Damaged`] where files are missing, broken or of another schema.
    pub fn open(
        dir: &Path,
        usage: Use,
        weights: &Weights,
        known: &[Arc<F::Sheet>],
    ) -> Result<Shelf<F>, SearchError> {
        fs::create_dir_all(dir)?;
        guarded(|| Shelf::open_files(dir, usage, weights, known))
    }

    fn open_files(
        dir: &Path,
        usage: Use,
        weights: &Weights,
        known: &[Arc<F::Sheet>],
    ) -> Result<Shelf<F>, SearchError> {
        let (schema, fields) = F::define();
        let index = open_index(dir, schema)?;
        index.tokenizers().register(SEGMENTATION, Cut::default());
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(SearchError::on_open)?;
        let sheets = match usage {
            Use::Serve => sheets::<F>(&reader.searcher(), known, weights),
            Use::Rebuild => Ok(Vec::new()),
        };
        let shown =
            Shown { searcher: reader.searcher(), sheets: sheets.map_err(SearchError::on_open)? };
        let shelf = Shelf {
            fields,
            index,
            reader,
            shown: RwLock::new(Arc::new(shown)),
            weights: *weights,
            usage,
            writer: Mutex::new(None),
        };
        shelf.files()?;
        Ok(shelf)
    }

    /// The files of what was committed last, each opened and its end looked at; the engine itself
    /// opens some of them only when a search needs them.
    fn files(&self) -> Result<Vec<(PathBuf, FileSlice)>, SearchError> {
        const PARTS: [SegmentComponent; 6] = [
            SegmentComponent::Terms,
            SegmentComponent::Postings,
            SegmentComponent::Positions,
            SegmentComponent::FastFields,
            SegmentComponent::FieldNorms,
            SegmentComponent::Store,
        ];
        let directory = self.index.directory();
        let lock = directory.acquire_lock(&META_LOCK);
        // While it is held, no writer removes what stands in the list.
        let _lock =
            lock.map_err(|error| SearchError::on_open(TantivyError::LockFailure(error, None)))?;
        let mut files = Vec::new();
        for segment in self.index.searchable_segment_metas().map_err(SearchError::on_open)? {
            let deleted = segment.has_deletes().then_some(SegmentComponent::Delete);
            for part in PARTS.into_iter().chain(deleted) {
                let path = segment.relative_path(part);
                let file = directory.open_read(&path);
                let file = file.map_err(|error| SearchError::on_open(error.into()))?;
                files.push((path, file));
            }
        }
        Ok(files)
    }

    /// What was committed last.
    pub fn shown(&self) -> Arc<Shown<F>> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows what was committed.
    ///
    /// # Errors
    /// The engine's; then what was shown stays.
    pub fn show(&self) -> Result<(), SearchError> {
        self.reader.reload()?;
        let searcher = self.reader.searcher();
        let sheets = sheets::<F>(&searcher, &self.shown().sheets, &self.weights)?;
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        *shown = Arc::new(Shown { searcher, sheets });
        Ok(())
    }

    /// The place that the last commit noted, 0 before the first.
    pub fn place(&self) -> Result<i64, SearchError> {
        let meta = self.index.load_metas().map_err(SearchError::on_open)?;
        match meta.payload {
            None => Ok(0),
            Some(text) => text
                .parse()
                .map_err(|_| SearchError::Damaged("the place of the log is no number".to_owned())),
        }
    }

    /// Reads every file and compares it with its checksum.
    pub fn verify(&self) -> Result<(), SearchError> {
        guarded(|| {
            // Held open: what a merge removes meanwhile can still be read.
            let files = self.files()?;
            for (path, _) in &files {
                let whole = self.index.directory().validate_checksum(path);
                if !whole.map_err(|error| SearchError::on_open(error.into()))? {
                    return Err(SearchError::Damaged(format!("{} is broken", path.display())));
                }
            }
            Ok(())
        })
    }

    /// The writer.
    ///
    /// # Errors
    /// [`SearchError::Locked`] where another process has it.
    pub fn pen(&self) -> Result<Pen<'_, F>, SearchError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.is_none() {
            let (bytes, threads) = match self.usage {
                Use::Serve => (WRITER_BYTES, 1),
                Use::Rebuild => (REBUILD_BYTES, REBUILD_THREADS),
            };
            let options = IndexWriterOptions::builder()
                .memory_budget_per_thread(bytes)
                .num_worker_threads(threads)
                .num_merge_threads(1)
                .build();
            let opened: IndexWriter = self.index.writer_with_options(options)?;
            // What a commit that was cut off left would stand in the way of the same commit.
            opened.garbage_collect_files().wait()?;
            match self.usage {
                // All segments become one at the end, in one go.
                Use::Rebuild => opened.set_merge_policy(Box::new(NoMergePolicy)),
                Use::Serve => {
                    // A great segment takes long to read into memory, and a commit waits for that.
                    let mut policy = LogMergePolicy::default();
                    policy.set_max_docs_before_merge(MERGED_DOCS_MAX);
                    opened.set_merge_policy(Box::new(policy));
                }
            }
            *writer = Some(opened);
        }
        Ok(Pen { shelf: self, writer })
    }

    /// Gives the writer up, with what was not committed.
    pub fn drop_writer(&self) {
        *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn id_term(&self, id: &str) -> Term {
        Term::from_field_text(self.fields.id(), id)
    }
}

impl<F: Fields> Pen<'_, F> {
    /// Replaces the document of `id`; without a document removes it.
    pub fn put(&mut self, id: &str, doc: Option<TantivyDocument>) -> Result<(), SearchError> {
        if let Some(writer) = self.writer.as_ref() {
            writer.delete_term(self.shelf.id_term(id));
        }
        doc.map_or(Ok(()), |doc| self.add(doc))
    }

    /// Adds the document of an id that is not there yet.
    pub fn add(&mut self, doc: TantivyDocument) -> Result<(), SearchError> {
        let added = self.writer.as_ref().map(|writer| writer.add_document(doc));
        if let Some(Err(error)) = added {
            *self.writer = None;
            return Err(error.into());
        }
        Ok(())
    }

    /// Makes durable what was put, with its place in the log, and shows it to readers. After an
    /// error everything since the last commit is lost, and the place stands where it stood.
    pub fn commit(&mut self, place: i64) -> Result<(), SearchError> {
        let done = self.try_commit(place);
        if done.is_err() {
            *self.writer = None;
        }
        done
    }

    fn try_commit(&mut self, place: i64) -> Result<(), SearchError> {
        if let Some(writer) = self.writer.as_mut() {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&place.to_string());
            prepared.commit()?;
            if self.shelf.usage == Use::Serve {
                self.shelf.show()?;
            }
        }
        Ok(())
    }

    /// Makes one segment of all, waits, and gives the writer up.
    pub fn finish(mut self) -> Result<(), SearchError> {
        if let Some(mut writer) = self.writer.take() {
            let segments = self.shelf.index.searchable_segment_ids()?;
            if segments.len() > 1 {
                writer.merge(&segments).wait()?;
            }
            writer.garbage_collect_files().wait()?;
            writer.wait_merging_threads()?;
        }
        Ok(())
    }
}

/// Does what reads files: on broken ones the engine answers with an error or panics.
pub fn guarded<T>(read: impl FnOnce() -> Result<T, SearchError>) -> Result<T, SearchError> {
    panic::catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(SearchError::Damaged("the files can't be read".to_owned())))
}

/// Does two things at once.
pub(super) fn both<A, B: Send>(
    one: impl FnOnce() -> Result<A, SearchError>,
    other: impl FnOnce() -> Result<B, SearchError> + Send,
) -> Result<(A, B), SearchError> {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        let other = other.join();
        let other = other.map_err(|_| io::Error::other("a thread of the index failed"))?;
        Ok((one?, other?))
    })
}

/// The sheets of a searcher's segments, those that are `known` as they are.
fn sheets<F: Fields>(
    searcher: &Searcher,
    known: &[Arc<F::Sheet>],
    weights: &Weights,
) -> tantivy::Result<Vec<Arc<F::Sheet>>> {
    let sheet = |segment: &SegmentReader| {
        let known = known.iter().find(|sheet| sheet.segment() == segment.segment_id());
        known.map_or_else(
            || Ok(Arc::new(F::Sheet::read(segment, weights)?)),
            |it| Ok(Arc::clone(it)),
        )
    };
    searcher.segment_readers().iter().map(sheet).collect()
}

fn open_index(dir: &Path, schema: Schema) -> Result<tantivy::Index, SearchError> {
    let is_index = dir.join("meta.json").exists();
    if !is_index && fs::read_dir(dir)?.next().is_some() {
        return Err(SearchError::Damaged("meta.json is missing".to_owned()));
    }
    if !is_index {
        return Ok(tantivy::Index::create_in_dir(dir, schema)?);
    }
    let index = tantivy::Index::open_in_dir(dir).map_err(SearchError::on_open)?;
    if index.schema() != schema {
        return Err(SearchError::Damaged("its schema is another version's".to_owned()));
    }
    Ok(index)
}
