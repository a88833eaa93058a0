//! The program as a process: killed at any moment, stopped, started on damaged files, misused.
//!
//! Random moments come from a seed that is printed; `LINGGONG_TEST_SEED` takes one again. With
//! `LINGGONG_QUICK` fewer rounds run, and none on PostgreSQL.

mod commands;
mod damage;
mod help;
mod kill;
mod misuse;
mod poster;
mod process;
mod start;
mod stop;
mod verdict;

/// The seed of this run, printed so that it can be given again.
fn seed(of: &str) -> u64 {
    let given = std::env::var("LINGGONG_TEST_SEED").ok();
    let seed = given.map_or_else(rand::random, |text| text.parse().expect("a number"));
    println!("{of}: LINGGONG_TEST_SEED={seed}");
    seed
}
