//! Straightens JSON that is known to be bent, before the ActivityStreams types see it.
//!
//! One bad address anywhere makes those types refuse a whole document, and real servers send bad addresses, times
//! without a zone, lists where one is expected and the other way round. A table says what each field may be; what can
//! be mended is mended, and otherwise the field is dropped, never the document. Doing it twice changes nothing, and an
//! id is never made up. What others should see of the document is never this version but the one received.

use super::pieces;
use crate::uri::Uri;
use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Number, Value};

/// What a field may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// One address; an object stands for its id.
    Address,
    /// One or many addresses or objects.
    Things,
    /// One address or object.
    Thing,
    /// One or many texts.
    Texts,
    /// One text.
    Text,
    /// A moment with its zone.
    Moment,
    /// How many.
    Count,
    /// A media type without parameters.
    MediaType,
    /// An object of addresses.
    Addresses,
    /// Nothing here reads it, and it may be bent in more ways than it is worth to mend.
    Unused,
}

const TABLE: &[(&str, Shape)] = &[
    ("id", Shape::Address),
    ("href", Shape::Address),
    ("inbox", Shape::Address),
    ("outbox", Shape::Address),
    ("followers", Shape::Address),
    ("following", Shape::Address),
    ("liked", Shape::Address),
    ("likes", Shape::Address),
    ("shares", Shape::Address),
    ("actor", Shape::Things),
    ("object", Shape::Things),
    ("target", Shape::Things),
    ("origin", Shape::Things),
    ("result", Shape::Things),
    ("instrument", Shape::Things),
    ("attachment", Shape::Things),
    ("attributedTo", Shape::Things),
    ("audience", Shape::Things),
    ("url", Shape::Things),
    ("icon", Shape::Things),
    ("image", Shape::Things),
    ("location", Shape::Things),
    ("tag", Shape::Things),
    ("inReplyTo", Shape::Things),
    ("replies", Shape::Things),
    ("to", Shape::Things),
    ("cc", Shape::Things),
    ("items", Shape::Things),
    ("orderedItems", Shape::Things),
    ("formerType", Shape::Texts),
    ("current", Shape::Thing),
    ("first", Shape::Thing),
    ("last", Shape::Thing),
    ("next", Shape::Thing),
    ("prev", Shape::Thing),
    ("partOf", Shape::Thing),
    ("name", Shape::Texts),
    ("content", Shape::Texts),
    ("summary", Shape::Texts),
    ("preferredUsername", Shape::Text),
    ("published", Shape::Moment),
    ("updated", Shape::Moment),
    ("startTime", Shape::Moment),
    ("endTime", Shape::Moment),
    ("deleted", Shape::Moment),
    ("expires", Shape::Moment),
    ("totalItems", Shape::Count),
    ("mediaType", Shape::MediaType),
    ("endpoints", Shape::Addresses),
    ("@context", Shape::Unused),
    ("bto", Shape::Unused),
    ("bcc", Shape::Unused),
    ("duration", Shape::Unused),
    ("generator", Shape::Unused),
    ("preview", Shape::Unused),
    ("startIndex", Shape::Unused),
    ("streams", Shape::Unused),
    ("uploadMedia", Shape::Unused),
];

/// Straightens a document and everything in it. Values that are no objects come back without nulls, nothing more.
#[must_use]
pub fn straighten(value: Value) -> Value {
    match value {
        Value::Array(items) => items
            .into_iter()
            .filter(|item| !item.is_null())
            .map(straighten)
            .collect(),
        Value::Object(fields) => Value::Object(object(fields)),
        other => other,
    }
}

fn object(fields: Map<String, Value>) -> Map<String, Value> {
    let mut straight = Map::with_capacity(fields.len());
    for (key, value) in unalias(fields) {
        let straightened = match shape_of(&key) {
            _ if value.is_null() => None,
            _ if key == "type" => kind(&value),
            Some(shape) => shaped(shape, value),
            None => Some(straighten(value)),
        };
        if let Some(value) = straightened {
            straight.insert(key, value);
        }
    }
    straight
}

