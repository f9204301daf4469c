//! What people type, as HTML with links, mentions and hashtags.
//!
//! HTML that somebody types is text, not HTML. Mentions and hashtags are found in text only, never in code or inside
//! a link, and only those become links that the caller knows.

use super::{
    Markup, clean,
    scan::{Handle, Piece, pieces},
    text::{escape, unescape},
};
use pulldown_cmark::{
    CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeStream, html::push_html,
};

/// Tells where mentions and hashtags lead.
pub trait Links {
    /// Who is meant, if anybody.
    fn mention(&self, handle: &Handle) -> Option<Mentioned>;
    /// The page about a hashtag, if there is one.
    fn hashtag(&self, name: &str) -> Option<String>;
}

/// Nobody is known.
#[derive(Clone, Copy, Debug)]
pub struct NoLinks;

impl Links for NoLinks {
    fn mention(&self, _: &Handle) -> Option<Mentioned> {
        None
    }

    fn hashtag(&self, _: &str) -> Option<String> {
        None
    }
}

/// Somebody who was mentioned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mentioned {
    /// The id.
    pub id: String,
    /// The page for people; clients find the account by it.
    pub url: String,
    /// The name to show after the `@`, usually without host.
    pub name: String,
}

/// A text, ready to be shown and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Clean HTML.
    pub html: String,
    /// Who is mentioned, each once, in order.
    pub mentions: Vec<Mentioned>,
    /// The hashtags without `#`, each once, in order, as first written.
    pub hashtags: Vec<String>,
}

/// Makes HTML of Markdown. Line breaks count, as people expect of a post.
pub fn from_markdown(text: &str, links: &dyn Links) -> Rendered {
    let mut writer = Writer::new(links);
    let mut html = String::with_capacity(text.len() * 2);
    let parser = Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH);
    push_html(
        &mut html,
        TextMergeStream::new(parser.map(plain_event)).map(|event| writer.event(event)),
    );
    writer.finish(&html)
}

/// Makes HTML of plain text: empty lines part paragraphs, and line breaks stay.
pub fn from_plain(text: &str, links: &dyn Links) -> Rendered {
    let mut writer = Writer::new(links);
    let mut html = String::with_capacity(text.len() * 2);
    let text = text.replace("\r\n", "\n");
    for paragraph in text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
    {
        html.push_str("<p>");
        for (number, line) in paragraph.lines().enumerate() {
            if number > 0 {
                html.push_str("<br>");
            }
            writer.text(line, &mut html);
        }
        html.push_str("</p>");
    }
    writer.finish(&html)
}

/// Makes HTML of HTML that somebody typed: what is not allowed goes, and mentions, hashtags and bare links become links.
pub fn from_html(typed: &str, links: &dyn Links) -> Rendered {
    let mut writer = Writer::new(links);
    let cleaned = clean(typed);
    let mut html = String::with_capacity(cleaned.len() * 2);
    let mut rest = cleaned.as_str();
    while let Some(start) = rest.find('<') {
        writer.typed_text(&rest[..start], &mut html);
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |end| start + end + 1);
        let tag = &rest[start..end];
        let name = tag.trim_matches(['<', '>', '/']);
        if matches!(name.split_whitespace().next(), Some("a" | "code" | "pre")) {
            writer.closed = if tag.starts_with("</") {
                writer.closed.saturating_sub(1)
            } else {
                writer.closed + 1
            };
        }
        html.push_str(tag);
        rest = &rest[end..];
    }
    writer.typed_text(rest, &mut html);
    writer.finish(&html)
}

/// How long a text is as people count it: a link counts as 23 letters however long it is, and of somebody elsewhere only the name.
pub fn written_length(text: &str) -> usize {
    const LINK: usize = 23;
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.chars().count(),
            Piece::Link(_) => LINK,
            Piece::Mention(handle, _) => 1 + handle.name.chars().count(),
            Piece::Hashtag(name) => 1 + name.chars().count(),
        })
        .sum()
}

/// Whom a text mentions, each once, so that they can be looked up before it is rendered.
pub fn mentions(text: &str, markup: Markup) -> Vec<Handle> {
    struct Listener(std::cell::RefCell<Vec<Handle>>);
    impl Links for Listener {
        fn mention(&self, handle: &Handle) -> Option<Mentioned> {
            let mut heard = self.0.borrow_mut();
            if !heard.contains(handle) {
                heard.push(handle.clone());
            }
            None
        }

        fn hashtag(&self, _: &str) -> Option<String> {
            None
        }
    }
    let listener = Listener(std::cell::RefCell::default());
    match markup {
        Markup::Plain => from_plain(text, &listener),
        Markup::Markdown => from_markdown(text, &listener),
        Markup::Html => from_html(text, &listener),
    };
    listener.0.into_inner()
}

