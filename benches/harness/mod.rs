//! What benches share: a seeded world of postings and workers, stores on real disks, durations and
//! a table that says on what machine it was measured.
//!
//! `cargo bench --bench NAME -- --n N --seed S` measures; run without `--bench` (by `cargo test`)
//! it is small, so that no bench rots.

#![allow(dead_code, reason = "each bench uses its part")]

pub mod memory;
pub mod postgis;
pub mod stores;
pub mod table;
pub mod world;

use std::{env, fs, time::Duration};

/// Rows of a run within the tests.
const SMALL: usize = 50;

/// How large a run is, and from which seed.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Rows of each kind.
    pub n: usize,
    /// The seed of everything that is drawn.
    pub seed: u64,
}

impl Size {
    /// From `--n N` and `--seed S`; `n` rows where `cargo bench` names none.
    ///
    /// # Panics
    /// Where a number is none.
    pub fn from_args(n: usize) -> Size {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let value = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            let text = arguments.get(at + 1).expect("a number after --n and --seed");
            Some(text.parse::<u64>().expect("a number after --n and --seed"))
        };
        let is_bench = arguments.iter().any(|argument| argument == "--bench");
        let default = if is_bench { n } else { SMALL };
        Size {
            n: value("--n").map_or(default, |n| usize::try_from(n).expect("so many rows")),
            seed: value("--seed").unwrap_or(7),
        }
    }
}

/// The machine in a line: processor, cores, memory, system.
pub fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str, between: char| {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(between));
        value.map_or("unknown".to_owned(), |(_, value)| value.trim().trim_matches('"').to_owned())
    };
    let model = field(&read("/proc/cpuinfo"), "model name", ':');
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal", ':');
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    let system = field(&read("/etc/os-release"), "PRETTY_NAME", '=');
    let kernel = read("/proc/sys/kernel/osrelease");
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    format!(
        "{model}, {cores} cores, {:.1} GiB, {system}, Linux {}, {build}",
        kib as f64 / 1024.0 / 1024.0,
        kernel.trim()
    )
}

/// Durations of single operations.
#[derive(Clone, Debug, Default)]
pub struct Durations(Vec<Duration>);

impl Durations {
    /// Notes one.
    pub fn add(&mut self, one: Duration) {
        self.0.push(one);
    }

    /// The duration that this share of them does not exceed (nearest rank), 0 to 1.
    ///
    /// # Panics
    /// Where none was noted.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (share * sorted.len() as f64).ceil() as usize;
        sorted[rank.clamp(1, sorted.len()) - 1]
    }

    /// Notes those of another.
    pub fn extend(&mut self, other: Durations) {
        self.0.extend(other.0);
    }

    /// All of them together.
    pub fn sum(&self) -> Duration {
        self.0.iter().sum()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
