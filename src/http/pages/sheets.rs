//! Sheets for people at other desks: XLSX and CSV out, XLSX in.

use std::io::Cursor;

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::words;
use crate::{
    domain::{calendar::Day, limits, money::Fen, time::Moment},
    http::problem::{Problem, internal},
};

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A whole number.
    Count(i64),
    /// An amount, shown in yuan with two decimals.
    Money(Fen),
    /// A day, where there is one.
    Day(Option<Day>),
    /// A moment, where there is one, to the minute.
    At(Option<Moment>),
    /// Words that stand in an order of their own.
    Ranked {
        /// The words.
        text: String,
        /// Their place.
        by: i64,
        /// How they look on a page.
        class: &'static str,
    },
}

impl Cell {
    /// A state, ordered as the record's life is.
    pub fn state(text: impl Into<String>, by: i64) -> Cell {
        Cell::Ranked { text: text.into(), by, class: "tag" }
    }

    /// What a page shows.
    pub fn shown(&self) -> String {
        match self {
            Cell::Money(fen) => format!("{fen}元"),
            other => other.written(),
        }
    }

    /// How it looks on a page.
    pub fn class(&self) -> &'static str {
        match self {
            Cell::Money(_) => "money",
            Cell::Ranked { class, .. } => class,
            _ => "",
        }
    }

    /// What a file holds.
    fn written(&self) -> String {
        match self {
            Cell::Text(text) | Cell::Ranked { text, .. } => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Money(fen) => format!("{}.{:02}", fen.0 / 100, fen.0.unsigned_abs() % 100),
            Cell::Day(day) => day.map(|day| day.to_string()).unwrap_or_default(),
            Cell::At(at) => at.map(words::minute).unwrap_or_default(),
        }
    }
}

/// With what a text begins that a spreadsheet would run as a formula.
const FORMULAS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

/// A sheet: a line about it, the names of its columns, its rows.
pub struct Sheet<'s> {
    /// Above the columns.
    pub title: &'s str,
    /// The names of the columns.
    pub header: &'s [&'s str],
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// The name of a file within a header, in the form of RFC 8187.
fn attachment(name: &str) -> Result<HeaderValue, Problem> {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let encoded = encoded.replace('+', "%20");
    HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}")).map_err(|_| internal())
}

fn answer(bytes: Vec<u8>, kind: &'static str, name: &str) -> Result<Response, Problem> {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, attachment(name)?),
    ];
    Ok((headers, bytes).into_response())
}

impl Sheet<'_> {
    /// As a workbook with one sheet; the row above the columns is the title where there is one.
    ///
    /// # Errors
    /// 500 where it can't be written.
    pub fn xlsx(&self, name: &str) -> Result<Response, Problem> {
        let bytes = self.workbook().map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "a sheet was not written");
            internal()
        })?;
        let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        answer(bytes, kind, name)
    }

    /// The bytes of the workbook.
    ///
    /// # Errors
    /// [`XlsxError`]
    pub fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        let bold = Format::new().set_bold();
        let money = Format::new().set_num_format("0.00");
        let mut row = 0;
        if !self.title.is_empty() {
            sheet.write_string_with_format(0, 0, self.title, &bold)?;
            row = 1;
        }
        for (column, name) in (0..).zip(self.header) {
            sheet.write_string_with_format(row, column, *name, &bold)?;
        }
        for cells in &self.rows {
            row += 1;
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    Cell::Count(count) => sheet.write_number(row, column, *count as f64)?,
                    Cell::Money(fen) => {
                        sheet.write_number_with_format(row, column, fen.0 as f64 / 100.0, &money)?
                    }
                    words => sheet.write_string(row, column, words.written())?,
                };
            }
        }
        sheet.autofit();
        book.save_to_buffer()
    }

    /// As CSV in UTF-8 with a mark at its start, which spreadsheets look for.
    ///
    /// # Errors
    /// 500 where it can't be written.
    pub fn csv(&self, name: &str) -> Result<Response, Problem> {
        let mut writer = csv::Writer::from_writer(Vec::from("\u{feff}"));
        let broken = |_| internal();
        writer.write_record(self.header).map_err(broken)?;
        for cells in &self.rows {
            let texts = cells.iter().map(|cell| match cell {
                Cell::Count(_) | Cell::Money(_) => cell.written(),
                words if words.written().starts_with(FORMULAS) => format!("'{}", words.written()),
                words => words.written(),
            });
            writer.write_record(texts).map_err(broken)?;
        }
        let bytes = writer.into_inner().map_err(|_| internal())?;
        answer(bytes, "text/csv; charset=utf-8", name)
    }
}

/// The first sheet of a workbook as texts: the columns' names, and the rows with their numbers.
pub type Read = (Vec<String>, Vec<(usize, Vec<String>)>);

/// Reads the first sheet.
///
/// # Errors
/// 422 where it is no workbook, has no header, or is too large.
pub fn read(bytes: Vec<u8>) -> Result<Read, Problem> {
    let fault = |message: &str| {
        Problem::from(crate::domain::fields::FieldErrors::one("file", "format", message))
    };
    if bytes.is_empty() {
        return Err(fault("请选择要上传的表格"));
    }
    if bytes.len() > limits::SHEET_BYTES_MAX {
        return Err(fault("表格太大，请分成几份上传"));
    }
    let book: Result<Xlsx<_>, _> = Xlsx::new(Cursor::new(bytes));
    let mut book = book.map_err(|_| fault("这不是XLSX表格，请用Excel或WPS另存为.xlsx"))?;
    let range = book.worksheet_range_at(0);
    let range = range.and_then(Result::ok).ok_or_else(|| fault("表格里没有工作表"))?;
    if range.height() > limits::SHEET_ROWS_MAX + 1 {
        let max = limits::SHEET_ROWS_MAX;
        return Err(fault(&format!("表格最多{max}行，请分成几份上传")));
    }
    let first = range.start().map_or(0, |(row, _)| row as usize);
    let mut rows = range.rows().map(|cells| cells.iter().map(text).collect::<Vec<_>>());
    let header = rows.next().ok_or_else(|| fault("表格是空的"))?;
    let numbered = rows.enumerate().map(|(at, cells)| (first + at + 2, cells));
    let filled = numbered.filter(|(_, cells)| cells.iter().any(|cell| !cell.is_empty()));
    Ok((header, filled.collect()))
}

fn text(cell: &Data) -> String {
    match cell {
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let rows = vec![vec!["plc_1".into(), Cell::Count(3), Cell::Money(Fen(12_345))]];
        let sheet = Sheet { title: "", header: &["编号", "月数", "金额"], rows };
        let (header, rows) = read(sheet.workbook().unwrap()).unwrap();
        assert_eq!(header, ["编号", "月数", "金额"]);
        assert_eq!(rows, [(2, vec!["plc_1".to_owned(), "3".to_owned(), "123.45".to_owned()])]);
        assert!(read(b"PK no sheet".to_vec()).is_err());
        assert!(read(Vec::new()).is_err());
    }
}
