//! The classification itself: codes, names, definitions, and how near two codes are.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

const SHIPPED: &str = include_str!("../../data/occupation/csco2022.csv");

/// A class of the 职业分类大典（2022年版）, at any of its four levels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupation {
    /// `d-dd-dd-dd`; the levels below the class's own are `00`.
    pub code: String,
    /// As people read it, without the marks L (green) and S (digital) of the printed book.
    pub name: String,
    /// What the class is; empty above the lowest level.
    pub definition: String,
    /// The main tasks, numbered in one text; may be empty.
    pub tasks: String,
    /// Other names of the same work, the name itself left out.
    pub aliases: Vec<String>,
}

/// Every class, in the order of the codes' first appearance, ready for look-up.
#[derive(Debug, Default)]
pub struct Catalogue {
    occupations: Vec<Occupation>,
    by_code: HashMap<String, usize>,
}

/// Why a classification cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not a CSV table with the columns code, name, definition, tasks and aliases.
    #[error("the classification is malformed")]
    Malformed(#[from] csv::Error),
    /// A code is not of the form `d-dd-dd-dd`.
    #[error("{0} is not an occupation's code")]
    NotACode(String),
}

impl Catalogue {
    /// The classification of 2022, compiled in. Its upper levels are incomplete: some codes of
    /// middle and small classes have no entry of their own.
    pub fn shipped() -> &'static Catalogue {
        static CATALOGUE: LazyLock<Catalogue> =
            // Never broken in a build that passed the tests.
            LazyLock::new(|| Catalogue::parse(SHIPPED).unwrap_or_default());
        &CATALOGUE
    }

    /// Reads a table of the form of `data/occupation/csco2022.csv`. A code that stands twice counts
    /// once, as it stands first.
    ///
    /// # Errors
    /// Malformed CSV, a missing column, or a text that is no code.
    pub fn parse(text: &str) -> Result<Catalogue, CatalogueError> {
        let mut catalogue = Catalogue::default();
        for row in csv::Reader::from_reader(text.as_bytes()).deserialize() {
            let row: Row = row?;
            if levels(&row.code).is_none() {
                return Err(CatalogueError::NotACode(row.code));
            }
            if catalogue.by_code.contains_key(&row.code) {
                continue;
            }
            let name = without_marks(&row.name).to_owned();
            let aliases = row
                .aliases
                .split('|')
                .map(|alias| without_marks(alias.trim()).to_owned())
                .filter(|alias| !alias.is_empty() && *alias != name)
                .collect();
            let place = catalogue.occupations.len();
            catalogue.by_code.insert(row.code.clone(), place);
            catalogue.occupations.push(Occupation {
                code: row.code,
                name,
                definition: row.definition,
                tasks: row.tasks,
                aliases,
            });
        }
        Ok(catalogue)
    }

    /// Every class.
    pub fn all(&self) -> &[Occupation] {
        &self.occupations
    }

    /// At most `limit` occupations of the lowest level whose name or alias has the text in it, those
    /// that are called so first.
    pub fn called(&self, text: &str, limit: usize) -> Vec<&Occupation> {
        let all = || self.occupations.iter().filter(|held| !held.code.ends_with("-00"));
        let is_so =
            |held: &&Occupation| held.name == text || held.aliases.iter().any(|a| a == text);
        let has = |held: &&Occupation| {
            held.name.contains(text) || held.aliases.iter().any(|alias| alias.contains(text))
        };
        all()
            .filter(is_so)
            .chain(all().filter(|held| has(held) && !is_so(held)))
            .take(limit)
            .collect()
    }

    /// The class with this code.
    pub fn get(&self, code: &str) -> Option<&Occupation> {
        self.place(code).map(|place| &self.occupations[place])
    }

    /// The place of a code in [`Catalogue::all`].
    pub(super) fn place(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }
}

/// How near two codes are in the tree: the share of equal leading levels, from 0 (different major
/// classes) through 0.25, 0.5 and 0.75 to 1 (the same code). Levels that are `00` in both count as
/// equal only below equal ones. A text that is no code is near to nothing.
pub fn nearness(one: &str, other: &str) -> f64 {
    let (Some(one), Some(other)) = (levels(one), levels(other)) else {
        return 0.0;
    };
    let equal = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    equal as f64 / one.len() as f64
}

/// The four levels of a code, or `None` if the text is not of the form `d-dd-dd-dd`.
fn levels(code: &str) -> Option<[&str; 4]> {
    let mut parts = code.split('-');
    let levels = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let fits = parts.next().is_none()
        && levels.iter().zip([1, 2, 2, 2]).all(|(level, length)| {
            level.len() == length && level.bytes().all(|b| b.is_ascii_digit())
        });
    fits.then_some(levels)
}

fn without_marks(name: &str) -> &str {
    name.trim_end_matches(['L', 'S', '/'])
}

#[derive(Deserialize)]
struct Row {
    code: String,
    name: String,
    definition: String,
    tasks: String,
    aliases: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_classification_is_sound() {
        let catalogue = Catalogue::parse(SHIPPED).unwrap();
        assert!(catalogue.all().len() > 2_000, "{}", catalogue.all().len());
        for (code, name) in [
            ("6-30-05-05", "挖掘铲运和桩工机械司机"),
            ("4-02-05-01", "装卸搬运工"),
            ("4-09-08-01", "保洁员"),
            ("2-02-38-03", "大数据工程技术人员"),
        ] {
            assert_eq!(catalogue.get(code).unwrap().name, name);
        }
        assert_eq!(catalogue.get("9-99-99-99"), None);
    }

    #[test]
    fn the_codes_of_the_trades_exist() {
        for trade in crate::words::trades::Trades::shipped().all() {
            if let Some(code) = &trade.code {
                assert!(Catalogue::shipped().get(code).is_some(), "{} {code}", trade.name);
            }
        }
    }

    #[test]
    fn nearness_counts_leading_levels() {
        for (one, other, near) in [
            ("4-02-05-01", "4-02-05-01", 1.0),
            ("4-02-05-01", "4-02-05-02", 0.75),
            ("4-02-05-01", "4-02-06-01", 0.5),
            ("4-02-05-01", "4-03-05-01", 0.25),
            ("4-02-05-01", "6-02-05-01", 0.0),
            ("4-02-05-01", "4-2-5-1", 0.0),
            ("", "", 0.0),
        ] {
            assert_eq!(nearness(one, other), near, "{one} {other}");
        }
    }

    #[test]
    fn faulty_tables_are_refused() {
        assert!(matches!(Catalogue::parse("code,name\n1,x\n"), Err(CatalogueError::Malformed(_))));
        let bad = "code,name,definition,tasks,aliases\n4-2-5-1,x,,,\n";
        assert!(matches!(Catalogue::parse(bad), Err(CatalogueError::NotACode(_))));
    }
}
