//! Evidence: what is on record of a file, and its sealed bytes.

use sqlx::{Row, any::AnyRow};

use super::{
    StoreResult,
    engine::{Txn, View},
    rows::Cells,
};
use crate::domain::{
    evidence::{About, Evidence},
    ids::{AccountId, EvidenceId, OrgId, PlacementId, WorkerId},
    time::Moment,
};

fn sealed_at(id: &EvidenceId) -> String {
    format!("evidence_content.content:{id}")
}

impl View {
    /// One piece of evidence.
    pub async fn evidence(&mut self, id: &EvidenceId) -> StoreResult<Option<Evidence>> {
        let row = sqlx::query("select * from evidence where id = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(evidence).transpose()
    }

    /// The evidence about a placement, oldest first.
    pub async fn evidence_of(&mut self, placement: &PlacementId) -> StoreResult<Vec<Evidence>> {
        let rows = sqlx::query("select * from evidence where placement = $1 order by id")
            .bind(placement.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(evidence).collect()
    }

    /// The evidence about a person, oldest first; not that about the person's placements.
    pub async fn evidence_on(&mut self, worker: &WorkerId) -> StoreResult<Vec<Evidence>> {
        let rows = sqlx::query("select * from evidence where worker = $1 order by id")
            .bind(worker.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(evidence).collect()
    }

    /// The evidence about an organisation, oldest first.
    pub async fn evidence_about(&mut self, org: &OrgId) -> StoreResult<Vec<Evidence>> {
        let rows = sqlx::query("select * from evidence where org = $1 order by id")
            .bind(org.as_str())
            .fetch_all(self.connection())
            .await?;
        rows.iter().map(evidence).collect()
    }

    /// The papers that are there about these placements, each with its placement.
    pub async fn papers_of(
        &mut self,
        placements: &std::collections::BTreeSet<PlacementId>,
    ) -> StoreResult<Vec<(PlacementId, String)>> {
        let mut found = Vec::new();
        for some in super::placements::chunks(placements) {
            let mut statement = super::statement::Statement::new(
                "select distinct placement, paper from evidence where placement in ",
            );
            statement.bind_list(some.iter().map(ToString::to_string));
            for row in &statement.fetch_all(self.connection()).await? {
                let cells = Cells::new(row, "evidence", "placement");
                found.push((cells.parsed("placement")?, cells.text("paper")?));
            }
        }
        Ok(found)
    }

    /// The bytes of a piece of evidence.
    ///
    /// # Errors
    /// [`super::StoreError::Sealed`] where they do not open.
    pub async fn content(&mut self, id: &EvidenceId) -> StoreResult<Option<Vec<u8>>> {
        let row = sqlx::query("select content_sealed from evidence_content where evidence = $1")
            .bind(id.as_str())
            .fetch_optional(self.connection())
            .await?;
        let sealed: Option<String> = row.map(|row| row.try_get("content_sealed")).transpose()?;
        sealed.map(|sealed| self.vault.open_bytes(&sealed_at(id), &sealed)).transpose()
    }
}

impl Txn {
    /// Adds a piece of evidence with its bytes.
    pub async fn add_evidence(&mut self, evidence: &Evidence, bytes: &[u8]) -> StoreResult<()> {
        let (placement, worker, org) = match &evidence.about {
            About::Placement(id) => (Some(id.as_str()), None, None),
            About::Worker(id) => (None, Some(id.as_str()), None),
            About::Org(id) => (None, None, Some(id.as_str())),
        };
        sqlx::query(
            "insert into evidence (id, placement, worker, paper, media, size_bytes, sha256, \
             added_by, created_at, org) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(evidence.id.as_str())
        .bind(placement)
        .bind(worker)
        .bind(&evidence.paper)
        .bind(evidence.media.word())
        .bind(evidence.size_bytes)
        .bind(&evidence.sha256)
        .bind(evidence.added_by.as_ref().map(AccountId::as_str))
        .bind(evidence.created_at.0)
        .bind(org)
        .execute(self.connection())
        .await?;
        let sealed = self.vault.seal_bytes(&sealed_at(&evidence.id), bytes)?;
        sqlx::query("insert into evidence_content (evidence, content_sealed) values ($1, $2)")
            .bind(evidence.id.as_str())
            .bind(sealed)
            .execute(self.connection())
            .await?;
        Ok(())
    }
}

fn evidence(row: &AnyRow) -> StoreResult<Evidence> {
    let cells = Cells::new(row, "evidence", "id");
    let placement = cells.parsed_maybe("placement")?.map(About::Placement);
    let worker = cells.parsed_maybe("worker")?.map(About::Worker);
    let org = cells.parsed_maybe("org")?.map(About::Org);
    let about = placement.or(worker).or(org);
    Ok(Evidence {
        id: cells.parsed("id")?,
        about: cells.checked("placement", about)?,
        paper: cells.text("paper")?,
        media: cells.parsed("media")?,
        size_bytes: cells.int("size_bytes")?,
        sha256: cells.text("sha256")?,
        added_by: cells.parsed_maybe("added_by")?,
        created_at: Moment(cells.int("created_at")?),
    })
}
