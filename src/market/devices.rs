//! Screens with a token of their own: issued, paired, taken back, watched; and calls for staff.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult, SignIn,
    accounts::DEVICE_SESSION,
    authority::{self, Reach, Verb},
};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        fields::FieldErrors,
        ids::{AccountId, CallId, StationId},
        limits,
        screen::{Health, HelpCall, PairCode, Screen, ScreenKind},
        text,
        time::{MINUTE, SECOND},
    },
    store::{Kind, NewAccount},
};

/// How long a pairing code can be used.
const CODE: i64 = 30 * MINUTE;

/// A screen to be issued.
#[derive(Clone, Debug)]
pub struct NewScreen {
    /// The station; the actor's own where none is named.
    pub station: Option<StationId>,
    /// Where it hangs.
    pub name: String,
    /// What it shows.
    pub kind: ScreenKind,
}

/// A code and the screen that it pairs.
#[derive(Clone)]
pub struct Issued {
    /// The screen.
    pub screen: Screen,
    /// Its code, told this once.
    pub code: PairCode,
}

impl Market {
    fn screen_reach(actor: &Actor) -> MarketResult<Option<&StationId>> {
        match actor {
            Actor::Operator | Actor::House => Ok(None),
            Actor::Account(account) => match authority::reach(account.role, Verb::Screens) {
                Reach::Any => Ok(None),
                Reach::Station => account.station.as_ref().map(Some).ok_or(MarketError::Forbidden),
                Reach::Own | Reach::Nothing => Err(MarketError::Forbidden),
            },
        }
    }

    /// Issues a screen of a station; its code pairs it within half an hour.
    ///
    /// # Errors
    /// [`MarketError::Invalid`], [`MarketError::Forbidden`].
    pub async fn issue_screen(&self, actor: &Actor, new: NewScreen) -> MarketResult<Issued> {
        let own = Market::screen_reach(actor)?;
        let mut errors = FieldErrors::default();
        let name = text::bounded(&mut errors, "name", "名称", &new.name, limits::LOGIN_CHARS);
        let station = match (new.station, own) {
            (Some(asked), Some(own)) if asked != *own => return Err(MarketError::Forbidden),
            (Some(station), _) => Some(station),
            (None, own) => own.cloned(),
        };
        if station.is_none() {
            errors.add("station", "missing", "请选择站点");
        }
        let (Some(name), Some(station)) = (name, station) else {
            return Err(errors.into());
        };
        let mut txn = self.store.begin().await?;
        if txn.station(&station).await?.is_none() {
            let message = format!("没有“{station}”这个站点");
            return Err(FieldErrors::one("station", "unknown", message).into());
        }
        let id = AccountId::grow(self.seedling());
        let account = Account {
            login: id.to_string(),
            id,
            role: Role::Device,
            org: None,
            station: Some(station.clone()),
            worker: None,
        };
        // No hash, so no password opens it.
        let row = NewAccount { account: &account, password_hash: "", at: self.now() };
        txn.add_account(row).await?;
        let screen = Screen {
            account: account.id,
            station,
            name,
            kind: new.kind,
            code_until: Some(self.now().plus(CODE)),
            revoked: false,
            health: None,
        };
        txn.add_screen(&screen, self.now()).await?;
        let code = PairCode::of(self.random());
        txn.set_code(&screen.account, &code, self.now().plus(CODE)).await?;
        let detail = json!({ "station": screen.station.as_str(), "kind": screen.kind.word() });
        txn.log(self.entry(actor, "issue_screen", Kind::Account, &screen.account, detail));
        txn.commit().await?;
        Ok(Issued { screen, code })
    }

    async fn own_screen(&self, actor: &Actor, id: &AccountId) -> MarketResult<Screen> {
        let own = Market::screen_reach(actor)?;
        let screen = self.store.read().await?.screen(id).await?.ok_or(MarketError::NotFound)?;
        if own.is_some_and(|own| *own != screen.station) {
            return Err(MarketError::NotFound);
        }
        Ok(screen)
    }

    /// Gives a screen another code; the token that it has counts until the code is used.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the screen is none of the actor's business.
    pub async fn recode_screen(&self, actor: &Actor, id: &AccountId) -> MarketResult<Issued> {
        let mut screen = self.own_screen(actor, id).await?;
        let (code, until) = (PairCode::of(self.random()), self.now().plus(CODE));
        let mut txn = self.store.begin().await?;
        txn.set_code(id, &code, until).await?;
        txn.log(self.entry(actor, "recode_screen", Kind::Account, id, json!({})));
        txn.commit().await?;
        (screen.code_until, screen.revoked) = (Some(until), false);
        Ok(Issued { screen, code })
    }

