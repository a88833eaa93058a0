//! Values of a flat row, turned into JSON one column at a time.

use serde_json::{Map, Value, json};

use crate::domain::{fields::FieldErrors, time::Moment};

/// What stands between skills, benefits, stations and groups in one cell.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；' | '、' | '|' | '/')
}

/// A row's values on their way, and what could not be read.
pub(super) struct Cells {
    pub map: Map<String, Value>,
    pub faults: FieldErrors,
}

impl Cells {
    /// Notes a fault; the value goes.
    pub fn fault(&mut self, column: &str, code: &'static str, message: impl Into<String>) {
        self.faults.add(column, code, message);
        self.map.remove(column);
    }

    /// A column's text, where it is text.
    pub fn text(&self, column: &str) -> Option<String> {
        self.map.get(column)?.as_str().map(|text| text.trim().to_owned())
    }

    /// Takes a column's value out.
    pub fn take(&mut self, column: &str) -> Option<Value> {
        self.map.remove(column)
    }

    /// Numbers become text where the market wants text: an id is no quantity.
    pub fn as_text(&mut self, columns: &[&str]) {
        for column in columns {
            if let Some(Value::Number(number)) = self.map.get(*column) {
                let text = number.to_string();
                self.map.insert((*column).to_owned(), Value::String(text));
            }
        }
    }

    /// A text becomes a number.
    pub fn real(&mut self, column: &str, label: &str) {
        let Some(text) = self.text(column) else {
            return;
        };
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.map.insert(column.to_owned(), json!(number));
            }
            _ => self.fault(column, "type", format!("{label}应当是数字")),
        }
    }

    /// A text becomes a whole number.
    pub fn whole(&mut self, column: &str, label: &str) {
        let Some(text) = self.text(column) else {
            return;
        };
        match text.parse::<i64>() {
            Ok(number) => {
                self.map.insert(column.to_owned(), json!(number));
            }
            Err(_) => self.fault(column, "type", format!("{label}应当是整数")),
        }
    }

    /// A text becomes yes or no.
    pub fn flag(&mut self, column: &str, label: &str) {
        let Some(text) = self.text(column) else {
            return;
        };
        match text.to_ascii_lowercase().as_str() {
            "是" | "true" | "yes" | "1" => {
                self.map.insert(column.to_owned(), json!(true));
            }
            "否" | "false" | "no" | "0" => {
                self.map.insert(column.to_owned(), json!(false));
            }
            _ => self.fault(column, "type", format!("{label}应当是“是”或“否”")),
        }
    }

    /// A text becomes the list of the words in it.
    pub fn words(&mut self, column: &str) {
        let Some(text) = self.text(column) else {
            return;
        };
        let words: Vec<_> = text.split(is_between).filter(|word| !word.is_empty()).collect();
        self.map.insert(column.to_owned(), json!(words));
    }

    /// A text that holds JSON becomes what it holds.
    pub fn document(&mut self, column: &str, label: &str) {
        let Some(text) = self.text(column) else {
            return;
        };
        match serde_json::from_str(&text) {
            Ok(value) => {
                self.map.insert(column.to_owned(), value);
            }
            Err(_) => self.fault(column, "format", format!("{label}应当是JSON列表")),
        }
    }

    /// A word for people becomes the word on the wire; what is neither stays for the market.
    pub fn choice(
        &mut self,
        column: &str,
        mut choices: impl Iterator<Item = (&'static str, &'static str)>,
    ) {
        let Some(text) = self.text(column) else {
            return;
        };
        if let Some((word, _)) = choices.find(|(_, label)| *label == text) {
            self.map.insert(column.to_owned(), json!(word));
        }
    }

    /// A position of exactly 0, 0 is how lists say that they have none.
    pub fn point(&mut self) {
        self.real("lat", "纬度");
        self.real("lon", "经度");
        if let Some(crs) = self.text("crs") {
            self.map.insert("crs".to_owned(), json!(crs.to_ascii_lowercase()));
        }
        let is_zero = |name| self.map.get(name).and_then(Value::as_f64) == Some(0.0);
        if is_zero("lat") && is_zero("lon") {
            self.take("lat");
            self.take("lon");
        }
    }

    /// Moves a column into an object, unless the object has the field already.
    pub fn nest(&mut self, column: &str, object: &str, field: &str) {
        let Some(value) = self.take(column) else {
            return;
        };
        let inner = self.map.entry(object).or_insert_with(|| json!({}));
        if let Value::Object(inner) = inner {
            inner.entry(field).or_insert(value);
        }
    }
}

/// Fen from an amount in yuan as people write it: `18`, `18.5`, `8000.00`.
pub(super) fn fen_of(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

/// A time as people write it, in Shanghai where no offset stands.
pub(super) enum When {
    /// A day alone.
    Day(jiff::civil::Date),
    /// A moment.
    Moment(Moment),
}

impl When {
    /// RFC 3339, `2026-12-01 08:00`, `2026/12/1 8:00`, `2026年12月1日 08:00`, or a day alone.
    pub fn parse(text: &str) -> Option<When> {
        if let Ok(moment) = text.parse() {
            return Some(When::Moment(moment));
        }
        let text = text.replace(['/', '年', '月'], "-").replace(['日', 'T'], " ");
        let mut parts = text.split_whitespace();
        let day = numbers(parts.next()?, '-')?;
        let [year, month, day] = day[..] else {
            return None;
        };
        let day = jiff::civil::Date::new(
            i16::try_from(year).ok().filter(|year| *year >= 1900)?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        let Some(time) = parts.next() else {
            return Some(When::Day(day));
        };
        let time = numbers(time, ':')?;
        let (hour, minute, second) = match time[..] {
            [hour, minute] => (hour, minute, 0),
            [hour, minute, second] => (hour, minute, second),
            _ => return None,
        };
        let fits = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
        // Each is below 60, so that the conversions lose nothing.
        fits.then(|| {
            When::Moment(Moment::from_shanghai(day.at(hour as i8, minute as i8, second as i8, 0)))
        })
    }
}

fn numbers(text: &str, between: char) -> Option<Vec<u32>> {
    let number = |part: &str| {
        let fits = !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| part.parse().ok()).flatten()
    };
    text.split(between).map(number).collect()
}
