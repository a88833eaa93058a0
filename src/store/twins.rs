//! The same person on record twice: found, told apart for good, or made one record.

use serde::Serialize;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};

use super::{
    StoreResult,
    engine::{Txn, View},
    json::{self, AvailableJson, CertificateJson, ConsentJson, PersonJson},
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    ids::{StationId, WorkerId},
    posting::External,
    time::Moment,
    worker::Worker,
};

/// Tables whose rows are a worker's and hold nothing that the other record could hold, too.
const MOVED: [&str; 9] = [
    "booking",
    "attendance",
    "wage",
    "rating",
    "complaint",
    "placement",
    "evidence",
    "income",
    "claim",
];

/// Tables in which both records may hold the same: the table, and the columns by which rows are the
/// same. The kept record's row stays.
const SHARED: [(&str, &[&str]); 4] = [
    ("presence", &["station", "day"]),
    ("crew_member", &["leader"]),
    ("block", &["payer", "side"]),
    ("message", &["kind", "subject"]),
];

fn sealed_at(id: &WorkerId) -> String {
    format!("worker_merged.record:{id}")
}

/// A record as it was when it was closed.
#[derive(Serialize)]
struct ClosedJson<'w> {
    person: PersonJson,
    village: Option<&'w str>,
    station: Option<&'w str>,
    lat: Option<f64>,
    lon: Option<f64>,
    radius_m: f64,
    skills: &'w [String],
    occupations: Vec<&'w str>,
    certificates: Vec<CertificateJson>,
    modes: Vec<&'w str>,
    day_wage_wish: Option<i64>,
    available: AvailableJson,
    consents: Vec<ConsentJson>,
    version: i64,
    created_at: i64,
}

impl<'w> ClosedJson<'w> {
    fn of(worker: &'w Worker) -> ClosedJson<'w> {
        let profile = &worker.profile;
        ClosedJson {
            person: PersonJson::from(&worker.person),
            village: worker.village.as_deref(),
            station: worker.station.as_ref().map(StationId::as_str),
            lat: profile.point.map(|point| point.lat()),
            lon: profile.point.map(|point| point.lon()),
            radius_m: profile.radius_m,
            skills: &profile.skills,
            occupations: profile.occupations.iter().map(|code| code.as_str()).collect(),
            certificates: profile.certificates.iter().map(CertificateJson::from).collect(),
            modes: profile.modes.iter().map(|mode| mode.word()).collect(),
            day_wage_wish: profile.day_wage_wish.map(|wish| wish.0),
            available: AvailableJson::from(&profile.available),
            consents: worker.consents.iter().map(ConsentJson::from).collect(),
            version: worker.version,
            created_at: worker.created_at.0,
        }
    }
}

/// Which pairs are asked for.
#[derive(Clone, Debug, Default)]
pub struct TwinFilter {
    /// Both of this station.
    pub station: Option<StationId>,
    /// One of them this worker.
    pub worker: Option<WorkerId>,
}

impl View {
    /// At most `limit` pairs of records that may be one person, the newest first: of one phone, or of
    /// one name and village; not of two citizen's numbers, and not told apart before.
    pub async fn twins(
        &mut self,
        filter: &TwinFilter,
        limit: i64,
    ) -> StoreResult<Vec<(WorkerId, WorkerId)>> {
        let mut statement = Statement::new("select one, other from (");
        let alike = [
            "b.phone_index = a.phone_index",
            "b.name_index = a.name_index and b.village = a.village",
        ];
        for (at, alike) in alike.into_iter().enumerate() {
            statement
                .push(if at == 0 { "" } else { " union " })
                .push("select a.id as one, b.id as other from worker a join worker b on ")
                .push(alike)
                .push(" and a.id < b.id where (a.id_index is null or b.id_index is null)");
            if let Some(station) = &filter.station {
                statement.push(" and a.station = ").bind(station.as_str());
                statement.push(" and b.station = ").bind(station.as_str());
            }
            if let Some(worker) = &filter.worker {
                statement.push(" and (a.id = ").bind(worker.as_str());
                statement.push(" or b.id = ").bind(worker.as_str()).push(")");
            }
        }
        statement
            .push(
                ") pair where not exists (select 1 from worker_apart \
                 where worker_apart.one = pair.one and worker_apart.other = pair.other) \
                 order by other desc, one desc limit ",
            )
            .bind(limit);
        let rows = statement.fetch_all(self.connection()).await?;
        let pair = |row: &AnyRow| {
            let cells = Cells::new(row, "worker", "one");
            Ok((cells.parsed("one")?, cells.parsed("other")?))
        };
        rows.iter().map(pair).collect()
    }

