//! Reading what others say: leniently, and without ever failing on what we do not know.
//!
//! A letter goes through the same steps every time: its size and depth are limited, [`peek`] looks at it for a first
//! sorting, [`prepass`] straightens what is known to be bent, the ActivityStreams types take it apart, and it is
//! turned at once into the plain types of [`crate::vocabulary`]. Nothing is fetched here and nothing is believed:
//! an embedded document is what its sender shows, see [`crate::vocabulary::trust`].

mod activity;
mod actor;
mod collection;
mod document;
mod event;
mod note;
mod pieces;
pub mod prepass;
mod reaction;
pub use reaction::is_one_emoji;

use crate::{
    limits::{BODY_BYTES, JSON_DEPTH},
    uri::Uri,
    vocabulary::{Document, Envelope},
};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Why something could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More bytes than we take.
    #[error("it is larger than {BODY_BYTES} bytes")]
    TooBig,
    /// Nested deeper than we follow.
    #[error("it is nested too deeply")]
    TooDeep,
    /// Not JSON at all.
    #[error("it is no JSON: {0}")]
    NotJson(String),
    /// JSON, but not an object.
    #[error("it is no object")]
    NotAnObject,
    /// Something indispensable is absent, or not an address.
    #[error("it has no usable {0}")]
    Missing(&'static str),
    /// Something that must be one is several.
    #[error("it names several of {0}")]
    Ambiguous(&'static str),
    /// More of something than we take.
    #[error("it has too much of {0}")]
    TooMuch(&'static str),
    /// The types of the vocabulary do not take it.
    #[error("it is malformed: {0}")]
    Malformed(String),
}

/// What can be told of a letter without taking it apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peek {
    /// The id.
    pub id: Option<Uri>,
    /// The type, the first one if there are several.
    pub kind: Option<String>,
    /// Who says it.
    pub actor: Option<Uri>,
    /// What it is about, when that is told by id.
    pub object: Option<Uri>,
}

/// Looks at a letter for a first sorting: have we had it, do we listen to them at all.
///
/// What cannot be read this way is simply absent; nothing is decided by it that [`envelope`] does not check again.
pub fn peek(body: &[u8]) -> Peek {
    if body.len() > BODY_BYTES {
        return Peek::default();
    }
    let looked: Looked = serde_json::from_slice(body).unwrap_or_default();
    Peek {
        id: pieces::address(&looked.id),
        kind: pieces::list(&looked.kind)
            .find_map(Value::as_str)
            .map(str::to_owned),
        actor: pieces::only_address(&looked.actor),
        object: pieces::only_address(&looked.object),
    }
}

/// Reads bytes as JSON within our limits of size and depth.
pub fn json(body: &[u8]) -> Result<Value, ReadError> {
    if body.len() > BODY_BYTES {
        return Err(ReadError::TooBig);
    }
    let value = parse(body).map_err(|error| ReadError::NotJson(error.to_string()))?;
    limit_depth(&value)?;
    Ok(value)
}

/// Parses JSON, and leaves NUL out of every text: it means nothing, and PostgreSQL keeps no text that has one.
pub(crate) fn parse(body: &[u8]) -> serde_json::Result<Value> {
    let mut value = serde_json::from_slice(body)?;
    // Nearly nobody writes it, so nearly nobody pays for the walk.
    if body.windows(NUL.len()).any(|part| part == NUL) {
        leave_out_nul(&mut value);
    }
    Ok(value)
}

const NUL: &[u8] = b"\\u0000";

fn leave_out_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(items) => items.iter_mut().for_each(leave_out_nul),
        Value::Object(fields) => fields.values_mut().for_each(leave_out_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Reads an activity as it arrived in an inbox.
pub fn envelope(body: &[u8]) -> Result<Envelope, ReadError> {
    activity::envelope(&json(body)?, 0)
}

/// Reads an activity that is JSON already.
pub fn envelope_value(value: &Value) -> Result<Envelope, ReadError> {
    limit_depth(value)?;
    activity::envelope(value, 0)
}

/// Reads any document: something that was fetched, or that came along inside something else.
pub fn document(value: &Value) -> Result<Document, ReadError> {
    limit_depth(value)?;
    document::document(value, 0)
}

fn limit_depth(value: &Value) -> Result<(), ReadError> {
    fn fits(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(items) => left > 0 && items.iter().all(|item| fits(item, left - 1)),
            Value::Object(fields) => left > 0 && fields.values().all(|field| fits(field, left - 1)),
            _ => true,
        }
    }
    if fits(value, JSON_DEPTH) {
        Ok(())
    } else {
        Err(ReadError::TooDeep)
    }
}

/// The few fields that a first look needs. Of a key that occurs twice the last counts, as it does for a full reading.
#[derive(Default)]
struct Looked {
    id: Value,
    kind: Value,
    actor: Value,
    object: Value,
}

impl<'de> Deserialize<'de> for Looked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Look;
        impl<'de> Visitor<'de> for Look {
            type Value = Looked;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Looked, A::Error> {
                let mut looked = Looked::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "id" => looked.id = map.next_value()?,
                        "type" => looked.kind = map.next_value()?,
                        "actor" => looked.actor = map.next_value()?,
                        "object" => looked.object = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(looked)
            }
        }
        deserializer.deserialize_map(Look)
    }
}

#[cfg(test)]
mod tests;
