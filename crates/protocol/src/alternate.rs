//! From a page for people to the document behind it.
//!
//! What somebody copies from a browser is often the address of a page. Pages lead to their documents by `rel="alternate"`, in a
//! `Link` header or in their head. Only the address is taken from the page: what lies there is asked for and judged like everything
//! else.

use crate::{
    Uri,
    fetch::{self, FetchError},
    network::{Get, Network},
};
use url::Url;

/// The part of a page in which its head is looked for.
const HEAD: usize = 256 * 1024;

/// The largest page that is read at all.
const LARGEST_PAGE: usize = 2 * 1024 * 1024;

/// More links than any head has.
const MOST_LINKS: usize = 200;

/// The address of the document behind a page, when the page names one other than itself.
pub async fn alternate(network: &Network, page: &Uri) -> Result<Option<Uri>, FetchError> {
    let answer = network
        .get(Get {
            largest: LARGEST_PAGE,
            ..Get::new(page, "text/html")
        })
        .await?;
    fetch::judge(&answer, network)?;
    let Ok(base) = Url::parse(answer.final_url.as_str()) else {
        return Ok(None);
    };
    let headers: Vec<&str> = answer
        .headers
        .get_all("link")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let found = in_header(&headers.join(",")).or_else(|| {
        let head = &answer.body[..answer.body.len().min(HEAD)];
        in_page(&String::from_utf8_lossy(head))
    });
    let found = found
        .and_then(|href| base.join(&href).ok())
        .and_then(|url| Uri::parse(url.as_str()).ok());
    Ok(found.filter(|uri| uri != page && *uri != answer.final_url))
}

/// `<https://far.example/1>; rel="alternate"; type="application/activity+json"`, one or several.
fn in_header(header: &str) -> Option<String> {
    header.split('<').skip(1).take(MOST_LINKS).find_map(|link| {
        let (href, rest) = link.split_once('>')?;
        let rest = rest.split(',').next().unwrap_or_default();
        let value = |name: &str| {
            rest.split(';')
                .filter_map(|parameter| parameter.split_once('='))
                .find(|(given, _)| given.trim().eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().trim_matches('"').to_owned())
        };
        leads_on(value("rel").as_deref(), value("type").as_deref()).then(|| href.trim().to_owned())
    })
}

/// The first `link` element that leads to a document, however it is written.
fn in_page(page: &str) -> Option<String> {
    let small = page.to_ascii_lowercase();
    small
        .match_indices("<link")
        .take(MOST_LINKS)
        .find_map(|(start, tag)| {
            let attributes = attributes(&page[start + tag.len()..]);
            let value = |name: &str| {
                attributes
                    .iter()
                    .find(|(given, _)| given == name)
                    .map(|(_, value)| value.as_str())
            };
            leads_on(value("rel"), value("type"))
                .then(|| value("href").map(|href| href.replace("&amp;", "&")))
                .flatten()
        })
}

fn leads_on(rel: Option<&str>, kind: Option<&str>) -> bool {
    rel.is_some_and(|rel| {
        rel.split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("alternate"))
    }) && kind.is_some_and(fetch::is_activity_json)
}

/// The attributes of a tag whose name has been read, names in small letters.
fn attributes(mut rest: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    while found.len() < 20 {
        rest =
            rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
        let end = rest
            .find(|letter: char| letter.is_ascii_whitespace() || matches!(letter, '=' | '>'))
            .unwrap_or(rest.len());
        if end == 0 {
            break;
        }
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(after) = rest.strip_prefix('=').map(str::trim_start) else {
            found.push((name, String::new()));
            continue;
        };
        let quote = after
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''));
        let (value, further) = if let Some(quote) = quote {
            after[1..].split_once(quote).unwrap_or((&after[1..], ""))
        } else {
            let end = after
                .find(|letter: char| letter.is_ascii_whitespace() || letter == '>')
                .unwrap_or(after.len());
            after.split_at(end)
        };
        found.push((name, value.to_owned()));
        rest = further;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_to_its_document_however_it_is_written() {
        let id = "https://far.example/1";
        for page in [
            r#"<link rel="alternate" type="application/activity+json" href="https://far.example/1">"#,
            r"<LINK HREF=https://far.example/1 TYPE=application/activity+json REL=alternate />",
            r#"<link crossorigin rel='x alternate' href='https://far.example/1' type='application/ld+json; profile="https://www.w3.org/ns/activitystreams"'/>"#,
            r#"<link rel=alternate type=text/html href=/2><link rel="alternate" type="application/activity+json" href="https://far.example/1">"#,
        ] {
            assert_eq!(in_page(page).as_deref(), Some(id), "{page}");
        }
        for page in [
            "",
            "<link",
            "<link rel=alternate href=\"",
            "<a rel=alternate>",
            "<link =\"\">",
            "<liñk><link",
        ] {
            assert_eq!(in_page(page), None, "{page}");
        }
    }

    #[test]
    fn a_header_leads_there_too() {
        let header = r#"</feed>; rel="alternate"; type="application/rss+xml", </1>; type="application/activity+json"; rel=alternate"#;
        assert_eq!(in_header(header).as_deref(), Some("/1"));
        for header in ["", "<", "<x", "<x>", "<x>; rel", "; rel=alternate"] {
            assert_eq!(in_header(header), None, "{header}");
        }
    }
}
