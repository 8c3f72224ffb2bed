//! `path_a,path_b,same[,fold]`: pairs of photos.

use std::collections::HashMap;

use super::table::{Numbering, Table};
use crate::error::EvalError;

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

#[cfg(test)]
mod tests {
    use super::*;

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
        let pairs = PairList::parse(b"path_a,path_b,same\na,b,maybe\n").expect_err("a bad list").to_string();
        assert_eq!(pairs, "line 2 of the index: `same` is `maybe`, not 1 or 0");
    }
}
