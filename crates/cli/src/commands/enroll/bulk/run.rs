//! Photos on their way, a few at a time.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::report::Outcome;
use crate::commands::enroll::target::{Order, Target};
use crate::context::Context;
use crate::exit::{Exit, Failure};

/// Photos that a server gets at once: it computes as many as it has threads, and refuses what would wait for long.
const AT_ONCE_THERE: usize = 8;
/// Photos that wait for a thread of this process.
const WAITING_HERE: usize = 2;
/// How long a photo rests that the server has no room for.
const REST: Duration = Duration::from_secs(1);

/// How many had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) enrolled: usize,
    pub(super) there_already: usize,
    pub(super) refused: usize,
}

impl Counts {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Enrolled => self.enrolled += 1,
            Outcome::ThereAlready => self.there_already += 1,
            Outcome::Refused(_) => self.refused += 1,
        }
    }

    pub(super) fn as_json(self, done_before: usize, report: &str) -> Value {
        let Self { enrolled, there_already, refused } = self;
        json!({
            "done_before": done_before, "enrolled": enrolled, "there_already": there_already, "refused": refused,
            "report": report,
        })
    }
}

/// Enrols all and tells of each. Ends early where going on makes no sense: the store or the server is away.
pub(super) async fn enroll_all(
    target: &Target,
    orders: Vec<Order>,
    context: &Context,
    mut tell: impl FnMut(&Order, &Outcome) -> Result<(), Failure>,
) -> Result<Counts, Failure> {
    let at_once = match target {
        Target::Here { .. } => context.config.service.compute.workers.get() + WAITING_HERE,
        Target::There { .. } => AT_ONCE_THERE,
    };
    let on_their_way = stream::iter(orders).map(|order| async move {
        let outcome = outcome(target, &order).await;
        (order, outcome)
    });
    let mut on_their_way = std::pin::pin!(on_their_way.buffer_unordered(at_once));
    let mut counts = Counts::default();
    while let Some((order, outcome)) = on_their_way.next().await {
        let outcome = outcome?;
        tell(&order, &outcome)?;
        counts.count(&outcome);
    }
    Ok(counts)
}

/// What becomes of one photo, however long the server has no room for it.
async fn outcome(target: &Target, order: &Order) -> Result<Outcome, Failure> {
    loop {
        match target.enroll(order).await {
            Ok(_) => return Ok(Outcome::Enrolled),
            Err(failure) if failure.code() == Some("overloaded") => tokio::time::sleep(REST).await,
            Err(failure) => return judged(failure),
        }
    }
}

/// Whether it is about this photo alone.
fn judged(failure: Failure) -> Result<Outcome, Failure> {
    match failure.code() {
        Some("template_exists") => Ok(Outcome::ThereAlready),
        Some("invalid_id") => Ok(Outcome::Refused(failure.reason())),
        Some(_) | None if failure.exit == Exit::PhotoRefused => Ok(Outcome::Refused(failure.reason())),
        Some(_) | None => Err(failure),
    }
}

#[cfg(test)]
mod tests {
    use faceward_service::ServiceError;

    use super::*;

    #[test]
    fn a_fault_of_the_photo_is_its_outcome_and_any_other_ends_the_run() {
        let exists = judged(ServiceError::TemplateExists.into());
        assert_eq!(exists.ok(), Some(Outcome::ThereAlready));
        let unreadable = judged(Failure::new(Exit::PhotoRefused, anyhow::anyhow!("no such file")));
        assert_eq!(unreadable.ok(), Some(Outcome::Refused("no such file".to_owned())));
        for error in [ServiceError::ShuttingDown, ServiceError::StoreUnreachable(String::new())] {
            assert!(judged(error.into()).is_err());
        }
    }
}
