//! A posting's life: revised, handed in, reviewed, ended, expired.

use serde_json::Value;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake,
    screens::step_entry,
    terms::as_input,
};
use crate::{
    domain::{
        account::Actor,
        fields::FieldErrors,
        ids::JobId,
        life::Life,
        posting::{Event, Posting, Status, Terms},
        wage::a_day,
    },
    review::{self, Finding},
    store::{PostingFilter, Txn},
};

/// Postings that one round of expiry ends at most.
const DUE_MAX: i64 = 200;

impl Market {
    /// Changes a posting's terms: `patch` is laid over what stands (RFC 7396).
    ///
    /// Its poster may change a published posting only in ways that need no review: places,
    /// validity, stations, benefits, and the wage upwards.
    ///
    /// # Errors
    /// [`MarketError::Stale`] where `expected` is not the version that stands, and as [`Market::post`].
    pub async fn revise(
        &self,
        actor: &Actor,
        id: &JobId,
        patch: &Value,
        expected: Option<&[i64]>,
    ) -> MarketResult<Posting> {
        let mut txn = self.store.begin().await?;
        let held = self.hold(&mut txn, actor, Verb::Revise, id).await?;
        if expected.is_some_and(|versions| !versions.contains(&held.version)) {
            return Err(MarketError::Stale);
        }
        let live = matches!(held.status, Status::Open | Status::Filled);
        let reviewer = authority::may(actor, Verb::Review);
        if !live && held.status != Status::Draft && !(reviewer && held.status == Status::InReview) {
            return Err(MarketError::NeedsReview);
        }
        let mut input = as_input(&held);
        intake::overlay(&mut input, patch);
        let own_org = self.own_org(&mut txn, actor).await?;
        let posted = self.read_terms(&mut txn, actor, own_org.as_ref(), &input).await?;
        if live && !reviewer && !without_review(&held.terms, &posted.terms) {
            return Err(MarketError::NeedsReview);
        }
        if posted.terms.headcount < held.taken {
            let message = format!("已经录用{}人，招聘人数不能更少", held.taken);
            return Err(FieldErrors::one("headcount", "range", message).into());
        }
        if posted.terms == held.terms {
            return Ok(held);
        }
        let longer = posted.terms.valid_until > held.terms.valid_until;
        if live && (longer || posted.terms.headcount > held.terms.headcount) {
            // More of a published posting is publishing.
            self.check_cleared(&mut txn, actor, &held).await?;
        }
        let (from, mut next) = (held.status, held.clone());
        next.terms = posted.terms;
        next.label = self.label_after(&mut txn, &held, &next.terms).await?;
        if live {
            self.fill_up(&mut txn, &mut next).await?;
        }
        let event = match (from, next.places_left()) {
            (Status::Open, 0) => Some(Event::Fill),
            (Status::Filled, 1..) => Some(Event::Free),
            _ => None,
        };
        if let Some(event) = event {
            next.status = from.next(event)?;
        }
        self.touch(&mut next);
        let entry = step_entry(self, actor, "revise", &next, Some(from));
        self.write_posting(&mut txn, &next, event, entry).await?;
        txn.commit().await?;
        Ok(next)
    }

    pub(super) fn touch(&self, posting: &mut Posting) {
        posting.version += 1;
        posting.updated_at = self.now();
    }

    /// Hands a draft in for review.
    pub async fn submit(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        self.step(actor, Verb::Conduct, id, Event::Submit, None).await
    }

    /// Publishes a posting that waits for review.
    pub async fn approve(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        self.step(actor, Verb::Review, id, Event::Approve, None).await
    }

    /// Hands a posting back to its poster; a reason is owed.
    pub async fn reject(
        &self,
        actor: &Actor,
        id: &JobId,
        reason: Option<&str>,
    ) -> MarketResult<Posting> {
        self.step(actor, Verb::Review, id, Event::Reject, Some(reason.unwrap_or_default())).await
    }

    /// Ends a published posting.
    pub async fn close(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        self.step(actor, Verb::Conduct, id, Event::Close, None).await
    }

    /// Takes a posting back, or down; a reason is owed.
    pub async fn withdraw(
        &self,
        actor: &Actor,
        id: &JobId,
        reason: Option<&str>,
    ) -> MarketResult<Posting> {
        self.step(actor, Verb::Conduct, id, Event::Withdraw, Some(reason.unwrap_or_default())).await
    }

