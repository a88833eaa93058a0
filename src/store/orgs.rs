//! Organisations, as posters too, and the authorisations of brokers.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::{
    StoreError, StoreResult, Vault,
    engine::{Txn, View},
    json,
    rows::Cells,
    statement::Statement,
};
use crate::domain::{
    calendar::Day,
    identity::{ResidentId, Uscc},
    ids::{MandateId, OrgId},
    org::{Employer, EmployerKind, Org},
    poster::{Check, Checked, Contact, Decided, Mandate, Poster},
    time::Moment,
};

/// Which authorisations a list wants; everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct MandateFilter {
    /// Of this broker.
    pub broker: Option<OrgId>,
    /// Where it stands.
    pub check: Option<Check>,
}

/// What is sealed of an organisation.
#[derive(Serialize, Deserialize)]
struct ContactJson {
    /// The private employer's name.
    own_name: Option<String>,
    name: String,
    phone: String,
    id_number: Option<String>,
}

fn contact_at(id: &OrgId) -> String {
    format!("org.contact:{id}")
}

fn employer_at(id: &MandateId) -> String {
    format!("mandate.employer:{id}")
}

impl View {
    /// One organisation.
    pub async fn org(&mut self, id: &OrgId) -> StoreResult<Option<Org>> {
        Ok(self.poster(id).await?.map(|poster| poster.org))
    }

