//! From flat columns to the JSON object that the market reads.
//!
//! A value is text as it stood in the file, or already JSON (NDJSON). What can't be read is noted
//! at its column; everything else is left to the market's own reading, so that a rule stands once.

use serde_json::{Map, Value, json};

use super::List;
use crate::{
    domain::{
        division,
        fields::{FieldError, FieldErrors},
        limits,
        time::{DAY, Moment},
        wage::{Settlement, WageUnit},
    },
    market,
};

/// A row made ready for the market.
pub(super) struct Ready {
    /// The object that the market reads.
    pub input: Value,
    /// Whether validity counts from now.
    pub is_floating: bool,
    /// What could not be read, at the columns' own names.
    pub faults: FieldErrors,
}

/// What stands between skills, benefits, stations and groups in one cell.
fn is_between(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | ';' | '；' | '、' | '|' | '/')
}

/// The row with the defaults where it has no value, as the market reads it.
pub(super) fn ready(
    list: List,
    row: &Map<String, Value>,
    defaults: &Map<String, Value>,
    now: Moment,
) -> Ready {
    let mut map = defaults.clone();
    if row.contains_key("valid_days") {
        map.remove("valid_until");
    }
    map.extend(
        row.iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    let mut cells = Cells {
        map,
        faults: FieldErrors::default(),
    };
    let is_floating = match list {
        List::Jobs => posting(&mut cells, now),
        List::Workers => {
            worker(&mut cells);
            false
        }
    };
    Ready {
        input: Value::Object(cells.map),
        is_floating,
        faults: cells.faults,
    }
}

/// Everything that is wrong with a row, at the columns' own names, each column once.
pub(super) fn faults(list: List, row: &Map<String, Value>, now: Moment) -> Vec<FieldError> {
    let ready = ready(list, row, &Map::new(), now);
    all_faults(list, row, &ready, now)
}

/// The faults of reading, and those that the market finds besides.
pub(super) fn all_faults(
    list: List,
    row: &Map<String, Value>,
    ready: &Ready,
    now: Moment,
) -> Vec<FieldError> {
    let mut all = ready.faults.0.clone();
    if let Value::Object(map) = &ready.input {
        let more = match list {
            List::Jobs => market::parse_posting(map, None, now).err(),
            List::Workers => market::parse_worker(map).err(),
        };
        let mut more = more.map_or_else(Vec::new, |errors| by_column(row, errors));
        // Days that can't be read leave no date, which is no second fault.
        if ready.faults.touches("valid_days") {
            more.retain(|fault| fault.field != "valid_until");
        }
        all.extend(more);
    }
    once(all)
}

/// The market's faults at our columns' names.
pub(super) fn by_column(row: &Map<String, Value>, errors: FieldErrors) -> Vec<FieldError> {
    let named = |error: FieldError| FieldError {
        field: column(row, &error.field).to_owned(),
        ..error
    };
    once(errors.0.into_iter().map(named).collect())
}

/// The first fault of each column.
fn once(faults: Vec<FieldError>) -> Vec<FieldError> {
    let mut kept: Vec<FieldError> = Vec::new();
    for fault in faults {
        if !kept.iter().any(|held| held.field == fault.field) {
            kept.push(fault);
        }
    }
    kept
}

/// The column from which the market's field came.
fn column<'p>(row: &Map<String, Value>, path: &'p str) -> &'p str {
    let nested = |name| row.get(name).is_some_and(Value::is_object);
    match path {
        _ if path.starts_with("wage.") && nested("wage") => path,
        _ if path.starts_with("employer.") && nested("employer") => path,
        "wage" | "wage.min_fen" => "wage_min",
        "wage.max_fen" => "wage_max",
        "wage.unit" => "wage_unit",
        "wage.settlement" => "settlement",
        "employer" | "employer.name" => "employer_name",
        "employer.uscc" => "employer_uscc",
        "employer.kind" => "employer_kind",
        _ if path.starts_with("shifts") && row.contains_key("shift_start") => {
            if path.ends_with(".start") {
                "shift_start"
            } else {
                "shift_end"
            }
        }
        _ => path.split(['.', '[']).next().unwrap_or(path),
    }
}

struct Cells {
    map: Map<String, Value>,
    faults: FieldErrors,
}

