//! The index and the score through their public interfaces.

mod distance;
mod fair;
mod hard;
mod life;
mod model;
mod query;
mod text;
mod world;
