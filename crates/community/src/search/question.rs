//! What somebody types into a search box, understood: words, phrases in quotes, and operators with a colon.
//!
//! `from:mei in:library has:media is:reply language:de before:2026-01-31 after: during: -word "a phrase"`. What looks like an operator
//! and is none is looked for as words.

use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use kindred_storage::{Moment, words::Term};

use super::words::{self, Mark};

/// A question about posts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Question {
    /// Words and marks.
    pub terms: Vec<Term>,
    /// What stands in the text word by word, in small letters.
    pub phrases: Vec<String>,
    /// By whom: handles as they were typed, `me` among them.
    pub from: Vec<String>,
    /// Not by whom.
    pub not_from: Vec<String>,
    /// Only what is one's own, or was liked or kept.
    pub own_traces: bool,
    /// Published from then on.
    pub from_day: Option<Moment>,
    /// Published before then.
    pub until_day: Option<Moment>,
}

/// More operators and words than anybody types are left out.
const MOST_PIECES: usize = 40;
const ONE_DAY: Duration = Duration::from_hours(24);

impl Question {
    /// Reads what was typed.
    pub(crate) fn read(text: &str) -> Self {
        let mut question = Self::default();
        let mut plain = String::new();
        for piece in pieces(text).into_iter().take(MOST_PIECES) {
            match piece {
                Piece::Phrase(phrase) => {
                    let words = words::asked(&format!("{phrase}."));
                    question.terms.extend(words);
                    question.phrases.push(phrase.to_lowercase());
                }
                Piece::Bare(word) => {
                    let (no, bare) = match word.strip_prefix('-') {
                        Some(bare) if !bare.is_empty() => (true, bare),
                        _ => (false, word.as_str()),
                    };
                    let understood = bare
                        .split_once(':')
                        .is_some_and(|(name, value)| question.operator(name, value, no));
                    if understood {
                        continue;
                    }
                    if no {
                        for term in words::asked(&format!("{bare}.")) {
                            question.unwanted(term);
                        }
                    } else {
                        plain.push(' ');
                        plain.push_str(bare);
                    }
                }
            }
        }
        question.terms.extend(words::asked(&plain));
        question
    }

    fn unwanted(&mut self, term: Term) {
        if let Term::Word(word) | Term::Beginning(word) = term {
            self.terms.push(Term::Not(word));
        }
    }

    /// Takes an operator in; `false` when it is none.
    fn operator(&mut self, name: &str, value: &str, no: bool) -> bool {
        let name = name.to_ascii_lowercase();
        let low = value.to_ascii_lowercase();
        let mark = match (name.as_str(), low.as_str()) {
            ("from", who) if !who.is_empty() => {
                let who = who.trim_start_matches('@').to_owned();
                let whom = if no {
                    &mut self.not_from
                } else {
                    &mut self.from
                };
                whom.push(who);
                return true;
            }
            ("in", "library") => {
                self.own_traces = true;
                return true;
            }
            ("in", "all") => return true,
            ("in", "public") => Mark::Public,
            ("has", "media") => Mark::Media,
            ("has", "image") => Mark::Image,
            ("has", "video") => Mark::Video,
            ("has", "audio") => Mark::Audio,
            ("has", "poll") => Mark::Poll,
            ("has", "link" | "embed") => Mark::Link,
            ("is", "reply") => Mark::Reply,
            ("is", "sensitive") => Mark::Sensitive,
            ("language", tag) if (2..=8).contains(&tag.len()) => Mark::Language(low.clone()),
            ("before" | "after" | "during" | "since", day) => return self.when(&name, day),
            _ => return false,
        };
        let term = Term::Word(mark.word());
        if no {
            self.unwanted(term);
        } else {
            self.terms.push(term);
        }
        true
    }

    fn when(&mut self, name: &str, day: &str) -> bool {
        let Some(begins) = beginning_of(day) else {
            return false;
        };
        let ends = begins.plus(ONE_DAY);
        match name {
            "before" => self.until_day = Some(begins),
            "after" => self.from_day = Some(ends),
            "since" => self.from_day = Some(begins),
            _ => (self.from_day, self.until_day) = (Some(begins), Some(ends)),
        }
        true
    }
}

/// The beginning of a day, given as a date or with a time behind it.
fn beginning_of(day: &str) -> Option<Moment> {
    let date = match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
        Ok(date) => date,
        Err(_) => DateTime::parse_from_rfc3339(&day.to_ascii_uppercase())
            .ok()?
            .date_naive(),
    };
    let midnight = date.and_hms_opt(0, 0, 0)?;
    Some(Moment(midnight.and_utc().timestamp_millis()))
}

enum Piece {
    Bare(String),
    Phrase(String),
}

/// Cuts at blanks, but not between quotes.
fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    for (at, part) in text.split(['"', '“', '”']).enumerate() {
        if at % 2 == 1 && !part.trim().is_empty() {
            found.push(Piece::Phrase(part.trim().to_owned()));
        } else {
            found.extend(
                part.split_whitespace()
                    .map(|word| Piece::Bare(word.to_owned())),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(word: &str) -> Term {
        Term::Word(word.to_owned())
    }

    #[test]
    fn operators_words_and_phrases_are_told_apart() {
        let question = Question::read(
            "from:@Mei@acme.example -from:tomas has:media \"Big Crab\" -noise in:library before:2026-02-01 after:2026-01-01 shell",
        );
        assert_eq!(question.from, ["mei@acme.example"]);
        assert_eq!(question.not_from, ["tomas"]);
        assert!(question.own_traces);
        assert_eq!(question.phrases, ["big crab"]);
        assert_eq!(
            question.terms,
            [
                word(&Mark::Media.word()),
                word("big"),
                word("crab"),
                Term::Not("noise".into()),
                Term::Beginning("shell".into()),
            ]
        );
        assert_eq!(question.until_day, Some(Moment(1_769_904_000_000)));
        assert_eq!(question.from_day, Some(Moment(1_767_312_000_000)));
    }

    #[test]
    fn what_only_looks_like_an_operator_is_looked_for() {
        for (text, expected) in [
            (
                "re:union",
                vec![word("re"), Term::Beginning("union".into())],
            ),
            (
                "before:noon",
                vec![word("before"), Term::Beginning("noon".into())],
            ),
            ("https://a.b", vec![word("https"), word("a"), word("b")]),
            ("-", vec![]),
            ("\"", vec![]),
        ] {
            assert_eq!(Question::read(text).terms, expected, "{text}");
        }
    }
}
