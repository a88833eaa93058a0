//! Who may post: organisations register, correct their particulars; staff verify or refuse them.

use serde_json::{Value, json};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake::{self, Particulars},
    mandates::MANDATE_PAPER,
};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        evidence::Evidence,
        fields::FieldErrors,
        ids::{AccountId, OrgId},
        life::Life,
        limits,
        org::Org,
        poster::{Check, CheckEvent, Checked, Decided, Mandate, Poster, is_between},
    },
    store::{Kind, MandateFilter, StoreError, Txn, View},
};

/// What the operator and whoever administers are called in public.
const HOUSE: &str = "平台";

/// An organisation that registers, with its account.
#[derive(Clone)]
pub struct NewPoster {
    told: Particulars,
    login: String,
    password: String,
}

/// An organisation with its papers, as those see it who keep or verify it.
#[derive(Clone, Debug)]
pub struct PosterFile {
    /// The organisation.
    pub poster: Poster,
    /// Its papers, oldest first.
    pub papers: Vec<Evidence>,
    /// What employers authorised it to, oldest first.
    pub mandates: Vec<Mandate>,
}

pub(super) fn object(input: &Value) -> MarketResult<&serde_json::Map<String, Value>> {
    match input {
        Value::Object(map) => Ok(map),
        _ => Err(FieldErrors::one("", "type", "请求内容应当是一个JSON对象").into()),
    }
}

impl Market {
    /// Reads what an organisation that wants to post says of itself and of its account.
    ///
    /// # Errors
    /// [`MarketError::Invalid`] with every field's fault.
    pub fn read_newcomer(&self, input: &Value) -> MarketResult<NewPoster> {
        let map = object(input)?;
        let text = |name: &str| map.get(name).and_then(Value::as_str).unwrap_or_default();
        let mut errors = FieldErrors::default();
        let told = match intake::particulars(map, self.now().day()) {
            Ok(told) => Some(told),
            Err(more) => {
                errors.0.extend(more.0);
                None
            }
        };
        let password = text("password").to_owned();
        let login = super::accounts::new_credentials(&mut errors, text("login"), &password);
        if map.get("consent") != Some(&Value::Bool(true)) {
            errors.add("consent", "missing", "要登记，请先同意怎么用这些信息");
        }
        match (told, login) {
            (Some(told), Some(login)) if errors.is_empty() => {
                Ok(NewPoster { told, login, password })
            }
            _ => Err(errors.into()),
        }
    }

    /// Registers an organisation that wants to post, with an account of its own. Until staff have
    /// verified it, it drafts and publishes nothing.
    ///
    /// # Errors
    /// [`MarketError::Duplicate`] where login, credit code or the person's number are taken.
    pub async fn register_poster(&self, new: NewPoster) -> MarketResult<(Account, Poster)> {
        let NewPoster { told, login, password } = new;
        let password_hash = self.hashed(password).await?;
        let role = if is_between(told.employer.kind) { Role::Broker } else { Role::Employer };
        let (id, now) = (OrgId::grow(self.seedling()), self.now());
        let poster = Poster {
            org: Org { id: id.clone(), employer: told.employer },
            checked: Checked::fresh(),
            licence_until: told.licence_until,
            contact: Some(told.contact),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let account = Account {
            id: AccountId::grow(self.seedling()),
            login,
            role,
            org: Some(id.clone()),
            station: None,
            worker: None,
        };
        let actor = Actor::Account(account.clone());
        let mut txn = self.store.begin().await?;
        self.write_poster(&mut txn, &actor, &poster, "register_org").await?;
        self.open_account(&mut txn, &account, &password_hash).await?;
        txn.commit().await?;
        Ok((account, poster))
    }

    async fn write_poster(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        poster: &Poster,
        verb: &'static str,
    ) -> MarketResult<()> {
        match txn.put_poster(poster).await {
            Ok(true) => {}
            Ok(false) => return Err(MarketError::Stale),
            Err(StoreError::Conflict(_)) => {
                let field = if poster.org.employer.uscc.is_some() { "uscc" } else { "id_number" };
                return Err(MarketError::Duplicate { field, held: None });
            }
            Err(error) => return Err(error.into()),
        }
        let detail = json!({ "check": poster.checked.check.word(), "version": poster.version });
        txn.log(self.entry(actor, verb, Kind::Org, &poster.org.id, detail));
        Ok(())
    }

    /// Corrects an organisation's particulars, or notes a new licence; `patch` is laid over what
    /// stands (RFC 7396). What changed is verified afresh.
    ///
    /// # Errors
    /// As [`Market::register_poster`]; [`MarketError::NotFound`] where it is not the actor's own.
    pub async fn renew_poster(
        &self,
        actor: &Actor,
        id: &OrgId,
        patch: &Value,
    ) -> MarketResult<Poster> {
        object(patch)?;
        let mut txn = self.store.begin().await?;
        let held = self.own_poster(&mut txn, actor, id).await?;
        let mut input = intake::as_particulars(&held);
        intake::overlay(&mut input, patch);
        let told = intake::particulars(object(&input)?, self.now().day())?;
        if is_between(told.employer.kind) != held.is_between() {
            let message = "招工的单位和经纪人、中介不能互换，请另外登记";
            return Err(FieldErrors::one("kind", "range", message).into());
        }
        let Particulars { employer, contact, licence_until } = told;
        let mut next = held.clone();
        next.org.employer = employer;
        next.contact = Some(contact);
        next.licence_until = licence_until;
        if next == held {
            return Ok(held);
        }
        next.checked.check = held.checked.check.next(CheckEvent::Renew)?;
        next.checked.reason = None;
        next.version += 1;
        next.updated_at = self.now();
        self.write_poster(&mut txn, actor, &next, CheckEvent::Renew.word()).await?;
        txn.commit().await?;
        Ok(next)
    }

    pub(super) async fn own_poster(
        &self,
        view: &mut View,
        actor: &Actor,
        id: &OrgId,
    ) -> MarketResult<Poster> {
        if !authority::may(actor, Verb::KeepOrg) {
            return Err(MarketError::Forbidden);
        }
        let poster = view.poster(id).await?.ok_or(MarketError::NotFound)?;
        if authority::reaches_org(actor, Verb::KeepOrg, id) {
            Ok(poster)
        } else {
            Err(MarketError::NotFound)
        }
    }

    /// An organisation with its papers; a look at another's is in the audit trail.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where it is none of the actor's business.
    pub async fn poster_file(&self, actor: &Actor, id: &OrgId) -> MarketResult<PosterFile> {
        let own = authority::reaches_org(actor, Verb::KeepOrg, id);
        if !own && !authority::reaches_org(actor, Verb::Verify, id) {
            return Err(MarketError::NotFound);
        }
        let mut txn = self.store.begin().await?;
        let poster = txn.poster(id).await?.ok_or(MarketError::NotFound)?;
        let papers = txn.evidence_about(id).await?;
        let filter = MandateFilter { broker: Some(id.clone()), ..MandateFilter::default() };
        let mandates = txn.mandates(&filter, limits::MANDATES_MAX).await?;
        if poster.contact.is_some() && authority::reaches_org(actor, Verb::Verify, id) {
            txn.log(self.entry(actor, "look", Kind::Org, id, json!({})));
            txn.commit().await?;
        }
        Ok(PosterFile { poster, papers, mandates })
    }

    /// Who registered or employs, in this state where one is named; who waits longest comes first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn posters(&self, actor: &Actor, check: Option<Check>) -> MarketResult<Vec<Poster>> {
        if !authority::may(actor, Verb::Verify) {
            return Err(MarketError::Forbidden);
        }
        Ok(self.store.read().await?.posters(check, limits::POSTERS_MAX).await?)
    }

