//! Workers: registered, seen.

use serde_json::{Value, json};

use super::{
    Imported, Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake::{self, Registered},
};
use crate::{
    domain::{
        account::{Actor, Role},
        booking::BookingStatus,
        fields::FieldErrors,
        ids::{StationId, WorkerId},
        posting::{External, Shift},
        worker::{GroupSource, Person, Worker},
    },
    store::{Kind, StoreError, Txn},
};

/// How a worker is registered.
#[derive(Clone, Debug, Default)]
pub struct NewWorker {
    /// The client's key: the same request twice registers once.
    pub idempotency_key: Option<String>,
    /// Whether it is demonstration data.
    pub demo: bool,
    /// The station that registers, where the actor has none of its own.
    pub station: Option<StationId>,
}

impl Market {
    /// Registers a worker.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault, [`MarketError::Forbidden`],
    /// [`MarketError::Duplicate`] where the person is registered already.
    pub async fn register(
        &self,
        actor: &Actor,
        input: &Value,
        new: NewWorker,
    ) -> MarketResult<Worker> {
        match self.register_once(actor, input, &new).await {
            // The same at the same moment: the other one stands by now, and is found.
            Err(MarketError::Store(StoreError::Conflict(_)) | MarketError::Duplicate { .. })
                if new.idempotency_key.is_some() =>
            {
                self.register_once(actor, input, &new).await
            }
            done => done,
        }
    }

    async fn register_once(
        &self,
        actor: &Actor,
        input: &Value,
        new: &NewWorker,
    ) -> MarketResult<Worker> {
        if !authority::may(actor, Verb::Register) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let worker = self.register_in(&mut txn, actor, input, new.clone()).await?;
        txn.commit().await?;
        Ok(worker)
    }

    /// Registers several people in one transaction: all, or none where one can't be. A key in
    /// `new` would name several requests and is refused.
    ///
    /// # Errors
    /// As [`Market::register`], for the first who can't be registered.
    pub async fn register_all(
        &self,
        actor: &Actor,
        inputs: &[Value],
        new: &NewWorker,
    ) -> MarketResult<Vec<Worker>> {
        if !authority::may(actor, Verb::Register) {
            return Err(MarketError::Forbidden);
        }
        if new.idempotency_key.is_some() {
            return Err(MarketError::KeyReused);
        }
        let mut txn = self.store.begin().await?;
        let mut workers = Vec::with_capacity(inputs.len());
        for input in inputs {
            workers.push(self.register_in(&mut txn, actor, input, new.clone()).await?);
        }
        txn.commit().await?;
        Ok(workers)
    }

