//! The peer: PostgreSQL with PostGIS, the same rows, the indexes that a competent engineer makes,
//! and the statements that answered fastest.
//!
//! `LINGGONG_BENCH_POSTGIS` names a superuser's database on a server with the extension
//! (`postgres://user@host:port/database`); `benches/postgis` brings one up and runs a command with
//! it. The tables of the bench are dropped and made anew there.

use std::{env, sync::Arc, time::Duration, time::Instant};

use linggong::domain::posting::Status;
use sqlx::{Connection, Executor, PgConnection};

use super::{
    Durations,
    world::{Enrolled, Listed, Question},
};

/// The server, with its tables loaded.
#[derive(Clone)]
pub struct Peer {
    url: String,
}

/// A statement that takes [`Question`]s.
#[derive(Clone, Copy, Debug)]
pub struct Statement {
    /// Its name in tables.
    pub name: &'static str,
    /// Processes that one statement may use beside its own.
    pub parallel: u8,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Match(Prune),
    Nearest,
    NearestSkill,
    Text,
    TextEither,
    Candidates(Prune),
}

/// What a match reads first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prune {
    /// The GiST index of places.
    Place,
    /// The GIN indexes of skills and words; the distance is a filter.
    Words,
    /// The GIN indexes of skills and words with a cell of 0.05 degrees beside them.
    Cells,
}

/// The statements that answer the same question; the fastest one counts.
pub fn matches() -> Vec<Statement> {
    [
        ("places first", 2, Prune::Place),
        ("skills and words first", 2, Prune::Words),
        ("skills and words first", 0, Prune::Words),
        ("cells with skills and words", 0, Prune::Cells),
    ]
    .map(|(name, parallel, prune)| Statement { name, parallel, kind: Kind::Match(prune) })
    .into()
}

/// As [`matches`], for workers.
pub fn candidates() -> Vec<Statement> {
    [
        ("places first", 2, Prune::Place),
        ("skills first", 2, Prune::Words),
        ("cells with skills", 0, Prune::Cells),
    ]
    .map(|(name, parallel, prune)| Statement { name, parallel, kind: Kind::Candidates(prune) })
    .into()
}

/// As [`matches`].
pub fn nearest() -> Vec<Statement> {
    vec![Statement { name: "index order", parallel: 0, kind: Kind::Nearest }]
}

/// As [`matches`].
pub fn nearest_skill() -> Vec<Statement> {
    vec![Statement { name: "index order, skill as filter", parallel: 0, kind: Kind::NearestSkill }]
}

/// As [`matches`].
pub fn text() -> Vec<Statement> {
    [0, 2].map(|parallel| Statement { name: "words", parallel, kind: Kind::Text }).into()
}

/// As [`matches`].
pub fn text_either() -> Vec<Statement> {
    [0, 2]
        .map(|parallel| Statement { name: "either word", parallel, kind: Kind::TextEither })
        .into()
}

const HERE: &str = "ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography";
/// The share of the asked skills, two or three, that a row has.
const SHARED: &str = "((($3::text[])[1] = any(skills))::int + (($3::text[])[2] = any(skills))::int \
    + coalesce(($3::text[])[3] = any(skills), false)::int) / cardinality($3::text[])";
/// The widest radius of a worker.
const CANDIDATES_M: f64 = 40_000.0;
const MATCH_M: f64 = 10_000.0;

