//! Somebody with an inbox: a person, a group, a service.
//!
//! What a server says of its own actors. Whether the claims fit together is told by
//! [`ActorDoc::check`](super::trust), not by the fact that the document could be read.

use super::{Identified, Source, Tag};
use crate::uri::Uri;
use serde_json::Value;

/// Which kind of actor it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A human being.
    Person,
    /// A group that people follow and write to.
    Group,
    /// A machine that speaks for itself.
    Service,
    /// A server.
    Application,
    /// A company or an association.
    Organization,
    /// Anything else that has an inbox.
    Other(String),
}

/// An actor as its server shows it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are separate words on the wire"
)]
pub struct ActorDoc {
    /// Its id.
    pub id: Uri,
    /// Which kind of actor.
    pub kind: ActorKind,
    /// The handle without `@` and host.
    pub preferred_username: Option<String>,
    /// The name for people, plain text.
    pub name: Option<String>,
    /// Words about itself, HTML as it came. Not safe to show.
    pub summary: Option<String>,
    /// What was typed before it became HTML.
    pub source: Option<Source>,
    /// Where letters go. Excerpts and stubs for key checks have none.
    pub inbox: Option<Uri>,
    /// What it published.
    pub outbox: Option<Uri>,
    /// Who follows it.
    pub followers: Option<Uri>,
    /// Whom it follows.
    pub following: Option<Uri>,
    /// Its pinned posts.
    pub featured: Option<Uri>,
    /// The topics that it shows on its page, as a collection.
    pub featured_tags: Option<Uri>,
    /// Who moderates this group, as a collection (`attributedTo` or `moderators`).
    pub moderators: Option<Uri>,
    /// One inbox for everybody on that server.
    pub shared_inbox: Option<Uri>,
    /// The key it signs requests with.
    pub public_key: Option<KeyDoc>,
    /// Further keys, for proofs inside documents.
    pub assertion_keys: Vec<AssertionKey>,
    /// Its picture.
    pub icon: Option<Uri>,
    /// Its banner.
    pub image: Option<Uri>,
    /// The page for people.
    pub url: Option<Uri>,
    /// Whether following has to be approved.
    pub manually_approves_followers: bool,
    /// Whether it wants to be found in lists; unknown when it does not say.
    pub discoverable: Option<bool>,
    /// Whether its posts may be searched; unknown when it does not say.
    pub indexable: Option<bool>,
    /// Whether it is kept in memory of somebody.
    pub memorial: bool,
    /// Whether its own server has suspended it.
    pub suspended: bool,
    /// Where it has moved.
    pub moved_to: Option<Uri>,
    /// Its other addresses.
    pub also_known_as: Vec<Uri>,
    /// The table on its profile.
    pub fields: Vec<ProfileField>,
    /// Topics and emoji in its texts.
    pub tags: Vec<Tag>,
    /// When it came into being, in milliseconds since the epoch.
    pub published: Option<i64>,
    /// When its profile changed last.
    pub updated: Option<i64>,
    /// Whether only moderators may start threads in this group.
    pub posting_restricted_to_mods: bool,
    /// Language tags of a group.
    pub languages: Vec<String>,
    /// The document exactly as received.
    pub raw: Value,
}

impl Identified for ActorDoc {
    fn id(&self) -> Option<&Uri> {
        Some(&self.id)
    }
}

/// A public key and whose it says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDoc {
    /// Its id, often the actor's with a fragment.
    pub id: Uri,
    /// Whose key it says it is.
    pub owner: Option<Uri>,
    /// The key in PEM.
    pub pem: String,
}

impl Identified for KeyDoc {
    fn id(&self) -> Option<&Uri> {
        Some(&self.id)
    }
}

/// A key for proofs inside documents (FEP-521a).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionKey {
    /// Its id.
    pub id: Uri,
    /// Whose key it says it is.
    pub controller: Uri,
    /// The key as a multibase text.
    pub multibase: String,
}

/// A row of the table on a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileField {
    /// Its heading, plain text.
    pub name: String,
    /// Its value, HTML as it came. Not safe to show.
    pub value: String,
}