    pub(super) async fn register_in(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        input: &Value,
        new: NewWorker,
    ) -> MarketResult<Worker> {
        let registered = read(input)?;
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(input.to_string()));
        // The stored hash is keyed, since the request holds personal data.
        let hash = self.store.vault.index("request", &hash);
        if let Some(key) = &new.idempotency_key
            && let Some((held, id)) = txn.made_before(actor.name(), key).await?
        {
            if held != hash {
                return Err(MarketError::KeyReused);
            }
            let id = id.parse().map_err(|_| MarketError::NotFound)?;
            return txn.worker(&id).await?.ok_or(MarketError::NotFound);
        }
        let account = actor.account().filter(|a| matches!(a.role, Role::Worker | Role::Leader));
        if let Some(held) = account.and_then(|account| account.worker.as_ref()) {
            let held = Some(held.to_string());
            return Err(MarketError::Duplicate { field: "account", held });
        }
        let external = registered
            .external_id
            .clone()
            .map(|id| External { source: format!("api:{}", actor.name()), id });
        let station =
            actor.account().and_then(|a| a.station.clone()).or_else(|| new.station.clone());
        let known = (external, GroupSource::Declared);
        let mut worker = self.new_worker(actor, registered, known, new.demo);
        worker.station = station;
        worker.account = account.map(|account| account.id.clone());
        self.write_worker(txn, actor, &worker, "register").await?;
        if let Some(account) = account {
            txn.set_worker(&account.id, &worker.id).await?;
        }
        if let Some(key) = &new.idempotency_key {
            txn.remember(actor.name(), key, &hash, worker.id.as_str(), self.now()).await?;
        }
        Ok(worker)
    }

    /// Somebody new; `source` is where groups are known from that name none.
    pub(super) fn new_worker(
        &self,
        actor: &Actor,
        registered: Registered,
        (external, source): (Option<External>, GroupSource),
        demo: bool,
    ) -> Worker {
        let now = self.now();
        let memberships = self.memberships(actor, &[], (&registered.groups, source));
        Worker {
            id: WorkerId::grow(self.seedling()),
            person: Person { memberships, ..registered.person },
            profile: registered.profile,
            village: registered.village,
            consents: registered.consents,
            station: None,
            account: None,
            external,
            version: 1,
            demo,
            created_at: now,
            updated_at: now,
        }
    }

    pub(super) async fn write_worker(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        worker: &Worker,
        verb: &'static str,
    ) -> MarketResult<()> {
        if let Some(number) = &worker.person.id_number
            && let Some(held) = txn.worker_with_id(number).await?
            && held.id != worker.id
        {
            let known = authority::reaches_worker(actor, Verb::ReadWorker, &held);
            let held = known.then(|| held.id.to_string());
            return Err(MarketError::Duplicate { field: "id_number", held });
        }
        match txn.put_worker(worker).await {
            Ok(true) => {}
            Ok(false) => return Err(MarketError::Stale),
            Err(StoreError::Conflict(_)) => {
                return Err(MarketError::Duplicate { field: "external_id", held: None });
            }
            Err(error) => return Err(error.into()),
        }
        let detail = json!({ "version": worker.version });
        txn.log(self.entry(actor, verb, Kind::Worker, &worker.id, detail));
        Ok(())
    }

    /// One worker, where the actor may see the person; each look is in the audit trail. The id of a
    /// record that was merged into another answers with that one.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the person is none of the actor's business.
    pub async fn worker(&self, actor: &Actor, id: &WorkerId) -> MarketResult<Worker> {
        if !authority::may(actor, Verb::ReadWorker) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let worker = match txn.worker(id).await? {
            Some(worker) => worker,
            None => {
                let kept = txn.merged_into(id).await?.ok_or(MarketError::NotFound)?;
                txn.worker(&kept).await?.ok_or(MarketError::NotFound)?
            }
        };
        if !authority::reaches_worker(actor, Verb::ReadWorker, &worker) {
            return Err(MarketError::NotFound);
        }
        txn.log(self.entry(actor, "look", Kind::Worker, &worker.id, json!({})));
        txn.commit().await?;
        Ok(worker)
    }

    /// A worker who looks for work, with the shifts that the person holds already and the employers
    /// with whom one side wants no more to do, by who owes wages.
    ///
    /// # Errors
    /// As [`Market::worker`].
    pub async fn seeker(
        &self,
        actor: &Actor,
        id: &WorkerId,
    ) -> MarketResult<(Worker, Vec<Shift>, Vec<String>)> {
        let worker = self.worker(actor, id).await?;
        let mut view = self.store.read().await?;
        let rows = view.bookings_by(&worker.id).await?;
        let blocked = view.blocked_for(&worker.id).await?;
        let held = rows.into_iter().filter(|row| row.booking.status == BookingStatus::Booked);
        Ok((worker, held.flat_map(|row| row.booking.shifts).collect(), blocked))
    }

    /// Takes in one row of a foreign list within a transaction that the caller commits.
    ///
    /// # Errors
    /// As [`Market::register`].
    pub async fn take_in_worker(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        input: &Value,
        source: &str,
    ) -> MarketResult<Imported> {
        if !matches!(actor, Actor::Operator)
            && actor.account().is_none_or(|account| account.role != Role::Admin)
        {
            return Err(MarketError::Forbidden);
        }
        let registered = read(input)?;
        let Some(id) = registered.external_id.clone() else {
            return Err(FieldErrors::one("external_id", "missing", "请填写外部编号").into());
        };
        let external = External { source: source.to_owned(), id };
        let Some(held) = txn.worker_from(&external).await? else {
            // Staff found that it is somebody whom another row or the desk brings up to date.
            if txn.merged_from(&external).await?.is_some() {
                return Ok(Imported::Unchanged);
            }
            let known = (Some(external), GroupSource::Listed);
            let new = self.new_worker(actor, registered, known, false);
            self.write_worker(txn, actor, &new, "import").await?;
            return Ok(Imported::Created);
        };
        let mut next = held.clone();
        next.person = registered.person;
        next.person.memberships = self.memberships(
            actor,
            &held.person.memberships,
            (&registered.groups, GroupSource::Listed),
        );
        next.profile = registered.profile;
        next.village = registered.village;
        next.consents = registered.consents;
        keep_unnamed(&held, &mut next, input);
        if next == held {
            return Ok(Imported::Unchanged);
        }
        next.version += 1;
        next.updated_at = self.now();
        self.write_worker(txn, actor, &next, "import").await?;
        Ok(Imported::Updated)
    }
}

/// What a row says nothing about stays as it is: a list knows less of a person than the desk does.
fn keep_unnamed(held: &Worker, next: &mut Worker, input: &Value) {
    let unnamed = |name: &str| input.get(name).is_none_or(Value::is_null);
    let (was, now) = (&held.person, &mut next.person);
    if unnamed("id_number") {
        now.id_number.clone_from(&was.id_number);
    }
    if unnamed("household") {
        now.household.clone_from(&was.household);
    }
    if unnamed("village") {
        next.village.clone_from(&held.village);
    }
    if unnamed("consents") {
        next.consents.clone_from(&held.consents);
    }
    let (was, now) = (&held.profile, &mut next.profile);
    if unnamed("lat") {
        now.point = was.point;
    }
    if unnamed("radius_km") {
        now.radius_m = was.radius_m;
    }
    if unnamed("modes") {
        now.modes.clone_from(&was.modes);
    }
    if unnamed("skills") {
        now.skills.clone_from(&was.skills);
        now.occupations.clone_from(&was.occupations);
        now.skill_occupations.clone_from(&was.skill_occupations);
    }
    if unnamed("certificates") {
        now.certificates.clone_from(&was.certificates);
    }
    if unnamed("day_wage_wish_fen") {
        now.day_wage_wish = was.day_wage_wish;
    }
    if unnamed("available") {
        now.available.clone_from(&was.available);
    }
}

pub(super) fn read(input: &Value) -> MarketResult<Registered> {
    let Value::Object(map) = input else {
        return Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象").into());
    };
    Ok(intake::worker(map)?)
}
