//! Arrears, noticed by the clock, and bars from publishing: who falls into arrears again and again publishes nothing until staff lift it.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
};
use crate::{
    domain::{
        account::Actor,
        attendance::Party,
        fairness::MarkKind,
        ids::BarId,
        ledger::{WageEntry, WageEvent, payer},
        life::Life,
        posting::Posting,
        time::DAY,
    },
    store::{Bar, Kind, Txn, View},
};

impl Market {
    /// Flags what was to be paid before today and was not.
    pub(super) async fn flag_arrears(&self) -> MarketResult<usize> {
        let today = self.now().day();
        let round = super::clockwork::ROUND;
        let due = self.store.read().await?.wages_lapsed(today, round).await?;
        let mut done = 0;
        for found in due {
            let mut txn = self.store.begin().await?;
            txn.hold_posting(&found.job).await?;
            let Some(mut wage) = txn.wage(&found.id).await? else {
                continue;
            };
            let Ok(next) = wage.status.next(WageEvent::Lapse) else {
                continue;
            };
            if wage.pay_on >= today {
                continue;
            }
            wage.status = next;
            self.fall_into_arrears(&mut txn, &mut wage).await?;
            self.write_wage(&mut txn, &Actor::House, "arrears", &wage).await?;
            txn.commit().await?;
            done += 1;
        }
        Ok(done)
    }

    /// Notes the first day of arrears, and bars who fell into them too often.
    pub(super) async fn fall_into_arrears(
        &self,
        txn: &mut Txn,
        wage: &mut WageEntry,
    ) -> MarketResult<()> {
        let now = self.now();
        wage.overdue_since.get_or_insert(now.day());
        let (from, against) = ((&wage.booking, &wage.job), wage.payer.clone());
        self.mark(txn, from, (Party::Employer, against), MarkKind::Arrears).await?;
        txn.put_wage(wage, now).await?;
        let since = now.plus(-self.rules.arrears_count_days * DAY).day();
        let jobs = txn.arrears_of(&wage.payer, since).await?;
        if jobs < self.rules.arrears_bar_after {
            return Ok(());
        }
        let posting = txn.posting(&wage.job).await?.ok_or(MarketError::NotFound)?;
        let name = posting.terms.employer.public_name();
        let bar = Bar {
            id: BarId::grow(self.seedling()),
            payer: wage.payer.clone(),
            reason: format!("{name}有{jobs}个岗位拖欠工资"),
            since: now,
        };
        if txn.add_bar(&bar).await? {
            let detail = json!({ "payer": bar.payer, "jobs": jobs });
            txn.log(self.entry(&Actor::House, "bar", Kind::Bar, &bar.id, detail));
        }
        Ok(())
    }

    /// Whether the employer of a posting may publish.
    ///
    /// # Errors
    /// [`MarketError::Barred`] with the reason.
    pub(super) async fn check_bar(&self, view: &mut View, posting: &Posting) -> MarketResult<()> {
        match view.bar_against(&payer(posting)).await? {
            Some(bar) => Err(MarketError::Barred(bar.reason)),
            None => Ok(()),
        }
    }

    /// Who may not publish, oldest first.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn bars(&self, actor: &Actor) -> MarketResult<Vec<Bar>> {
        if !authority::may(actor, Verb::Handle) {
            return Err(MarketError::Forbidden);
        }
        Ok(self.store.read().await?.bars().await?)
    }

    /// Lets somebody publish again; a reason is owed.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where no such bar stands.
    pub async fn lift_bar(
        &self,
        actor: &Actor,
        id: &BarId,
        reason: Option<&str>,
    ) -> MarketResult<()> {
        if !authority::may(actor, Verb::Handle) {
            return Err(MarketError::Forbidden);
        }
        let why = super::reason_owed(reason)?;
        let mut txn = self.store.begin().await?;
        if !txn.lift_bar(id, actor.name(), &why, self.now()).await? {
            return Err(MarketError::NotFound);
        }
        txn.log(self.entry(actor, "lift_bar", Kind::Bar, id, json!({})));
        txn.commit().await?;
        Ok(())
    }
}
