//! Age, gender, race and expression from the embedding of a face, by a small network of our own.
//!
//! Recognition networks learn who somebody is, and with it what everybody can see: `models/cards/embedding-attributes-1.md`
//! says how much of it is left in the vector.

use faceward_core::Embedding;

use super::failed;
use super::impression::Impression;
use crate::face::StepError;
use crate::networks::ModelSession;

/// What the network takes the person behind `embedding` for.
pub(super) fn find(session: &mut ModelSession, embedding: &Embedding) -> Result<Impression, StepError> {
    let outputs = session.run(&[embedding.vector()])?;
    outputs
        .first()
        .and_then(|output| read(&output.data))
        .ok_or_else(|| failed("the embedding's network gave no numbers"))
}

/// Eight numbers: years; log-odds of male; one logit a group; log-odds of neutral. `None` if they are others, or not
/// finite.
fn read(numbers: &[f32]) -> Option<Impression> {
    let [age, male, groups @ .., neutral] = numbers else { return None };
    let finite = numbers.iter().all(|number| number.is_finite());
    let groups = <[f32; 5]>::try_from(groups).ok().filter(|_| finite)?;
    Some(Impression { age: *age, male: *male, groups, neutral: *neutral })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_numbers_are_told_apart_and_others_refused() {
        let numbers = [31.5, -2.0, 0.1, 0.2, 3.0, 0.3, 2.9, 1.25];
        let expected = Impression { age: 31.5, male: -2.0, groups: [0.1, 0.2, 3.0, 0.3, 2.9], neutral: 1.25 };
        assert_eq!(read(&numbers), Some(expected));
        assert_eq!(read(&numbers[1..]), None);
        assert_eq!(read(&[f32::NAN; 8]), None);
    }
}
