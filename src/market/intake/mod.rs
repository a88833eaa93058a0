//! From a JSON object to terms: the one way in for API, forms, imports and the demo.
//!
//! Every fault of an input is noted, each at its field, in Chinese; nothing is guessed but the
//! occupation, and that is marked.

mod occupation;
mod placement;
mod posting;
mod worker;

use std::str::FromStr;

use serde_json::{Map, Value};

pub use placement::{
    INSURANCE_HINT, Placed, PlacementPatch, Whom, income, insurance_of, placement, placement_patch,
};
pub use posting::{Posted, posting, time_of_day};
pub use worker::{Registered, worker};

use crate::domain::{
    fields::FieldErrors,
    geo::{Crs, Point},
    limits, text,
};

/// A JSON object read field by field, noting every fault.
pub struct Fields<'v> {
    map: &'v Map<String, Value>,
    prefix: String,
}

impl<'v> Fields<'v> {
    /// The fields of an object; `prefix` stands before their names in messages.
    pub fn new(map: &'v Map<String, Value>, prefix: impl Into<String>) -> Fields<'v> {
        Fields { map, prefix: prefix.into() }
    }

    /// The path of a field, as messages name it.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    fn is_given(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn text_of(&self, errors: &mut FieldErrors, name: &str, label: &str) -> Option<&'v str> {
        match self.get(name)? {
            Value::String(text) => Some(text),
            _ => {
                errors.add(self.path(name), "type", format!("{label}应当是文字"));
                None
            }
        }
    }

    /// A text that must stand, of bounded length.
    fn text(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        label: &str,
        chars: (usize, usize),
    ) -> Option<String> {
        if !self.is_given(name) {
            if chars.0 > 0 {
                errors.add(self.path(name), "missing", format!("请填写{label}"));
            }
            return None;
        }
        let value = self.text_of(errors, name, label)?;
        text::bounded(errors, &self.path(name), label, value, chars)
    }

    /// A text that may be missing or empty, of bounded length.
    fn text_maybe(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        label: &str,
        max: usize,
    ) -> Option<String> {
        let value = self.text(errors, name, label, (0, max))?;
        (!value.is_empty()).then_some(value)
    }

    /// One of the named choices; `hint` lists them for people.
    fn choice<T: FromStr>(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        label: &str,
        hint: &str,
    ) -> Option<T> {
        if !self.is_given(name) {
            errors.add(self.path(name), "missing", format!("请选择{label}（{hint}）"));
            return None;
        }
        self.choice_maybe(errors, name, label, hint)
    }

    fn choice_maybe<T: FromStr>(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        label: &str,
        hint: &str,
    ) -> Option<T> {
        let value = self.text_of(errors, name, label)?;
        match value.trim().parse() {
            Ok(choice) => Some(choice),
            Err(_) => {
                errors.add(self.path(name), "unknown", format!("{label}不对，可以是：{hint}"));
                None
            }
        }
    }

    /// A whole number in a range.
    fn whole(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        label: &str,
        range: std::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let Some(number) = self.get(name)?.as_i64() else {
            errors.add(self.path(name), "type", format!("{label}应当是整数"));
            return None;
        };
        if range.contains(&number) {
            return Some(number);
        }
        let (low, high) = (range.start(), range.end());
        errors.add(self.path(name), "range", format!("{label}应当在{low}到{high}之间"));
        None
    }

    fn real(&self, errors: &mut FieldErrors, name: &str, label: &str) -> Option<f64> {
        let number = self.get(name)?.as_f64().filter(|number| number.is_finite());
        if number.is_none() {
            errors.add(self.path(name), "type", format!("{label}应当是数字"));
        }
        number
    }

    fn flag(&self, errors: &mut FieldErrors, name: &str, label: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => {
                errors.add(self.path(name), "type", format!("{label}应当是“是”或“否”"));
                None
            }
        }
    }

    fn list(
        &self,
        errors: &mut FieldErrors,
        name: &str,
        label: &str,
        max: usize,
    ) -> Option<&'v [Value]> {
        match self.get(name)? {
            Value::Array(items) if items.len() <= max => Some(items),
            Value::Array(_) => {
                errors.add(self.path(name), "length", format!("{label}最多{max}项"));
                None
            }
            _ => {
                errors.add(self.path(name), "type", format!("{label}应当是列表"));
                None
            }
        }
    }

    /// Short words, without repetition, in the given order.
    fn tags(&self, errors: &mut FieldErrors, name: &str, label: &str) -> Vec<String> {
        let mut tags = Vec::new();
        for (i, item) in
            self.list(errors, name, label, limits::TAGS_MAX).into_iter().flatten().enumerate()
        {
            let path = self.path(&format!("{name}[{i}]"));
            let Some(tag) = item.as_str() else {
                errors.add(path, "type", format!("{label}应当是文字"));
                continue;
            };
            if let Some(tag) = text::bounded(errors, &path, label, tag, limits::TAG_CHARS)
                && !tags.contains(&tag)
            {
                tags.push(tag);
            }
        }
        tags
    }

    fn object(&self, errors: &mut FieldErrors, name: &str, label: &str) -> Option<Fields<'v>> {
        match self.get(name)? {
            Value::Object(map) => Some(Fields::new(map, format!("{}.", self.path(name)))),
            _ => {
                errors.add(self.path(name), "type", format!("{label}的格式不对"));
                None
            }
        }
    }

    /// `lat`, `lon` and `crs`: both degrees or neither.
    fn point(&self, errors: &mut FieldErrors) -> Option<Point> {
        let crs = self.choice_maybe::<Crs>(errors, "crs", "坐标系", "wgs84、gcj02、bd09");
        let (lat, lon) = (self.real(errors, "lat", "纬度"), self.real(errors, "lon", "经度"));
        for (name, label) in [("lat", "纬度"), ("lon", "经度")] {
            if !self.is_given(name) && (self.is_given("lat") || self.is_given("lon")) {
                errors.add(self.path(name), "missing", format!("请填写{label}，或者两个都不填"));
            }
        }
        let (lat, lon) = (lat?, lon?);
        if !(-90.0..=90.0).contains(&lat) {
            errors.add(self.path("lat"), "range", "纬度应当在-90到90之间");
        }
        if !(-180.0..=180.0).contains(&lon) {
            errors.add(self.path("lon"), "range", "经度应当在-180到180之间");
        }
        Point::new(lat, lon, crs.unwrap_or_default()).ok()
    }
}

/// Lays a partial object over a whole one (RFC 7396): null removes, objects merge.
pub fn overlay(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (name, value) in patch {
                if value.is_null() {
                    base.remove(name);
                } else {
                    overlay(base.entry(name.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}
