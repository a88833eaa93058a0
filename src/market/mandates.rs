//! Authorisations (委托书): brokers hand in those of the employers for whom they post; staff verify or
//! refuse them.

use serde_json::{Value, json};

use super::{
    Market, MarketError, MarketResult,
    authority::{self, Verb},
    intake::{self, Authorised},
    posters::object,
};
use crate::{
    domain::{
        account::Actor,
        evidence::About,
        fields::FieldErrors,
        ids::{MandateId, OrgId},
        limits,
        poster::{Check, CheckEvent, Checked, Mandate},
    },
    store::{Kind, MandateFilter, Txn},
};

/// The paper that proves an authorisation.
pub const MANDATE_PAPER: &str = "委托书";

impl Market {
    /// Authorisations in this state, oldest first, each with its broker's name.
    ///
    /// # Errors
    /// [`MarketError::Forbidden`].
    pub async fn mandates(
        &self,
        actor: &Actor,
        check: Check,
    ) -> MarketResult<Vec<(Mandate, String)>> {
        if !authority::may(actor, Verb::Verify) {
            return Err(MarketError::Forbidden);
        }
        let mut view = self.store.read().await?;
        let filter = MandateFilter { check: Some(check), ..MandateFilter::default() };
        let held = view.mandates(&filter, limits::MANDATES_MAX).await?;
        let mut named = Vec::with_capacity(held.len());
        for mandate in held {
            let broker = view.org(&mandate.broker).await?;
            let name = broker.map_or_else(String::new, |org| org.employer.public_name());
            named.push((mandate, name));
        }
        Ok(named)
    }

    /// Takes in an employer's authorisation with its signed paper.
    ///
    /// # Errors
    /// As [`Market::add_evidence`], and [`MarketError::Invalid`] with every field's fault.
    pub async fn add_mandate(
        &self,
        actor: &Actor,
        broker: &OrgId,
        input: &Value,
        paper: &[u8],
    ) -> MarketResult<Mandate> {
        let told = intake::authorised(object(input)?, self.now().day());
        let Authorised { employer, from, to } = match (told, paper.is_empty()) {
            (Ok(told), false) => told,
            (told, lacks) => {
                let mut errors = told.err().unwrap_or_default();
                if lacks {
                    errors.add("file", "missing", "请选择委托书的照片或扫描件");
                }
                return Err(errors.into());
            }
        };
        let mut txn = self.store.begin().await?;
        let poster = self.own_poster(&mut txn, actor, broker).await?;
        if !poster.is_between() {
            let message = "只有经纪人和中介需要委托书";
            return Err(FieldErrors::one("employer", "range", message).into());
        }
        let filter = MandateFilter { broker: Some(broker.clone()), ..MandateFilter::default() };
        if txn.mandates(&filter, limits::MANDATES_MAX).await?.len() as i64 >= limits::MANDATES_MAX {
            let message = format!("委托书最多{}份，已经满了", limits::MANDATES_MAX);
            return Err(FieldErrors::one("file", "length", message).into());
        }
        let about = About::Org(broker.clone());
        let evidence = self.add_evidence_in(&mut txn, actor, about, MANDATE_PAPER, paper).await?;
        let mandate = Mandate {
            id: MandateId::grow(self.seedling()),
            broker: broker.clone(),
            employer,
            from,
            to,
            evidence: evidence.id,
            checked: Checked::fresh(),
            version: 1,
            created_at: self.now(),
        };
        self.write_mandate(&mut txn, actor, &mandate, "add_mandate").await?;
        txn.commit().await?;
        Ok(mandate)
    }

    async fn write_mandate(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mandate: &Mandate,
        verb: &'static str,
    ) -> MarketResult<()> {
        if !txn.put_mandate(mandate).await? {
            return Err(MarketError::Stale);
        }
        let detail =
            json!({ "broker": mandate.broker.as_str(), "check": mandate.checked.check.word() });
        txn.log(self.entry(actor, verb, Kind::Mandate, &mandate.id, detail));
        Ok(())
    }

    /// Verifies an authorisation, or refuses it with a reason; also one that was right before.
    ///
    /// # Errors
    /// [`MarketError::Refused`] where its state has no such step.
    pub async fn judge_mandate(
        &self,
        actor: &Actor,
        id: &MandateId,
        event: CheckEvent,
        reason: Option<&str>,
    ) -> MarketResult<Mandate> {
        if !authority::may(actor, Verb::Verify) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        let mut next = txn.mandate(id).await?.ok_or(MarketError::NotFound)?;
        next.checked = self.judged(&mut txn, actor, &next.checked, event, reason).await?;
        next.version += 1;
        self.write_mandate(&mut txn, actor, &next, event.word()).await?;
        txn.commit().await?;
        Ok(next)
    }
}
