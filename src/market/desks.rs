//! A claim's way from desk to desk: who may take it on, what is owed, and drawing what is approved.
//!
//! What is drawn is decided by one transaction at a time, and the store holds each key once.

use serde_json::json;

use super::{
    Market, MarketError, MarketResult, NoClaim,
    authority::{self, Verb},
    claims::{keys_of, payable, policy_of, rule_of},
};
use crate::{
    domain::{
        account::{Actor, Role},
        calendar::Day,
        claim::{Claim, ClaimEvent, Payment, PaymentKind, Stage},
        fields::FieldErrors,
        ids::ClaimId,
        limits,
        money::Fen,
        text,
    },
    policy::Status,
    store::{StoreError, Txn},
};

/// What a desk decides.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Why; owed by some events.
    pub reason: Option<String>,
    /// The amount, where the rule gives a range and the bureau sets it.
    pub amount: Option<Fen>,
    /// The list on which the finance bureau paid.
    pub batch: Option<String>,
}

impl Market {
    /// Takes a step of a claim's way.
    ///
    /// # Errors
    /// [`MarketError::ClaimRefused`], [`MarketError::NoClaim`] where the desk is another's, the
    /// claim is the actor's own, or what it asks for is drawn already; [`MarketError::Invalid`]
    /// where a reason or an amount is owed.
    pub async fn step_claim(
        &self,
        actor: &Actor,
        id: &ClaimId,
        event: ClaimEvent,
        decision: &Decision,
    ) -> MarketResult<Claim> {
        let verb = match event {
            ClaimEvent::Submit | ClaimEvent::Withdraw => Verb::FileClaim,
            ClaimEvent::Pay | ClaimEvent::ClawBack => Verb::PayClaim,
            ClaimEvent::Pass | ClaimEvent::Dismiss | ClaimEvent::Return | ClaimEvent::Reject => {
                Verb::CheckClaim
            }
            // The clock's, and everybody's: see `end_notices` and `object`.
            ClaimEvent::EndNotice | ClaimEvent::Object => return Err(MarketError::Forbidden),
        };
        if !authority::may(actor, verb) {
            return Err(MarketError::Forbidden);
        }
        let mut txn = self.store.begin().await?;
        txn.hold_claims().await?;
        let claim = txn.claim(id).await?.ok_or(MarketError::NotFound)?;
        let files = verb == Verb::FileClaim;
        let reaches = if files {
            authority::conducts_claim(actor, &claim)
        } else {
            authority::reaches_claim(actor, verb, &claim)
        };
        if !reaches {
            return Err(MarketError::NotFound);
        }
        if !files {
            if authority::is_party(actor, &claim) {
                return Err(NoClaim::OwnAffair.into());
            }
            if !is_desk_of(actor, &claim) {
                return Err(NoClaim::OtherDesk.into());
            }
        }
        let claim = self.advance(&mut txn, actor, claim, event, decision).await?;
        txn.commit().await?;
        Ok(claim)
    }

    /// Takes one step; the caller holds the claims' gate.
    pub(super) async fn advance(
        &self,
        txn: &mut Txn,
        actor: &Actor,
        mut claim: Claim,
        event: ClaimEvent,
        decision: &Decision,
    ) -> MarketResult<Claim> {
        let policy = policy_of(&claim)?;
        let rule = rule_of(policy, &claim.rule)?;
        let from = claim.stage;
        let today = self.now().day();
        let next = from.next(event, policy.path(rule), claim.notice)?;
        let reason = owed_reason(event, decision)?;
        if event == ClaimEvent::Submit {
            self.renew(txn, &mut claim, today).await?;
            claim.reason = None;
        }
        if from == Stage::BureauCheck && event == ClaimEvent::Pass {
            set_amount(&mut claim, decision)?;
        }
        match event {
            ClaimEvent::Object => claim.notice = Some(from),
            ClaimEvent::Dismiss => claim.notice = None,
            _ => {}
        }
        if next.is_notice() && event != ClaimEvent::Dismiss {
            let (days, _) = policy.notice_days(rule);
            claim.on_notice = Some((today, today.add_days(days)));
        }
        if reason.is_some() {
            claim.reason.clone_from(&reason);
        }
        claim.stage = next;
        claim.version += 1;
        claim.staged_at = self.now();
        match next {
            Stage::Approved => self.draw(txn, &mut claim).await?,
            Stage::Paid | Stage::ClawedBack => {
                let amount = claim.amount.ok_or(NoClaim::Drawn)?;
                let paid = next == Stage::Paid;
                let (kind, amount) = if paid {
                    (PaymentKind::Paid, amount)
                } else {
                    (PaymentKind::ClawedBack, Fen::ZERO - amount)
                };
                let batch = batch(decision, today)?;
                let payment = Payment { claim: claim.id.clone(), kind, amount, day: today, batch };
                txn.add_payment(&payment, self.now()).await?;
                if !paid {
                    txn.free_keys(&claim.id).await?;
                }
            }
            _ => {}
        }
        let detail = json!({
            "from": from.word(),
            "to": next.word(),
            "amount_fen": claim.amount.map(|amount| amount.0),
        });
        self.write_claim(txn, actor, &claim, log_word(event), detail).await?;
        Ok(claim)
    }

