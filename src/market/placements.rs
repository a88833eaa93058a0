//! Placements: registered, kept up to date, ended.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake::{self, PlacementPatch, Whom},
};
use crate::{
    domain::{
        account::{Actor, Role},
        calendar::Month,
        division,
        fields::FieldErrors,
        ids::{BookingId, OrgId, PlacementId, WorkerId},
        limits,
        org::{Employer, EmployerKind},
        placement::{
            Ending, Placement, PlacementEvent, PlacementRefused, PlacementStatus, PlacementTerms,
        },
        text,
        worker::Worker,
    },
    store::{Kind, PlacementFilter, StoreError, Txn},
};

/// A step of a placement's life with what it carries.
#[derive(Clone, Debug)]
pub enum PlacementMove {
    /// The person left.
    End(Ending),
    /// The person did not leave.
    Resume,
    /// All was a mistake, for this reason.
    Void(String),
}

/// What a placement's input and the records say together.
struct Found {
    worker: Worker,
    employer: Employer,
    division: String,
    booking: Option<BookingId>,
}

impl Market {
    /// Registers a placement. A broker's is organised by its organisation.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault; [`MarketError::Duplicate`] where the
    /// booking became a placement already, or the broker registered the same person with the same
    /// employer for the same time.
    pub async fn place(&self, actor: &Actor, input: &Value, demo: bool) -> MarketResult<Placement> {
        if !authority::may(actor, Verb::Place) {
            return Err(MarketError::Forbidden);
        }
        let Value::Object(map) = input else {
            return Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象").into());
        };
        let now = self.now();
        let placed = intake::placement(map, now.day())?;
        let mut txn = self.store.begin().await?;
        let organiser = self.organiser(&mut txn, actor, map).await?;
        let found = self.find_person(&mut txn, actor, &placed).await?;
        let hukou = placed.hukou.or_else(|| home_county(&found.worker)).ok_or_else(|| {
            FieldErrors::one("hukou", "missing", "请填写户籍所在区县，例如 银川市金凤区")
        })?;
        let placement = Placement {
            id: PlacementId::grow(self.seedling()),
            worker: found.worker.id.clone(),
            organiser,
            terms: PlacementTerms {
                employer: found.employer,
                division: found.division,
                hukou,
                start: placed.start,
                contract_signed: placed.contract_signed,
            },
            ending: None,
            insured: BTreeMap::new(),
            proofs: BTreeSet::new(),
            booking: found.booking,
            status: PlacementStatus::Running,
            // Whoever registers it keeps it, also where the person is registered nowhere near.
            station: found
                .worker
                .station
                .clone()
                .or_else(|| actor.account().and_then(|account| account.station.clone())),
            version: 1,
            demo,
            created_at: now,
            updated_at: now,
        };
        self.refuse_twins(&mut txn, &placement).await?;
        self.write_placement(&mut txn, actor, &placement, "place", json!({})).await?;
        txn.commit().await?;
        Ok(placement)
    }

    async fn organiser(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        map: &serde_json::Map<String, Value>,
    ) -> MarketResult<Option<OrgId>> {
        let account = actor.account();
        if let Some(account) = account.filter(|account| account.role == Role::Broker) {
            return account.org.clone().map(Some).ok_or(MarketError::Forbidden);
        }
        let Some(id) = map.get("organiser").and_then(Value::as_str) else {
            return Ok(None);
        };
        let known = match id.parse() {
            Ok(id) => txn.org(&id).await?,
            Err(_) => None,
        };
        let organises = |kind| matches!(kind, EmployerKind::Agency | EmployerKind::Broker);
        match known.filter(|org| organises(org.employer.kind)) {
            Some(org) => Ok(Some(org.id)),
            None => {
                let message = "没有这个劳务经纪人或机构";
                Err(FieldErrors::one("organiser", "unknown", message).into())
            }
        }
    }

