//! Is a listing found again by what a person remembers of it?
//!
//! `cargo bench --bench known_item -- --csv FILE [--n N] [--seed S]` takes a list with the columns
//! `title`, `company`, `city`, `wage_min` and `wage_max`, seeks N seeded listings by words of their titles, by
//! everyday synonyms, pinyin, initials and with one slip, and prints MRR@10 and recall@10 beside a
//! plain BM25 over the same index. Listings of the first half of the draw are for tuning, those of
//! the second for judging. Without a list (in the tests) a small one of its own is sought.

mod harness;

use std::{collections::HashMap, env, fs::File};

use harness::{Size, table::Table};
use linggong::{
    cli::SystemClock,
    domain::{
        money::Fen,
        org::{Employer, EmployerKind, Label},
        posting::{Posting, Status, Terms},
        time::{Clock, DAY, Moment},
        wage::{Settlement, Wage, WageUnit},
    },
    search::{Index, JobQuery, words},
    words::{pinyin, trades::Trades},
};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use tantivy::{
    Term,
    collector::TopDocs,
    query::{BooleanQuery, Query, TermQuery},
    schema::IndexRecordOption,
};

/// Places of an answer that count.
const SEEN: usize = 10;

/// A list that is compiled in, for the small run.
const OWN: [&str; 16] = [
    "挖掘机司机",
    "分拣工夜班",
    "仓库打包工",
    "保洁小时工",
    "电焊工日结",
    "外卖骑手",
    "酒店服务员",
    "叉车司机",
    "水电安装工",
    "食堂帮厨",
    "快递装卸",
    "葡萄埋土",
    "枸杞采摘",
    "钢筋工",
    "超市理货员",
    "保安夜班",
];

/// What a person may remember.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    Synonym,
    Pinyin,
    Initials,
    Slip,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Words, "title words"),
    (Kind::Synonym, "everyday synonyms"),
    (Kind::Pinyin, "pinyin"),
    (Kind::Initials, "initials"),
    (Kind::Slip, "one slip"),
];

struct Row {
    title: String,
    company: String,
    city: String,
    wage: (i64, i64),
}

fn main() {
    let size = Size::from_args(2_000);
    let now = SystemClock.now();
    let arguments: Vec<String> = env::args().collect();
    let file = arguments.iter().position(|argument| argument == "--csv");
    let rows = match file.and_then(|at| arguments.get(at + 1)) {
        Some(path) => listings(path),
        None => own(),
    };
    let dir = tempfile::tempdir().expect("a directory");
    let index = Index::open(&dir.path().join("index")).expect("an index");
    for (at, row) in rows.iter().enumerate() {
        index.put_job(&posting(at, row, now)).expect("a posting");
    }
    index.commit(1).expect("a commit");
    let plain = Plain::open(&dir.path().join("index/jobs"));

    let mut rng = ChaCha8Rng::seed_from_u64(size.seed);
    let mut drawn: Vec<usize> = (0..rows.len()).collect();
    for at in 0..drawn.len() {
        let other = rng.random_range(at..drawn.len());
        drawn.swap(at, other);
    }
    let mut table = Table::new(&[
        "queries",
        "half",
        "n",
        "MRR@10",
        "recall@10",
        "BM25 MRR@10",
        "BM25 recall@10",
    ]);
    let verbose = arguments.iter().any(|argument| argument == "--misses");
    for (kind, name) in KINDS {
        let mut asked = 0;
        let mut halves = [Figures::default(), Figures::default()];
        for &at in &drawn {
            if asked == size.n {
                break;
            }
            let Some(query) = question(kind, &rows[at].title, &mut rng) else {
                continue;
            };
            let half = &mut halves[asked % 2];
            asked += 1;
            let found = place(&rows, at, &ours(&index, &query, now));
            let plainly = place(&rows, at, &plain.ask(&query));
            if verbose
                && asked % 2 == 1
                && found.is_none_or(|found| plainly.is_some_and(|p| p < found))
            {
                println!("{name}: {query} -> {} ({found:?}, BM25 {plainly:?})", rows[at].title);
            }
            half.add(found, plainly);
        }
        for (half, figures) in ["tuning", "judging"].iter().zip(halves) {
            table.row(figures.row(name, half));
        }
    }
    let what = format!("{} listings", rows.len());
    table.print("Is a listing found again by what a person remembers of it?", &what, size);
}

