//! A posting as a form: its fields from a posting, and the intake's input from its fields.
//!
//! Amounts are in yuan here and in fen inside; a shift is a day and two times, of which the second
//! means the next day where it is earlier than the first.

use jiff::civil::{Date, Time};
use serde_json::{Map, Value, json};

use super::{
    input::{Faults, Form, plain},
    provides_form,
    sketch::HOME,
};
use crate::{
    domain::{
        calendar::Day,
        identity::Uscc,
        posting::Terms,
        time::{DAY, Moment, SECOND},
    },
    market::time_of_day,
};

/// The counties and districts of Yinchuan (GB/T 2260).
pub const DIVISIONS: [(&str, &str); 6] = [
    (HOME, "金凤区"),
    ("640104", "兴庆区"),
    ("640105", "西夏区"),
    ("640121", "永宁县"),
    ("640122", "贺兰县"),
    ("640181", "灵武市"),
];

/// Names that may come more than once: the rows of shifts, and stations.
pub const REPEATED: [&str; 4] = ["shift_date", "shift_start", "shift_end", "stations"];

/// Each part of the input and the fields that it is made of, from the form's top to its end.
const PARTS: [(&str, &[&str]); 22] = [
    ("title", &["title"]),
    ("description", &["description"]),
    ("skills", &["skills"]),
    ("occupation", &["occupation"]),
    ("employer", &["employer_name", "employer_uscc", "employer_kind"]),
    ("address", &["address"]),
    ("division", &["division"]),
    ("lat", &["lat", "lon", "crs"]),
    ("lon", &["lat", "lon", "crs"]),
    ("crs", &["lat", "lon", "crs"]),
    ("shifts", &["shift_date", "shift_start", "shift_end"]),
    ("valid_until", &["valid_until"]),
    ("wage", &["wage_min", "wage_max", "wage_unit", "settlement"]),
    ("meals", &["meals"]),
    ("lodging", &["lodging"]),
    ("tools", &["tools"]),
    ("insurance", &["insurance"]),
    ("benefits", &["benefits"]),
    ("pickup", &provides_form::PICKUP),
    ("headcount", &["headcount"]),
    ("requirements", &["requirements"]),
    ("instant", &["instant"]),
];

/// How far down in the form a field stands.
pub fn place(field: &str) -> usize {
    let is_shift = field.starts_with("shift-");
    let found = PARTS.iter().position(|(part, fields)| {
        fields.contains(&field) || *part == field || (is_shift && *part == "shifts")
    });
    found.unwrap_or(PARTS.len())
}

/// One row of shifts as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShiftRow {
    /// The day it starts on.
    pub date: String,
    /// When it starts.
    pub start: String,
    /// When it ends.
    pub end: String,
}

/// The rows of shifts of a form; where one of the three lists is shorter, the rest is blank.
pub fn shift_rows(form: &Form) -> Vec<ShiftRow> {
    let [dates, starts, ends] =
        ["shift_date", "shift_start", "shift_end"].map(|name| form.all(name).collect::<Vec<_>>());
    let most = dates.len().max(starts.len()).max(ends.len());
    let at = |list: &[&str], i: usize| list.get(i).copied().unwrap_or_default().to_owned();
    let row = |i| ShiftRow { date: at(&dates, i), start: at(&starts, i), end: at(&ends, i) };
    (0..most).map(row).collect()
}

fn day_text(at: Moment) -> String {
    at.day().to_string()
}

fn clock_text(at: Moment) -> String {
    at.shanghai().strftime("%H:%M").to_string()
}

