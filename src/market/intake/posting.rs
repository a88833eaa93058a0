//! A posting's terms from a JSON object (names as in the HTTP contract).

use jiff::civil::Time;
use serde_json::{Map, Value};

use super::{Fields, occupation};
use crate::domain::{
    fields::FieldErrors,
    identity::Uscc,
    ids::{OrgId, StationId},
    limits,
    money::Fen,
    org::{Employer, EmployerKind},
    posting::{Shift, Terms},
    provides::{Cover, Lodging, Meals, Pickup, Provides, Tools},
    time::{DAY, HOUR, Moment},
    wage::{OccupationCode, Settlement, Wage, WageUnit},
};

/// What an input says of a posting.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The terms.
    pub terms: Terms,
    /// The posting's id in the poster's own list.
    pub external_id: Option<String>,
}

/// Reads a posting; `own` is the employer where the input names none.
///
/// # Errors
/// Every field's fault.
pub fn posting(
    map: &Map<String, Value>,
    own: Option<&Employer>,
    now: Moment,
) -> Result<Posted, FieldErrors> {
    let fields = Fields::new(map, "");
    let mut faults = FieldErrors::default();
    let errors = &mut faults;
    let external_id = fields.text_maybe(errors, "external_id", "外部编号", limits::KEY_CHARS_MAX);
    let title = fields.text(errors, "title", "岗位名称", limits::TITLE_CHARS);
    let description =
        fields.text_maybe(errors, "description", "工作内容", limits::DESCRIPTION_CHARS_MAX);
    let occupation = fields.choice_maybe::<OccupationCode>(
        errors,
        "occupation",
        "职业代码",
        "职业分类大典代码，如 6-30-05-02",
    );
    let skills = fields.tags(errors, "skills", "技能");
    // Told from the title where nobody says it; a person at the desk may say otherwise.
    let (occupation, occupation_percent) = match (occupation, &title) {
        (Some(code), _) => (Some(code), None),
        (None, Some(title)) => occupation::of_title(title).unzip(),
        (None, None) => (None, None),
    };
    let employer = if fields.is_given("employer") {
        fields.object(errors, "employer", "用人单位").and_then(|inner| employer(&inner, errors))
    } else {
        if own.is_none() {
            errors.add("employer", "missing", "请填写用人单位");
        }
        own.cloned()
    };
    let via_broker = fields.choice_maybe::<OrgId>(errors, "via_broker", "经纪人", "经纪人的编号");
    let address = fields.text(errors, "address", "工作地点", limits::ADDRESS_CHARS);
    let division = division(&fields, errors);
    let point = fields.point(errors);
    let wage = wage(&fields, errors);
    let headcount = if fields.is_given("headcount") {
        fields.whole(errors, "headcount", "招聘人数", 1..=i64::from(limits::HEADCOUNT_MAX))
    } else {
        errors.add("headcount", "missing", "请填写招聘人数");
        None
    };
    let shifts = shifts(&fields, errors);
    let benefits = fields.tags(errors, "benefits", "待遇");
    let provides = provides(&fields, errors);
    let requirements = fields.text(
        errors,
        "requirements",
        "招聘条件（没有条件请写“不限”）",
        (1, limits::REQUIREMENTS_CHARS_MAX),
    );
    let instant = fields.flag(errors, "instant", "即时快招").unwrap_or(true);
    let stations = stations(&fields, errors);
    let valid_until = valid_until(&fields, errors, now);
    if let Some(last) = shifts.iter().map(|shift| shift.end).max()
        && last <= now
    {
        errors.add("shifts", "past", "班次都已经结束，请填写以后的班次");
    }
    let whole = (|| {
        Some(Terms {
            title: title?,
            description: description.unwrap_or_default(),
            occupation,
            occupation_percent,
            skills,
            employer: employer?,
            via_broker,
            address: address?,
            division,
            point,
            wage: wage?,
            headcount: u32::try_from(headcount?).ok()?,
            shifts,
            benefits,
            provides,
            requirements: requirements?,
            instant,
            stations,
            valid_until: valid_until?,
        })
    })();
    match whole {
        Some(terms) if faults.is_empty() => Ok(Posted { terms, external_id }),
        _ => Err(faults),
    }
}

