//! Activities: who does what to whom.
//!
//! Each type of activity becomes one word of ours. Objects may be named by id or embedded, one or several; whether
//! the actor may do it at all is not asked here.

use super::{ReadError, document, pieces, prepass, reaction};
use crate::{
    limits::{OBJECTS, RECIPIENTS},
    uri::Uri,
    vocabulary::{Answer, Document, Envelope, Identified, Incoming, Note, Ref},
};
use activitystreams::{activity::ActorAndObjectOptOriginAndTarget, prelude::*};
use serde::Deserialize;
use serde_json::Value;

/// How many activities may be wrapped in each other: a relayed withdrawal of a boost of a new post is four.
const WRAPPINGS: usize = 5;

/// An activity of any type, in the types of the vocabulary.
type Typed = ActorAndObjectOptOriginAndTarget<String>;

/// The types of activity there are. Those without a word of ours are read as `Other`, whatever they contain.
const KNOWN: &[&str] = &[
    "Accept",
    "Add",
    "Announce",
    "Arrive",
    "Block",
    "Create",
    "Delete",
    "Dislike",
    "EmojiReact",
    "EmojiReaction",
    "Flag",
    "Follow",
    "Ignore",
    "Invite",
    "Join",
    "Leave",
    "Like",
    "Listen",
    "Lock",
    "Move",
    "Offer",
    "QuoteRequest",
    "Read",
    "Reject",
    "Remove",
    "TentativeAccept",
    "TentativeReject",
    "Travel",
    "Undo",
    "Update",
    "View",
];

pub(super) fn is_known(kind: &str) -> bool {
    KNOWN.contains(&kind)
}

/// Whether the word is one of ours, so that what it needs is insisted on.
fn is_understood(kind: &str) -> bool {
    is_known(kind)
        && !matches!(
            kind,
            "Arrive"
                | "Listen"
                | "Offer"
                | "Read"
                | "TentativeAccept"
                | "TentativeReject"
                | "Travel"
                | "View"
        )
}

/// Reads an activity that lies `depth` activities deep in another.
pub(super) fn envelope(raw: &Value, depth: usize) -> Result<Envelope, ReadError> {
    if !raw.is_object() {
        return Err(ReadError::NotAnObject);
    }
    if depth >= WRAPPINGS {
        return Err(ReadError::TooDeep);
    }
    let clean = prepass::straighten(raw.clone());
    let kind = document::kind_of(&clean).to_owned();
    let actor = single(pieces::field(raw, "actor"), "actor")
        .or_else(|_| single(pieces::field(&clean, "actor"), "actor"))?;
    let parts = Parts {
        raw,
        clean: &clean,
        actor: &actor,
        depth,
    };
    let activity = if is_understood(&kind) {
        if pieces::list(parts.object()).count() > OBJECTS {
            return Err(ReadError::TooMuch("objects"));
        }
        if pieces::list(pieces::field(&clean, "object"))
            .next()
            .is_none()
        {
            return Err(ReadError::Missing("object"));
        }
        let typed =
            Typed::deserialize(&clean).map_err(|error| ReadError::Malformed(error.to_string()))?;
        incoming(&kind, &parts, &typed)?
    } else {
        Incoming::Other {
            kind: kind.clone(),
            object: pieces::only_address(parts.object()),
        }
    };
    let to = recipients(&clean, "to")?;
    let cc = recipients(&clean, "cc")?;
    if to.len() + cc.len() > RECIPIENTS {
        return Err(ReadError::TooMuch("recipients"));
    }
    Ok(Envelope {
        // What is no address is no id; the activity then counts as one without.
        id: document::id_of(raw, &clean),
        kind,
        actor,
        to,
        cc,
        audience: pieces::list(pieces::field(&clean, "audience"))
            .filter_map(pieces::address)
            .collect(),
        published: pieces::moment(pieces::field(&clean, "published")),
        activity,
        raw: raw.clone(),
    })
}

fn recipients(clean: &Value, key: &str) -> Result<Vec<String>, ReadError> {
    let named: Vec<Value> = pieces::list(pieces::field(clean, key)).cloned().collect();
    pieces::recipients(&named)
}

/// An activity on the table: as received, straightened, and how deep it lies.
struct Parts<'a> {
    raw: &'a Value,
    clean: &'a Value,
    actor: &'a Uri,
    depth: usize,
}

