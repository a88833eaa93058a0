//! Complaints (维权绿色通道): made by workers, settled by staff; a posting that proves false is taken
//! down from here.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
};
use crate::{
    domain::{
        account::{Actor, Role},
        complaint::{Channel, Complaint, ComplaintEvent, ComplaintKind, ComplaintStatus, due},
        fields::FieldErrors,
        ids::{ComplaintId, JobId, WorkerId},
        life::Life,
        limits, text,
    },
    store::{ComplaintFilter, Kind, Txn},
};

/// A complaint to be made.
#[derive(Clone, Debug)]
pub struct NewComplaint {
    /// What it is about.
    pub kind: ComplaintKind,
    /// The posting, where it is about one.
    pub job: Option<JobId>,
    /// For whom staff take it down, where the person says.
    pub worker: Option<WorkerId>,
    /// What happened.
    pub text: String,
    /// Where it is made; a worker's own is by phone or kiosk.
    pub channel: Channel,
}

/// Complaints that a list shows.
const LIST_MAX: i64 = 200;

impl Market {
    /// Makes a complaint.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault.
    pub async fn complain(&self, actor: &Actor, new: &NewComplaint) -> MarketResult<Complaint> {
        if !authority::may(actor, Verb::Complain) {
            return Err(MarketError::Forbidden);
        }
        let mut errors = FieldErrors::default();
        let bounds = (2, limits::REQUIREMENTS_CHARS_MAX);
        let words = text::bounded(&mut errors, "text", "发生了什么", &new.text, bounds);
        let mut txn = self.store.begin().await?;
        if let Some(job) = &new.job
            && txn.posting(job).await?.is_none_or(|posting| posting.published_at.is_none())
        {
            errors.add("job_id", "unknown", "没有这个岗位");
        }
        let account = actor.account();
        let seeks = |role| matches!(role, Role::Worker | Role::Leader);
        let own = account.filter(|account| seeks(account.role));
        let worker = match own {
            Some(account) => account.worker.clone(),
            None => new.worker.clone(),
        };
        let person = match &worker {
            Some(id) => txn.worker(id).await?,
            None => None,
        };
        if own.is_none() && worker.is_some() {
            let reached = person
                .as_ref()
                .is_some_and(|person| authority::reaches_worker(actor, Verb::Complain, person));
            if !reached {
                errors.add("worker_id", "unknown", "没有这个求职者");
            }
        }
        let Some(words) = words.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let desk = account.and_then(|account| account.station.clone());
        let one = Complaint {
            id: ComplaintId::grow(self.seedling()),
            kind: new.kind,
            job: new.job.clone(),
            worker,
            station: desk.or_else(|| person.and_then(|person| person.station)),
            text: words,
            channel: new.channel,
            status: ComplaintStatus::Open,
            handler: None,
            due_at: due(new.kind, &self.rules, self.now()),
            outcome: None,
            created_at: self.now(),
        };
        self.write_complaint(&mut txn, actor, "complain", &one).await?;
        txn.commit().await?;
        Ok(one)
    }

    async fn write_complaint(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        verb: &'static str,
        one: &Complaint,
    ) -> MarketResult<()> {
        txn.put_complaint(one, self.now()).await?;
        let detail = json!({ "kind": one.kind.word(), "to": one.status.word() });
        txn.log(self.entry(actor, verb, Kind::Complaint, &one.id, detail));
        Ok(())
    }

    /// Whether staff of the actor's station settle a complaint.
    fn handles(&self, actor: &Actor, one: &Complaint) -> bool {
        if !authority::may(actor, Verb::Handle) {
            return false;
        }
        match actor.account() {
            Some(account) if account.role == Role::Staff => {
                one.station.is_none() || one.station == account.station
            }
            Some(_) | None => true,
        }
    }

    fn complained(&self, actor: &Actor, one: &Complaint) -> bool {
        let own = actor.account().and_then(|account| account.worker.as_ref());
        one.worker.is_some() && one.worker.as_ref() == own
    }

