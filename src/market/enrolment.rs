//! Staff register people at the desk (登记), keep their records, and note each group's consent.

use serde_json::{Map, Value, json};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    workers::read,
};
use crate::{
    domain::{
        account::Actor,
        ids::WorkerId,
        worker::{Group, GroupSource, Membership, Worker},
    },
    store::Txn,
};

/// What a record is to become.
#[derive(Clone, Debug)]
pub struct Revised {
    /// The version that was read; another one since then is not overwritten.
    pub version: i64,
    /// As the contract's worker; phone, number and household that are missing stay as they are.
    pub input: Map<String, Value>,
}

/// What is noted of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupStep {
    /// The person was asked and agrees to its being kept.
    Agree(Group, GroupSource),
    /// The person takes the consent back.
    Withdraw(Group),
}

impl Market {
    /// The worker, held for a change by staff.
    pub(super) async fn kept_worker(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        id: &WorkerId,
    ) -> MarketResult<Worker> {
        if !authority::may(actor, Verb::Enrol) {
            return Err(MarketError::Forbidden);
        }
        let worker = txn.worker(id).await?.ok_or(MarketError::NotFound)?;
        if !authority::reaches_worker(actor, Verb::Enrol, &worker) {
            return Err(MarketError::NotFound);
        }
        Ok(worker)
    }

    /// Changes what is on record of a worker. Groups and consents are kept apart and stay.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault; [`MarketError::Stale`] where somebody else
    /// changed the record; [`MarketError::Duplicate`] where the number is another person's;
    /// [`MarketError::NotFound`] also where the person is none of the actor's business.
    pub async fn revise_worker(
        &self,
        actor: &Actor,
        id: &WorkerId,
        revised: Revised,
    ) -> MarketResult<Worker> {
        let mut txn = self.store.begin().await?;
        let held = self.kept_worker(&mut txn, actor, id).await?;
        if held.version != revised.version {
            return Err(MarketError::Stale);
        }
        let (was, mut input) = (&held.person, revised.input);
        let number = was.id_number.as_ref().map(|number| number.expose());
        for (name, value) in [
            ("phone", was.phone.as_ref().map(|phone| phone.expose())),
            ("id_number", number),
            ("household", was.household.as_deref()),
        ] {
            let is_given = input.get(name).is_some_and(|held| !held.is_null());
            if let (false, Some(value)) = (is_given, value) {
                input.insert(name.to_owned(), json!(value));
            }
        }
        let registered = read(&Value::Object(input))?;
        let mut next = held.clone();
        next.person = registered.person;
        next.person.memberships.clone_from(&held.person.memberships);
        (next.profile, next.village) = (registered.profile, registered.village);
        if next == held {
            return Ok(held);
        }
        next.version += 1;
        next.updated_at = self.now();
        self.write_worker(&mut txn, actor, &next, "revise").await?;
        txn.commit().await?;
        Ok(next)
    }

    /// Notes that a person agrees to one group's being kept, or takes that back. The log names the
    /// step and not the group, which is the person's own affair; the record says who asked and when.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the person, or a consent to take back, is not there.
    pub async fn note_group(
        &self,
        actor: &Actor,
        id: &WorkerId,
        step: GroupStep,
    ) -> MarketResult<Worker> {
        let mut txn = self.store.begin().await?;
        let mut worker = self.kept_worker(&mut txn, actor, id).await?;
        let noted = (actor.name().to_owned(), self.now());
        let held = &mut worker.person.memberships;
        let verb = match step {
            GroupStep::Agree(group, source) => {
                let asked = Some(noted);
                held.retain(|one| one.group != group);
                held.push(Membership { group, source, asked, withdrawn: None });
                "agree_group"
            }
            GroupStep::Withdraw(group) => {
                let stands = |one: &&mut Membership| one.group == group && one.withdrawn.is_none();
                let one = held.iter_mut().find(stands).ok_or(MarketError::NotFound)?;
                one.withdrawn = Some(noted);
                "withdraw_group"
            }
        };
        worker.version += 1;
        worker.updated_at = self.now();
        self.write_worker(&mut txn, actor, &worker, verb).await?;
        txn.commit().await?;
        Ok(worker)
    }

    /// The groups of a person after an input named some. What was taken back stays so. Who hands in
    /// the input vouches for the consent (contract: `groups[]` with `consents[]`); the default source
    /// stands where none is named. A list takes away only what a list brought.
    pub(super) fn memberships(
        &self,
        actor: &Actor,
        held: &[Membership],
        (named, default): (&[(Group, Option<GroupSource>)], GroupSource),
    ) -> Vec<Membership> {
        let is_named = |group: Group| named.iter().any(|(one, _)| *one == group);
        let stays = |one: &&Membership| {
            one.withdrawn.is_some() || is_named(one.group) || one.source != GroupSource::Listed
        };
        let mut all: Vec<Membership> = held.iter().filter(stays).cloned().collect();
        for (group, source) in named {
            if !all.iter().any(|one| one.group == *group) {
                let asked = Some((actor.name().to_owned(), self.now()));
                let source = source.unwrap_or(default);
                all.push(Membership { group: *group, source, asked, withdrawn: None });
            }
        }
        all
    }

    /// People of the actor's station who have this whole phone, whole citizen's number, or name; whoever
    /// shows them notes whom ([`Market::note_list`]).
    ///
    /// # Errors
    /// [`MarketError::Forbidden`]
    pub async fn seekers_called(&self, actor: &Actor, asked: &str) -> MarketResult<Vec<Worker>> {
        if !authority::may(actor, Verb::Enrol) {
            return Err(MarketError::Forbidden);
        }
        let mut view = self.store.read().await?;
        let mut found: Vec<Worker> = if let Ok(number) = asked.parse() {
            view.worker_with_id(&number).await?.into_iter().collect()
        } else if let Ok(phone) = asked.parse() {
            view.workers_with_phone(&phone).await?
        } else {
            view.workers_named(asked, LOOKED_AT).await?
        };
        found.retain(|worker| authority::reaches_worker(actor, Verb::Enrol, worker));
        Ok(found)
    }
}

/// People of one name that are read at most.
const LOOKED_AT: i64 = 200;
