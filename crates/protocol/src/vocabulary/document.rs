//! Anything that can be fetched, or that comes embedded in an activity.
//!
//! A document is what its sender *shows*; an embedded one is worth no more than its sender's word.

use super::{ActorDoc, Envelope, Identified, KeyDoc, Note, Place, Ref};
use crate::uri::Uri;
use serde_json::Value;

/// A document of a kind that we know, or not.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// Something that was done.
    Activity(Box<Envelope>),
    /// A post of any kind.
    Note(Box<Note>),
    /// Somebody with an inbox.
    Actor(Box<ActorDoc>),
    /// A list, or a page of one.
    Collection(Box<CollectionDoc>),
    /// A public key on a page of its own.
    Key(KeyDoc),
    /// What is left of something.
    Tombstone(Tombstone),
    /// A place.
    Place(Place),
    /// A stamp that allows a quote, a like, a boost or a reply.
    Approval(Approval),
    /// Something we have no word for.
    Other {
        /// The type as it was sent, empty when there was none.
        kind: String,
        /// Its id.
        id: Option<Uri>,
    },
}

impl Identified for Document {
    fn id(&self) -> Option<&Uri> {
        match self {
            Document::Activity(activity) => activity.id(),
            Document::Note(note) => note.id(),
            Document::Actor(actor) => actor.id(),
            Document::Collection(collection) => collection.id(),
            Document::Key(key) => key.id(),
            Document::Tombstone(tombstone) => Some(&tombstone.id),
            Document::Place(place) => place.id(),
            Document::Approval(approval) => Some(&approval.id),
            Document::Other { id, .. } => id.as_ref(),
        }
    }
}

/// What is left of something that was deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The id the thing had.
    pub id: Uri,
    /// What it was.
    pub former_kind: Option<String>,
    /// When it went, in milliseconds since the epoch.
    pub deleted: Option<i64>,
}

/// A stamp of somebody who allows others to use a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Its id.
    pub id: Uri,
    /// The type as it was sent, such as `QuoteAuthorization`.
    pub kind: String,
    /// Who allows it.
    pub attributed_to: Option<Uri>,
    /// The post or activity that is allowed.
    pub object: Option<Uri>,
    /// The post it is about.
    pub target: Option<Uri>,
}

/// A collection, or one page of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectionDoc {
    /// Its id; a bare list has none.
    pub id: Option<Uri>,
    /// How many items there are in all, as its server says.
    pub total_items: Option<u64>,
    /// The items that came along, as received: ids or whole objects.
    pub items: Vec<Value>,
    /// The first page, by id or embedded.
    pub first: Option<Ref<CollectionDoc>>,
    /// The page after this one.
    pub next: Option<Uri>,
    /// The collection that this is a page of.
    pub part_of: Option<Uri>,
    /// Whose collection it says it is.
    pub attributed_to: Option<Uri>,
}

impl Identified for CollectionDoc {
    fn id(&self) -> Option<&Uri> {
        self.id.as_ref()
    }
}

impl CollectionDoc {
    /// The ids of the items that came along, whole objects by their `id`. What has none is left out.
    pub fn item_ids(&self) -> impl Iterator<Item = Uri> {
        self.items.iter().filter_map(|item| {
            let id = item.as_str().or_else(|| item.get("id")?.as_str())?;
            Uri::parse(id).ok()
        })
    }
}
