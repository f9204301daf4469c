//! Collections and their pages.
//!
//! Items stay as they were received: each is read by whoever wants it. Further pages are not fetched here.

use super::{ReadError, document, pieces};
use crate::{
    limits::COLLECTION_ITEMS,
    vocabulary::{CollectionDoc, Ref},
};
use activitystreams::{collection::CollectionPage, prelude::*};
use serde::Deserialize;
use serde_json::Value;

type Typed = CollectionPage<String>;

/// A collection or a page; pages say a little more, and both may come without id.
pub(super) fn collection(raw: &Value, clean: &Value) -> Result<CollectionDoc, ReadError> {
    let typed =
        Typed::deserialize(clean).map_err(|error| ReadError::Malformed(error.to_string()))?;
    let start = ["first", "posts"]
        .into_iter()
        .map(|key| pieces::field(raw, key))
        .find(|page| !page.is_null());
    let first = match pieces::list(start.unwrap_or(&Value::Null)).next() {
        Some(page @ Value::Object(_)) => {
            // Only one step down: a page does not contain another first page.
            let mut clean_page = pieces::field(clean, "first").clone();
            if let Some(fields) = clean_page.as_object_mut() {
                fields.shift_remove("first");
            }
            let mut raw_page = page.clone();
            if let Some(fields) = raw_page.as_object_mut() {
                fields.shift_remove("first");
            }
            collection(&raw_page, &clean_page)
                .ok()
                .map(|page| Ref::Whole(Box::new(page)))
        }
        Some(id) => pieces::address(id).map(Ref::Id),
        None => None,
    };
    let as_value = |thing: Option<&activitystreams::base::AnyBase>| {
        thing
            .and_then(|thing| serde_json::to_value(thing).ok())
            .unwrap_or(Value::Null)
    };
    Ok(CollectionDoc {
        id: document::id_of(raw, clean),
        total_items: typed.total_items(),
        items: items(raw),
        first,
        next: pieces::address(&as_value(typed.next())),
        part_of: pieces::address(&as_value(typed.part_of())),
        attributed_to: pieces::first_address(pieces::field(clean, "attributedTo")),
    })
}

/// A list where a collection was expected.
pub(super) fn bare(raw: &Value) -> Result<CollectionDoc, ReadError> {
    let Value::Array(items) = raw else {
        return Err(ReadError::NotAnObject);
    };
    Ok(CollectionDoc {
        id: None,
        total_items: u64::try_from(items.len()).ok(),
        items: items.iter().take(COLLECTION_ITEMS).cloned().collect(),
        first: None,
        next: None,
        part_of: None,
        attributed_to: None,
    })
}

fn items(raw: &Value) -> Vec<Value> {
    let found = ["orderedItems", "items"]
        .into_iter()
        .map(|key| pieces::field(raw, key))
        .find(|items| !items.is_null());
    pieces::list(found.unwrap_or(&Value::Null))
        .take(COLLECTION_ITEMS)
        .cloned()
        .collect()
}
