//! A worker's object from flat columns.

use serde_json::json;

use super::cells::Cells;
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
    cells.words("skills");
    cells.words("groups");
    if cells.text("available").is_some_and(|text| text.starts_with('[')) {
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
    match division::village(&text, within) {
        Ok(village) => {
            cells.map.insert("village".to_owned(), json!(village.code));
        }
        Err(NotADivision::Ambiguous) => {
            let message = format!("“{text}”不止一个，请写上乡镇，或用12位代码");
            cells.fault("village", "unknown", message);
        }
        // Newer than the list, or elsewhere: it stays as it was given.
        Err(NotADivision::Unknown) if !text.bytes().all(|b| b.is_ascii_digit()) => {}
        Err(NotADivision::Unknown) if text.len() == 12 => {}
        Err(NotADivision::Unknown) => {
            cells.fault("village", "format", "村（社区）代码应当是12位数字");
        }
    }
}
