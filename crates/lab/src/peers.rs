//! Servers of other makes, each as strict as the real one is: what it demands of signatures, addresses and shapes, and what its
//! people are shown.
//!
//! One core serves them all: a small HTTP server with a memory ([`Peer`]), people who act ([`Somebody`]), signatures, fetching. A
//! [`Make`] says how one kind of server differs. They stand on loopback under made-up names, and what they cannot read they do not
//! forgive: it is written down as a [`Fault`]. They show what a scenario needs and no more.

mod letters;
mod memory;
mod microblog;
mod server;
mod shapes;
mod signature;
mod somebody;
mod threadiverse;
mod web;
mod world;

pub mod friendica;
pub mod gotosocial;
pub mod lemmy;
pub mod lemmy_one;
pub mod mastodon;
pub mod mbin;
pub mod mobilizon;
pub mod nodebb;
pub mod piefed;

use std::{fmt, future::Future, time::Duration};

use serde_json::Value;

pub use friendica::Friendica;
pub use gotosocial::GoToSocial;
pub use lemmy::Lemmy;
pub use lemmy_one::LemmyOne;
pub use letters::Letter;
pub use mastodon::Mastodon;
pub use mbin::Mbin;
pub use memory::{Known, Report, Shown};
pub use mobilizon::Mobilizon;
pub use nodebb::NodeBb;
pub use piefed::PieFed;
pub use server::Peer;
pub use somebody::Somebody;
pub use world::World;

/// Something that a server does not take: the status that it answers, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it answers.
    pub status: u16,
    /// What was wrong.
    pub words: String,
}

impl Fault {
    /// A fault with the status that this make answers it with.
    pub fn new(status: u16, words: impl Into<String>) -> Self {
        Self {
            status,
            words: words.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.words)
    }
}

/// What became of a letter that was readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It had the effect that it was meant to have.
    Applied,
    /// It was read and let go of, as this make does with what it has no use for.
    Dropped(String),
}

/// Lets go of a letter, and says why.
#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends functions that may also find a fault"
)]
pub(crate) fn dropped(why: impl Into<String>) -> Result<Taken, Fault> {
    Ok(Taken::Dropped(why.into()))
}

/// What makes of servers differ in before they look at what a letter says.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a habit of its own of a server"
)]
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// The name in its NodeInfo.
    pub software: &'static str,
    /// What it says it takes when it asks for a document.
    pub accept: &'static str,
    /// Whether it reads documents of this content type.
    pub reads: fn(&str) -> bool,
    /// What follows an actor's address in the name of its key.
    pub key: &'static str,
    /// Which headers its letters cover, in this order.
    pub signs: &'static [&'static str],
    /// What it calls the algorithm.
    pub algorithm: &'static str,
    /// Which headers the letters of others have to cover.
    pub covered: &'static [&'static str],
    /// How old a letter may be.
    pub past: Duration,
    /// How far ahead of this server's clock a letter may be.
    pub ahead: Duration,
    /// What it answers to a letter whose signature is wrong.
    pub unsigned: u16,
    /// Whether it gives its documents to signed requests alone.
    pub signed_gets: bool,
    /// Whether it asks for keys without signing the question.
    pub plain_keys: bool,
    /// Whether it has one inbox for everybody.
    pub shared_inbox: bool,
    /// Whether it checks that the name of an actor leads back to it.
    pub loops_back: bool,
}

/// How one make of servers is.
pub trait Make: Send + Sync + Sized + 'static {
    /// What can be said in figures.
    const MANNERS: Manners;

    /// The path at which a person here lives.
    fn person_path(name: &str) -> String;

    /// The path at which a group here lives, if there are groups.
    fn group_path(_name: &str) -> Option<String> {
        None
    }

    /// The document of somebody here, from what all makes share.
    fn dress(_card: &mut Value) {}

    /// Reads the document of an actor elsewhere as strictly as this make does.
    fn actor(document: &Value) -> Result<Known, Fault> {
        Known::read(document)
    }

    /// Looks at the name of a key beside the letter that was signed with it.
    fn key_fits(_key_id: &str, _activity: &Value) -> Result<(), Fault> {
        Ok(())
    }

    /// What a group passes on, as this make believes it: most take it as it stands there.
    fn opened(
        _peer: &Peer<Self>,
        inner: &Value,
    ) -> impl Future<Output = Result<Value, Fault>> + Send {
        let inner = inner.clone();
        async { Ok(inner) }
    }

    /// Works through a letter whose signature was right.
    fn take(
        peer: &Peer<Self>,
        letter: &Letter,
    ) -> impl Future<Output = Result<Taken, Fault>> + Send;
}

/// The type of ActivityPub documents.
pub(crate) const ACTIVITY_JSON: &str = "application/activity+json";

/// The longer name of the same.
pub(crate) const LD_JSON: &str =
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// What most servers take for a document: the short type whatever follows it, or the long one with its profile.
pub(crate) fn either_type(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind == ACTIVITY_JSON
        || (kind == "application/ld+json"
            && content_type.contains("https://www.w3.org/ns/activitystreams"))
}
