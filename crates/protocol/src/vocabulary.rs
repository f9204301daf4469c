//! What people and servers say to each other, in words of ours.
//!
//! Everything that is read from the wire ends up in these plain types, whatever shape it came in: a single value
//! or a list, an embedded object or its bare id. Nothing here says that a claim is *true*; the rules that can be
//! decided by looking alone are in [`trust`], and everything else must be asked of the server that owns the thing.
//! These types are never written to the wire: [`crate::write`] does that from its own cards.

mod actor;
mod document;
mod note;
mod place;
pub mod trust;

pub use actor::{ActorDoc, ActorKind, AssertionKey, KeyDoc, ProfileField};
pub use document::{Approval, CollectionDoc, Document, Tombstone};
pub use note::{
    Attachment, AttachmentKind, EventDetails, EventStatus, JoinMode, Note, Poll, PollOption,
    PostKind, QuoteRule, Source, Tag,
};
pub use place::{Address, Place};

use crate::uri::Uri;
use serde_json::Value;

/// The address that means everybody.
pub const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A thing that was named by its id, or brought along whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Ref<T> {
    /// Only the id.
    Id(Uri),
    /// The thing itself, as somebody else shows it to us.
    Whole(Box<T>),
}

/// A thing that may have an id.
pub trait Identified {
    /// The id, when there is one.
    fn id(&self) -> Option<&Uri>;
}

impl<T: Identified> Ref<T> {
    /// The id of the thing, if it has one.
    pub fn id(&self) -> Option<&Uri> {
        match self {
            Ref::Id(id) => Some(id),
            Ref::Whole(whole) => whole.id(),
        }
    }

    /// The thing itself, if it was brought along.
    pub fn whole(&self) -> Option<&T> {
        match self {
            Ref::Id(_) => None,
            Ref::Whole(whole) => Some(whole),
        }
    }
}

/// An activity as it arrived: who says what to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The id of the activity. Without one it can neither be remembered nor relayed.
    pub id: Option<Uri>,
    /// The type as it was sent (`EmojiReact` and `Like` both become [`Incoming::Like`]).
    pub kind: String,
    /// Who says it. Exactly one; an activity of several actors is refused when it is read.
    pub actor: Uri,
    /// Direct recipients. The public is always spelled [`PUBLIC`].
    pub to: Vec<String>,
    /// Further recipients, spelled likewise.
    pub cc: Vec<String>,
    /// The groups it is meant for.
    pub audience: Vec<Uri>,
    /// When it was said, in milliseconds since the epoch.
    pub published: Option<i64>,
    /// What is said.
    pub activity: Incoming,
    /// The activity exactly as received, for relaying it unchanged.
    pub raw: Value,
}

impl Envelope {
    /// Everybody addressed, in `to` and `cc`.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(String::as_str)
    }

    /// Whether the public is addressed, be it in `to` or in `cc`.
    pub fn is_public(&self) -> bool {
        self.recipients().any(|who| who == PUBLIC)
    }
}

impl Identified for Envelope {
    fn id(&self) -> Option<&Uri> {
        self.id.as_ref()
    }
}

/// What an activity says.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// Wants to hear of somebody or of a group.
    Follow {
        /// Whom.
        object: Uri,
        /// Words to whoever answers; hardly anybody sends any.
        message: Option<String>,
    },
    /// Says yes.
    Accept(Answer),
    /// Says no, or takes back an earlier yes.
    Reject(Answer),
    /// Says that there will be no answer.
    Ignore(Answer),
    /// Takes back an earlier activity of the same actor.
    Undo(Ref<Envelope>),
    /// Publishes. Several at once happen with votes in a poll.
    Create {
        /// The posts, at least one.
        objects: Vec<Ref<Note>>,
    },
    /// Tells how something looks now: a post, an actor, a tombstone.
    Update {
        /// The thing as it is now.
        object: Ref<Document>,
    },
    /// Says that something is gone: a post, an actor, a group.
    Delete {
        /// What is gone.
        object: Uri,
        /// The copy or tombstone that was brought along.
        whole: Option<Box<Document>>,
        /// Why. Moderators give a reason, authors do not.
        reason: Option<String>,
        /// Whether everything the actor ever wrote is to go with it.
        removes_data: bool,
    },
    /// Likes something, perhaps with a particular emoji.
    Like {
        /// What is liked.
        object: Uri,
        /// The emoji, when the reaction is a particular one: a character or `:name:`.
        emoji: Option<Emoji>,
    },
    /// Votes something down.
    Dislike {
        /// What is disliked.
        object: Uri,
    },
    /// Passes something on: a person's boost, or a group's relay of what its members do.
    Announce {
        /// What is passed on. Nothing embedded here is to be believed without asking its origin.
        objects: Vec<Ref<Document>>,
    },
    /// Wants nothing to do with somebody, or bans somebody from a group or a site.
    Block {
        /// Who is blocked.
        object: Uri,
        /// From where; absent when a person blocks a person.
        target: Option<Uri>,
        /// When the ban ends, in milliseconds since the epoch.
        until: Option<i64>,
        /// Why.
        reason: Option<String>,
        /// Whether everything the banned person wrote there is to go.
        removes_data: bool,
    },
    /// Reports people or posts.
    Flag {
        /// What is reported.
        objects: Vec<Uri>,
        /// The words of the reporter.
        reason: Option<String>,
    },
    /// Adds something to a collection: a moderator, a pinned post, an entry of a conversation.
    Add {
        /// What is added.
        object: Ref<Document>,
        /// The collection.
        target: Option<Uri>,
    },
    /// Takes something out of a collection.
    Remove {
        /// What is taken out.
        object: Ref<Document>,
        /// The collection (named as `target` or as `origin`).
        target: Option<Uri>,
    },
    /// Closes a thread for new comments.
    Lock {
        /// The post.
        object: Uri,
        /// Why.
        reason: Option<String>,
    },
    /// Moves: an actor to another address, or a thread to another group.
    Move {
        /// What moves.
        object: Uri,
        /// Whence.
        origin: Option<Uri>,
        /// Whither.
        target: Option<Uri>,
    },
    /// Wants to take part in an event or to be a member of a group.
    Join {
        /// The event or group.
        object: Uri,
        /// Words to the organisers.
        message: Option<String>,
    },
    /// Does not take part any more.
    Leave {
        /// The event or group.
        object: Uri,
    },
    /// Invites somebody.
    Invite {
        /// To what.
        object: Uri,
        /// Whom; some servers name the guest only among the recipients.
        target: Option<Uri>,
    },
    /// Asks whether a post may be quoted.
    QuoteRequest {
        /// The post to be quoted.
        object: Uri,
        /// The post that quotes it.
        instrument: Option<Ref<Document>>,
    },
    /// Something we have no word for. It is no error and has no effect.
    Other {
        /// The type as it was sent, empty when there was none.
        kind: String,
        /// What it is about, when that could be told.
        object: Option<Uri>,
    },
}

/// A yes or no to an earlier activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The activity that is answered, or only its id. For interaction approvals it is the id of a post.
    pub object: Ref<Envelope>,
    /// The proof that was made with the answer (an approval stamp).
    pub result: Option<Uri>,
    /// Why, in the words of whoever answers.
    pub reason: Option<String>,
}

/// An emoji used as a reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emoji {
    /// A single emoji, or `:name:` for a picture of the server's own.
    pub name: String,
    /// The picture.
    pub icon: Option<Uri>,
}
