//! Declared models to compiled networks (shared by an engine), and the sessions of one worker.
//!
//! A model that is disabled, or that the runtime cannot read, is absent: what needs it is `Unavailable`. A model that
//! is there and not as declared stops the start, and all such problems are listed at once.

mod check;
mod load;
mod session;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use faceward_inference::{InferenceError, Network, Runtime, Session, TensorView};
use faceward_models::ModelDecl;

pub use session::NetworkTiming;
pub(crate) use session::{ModelSession, NetworkClock};

/// A model and one shape of its input: detectors are compiled for several sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NetworkKey {
    /// Id in the manifest.
    pub(crate) model: &'static str,
    /// Width and height of an input that the declaration leaves open.
    pub(crate) side: Option<u32>,
}

impl NetworkKey {
    /// The one shape of a model whose input is declared in full.
    pub(crate) const fn fixed(model: &'static str) -> Self {
        Self { model, side: None }
    }

    /// A model whose input is declared open, at `side` x `side`.
    pub(crate) const fn square(model: &'static str, side: u32) -> Self {
        Self { model, side: Some(side) }
    }
}

/// A model as declared and as compiled.
#[derive(Clone)]
struct Compiled {
    decl: &'static ModelDecl,
    network: Network,
    /// Shape of each input.
    shapes: Vec<Vec<usize>>,
    /// The session on which loading tried the network, for the first worker.
    spare: Arc<Mutex<Option<Session>>>,
}

/// Every compiled network. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Networks {
    runtime: Runtime,
    compiled: Arc<BTreeMap<NetworkKey, Compiled>>,
}

impl Networks {
    /// The runtime that computes.
    pub(crate) const fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// Every network.
    pub(crate) fn list(&self) -> impl Iterator<Item = (NetworkKey, &Network)> {
        self.compiled.iter().map(|(key, compiled)| (*key, &compiled.network))
    }

    /// Whether the model was loaded.
    pub(crate) fn has(&self, model: &str) -> bool {
        self.compiled.keys().any(|key| key.model == model)
    }

    /// A session of the network for one worker, whose `clock` will count its time; `None` if it was not loaded.
    ///
    /// # Errors
    /// The runtime refuses another session.
    pub(crate) fn session(
        &self,
        key: NetworkKey,
        clock: &NetworkClock,
    ) -> Result<Option<ModelSession>, InferenceError> {
        self.compiled.get(&key).map(|compiled| compiled.session(clock)).transpose()
    }
}

impl Compiled {
    /// A network that was tried out once.
    fn tried(
        decl: &'static ModelDecl,
        network: Network,
        shapes: Vec<Vec<usize>>,
    ) -> Result<Self, InferenceError> {
        let spare = Arc::new(Mutex::new(Some(warm_session(&network, &shapes)?)));
        Ok(Self { decl, network, shapes, spare })
    }

    fn session(&self, clock: &NetworkClock) -> Result<ModelSession, InferenceError> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        let session = match spare {
            Some(session) => session,
            None => warm_session(&self.network, &self.shapes)?,
        };
        Ok(ModelSession::new(self.decl, self.shapes.clone(), session, clock.clone()))
    }
}

/// A session that has run once, on zeros. The first run allocates and picks kernels: better here than in somebody's
/// request.
fn warm_session(network: &Network, shapes: &[Vec<usize>]) -> Result<Session, InferenceError> {
    let zeros: Vec<Vec<f32>> = shapes.iter().map(|shape| vec![0.0; shape.iter().product()]).collect();
    let inputs: Vec<_> = shapes.iter().zip(&zeros).map(|(shape, data)| TensorView { shape, data }).collect();
    let mut session = network.session()?;
    session.run(&inputs)?;
    Ok(session)
}
