//! A placement from a JSON object.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Fields, posting::employer};
use crate::domain::{
    calendar::{Day, Month},
    division,
    fields::FieldErrors,
    identity::Phone,
    ids::{BookingId, WorkerId},
    income::IncomeKind,
    limits,
    money::Fen,
    org::{Employer, EmployerKind},
    placement::Insurance,
};

/// Whom a placement is for, as the input names the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Whom {
    /// By the worker's id.
    Worker(WorkerId),
    /// By phone and name, as a broker knows people.
    Person {
        /// The phone.
        phone: Phone,
        /// The name.
        name: String,
    },
    /// Whoever holds this booking.
    Booking(BookingId),
}

/// What an input says of a placement.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Who works.
    pub whom: Whom,
    /// Who employs; none where a booking tells it.
    pub employer: Option<Employer>,
    /// County code of the work; none where a booking tells it.
    pub division: Option<String>,
    /// County code of the hukou; none where the worker's village tells it.
    pub hukou: Option<String>,
    /// The first day.
    pub start: Day,
    /// When the contract was signed.
    pub contract_signed: Option<Day>,
}

/// What an input changes in a placement; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlacementPatch {
    /// When the contract was signed.
    pub contract_signed: Option<Day>,
    /// Insured months: each takes the place of what was held of that month; no kinds remove it.
    pub insured: BTreeMap<Month, BTreeSet<Insurance>>,
    /// Months in which the employer confirmed that the person is there.
    pub proofs: BTreeSet<Month>,
}

/// An income that is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// The day it was paid.
    pub day: Day,
    /// How much.
    pub amount: Fen,
    /// County code of the work.
    pub division: String,
    /// Where it came from.
    pub kind: IncomeKind,
}

/// Reads a placement.
///
/// # Errors
/// Every field's fault.
pub fn placement(map: &Map<String, Value>, today: Day) -> Result<Placed, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let whom = whom(&fields, errors);
    let from_booking = matches!(whom, Some(Whom::Booking(_)));
    let employer = match fields.object(errors, "employer", "用工主体") {
        Some(inner) => employer(&inner, errors),
        None if from_booking || errors.touches("employer") => None,
        None => {
            errors.add("employer.name", "missing", "请填写用工主体名称");
            None
        }
    };
    if employer.as_ref().is_some_and(|employer| employer.kind == EmployerKind::Individual) {
        let message = "个人雇主不属于稳定就业的用工主体，请选单位的类型";
        errors.add("employer.kind", "unknown", message);
    }
    let division = county(&fields, errors, "division", "上班的区县");
    if division.is_none() && !from_booking && !errors.touches("division") {
        errors.add("division", "missing", "请填写上班的区县，例如 苏州市虎丘区");
    }
    let hukou = county(&fields, errors, "hukou", "户籍所在区县");
    let start = day(&fields, errors, "start", "上岗日期");
    if start.is_none() && !errors.touches("start") {
        errors.add("start", "missing", "请填写上岗日期");
    }
    if let Some(start) = start {
        let first = today.year() - limits::PLACEMENT_YEARS_MAX as i16;
        if start.year() < first || start > today.add_days(31) {
            let message = format!("上岗日期应当在{first}年以后、一个月以内");
            errors.add("start", "range", message);
        }
    }
    let contract_signed = signed(&fields, errors, today);
    match (whom, start) {
        (Some(whom), Some(start)) if faults.is_empty() => {
            Ok(Placed { whom, employer, division, hukou, start, contract_signed })
        }
        _ => Err(faults),
    }
}

/// Reads what changes in a placement.
///
/// # Errors
/// Every field's fault.
pub fn placement_patch(
    map: &Map<String, Value>,
    today: Day,
) -> Result<PlacementPatch, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let contract_signed = signed(&fields, errors, today);
    let mut insured = BTreeMap::new();
    match fields.get("insured") {
        None => {}
        Some(Value::Object(months)) => {
            for (name, kinds) in months {
                let path = format!("insured.{name}");
                let Some(month) = month(errors, &path, name, today) else {
                    continue;
                };
                let words = kinds.as_array().map(Vec::as_slice).unwrap_or_default();
                let read: Option<BTreeSet<Insurance>> = words.iter().map(insurance).collect();
                match read.filter(|_| kinds.is_array()) {
                    Some(kinds) => drop(insured.insert(month, kinds)),
                    None => errors.add(path, "unknown", INSURANCE_HINT),
                }
            }
        }
        Some(_) => errors.add("insured", "type", "参保月份应当是月份到险种的对照"),
    }
    let mut proofs = BTreeSet::new();
    let items = fields.list(errors, "proofs", "在岗月份", limits::TAGS_MAX);
    for (i, item) in items.into_iter().flatten().enumerate() {
        let text = item.as_str().unwrap_or_default();
        proofs.extend(month(errors, &format!("proofs[{i}]"), text, today));
    }
    if faults.is_empty() {
        Ok(PlacementPatch { contract_signed, insured, proofs })
    } else {
        Err(faults)
    }
}

