//! The readings that the plan's text leaves open, and the choices between them.
//!
//! Question, reason and wording stand in the policy file; here stand only the ids, so that a
//! bureau switches a reading by editing `choice` in the file. What each choice does is in the
//! module of the rule it concerns.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! readings {
    ($($(#[$doc:meta])* $field:ident: $name:ident = $id:literal {
        $($(#[$option_doc:meta])* $option:ident = $option_id:literal,)+
    })+) => {
        /// A question that the plan's text leaves open.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reading { $($(#[$doc])* $name,)+ }

        impl Reading {
            /// Every reading that the evaluator asks for.
            pub const ALL: &[Reading] = &[$(Reading::$name,)+];

            /// The id by which policy file and answer name it.
            pub const fn id(self) -> &'static str {
                match self { $(Reading::$name => $id,)+ }
            }

            /// The ids of the choices that the evaluator knows.
            pub const fn options(self) -> &'static [&'static str] {
                match self { $(Reading::$name => &[$($option_id,)+],)+ }
            }
        }

        $($(#[$doc])* #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { #[default] $($(#[$option_doc])* $option,)+ })+

        /// The choice made for each reading.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Readings { $($(#[$doc])* pub $field: $name,)+ }

        impl Readings {
            /// Sets one reading by its ids; false where reading or choice is unknown.
            pub(super) fn choose(&mut self, id: &str, choice: &str) -> bool {
                match (id, choice) {
                    $($(($id, $option_id) => self.$field = $name::$option,)+)+
                    _ => return false,
                }
                true
            }
        }
    };
}

readings! {
    /// How a term of months is counted (六).
    month_count: MonthCount = "month-count" {
        /// To the corresponding day, Civil Code §201–202.
        CivilCode = "civil-code",
        /// Thirty days a month.
        ThirtyDays = "thirty-days",
    }
    /// To which bracket a spell of exactly the bound belongs (六).
    bracket_boundary: BracketBoundary = "bracket-boundary" {
        /// The higher.
        Higher = "higher",
        /// The lower.
        Lower = "lower",
    }
    /// Which county 跨县 leaves (六, 七).
    home_county: HomeCounty = "home-county" {
        /// The person's hukou county.
        Hukou = "hukou",
        /// The district that issued the plan.
        District = "district",
    }
    /// What an employer of a kind that the clause does not name means (六).
    other_employers: OtherEmployers = "other-employers" {
        /// An official rules.
        Ask = "ask",
        /// Not entitled.
        Refuse = "refuse",
        /// Entitled.
        Accept = "accept",
    }
    /// How many months must be insured (六).
    insured_months: InsuredMonths = "insured-months" {
        /// As many as the rule's condition says.
        Every = "every",
        /// Any one.
        Any = "any",
    }
    /// Which insurances 各项 means (六).
    all_insurances: AllInsurances = "all-insurances" {
        /// Each that the rule lists.
        Each = "each",
        /// Any one that the rule lists.
        Any = "any",
    }
    /// Whether papers may come after the spell has ended (六).
    late_evidence: LateEvidence = "late-evidence" {
        /// They may: pending.
        Wait = "wait",
        /// They may not: ineligible.
        Refuse = "refuse",
    }
    /// How often a person yields the broker's fee (六).
    fee_once: FeeOnce = "fee-once" {
        /// Once a year, and once ever with the same employer.
        YearAndEmployer = "year-and-employer",
        /// Once a year.
        Year = "year",
    }
    /// What 一次性 of the bracketed grant means (六).
    household_once: HouseholdOnce = "household-once" {
        /// Once a calendar year.
        Year = "year",
        /// Once ever.
        Ever = "ever",
    }
    /// Whether the two transport grants stack (六).
    two_transports: TwoTransports = "two-transports" {
        /// Both are shown and flagged.
        Flag = "flag",
        /// The one that yields waits for an official.
        Ask = "ask",
    }
    /// To which year a payment belongs (六).
    paid_year: PaidYear = "paid-year" {
        /// The year of the claim with the same employer that it can have paid, else its date's.
        Claim = "claim",
        /// The year of its date.
        Date = "date",
    }
    /// Whether the rules judge claims that arose outside their time (all clauses).
    outside_term: OutsideTerm = "outside-term" {
        /// They do, and the row says so.
        Judge = "judge",
        /// An official rules.
        Ask = "ask",
    }
    /// Which twelve months are a cycle (七).
    income_cycle: IncomeCycle = "income-cycle" {
        /// From the rule's first month.
        First = "first-month",
        /// From the month after it.
        Second = "second-month",
    }
    /// Whose incentive the household's cap cuts (七).
    household_cut: HouseholdCut = "household-cut" {
        /// Those who reached their tier last.
        Latest = "latest",
        /// Everyone's, in proportion.
        Share = "share",
    }
    /// How the share of poverty and monitored people is compared (四).
    local_ratio: LocalRatio = "local-ratio" {
        /// Exactly.
        Exact = "exact",
        /// Rounded to whole per cent.
        Rounded = "rounded",
    }
    /// Whether a roster that falls short may still be filled (四).
    short_roster: ShortRoster = "short-roster" {
        /// It may: pending.
        Wait = "wait",
        /// It may not: ineligible.
        Refuse = "refuse",
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
