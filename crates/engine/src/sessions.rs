//! The sessions that a step runs its networks by.

use faceward_inference::InferenceError;

use crate::networks::ModelSession;
use crate::options::EngineError;
use crate::step::Step;

/// Sessions of all models of `step`; `None` if one of them was not loaded.
///
/// # Errors
/// The runtime refuses another session, or the step takes another number of them.
pub(crate) fn all<const N: usize>(
    step: Step,
    session: impl Fn(&'static str) -> Result<Option<ModelSession>, InferenceError>,
) -> Result<Option<[ModelSession; N]>, EngineError> {
    let models = step.declaration().models;
    if models.len() != N {
        let problem = format!("step {step:?} declares {} models and takes {N}", models.len());
        return Err(EngineError::Models(vec![problem]));
    }
    let sessions: Option<Vec<ModelSession>> =
        models.iter().map(|model| session(model)).collect::<Result<_, _>>()?;
    Ok(sessions.and_then(|sessions| sessions.try_into().ok()))
}
