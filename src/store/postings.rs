//! Job postings.

use sqlx::any::AnyRow;

use super::{
    StoreResult, Vault,
    consoles::Scope,
    engine::{Txn, View},
    json::{self, ProvidesJson},
    rows::{Cells, Real},
    statement::Statement,
};
use crate::domain::{
    geo::Point,
    identity::Uscc,
    ids::{AccountId, JobId, OrgId, StationId},
    money::Fen,
    org::{Employer, EmployerKind},
    posting::{External, Posting, Status, Terms},
    time::Moment,
    wage::Wage,
};

/// Which postings a list wants; everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct PostingFilter {
    /// In one of these states; empty means any.
    pub statuses: Vec<Status>,
    /// Whose they are.
    pub scope: Scope,
    /// With these letters in title, place or employer; whose employer is sealed is let through.
    pub words: Option<String>,
    /// Ending by itself at or before this moment.
    pub ends_by: Option<Moment>,
    /// With an id greater than this.
    pub after: Option<JobId>,
    /// Newest first instead of by id.
    pub newest_first: bool,
}

fn sealed_at(id: &JobId) -> String {
    format!("job.employer:{id}")
}

impl View {
    /// One posting.
    pub async fn posting(&mut self, id: &JobId) -> StoreResult<Option<Posting>> {
        let row = sqlx::query("select * from job where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| posting(&row, &self.vault)).transpose()
    }

    /// The posting with this identity in a foreign list.
    pub async fn posting_from(&mut self, external: &External) -> StoreResult<Option<Posting>> {
        let row = sqlx::query("select * from job where source = $1 and external_id = $2")
            .bind(&external.source)
            .bind(&external.id)
            .fetch_optional(self.connection())
            .await?;
        row.map(|row| posting(&row, &self.vault)).transpose()
    }

    /// The postings of these ids, in no order; ids that name none are left out.
    pub async fn postings_named(&mut self, ids: &[String]) -> StoreResult<Vec<Posting>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = Statement::new("select * from job where id in ");
        query.bind_list(ids.iter().map(String::as_str));
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| posting(row, &self.vault)).collect()
    }

    /// At most `limit` postings that a filter lets through.
    pub async fn postings(
        &mut self,
        filter: &PostingFilter,
        limit: i64,
    ) -> StoreResult<Vec<Posting>> {
        let mut query = Statement::new("select * from job where 1 = 1");
        if !filter.statuses.is_empty() {
            let words = filter.statuses.iter().map(|status| status.word());
            query.push(" and status in ").bind_list(words);
        }
        filter.scope.narrow(&mut query);
        if let Some(words) = &filter.words {
            let like = format!("%{}%", words.to_lowercase());
            query
                .push(" and (employer_sealed is not null or lower(title) like ")
                .bind(like.clone());
            query.push(" or lower(address) like ").bind(like.clone());
            query.push(" or lower(employer_name) like ").bind(like).push(")");
        }
        if let Some(moment) = filter.ends_by {
            query.push(" and expires_at <= ").bind(moment.0);
        }
        if let Some(id) = &filter.after {
            query.push(" and id > ").bind(id.as_str());
        }
        query.push(if filter.newest_first { " order by id desc" } else { " order by id" });
        query.push(" limit ").bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| posting(row, &self.vault)).collect()
    }
}

const INSERT: &str = "insert into job (id, source, external_id, org, poster, title, description, \
    occupation, skills, employer_name, employer_sealed, employer_uscc, employer_kind, via_broker, \
    label, address, division, lat, lon, wage_min, wage_max, wage_unit, settlement, headcount, \
    taken, shifts, benefits, requirements, instant, stations, valid_until, expires_at, status, \
    reason, version, demo, created_at, updated_at, published_at, \
    provides, verified_by, occupation_percent) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
    $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, \
    $38, $39, $40, $41, $42) \
    on conflict (id) do update set title = excluded.title, description = excluded.description, \
    occupation = excluded.occupation, occupation_percent = excluded.occupation_percent, \
    skills = excluded.skills, \
    employer_name = excluded.employer_name, employer_sealed = excluded.employer_sealed, \
    employer_uscc = excluded.employer_uscc, employer_kind = excluded.employer_kind, \
    via_broker = excluded.via_broker, label = excluded.label, address = excluded.address, \
    division = excluded.division, lat = excluded.lat, lon = excluded.lon, \
    wage_min = excluded.wage_min, wage_max = excluded.wage_max, wage_unit = excluded.wage_unit, \
    settlement = excluded.settlement, headcount = excluded.headcount, taken = excluded.taken, \
    shifts = excluded.shifts, benefits = excluded.benefits, provides = excluded.provides, \
    requirements = excluded.requirements, instant = excluded.instant, \
    stations = excluded.stations, valid_until = excluded.valid_until, \
    expires_at = excluded.expires_at, status = excluded.status, reason = excluded.reason, \
    version = excluded.version, updated_at = excluded.updated_at, \
    published_at = excluded.published_at, verified_by = excluded.verified_by \
    where job.version = excluded.version - 1";

