//! Carrying one activity to one inbox, and understanding the answer.
//!
//! One call is one attempt (with a second knock in the other signature form where that helps), signed anew. When to try
//! again and when to give a server up is decided by whoever keeps the queue.

use crate::{
    Uri,
    fetch::ACTIVITY_JSON,
    keys::SigningKey,
    network::{Answer, Network, NetworkError, Post},
    signature::Form,
};
use bytes::Bytes;
use std::time::Duration;

/// How much of a refusal is kept for the log.
const LONGEST_REASON: usize = 300;

/// Whether to try the other form of signature when the first one is not liked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knock {
    /// Only the form given.
    Once,
    /// The other form too, after 400, 401 or 403.
    Twice,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What became of it.
    pub outcome: Outcome,
    /// The form of signature that the answer was given to; worth remembering when it was delivered.
    pub form: Form,
}

/// What an inbox said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has been taken in. Whether anything came of it, nobody tells.
    Delivered,
    /// The inbox is not there: 404 or 410. After 410 its owner is gone for good.
    Gone {
        /// 404 or 410.
        status: u16,
    },
    /// 401 or 403: our signature is not believed, or we are blocked. Worth two more attempts, since keys get refreshed.
    Denied {
        /// 401 or 403.
        status: u16,
        /// What the server says.
        text: String,
    },
    /// This message will never be taken in.
    Refused {
        /// The status; 0 when we do not go there ourselves.
        status: u16,
        /// What the server says.
        text: String,
    },
    /// Not now.
    TryLater {
        /// How long the server wants us to wait.
        retry_after: Option<Duration>,
        /// What happened.
        why: String,
        /// Whether the server as a whole is out of reach or busy, not only for this message.
        host_level: bool,
    },
}

/// Makes one attempt to deliver.
pub async fn deliver(
    network: &Network,
    key: &SigningKey,
    inbox: &Uri,
    body: Bytes,
    form: Form,
    knock: Knock,
) -> Delivery {
    let first = attempt(network, key, inbox, body.clone(), form).await;
    let unsure = matches!(
        first,
        Outcome::Denied { .. } | Outcome::Refused { status: 400, .. }
    );
    if knock == Knock::Once || !unsure {
        return Delivery {
            outcome: first,
            form,
        };
    }
    let other = match form {
        Form::Cavage => Form::Message,
        Form::Message => Form::Cavage,
    };
    match attempt(network, key, inbox, body, other).await {
        Outcome::Delivered => Delivery {
            outcome: Outcome::Delivered,
            form: other,
        },
        // The other form was no better: what was said to the first one is the answer.
        _ => Delivery {
            outcome: first,
            form,
        },
    }
}

async fn attempt(
    network: &Network,
    key: &SigningKey,
    inbox: &Uri,
    body: Bytes,
    form: Form,
) -> Outcome {
    let post = Post {
        url: inbox,
        body,
        content_type: ACTIVITY_JSON,
        sign_with: Some((key, form)),
    };
    match network.post(post).await {
        Ok(answer) => classify(&answer, network),
        Err(error @ (NetworkError::NotAllowed(_) | NetworkError::Own(_))) => Outcome::Refused {
            status: 0,
            text: error.to_string(),
        },
        Err(error) => Outcome::TryLater {
            retry_after: None,
            host_level: error.is_host_level(),
            why: error.to_string(),
        },
    }
}

fn classify(answer: &Answer, network: &Network) -> Outcome {
    let status = answer.status;
    let later = |host_level| Outcome::TryLater {
        retry_after: answer.retry_after(network.now()),
        why: format!("status {status}"),
        host_level,
    };
    match status {
        200..=299 => Outcome::Delivered,
        404 | 410 => Outcome::Gone { status },
        401 | 403 => Outcome::Denied {
            status,
            text: reason(&answer.body),
        },
        // One message can make a server stumble (500) while others pass.
        408 | 425 | 500 => later(false),
        // A server that redirects its inbox is being moved or repaired.
        300..=399 | 429 | 502..=599 => later(true),
        _ => Outcome::Refused {
            status,
            text: reason(&answer.body),
        },
    }
}

/// The beginning of what a server says, fit for a log.
fn reason(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * LONGEST_REASON)]);
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_REASON)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::NetworkSettings;
    use reqwest::header::{HeaderMap, HeaderValue};

    fn answer(status: u16) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("120"));
        Answer {
            status,
            headers,
            body: Bytes::from_static(b"no,\nthank you"),
            final_url: Uri::parse("https://peer.example/inbox").unwrap(),
            content_type: None,
        }
    }

    #[test]
    fn every_status_has_its_meaning() {
        let network = Network::new(NetworkSettings::default()).unwrap();
        let said = |status: u16| match classify(&answer(status), &network) {
            Outcome::Delivered => "delivered",
            Outcome::Gone { .. } => "gone",
            Outcome::Denied { text, .. } if text == "no,thank you" => "denied",
            Outcome::Refused { text, .. } if text == "no,thank you" => "refused",
            Outcome::TryLater {
                retry_after: Some(after),
                host_level,
                ..
            } if after == Duration::from_mins(2) => {
                if host_level {
                    "server busy"
                } else {
                    "later"
                }
            }
            _ => "?",
        };
        for (statuses, meaning) in [
            (&[200, 201, 202, 204][..], "delivered"),
            (&[404, 410][..], "gone"),
            (&[401, 403][..], "denied"),
            (
                &[400, 405, 406, 409, 413, 415, 418, 422, 424, 451, 501][..],
                "refused",
            ),
            (&[408, 425, 500][..], "later"),
            (&[301, 307, 429, 502, 503, 504, 521, 530][..], "server busy"),
        ] {
            for &status in statuses {
                assert_eq!(said(status), meaning, "{status}");
            }
        }
    }
}
