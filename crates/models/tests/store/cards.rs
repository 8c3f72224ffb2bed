//! Each model has a card, and each card a model.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use faceward_models::Manifest;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/cards")
}

#[test]
fn models_and_cards_match() {
    let models: BTreeSet<_> = Manifest::embedded().models().iter().map(|model| model.id.clone()).collect();
    let cards: BTreeSet<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.trim_end_matches(".md").to_owned())
        .collect();
    assert_eq!(models, cards);
}

#[test]
fn a_card_says_what_a_user_must_know() {
    for model in Manifest::embedded().models() {
        let text = fs::read_to_string(folder().join(format!("{}.md", model.id))).unwrap();
        let license = format!("Licence: {}", model.license);
        for part in [
            format!("# {}", model.id).as_str(),
            "## Origin",
            &license,
            "## Contract",
            "## Measured",
            "## Limits",
        ] {
            assert!(text.contains(part), "{part} in the card of {}", model.id);
        }
    }
}
