//! Getting an object from its origin and being sure whose word it is.
//!
//! An id is a claim, and the origin proves it: what counts as fetched is a document that was served as ActivityPub, at its
//! own id, by the server the id names. What the document says is not looked at here beyond its id and type.

use crate::{
    Uri,
    keys::SigningKey,
    network::{Answer, Get, LARGEST_DOCUMENT, Network, NetworkError, Redirects},
    read,
};
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// The content type of everything that we say.
pub const ACTIVITY_JSON: &str = "application/activity+json";

/// What we ask for.
const ACCEPT: &str = r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;

const PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// A document that its origin stands by.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The document's id, which is also where it was found.
    pub id: Uri,
    /// The document.
    pub json: Value,
    /// The bytes as they came: to be passed on unchanged.
    pub bytes: Bytes,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is no longer there, or never was.
    #[error("it is gone")]
    Gone(Gone),
    /// We are not shown it.
    #[error("refused with status {0}")]
    Refused(u16),
    /// The server could not be reached, or is busy: worth asking again later.
    #[error("the server cannot be reached now: {why}")]
    Unreachable {
        /// What happened.
        why: String,
        /// How long the server wants us to wait.
        retry_after: Option<Duration>,
    },
    /// We do not go there.
    #[error("not allowed: {0}")]
    NotAllowed(String),
    /// What came is nothing that we would believe.
    #[error("not believed: {0}")]
    NotBelieved(&'static str),
}

/// How a thing is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// 404: unknown, perhaps hidden from us.
    Missing,
    /// 410, or a Tombstone: deleted for good.
    Deleted,
}