/// The form of terms that stand.
pub fn values_of(terms: &Terms) -> Form {
    let employer = &terms.employer;
    let uscc = employer.uscc.as_ref().map(Uscc::as_str).unwrap_or_default();
    let degrees = |degrees: Option<f64>| degrees.map(|d| format!("{d:.6}")).unwrap_or_default();
    let wage = terms.wage;
    let max = if wage.max() == wage.min() { String::new() } else { wage.max().to_string() };
    // One that was told from the title is not the poster's word.
    let named = terms.occupation.as_ref().filter(|_| terms.occupation_percent.is_none());
    let occupation = named.map(|code| code.as_str());
    let mut pairs = vec![
        ("title", terms.title.clone()),
        ("description", terms.description.clone()),
        ("occupation", occupation.unwrap_or_default().to_owned()),
        ("skills", terms.skills.join("、")),
        ("employer_name", employer.name.clone()),
        ("employer_uscc", uscc.to_owned()),
        ("employer_kind", employer.kind.word().to_owned()),
        ("address", terms.address.clone()),
        ("division", terms.division.clone().unwrap_or_default()),
        ("lat", degrees(terms.point.map(|point| point.lat()))),
        ("lon", degrees(terms.point.map(|point| point.lon()))),
        ("crs", "wgs84".to_owned()),
        ("wage_min", wage.min().to_string()),
        ("wage_max", max),
        ("wage_unit", wage.unit.word().to_owned()),
        ("settlement", wage.settlement.word().to_owned()),
        ("headcount", terms.headcount.to_string()),
        ("benefits", terms.benefits.join("、")),
        ("requirements", terms.requirements.clone()),
        ("instant", if terms.instant { "yes" } else { "no" }.to_owned()),
        ("valid_until", day_text(terms.valid_until)),
    ];
    pairs.extend(provides_form::values_of(&terms.provides));
    for shift in &terms.shifts {
        pairs.push(("shift_date", day_text(shift.start)));
        pairs.push(("shift_start", clock_text(shift.start)));
        pairs.push(("shift_end", clock_text(shift.end)));
    }
    pairs.extend(terms.stations.iter().map(|id| ("stations", id.to_string())));
    Form::of(pairs)
}

/// A new form: tomorrow's day shift, a week's validity.
pub fn blank(now: Moment) -> Form {
    Form::of([
        ("employer_kind", "enterprise".to_owned()),
        ("division", HOME.to_owned()),
        ("crs", "wgs84".to_owned()),
        ("pickup_crs", "wgs84".to_owned()),
        ("wage_unit", "day".to_owned()),
        ("settlement", "daily".to_owned()),
        ("shift_date", day_text(now.plus(DAY))),
        ("shift_start", "08:00".to_owned()),
        ("shift_end", "18:00".to_owned()),
        ("requirements", "不限".to_owned()),
        ("instant", "yes".to_owned()),
        ("valid_until", day_text(now.plus(7 * DAY))),
    ])
}

/// The form of terms to be posted once more: the same hours, the first of them tomorrow.
pub fn again(terms: &Terms, now: Moment) -> Form {
    let mut terms = terms.clone();
    let first = terms.shifts.iter().map(|shift| shift.start).min();
    let ahead = match first {
        Some(start) => start.day().days_until(now.plus(DAY).day()) * DAY,
        None => 0,
    };
    for shift in &mut terms.shifts {
        shift.start = shift.start.plus(ahead);
        shift.end = shift.end.plus(ahead);
    }
    let last = terms.shifts.iter().map(|shift| shift.end).max();
    let week = now.plus(7 * DAY);
    terms.valid_until = last.map_or(week, |end| end.max(week));
    values_of(&terms)
}

/// An amount in yuan as fen: `220`, `18.5`; `None` for anything else.
pub fn fen(text: &str) -> Option<i64> {
    let (yuan, rest) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !digits(yuan, 9) || !digits(rest, 2) {
        return None;
    }
    let (whole, part): (i64, i64) = (yuan.parse().ok()?, rest.parse().ok()?);
    Some(whole * 100 + if rest.len() == 1 { part * 10 } else { part })
}

fn at(date: Date, time: Time) -> Moment {
    Moment::from_shanghai(date.to_datetime(time))
}

/// Words set apart by commas, semicolons, enumeration commas or white space.
fn words(text: &str) -> Vec<&str> {
    let apart = |c: char| c.is_whitespace() || "、,，;；".contains(c);
    text.split(apart).filter(|word| !word.is_empty()).collect()
}

fn text_or_null(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() { Value::Null } else { json!(text) }
}

/// A form that was read.
pub struct Read {
    /// The input for the intake.
    pub input: Map<String, Value>,
    /// The row of each shift of the input.
    pub row_of: Vec<usize>,
}