/// Reads an income.
///
/// # Errors
/// Every field's fault.
pub fn income(map: &Map<String, Value>, today: Day) -> Result<Declared, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let paid = day(&fields, errors, "date", "发钱的日期");
    match paid {
        None if !errors.touches("date") => errors.add("date", "missing", "请填写发钱的日期"),
        Some(paid) if paid > today => errors.add("date", "range", "发钱的日期不能在今天以后"),
        _ => {}
    }
    let range = 1..=limits::WAGE_FEN_MAX;
    if !fields.is_given("amount_fen") {
        errors.add("amount_fen", "missing", "请填写金额");
    }
    let amount = fields.whole(errors, "amount_fen", "金额（分）", range);
    let division = county(&fields, errors, "division", "干活的区县");
    if division.is_none() && !errors.touches("division") {
        errors.add("division", "missing", "请填写干活的区县");
    }
    let kind = fields.choice::<IncomeKind>(errors, "kind", "收入类型", "wage、self_employment");
    let whole =
        (|| Some(Declared { day: paid?, amount: Fen(amount?), division: division?, kind: kind? }))(
        );
    match whole {
        Some(declared) if faults.is_empty() => Ok(declared),
        _ => Err(faults),
    }
}

/// A kind of insurance by its word on the wire or for people.
pub fn insurance_of(word: &str) -> Option<Insurance> {
    let word = word.trim().trim_end_matches("保险");
    Insurance::ALL.iter().copied().find(|kind| kind.word() == word || kind.label() == word)
}

/// Which kinds there are.
pub const INSURANCE_HINT: &str = "险种可以是：养老、医疗、失业、工伤、生育";

fn insurance(value: &Value) -> Option<Insurance> {
    insurance_of(value.as_str()?)
}

fn whom(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<Whom> {
    if let Some(text) = fields.text_maybe(errors, "booking_id", "报名编号", limits::KEY_CHARS_MAX)
    {
        let id = text.parse().ok();
        if id.is_none() {
            errors.add("booking_id", "format", "报名编号不对");
        }
        return id.map(Whom::Booking);
    }
    if let Some(text) = fields.text_maybe(errors, "worker_id", "求职者编号", limits::KEY_CHARS_MAX)
    {
        let id = text.parse().ok();
        if id.is_none() {
            errors.add("worker_id", "format", "求职者编号不对");
        }
        return id.map(Whom::Worker);
    }
    let name = fields.text(errors, "name", "姓名", limits::PERSON_NAME_CHARS);
    let phone = fields.text(errors, "phone", "手机号", (1, 40))?;
    let parsed = phone.parse::<Phone>().ok();
    if parsed.is_none() {
        errors.add("phone", "format", "手机号不对，应当是11位数字");
    }
    Some(Whom::Person { phone: parsed?, name: name? })
}

fn signed(fields: &Fields<'_>, errors: &mut FieldErrors, today: Day) -> Option<Day> {
    let signed = day(fields, errors, "contract_signed", "合同签订日期")?;
    if signed > today {
        errors.add("contract_signed", "range", "合同签订日期不能在今天以后");
    }
    Some(signed)
}

/// A county by its code or name.
fn county(
    fields: &Fields<'_>,
    errors: &mut FieldErrors,
    name: &str,
    label: &str,
) -> Option<String> {
    let text = fields.text_maybe(errors, name, label, 40)?;
    match division::find(&text).map(division::Division::county) {
        Ok(Some(code)) => return Some(code.to_owned()),
        Ok(None) => {
            let message = format!("{label}要写到区县，例如 苏州市虎丘区");
            errors.add(fields.path(name), "format", message);
        }
        Err(division::NotADivision::Ambiguous) => {
            let message = format!("全国不止一个“{text}”，请在前面写上省市");
            errors.add(fields.path(name), "unknown", message);
        }
        Err(division::NotADivision::Unknown) => {
            errors.add(fields.path(name), "unknown", format!("没有找到“{text}”这个区县"));
        }
    }
    None
}

/// A civil day that may be missing.
pub(super) fn day(
    fields: &Fields<'_>,
    errors: &mut FieldErrors,
    name: &str,
    label: &str,
) -> Option<Day> {
    let text = fields.text_maybe(errors, name, label, 40)?;
    let day = text.parse().ok();
    if day.is_none() {
        errors.add(fields.path(name), "format", format!("{label}的写法不对，例如 2026-05-01"));
    }
    day
}

fn month(errors: &mut FieldErrors, path: &str, text: &str, today: Day) -> Option<Month> {
    match text.trim().parse::<Month>() {
        Ok(month) if month <= today.month() => Some(month),
        Ok(_) => {
            errors.add(path, "range", "月份不能在本月以后");
            None
        }
        Err(_) => {
            errors.add(path, "format", "月份的写法不对，例如 2026-05");
            None
        }
    }
}
