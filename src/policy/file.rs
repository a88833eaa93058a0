//! The policy file: a plan's rules as dated data, in the shape of its clauses.
//!
//! Figures, thresholds, groups and employer kinds stand in the file; a new year's plan is a new
//! file and no code. [`Policy::parse`] checks what the types cannot say.

use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::{
    case::{Division, EmployerKind, Group, HouseholdKind, IncomeKind, Insurance},
    reading::{Reading, Readings},
};
use crate::domain::{
    calendar::Day,
    claim::{Path, Stage},
    money::Fen,
};

/// A plan: its rules, and how its open questions are read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The id that answers carry.
    pub id: String,
    /// The plan's title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// The day it was issued.
    #[serde(deserialize_with = "text")]
    pub issued: Day,
    /// The first day on which it holds.
    #[serde(deserialize_with = "text")]
    pub effective_from: Day,
    /// The last day on which it holds; none until it is replaced.
    #[serde(default, deserialize_with = "optional_text")]
    pub effective_to: Option<Day>,
    /// The district that issued it.
    #[serde(deserialize_with = "text")]
    pub district: Division,
    /// How claims are handled where the plan does not say.
    #[serde(default)]
    pub procedure: Procedure,
    /// The rules, in the order of the clauses.
    #[serde(rename = "rule")]
    pub rules: Vec<Rule>,
    /// The readings of what the text leaves open.
    #[serde(rename = "interpretation")]
    pub interpretations: Vec<Interpretation>,
    /// The choices of `interpretations`, as the evaluator asks for them.
    #[serde(skip)]
    pub(super) readings: Readings,
}

/// How claims are handled: what the plan leaves to those who carry it out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Whether the bureaus have confirmed it; pages say 未确认 until then.
    pub confirmed: bool,
    /// For how many days a claim is on public notice (公示), where its rule does not say.
    pub notice_days: u32,
    /// The desks and notices that a claim passes, where its rule does not say.
    #[serde(deserialize_with = "path")]
    pub steps: Path,
    /// The bureaus that lead.
    #[serde(default)]
    pub bureau: Vec<Bureau>,
}

/// Every desk, and five days of notice, as is usual elsewhere.
impl Default for Procedure {
    fn default() -> Procedure {
        Procedure { confirmed: false, notice_days: 5, steps: Path::whole(), bureau: Vec::new() }
    }
}

/// A bureau that leads rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bureau {
    /// The id by which its accounts belong to it.
    pub id: String,
    /// Its name, as rules give it.
    pub name: String,
}

/// One entitlement of the plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its fixed id.
    pub id: String,
    /// The plan's number, as 六.
    pub clause: String,
    /// What people call it.
    pub title: String,
    /// The clause in short.
    pub summary: String,
    /// Who is paid.
    pub beneficiary: Beneficiary,
    /// The leading bureau (牵头单位).
    pub lead: String,
    /// The bureaus that answer with it (责任单位).
    pub partners: Vec<String>,
    /// The first day on which it holds.
    #[serde(deserialize_with = "text")]
    pub effective_from: Day,
    /// The last day on which it holds; none where the plan sets none.
    #[serde(default, deserialize_with = "optional_text")]
    pub effective_to: Option<Day>,
    /// What the clause's conditions need as evidence.
    pub evidence: Vec<String>,
    /// By when to claim.
    pub deadline: Known<String>,
    /// For how many days a claim is on public notice (公示).
    pub notice_days: Known<u32>,
    /// The desks and notices that a claim passes, where they differ from the procedure's.
    #[serde(default, deserialize_with = "optional_path")]
    pub steps: Option<Path>,
    /// What the text leaves unclear and the evaluator does not decide.
    #[serde(default)]
    pub unclear: Vec<String>,
    /// What one claim uses up.
    #[serde(default)]
    pub once_per: Vec<Once>,
    /// Rules of which one person in one year may perhaps not draw both.
    #[serde(default)]
    pub overlaps: Vec<String>,
    /// What must hold.
    #[serde(default)]
    pub conditions: Conditions,
    /// What is paid.
    pub award: Award,
}

