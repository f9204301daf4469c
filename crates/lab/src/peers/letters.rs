//! A letter as it arrived, and the small questions that every make asks of one.

use serde_json::Value;

use super::Fault;

/// A letter whose signature was right.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The inbox it came to.
    pub path: String,
    /// Who signed it.
    pub signer: String,
    /// What it says.
    pub activity: Value,
}

impl Letter {
    /// Its type.
    pub fn kind(&self) -> &str {
        kind(&self.activity)
    }

    /// Who acts.
    pub fn actor(&self) -> &str {
        text(&self.activity, "actor")
    }
}

/// The type of anything.
pub(crate) fn kind(document: &Value) -> &str {
    text(document, "type")
}

/// The id of anything.
pub(crate) fn id(document: &Value) -> &str {
    document.as_str().unwrap_or_else(|| text(document, "id"))
}

/// A field that is a word; nothing when it is anything else.
pub(crate) fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document[field].as_str().unwrap_or_default()
}

/// A field that has to be a word.
pub(crate) fn required<'a>(document: &'a Value, field: &str) -> Result<&'a str, Fault> {
    document[field]
        .as_str()
        .filter(|word| !word.is_empty())
        .ok_or_else(|| {
            Fault::new(
                400,
                format!("{field} is no text in {} {}", kind(document), id(document)),
            )
        })
}

/// The words of a field that is one word or a list of them.
pub(crate) fn words<'a>(document: &'a Value, field: &str) -> Vec<&'a str> {
    match &document[field] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(id).collect(),
        _ => Vec::new(),
    }
}

/// Everybody whom it is addressed to.
pub(crate) fn recipients(document: &Value) -> Vec<&str> {
    let mut all = words(document, "to");
    all.extend(words(document, "cc"));
    all
}

/// The server in an address.
pub(crate) fn host_of(uri: &str) -> &str {
    crate::letters::authority_and_path(uri).0
}

/// Whether two things live on one server.
pub(crate) fn same_host(one: &str, other: &str) -> bool {
    !one.is_empty() && host_of(one) == host_of(other)
}
