//! Registered workers; the personal part is sealed, phone and number have blind indexes.

use std::collections::BTreeSet;

use sqlx::any::AnyRow;

use super::{
    StoreResult, Vault,
    engine::{Txn, View},
    json::{self, AvailableJson, CertificateJson, ConsentJson, PersonJson},
    placements::chunks,
    rows::{Cells, Real},
    statement::Statement,
};
use crate::domain::{
    geo::Point,
    identity::{Phone, ResidentId},
    ids::{AccountId, StationId, WorkerId},
    money::Fen,
    posting::External,
    time::Moment,
    wage::OccupationCode,
    worker::{Available, Certificate, Consent, Mode, Person, Profile, Worker, WorkerProfile},
};

fn sealed_at(id: &WorkerId) -> String {
    format!("worker.person:{id}")
}

impl View {
    /// One worker.
    pub async fn worker(&mut self, id: &WorkerId) -> StoreResult<Option<Worker>> {
        let row = sqlx::query("select * from worker where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| worker(&row, &self.vault)).transpose()
    }

    /// The worker with this identity in a foreign list.
    pub async fn worker_from(&mut self, external: &External) -> StoreResult<Option<Worker>> {
        let row = sqlx::query("select * from worker where source = $1 and external_id = $2")
            .bind(&external.source)
            .bind(&external.id)
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| worker(&row, &self.vault)).transpose()
    }

    /// The worker with this citizen's number.
    pub async fn worker_with_id(&mut self, number: &ResidentId) -> StoreResult<Option<Worker>> {
        let index = self.vault.index("id_number", number.expose());
        let row = sqlx::query("select * from worker where id_index = $1")
            .bind(index)
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| worker(&row, &self.vault)).transpose()
    }

    /// The workers with this phone, oldest first; a phone may serve a family.
    pub async fn workers_with_phone(&mut self, phone: &Phone) -> StoreResult<Vec<Worker>> {
        let index = self.vault.index("phone", phone.expose());
        let rows = sqlx::query("select * from worker where phone_index = $1 order by id")
            .bind(index)
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| worker(row, &self.vault)).collect()
    }

    /// At most `limit` workers whom a station registered, the newest first.
    pub async fn workers_at(
        &mut self,
        station: &StationId,
        limit: i64,
    ) -> StoreResult<Vec<Worker>> {
        let rows = sqlx::query("select * from worker where station = $1 order by id desc limit $2")
            .bind(station.as_str())
            .bind(limit)
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| worker(row, &self.vault)).collect()
    }

    /// The workers of this name, newest first.
    pub async fn workers_named(&mut self, name: &str, limit: i64) -> StoreResult<Vec<Worker>> {
        let rows =
            sqlx::query("select * from worker where name_index = $1 order by id desc limit $2")
                .bind(self.vault.index("name", name))
                .bind(limit)
                .fetch_all(self.connection())
                .await?;
        rows.iter().map(|row| worker(row, &self.vault)).collect()
    }

    /// At most `limit` workers, the newest first; of one station where one is named.
    pub async fn workers_newest(
        &mut self,
        station: Option<&StationId>,
        limit: i64,
    ) -> StoreResult<Vec<Worker>> {
        if let Some(station) = station {
            return self.workers_at(station, limit).await;
        }
        let rows = sqlx::query("select * from worker order by id desc limit $1")
            .bind(limit)
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| worker(row, &self.vault)).collect()
    }

    /// The workers of these households, by the blind index of each household's number.
    pub async fn households(&mut self, numbers: &BTreeSet<String>) -> StoreResult<Vec<Worker>> {
        let indexes: BTreeSet<String> =
            numbers.iter().map(|number| self.vault.index("household", number)).collect();
        let mut found = Vec::new();
        for some in chunks(&indexes) {
            let mut statement = Statement::new("select * from worker where household_index in ");
            statement.bind_list(some);
            statement.push(" order by id");
            let rows = statement.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(worker(row, &self.vault)?);
            }
        }
        Ok(found)
    }

    /// The workers of these ids, by id.
    pub async fn workers_of(&mut self, ids: &BTreeSet<WorkerId>) -> StoreResult<Vec<Worker>> {
        let mut found = Vec::new();
        for some in chunks(ids) {
            let mut statement = Statement::new("select * from worker where id in ");
            statement.bind_list(some.iter().map(ToString::to_string));
            statement.push(" order by id");
            let rows = statement.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(worker(row, &self.vault)?);
            }
        }
        Ok(found)
    }

    /// At most `limit` workers with an id greater than `after`, by id.
    pub async fn workers(
        &mut self,
        after: Option<&WorkerId>,
        limit: i64,
    ) -> StoreResult<Vec<Worker>> {
        let rows = sqlx::query("select * from worker where id > $1 order by id limit $2")
            .bind(after.map_or("", WorkerId::as_str))
            .bind(limit)
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| worker(row, &self.vault)).collect()
    }

    /// One worker's profile; nothing of the person is opened.
    pub async fn profile(&mut self, id: &WorkerId) -> StoreResult<Option<WorkerProfile>> {
        let mut query = Statement::new(PROFILES);
        query.push(" where id = ").bind(id.as_str());
        let rows = query.fetch_all(self.connection()).await?;
        rows.first().map(worker_profile).transpose()
    }

    /// The profiles of at most `limit` workers with an id greater than `after`, by id; nothing of the
    /// persons is opened.
    pub async fn profiles(
        &mut self,
        after: Option<&WorkerId>,
        limit: i64,
    ) -> StoreResult<Vec<WorkerProfile>> {
        let mut query = Statement::new(PROFILES);
        query.push(" where id > ").bind(after.map_or("", WorkerId::as_str));
        query.push(" order by id limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(worker_profile).collect()
    }
}