/// What a rule demands; what is absent is not demanded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// A broker or agency organised the work.
    pub organised: bool,
    /// The work lies outside the person's county.
    pub out_of_county: bool,
    /// The employer is of one of these kinds.
    pub employer_kinds: Option<Vec<EmployerKind>>,
    /// Months employed in one spell.
    pub months: Option<u32>,
    /// A labour contract is signed.
    pub contract: bool,
    /// Months of the spell for which social insurance is paid.
    pub insured_months: Option<u32>,
    /// Insurances paid.
    pub insurances: Option<Vec<Insurance>>,
    /// The person belongs to one of these groups.
    pub groups: Option<Vec<Group>>,
    /// The person's household is of one of these kinds.
    pub household_kinds: Option<Vec<HouseholdKind>>,
    /// Relocated people absorbed, at least.
    pub relocated: Option<u32>,
    /// Poverty and monitored people among the relocated, in hundredths of a per cent, at least.
    pub ratio_bp: Option<u32>,
}

/// What a rule pays. All amounts in fen.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Award {
    /// One amount a spell.
    SpellFee(Amount),
    /// A range a spell; an official sets the amount.
    SpellRange(Range),
    /// An amount a spell by its length and distance.
    SpellBrackets(Brackets),
    /// An amount by the income of a cycle.
    IncomeTiers(Tiers),
    /// A range a roster; an official sets the amount.
    RosterRange(Range),
    /// Published only: the case file holds no facts for it.
    Described(Described),
}

/// One amount.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In fen.
    #[serde(deserialize_with = "fen")]
    pub amount_fen: Fen,
}

/// A range, both ends included.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least, in fen.
    #[serde(deserialize_with = "fen")]
    pub low_fen: Fen,
    /// The most, in fen.
    #[serde(deserialize_with = "fen")]
    pub high_fen: Fen,
}

/// Amounts by the length of a spell.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brackets {
    /// Ascending; the first begins where the rule's months begin.
    pub brackets: Vec<Bracket>,
}

/// One length and its amounts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bracket {
    /// From how many months on.
    pub from_months: u32,
    /// For work in another county of the province.
    #[serde(deserialize_with = "fen")]
    pub other_county_fen: Fen,
    /// For work in another province.
    #[serde(deserialize_with = "fen")]
    pub other_province_fen: Fen,
}

/// Amounts by the income of a cycle of twelve months.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tiers {
    /// The month in which a cycle begins, 1 to 12.
    pub first_month: u8,
    /// The kinds of income that count.
    pub income_kinds: Vec<IncomeKind>,
    /// Ascending.
    pub tiers: Vec<Tier>,
    /// The most that one household draws in a cycle.
    #[serde(deserialize_with = "fen")]
    pub household_cap_fen: Fen,
}

/// One threshold and its amount.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// From this income on.
    #[serde(deserialize_with = "fen")]
    pub income_fen: Fen,
    /// The amount.
    #[serde(deserialize_with = "fen")]
    pub amount_fen: Fen,
}

/// What is paid under a rule that is published only.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// The figures that the clause names; none where it names none.
    pub figures: Vec<Figure>,
}

/// One figure of a published rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// For what.
    pub label: String,
    /// The least, in fen; none where the clause names only the most.
    #[serde(default, deserialize_with = "optional_fen")]
    pub low_fen: Option<Fen>,
    /// The most, in fen.
    #[serde(default, deserialize_with = "optional_fen")]
    pub high_fen: Option<Fen>,
    /// As a share of another figure, in per cent.
    #[serde(default)]
    pub percent: Option<u32>,
}

/// Who is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beneficiary {
    /// The broker or agency that organised the work.
    Broker,
    /// The person who worked.
    Person,
    /// The employer.
    Employer,
}

/// What one claim uses up, so that it is never paid twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Once {
    /// The person's calendar year.
    PersonYear,
    /// The person with this employer, for ever.
    PersonEmployer,
    /// The person's cycle.
    PersonCycle,
    /// The employer, for ever.
    Employer,
}

/// A value that the bureau has confirmed, or 未确认.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Known<T> {
    /// Not confirmed yet.
    Unconfirmed(Unconfirmed),
    /// Confirmed.
    Confirmed(T),
}

