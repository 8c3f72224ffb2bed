//! Any bytes at all as an ONNX file: a repaired one, the same each time, or an error, never a crash. The first byte chooses
//! the steps.
#![no_main]

use faceward_models::{RepairStep, repaired};

const STEPS: [RepairStep; 4] = [
    RepairStep::FoldQuantizedWeights,
    RepairStep::DropStaleInputs,
    RepairStep::RewritePrelu,
    RepairStep::FreeImageSize,
];

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Some((choice, file)) = input.split_first() else { return };
    let steps: Vec<RepairStep> =
        STEPS.into_iter().enumerate().filter(|(idx, _)| choice >> idx & 1 == 1).map(|(_, step)| step).collect();
    if let Ok(first) = repaired(file, &steps) {
        assert_eq!(repaired(file, &steps).ok().as_ref(), Some(&first), "the same bytes every time");
        assert_eq!(repaired(&first, &[]).ok().as_ref(), Some(&first), "it can be read again, and nothing is lost");
    }
});