impl Parts<'_> {
    /// What it is about, as received: embedded things keep their own bytes.
    fn object(&self) -> &Value {
        pieces::field(self.raw, "object")
    }

    fn object_id(&self) -> Result<Uri, ReadError> {
        single(self.object(), "object")
            .or_else(|_| single(pieces::field(self.clean, "object"), "object"))
    }

    fn object_ids(&self) -> Result<Vec<Uri>, ReadError> {
        let ids: Vec<Uri> = pieces::list(self.object())
            .filter_map(pieces::address)
            .collect();
        if ids.is_empty() {
            Err(ReadError::Missing("object"))
        } else {
            Ok(ids)
        }
    }

    fn one_object(&self) -> Result<&Value, ReadError> {
        let mut all = pieces::list(self.object());
        match (all.next(), all.next()) {
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => Err(ReadError::Ambiguous("object")),
            _ => Err(ReadError::Missing("object")),
        }
    }

    fn document_ref(&self, raw: &Value) -> Result<Ref<Document>, ReadError> {
        by_id_or_whole(raw, |raw| document::document(raw, self.depth + 1))
    }

    fn answer(&self, typed: &Typed) -> Result<Answer, ReadError> {
        Ok(Answer {
            object: by_id_or_whole(self.one_object()?, |raw| envelope(raw, self.depth + 1))?,
            result: pieces::things(typed.result())
                .iter()
                .find_map(pieces::address),
            reason: self.text(&["content", "summary"]),
        })
    }

    fn flag(&self, key: &str) -> bool {
        pieces::flag(pieces::field(self.clean, key)).unwrap_or(false)
    }

    fn text(&self, keys: &[&str]) -> Option<String> {
        keys.iter()
            .find_map(|key| pieces::text(pieces::field(self.clean, key)))
    }
}

fn incoming(kind: &str, parts: &Parts<'_>, typed: &Typed) -> Result<Incoming, ReadError> {
    let target = pieces::things(typed.target())
        .iter()
        .find_map(pieces::address);
    let origin = pieces::things(typed.origin())
        .iter()
        .find_map(pieces::address);
    Ok(match kind {
        "Follow" => Incoming::Follow {
            object: parts.object_id()?,
            message: parts.text(&["content", "summary"]),
        },
        "Accept" => Incoming::Accept(parts.answer(typed)?),
        "Reject" => Incoming::Reject(parts.answer(typed)?),
        "Ignore" => Incoming::Ignore(parts.answer(typed)?),
        "Undo" => Incoming::Undo(parts.answer(typed)?.object),
        "Create" => {
            let objects: Result<_, _> = pieces::list(parts.object())
                .map(|raw| post(parts, raw))
                .collect();
            Incoming::Create { objects: objects? }
        }
        "Update" => Incoming::Update {
            object: parts.document_ref(parts.one_object()?)?,
        },
        "Delete" => Incoming::Delete {
            object: parts.object_id()?,
            whole: match parts.document_ref(parts.one_object()?)? {
                Ref::Whole(whole) => Some(whole),
                Ref::Id(_) => None,
            },
            reason: parts.text(&["summary"]),
            removes_data: parts.flag("removeData"),
        },
        "Like" => Incoming::Like {
            object: parts.object_id()?,
            emoji: reaction::emoji(parts.clean),
        },
        "EmojiReact" | "EmojiReaction" => {
            match (reaction::emoji(parts.clean), parts.text(&["content"])) {
                // A reaction with more than an emoji is somebody's text in a place where no text is shown.
                (None, Some(_)) => Incoming::Other {
                    kind: kind.to_owned(),
                    object: Some(parts.object_id()?),
                },
                (emoji, _) => Incoming::Like {
                    object: parts.object_id()?,
                    emoji,
                },
            }
        }
        "Dislike" => Incoming::Dislike {
            object: parts.object_id()?,
        },
        "Announce" => {
            let objects: Result<_, _> = pieces::list(parts.object())
                .map(|raw| parts.document_ref(raw))
                .collect();
            Incoming::Announce { objects: objects? }
        }
        "Join" => Incoming::Join {
            object: parts.object_id()?,
            message: parts.text(&["participationMessage", "content", "summary"]),
        },
        "Leave" => Incoming::Leave {
            object: parts.object_id()?,
        },
        "Invite" => Incoming::Invite {
            object: parts.object_id()?,
            target,
        },
        "QuoteRequest" => Incoming::QuoteRequest {
            object: parts.object_id()?,
            instrument: match pieces::list(pieces::field(parts.raw, "instrument")).next() {
                Some(raw) => parts.document_ref(raw).ok(),
                None => None,
            },
        },
        other => return order(other, parts, target, origin),
    })
}

