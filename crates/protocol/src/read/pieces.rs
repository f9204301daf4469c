//! Small readings of a single value, whatever shape it came in.
//!
//! Each answers with what can be made of the value, or with nothing; none of them fails, none of them guesses.

use super::ReadError;
use crate::{
    limits::{NAME_CHARS, RECIPIENTS},
    uri::Uri,
    vocabulary::PUBLIC,
};
use activitystreams::{base::AnyBase, iri_string::types::IriStr, primitives::OneOrMany};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::Value;

/// A single value is a list of one, and nothing is an empty list.
pub(super) fn list(value: &Value) -> impl Iterator<Item = &Value> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    };
    items.iter().filter(|item| !item.is_null())
}

/// A field of an object, or nothing.
pub(super) fn field<'a>(value: &'a Value, key: &str) -> &'a Value {
    value.get(key).unwrap_or(&Value::Null)
}

/// Straightens an address: characters that may not stand in it are percent-encoded; what is no absolute address
/// even then is none.
pub(super) fn mended_address(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > crate::limits::ADDRESS_BYTES {
        return None;
    }
    if IriStr::new(text).is_ok() {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut mended = String::with_capacity(text.len() + 16);
    let mut fragment = false;
    for (at, letter) in text.char_indices() {
        let hex = |ahead: usize| bytes.get(at + ahead).is_some_and(u8::is_ascii_hexdigit);
        let bad = match letter {
            ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' => true,
            '%' => !(hex(1) && hex(2)),
            // The first one starts the fragment, a second one may not stand in it.
            '#' => std::mem::replace(&mut fragment, true),
            other => other.is_control(),
        };
        if bad {
            let mut buffer = [0; 4];
            for byte in letter.encode_utf8(&mut buffer).bytes() {
                mended.push('%');
                mended.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
                mended.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
            }
        } else {
            mended.push(letter);
        }
    }
    (mended.len() <= crate::limits::ADDRESS_BYTES && IriStr::new(&mended).is_ok()).then_some(mended)
}

/// The address that a text is, or the id of an object.
pub(super) fn address(value: &Value) -> Option<Uri> {
    let text = match value {
        Value::String(text) => text,
        Value::Object(fields) => fields.get("id")?.as_str()?,
        _ => return None,
    };
    web_address(text)
}

/// A text as an address on the web.
pub(super) fn web_address(text: &str) -> Option<Uri> {
    if text.is_empty() {
        return None;
    }
    Uri::parse(text)
        .ok()
        .or_else(|| Uri::parse(&mended_address(text)?).ok())
}

/// The address of the only item; none when there are several.
pub(super) fn only_address(value: &Value) -> Option<Uri> {
    let mut all = list(value);
    let one = all.next()?;
    if all.next().is_some() {
        None
    } else {
        address(one)
    }
}

/// The first usable address of a list.
pub(super) fn first_address(value: &Value) -> Option<Uri> {
    list(value).find_map(address)
}

/// Where something lies: a text, a `Link` with `href`, or an object with `url`.
pub(super) fn place_of(value: &Value) -> Option<Uri> {
    match value {
        Value::String(text) => web_address(text),
        Value::Array(items) => items.iter().find_map(place_of),
        Value::Object(fields) => ["href", "url"]
            .into_iter()
            .find_map(|key| place_of(fields.get(key)?)),
        _ => None,
    }
}

/// Where something lies, or else its id.
pub(super) fn place_or_id(value: &Value) -> Option<Uri> {
    place_of(value).or_else(|| first_address(value))
}

/// A text; numbers are taken as the text they look like. Empty is nothing.
pub(super) fn text(value: &Value) -> Option<String> {
    let found = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => return items.iter().find_map(text),
        Value::Object(fields) => return text(fields.get("@value")?),
        _ => return None,
    };
    (!found.trim().is_empty()).then_some(found)
}

/// A name or title: one line of plain text, cut to the longest we keep.
pub(super) fn name(value: &Value) -> Option<String> {
    let whole = text(value)?;
    let cut: String = whole
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(NAME_CHARS)
        .collect();
    (!cut.is_empty()).then_some(cut)
}

/// Yes or no, also as a text.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(yes) => Some(*yes),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// How many; also as a text or a float without fraction.
pub(super) fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number
                .as_f64()
                .filter(|float| *float >= 0.0 && *float < 9e15 && float.fract() == 0.0)?;
            format!("{float:.0}").parse().ok()
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A finite number; also as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let found = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found.filter(|number| number.is_finite())
}

/// A moment in milliseconds since the epoch. Times without a zone are taken as UTC, days as their first moment.
pub(super) fn moment(value: &Value) -> Option<i64> {
    let text = value.as_str()?.trim();
    let naive = || {
        let plain = text.trim_end_matches(['Z', 'z']);
        [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M",
        ]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(plain, format).ok())
        .or_else(|| {
            Some(
                NaiveDate::parse_from_str(plain, "%Y-%m-%d")
                    .ok()?
                    .and_time(NaiveTime::MIN),
            )
        })
    };
    let found = match DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"))
    {
        Ok(moment) => moment.timestamp_millis(),
        Err(_) => naive()?.and_utc().timestamp_millis(),
    };
    // Years that four digits can spell: nothing else can be written again.
    (-62_135_596_800_000..253_402_300_800_000)
        .contains(&found)
        .then_some(found)
}

/// The items of a typed list, as JSON again.
pub(super) fn things(items: Option<&OneOrMany<AnyBase>>) -> Vec<Value> {
    let items = items.map(OneOrMany::as_slice).unwrap_or_default();
    items
        .iter()
        .filter_map(|item| serde_json::to_value(item).ok())
        .collect()
}

/// Whether this names everybody, in one of the three spellings that ActivityPub allows.
pub(super) fn is_public(word: &str) -> bool {
    matches!(word, "as:Public" | "Public" | PUBLIC)
}

/// Recipients: addresses, with the public always spelled [`PUBLIC`]. Each is named once.
pub(super) fn recipients(items: &[Value]) -> Result<Vec<String>, ReadError> {
    if items.len() > RECIPIENTS {
        return Err(ReadError::TooMuch("recipients"));
    }
    let mut named: Vec<String> = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::new();
    for item in items {
        let found = match item.as_str() {
            Some(word) if is_public(word) => PUBLIC.to_owned(),
            _ => match address(item) {
                Some(uri) => uri.as_str().to_owned(),
                None => continue,
            },
        };
        if seen.insert(found.clone()) {
            named.push(found);
        }
    }
    Ok(named)
}
