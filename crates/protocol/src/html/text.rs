//! Text out of HTML, and text into it.
//!
//! Meant for titles, previews and mails. Formatting is lost, words are not.

use super::clean;

/// The text of some HTML on one line, at most `limit` characters long; what is longer ends with `…` after a whole word.
pub fn to_text(html: &str, limit: usize) -> String {
    let whole = to_text_of_clean(&clean(html));
    let line = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= limit {
        return line;
    }
    let kept: String = line.chars().take(limit.saturating_sub(1)).collect();
    let whole_words = line[kept.len()..].starts_with(' ');
    let words = match kept.rfind(' ') {
        _ if whole_words => kept.as_str(),
        // A single long word is cut where it must be.
        Some(end) if end > kept.len() / 2 => &kept[..end],
        _ => kept.as_str(),
    };
    format!("{}…", words.trim_end())
}

/// The text of HTML that is clean already; blocks and line breaks become line ends.
pub(super) fn to_text_of_clean(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        unescape_into(&mut text, &rest[..start]);
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |end| start + end + 1);
        let tag = rest[start..end].trim_matches(['<', '>', '/']);
        let name = tag.split_whitespace().next().unwrap_or_default();
        if matches!(
            name,
            "p" | "br"
                | "li"
                | "ul"
                | "ol"
                | "blockquote"
                | "pre"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
        ) {
            text.push('\n');
        }
        rest = &rest[end..];
    }
    unescape_into(&mut text, rest);
    text
}

fn unescape_into(text: &mut String, escaped: &str) {
    const NAMED: [(&str, char); 8] = [
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&quot;", '"'),
        ("&nbsp;", ' '),
        ("&#39;", '\''),
        ("&#x27;", '\''),
        ("&apos;", '\''),
    ];
    let mut rest = escaped;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let (name, letter) = NAMED
            .into_iter()
            .find(|(name, _)| rest.starts_with(name))
            .unwrap_or(("&", '&'));
        text.push(letter);
        rest = &rest[name.len()..];
    }
    text.push_str(rest);
}

/// Text that stood in HTML, as it is read.
pub(super) fn unescape(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    unescape_into(&mut text, escaped);
    text
}

/// Text as it may stand in HTML, also inside an attribute.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
