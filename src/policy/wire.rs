//! Reads a case from JSON and names the field where it is malformed.
//!
//! Strict on purpose, since the answer is about money: each field of the case file must be there,
//! and no other.

use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::case::{Case, CaseError, Household, Income, Paid, Person, Roster, Spell};
use super::json::Unique;
use crate::domain::money::Fen;

impl Case {
    /// Reads a case file.
    ///
    /// # Errors
    /// [`CaseError`] with the first field that is missing, unknown or of the wrong shape. Whether
    /// the facts agree with one another is checked when the case is evaluated.
    pub fn from_json(text: &[u8]) -> Result<Case, CaseError> {
        let Unique(value) = serde_json::from_slice(text)
            .map_err(|error| CaseError::new("case", format!("not JSON: {error}")))?;
        Fields::of(value, String::new())?.finish(|fields| {
            Ok(Case {
                as_of: fields.parsed("as_of", "not a date")?,
                households: fields.rows("households", household)?,
                people: fields.rows("people", person)?,
                spells: fields.rows("spells", spell)?,
                income: fields.rows("income", income)?,
                rosters: fields.rows("rosters", roster)?,
                paid: fields.rows("paid", paid)?,
            })
        })
    }
}

fn household(fields: &mut Fields) -> Result<Household, CaseError> {
    Ok(Household { id: fields.id("id")?, kind: fields.kind("kind")? })
}

fn person(fields: &mut Fields) -> Result<Person, CaseError> {
    Ok(Person {
        id: fields.id("id")?,
        household: fields.optional("household", Fields::id)?,
        hukou: fields.parsed("hukou", "not a division code of six digits")?,
        groups: fields.list("groups", as_kind)?,
    })
}

fn spell(fields: &mut Fields) -> Result<Spell, CaseError> {
    Ok(Spell {
        id: fields.id("id")?,
        person: fields.id("person")?,
        employer: fields.id("employer")?,
        employer_kind: fields.kind("employer_kind")?,
        division: fields.parsed("division", "not a division code of six digits")?,
        start: fields.parsed("start", "not a date")?,
        end: fields.optional("end", |fields, name| fields.parsed(name, "not a date"))?,
        contract_signed: fields
            .optional("contract_signed", |fields, name| fields.parsed(name, "not a date"))?,
        insured_months: fields
            .list("insured_months", |value, field| as_parsed(value, field, "not a month"))?,
        insurances: fields.list("insurances", as_kind)?,
        organised_by: fields.optional("organised_by", Fields::id)?,
    })
}

fn income(fields: &mut Fields) -> Result<Income, CaseError> {
    Ok(Income {
        person: fields.id("person")?,
        date: fields.parsed("date", "not a date")?,
        amount: fields.fen("amount_fen")?,
        division: fields.parsed("division", "not a division code of six digits")?,
        kind: fields.kind("kind")?,
    })
}

fn roster(fields: &mut Fields) -> Result<Roster, CaseError> {
    Ok(Roster {
        employer: fields.id("employer")?,
        kind: fields.kind("kind")?,
        relocated: fields.count("relocated")?,
        poverty_or_monitored: fields.count("poverty_or_monitored")?,
    })
}

fn paid(fields: &mut Fields) -> Result<Paid, CaseError> {
    Ok(Paid {
        rule: fields.id("rule")?,
        person: fields.optional("person", Fields::id)?,
        employer: fields.optional("employer", Fields::id)?,
        date: fields.parsed("date", "not a date")?,
        amount: fields.fen("amount_fen")?,
    })
}

/// The fields of one JSON object that nobody has read yet.
struct Fields {
    path: String,
    left: Map<String, Value>,
}

impl Fields {
    fn of(value: Value, path: String) -> Result<Fields, CaseError> {
        match value {
            Value::Object(left) => Ok(Fields { path, left }),
            _ => Err(CaseError::new(if path.is_empty() { "case" } else { &path }, "not an object")),
        }
    }

    /// Reads with `read` and refuses what it left.
    fn finish<T>(
        mut self,
        read: impl FnOnce(&mut Fields) -> Result<T, CaseError>,
    ) -> Result<T, CaseError> {
        let record = read(&mut self)?;
        match self.left.keys().next() {
            Some(name) => Err(CaseError::new(self.field(name), "unknown field")),
            None => Ok(record),
        }
    }

    fn field(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn take(&mut self, name: &'static str) -> Result<Value, CaseError> {
        self.left.remove(name).ok_or_else(|| CaseError::new(self.field(name), "missing"))
    }

    fn id(&mut self, name: &'static str) -> Result<String, CaseError> {
        match self.take(name)? {
            Value::String(id) if !id.is_empty() => Ok(id),
            _ => Err(CaseError::new(self.field(name), "not an id (text that is not empty)")),
        }
    }

    fn parsed<T: FromStr>(&mut self, name: &'static str, wrong: &str) -> Result<T, CaseError> {
        let value = self.take(name)?;
        as_parsed(value, &self.field(name), wrong)
    }

    fn kind<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T, CaseError> {
        let value = self.take(name)?;
        as_kind(value, &self.field(name))
    }

    fn fen(&mut self, name: &'static str) -> Result<Fen, CaseError> {
        match self.take(name)?.as_i64() {
            Some(fen) => Ok(Fen(fen)),
            None => Err(CaseError::new(self.field(name), "not a whole number of fen")),
        }
    }

    fn count(&mut self, name: &'static str) -> Result<u32, CaseError> {
        let count = self.take(name)?.as_u64().and_then(|count| u32::try_from(count).ok());
        count.ok_or_else(|| CaseError::new(self.field(name), "not a number of people"))
    }

    fn optional<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields, &'static str) -> Result<T, CaseError>,
    ) -> Result<Option<T>, CaseError> {
        if self.left.get(name).is_some_and(Value::is_null) {
            self.left.remove(name);
            return Ok(None);
        }
        read(self, name).map(Some)
    }

    fn list<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(Value, &str) -> Result<T, CaseError>,
    ) -> Result<Vec<T>, CaseError> {
        let field = self.field(name);
        let Value::Array(items) = self.take(name)? else {
            return Err(CaseError::new(field, "not a list"));
        };
        let item = |(at, value)| read(value, &format!("{field}[{at}]"));
        items.into_iter().enumerate().map(item).collect()
    }

    fn rows<T>(
        &mut self,
        name: &'static str,
        read: fn(&mut Fields) -> Result<T, CaseError>,
    ) -> Result<Vec<T>, CaseError> {
        self.list(name, |value, path| Fields::of(value, path.to_owned())?.finish(read))
    }
}

fn as_parsed<T: FromStr>(value: Value, field: &str, wrong: &str) -> Result<T, CaseError> {
    let parsed = value.as_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| CaseError::new(field, wrong))
}

fn as_kind<T: DeserializeOwned>(value: Value, field: &str) -> Result<T, CaseError> {
    if !value.is_string() {
        return Err(CaseError::new(field, "not text"));
    }
    serde_json::from_value(value).map_err(|error| CaseError::new(field, error))
}
