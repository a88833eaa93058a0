//! What an actor may do with a posting: for faces, which offer only what would be done.

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
};
use crate::domain::{account::Actor, ids::JobId, posting::Posting};

/// A posting as those see it who conduct or review it, with their rights to it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The posting.
    pub posting: Posting,
    rights: Vec<Verb>,
}

impl Standing {
    /// Whether the actor's right to the verb reaches the posting.
    pub fn may(&self, verb: Verb) -> bool {
        self.rights.contains(&verb)
    }
}

impl Market {
    /// A posting that the actor conducts or reviews, and which verbs reach it.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] where it is published but none of the actor's business, and
    /// [`MarketError::NotFound`] also where its existence may not be known.
    pub async fn standing(&self, actor: &Actor, id: &JobId) -> MarketResult<Standing> {
        let mut view = self.store.read().await?;
        let posting = view.posting(id).await?.ok_or(MarketError::NotFound)?;
        let home = match actor.account().and_then(|account| account.station.as_ref()) {
            Some(station) => view.station(station).await?,
            None => None,
        };
        let reached =
            |verb: &Verb| authority::reaches_posting(actor, *verb, &posting, home.as_ref());
        let rights: Vec<Verb> = Verb::ALL.iter().copied().filter(reached).collect();
        if rights.contains(&Verb::ReadDraft) {
            Ok(Standing { posting, rights })
        } else if posting.published_at.is_some() {
            Err(MarketError::Forbidden)
        } else {
            Err(MarketError::NotFound)
        }
    }
}
