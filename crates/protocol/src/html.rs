//! Text that people read: made from what they type, and cleaned of what others send.
//!
//! Everything that is shown as HTML has come through [`clean`]. Addresses in it are `http`, `https` or `mailto`, there
//! are no pictures (they would tell their server who reads), no styles and no classes but known ones. Nothing here
//! looks anybody up: whoever renders a text says where its mentions lead.

mod clean;
mod markup;
mod page;
mod scan;
mod text;

pub use clean::clean;
pub use markup::{
    Links, Mentioned, NoLinks, Rendered, from_html, from_markdown, from_plain, mentions,
    written_length,
};
pub use page::{PageFacts, first_link, leads_back, only_link, page_facts};
pub use scan::Handle;
pub use text::{escape, to_text};

use std::fmt;
use url::Url;

/// How a text is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Not at all: line breaks count, and nothing else.
    Plain,
    /// Markdown.
    Markdown,
    /// HTML, of which only what is allowed stays.
    Html,
}

/// Makes clean HTML of a text of another server, whatever media type it says the text has.
pub fn from_foreign(content: &str, media_type: Option<&str>) -> String {
    match media_type {
        Some("text/markdown" | "text/x-markdown") => from_markdown(content, &NoLinks).html,
        Some("text/plain") => from_plain(content, &NoLinks).html,
        _ => clean(content),
    }
}

/// An address that may stand in a page: `http` or `https`, or a path on this server. Nothing that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeUrl(String);

impl SafeUrl {
    /// Takes an address of the web; refuses every other scheme, user names, and what is no address.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        (web && url.username().is_empty() && url.password().is_none()).then(|| Self(url.into()))
    }

    /// Takes a path on this server; refuses what browsers read as another host.
    pub fn path(text: &str) -> Option<Self> {
        let elsewhere =
            text.starts_with("//") || text.contains('\\') || text.chars().any(char::is_control);
        (text.starts_with('/') && !elsewhere).then(|| Self(text.to_owned()))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl AsRef<str> for SafeUrl {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests;
