//! Public notice (公示): what hangs out, masked; objections; and the clock that takes a claim on when
//! its days are over.

use std::collections::BTreeSet;

use serde_json::json;

use super::{
    Decision, Market, MarketError, MarketResult, NoClaim,
    claims::{policy_of, rule_of},
};
use crate::{
    domain::{
        account::Actor,
        calendar::Day,
        claim::{Claim, ClaimEvent, Objection, Payee, Stage},
        division,
        fields::FieldErrors,
        identity::mask_name,
        ids::{ClaimId, ObjectionId},
        limits,
        money::Fen,
        text,
    },
    policy::{Policy, Rule},
    store::{ClaimFilter, View},
};

/// A claim as it hangs on public notice: nobody's whole name.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The claim.
    pub claim: Claim,
    /// The rule.
    pub rule: &'static Rule,
    /// Who is to be paid: the organisation, or the person's masked name.
    pub payee: String,
    /// The person on whose work it rests, masked.
    pub person: Option<String>,
    /// The person's village.
    pub village: Option<String>,
    /// Where the work is: `江苏省虎丘区`.
    pub place: Option<String>,
    /// First and last day.
    pub days: (Day, Day),
    /// How long it hangs, days; whether the bureau confirmed that.
    pub length: (u32, bool),
}

impl Notice {
    /// What is to be paid.
    pub fn amount(&self) -> Option<Fen> {
        self.claim.amount
    }
}

impl Market {
    /// What is on notice now, oldest first; everybody may see it.
    ///
    /// # Errors
    /// The store's.
    pub async fn notices(&self) -> MarketResult<Vec<Notice>> {
        let stages = vec![Stage::VillageNotice, Stage::BureauNotice];
        let filter = ClaimFilter { stages, ..ClaimFilter::default() };
        let mut view = self.store.read().await?;
        let claims = view.claims(&filter, limits::CLAIMS_MAX).await?;
        let mut notices = Vec::with_capacity(claims.len());
        for claim in claims {
            notices.push(notice(&mut view, claim).await?);
        }
        Ok(notices)
    }

    /// Who is to be paid and on whose work a claim rests, persons masked.
    ///
    /// # Errors
    /// The store's.
    pub async fn named(&self, claim: &Claim) -> MarketResult<(String, String)> {
        let mut view = self.store.read().await?;
        let worker = match &claim.worker {
            Some(id) => view.worker(id).await?,
            None => None,
        };
        let person = worker.map(|worker| mask_name(&worker.person.name));
        let payee = payee_name(&mut view, &claim.payee, person.clone()).await?;
        Ok((payee, person.unwrap_or_default()))
    }

    /// One claim on notice.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] also where it is not on notice.
    pub async fn notice(&self, id: &ClaimId) -> MarketResult<Notice> {
        let mut view = self.store.read().await?;
        let claim = view.claim(id).await?.filter(|claim| claim.stage.is_notice());
        notice(&mut view, claim.ok_or(MarketError::NotFound)?).await
    }

    /// Takes in an objection, from anybody; the claim goes to whoever has to look into it.
    ///
    /// # Errors
    /// [`MarketError::NotFound`] where the claim is not on notice, [`MarketError::Invalid`].
    pub async fn object(
        &self,
        actor: &Actor,
        id: &ClaimId,
        said: &str,
        contact: &str,
    ) -> MarketResult<Claim> {
        let mut errors = FieldErrors::default();
        let said = text::bounded(&mut errors, "text", "异议内容", said, limits::REASON_CHARS);
        let contact =
            text::bounded(&mut errors, "contact", "联系方式", contact, (0, limits::KEY_CHARS_MAX));
        let (Some(said), Some(contact), true) = (said, contact, errors.is_empty()) else {
            return Err(errors.into());
        };
        let mut txn = self.store.begin().await?;
        txn.hold_claims().await?;
        let claim = txn.claim(id).await?.ok_or(MarketError::NotFound)?;
        let again = claim.stage == Stage::Objection;
        if !claim.stage.is_notice() && !again {
            return Err(MarketError::NotFound);
        }
        if txn.objections_to(id).await?.len() >= limits::OBJECTIONS_MAX {
            let message = "对这一笔的异议已经很多，正在核查，请直接联系主管部门";
            return Err(FieldErrors::one("text", "length", message).into());
        }
        let objection = Objection {
            id: ObjectionId::grow(self.seedling()),
            claim: id.clone(),
            text: said,
            contact: (!contact.is_empty()).then_some(contact),
            created_at: self.now(),
        };
        txn.add_objection(&objection).await?;
        let claim = if again {
            let detail = json!({ "again": true });
            txn.log(self.entry(actor, "object", crate::store::Kind::Claim, id, detail));
            claim
        } else {
            let reason = "公示期内有人提出异议";
            self.take_off_notice(&mut txn, actor, claim, reason).await?
        };
        txn.commit().await?;
        Ok(claim)
    }

