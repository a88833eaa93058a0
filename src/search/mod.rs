//! The search index: open postings and workers, by words, skill, pay, time and distance.
//!
//! A reader of the log: it can be dropped and rebuilt, and keeps the place up to which it has
//! followed ([`Follower`]). [`Index`] itself knows no store, and everything of it blocks; call it
//! where blocking is fine. No personal data enters: workers are known by id, place, skills, wish and free time.
//!
//! ```
//! use linggong::{domain::time::Moment, search::{Index, JobQuery, SearchError}};
//!
//! fn loaders(index: &Index, now: Moment) -> Result<Vec<String>, SearchError> {
//!     let query = JobQuery { text: Some("装载机".to_owned()), ..JobQuery::new(now) };
//!     Ok(index.jobs(&query)?.hits.into_iter().map(|hit| hit.id).collect())
//! }
//! ```

mod aside;
mod asked;
mod bounds;
mod columns;
mod cursor;
mod cutter;
mod error;
mod facets;
mod follow;
mod index;
mod job_sheet;
mod jobs;
mod lists;
mod numbers;
mod pair;
mod places;
mod query;
mod rebuild;
mod scan;
mod schema;
mod sheet;
mod shelf;
mod sound;
mod spread;
mod standings;
mod statistics;
mod text;
mod top;
mod traits;
mod worded;
pub mod words;
mod worker_sheet;
mod workers;

pub use asked::{Answer, Understood};
pub use cursor::{BadCursor, Cursor};
pub use error::SearchError;
pub use facets::Facets;
pub use follow::{FollowError, Follower, ask_rebuild};
pub use index::{Held, Index};
pub use pair::{Pair, Seeker, Wanted, pair};
pub use query::{JobHit, JobPage, JobQuery, Sort, Ties, Told, WorkerHit};
pub use rebuild::Rebuild;
pub use standings::Standings;
