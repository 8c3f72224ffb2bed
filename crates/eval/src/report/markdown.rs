//! Tables and numbers as Markdown.

/// A table that is built row by row.
pub(crate) struct MarkdownTable(String);

impl MarkdownTable {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(columns.iter().map(|column| (*column).to_owned()));
        table.row(columns.iter().map(|_| "---".to_owned()));
        table
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for cell in cells {
            self.0 += "| ";
            // Names come from index files.
            self.0 += &cell.replace('|', "\\|").replace('\n', " ");
            self.0.push(' ');
        }
        self.0 += "|\n";
    }

    /// The finished table, with an empty line before it.
    pub(crate) fn finish(self) -> String {
        format!("\n{}", self.0)
    }
}

/// A share in percent, with its interval if it has one: `1.52 % (0.77 to 2.31)`.
pub(crate) fn percent(share: Option<f64>, ends: Option<[f64; 2]>) -> String {
    match share {
        Some(share) => format!("{:.2} %{}", 100.0 * share, percent_between(ends)),
        None => "-".to_owned(),
    }
}

/// The ends of an interval of a share, in percent.
pub(crate) fn percent_between(ends: Option<[f64; 2]>) -> String {
    ends.map_or(String::new(), |[low, high]| format!(" ({:.2} to {:.2})", 100.0 * low, 100.0 * high))
}

/// A number with `digits` behind the point, with its interval if it has one: `.951 (.940 to .962)` with a leading 0.
pub(crate) fn number(value: Option<f64>, ends: Option<[f64; 2]>, digits: usize) -> String {
    let between = ends.map_or(String::new(), |[low, high]| format!(" ({low:.digits$} to {high:.digits$})"));
    value.map_or("-".to_owned(), |value| format!("{value:.digits$}{between}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_lines_between_bars() {
        let mut table = MarkdownTable::new(&["a", "b"]);
        table.row(["x|y".to_owned(), "1".to_owned()]);
        assert_eq!(table.finish(), "\n| a | b |\n| --- | --- |\n| x\\|y | 1 |\n");
    }

    #[test]
    fn numbers_carry_their_intervals() {
        assert_eq!(percent(Some(0.0152), Some([0.0077, 0.0231])), "1.52 % (0.77 to 2.31)");
        assert_eq!(number(Some(0.9512), None, 3), "0.951");
        assert_eq!(number(Some(6.25), Some([6.0, 6.5]), 1), "6.2 (6.0 to 6.5)");
        assert_eq!((percent(None, None), number(None, None, 3)), ("-".to_owned(), "-".to_owned()));
    }
}
