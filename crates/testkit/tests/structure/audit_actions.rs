//! The actions of the audit log, as the code writes them and as `docs/audit.md` lists them.

use std::collections::BTreeSet;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use crate::workspace::sources_below;

/// Calls whose first argument is an action.
const RECORDING: [&str; 5] = ["trail", "changed", "make", "replaced", "blank"];

/// The actions in source text: the first argument of what records, and what is given as `action: ...`.
fn actions_in(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(text.parse().expect("Rust source"), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Group(arguments)))
                if RECORDING.iter().any(|name| word == name) =>
            {
                found.extend(arguments.stream().into_iter().next().and_then(|first| text_of(&first)));
            }
            (TokenTree::Ident(word), Some(TokenTree::Punct(colon)))
                if word == "action" && colon.as_char() == ':' =>
            {
                found.extend(tokens.get(at + 2).and_then(text_of));
            }
            _ => {}
        }
        if let TokenTree::Group(group) = token {
            collect(group.stream(), found);
        }
    }
}

fn text_of(token: &TokenTree) -> Option<String> {
    let text = token.to_string();
    Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

#[test]
fn the_page_about_the_audit_log_lists_every_action() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let code = sources_below(&root.join("crates/service/src"));
    let code = code.iter().filter(|path| path.file_stem().is_some_and(|stem| stem != "tests"));
    let written: BTreeSet<String> =
        code.flat_map(|path| actions_in(&fs_err::read_to_string(path).expect("a file"))).collect();
    assert!(written.len() > 10, "{written:?}");
    let page = fs_err::read_to_string(root.join("docs/audit.md")).expect("the page");
    let row = page.lines().find(|line| line.starts_with("| `action` |")).expect("its row");
    let listed = row.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(written, listed, "the row `action` of docs/audit.md");
}

#[test]
fn actions_are_found_in_both_forms() {
    let text = r#"fn f() { self.trail("enroll", None); changed(&g, Change { action: "create_app", app }, || { trail("x") }); make("y") }"#;
    assert_eq!(actions_in(text), ["create_app", "enroll", "x", "y"].map(str::to_owned).into());
    assert_eq!(actions_in("struct Change { action: &'static str } fn trail(action: A) {}"), BTreeSet::new());
}
