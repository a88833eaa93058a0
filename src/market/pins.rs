//! Phone and PIN: how people without a password register themselves and come back.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    Market, MarketError, MarketResult, NewWorker,
    accounts::{NOBODY, SESSION, locked, opens, slowly},
    authority::{self, Verb},
};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        fields::FieldErrors,
        identity::Phone,
        ids::{AccountId, StationId, WorkerId},
        pin::Pin,
        time::{MINUTE, Moment},
        worker::Worker,
    },
    store::{Credentials, Kind, NewAccount, Txn},
};

/// Where a person signs in, which says for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stay {
    /// At a kiosk, where the next person waits.
    Kiosk,
    /// On the person's own phone.
    Phone,
}

impl Stay {
    /// Microseconds.
    fn lasts(self) -> i64 {
        match self {
            Stay::Kiosk => KIOSK_SESSION,
            Stay::Phone => SESSION,
        }
    }
}

/// How long a session at a kiosk lasts at most, whatever the kiosk does.
const KIOSK_SESSION: i64 = 20 * MINUTE;
/// Under whose name the keys of self-registrations are kept.
const KEYS: &str = "sign_up";

/// A worker who signed in by phone and PIN.
#[derive(Clone)]
pub struct Seeker {
    /// The secret that the client shows from now on.
    pub token: String,
    /// When the session ends.
    pub expires_at: Moment,
    /// Who it is.
    pub worker: Worker,
}

/// Somebody who registers alone.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The PIN from now on.
    pub pin: Pin,
    /// The station where it happens.
    pub station: Option<StationId>,
    /// The client's key: the same request twice registers once.
    pub idempotency_key: Option<String>,
}

impl Market {
    /// Signs a worker in by phone and PIN; where a phone serves a family, the PIN tells who it is.
    ///
    /// # Errors
    /// [`MarketError::BadCredentials`], or [`MarketError::Locked`] after too many failures.
    pub async fn sign_in_by_phone(
        &self,
        phone: &Phone,
        pin: &Pin,
        stay: Stay,
    ) -> MarketResult<Seeker> {
        let now = self.now();
        let holders = self.store.read().await?.pin_holders(phone).await?;
        let (free, closed): (Vec<_>, Vec<_>) =
            holders.into_iter().partition(|holder| holder.locked_until <= now);
        if let (true, Some(first)) = (free.is_empty(), closed.first()) {
            return Err(locked(first.locked_until, now));
        }
        let found = holder_of(free.clone(), pin).await?;
        let mut txn = self.store.begin().await?;
        let Some(found) = found else {
            for holder in free {
                // Counted afresh inside the transaction, so that parallel attempts all count.
                let standing = txn.credentials(&holder.account.login).await?;
                let failures = standing.map_or(holder.failures, |standing| standing.failures);
                self.count_failure(&mut txn, &holder.account, failures).await?;
            }
            txn.commit().await?;
            return Err(MarketError::BadCredentials);
        };
        let account = found.account;
        let worker = account.worker.as_ref().ok_or(MarketError::BadCredentials)?;
        let worker = txn.worker(worker).await?.ok_or(MarketError::BadCredentials)?;
        txn.set_failures(&account.id, 0, Moment(0)).await?;
        let seeker = self.seat(&mut txn, &account, worker, stay).await?;
        txn.commit().await?;
        Ok(seeker)
    }

    pub(super) async fn seat(
        &self,
        txn: &mut Txn,
        account: &Account,
        worker: Worker,
        stay: Stay,
    ) -> MarketResult<Seeker> {
        let (token, expires_at) = self.begin_session(txn, &account.id, stay.lasts()).await?;
        let actor = Actor::Account(account.clone());
        txn.log(self.entry(&actor, "sign_in", Kind::Account, &account.id, json!({})));
        Ok(Seeker { token, expires_at, worker })
    }

    /// Registers somebody who has no account, with a PIN, and signs the person in.
    ///
    /// # Errors
    /// [`MarketError::Invalid`]; [`MarketError::Duplicate`] where the phone or the number is
    /// registered already: who shares a phone is registered by staff.
    pub async fn sign_up(
        &self,
        input: &Value,
        newcomer: &Newcomer,
        stay: Stay,
    ) -> MarketResult<Seeker> {
        let phone = input["phone"].as_str().and_then(|text| text.parse::<Phone>().ok());
        let mut errors = FieldErrors::default();
        if phone.as_ref().is_some_and(|phone| newcomer.pin.ends(phone)) {
            errors.add("pin", "easy", EASY);
        }
        if input["consents"].as_array().is_none_or(Vec::is_empty) {
            errors.add("consents", "missing", "要登记，请先同意怎么用这些信息");
        }
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let said = format!("{input} {}", newcomer.pin.expose());
        let hash = self.store.vault.index("request", &hex::encode(Sha256::digest(said)));
        let pin_hash = self.hashed(newcomer.pin.expose().to_owned()).await?;
        let mut txn = self.store.begin().await?;
        if let Some(key) = &newcomer.idempotency_key
            && let Some((held, id)) = txn.made_before(KEYS, key).await?
        {
            if held != hash {
                return Err(MarketError::KeyReused);
            }
            let id = id.parse().map_err(|_| MarketError::NotFound)?;
            let worker = txn.worker(&id).await?.ok_or(MarketError::NotFound)?;
            let account = worker.account.clone().ok_or(MarketError::NotFound)?;
            let account = txn.account(&account).await?.ok_or(MarketError::NotFound)?;
            let seeker = self.seat(&mut txn, &account, worker, stay).await?;
            txn.commit().await?;
            return Ok(seeker);
        }
        if let Some(station) = &newcomer.station
            && txn.station(station).await?.is_none()
        {
            return Err(FieldErrors::one("station", "unknown", "没有这个站点").into());
        }
        if let Some(phone) = &phone
            && !txn.workers_with_phone(phone).await?.is_empty()
        {
            return Err(MarketError::Duplicate { field: "phone", held: None });
        }
        let mut account = self.pin_account(&mut txn, None).await?;
        let new = NewWorker { station: newcomer.station.clone(), ..NewWorker::default() };
        let actor = Actor::Account(account.clone());
        let worker = self.register_in(&mut txn, &actor, input, new).await?;
        account.worker = Some(worker.id.clone());
        txn.set_pin(&account.id, &pin_hash).await?;
        if let Some(key) = &newcomer.idempotency_key {
            txn.remember(KEYS, key, &hash, worker.id.as_str(), self.now()).await?;
        }
        let seeker = self.seat(&mut txn, &account, worker, stay).await?;
        txn.commit().await?;
        Ok(seeker)
    }

