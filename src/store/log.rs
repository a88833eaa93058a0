//! The log: audit trail and outbox in one, and each station's contiguous stream.
//!
//! The sequence of both is taken from a counter row inside the transaction that makes the change:
//! commit order and sequence order agree on both engines. Each log row carries a hash over itself
//! and the row before, so that a later edit shows.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::Row;

use super::{
    StoreResult,
    engine::{Engine, Txn, View},
    forgetting::LogBase,
    rows::Cells,
    shown::{Appended, Shown, ShownWhat, StreamMessage},
    statement::Batch,
};
use crate::domain::{
    ids::{JobId, StationId},
    time::Moment,
    wage::choices,
};

choices! {
    /// What kind of record a log entry is about.
    Kind {
        /// A job posting.
        Job = "job", "岗位";
        /// A worker.
        Worker = "worker", "求职者";
        /// A booking.
        Booking = "booking", "报名";
        /// An account.
        Account = "account", "账号";
        /// An organisation.
        Org = "org", "单位";
        /// An employer's authorisation of a broker.
        Mandate = "mandate", "委托书";
        /// A station.
        Station = "station", "站点";
        /// A notice on a station's screens.
        Notice = "notice", "告示";
        /// An attendance.
        Attendance = "attendance", "出勤";
        /// An entry of the wage ledger.
        Wage = "wage", "工资";
        /// A mark against a side.
        Mark = "mark", "失信记录";
        /// A complaint.
        Complaint = "complaint", "投诉";
        /// A message to a worker.
        Message = "message", "消息";
        /// A bar from publishing.
        Bar = "bar", "停发";
        /// A placement.
        Placement = "placement", "稳定就业";
        /// A piece of evidence.
        Evidence = "evidence", "佐证材料";
        /// An income that was declared.
        Income = "income", "收入申报";
        /// A claim.
        Claim = "claim", "申报";
        /// What is set aside.
        Budget = "budget", "预算";
    }
}

/// One thing that happened. `detail` is a JSON object without personal data.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// Who: an account's id, `operator` or `house`.
    pub actor: String,
    /// What was done.
    pub verb: &'static str,
    /// To what kind of record.
    pub kind: Kind,
    /// To which.
    pub entity: String,
    /// What else is worth keeping.
    pub detail: serde_json::Value,
}

/// A log entry as it stands.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// Its place, contiguous from 1.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: String,
    /// What was done.
    pub verb: String,
    /// To what kind of record.
    pub kind: Kind,
    /// To which.
    pub entity: String,
    /// JSON.
    pub detail: String,
    hash: String,
}

/// Where the audit trail does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyFault {
    /// The first sequence that is missing or changed.
    pub seq: i64,
}

fn chain(before: &str, seq: i64, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(before.as_bytes());
    hasher.update(seq.to_be_bytes());
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex::encode(hasher.finalize())
}

/// The log's head, moved on by so many entries.
const HEAD: &str = "update log_head set seq = seq + ? where id = 1 returning seq, hash";

