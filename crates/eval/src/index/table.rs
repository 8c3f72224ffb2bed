//! A CSV with a header: required columns, cells by name, every complaint with its line.

use std::collections::HashMap;

use crate::error::EvalError;

/// Rows of text below a header.
pub(crate) struct Table {
    header: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// One line.
pub(crate) struct Row {
    line: u64,
    /// Positions of the required columns.
    required: Vec<usize>,
    record: csv::StringRecord,
}

impl Table {
    /// Reads `csv`, whose header must hold all of `required`; further columns are kept.
    ///
    /// # Errors
    /// A column is missing, a line is malformed, or there is no line at all.
    pub(crate) fn read(csv: &[u8], required: &[&str]) -> Result<Self, EvalError> {
        // Spreadsheets put a byte order mark first.
        let csv = csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
        let header: Vec<String> = reader.headers().map_err(malformed)?.iter().map(str::to_owned).collect();
        let positions = required
            .iter()
            .map(|name| header.iter().position(|column| column == name))
            .collect::<Option<Vec<usize>>>()
            .ok_or_else(|| {
                let (wanted, found) = (required.join(","), header.join(","));
                EvalError::Unusable(format!("its header is `{found}`, the columns `{wanted}` are needed"))
            })?;
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push(Row { line, required: positions.clone(), record });
        }
        if rows.is_empty() {
            return Err(EvalError::Unusable("it lists nothing".to_owned()));
        }
        Ok(Self { header, rows })
    }

    /// The position of the column called `name`.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The first required column as paths, each named once.
    ///
    /// # Errors
    /// A cell is empty, or a photo is named twice.
    pub(crate) fn paths(&self) -> Result<Vec<String>, EvalError> {
        let mut seen = Numbering::default();
        for (nth, row) in self.rows.iter().enumerate() {
            let path = row.cell(0)?;
            if seen.number(path) as usize != nth {
                return Err(row.error(format!("`{path}` is named twice")));
            }
        }
        Ok(seen.names)
    }

    /// Which rows belong together, for intervals: by the first of `columns` that is there. A row without such a cell
    /// stands for itself.
    pub(crate) fn groups(&self, columns: &[&str]) -> Vec<u32> {
        let column = columns.iter().find_map(|name| self.column(name));
        let mut numbers = Numbering::default();
        let groups = self.rows.iter().map(|row| match column.and_then(|column| row.optional(column)) {
            Some(name) => numbers.number(name),
            // A line break cannot stand in a trimmed cell.
            None => numbers.number(&format!("\n{}", row.line)),
        });
        groups.collect()
    }
}

impl Row {
    /// The cell of the `nth` required column.
    ///
    /// # Errors
    /// It is empty.
    pub(crate) fn cell(&self, nth: usize) -> Result<&str, EvalError> {
        self.optional(self.required[nth]).ok_or_else(|| self.error("a cell is empty".to_owned()))
    }

    /// The cell of `column`; `None` if it is empty.
    pub(crate) fn optional(&self, column: usize) -> Option<&str> {
        self.record.get(column).filter(|cell| !cell.is_empty())
    }

    /// The cell of `column` as a whole number.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn number(&self, column: usize) -> Result<u32, EvalError> {
        let cell = self.record.get(column).unwrap_or_default();
        cell.parse().map_err(|_| self.error(format!("`{cell}` is not a number")))
    }

    /// `reason`, with the line.
    pub(crate) fn error(&self, reason: String) -> EvalError {
        EvalError::Index { line: self.line, reason }
    }
}

/// Numbers names in order of appearance.
#[derive(Default)]
pub(crate) struct Numbering {
    pub(crate) names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Numbering {
    /// The number of `name`, a new one if it is new.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn malformed(error: csv::Error) -> EvalError {
    let line = error.position().map_or(1, csv::Position::line);
    EvalError::Index { line, reason: error.to_string() }
}

/// At most `most` of `paths`, taken evenly.
pub(crate) fn evenly(paths: &[String], most: usize) -> Vec<String> {
    let n = paths.len().min(most.max(1));
    (0..n).map(|nth| paths[nth * paths.len() / n].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_from_the_first_column_that_is_there() {
        let table = Table::read(b"path,group\na,x\nb,\nc,x\nd,y\n", &["path"]).expect("a table");
        assert_eq!(table.groups(&["identity", "group"]), [0, 1, 0, 2]);
        assert_eq!(table.groups(&["identity"]), [0, 1, 2, 3]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_header() {
        let table = Table::read(b"\xEF\xBB\xBFpath\na\n", &["path"]).expect("a table");
        assert_eq!(table.paths().expect("one path"), ["a"]);
    }
}
