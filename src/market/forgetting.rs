//! What is forgotten with time.

use super::{Market, MarketResult};
use crate::{domain::time::DAY, store::StoreError};

/// Postings that one page of a walk names.
const PAGE: i64 = 500;

impl Market {
    /// Forgets stream messages and request keys older than so many days.
    pub async fn forget(&self, days: i64) -> MarketResult<()> {
        let before = self.now().plus(-days * DAY);
        let mut txn = self.store.begin().await?;
        txn.prune_streams(before).await?;
        txn.forget_requests(before).await?;
        txn.commit().await?;
        Ok(())
    }

    /// Forgets what a demonstration's endless stream left so many days ago: postings that ended,
    /// with their bookings, stream messages and the audit trail. Only for an installation that is
    /// a demonstration; a real one keeps its postings and its whole trail. What another record
    /// stands on stays.
    pub async fn forget_demo(&self, days: i64) -> MarketResult<()> {
        let before = self.now().plus(-days * DAY);
        let mut after = None;
        loop {
            let mut view = self.store.read().await?;
            let page = view.demo_postings_ended(before, after.as_ref(), PAGE).await?;
            drop(view);
            let Some(last) = page.last().cloned() else { break };
            after = Some(last);
            for id in page {
                let mut txn = self.store.begin().await?;
                match txn.remove_posting(&id).await {
                    Ok(()) => drop(txn.commit().await?),
                    Err(StoreError::Linked(_)) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        self.forget(days).await?;
        let mut txn = self.store.begin().await?;
        txn.forget_log(before).await?;
        txn.commit().await?;
        Ok(())
    }
}
