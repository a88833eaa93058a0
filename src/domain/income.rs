//! Income from work, which the measure 七 counts: what the wage ledger says was paid, and what a
//! person or a desk declares (收入申报) beside it, such as self-employment and work found elsewhere.

use super::{
    calendar::Day,
    ids::{IncomeId, JobId, WageId, WorkerId},
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

/// Who wrote an income down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncomeSource {
    /// The wage ledger (工资台账): a payment of this entry, for this posting.
    Ledger(WageId, JobId),
    /// Somebody declared it.
    Declared(IncomeId),
}

/// One income, whoever wrote it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earning {
    /// Who earned it.
    pub worker: WorkerId,
    /// The day it was paid.
    pub day: Day,
    /// How much; above 0.
    pub amount: Fen,
    /// County code (GB/T 2260) of the work; none where the posting tells no place.
    pub division: Option<String>,
    /// Where it came from.
    pub kind: IncomeKind,
    /// Who wrote it down.
    pub source: IncomeSource,
}

impl From<DeclaredIncome> for Earning {
    fn from(income: DeclaredIncome) -> Earning {
        Earning {
            worker: income.worker,
            day: income.day,
            amount: income.amount,
            division: Some(income.division),
            kind: income.kind,
            source: IncomeSource::Declared(income.id),
        }
    }
}
