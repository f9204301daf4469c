//! Cleaning by a list of what is allowed.
//!
//! It decides what may *stand* in a page, not what is true: a link may still lead somewhere else than its text says,
//! which is why pages show the host of a link.

use super::text::{escape, to_text_of_clean};
use crate::limits::CONTENT_BYTES;
use ammonia::{Builder, UrlRelative};
use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::LazyLock,
};

pub(super) const TAGS: [&str; 25] = [
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "u",
    "ul",
];
/// Of these not even the text is kept.
const GONE: [&str; 10] = [
    "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "textarea",
    "title",
];
const REL: &str = "nofollow noopener ugc";
/// Deeper than any text; a tower of quotes would only slow every page that shows it.
const NESTING: usize = 48;
/// Higher than any tower of open tags that somebody forgot to close.
const HEIGHT: usize = 400;
/// More tags and entities than any text of this size has. The parser takes time in the square of some of them.
const MARKS: usize = 8_000;

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let classes = HashMap::from([
        ("a", HashSet::from(["mention", "hashtag", "u-url"])),
        (
            "span",
            HashSet::from(["h-card", "mention", "invisible", "ellipsis"]),
        ),
        ("p", HashSet::from(["quote-inline"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(GONE))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start", "reversed"])),
        ]))
        .allowed_classes(classes)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some(REL))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true);
    builder
});

/// Cleans HTML of anybody. The result is safe to stand in a page; cleaning it again takes nothing away.
///
/// What is absurdly long, full of tags or deeply nested comes back as plain text.
pub fn clean(html: &str) -> String {
    let html = cut(html);
    if html
        .bytes()
        .filter(|byte| matches!(byte, b'<' | b'&'))
        .count()
        > MARKS
        || height(html) > HEIGHT
    {
        return as_plain(html);
    }
    // The cleaner is not known to panic; should it, one post must not take a page with it.
    let Ok(cleaned) = catch_unwind(AssertUnwindSafe(|| CLEANER.clean(html).to_string())) else {
        return as_plain(html);
    };
    if nesting(&cleaned) > NESTING {
        return as_plain(&to_text_of_clean(&cleaned));
    }
    mark_hashtags(cleaned)
}

fn cut(html: &str) -> &str {
    let mut end = html.len().min(CONTENT_BYTES);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    &html[..end]
}

fn as_plain(text: &str) -> String {
    format!("<p>{}</p>", escape(text))
}

/// How many more tags are opened than closed, at most: a first look, for what is not clean yet.
fn height(html: &str) -> usize {
    let mut highest: usize = 0;
    let mut height: usize = 0;
    for tag in html.split('<').skip(1) {
        let name = tag
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        match (tag.starts_with('/'), name) {
            (true, _) => height = height.saturating_sub(1),
            // Of these the end is often left out.
            (false, "" | "br" | "hr" | "img" | "li" | "p" | "wbr") => {}
            _ => {
                height += 1;
                highest = highest.max(height);
            }
        }
    }
    highest
}

/// How deep the tags of a cleaned text are nested.
pub(super) fn nesting(html: &str) -> usize {
    let mut deepest: usize = 0;
    let mut depth: usize = 0;
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !tag.starts_with("br") {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// Gives hashtags the `rel` by which clients know them. The cleaner can only say the same of all links.
fn mark_hashtags(html: String) -> String {
    if !html.contains("hashtag") {
        return html;
    }
    let mut marked = String::with_capacity(html.len() + 64);
    let mut rest = html.as_str();
    while let Some(start) = rest.find("<a ") {
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |end| start + end);
        let tag = &rest[start..end];
        let hashtag = tag
            .split_once(" class=\"")
            .and_then(|(_, after)| after.split_once('"'))
            .is_some_and(|(classes, _)| classes.split_whitespace().any(|class| class == "hashtag"));
        marked.push_str(&rest[..start]);
        if hashtag {
            marked
                .push_str(&tag.replace(&format!(" rel=\"{REL}\""), &format!(" rel=\"tag {REL}\"")));
        } else {
            marked.push_str(tag);
        }
        rest = &rest[end..];
    }
    marked.push_str(rest);
    marked
}