const PROFILES: &str = "select id, version, lat, lon, radius_m, skills, occupations, \
    skill_occupations, modes, certificates, day_wage_wish, available from worker";

const UPSERT: &str = "insert into worker (id, source, external_id, account, station, \
    person_sealed, phone_index, id_index, village, lat, lon, radius_m, skills, occupations, \
    day_wage_wish, available, consents, version, demo, created_at, updated_at, household_index, \
    skill_occupations, certificates, modes, name_index) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
    $20, $21, $22, $23, $24, $25, $26) \
    on conflict (id) do update set account = excluded.account, station = excluded.station, \
    person_sealed = excluded.person_sealed, phone_index = excluded.phone_index, \
    id_index = excluded.id_index, village = excluded.village, lat = excluded.lat, \
    lon = excluded.lon, radius_m = excluded.radius_m, skills = excluded.skills, \
    occupations = excluded.occupations, day_wage_wish = excluded.day_wage_wish, \
    available = excluded.available, consents = excluded.consents, version = excluded.version, \
    updated_at = excluded.updated_at, household_index = excluded.household_index, \
    skill_occupations = excluded.skill_occupations, certificates = excluded.certificates, \
    modes = excluded.modes, name_index = excluded.name_index \
    where worker.version = excluded.version - 1";

/// Names that are indexed in one statement after another, before others get their turn.
const NAMES_A_TURN: i64 = 500;

