//! How fast are matches, nearest postings, text search and candidates, and how does PostgreSQL with
//! PostGIS answer the same questions on the same rows?
//!
//! `benches/postgis cargo bench --bench matching` measures a million postings and a million
//! workers beside the peer; without `benches/postgis` (or `LINGGONG_BENCH_POSTGIS`) the peer's
//! columns stay empty. The index is served by a process of its own, whose memory is measured.

mod harness;

use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use harness::{
    Durations, Size, memory,
    postgis::{self, Peer, Statement},
    table::Table,
    world::{Enrolled, Listed, Question, World},
};
use linggong::{
    domain::{
        geo::{Crs, Point},
        time::Moment,
    },
    search::{Index, JobQuery, Rebuild, Sort, Ties},
};

/// Tuesday, 24 November 2026, 10:00 in Shanghai.
const NOW: Moment = Moment(1_795_485_600_000_000);
const TOP: usize = 20;
const MATCH_M: f64 = 10_000.0;
const CLIENTS: usize = 8;
/// Records that are indexed at once.
const PAGE: usize = 1_000;
/// Questions of one client.
const QUESTIONS: usize = 2_000;

/// What is asked, with the peer's statements for it, and what the project asks of itself: p50 and
/// p99 in milliseconds, and how many times faster than the peer each must be (0: nothing).
struct Topic {
    name: &'static str,
    ask: fn(&Index, &Question) -> usize,
    peer: fn() -> Vec<Statement>,
    wanted: Wanted,
}

#[derive(Clone, Copy)]
struct Wanted {
    p50_ms: f64,
    p99_ms: f64,
    p50_times: f64,
    p99_times: f64,
    rate_times: f64,
    clients_p99_ms: f64,
}

const MATCH: Wanted = Wanted {
    p50_ms: 2.0,
    p99_ms: 6.0,
    p50_times: 25.0,
    p99_times: 15.0,
    rate_times: 25.0,
    clients_p99_ms: 25.0,
};

const TOPICS: [Topic; 6] = [
    Topic { name: "match", ask: matches, peer: postgis::matches, wanted: MATCH },
    Topic {
        name: "nearest",
        ask: |index, question| jobs(index, nearest(question)),
        peer: postgis::nearest,
        wanted: Wanted { p50_times: 5.0, p99_times: 2.0, ..NOTHING },
    },
    Topic {
        name: "nearest with a skill",
        ask: |index, question| {
            jobs(
                index,
                JobQuery { skills: vec![question.skills[0].to_owned()], ..nearest(question) },
            )
        },
        peer: postgis::nearest_skill,
        wanted: Wanted { p50_times: 10.0, p99_times: 10.0, ..NOTHING },
    },
    Topic {
        name: "text",
        ask: |index, question| text(index, &question.term),
        peer: postgis::text,
        wanted: TEXT,
    },
    Topic {
        name: "text, two words",
        ask: |index, question| text(index, &format!("{} {}", question.term, question.skills[0])),
        peer: postgis::text_either,
        wanted: TEXT,
    },
    Topic { name: "candidates", ask: candidates, peer: postgis::candidates, wanted: MATCH },
];

const NOTHING: Wanted = Wanted {
    p50_ms: 0.0,
    p99_ms: 0.0,
    p50_times: 0.0,
    p99_times: 0.0,
    rate_times: 0.0,
    clients_p99_ms: 0.0,
};
const TEXT: Wanted =
    Wanted { p50_ms: 0.5, p99_ms: 2.0, p50_times: 20.0, p99_times: 20.0, ..NOTHING };

fn matches(index: &Index, question: &Question) -> usize {
    let profile = question.profile(MATCH_M);
    index.matches(&profile, Ties::default(), TOP, false, NOW).expect("the index answers").hits.len()
}

fn candidates(index: &Index, question: &Question) -> usize {
    let posting = question.posting(1, NOW);
    index.candidates(&posting, TOP, NOW).expect("the index answers").len()
}

fn nearest(question: &Question) -> JobQuery {
    let near = Point::new(question.lat, question.lon, Crs::Wgs84).ok();
    JobQuery { near, sort: Sort::Nearest, ..bare() }
}

fn text(index: &Index, text: &str) -> usize {
    index.ask(text, &bare()).expect("the index answers").page.hits.len()
}

fn bare() -> JobQuery {
    JobQuery { limit: TOP, counted: false, ..JobQuery::new(NOW) }
}

