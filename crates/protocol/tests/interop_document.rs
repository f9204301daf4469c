//! `docs/federation/interop.md` names a test for every rule that other servers insist on; here it is seen to that it does.
//!
//! Whether a test holds its rule is for whoever reads both.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// What stands where something will be held only when there are meetups.
const LATER: &str = "with meetups";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rules of one section.
struct Section {
    number: u32,
    /// How many there are, by its own heading.
    promised: usize,
    /// Each rule, with the column that says what holds it.
    rules: Vec<(String, String)>,
}

/// `12` of `## 3. Ids, addresses, JSON (12 rules)`, with the number of the section.
fn heading(line: &str) -> Option<(u32, usize)> {
    let (number, rest) = line.strip_prefix("## ")?.split_once(". ")?;
    let (_, count) = rest.rsplit_once('(')?;
    let count = count.split(' ').next()?;
    Some((number.parse().ok()?, count.parse().ok()?))
}

fn sections() -> Vec<Section> {
    let text = fs::read_to_string(root().join("docs/federation/interop.md")).expect("the page");
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines() {
        if let Some((number, promised)) = heading(line) {
            sections.push(Section {
                number,
                promised,
                rules: Vec::new(),
            });
        } else if let Some(row) = line
            .strip_prefix("| ")
            .and_then(|row| row.strip_suffix(" |"))
            && let Some((rule, held_by)) = row.rsplit_once(" | ")
            && rule != "Rule"
        {
            let section = sections.last_mut().expect("a rule stands in a section");
            section.rules.push((rule.to_owned(), held_by.to_owned()));
        }
    }
    sections
}

/// The names in back quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The names of all functions that are marked as tests in the sources.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("something in it").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                names.extend(tests_in(&fs::read_to_string(path).expect("a source")));
            }
        }
    }
    names
}

fn tests_in(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut marked = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[") && line.ends_with("test]") {
            marked = true;
        } else if let Some((_, rest)) = line.split_once("fn ")
            && marked
        {
            marked = false;
            names.extend(rest.split('(').next().map(str::to_owned));
        }
    }
    names
}

#[test]
fn every_rule_of_other_servers_is_held_by_a_test_that_exists() {
    let known = tests();
    let sections = sections();
    let numbers: Vec<u32> = sections.iter().map(|section| section.number).collect();
    assert_eq!(numbers, (3..=21).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for section in &sections {
        let (number, count) = (section.number, section.rules.len());
        if count != section.promised {
            wrong.push(format!(
                "section {number} promises {} rules and has {count}",
                section.promised
            ));
        }
        for (rule, held_by) in &section.rules {
            if quoted(held_by).next().is_none() && held_by != LATER {
                wrong.push(format!("{number}, {rule}: nothing holds it"));
            }
            for name in quoted(held_by).filter(|name| !known.contains(*name)) {
                wrong.push(format!("{number}, {rule}: there is no test {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_rule_of_the_reference_is_left_out() {
    let reference = std::env::var_os("KINDRED_FEDERATION_REFERENCE")
        .map_or_else(|| root().join("../shared/federation.md"), PathBuf::from);
    let Ok(text) = fs::read_to_string(&reference) else {
        println!(
            "SKIPPED: there is no reference at {}; set KINDRED_FEDERATION_REFERENCE",
            reference.display()
        );
        return;
    };
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    let mut section = 0;
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let number = heading.split('.').next().unwrap_or_default();
            section = number.parse().unwrap_or(0);
        }
        if line.contains("MUST") && (3..=21).contains(&section) {
            *counts.entry(section).or_default() += 1;
        }
    }
    let noted: BTreeMap<u32, usize> = sections()
        .iter()
        .map(|section| (section.number, section.promised))
        .collect();
    assert_eq!(noted, counts, "the rules of each section");
}
