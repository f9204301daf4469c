//! Lists of things: followers, moderators, outboxes, threads.
//!
//! A list tells how long it is; whether it also names what is in it is decided by whoever fills the card.
//! Followers are never named.

use super::{Fields, document, embedded};
use serde_json::Value;

/// A collection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CollectionCard {
    /// Its id.
    pub id: String,
    /// How many items there are in all.
    pub total_items: u64,
    /// The items to name at once: ids, or whole objects (their own `@context` is left out).
    pub items: Vec<Value>,
    /// The first page, as an id or as a whole page.
    pub first: Option<Value>,
    /// Whose collection it is.
    pub attributed_to: Option<String>,
    /// The group it is meant for.
    pub audience: Option<String>,
    /// Its name for people.
    pub name: Option<String>,
    /// Its page for people.
    pub url: Option<String>,
}

/// One page of a collection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageCard {
    /// Its id.
    pub id: String,
    /// The collection it is a page of.
    pub part_of: String,
    /// How many items the whole collection has.
    pub total_items: Option<u64>,
    /// The items: ids or whole objects.
    pub items: Vec<Value>,
    /// The page after this one.
    pub next: Option<String>,
    /// The page before.
    pub prev: Option<String>,
}

/// A collection without order. Its items are named even when there are none to name: one peer insists.
pub fn collection(card: &CollectionCard) -> Value {
    let mut doc = whole(card, "Collection");
    doc.put("items", items(&card.items));
    document(doc.0)
}

/// A collection in order. Items stand at the top when there are any or when there are no pages; some peers read
/// nothing but that, others follow `first`.
pub fn ordered_collection(card: &CollectionCard) -> Value {
    let mut doc = whole(card, "OrderedCollection");
    if !card.items.is_empty() || card.first.is_none() {
        doc.put("orderedItems", items(&card.items));
    }
    document(doc.0)
}

/// A page of a collection in order.
pub fn page(card: &PageCard) -> Value {
    let mut doc = Fields::default();
    doc.put("id", card.id.as_str())
        .put("type", "OrderedCollectionPage")
        .put("partOf", card.part_of.as_str())
        .maybe("totalItems", card.total_items)
        .text("next", card.next.as_ref())
        .text("prev", card.prev.as_ref())
        .put("orderedItems", items(&card.items));
    document(doc.0)
}

/// What is left of something that was deleted.
pub fn tombstone(id: &str, former_kind: Option<&str>, deleted: Option<i64>) -> Value {
    let mut doc = Fields::default();
    doc.put("id", id)
        .put("type", "Tombstone")
        .maybe("formerType", former_kind)
        .time("deleted", deleted);
    document(doc.0)
}

fn whole(card: &CollectionCard, kind: &str) -> Fields {
    let mut doc = Fields::default();
    doc.put("id", card.id.as_str())
        .put("type", kind)
        .text("name", card.name.as_ref())
        .text("url", card.url.as_ref())
        .text("attributedTo", card.attributed_to.as_ref())
        .text("audience", card.audience.as_ref())
        .put("totalItems", card.total_items)
        .maybe("first", card.first.as_ref().map(embedded));
    doc
}

fn items(items: &[Value]) -> Vec<Value> {
    items.iter().map(embedded).collect()
}
