//! The facts of a case: what is known about people, work and payments on the day of the question.
//!
//! Facts are checked for consistency by [`evaluate`](super::evaluate); [`Case::from_json`] reads
//! them from a case file.

use std::{fmt, str::FromStr};

use serde::Deserialize;

use crate::domain::{
    calendar::{Day, Month},
    money::Fen,
};

/// A county (GB/T 2260): six digits, of which the first two are the province.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Division([u8; 6]);

impl Division {
    /// Whether both lie in the same province, autonomous region or municipality.
    pub fn same_province(self, other: Division) -> bool {
        self.0[..2] == other.0[..2]
    }
}

/// The text is not a division code of six digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a division code of six digits")]
pub struct NotADivision;

impl FromStr for Division {
    type Err = NotADivision;
    fn from_str(text: &str) -> Result<Division, NotADivision> {
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| NotADivision)?;
        digits.iter().all(u8::is_ascii_digit).then_some(Division(digits)).ok_or(NotADivision)
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

/// An enum of the case file: written in snake case there, in Chinese for people.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $label:literal,)+ })+) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs)]
        pub enum $name { $($variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The plan's term.
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }
        })+
    };
}

kinds! {
    /// What a household is in the lists of the rural bureau.
    HouseholdKind {
        Poverty = "脱贫户",
        Monitored = "“三类人员”监测对象户",
        Ordinary = "一般户",
    }
    /// A group of people that the plan names.
    Group {
        Poverty = "脱贫人口",
        Monitored = "监测对象",
        LowIncome = "农村低收入人口",
        Relocated = "搬迁群众",
        MigrantWorker = "农民工",
    }
    /// What an employer is.
    EmployerKind {
        Enterprise = "企业",
        Cooperative = "合作社",
        FamilyFarm = "家庭农场",
        Grower = "种植养殖大户",
        Workshop = "就业帮扶车间",
        SoleTrader = "个体工商户",
        Agency = "劳务中介组织",
        Broker = "劳务经纪人",
    }
    /// A kind of social insurance.
    Insurance {
        Pension = "养老",
        Medical = "医疗",
        Unemployment = "失业",
        Injury = "工伤",
        Maternity = "生育",
    }
    /// Where income came from.
    IncomeKind {
        Wage = "工资",
        SelfEmployment = "自主创业",
    }
}

/// One self-contained question: facts, and the day on which it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The day of the question; what happened later is not known yet.
    pub as_of: Day,
    /// Households; ids are unique.
    pub households: Vec<Household>,
    /// People; ids are unique.
    pub people: Vec<Person>,
    /// Stable employments; ids are unique.
    pub spells: Vec<Spell>,
    /// Income received.
    pub income: Vec<Income>,
    /// Whom an entity has absorbed.
    pub rosters: Vec<Roster>,
    /// What has been paid already.
    pub paid: Vec<Paid>,
}

/// A household on the bureau's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Household {
    /// Its id within the case.
    pub id: String,
    /// Its kind.
    pub kind: HouseholdKind,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Id within the case.
    pub id: String,
    /// Id of the household, if it is known.
    pub household: Option<String>,
    /// The county of the hukou (户籍).
    pub hukou: Division,
    /// The groups that the person belongs to.
    pub groups: Vec<Group>,
}

/// A stable employment with one employer, without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// Id within the case.
    pub id: String,
    /// Id of the person.
    pub person: String,
    /// Id of the employer.
    pub employer: String,
    /// What the employer is.
    pub employer_kind: EmployerKind,
    /// The county of the work.
    pub division: Division,
    /// First day employed.
    pub start: Day,
    /// Last day employed, inclusive; none while running. Not before `start`.
    pub end: Option<Day>,
    /// The day the labour contract was signed.
    pub contract_signed: Option<Day>,
    /// Months for which social insurance was paid, in any order.
    pub insured_months: Vec<Month>,
    /// The insurances paid.
    pub insurances: Vec<Insurance>,
    /// Id of the broker or agency that organised the work.
    pub organised_by: Option<String>,
}

/// One income received from work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Income {
    /// Id of the person.
    pub person: String,
    /// The day it was paid.
    pub date: Day,
    /// How much; not negative.
    pub amount: Fen,
    /// The county of the work.
    pub division: Division,
    /// Where it came from.
    pub kind: IncomeKind,
}

/// How many people an entity has absorbed nearby (四).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// Id of the entity.
    pub employer: String,
    /// What it is.
    pub kind: EmployerKind,
    /// Relocated people (移民) absorbed.
    pub relocated: u32,
    /// How many of those are poverty or monitored people; at most `relocated`.
    pub poverty_or_monitored: u32,
}

/// A payment already made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paid {
    /// Id of the rule under which it was paid.
    pub rule: String,
    /// Id of the person for whom it was paid; none under rules that concern no person.
    pub person: Option<String>,
    /// Id of the employer, if it was noted.
    pub employer: Option<String>,
    /// The day it was paid.
    pub date: Day,
    /// How much; not negative.
    pub amount: Fen,
}

/// The case is malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct CaseError {
    /// The place in the case file, as `spells[0].start`; `case` for the whole.
    pub field: String,
    /// What is wrong there.
    pub problem: String,
}

impl CaseError {
    pub(super) fn new(field: impl Into<String>, problem: impl fmt::Display) -> CaseError {
        CaseError { field: field.into(), problem: problem.to_string() }
    }
}
