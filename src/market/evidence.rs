//! Evidence: taken in by what its bytes are, sealed, and every look in the audit trail.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    posters::ORG_PAPERS,
};
use crate::{
    domain::{
        account::{Account, Actor},
        evidence::{About, Evidence, Media},
        fields::FieldErrors,
        ids::EvidenceId,
        limits,
    },
    policy::{self, Award, Rule},
    store::{ClaimFilter, Kind, Txn, View},
};

/// Papers that no rule names and that are useful all the same.
const MORE_PAPERS: [&str; 3] = ["在岗证明", "离岗证明", "其他材料"];

/// Every paper that evidence may be, in the words of the policies' rules.
///
/// # Errors
/// [`MarketError::Facts`] where a policy file is broken.
pub fn papers() -> MarketResult<Vec<&'static str>> {
    papers_of(|rule| rule.is_claimable())
}

/// The papers of the rules on income (七), which are about a person.
///
/// # Errors
/// As [`papers`].
pub fn papers_on_income() -> MarketResult<Vec<&'static str>> {
    papers_of(|rule| matches!(rule.award, Award::IncomeTiers(_)))
}

fn papers_of(counts: fn(&Rule) -> bool) -> MarketResult<Vec<&'static str>> {
    let rules = policy::library()?.iter().flat_map(|policy| &policy.rules);
    let named = rules.filter(|rule| counts(rule)).flat_map(|rule| &rule.evidence);
    let mut papers: Vec<&str> = Vec::new();
    for paper in named.map(String::as_str).chain(MORE_PAPERS) {
        if !papers.contains(&paper) {
            papers.push(paper);
        }
    }
    Ok(papers)
}

impl Market {
    /// Takes in a file.
    ///
    /// # Errors
    /// [`MarketError::NotEvidence`], [`MarketError::Invalid`] where the paper has no name, the file
    /// is too large, or there are too many; [`MarketError::NotFound`] also where the placement or
    /// person is none of the actor's business.
    pub async fn add_evidence(
        &self,
        actor: &Actor,
        about: About,
        paper: &str,
        bytes: &[u8],
    ) -> MarketResult<Evidence> {
        let mut txn = self.store.begin().await?;
        let evidence = self.add_evidence_in(&mut txn, actor, about, paper, bytes).await?;
        txn.commit().await?;
        Ok(evidence)
    }

    /// Takes in a file within a transaction that the caller commits.
    pub(super) async fn add_evidence_in(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        about: About,
        paper: &str,
        bytes: &[u8],
    ) -> MarketResult<Evidence> {
        let mut most = limits::EVIDENCE_MAX;
        let held = match &about {
            About::Placement(id) => {
                let placement = txn.placement(id).await?.ok_or(MarketError::NotFound)?;
                if !authority::reaches_placement(actor, Verb::Place, &placement) {
                    return Err(MarketError::NotFound);
                }
                txn.evidence_of(id).await?
            }
            About::Worker(id) => {
                let worker = txn.worker(id).await?.ok_or(MarketError::NotFound)?;
                if !authority::reaches_worker(actor, Verb::Declare, &worker) {
                    return Err(MarketError::NotFound);
                }
                txn.evidence_on(id).await?
            }
            About::Org(id) => {
                txn.org(id).await?.ok_or(MarketError::NotFound)?;
                if !authority::reaches_org(actor, Verb::KeepOrg, id) {
                    return Err(MarketError::NotFound);
                }
                most = limits::ORG_EVIDENCE_MAX;
                txn.evidence_about(id).await?
            }
        };
        if bytes.len() > limits::EVIDENCE_BYTES_MAX {
            let mib = limits::EVIDENCE_BYTES_MAX / 1024 / 1024;
            let message = format!("文件太大，最大{mib}MB，请压缩或分开上传");
            return Err(FieldErrors::one("file", "length", message).into());
        }
        let media = Media::of(bytes)?;
        let is_known = match &about {
            About::Org(_) => ORG_PAPERS.contains(&paper),
            About::Placement(_) | About::Worker(_) => papers()?.contains(&paper),
        };
        if !is_known {
            return Err(FieldErrors::one("paper", "unknown", "请选择这是什么材料").into());
        }
        if held.len() >= most {
            let message = format!("材料最多{most}份，已经满了");
            return Err(FieldErrors::one("file", "length", message).into());
        }
        let evidence = Evidence {
            id: EvidenceId::grow(self.seedling()),
            about,
            paper: paper.to_owned(),
            media,
            size_bytes: bytes.len() as i64,
            sha256: hex::encode(Sha256::digest(bytes)),
            added_by: actor.account().map(|account: &Account| account.id.clone()),
            created_at: self.now(),
        };
        txn.add_evidence(&evidence, bytes).await?;
        let detail = json!({ "sha256": evidence.sha256 });
        txn.log(self.entry(actor, "add_evidence", Kind::Evidence, &evidence.id, detail));
        Ok(evidence)
    }

    /// A piece of evidence with its bytes; the look is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where it is none of the actor's business.
    pub async fn look_at_evidence(
        &self,
        actor: &Actor,
        id: &EvidenceId,
    ) -> MarketResult<(Evidence, Vec<u8>)> {
        let mut txn = self.store.begin().await?;
        let evidence = txn.evidence(id).await?.ok_or(MarketError::NotFound)?;
        if !self.reaches_evidence(&mut txn, actor, &evidence.about).await? {
            return Err(MarketError::NotFound);
        }
        let bytes = txn.content(id).await?.ok_or(MarketError::NotFound)?;
        txn.log(self.entry(actor, "look", Kind::Evidence, id, json!({})));
        txn.commit().await?;
        Ok((evidence, bytes))
    }

    /// Who keeps the placement or the person sees the evidence, and who sees a claim on it.
    async fn reaches_evidence(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        about: &About,
    ) -> MarketResult<bool> {
        let mut filter = ClaimFilter::default();
        match about {
            About::Placement(id) => {
                let placement = txn.placement(id).await?.ok_or(MarketError::NotFound)?;
                if authority::reaches_placement(actor, Verb::Place, &placement) {
                    return Ok(true);
                }
                filter.placement = Some(id.clone());
            }
            About::Worker(id) => {
                let worker = txn.worker(id).await?.ok_or(MarketError::NotFound)?;
                if authority::reaches_worker(actor, Verb::Declare, &worker) {
                    return Ok(true);
                }
                filter.worker = Some(id.clone());
            }
            About::Org(id) => {
                return Ok(authority::reaches_org(actor, Verb::KeepOrg, id)
                    || authority::reaches_org(actor, Verb::Verify, id));
            }
        }
        let view: &mut View = txn;
        let claims = view.claims(&filter, limits::CLAIMS_MAX).await?;
        let desks = claims
            .iter()
            .filter(|_| authority::may(actor, Verb::CheckClaim))
            .any(|claim| authority::reaches_claim(actor, Verb::ReadClaim, claim));
        Ok(desks)
    }
}
