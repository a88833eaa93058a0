//! Public money as data: the policy file, the evaluator and its trace. Pure: no I/O, no clock.
//!
//! A plan is a [`Policy`], read from a file in the shape of its clauses; [`evaluate`] answers a
//! [`Case`] with entitlements, each with its [`Step`]s, and [`explain`] tells them in Chinese. It
//! decides nothing that the plan's text leaves open without naming the [`Reading`] it applied.
//! It does not claim, approve or pay.

mod answer;
mod case;
mod check;
mod claim;
mod evaluate;
mod facts;
mod file;
mod income;
mod json;
mod judgement;
mod reading;
mod roster;
mod spell;
mod trace;
mod wire;

use std::sync::LazyLock;

pub use answer::{Answer, Entitlement, HouseholdTotal, Missing, Next, Status};
pub use case::{
    Case, CaseError, Division, EmployerKind, Group, Household, HouseholdKind, Income, IncomeKind,
    Insurance, NotADivision, Paid, Person, Roster, Spell,
};
pub use check::{Finding, PolicyError};
pub use evaluate::evaluate;
pub use file::{
    Amount, Award, Beneficiary, Bracket, Brackets, Bureau, Conditions, Described, Figure,
    Interpretation, Known, Once, Policy, Procedure, Range, ReadingOption, Rule, Tier, Tiers,
    Unconfirmed,
};
pub use reading::Reading;
pub use trace::{Step, explain};

use rust_embed::RustEmbed;

use crate::domain::calendar::Day;

/// The policy that is built in.
///
/// # Errors
/// What is wrong in the built-in file; a test keeps it without errors.
pub fn shipped() -> Result<&'static Policy, PolicyError> {
    static SHIPPED: LazyLock<Result<Policy, PolicyError>> =
        LazyLock::new(|| Policy::parse(include_str!("../../policies/jinfeng-2024.toml")));
    SHIPPED.as_ref().map_err(Clone::clone)
}

#[derive(RustEmbed)]
#[folder = "policies"]
struct Files;

/// Every policy of the folder `policies/`, the one that took effect first in front: a new year's
/// plan is a new file there.
///
/// # Errors
/// What is wrong in a file; a test keeps them without errors.
pub fn library() -> Result<&'static [Policy], PolicyError> {
    static LIBRARY: LazyLock<Result<Vec<Policy>, PolicyError>> = LazyLock::new(|| {
        let plans = Files::iter().filter(|name| name.ends_with(".toml"));
        let files = plans.filter_map(|name| Files::get(&name));
        let parsed = files.map(|file| Policy::parse(&String::from_utf8_lossy(&file.data)));
        let mut policies = parsed.collect::<Result<Vec<_>, _>>()?;
        policies.sort_by_key(|policy| policy.effective_from);
        Ok(policies)
    });
    LIBRARY.as_deref().map_err(Clone::clone)
}

/// The policy in force on a day: of those that hold, the one that took effect last.
///
/// A claim is judged by the policy in force on the day on which it arises
/// ([`Entitlement::eligible_on`]).
pub fn in_force(policies: &[Policy], day: Day) -> Option<&Policy> {
    policies.iter().filter(|policy| policy.holds_on(day)).max_by_key(|policy| policy.effective_from)
}
