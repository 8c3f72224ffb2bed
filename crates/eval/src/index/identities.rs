//! `path,identity`: photos and who is on them.

use super::table::{Numbering, Table};
use crate::error::EvalError;

/// Photos and who is on them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityIndex {
    /// Path of each photo, relative to the root.
    pub paths: Vec<String>,
    /// Person of each photo, counted from 0 in order of appearance.
    pub persons: Vec<u32>,
    /// Number of persons.
    pub n_persons: u32,
    /// The name of each person.
    pub names: Vec<String>,
}

impl IdentityIndex {
    /// Reads `path,identity`.
    ///
    /// # Errors
    /// A column is missing, a cell is empty, a photo is named twice, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", "identity"])?;
        let paths = table.paths()?;
        let mut names = Numbering::default();
        let persons = table.rows.iter().map(|row| Ok(names.number(row.cell(1)?)));
        let persons = persons.collect::<Result<_, EvalError>>()?;
        Ok(Self { paths, persons, n_persons: names.names.len() as u32, names: names.names })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_numbered_as_they_appear() {
        let index =
            IdentityIndex::parse(b"identity,path,age\nanna,a1.jpg,30\nbob,b1.jpg,31\nanna,a2.jpg,32\n");
        let index = index.expect("a fine index");
        assert_eq!(index.paths, ["a1.jpg", "b1.jpg", "a2.jpg"]);
        assert_eq!((index.persons, index.n_persons), (vec![0, 1, 0], 2));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let cases: [(&[u8], &str); 6] = [
            (b"path,name\na,b\n", "the columns `path,identity` are needed"),
            (b"path,identity\n", "it lists nothing"),
            (b"path,identity\na,x\na,y\n", "line 3 of the index: `a` is named twice"),
            (b"path,identity\na,\n", "line 2 of the index: a cell is empty"),
            (b"path,identity\na\n", "line 2"),
            (b"path,identity\n\xff,b\n", "line 2"),
        ];
        for (csv, expected) in cases {
            let error = IdentityIndex::parse(csv).expect_err("a bad index").to_string();
            assert!(error.contains(expected), "`{error}` lacks `{expected}`");
        }
    }
}
