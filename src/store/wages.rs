//! The wage ledger, and bars from publishing. Nothing here deletes: the ledger is kept at least three
//! years (保障农民工工资支付条例 §15).

use sqlx::{Row, any::AnyRow};

use super::{
    StoreResult, Vault,
    engine::{Txn, View},
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    calendar::Day,
    ids::{AccountId, AttendanceId, BarId, JobId, OrgId, StationId, WageId, WorkerId},
    ledger::{WageEntry, WageStatus},
    money::Fen,
    time::Moment,
};

/// Which entries a list wants; everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct WageFilter {
    /// In this state.
    pub status: Option<WageStatus>,
    /// Of postings of this organisation.
    pub org: Option<OrgId>,
    /// Of postings by this account.
    pub poster: Option<AccountId>,
    /// Of workers whom this station registered, or of postings that it was chosen for.
    pub station: Option<StationId>,
    /// Of this posting.
    pub job: Option<JobId>,
    /// Of this worker.
    pub worker: Option<WorkerId>,
}

/// Somebody who may not publish.
#[derive(Clone, Debug)]
pub struct Bar {
    /// The id.
    pub id: BarId,
    /// Who; see [`crate::domain::ledger::payer`].
    pub payer: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: Moment,
}

fn sealed_at(id: &WageId) -> String {
    format!("wage.voucher:{id}")
}

impl View {
    /// Entries of the wage ledger whose sum is not that of the payments that arrived, at most
    /// `limit`: each with both, in fen.
    pub async fn wages_that_disagree(
        &mut self,
        limit: i64,
    ) -> StoreResult<Vec<(String, Fen, Fen)>> {
        let rows = sqlx::query(
            "select wage.id as id, wage.paid as noted, cast(coalesce(sum(case when \
             wage_payment.arrived = 1 then wage_payment.amount_fen else 0 end), 0) as bigint) \
             as summed from wage left join wage_payment on wage_payment.wage = wage.id \
             group by wage.id, wage.paid having wage.paid <> coalesce(sum(case when \
             wage_payment.arrived = 1 then wage_payment.amount_fen else 0 end), 0) \
             order by wage.id limit $1",
        )
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        let both = |row: &AnyRow| {
            let cells = Cells::new(row, "wage", "id");
            Ok((cells.text("id")?, Fen(cells.int("noted")?), Fen(cells.int("summed")?)))
        };
        rows.iter().map(both).collect()
    }

    /// One entry.
    pub async fn wage(&mut self, id: &WageId) -> StoreResult<Option<WageEntry>> {
        let row = sqlx::query("select * from wage where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| wage(&row, &self.vault)).transpose()
    }

    /// The entry of an attendance.
    pub async fn wage_for(&mut self, attendance: &AttendanceId) -> StoreResult<Option<WageEntry>> {
        let row = sqlx::query("select * from wage where attendance = $1")
            .bind(attendance.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| wage(&row, &self.vault)).transpose()
    }

    /// At most `limit` entries that a filter lets through, those to be paid first in front.
    pub async fn wages(&mut self, filter: &WageFilter, limit: i64) -> StoreResult<Vec<WageEntry>> {
        let mut query = Statement::new(
            "select wage.* from wage join job on job.id = wage.job \
             join worker on worker.id = wage.worker where 1 = 1",
        );
        if let Some(status) = filter.status {
            query.push(" and wage.status = ").bind(status.word());
        }
        if let Some(org) = &filter.org {
            query.push(" and job.org = ").bind(org.as_str());
        }
        if let Some(poster) = &filter.poster {
            query.push(" and job.poster = ").bind(poster.as_str());
        }
        if let Some(station) = &filter.station {
            query
                .push(" and (worker.station = ")
                .bind(station.as_str())
                .push(" or job.stations like ")
                .bind(format!("%\"{station}\"%"))
                .push(")");
        }
        if let Some(job) = &filter.job {
            query.push(" and wage.job = ").bind(job.as_str());
        }
        if let Some(worker) = &filter.worker {
            query.push(" and wage.worker = ").bind(worker.as_str());
        }
        query
            .push(
                " order by case wage.status when 'overdue' then 0 when 'due' then 1 \
                 when 'paid' then 2 else 3 end, case when wage.status in ('overdue', 'due') \
                 then wage.pay_on else '' end, wage.day desc, wage.id limit ",
            )
            .bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| wage(row, &self.vault)).collect()
    }

    /// Entries that were to be paid before `today` and were not, at most `limit`.
    pub async fn wages_lapsed(&mut self, today: Day, limit: i64) -> StoreResult<Vec<WageEntry>> {
        let rows = sqlx::query(
            "select * from wage where status = 'due' and pay_on < $1 order by pay_on, id limit $2",
        )
        .bind(today.to_string())
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| wage(row, &self.vault)).collect()
    }

    /// On how many postings somebody fell into arrears since a day.
    pub async fn arrears_of(&mut self, payer: &str, since: Day) -> StoreResult<i64> {
        let row = sqlx::query(
            "select count(distinct job) as jobs from wage where payer = $1 \
             and overdue_since is not null and overdue_since >= $2",
        )
        .bind(payer)
        .bind(since.to_string())
        .fetch_one(self.connection())
        .await?;
        Ok(row.try_get("jobs")?)
    }

    /// The bar that stands against somebody.
    pub async fn bar_against(&mut self, payer: &str) -> StoreResult<Option<Bar>> {
        let row = sqlx::query("select * from bar where payer = $1 and lifted_at is null")
            .bind(payer)
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(bar).transpose()
    }

    /// Every bar that stands, oldest first.
    pub async fn bars(&mut self) -> StoreResult<Vec<Bar>> {
        let rows = sqlx::query("select * from bar where lifted_at is null order by since, id")
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(bar).collect()
    }
}

