//! What was posted to an inbox, opened: its signature has been checked when a handler sees it.
//!
//! A handler that takes a [`SignedLetter`] cannot forget the check, because there is no other way to the body.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, http::header};
use kindred_community::{
    Refusal,
    letters::{self, Delivery},
};

use super::{body, kindred, request_parts};
use crate::error::{Failure, InboxError};

/// A delivery whose signature and sender have been checked.
pub struct SignedLetter(pub Delivery);

impl FromRequest for SignedLetter {
    type Error = InboxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, InboxError>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            check_envelope(&req)?;
            let body = body::read(payload).await?;
            let kindred = kindred(&req);
            let parts = request_parts(&req, &kindred.settings().origin, Some(&body));
            Ok(Self(letters::open(&kindred, &parts).await?))
        })
    }
}

/// What can be refused before the body is read: the cheapest reasons first.
fn check_envelope(req: &HttpRequest) -> Result<(), Failure> {
    body::check_length(req)?;
    if !req.headers().contains_key("signature") {
        return Err(Refusal::BadSignature("the request is not signed".into()).into());
    }
    body::check_encoding(req)?;
    let said = req
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if is_activity(said) {
        return Ok(());
    }
    Err(Failure::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "an inbox takes application/activity+json, or application/ld+json with the ActivityStreams profile",
    ))
}

/// Whether a content type means an activity: `application/activity+json`, or `application/ld+json` with the profile of
/// ActivityStreams, each with a charset or not.
pub fn is_activity(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    if kind.eq_ignore_ascii_case("application/activity+json") {
        return true;
    }
    kind.eq_ignore_ascii_case("application/ld+json")
        && parts
            .filter_map(|parameter| parameter.split_once('='))
            .any(|(name, value)| {
                name.trim().eq_ignore_ascii_case("profile")
                    && value
                        .trim()
                        .trim_matches('"')
                        .split_ascii_whitespace()
                        .any(|profile| {
                            matches!(
                                profile,
                                "https://www.w3.org/ns/activitystreams"
                                    | "http://www.w3.org/ns/activitystreams"
                            )
                        })
            })
}

#[cfg(test)]
mod tests {
    use super::is_activity;

    #[test]
    fn an_inbox_takes_the_two_types_of_activities_and_no_other() {
        for good in [
            "application/activity+json",
            "Application/Activity+JSON; charset=utf-8",
            "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"",
            "application/ld+json;profile=\"https://www.w3.org/ns/activitystreams\";charset=utf-8",
            "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
        ] {
            assert!(is_activity(good), "{good}");
        }
        for bad in [
            "",
            "application/json",
            "text/html",
            "application/ld+json",
            "application/ld+json; profile=\"other\"",
        ] {
            assert!(!is_activity(bad), "{bad}");
        }
    }
}
