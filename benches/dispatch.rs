//! How fast is the best assignment found, and is it the best? Beside OR-tools' min-cost flow on the
//! same instances, where a Python that has it is found.
//!
//! `cargo bench --bench dispatch [-- --data FOLDER]`: the folder holds `edges-SEED.csv` (worker,
//! shift, score) and `shifts-SEED.csv` (shift, headcount) for the seeds 1 to 5; without it instances
//! of the same kind are drawn. `LINGGONG_PEER_PYTHON` names another Python than `python3`.

mod harness;

use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use harness::{
    Durations, Size,
    table::{Table, ms},
};
use linggong::{
    domain::{posting::Shift, time::Moment},
    matching::dispatch::{Fit, Plan, Question, Slot, plan},
};
use rand::{RngExt, SeedableRng, seq::index::sample};
use rand_chacha::ChaCha8Rng;

/// Workers to a shift, and shifts near a home from which a worker's are drawn.
const WORKERS_A_SHIFT: usize = 5;
const NEAR: usize = 150;
const TRADES: usize = 60;
const SIDE_KM: f64 = 50.0;
const CREW_MAX: usize = 6;
const SEEDS: u64 = 5;
const RUNS: usize = 7;
const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/min_cost_flow.py");

fn main() {
    let size = Size::from_args(10_000);
    let arguments: Vec<String> = env::args().collect();
    let data = arguments.iter().position(|argument| argument == "--data");
    let data = data.map(|at| PathBuf::from(arguments.get(at + 1).expect("a folder after --data")));
    let folder = tempfile::tempdir().expect("a folder");
    let mut city = Table::new(&[
        "seed",
        "pairs",
        "places",
        "points",
        "bound",
        "ms p50",
        "slowest",
        "peer points",
        "peer ms p50",
        "slowest",
    ]);
    for seed in 1..=SEEDS {
        let question = match &data {
            Some(folder) => read(folder, seed),
            None => drawn(size.n, seed),
        };
        let (plan, took) = timed(&question);
        assert!(plan.is_best(), "{} of {}", plan.points, plan.bound);
        let peer = peer(&question, folder.path());
        let (told, peer_took, slowest) = match &peer {
            Some((points, took)) => {
                assert_eq!(*points, plan.points, "the peer found something else");
                (points.to_string(), ms(took.quantile(0.5)), ms(took.quantile(1.0)))
            }
            None => ("not found".to_owned(), String::new(), String::new()),
        };
        city.row(vec![
            seed.to_string(),
            question.fits.len().to_string(),
            places(&question).to_string(),
            plan.points.to_string(),
            plan.bound.to_string(),
            ms(took.quantile(0.5)),
            ms(took.quantile(1.0)),
            told,
            peer_took,
            slowest,
        ]);
    }
    let drawn = data.map_or("drawn here".to_owned(), |folder| folder.display().to_string());
    let shape = format!("{drawn}; 20 to 40 shifts a worker, all at one time; {RUNS} runs");
    city.print("How fast is the best dispatch of a city found?", &shape, size);

    let mut station =
        Table::new(&["morning", "pairs", "places", "points", "bound", "gap", "ms p50", "slowest"]);
    let people = size.n / 25;
    for (name, hours, crews) in [
        ("one time", &[(7, 18)][..], 0),
        ("one time, 20 crews of 2 to 6", &[(7, 18)][..], 20),
        ("whole and half days", &[(7, 18), (8, 12), (14, 18), (8, 18)][..], 0),
        ("whole and half days, 20 crews", &[(7, 18), (8, 12), (14, 18), (8, 18)][..], 20),
    ] {
        let question = morning(people, hours, crews, size.seed);
        let (plan, took) = timed(&question);
        station.row(vec![
            name.to_owned(),
            question.fits.len().to_string(),
            places(&question).to_string(),
            plan.points.to_string(),
            plan.bound.to_string(),
            format!("{:.2} %", 100.0 * (plan.bound - plan.points) as f64 / plan.bound as f64),
            ms(took.quantile(0.5)),
            ms(took.quantile(1.0)),
        ]);
    }
    let shape = format!("{people} people, {} postings, each of half of them fits", people * 3 / 20);
    station.print("And that of a station's morning?", &shape, size);
}

fn timed(question: &Question) -> (Plan, Durations) {
    let mut took = Durations::default();
    let mut found = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        let plan = plan(question);
        took.add(start.elapsed());
        found = Some(plan);
    }
    (found.expect("a run"), took)
}

fn places(question: &Question) -> u32 {
    question.slots.iter().map(|slot| slot.places).sum()
}

fn slot(places: u32, (from, to): (i64, i64)) -> Slot {
    Slot { places, shifts: vec![Shift { start: Moment(from), end: Moment(to) }] }
}