impl Statement {
    fn text(self) -> String {
        match self.kind {
            Kind::Match(prune) => {
                let near = match prune {
                    Prune::Place => format!("ST_DWithin(geog, {HERE}, $5, false)"),
                    Prune::Words => format!("ST_Distance(geog, {HERE}, false) <= $5"),
                    Prune::Cells => {
                        format!("cell = any($6) and ST_Distance(geog, {HERE}, false) <= $5")
                    }
                };
                // As many parameters in each, so that they are bound alike.
                format!(
                    "select id, skills, title, wage_fen, metres, score from (
                       select id, skills, title, wage_fen, metres,
                         0.40::float8 * {SHARED}
                         + 0.20::float8 * ts_rank(tsv, plainto_tsquery('simple', $4))
                         + 0.30::float8 * exp(-metres / 5000.0::float8)
                         + 0.10::float8 * least(wage_fen, 60000) / 60000.0::float8 as score
                       from (
                         select *, ST_Distance(geog, {HERE}, false) as metres from posting
                         where status = 'open'
                           and (skills && $3::text[] or tsv @@ plainto_tsquery('simple', $4))
                           and {near} and $6::int[] is not null
                         offset 0
                       ) near
                     ) scored order by score desc, id limit 20"
                )
            }
            Kind::Candidates(prune) => {
                let near = match prune {
                    Prune::Place => {
                        format!("ST_DWithin(geog, {HERE}, $5, false) and metres_to <= radius_m")
                    }
                    Prune::Words => "metres_to <= radius_m".to_owned(),
                    Prune::Cells => "cell = any($6) and metres_to <= radius_m".to_owned(),
                }
                .replace("metres_to", &format!("ST_Distance(geog, {HERE}, false)"));
                format!(
                    "select id, skills, metres, score from (
                       select id, skills, metres,
                         0.60::float8 * {SHARED}
                         + 0.40::float8 * exp(-metres / 5000.0::float8) as score
                       from (
                         select *, ST_Distance(geog, {HERE}, false) as metres from worker
                         where skills && $3::text[] and {near}
                           and $4::text is not null and $5::float8 > 0 and $6::int[] is not null
                         offset 0
                       ) near
                     ) scored order by score desc, id limit 20"
                )
            }
            Kind::Nearest => format!(
                "select id, skills, title, wage_fen, geog <-> {HERE} as metres
                 from posting where status = 'open' order by geog <-> {HERE} limit 20"
            ),
            Kind::NearestSkill => format!(
                "select id, skills, title, wage_fen, geog <-> {HERE} as metres
                 from posting where status = 'open' and skills @> array[$3::text]
                 order by geog <-> {HERE} limit 20"
            ),
            Kind::Text | Kind::TextEither => {
                let word = |n: u8| format!("plainto_tsquery('simple', ${n}::text)");
                let words = match self.kind {
                    Kind::Text => word(1),
                    _ => format!("({} || {})", word(1), word(2)),
                };
                format!(
                    "select id, skills, title, wage_fen, ts_rank(tsv, words) as score
                     from posting, (select {words} as words) asked
                     where status = 'open' and tsv @@ words order by score desc, id limit 20"
                )
            }
        }
    }

    async fn ask(self, connection: &mut PgConnection, text: &str, question: &Question) -> usize {
        let query = sqlx::query(sqlx::AssertSqlSafe(text.to_owned()));
        let skills: Vec<String> = question.skills.iter().map(|s| (*s).to_owned()).collect();
        let query = match self.kind {
            Kind::Match(prune) | Kind::Candidates(prune) => {
                let metres = match self.kind {
                    Kind::Match(_) => MATCH_M,
                    _ => CANDIDATES_M,
                };
                let cells =
                    if prune == Prune::Cells { cells(question, metres) } else { Vec::new() };
                query
                    .bind(question.lon)
                    .bind(question.lat)
                    .bind(skills)
                    .bind(question.term.clone())
                    .bind(metres)
                    .bind(cells)
            }
            Kind::Nearest => query.bind(question.lon).bind(question.lat),
            Kind::NearestSkill => {
                query.bind(question.lon).bind(question.lat).bind(skills[0].clone())
            }
            Kind::Text => query.bind(question.term.clone()),
            Kind::TextEither => query.bind(question.term.clone()).bind(question.skills[0]),
        };
        query.fetch_all(connection).await.expect("the peer answers").len()
    }
}

/// The cells that the box of a circle touches.
fn cells(question: &Question, metres: f64) -> Vec<i32> {
    let dy = metres / 111_000.0;
    let dx = dy / question.lat.to_radians().cos();
    let span = |from: f64, to: f64| (from * 20.0).floor() as i32..=(to * 20.0).floor() as i32;
    let columns = span(question.lon - dx, question.lon + dx);
    span(question.lat - dy, question.lat + dy)
        .flat_map(|y| columns.clone().map(move |x| (y + 1800) * 7200 + x + 3600))
        .collect()
}

const TABLES: &str = "
    create extension if not exists postgis;
    create extension if not exists btree_gin;
    drop table if exists posting, worker;
    create table posting (
        id bigint primary key, geog geography(Point, 4326) not null, skills text[] not null,
        title text not null,
        tsv tsvector not null generated always as (to_tsvector('simple', title)) stored,
        wage_fen bigint not null, start_at timestamptz not null, headcount integer not null,
        status text not null,
        cell integer generated always as ((floor(ST_Y(geog::geometry) * 20)::int + 1800) * 7200
            + floor(ST_X(geog::geometry) * 20)::int + 3600) stored
    );
    create table worker (
        id bigint primary key, geog geography(Point, 4326) not null, skills text[] not null,
        radius_m float8 not null,
        cell integer generated always as ((floor(ST_Y(geog::geometry) * 20)::int + 1800) * 7200
            + floor(ST_X(geog::geometry) * 20)::int + 3600) stored
    );";
const INDEXES: &str = "
    create index on posting using gist (geog) where status = 'open';
    create index on posting using gin (skills) where status = 'open';
    create index on posting using gin (tsv) where status = 'open';
    create index on posting using gin (cell, skills) where status = 'open';
    create index on posting using gin (cell, tsv) where status = 'open';
    create index on worker using gist (geog);
    create index on worker using gin (skills);
    create index on worker using gin (cell, skills);";
/// Bytes that are sent to a copy at once.
const COPY_BYTES: usize = 1 << 20;

