//! Postings: posted, read, listed at a desk, held for a change.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    consoles::scope_of,
    screens::step_entry,
};
use crate::{
    domain::{
        account::Actor,
        ids::JobId,
        limits,
        org::{Label, Org},
        posting::{External, Posting, Status, Terms},
        station::Station,
    },
    store::{PostingFilter, StoreError, Txn, View},
};

/// A posting to be stored.
#[derive(Clone, Debug, Default)]
pub struct NewPosting {
    /// The client's key: the same request twice makes one posting.
    pub idempotency_key: Option<String>,
    /// Whether it is demonstration data.
    pub demo: bool,
}

fn hash_of(value: &Value) -> String {
    hex::encode(Sha256::digest(value.to_string()))
}

impl Market {
    /// Stores a new posting as a draft.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault, [`MarketError::Forbidden`],
    /// [`MarketError::KeyReused`], [`MarketError::Duplicate`].
    pub async fn post(
        &self,
        actor: &Actor,
        input: &Value,
        new: NewPosting,
    ) -> MarketResult<Posting> {
        match self.post_once(actor, input, &new).await {
            // The same at the same moment: the other one stands by now, and is found.
            Err(MarketError::Store(StoreError::Conflict(_)) | MarketError::Duplicate { .. })
                if new.idempotency_key.is_some() =>
            {
                self.post_once(actor, input, &new).await
            }
            done => done,
        }
    }

    async fn post_once(
        &self,
        actor: &Actor,
        input: &Value,
        new: &NewPosting,
    ) -> MarketResult<Posting> {
        if !authority::may(actor, Verb::Post) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        if let Some(key) = &new.idempotency_key
            && let Some((hash, id)) = txn.made_before(actor.name(), key).await?
        {
            if hash != hash_of(input) {
                return Err(MarketError::KeyReused);
            }
            let id = id.parse().map_err(|_| MarketError::NotFound)?;
            return txn.posting(&id).await?.ok_or(MarketError::NotFound);
        }
        let own_org = self.own_org(&mut txn, actor).await?;
        let posted = self.read_terms(&mut txn, actor, own_org.as_ref(), input).await?;
        let source = own_org.as_ref().map_or(actor.name(), |org| org.id.as_str());
        let external =
            posted.external_id.map(|id| External { source: format!("api:{source}"), id });
        if let Some(external) = &external
            && let Some(held) = txn.posting_from(external).await?
        {
            let held = Some(held.id.to_string());
            return Err(MarketError::Duplicate { field: "external_id", held });
        }
        let label = self.label_of(&mut txn, own_org.as_ref(), &posted.terms).await?;
        let posting = self.new_posting(actor, posted.terms, label, own_org, external, new.demo);
        let entry = step_entry(self, actor, "post", &posting, None);
        self.write_posting(&mut txn, &posting, None, entry).await?;
        if let Some(key) = &new.idempotency_key {
            let (hash, id) = (hash_of(input), posting.id.as_str());
            txn.remember(actor.name(), key, &hash, id, self.now()).await?;
        }
        txn.commit().await?;
        Ok(posting)
    }

    pub(super) fn new_posting(
        &self,
        actor: &Actor,
        terms: Terms,
        label: Label,
        org: Option<Org>,
        external: Option<External>,
        demo: bool,
    ) -> Posting {
        let now = self.now();
        Posting {
            id: JobId::grow(self.seedling()),
            terms,
            label,
            org: org.map(|org| org.id),
            poster: actor.account().map(|account| account.id.clone()),
            external,
            status: Status::Draft,
            reason: None,
            taken: 0,
            version: 1,
            demo,
            created_at: now,
            updated_at: now,
            published_at: None,
            verified_by: None,
        }
    }

    /// One posting as the actor may see it: published ones are everybody's, others are not.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where its existence may not be known.
    pub async fn posting(&self, actor: Option<&Actor>, id: &JobId) -> MarketResult<Posting> {
        let mut view = self.store.read().await?;
        let posting = view.posting(id).await?.ok_or(MarketError::NotFound)?;
        let published = posting.published_at.is_some();
        let reached = match actor {
            Some(actor) => self.reaches(&mut view, actor, Verb::ReadDraft, &posting).await?,
            None => false,
        };
        match (reached, published) {
            (true, _) => Ok(posting),
            // Why a desk took it down is between the desk and the poster.
            (false, true) => Ok(Posting { reason: None, ..posting }),
            (false, false) => Err(MarketError::NotFound),
        }
    }

    /// The postings that the actor conducts or reviews, newest first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn desk(&self, actor: &Actor, statuses: &[Status]) -> MarketResult<Vec<Posting>> {
        self.desk_with(actor, statuses, None).await
    }

    /// As [`Market::desk`], those that may have these letters in title, place or employer.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn desk_with(
        &self,
        actor: &Actor,
        statuses: &[Status],
        words: Option<&str>,
    ) -> MarketResult<Vec<Posting>> {
        let Some(scope) = scope_of(actor, Verb::ReadDraft)? else {
            return Ok(Vec::new());
        };
        let filter = PostingFilter {
            statuses: statuses.to_vec(),
            scope,
            words: words.map(str::to_owned),
            newest_first: true,
            ..PostingFilter::default()
        };
        let mut view = self.store.read().await?;
        let mut postings = view.postings(&filter, limits::LIST_ROWS_MAX).await?;
        let home = self.home(&mut view, actor).await?;
        postings.retain(|posting| {
            authority::reaches_posting(actor, Verb::ReadDraft, posting, home.as_ref())
        });
        Ok(postings)
    }

    pub(super) async fn home(
        &self,
        view: &mut View,
        actor: &Actor,
    ) -> MarketResult<Option<Station>> {
        match actor.account().and_then(|account| account.station.as_ref()) {
            Some(id) => Ok(view.station(id).await?),
            None => Ok(None),
        }
    }

    pub(super) async fn reaches(
        &self,
        view: &mut View,
        actor: &Actor,
        verb: Verb,
        posting: &Posting,
    ) -> MarketResult<bool> {
        let home = self.home(view, actor).await?;
        Ok(authority::reaches_posting(actor, verb, posting, home.as_ref()))
    }

    /// Loads a posting for a change that the actor may make; nobody else changes it meanwhile.
    pub(super) async fn hold(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: Verb,
        id: &JobId,
    ) -> MarketResult<Posting> {
        if !authority::may(actor, verb) {
            return Err(MarketError::Forbidden);
        }
        txn.hold_posting(id).await?;
        let posting = txn.posting(id).await?.ok_or(MarketError::NotFound)?;
        if self.reaches(txn, actor, verb, &posting).await? {
            return Ok(posting);
        }
        // Whether a draft exists is nobody's business; that an open posting does, everyone sees.
        let known = posting.published_at.is_some()
            || self.reaches(txn, actor, Verb::ReadDraft, &posting).await?;
        Err(if known { MarketError::Forbidden } else { MarketError::NotFound })
    }
}