/// The mark of a value that the bureau has not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Unconfirmed {
    /// 未确认.
    #[serde(rename = "未确认")]
    Mark,
}

/// How one open question is read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interpretation {
    /// The id of the [`Reading`].
    pub id: String,
    /// What the text leaves open.
    pub question: String,
    /// Why the default is the default.
    pub reason: String,
    /// The option that holds unless `choice` says otherwise.
    pub default: String,
    /// The bureau's choice.
    #[serde(default)]
    pub choice: Option<String>,
    /// The options, the default among them.
    pub options: Vec<ReadingOption>,
}

/// One way to read an open question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadingOption {
    /// Its id.
    pub id: String,
    /// What it means.
    pub text: String,
}

impl Interpretation {
    /// The id of the option in force.
    pub fn chosen(&self) -> &str {
        self.choice.as_deref().unwrap_or(&self.default)
    }

    /// The wording of the option in force.
    pub fn text(&self) -> &str {
        let chosen = self.options.iter().find(|option| option.id == self.chosen());
        chosen.map_or("", |option| option.text.as_str())
    }
}

impl Policy {
    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The desks and notices that a claim under the rule passes.
    pub fn path<'p>(&'p self, rule: &'p Rule) -> &'p Path {
        rule.steps.as_ref().unwrap_or(&self.procedure.steps)
    }

    /// For how many days a claim under the rule is on notice, and whether a bureau confirmed it.
    pub fn notice_days(&self, rule: &Rule) -> (u32, bool) {
        match rule.notice_days {
            Known::Confirmed(days) => (days, true),
            Known::Unconfirmed(_) => (self.procedure.notice_days, self.procedure.confirmed),
        }
    }

    /// The id of the bureau that leads the rule; its name where the file gives none.
    pub fn bureau<'p>(&'p self, rule: &'p Rule) -> &'p str {
        let held = self.procedure.bureau.iter().find(|bureau| bureau.name == rule.lead);
        held.map_or(rule.lead.as_str(), |bureau| &bureau.id)
    }

    /// The file's words about a reading.
    pub fn interpretation(&self, reading: Reading) -> Option<&Interpretation> {
        self.interpretations.iter().find(|interpretation| interpretation.id == reading.id())
    }

    /// Whether the plan holds on that day.
    pub fn holds_on(&self, day: Day) -> bool {
        holds(self.effective_from, self.effective_to, day)
    }
}

impl Rule {
    /// Whether the rule holds on that day.
    pub fn holds_on(&self, day: Day) -> bool {
        holds(self.effective_from, self.effective_to, day)
    }
}

impl Rule {
    /// Whether claims can be made under the rule: a case holds facts for it.
    pub fn is_claimable(&self) -> bool {
        !matches!(self.award, Award::Described(_))
    }
}

fn path<'de, D: Deserializer<'de>>(source: D) -> Result<Path, D::Error> {
    let words = Vec::<String>::deserialize(source)?;
    let stages: Result<Vec<Stage>, _> = words.iter().map(|word| word.parse()).collect();
    Path::new(stages.map_err(de::Error::custom)?).map_err(de::Error::custom)
}

fn optional_path<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Path>, D::Error> {
    path(source).map(Some)
}

fn holds(from: Day, to: Option<Day>, day: Day) -> bool {
    from <= day && to.is_none_or(|to| day <= to)
}

fn text<'de, D: Deserializer<'de>, T: FromStr<Err: std::fmt::Display>>(
    source: D,
) -> Result<T, D::Error> {
    String::deserialize(source)?.parse().map_err(de::Error::custom)
}

fn optional_text<'de, D: Deserializer<'de>, T: FromStr<Err: std::fmt::Display>>(
    source: D,
) -> Result<Option<T>, D::Error> {
    text(source).map(Some)
}

fn fen<'de, D: Deserializer<'de>>(source: D) -> Result<Fen, D::Error> {
    i64::deserialize(source).map(Fen)
}

fn optional_fen<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Fen>, D::Error> {
    fen(source).map(Some)
}
