//! Reads a policy file and checks what its types cannot say, with the line of each finding.

use std::{collections::HashSet, fmt, ops::Range};

use toml::de::{DeTable, DeValue};

use super::{
    file::{Award, Beneficiary, Conditions, Interpretation, Known, Once, Policy, Rule},
    reading::{Reading, Readings},
};
use crate::domain::money::Fen;

/// Something wrong in a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, with the place where it helps.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.message)
    }
}

/// A policy file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Finding::to_string).collect::<Vec<_>>().join("; "))]
pub struct PolicyError(
    /// What is wrong; at least one, in the order of the lines.
    pub Vec<Finding>,
);

impl Policy {
    /// Reads and checks a policy file (TOML).
    ///
    /// # Errors
    /// [`PolicyError`] where the text is no TOML, has unknown or missing fields, or contradicts
    /// itself: ids twice, brackets or tiers not ascending, a range whose low end is above its high
    /// end, a reading without its default.
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        let refused = |error: toml::de::Error| {
            let message = error.message().replace('\n', " ");
            PolicyError(vec![Finding { line: line(text, error.span()), message }])
        };
        let mut policy: Policy = toml::from_str(text).map_err(refused)?;
        let tree = DeTable::parse(text).map_err(refused)?;
        let mut check = Check { text, tree: DeValue::Table(tree.into_inner()), findings: vec![] };
        check.dates(&policy);
        check.rules(&policy);
        policy.readings = check.readings(&policy.interpretations);
        check.findings.sort_by_key(|finding| finding.line);
        if check.findings.is_empty() { Ok(policy) } else { Err(PolicyError(check.findings)) }
    }
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let before = span.and_then(|span| text.as_bytes().get(..span.start)).unwrap_or_default();
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// One step from a value of the file into it.
#[derive(Clone, Copy)]
enum Step {
    Key(&'static str),
    At(usize),
}
use Step::{At, Key};

struct Check<'a> {
    text: &'a str,
    tree: DeValue<'a>,
    findings: Vec<Finding>,
}