fn jobs(index: &Index, query: JobQuery) -> usize {
    index.jobs(&query).expect("the index answers").hits.len()
}

fn questions(size: Size) -> Vec<Question> {
    let mut world = World::new(size.seed, NOW).stream(1);
    (0..QUESTIONS.min(size.n)).map(|_| world.question()).collect()
}

fn main() {
    let size = Size::from_args(1_000_000);
    if let Some(at) = env::args().position(|argument| argument == "--serve") {
        let folder = env::args().nth(at + 1).expect("a folder after --serve");
        return serve(Path::new(&folder), size);
    }
    measure(size);
}

// --- the process that serves --------------------------------------------------------------------

/// What is measured of one topic.
struct Measured {
    single: Durations,
    many: Durations,
    hits: usize,
}

/// How long the clients of one topic ask.
fn patience(size: Size) -> Duration {
    if size.n < 1_000 { Duration::from_millis(20) } else { Duration::from_secs(5) }
}

/// Opens the index and answers; a line on standard output for each thing measured.
fn serve(folder: &Path, size: Size) {
    let start = Instant::now();
    let index = Index::open(folder).expect("the index opens");
    let opened = start.elapsed();
    // The first answer belongs to the start.
    let questions = questions(size);
    let start = Instant::now();
    matches(&index, &questions[0]);
    let first = start.elapsed();
    println!("start {} {}", opened.as_nanos(), first.as_nanos());
    println!("memory {}", memory::peak_bytes());
    for topic in &TOPICS {
        let Measured { single, many, hits } = ask(&index, topic, &questions, size);
        let nanos = |durations: &Durations, share| durations.quantile(share).as_nanos();
        println!(
            "topic {} {} {} {} {} {hits}",
            nanos(&single, 0.5),
            nanos(&single, 0.99),
            nanos(&many, 0.5),
            nanos(&many, 0.99),
            many.len(),
        );
    }
    println!("memory {}", memory::peak_bytes());
}

