//! Finds links, mentions and hashtags in a run of plain text.
//!
//! It only finds what is written; whether such a person or group exists is asked elsewhere.

use linkify::{LinkFinder, LinkKind};
use std::{fmt, str::FromStr};

/// Somebody as written in a text: `@mei`, `@mei@acme.example`, `!rust@acme.example`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The name, as written.
    pub name: String,
    /// The host in lower case; absent for people and groups of this server.
    pub host: Option<String>,
    /// Whether it was written with `!`, so that a group is meant.
    pub group: bool,
}

impl fmt::Display for Handle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}", if self.group { '!' } else { '@' }, self.name)?;
        match &self.host {
            Some(host) => write!(out, "@{host}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Handle {
    type Err = ();

    /// Reads a handle that stands alone, with or without its first sign.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let signed = if text.starts_with(['@', '!']) {
            text.to_owned()
        } else {
            format!("@{text}")
        };
        match handle_at(&signed) {
            Some((handle, length)) if length == signed.len() => Ok(handle),
            _ => Err(()),
        }
    }
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Link(&'a str),
    Mention(Handle, &'a str),
    Hashtag(&'a str),
}

/// Takes a text apart. The pieces together are the text again.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut found = Vec::new();
    for span in finder.spans(text) {
        let web = span.as_str().starts_with("https://") || span.as_str().starts_with("http://");
        match span.kind() {
            Some(LinkKind::Url) if web => found.push(Piece::Link(span.as_str())),
            _ => words(text, span.start(), span.end(), &mut found),
        }
    }
    found
}

/// Finds mentions and hashtags between two links.
fn words<'a>(text: &'a str, start: usize, end: usize, found: &mut Vec<Piece<'a>>) {
    let mut plain = start;
    let mut at = start;
    while let Some(offset) = text[at..end].find(['@', '!', '#']) {
        let sign = at + offset;
        // In the middle of a word it is part of an address or of nothing.
        let free = text[..sign].chars().next_back().is_none_or(|before| {
            !(before.is_alphanumeric()
                || matches!(before, '_' | '@' | '#' | '/' | '&' | '.' | '-' | '+' | '='))
        });
        let rest = &text[sign..end];
        let piece = match (free, rest.as_bytes()[0]) {
            (true, b'#') => {
                hashtag_at(rest).map(|length| (Piece::Hashtag(&rest[1..length]), length))
            }
            (true, _) => handle_at(rest)
                .map(|(handle, length)| (Piece::Mention(handle, &rest[..length]), length)),
            _ => None,
        };
        match piece {
            Some((piece, length)) => {
                if plain < sign {
                    found.push(Piece::Text(&text[plain..sign]));
                }
                found.push(piece);
                at = sign + length;
                plain = at;
            }
            None => at = sign + 1,
        }
    }
    if plain < end {
        found.push(Piece::Text(&text[plain..end]));
    }
}

/// How long the hashtag at the start is, with its `#`. Numbers alone are none: `#1` is the first of something.
fn hashtag_at(text: &str) -> Option<usize> {
    let body = &text[1..];
    let length = body
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(body.len());
    let word = &body[..length];
    (word.chars().any(char::is_alphabetic) && word.chars().count() <= 100).then_some(length + 1)
}

/// The handle at the start, and how long it is.
fn handle_at(text: &str) -> Option<(Handle, usize)> {
    let group = text.starts_with('!');
    let body = &text[1..];
    let name = word(
        body,
        |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'),
        &['.', '-'],
    )?;
    let mut length = 1 + name.len();
    let after = &body[name.len()..];
    let host = after.strip_prefix('@').and_then(|rest| {
        let host = word(
            rest,
            |c| c.is_alphanumeric() || matches!(c, '.' | '-'),
            &['.', '-'],
        )?;
        // Only laboratories have ports.
        let port = rest[host.len()..].strip_prefix(':').map(|port| {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            if (1..=5).contains(&digits) {
                digits + 1
            } else {
                0
            }
        });
        let whole = host.len() + port.unwrap_or(0);
        length += 1 + whole;
        Some(rest[..whole].to_lowercase())
    });
    // `!important` is an exclamation; a group of another server always has a host.
    if group && host.is_none() || name.len() > 200 {
        return None;
    }
    Some((
        Handle {
            name: name.to_owned(),
            host,
            group,
        },
        length,
    ))
}

/// The longest start of such characters that neither begins nor ends with a separator.
fn word<'a>(text: &'a str, allowed: impl Fn(char) -> bool, separators: &[char]) -> Option<&'a str> {
    let length = text.find(|c| !allowed(c)).unwrap_or(text.len());
    let found = text[..length].trim_end_matches(separators);
    (!found.is_empty() && !found.starts_with(separators)).then_some(found)
}