/// Writes a transaction's station events and log entries; the last thing before its commit.
///
/// Counters are locked in one order (stations by name, then the log's head), so that two
/// transactions never wait for each other. SQLite has one writer: there all counters are taken first,
/// and all rows written after, each in one turn.
pub(super) async fn append(txn: &mut Txn) -> StoreResult<Appended> {
    let mut by_station: BTreeMap<StationId, Vec<Shown>> = BTreeMap::new();
    for shown in std::mem::take(&mut txn.shown) {
        by_station.entry(shown.station.clone()).or_default().push(shown);
    }
    let entries = std::mem::take(&mut txn.entries);
    let (engine, count) = (txn.engine, entries.len() as i64);
    let mut counters = Batch::new(engine);
    for (station, changes) in &by_station {
        let counter = counters.add(
            "insert into station_seq (station, seq) values (?, ?) \
             on conflict (station) do update set seq = station_seq.seq + excluded.seq \
             returning seq, (select value from meta where name = 'epoch') as epoch",
        );
        counter.value(station.as_str()).value(changes.len() as i64);
    }
    let at_once = engine == Engine::Sqlite && count > 0;
    if at_once {
        counters.add(HEAD).value(count);
    }
    let mut counted = counters.run(txn.connection()).await?.into_iter();
    let (mut epoch, mut streams) = (String::new(), Vec::new());
    let mut writes = Batch::new(engine);
    for ((station, changes), counter) in by_station.into_iter().zip(counted.by_ref()) {
        epoch = counter.try_get("epoch")?;
        let messages = append_stream(&mut writes, &station, changes, counter.try_get("seq")?);
        streams.push((station, messages));
    }
    if count == 0 {
        writes.run(txn.connection()).await?;
        let seq = txn.log_seq().await?;
        return Ok(Appended { epoch, before: seq, after: seq, streams });
    }
    if !at_once {
        // Nobody waits for the head longer than need be.
        writes.run(txn.connection()).await?;
        writes = Batch::new(engine);
        let mut head = Batch::new(engine);
        head.add(HEAD).value(count);
        counted = head.run(txn.connection()).await?.into_iter();
    }
    let head = counted.next().ok_or(sqlx::Error::RowNotFound)?;
    let last: i64 = head.try_get("seq")?;
    let mut hash: String = head.try_get("hash")?;
    let first = last - count + 1;
    for (seq, entry) in (first..).zip(entries) {
        let detail = entry.detail.to_string();
        let at = entry.at.0.to_string();
        let fields =
            [&at, &entry.actor, entry.verb, entry.kind.word(), &entry.entity, detail.as_str()];
        hash = chain(&hash, seq, &fields);
        let row = writes.add(
            "insert into log (seq, at, actor, verb, kind, entity, detail, hash) \
             values (?, ?, ?, ?, ?, ?, ?, ?)",
        );
        row.value(seq).value(entry.at.0).value(entry.actor).value(entry.verb);
        row.value(entry.kind.word()).value(entry.entity).value(detail).value(hash.as_str());
    }
    writes.add("update log_head set hash = ? where id = 1").value(hash);
    writes.run(txn.connection()).await?;
    Ok(Appended { epoch, before: first - 1, after: last, streams })
}

