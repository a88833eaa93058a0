//! What a request carries: JSON bodies and query strings, read with a sentence for every fault.

use std::{borrow::Cow, fmt, str::FromStr};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, RawQuery, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::problem::Problem;
use crate::domain::{fields::FieldErrors, limits};

/// A JSON body; an empty one is an empty object.
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &S) -> Result<JsonBody, Problem> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let kib = limits::BODY_BYTES_MAX / 1024;
                let title = format!("内容太长，最多{kib}KB");
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", title)
            } else {
                Problem::bad_request("没有收到完整的请求内容，请再试一次")
            }
        })?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Problem::bad_request("请求内容不是UTF-8文字"))?;
        if text.trim().is_empty() {
            return Ok(JsonBody(Value::Object(serde_json::Map::new())));
        }
        let (value, twice) = read_json(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Problem::bad_request(format!("请求内容不是正确的JSON（第{line}行第{column}列）"))
        })?;
        if twice.is_empty() { Ok(JsonBody(value)) } else { Err(twice.into()) }
    }
}

/// Reads JSON and notes every name that an object gives twice: readers would differ on which value
/// counts.
fn read_json(text: &str) -> Result<(Value, FieldErrors), serde_json::Error> {
    let mut twice = FieldErrors::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Once { path: String::new(), twice: &mut twice }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, twice))
}

/// A JSON value at a path.
struct Once<'t> {
    path: String,
    twice: &'t mut FieldErrors,
}

impl<'de> DeserializeSeed<'de> for Once<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Once<'_> {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let path = format!("{}[{}]", self.path, list.len());
            match items.next_element_seed(Once { path, twice: self.twice })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = serde_json::Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let dot = if self.path.is_empty() { "" } else { "." };
            let path = format!("{}{dot}{name}", self.path);
            let value = fields.next_value_seed(Once { path: path.clone(), twice: self.twice })?;
            if map.insert(name, value).is_some() {
                self.twice.add(path, "twice", "这一项写了两次，请只留一个");
            }
        }
        Ok(Value::Object(map))
    }
}

/// An id out of the path; one that is malformed names nothing.
pub struct Id<T>(pub T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Id<T>, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found())?;
        text.parse().map(Id).map_err(|_| Problem::not_found())
    }
}

/// A query string, read name by name.
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query, Problem> {
        let RawQuery(raw) = RawQuery::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::bad_request("地址写错了"))?;
        Ok(Query::parse(raw.as_deref().unwrap_or_default()))
    }
}

impl Query {
    /// The pairs of a query string or form body.
    pub fn parse(raw: &str) -> Query {
        let pairs = form_urlencoded::parse(raw.as_bytes());
        let owned = |text: Cow<'_, str>| text.into_owned();
        Query { pairs: pairs.map(|(name, value)| (owned(name), owned(value))).collect() }
    }

    /// The first value of a name that is not blank.
    pub fn get<'q>(&'q self, name: &'q str) -> Option<&'q str> {
        self.all(name).next()
    }

    /// Every value of a name that is not blank.
    pub fn all<'q>(&'q self, name: &'q str) -> impl Iterator<Item = &'q str> {
        let named = self.pairs.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A value of a type; a wrong one is a fault at its name.
    pub fn parsed<T: FromStr>(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        hint: &str,
    ) -> Option<T> {
        let parsed = self.get(name)?.parse();
        if parsed.is_err() {
            errors.add(name, "format", format!("{name}不对，应当是{hint}"));
        }
        parsed.ok()
    }

    /// A finite number in a range.
    pub fn number(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        range: std::ops::RangeInclusive<f64>,
    ) -> Option<f64> {
        let number = self.parsed::<f64>(errors, name, "数字")?;
        if range.contains(&number) {
            return Some(number);
        }
        let (low, high) = (range.start(), range.end());
        errors.add(name, "range", format!("{name}应当在{low}到{high}之间"));
        None
    }

    /// A yes or no, in one of the words that forms and programs use.
    pub fn yes(&self, errors: &mut FieldErrors, name: &str) -> Option<bool> {
        match self.get(name)? {
            "true" | "1" | "on" | "yes" => Some(true),
            "false" | "0" | "off" | "no" => Some(false),
            _ => {
                errors.add(name, "format", format!("{name}应当是true或false"));
                None
            }
        }
    }
}
