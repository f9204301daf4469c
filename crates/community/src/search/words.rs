//! How texts are cut into words to be searched: pure, and the same for what is kept and for what is asked.
//!
//! Words are runs of letters and digits in small letters. Scripts that put no blanks between words are cut into all pairs of neighbours,
//! so that any part of a text is found. What is no word (who wrote it, what comes with it) is marked by a letter for private use, which
//! no text can bring in.

use std::collections::BTreeSet;

use kindred_protocol::html;
use kindred_storage::{
    ActorId, PostKind, Visibility,
    posts::{Attachment, Post},
    words::Term,
};

use crate::filters::is_unparted;

/// What begins a mark.
const MARK: char = '\u{e000}';
/// Longer words are cut off; nobody looks for their ends.
const LONGEST_WORD: usize = 40;
/// The most words of one post that can be found.
const MOST_WORDS: usize = 2_000;

/// Something that a post can have beside its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    By(ActorId),
    Media,
    Image,
    Video,
    Audio,
    Link,
    Poll,
    Reply,
    Sensitive,
    Public,
    Language(String),
}

impl Mark {
    /// The mark as a word.
    pub(crate) fn word(&self) -> String {
        match self {
            Self::By(id) => format!("{MARK}by{id}"),
            Self::Media => format!("{MARK}media"),
            Self::Image => format!("{MARK}image"),
            Self::Video => format!("{MARK}video"),
            Self::Audio => format!("{MARK}audio"),
            Self::Link => format!("{MARK}link"),
            Self::Poll => format!("{MARK}poll"),
            Self::Reply => format!("{MARK}reply"),
            Self::Sensitive => format!("{MARK}sensitive"),
            Self::Public => format!("{MARK}public"),
            Self::Language(tag) => {
                let tag: String = tag
                    .chars()
                    .filter(char::is_ascii_alphanumeric)
                    .take(8)
                    .collect();
                format!("{MARK}in{}", tag.to_ascii_lowercase())
            }
        }
    }
}

/// All words and marks of a post, parted by blanks.
pub(crate) fn of_post(post: &Post) -> String {
    let mut words: BTreeSet<String> = marks(post).iter().map(Mark::word).collect();
    let content = html::to_text(&post.content, usize::MAX);
    let pieces = [
        post.title.as_deref(),
        post.warning.as_deref(),
        Some(&content),
    ];
    let described = post.attachments.iter().map(|it| it.description.as_deref());
    for text in pieces.into_iter().chain(described).flatten() {
        cut(text, Cut::All, |word| {
            if words.len() < MOST_WORDS {
                words.insert(word);
            }
        });
    }
    words.into_iter().collect::<Vec<_>>().join(" ")
}

fn marks(post: &Post) -> Vec<Mark> {
    let has = |kind: &str| {
        let of_kind = |it: &Attachment| {
            it.media_type
                .as_deref()
                .unwrap_or_default()
                .starts_with(kind)
        };
        post.attachments.iter().any(of_kind)
    };
    let language = post
        .language
        .as_deref()
        .and_then(|tag| tag.split('-').next());
    [
        (true, Mark::By(post.author_id)),
        (!post.attachments.is_empty(), Mark::Media),
        (has("image"), Mark::Image),
        (has("video"), Mark::Video),
        (has("audio"), Mark::Audio),
        (
            post.link_url.is_some() || post.content.contains("rel=\"nofollow"),
            Mark::Link,
        ),
        (post.kind == PostKind::Question, Mark::Poll),
        (post.parent_uri.is_some(), Mark::Reply),
        (post.sensitive, Mark::Sensitive),
        (post.visibility == Visibility::Public, Mark::Public),
    ]
    .into_iter()
    .filter(|(is_so, _)| *is_so)
    .map(|(_, mark)| mark)
    .chain(language.map(|tag| Mark::Language(tag.to_owned())))
    .collect()
}

/// What a text must have in it to be found by these words. The last word may go on, when it is long enough to mean something.
pub(crate) fn asked(text: &str) -> Vec<Term> {
    let mut words = Vec::new();
    cut(text, Cut::Pairs, |word| words.push(word));
    let last = words.len().saturating_sub(1);
    let goes_on = text.chars().next_back().is_some_and(char::is_alphanumeric);
    words
        .into_iter()
        .enumerate()
        .map(|(at, word)| {
            let mut letters = word.chars();
            let alone = letters.next().is_some_and(is_unparted) && letters.next().is_none();
            let unparted = word.chars().all(is_unparted);
            if alone || (at == last && goes_on && !unparted && word.chars().count() >= 3) {
                Term::Beginning(word)
            } else {
                Term::Word(word)
            }
        })
        .collect()
}

/// Which words of an unparted run are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Its pairs, and its last letter, which no pair begins with.
    All,
    /// Its pairs; a single letter by itself.
    Pairs,
}

fn cut(text: &str, how: Cut, mut found: impl FnMut(String)) {
    let text = text.to_lowercase();
    for run in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|run| !run.is_empty())
    {
        let letters: Vec<char> = run.chars().collect();
        for piece in letters.chunk_by(|one, other| is_unparted(*one) == is_unparted(*other)) {
            match piece {
                [first, ..] if !is_unparted(*first) => {
                    found(piece.iter().take(LONGEST_WORD).collect());
                }
                [only] => found(only.to_string()),
                _ => {
                    for pair in piece.windows(2) {
                        found(pair.iter().collect());
                    }
                    if let (Cut::All, Some(last)) = (how, piece.last()) {
                        found(last.to_string());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        cut(text, Cut::All, |word| words.push(word));
        words
    }

    #[test]
    fn texts_are_cut_into_words_and_pairs() {
        assert_eq!(kept("Hello, wORLD 42!"), ["hello", "world", "42"]);
        assert_eq!(kept("統計学 Rust語"), ["統計", "計学", "学", "rust", "語"]);
        assert_eq!(kept("\u{e000}by1 a\"b'c"), ["by1", "a", "b", "c"]);
        assert_eq!(kept(&"x".repeat(100)), ["x".repeat(LONGEST_WORD)]);
    }

    #[test]
    fn a_question_is_cut_like_the_texts_it_is_to_find() {
        let word = |word: &str| Term::Word(word.to_owned());
        let beginning = |word: &str| Term::Beginning(word.to_owned());
        assert_eq!(asked("Rust crab"), [word("rust"), beginning("crab")]);
        assert_eq!(asked("go"), [word("go")]);
        assert_eq!(asked("crab."), [word("crab")]);
        assert_eq!(asked("統計学"), [word("統計"), word("計学")]);
        assert_eq!(asked("学"), [beginning("学")]);
        assert_eq!(asked("!?"), []);
    }
}
