//! Whether a posting may be published: its poster verified, the licence not over, the broker
//! authorised; and through whom it comes, for those who read it.

use super::{Market, MarketError, MarketResult};
use crate::{
    domain::{
        account::{Actor, Role},
        limits,
        poster::{self, Check, Checked, Mandate, NotCleared},
        posting::Posting,
    },
    store::{MandateFilter, View},
};

impl Market {
    /// Whether a posting may be published now, by its poster's licence and authorisation. The
    /// operator and who administers vouch for authorisations that they have seen elsewhere.
    ///
    /// # Errors
    /// [`MarketError::NotCleared`]
    pub(super) async fn check_cleared(
        &self,
        view: &mut View,
        actor: &Actor,
        posting: &Posting,
    ) -> MarketResult<()> {
        let vouches = actor.account().is_none_or(|account| account.role == Role::Admin);
        match self.not_cleared(view, posting, vouches).await? {
            Some(why) => Err(why.into()),
            None => Ok(()),
        }
    }

    async fn not_cleared(
        &self,
        view: &mut View,
        posting: &Posting,
        vouches: bool,
    ) -> MarketResult<Option<NotCleared>> {
        let today = self.now().day();
        let (own, through) = (&posting.org, &posting.terms.via_broker);
        if let Some(id) = own
            && let Some(poster) = view.poster(id).await?
            && let Err(why) = poster.clears(today)
        {
            return Ok(Some(why));
        }
        let Some(broker) = through else {
            return Ok(None);
        };
        let Some(poster) = view.poster(broker).await? else {
            return Ok(None);
        };
        if let Err(why) = poster.clears(today) {
            return Ok(Some(why));
        }
        let employer = &posting.terms.employer;
        if vouches || poster::is_same(&poster.org.employer, employer) {
            return Ok(None);
        }
        let filter = MandateFilter { broker: Some(broker.clone()), ..MandateFilter::default() };
        let mandates = view.mandates(&filter, limits::MANDATES_MAX).await?;
        Ok(poster::authorises(&mandates, employer, today).err())
    }

    /// What keeps a posting from being published now, for faces; none where nothing does.
    pub async fn hindrance(
        &self,
        actor: &Actor,
        posting: &Posting,
    ) -> MarketResult<Option<NotCleared>> {
        let mut view = self.store.read().await?;
        match self.check_cleared(&mut view, actor, posting).await {
            Ok(()) => Ok(None),
            Err(MarketError::NotCleared(why)) => Ok(Some(why)),
            Err(error) => Err(error),
        }
    }

    /// From whom a posting comes to people: who posted it, and for whom, with who verified each
    /// and until when it may; the first is who employs, where that is somebody else.
    pub async fn chain(&self, posting: &Posting) -> MarketResult<Vec<String>> {
        let mut view = self.store.read().await?;
        let id = posting.terms.via_broker.as_ref().or(posting.org.as_ref());
        let Some(poster) = (match id {
            Some(id) => view.poster(id).await?,
            None => None,
        }) else {
            return Ok(Vec::new());
        };
        let verified = |checked: &Checked| match (&checked.check, &checked.decided) {
            (Check::Verified, Some(decided)) => {
                format!("{}核验，{}", decided.office, decided.at.day())
            }
            (check, _) => check.label().to_owned(),
        };
        let employer = &posting.terms.employer;
        let kind = poster.org.employer.kind.label();
        let name = poster.org.employer.public_name();
        let own = format!("{name}（{kind}，{}）", verified(&poster.checked));
        if poster::is_same(&poster.org.employer, employer) {
            return Ok(vec![own]);
        }
        let mut chain = vec![employer.public_name(), own];
        let filter =
            MandateFilter { broker: Some(poster.org.id.clone()), ..MandateFilter::default() };
        let mandates = view.mandates(&filter, limits::MANDATES_MAX).await?;
        let today = self.now().day();
        let holds = |mandate: &&Mandate| {
            poster::authorises(std::slice::from_ref(*mandate), employer, today).is_ok()
        };
        if let Some(mandate) = mandates.iter().find(holds) {
            let told = verified(&mandate.checked);
            chain.push(format!("委托书{}到{}（{told}）", mandate.from, mandate.to));
        }
        Ok(chain)
    }
}
