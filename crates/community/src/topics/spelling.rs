//! How the names of topics are spelled, compared and entered, so that everybody means the same one.

use unicode_normalization::{UnicodeNormalization, char::decompose_canonical};

use crate::Refusal;

/// The longest name of a topic, in characters.
pub const LONGEST: usize = 100;

/// The part of an address that stands for a topic: letters and digits of any script in lower case, words joined by `-`.
///
/// `None` when the text has no letter or digit, or is too long to be a topic.
pub fn slug(name: &str) -> Option<String> {
    if name.chars().count() > LONGEST {
        return None;
    }
    let mut slug = String::with_capacity(name.len());
    for word in name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().flat_map(char::to_lowercase));
    }
    Some(slug).filter(|slug| !slug.is_empty())
}

/// The name of a topic as people read it: as it was written, without the `#` of a hashtag.
pub fn spelling(name: &str) -> String {
    name.trim()
        .trim_start_matches('#')
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The same topic as a hashtag, which has no blanks: `statistical process control` becomes `StatisticalProcessControl`.
pub fn hashtag(name: &str) -> Option<String> {
    slug(name)?;
    let mut words = name
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .peekable();
    let first = words.next()?;
    if words.peek().is_none() {
        return Some(first.to_owned());
    }
    Some([first].into_iter().chain(words).map(capital).collect())
}

/// A name as it is compared, the way Mastodon compares hashtags: width, case and the accents of Latin letters make no difference.
///
/// `None` when the text is no name of a topic.
pub fn fold(name: &str) -> Option<String> {
    let mut plain = String::with_capacity(name.len());
    for c in name.nfkc() {
        let mut base = None;
        decompose_canonical(c, |part| {
            base.get_or_insert(part);
        });
        plain.push(base.filter(char::is_ascii_alphabetic).unwrap_or(c));
    }
    slug(&plain).map(|slug| slug.replace('-', " "))
}

/// The places at which a folded name can be entered while it is typed: each of its words, with what follows; in scripts that
/// write without blanks, each of their letters.
pub(crate) fn entries(folded: &str) -> Vec<String> {
    let mut entries = Vec::new();
    let mut before = ' ';
    for (at, c) in folded.char_indices() {
        if before == ' ' || is_without_blanks(c) {
            entries.push(folded[at..].to_owned());
        }
        before = c;
    }
    entries
}

fn is_without_blanks(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// A name that people may give to a topic: of bearable length, without marks that nobody sees, and each word in one alphabet, so
/// that no topic looks like another one.
pub fn checked(name: &str) -> Result<String, Refusal> {
    let name = spelling(name);
    if name.chars().count() > LONGEST {
        return Err(Refusal::NotUnderstood(format!(
            "the name of a topic has at most {LONGEST} characters"
        )));
    }
    if name.chars().any(is_unseen) || name.split(' ').any(mixes_alphabets) {
        return Err(Refusal::NotUnderstood(
            "the name of a topic has letters of one alphabet, and no marks that cannot be seen"
                .into(),
        ));
    }
    if fold(&name).is_none() {
        return Err(Refusal::NotUnderstood(
            "the name of a topic needs a letter or a digit".into(),
        ));
    }
    Ok(name)
}

fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Marks that turn the direction of writing, so that a line reads otherwise than it is written.
pub(crate) fn turns_writing(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Latin, Greek and Cyrillic have letters that look alike; a word in two of them wants to be mistaken.
pub(crate) fn mixes_alphabets(word: &str) -> bool {
    let mut seen = [false; 3];
    for c in word.chars().filter(|c| c.is_alphabetic()) {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{00c0}'..='\u{024f}' | '\u{1e00}'..='\u{1eff}' => {
                seen[0] = true;
            }
            '\u{0370}'..='\u{03ff}' | '\u{1f00}'..='\u{1fff}' => seen[1] = true,
            '\u{0400}'..='\u{052f}' | '\u{1c80}'..='\u{1c8f}' => seen[2] = true,
            _ => {}
        }
    }
    seen.iter().filter(|seen| **seen).count() > 1
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_topics_meet_in_one_spelling() {
        for (name, expected) in [
            ("Rust", "rust"),
            ("#Rust", "rust"),
            ("Statistical process control", "statistical-process-control"),
            ("  Kletter-Halle ", "kletter-halle"),
            ("Über", "über"),
            ("統計", "統計"),
        ] {
            assert_eq!(slug(name).as_deref(), Some(expected), "{name}");
        }
        assert_eq!(slug("#!"), None);
        assert_eq!(slug(&"a".repeat(101)), None);
        assert_eq!(
            hashtag("statistical process control").as_deref(),
            Some("StatisticalProcessControl")
        );
        assert_eq!(hashtag("rust").as_deref(), Some("rust"));
    }

    #[test]
    fn case_width_and_accents_make_no_difference() {
        for (one, other) in [
            ("Über", "uber"),
            ("Ｒｕｓｔ", "rust"),
            ("CAFÉ society", "cafe-society"),
            ("ｶﾞｰﾃﾞﾆﾝｸﾞ", "ガーデニング"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("か"), fold("が"));
        assert_ne!(fold("йога"), fold("иога"));
        assert_eq!(fold("#!"), None);
    }

    #[test]
    fn a_name_is_entered_at_each_of_its_words() {
        assert_eq!(
            entries("statistical process control"),
            ["statistical process control", "process control", "control"]
        );
        assert_eq!(entries("統計学"), ["統計学", "計学", "学"]);
    }

    #[test]
    fn names_that_want_to_be_mistaken_are_refused() {
        for name in [
            "r\u{0443}st",
            "ru\u{200b}st",
            "\u{202e}tsur",
            "αb",
            "",
            "#",
            "a\u{0000}b",
        ] {
            assert!(checked(name).is_err(), "{name:?}");
        }
        assert!(checked(&"a".repeat(300)).is_err());
        for name in [
            "Rust",
            "statistische Prozesskontrolle",
            "λ calculus",
            "統計 SPC",
            "йога",
        ] {
            assert_eq!(checked(name).as_deref(), Ok(name));
        }
    }
}
