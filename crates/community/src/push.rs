//! Telling a person's device of a notification, by the push service of its maker (Web Push).
//!
//! A program subscribes with its token, one place per token; the place ends with it. Messages are sealed for the program
//! ([`seal`]), so that the push service reads nothing, and signed by a key of the house ([`vapid`]), so that it knows who sends.

mod seal;
mod vapid;

use std::time::Duration;

use bytes::Bytes;
use kindred_protocol::Uri;
use kindred_storage::{
    ActorId, NotificationId, NotificationKind, PushId, TokenId, actors, follows, notifications,
    posts, push_subscriptions as rows,
};
use serde_json::{Value, json};

pub use kindred_storage::push_subscriptions::PushSubscription;
pub(crate) use vapid::Vapid;
pub use vapid::public_key;

use crate::{
    Error, Kindred, Ledger, Refusal, Result,
    jobs::{Job, Outcome},
    links,
    notices::word_of,
    views::SignedIn,
};

/// A notification that could not be told of for so long is old news.
const NEWS_FOR: Duration = Duration::from_hours(24);

/// The longest address of a push service, in bytes.
const LONGEST_ENDPOINT: usize = 2000;

/// The longest text of a message, in characters: the whole has to fit into 4,096 bytes.
const LONGEST_BODY: usize = 160;

/// The kinds of notification that a program can ask for.
pub const ALERTS: [&str; 12] = [
    "mention",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quote",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
];

/// A place to push to, as a program asks for it.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where to send.
    pub endpoint: String,
    /// The receiver's public key, in base64url.
    pub p256dh: String,
    /// The secret that sender and receiver share, in base64url.
    pub auth: String,
    /// Sealed by RFC 8291, not by the draft before it.
    pub standard: bool,
    /// Of what and of whom to tell.
    pub taste: Taste,
}

/// Of what and of whom to tell.
#[derive(Clone, Debug, Default)]
pub struct Taste {
    /// The kinds that are wanted, out of [`ALERTS`].
    pub alerts: Vec<String>,
    /// `all`, `followed`, `follower` or `none`.
    pub policy: Option<String>,
}

impl Taste {
    fn written(&self) -> String {
        let mut alerts = serde_json::Map::new();
        for kind in ALERTS {
            let wanted = self.alerts.iter().any(|alert| alert == kind);
            alerts.insert(kind.to_owned(), json!(wanted));
        }
        Value::Object(alerts).to_string()
    }

    fn policy(&self) -> Result<String, Refusal> {
        match self.policy.as_deref() {
            None => Ok("all".to_owned()),
            Some(known @ ("all" | "followed" | "follower" | "none")) => Ok(known.to_owned()),
            Some(_) => Err(Refusal::BadSubscription("there is no such policy")),
        }
    }
}

/// Whether a place wants to be told of this kind.
pub fn wants(subscription: &PushSubscription, alert: &str) -> bool {
    serde_json::from_str::<Value>(&subscription.alerts)
        .is_ok_and(|alerts| alerts[alert] == Value::Bool(true))
}

/// A program wants to be told. `shown` is its token, which it finds again in every message: so it knows for whom that is.
pub async fn subscribe(
    kindred: &Kindred,
    who: &SignedIn,
    shown: String,
    wanted: Wanted,
) -> Result<PushSubscription> {
    let endpoint = Uri::parse(&wanted.endpoint)
        .ok()
        .filter(|_| wanted.endpoint.len() <= LONGEST_ENDPOINT)
        .filter(|uri| kindred.network().may_visit(uri).is_ok())
        .ok_or(Refusal::BadSubscription(
            "the endpoint is not the address of a push service",
        ))?;
    seal::check(&wanted.p256dh, &wanted.auth)?;
    let (alerts, policy) = (wanted.taste.written(), wanted.taste.policy()?);
    let (token_id, owner_id) = (who.token.id, who.actor.id);
    kindred
        .write(move |ledger| {
            let subscription = PushSubscription {
                id: PushId(ledger.next_id()),
                token_id,
                owner_id,
                access_token: shown,
                endpoint: endpoint.as_str().to_owned(),
                p256dh: wanted.p256dh,
                auth: wanted.auth,
                standard: wanted.standard,
                alerts,
                policy,
                created_at: ledger.now,
                updated_at: ledger.now,
            };
            rows::record(ledger.db, &subscription)?;
            Ok(subscription)
        })
        .await
}

/// The place of this token.
pub async fn of_token(kindred: &Kindred, token: TokenId) -> Result<PushSubscription> {
    kindred
        .read(move |db| Ok(rows::of_token(db, token)?.ok_or(Refusal::NoSubscription)?))
        .await
}

/// A program wants to be told of other things.
pub async fn change(kindred: &Kindred, token: TokenId, taste: Taste) -> Result<PushSubscription> {
    let (alerts, policy) = (taste.written(), taste.policy.clone());
    let checked = taste.policy()?;
    kindred
        .write(move |ledger| {
            let known = rows::of_token(ledger.db, token)?.ok_or(Refusal::NoSubscription)?;
            let policy = policy.map_or(known.policy, |_| checked);
            rows::change(ledger.db, known.id, &alerts, &policy, ledger.now)?;
            Ok(rows::of_token(ledger.db, token)?.ok_or(Refusal::NoSubscription)?)
        })
        .await
}

/// A program wants to hear nothing any more.
pub async fn unsubscribe(kindred: &Kindred, token: TokenId) -> Result<()> {
    kindred
        .write(move |ledger| {
            rows::remove(ledger.db, token)?;
            Ok(())
        })
        .await
}