pub(super) fn employer(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<Employer> {
    let name = fields.text(errors, "name", "用人单位名称", limits::ORG_NAME_CHARS);
    let uscc = match fields.text_maybe(errors, "uscc", "统一社会信用代码", 40) {
        Some(text) => match text.parse::<Uscc>() {
            Ok(code) => Some(code),
            Err(_) => {
                let message = "统一社会信用代码不对，请对照营业执照上的18位代码";
                errors.add(fields.path("uscc"), "format", message);
                None
            }
        },
        None => None,
    };
    let hint = "enterprise、cooperative、family_farm、grower、workshop、sole_trader、agency、broker、individual";
    let kind = if fields.is_given("kind") {
        fields.choice_maybe::<EmployerKind>(errors, "kind", "单位类型", hint)?
    } else {
        EmployerKind::Enterprise
    };
    Some(Employer { name: name?, uscc, kind })
}

fn division(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<String> {
    let code = fields.text_maybe(errors, "division", "区划代码", 20)?;
    if code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) {
        return Some(code);
    }
    errors.add(fields.path("division"), "format", "区划代码应当是6位数字，如 640106");
    None
}

fn wage(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<Wage> {
    if !fields.is_given("wage") {
        errors.add("wage", "missing", "请填写工资");
        return None;
    }
    let wage = fields.object(errors, "wage", "工资")?;
    let range = 1..=limits::WAGE_FEN_MAX;
    if !wage.is_given("min_fen") {
        errors.add(wage.path("min_fen"), "missing", "请填写最低工资");
    }
    let min = wage.whole(errors, "min_fen", "最低工资（分）", range.clone());
    let max = if wage.is_given("max_fen") {
        wage.whole(errors, "max_fen", "最高工资（分）", range)
    } else {
        min
    };
    let unit = wage.choice::<WageUnit>(errors, "unit", "计薪单位", "hour、day、month、piece");
    let settlement = wage.choice::<Settlement>(
        errors,
        "settlement",
        "结算方式",
        "daily、weekly、monthly、on_completion",
    );
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        errors.add(wage.path("max_fen"), "order", "最高工资不能低于最低工资");
    }
    Wage::new(Fen(min?), Fen(max?), unit?, settlement?)
}

pub(super) fn moment(
    fields: &Fields<'_>,
    errors: &mut FieldErrors,
    name: &str,
    label: &str,
) -> Option<Moment> {
    if !fields.is_given(name) {
        errors.add(fields.path(name), "missing", format!("请填写{label}"));
        return None;
    }
    let text = fields.text_of(errors, name, label)?;
    match text.parse() {
        Ok(moment) => Some(moment),
        Err(_) => {
            let message = format!("{label}的写法不对，例如 2026-12-01T08:00:00+08:00");
            errors.add(fields.path(name), "format", message);
            None
        }
    }
}

/// A list of spans, each with its two ends under these names, start before end.
pub(super) fn spans(
    fields: &Fields<'_>,
    errors: &mut FieldErrors,
    list: &str,
    label: &str,
    [start_name, end_name]: [&str; 2],
    longest: i64,
) -> Vec<Shift> {
    let mut spans = Vec::new();
    let items = fields.list(errors, list, label, limits::SHIFTS_MAX);
    for (i, item) in items.into_iter().flatten().enumerate() {
        let path = fields.path(&format!("{list}[{i}]"));
        let Value::Object(map) = item else {
            errors.add(path, "type", format!("{label}的格式不对"));
            continue;
        };
        let inner = Fields::new(map, format!("{path}."));
        let start = moment(&inner, errors, start_name, "开始时间");
        let end = moment(&inner, errors, end_name, "结束时间");
        let (Some(start), Some(end)) = (start, end) else {
            continue;
        };
        if start >= end {
            errors.add(inner.path(end_name), "order", "结束时间要晚于开始时间");
        } else if end.0 - start.0 > longest {
            let hours = longest / HOUR;
            errors.add(inner.path(end_name), "range", format!("一段时间最长{hours}小时"));
        } else {
            spans.push(Shift { start, end });
        }
    }
    spans.sort_by_key(|span| (span.start, span.end));
    spans
}

fn shifts(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<Shift> {
    let longest = limits::SHIFT_HOURS_MAX * HOUR;
    let shifts = spans(fields, errors, "shifts", "班次", ["start", "end"], longest);
    if shifts.windows(2).any(|pair| pair[0].overlaps(pair[1])) {
        errors.add("shifts", "order", "班次之间不能重叠");
    }
    shifts
}

fn provides(fields: &Fields<'_>, errors: &mut FieldErrors) -> Provides {
    Provides {
        meals: fields.choice_maybe::<Meals>(errors, "meals", "吃饭", "none、one、all"),
        lodging: fields.choice_maybe::<Lodging>(errors, "lodging", "住宿", "none、free、paid"),
        tools: fields.choice_maybe::<Tools>(errors, "tools", "工具", "given、own"),
        insurance: fields.choice_maybe::<Cover>(
            errors,
            "insurance",
            "保险",
            "injury、accident、liability、none",
        ),
        pickup: fields.object(errors, "pickup", "接送").and_then(|inner| pickup(&inner, errors)),
    }
}

fn pickup(fields: &Fields<'_>, errors: &mut FieldErrors) -> Option<Pickup> {
    let address = fields.text(errors, "address", "上车地点", limits::ADDRESS_CHARS);
    let point = fields.point(errors);
    let time = fields.text(errors, "time", "上车时间", (1, 20)).and_then(|text| {
        let time = time_of_day(&text);
        if time.is_none() {
            errors.add(fields.path("time"), "format", "上车时间的写法不对，例如 06:40");
        }
        time
    });
    let seats = fields.whole(errors, "seats", "座位数", 1..=i64::from(limits::SEATS_MAX));
    let seats = seats.and_then(|seats| u32::try_from(seats).ok());
    Some(Pickup { address: address?, point, time: time?, seats })
}

/// A time of day: `8:00`, `08:00`, `23:30`; also with seconds, as some browsers send it.
pub fn time_of_day(text: &str) -> Option<Time> {
    let mut parts = text.split(':');
    let mut part = || {
        let digits =
            |part: &&str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        parts.next().filter(digits)
    };
    let (hour, minute) = (part()?.parse().ok()?, part()?.parse().ok()?);
    Time::new(hour, minute, 0, 0).ok()
}

fn stations(fields: &Fields<'_>, errors: &mut FieldErrors) -> Vec<StationId> {
    let mut stations: Vec<StationId> = Vec::new();
    let items = fields.list(errors, "stations", "站点", limits::STATIONS_MAX);
    for (i, item) in items.into_iter().flatten().enumerate() {
        let path = fields.path(&format!("stations[{i}]"));
        match item.as_str().map(str::parse::<StationId>) {
            Some(Ok(id)) if !stations.contains(&id) => stations.push(id),
            Some(Ok(_)) => {}
            Some(Err(_)) => errors.add(path, "unknown", "没有这个站点"),
            None => errors.add(path, "type", "站点应当是文字"),
        }
    }
    stations
}

fn valid_until(fields: &Fields<'_>, errors: &mut FieldErrors, now: Moment) -> Option<Moment> {
    let until = moment(fields, errors, "valid_until", "有效期")?;
    if until <= now {
        errors.add("valid_until", "past", "有效期要晚于现在");
        None
    } else if until.0 - now.0 > limits::VALID_DAYS_MAX * DAY {
        let days = limits::VALID_DAYS_MAX;
        errors.add("valid_until", "range", format!("有效期最长{days}天"));
        None
    } else {
        Some(until)
    }
}