impl Txn {
    /// Gives some workers from before names were indexed their index. Answers whether there may be
    /// more.
    pub(super) async fn index_names(&mut self) -> StoreResult<bool> {
        let rows = sqlx::query("select * from worker where name_index is null limit $1")
            .bind(NAMES_A_TURN)
            .fetch_all(self.connection())
            .await?;
        for row in &rows {
            let held = worker(row, &self.vault)?;
            let index = self.vault.index("name", &held.person.name);
            sqlx::query("update worker set name_index = $1 where id = $2")
                .bind(index)
                .bind(held.id.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(rows.len() as i64 == NAMES_A_TURN)
    }

    /// Writes a worker: a new one, or the next version of one that is held.
    ///
    /// Answers whether it was written; it was not where somebody else wrote that version first.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another worker has the citizen's number, the account
    /// or the identity in a foreign list.
    pub async fn put_worker(&mut self, worker: &Worker) -> StoreResult<bool> {
        let (person, profile) = (&worker.person, &worker.profile);
        let sealed =
            self.vault.seal(&sealed_at(&worker.id), &json::text(&PersonJson::from(person)))?;
        let phone = person.phone.as_ref().map(|p| self.vault.index("phone", p.expose()));
        let number = person.id_number.as_ref().map(|n| self.vault.index("id_number", n.expose()));
        let household =
            person.household.as_ref().map(|number| self.vault.index("household", number));
        let external = worker.external.as_ref();
        let consents: Vec<ConsentJson> = worker.consents.iter().map(ConsentJson::from).collect();
        let done = sqlx::query(UPSERT)
            .bind(worker.id.as_str())
            .bind(external.map(|external| external.source.as_str()))
            .bind(external.map(|external| external.id.as_str()))
            .bind(worker.account.as_ref().map(AccountId::as_str))
            .bind(worker.station.as_ref().map(StationId::as_str))
            .bind(sealed)
            .bind(phone)
            .bind(number)
            .bind(worker.village.as_deref())
            .bind(Real(profile.point.map(Point::lat)))
            .bind(Real(profile.point.map(Point::lon)))
            .bind(profile.radius_m)
            .bind(json::words(&profile.skills))
            .bind(json::words(profile.occupations.iter().map(|code| code.as_str())))
            .bind(profile.day_wage_wish.map(|wish| wish.0))
            .bind(json::text(&AvailableJson::from(&profile.available)))
            .bind(json::text(&consents))
            .bind(worker.version)
            .bind(i64::from(worker.demo))
            .bind(worker.created_at.0)
            .bind(worker.updated_at.0)
            .bind(household)
            .bind(json::words(profile.skill_occupations.iter().map(|code| code.as_str())))
            .bind(json::text(
                &profile.certificates.iter().map(CertificateJson::from).collect::<Vec<_>>(),
            ))
            .bind(json::words(profile.modes.iter().map(|mode| mode.word())))
            .bind(self.vault.index("name", &person.name))
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn worker_profile(row: &AnyRow) -> StoreResult<WorkerProfile> {
    let cells = Cells::new(row, "worker", "id");
    let codes = |name| -> StoreResult<Vec<OccupationCode>> {
        let codes = cells.json::<Vec<String>>(name)?;
        cells.checked(name, codes.iter().map(|code| code.parse().ok()).collect::<Option<_>>())
    };
    let profile = Profile {
        point: cells.point()?,
        radius_m: cells.real("radius_m")?,
        skills: cells.json("skills")?,
        occupations: codes("occupations")?,
        skill_occupations: codes("skill_occupations")?,
        modes: {
            let words = cells.json::<Vec<String>>("modes")?;
            let modes = words.iter().map(|word| word.parse::<Mode>().ok());
            cells.checked("modes", modes.collect::<Option<_>>())?
        },
        certificates: {
            let held = cells.json::<Vec<CertificateJson>>("certificates")?;
            let held = held.into_iter().map(|json| Certificate::try_from(json).ok());
            cells.checked("certificates", held.collect::<Option<_>>())?
        },
        day_wage_wish: cells.int_maybe("day_wage_wish")?.map(Fen),
        available: Available::from(cells.json::<AvailableJson>("available")?),
    };
    Ok(WorkerProfile { id: cells.parsed("id")?, version: cells.int("version")?, profile })
}

fn worker(row: &AnyRow, vault: &Vault) -> StoreResult<Worker> {
    let cells = Cells::new(row, "worker", "id");
    let WorkerProfile { id, version, profile } = worker_profile(row)?;
    let opened = vault.open(&sealed_at(&id), &cells.text("person_sealed")?)?;
    let person = serde_json::from_str::<PersonJson>(&opened).ok();
    let person: Option<Person> = person.and_then(|json| json.try_into().ok());
    let consents = cells.json::<Vec<ConsentJson>>("consents")?;
    Ok(Worker {
        id,
        person: cells.checked("person_sealed", person)?,
        profile,
        village: cells.text_maybe("village")?,
        consents: consents.into_iter().map(Consent::from).collect(),
        station: cells.parsed_maybe("station")?,
        account: cells.parsed_maybe("account")?,
        external: cells.external()?,
        version,
        demo: cells.flag("demo")?,
        created_at: Moment(cells.int("created_at")?),
        updated_at: Moment(cells.int("updated_at")?),
    })
}