/// What keeps a group in order.
fn order(
    kind: &str,
    parts: &Parts<'_>,
    target: Option<Uri>,
    origin: Option<Uri>,
) -> Result<Incoming, ReadError> {
    let reason = || parts.text(&["summary", "content"]);
    Ok(match kind {
        "Block" => Incoming::Block {
            object: parts.object_id()?,
            target,
            until: ["endTime", "expires"]
                .iter()
                .find_map(|key| pieces::moment(pieces::field(parts.clean, key))),
            reason: reason(),
            removes_data: parts.flag("removeData"),
        },
        "Flag" => Incoming::Flag {
            objects: parts.object_ids()?,
            reason: parts.text(&["content", "summary"]),
        },
        "Add" => Incoming::Add {
            object: parts.document_ref(parts.one_object()?)?,
            target,
        },
        "Remove" => Incoming::Remove {
            object: parts.document_ref(parts.one_object()?)?,
            target: target.or(origin),
        },
        "Lock" => Incoming::Lock {
            object: parts.object_id()?,
            reason: reason(),
        },
        "Move" => Incoming::Move {
            object: parts.object_id()?,
            origin,
            target,
        },
        other => Incoming::Other {
            kind: other.to_owned(),
            object: parts.object_id().ok(),
        },
    })
}

/// A post of a Create: embedded and readable, or by id. An embedded thing that is no post is only worth its id.
fn post(parts: &Parts<'_>, raw: &Value) -> Result<Ref<Note>, ReadError> {
    if let Some(id) = bare(raw) {
        return Ok(Ref::Id(id));
    }
    match document::document(raw, parts.depth + 1)? {
        Document::Note(mut note) => {
            // What somebody publishes without saying who wrote it is their own.
            if note.attributed_to.is_empty() && note.author().is_none() {
                note.attributed_to.push(parts.actor.clone());
            }
            Ok(Ref::Whole(note))
        }
        other => other
            .id()
            .cloned()
            .map(Ref::Id)
            .ok_or(ReadError::Missing("object")),
    }
}

/// The id, when there is nothing else: a text, or an object of nothing but id and type.
fn bare(raw: &Value) -> Option<Uri> {
    match raw {
        Value::String(_) => pieces::address(raw),
        Value::Object(fields)
            if fields
                .keys()
                .all(|key| matches!(key.as_str(), "id" | "type" | "@context")) =>
        {
            pieces::address(raw)
        }
        _ => None,
    }
}

fn by_id_or_whole<T>(
    raw: &Value,
    read: impl FnOnce(&Value) -> Result<T, ReadError>,
) -> Result<Ref<T>, ReadError> {
    if let Some(id) = bare(raw) {
        // A tombstone of nothing but its id says all that a tombstone can say.
        if raw.get("type").and_then(Value::as_str) != Some("Tombstone") {
            return Ok(Ref::Id(id));
        }
    }
    match read(raw) {
        Ok(whole) => Ok(Ref::Whole(Box::new(whole))),
        // What cannot be read may still be fetched.
        Err(error) => pieces::address(raw).map(Ref::Id).ok_or(match error {
            ReadError::NotAnObject => ReadError::Missing("object"),
            other => other,
        }),
    }
}

/// The one address of a field that must be one. Naming the same one twice is naming one.
fn single(value: &Value, what: &'static str) -> Result<Uri, ReadError> {
    let mut found: Option<Uri> = None;
    for item in pieces::list(value) {
        let id = pieces::address(item).ok_or(ReadError::Missing(what))?;
        match &found {
            Some(first) if *first != id => return Err(ReadError::Ambiguous(what)),
            _ => found = Some(id),
        }
    }
    found.ok_or(ReadError::Missing(what))
}