/// Leaves a message for each place where somebody wants to be told of this.
pub(crate) fn leave(
    ledger: &mut Ledger<'_>,
    owner: ActorId,
    kind: NotificationKind,
    notification: NotificationId,
) -> Result<()> {
    let Some(alert) = word_of(kind) else {
        return Ok(());
    };
    for subscription in rows::of_owner(ledger.db, owner)? {
        let host = Uri::parse(&subscription.endpoint)
            .map(|uri| uri.host().to_owned())
            .unwrap_or_default();
        if wants(&subscription, alert) {
            let job = Job::Push {
                subscription: subscription.id,
                notification,
            };
            ledger.enqueue(format!("push:{host}"), &job);
        }
    }
    Ok(())
}

/// Sends one message to one place. What is old news or was taken back meanwhile is not sent.
pub(crate) async fn send(
    kindred: &Kindred,
    subscription: PushId,
    notification: NotificationId,
) -> Outcome {
    match message(kindred, subscription, notification).await {
        Ok(Some((subscription, message))) => hand_over(kindred, &subscription, &message).await,
        Ok(None) => Outcome::Done,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

async fn message(
    kindred: &Kindred,
    id: PushId,
    notification: NotificationId,
) -> Result<Option<(PushSubscription, Value)>> {
    let (now, settings) = (kindred.now(), kindred.settings().clone());
    kindred
        .read(move |db| {
            let Some(subscription) = rows::find(db, id)? else {
                return Ok(None);
            };
            let Some(told) = notifications::find(db, subscription.owner_id, notification)?
                .filter(|told| told.created_at + NEWS_FOR > now)
            else {
                return Ok(None);
            };
            let (Some(by), Some(alert)) = (actors::find(db, told.actor_id)?, word_of(told.kind))
            else {
                return Ok(None);
            };
            let owner = subscription.owner_id;
            let welcome = match subscription.policy.as_str() {
                "none" => false,
                "followed" => follows::find(db, owner, by.id)?.is_some(),
                "follower" => follows::find(db, by.id, owner)?.is_some(),
                _ => true,
            };
            if !welcome {
                return Ok(None);
            }
            let post = match told.post_id {
                Some(post) => posts::find(db, post)?,
                None => None,
            };
            // Behind a warning nothing shines through.
            let text = post.map_or_else(String::new, |post| {
                post.warning
                    .unwrap_or_else(|| kindred_protocol::html::to_text(&post.content, LONGEST_BODY))
            });
            let message = json!({
                "access_token": subscription.access_token,
                "preferred_locale": "en",
                "notification_id": notification.0,
                "notification_type": alert,
                "icon": links::avatar(&settings, &by),
                "title": title(told.kind, &by.name),
                "body": text,
            });
            Ok(Some((subscription, message)))
        })
        .await
}

fn title(kind: NotificationKind, by: &str) -> String {
    let by: String = by.chars().take(60).collect();
    match kind {
        NotificationKind::Mention | NotificationKind::Reply => format!("{by} spoke to you"),
        NotificationKind::Follow => format!("{by} follows you"),
        NotificationKind::FollowRequest => format!("{by} asks to follow you"),
        NotificationKind::JoinRequest => format!("{by} asks to join a group"),
        NotificationKind::Invitation => format!("{by} invites you to a group"),
        NotificationKind::Like => format!("{by} likes your post"),
        NotificationKind::Boost => format!("{by} passed your post on"),
        NotificationKind::Post => format!("{by} posted something"),
        NotificationKind::Quote => format!("{by} quotes your post"),
        NotificationKind::Poll => "A poll has ended".to_owned(),
        _ => format!("{by} changed a post"),
    }
}

async fn hand_over(kindred: &Kindred, place: &PushSubscription, message: &Value) -> Outcome {
    let written = message.to_string();
    let sent = async {
        let endpoint = Uri::parse(&place.endpoint)?;
        let vapid = vapid::of(kindred).await?;
        let token = vapid.sign(&endpoint, kindred.now())?;
        let sealed = seal::seal(
            written.as_bytes(),
            &place.p256dh,
            &place.auth,
            place.standard,
        )?;
        let mut headers = vec![
            ("ttl", NEWS_FOR.as_secs().to_string()),
            ("urgency", "normal".to_owned()),
            ("content-encoding", sealed.encoding.to_owned()),
        ];
        let key = vapid.public_key();
        match &sealed.beside {
            None => headers.push(("authorization", format!("vapid t={token}, k={key}"))),
            Some((salt, dh)) => headers.extend([
                ("authorization", format!("WebPush {token}")),
                ("encryption", format!("salt={salt}")),
                ("crypto-key", format!("dh={dh};p256ecdsa={key}")),
            ]),
        }
        let body = Bytes::from(sealed.body);
        Ok::<_, Error>(kindred.network().push(&endpoint, &headers, body).await)
    };
    match sent.await {
        Ok(Ok(answer)) if answer.is_success() => Outcome::Done,
        // The device is gone, or will never take this.
        Ok(Ok(answer)) if matches!(answer.status, 400..=404 | 410 | 413) => {
            let token = place.token_id;
            let forgotten = match answer.status {
                404 | 410 => unsubscribe(kindred, token).await,
                _ => Ok(()),
            };
            match forgotten {
                Ok(()) => Outcome::Done,
                Err(error) => Outcome::Failed(error.to_string()),
            }
        }
        Ok(Ok(answer)) => Outcome::Failed(format!("the push service answers {}", answer.status)),
        Ok(Err(error)) => Outcome::Failed(error.to_string()),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}