    /// One organisation as a poster.
    pub async fn poster(&mut self, id: &OrgId) -> StoreResult<Option<Poster>> {
        let row = sqlx::query("select * from org where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(|row| poster(row, &self.vault)).transpose()
    }

    /// At most `limit` organisations that registered or employ, in this state where one is named;
    /// what changed longest ago comes first.
    pub async fn posters(&mut self, check: Option<Check>, limit: i64) -> StoreResult<Vec<Poster>> {
        let mut query = Statement::new(
            "select * from org where (contact_sealed is not null or exists (select 1 from account \
             where account.org = org.id and account.role in ('employer', 'broker')))",
        );
        if let Some(check) = check {
            query.push(" and status = ").bind(check.word());
        }
        query.push(" order by updated_at, id limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| poster(row, &self.vault)).collect()
    }

    /// At most `limit` organisations that may not post on this day and have live postings.
    pub async fn posters_lapsed(&mut self, today: Day, limit: i64) -> StoreResult<Vec<Poster>> {
        let rows = sqlx::query(
            "select * from org where (status = 'refused' or licence_until < $1) \
             and exists (select 1 from job where (job.org = org.id or job.via_broker = org.id) \
             and job.status in ('open', 'filled')) order by updated_at, id limit $2",
        )
        .bind(today.to_string())
        .bind(limit)
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| poster(row, &self.vault)).collect()
    }

    /// One authorisation.
    pub async fn mandate(&mut self, id: &MandateId) -> StoreResult<Option<Mandate>> {
        let row = sqlx::query("select * from mandate where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(|row| mandate(row, &self.vault)).transpose()
    }

    /// At most `limit` authorisations that a filter lets through, oldest first.
    pub async fn mandates(
        &mut self,
        filter: &MandateFilter,
        limit: i64,
    ) -> StoreResult<Vec<Mandate>> {
        let mut query = Statement::new("select * from mandate where 1 = 1");
        if let Some(broker) = &filter.broker {
            query.push(" and broker = ").bind(broker.as_str());
        }
        if let Some(check) = filter.check {
            query.push(" and status = ").bind(check.word());
        }
        query.push(" order by id limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| mandate(row, &self.vault)).collect()
    }
}

impl Txn {
    /// Adds an organisation for which the operator vouches.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where the id or the credit code is taken.
    pub async fn add_org(&mut self, org: &Org, at: Moment) -> StoreResult<()> {
        let decided = Some(Decided { office: "平台".to_owned(), at });
        let poster = Poster {
            org: org.clone(),
            checked: Checked { check: Check::Verified, decided, reason: None },
            licence_until: None,
            contact: None,
            version: 1,
            created_at: at,
            updated_at: at,
        };
        if self.put_poster(&poster).await? {
            Ok(())
        } else {
            Err(StoreError::Conflict(sqlx::Error::RowNotFound))
        }
    }

    /// Writes an organisation: a new one, or the next version of one that is held.
    ///
    /// Answers whether it was written; it was not where somebody else wrote that version first.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another has the credit code or the citizen's number.
    pub async fn put_poster(&mut self, poster: &Poster) -> StoreResult<bool> {
        let (org, checked) = (&poster.org, &poster.checked);
        let sealed = match &poster.contact {
            None => None,
            Some(contact) => {
                let private = org.employer.kind == EmployerKind::Individual;
                let held = ContactJson {
                    own_name: private.then(|| org.employer.name.clone()),
                    name: contact.name.clone(),
                    phone: contact.phone.expose().to_owned(),
                    id_number: contact.id_number.as_ref().map(|id| id.expose().to_owned()),
                };
                Some(self.vault.seal(&contact_at(&org.id), &json::text(&held))?)
            }
        };
        // Who was entered by hand has nothing sealed in which the name could stand.
        let name = match sealed {
            Some(_) => org.employer.public_name(),
            None => org.employer.name.clone(),
        };
        let number = poster.contact.as_ref().and_then(|contact| contact.id_number.as_ref());
        let number = number.map(|id| self.vault.index("org_id_number", id.expose()));
        let done = sqlx::query(
            "insert into org (id, name, uscc, kind, status, decided_by, decided_at, reason, \
             licence_until, contact_sealed, id_index, version, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
             on conflict (id) do update set name = excluded.name, uscc = excluded.uscc, \
             kind = excluded.kind, status = excluded.status, decided_by = excluded.decided_by, \
             decided_at = excluded.decided_at, reason = excluded.reason, \
             licence_until = excluded.licence_until, contact_sealed = excluded.contact_sealed, \
             id_index = excluded.id_index, version = excluded.version, \
             updated_at = excluded.updated_at where org.version = excluded.version - 1",
        )
        .bind(org.id.as_str())
        .bind(name)
        .bind(org.employer.uscc.as_ref().map(Uscc::as_str))
        .bind(org.employer.kind.word())
        .bind(checked.check.word())
        .bind(checked.decided.as_ref().map(|decided| decided.office.as_str()))
        .bind(checked.decided.as_ref().map(|decided| decided.at.0))
        .bind(checked.reason.as_deref())
        .bind(poster.licence_until.map(|day| day.to_string()))
        .bind(sealed)
        .bind(number)
        .bind(poster.version)
        .bind(poster.created_at.0)
        .bind(poster.updated_at.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Writes an authorisation: a new one, or the next version of one that is held.
    ///
    /// Answers whether it was written, as [`Txn::put_poster`].
    pub async fn put_mandate(&mut self, mandate: &Mandate) -> StoreResult<bool> {
        let (employer, checked) = (&mandate.employer, &mandate.checked);
        let sealed = match employer.kind {
            // A private employer's name is a person's name.
            EmployerKind::Individual => {
                Some(self.vault.seal(&employer_at(&mandate.id), &employer.name)?)
            }
            _ => None,
        };
        let done = sqlx::query(
            "insert into mandate (id, broker, employer_name, employer_sealed, employer_uscc, \
             employer_kind, from_day, to_day, evidence, status, decided_by, decided_at, reason, \
             version, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
             on conflict (id) do update set status = excluded.status, \
             decided_by = excluded.decided_by, decided_at = excluded.decided_at, \
             reason = excluded.reason, version = excluded.version \
             where mandate.version = excluded.version - 1",
        )
        .bind(mandate.id.as_str())
        .bind(mandate.broker.as_str())
        .bind(employer.public_name())
        .bind(sealed)
        .bind(employer.uscc.as_ref().map(Uscc::as_str))
        .bind(employer.kind.word())
        .bind(mandate.from.to_string())
        .bind(mandate.to.to_string())
        .bind(mandate.evidence.as_str())
        .bind(checked.check.word())
        .bind(checked.decided.as_ref().map(|decided| decided.office.as_str()))
        .bind(checked.decided.as_ref().map(|decided| decided.at.0))
        .bind(checked.reason.as_deref())
        .bind(mandate.version)
        .bind(mandate.created_at.0)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn checked(cells: &Cells<'_>) -> StoreResult<Checked> {
    let office = cells.text_maybe("decided_by")?;
    let at = cells.int_maybe("decided_at")?.map(Moment);
    Ok(Checked {
        check: cells.parsed("status")?,
        decided: office.zip(at).map(|(office, at)| Decided { office, at }),
        reason: cells.text_maybe("reason")?,
    })
}

fn poster(row: &AnyRow, vault: &Vault) -> StoreResult<Poster> {
    let cells = Cells::new(row, "org", "id");
    let id: OrgId = cells.parsed("id")?;
    let held = match cells.text_maybe("contact_sealed")? {
        None => None,
        Some(sealed) => {
            let opened = vault.open(&contact_at(&id), &sealed)?;
            let held = serde_json::from_str::<ContactJson>(&opened).ok();
            Some(cells.checked("contact_sealed", held)?)
        }
    };
    let own_name = held.as_ref().and_then(|held| held.own_name.clone());
    let contact = match held {
        None => None,
        Some(held) => {
            let number = held.id_number.map(|number| number.parse::<ResidentId>()).transpose();
            let phone = held.phone.parse().ok().zip(number.ok());
            let (phone, id_number) = cells.checked("contact_sealed", phone)?;
            Some(Contact { name: held.name, phone, id_number })
        }
    };
    Ok(Poster {
        org: Org {
            id,
            employer: Employer {
                name: match own_name {
                    Some(name) => name,
                    None => cells.text("name")?,
                },
                uscc: cells.parsed_maybe("uscc")?,
                kind: cells.parsed("kind")?,
            },
        },
        checked: checked(&cells)?,
        licence_until: cells.parsed_maybe("licence_until")?,
        contact,
        version: cells.int("version")?,
        created_at: Moment(cells.int("created_at")?),
        updated_at: Moment(cells.int("updated_at")?),
    })
}

fn mandate(row: &AnyRow, vault: &Vault) -> StoreResult<Mandate> {
    let cells = Cells::new(row, "mandate", "id");
    let id: MandateId = cells.parsed("id")?;
    let name = match cells.text_maybe("employer_sealed")? {
        Some(sealed) => vault.open(&employer_at(&id), &sealed)?,
        None => cells.text("employer_name")?,
    };
    Ok(Mandate {
        id,
        broker: cells.parsed("broker")?,
        employer: Employer {
            name,
            uscc: cells.parsed_maybe("employer_uscc")?,
            kind: cells.parsed("employer_kind")?,
        },
        from: cells.parsed("from_day")?,
        to: cells.parsed("to_day")?,
        evidence: cells.parsed("evidence")?,
        checked: checked(&cells)?,
        version: cells.int("version")?,
        created_at: Moment(cells.int("created_at")?),
    })
}