/// Makes the intake's input; what can't be converted is noted at its field.
pub fn read(form: &Form, asks_employer: bool, faults: &mut Faults) -> Read {
    let mut input = Map::new();
    let mut put = |name: &str, value: Value| drop(input.insert(name.to_owned(), value));
    for name in ["title", "description", "address", "requirements"] {
        put(name, json!(form.get(name)));
    }
    put("division", text_or_null(form.get("division")));
    put("occupation", text_or_null(&form.plain("occupation")));
    for name in ["skills", "benefits"] {
        put(name, json!(words(form.get(name))));
    }
    if asks_employer {
        let employer = json!({
            "name": form.get("employer_name"),
            "uscc": text_or_null(&form.plain("employer_uscc")),
            "kind": text_or_null(form.get("employer_kind")),
        });
        put("employer", employer);
    }
    put("lat", form.number("lat", faults, "纬度要写数字，例如 38.35"));
    put("lon", form.number("lon", faults, "经度要写数字，例如 106.25"));
    put("crs", text_or_null(form.get("crs")));
    let mut amount = |name: &str| {
        let text = form.plain(name);
        let fen = fen(&text);
        if fen.is_none() && !text.is_empty() {
            faults.add(name, "工钱要写数字，单位是元，例如 220 或 18.5");
        }
        fen
    };
    let wage = json!({
        "min_fen": amount("wage_min"),
        "max_fen": amount("wage_max"),
        "unit": text_or_null(form.get("wage_unit")),
        "settlement": text_or_null(form.get("settlement")),
    });
    put("wage", wage);
    let headcount = form.plain("headcount");
    let heads = headcount.parse::<i64>().ok();
    if heads.is_none() && !headcount.is_empty() {
        faults.add("headcount", "人数要写整数，例如 5");
    }
    put("headcount", json!(heads));
    let instant = match form.get("instant") {
        "yes" => json!(true),
        "no" => json!(false),
        _ => {
            faults.add("instant", "请选择怎么报名");
            Value::Null
        }
    };
    put("instant", instant);
    put("stations", json!(form.all("stations").collect::<Vec<_>>()));
    let until = form.plain("valid_until");
    let day = until.parse::<Day>();
    if day.is_err() && !until.is_empty() {
        faults.add("valid_until", "日期写不对，例如 2026-12-01");
    }
    // Valid through the whole day.
    let end = day.map(|day| at(day.date(), Time::midnight()).plus(DAY - SECOND).to_string());
    put("valid_until", json!(end.ok()));
    for (name, value) in provides_form::read(form, faults) {
        put(name, value);
    }
    let (shifts, row_of) = shifts(form, faults);
    put("shifts", json!(shifts));
    Read { input, row_of }
}

fn shifts(form: &Form, faults: &mut Faults) -> (Vec<Value>, Vec<usize>) {
    let (mut shifts, mut row_of) = (Vec::new(), Vec::new());
    for (i, row) in shift_rows(form).iter().enumerate() {
        let [date, start, end] = [&row.date, &row.start, &row.end].map(|text| plain(text));
        // A row that nobody filled in is no shift.
        if date.is_empty() {
            continue;
        }
        let (day, from, to) = (date.parse::<Day>(), time_of_day(&start), time_of_day(&end));
        if day.is_err() {
            faults.add(format!("shift-{i}-date"), "日期写不对，例如 2026-12-01");
        }
        for (part, time) in [("start", from), ("end", to)] {
            if time.is_none() {
                faults.add(format!("shift-{i}-{part}"), "时间写不对，例如 8:00");
            }
        }
        let (Ok(day), Some(from), Some(to)) = (day, from, to) else {
            continue;
        };
        let last = if to < from { day.next() } else { day };
        let (start, end) = (at(day.date(), from), at(last.date(), to));
        shifts.push(json!({ "start": start.to_string(), "end": end.to_string() }));
        row_of.push(i);
    }
    (shifts, row_of)
}

/// The field at which a fault of the intake is shown.
pub fn field_of(path: &str, row_of: &[usize]) -> String {
    let field = match path {
        "wage" | "wage.min_fen" => "wage_min",
        "wage.max_fen" => "wage_max",
        "wage.unit" => "wage_unit",
        "wage.settlement" => "settlement",
        "employer" | "employer.name" => "employer_name",
        "employer.uscc" => "employer_uscc",
        "employer.kind" => "employer_kind",
        _ => match (path.strip_prefix("shifts["), path.strip_prefix("pickup")) {
            (Some(rest), _) => return shift_field(rest, row_of),
            (_, Some(rest)) => return provides_form::field_of(rest),
            _ => path.split(['[', '.']).next().unwrap_or(path),
        },
    };
    field.to_owned()
}

