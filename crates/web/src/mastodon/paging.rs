//! Paging as clients do it: cursors in, `Link` headers out.
//!
//! Whether there is more, and where a part of a list ends, is told by whoever gathered it; nobody is sent to an empty page.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header};
use kindred_community::{
    settings::Settings,
    views::{Page, Section},
};
use serde::Serialize;

use crate::extract::Params;

/// How many statuses a page has unless asked otherwise; at most twice as many.
pub const STATUSES: usize = 20;
/// How many accounts or notifications a page has unless asked otherwise; at most twice as many.
pub const ACCOUNTS: usize = 40;

/// How many names a page has unless asked otherwise; at most twice as many.
pub const HUNDRED: usize = 100;

/// Parameters that belong to one page, or to one person, and not into the addresses of the others.
const NOT_KEPT: [&str; 4] = ["max_id", "since_id", "min_id", "access_token"];

/// The part of a list that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut(Page);

impl Cut {
    /// Reads the cursors. Nonsense in them counts as not given, nonsense in the limit as the usual.
    pub fn asked(params: &Params, usual: usize) -> Self {
        Self(Page {
            before: params.number("max_id"),
            since: params.number("since_id"),
            above: params.number("min_id"),
            limit: i64::try_from(limit(params, usual)).unwrap_or(i64::MAX),
        })
    }

    /// What to ask for.
    pub fn page(&self) -> Page {
        self.0
    }

    /// Whether anything older can be expected below what was given.
    fn older(&self, more: bool) -> bool {
        match (self.0.above, self.0.since) {
            // These pages end at a cursor, which stands for something that is there.
            (Some(cursor), _) => cursor > 0,
            (None, Some(cursor)) => more || cursor > 0,
            (None, None) => more,
        }
    }

    /// The `Link` header below a part of a list; nothing for an empty one.
    pub fn link<T>(
        &self,
        settings: &Settings,
        req: &HttpRequest,
        part: &Section<T>,
    ) -> Option<String> {
        let (newest, oldest) = part.ends?;
        let address = |name: &str, cursor: i64| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            for (kept, value) in url::form_urlencoded::parse(req.query_string().as_bytes()) {
                if !NOT_KEPT.contains(&kept.as_ref()) {
                    query.append_pair(&kept, &value);
                }
            }
            format!(
                "{}{}?{}",
                settings.origin,
                req.path(),
                query.append_pair(name, &cursor.to_string()).finish()
            )
        };
        let previous = format!("<{}>; rel=\"prev\"", address("min_id", newest));
        if self.older(part.more) {
            return Some(format!(
                "<{}>; rel=\"next\", {previous}",
                address("max_id", oldest)
            ));
        }
        Some(previous)
    }

    /// A part of a list as an answer: its things as entities, and the way on.
    pub(crate) fn answer<T>(
        &self,
        settings: &Settings,
        req: &HttpRequest,
        part: &Section<T>,
        entities: &impl Serialize,
    ) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        answer.insert_header((header::CACHE_CONTROL, "private, no-store"));
        with_link(&mut answer, self.link(settings, req, part)).json(entities)
    }
}

/// A part of a list as an answer, each thing in it shown in its own way.
pub(crate) fn listed<'a, T, E: Serialize>(
    req: &HttpRequest,
    settings: &Settings,
    cut: Cut,
    part: &'a Section<T>,
    show: impl Fn(&'a T) -> E,
) -> HttpResponse {
    let shown: Vec<E> = part.items.iter().map(show).collect();
    cut.answer(settings, req, part, &shown)
}

/// How many are wanted: nonsense is the usual, too much is twice that.
pub(crate) fn limit(params: &Params, usual: usize) -> usize {
    params
        .number("limit")
        .filter(|limit| *limit > 0)
        .unwrap_or(usual)
        .min(2 * usual)
}

/// How many are passed over, in lists that are paged so.
pub(crate) fn offset(params: &Params) -> usize {
    params.number("offset").unwrap_or(0)
}

/// Adds the header, when there is one.
fn with_link(answer: &mut HttpResponseBuilder, link: Option<String>) -> &mut HttpResponseBuilder {
    match link {
        Some(link) => answer.insert_header((header::LINK, link)),
        None => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastodon::testing;
    use actix_web::test::TestRequest;

    fn link(query: &str, ends: Option<(i64, i64)>, more: bool) -> String {
        let cut = Cut::asked(&Params::from_query(query), STATUSES);
        let req =
            TestRequest::with_uri(&format!("/api/v1/timelines/home?{query}")).to_http_request();
        let part: Section<()> = Section {
            items: Vec::new(),
            ends,
            more,
        };
        cut.link(&testing::settings(), &req, &part)
            .unwrap_or_default()
    }

    #[test]
    fn the_links_lead_through_the_whole_list_and_stop_at_its_end() {
        let home = "https://kindred.example/api/v1/timelines/home";
        let next = |id| format!("<{home}?limit=2&max_id={id}>; rel=\"next\", ");
        let prev = |id| format!("<{home}?limit=2&min_id={id}>; rel=\"prev\"");
        assert_eq!(link("limit=2", Some((5, 4)), true), next(4) + &prev(5));
        assert_eq!(link("limit=2&max_id=2", Some((1, 1)), false), prev(1));
        assert_eq!(link("limit=2&max_id=1", None, false), "");
        // Below what was asked for from below lies at least the cursor.
        assert_eq!(
            link("limit=2&min_id=3", Some((5, 4)), false),
            next(4) + &prev(5)
        );
        assert_eq!(link("limit=2&min_id=0", Some((5, 4)), false), prev(5));
        assert_eq!(
            link("limit=2&since_id=3", Some((5, 4)), false),
            next(4) + &prev(5)
        );
    }

    #[test]
    fn the_links_keep_filters_and_drop_tokens() {
        let query = "limit=1&types[]=a&local=true&access_token=secret&max_id=5";
        let link = link(query, Some((4, 4)), true);
        assert!(
            link.contains("limit=1&types%5B%5D=a&local=true&max_id=4"),
            "{link}"
        );
        assert!(!link.contains("secret"));
    }

    #[test]
    fn nonsense_in_the_limit_is_the_usual() {
        for (query, limit) in [
            ("", 20),
            ("limit=abc", 20),
            ("limit=0", 20),
            ("limit=-1", 20),
            ("limit=7", 7),
            ("limit=99999999999999999999", 20),
            ("limit=1000", 40),
        ] {
            let cut = Cut::asked(&Params::from_query(query), STATUSES);
            assert_eq!(cut.page().limit, limit, "{query}");
        }
        let cut = Cut::asked(&Params::from_query("max_id=zzz&min_id=1e3"), STATUSES);
        assert_eq!((cut.page().before, cut.page().above), (None, None));
    }
}