fn read(folder: &Path, seed: u64) -> Question {
    let rows = |name: &str| -> Vec<Vec<u32>> {
        let path = folder.join(format!("{name}-{seed}.csv"));
        let mut table = csv::Reader::from_path(path).expect("a table");
        table.deserialize().map(|row| row.expect("numbers")).collect()
    };
    let fit = |row: Vec<u32>| Fit { person: row[0], slot: row[1], points: row[2] as i32 };
    let fits: Vec<Fit> = rows("edges").into_iter().map(fit).collect();
    let people = fits.iter().map(|fit| fit.person as usize + 1).max().unwrap_or(0);
    let slots = rows("shifts").into_iter().map(|row| slot(row[1], (7, 18))).collect();
    Question { people, slots, fits, ..Question::default() }
}

/// Homes and shifts on a square; a worker can go to 20 to 40 of the nearest shifts, and points come
/// from distance, trade and wage: good shifts are contested.
fn drawn(workers: usize, seed: u64) -> Question {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let shifts = (workers / WORKERS_A_SHIFT).max(1);
    let fit: Vec<i32> = (0..TRADES * TRADES).map(|_| dice.random_range(0..=400)).collect();
    let mut place = || (dice.random_range(0.0..SIDE_KM), dice.random_range(0.0..SIDE_KM));
    let sites: Vec<(f64, f64)> = (0..shifts).map(|_| place()).collect();
    let homes: Vec<(f64, f64)> = (0..workers).map(|_| place()).collect();
    let needs: Vec<usize> = (0..shifts).map(|_| dice.random_range(0..TRADES)).collect();
    let wages: Vec<i32> = (0..shifts).map(|_| dice.random_range(0..=200)).collect();
    let slots = (0..shifts).map(|_| slot(dice.random_range(1..=8), (7, 18))).collect();
    let mut fits = Vec::new();
    for (person, home) in (0..).zip(homes) {
        let trade = dice.random_range(0..TRADES);
        let mut near: Vec<(f64, usize)> = sites
            .iter()
            .enumerate()
            .map(|(at, site)| ((site.0 - home.0).hypot(site.1 - home.1), at))
            .collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(NEAR);
        let count = dice.random_range(20..=40).min(near.len());
        for at in sample(&mut dice, near.len(), count) {
            let (km, to) = near[at];
            let points = (400.0 * (-km / 8.0).exp()) as i32;
            let points = points + fit[trade * TRADES + needs[to]] + wages[to] + 1;
            fits.push(Fit { person, slot: to as u32, points });
        }
    }
    Question { people: workers, slots, fits, ..Question::default() }
}

/// A station's morning: everybody fits half of the postings, whose places are twice the people.
fn morning(people: usize, hours: &[(i64, i64)], crews: usize, seed: u64) -> Question {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let postings = people * 3 / 20;
    let slots: Vec<Slot> = (0..postings)
        .map(|_| slot(dice.random_range(1..=29), hours[dice.random_range(0..hours.len())]))
        .collect();
    let mut fits = Vec::new();
    let mut known = sample(&mut dice, postings, postings / 2);
    for person in 0..people {
        // A crew can do the same work.
        if person % CREW_MAX == 0 || person >= crews * CREW_MAX {
            known = sample(&mut dice, postings, postings / 2);
        }
        for slot in known.iter() {
            let (person, slot) = (person as u32, slot as u32);
            fits.push(Fit { person, slot, points: dice.random_range(1..=20_000) });
        }
    }
    let crews = (0..crews.min(people / CREW_MAX)).map(|crew| {
        let first = crew * CREW_MAX;
        (first as u32..(first + 2 + crew % (CREW_MAX - 1)) as u32).collect()
    });
    Question { people, slots, fits, crews: crews.collect(), least: 0 }
}

/// The peer's points and times, where it is there.
fn peer(question: &Question, folder: &Path) -> Option<(i64, Durations)> {
    let mut edges = "worker,shift,score\n".to_owned();
    for fit in &question.fits {
        let _ = writeln!(edges, "{},{},{}", fit.person, fit.slot, fit.points);
    }
    let mut shifts = "shift,headcount\n".to_owned();
    for (at, slot) in question.slots.iter().enumerate() {
        let _ = writeln!(shifts, "{at},{}", slot.places);
    }
    let (edges_at, shifts_at) = (folder.join("edges.csv"), folder.join("shifts.csv"));
    fs::write(&edges_at, edges).expect("the pairs are written");
    fs::write(&shifts_at, shifts).expect("the shifts are written");
    let python = env::var("LINGGONG_PEER_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let runs = RUNS.to_string();
    let answer = Command::new(python).arg(PEER).args([edges_at, shifts_at]).arg(runs).output();
    let answer = answer.ok().filter(|answer| answer.status.success())?;
    let text = String::from_utf8(answer.stdout).ok()?;
    let mut took = Durations::default();
    let mut points = None;
    for line in text.lines() {
        let (time, found) = line.split_once(' ')?;
        took.add(Duration::from_secs_f64(time.parse::<f64>().ok()? / 1e3));
        points = Some(found.parse().ok()?);
    }
    Some((points?, took))
}