    /// The record that a closed one became part of.
    pub async fn merged_into(&mut self, id: &WorkerId) -> StoreResult<Option<WorkerId>> {
        let row = sqlx::query("select id, kept from worker_merged where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| Cells::new(&row, "worker_merged", "id").parsed("kept")).transpose()
    }

    /// The record that a closed one with this identity in a foreign list became part of.
    pub async fn merged_from(&mut self, external: &External) -> StoreResult<Option<WorkerId>> {
        let row = sqlx::query(
            "select id, kept from worker_merged where source = $1 and external_id = $2",
        )
        .bind(&external.source)
        .bind(&external.id)
        .fetch_optional(self.connection())
        .await?;
        row.map(|row| Cells::new(&row, "worker_merged", "id").parsed("kept")).transpose()
    }

    /// How many rows of each table are a worker's, those without any left out.
    pub async fn holdings(&mut self, id: &WorkerId) -> StoreResult<Vec<(&'static str, i64)>> {
        let mut held = Vec::new();
        for table in MOVED.into_iter().chain(SHARED.map(|(table, _)| table)) {
            let count = format!("select count(*) as held from {table} where worker = $1");
            let row = sqlx::query(AssertSqlSafe(count))
                .bind(id.as_str())
                .fetch_one(self.connection())
                .await?;
            let count: i64 = row.try_get("held")?;
            held.extend((count > 0).then_some((table, count)));
        }
        Ok(held)
    }
}

impl Txn {
    /// Notes that staff looked at two records and found two people.
    pub async fn tell_apart(
        &mut self,
        (one, other): (&WorkerId, &WorkerId),
        by: &str,
        at: Moment,
    ) -> StoreResult<()> {
        let (one, other) = if one < other { (one, other) } else { (other, one) };
        sqlx::query(
            "insert into worker_apart (one, other, made_by, at) values ($1, $2, $3, $4) \
             on conflict (one, other) do nothing",
        )
        .bind(one.as_str())
        .bind(other.as_str())
        .bind(by)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Makes two records one: everything that is `closed`'s becomes `kept`'s, the row of `closed`
    /// goes, and its id and its identity in a foreign list lead to `kept` from now on. `kept` is
    /// written as given, as the next version of what is held.
    ///
    /// The caller has looked that nothing of the two excludes the other, in a transaction that runs
    /// alone. Answers how many rows went over.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where something does; drop the transaction then.
    pub async fn merge_workers(
        &mut self,
        kept: &Worker,
        closed: &Worker,
        (by, at): (&str, Moment),
    ) -> StoreResult<u64> {
        let (to, from) = (kept.id.as_str(), closed.id.as_str());
        let mut moved = 0;
        for (table, same) in SHARED {
            let same: Vec<String> =
                same.iter().map(|column| format!("held.{column} = {table}.{column}")).collect();
            let twice = format!(
                "delete from {table} where worker = $1 and exists \
                 (select 1 from {table} held where held.worker = $2 and {})",
                same.join(" and ")
            );
            sqlx::query(AssertSqlSafe(twice))
                .bind(from)
                .bind(to)
                .execute(self.connection())
                .await?;
        }
        for table in MOVED.into_iter().chain(SHARED.map(|(table, _)| table)) {
            let statement = format!("update {table} set worker = $1 where worker = $2");
            moved += self.moved(AssertSqlSafe(statement), to, from).await?;
        }
        for statement in [
            "update mark set subject = $1 where side = 'worker' and subject = $2",
            "update account set worker = $1 where worker = $2",
            "update idempotency set entity = $1 where entity = $2",
            "update worker_merged set kept = $1 where kept = $2",
        ] {
            moved += self.moved(AssertSqlSafe(statement.to_owned()), to, from).await?;
        }
        self.rename_keys(to, from).await?;
        self.move_apart(kept, closed).await?;
        self.join_accounts(kept, closed).await?;
        sqlx::query("delete from worker where id = $1")
            .bind(from)
            .execute(self.connection())
            .await?;
        self.put_worker(kept).await?;
        // One identity goes on by itself; of two, the closed one's leads to the kept one.
        let (own, other) = match (&kept.external, &closed.external) {
            (None, Some(external)) => (Some(external), None),
            (_, external) => (None, external.as_ref()),
        };
        if let Some(external) = own {
            sqlx::query("update worker set source = $1, external_id = $2 where id = $3")
                .bind(&external.source)
                .bind(&external.id)
                .bind(to)
                .execute(self.connection())
                .await?;
        }
        let record = json::text(&ClosedJson::of(closed));
        let sealed = self.vault.seal(&sealed_at(&closed.id), &record)?;
        sqlx::query(
            "insert into worker_merged (id, kept, source, external_id, made_by, at, record_sealed) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(from)
        .bind(to)
        .bind(other.map(|external| external.source.as_str()))
        .bind(other.map(|external| external.id.as_str()))
        .bind(by)
        .bind(at.0)
        .bind(sealed)
        .execute(self.connection())
        .await?;
        Ok(moved)
    }

    async fn moved(
        &mut self,
        statement: AssertSqlSafe<String>,
        to: &str,
        from: &str,
    ) -> StoreResult<u64> {
        let done = sqlx::query(statement).bind(to).bind(from).execute(self.connection()).await?;
        Ok(done.rows_affected())
    }

    /// The keys of claims name the person: `rule/person/ID`, `rule/person-year/ID/2026`. The claims
    /// are the kept record's by now.
    async fn rename_keys(&mut self, to: &str, from: &str) -> StoreResult<()> {
        let (old, new, any) = (format!("/{from}"), format!("/{to}"), format!("%/{from}%"));
        sqlx::query("update claim_key set name = replace(name, $1, $2) where name like $3")
            .bind(&old)
            .bind(&new)
            .bind(&any)
            .execute(self.connection())
            .await?;
        sqlx::query(
            "update claim set keys = replace(keys, $1, $2) where worker = $3 and keys like $4",
        )
        .bind(&old)
        .bind(&new)
        .bind(to)
        .bind(&any)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Whom staff told apart from the closed record is another person than the kept one, too.
    async fn move_apart(&mut self, kept: &Worker, closed: &Worker) -> StoreResult<()> {
        let rows = sqlx::query("select * from worker_apart where one = $1 or other = $1")
            .bind(closed.id.as_str())
            .fetch_all(self.connection())
            .await?;
        for row in &rows {
            let cells = Cells::new(row, "worker_apart", "one");
            let (one, other): (WorkerId, WorkerId) = (cells.parsed("one")?, cells.parsed("other")?);
            let third = if one == closed.id { other } else { one };
            let (by, at) = (cells.text("made_by")?, Moment(cells.int("at")?));
            if third != kept.id {
                self.tell_apart((&kept.id, &third), &by, at).await?;
            }
        }
        sqlx::query("delete from worker_apart where one = $1 or other = $1")
            .bind(closed.id.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// A login with a password goes on and is the kept person's. What only a PIN opened hands its
    /// saved searches to the kept person's account, and its PIN where that has none. Whoever is
    /// signed in as the closed record signs in anew.
    async fn join_accounts(&mut self, kept: &Worker, closed: &Worker) -> StoreResult<()> {
        let Some(old) = &closed.account else { return Ok(()) };
        self.end_sessions(old).await?;
        let Some(own) = kept.account.as_ref().filter(|own| *own != old) else { return Ok(()) };
        let row = sqlx::query("select * from account where id = $1")
            .bind(old.as_str())
            .fetch_one(self.connection())
            .await?;
        let cells = Cells::new(&row, "account", "id");
        if !cells.text("password_hash")?.is_empty() {
            return Ok(());
        }
        for statement in [
            "update saved_search set account = $1 where account = $2",
            "update account set pin_hash = (select pin_hash from account where id = $2) \
             where id = $1 and pin_hash is null",
            "update account set pin_hash = null where id = $2 and id <> $1",
        ] {
            sqlx::query(statement)
                .bind(own.as_str())
                .bind(old.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }
}
