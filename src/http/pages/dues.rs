//! What a worker may claim and has claimed, on the worker's own page.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};

use super::{App, Visitor, input::Sent, see_other, worker::seeker};
use crate::{
    domain::{
        claim::{Claim, ClaimEvent, Stage},
        ids::WorkerId,
        money::Fen,
    },
    http::problem::Problem,
    market::{Decision, Due, Ground, NewClaim, plain},
    policy::Status,
};

/// What one rule gives the person.
pub struct OwnDue {
    /// The rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// In plain words.
    pub words: String,
    /// On which placement it rests; none where on income.
    pub placement: Option<String>,
    /// Whether it can be claimed now.
    pub can_claim: bool,
}

/// A claim of one's own.
pub struct OwnClaim {
    /// The rule.
    pub title: String,
    /// Where it stands.
    pub stage: &'static str,
    /// How much.
    pub amount: String,
    /// Why it was handed back.
    pub reason: Option<String>,
}

/// What the person may claim, the nearest first; what can never come is left out.
pub(super) async fn own_dues(
    app: &App,
    visitor: &Visitor,
    id: &WorkerId,
) -> Result<(Vec<OwnDue>, Vec<OwnClaim>), Problem> {
    let (_, mut dues, claims) = app.market.entitlements(&visitor.actor()?, id).await?;
    let today = app.market.now().day();
    dues.retain(|due| due.row.status != Status::Ineligible);
    dues.sort_by_key(|due| due.row.status);
    let title = |rule: &str, due: &Due| {
        due.policy.rule(rule).map_or_else(String::new, |rule| rule.title.clone())
    };
    let titled = |claim: &Claim| {
        let rule = dues.iter().find(|due| due.row.rule == claim.rule);
        rule.map_or_else(|| claim.rule.clone(), |due| title(&claim.rule, due))
    };
    let own_claims = claims.iter().map(|claim| OwnClaim {
        title: titled(claim),
        stage: claim.stage.label(),
        amount: claim.amount.map_or_else(|| "待核定".to_owned(), |a| format!("{a}元")),
        reason: claim.reason.clone(),
    });
    let own_claims: Vec<OwnClaim> = own_claims.collect();
    let own = dues.iter().map(|due| {
        let gives = due.row.status == Status::Eligible && due.row.payable != Some(Fen::ZERO);
        let goes = claims.iter().any(|claim| {
            let same = claim.placement.as_ref().map(ToString::to_string) == due.row.spell;
            same && claim.rule == due.row.rule
                && claim.stage.is_live()
                && claim.stage != Stage::Paid
        });
        OwnDue {
            rule: due.row.rule.clone(),
            title: title(&due.row.rule, due),
            words: plain(due, today),
            placement: due.row.spell.clone(),
            can_claim: gives && !goes,
        }
    });
    Ok((own.collect(), own_claims))
}

/// `POST /me/claims`: files and hands in at once.
pub async fn claim_own(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let Some(worker) = seeker(&visitor)?.worker.clone() else {
        return Ok(see_other("/me", "register_first").into_response());
    };
    let ground = match form.get("placement") {
        "" => Ground::Income(worker, app.market.now().day()),
        id => Ground::Placement(id.parse().map_err(|_| Problem::not_found())?),
    };
    let new = NewClaim { rule: form.plain("rule"), ground, demo: false };
    let actor = visitor.actor()?;
    let claim = app.market.file_claim(&actor, &new).await?;
    let (submit, nothing) = (ClaimEvent::Submit, Decision::default());
    app.market.step_claim(&actor, &claim.id, submit, &nothing).await?;
    Ok(see_other("/me", "claimed_own").into_response())
}