impl Peer {
    /// The server that the environment names.
    pub fn from_env() -> Option<Peer> {
        Some(Peer { url: env::var("LINGGONG_BENCH_POSTGIS").ok()? })
    }

    /// Makes tables and indexes of these rows; answers how long that took and the bytes of the
    /// postings' table with its indexes.
    pub async fn load(&self, postings: &[Listed], workers: &[Enrolled]) -> (Duration, i64) {
        let mut connection = self.connect(0).await;
        connection.execute(TABLES).await.expect("the tables are made");
        let start = Instant::now();
        let into = "copy posting (id, geog, skills, title, wage_fen, start_at, headcount, status)";
        copy(&mut connection, into, postings, |row| {
            format!(
                "{}\tSRID=4326;POINT({} {})\t{{{}}}\t{}\t{}\t{}\t{}\t{}\n",
                row.number,
                row.lon,
                row.lat,
                row.skills.join(","),
                row.title,
                row.wage_fen,
                row.start,
                row.headcount,
                if row.status == Status::Open { "open" } else { "closed" },
            )
        })
        .await;
        copy(&mut connection, "copy worker (id, geog, skills, radius_m)", workers, |row| {
            format!(
                "{}\tSRID=4326;POINT({} {})\t{{{}}}\t{}\n",
                row.number,
                row.lon,
                row.lat,
                row.skills.join(","),
                row.radius_km * 1000,
            )
        })
        .await;
        connection.execute(INDEXES).await.expect("the indexes are made");
        for text in ["vacuum analyze posting", "vacuum analyze worker", "checkpoint"] {
            connection.execute(text).await.expect("the statistics are taken");
        }
        let took = start.elapsed();
        let size = sqlx::query_scalar("select pg_total_relation_size('posting')");
        (took, size.fetch_one(&mut connection).await.expect("a size"))
    }

    /// The fastest of the statements by the median of a few questions.
    pub async fn best(&self, statements: Vec<Statement>, questions: &[Question]) -> Statement {
        let mut timed = Vec::new();
        for statement in statements {
            let few = &questions[..questions.len().min(60)];
            timed.push((self.single(statement, few).await.quantile(0.5), statement));
        }
        timed.sort_by_key(|entry| entry.0);
        timed.first().expect("a statement").1
    }

    /// One client asks each question once, after some to warm up.
    pub async fn single(&self, statement: Statement, questions: &[Question]) -> Durations {
        let mut connection = self.connect(statement.parallel).await;
        let text = statement.text();
        for question in &questions[..questions.len().min(20)] {
            statement.ask(&mut connection, &text, question).await;
        }
        let mut took = Durations::default();
        for question in questions {
            let start = Instant::now();
            statement.ask(&mut connection, &text, question).await;
            took.add(start.elapsed());
        }
        took
    }

    /// So many clients ask for a while.
    pub async fn many(
        &self,
        statement: Statement,
        questions: &Arc<Vec<Question>>,
        clients: usize,
        time: Duration,
    ) -> Durations {
        let tasks: Vec<_> = (0..clients)
            .map(|client| {
                let (peer, questions) = (self.clone(), Arc::clone(questions));
                tokio::spawn(async move {
                    // With all processors busy, more processes a statement only get in the way.
                    let mut connection = peer.connect(0).await;
                    let text = statement.text();
                    let mut took = Durations::default();
                    let end = Instant::now() + time;
                    let from = client * questions.len() / clients;
                    for question in questions.iter().cycle().skip(from) {
                        let start = Instant::now();
                        statement.ask(&mut connection, &text, question).await;
                        took.add(start.elapsed());
                        if Instant::now() >= end {
                            break;
                        }
                    }
                    took
                })
            })
            .collect();
        let mut all = Durations::default();
        for task in tasks {
            all.extend(task.await.expect("the client ends"));
        }
        all
    }

    async fn connect(&self, parallel: u8) -> PgConnection {
        let mut connection = PgConnection::connect(&self.url).await.expect("the peer connects");
        let settings = format!(
            "set plan_cache_mode = force_custom_plan; set jit = off; set random_page_cost = 1.1;
             set work_mem = '64MB'; set max_parallel_workers_per_gather = {parallel}"
        );
        connection.execute(sqlx::AssertSqlSafe(settings)).await.expect("the settings hold");
        connection
    }
}

async fn copy<T>(
    connection: &mut PgConnection,
    into: &str,
    rows: &[T],
    line: impl Fn(&T) -> String,
) {
    let statement = format!("{into} from stdin");
    let mut copy = connection.copy_in_raw(&statement).await.expect("a copy begins");
    let mut buffer = String::new();
    for row in rows {
        buffer.push_str(&line(row));
        if buffer.len() >= COPY_BYTES {
            copy.send(buffer.as_bytes()).await.expect("rows go over");
            buffer.clear();
        }
    }
    copy.send(buffer.as_bytes()).await.expect("rows go over");
    copy.finish().await.expect("the copy ends");
}