fn shape_of(key: &str) -> Option<Shape> {
    TABLE
        .iter()
        .find(|(name, _)| *name == key)
        .map(|(_, shape)| *shape)
}

/// Gives `id` and `type` their one name. The types would take older names as the same field and refuse both.
fn unalias(mut fields: Map<String, Value>) -> Map<String, Value> {
    for (name, others) in [
        ("id", &["@id"][..]),
        ("type", &["@type", "objectType", "verb"]),
    ] {
        for other in others {
            if let Some(value) = fields.shift_remove(*other)
                && !fields.contains_key(name)
            {
                fields.insert(name.to_owned(), value);
            }
        }
    }
    fields
}

fn shaped(shape: Shape, value: Value) -> Option<Value> {
    match shape {
        Shape::Address => address(&value),
        Shape::Things => match value {
            Value::Array(items) => Some(items.into_iter().filter_map(thing).collect()),
            one => thing(one),
        },
        Shape::Thing => match value {
            Value::Array(items) => items.into_iter().find_map(thing),
            one => thing(one),
        },
        Shape::Texts => match value {
            Value::Array(items) => Some(items.iter().filter_map(one_text).collect()),
            one => one_text(&one),
        },
        Shape::Text => one_text(&value),
        Shape::Moment => moment(&value),
        Shape::Count => pieces::count(&value).map(|count| Value::Number(Number::from(count))),
        Shape::MediaType => media_type(&value),
        Shape::Addresses => match value {
            Value::Object(fields) => Some(Value::Object(
                fields
                    .into_iter()
                    .filter_map(|(key, value)| Some((key, address(&value)?)))
                    .collect(),
            )),
            _ => None,
        },
        Shape::Unused => None,
    }
}

/// Types come as one text or as several; then the first that we know counts, else the first at all.
fn kind(value: &Value) -> Option<Value> {
    const SPACE: &str = "https://www.w3.org/ns/activitystreams#";
    let plain = |text: &str| {
        text.trim_start_matches(SPACE)
            .trim_start_matches("as:")
            .trim()
            .to_owned()
    };
    let names: Vec<String> = pieces::list(value)
        .filter_map(Value::as_str)
        .map(plain)
        .collect();
    let known = names
        .iter()
        .find(|name| super::document::is_known_kind(name));
    known
        .or(names.first())
        .filter(|name| !name.is_empty())
        .cloned()
        .map(Value::String)
}

fn address(value: &Value) -> Option<Value> {
    let text = match value {
        Value::String(text) => text,
        Value::Object(fields) => fields.get("id").or_else(|| fields.get("@id"))?.as_str()?,
        Value::Array(items) => return items.iter().find_map(address),
        _ => return None,
    };
    pieces::mended_address(text).map(Value::String)
}

/// An object, or a text; texts that mean to be addresses are mended.
fn thing(value: Value) -> Option<Value> {
    match value {
        Value::Object(fields) => Some(Value::Object(object(fields))),
        Value::String(text) => {
            // What is an address to us stays as it is, so that the same address is always the same text.
            let meant = text.trim_start().starts_with("http") && Uri::parse(&text).is_err();
            Some(Value::String(if meant {
                pieces::mended_address(&text).unwrap_or(text)
            } else {
                text
            }))
        }
        _ => None,
    }
}

fn one_text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(Value::String(number.to_string())),
        Value::Object(fields) => fields.get("@value").and_then(one_text),
        Value::Array(items) => items.iter().find_map(one_text),
        _ => None,
    }
}

fn moment(value: &Value) -> Option<Value> {
    let moment = DateTime::from_timestamp_millis(pieces::moment(value)?)?;
    Some(Value::String(
        moment.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    ))
}

fn media_type(value: &Value) -> Option<Value> {
    let whole = value.as_str()?;
    let essence = whole.split(';').next()?.trim().to_ascii_lowercase();
    let token = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+')
            })
    };
    let (kind, detail) = essence.split_once('/')?;
    (token(kind) && !kind.contains('+') && token(detail)).then(|| Value::String(essence.clone()))
}

#[cfg(test)]
mod tests;
