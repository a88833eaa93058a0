//! Stable employment: placements; and incomes, declared or paid by the wage ledger.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::any::AnyRow;

use super::{
    StoreResult,
    engine::{Txn, View},
    json,
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    calendar::Month,
    division,
    ids::{BookingId, IncomeId, OrgId, PlacementId, StationId, WorkerId},
    income::{DeclaredIncome, Earning, IncomeKind, IncomeSource},
    money::Fen,
    org::Employer,
    placement::{Ending, Insurance, Placement, PlacementTerms},
    time::Moment,
    town::town_at,
};

/// Which placements are asked for; what is absent restricts nothing.
#[derive(Clone, Debug, Default)]
pub struct PlacementFilter {
    /// Organised by this broker or agency.
    pub organiser: Option<OrgId>,
    /// Served by this station.
    pub station: Option<StationId>,
    /// With this employer, by its key.
    pub employer: Option<String>,
}

impl View {
    /// One placement.
    pub async fn placement(&mut self, id: &PlacementId) -> StoreResult<Option<Placement>> {
        let row = sqlx::query("select * from placement where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(placement).transpose()
    }

    /// The placement that came from a booking.
    pub async fn placement_from(&mut self, booking: &BookingId) -> StoreResult<Option<Placement>> {
        let row = sqlx::query("select * from placement where booking = $1")
            .bind(booking.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(placement).transpose()
    }

    /// At most `limit` placements, the earliest begun first.
    pub async fn placements(
        &mut self,
        filter: &PlacementFilter,
        limit: i64,
    ) -> StoreResult<Vec<Placement>> {
        let mut statement = Statement::new("select * from placement where 1 = 1");
        if let Some(organiser) = &filter.organiser {
            statement.push(" and organiser = ").bind(organiser.to_string());
        }
        if let Some(station) = &filter.station {
            statement.push(" and station = ").bind(station.to_string());
        }
        if let Some(employer) = &filter.employer {
            statement.push(" and employer_key = ").bind(employer.clone());
        }
        statement.push(" order by start_day, id limit ").bind(limit);
        let rows = statement.fetch_all(self.connection()).await?;
        rows.iter().map(placement).collect()
    }

    /// Every placement of these people that is not void.
    pub async fn placements_of(
        &mut self,
        workers: &BTreeSet<WorkerId>,
    ) -> StoreResult<Vec<Placement>> {
        let mut found = Vec::new();
        for some in chunks(workers) {
            let mut statement = Statement::new("select * from placement where worker in ");
            statement.bind_list(some.iter().map(ToString::to_string));
            statement.push(" and status <> 'void' order by start_day, id");
            let rows = statement.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(placement(row)?);
            }
        }
        Ok(found)
    }

    /// Every declared income of these people, by day.
    pub async fn incomes_of(
        &mut self,
        workers: &BTreeSet<WorkerId>,
    ) -> StoreResult<Vec<DeclaredIncome>> {
        let mut found = Vec::new();
        for some in chunks(workers) {
            let mut statement = Statement::new("select * from income where worker in ");
            statement.bind_list(some.iter().map(ToString::to_string));
            statement.push(" and void_at is null order by day, id");
            let rows = statement.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(income(row)?);
            }
        }
        Ok(found)
    }

    /// A declared income that counts.
    pub async fn income(&mut self, id: &IncomeId) -> StoreResult<Option<DeclaredIncome>> {
        let row = sqlx::query("select * from income where id = $1 and void_at is null")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(income).transpose()
    }

    /// What reached these people by the wage ledger, by day.
    pub async fn wages_received(
        &mut self,
        workers: &BTreeSet<WorkerId>,
    ) -> StoreResult<Vec<Earning>> {
        let mut found = Vec::new();
        for some in chunks(workers) {
            let mut statement = Statement::new(
                "select wage_payment.*, wage.worker, wage.job, job.division, job.lat, job.lon \
                 from wage_payment join wage on wage.id = wage_payment.wage \
                 join job on job.id = wage.job where wage_payment.arrived = 1 and wage.worker in ",
            );
            statement.bind_list(some.iter().map(ToString::to_string));
            statement.push(" order by wage_payment.day, wage_payment.wage, wage_payment.seq");
            let rows = statement.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(received(row)?);
            }
        }
        Ok(found)
    }
}

/// Values of one statement; both engines bear more.
const LIST_MAX: usize = 500;

/// The ids in lists that a statement bears.
pub(super) fn chunks<T: Ord + Clone>(ids: &BTreeSet<T>) -> Vec<Vec<T>> {
    let all: Vec<T> = ids.iter().cloned().collect();
    all.chunks(LIST_MAX).map(<[T]>::to_vec).collect()
}

const UPSERT: &str = "insert into placement (id, worker, organiser, employer_name, employer_uscc, \
    employer_kind, employer_key, division, hukou, start_day, end_day, end_reason, \
    contract_signed, insured, proofs, booking, status, station, version, demo, created_at, \
    updated_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
    $20, $21, $22) \
    on conflict (id) do update set organiser = excluded.organiser, \
    employer_name = excluded.employer_name, employer_uscc = excluded.employer_uscc, \
    employer_kind = excluded.employer_kind, employer_key = excluded.employer_key, \
    division = excluded.division, hukou = excluded.hukou, start_day = excluded.start_day, \
    end_day = excluded.end_day, end_reason = excluded.end_reason, \
    contract_signed = excluded.contract_signed, insured = excluded.insured, \
    proofs = excluded.proofs, status = excluded.status, version = excluded.version, \
    updated_at = excluded.updated_at where placement.version = excluded.version - 1";

