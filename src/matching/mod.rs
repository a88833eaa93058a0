//! Who fits which work: hard conditions, one score for both directions, and its reasons.
//!
//! Pure: no I/O, no clock. Sex, ethnicity, religion and household category are no inputs, and
//! nothing here can name a person.

pub mod dispatch;
mod hard;
mod reach;
mod reasons;
mod score;
mod trade;
mod weights;
mod wish;

pub use hard::{
    Bar, Within, bar, certificate_bar, certificates, closed, licence_bit, licences, place_bar,
    time_bar, upcoming,
};
pub use reach::{LON_ROUND, Places, Reach, STEPS_A_DEGREE, Spot};
pub use reasons::{Reader, reasons};
pub use score::{Ceiling, JobFacts, Overlap, ROUNDING, Score, Term, first_start, score};
pub use trade::Trade;
pub use weights::{BadWeights, Halves, TermWeights, Weights};
pub use wish::Wish;