impl Cells {
    fn fault(&mut self, column: &str, code: &'static str, message: impl Into<String>) {
        self.faults.add(column, code, message);
        self.map.remove(column);
    }

    /// A column's text, where it is text.
    fn text(&self, column: &str) -> Option<String> {
        self.map
            .get(column)?
            .as_str()
            .map(|text| text.trim().to_owned())
    }

    fn take(&mut self, column: &str) -> Option<Value> {
        self.map.remove(column)
    }

    /// Numbers become text where the market wants text: an id is no quantity.
    fn as_text(&mut self, columns: &[&str]) {
        for column in columns {
            if let Some(Value::Number(number)) = self.map.get(*column) {
                let text = number.to_string();
                self.map.insert((*column).to_owned(), Value::String(text));
            }
        }
    }

    fn real(&mut self, column: &str, label: &str) {
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

    fn whole(&mut self, column: &str, label: &str) {
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

    fn flag(&mut self, column: &str, label: &str) {
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
    fn words(&mut self, column: &str) {
        let Some(text) = self.text(column) else {
            return;
        };
        let words: Vec<_> = text
            .split(is_between)
            .filter(|word| !word.is_empty())
            .collect();
        self.map.insert(column.to_owned(), json!(words));
    }

    /// A text that holds JSON becomes what it holds.
    fn document(&mut self, column: &str, label: &str) {
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
    fn choice(
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
    fn point(&mut self) {
        self.real("lat", "纬度");
        self.real("lon", "经度");
        if let Some(crs) = self.text("crs") {
            self.map
                .insert("crs".to_owned(), json!(crs.to_ascii_lowercase()));
        }
        let is_zero = |name| self.map.get(name).and_then(Value::as_f64) == Some(0.0);
        if is_zero("lat") && is_zero("lon") {
            self.take("lat");
            self.take("lon");
        }
    }

    /// Moves a column into an object, unless the object has the field already.
    fn nest(&mut self, column: &str, object: &str, field: &str) {
        let Some(value) = self.take(column) else {
            return;
        };
        let inner = self.map.entry(object).or_insert_with(|| json!({}));
        if let Value::Object(inner) = inner {
            inner.entry(field).or_insert(value);
        }
    }
}

/// Makes a posting's object. Answers whether its validity counts from now.
fn posting(cells: &mut Cells, now: Moment) -> bool {
    cells.as_text(&[
        "external_id",
        "title",
        "description",
        "occupation",
        "employer_name",
        "employer_uscc",
        "address",
        "city",
        "district",
        "division",
        "requirements",
    ]);
    for column in ["skills", "benefits", "stations"] {
        cells.words(column);
    }
    cells.point();
    cells.whole("headcount", "招聘人数");
    cells.flag("instant", "即时快招");
    place(cells);
    wage(cells);
    let kinds = crate::domain::org::EmployerKind::ALL.iter();
    cells.choice(
        "employer_kind",
        kinds.map(|kind| (kind.word(), kind.label())),
    );
    for (column, field) in [
        ("employer_name", "name"),
        ("employer_uscc", "uscc"),
        ("employer_kind", "kind"),
    ] {
        cells.nest(column, "employer", field);
    }
    shifts(cells);
    // A list that states no conditions has none to state.
    cells
        .map
        .entry("requirements")
        .or_insert_with(|| json!("不限"));
    validity(cells, now)
}

/// `address`, `city`, `district`, `division`: the place in words, and its county where it is told.
fn place(cells: &mut Cells) {
    let city = cells
        .take("city")
        .and_then(|v| v.as_str().map(str::to_owned));
    let district = cells
        .take("district")
        .and_then(|v| v.as_str().map(str::to_owned));
    let within = [city, district].into_iter().flatten().collect::<Vec<_>>();
    match cells.text("division") {
        Some(text) => match division::find(&text) {
            Ok(found) => match found.county() {
                Some(code) => {
                    cells.map.insert("division".to_owned(), json!(code));
                }
                None => {
                    cells.take("division");
                }
            },
            // A county that the list of divisions lacks may be a new one.
            Err(_) if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) => {}
            Err(division::NotADivision::Ambiguous) => {
                let message = format!("“{text}”不止一个，请写上省、市，或用6位区划代码");
                cells.fault("division", "unknown", message);
            }
            Err(division::NotADivision::Unknown) => {
                cells.fault("division", "unknown", format!("没有“{text}”这个区划"));
            }
        },
        None if !within.is_empty() => {
            // Cities of foreign lists are also 全国 or abroad: they stay words.
            let found = division::find(&within.join(" ")).or_else(|_| {
                within
                    .first()
                    .map_or(Err(division::NotADivision::Unknown), |city| {
                        division::find(city)
                    })
            });
            if let Some(code) = found.ok().and_then(division::Division::county) {
                cells.map.insert("division".to_owned(), json!(code));
            }
        }
        None => {}
    }
    if !cells.map.contains_key("address") && !within.is_empty() {
        cells
            .map
            .insert("address".to_owned(), json!(within.concat()));
    }
}

/// Fen from an amount in yuan as people write it: `18`, `18.5`, `8000.00`.
fn fen_of(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(part) || part.len() > 2 {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    whole
        .parse::<i64>()
        .ok()?
        .checked_mul(100)?
        .checked_add(cents)
}

/// `wage_min`, `wage_max`, `wage_unit` (`month`, `月`, `元/月`), `wage_currency_unit`, `settlement`.
fn wage(cells: &mut Cells) {
    let currency = cells.text("wage_currency_unit");
    let mut is_fen = match currency.as_deref() {
        None | Some("yuan" | "元") => false,
        Some("fen" | "分") => true,
        Some(_) => {
            cells.fault(
                "wage_currency_unit",
                "unknown",
                "金额单位不对，可以是：yuan、fen",
            );
            false
        }
    };
    cells.take("wage_currency_unit");
    if let Some(text) = cells.text("wage_unit") {
        let unit = match text.split_once('/') {
            Some(("元", unit)) => {
                is_fen = false;
                unit
            }
            Some(("分", unit)) => {
                is_fen = true;
                unit
            }
            _ => &text,
        };
        let unit = match unit {
            "时" => "小时",
            "日" => "天",
            other => other,
        };
        cells.map.insert("wage_unit".to_owned(), json!(unit));
        cells.choice(
            "wage_unit",
            WageUnit::ALL.iter().map(|unit| (unit.word(), unit.label())),
        );
    }
    cells.choice(
        "settlement",
        Settlement::ALL
            .iter()
            .map(|paid| (paid.word(), paid.label())),
    );
    for (column, field, label) in [
        ("wage_min", "min_fen", "最低工资"),
        ("wage_max", "max_fen", "最高工资"),
    ] {
        cells.as_text(&[column]);
        if let Some(text) = cells.text(column) {
            let amount = if is_fen {
                text.parse().ok()
            } else {
                fen_of(&text)
            };
            match amount {
                Some(fen) if (1..=limits::WAGE_FEN_MAX).contains(&fen) => {
                    cells.map.insert(column.to_owned(), json!(fen));
                }
                Some(_) => {
                    let max = limits::WAGE_FEN_MAX / 100;
                    cells.fault(column, "range", format!("{label}应当大于0，最多{max}元"));
                }
                None if is_fen => cells.fault(column, "type", format!("{label}（分）应当是整数")),
                None => cells.fault(
                    column,
                    "type",
                    format!("{label}（元）应当是数字，最多两位小数"),
                ),
            }
        }
        cells.nest(column, "wage", field);
    }
    cells.nest("wage_unit", "wage", "unit");
    cells.nest("settlement", "wage", "settlement");
}

/// `shift_start` and `shift_end`, or `shifts` as JSON.
fn shifts(cells: &mut Cells) {
    cells.document("shifts", "班次");
    let (start, end) = (cells.text("shift_start"), cells.text("shift_end"));
    for (column, other, label) in [
        ("shift_start", &end, "上班时间"),
        ("shift_end", &start, "下班时间"),
    ] {
        match cells.text(column) {
            None if other.is_some() => {
                cells.fault(
                    column,
                    "missing",
                    format!("请填写{label}，或者上下班时间都不填"),
                );
            }
            None => {}
            Some(text) => match When::parse(&text) {
                Some(When::Moment(moment)) => {
                    cells
                        .map
                        .insert(column.to_owned(), json!(moment.to_string()));
                }
                Some(When::Day(_)) => cells.fault(column, "format", format!("{label}请写上几点")),
                None => {
                    let message = format!("{label}的写法不对，例如 2026-12-01 08:00");
                    cells.fault(column, "format", message);
                }
            },
        }
    }
    if let (Some(start), Some(end)) = (cells.take("shift_start"), cells.take("shift_end")) {
        let one = json!([{ "start": start, "end": end }]);
        cells.map.entry("shifts").or_insert(one);
    }
}

/// `valid_until` (a day counts to its end), else `valid_days` from now. Answers whether it counts
/// from now.
fn validity(cells: &mut Cells, now: Moment) -> bool {
    if let Some(text) = cells.text("valid_until") {
        cells.take("valid_days");
        match When::parse(&text) {
            Some(When::Moment(moment)) => {
                cells
                    .map
                    .insert("valid_until".to_owned(), json!(moment.to_string()));
            }
            Some(When::Day(day)) => {
                let last = Moment::from_shanghai(day.at(23, 59, 59, 0));
                cells
                    .map
                    .insert("valid_until".to_owned(), json!(last.to_string()));
            }
            None => cells.fault("valid_until", "format", "有效期的写法不对，例如 2026-12-31"),
        }
        return false;
    }
    cells.whole("valid_days", "有效天数");
    match cells.take("valid_days").map(|days| days.as_i64()) {
        Some(Some(days)) if (1..=limits::VALID_DAYS_MAX).contains(&days) => {
            let until = now.plus(days * DAY).to_string();
            cells.map.insert("valid_until".to_owned(), json!(until));
            true
        }
        Some(_) => {
            let max = limits::VALID_DAYS_MAX;
            cells.fault(
                "valid_days",
                "range",
                format!("有效天数应当是1到{max}的整数"),
            );
            false
        }
        None => false,
    }
}

/// A time as people write it, in Shanghai where no offset stands.
enum When {
    Day(jiff::civil::Date),
    Moment(Moment),
}

impl When {
    /// RFC 3339, `2026-12-01 08:00`, `2026/12/1 8:00`, `2026年12月1日 08:00`, or a day alone.
    fn parse(text: &str) -> Option<When> {
        if let Ok(moment) = text.parse() {
            return Some(When::Moment(moment));
        }
        let text = text
            .replace(['/', '年', '月'], "-")
            .replace(['日', 'T'], " ");
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
            When::Moment(Moment::from_shanghai(day.at(
                hour as i8,
                minute as i8,
                second as i8,
                0,
            )))
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

/// Makes a worker's object.
fn worker(cells: &mut Cells) {
    cells.as_text(&[
        "external_id",
        "name",
        "phone",
        "id_number",
        "household",
        "village",
        "division",
    ]);
    cells.point();
    cells.real("radius_km", "愿意去的距离（公里）");
    cells.words("skills");
    cells.words("groups");
    if cells
        .text("available")
        .is_some_and(|text| text.starts_with('['))
    {
        cells.document("available", "可上班时间");
    }
    let within = match cells.text("division") {
        None => "",
        Some(text) => match division::find(&text) {
            Ok(found) => found.code.trim_end_matches("00"),
            Err(_) => {
                cells.fault(
                    "division",
                    "unknown",
                    format!("没有“{text}”这个区划，或者不止一个"),
                );
                ""
            }
        },
    };
    let Some(text) = cells.text("village") else {
        return;
    };
    match division::village(&text, within) {
        Ok(village) => {
            cells.map.insert("village".to_owned(), json!(village.code));
        }
        Err(division::NotADivision::Ambiguous) => {
            let message = format!("“{text}”不止一个，请写上乡镇，或用12位代码");
            cells.fault("village", "unknown", message);
        }
        // Newer than the list, or elsewhere: it stays as it was given.
        Err(division::NotADivision::Unknown) if !text.bytes().all(|b| b.is_ascii_digit()) => {}
        Err(division::NotADivision::Unknown) if text.len() == 12 => {}
        Err(division::NotADivision::Unknown) => {
            cells.fault("village", "format", "村（社区）代码应当是12位数字");
        }
    }
}
