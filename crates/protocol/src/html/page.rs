//! What a web page says about itself: title, description, picture, and to whom it leads back.
//!
//! Only tags are looked at, from the first to the last, without building a tree: nobody can make that take long. What is found is
//! plain text and addresses as they stand there; nothing is believed and nothing is clean.

use super::text::{to_text, unescape};

/// What a page says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    /// Its title.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// What the place calls itself at which it is found.
    pub site: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The address of a picture, as it stands there.
    pub image: Option<String>,
    /// Pixels of the picture from left to right.
    pub width: Option<u32>,
    /// Pixels of the picture from top to bottom.
    pub height: Option<u32>,
}

/// More tags than this are not looked at.
const MOST_TAGS: usize = 5_000;

/// Reads what a page says about itself, in the words of OpenGraph where it knows them.
pub fn page_facts(page: &str) -> PageFacts {
    let mut facts = PageFacts::default();
    let mut plain = PageFacts::default();
    for tag in tags(page) {
        match tag.name.as_str() {
            "title" if plain.title.is_none() => {
                let text = tag.behind.split('<').next().unwrap_or_default();
                plain.title = said(&unescape(text));
            }
            "meta" => {
                let (Some(name), Some(content)) = (
                    tag.get("property").or_else(|| tag.get("name")),
                    tag.get("content"),
                ) else {
                    continue;
                };
                note(&mut facts, &mut plain, &name.to_ascii_lowercase(), &content);
            }
            "body" => break,
            _ => {}
        }
    }
    PageFacts {
        title: facts.title.or(plain.title),
        description: facts.description.or(plain.description),
        site: facts.site.or(plain.site),
        author: facts.author.or(plain.author),
        image: facts.image.or(plain.image),
        width: facts.width,
        height: facts.height,
    }
}

fn note(facts: &mut PageFacts, plain: &mut PageFacts, name: &str, content: &str) {
    let text = || said(content);
    let first = |place: &mut Option<String>, value: Option<String>| {
        if place.is_none() {
            *place = value;
        }
    };
    match name {
        "og:title" => first(&mut facts.title, text()),
        "og:description" => first(&mut facts.description, text()),
        "og:site_name" => first(&mut facts.site, text()),
        "og:image" | "og:image:url" | "og:image:secure_url" => first(&mut facts.image, text()),
        "og:image:width" => facts.width = facts.width.or_else(|| content.trim().parse().ok()),
        "og:image:height" => facts.height = facts.height.or_else(|| content.trim().parse().ok()),
        "article:author" | "author" => first(&mut facts.author, text()),
        "twitter:title" => first(&mut plain.title, text()),
        "twitter:description" | "description" => first(&mut plain.description, text()),
        "twitter:image" | "twitter:image:src" => first(&mut plain.image, text()),
        "application-name" => first(&mut plain.site, text()),
        _ => {}
    }
}

/// A text on one line, when there is one.
fn said(text: &str) -> Option<String> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then_some(line)
}

/// Whether a page has a link with `rel="me"` to one of these addresses. A slash at the end makes no difference.
pub fn leads_back(page: &str, addresses: &[&str]) -> bool {
    let same = |one: &str, other: &str| one.trim_end_matches('/') == other.trim_end_matches('/');
    tags(page)
        .filter(|tag| matches!(tag.name.as_str(), "a" | "link"))
        .filter(|tag| {
            tag.get("rel").is_some_and(|rel| {
                rel.split_whitespace()
                    .any(|word| word.eq_ignore_ascii_case("me"))
            })
        })
        .filter_map(|tag| tag.get("href"))
        .any(|href| addresses.iter().any(|address| same(href.trim(), address)))
}

/// The first address of the web that some clean HTML leads to, apart from mentions and hashtags.
pub fn first_link(html: &str) -> Option<String> {
    tags(html)
        .filter(|tag| tag.name == "a")
        .filter(|tag| {
            !tag.get("class").is_some_and(|class| {
                class
                    .split_whitespace()
                    .any(|word| matches!(word, "mention" | "hashtag"))
            })
        })
        .filter_map(|tag| tag.get("href"))
        .find(|href| href.starts_with("https://") || href.starts_with("http://"))
}

/// The only link of some clean HTML that is nothing but a link, as values of profiles are.
pub fn only_link(html: &str) -> Option<String> {
    let link = first_link(html)?;
    let text = to_text(html, usize::MAX);
    (text.trim().trim_end_matches('/') == link.trim_end_matches('/')).then_some(link)
}

struct Tag<'a> {
    name: String,
    attributes: &'a str,
    behind: &'a str,
}

