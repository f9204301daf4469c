//! Shapes that strict readers insist on, and a post as it is shown once its shape was found to be right.

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::{
    Fault, Shown,
    letters::{id, kind, recipients, required, text},
    somebody::PUBLIC,
};

/// Whether a field may be missing (or be null, which is the same to every reader).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Must,
    May,
}

/// What a field has to be for a strict reader.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Is {
    /// A scheme and a name, no port.
    Address,
    /// Any text.
    Text,
    /// A moment with its zone.
    Time,
    /// True or false.
    Bool,
    /// A whole number.
    Number,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An object of this shape.
    Whole(&'static [Field]),
    /// An object of one of these shapes, by its type.
    Typed(&'static [(&'static str, &'static [Field])]),
    /// A list of such things, also of one or none.
    List(&'static Is),
    /// The one or the other.
    Either(&'static Is, &'static Is),
    /// Whatever it is.
    Anything,
}

/// A field: its name, whether it has to be there, what it is.
pub(crate) type Field = (&'static str, Need, Is);

/// Reads a document as a strict reader does, field by field.
pub(crate) fn fits(document: &Value, shape: &[Field]) -> Result<(), Fault> {
    object_fits(document, shape)
        .map_err(|what| Fault::new(400, format!("{} {}: {what}", kind(document), id(document))))
}

fn object_fits(document: &Value, shape: &[Field]) -> Result<(), String> {
    for (name, need, is) in shape {
        match (&document[*name], need) {
            (Value::Null, Need::May) => {}
            (Value::Null, Need::Must) => return Err(format!("{name} is missing")),
            (value, _) => is
                .fits(value)
                .map_err(|what| format!("{name} is {what}: {value}"))?,
        }
    }
    Ok(())
}

impl Is {
    fn fits(self, value: &Value) -> Result<(), String> {
        let no = |what: &str| Err(what.to_owned());
        match self {
            Self::Address if value.as_str().is_some_and(is_address) => Ok(()),
            Self::Address => no("no address"),
            Self::Text if value.is_string() => Ok(()),
            Self::Text => no("no text"),
            Self::Time if value.as_str().is_some_and(is_time) => Ok(()),
            Self::Time => no("no moment"),
            Self::Bool if value.is_boolean() => Ok(()),
            Self::Bool => no("neither true nor false"),
            Self::Number if value.is_u64() => Ok(()),
            Self::Number => no("no number"),
            Self::OneOf(words) if value.as_str().is_some_and(|word| words.contains(&word)) => {
                Ok(())
            }
            Self::OneOf(_) => no("an unknown word"),
            Self::Whole(shape) if value.is_object() => object_fits(value, shape),
            Self::Whole(_) | Self::Typed(_) if !value.is_object() => no("no object"),
            Self::Whole(_) => no("no object"),
            Self::Typed(shapes) => match shapes.iter().find(|(name, _)| *name == kind(value)) {
                Some((_, shape)) => object_fits(value, shape),
                None => no("of an unknown type"),
            },
            Self::List(each) => match value.as_array() {
                Some(list) => list.iter().try_for_each(|value| each.fits(value)),
                None => no("no list"),
            },
            Self::Either(one, other) => one.fits(value).or_else(|_| other.fits(value)),
            Self::Anything => Ok(()),
        }
    }
}

fn is_address(word: &str) -> bool {
    let authority = word
        .strip_prefix("http://")
        .or_else(|| word.strip_prefix("https://"))
        .and_then(|rest| rest.split('/').next());
    authority.is_some_and(|authority| !authority.is_empty() && !authority.contains(':'))
        && !word.chars().any(char::is_whitespace)
}

fn is_time(word: &str) -> bool {
    DateTime::parse_from_rfc3339(word).is_ok()
}

/// A moment of a document, if it is there.
pub(crate) fn moment(
    document: &Value,
    field: &str,
) -> Result<Option<DateTime<FixedOffset>>, Fault> {
    match &document[field] {
        Value::Null => Ok(None),
        Value::String(words) => DateTime::parse_from_rfc3339(words)
            .map(Some)
            .map_err(|error| Fault::new(400, format!("{field} {words}: {error}"))),
        other => Err(Fault::new(400, format!("{field} is {other}"))),
    }
}

/// Whether it is addressed to everybody, in the one spelling that every reader knows.
pub(crate) fn is_public(document: &Value) -> bool {
    recipients(document).contains(&PUBLIC)
}

/// A post as it is shown.
pub(crate) fn shown(document: &Value) -> Result<Shown, Fault> {
    let word = |field: &str| document[field].as_str().map(str::to_owned);
    let published = moment(document, "published")?;
    let updated = moment(document, "updated")?;
    if let (Some(published), Some(updated)) = (published, updated)
        && updated < published
    {
        return Err(Fault::new(400, "changed before it was published"));
    }
    let choices = document["oneOf"]
        .as_array()
        .or(document["anyOf"].as_array());
    Ok(Shown {
        kind: required(document, "type")?.to_owned(),
        author: required(document, "attributedTo")?.to_owned(),
        title: word("name"),
        content: word("content").unwrap_or_default(),
        parent: word("inReplyTo"),
        group: word("audience"),
        public: is_public(document),
        options: choices
            .into_iter()
            .flatten()
            .map(|choice| {
                let votes = choice["replies"]["totalItems"].as_u64().unwrap_or_default();
                (text(choice, "name").to_owned(), votes)
            })
            .collect(),
        ..Shown::default()
    })
}
