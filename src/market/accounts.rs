//! Accounts: made, signed in, signed out.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        division,
        fields::FieldErrors,
        ids::{AccountId, OrgId, StationId},
        limits,
        org::{Employer, EmployerKind},
        text,
        time::{DAY, HOUR, MINUTE, Moment, SECOND},
    },
    policy,
    store::{Kind, NewAccount, StoreError, Txn},
};

/// An account to be made.
#[derive(Clone)]
pub struct NewUser {
    /// The name to sign in with.
    pub login: String,
    /// The role.
    pub role: Role,
    /// The organisation; made known where it is new.
    pub org: Option<OrgId>,
    /// What is known of a new organisation; its id stands for its name where nothing is.
    pub employer: Option<Employer>,
    /// The station.
    pub station: Option<StationId>,
    /// The password.
    pub password: String,
}

/// A sign-in that went well.
#[derive(Clone)]
pub struct SignIn {
    /// The secret that the client shows from now on.
    pub token: String,
    /// Who signed in.
    pub account: Account,
    /// When the session ends.
    pub expires_at: Moment,
}

/// Failures after which an account is locked.
const FAILURES_MAX: i64 = 5;
/// How long it stays locked.
pub(super) const LOCK: i64 = 15 * MINUTE;
/// How long a person's session lasts.
pub(super) const SESSION: i64 = 12 * HOUR;
/// How long a screen's session lasts.
pub(super) const DEVICE_SESSION: i64 = 365 * DAY;

/// Letters and digits of a made password: none looks like another.
const PASSWORD_LETTERS: [char; 32] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'u',
    'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7', '8', '9',
];

/// The form in which a session's token is stored and looked up.
pub fn hash_token(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Notes what is wrong with the login and the password of a new account; the login, cleaned.
pub(super) fn new_credentials(
    errors: &mut FieldErrors,
    login: &str,
    password: &str,
) -> Option<String> {
    let login = text::bounded(errors, "login", "登录名", login, limits::LOGIN_CHARS);
    let (least, most) = limits::PASSWORD_CHARS;
    if !(least..=most).contains(&password.chars().count()) {
        errors.add("password", "length", format!("密码要{least}到{most}个字符"));
    }
    login
}

/// Runs the deliberately slow password hash where it holds nobody up.
pub(super) async fn slowly<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> MarketResult<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Folder(std::io::Error::other(error)).into())
}

/// The name of a bureau that a policy gives this id.
fn bureau_name(id: &OrgId) -> MarketResult<Option<String>> {
    let mut bureaus = policy::library()?.iter().flat_map(|policy| &policy.procedure.bureau);
    let held = bureaus.find(|bureau| bureau.id == id.as_str());
    Ok(held.map(|bureau| bureau.name.clone()))
}

impl Market {
    /// Makes an account. A village's organisation is its code, a bureau's its id in the policy.
    ///
    /// # Errors
    /// [`MarketError::Invalid`], [`MarketError::Forbidden`], [`MarketError::Duplicate`].
    pub async fn add_user(&self, actor: &Actor, new: NewUser) -> MarketResult<Account> {
        if !authority::may(actor, Verb::Administer) {
            return Err(MarketError::Forbidden);
        }
        let mut errors = FieldErrors::default();
        let login = new_credentials(&mut errors, &new.login, &new.password);
        let Some(login) = login.filter(|_| errors.is_empty()) else {
            return Err(errors.into());
        };
        let password_hash = self.hashed(new.password).await?;
        let mut txn = self.store.begin().await?;
        if let Some(station) = &new.station
            && txn.station(station).await?.is_none()
        {
            let message = format!("没有“{station}”这个站点");
            return Err(FieldErrors::one("station", "unknown", message).into());
        }
        let acts_for_org = matches!(new.role, Role::Employer | Role::Broker);
        let org = match (new.org, acts_for_org) {
            (Some(id), _) => Some(id),
            (None, true) => Some(OrgId::grow(self.seedling())),
            (None, false) => None,
        };
        if let Some(id) = &org {
            let kind = match new.role {
                Role::Broker => EmployerKind::Broker,
                _ => EmployerKind::Enterprise,
            };
            let name = match new.role {
                _ if acts_for_org => login.clone(),
                Role::Reviewer => bureau_name(id)?.unwrap_or_else(|| id.to_string()),
                Role::Village => division::village(id.as_str(), "")
                    .map_or_else(|_| id.to_string(), |village| village.name.to_owned()),
                _ => id.to_string(),
            };
            let stub = Employer { name, uscc: None, kind };
            self.org_or_new(&mut txn, actor, id, new.employer.unwrap_or(stub)).await?;
        }
        let account = Account {
            id: AccountId::grow(self.seedling()),
            login,
            role: new.role,
            org,
            station: new.station,
            worker: None,
        };
        self.open_account(&mut txn, &account, &password_hash).await?;
        let detail = json!({ "role": account.role.word() });
        txn.log(self.entry(actor, "add_user", Kind::Account, &account.id, detail));
        txn.commit().await?;
        Ok(account)
    }

    /// Stores a new account within a transaction.
    ///
    /// # Errors
    /// [`MarketError::Duplicate`] where the login is taken.
    pub(super) async fn open_account(
        &self,
        txn: &mut Txn,
        account: &Account,
        password_hash: &str,
    ) -> MarketResult<()> {
        match txn.add_account(NewAccount { account, password_hash, at: self.now() }).await {
            Err(StoreError::Conflict(_)) => {
                Err(MarketError::Duplicate { field: "login", held: None })
            }
            other => Ok(other?),
        }
    }