impl Txn {
    /// Writes an entry: a new one, or what it says by now.
    pub async fn put_wage(&mut self, wage: &WageEntry, at: Moment) -> StoreResult<()> {
        let voucher = wage.voucher.as_ref();
        let sealed = voucher.map(|text| self.vault.seal(&sealed_at(&wage.id), text)).transpose()?;
        sqlx::query(
            "insert into wage (id, attendance, booking, job, worker, payer, cycle_first, \
             cycle_last, day, minutes, pieces, promised, extra, deduction, why, paid, pay_on, \
             paid_on, method, voucher_sealed, status, overdue_since, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
             $18, $19, $20, $21, $22, $23, $24) \
             on conflict (id) do update set minutes = excluded.minutes, pieces = excluded.pieces, \
             promised = excluded.promised, extra = excluded.extra, \
             deduction = excluded.deduction, why = excluded.why, paid = excluded.paid, \
             pay_on = excluded.pay_on, paid_on = excluded.paid_on, method = excluded.method, \
             voucher_sealed = excluded.voucher_sealed, status = excluded.status, \
             overdue_since = excluded.overdue_since, updated_at = excluded.updated_at",
        )
        .bind(wage.id.as_str())
        .bind(wage.attendance.as_str())
        .bind(wage.booking.as_str())
        .bind(wage.job.as_str())
        .bind(wage.worker.as_str())
        .bind(&wage.payer)
        .bind(wage.cycle.0.to_string())
        .bind(wage.cycle.1.to_string())
        .bind(wage.day.to_string())
        .bind(wage.minutes)
        .bind(wage.pieces)
        .bind(wage.promised.0)
        .bind(wage.extra.0)
        .bind(wage.deduction.0)
        .bind(wage.why.as_deref())
        .bind(wage.paid.0)
        .bind(wage.pay_on.to_string())
        .bind(wage.paid_on.map(|day| day.to_string()))
        .bind(wage.method.map(|method| method.word()))
        .bind(sealed)
        .bind(wage.status.word())
        .bind(wage.overdue_since.map(|day| day.to_string()))
        .bind(wage.created_at.0)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Notes what reached the worker on a day.
    pub async fn add_wage_payment(
        &mut self,
        wage: &WageId,
        day: Day,
        amount: Fen,
    ) -> StoreResult<()> {
        let row = sqlx::query("select count(*) as payments from wage_payment where wage = $1")
            .bind(wage.as_str())
            .fetch_one(self.connection())
            .await?;
        let before: i64 = row.try_get("payments")?;
        sqlx::query(
            "insert into wage_payment (wage, seq, day, amount_fen, arrived) \
             values ($1, $2, $3, $4, 1)",
        )
        .bind(wage.as_str())
        .bind(before + 1)
        .bind(day.to_string())
        .bind(amount.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// What was noted as paid on an entry did not arrive.
    pub async fn deny_wage_payments(&mut self, wage: &WageId) -> StoreResult<()> {
        sqlx::query("update wage_payment set arrived = 0 where wage = $1")
            .bind(wage.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Bars somebody from publishing. Answers whether no bar stood before.
    pub async fn add_bar(&mut self, bar: &Bar) -> StoreResult<bool> {
        let done = sqlx::query(
            "insert into bar (id, payer, reason, since) values ($1, $2, $3, $4) \
             on conflict do nothing",
        )
        .bind(bar.id.as_str())
        .bind(&bar.payer)
        .bind(&bar.reason)
        .bind(bar.since.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lifts a bar. Answers whether it stood.
    pub async fn lift_bar(
        &mut self,
        id: &BarId,
        by: &str,
        why: &str,
        at: Moment,
    ) -> StoreResult<bool> {
        let done = sqlx::query(
            "update bar set lifted_at = $1, lifted_by = $2, lifted_why = $3 \
             where id = $4 and lifted_at is null",
        )
        .bind(at.0)
        .bind(by)
        .bind(why)
        .bind(id.as_str())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn bar(row: &AnyRow) -> StoreResult<Bar> {
    let cells = Cells::new(row, "bar", "id");
    Ok(Bar {
        id: cells.parsed("id")?,
        payer: cells.text("payer")?,
        reason: cells.text("reason")?,
        since: Moment(cells.int("since")?),
    })
}

fn wage(row: &AnyRow, vault: &Vault) -> StoreResult<WageEntry> {
    let cells = Cells::new(row, "wage", "id");
    let id: WageId = cells.parsed("id")?;
    let voucher = cells.text_maybe("voucher_sealed")?;
    Ok(WageEntry {
        attendance: cells.parsed("attendance")?,
        booking: cells.parsed("booking")?,
        job: cells.parsed("job")?,
        worker: cells.parsed("worker")?,
        payer: cells.text("payer")?,
        cycle: (cells.parsed("cycle_first")?, cells.parsed("cycle_last")?),
        day: cells.parsed("day")?,
        minutes: cells.int("minutes")?,
        pieces: cells.int_maybe("pieces")?,
        promised: Fen(cells.int("promised")?),
        extra: Fen(cells.int("extra")?),
        deduction: Fen(cells.int("deduction")?),
        why: cells.text_maybe("why")?,
        paid: Fen(cells.int("paid")?),
        pay_on: cells.parsed("pay_on")?,
        paid_on: cells.parsed_maybe("paid_on")?,
        method: cells.parsed_maybe("method")?,
        voucher: voucher.map(|sealed| vault.open(&sealed_at(&id), &sealed)).transpose()?,
        status: cells.parsed("status")?,
        overdue_since: cells.parsed_maybe("overdue_since")?,
        created_at: Moment(cells.int("created_at")?),
        id,
    })
}
