//! The first sheet of an XLSX file, each cell as the text that a person sees in it.

use std::{fs::File, io::BufReader, path::Path};

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::{ImportError, mapping::MappingError, rows::COLUMNS_MAX};

/// Bytes of an XLSX file; a larger one is refused: save it as CSV.
pub const SHEET_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Cells of the sheet that are read; a larger one is refused.
pub const SHEET_CELLS_MAX: usize = 2_000_000;

/// A row that is not blank.
pub(super) struct SheetRow {
    /// Its number, from 1.
    pub number: u64,
    /// Its cells by column, from 0: their text, or why they have none.
    pub cells: Vec<(usize, Result<String, &'static str>)>,
}

/// The header's cells and the rows below it.
///
/// # Errors
/// [`ImportError`] where the file can't be read, is too large or has no header.
pub(super) fn read(path: &Path) -> Result<(Vec<String>, Vec<SheetRow>), ImportError> {
    let file = File::open(path).map_err(ImportError::File)?;
    let bytes = file.metadata().map_err(ImportError::File)?.len();
    if bytes > SHEET_BYTES_MAX {
        return Err(too_large());
    }
    let mut book = Xlsx::new(BufReader::new(file)).map_err(broken)?;
    let name = book.sheet_names().first().cloned();
    let empty = || MappingError::Header("everything: the sheet is empty".to_owned());
    let mut cells = book.worksheet_cells_reader(&name.ok_or_else(empty)?).map_err(broken)?;
    let mut rows: Vec<SheetRow> = Vec::new();
    let mut count = 0;
    while let Some(cell) = cells.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let (number, column) = (u64::from(row) + 1, column as usize);
        let Some(text) = text(cell.get_value()) else {
            continue;
        };
        count += 1;
        if count > SHEET_CELLS_MAX || column >= COLUMNS_MAX {
            return Err(too_large());
        }
        match rows.last_mut() {
            Some(last) if last.number == number => last.cells.push((column, text)),
            _ => rows.push(SheetRow { number, cells: vec![(column, text)] }),
        }
    }
    if rows.is_empty() {
        return Err(empty().into());
    }
    let first = rows.remove(0);
    let mut header = Vec::new();
    for (column, cell) in first.cells {
        header.resize(header.len().max(column + 1), String::new());
        header[column] = cell.unwrap_or_default();
    }
    Ok((header, rows))
}

fn too_large() -> ImportError {
    ImportError::Sheet(format!(
        "larger than {SHEET_BYTES_MAX} bytes, {SHEET_CELLS_MAX} cells or {COLUMNS_MAX} columns; save it as CSV"
    ))
}

fn broken(error: XlsxError) -> ImportError {
    ImportError::Sheet(error.to_string())
}

/// A cell's text; nothing where it is blank.
fn text(cell: &DataRef<'_>) -> Option<Result<String, &'static str>> {
    Some(Ok(match cell {
        DataRef::Empty => return None,
        DataRef::String(text) if text.trim().is_empty() => return None,
        DataRef::SharedString(text) if text.trim().is_empty() => return None,
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => return Some(number_text(*number)),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(time) if time.is_duration() => {
            return Some(Err("这里应当是日期和时间，不是时长"));
        }
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            // A sheet does not tell a day from its first moment.
            if (hour, minute, second) == (0, 0, 0) {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) => return Some(Err("单元格里是错误值")),
    }))
}

/// A number as a sheet shows it: fifteen digits, whole ones without a point or an exponent.
fn number_text(number: f64) -> Result<String, &'static str> {
    if number.abs() >= 1e15 {
        return Err("数字太长，表格里已经丢了后几位，请把这一列设为文本后重新填写");
    }
    let shown: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    Ok(shown.to_string())
}
