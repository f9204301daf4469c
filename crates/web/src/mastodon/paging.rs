//! Paging as clients do it: cursors in, `Link` headers out.
//!
//! One entry more than asked for is fetched and cut off again. Thus it is known whether there is more, and nobody is sent to
//! an empty page.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header};
use kindred_community::{settings::Settings, views::Page};
use serde_json::Value;

use crate::extract::Params;

/// How many statuses a page has unless asked otherwise; at most twice as many.
pub const STATUSES: usize = 20;

/// Parameters that belong to one page, or to one person, and not into the addresses of the others.
const NOT_KEPT: [&str; 4] = ["max_id", "since_id", "min_id", "access_token"];

/// The part of a list that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    asked: Page,
    wanted: usize,
}

impl Cut {
    /// Reads the cursors. Nonsense in them counts as not given, nonsense in the limit as the usual.
    pub fn asked(params: &Params, usual: usize) -> Self {
        let wanted = params
            .number("limit")
            .filter(|limit| *limit > 0)
            .unwrap_or(usual)
            .min(2 * usual);
        Self {
            wanted,
            asked: Page {
                before: params.number("max_id"),
                since: params.number("since_id"),
                above: params.number("min_id"),
                // One more than wanted.
                limit: i64::try_from(wanted).unwrap_or(i64::MAX - 1) + 1,
            },
        }
    }

    /// What to ask for.
    pub fn page(&self) -> Page {
        self.asked
    }

    /// Cuts the one too many off and tells whether there was one. Above a cursor it is the newest, else the oldest.
    pub fn cut<T>(&self, entries: &mut Vec<T>) -> bool {
        let more = entries.len() > self.wanted;
        if more && self.asked.above.is_some() {
            entries.drain(..entries.len() - self.wanted);
        } else {
            entries.truncate(self.wanted);
        }
        more
    }

    /// Whether anything older can be expected below what was given.
    fn older(&self, more: bool) -> bool {
        match (self.asked.above, self.asked.since) {
            // These pages end at a cursor, which stands for something that is there.
            (Some(cursor), _) => cursor > 0,
            (None, Some(cursor)) => more || cursor > 0,
            (None, None) => more,
        }
    }

    /// The `Link` header below entries with these cursors, newest and oldest; nothing for an empty page.
    pub fn link(
        &self,
        settings: &Settings,
        req: &HttpRequest,
        ends: Option<(i64, i64)>,
        more: bool,
    ) -> Option<String> {
        let (newest, oldest) = ends?;
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
        if self.older(more) {
            return Some(format!(
                "<{}>; rel=\"next\", {previous}",
                address("max_id", oldest)
            ));
        }
        Some(previous)
    }
}

/// A page of a list, each entry shown in its own way, with the addresses of the pages around it.
pub(crate) fn listed<T>(
    req: &HttpRequest,
    settings: &Settings,
    cut: &Cut,
    mut rows: Vec<T>,
    id: impl Fn(&T) -> i64,
    show: impl Fn(&T) -> Value,
) -> HttpResponse {
    let more = cut.cut(&mut rows);
    let ends = rows.first().map(&id).zip(rows.last().map(&id));
    let shown: Vec<Value> = rows.iter().map(show).collect();
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "private, no-store"));
    with_link(&mut answer, cut.link(settings, req, ends, more)).json(shown)
}

/// Adds the header, when there is one.
pub(crate) fn with_link(
    answer: &mut HttpResponseBuilder,
    link: Option<String>,
) -> &mut HttpResponseBuilder {
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

    fn asked(query: &str) -> Cut {
        Cut::asked(&Params::from_query(query), STATUSES)
    }

    /// Pages through the ids 1 to 5 as the heart would, and tells what was given and the links.
    fn page(query: &str) -> (Vec<i64>, String) {
        let cut = asked(query);
        let page = cut.page();
        let most = usize::try_from(page.limit).unwrap();
        let mut ids: Vec<i64> = (1..=5).rev().collect();
        ids.retain(|id| page.before.is_none_or(|max| *id < max));
        ids.retain(|id| page.since.is_none_or(|since| *id > since));
        ids.retain(|id| page.above.is_none_or(|min| *id > min));
        if page.above.is_some() {
            ids.drain(..ids.len().saturating_sub(most));
        }
        ids.truncate(most);
        let more = cut.cut(&mut ids);
        let req =
            TestRequest::with_uri(&format!("/api/v1/timelines/home?{query}")).to_http_request();
        let ends = ids.first().copied().zip(ids.last().copied());
        (
            ids,
            cut.link(&testing::settings(), &req, ends, more)
                .unwrap_or_default(),
        )
    }

    #[test]
    fn the_links_lead_through_the_whole_list_and_stop_at_its_end() {
        let home = "https://kindred.example/api/v1/timelines/home";
        let next = |id| format!("<{home}?limit=2&max_id={id}>; rel=\"next\", ");
        let prev = |id| format!("<{home}?limit=2&min_id={id}>; rel=\"prev\"");
        assert_eq!(page("limit=2"), (vec![5, 4], next(4) + &prev(5)));
        assert_eq!(page("limit=2&max_id=4"), (vec![3, 2], next(2) + &prev(3)));
        assert_eq!(page("limit=2&max_id=2"), (vec![1], prev(1)));
        assert_eq!(
            page("limit=2&max_id=3"),
            (vec![2, 1], prev(2)),
            "exactly full, and nothing below"
        );
        assert_eq!(page("limit=2&max_id=1"), (vec![], String::new()));
    }

    #[test]
    fn since_looks_from_the_top_and_min_from_below() {
        assert_eq!(page("limit=2&since_id=1").0, [5, 4]);
        assert_eq!(page("limit=2&min_id=1").0, [3, 2]);
        assert_eq!(page("limit=2&min_id=3").0, [5, 4]);
        assert_eq!(page("limit=2&min_id=5"), (vec![], String::new()));
        assert!(page("limit=2&min_id=1").1.contains("max_id=2"));
        assert!(!page("limit=9&min_id=0").1.contains("next"));
    }

    #[test]
    fn the_links_keep_filters_and_drop_tokens() {
        let link = page("limit=1&types[]=a&local=true&access_token=secret&max_id=5").1;
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
            assert_eq!(asked(query).wanted, limit, "{query}");
        }
        assert_eq!(asked("max_id=zzz").asked.before, None);
    }
}
