//! Claims, the keys that they use up, the ledger of payments, objections, budgets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::{
    StoreResult, Vault,
    engine::{Txn, View},
    json,
    placements::chunks,
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    calendar::Day,
    claim::{Budget, Claim, ClaimKey, Objection, Payee, Payment, Stage},
    ids::{ClaimId, ObjectionId, OrgId, PlacementId, StationId, WorkerId},
    money::Fen,
    time::Moment,
};

/// Which claims are asked for; what is absent restricts nothing.
#[derive(Clone, Debug, Default)]
pub struct ClaimFilter {
    /// In one of these stages; empty means any.
    pub stages: Vec<Stage>,
    /// For this broker or agency.
    pub organiser: Option<OrgId>,
    /// On this person's work.
    pub worker: Option<WorkerId>,
    /// On this placement.
    pub placement: Option<PlacementId>,
    /// At this town's desk.
    pub station: Option<StationId>,
    /// In this village.
    pub village: Option<String>,
    /// Led by this bureau.
    pub bureau: Option<String>,
    /// Whose notice ended before this day.
    pub notice_ended_before: Option<Day>,
}

#[derive(Serialize, Deserialize)]
struct ObjectionJson {
    text: String,
    contact: Option<String>,
}

fn sealed_at(id: &ObjectionId) -> String {
    format!("objection.objection:{id}")
}