    /// The complaints that the actor settles or made, those not settled first, by deadline; each
    /// look of staff is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn complaints(
        &self,
        actor: &Actor,
        status: Option<ComplaintStatus>,
    ) -> MarketResult<Vec<Complaint>> {
        let list = self.complaints_at(actor, status, LIST_MAX).await?;
        if !list.is_empty() && authority::may(actor, Verb::Handle) {
            let seen: Vec<&str> = list.iter().map(|one| one.id.as_str()).collect();
            self.note_list(actor, "look_complaints", json!({ "complaints": seen })).await?;
        }
        Ok(list)
    }

    /// As [`Market::complaints`], at most `most`. Whoever shows them notes which
    /// ([`Market::note_list`]).
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn complaints_at(
        &self,
        actor: &Actor,
        status: Option<ComplaintStatus>,
        most: i64,
    ) -> MarketResult<Vec<Complaint>> {
        let mut filter = ComplaintFilter { status, ..ComplaintFilter::default() };
        let account = actor.account();
        if !authority::may(actor, Verb::Handle) {
            if !authority::may(actor, Verb::Complain) {
                return Err(MarketError::Forbidden);
            }
            let Some(worker) = account.and_then(|account| account.worker.clone()) else {
                return Ok(Vec::new());
            };
            filter.worker = Some(worker);
        } else if let Some(account) = account.filter(|account| account.role == Role::Staff) {
            filter.station.clone_from(&account.station);
        }
        Ok(self.store.read().await?.complaints(&filter, most).await?)
    }

    /// One complaint, for who settles it or made it.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where it is none of the actor's business.
    pub async fn complaint(&self, actor: &Actor, id: &ComplaintId) -> MarketResult<Complaint> {
        let mut txn = self.store.begin().await?;
        let one = txn.complaint(id).await?.ok_or(MarketError::NotFound)?;
        if !self.handles(actor, &one) && !self.complained(actor, &one) {
            return Err(MarketError::NotFound);
        }
        txn.log(self.entry(actor, "look", Kind::Complaint, id, json!({})));
        txn.commit().await?;
        Ok(one)
    }

    /// One step of a complaint; an outcome is owed where it is settled or turned down. Who
    /// complained may only reopen it.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where its life has no such step now.
    pub async fn settle_complaint(
        &self,
        actor: &Actor,
        id: &ComplaintId,
        event: ComplaintEvent,
        outcome: Option<&str>,
    ) -> MarketResult<Complaint> {
        let mut txn = self.store.begin().await?;
        txn.hold_complaint(id).await?;
        let mut one = txn.complaint(id).await?.ok_or(MarketError::NotFound)?;
        let own = self.complained(actor, &one);
        if !self.handles(actor, &one) && !own {
            return Err(MarketError::NotFound);
        }
        if !self.handles(actor, &one) && event != ComplaintEvent::Reopen {
            return Err(MarketError::Forbidden);
        }
        one.status = one.status.next(event)?;
        match event {
            ComplaintEvent::Take => one.handler = Some(actor.name().to_owned()),
            ComplaintEvent::Solve | ComplaintEvent::Dismiss => {
                one.outcome = Some(super::reason_owed(outcome)?);
            }
            ComplaintEvent::Reopen => {
                (one.handler, one.due_at) = (None, due(one.kind, &self.rules, self.now()));
            }
        }
        self.write_complaint(&mut txn, actor, event.word(), &one).await?;
        txn.commit().await?;
        Ok(one)
    }

    /// Takes the posting down that a complaint is about: it leaves the screens at once, and the
    /// complaint's trail says so.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where the posting is down already; [`MarketError::Forbidden`] where
    /// the posting is not the actor's to review.
    pub async fn take_down(
        &self,
        actor: &Actor,
        id: &ComplaintId,
        reason: Option<&str>,
    ) -> MarketResult<Complaint> {
        let mut txn = self.store.begin().await?;
        txn.hold_complaint(id).await?;
        let one = txn.complaint(id).await?.ok_or(MarketError::NotFound)?;
        if !self.handles(actor, &one) {
            return Err(MarketError::NotFound);
        }
        let Some(job) = one.job.clone() else {
            return Err(FieldErrors::one("job_id", "missing", "这个投诉没有写是哪个岗位").into());
        };
        self.withdraw_in(&mut txn, actor, &job, reason).await?;
        let detail = json!({ "job": job.as_str() });
        txn.log(self.entry(actor, "take_down", Kind::Complaint, id, detail));
        txn.commit().await?;
        Ok(one)
    }
}
