//! A list's rows, one by one, as they stand in the file: CSV, NDJSON or XLSX.
//!
//! CSV and NDJSON are streamed: no more than one record of [`RECORD_BYTES_MAX`] is held. What is
//! wrong with one row is that row's fault and never the end of the file.

use std::path::Path;

use serde_json::{Map, Value};

use super::{
    ImportError, List,
    lines::{Line, Lines, Record},
    mapping::{Mapping, MappingError},
    sheet,
};

/// Bytes of one CSV record or one NDJSON line; a longer one is refused.
pub const RECORD_BYTES_MAX: usize = 256 * 1024;
/// Columns of a header; a wider one is refused.
pub const COLUMNS_MAX: usize = 256;

/// One row.
pub(super) struct Row {
    /// The line on which it begins, or its number in the sheet, from 1.
    pub line: u64,
    /// Its values by our names, without the empty ones; or why it can't be read.
    pub values: Result<Map<String, Value>, Unreadable>,
}

/// Why a row can't be read.
pub(super) struct Unreadable {
    /// The column, where it is one column's fault.
    pub column: String,
    /// For people.
    pub reason: String,
}

fn unreadable(column: &str, reason: impl Into<String>) -> Unreadable {
    Unreadable { column: column.to_owned(), reason: reason.into() }
}

/// The rows of a file.
pub(super) struct Rows {
    list: List,
    mapping: Mapping,
    kind: Kind,
}

enum Kind {
    Csv { lines: Lines, header: Header },
    Ndjson { lines: Lines },
    Xlsx { rows: std::vec::IntoIter<sheet::SheetRow>, header: Header },
}

/// Names of the columns: theirs, and ours.
struct Header {
    theirs: Vec<String>,
    ours: Vec<Vec<&'static str>>,
}

impl Header {
    fn new(list: List, mapping: &Mapping, cells: Vec<String>) -> Result<Header, ImportError> {
        if cells.len() > COLUMNS_MAX {
            let why = format!("at most {COLUMNS_MAX} columns, not {}", cells.len());
            return Err(MappingError::Header(why).into());
        }
        let theirs: Vec<_> = cells.into_iter().map(|cell| cell.trim().to_owned()).collect();
        let ours = mapping.resolve(list, &theirs)?;
        Ok(Header { theirs, ours })
    }

    /// What a message calls a column.
    fn name(&self, column: usize) -> &str {
        let ours = self.ours.get(column).and_then(|ours| ours.first());
        ours.copied().unwrap_or_else(|| self.theirs.get(column).map_or("", String::as_str))
    }

    fn put(&self, values: &mut Map<String, Value>, column: usize, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            for ours in self.ours.get(column).into_iter().flatten() {
                values.insert((*ours).to_owned(), Value::String(text.to_owned()));
            }
        }
    }
}

impl Rows {
    /// Opens a file; its name's ending tells its kind (`csv`, `ndjson`, `jsonl`, `xlsx`).
    ///
    /// # Errors
    /// [`ImportError`] where it can't be read, is of no such kind, or its header does not do.
    pub fn open(path: &Path, list: List, mapping: Mapping) -> Result<Rows, ImportError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
        let kind = match ending.to_ascii_lowercase().as_str() {
            "csv" => {
                let mut lines = Lines::open(path)?;
                let header = loop {
                    match lines.record()? {
                        None => {
                            return Err(MappingError::Header(
                                "everything: the file is empty".to_owned(),
                            )
                            .into());
                        }
                        Some(Record { whole: None, .. }) => {
                            return Err(MappingError::Header(
                                "an end: quotes stay open, or it is too long".to_owned(),
                            )
                            .into());
                        }
                        Some(Record { whole: Some(bytes), .. }) if is_blank(&bytes) => {}
                        Some(Record { whole: Some(bytes), .. }) => break bytes,
                    }
                };
                let cells = cells(&header)?;
                let cells: Result<Vec<_>, _> =
                    cells.iter().map(|cell| String::from_utf8(cell.to_vec())).collect();
                let cells = cells.map_err(|_| {
                    MappingError::Header(
                        "UTF-8: save the file as CSV UTF-8 (另存为“CSV UTF-8”)".to_owned(),
                    )
                })?;
                let header = Header::new(list, &mapping, cells)?;
                Kind::Csv { lines, header }
            }
            "ndjson" | "jsonl" => Kind::Ndjson { lines: Lines::open(path)? },
            "xlsx" => {
                let (header, rows) = sheet::read(path)?;
                let header = Header::new(list, &mapping, header)?;
                Kind::Xlsx { rows: rows.into_iter(), header }
            }
            _ => return Err(ImportError::Kind),
        };
        Ok(Rows { list, mapping, kind })
    }

    /// Bytes read so far; for a sheet, nothing.
    pub fn bytes(&self) -> u64 {
        match &self.kind {
            Kind::Csv { lines, .. } | Kind::Ndjson { lines } => lines.bytes,
            Kind::Xlsx { .. } => 0,
        }
    }

    /// The next row; blank ones are passed over.
    ///
    /// # Errors
    /// [`ImportError::File`] where the file can't be read on.
    pub fn next(&mut self) -> Result<Option<Row>, ImportError> {
        match &mut self.kind {
            Kind::Csv { lines, header } => csv_row(lines, header),
            Kind::Ndjson { lines } => ndjson_row(lines, self.list, &self.mapping),
            Kind::Xlsx { rows, header } => Ok(rows.next().map(|row| sheet_row(row, header))),
        }
    }
}