/// Appends to one stream, whose last number is `last` then. Answers the messages.
fn append_stream(
    writes: &mut Batch,
    station: &StationId,
    changes: Vec<Shown>,
    last: i64,
) -> Vec<StreamMessage> {
    let first = last - changes.len() as i64 + 1;
    let mut messages = Vec::with_capacity(changes.len());
    for (seq, change) in (first..).zip(changes) {
        let (station, job) = (station.as_str(), change.job.as_str());
        let message = match change.what {
            ShownWhat::Put { version, payload } => {
                let row = writes.add(
                    "insert into shown (station, job, version, payload) values (?, ?, ?, ?) \
                     on conflict (station, job) do update \
                     set version = excluded.version, payload = excluded.payload",
                );
                row.value(station).value(job).value(version).value(payload.as_str());
                format!(r#"{{"op":"put","seq":{seq},"job":{payload}}}"#)
            }
            ShownWhat::Remove { why } => {
                let row = writes.add("delete from shown where station = ? and job = ?");
                row.value(station).value(job);
                format!(r#"{{"op":"remove","seq":{seq},"id":"{job}","why":"{why}"}}"#)
            }
        };
        let row =
            writes.add("insert into feed_event (station, seq, at, message) values (?, ?, ?, ?)");
        row.value(station).value(seq).value(change.at.0).value(message.as_str());
        messages.push(StreamMessage { seq, message });
    }
    messages
}

impl View {
    /// The newest log sequence; 0 where nothing happened yet.
    pub async fn log_seq(&mut self) -> StoreResult<i64> {
        let row = sqlx::query("select seq from log_head where id = 1")
            .fetch_one(self.connection())
            .await?;
        Ok(row.try_get("seq")?)
    }

    /// Log entries after `seq`, oldest first, at most `limit`.
    pub async fn log_after(&mut self, seq: i64, limit: i64) -> StoreResult<Vec<LogRow>> {
        let rows = sqlx::query("select * from log where seq > $1 order by seq limit $2")
            .bind(seq)
            .bind(limit)
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(log_row).collect()
    }

    /// Log entries about one record, oldest first, at most `limit`.
    pub async fn log_of(
        &mut self,
        kind: Kind,
        entity: &str,
        limit: i64,
    ) -> StoreResult<Vec<LogRow>> {
        let rows =
            sqlx::query("select * from log where kind = $1 and entity = $2 order by seq limit $3")
                .bind(kind.word())
                .bind(entity)
                .bind(limit)
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(log_row).collect()
    }

    /// Walks the whole audit trail, as far as it stands, and recomputes its chain. Answers the
    /// newest sequence.
    pub async fn verify_log(&mut self) -> StoreResult<Result<i64, VerifyFault>> {
        const PAGE: i64 = 1000;
        let LogBase { mut seq, mut hash } = self.log_base().await?;
        loop {
            let rows = self.log_after(seq, PAGE).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                let at = row.at.0.to_string();
                let fields =
                    [&at, &row.actor, &row.verb, row.kind.word(), &row.entity, row.detail.as_str()];
                hash = chain(&hash, row.seq, &fields);
                if row.seq != seq + 1 || hash != row.hash {
                    return Ok(Err(VerifyFault { seq: seq + 1 }));
                }
                seq = row.seq;
            }
        }
        let head = sqlx::query("select seq, hash from log_head where id = 1")
            .fetch_one(self.connection())
            .await?;
        let (held, held_hash): (i64, String) = (head.try_get("seq")?, head.try_get("hash")?);
        let whole = held == seq && held_hash == hash;
        Ok(if whole { Ok(seq) } else { Err(VerifyFault { seq: seq + 1 }) })
    }

    /// The newest sequence of a station's stream; 0 where nothing was shown yet.
    pub async fn stream_seq(&mut self, station: &StationId) -> StoreResult<i64> {
        let row = sqlx::query("select seq from station_seq where station = $1")
            .bind(station.as_str())
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|row| row.try_get("seq")).transpose()?.unwrap_or(0))
    }

    /// The newest sequence of every station's stream that has one.
    pub async fn stream_seqs(&mut self) -> StoreResult<BTreeMap<StationId, i64>> {
        let rows = sqlx::query("select station, seq from station_seq")
            .fetch_all(self.connection())
            .await?;
        rows.iter()
            .map(|row| {
                let cells = Cells::new(row, "station_seq", "station");
                Ok((cells.parsed("station")?, cells.int("seq")?))
            })
            .collect()
    }

    /// A station's messages after `seq`, oldest first, at most `limit`.
    pub async fn stream_after(
        &mut self,
        station: &StationId,
        seq: i64,
        limit: i64,
    ) -> StoreResult<Vec<StreamMessage>> {
        let rows = sqlx::query(
            "select seq, message from feed_event where station = $1 and seq > $2 \
             order by seq limit $3",
        )
        .bind(station.as_str())
        .bind(seq)
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(StreamMessage { seq: row.try_get("seq")?, message: row.try_get("message")? })
            })
            .collect()
    }

    /// What a station shows: id, version and JSON object of each posting, by id.
    pub async fn shown_at(
        &mut self,
        station: &StationId,
    ) -> StoreResult<Vec<(String, i64, String)>> {
        let rows =
            sqlx::query("select job, version, payload from shown where station = $1 order by job")
                .bind(station.as_str())
                .fetch_all(self.connection())
                .await?;
        rows.iter()
            .map(|row| Ok((row.try_get("job")?, row.try_get("version")?, row.try_get("payload")?)))
            .collect()
    }

    /// The stations that show a posting.
    pub async fn stations_showing(&mut self, job: &JobId) -> StoreResult<Vec<StationId>> {
        let rows = sqlx::query("select station, job from shown where job = $1 order by station")
            .bind(job.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| Cells::new(row, "shown", "job").parsed("station")).collect()
    }

    /// The stream's epoch: changes when history is gone or restored.
    pub async fn epoch(&mut self) -> StoreResult<String> {
        Ok(self.meta("epoch").await?.unwrap_or_default())
    }

    /// A named value of the installation.
    pub async fn meta(&mut self, name: &str) -> StoreResult<Option<String>> {
        let row = sqlx::query("select value from meta where name = $1")
            .bind(name)
            .fetch_optional(self.connection())
            .await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }
}

impl Txn {
    /// Sets a named value of the installation.
    pub async fn set_meta(&mut self, name: &str, value: &str) -> StoreResult<()> {
        sqlx::query(
            "insert into meta (name, value) values ($1, $2) \
             on conflict (name) do update set value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

pub(super) fn log_row(row: &sqlx::any::AnyRow) -> StoreResult<LogRow> {
    let cells = Cells::new(row, "log", "entity");
    Ok(LogRow {
        seq: cells.int("seq")?,
        at: Moment(cells.int("at")?),
        actor: cells.text("actor")?,
        verb: cells.text("verb")?,
        kind: cells.parsed("kind")?,
        entity: cells.text("entity")?,
        detail: cells.text("detail")?,
        hash: cells.text("hash")?,
    })
}