/// `rest` is what follows `shifts[`: `0].start`.
fn shift_field(rest: &str, row_of: &[usize]) -> String {
    let (i, part) = rest.split_once(']').unwrap_or((rest, ""));
    let row = i.parse::<usize>().ok().and_then(|i| row_of.get(i));
    let part = match part {
        ".start" => "start",
        ".end" => "end",
        _ => "date",
    };
    row.map_or_else(|| "shifts".to_owned(), |row| format!("shift-{row}-{part}"))
}

/// Of an input, only what the person changed against the form that was given out: a field that
/// was left alone keeps what the record says more exactly than a form can.
pub fn patch(sent: &Form, given: &Form, input: Map<String, Value>) -> Map<String, Value> {
    let values = |form: &Form, name: &str| -> Vec<String> {
        form.all(name).map(|text| text.replace('\r', "").trim().to_owned()).collect()
    };
    let blank_as_none = |mut values: Vec<String>| {
        values.retain(|value| !value.is_empty());
        values
    };
    let same =
        |name: &&str| blank_as_none(values(sent, name)) == blank_as_none(values(given, name));
    let parts = PARTS.iter().chain(std::iter::once(&("stations", &["stations"] as &[&str])));
    let left_alone: Vec<&str> =
        parts.filter(|(_, fields)| fields.iter().all(same)).map(|(part, _)| *part).collect();
    input.into_iter().filter(|(name, _)| !left_alone.contains(&name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_become_fen_without_rounding() {
        for (text, want) in [
            ("220", Some(22_000)),
            ("18.5", Some(1_850)),
            ("0.05", Some(5)),
            ("18.505", None),
            ("-1", None),
            ("1e3", None),
            ("二百", None),
            ("18.", None),
            (".5", None),
            ("9999999999", None),
        ] {
            assert_eq!(fen(text), want, "{text}");
        }
    }

    fn shift_of(date: &str, start: &str, end: &str) -> (Value, Faults) {
        let pairs = [("shift_date", date), ("shift_start", start), ("shift_end", end)];
        let form = Form::of(pairs.map(|(name, value)| (name, value.to_owned())));
        let mut faults = Faults::default();
        let read = read(&form, false, &mut faults);
        (read.input["shifts"].clone(), faults)
    }

    #[test]
    fn an_end_before_the_start_means_the_next_day() {
        let (shifts, _) = shift_of("2026-11-25", "２０：００", "6:30");
        let want = json!([{
            "start": "2026-11-25T20:00:00+08:00",
            "end": "2026-11-26T06:30:00+08:00",
        }]);
        assert_eq!(shifts, want);
    }

    #[test]
    fn what_is_no_time_is_a_fault_of_its_row() {
        let (shifts, faults) = shift_of("2026-11-25", "morning", "25:00");
        assert_eq!(shifts, json!([]));
        assert!(faults.at("shift-0-start").is_some() && faults.at("shift-0-end").is_some());
    }

    #[test]
    fn faults_of_the_intake_find_their_fields() {
        for (path, field) in [
            ("title", "title"),
            ("wage.min_fen", "wage_min"),
            ("shifts[1].end", "shift-4-end"),
            ("shifts", "shifts"),
            ("stations[3]", "stations"),
            ("employer.uscc", "employer_uscc"),
            ("pickup.time", "pickup_time"),
            ("pickup", "pickup_address"),
        ] {
            assert_eq!(field_of(path, &[0, 4]), field);
        }
    }

    #[test]
    fn only_what_was_changed_is_sent_on() {
        let given = blank("2026-11-24T02:00:00Z".parse().unwrap());
        let mut faults = Faults::default();
        let input = read(&given, true, &mut faults).input;
        assert!(patch(&given, &given, input.clone()).is_empty());
        let sent = Form::parse("headcount=5".as_bytes()).unwrap();
        assert!(patch(&sent, &given, input).contains_key("headcount"));
    }
}