#[derive(Default)]
struct Figures {
    asked: usize,
    ours: (f64, usize),
    plain: (f64, usize),
}

impl Figures {
    fn add(&mut self, ours: Option<usize>, plain: Option<usize>) {
        self.asked += 1;
        for (sum, place) in [(&mut self.ours, ours), (&mut self.plain, plain)] {
            if let Some(place) = place {
                sum.0 += 1.0 / (place + 1) as f64;
                sum.1 += 1;
            }
        }
    }

    fn row(&self, name: &str, half: &str) -> Vec<String> {
        let asked = self.asked.max(1) as f64;
        let share = |value: f64| format!("{:.3}", value / asked);
        vec![
            name.to_owned(),
            half.to_owned(),
            self.asked.to_string(),
            share(self.ours.0),
            share(self.ours.1 as f64),
            share(self.plain.0),
            share(self.plain.1 as f64),
        ]
    }
}

fn listings(path: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(File::open(path).expect("the list"));
    let head = reader.headers().expect("a header").clone();
    let column = |name: &str| head.iter().position(|each| each == name);
    let [title, company, city, low, high] =
        ["title", "company", "city", "wage_min", "wage_max"].map(column);
    let title = title.expect("a column `title`");
    let rows = reader.records().filter_map(|row| {
        let row = row.ok()?;
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
        let yuan = |at| cell(at).parse::<f64>().map_or(0, |yuan| yuan as i64);
        let title = row.get(title)?.to_owned();
        (title.chars().count() >= 2).then(|| Row {
            title,
            company: cell(company),
            city: cell(city),
            wage: (yuan(low), yuan(high)),
        })
    });
    rows.collect()
}

fn own() -> Vec<Row> {
    let row = |title: &&str| Row {
        title: (*title).to_owned(),
        company: "某公司".to_owned(),
        city: "银川".to_owned(),
        wage: (4_000, 6_000),
    };
    OWN.iter().map(row).collect()
}

fn posting(at: usize, row: &Row, now: Moment) -> Posting {
    let (low, high) = (row.wage.0.max(1), row.wage.1.max(row.wage.0).max(1));
    let wage =
        Wage::new(Fen::from_yuan(low), Fen::from_yuan(high), WageUnit::Month, Settlement::Monthly)
            .expect("a wage");
    Posting {
        id: format!("job_{at:026}").parse().expect("an id"),
        terms: Terms {
            title: row.title.clone(),
            description: String::new(),
            occupation: None,
            occupation_percent: None,
            skills: Vec::new(),
            employer: Employer {
                name: row.company.clone(),
                uscc: None,
                kind: EmployerKind::Enterprise,
            },
            via_broker: None,
            address: row.city.clone(),
            division: None,
            point: None,
            wage,
            headcount: 1,
            shifts: Vec::new(),
            benefits: Vec::new(),
            provides: Default::default(),
            requirements: "不限".to_owned(),
            instant: false,
            stations: Vec::new(),
            valid_until: now.plus(30 * DAY),
        },
        label: Label::Direct,
        org: None,
        poster: None,
        external: None,
        status: Status::Open,
        reason: None,
        taken: 0,
        version: 1,
        demo: false,
        created_at: now,
        updated_at: now,
        published_at: Some(now),
    }
}

/// What somebody types who looks for this title; none where the kind has nothing to type.
fn question(kind: Kind, title: &str, rng: &mut ChaCha8Rng) -> Option<String> {
    let said = remembered(title, rng)?;
    match kind {
        Kind::Words => Some(said.join(" ")),
        Kind::Synonym => {
            let hits = Trades::shipped().find(title);
            let hit = hits.choose(rng)?;
            let typed = &title[hit.start..hit.end];
            let others: Vec<&str> = Trades::shipped()
                .synonyms(typed)
                .into_iter()
                .filter(|other| !title.contains(other) && !typed.contains(other))
                .collect();
            Some((*others.choose(rng)?).to_owned())
        }
        Kind::Pinyin => {
            let spoken: Vec<String> = said.iter().map(|word| pinyin::full(word)).collect();
            Some(spoken.join(if rng.random_bool(0.5) { "" } else { " " }))
        }
        Kind::Initials => {
            let short: String = said.iter().map(|word| pinyin::initials(word)).collect();
            (short.len() >= 2).then_some(short)
        }
        Kind::Slip => slip(&said.concat(), rng),
    }
}

