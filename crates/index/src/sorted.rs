//! Maps of many ids, made from sorted lists on all cores.
//!
//! Ids are compared by their first bytes, which lie in the list itself; the text, which lies elsewhere in memory, is looked at
//! where those are equal.

use std::collections::BTreeMap;

use faceward_core::{ModelId, SubjectId, TemplateId};
use rayon::slice::ParallelSliceMut as _;

use crate::block::Block;
use crate::chunk::Row;
use crate::segment::Unfit;

/// Where a template's vector lies. A gallery of four thousand million templates fits no memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) block: u32,
    pub(crate) row: u32,
}

/// One template of a subject.
pub(crate) struct OfSubject {
    pub(crate) subject: SubjectId,
    pub(crate) template: TemplateId,
    pub(crate) place: Place,
}

/// The places of all templates.
pub(crate) fn places(blocks: &[(ModelId, Block)]) -> Result<BTreeMap<TemplateId, Place>, Unfit> {
    map_of(keyed(rows(blocks).map(|(place, row)| (row.template.clone(), place))))
}

/// All templates, those of a subject together, in ascending order of subject.
pub(crate) fn by_subject(blocks: &[(ModelId, Block)]) -> Vec<OfSubject> {
    let mut ids: Vec<_> = rows(blocks)
        .map(|(place, row)| (first_bytes(row.subject.as_str()), &row.subject, place, &row.template))
        .collect();
    ids.par_sort_unstable();
    let owned = |(_, subject, place, template): (u128, &SubjectId, Place, &TemplateId)| OfSubject {
        subject: subject.clone(),
        template: template.clone(),
        place,
    };
    ids.into_iter().map(owned).collect()
}

/// A template with something of it, and a number by which most are told apart.
type Keyed<T> = (u128, TemplateId, T);

/// The same, to be made a map of.
pub(crate) fn keyed<T>(templates: impl Iterator<Item = (TemplateId, T)>) -> Vec<Keyed<T>> {
    templates.map(|(template, of)| (first_bytes(template.as_str()), template, of)).collect()
}

/// A map from templates, each of which may be there once.
pub(crate) fn map_of<T: Ord + Send>(mut ids: Vec<Keyed<T>>) -> Result<BTreeMap<TemplateId, T>, Unfit> {
    ids.par_sort_unstable();
    if ids.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].1 == pair[1].1) {
        return Err(Unfit::Twice);
    }
    Ok(ids.into_iter().map(|(_, template, of)| (template, of)).collect())
}

fn rows(blocks: &[(ModelId, Block)]) -> impl Iterator<Item = (Place, &Row)> {
    (0..).zip(blocks).flat_map(|(block, (_, held))| {
        held.rows().map(move |(row, held)| (Place { block, row: row as u32 }, held))
    })
}

/// A number that is ordered as the beginning of `id` is.
fn first_bytes(id: &str) -> u128 {
    let mut bytes = [0; size_of::<u128>()];
    bytes.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_are_ordered_as_the_ids_are() {
        let mut ids = ["b", "a", "aa", "anna-0000-0000-0001", "anna-0000-0000-0000", "ä", "Z", "é"];
        ids.sort_unstable();
        let mut again = ids;
        again.reverse();
        again.sort_by_key(|id| (first_bytes(id), *id));
        assert_eq!(again, ids);
        assert!(first_bytes("anna-0000-0000-0001") == first_bytes("anna-0000-0000-0000"));
    }
}