fn ask(index: &Index, topic: &Topic, questions: &[Question], size: Size) -> Measured {
    for question in questions.iter().take(100) {
        (topic.ask)(index, question);
    }
    let (mut single, mut hits) = (Durations::default(), 0);
    for question in questions {
        let start = Instant::now();
        hits += (topic.ask)(index, question);
        single.add(start.elapsed());
    }
    let mut many = Durations::default();
    let client = |number: usize| {
        let mut took = Durations::default();
        let end = Instant::now() + patience(size);
        for question in questions.iter().cycle().skip(number * questions.len() / CLIENTS) {
            let start = Instant::now();
            (topic.ask)(index, question);
            took.add(start.elapsed());
            if Instant::now() >= end {
                break;
            }
        }
        took
    };
    std::thread::scope(|scope| {
        let client = &client;
        let clients: Vec<_> =
            (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        for client in clients {
            many.extend(client.join().expect("the client ends"));
        }
    });
    Measured { single, many, hits: hits / questions.len() }
}

// --- the process that measures ------------------------------------------------------------------

/// Numbers of one topic in milliseconds, and answers a second.
#[derive(Clone, Copy)]
struct Row {
    p50: f64,
    p99: f64,
    many_p50: f64,
    many_p99: f64,
    rate: f64,
}

/// What the serving process told.
struct Served {
    rows: Vec<Row>,
    hits: Vec<String>,
    opened_ms: f64,
    first_ms: f64,
    memory_bytes: Vec<u64>,
    index_bytes: u64,
    built: Duration,
}

fn measure(size: Size) {
    let mut world = World::new(size.seed, NOW);
    let postings: Vec<Listed> = (0..size.n).map(|_| world.posting()).collect();
    let workers: Vec<Enrolled> = (0..size.n).map(|_| world.worker()).collect();
    let folder = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let mut sizes = vec![size.n / 100, size.n / 10, size.n];
    sizes.retain(|&n| n > 0);
    let served: Vec<Served> = sizes
        .iter()
        .map(|&n| run(folder.path(), &postings[..n], &workers[..n], Size { n, ..size }))
        .collect();
    let Some(whole) = served.last() else { return };
    let questions = Arc::new(questions(size));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let peer = Peer::from_env()
        .map(|peer| runtime.block_on(ask_peer(&peer, &postings, &workers, &questions, size)));
    let peer_rows = peer.as_ref().map(|peer| &peer.rows);
    table(whole, peer_rows, size);
    growth(&sizes, &served, size);
    keeping(whole, peer.as_ref(), size);
}

/// Builds an index of the rows and asks a process that serves it.
fn run(folder: &Path, postings: &[Listed], workers: &[Enrolled], size: Size) -> Served {
    let place = folder.join(size.n.to_string());
    let start = Instant::now();
    {
        let index = Arc::new(Index::own(&place).expect("an empty index"));
        let rebuild = Rebuild::begin(&index).expect("it is rebuilt");
        // Page by page, as the follower reads them from the store.
        for page in postings.chunks(PAGE) {
            let page: Vec<_> = page.iter().map(Listed::posting).collect();
            rebuild.put_jobs(&page).expect("postings are indexed");
        }
        for page in workers.chunks(PAGE) {
            let page: Vec<_> = page.iter().map(|row| row.worker().into()).collect();
            rebuild.put_workers(&page).expect("workers are indexed");
        }
        rebuild.finish(1).expect("the index stands");
    }
    let built = start.elapsed();
    let mut child = Command::new(env::current_exe().expect("this program"))
        .args(["--serve".as_ref(), place.as_os_str()])
        .args(["--n", &size.n.to_string(), "--seed", &size.seed.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the serving process starts");
    let output = child.stdout.take().expect("its output");
    let mut served = Served {
        rows: Vec::new(),
        hits: Vec::new(),
        opened_ms: 0.0,
        first_ms: 0.0,
        memory_bytes: Vec::new(),
        index_bytes: memory::folder_bytes(&place),
        built,
    };
    for line in BufReader::new(output).lines() {
        let line = line.expect("a line");
        let (what, numbers) = line.split_once(' ').expect("a name and numbers");
        let numbers: Vec<f64> =
            numbers.split(' ').map(|number| number.parse().expect("a number")).collect();
        match (what, numbers.as_slice()) {
            ("start", [opened, first]) => {
                (served.opened_ms, served.first_ms) = (opened / 1e6, first / 1e6);
            }
            ("memory", [bytes]) => served.memory_bytes.push(*bytes as u64),
            ("topic", [p50, p99, many_p50, many_p99, count, hits]) => {
                served.rows.push(Row {
                    p50: p50 / 1e6,
                    p99: p99 / 1e6,
                    many_p50: many_p50 / 1e6,
                    many_p99: many_p99 / 1e6,
                    rate: count / patience(size).as_secs_f64(),
                });
                served.hits.push(hits.to_string());
            }
            _ => panic!("the serving process told {line}"),
        }
    }
    assert!(child.wait().expect("it ends").success(), "the serving process failed");
    assert_eq!(served.rows.len(), TOPICS.len(), "every topic was measured");
    served
}

struct Asked {
    rows: Vec<(Statement, Row)>,
    loaded: Duration,
    bytes: i64,
}

async fn ask_peer(
    peer: &Peer,
    postings: &[Listed],
    workers: &[Enrolled],
    questions: &Arc<Vec<Question>>,
    size: Size,
) -> Asked {
    let (loaded, bytes) = peer.load(postings, workers).await;
    let mut rows = Vec::new();
    for topic in &TOPICS {
        let best = peer.best((topic.peer)(), questions).await;
        let single = peer.single(best, questions).await;
        let many = peer.many(best, questions, CLIENTS, patience(size)).await;
        let in_ms = |durations: &Durations, share| durations.quantile(share).as_secs_f64() * 1e3;
        rows.push((
            best,
            Row {
                p50: in_ms(&single, 0.5),
                p99: in_ms(&single, 0.99),
                many_p50: in_ms(&many, 0.5),
                many_p99: in_ms(&many, 0.99),
                rate: many.len() as f64 / patience(size).as_secs_f64(),
            },
        ));
    }
    Asked { rows, loaded, bytes }
}

fn pair(p50: f64, p99: f64) -> String {
    format!("{p50:.2} / {p99:.2}")
}

fn table(whole: &Served, peer: Option<&Vec<(Statement, Row)>>, size: Size) {
    let mut table = Table::new(&[
        "question, top 20",
        "p50 / p99 ms",
        "8 clients p50 / p99 ms",
        "a second",
        "peer's best statement",
        "p50 / p99 ms",
        "8 clients p50 / p99 ms",
        "a second",
        "times faster p50 / p99",
        "times the rate",
        "asked for",
    ]);
    for (at, (topic, own)) in TOPICS.iter().zip(&whole.rows).enumerate() {
        let mut cells = vec![
            format!("{} ({} hits)", topic.name, whole.hits[at]),
            pair(own.p50, own.p99),
            pair(own.many_p50, own.many_p99),
            format!("{:.0}", own.rate),
        ];
        let other = peer.map(|rows| rows[at]);
        match other {
            None => cells.extend(vec!["–".to_owned(); 6]),
            Some((statement, other)) => cells.extend([
                format!("{}, {} parallel", statement.name, statement.parallel),
                pair(other.p50, other.p99),
                pair(other.many_p50, other.many_p99),
                format!("{:.0}", other.rate),
                format!("{:.1} / {:.1}", other.p50 / own.p50, other.p99 / own.p99),
                format!("{:.1}", own.rate / other.rate),
            ]),
        }
        cells.push(verdict(topic.wanted, own, other.map(|entry| entry.1)));
        table.row(cells);
    }
    table.print(
        "How fast are matches, nearest postings, text and candidates?",
        "35 % within 25 km of 38.45 N 106.2 E, the others near 300 cities; as many workers as \
         postings; 2,000 questions from the dense part, within 10 km",
        size,
    );
}

/// What of the wanted is met.
fn verdict(wanted: Wanted, own: &Row, peer: Option<Row>) -> String {
    let mut said = Vec::new();
    let mut say = |what: &str, limit: f64, met: bool| {
        if limit > 0.0 {
            said.push(format!("{what} {limit}: {}", if met { "met" } else { "missed" }));
        }
    };
    say("p50 ≤", wanted.p50_ms, own.p50 <= wanted.p50_ms);
    say("p99 ≤", wanted.p99_ms, own.p99 <= wanted.p99_ms);
    say("8 clients p99 ≤", wanted.clients_p99_ms, own.many_p99 <= wanted.clients_p99_ms);
    if let Some(peer) = peer {
        let times = |limit: f64, factor: f64| factor >= limit;
        say("p50 ×", wanted.p50_times, times(wanted.p50_times, peer.p50 / own.p50));
        say("p99 ×", wanted.p99_times, times(wanted.p99_times, peer.p99 / own.p99));
        say("rate ×", wanted.rate_times, times(wanted.rate_times, own.rate / peer.rate));
    }
    said.join(", ")
}

fn growth(sizes: &[usize], served: &[Served], size: Size) {
    let mut table = Table::new(&[
        "postings",
        "match p50 / p99 ms",
        "nearest p50 / p99 ms",
        "text p50 / p99 ms",
        "candidates p50 / p99 ms",
    ]);
    for (n, served) in sizes.iter().zip(served) {
        let mut cells = vec![n.to_string()];
        cells.extend([0, 1, 3, 5].map(|at: usize| pair(served.rows[at].p50, served.rows[at].p99)));
        table.row(cells);
    }
    if let [first, .., last] = served {
        let factor = last.rows[0].p50 / first.rows[0].p50;
        table.row(vec![
            "growth of match p50 (asked for: less than 4)".to_owned(),
            format!("{factor:.1}"),
        ]);
    }
    table.print("How does it grow with the number of postings?", "as above", size);
}

fn keeping(whole: &Served, peer: Option<&Asked>, size: Size) {
    let mb = |bytes: f64| format!("{:.0} MB", bytes / 1e6);
    let mut table = Table::new(&["what", "measured", "asked for", "peer"]);
    let mut row = |what: &str, measured: String, wanted: &str, peer: String| {
        table.row(vec![what.to_owned(), measured, wanted.to_owned(), peer]);
    };
    let loaded =
        peer.map_or("–".to_owned(), |peer| format!("{:.1} s to load", peer.loaded.as_secs_f64()));
    row("built from records in memory", format!("{:.1} s", whole.built.as_secs_f64()), "", loaded);
    row(
        "start on a ready index",
        format!("{:.0} ms, then {:.1} ms to the first answer", whole.opened_ms, whole.first_ms),
        "≤ 1 s",
        "–".to_owned(),
    );
    let bytes =
        peer.map_or("–".to_owned(), |peer| format!("{} (postings)", mb(peer.bytes as f64)));
    row("index on disk", mb(whole.index_bytes as f64), "≤ 500 MB", bytes);
    let peak = whole.memory_bytes.iter().max().copied().unwrap_or_default();
    let opened = whole.memory_bytes.first().copied().unwrap_or_default();
    row(
        "memory at peak while serving",
        format!("{} ({} once opened)", mb(peak as f64), mb(opened as f64)),
        "≤ 1200 MB",
        "–".to_owned(),
    );
    table.print("What does it keep?", "as above", size);
}
