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
    Amount, Award, Beneficiary, Bracket, Brackets, Conditions, Described, Figure, Interpretation,
    Known, Once, Policy, Range, ReadingOption, Rule, Tier, Tiers, Unconfirmed,
};
pub use reading::Reading;
pub use trace::{Step, explain};

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

/// The policy in force on a day: of those that hold, the one that took effect last.
///
/// A claim is judged by the policy in force on the day on which it arises
/// ([`Entitlement::eligible_on`]).
pub fn in_force(policies: &[Policy], day: Day) -> Option<&Policy> {
    policies.iter().filter(|policy| policy.holds_on(day)).max_by_key(|policy| policy.effective_from)
}
