//! Many photos: all that a folder or list names, a few at a time, each with a row in the report.

mod report;
mod run;
mod source;

use super::Enroll;
use super::target::Target;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::{progress, setup, terminal};
use report::Report;
use run::{Counts, enroll_all};
use source::Others;

/// Enrols them.
pub(super) fn run(arguments: &Enroll, context: &Context) -> Result<Exit, Failure> {
    let Enroll { expires_in, replace, .. } = *arguments;
    let others = Others { gallery: arguments.gallery.clone(), expires_in, replace };
    let orders = source::orders(&arguments.photo, &others)?;
    let (mut report, done_before) = Report::open(&arguments.report)?;
    let left: Vec<_> = orders.into_iter().filter(|order| !done_before.has(order)).collect();
    let bar = progress::counting(left.len(), "photos");
    let counts = setup::executor()?.block_on(async {
        let target = Target::open(context, arguments.app).await?.in_bulk();
        let counted = enroll_all(&target, left, context, |order, outcome| {
            bar.inc(1);
            report.add(order, outcome)
        });
        let counted = counted.await;
        target.close().await;
        counted
    });
    bar.finish_and_clear();
    let counts = counts?;
    let report = arguments.report.display().to_string();
    if arguments.json {
        terminal::json(&counts.as_json(done_before.len(), &report))?;
    } else {
        let Counts { enrolled, there_already, refused } = counts;
        let before = match done_before.len() {
            0 => String::new(),
            before => format!("{before} done before, "),
        };
        terminal::line(&format!(
            "{before}{enrolled} enrolled, {there_already} there already, {refused} refused: {report} says which"
        ))?;
    }
    Ok(Exit::answer(counts.refused == 0))
}