fn csv_row(lines: &mut Lines, header: &Header) -> Result<Option<Row>, ImportError> {
    loop {
        let Some(Record { line, whole }) = lines.record()? else {
            return Ok(None);
        };
        let Some(bytes) = whole else {
            let reason = format!("这一行读不完：引号没有配对，或者超过{RECORD_BYTES_MAX}字节");
            return Ok(Some(Row { line, values: Err(unreadable("", reason)) }));
        };
        let cells = cells(&bytes)?;
        if cells.iter().all(is_blank) {
            continue;
        }
        let values = csv_values(&cells, header);
        return Ok(Some(Row { line, values }));
    }
}

fn csv_values(cells: &csv::ByteRecord, header: &Header) -> Result<Map<String, Value>, Unreadable> {
    let (is, should) = (cells.len(), header.theirs.len());
    let mut values = Map::new();
    for (column, cell) in cells.iter().enumerate() {
        match std::str::from_utf8(cell) {
            Ok(text) => header.put(&mut values, column, text),
            Err(_) => return Err(unreadable(header.name(column), "文字编码不对，应当是UTF-8")),
        }
    }
    if is == should {
        Ok(values)
    } else {
        Err(unreadable("", format!("这一行有{is}列，表头有{should}列")))
    }
}

fn ndjson_row(
    lines: &mut Lines,
    list: List,
    mapping: &Mapping,
) -> Result<Option<Row>, ImportError> {
    loop {
        let Some(Line { number, bytes }) = lines.line()? else {
            return Ok(None);
        };
        let row = |values| Ok(Some(Row { line: number, values }));
        let Some(bytes) = bytes else {
            return row(Err(unreadable("", format!("这一行超过{RECORD_BYTES_MAX}字节"))));
        };
        if is_blank(&bytes) {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return row(Err(unreadable("", "文字编码不对，应当是UTF-8")));
        };
        return row(match serde_json::from_str(text) {
            Ok(Value::Object(theirs)) => Ok(renamed(theirs, list, mapping)),
            Ok(_) => Err(unreadable("", "每一行应当是一个JSON对象")),
            Err(error) => Err(unreadable("", format!("不是JSON（第{}个字节处）", error.column()))),
        });
    }
}

/// An object with our names in place of theirs; other names stay.
fn renamed(theirs: Map<String, Value>, list: List, mapping: &Mapping) -> Map<String, Value> {
    let mut values = Map::new();
    let mut named = Map::new();
    for (name, value) in theirs {
        let is_empty = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        if is_empty {
            continue;
        }
        let ours = mapping.ours(list, &name);
        if ours.is_empty() && !list.columns().contains(&name.as_str()) {
            values.insert(name, value);
        } else {
            for ours in ours {
                named.insert(ours.to_owned(), value.clone());
            }
        }
    }
    values.extend(named);
    values
}

fn sheet_row(row: sheet::SheetRow, header: &Header) -> Row {
    let mut values = Map::new();
    for (column, cell) in &row.cells {
        match cell {
            Ok(text) => header.put(&mut values, *column, text),
            // A cell without a heading says nothing, and so nothing wrong.
            Err(_) if header.ours.get(*column).is_none_or(Vec::is_empty) => {}
            Err(reason) => {
                let values = Err(unreadable(header.name(*column), *reason));
                return Row { line: row.number, values };
            }
        }
    }
    Row { line: row.number, values: Ok(values) }
}

fn is_blank(bytes: impl AsRef<[u8]>) -> bool {
    bytes.as_ref().iter().all(u8::is_ascii_whitespace)
}

/// The cells of one CSV record.
fn cells(record: &[u8]) -> Result<csv::ByteRecord, ImportError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(record.len().max(1))
        .from_reader(record);
    let mut cells = csv::ByteRecord::new();
    reader.read_byte_record(&mut cells).map_err(|error| ImportError::File(error.into()))?;
    Ok(cells)
}
