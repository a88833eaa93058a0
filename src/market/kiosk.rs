//! What only a paired kiosk may do: sign in whoever's ID card lies on its reader, and bring what it
//! noted at the door while its link was cut.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult, Seeker, Stay,
    accounts::{LOCK, locked},
    attendance::Door,
};
use crate::{
    domain::{
        account::{Account, Actor, Role},
        attendance::{Attendance, By},
        identity::ResidentId,
        ids::BookingId,
        screen::ScreenKind,
        time::{DAY, MINUTE, Moment},
    },
    store::Kind,
};

/// Cards in a row that nobody is registered with, after which a kiosk reads none for a while.
const UNKNOWN_MAX: i64 = 20;
/// How long a kiosk may keep what happened at the door.
const KEPT: i64 = 3 * DAY;
/// How far a kiosk's clock may be ahead.
const AHEAD: i64 = MINUTE;

/// What a kiosk noted at the door.
#[derive(Clone, Debug)]
pub struct KeptPass {
    /// Whether the person came or went.
    pub door: Door,
    /// The code that was typed.
    pub code: String,
    /// When, by the kiosk.
    pub at: Moment,
}

impl Market {
    /// The account, where it is a kiosk's whose token counts.
    async fn kiosk<'a>(&self, account: Option<&'a Account>) -> MarketResult<&'a Account> {
        let account = account.filter(|account| account.role == Role::Device);
        let account = account.ok_or(MarketError::Forbidden)?;
        let screen = self.store.read().await?.screen(&account.id).await?;
        match screen {
            Some(screen) if screen.kind == ScreenKind::Kiosk && !screen.revoked => Ok(account),
            Some(_) | None => Err(MarketError::Forbidden),
        }
    }

    /// Signs in whoever's citizen number a kiosk's reader told. Who was registered by staff and never
    /// had an account gets one. Every reading is in the audit trail, without the number.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`] to all but a paired kiosk; [`MarketError::NotFound`] where nobody is
    /// registered with the number; [`MarketError::Locked`] after too many such in a row.
    pub async fn sign_in_by_card(
        &self,
        actor: &Actor,
        number: &ResidentId,
    ) -> MarketResult<Seeker> {
        let kiosk = self.kiosk(actor.account()).await?;
        let now = self.now();
        let mut txn = self.store.begin().await?;
        let held = txn.credentials(&kiosk.login).await?.ok_or(MarketError::Forbidden)?;
        if held.locked_until > now {
            return Err(locked(held.locked_until, now));
        }
        let Some(worker) = txn.worker_with_id(number).await? else {
            let failures = held.failures + 1;
            let (kept, until) = match failures {
                UNKNOWN_MAX.. => (0, now.plus(LOCK)),
                _ => (failures, Moment(0)),
            };
            txn.set_failures(&kiosk.id, kept, until).await?;
            let detail = json!({ "failures": failures });
            txn.log(self.entry(actor, "unknown_card", Kind::Account, &kiosk.id, detail));
            txn.commit().await?;
            return Err(MarketError::NotFound);
        };
        txn.set_failures(&kiosk.id, 0, Moment(0)).await?;
        let (account, worker) = self.account_of(&mut txn, actor, worker).await?;
        txn.log(self.entry(actor, "read_card", Kind::Worker, &worker.id, json!({})));
        let seeker = self.seat(&mut txn, &account, worker, Stay::Kiosk).await?;
        txn.commit().await?;
        Ok(seeker)
    }

    /// Passes the door of a shift as a kiosk noted it while its link was cut; the code is that of the
    /// noted moment. Twice is once.
    ///
    /// # Errors
    /// As [`Market::check_in`]; [`MarketError::Forbidden`] where no paired kiosk vouches for it.
    pub async fn pass_kept(
        &self,
        actor: &Actor,
        screen: Option<&Account>,
        id: &BookingId,
        kept: &KeptPass,
    ) -> MarketResult<Attendance> {
        self.kiosk(screen).await?;
        let now = self.now();
        if kept.at > now.plus(AHEAD) || kept.at < now.plus(-KEPT) {
            return Err(MarketError::TooLate("网断得太久，没有签成，请找带班人更正时间"));
        }
        let noted = (kept.at.min(now), By::Kept);
        self.pass(actor, id, Some(&kept.code), kept.door, noted).await
    }
}