impl Txn {
    /// Writes a placement: a new one, or the next version of one that is held.
    ///
    /// Answers whether it was written; it was not where somebody else wrote that version first.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another placement came from the same booking.
    pub async fn put_placement(&mut self, placement: &Placement) -> StoreResult<bool> {
        let terms = &placement.terms;
        let insured: BTreeMap<String, Vec<&str>> = placement
            .insured
            .iter()
            .map(|(month, kinds)| {
                (month.to_string(), kinds.iter().map(|kind| kind.word()).collect())
            })
            .collect();
        let proofs: Vec<String> = placement.proofs.iter().map(Month::to_string).collect();
        let ending = placement.ending.as_ref();
        let done = sqlx::query(UPSERT)
            .bind(placement.id.as_str())
            .bind(placement.worker.as_str())
            .bind(placement.organiser.as_ref().map(OrgId::as_str))
            .bind(&terms.employer.name)
            .bind(terms.employer.uscc.as_ref().map(|code| code.as_str()))
            .bind(terms.employer.kind.word())
            .bind(placement.employer_key())
            .bind(&terms.division)
            .bind(&terms.hukou)
            .bind(terms.start.to_string())
            .bind(ending.map(|ending| ending.day.to_string()))
            .bind(ending.map(|ending| ending.reason.as_str()))
            .bind(terms.contract_signed.map(|day| day.to_string()))
            .bind(json::text(&insured))
            .bind(json::words(&proofs))
            .bind(placement.booking.as_ref().map(BookingId::as_str))
            .bind(placement.status.word())
            .bind(placement.station.as_ref().map(StationId::as_str))
            .bind(placement.version)
            .bind(i64::from(placement.demo))
            .bind(placement.created_at.0)
            .bind(placement.updated_at.0)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Adds a declared income.
    pub async fn add_income(&mut self, income: &DeclaredIncome) -> StoreResult<()> {
        sqlx::query(
            "insert into income (id, worker, day, amount_fen, division, kind, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(income.id.as_str())
        .bind(income.worker.as_str())
        .bind(income.day.to_string())
        .bind(income.amount.0)
        .bind(&income.division)
        .bind(income.kind.word())
        .bind(income.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// A declared income counts no more. Answers whether it did.
    pub async fn void_income(&mut self, id: &IncomeId, at: Moment) -> StoreResult<bool> {
        let done = sqlx::query("update income set void_at = $1 where id = $2 and void_at is null")
            .bind(at.0)
            .bind(id.as_str())
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn placement(row: &AnyRow) -> StoreResult<Placement> {
    let cells = Cells::new(row, "placement", "id");
    let end_day = cells.parsed_maybe("end_day")?;
    let end_reason = cells.text_maybe("end_reason")?.unwrap_or_default();
    let insured = cells.json::<BTreeMap<String, Vec<String>>>("insured")?;
    let insured = insured.iter().map(|(month, kinds)| {
        let kinds: Option<BTreeSet<Insurance>> =
            kinds.iter().map(|word| word.parse().ok()).collect();
        Some((month.parse().ok()?, kinds?))
    });
    let proofs = cells.json::<Vec<String>>("proofs")?;
    let proofs = proofs.iter().map(|month| month.parse().ok());
    Ok(Placement {
        id: cells.parsed("id")?,
        worker: cells.parsed("worker")?,
        organiser: cells.parsed_maybe("organiser")?,
        terms: PlacementTerms {
            employer: Employer {
                name: cells.text("employer_name")?,
                uscc: cells.parsed_maybe("employer_uscc")?,
                kind: cells.parsed("employer_kind")?,
            },
            division: cells.text("division")?,
            hukou: cells.text("hukou")?,
            start: cells.parsed("start_day")?,
            contract_signed: cells.parsed_maybe("contract_signed")?,
        },
        ending: end_day.map(|day| Ending { day, reason: end_reason }),
        insured: cells.checked("insured", insured.collect())?,
        proofs: cells.checked("proofs", proofs.collect())?,
        booking: cells.parsed_maybe("booking")?,
        status: cells.parsed("status")?,
        station: cells.parsed_maybe("station")?,
        version: cells.int("version")?,
        demo: cells.flag("demo")?,
        created_at: Moment(cells.int("created_at")?),
        updated_at: Moment(cells.int("updated_at")?),
    })
}

fn income(row: &AnyRow) -> StoreResult<DeclaredIncome> {
    let cells = Cells::new(row, "income", "id");
    Ok(DeclaredIncome {
        id: cells.parsed("id")?,
        worker: cells.parsed("worker")?,
        day: cells.parsed("day")?,
        amount: Fen(cells.int("amount_fen")?),
        division: cells.text("division")?,
        kind: cells.parsed("kind")?,
        created_at: Moment(cells.int("created_at")?),
    })
}

fn received(row: &AnyRow) -> StoreResult<Earning> {
    let cells = Cells::new(row, "wage_payment", "wage");
    // The county that the posting names, else the one in which its point lies.
    let named = cells.text_maybe("division")?;
    let named = named.and_then(|code| division::find(&code).ok()?.county());
    let point = cells.point()?;
    let county = named.or_else(|| point.and_then(town_at)?.code.get(..6));
    Ok(Earning {
        worker: cells.parsed("worker")?,
        day: cells.parsed("day")?,
        amount: Fen(cells.int("amount_fen")?),
        division: county.map(str::to_owned),
        kind: IncomeKind::Wage,
        source: IncomeSource::Ledger(cells.parsed("wage")?, cells.parsed("job")?),
    })
}