    /// Judges a draft once more as of today, since papers and days may have come.
    async fn renew(&self, txn: &mut Txn, claim: &mut Claim, today: Day) -> MarketResult<()> {
        let ground = Market::ground_of(claim)?;
        let as_of = if claim.placement.is_some() { today } else { claim.as_of };
        let (due, circle) = self.due_for(txn, &claim.rule, &ground, as_of, None).await?;
        payable(&due)?;
        let rule = rule_of(due.policy, &claim.rule)?;
        let person = claim.worker.as_ref().and_then(|id| circle.workers.get(id));
        claim.keys = keys_of(&due, rule, &circle, person);
        claim.amount = due.row.payable;
        claim.as_of = as_of;
        Ok(())
    }

    /// Draws what an approved claim asks for: only as much as the facts still give, and each key
    /// once.
    async fn draw(&self, txn: &mut Txn, claim: &mut Claim) -> MarketResult<()> {
        let amount = claim.amount.ok_or(NoClaim::Drawn)?;
        let ground = Market::ground_of(claim)?;
        let (due, circle) = self.due_for(txn, &claim.rule, &ground, claim.as_of, None).await?;
        let enough = due.row.payable.is_none_or(|payable| payable >= amount);
        if due.row.status != Status::Eligible || !enough {
            return Err(NoClaim::Drawn.into());
        }
        let rule = rule_of(due.policy, &claim.rule)?;
        let person = claim.worker.as_ref().and_then(|id| circle.workers.get(id));
        claim.keys = keys_of(&due, rule, &circle, person);
        match txn.draw_keys(claim).await {
            Err(StoreError::Conflict(_)) => Err(NoClaim::Drawn.into()),
            other => Ok(other?),
        }
    }

    /// Whether the actor may take this step now, as far as desk and party go.
    pub fn may_step(&self, actor: &Actor, claim: &Claim, event: ClaimEvent) -> bool {
        let files = matches!(event, ClaimEvent::Submit | ClaimEvent::Withdraw);
        let verb = match event {
            ClaimEvent::Submit | ClaimEvent::Withdraw => Verb::FileClaim,
            ClaimEvent::Pay | ClaimEvent::ClawBack => Verb::PayClaim,
            _ => Verb::CheckClaim,
        };
        let steps = !matches!(event, ClaimEvent::EndNotice | ClaimEvent::Object);
        let checks = || {
            authority::reaches_claim(actor, verb, claim)
                && !authority::is_party(actor, claim)
                && is_desk_of(actor, claim)
        };
        steps && if files { authority::conducts_claim(actor, claim) } else { checks() }
    }
}

/// The event in the audit trail, where postings have words of their own.
fn log_word(event: ClaimEvent) -> &'static str {
    match event {
        ClaimEvent::Submit => "submit_claim",
        ClaimEvent::Pass => "pass_claim",
        ClaimEvent::EndNotice => "end_notice",
        ClaimEvent::Object => "object",
        ClaimEvent::Dismiss => "dismiss_objection",
        ClaimEvent::Return => "return_claim",
        ClaimEvent::Reject => "reject_claim",
        ClaimEvent::Withdraw => "withdraw_claim",
        ClaimEvent::Pay => "pay_claim",
        ClaimEvent::ClawBack => "claw_back_claim",
    }
}

/// Whether the claim stands at the actor's desk.
fn is_desk_of(actor: &Actor, claim: &Claim) -> bool {
    let Some(account) = actor.account() else {
        return true;
    };
    let desk = match claim.stage {
        Stage::Objection => match claim.notice {
            Some(Stage::VillageNotice) => Role::Staff,
            _ => Role::Reviewer,
        },
        Stage::VillageCheck => Role::Village,
        Stage::TownCheck => Role::Staff,
        Stage::Draft
        | Stage::VillageNotice
        | Stage::BureauCheck
        | Stage::BureauNotice
        | Stage::Approved
        | Stage::Paid
        | Stage::Returned
        | Stage::Rejected
        | Stage::Withdrawn
        | Stage::ClawedBack => Role::Reviewer,
    };
    account.role == desk || account.role == Role::Admin
}

fn owed_reason(event: ClaimEvent, decision: &Decision) -> Result<Option<String>, FieldErrors> {
    if !event.owes_reason() {
        return Ok(None);
    }
    let mut errors = FieldErrors::default();
    let typed = decision.reason.as_deref().unwrap_or_default();
    let reason = text::bounded(&mut errors, "reason", "原因", typed, limits::REASON_CHARS);
    if errors.is_empty() { Ok(reason) } else { Err(errors) }
}

fn set_amount(claim: &mut Claim, decision: &Decision) -> Result<(), FieldErrors> {
    let Some((low, high)) = claim.range else {
        return Ok(());
    };
    let Some(amount) = decision.amount.or(claim.amount) else {
        let message = format!("请核定金额，{low}到{high}元");
        return Err(FieldErrors::one("amount_fen", "missing", message));
    };
    if !(low..=high).contains(&amount) {
        let message = format!("金额应当在{low}到{high}元之间");
        return Err(FieldErrors::one("amount_fen", "range", message));
    }
    claim.amount = Some(amount);
    Ok(())
}

fn batch(decision: &Decision, today: Day) -> Result<String, FieldErrors> {
    let typed = decision.batch.clone().unwrap_or_else(|| today.to_string());
    let mut errors = FieldErrors::default();
    let chars = (1, limits::KEY_CHARS_MAX);
    let batch = text::bounded(&mut errors, "batch", "批次", &typed, chars);
    batch.ok_or(errors)
}