    /// Who may not post any more, with a licence that is over or a refusal, and has postings that
    /// people still see. The postings stay, since people hold places of them; staff decide.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn posters_lapsed(&self, actor: &Actor) -> MarketResult<Vec<Poster>> {
        if !authority::may(actor, Verb::Verify) {
            return Err(MarketError::Forbidden);
        }
        let today = self.now().day();
        Ok(self.store.read().await?.posters_lapsed(today, limits::POSTERS_MAX).await?)
    }

    /// Verifies an organisation, or refuses it with a reason.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where its state has no such step.
    pub async fn judge_poster(
        &self,
        actor: &Actor,
        id: &OrgId,
        event: CheckEvent,
        reason: Option<&str>,
    ) -> MarketResult<Poster> {
        if !authority::may(actor, Verb::Verify) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let held = txn.poster(id).await?.ok_or(MarketError::NotFound)?;
        let today = self.now().day();
        if event == CheckEvent::Verify && held.licence_until.is_some_and(|day| day < today) {
            let message = "营业执照已经过期，不能通过核验";
            return Err(FieldErrors::one("licence_until", "past", message).into());
        }
        let mut next = held;
        next.checked = self.judged(&mut txn, actor, &next.checked, event, reason).await?;
        next.version += 1;
        next.updated_at = self.now();
        self.write_poster(&mut txn, actor, &next, event.word()).await?;
        txn.commit().await?;
        Ok(next)
    }

    pub(super) async fn judged(
        &self,
        view: &mut View,
        actor: &Actor,
        held: &Checked,
        event: CheckEvent,
        reason: Option<&str>,
    ) -> MarketResult<Checked> {
        let check = held.check.next(event)?;
        let reason = match event {
            CheckEvent::Refuse => Some(super::reason_owed(reason)?),
            CheckEvent::Verify | CheckEvent::Renew => None,
        };
        let office = self.office(view, actor).await?;
        Ok(Checked { check, decided: Some(Decided { office, at: self.now() }), reason })
    }

    /// The office for which somebody decides, as people read it.
    pub(super) async fn office(&self, view: &mut View, actor: &Actor) -> MarketResult<String> {
        let station = actor.account().and_then(|account| account.station.as_ref());
        let held = match station {
            Some(id) => view.station(id).await?,
            None => None,
        };
        Ok(held.map_or_else(|| HOUSE.to_owned(), |station| station.name))
    }
}

/// Papers about an organisation.
pub const ORG_PAPERS: [&str; 4] = ["营业执照", "身份证明", MANDATE_PAPER, "其他材料"];
