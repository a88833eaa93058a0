//! What a worker may claim and has claimed, on the pages of the person and of the station.

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    App, Visitor,
    input::{Form, Sent},
    see_other,
    worker::seeker,
};
use crate::{
    domain::{
        calendar::Day,
        claim::{Claim, ClaimEvent, Stage},
        ids::{StationId, WorkerId},
    },
    http::problem::Problem,
    market::{Decision, Due, Entitled, Ground, NewClaim, plain},
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
    /// The day as of which it was judged.
    pub as_of: String,
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
    Ok(dues_of(&app.market.entitlements(&visitor.actor()?, id).await?, app.market.now().day()))
}

/// The same of what was asked already.
pub(super) fn dues_of(held: &Entitled, today: Day) -> (Vec<OwnDue>, Vec<OwnClaim>) {
    let claims = &held.claims;
    let mut dues: Vec<&Due> = held.dues.iter().collect();
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
        let goes = claims.iter().any(|claim| {
            let same = claim.placement.as_ref().map(ToString::to_string) == due.row.spell;
            let cycle = due.cycle().is_none_or(|(from, to)| (from..=to).contains(&claim.as_of));
            same && cycle
                && claim.rule == due.row.rule
                && claim.stage.is_live()
                && claim.stage != Stage::Paid
        });
        OwnDue {
            rule: due.row.rule.clone(),
            title: title(&due.row.rule, due),
            words: plain(due, today),
            placement: due.row.spell.clone(),
            as_of: due.as_of.to_string(),
            can_claim: due.is_payable() && !goes,
        }
    });
    (own.collect(), own_claims)
}

/// On what a form of these pages asks for a claim.
///
/// # Errors
/// 404 where the form names nothing that there is.
pub(super) fn ground_of(form: &Form, worker: WorkerId, today: Day) -> Result<Ground, Problem> {
    match (form.get("placement"), form.get("as_of")) {
        ("", "") => Ok(Ground::Income(worker, today)),
        ("", day) => match day.parse() {
            Ok(day) => Ok(Ground::Income(worker, day)),
            Err(_) => Err(Problem::not_found()),
        },
        (id, _) => Ok(Ground::Placement(id.parse().map_err(|_| Problem::not_found())?)),
    }
}

/// Files what a person asks for, and hands it in at once.
async fn claim_for(app: &App, visitor: &Visitor, id: WorkerId, form: &Form) -> Result<(), Problem> {
    let ground = ground_of(form, id, app.market.now().day())?;
    let new = NewClaim { rule: form.plain("rule"), ground, demo: false };
    let actor = visitor.actor()?;
    let claim = app.market.file_claim(&actor, &new).await?;
    let (submit, nothing) = (ClaimEvent::Submit, Decision::default());
    app.market.step_claim(&actor, &claim.id, submit, &nothing).await?;
    Ok(())
}

/// `POST /my/claims`: the same on a phone.
pub async fn claim_on_phone(
    State(app): State<App>,
    visitor: Visitor,
    Sent(form): Sent,
) -> Result<Response, Problem> {
    form.only_once(&[])?;
    let station = form.get("at").parse::<StationId>();
    let at = station.map_or_else(|_| String::new(), |id| id.to_string());
    let worker = seeker(&visitor)?.worker.clone().ok_or_else(Problem::forbidden)?;
    claim_for(&app, &visitor, worker, &form).await?;
    Ok(Redirect::to(&format!("/my?at={at}&said=claimed_own")).into_response())
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
    claim_for(&app, &visitor, worker, &form).await?;
    Ok(see_other("/me", "claimed_own").into_response())
}