    /// An account that only a PIN opens.
    async fn pin_account(&self, txn: &mut Txn, worker: Option<WorkerId>) -> MarketResult<Account> {
        let id = AccountId::grow(self.seedling());
        let login = id.to_string();
        let account = Account { id, login, role: Role::Worker, org: None, station: None, worker };
        // No hash, so no password opens it.
        let new = NewAccount { account: &account, password_hash: "", at: self.now() };
        txn.add_account(new).await?;
        Ok(account)
    }

    /// A worker's account; one that only a PIN or a card opens where there was none.
    pub(super) async fn account_of(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut worker: Worker,
    ) -> MarketResult<(Account, Worker)> {
        if let Some(account) = &worker.account {
            let account = txn.account(account).await?.ok_or(MarketError::NotFound)?;
            return Ok((account, worker));
        }
        let account = self.pin_account(txn, Some(worker.id.clone())).await?;
        worker.account = Some(account.id.clone());
        worker.version += 1;
        worker.updated_at = self.now();
        self.write_worker(txn, actor, &worker, "open_account").await?;
        Ok((account, worker))
    }

    /// The worker of this phone and name whom the actor may give a PIN.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the person is none of the actor's business.
    pub async fn worker_by_phone(
        &self,
        actor: &Actor,
        phone: &Phone,
        name: &str,
    ) -> MarketResult<WorkerId> {
        if !authority::may(actor, Verb::SetPin) {
            return Err(MarketError::Forbidden);
        }
        let workers = self.store.read().await?.workers_with_phone(phone).await?;
        let reached = |worker: &&Worker| authority::reaches_worker(actor, Verb::SetPin, worker);
        let mut named = workers.iter().filter(reached).filter(|worker| worker.person.name == name);
        named.next().map(|worker| worker.id.clone()).ok_or(MarketError::NotFound)
    }

    /// Gives a worker a PIN, or another one, and ends the person's sessions.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] where the PIN is the phone's end or somebody's with the same phone;
    /// [`MarketError::NotFound`] also where the person is none of the actor's business.
    pub async fn set_pin(&self, actor: &Actor, id: &WorkerId, pin: &Pin) -> MarketResult<()> {
        if !authority::may(actor, Verb::SetPin) {
            return Err(MarketError::Forbidden);
        }
        let hash = self.hashed(pin.expose().to_owned()).await?;
        let found = self.store.read().await?.worker(id).await?;
        let worker = found.ok_or(MarketError::NotFound)?;
        if !authority::reaches_worker(actor, Verb::SetPin, &worker) {
            return Err(MarketError::NotFound);
        }
        if let Some(phone) = &worker.person.phone {
            let mut others = self.store.read().await?.pin_holders(phone).await?;
            others.retain(|other| other.account.worker.as_ref() != Some(id));
            if pin.ends(phone) || holder_of(others, pin).await?.is_some() {
                return Err(FieldErrors::one("pin", "easy", EASY).into());
            }
        }
        let mut txn = self.store.begin().await?;
        let worker = txn.worker(id).await?.ok_or(MarketError::NotFound)?;
        let (Account { id: account, .. }, _) = self.account_of(&mut txn, actor, worker).await?;
        txn.set_pin(&account, &hash).await?;
        txn.end_sessions(&account).await?;
        txn.log(self.entry(actor, "set_pin", Kind::Account, &account, json!({})));
        txn.commit().await?;
        Ok(())
    }
}

const EASY: &str = "这个数字密码太容易猜，请换一个";

/// Whose PIN it is; takes as long where it is nobody's.
async fn holder_of(holders: Vec<Credentials>, pin: &Pin) -> MarketResult<Option<Credentials>> {
    let pin = pin.expose().to_owned();
    slowly(move || {
        if holders.is_empty() {
            opens(NOBODY, &pin);
        }
        let is_theirs =
            |holder: &Credentials| holder.pin_hash.as_deref().is_some_and(|hash| opens(hash, &pin));
        holders.into_iter().find(is_theirs)
    })
    .await
}
