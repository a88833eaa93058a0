//! Who could take a posting's places: for whom one may look, and who is free.

use std::collections::{BTreeSet, HashSet};

use super::{Market, MarketError, MarketResult, authority::Verb, places::overlap};
use crate::domain::{
    account::Actor,
    booking::BookingStatus,
    ids::{JobId, WorkerId},
    posting::Posting,
    worker::Group,
};

/// Whom the switch [`help_hundredths`](crate::domain::rules::Rules::help_hundredths) helps.
pub const HELPED: [Group; 4] =
    [Group::Poverty, Group::Monitored, Group::LowIncome, Group::Hardship];

impl Market {
    /// A posting whose places the actor may look for people for.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`], or [`MarketError::NotFound`] where its existence may not be
    /// known.
    pub async fn wanting(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        let posting = self.posting(Some(actor), id).await?;
        let mut view = self.store.read().await?;
        let reached = self.reaches(&mut view, actor, Verb::Candidates, &posting).await?;
        if reached { Ok(posting) } else { Err(MarketError::Forbidden) }
    }

    /// Those of these workers whom the market's switch helps; nobody, unread, where it is off.
    ///
    /// # Errors
    /// The store's.
    pub async fn helped(&self, workers: &BTreeSet<WorkerId>) -> MarketResult<BTreeSet<WorkerId>> {
        if self.rules.help_hundredths == 0 {
            return Ok(BTreeSet::new());
        }
        let held = self.store.read().await?.workers_of(workers).await?;
        let helped = held
            .into_iter()
            .filter(|one| one.person.groups().iter().any(|own| HELPED.contains(own)));
        Ok(helped.map(|worker| worker.id).collect())
    }

    /// Those of these workers who can still take the posting's places: not booked for it, and
    /// free at its shifts.
    pub async fn free_for(
        &self,
        posting: &Posting,
        workers: &[WorkerId],
    ) -> MarketResult<HashSet<WorkerId>> {
        let mut view = self.store.read().await?;
        let mut free = HashSet::new();
        for worker in workers {
            let others = view.bookings_by(worker).await?;
            let taken = others.iter().any(|other| {
                let held = &other.booking;
                held.job == posting.id
                    || (held.status == BookingStatus::Booked
                        && overlap(&held.shifts, &posting.terms.shifts))
            });
            if !taken {
                free.insert(worker.clone());
            }
        }
        Ok(free)
    }
}