impl View {
    /// One claim.
    pub async fn claim(&mut self, id: &ClaimId) -> StoreResult<Option<Claim>> {
        let row = sqlx::query("select * from claim where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(claim).transpose()
    }

    /// At most `limit` claims, longest in their stage first.
    pub async fn claims(&mut self, filter: &ClaimFilter, limit: i64) -> StoreResult<Vec<Claim>> {
        let mut statement = Statement::new("select * from claim where 1 = 1");
        if !filter.stages.is_empty() {
            statement.push(" and stage in ");
            statement.bind_list(filter.stages.iter().map(|stage| stage.word()));
        }
        let scopes = [
            (" and organiser = ", filter.organiser.as_ref().map(ToString::to_string)),
            (" and worker = ", filter.worker.as_ref().map(ToString::to_string)),
            (" and placement = ", filter.placement.as_ref().map(ToString::to_string)),
            (" and station = ", filter.station.as_ref().map(ToString::to_string)),
            (" and village = ", filter.village.clone()),
            (" and bureau = ", filter.bureau.clone()),
            // Days are stored so that their order is that of the text.
            (" and notice_to < ", filter.notice_ended_before.map(|day| day.to_string())),
        ];
        for (words, value) in scopes {
            if let Some(value) = value {
                statement.push(words).bind(value);
            }
        }
        statement.push(" order by staged_at, id limit ").bind(limit);
        let rows = statement.fetch_all(self.connection()).await?;
        rows.iter().map(claim).collect()
    }

    /// Every claim on the work of these people.
    pub async fn claims_on(&mut self, workers: &BTreeSet<WorkerId>) -> StoreResult<Vec<Claim>> {
        let mut found = Vec::new();
        for some in chunks(workers) {
            let mut statement = Statement::new("select * from claim where worker in ");
            statement.bind_list(some.iter().map(ToString::to_string));
            statement.push(" order by id");
            let rows = statement.fetch_all(self.connection()).await?;
            for row in &rows {
                found.push(claim(row)?);
            }
        }
        Ok(found)
    }

    /// Every claim of an entity (四).
    pub async fn claims_of_entity(&mut self, entity: &str) -> StoreResult<Vec<Claim>> {
        let rows = sqlx::query("select * from claim where entity = $1 order by id")
            .bind(entity)
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(claim).collect()
    }

    /// What was paid and asked back on a claim.
    pub async fn payments_of(&mut self, claim: &ClaimId) -> StoreResult<Vec<Payment>> {
        let rows = sqlx::query("select * from payment where claim = $1 order by at")
            .bind(claim.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(payment).collect()
    }

    /// The whole ledger, oldest first.
    pub async fn ledger(&mut self) -> StoreResult<Vec<Payment>> {
        let rows = sqlx::query("select * from payment order by at, claim")
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(payment).collect()
    }

    /// What was paid in a calendar year less what was asked back in it, by rule.
    pub async fn spent_in(&mut self, year: i16) -> StoreResult<Vec<(String, Fen)>> {
        let rows = sqlx::query(
            "select claim.rule, cast(sum(payment.amount_fen) as bigint) as total \
             from payment join claim on claim.id = payment.claim where payment.day like $1 \
             group by claim.rule order by claim.rule",
        )
        .bind(format!("{year:04}-%"))
        .fetch_all(self.connection())
        .await?;
        let total = |row: &AnyRow| {
            let cells = Cells::new(row, "payment", "rule");
            Ok((cells.text("rule")?, Fen(cells.int("total")?)))
        };
        rows.iter().map(total).collect()
    }

    /// The objections to a claim, oldest first.
    pub async fn objections_to(&mut self, claim: &ClaimId) -> StoreResult<Vec<Objection>> {
        let rows = sqlx::query("select * from objection where claim = $1 order by id")
            .bind(claim.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(|row| objection(row, &self.vault)).collect()
    }

    /// What is set aside, by rule and year.
    pub async fn budgets(&mut self) -> StoreResult<Vec<Budget>> {
        let rows = sqlx::query("select * from budget order by year, rule")
            .fetch_all(self.connection())
            .await?;
        rows.iter()
            .map(|row| {
                let cells = Cells::new(row, "budget", "rule");
                let year = i16::try_from(cells.int("year")?).ok();
                Ok(Budget {
                    rule: cells.text("rule")?,
                    year: cells.checked("year", year)?,
                    amount: Fen(cells.int("amount_fen")?),
                })
            })
            .collect()
    }
}

const UPSERT: &str = "insert into claim (id, policy, rule, organiser, worker, placement, entity, \
    payee, arises_on, as_of, amount_fen, low_fen, high_fen, keys, stage, notice, notice_from, \
    notice_to, reason, bureau, station, village, filed_by, version, demo, created_at, staged_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
    $20, $21, $22, $23, $24, $25, $26, $27) \
    on conflict (id) do update set as_of = excluded.as_of, amount_fen = excluded.amount_fen, \
    keys = excluded.keys, stage = excluded.stage, notice = excluded.notice, \
    notice_from = excluded.notice_from, notice_to = excluded.notice_to, \
    reason = excluded.reason, version = excluded.version, staged_at = excluded.staged_at \
    where claim.version = excluded.version - 1";

impl Txn {
    /// Lets only one transaction at a time decide what is drawn, until the commit.
    pub async fn hold_claims(&mut self) -> StoreResult<()> {
        sqlx::query("update claim_gate set turns = turns + 1 where id = 1")
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Writes a claim: a new one, or the next version of one that is held.
    ///
    /// Answers whether it was written; it was not where somebody else wrote that version first.
    pub async fn put_claim(&mut self, claim: &Claim) -> StoreResult<bool> {
        let (organiser, entity, payee) = match &claim.payee {
            Payee::Organiser(id) => (Some(id.as_str()), None, "organiser"),
            Payee::Worker(_) => (None, None, "worker"),
            Payee::Entity(key) => (None, Some(key.as_str()), "entity"),
        };
        let keys: Vec<(&str, i64)> =
            claim.keys.iter().map(|held| (held.key.as_str(), held.after.0)).collect();
        let done = sqlx::query(UPSERT)
            .bind(claim.id.as_str())
            .bind(&claim.policy)
            .bind(&claim.rule)
            .bind(organiser)
            .bind(claim.worker.as_ref().map(WorkerId::as_str))
            .bind(claim.placement.as_ref().map(PlacementId::as_str))
            .bind(entity)
            .bind(payee)
            .bind(claim.arises_on.to_string())
            .bind(claim.as_of.to_string())
            .bind(claim.amount.map(|amount| amount.0))
            .bind(claim.range.map(|(low, _)| low.0))
            .bind(claim.range.map(|(_, high)| high.0))
            .bind(json::text(&keys))
            .bind(claim.stage.word())
            .bind(claim.notice.map(Stage::word))
            .bind(claim.on_notice.map(|(from, _)| from.to_string()))
            .bind(claim.on_notice.map(|(_, to)| to.to_string()))
            .bind(claim.reason.as_deref())
            .bind(&claim.bureau)
            .bind(claim.station.as_ref().map(StationId::as_str))
            .bind(claim.village.as_deref())
            .bind(&claim.filed_by)
            .bind(claim.version)
            .bind(i64::from(claim.demo))
            .bind(claim.created_at.0)
            .bind(claim.staged_at.0)
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Uses a claim's keys up.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another claim holds one of them.
    pub async fn draw_keys(&mut self, claim: &Claim) -> StoreResult<()> {
        for held in &claim.keys {
            sqlx::query("insert into claim_key (name, after_fen, claim) values ($1, $2, $3)")
                .bind(&held.key)
                .bind(held.after.0)
                .bind(claim.id.as_str())
                .execute(self.connection())
                .await?;
        }
        Ok(())
    }

    /// Gives a claim's keys back.
    pub async fn free_keys(&mut self, claim: &ClaimId) -> StoreResult<()> {
        sqlx::query("delete from claim_key where claim = $1")
            .bind(claim.as_str())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Adds an entry to the ledger.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where the claim has such an entry.
    pub async fn add_payment(&mut self, payment: &Payment, at: Moment) -> StoreResult<()> {
        sqlx::query(
            "insert into payment (claim, kind, amount_fen, day, batch, at) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(payment.claim.as_str())
        .bind(payment.kind.word())
        .bind(payment.amount.0)
        .bind(payment.day.to_string())
        .bind(&payment.batch)
        .bind(at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Adds an objection.
    pub async fn add_objection(&mut self, objection: &Objection) -> StoreResult<()> {
        let said =
            ObjectionJson { text: objection.text.clone(), contact: objection.contact.clone() };
        let sealed = self.vault.seal(&sealed_at(&objection.id), &json::text(&said))?;
        sqlx::query(
            "insert into objection (id, claim, objection_sealed, created_at) \
             values ($1, $2, $3, $4)",
        )
        .bind(objection.id.as_str())
        .bind(objection.claim.as_str())
        .bind(sealed)
        .bind(objection.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Sets aside an amount for a rule and year.
    pub async fn put_budget(&mut self, budget: &Budget) -> StoreResult<()> {
        sqlx::query(
            "insert into budget (rule, year, amount_fen) values ($1, $2, $3) \
             on conflict (rule, year) do update set amount_fen = excluded.amount_fen",
        )
        .bind(&budget.rule)
        .bind(i64::from(budget.year))
        .bind(budget.amount.0)
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

fn claim(row: &AnyRow) -> StoreResult<Claim> {
    let cells = Cells::new(row, "claim", "id");
    let worker: Option<WorkerId> = cells.parsed_maybe("worker")?;
    let payee = match cells.text("payee")?.as_str() {
        "organiser" => cells.parsed_maybe("organiser")?.map(Payee::Organiser),
        "worker" => worker.clone().map(Payee::Worker),
        "entity" => cells.text_maybe("entity")?.map(Payee::Entity),
        _ => None,
    };
    let range = cells.int_maybe("low_fen")?.zip(cells.int_maybe("high_fen")?);
    let keys = cells.json::<Vec<(String, i64)>>("keys")?;
    Ok(Claim {
        id: cells.parsed("id")?,
        policy: cells.text("policy")?,
        rule: cells.text("rule")?,
        payee: cells.checked("payee", payee)?,
        worker,
        placement: cells.parsed_maybe("placement")?,
        arises_on: cells.parsed("arises_on")?,
        as_of: cells.parsed("as_of")?,
        amount: cells.int_maybe("amount_fen")?.map(Fen),
        range: range.map(|(low, high)| (Fen(low), Fen(high))),
        keys: keys.into_iter().map(|(key, after)| ClaimKey { key, after: Fen(after) }).collect(),
        stage: cells.parsed("stage")?,
        notice: cells.parsed_maybe("notice")?,
        on_notice: cells.parsed_maybe("notice_from")?.zip(cells.parsed_maybe("notice_to")?),
        reason: cells.text_maybe("reason")?,
        bureau: cells.text("bureau")?,
        station: cells.parsed_maybe("station")?,
        village: cells.text_maybe("village")?,
        filed_by: cells.text("filed_by")?,
        version: cells.int("version")?,
        demo: cells.flag("demo")?,
        created_at: Moment(cells.int("created_at")?),
        staged_at: Moment(cells.int("staged_at")?),
    })
}

fn payment(row: &AnyRow) -> StoreResult<Payment> {
    let cells = Cells::new(row, "payment", "claim");
    Ok(Payment {
        claim: cells.parsed("claim")?,
        kind: cells.parsed("kind")?,
        amount: Fen(cells.int("amount_fen")?),
        day: cells.parsed("day")?,
        batch: cells.text("batch")?,
    })
}

fn objection(row: &AnyRow, vault: &Vault) -> StoreResult<Objection> {
    let cells = Cells::new(row, "objection", "id");
    let id: ObjectionId = cells.parsed("id")?;
    let opened = vault.open(&sealed_at(&id), &cells.text("objection_sealed")?)?;
    let said = serde_json::from_str::<ObjectionJson>(&opened).ok();
    let said = cells.checked("objection_sealed", said)?;
    Ok(Objection {
        id,
        claim: cells.parsed("claim")?,
        text: said.text,
        contact: said.contact,
        created_at: Moment(cells.int("created_at")?),
    })
}
