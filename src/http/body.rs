//! What a request carries: JSON bodies and query strings, read with a sentence for every fault.

use std::{borrow::Cow, str::FromStr};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, RawQuery, Request},
    http::{StatusCode, request::Parts},
};
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
        let value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Problem::bad_request(format!("请求内容不是正确的JSON（第{line}行第{column}列）"))
        })?;
        Ok(JsonBody(value))
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
