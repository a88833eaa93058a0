//! A posting's object from flat columns.

use serde_json::{Value, json};

use super::cells::{Cells, When, fen_of};
use crate::domain::{
    division::{self, NotADivision},
    limits,
    org::EmployerKind,
    provides::{Cover, Lodging, Meals, Tools},
    time::{DAY, Moment},
    wage::{Settlement, WageUnit},
};
use crate::words::wage;

/// Makes a posting's object. Answers whether its validity counts from now.
pub(super) fn posting(cells: &mut Cells, now: Moment) -> bool {
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
    titled_wage(cells);
    for column in ["skills", "benefits", "stations"] {
        cells.words(column);
    }
    cells.point();
    cells.whole("headcount", "招聘人数");
    cells.flag("instant", "即时快招");
    place(cells);
    wage(cells);
    let kinds = EmployerKind::ALL.iter();
    cells.choice("employer_kind", kinds.map(|kind| (kind.word(), kind.label())));
    for (column, field) in
        [("employer_name", "name"), ("employer_uscc", "uscc"), ("employer_kind", "kind")]
    {
        cells.nest(column, "employer", field);
    }
    provides(cells);
    shifts(cells);
    // A list that states no conditions has none to state.
    cells.map.entry("requirements").or_insert_with(|| json!("不限"));
    validity(cells, now)
}

/// `address`, `city`, `district`, `division`: the place in words, and its county where it is told.
fn place(cells: &mut Cells) {
    let city = cells.take("city").and_then(|v| v.as_str().map(str::to_owned));
    let district = cells.take("district").and_then(|v| v.as_str().map(str::to_owned));
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
            Err(NotADivision::Ambiguous) => {
                let message = format!("“{text}”不止一个，请写上省、市，或用6位区划代码");
                cells.fault("division", "unknown", message);
            }
            Err(NotADivision::Unknown) => {
                cells.fault("division", "unknown", format!("没有“{text}”这个区划"));
            }
        },
        None if !within.is_empty() => {
            // Cities of foreign lists are also 全国 or abroad: they stay words.
            let found = division::find(&within.join(" ")).or_else(|_| {
                within.first().map_or(Err(NotADivision::Unknown), |city| division::find(city))
            });
            if let Some(code) = found.ok().and_then(division::Division::county) {
                cells.map.insert("division".to_owned(), json!(code));
            }
        }
        None => {}
    }
    if !cells.map.contains_key("address") && !within.is_empty() {
        cells.map.insert("address".to_owned(), json!(within.concat()));
    }
}

/// Where a row has no amount, the wage that its title promises: 普工18/小时, 打包工280一天, with its
/// unit, and its settlement where the title tells one.
fn titled_wage(cells: &mut Cells) {
    if ["wage", "wage_min", "wage_max"].iter().any(|column| cells.map.contains_key(*column)) {
        return;
    }
    let Some(told) = cells.text("title").and_then(|title| wage::parse(&title)) else {
        return;
    };
    let mut put = |column: &str, value: serde_json::Value| {
        cells.map.insert(column.to_owned(), value);
    };
    put("wage_min", json!(told.min.0.to_string()));
    put("wage_max", json!(told.max.0.to_string()));
    put("wage_currency_unit", json!("fen"));
    put("wage_unit", json!(told.unit.word()));
    if let Some(settlement) = told.settlement {
        put("settlement", json!(settlement.word()));
    }
}

