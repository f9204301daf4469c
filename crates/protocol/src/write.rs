//! What we say to others: one shape for each thing, and a snapshot that pins it.
//!
//! Cards are plain values (addresses as text, times in milliseconds since the epoch); each function turns a card
//! into the one document that all peers we know of can read. Where peers disagree the comment names them. Nothing
//! here reads, signs or sends, and nothing can fail: whatever somebody put on a card can be said.

mod activity;
mod actor;
mod collection;
mod event;
mod note;

pub use activity::{
    ActivityCard, accept, accept_with, add, announce_activity, announce_object, block, create,
    delete, dislike, flag, follow, ignore, in_words, invite, join, leave, like, lock, moved,
    quote_authorization, quote_request, reject, remove, shut_out, undo, update, vote,
};
pub use actor::{ActorCard, FieldCard, PictureCard, actor};
pub use collection::{CollectionCard, PageCard, collection, ordered_collection, page, tombstone};
pub use event::{EventCard, PlaceCard};
pub use note::{AttachmentCard, NoteCard, PollCard, PollOptionCard, QuoteCard, TagCard, note};

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The `@context` of everything we send: all terms that we use are defined in it, so that nobody has to fetch more.
static CONTEXT: LazyLock<Value> = LazyLock::new(|| {
    let quotes = quote_terms();
    json!([
        "https://www.w3.org/ns/activitystreams",
        "https://w3id.org/security/v1",
        {
            "lemmy": "https://join-lemmy.org/ns#",
            "toot": "http://joinmastodon.org/ns#",
            "mz": "https://joinmobilizon.org/ns#",
            "sc": "http://schema.org#",
            "pt": "https://joinpeertube.org/ns#",
            "Hashtag": "as:Hashtag",
            "Emoji": "toot:Emoji",
            "sensitive": "as:sensitive",
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
            "movedTo": {"@id": "as:movedTo", "@type": "@id"},
            "moderators": {"@id": "lemmy:moderators", "@type": "@id"},
            "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
            "removeData": "lemmy:removeData",
            "featured": {"@id": "toot:featured", "@type": "@id"},
            "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "memorial": "toot:memorial",
            "suspended": "toot:suspended",
            "blurhash": "toot:blurhash",
            "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
            "votersCount": "toot:votersCount",
            "commentsEnabled": "pt:commentsEnabled",
            "joinMode": "mz:joinMode",
            "timezone": "mz:timezone",
            "openness": "mz:openness",
            "participantCount": "mz:participantCount",
            "participationMessage": "mz:participationMessage",
            "PropertyValue": "sc:PropertyValue",
            "value": "sc:value"
        },
        quotes
    ])
});

/// The terms of quotes and of who may quote (FEP-044f), with the older names that others know them by.
fn quote_terms() -> Value {
    json!({
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "canLike": {"@id": "gts:canLike", "@type": "@id"},
        "canReply": {"@id": "gts:canReply", "@type": "@id"},
        "canAnnounce": {"@id": "gts:canAnnounce", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "always": {"@id": "gts:always", "@type": "@id"},
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
        "quoteUrl": "as:quoteUrl",
        "quoteUri": "http://fedibird.com/ns#quoteUri"
    })
}

/// The `@context` of everything we send.
pub fn context() -> Value {
    CONTEXT.clone()
}

/// Makes a document of an object: the same, with our `@context` in front.
fn document(object: Map<String, Value>) -> Value {
    let mut whole = Map::with_capacity(object.len() + 1);
    whole.insert("@context".to_owned(), context());
    whole.extend(object);
    Value::Object(whole)
}

/// What stands inside another document: the same without a `@context` of its own. Everything else stays as it is,
/// also what we do not understand, for others may.
fn embedded(object: &Value) -> Value {
    match object {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, _)| *key != "@context")
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect(),
        other => other.clone(),
    }
}

/// An object under construction; absent values leave no trace.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn of(kind: &str) -> Self {
        let mut fields = Self::default();
        fields.put("type", kind);
        fields
    }

    fn put(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    fn maybe(&mut self, key: &str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    fn text(&mut self, key: &str, value: Option<&String>) -> &mut Self {
        self.maybe(key, value.map(String::as_str))
    }

    fn time(&mut self, key: &str, value: Option<i64>) -> &mut Self {
        self.maybe(key, value.map(timestamp))
    }

    fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// A moment as the wire spells it: RFC 3339 in UTC, to the second or, where it matters, the millisecond.
pub fn timestamp(milliseconds: i64) -> String {
    let moment: DateTime<Utc> = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests;
