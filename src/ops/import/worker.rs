//! A worker's object from flat columns.

use serde_json::json;

use super::cells::{Cells, fen_of};
use crate::domain::division::{self, NotADivision};

/// Makes a worker's object.
pub(super) fn worker(cells: &mut Cells) {
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
    for column in ["skills", "groups", "certificates", "modes"] {
        cells.words(column);
    }
    wish(cells);
    if cells.text("available").is_some_and(|text| text.starts_with(['[', '{'])) {
        cells.document("available", "可上班时间");
    }
    let within = match cells.text("division") {
        None => "",
        Some(text) => match division::find(&text) {
            Ok(found) => found.code.trim_end_matches("00"),
            Err(_) => {
                cells.fault("division", "unknown", format!("没有“{text}”这个区划，或者不止一个"));
                ""
            }
        },
    };
    let Some(text) = cells.text("village") else {
        return;
    };
    match division::village_or_text(&text, within) {
        Ok(village) => {
            cells.map.insert("village".to_owned(), json!(village));
        }
        Err(NotADivision::Ambiguous) => {
            let message = format!("“{text}”不止一个，请写上乡镇，或用12位代码");
            cells.fault("village", "unknown", message);
        }
        Err(NotADivision::Unknown) => {
            cells.fault("village", "format", "村（社区）代码应当是12位数字");
        }
    }
}

/// `day_wage_wish` in yuan.
fn wish(cells: &mut Cells) {
    cells.as_text(&["day_wage_wish"]);
    let Some(text) = cells.text("day_wage_wish") else {
        return;
    };
    match fen_of(text.trim_end_matches(['元', '￥', '¥'])) {
        Some(fen) => {
            cells.take("day_wage_wish");
            cells.map.insert("day_wage_wish_fen".to_owned(), json!(fen));
        }
        None => cells.fault("day_wage_wish", "type", "期望日工资（元）应当是金额，例如180或180.50"),
    }
}