    /// The argon2id hash of a secret, in PHC form.
    pub(super) async fn hashed(&self, secret: String) -> MarketResult<String> {
        let salt: [u8; 16] = self.random();
        let hash = slowly(move || {
            let hash = Argon2::default().hash_password_with_salt(secret.as_bytes(), &salt);
            hash.map(|hash| hash.to_string())
        });
        hash.await?.map_err(|_| MarketError::BadCredentials)
    }

    /// Begins a session of an account within a transaction; answers its secret and its end.
    pub(super) async fn begin_session(
        &self,
        txn: &mut Txn,
        account: &AccountId,
        lasts: i64,
    ) -> MarketResult<(String, Moment)> {
        let token = URL_SAFE_NO_PAD.encode(self.random::<32>());
        let (now, expires_at) = (self.now(), self.now().plus(lasts));
        txn.add_session(&hash_token(&token), account, now, expires_at).await?;
        Ok((token, expires_at))
    }

    /// Counts a failed sign-in within a transaction; the account is locked after too many.
    pub(super) async fn count_failure(
        &self,
        txn: &mut Txn,
        account: &Account,
        failures: i64,
    ) -> MarketResult<()> {
        let failures = failures + 1;
        let locked = failures >= FAILURES_MAX;
        let until = if locked { self.now().plus(LOCK) } else { Moment(0) };
        let kept = if locked { 0 } else { failures };
        txn.set_failures(&account.id, kept, until).await?;
        let actor = Actor::Account(account.clone());
        let detail = json!({ "failures": failures });
        txn.log(self.entry(&actor, "sign_in_failed", Kind::Account, &account.id, detail));
        Ok(())
    }

    /// A password that reads well aloud: three groups of four letters and digits (60 bits).
    pub fn make_password(&self) -> String {
        let letter = |byte: &u8| PASSWORD_LETTERS[usize::from(byte % 32)];
        let bytes: [u8; 12] = self.random();
        let groups = bytes.chunks(4).map(|group| group.iter().map(letter));
        let groups: Vec<String> = groups.map(Iterator::collect).collect();
        groups.join("-")
    }

    /// Signs in.
    ///
    /// # Errors
    /// [`MarketError::BadCredentials`], or [`MarketError::Locked`] after too many failures.
    pub async fn sign_in(&self, login: &str, password: &str) -> MarketResult<SignIn> {
        let login = text::clean(login);
        let found = self.store.read().await?.credentials(&login).await?;
        let now = self.now();
        if let Some(held) = &found
            && held.locked_until > now
        {
            return Err(locked(held.locked_until, now));
        }
        // An unknown login takes as long as a wrong password.
        let hash = match &found {
            Some(held) => held.password_hash.clone(),
            None => NOBODY.to_owned(),
        };
        let password = password.to_owned();
        let right = slowly(move || opens(&hash, &password)).await?;
        let Some(held) = found else {
            return Err(MarketError::BadCredentials);
        };
        let actor = Actor::Account(held.account.clone());
        let mut txn = self.store.begin().await?;
        // Counted afresh inside the transaction, so that parallel attempts all count.
        let failures =
            txn.credentials(&login).await?.map_or(held.failures, |standing| standing.failures);
        if !right {
            self.count_failure(&mut txn, &held.account, failures).await?;
            txn.commit().await?;
            return Err(MarketError::BadCredentials);
        }
        let lasts = if held.account.role == Role::Device { DEVICE_SESSION } else { SESSION };
        txn.set_failures(&held.account.id, 0, Moment(0)).await?;
        let (token, expires_at) = self.begin_session(&mut txn, &held.account.id, lasts).await?;
        txn.log(self.entry(&actor, "sign_in", Kind::Account, &held.account.id, json!({})));
        txn.commit().await?;
        Ok(SignIn { token, account: held.account, expires_at })
    }

    /// The account whose session this token is.
    pub async fn who(&self, token: &str) -> MarketResult<Option<Account>> {
        let now = self.now();
        let row = self.store.read().await?.session(&hash_token(token), now).await?;
        Ok(row.map(|row| row.account))
    }

    /// Ends the session of this token.
    pub async fn sign_out(&self, token: &str) -> MarketResult<()> {
        let mut txn = self.store.begin().await?;
        let hash = hash_token(token);
        let Some(session) = txn.session(&hash, self.now()).await? else {
            return Ok(());
        };
        txn.end_session(&hash).await?;
        let account = session.account;
        let actor = Actor::Account(account.clone());
        txn.log(self.entry(&actor, "sign_out", Kind::Account, &account.id, json!({})));
        txn.commit().await?;
        Ok(())
    }
}

/// Whether the secret is the one of this hash.
pub(super) fn opens(hash: &str, secret: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
}

/// How long nobody may sign in.
pub(super) fn locked(until: Moment, now: Moment) -> MarketError {
    MarketError::Locked((until.0 - now.0) / SECOND + 1)
}

/// The hash of a password that nobody has, with the parameters of every other.
pub(super) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm8$\
    Zm9yIG5vYm9keSwgdGhpcyBpcyBubyBwYXNzd29yZCE";
