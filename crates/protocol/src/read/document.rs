//! Tells what kind of document something is, by its type or else by its looks.
//!
//! An unknown type is no reason to refuse: what has an inbox is an actor, what has items is a list, what has a text
//! and an author is a post. Everything else is `Other`.

use super::{ReadError, activity, actor, collection, event, note, pieces, prepass};
use crate::{
    uri::Uri,
    vocabulary::{Approval, Document, KeyDoc, Tombstone},
};
use serde_json::Value;

/// What a type name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Activity,
    Post,
    Actor,
    Collection,
    Key,
    Tombstone,
    Place,
    Approval,
}

fn family(kind: &str) -> Option<Family> {
    Some(match kind {
        "Note" | "Page" | "Article" | "Question" | "Event" | "Video" | "Audio" | "Image"
        | "ChatMessage" => Family::Post,
        "Person" | "Group" | "Service" | "Application" | "Organization" => Family::Actor,
        // A forum of old calls the collection of a thread a conversation.
        "Collection"
        | "OrderedCollection"
        | "CollectionPage"
        | "OrderedCollectionPage"
        | "Conversation" => Family::Collection,
        "CryptographicKey" | "Key" => Family::Key,
        "Tombstone" => Family::Tombstone,
        "Place" | "VirtualLocation" => Family::Place,
        "QuoteAuthorization"
        | "LikeApproval"
        | "ReplyApproval"
        | "AnnounceApproval"
        | "LikeAuthorization"
        | "ReplyAuthorization"
        | "AnnounceAuthorization" => Family::Approval,
        other if activity::is_known(other) => Family::Activity,
        _ => return None,
    })
}

pub(super) fn is_known_kind(kind: &str) -> bool {
    family(kind).is_some()
}

/// What a document of an unknown type looks like.
fn looks_like(clean: &Value) -> Option<Family> {
    let has = |key: &str| clean.get(key).is_some();
    if has("inbox") || has("preferredUsername") && has("publicKey") {
        Some(Family::Actor)
    } else if has("publicKeyPem") {
        Some(Family::Key)
    } else if has("orderedItems") || has("items") || has("totalItems") && has("first") {
        Some(Family::Collection)
    } else if has("interactionTarget") && has("interactingObject") {
        Some(Family::Approval)
    } else if has("actor") && has("object") {
        Some(Family::Activity)
    } else if has("content")
        || has("contentMap")
        || has("attributedTo") && (has("name") || has("summary"))
    {
        Some(Family::Post)
    } else {
        None
    }
}

/// Reads a document that lies `depth` activities deep in another.
pub(super) fn document(raw: &Value, depth: usize) -> Result<Document, ReadError> {
    if let Value::Array(_) = raw {
        // Some servers answer with the bare list where a collection is expected.
        return Ok(Document::Collection(Box::new(collection::bare(raw)?)));
    }
    if !raw.is_object() {
        return Err(ReadError::NotAnObject);
    }
    let clean = prepass::straighten(raw.clone());
    let kind = kind_of(&clean);
    let Some(family) = family(kind).or_else(|| looks_like(&clean)) else {
        return Ok(Document::Other {
            kind: kind.to_owned(),
            id: id_of(raw, &clean),
        });
    };
    Ok(match family {
        Family::Activity => Document::Activity(Box::new(activity::envelope(raw, depth)?)),
        Family::Post => Document::Note(Box::new(note::note(raw, &clean)?)),
        Family::Actor => Document::Actor(Box::new(actor::actor(raw, &clean)?)),
        Family::Collection => Document::Collection(Box::new(collection::collection(raw, &clean)?)),
        Family::Key => Document::Key(key(&clean).ok_or(ReadError::Missing("publicKeyPem"))?),
        Family::Tombstone => Document::Tombstone(Tombstone {
            id: own_id(raw, &clean)?,
            former_kind: pieces::text(pieces::field(&clean, "formerType")),
            deleted: pieces::moment(pieces::field(&clean, "deleted")),
        }),
        Family::Place => Document::Place(event::place(&clean).unwrap_or_default()),
        Family::Approval => Document::Approval(approval(raw, &clean)?),
    })
}

pub(super) fn kind_of(clean: &Value) -> &str {
    clean
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The id of a document, spelled as it was received where that is an address at all.
pub(super) fn id_of(raw: &Value, clean: &Value) -> Option<Uri> {
    pieces::address(raw).or_else(|| pieces::address(clean))
}

/// The id a document cannot do without.
pub(super) fn own_id(raw: &Value, clean: &Value) -> Result<Uri, ReadError> {
    id_of(raw, clean).ok_or(ReadError::Missing("id"))
}

/// A key, on its own page or inside an actor.
pub(super) fn key(clean: &Value) -> Option<KeyDoc> {
    Some(KeyDoc {
        id: pieces::address(clean)?,
        owner: ["owner", "controller"]
            .into_iter()
            .find_map(|name| pieces::address(pieces::field(clean, name))),
        pem: pieces::text(pieces::field(clean, "publicKeyPem"))?,
    })
}

fn approval(raw: &Value, clean: &Value) -> Result<Approval, ReadError> {
    let address = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| pieces::first_address(pieces::field(clean, name)))
    };
    Ok(Approval {
        id: own_id(raw, clean)?,
        kind: kind_of(clean).to_owned(),
        attributed_to: address(&["attributedTo", "actor"]),
        object: address(&["interactingObject", "object"]),
        target: address(&["interactionTarget", "target"]),
    })
}
