//! The door for people: pages that can be read by anybody, without a script and without anything from elsewhere.
//!
//! A page is a function from a view to markup; whoever calls it has asked the heart. Signing in and writing come by other
//! pages.

pub mod failure;
pub mod front;
pub mod group;
pub mod layout;
pub mod parts;
pub mod person;
pub mod post;
pub mod setup;
#[cfg(test)]
mod tests;
pub(crate) mod texts;
pub mod thread;
pub mod topic;

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, http::header};
use maud::Markup;

use crate::{assets, error::PageError};

/// What every unknown address outside of the API says.
pub async fn nowhere() -> Result<HttpResponse, PageError> {
    Err(PageError::new(StatusCode::NOT_FOUND, texts::NOTHING_HERE))
}

/// Hands a page over; `document` is the address of the same thing for other servers.
pub(crate) fn hand_over(req: &HttpRequest, page: Markup, document: Option<&str>) -> HttpResponse {
    let body = page.into_string();
    let tag = assets::etag(body.as_bytes());
    let known = assets::knows(req, &tag);
    let mut answer = HttpResponse::build(if known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    });
    answer.insert_header((header::VARY, "Accept"));
    answer.insert_header((header::CACHE_CONTROL, "no-cache"));
    answer.insert_header((header::ETAG, tag));
    if let Some(document) = document {
        let link = format!("<{document}>; rel=\"alternate\"; type=\"application/activity+json\"");
        answer.insert_header((header::LINK, link));
    }
    if known {
        return answer.finish();
    }
    answer.content_type("text/html; charset=utf-8").body(body)
}