/// `wage_min`, `wage_max`, `wage_unit` (`month`, `月`, `元/月`), `wage_currency_unit`, `settlement`.
fn wage(cells: &mut Cells) {
    let currency = cells.text("wage_currency_unit");
    let mut is_fen = match currency.as_deref() {
        None | Some("yuan" | "元") => false,
        Some("fen" | "分") => true,
        Some(_) => {
            cells.fault("wage_currency_unit", "unknown", "金额单位不对，可以是：yuan、fen");
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
        cells.choice("wage_unit", WageUnit::ALL.iter().map(|unit| (unit.word(), unit.label())));
    }
    cells.choice("settlement", Settlement::ALL.iter().map(|paid| (paid.word(), paid.label())));
    for (column, field, label) in
        [("wage_min", "min_fen", "最低工资"), ("wage_max", "max_fen", "最高工资")]
    {
        cells.as_text(&[column]);
        if let Some(text) = cells.text(column) {
            let amount = if is_fen { text.parse().ok() } else { fen_of(&text) };
            match amount {
                Some(fen) if (1..=limits::WAGE_FEN_MAX).contains(&fen) => {
                    cells.map.insert(column.to_owned(), json!(fen));
                }
                Some(_) => {
                    let max = limits::WAGE_FEN_MAX / 100;
                    cells.fault(column, "range", format!("{label}应当大于0，最多{max}元"));
                }
                None if is_fen => cells.fault(column, "type", format!("{label}（分）应当是整数")),
                None => {
                    cells.fault(column, "type", format!("{label}（元）应当是数字，最多两位小数"))
                }
            }
        }
        cells.nest(column, "wage", field);
    }
    cells.nest("wage_unit", "wage", "unit");
    cells.nest("settlement", "wage", "settlement");
}

/// `meals`, `lodging`, `tools`, `insurance` by word or label, and the ride's columns.
fn provides(cells: &mut Cells) {
    cells.choice("meals", Meals::ALL.iter().map(|one| (one.word(), one.label())));
    cells.choice("lodging", Lodging::ALL.iter().map(|one| (one.word(), one.label())));
    cells.choice("tools", Tools::ALL.iter().map(|one| (one.word(), one.label())));
    cells.choice("insurance", Cover::ALL.iter().map(|one| (one.word(), one.label())));
    cells.as_text(&["pickup_address", "pickup_time", "pickup_crs"]);
    cells.real("pickup_lat", "上车地点的纬度");
    cells.real("pickup_lon", "上车地点的经度");
    cells.whole("pickup_seats", "座位数");
    for (column, field) in PICKUP {
        cells.nest(column, "pickup", field);
    }
    // A datum alone is no ride.
    let is_bare = |ride: &Value| ride.as_object().is_some_and(|map| map.keys().eq(["crs"]));
    if cells.map.get("pickup").is_some_and(is_bare) {
        cells.take("pickup");
    }
}

/// The columns of a ride to work and its fields.
pub(super) const PICKUP: [(&str, &str); 6] = [
    ("pickup_address", "address"),
    ("pickup_time", "time"),
    ("pickup_seats", "seats"),
    ("pickup_lat", "lat"),
    ("pickup_lon", "lon"),
    ("pickup_crs", "crs"),
];

/// `shift_start` and `shift_end`, or `shifts` as JSON.
fn shifts(cells: &mut Cells) {
    cells.document("shifts", "班次");
    let (start, end) = (cells.text("shift_start"), cells.text("shift_end"));
    for (column, other, label) in
        [("shift_start", &end, "上班时间"), ("shift_end", &start, "下班时间")]
    {
        match cells.text(column) {
            None if other.is_some() => {
                cells.fault(column, "missing", format!("请填写{label}，或者上下班时间都不填"));
            }
            None => {}
            Some(text) => match When::parse(&text) {
                Some(When::Moment(moment)) => {
                    cells.map.insert(column.to_owned(), json!(moment.to_string()));
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
                cells.map.insert("valid_until".to_owned(), json!(moment.to_string()));
            }
            Some(When::Day(day)) => {
                let last = Moment::from_shanghai(day.at(23, 59, 59, 0));
                cells.map.insert("valid_until".to_owned(), json!(last.to_string()));
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
            cells.fault("valid_days", "range", format!("有效天数应当是1到{max}的整数"));
            false
        }
        None => false,
    }
}
