//! What a posting must not say, and what its hours and wage break: findings for the person who
//! reviews it, each with its rule. A finding refuses nothing by itself.
//!
//! Pure: the rules on wording are `data/findings.toml`, those on numbers are here.
//!
//! ```
//! use linggong::review::in_text;
//!
//! let found = in_text("招收女工，先交押金200元");
//! assert_eq!(found.iter().map(|hit| hit.rule.id.as_str()).collect::<Vec<_>>(), ["sex", "deposit"]);
//! assert!(in_text("男女不限，无押金").is_empty());
//! ```

mod numbers;
mod wording;

pub use numbers::{MinimumWage, PART_TIME_DAY_HOURS, PART_TIME_WEEK_HOURS};
pub use wording::{Hit, Rule, RulesError, in_text};

use crate::domain::posting::Terms;

/// Something that a reviewer should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// The field in which it stands, by its name on the wire.
    pub field: &'static str,
    /// What is wrong, in a few words.
    pub title: String,
    /// Act and clause.
    pub basis: String,
    /// What the poster should do.
    pub advice: String,
    /// The words or numbers that were found.
    pub excerpt: String,
}

/// Everything that a reviewer should look at, in the order of the fields; the same rule at most once
/// a field.
pub fn findings(terms: &Terms, minimum: MinimumWage) -> Vec<Finding> {
    let benefits = terms.benefits.join("，");
    let skills = terms.skills.join("，");
    let pickup = terms.provides.pickup.as_ref().map_or("", |pickup| &pickup.address);
    let texts = [
        ("title", terms.title.as_str()),
        ("description", &terms.description),
        ("requirements", &terms.requirements),
        ("skills", &skills),
        ("benefits", &benefits),
        ("address", &terms.address),
        ("pickup", pickup),
    ];
    let in_texts = texts.into_iter().flat_map(|(field, text)| {
        in_text(text).into_iter().map(move |hit| Finding {
            rule: hit.rule.id.clone(),
            field,
            title: hit.rule.title.clone(),
            basis: hit.rule.basis.clone(),
            advice: hit.rule.advice.clone(),
            excerpt: text[hit.start..hit.end].trim().to_owned(),
        })
    });
    in_texts.chain(numbers::findings(terms, minimum)).collect()
}

#[cfg(test)]
mod tests;
