//! What an instance says about itself, read at start from a folder of Markdown files.
//!
//! It reads texts and judges none; a file that is not there says nothing.

use std::{
    io::ErrorKind,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use kindred_community::{
    Moment,
    settings::{House, Paper, Rule},
};
use kindred_protocol::html::{NoLinks, from_markdown};

use crate::{config::Config, failure::Failure};

/// The longest text that is read. Units: bytes.
const LONGEST: u64 = 256 * 1024;
/// More rules than anybody keeps in mind.
const MOST_RULES: usize = 100;

/// Everything that is said, by the settings and in the folder.
pub fn read(config: &Config) -> Result<House, Failure> {
    let usual = config.data_dir.join("house");
    let folder = config.house_dir.as_deref().unwrap_or(&usual);
    let rules = file(&folder.join("rules.md"))?;
    Ok(House {
        email: config.email.clone().unwrap_or_default(),
        contact: config
            .contact
            .as_deref()
            .map(|handle| handle.trim_start_matches('@').to_owned()),
        about: paper(&folder.join("about.md"))?,
        privacy: paper(&folder.join("privacy.md"))?,
        terms: paper(&folder.join("terms.md"))?,
        rules: rules.map_or_else(Vec::new, |(text, _)| listed(&text)),
    })
}

fn paper(path: &Path) -> Result<Option<Paper>, Failure> {
    let text = file(path)?;
    Ok(text.map(|(text, changed)| Paper {
        html: from_markdown(&text, &NoLinks).html,
        written_at: moment(changed),
    }))
}

/// A text, and when it was last changed.
fn file(path: &Path) -> Result<Option<(String, SystemTime)>, Failure> {
    let unreadable = |why: String| Failure::new(format!("{} {why}", path.display()));
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(format!("cannot be read: {error}"))),
    };
    if about.len() > LONGEST {
        return Err(unreadable(format!("is longer than {LONGEST} bytes")));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    let changed = about.modified().unwrap_or(UNIX_EPOCH);
    Ok(Some((text, changed)).filter(|(text, _)| !text.trim().is_empty()))
}

fn moment(time: SystemTime) -> Moment {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(0))
}

/// The items of a list, each with what stands below it.
fn listed(text: &str) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for line in text.lines() {
        let words = line.trim();
        if let Some(item) = item(line) {
            rules.push(Rule {
                text: item.to_owned(),
                hint: String::new(),
            });
        } else if let Some(rule) = rules.last_mut().filter(|_| !words.is_empty()) {
            // What stands in the first column is about the list, not in it.
            if line.starts_with([' ', '\t']) {
                let gap = if rule.hint.is_empty() { "" } else { " " };
                rule.hint.extend([gap, words]);
            }
        }
    }
    rules.truncate(MOST_RULES);
    rules
}

/// `- Be kind`, `* Be kind` or `1. Be kind`, in the first column.
fn item(line: &str) -> Option<&str> {
    let numbered = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let rest = line
        .strip_prefix("- ")
        .or_else(|| line.strip_prefix("* "))
        .or_else(|| {
            let numbered = numbered.strip_prefix(". ")?;
            line.starts_with(|letter: char| letter.is_ascii_digit())
                .then_some(numbered)
        })?;
    Some(rest.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_of_the_list_is_a_rule_with_what_is_meant_below_it() {
        let text = "# Rules\n\nWe ask for this:\n\n- Be kind\n  Nobody is here\n  to fight.\n- \n1. No advertising\n\nThank you!\n* Last\n";
        let rules = listed(text);
        let told: Vec<_> = rules
            .iter()
            .map(|rule| (rule.text.as_str(), rule.hint.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("Be kind", "Nobody is here to fight."),
                ("No advertising", ""),
                ("Last", "")
            ]
        );
    }

    #[test]
    fn a_folder_that_is_not_there_says_nothing() {
        assert_eq!(file(Path::new("/nowhere/at/all.md")).unwrap(), None);
    }
}