impl Tag<'_> {
    /// The value of an attribute, unescaped.
    fn get(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest
                .find(|c: char| c.is_whitespace() || c == '=')
                .unwrap_or(rest.len());
            let name = &rest[..end];
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(after) = rest.strip_prefix('=') {
                (value, rest) = value_at(after.trim_start());
            } else if name.is_empty() {
                return None;
            }
            if name.eq_ignore_ascii_case(wanted) {
                return Some(unescape(value));
            }
        }
    }
}

/// The value at the start, with or without quotes, and what stands behind it.
fn value_at(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

/// The tags of a page in their order, without what stands in comments and scripts.
fn tags(page: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = page;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('<')?;
            rest = &rest[start + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.split_once("-->")?.1;
                continue;
            }
            if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
                continue;
            }
            let end = end_of_tag(rest)?;
            let (inside, behind) = (&rest[..end], &rest[end + 1..]);
            let cut = inside
                .find(|c: char| c.is_whitespace() || c == '/')
                .unwrap_or(inside.len());
            let name = inside[..cut].to_ascii_lowercase();
            rest = behind;
            if matches!(name.as_str(), "script" | "style" | "noscript") {
                // Whatever it is, it is no tag.
                let close = format!("</{name}");
                rest = match find_ignoring_case(behind, &close) {
                    Some(at) => &behind[at + close.len()..],
                    None => "",
                };
                continue;
            }
            return Some(Tag {
                name,
                attributes: &inside[cut..],
                behind,
            });
        }
    })
    .take(MOST_TAGS)
}

/// Where the tag ends at whose beginning this starts: what stands in quotes does not end it.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    None
}

fn find_ignoring_case(text: &str, wanted: &str) -> Option<usize> {
    text.as_bytes()
        .windows(wanted.len())
        .position(|window| window.eq_ignore_ascii_case(wanted.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_its_own_words_first() {
        let page = r#"<!doctype html><html><head><title>Plain &amp; simple</title>
            <!-- <meta property="og:title" content="A comment"> -->
            <script>document.write('<meta property="og:title" content="A script">')</script>
            <meta name="description" content="Plain words">
            <META PROPERTY='og:title' CONTENT='Crabs > "lobsters"'/>
            <meta content="https://news.example/crab.jpg" property="og:image"><meta property=og:image:width content=640>
            <meta property="og:site_name" content="  The   News ">
            </head><body><meta property="og:description" content="too late"></body></html>"#;
        assert_eq!(
            page_facts(page),
            PageFacts {
                title: Some("Crabs > \"lobsters\"".into()),
                description: Some("Plain words".into()),
                site: Some("The News".into()),
                image: Some("https://news.example/crab.jpg".into()),
                width: Some(640),
                ..PageFacts::default()
            }
        );
        assert_eq!(
            page_facts("<title>Only this</title>").title.as_deref(),
            Some("Only this")
        );
    }

    #[test]
    fn a_link_back_says_that_it_is_one() {
        let nadia = ["https://kindred.example/p/nadia"];
        for (page, leads) in [
            (
                r#"<a rel="me" href="https://kindred.example/p/nadia">"#,
                true,
            ),
            (
                "<link href='https://kindred.example/p/nadia/' rel='nofollow ME'>",
                true,
            ),
            (r#"<a href="https://kindred.example/p/nadia">"#, false),
            (
                r#"<a rel="me" href="https://kindred.example/p/nadia2">"#,
                false,
            ),
            (
                r#"<a rel="meme" href="https://kindred.example/p/nadia">"#,
                false,
            ),
            (
                r#"<!-- <a rel="me" href="https://kindred.example/p/nadia"> -->"#,
                false,
            ),
            (
                r#"<a data-x='rel="me" href="https://kindred.example/p/nadia"'>"#,
                false,
            ),
        ] {
            assert_eq!(leads_back(page, &nadia), leads, "{page}");
        }
    }

    #[test]
    fn the_first_link_is_neither_a_mention_nor_a_hashtag() {
        let html = r#"<p><a href="https://kindred.example/p/mei" class="u-url mention">@mei</a> <a href="https://kindred.example/topics/rust" class="mention hashtag">#rust</a> <a href="https://news.example/1">x</a></p>"#;
        assert_eq!(first_link(html).as_deref(), Some("https://news.example/1"));
        assert_eq!(first_link("<p>nothing</p>"), None);
        let value = r#"<a href="https://nadia.example/"><span class="invisible">https://</span><span>nadia.example/</span></a>"#;
        assert_eq!(only_link(value).as_deref(), Some("https://nadia.example/"));
        assert_eq!(only_link(&format!("my page {value}")), None);
    }

    #[test]
    fn nonsense_is_survived() {
        for page in [
            "<",
            "<a",
            "<a href",
            "<a href=",
            "<a =x>",
            "<a href=\"x",
            "<!--",
            "<script>",
            "<é>",
            "</a><a/>",
        ] {
            let _ = (page_facts(page), leads_back(page, &["x"]), first_link(page));
        }
    }
}