    async fn find_person(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        placed: &intake::Placed,
    ) -> MarketResult<Found> {
        let not_there = |field: &str| {
            let message = "没有找到这位求职者，请核对，或者请本人先到站点登记";
            MarketError::from(FieldErrors::one(field, "unknown", message))
        };
        let mut told = (placed.employer.clone(), placed.division.clone());
        let mut booking = None;
        let worker = match &placed.whom {
            Whom::Booking(id) => {
                let held = txn.booking(id).await?.ok_or_else(|| not_there("booking_id"))?;
                let posting =
                    txn.posting(&held.job).await?.ok_or_else(|| not_there("booking_id"))?;
                if !self.reaches(txn, actor, Verb::Roster, &posting).await? {
                    return Err(not_there("booking_id"));
                }
                let employer = told.0.take().unwrap_or(posting.terms.employer);
                if employer.kind == EmployerKind::Individual {
                    let message = "个人雇主不属于稳定就业的用工主体";
                    return Err(FieldErrors::one("employer.kind", "unknown", message).into());
                }
                told = (Some(employer), told.1.take().or(posting.terms.division));
                booking = Some(id.clone());
                txn.worker(&held.worker).await?
            }
            Whom::Worker(id) => {
                let worker = txn.worker(id).await?;
                let worker = worker.ok_or_else(|| not_there("worker_id"))?;
                let known = authority::reaches_worker(actor, Verb::ReadWorker, &worker)
                    || self.worked_for(txn, actor, id).await?;
                known.then_some(worker)
            }
            Whom::Person { phone, name } => {
                let named = txn.workers_with_phone(phone).await?;
                named.into_iter().find(|worker| worker.person.name == *name)
            }
        };
        let field = match placed.whom {
            Whom::Booking(_) => "booking_id",
            Whom::Worker(_) => "worker_id",
            Whom::Person { .. } => "phone",
        };
        let worker = worker.ok_or_else(|| not_there(field))?;
        let missing =
            |field: &str, message: &str| FieldErrors::one(field, "missing", message.to_owned());
        let employer = told.0.ok_or_else(|| missing("employer.name", "请填写用工主体名称"))?;
        let division = told.1.ok_or_else(|| missing("division", "请填写上班的区县"))?;
        Ok(Found { worker, employer, division, booking })
    }

