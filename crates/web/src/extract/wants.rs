//! Which form of an answer somebody wants: the page for people or the document for servers.
//!
//! One address serves both, so the `Accept` header decides alone. No other header is looked at.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// An ActivityPub document.
    Activity,
    /// A page.
    Page,
}

impl FromRequest for Wants {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}

impl Wants {
    /// What this request wants.
    pub fn of(req: &HttpRequest) -> Self {
        let said: Vec<&str> = req
            .headers()
            .get_all(header::ACCEPT)
            .filter_map(|value| value.to_str().ok())
            .collect();
        Self::read(&said.join(","))
    }

    /// A document is wanted when one of its types is named and no page is liked better. Wildcards name nothing: a browser
    /// and a curious command line get the page.
    pub fn read(accept: &str) -> Self {
        let (mut document, mut page) = (0, 0);
        for range in split_outside_quotes(accept) {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let liking = parts
                .filter_map(|parameter| parameter.split_once('='))
                .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
                .map_or(1000, |(_, value)| thousandths(value.trim()));
            match kind.as_str() {
                "application/activity+json" | "application/ld+json" => {
                    document = document.max(liking);
                }
                "text/html" | "application/xhtml+xml" => page = page.max(liking),
                _ => {}
            }
        }
        if document > 0 && document >= page {
            Self::Activity
        } else {
            Self::Page
        }
    }
}

/// A quality value in thousandths; what cannot be read counts as fully liked.
fn thousandths(value: &str) -> u32 {
    let liking = value.parse::<f32>().unwrap_or(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=1000 before"
    )]
    let whole = (liking * 1000.0).clamp(0.0, 1000.0) as u32;
    whole
}

/// The elements of a comma-separated list, in which a quoted string may contain commas.
fn split_outside_quotes(list: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    list.split(move |c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(str::trim)
    .filter(|element| !element.is_empty())
}

#[cfg(test)]
mod tests {
    use super::Wants;

    #[test]
    fn servers_get_documents_and_people_get_pages() {
        use Wants::{Activity, Page};
        let cases = [
            ("", Page),
            ("*/*", Page),
            ("application/json", Page),
            ("application/activity+json", Activity),
            ("APPLICATION/Activity+json", Activity),
            (
                "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
                Activity,
            ),
            ("application/ld+json", Activity),
            (
                "application/activity+json, application/ld+json; profile=\"a,b\", text/html;q=0.1",
                Activity,
            ),
            ("text/html, application/activity+json", Activity),
            ("text/html, application/activity+json;q=0.5", Page),
            ("application/activity+json;q=0.5, text/html;q=0.4", Activity),
            ("application/activity+json;q=0", Page),
            (
                "application/activity+json; charset=utf-8; q=0.9, */*;q=0.1",
                Activity,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
                Page,
            ),
            ("application/activity+json;q=nonsense", Activity),
            (",,;;", Page),
        ];
        for (accept, expected) in cases {
            assert_eq!(Wants::read(accept), expected, "{accept}");
        }
    }
}
