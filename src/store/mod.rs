//! The records' keeper: one portable SQL text on SQLite and PostgreSQL, one file a record.
//!
//! Every change goes through a [`Txn`]: rows, log entries and station events become durable
//! together or not at all. Reads run on connections of their own and never wait for writers.
//! It knows no rules: what may happen is decided above, by pure functions.

mod accounts;
mod attendance;
mod bookings;
mod bulletins;
mod claims;
mod complaints;
mod consoles;
mod crews;
mod engine;
mod error;
mod evidence;
mod fairness;
mod forgetting;
mod json;
mod log;
mod messages;
mod orgs;
mod placements;
mod postings;
mod presence;
mod rows;
mod screens;
mod searches;
mod sessions;
mod shown;
mod statement;
mod stations;
mod twins;
mod vault;
mod wages;
mod workers;

pub use accounts::{Credentials, NewAccount};
pub use bookings::BookingRow;
pub use claims::ClaimFilter;
pub use complaints::ComplaintFilter;
pub use consoles::{Asked, LogFilter, Scope};
pub use crews::Membership;
pub use engine::{Engine, Reader, Store, TURN_FILE, Txn, View};
pub use error::{StoreError, StoreResult};
pub use forgetting::LogBase;
pub use log::{Entry, Kind, LogRow, VerifyFault};
pub use orgs::MandateFilter;
pub use placements::PlacementFilter;
pub use postings::PostingFilter;
pub use sessions::SessionRow;
pub use shown::{Appended, Shown, ShownWhat, StreamMessage};
pub use twins::TwinFilter;
pub use vault::{Key, KeyError, Vault};
pub use wages::{Bar, WageFilter};
