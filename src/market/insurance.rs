//! Insured months by the list.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake::PlacementPatch,
};
use crate::domain::{
    account::Actor,
    calendar::Month,
    ids::PlacementId,
    placement::{Insurance, Placement},
};

/// A month of a list of insured months.
#[derive(Clone, Debug)]
pub struct InsuredMonth {
    /// The placement.
    pub placement: PlacementId,
    /// The month.
    pub month: Month,
    /// The kinds paid.
    pub kinds: BTreeSet<Insurance>,
}

impl Market {
    /// Notes the insured months of a list: each row that is right, whatever the others are.
    /// Answers what is wrong with each row, in their order.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]; the store's.
    pub async fn insure_all(
        &self,
        actor: &Actor,
        rows: &[InsuredMonth],
    ) -> MarketResult<Vec<Option<MarketError>>> {
        if !authority::may(actor, Verb::Place) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let mut held: BTreeMap<PlacementId, Placement> = BTreeMap::new();
        let mut faults = Vec::with_capacity(rows.len());
        for row in rows {
            let known = match held.get(&row.placement) {
                Some(known) => Ok(known.clone()),
                None => self.own_placement(&mut txn, actor, &row.placement).await,
            };
            let patch = PlacementPatch {
                insured: BTreeMap::from([(row.month, row.kinds.clone())]),
                ..PlacementPatch::default()
            };
            let (version, done) = match known {
                Ok(known) => (known.version, self.patched(&known, patch)),
                Err(MarketError::Store(error)) => return Err(error.into()),
                Err(error) => (0, Err(error)),
            };
            match done {
                Ok(next) => {
                    if next.version != version {
                        let detail = json!({ "month": row.month.to_string() });
                        let verb = "insure";
                        self.write_placement(&mut txn, actor, &next, verb, detail).await?;
                    }
                    held.insert(row.placement.clone(), next);
                    faults.push(None);
                }
                Err(error) => faults.push(Some(error)),
            }
        }
        txn.commit().await?;
        Ok(faults)
    }
}
