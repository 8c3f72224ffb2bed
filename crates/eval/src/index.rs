//! Index files: CSV with a header, found in a folder or inside the archive that holds the photos.
//!
//! `path,identity` for protocols that make their own pairs, `path_a,path_b,same[,fold]` for lists of pairs. Further
//! columns are ignored.

use std::collections::HashMap;

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
}

/// Two photos to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhotoPair {
    /// Indices into [`PairList::paths`].
    pub photos: [u32; 2],
    /// Whether both show one person.
    pub same: bool,
    /// The fold that the list puts it into.
    pub fold: Option<u32>,
}

/// A list of pairs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairList {
    /// Path of each photo that occurs, once.
    pub paths: Vec<String>,
    /// The pairs, in the order of the list.
    pub pairs: Vec<PhotoPair>,
}

impl IdentityIndex {
    /// Reads `path,identity`.
    ///
    /// # Errors
    /// A column is missing, a cell is empty, a photo is named twice, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path", "identity"])?;
        let mut persons = Numbering::default();
        let mut photos = Numbering::default();
        let mut index = Self::default();
        for row in &table.rows {
            let [path, identity] = [row.cell(0)?, row.cell(1)?];
            if photos.number(path) as usize != index.paths.len() {
                return Err(row.error(format!("`{path}` is named twice")));
            }
            index.paths.push(path.to_owned());
            index.persons.push(persons.number(identity));
        }
        index.n_persons = persons.names.len() as u32;
        Ok(index)
    }
}

impl PairList {
    /// Reads `path_a,path_b,same[,fold]`; `same` is 1, 0, true or false.
    ///
    /// # Errors
    /// A column is missing, a cell is empty or not understood, or there is no line at all.
    pub fn parse(csv: &[u8]) -> Result<Self, EvalError> {
        let table = Table::read(csv, &["path_a", "path_b", "same"])?;
        let fold_column = table.column("fold");
        let mut photos = Numbering::default();
        let mut pairs = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let same = match row.cell(2)? {
                "1" | "true" => true,
                "0" | "false" => false,
                other => return Err(row.error(format!("`same` is `{other}`, not 1 or 0"))),
            };
            let fold = fold_column.map(|column| row.number(column)).transpose()?;
            pairs.push(PhotoPair {
                photos: [photos.number(row.cell(0)?), photos.number(row.cell(1)?)],
                same,
                fold,
            });
        }
        Ok(Self { paths: photos.names, pairs })
    }

    /// Persons as far as the list tells them apart: photos that it calls the same, directly or through others.
    #[must_use]
    pub fn persons(&self) -> Vec<u32> {
        let mut parents: Vec<u32> = (0..self.paths.len() as u32).collect();
        for pair in self.pairs.iter().filter(|pair| pair.same) {
            let [a, b] = pair.photos.map(|photo| root_of(&mut parents, photo));
            parents[a.max(b) as usize] = a.min(b);
        }
        let roots: Vec<u32> = (0..parents.len() as u32).map(|photo| root_of(&mut parents, photo)).collect();
        let mut numbers = HashMap::new();
        roots
            .into_iter()
            .map(|root| {
                let next = numbers.len() as u32;
                *numbers.entry(root).or_insert(next)
            })
            .collect()
    }
}

fn root_of(parents: &mut [u32], mut photo: u32) -> u32 {
    while parents[photo as usize] != photo {
        parents[photo as usize] = parents[parents[photo as usize] as usize];
        photo = parents[photo as usize];
    }
    photo
}

/// Numbers names in order of appearance.
#[derive(Default)]
struct Numbering {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Numbering {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

/// A CSV whose first columns, as seen by its rows, are the required ones.
struct Table {
    header: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    line: u64,
    /// Positions of the required columns.
    required: Vec<usize>,
    record: csv::StringRecord,
}

impl Table {
    fn read(csv: &[u8], required: &[&str]) -> Result<Self, EvalError> {
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

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }
}

impl Row {
    /// The cell of the `nth` required column.
    fn cell(&self, nth: usize) -> Result<&str, EvalError> {
        let cell = self.record.get(self.required[nth]).unwrap_or_default();
        if cell.is_empty() { Err(self.error("a cell is empty".to_owned())) } else { Ok(cell) }
    }

    fn number(&self, column: usize) -> Result<u32, EvalError> {
        let cell = self.record.get(column).unwrap_or_default();
        cell.parse().map_err(|_| self.error(format!("`{cell}` is not a number")))
    }

    fn error(&self, reason: String) -> EvalError {
        EvalError::Index { line: self.line, reason }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn malformed(error: csv::Error) -> EvalError {
    let line = error.position().map_or(1, csv::Position::line);
    EvalError::Index { line, reason: error.to_string() }
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
    fn pairs_share_their_photos() {
        let list = PairList::parse(b"path_a,path_b,same,fold\na,b,1,0\na,c,0,3\n").expect("a fine list");
        assert_eq!(list.paths, ["a", "b", "c"]);
        let expected = [([0, 1], true, Some(0)), ([0, 2], false, Some(3))];
        assert_eq!(list.pairs, expected.map(|(photos, same, fold)| PhotoPair { photos, same, fold }));
    }

    #[test]
    fn photos_called_the_same_are_one_person() {
        let list = PairList::parse(b"path_a,path_b,same\nx,y,1\nz,w,true\ny,q,1\nx,z,0\nn,x,false\n");
        // x y z w q n
        assert_eq!(list.expect("a fine list").persons(), [0, 0, 1, 1, 0, 2]);
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
        let pairs = PairList::parse(b"path_a,path_b,same\na,b,maybe\n").expect_err("a bad list").to_string();
        assert_eq!(pairs, "line 2 of the index: `same` is `maybe`, not 1 or 0");
    }
}
