//! The structure of the workspace, read from its sources: no cycle between the modules of a crate, no crate that depends
//! on one above it, one decoder of photos; and a page that lists what the sources say.
//!
//! A module is a top-level one, `mod x;` in `lib.rs` or `main.rs`. Code under `#[cfg(test)]` does not count: tests may
//! look wherever they like.

mod audit_actions;
mod decoders;
mod deployed_metrics;
mod graph;
mod layers;
mod source;
mod workspace;

use graph::Graph;
use workspace::Workspace;

#[test]
fn the_modules_of_a_crate_form_no_cycle() {
    let workspace = Workspace::read();
    let mut faults = Vec::new();
    for member in &workspace.members {
        let cycles: String = member.roots().iter().map(|root| Graph::read(root).cycles()).collect();
        if !cycles.is_empty() {
            faults.push(format!("{}:\n{cycles}", member.folder));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_crate_depends_only_on_those_below_it() {
    let workspace = Workspace::read();
    assert!(workspace.members.len() > 5, "{:?}", workspace.members);
    let faults = layers::faults(&workspace.layers());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
