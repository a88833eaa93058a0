//! The list for the finance bureau (发放清单): whom to pay what, with a total that agrees to the fen.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    claims::{policy_of, rule_of},
    notices::payee_name,
};
use crate::{
    domain::{
        account::Actor,
        claim::{Claim, PaymentKind, Stage},
        money::Fen,
        worker::Worker,
    },
    policy::Rule,
    store::Kind,
};

/// A line of the list.
#[derive(Clone, Debug)]
pub struct BatchEntry {
    /// The claim.
    pub claim: Claim,
    /// The rule.
    pub rule: &'static Rule,
    /// Who is to be paid, by the whole name.
    pub payee: String,
    /// The person on whose work it rests.
    pub worker: Option<Worker>,
    /// How much.
    pub amount: Fen,
    /// The list on which it was paid; empty before.
    pub batch: String,
}

impl Market {
    /// What is approved and not yet paid; or what was paid on the list of that name. Each line that
    /// leaves the house is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] for whoever does not pay.
    pub async fn batch(&self, actor: &Actor, named: Option<&str>) -> MarketResult<Vec<BatchEntry>> {
        if !authority::may(actor, Verb::PayClaim) {
            return Err(MarketError::Forbidden);
        }
        // What was asked back later was paid on its list all the same.
        let stages: &[Stage] =
            if named.is_some() { &[Stage::Paid, Stage::ClawedBack] } else { &[Stage::Approved] };
        let claims = self.claims(actor, stages).await?;
        let mut txn = self.store.begin().await?;
        let mut entries = Vec::new();
        for claim in claims {
            let Some(amount) = claim.amount else {
                continue;
            };
            let paid = txn.payments_of(&claim.id).await?;
            let paid = paid.into_iter().find(|payment| payment.kind == PaymentKind::Paid);
            let batch = paid.map(|payment| payment.batch).unwrap_or_default();
            if named.is_some_and(|named| named != batch) {
                continue;
            }
            let worker = match &claim.worker {
                Some(id) => txn.worker(id).await?,
                None => None,
            };
            let whole = worker.as_ref().map(|worker| worker.person.name.clone());
            let payee = payee_name(&mut txn, &claim.payee, whole).await?;
            let rule = rule_of(policy_of(&claim)?, &claim.rule)?;
            txn.log(self.entry(actor, "export", Kind::Claim, &claim.id, json!({})));
            entries.push(BatchEntry { claim, rule, payee, worker, amount, batch });
        }
        txn.commit().await?;
        Ok(entries)
    }
}
