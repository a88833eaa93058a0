//! Who comes: a posting's bookings with the people behind them, for whoever employs them.

use serde_json::json;

use super::{Market, MarketError, MarketResult, authority::Verb};
use crate::{
    domain::{
        account::Actor,
        booking::Booking,
        identity::Phone,
        ids::{AccountId, JobId},
        posting::Posting,
    },
    store::{Kind, View},
};

/// A booking and who it is.
#[derive(Clone, Debug)]
pub struct PersonAt {
    /// The booking.
    pub booking: Booking,
    /// The person's name.
    pub name: String,
    /// The person's phone.
    pub phone: Option<Phone>,
}

/// Ended bookings that a list shows.
const ENDED_MAX: i64 = 50;

impl Market {
    /// A posting's bookings with the people behind them, the ended ones last; each look is in the
    /// audit trail.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where the posting is published but none of the actor's business.
    pub async fn people(
        &self,
        actor: &Actor,
        job: &JobId,
    ) -> MarketResult<(Posting, Vec<PersonAt>)> {
        let mut txn = self.store.begin().await?;
        let posting = txn.posting(job).await?.ok_or(MarketError::NotFound)?;
        if !self.reaches(&mut txn, actor, Verb::Roster, &posting).await? {
            let known = posting.published_at.is_some();
            return Err(if known { MarketError::Forbidden } else { MarketError::NotFound });
        }
        let mut bookings = txn.bookings_of(job).await?;
        bookings.extend(txn.bookings_ended(job, ENDED_MAX).await?);
        let mut people = Vec::with_capacity(bookings.len());
        for booking in bookings {
            if let Some(worker) = txn.worker(&booking.worker).await? {
                let (name, phone) = (worker.person.name, worker.person.phone);
                people.push(PersonAt { booking, name, phone });
            }
        }
        if !people.is_empty() {
            let seen: Vec<&str> = people.iter().map(|one| one.booking.worker.as_str()).collect();
            let detail = json!({ "workers": seen });
            txn.log(self.entry(actor, "look", Kind::Job, job, detail));
            txn.commit().await?;
        }
        Ok((posting, people))
    }

    /// What a crew's leader is called by those whom the leader asked: the registered name, else the
    /// login.
    pub async fn leader_name(&self, view: &mut View, leader: &AccountId) -> MarketResult<String> {
        let account = view.account(leader).await?.ok_or(MarketError::NotFound)?;
        let worker = match &account.worker {
            Some(id) => view.worker(id).await?,
            None => None,
        };
        Ok(worker.map_or(account.login, |worker| worker.person.name))
    }
}