    /// Takes a screen's token and code back.
    ///
    /// # Errors
    /// As [`Market::recode_screen`].
    pub async fn revoke_screen(&self, actor: &Actor, id: &AccountId) -> MarketResult<Screen> {
        let screen = self.own_screen(actor, id).await?;
        let mut txn = self.store.begin().await?;
        txn.end_code(id, true).await?;
        txn.end_sessions(id).await?;
        txn.log(self.entry(actor, "revoke_screen", Kind::Account, id, json!({})));
        txn.commit().await?;
        Ok(screen)
    }

    /// A screen whom the actor may speak to.
    ///
    /// # Errors
    /// As [`Market::recode_screen`].
    pub async fn screen(&self, actor: &Actor, id: &AccountId) -> MarketResult<Screen> {
        self.own_screen(actor, id).await
    }

    /// The screens whom the actor may speak to, and the calls that wait.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn screens(&self, actor: &Actor) -> MarketResult<(Vec<Screen>, Vec<HelpCall>)> {
        let own = Market::screen_reach(actor)?;
        let mut view = self.store.read().await?;
        Ok((view.screens(own).await?, view.open_calls(own).await?))
    }

    /// Exchanges a code for a screen's token; an older token of the screen ends.
    ///
    /// # Errors
    /// [`MarketError::BadCredentials`] where the code opens nothing.
    pub async fn pair(&self, code: &PairCode) -> MarketResult<(SignIn, Screen)> {
        let mut txn = self.store.begin().await?;
        let screen = txn.screen_to_pair(code, self.now()).await?;
        let screen = screen.ok_or(MarketError::BadCredentials)?;
        let account = txn.account(&screen.account).await?.ok_or(MarketError::BadCredentials)?;
        txn.end_sessions(&account.id).await?;
        txn.end_code(&account.id, false).await?;
        let (token, expires_at) = self.begin_session(&mut txn, &account.id, DEVICE_SESSION).await?;
        let actor = Actor::Account(account.clone());
        txn.log(self.entry(&actor, "pair", Kind::Account, &account.id, json!({})));
        txn.commit().await?;
        Ok((SignIn { token, account, expires_at }, screen))
    }

    /// Notes how the screens fare, by account.
    pub async fn note_screens(&self, heard: &[(String, Health)]) -> MarketResult<()> {
        if heard.is_empty() {
            return Ok(());
        }
        let mut txn = self.store.begin().await?;
        for (account, health) in heard {
            txn.note_health(account, health).await?;
        }
        txn.commit().await?;
        Ok(())
    }

    /// Calls a station's staff to the kiosk. Who calls again before somebody came changes nothing.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where there is no such station.
    pub async fn call_staff(&self, station: &StationId) -> MarketResult<HelpCall> {
        let mut txn = self.store.begin().await?;
        txn.station(station).await?.ok_or(MarketError::NotFound)?;
        if let Some(call) = txn.open_calls(Some(station)).await?.into_iter().next() {
            return Ok(call);
        }
        let id = CallId::grow(self.seedling());
        let call = HelpCall { id, station: station.clone(), at: self.now() };
        txn.add_call(&call).await?;
        txn.log(self.entry(&Actor::House, "call_staff", Kind::Station, station, json!({})));
        txn.commit().await?;
        Ok(call)
    }

    /// Says that somebody went to the kiosk.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where the call is none of the actor's business.
    pub async fn answer_call(&self, actor: &Actor, id: &CallId) -> MarketResult<()> {
        let own = Market::screen_reach(actor)?;
        let mut txn = self.store.begin().await?;
        let calls = txn.open_calls(own).await?;
        let call = calls.into_iter().find(|call| call.id == *id).ok_or(MarketError::NotFound)?;
        txn.answer_call(id, self.now()).await?;
        let waited = (self.now().0 - call.at.0) / SECOND;
        let detail = json!({ "waited_s": waited });
        txn.log(self.entry(actor, "answer_call", Kind::Station, &call.station, detail));
        txn.commit().await?;
        Ok(())
    }
}