    /// One step of a posting's life; `reason`, where it is owed, is checked.
    async fn step(
        &self,
        actor: &Actor,
        verb: Verb,
        id: &JobId,
        event: Event,
        reason: Option<&str>,
    ) -> MarketResult<Posting> {
        let mut txn = self.store.begin().await?;
        let next = self.step_in(&mut txn, actor, verb, (id, event, reason)).await?;
        txn.commit().await?;
        Ok(next)
    }

    /// Takes a posting down within a transaction that the caller commits, as a reviewer.
    pub(super) async fn withdraw_in(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &JobId,
        reason: Option<&str>,
    ) -> MarketResult<Posting> {
        let step = (id, Event::Withdraw, Some(reason.unwrap_or_default()));
        self.step_in(txn, actor, Verb::Review, step).await
    }

    async fn step_in(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: Verb,
        (id, event, reason): (&JobId, Event, Option<&str>),
    ) -> MarketResult<Posting> {
        let held = self.hold(txn, actor, verb, id).await?;
        let mut next = self.stepped(&held, event, reason)?;
        if matches!(event, Event::Submit | Event::Approve) {
            self.check_bar(txn, &held).await?;
            self.check_cleared(txn, actor, &held).await?;
        }
        if event == Event::Approve {
            next.verified_by = Some(self.office(txn, actor).await?);
        }
        let mut entry = step_entry(self, actor, event.word(), &next, Some(held.status));
        if event == Event::Approve {
            // Whoever published it in spite of them decided so.
            let found: Vec<String> = self.findings(&next).into_iter().map(|f| f.rule).collect();
            entry.detail["findings"] = found.into();
        }
        self.write_posting(txn, &next, Some(event), entry).await?;
        Ok(next)
    }

    /// What whoever reviews the posting should look at.
    pub fn findings(&self, posting: &Posting) -> Vec<Finding> {
        review::findings(&posting.terms, self.minimum_wage)
    }

    fn stepped(&self, held: &Posting, event: Event, reason: Option<&str>) -> MarketResult<Posting> {
        let mut next = held.clone();
        next.status = held.status.next(event)?;
        next.reason = None;
        if let Some(reason) = reason {
            next.reason = Some(super::reason_owed(Some(reason))?);
        }
        if matches!(event, Event::Submit | Event::Approve) && held.terms.expires_at() <= self.now()
        {
            let message = "有效期或班次已过，请先修改时间";
            return Err(FieldErrors::one("valid_until", "past", message).into());
        }
        self.touch(&mut next);
        if event == Event::Approve {
            next.published_at = Some(next.updated_at);
        }
        Ok(next)
    }

    /// Ends every posting whose time is over. Answers how many.
    pub async fn expire_due(&self) -> MarketResult<usize> {
        let filter = PostingFilter {
            statuses: vec![Status::InReview, Status::Open, Status::Filled],
            ends_by: Some(self.now()),
            ..PostingFilter::default()
        };
        let due = self.store.read().await?.postings(&filter, DUE_MAX).await?;
        let mut done = 0;
        for posting in due {
            let mut txn = self.store.begin().await?;
            txn.hold_posting(&posting.id).await?;
            let Some(held) = txn.posting(&posting.id).await? else {
                continue;
            };
            let over = held.terms.expires_at() <= self.now();
            if let (true, Ok(next)) = (over, self.stepped(&held, Event::Expire, None)) {
                let verb = Event::Expire.word();
                let entry = step_entry(self, &Actor::House, verb, &next, Some(held.status));
                self.write_posting(&mut txn, &next, Some(Event::Expire), entry).await?;
                txn.commit().await?;
                done += 1;
            }
        }
        Ok(done)
    }
}

/// Whether a published posting changed only in ways that need no review.
fn without_review(held: &Terms, next: &Terms) -> bool {
    let raised =
        match (a_day(held.wage.min(), held.wage.unit), a_day(next.wage.min(), next.wage.unit)) {
            (Some(before), Some(after)) => {
                held.wage.unit == next.wage.unit
                    && held.wage.settlement == next.wage.settlement
                    && after >= before
                    && next.wage.max() >= held.wage.max()
            }
            _ => held.wage == next.wage,
        };
    let rest = Terms {
        headcount: held.headcount,
        valid_until: held.valid_until,
        stations: held.stations.clone(),
        benefits: held.benefits.clone(),
        wage: held.wage,
        ..next.clone()
    };
    raised && rest == *held
}
