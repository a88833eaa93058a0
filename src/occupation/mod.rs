//! Occupations of the 职业分类大典 (CSCO 2022): look-up by code, nearness in the tree, and a
//! classifier that tells a title's occupation.
//!
//! Pure: classification and model are compiled in. A guess is a suggestion for the person who posts
//! or reviews, never the ground of a refusal.
//!
//! ```
//! use linggong::occupation::{Catalogue, nearness};
//!
//! let digger = Catalogue::shipped().get("6-30-05-05").map(|class| class.name.as_str());
//! assert_eq!(digger, Some("挖掘铲运和桩工机械司机"));
//! assert_eq!(nearness("6-30-05-05", "6-30-05-01"), 0.75);
//! ```

mod catalogue;
mod classifier;
mod features;
mod linear;
mod ranker;
mod solve;
mod title;
mod train;

pub use catalogue::{Catalogue, CatalogueError, Occupation, nearness};
pub use classifier::{Classifier, GUESSES_MAX, Guess, NotAModel};
pub use train::{Accuracy, Labelled, TITLES_MIN, TrainError, cross_validate, splits, train};
