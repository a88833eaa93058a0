//! A posting's verbs: post, revise, submit, review, end, expire, take in from a list.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake::{self, Posted},
    screens::step_entry,
};
use crate::{
    domain::{
        account::{Actor, Role},
        fields::FieldErrors,
        ids::{JobId, OrgId},
        org::{Employer, Label, Org},
        posting::{Event, External, Posting, Status, Terms},
        station::Station,
        text,
        wage::a_day,
    },
    feed::view::JobView,
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

/// How a row of a foreign list is taken in.
#[derive(Clone, Debug)]
pub struct Import {
    /// The list's name.
    pub source: String,
    /// Whether the row is opened at once.
    pub publish: bool,
    /// Whether validity counts from the day of each run; that alone then changes nothing.
    pub floating_validity: bool,
}

/// What became of a row of a foreign list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was new.
    Created,
    /// It had changed.
    Updated,
    /// It was held as it is.
    Unchanged,
}

const PAGE: i64 = 200;

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
        let posted = self
            .read_terms(&mut txn, actor, own_org.as_ref(), input)
            .await?;
        let source = own_org.as_ref().map_or(actor.name(), |org| org.id.as_str());
        let external = posted.external_id.map(|id| External {
            source: format!("api:{source}"),
            id,
        });
        if let Some(external) = &external
            && let Some(held) = txn.posting_from(external).await?
        {
            let held = Some(held.id.to_string());
            return Err(MarketError::Duplicate {
                field: "external_id",
                held,
            });
        }
        let label = self
            .label_of(&mut txn, own_org.as_ref(), &posted.terms)
            .await?;
        let posting = self.new_posting(actor, posted.terms, label, own_org, external, new.demo);
        let entry = step_entry(self, actor, "post", &posting, None);
        self.write_posting(&mut txn, &posting, None, entry).await?;
        if let Some(key) = &new.idempotency_key {
            let (hash, id) = (hash_of(input), posting.id.as_str());
            txn.remember(actor.name(), key, &hash, id, self.now())
                .await?;
        }
        txn.commit().await?;
        Ok(posting)
    }

    fn new_posting(
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
        }
    }

    async fn own_org(&self, view: &mut View, actor: &Actor) -> MarketResult<Option<Org>> {
        let Some(id) = actor.account().and_then(|account| account.org.as_ref()) else {
            return Ok(None);
        };
        Ok(view.org(id).await?)
    }

    /// Reads an input and checks what only the records can tell: stations and broker exist, and
    /// nobody posts in another's name.
    async fn read_terms(
        &self,
        view: &mut View,
        actor: &Actor,
        own_org: Option<&Org>,
        input: &Value,
    ) -> MarketResult<Posted> {
        let Value::Object(map) = input else {
            let message = "请求内容应当是一个JSON对象";
            return Err(FieldErrors::one("", "type", message).into());
        };
        let role = actor.account().map(|account| account.role);
        let own = own_org
            .filter(|_| role != Some(Role::Broker))
            .map(|org| &org.employer);
        let mut posted = intake::posting(map, own, self.now())?;
        let mut errors = FieldErrors::default();
        if role == Some(Role::Broker) {
            // A broker posts through itself, whatever the input says.
            posted.terms.via_broker = own_org.map(|org| org.id.clone());
        }
        if role == Some(Role::Employer)
            && let Some(code) = own_org.and_then(|org| org.employer.uscc.as_ref())
            && posted.terms.employer.uscc.as_ref() != Some(code)
        {
            errors.add("employer.uscc", "unknown", "只能以本单位的名义发布岗位");
        }
        let stations = view.stations().await?;
        for (i, id) in posted.terms.stations.iter().enumerate() {
            if !stations.iter().any(|station| station.id == *id) {
                errors.add(
                    format!("stations[{i}]"),
                    "unknown",
                    format!("没有“{id}”这个站点"),
                );
            }
        }
        if let Some(broker) = &posted.terms.via_broker
            && view.org(broker).await?.is_none()
        {
            errors.add("via_broker", "unknown", "没有这个经纪人或机构");
        }
        if errors.is_empty() {
            Ok(posted)
        } else {
            Err(errors.into())
        }
    }

    async fn label_of(
        &self,
        view: &mut View,
        own_org: Option<&Org>,
        terms: &Terms,
    ) -> MarketResult<Label> {
        let through = match &terms.via_broker {
            Some(id) => view.org(id).await?,
            None => own_org.cloned(),
        };
        Ok(through.map_or(Label::Direct, |org| Label::of(org.employer.kind)))
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
            Some(actor) => {
                self.reaches(&mut view, actor, Verb::ReadDraft, &posting)
                    .await?
            }
            None => false,
        };
        if published || reached {
            Ok(posting)
        } else {
            Err(MarketError::NotFound)
        }
    }

    /// The postings that the actor conducts or reviews, newest first.
    pub async fn desk(&self, actor: &Actor, statuses: &[Status]) -> MarketResult<Vec<Posting>> {
        let mut filter = PostingFilter {
            statuses: statuses.to_vec(),
            newest_first: true,
            ..PostingFilter::default()
        };
        if let Some(account) = actor.account() {
            match authority::reach(account.role, Verb::ReadDraft) {
                authority::Reach::Nothing => return Err(MarketError::Forbidden),
                authority::Reach::Own if account.org.is_some() => {
                    filter.org.clone_from(&account.org);
                }
                authority::Reach::Own => filter.poster = Some(account.id.clone()),
                authority::Reach::Station => match &account.station {
                    Some(station) => filter.station = Some(station.clone()),
                    None => return Ok(Vec::new()),
                },
                authority::Reach::Any => {}
            }
        }
        let mut view = self.store.read().await?;
        let mut postings = view.postings(&filter, PAGE).await?;
        let home = self.home(&mut view, actor).await?;
        postings.retain(|posting| {
            authority::reaches_posting(actor, Verb::ReadDraft, posting, home.as_ref())
        });
        Ok(postings)
    }

    async fn home(&self, view: &mut View, actor: &Actor) -> MarketResult<Option<Station>> {
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
        Ok(authority::reaches_posting(
            actor,
            verb,
            posting,
            home.as_ref(),
        ))
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
        Err(if known {
            MarketError::Forbidden
        } else {
            MarketError::NotFound
        })
    }

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
        expected: Option<i64>,
    ) -> MarketResult<Posting> {
        let mut txn = self.store.begin().await?;
        let held = self.hold(&mut txn, actor, Verb::Revise, id).await?;
        if expected.is_some_and(|version| version != held.version) {
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
        let posted = self
            .read_terms(&mut txn, actor, own_org.as_ref(), &input)
            .await?;
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
        let (from, mut next) = (held.status, held.clone());
        next.terms = posted.terms;
        next.label = self.label_after(&mut txn, &held, &next.terms).await?;
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

    async fn label_after(
        &self,
        view: &mut View,
        held: &Posting,
        terms: &Terms,
    ) -> MarketResult<Label> {
        let org = match &held.org {
            Some(id) => view.org(id).await?,
            None => None,
        };
        self.label_of(view, org.as_ref(), terms).await
    }

    pub(super) fn touch(&self, posting: &mut Posting) {
        posting.version += 1;
        posting.updated_at = self.now();
    }

    /// Hands a draft in for review.
    pub async fn submit(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        self.step(actor, Verb::Conduct, id, Event::Submit, None)
            .await
    }

    /// Publishes a posting that waits for review.
    pub async fn approve(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        self.step(actor, Verb::Review, id, Event::Approve, None)
            .await
    }

    /// Hands a posting back to its poster; a reason is owed.
    pub async fn reject(
        &self,
        actor: &Actor,
        id: &JobId,
        reason: Option<&str>,
    ) -> MarketResult<Posting> {
        self.step(
            actor,
            Verb::Review,
            id,
            Event::Reject,
            Some(reason.unwrap_or_default()),
        )
        .await
    }

    /// Ends a published posting.
    pub async fn close(&self, actor: &Actor, id: &JobId) -> MarketResult<Posting> {
        self.step(actor, Verb::Conduct, id, Event::Close, None)
            .await
    }

    /// Takes a posting back, or down; a reason is owed.
    pub async fn withdraw(
        &self,
        actor: &Actor,
        id: &JobId,
        reason: Option<&str>,
    ) -> MarketResult<Posting> {
        self.step(
            actor,
            Verb::Conduct,
            id,
            Event::Withdraw,
            Some(reason.unwrap_or_default()),
        )
        .await
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
        let held = self.hold(&mut txn, actor, verb, id).await?;
        let next = self.stepped(&held, event, reason)?;
        let entry = step_entry(self, actor, event.word(), &next, Some(held.status));
        self.write_posting(&mut txn, &next, Some(event), entry)
            .await?;
        txn.commit().await?;
        Ok(next)
    }

    fn stepped(&self, held: &Posting, event: Event, reason: Option<&str>) -> MarketResult<Posting> {
        let mut next = held.clone();
        next.status = held.status.next(event)?;
        next.reason = None;
        if let Some(reason) = reason {
            let mut errors = FieldErrors::default();
            let bounds = crate::domain::limits::REASON_CHARS;
            next.reason = text::bounded(&mut errors, "reason", "原因", reason, bounds);
            if !errors.is_empty() {
                return Err(errors.into());
            }
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
        let due = self.store.read().await?.postings(&filter, PAGE).await?;
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
                self.write_posting(&mut txn, &next, Some(Event::Expire), entry)
                    .await?;
                txn.commit().await?;
                done += 1;
            }
        }
        Ok(done)
    }

    /// Takes in one row of a foreign list within a transaction that the caller commits.
    ///
    /// `(source, external_id)` is the identity: the same row twice changes nothing.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault.
    pub async fn take_in(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        input: &Value,
        import: &Import,
    ) -> MarketResult<Imported> {
        if !matches!(actor, Actor::Operator)
            && actor
                .account()
                .is_none_or(|account| account.role != Role::Admin)
        {
            return Err(MarketError::Forbidden);
        }
        let posted = self.read_terms(txn, actor, None, input).await?;
        let Some(id) = posted.external_id else {
            return Err(FieldErrors::one("external_id", "missing", "请填写外部编号").into());
        };
        let external = External {
            source: import.source.clone(),
            id,
        };
        let (held, verb) = match txn.posting_from(&external).await? {
            None => {
                let label = self.label_of(txn, None, &posted.terms).await?;
                let mut new =
                    self.new_posting(actor, posted.terms, label, None, Some(external), false);
                if import.publish {
                    new.status = Status::Open;
                    new.published_at = Some(new.created_at);
                }
                let entry = step_entry(self, actor, "import", &new, None);
                self.write_posting(txn, &new, None, entry).await?;
                return Ok(Imported::Created);
            }
            Some(held) => (held, "import"),
        };
        let mut next = held.clone();
        let mut same_terms = posted.terms.clone();
        if import.floating_validity {
            same_terms.valid_until = held.terms.valid_until;
        }
        let published = import.publish && held.status == Status::Draft;
        let ended = matches!(
            held.status,
            Status::Closed | Status::Expired | Status::Withdrawn
        );
        if ended || (same_terms == held.terms && !published) {
            return Ok(Imported::Unchanged);
        }
        next.terms = posted.terms;
        next.terms.headcount = next.terms.headcount.max(held.taken);
        let event = match (held.status, next.places_left()) {
            (Status::Open, 0) => Some(Event::Fill),
            (Status::Filled, 1..) => Some(Event::Free),
            _ => None,
        };
        if let Some(event) = event {
            next.status = held.status.next(event)?;
        }
        self.touch(&mut next);
        if published {
            next.status = held.status.next(Event::Submit)?.next(Event::Approve)?;
            next.published_at = Some(next.updated_at);
        }
        let entry = step_entry(self, actor, verb, &next, Some(held.status));
        self.write_posting(txn, &next, event, entry).await?;
        Ok(Imported::Updated)
    }
}

/// A posting as an input that would make it.
fn as_input(posting: &Posting) -> Value {
    let mut input = serde_json::to_value(JobView::from(posting)).unwrap_or_else(|_| json!({}));
    input["employer"]["name"] = json!(posting.terms.employer.name);
    input
}

/// Whether a published posting changed only in ways that need no review.
fn without_review(held: &Terms, next: &Terms) -> bool {
    let raised = match (
        a_day(held.wage.min(), held.wage.unit),
        a_day(next.wage.min(), next.wage.unit),
    ) {
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

impl Market {
    /// The organisation of an id, made known where it is new.
    pub(super) async fn org_or_new(
        &self,
        txn: &mut Txn,
        id: &OrgId,
        employer: Employer,
    ) -> MarketResult<Org> {
        if let Some(org) = txn.org(id).await? {
            return Ok(org);
        }
        let org = Org {
            id: id.clone(),
            employer,
        };
        match txn.add_org(&org, self.now()).await {
            Ok(()) => Ok(org),
            Err(StoreError::Conflict(_)) => Err(MarketError::Duplicate {
                field: "uscc",
                held: None,
            }),
            Err(error) => Err(error.into()),
        }
    }
}