impl FetchError {
    /// Whether asking again later may help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

impl From<NetworkError> for FetchError {
    fn from(error: NetworkError) -> Self {
        match error {
            NetworkError::NotAllowed(why) => Self::NotAllowed(why.to_owned()),
            NetworkError::PrivateAddress => Self::NotAllowed(error.to_string()),
            NetworkError::TooLarge => Self::NotBelieved("larger than a document may be"),
            NetworkError::Redirects => Self::NotBelieved("redirected too often or in a circle"),
            NetworkError::Unreadable(_) => Self::NotBelieved("a body that cannot be read"),
            NetworkError::Connection(_)
            | NetworkError::Broken(_)
            | NetworkError::TooSlow
            | NetworkError::Own(_) => Self::Unreachable {
                why: error.to_string(),
                retry_after: None,
            },
        }
    }
}

/// Fetches an object: a post, a collection, an activity.
pub async fn fetch_object(
    network: &Network,
    key: Option<&SigningKey>,
    uri: &Uri,
) -> Result<Fetched, FetchError> {
    fetch(network, key, uri, Redirects::Anywhere).await
}

/// Fetches an actor or a key, whose word counts only at their own server: no redirect leads elsewhere.
pub async fn fetch_actor(
    network: &Network,
    key: Option<&SigningKey>,
    uri: &Uri,
) -> Result<Fetched, FetchError> {
    fetch(network, key, uri, Redirects::SameOrigin).await
}

async fn fetch(
    network: &Network,
    key: Option<&SigningKey>,
    uri: &Uri,
    redirects: Redirects,
) -> Result<Fetched, FetchError> {
    let asked = uri.without_fragment();
    let (answer, json, id) = ask(network, key, &asked, redirects).await?;
    if stands_by(&answer, &asked, &id) {
        return kept(id, json, answer.body);
    }
    // The document bears another id: only what that id's own server says counts, and it is asked once.
    let other = id.without_fragment();
    if other == asked {
        return Err(FetchError::NotBelieved(
            "answered by another server than its id names",
        ));
    }
    if redirects == Redirects::SameOrigin && !other.same_origin(&asked) {
        return Err(FetchError::NotBelieved("its id names another server"));
    }
    let (answer, json, id) = ask(network, key, &other, Redirects::SameOrigin).await?;
    if stands_by(&answer, &other, &id) {
        kept(id, json, answer.body)
    } else {
        Err(FetchError::NotBelieved("it bears another id"))
    }
}

/// Whether the document was served at its own id by the server that the id names.
fn stands_by(answer: &Answer, asked: &Uri, id: &Uri) -> bool {
    let id = id.without_fragment();
    (id == *asked || id == answer.final_url) && id.same_origin(&answer.final_url)
}

fn kept(id: Uri, json: Value, bytes: Bytes) -> Result<Fetched, FetchError> {
    if json.get("type").is_some_and(|kind| kind == "Tombstone") {
        return Err(FetchError::Gone(Gone::Deleted));
    }
    Ok(Fetched { id, json, bytes })
}

async fn ask(
    network: &Network,
    key: Option<&SigningKey>,
    url: &Uri,
    redirects: Redirects,
) -> Result<(Answer, Value, Uri), FetchError> {
    let answer = network
        .get(Get {
            url,
            accept: ACCEPT,
            sign_with: key,
            redirects,
            largest: LARGEST_DOCUMENT,
        })
        .await?;
    judge(&answer, network)?;
    if !answer.content_type.as_deref().is_some_and(is_activity_json) {
        return Err(FetchError::NotBelieved("not served as ActivityPub"));
    }
    let json: Value = read::parse(&answer.body).map_err(|_| FetchError::NotBelieved("not JSON"))?;
    let id = json
        .get("id")
        .and_then(Value::as_str)
        .ok_or(FetchError::NotBelieved("it bears no id"))?;
    let id = Uri::parse(id).map_err(|_| FetchError::NotBelieved("its id is not an address"))?;
    Ok((answer, json, id))
}

/// Turns a status other than success into what it means.
pub(crate) fn judge(answer: &Answer, network: &Network) -> Result<(), FetchError> {
    match answer.status {
        200..=299 => Ok(()),
        404 => Err(FetchError::Gone(Gone::Missing)),
        410 => Err(FetchError::Gone(Gone::Deleted)),
        408 | 425 | 429 | 500..=599 => Err(FetchError::Unreachable {
            why: format!("status {}", answer.status),
            retry_after: answer.retry_after(network.now()),
        }),
        status => Err(FetchError::Refused(status)),
    }
}

/// Whether a content type is one under which only ActivityPub is served. Anything else may be a file somebody uploaded.
pub fn is_activity_json(content_type: &str) -> bool {
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let essence = essence.trim();
    essence.eq_ignore_ascii_case(ACTIVITY_JSON)
        || (essence.eq_ignore_ascii_case("application/ld+json")
            && parameters
                .split(';')
                .filter_map(|parameter| parameter.split_once('='))
                .any(|(name, value)| {
                    name.trim().eq_ignore_ascii_case("profile")
                        && value
                            .trim()
                            .trim_matches('"')
                            .split(' ')
                            .any(|profile| profile.trim_end_matches('#') == PROFILE)
                }))
}

#[cfg(test)]
mod tests {
    use super::is_activity_json;

    #[test]
    fn only_activitypub_is_taken_for_activitypub() {
        for (content_type, taken) in [
            ("application/activity+json", true),
            ("application/activity+json; charset=utf-8", true),
            ("Application/Activity+JSON;charset=UTF-8", true),
            (
                r#"application/ld+json; profile="https://www.w3.org/ns/activitystreams""#,
                true,
            ),
            (
                r#"application/ld+json;profile="https://www.w3.org/ns/activitystreams"; charset=utf-8"#,
                true,
            ),
            (
                r#"application/ld+json; charset=utf-8; profile="https://www.w3.org/ns/activitystreams#""#,
                true,
            ),
            ("application/ld+json", false),
            (
                r#"application/ld+json; profile="https://example.com/other""#,
                false,
            ),
            ("application/json", false),
            ("text/html", false),
            ("application/activity+json-but-not-really", false),
            ("", false),
        ] {
            assert_eq!(is_activity_json(content_type), taken, "{content_type}");
        }
    }
}
