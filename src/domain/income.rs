//! Income from work that a person or a desk declares (收入申报): what the wage ledger does not know,
//! such as self-employment and work that was found elsewhere. The measure 七 counts it.

use super::{
    calendar::Day,
    ids::{IncomeId, WorkerId},
    money::Fen,
    time::Moment,
    wage::choices,
};

choices! {
    /// Where income came from.
    IncomeKind {
        /// Wages (工资).
        Wage = "wage", "工资";
        /// Self-employment (自主创业).
        SelfEmployment = "self_employment", "自主创业";
    }
}

/// One income.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredIncome {
    /// The id.
    pub id: IncomeId,
    /// Who earned it.
    pub worker: WorkerId,
    /// The day it was paid.
    pub day: Day,
    /// How much; above 0.
    pub amount: Fen,
    /// County code (GB/T 2260) of the work.
    pub division: String,
    /// Where it came from.
    pub kind: IncomeKind,
    /// When it was declared.
    pub created_at: Moment,
}
