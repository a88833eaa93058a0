//! Lines of a file and the CSV records that they make, of bounded length.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use super::{ImportError, rows::RECORD_BYTES_MAX};

/// A physical line without its end; no bytes where it is too long.
pub(super) struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// What stands in it.
    pub bytes: Option<Vec<u8>>,
}

/// A CSV record: one line, or several that quotes join; nothing where it finds no end.
pub(super) struct Record {
    /// The line on which it begins.
    pub line: u64,
    /// Its bytes.
    pub whole: Option<Vec<u8>>,
}

/// Physical lines of a file, with those that were looked at and given back.
pub(super) struct Lines {
    reader: BufReader<File>,
    back: VecDeque<Line>,
    number: u64,
    /// Bytes read so far.
    pub bytes: u64,
}

impl Lines {
    /// Opens a file; a byte order mark is passed over.
    pub fn open(path: &Path) -> Result<Lines, ImportError> {
        let mut reader = BufReader::new(File::open(path).map_err(ImportError::File)?);
        let has_bom = reader.fill_buf().map_err(ImportError::File)?.starts_with(b"\xef\xbb\xbf");
        if has_bom {
            reader.consume(3);
        }
        Ok(Lines { reader, back: VecDeque::new(), number: 0, bytes: 0 })
    }

    /// The next line.
    pub fn line(&mut self) -> Result<Option<Line>, ImportError> {
        if let Some(line) = self.back.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let bound = RECORD_BYTES_MAX as u64 + 1;
        let mut end = self.read_to_end_of_line(bound, &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        let is_long = !end && bytes.len() > RECORD_BYTES_MAX;
        while is_long && !end {
            bytes.clear();
            end = self.read_to_end_of_line(bound, &mut bytes)? || bytes.is_empty();
        }
        while bytes.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            bytes.pop();
        }
        let bytes = (!is_long).then_some(bytes);
        Ok(Some(Line { number, bytes }))
    }

    /// Whether the end of the line was read.
    fn read_to_end_of_line(
        &mut self,
        bound: u64,
        bytes: &mut Vec<u8>,
    ) -> Result<bool, ImportError> {
        let read: io::Result<usize> = self.reader.by_ref().take(bound).read_until(b'\n', bytes);
        self.bytes += read.map_err(ImportError::File)? as u64;
        Ok(bytes.last() == Some(&b'\n'))
    }

    /// The next CSV record. Where quotes stay open, its first line alone is given up and reading
    /// goes on with the line after it.
    pub fn record(&mut self) -> Result<Option<Record>, ImportError> {
        let Some(first) = self.line()? else {
            return Ok(None);
        };
        let line = first.number;
        let Some(mut whole) = first.bytes else {
            return Ok(Some(Record { line, whole: None }));
        };
        let mut at = Place::Start.after(&whole);
        let mut looked_at = VecDeque::new();
        while at == Place::Quoted {
            let next = self.line()?;
            let fits = next.as_ref().and_then(|next| next.bytes.as_ref());
            let fits = fits.filter(|bytes| whole.len() + bytes.len() < RECORD_BYTES_MAX);
            let Some(bytes) = fits else {
                looked_at.extend(next);
                looked_at.append(&mut self.back);
                self.back = looked_at;
                return Ok(Some(Record { line, whole: None }));
            };
            whole.push(b'\n');
            whole.extend_from_slice(bytes);
            at = at.after(bytes);
            looked_at.extend(next);
        }
        Ok(Some(Record { line, whole: Some(whole) }))
    }
}

/// Where in a record a CSV reader stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the start of a field, where a quote opens.
    Start,
    /// Within a field that did not open with a quote, where quotes are letters.
    Plain,
    /// Within quotes.
    Quoted,
    /// After a quote within quotes: the end, or half of an escaped one.
    Closing,
}

impl Place {
    fn after(self, line: &[u8]) -> Place {
        line.iter().fold(self, |at, byte| match (at, byte) {
            (Place::Start, b'"') | (Place::Closing, b'"') => Place::Quoted,
            (Place::Quoted, b'"') => Place::Closing,
            (Place::Quoted, _) => Place::Quoted,
            (Place::Start | Place::Plain | Place::Closing, b',') => Place::Start,
            (Place::Start | Place::Plain | Place::Closing, _) => Place::Plain,
        })
    }
}