impl Txn {
    /// Writes a posting: a new one, or the next version of one that is held.
    ///
    /// Answers whether it was written; it was not where somebody else wrote that version first.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] where another posting has its identity in a foreign list.
    pub async fn put_posting(&mut self, posting: &Posting) -> StoreResult<bool> {
        let terms = &posting.terms;
        let employer = &terms.employer;
        let sealed = match employer.kind {
            // A private employer's name is a person's name.
            EmployerKind::Individual => {
                Some(self.vault.seal(&sealed_at(&posting.id), &employer.name)?)
            }
            _ => None,
        };
        let external = posting.external.as_ref();
        let done = sqlx::query(INSERT)
            .bind(posting.id.as_str())
            .bind(external.map(|external| external.source.as_str()))
            .bind(external.map(|external| external.id.as_str()))
            .bind(posting.org.as_ref().map(OrgId::as_str))
            .bind(posting.poster.as_ref().map(AccountId::as_str))
            .bind(&terms.title)
            .bind(&terms.description)
            .bind(terms.occupation.as_ref().map(|code| code.as_str()))
            .bind(json::words(&terms.skills))
            .bind(employer.public_name())
            .bind(sealed)
            .bind(employer.uscc.as_ref().map(Uscc::as_str))
            .bind(employer.kind.word())
            .bind(terms.via_broker.as_ref().map(OrgId::as_str))
            .bind(posting.label.word())
            .bind(&terms.address)
            .bind(terms.division.as_deref())
            .bind(Real(terms.point.map(Point::lat)))
            .bind(Real(terms.point.map(Point::lon)))
            .bind(terms.wage.min().0)
            .bind(terms.wage.max().0)
            .bind(terms.wage.unit.word())
            .bind(terms.wage.settlement.word())
            .bind(i64::from(terms.headcount))
            .bind(i64::from(posting.taken))
            .bind(json::spans(&terms.shifts))
            .bind(json::words(&terms.benefits))
            .bind(&terms.requirements)
            .bind(i64::from(terms.instant))
            .bind(json::words(terms.stations.iter().map(StationId::as_str)))
            .bind(terms.valid_until.0)
            .bind(terms.expires_at().0)
            .bind(posting.status.word())
            .bind(posting.reason.as_deref())
            .bind(posting.version)
            .bind(i64::from(posting.demo))
            .bind(posting.created_at.0)
            .bind(posting.updated_at.0)
            .bind(posting.published_at.map(|at| at.0))
            .bind(json::text(&ProvidesJson::from(&terms.provides)))
            .bind(posting.verified_by.as_deref())
            .bind(terms.occupation_percent.map(i64::from))
            .execute(self.connection())
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn posting(row: &AnyRow, vault: &Vault) -> StoreResult<Posting> {
    let cells = Cells::new(row, "job", "id");
    let id: JobId = cells.parsed("id")?;
    let wage = Wage::new(
        Fen(cells.int("wage_min")?),
        Fen(cells.int("wage_max")?),
        cells.parsed("wage_unit")?,
        cells.parsed("settlement")?,
    );
    let name = match cells.text_maybe("employer_sealed")? {
        Some(sealed) => vault.open(&sealed_at(&id), &sealed)?,
        None => cells.text("employer_name")?,
    };
    let percent = match cells.int_maybe("occupation_percent")? {
        None => None,
        Some(percent) => Some(cells.checked("occupation_percent", u8::try_from(percent).ok())?),
    };
    let stations = cells.json::<Vec<String>>("stations")?;
    let stations = stations.iter().map(|id| id.parse().ok()).collect::<Option<_>>();
    let provides = cells.json::<ProvidesJson>("provides")?;
    let terms = Terms {
        title: cells.text("title")?,
        description: cells.text("description")?,
        occupation: cells.parsed_maybe("occupation")?,
        occupation_percent: percent,
        skills: cells.json("skills")?,
        employer: Employer {
            name,
            uscc: cells.parsed_maybe("employer_uscc")?,
            kind: cells.parsed("employer_kind")?,
        },
        via_broker: cells.parsed_maybe("via_broker")?,
        address: cells.text("address")?,
        division: cells.text_maybe("division")?,
        point: cells.point()?,
        wage: cells.checked("wage_min", wage)?,
        headcount: cells.checked("headcount", cells.int("headcount")?.try_into().ok())?,
        shifts: json::shifts(cells.json("shifts")?),
        benefits: cells.json("benefits")?,
        provides: cells.checked("provides", provides.try_into().ok())?,
        requirements: cells.text("requirements")?,
        instant: cells.flag("instant")?,
        stations: cells.checked("stations", stations)?,
        valid_until: Moment(cells.int("valid_until")?),
    };
    Ok(Posting {
        id,
        terms,
        label: cells.parsed("label")?,
        org: cells.parsed_maybe("org")?,
        poster: cells.parsed_maybe("poster")?,
        external: cells.external()?,
        status: cells.parsed("status")?,
        reason: cells.text_maybe("reason")?,
        taken: cells.checked("taken", cells.int("taken")?.try_into().ok())?,
        version: cells.int("version")?,
        demo: cells.flag("demo")?,
        created_at: Moment(cells.int("created_at")?),
        updated_at: Moment(cells.int("updated_at")?),
        published_at: cells.int_maybe("published_at")?.map(Moment),
        verified_by: cells.text_maybe("verified_by")?,
    })
}
