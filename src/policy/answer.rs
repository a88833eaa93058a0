//! The answer to a case: entitlements, households, and the trace that explains each.

use serde::{Serialize, Serializer};

use super::{reading::Reading, trace::Step};
use crate::domain::{calendar::Day, money::Fen};

/// What a policy answers to a case. Its rows are in the order of the policy's rules, then of
/// person, spell and beneficiary, whatever the order of the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The policy's id.
    pub policy: String,
    /// The day of the question.
    #[serde(serialize_with = "day")]
    pub as_of: Day,
    /// One row a rule and spell (六), person with income (七), roster (四).
    pub entitlements: Vec<Entitlement>,
    /// One row a household whose members have a row under a rule with a household cap (七).
    pub households: Vec<HouseholdTotal>,
}

/// What one rule gives for one set of facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entitlement {
    /// Id of the rule.
    pub rule: String,
    /// The plan's number.
    pub clause: String,
    /// `broker:b1`, `person:p1` or `employer:e1`; none where nobody organised the work.
    pub beneficiary: Option<String>,
    /// Id of the person.
    pub person: Option<String>,
    /// Id of the spell.
    pub spell: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Gross, of what holds by now: 0 while pending and where ineligible; none where the plan
    /// gives only a range.
    #[serde(rename = "amount_fen", serialize_with = "fen")]
    pub amount: Option<Fen>,
    /// What may be paid out now; none where an official sets the amount within the range, and 0
    /// unless eligible.
    #[serde(rename = "payable_fen", serialize_with = "fen")]
    pub payable: Option<Fen>,
    /// Both ends of the plan's range.
    #[serde(rename = "range_fen", serialize_with = "range")]
    pub range: Option<(Fen, Fen)>,
    /// The first day on which the time condition holds.
    #[serde(serialize_with = "optional_day")]
    pub eligible_on: Option<Day>,
    /// The next bracket.
    pub next: Option<Next>,
    /// The conditions that do not hold.
    pub missing: Vec<Missing>,
    /// The readings that were applied.
    pub notes: Vec<Reading>,
    /// What this claim uses up if it is paid, one text a key: the same key is never paid twice.
    /// Empty unless eligible or paid.
    #[serde(skip)]
    pub claim_keys: Vec<String>,
    /// The conditions and amounts in the order in which they were judged.
    #[serde(skip)]
    pub trace: Vec<Step>,
}

/// A bracket not reached yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Its gross amount.
    #[serde(rename = "amount_fen", serialize_with = "plain_fen")]
    pub amount: Fen,
    /// The day on which it is reached; none where that depends on income.
    #[serde(serialize_with = "optional_day")]
    pub on: Option<Day>,
}

/// What a household draws under a rule with a cap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HouseholdTotal {
    /// Id of the household.
    pub household: String,
    /// Id of the rule.
    pub rule: String,
    /// The sum of its members' gross amounts.
    #[serde(rename = "uncapped_fen", serialize_with = "plain_fen")]
    pub uncapped: Fen,
    /// That sum, or the cap where it is less.
    #[serde(rename = "capped_fen", serialize_with = "plain_fen")]
    pub capped: Fen,
}

/// Where an entitlement stands, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// All conditions hold.
    Eligible,
    /// Nothing is left to pay on its key.
    Paid,
    /// Time or evidence may still bring it.
    Pending,
    /// The plan's text does not decide; an official must.
    NeedsRuling,
    /// No longer or never possible.
    Ineligible,
}

impl Status {
    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Status::Eligible => "符合条件",
            Status::Paid => "已无可付",
            Status::Pending => "待条件具备",
            Status::NeedsRuling => "待主管部门认定",
            Status::Ineligible => "不符合条件",
        }
    }
}

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Months of employment.
    Duration,
    /// A labour contract.
    Contract,
    /// Months of social insurance.
    SocialInsurance,
    /// Kinds of insurance.
    AllInsurances,
    /// A broker or agency.
    Organised,
    /// Work outside the county.
    OutOfCounty,
    /// Membership of a group; under 四, people of a group.
    Group,
    /// A household of the right kind.
    Household,
    /// An employer of the right kind.
    EmployerKind,
    /// The share of poverty and monitored people.
    Ratio,
    /// Income of the first tier.
    Income,
}

impl Missing {
    /// As people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Missing::Duration => "时间未满",
            Missing::Contract => "缺劳动合同",
            Missing::SocialInsurance => "社保月数不够",
            Missing::AllInsurances => "社保险种不全",
            Missing::Organised => "没有劳务经纪人或中介组织",
            Missing::OutOfCounty => "不在县（区）外务工",
            Missing::Group => "不属于规定的人群",
            Missing::Household => "不属于脱贫户或监测对象家庭",
            Missing::EmployerKind => "用工主体类型不在条文之列",
            Missing::Ratio => "脱贫或监测对象占比不够",
            Missing::Income => "收入未达到最低一档",
        }
    }
}

fn day<S: Serializer>(day: &Day, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn optional_day<S: Serializer>(day: &Option<Day>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

fn plain_fen<S: Serializer>(fen: &Fen, serializer: S) -> Result<S::Ok, S::Error> {
    fen.0.serialize(serializer)
}

fn fen<S: Serializer>(fen: &Option<Fen>, serializer: S) -> Result<S::Ok, S::Error> {
    fen.map(|fen| fen.0).serialize(serializer)
}

fn range<S: Serializer>(range: &Option<(Fen, Fen)>, serializer: S) -> Result<S::Ok, S::Error> {
    range.map(|(low, high)| [low.0, high.0]).serialize(serializer)
}