impl Check<'_> {
    /// Notes a finding at the deepest value of the path that the file holds.
    fn find(&mut self, path: &[Step], message: impl fmt::Display) {
        let (mut value, mut span, mut place) = (&self.tree, None, String::new());
        for step in path {
            match step {
                Key(key) if place.is_empty() => place.push_str(key),
                Key(key) => place = format!("{place}.{key}"),
                At(at) => place = format!("{place}[{at}]"),
            }
            let next = match step {
                Key(key) => value.get(*key),
                At(at) => value.get(*at),
            };
            if let Some(next) = next {
                (value, span) = (next.get_ref(), Some(next.span()));
            }
        }
        let line = line(self.text, span);
        self.findings.push(Finding { line, message: format!("{place}: {message}") });
    }

    fn dates(&mut self, policy: &Policy) {
        if policy.effective_to.is_some_and(|to| to < policy.effective_from) {
            self.find(&[Key("effective_to")], "before effective_from");
        }
        for (at, rule) in policy.rules.iter().enumerate() {
            if rule.effective_to.is_some_and(|to| to < rule.effective_from) {
                self.find(&[Key("rule"), At(at), Key("effective_to")], "before effective_from");
            }
            if rule.effective_from < policy.effective_from {
                self.find(&[Key("rule"), At(at), Key("effective_from")], "before the plan's");
            }
        }
    }

    fn rules(&mut self, policy: &Policy) {
        let mut ids = HashSet::new();
        for (at, rule) in policy.rules.iter().enumerate() {
            if !ids.insert(&rule.id) {
                self.find(&[Key("rule"), At(at), Key("id")], format!("`{}` twice", rule.id));
            }
            for other in &rule.overlaps {
                if other == &rule.id || policy.rule(other).is_none() {
                    let message = format!("no other rule `{other}`");
                    self.find(&[Key("rule"), At(at), Key("overlaps")], message);
                }
            }
            let bureaus = &policy.procedure.bureau;
            if rule.is_claimable()
                && !bureaus.is_empty()
                && !bureaus.iter().any(|bureau| bureau.name == rule.lead)
            {
                self.find(&[Key("rule"), At(at), Key("lead")], "no bureau of the procedure");
            }
            if matches!(&rule.deadline, Known::Confirmed(text) if text.trim().is_empty()) {
                self.find(&[Key("rule"), At(at), Key("deadline")], "empty");
            }
            self.parties(at, rule);
            self.award(at, rule);
            self.conditions(at, rule);
        }
    }

    /// Who is paid, and how often, must suit what is paid.
    fn parties(&mut self, at: usize, rule: &Rule) {
        let (who, once): (&[Beneficiary], &[Once]) = match rule.award {
            Award::SpellFee(_) | Award::SpellRange(_) | Award::SpellBrackets(_) => (
                &[Beneficiary::Broker, Beneficiary::Person, Beneficiary::Employer],
                &[Once::PersonYear, Once::PersonEmployer],
            ),
            Award::IncomeTiers(_) => (&[Beneficiary::Person], &[Once::PersonCycle]),
            Award::RosterRange(_) => (&[Beneficiary::Employer], &[Once::Employer]),
            Award::Described(_) => return,
        };
        if !who.contains(&rule.beneficiary)
            || (rule.beneficiary == Beneficiary::Broker && !rule.conditions.organised)
        {
            self.find(&[Key("rule"), At(at), Key("beneficiary")], "not one this award can pay");
        }
        if rule.once_per.is_empty() || !rule.once_per.iter().all(|key| once.contains(key)) {
            self.find(&[Key("rule"), At(at), Key("once_per")], "no key of this award");
        }
    }

    fn award(&mut self, at: usize, rule: &Rule) {
        let kind = match &rule.award {
            Award::SpellFee(_) => "spell_fee",
            Award::SpellRange(_) => "spell_range",
            Award::SpellBrackets(_) => "spell_brackets",
            Award::IncomeTiers(_) => "income_tiers",
            Award::RosterRange(_) => "roster_range",
            Award::Described(_) => "described",
        };
        let award = [Key("rule"), At(at), Key("award"), Key(kind)];
        let within = |steps: &[Step]| [&award, steps].concat();
        match &rule.award {
            Award::SpellFee(fee) => {
                if fee.amount_fen <= Fen::ZERO {
                    self.find(&within(&[Key("amount_fen")]), "not above 0");
                }
            }
            Award::SpellRange(range) | Award::RosterRange(range) => {
                if range.low_fen < Fen::ZERO || range.low_fen > range.high_fen {
                    self.find(&within(&[Key("low_fen")]), "below 0 or above high_fen");
                }
            }
            Award::SpellBrackets(brackets) => {
                let brackets = &brackets.brackets;
                if brackets.first().map(|first| first.from_months) != rule.conditions.months {
                    let message = "the first does not begin with the rule's months";
                    self.find(&within(&[Key("brackets")]), message);
                }
                for (upper, pair) in (1..).zip(brackets.windows(2)) {
                    let [low, high] = pair else { continue };
                    if high.from_months <= low.from_months
                        || high.other_county_fen < low.other_county_fen
                        || high.other_province_fen < low.other_province_fen
                    {
                        self.find(&within(&[Key("brackets"), At(upper)]), "not ascending");
                    }
                }
                for (at, bracket) in brackets.iter().enumerate() {
                    if bracket.other_county_fen.min(bracket.other_province_fen) <= Fen::ZERO {
                        self.find(&within(&[Key("brackets"), At(at)]), "an amount not above 0");
                    }
                }
            }
            Award::IncomeTiers(tiers) => {
                if !(1..=12).contains(&tiers.first_month) {
                    self.find(&within(&[Key("first_month")]), "not a month");
                }
                if tiers.household_cap_fen <= Fen::ZERO {
                    self.find(&within(&[Key("household_cap_fen")]), "not above 0");
                }
                if tiers.tiers.is_empty() || tiers.income_kinds.is_empty() {
                    self.find(&award, "no tiers or no kinds of income");
                }
                for (at, tier) in tiers.tiers.iter().enumerate() {
                    if tier.income_fen.min(tier.amount_fen) <= Fen::ZERO {
                        self.find(&within(&[Key("tiers"), At(at)]), "a figure not above 0");
                    }
                }
                for (upper, pair) in (1..).zip(tiers.tiers.windows(2)) {
                    let [low, high] = pair else { continue };
                    if high.income_fen <= low.income_fen || high.amount_fen < low.amount_fen {
                        self.find(&within(&[Key("tiers"), At(upper)]), "not ascending");
                    }
                }
            }
            Award::Described(described) => {
                for (figure_at, figure) in described.figures.iter().enumerate() {
                    let path = within(&[Key("figures"), At(figure_at)]);
                    if figure.low_fen.zip(figure.high_fen).is_some_and(|(low, high)| low > high) {
                        self.find(&path, "low_fen above high_fen");
                    }
                    if figure.percent.is_some() == figure.high_fen.is_some() {
                        self.find(&path, "needs either high_fen or percent");
                    }
                }
            }
        }
    }

    /// A condition that the award's evaluation would not look at must not stand in the file.
    fn conditions(&mut self, at: usize, rule: &Rule) {
        let path = [Key("rule"), At(at), Key("conditions")];
        let Conditions {
            organised,
            out_of_county,
            employer_kinds,
            months,
            contract,
            insured_months,
            insurances,
            groups,
            household_kinds,
            relocated,
            ratio_bp,
        } = &rule.conditions;
        let of_spells = *organised
            || *contract
            || months.is_some()
            || insured_months.is_some()
            || insurances.is_some();
        let of_people = *out_of_county || groups.is_some() || household_kinds.is_some();
        let of_rosters = relocated.is_some() || ratio_bp.is_some();
        let misplaced = match &rule.award {
            Award::SpellFee(_) | Award::SpellRange(_) | Award::SpellBrackets(_) => {
                if months.is_none() {
                    self.find(&path, "needs months");
                }
                of_rosters
            }
            Award::IncomeTiers(_) => of_spells || of_rosters || employer_kinds.is_some(),
            Award::RosterRange(_) => of_spells || of_people,
            Award::Described(_) => of_spells || of_people || of_rosters || employer_kinds.is_some(),
        };
        if misplaced {
            self.find(&path, "holds a condition that rules of this award do not look at");
        }
        if ratio_bp.is_some_and(|ratio| ratio > 10_000) {
            self.find(&[&path[..], &[Key("ratio_bp")]].concat(), "above 10000");
        }
    }

    fn readings(&mut self, interpretations: &[Interpretation]) -> Readings {
        let mut readings = Readings::default();
        let mut ids = HashSet::new();
        for (at, interpretation) in interpretations.iter().enumerate() {
            let path = |key| [Key("interpretation"), At(at), Key(key)];
            let Interpretation { id, default, choice, options, .. } = interpretation;
            let Some(reading) = Reading::ALL.iter().find(|reading| reading.id() == id) else {
                self.find(&path("id"), format!("no reading `{id}` is known"));
                continue;
            };
            if !ids.insert(id) {
                self.find(&path("id"), format!("`{id}` twice"));
            }
            let listed: HashSet<&str> = options.iter().map(|option| option.id.as_str()).collect();
            let known: HashSet<&str> = reading.options().iter().copied().collect();
            if listed.len() != options.len() || listed != known {
                let message = format!("must be {}", reading.options().join(", "));
                self.find(&path("options"), message);
            }
            if !listed.contains(default.as_str()) {
                self.find(&path("default"), format!("no option `{default}`"));
            }
            if !readings.choose(id, interpretation.chosen()) && choice.is_some() {
                self.find(&path("choice"), format!("no option `{}`", interpretation.chosen()));
            }
        }
        for reading in
            Reading::ALL.iter().filter(|reading| !ids.iter().any(|id| *id == reading.id()))
        {
            self.find(&[Key("interpretation")], format!("`{reading}` is missing"));
        }
        readings
    }
}