    /// Whether the worker holds a place of a posting of the actor's.
    async fn worked_for(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        worker: &WorkerId,
    ) -> MarketResult<bool> {
        for row in txn.bookings_by(worker).await? {
            if let Some(posting) = txn.posting(&row.booking.job).await?
                && self.reaches(txn, actor, Verb::Roster, &posting).await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The same organiser may not register the same employment twice; another may, and the
    /// reviewers see both.
    async fn refuse_twins(&self, txn: &mut Txn, new: &Placement) -> MarketResult<()> {
        let held = txn.placements_of(&BTreeSet::from([new.worker.clone()])).await?;
        let twin = held.iter().find(|held| {
            held.organiser == new.organiser
                && held.employer_key() == new.employer_key()
                && held.overlaps(new)
        });
        match twin {
            Some(twin) => {
                Err(MarketError::Duplicate { field: "worker", held: Some(twin.id.to_string()) })
            }
            None => Ok(()),
        }
    }

    pub(super) async fn write_placement(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        placement: &Placement,
        verb: &'static str,
        detail: Value,
    ) -> MarketResult<()> {
        match txn.put_placement(placement).await {
            Ok(true) => {}
            Ok(false) => return Err(MarketError::Stale),
            Err(StoreError::Conflict(_)) => {
                return Err(MarketError::Duplicate { field: "booking_id", held: None });
            }
            Err(error) => return Err(error.into()),
        }
        txn.log(self.entry(actor, verb, Kind::Placement, &placement.id, detail));
        Ok(())
    }

    /// A placement that the actor's right reaches, for changing.
    pub(super) async fn own_placement(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &PlacementId,
    ) -> MarketResult<Placement> {
        if !authority::may(actor, Verb::Place) {
            return Err(MarketError::Forbidden);
        }
        let placement = txn.placement(id).await?.ok_or(MarketError::NotFound)?;
        if authority::reaches_placement(actor, Verb::Place, &placement) {
            Ok(placement)
        } else {
            Err(MarketError::NotFound)
        }
    }

    /// One placement with its worker; the look is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where it is none of the actor's business.
    pub async fn placement(
        &self,
        actor: &Actor,
        id: &PlacementId,
    ) -> MarketResult<(Placement, Worker)> {
        let mut txn = self.store.begin().await?;
        let placement = self.own_placement(&mut txn, actor, id).await?;
        let worker = txn.worker(&placement.worker).await?.ok_or(MarketError::NotFound)?;
        txn.log(self.entry(actor, "look", Kind::Placement, id, json!({})));
        txn.commit().await?;
        Ok((placement, worker))
    }

    /// The placements that the actor keeps, the earliest begun first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn placements(&self, actor: &Actor) -> MarketResult<Vec<Placement>> {
        let mut filter = PlacementFilter::default();
        let account = actor.account();
        match account.map(|account| (account, authority::reach(account.role, Verb::Place))) {
            None | Some((_, authority::Reach::Any)) => {}
            Some((account, authority::Reach::Own)) => {
                filter.organiser = Some(account.org.clone().ok_or(MarketError::Forbidden)?);
            }
            Some((account, authority::Reach::Station)) => {
                filter.station = Some(account.station.clone().ok_or(MarketError::Forbidden)?);
            }
            Some((_, authority::Reach::Nothing)) => return Err(MarketError::Forbidden),
        }
        Ok(self.store.read().await?.placements(&filter, limits::PLACEMENTS_MAX).await?)
    }

    /// Takes a step of a placement's life.
    ///
    /// # Errors
    /// [`MarketError::PlacementRefused`], [`MarketError::Invalid`] where the last day or the
    /// reason is not right.
    pub async fn move_placement(
        &self,
        actor: &Actor,
        id: &PlacementId,
        step: PlacementMove,
    ) -> MarketResult<Placement> {
        let mut txn = self.store.begin().await?;
        let mut placement = self.own_placement(&mut txn, actor, id).await?;
        let (event, verb) = match &step {
            PlacementMove::End(_) => (PlacementEvent::End, "end_placement"),
            PlacementMove::Resume => (PlacementEvent::Resume, "resume_placement"),
            PlacementMove::Void(_) => (PlacementEvent::Void, "void_placement"),
        };
        placement.status = placement.status.next(event)?;
        let mut errors = FieldErrors::default();
        let mut reason =
            |text: &str| text::bounded(&mut errors, "reason", "原因", text, limits::REASON_CHARS);
        let mut detail = json!({ "to": placement.status.word() });
        match step {
            PlacementMove::End(ending) => {
                let reason = reason(&ending.reason).unwrap_or_default();
                if ending.day < placement.terms.start {
                    errors.add("day", "order", "最后一天不能早于上岗日期");
                }
                if ending.day > self.now().day() {
                    errors.add("day", "range", "最后一天不能在今天以后");
                }
                placement.ending = Some(Ending { day: ending.day, reason });
            }
            PlacementMove::Resume => placement.ending = None,
            PlacementMove::Void(why) => detail["reason"] = json!(reason(&why)),
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        self.touch_placement(&mut placement);
        self.write_placement(&mut txn, actor, &placement, verb, detail).await?;
        txn.commit().await?;
        Ok(placement)
    }

    fn touch_placement(&self, placement: &mut Placement) {
        placement.version += 1;
        placement.updated_at = self.now();
    }

    /// Notes contract, insured months and months on the job.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault.
    pub async fn revise_placement(
        &self,
        actor: &Actor,
        id: &PlacementId,
        input: &Value,
    ) -> MarketResult<Placement> {
        let Value::Object(map) = input else {
            return Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象").into());
        };
        let patch = intake::placement_patch(map, self.now().day())?;
        let mut txn = self.store.begin().await?;
        let held = self.own_placement(&mut txn, actor, id).await?;
        let next = self.patched(&held, patch)?;
        if next != held {
            let detail = json!({ "insured": next.insured.len(), "proofs": next.proofs.len() });
            self.write_placement(&mut txn, actor, &next, "revise_placement", detail).await?;
            txn.commit().await?;
        }
        Ok(next)
    }

    pub(super) fn patched(
        &self,
        held: &Placement,
        patch: PlacementPatch,
    ) -> MarketResult<Placement> {
        if held.status == PlacementStatus::Void {
            let (from, event) = (held.status, PlacementEvent::Resume);
            return Err(PlacementRefused { from, event }.into());
        }
        let mut errors = FieldErrors::default();
        let first = held.terms.start.month();
        let last = held.end().map(|end| end.month());
        let within = |month: &Month| first <= *month && last.is_none_or(|last| *month <= last);
        for month in patch.insured.keys().filter(|month| !within(month)) {
            errors.add(format!("insured.{month}"), "range", format!("{month}不在这段就业期内"));
        }
        for month in patch.proofs.iter().filter(|month| !within(month)) {
            errors.add("proofs", "range", format!("{month}不在这段就业期内"));
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let mut next = held.clone();
        next.terms.contract_signed = patch.contract_signed.or(next.terms.contract_signed);
        next.insured.extend(patch.insured);
        next.insured.retain(|_, kinds| !kinds.is_empty());
        next.proofs.extend(patch.proofs);
        if next != *held {
            self.touch_placement(&mut next);
        }
        Ok(next)
    }
}

/// The county of the village that a worker is registered in, where it tells one.
pub(super) fn home_county(worker: &Worker) -> Option<String> {
    let village = village_code(worker)?;
    village.get(..6).map(str::to_owned)
}

/// The code of the village that a worker is registered in.
pub(super) fn village_code(worker: &Worker) -> Option<String> {
    let text = worker.village.as_deref()?;
    let is_code = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    if is_code {
        return Some(text.to_owned());
    }
    division::village(text, "").ok().map(|village| village.code.to_owned())
}