    async fn take_off_notice(
        &self,
        txn: &mut crate::store::Txn,
        actor: &Actor,
        claim: Claim,
        reason: &str,
    ) -> MarketResult<Claim> {
        let decision = Decision { reason: Some(reason.to_owned()), ..Decision::default() };
        self.advance(txn, actor, claim, ClaimEvent::Object, &decision).await
    }

    /// Takes on every claim whose notice is over. One that can't be drawn any more goes to whoever
    /// has to look into it. Answers how many moved.
    ///
    /// # Errors
    /// The store's.
    pub async fn end_notices(&self) -> MarketResult<usize> {
        let stages = vec![Stage::VillageNotice, Stage::BureauNotice];
        let today = self.now().day();
        let notice_ended_before = Some(today);
        let filter = ClaimFilter { stages, notice_ended_before, ..ClaimFilter::default() };
        let held = self.store.read().await?.claims(&filter, limits::CLAIMS_MAX).await?;
        let mut moved = 0;
        for due in held.into_iter().filter(|claim| is_over(claim, today)) {
            let mut txn = self.store.begin().await?;
            txn.hold_claims().await?;
            // Read again: somebody may have objected meanwhile.
            let claim = txn.claim(&due.id).await?.filter(|claim| is_over(claim, today));
            let Some(claim) = claim else {
                continue;
            };
            let house = Actor::House;
            let (event, decision) = (ClaimEvent::EndNotice, Decision::default());
            match self.advance(&mut txn, &house, claim.clone(), event, &decision).await {
                Ok(_) => {}
                Err(MarketError::NoClaim(NoClaim::Drawn | NoClaim::NotEligible(_))) => {
                    // What the failed step wrote goes with its transaction.
                    drop(txn);
                    txn = self.store.begin().await?;
                    txn.hold_claims().await?;
                    let reason = "同一事项已由另一笔申报领取，或者剩余额度不够";
                    self.take_off_notice(&mut txn, &house, claim, reason).await?;
                }
                Err(error) => return Err(error),
            }
            txn.commit().await?;
            moved += 1;
        }
        Ok(moved)
    }
}

fn is_over(claim: &Claim, today: Day) -> bool {
    claim.stage.is_notice() && claim.on_notice.is_some_and(|(_, to)| to < today)
}

async fn notice(view: &mut View, claim: Claim) -> MarketResult<Notice> {
    let policy: &'static Policy = policy_of(&claim)?;
    let rule = rule_of(policy, &claim.rule)?;
    let days = claim.on_notice.ok_or(MarketError::NotFound)?;
    let worker = match &claim.worker {
        Some(id) => view.workers_of(&BTreeSet::from([id.clone()])).await?.pop(),
        None => None,
    };
    let person = worker.as_ref().map(|worker| mask_name(&worker.person.name));
    let payee = payee_name(view, &claim.payee, person.clone()).await?;
    let placement = match &claim.placement {
        Some(id) => view.placement(id).await?,
        None => None,
    };
    let village = claim.village.as_deref().and_then(|code| division::village(code, "").ok());
    Ok(Notice {
        rule,
        payee,
        person,
        village: village.map(|village| format!("{}{}", village.town, village.name)),
        place: placement.map(|placement| county_name(&placement.terms.division)),
        days,
        length: policy.notice_days(rule),
        claim,
    })
}

/// Who is to be paid, by name; of a person `person`, as far as the reader may know it.
pub(super) async fn payee_name(
    view: &mut View,
    payee: &Payee,
    person: Option<String>,
) -> MarketResult<String> {
    match payee {
        Payee::Organiser(id) => {
            let org = view.org(id).await?;
            Ok(org.map_or_else(|| id.to_string(), |org| org.employer.name))
        }
        Payee::Worker(_) => Ok(person.unwrap_or_default()),
        Payee::Entity(key) => entity_name(view, key).await,
    }
}

/// The name of an entity that employs, by its key.
async fn entity_name(view: &mut View, key: &str) -> MarketResult<String> {
    let filter = crate::store::PlacementFilter {
        employer: Some(key.to_owned()),
        ..crate::store::PlacementFilter::default()
    };
    let held = view.placements(&filter, 1).await?.pop();
    Ok(held.map_or_else(|| key.to_owned(), |held| held.terms.employer.name))
}

/// A county as people know it, its province before it: `江苏省虎丘区`.
pub fn county_name(code: &str) -> String {
    let name = |code: &str| division::find(code).ok().map(|division| division.name);
    let province = code.get(..2).and_then(|stem| name(&format!("{stem}0000")));
    match (province, name(code)) {
        (Some(province), Some(county)) => format!("{province}{county}"),
        (None, Some(county)) => county.to_owned(),
        (_, None) => code.to_owned(),
    }
}