/// HTML that was typed is text, and a picture is a link to it. Done before neighbouring texts are merged.
fn plain_event(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(typed) | Event::InlineHtml(typed) => Event::Text(typed),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::SoftBreak => Event::HardBreak,
        Event::Start(Tag::Image {
            dest_url,
            title,
            id,
            ..
        }) => Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url,
            title,
            id,
        }),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    }
}

struct Writer<'a> {
    links: &'a dyn Links,
    rendered: Rendered,
    /// How many things are open in which nothing is looked for: code and links.
    closed: usize,
}

impl<'a> Writer<'a> {
    fn new(links: &'a dyn Links) -> Self {
        Self {
            links,
            rendered: Rendered::default(),
            closed: 0,
        }
    }

    fn event<'e>(&mut self, event: Event<'e>) -> Event<'e> {
        match &event {
            Event::Start(Tag::Link { .. } | Tag::CodeBlock(_)) => self.closed += 1,
            Event::End(TagEnd::Link | TagEnd::CodeBlock) => {
                self.closed = self.closed.saturating_sub(1);
            }
            Event::Text(text) if self.closed == 0 => {
                let mut html = String::with_capacity(text.len() + 64);
                self.text(text, &mut html);
                return Event::Html(CowStr::from(html));
            }
            _ => {}
        }
        event
    }

    /// Text between the tags of clean HTML, escaped as it is.
    fn typed_text(&mut self, escaped: &str, html: &mut String) {
        if self.closed == 0 {
            self.text(&unescape(escaped), html);
        } else {
            html.push_str(escaped);
        }
    }

    fn text(&mut self, text: &str, html: &mut String) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(plain) => html.push_str(&escape(plain)),
                Piece::Link(address) => link(address, html),
                Piece::Mention(handle, written) => self.mention(&handle, written, html),
                Piece::Hashtag(name) => self.hashtag(name, html),
            }
        }
    }

    fn mention(&mut self, handle: &Handle, written: &str, html: &mut String) {
        let Some(who) = self.links.mention(handle) else {
            html.push_str(&escape(written));
            return;
        };
        let (url, name) = (escape(&who.url), escape(&who.name));
        html.push_str("<span class=\"h-card\"><a href=\"");
        html.push_str(&url);
        html.push_str("\" class=\"u-url mention\">@<span>");
        html.push_str(&name);
        html.push_str("</span></a></span>");
        if !self
            .rendered
            .mentions
            .iter()
            .any(|known| known.id == who.id)
        {
            self.rendered.mentions.push(who);
        }
    }

    fn hashtag(&mut self, name: &str, html: &mut String) {
        let known = |tag: &String| tag.to_lowercase() == name.to_lowercase();
        if !self.rendered.hashtags.iter().any(known) {
            self.rendered.hashtags.push(name.to_owned());
        }
        let Some(page) = self.links.hashtag(name) else {
            html.push('#');
            html.push_str(&escape(name));
            return;
        };
        html.push_str("<a href=\"");
        html.push_str(&escape(&page));
        html.push_str("\" class=\"mention hashtag\">#<span>");
        html.push_str(&escape(name));
        html.push_str("</span></a>");
    }

    fn finish(self, html: &str) -> Rendered {
        Rendered {
            html: clean(html.trim_end()),
            ..self.rendered
        }
    }
}

/// A bare address as a link. Its scheme and the tail of a long one are marked, so that clients can shorten it.
fn link(address: &str, html: &mut String) {
    const SHOWN: usize = 30;
    let (scheme, rest) = address.split_at(address.find("://").map_or(0, |end| end + 3));
    let cut = rest
        .char_indices()
        .nth(SHOWN)
        .map_or(rest.len(), |(at, _)| at);
    let (shown, hidden) = rest.split_at(cut);
    let class = if hidden.is_empty() {
        ""
    } else {
        " class=\"ellipsis\""
    };
    html.push_str("<a href=\"");
    html.push_str(&escape(address));
    html.push_str("\"><span class=\"invisible\">");
    html.push_str(scheme);
    html.push_str("</span><span");
    html.push_str(class);
    html.push('>');
    html.push_str(&escape(shown));
    html.push_str("</span>");
    if !hidden.is_empty() {
        html.push_str("<span class=\"invisible\">");
        html.push_str(&escape(hidden));
        html.push_str("</span>");
    }
    html.push_str("</a>");
}
