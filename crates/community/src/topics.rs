//! Topics: how their names are spelled, so that everybody means the same one.

/// The longest name of a topic, in characters.
const LONGEST: usize = 100;

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
}