/// One to three words of a title that stand side by side.
fn remembered(title: &str, rng: &mut ChaCha8Rng) -> Option<Vec<String>> {
    let all: Vec<String> = words::phrase(title).into_iter().map(|word| word.text).collect();
    let telling = |word: &String| word.chars().count() > 1;
    if !all.iter().any(telling) {
        return None;
    }
    let count = rng.random_range(1..=3.min(all.len()));
    for _ in 0..20 {
        let from = rng.random_range(0..=all.len() - count);
        let some = all[from..from + count].to_vec();
        if some.iter().any(telling) {
            return Some(some);
        }
    }
    None
}

/// One character wrong, missing, superfluous or swapped, or one letter of the pinyin.
fn slip(text: &str, rng: &mut ChaCha8Rng) -> Option<String> {
    const OTHERS: [char; 12] =
        ['的', '大', '公', '市', '力', '新', '天', '合', '生', '成', '司', '业'];
    let by_sound = rng.random_bool(0.5);
    let mut chars: Vec<char> =
        if by_sound { pinyin::full(text).chars().collect() } else { text.chars().collect() };
    if chars.len() < 4 {
        return None;
    }
    let other = |rng: &mut ChaCha8Rng| {
        if by_sound {
            char::from(b'a' + rng.random_range(0..26u8))
        } else {
            *OTHERS.choose(rng).expect("one")
        }
    };
    let at = rng.random_range(0..chars.len());
    match rng.random_range(0..4u8) {
        0 => chars[at] = other(rng),
        1 => drop(chars.remove(at)),
        2 => chars.insert(at, other(rng)),
        _ => {
            let at = at.min(chars.len() - 2);
            chars.swap(at, at + 1);
        }
    }
    let slipped: String = chars.into_iter().collect();
    (slipped != text).then_some(slipped)
}

/// Where the listing, or one with the same title, stands: nobody could tell those apart.
fn place(rows: &[Row], wanted: usize, found: &[usize]) -> Option<usize> {
    found.iter().take(SEEN).position(|&at| at == wanted || rows[at].title == rows[wanted].title)
}

fn number(id: &str) -> usize {
    id.trim_start_matches("job_").parse().expect("one of ours")
}

fn ours(index: &Index, text: &str, now: Moment) -> Vec<usize> {
    let query = JobQuery { limit: SEEN, ..JobQuery::new(now) };
    let answer = index.ask(text, &query).expect("an answer");
    answer.page.hits.iter().map(|hit| number(&hit.id)).collect()
}

/// BM25 over the words of the same index, as the engine has it.
struct Plain {
    searcher: tantivy::Searcher,
    ids: HashMap<(u32, u32), usize>,
}

impl Plain {
    fn open(dir: &std::path::Path) -> Plain {
        let index = tantivy::Index::open_in_dir(dir).expect("the index");
        let searcher = index.reader().expect("a reader").searcher();
        let mut ids = HashMap::new();
        for (segment, reader) in (0u32..).zip(searcher.segment_readers()) {
            let column = reader.fast_fields().str("id").expect("a column").expect("ids");
            for doc in reader.doc_ids_alive() {
                let mut id = String::new();
                let ord = column.ords().first(doc).expect("an id");
                column.ord_to_str(ord, &mut id).expect("an id");
                ids.insert((segment, doc), number(&id));
            }
        }
        Plain { searcher, ids }
    }

    fn ask(&self, text: &str) -> Vec<usize> {
        let body = self.searcher.schema().get_field("body").expect("a field");
        let one = |word: words::Word| -> Box<dyn Query> {
            let term = Term::from_field_text(body, &word.text);
            Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
        };
        let query = BooleanQuery::union(words::words(text).into_iter().map(one).collect());
        let top = TopDocs::with_limit(SEEN).order_by_score();
        let found = self.searcher.search(&query, &top).expect("an answer");
        found.into_iter().map(|(_, at)| self.ids[&(at.segment_ord, at.doc_id)]).collect()
    }
}
