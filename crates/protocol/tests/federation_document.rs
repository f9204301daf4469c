//! FEDERATION.md refers to snapshots for its examples; here it is seen to that they exist.
//!
//! Whether they say what the document says about them is for whoever reads both.

use std::{collections::BTreeMap, fs, path::Path};

const SNAPSHOTS: &str = "crates/protocol/src/write/snapshots/";

#[test]
fn every_example_in_the_federation_document_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join("FEDERATION.md")).unwrap();
    let named: Vec<&str> = text
        .match_indices(SNAPSHOTS)
        .map(|(start, _)| &text[start..])
        .map(|rest| {
            let end = rest
                .find(|letter: char| letter.is_whitespace() || letter == ')')
                .unwrap_or(rest.len());
            &rest[..end]
        })
        .collect();
    for path in &named {
        assert!(root.join(path).is_file(), "{path} does not exist");
    }
    assert!(named.len() >= 15, "only {} examples are named", named.len());
}

#[test]
fn every_label_in_the_federation_document_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join("FEDERATION.md")).unwrap();
    let defined: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
        .collect();
    let without_definitions: String = text
        .lines()
        .filter(|line| !(line.starts_with('[') && line.contains("]: ")))
        .collect::<Vec<_>>()
        .join("\n");
    for label in defined.keys() {
        assert!(
            without_definitions.contains(&format!("[{label}]")),
            "the example {label} is defined and never shown"
        );
    }
    // `[words][label]`: a label without an address would be shown as it stands.
    for (at, _) in without_definitions.match_indices("][") {
        let label = without_definitions[at + 2..]
            .split(']')
            .next()
            .unwrap_or_default();
        assert!(defined.contains_key(label), "{label} leads nowhere");
    }
}
