//! A post of any kind, from a short note to a meetup.
//!
//! Texts are kept as they came: nothing here is clean enough to be shown. Clean `content` and `summary` with
//! [`crate::html::clean`], and treat `name` and all other texts as plain text.

use super::{Identified, PUBLIC, Place};
use crate::uri::Uri;
use serde_json::Value;

/// Which kind of post it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostKind {
    /// A short text.
    Note,
    /// A titled post, often a link.
    Page,
    /// A long titled text.
    Article,
    /// A poll.
    Question,
    /// A meetup.
    Event,
    /// A video with a page of its own.
    Video,
    /// A sound or a song.
    Audio,
    /// A picture.
    Image,
    /// A private message of the chat kind.
    ChatMessage,
    /// Anything else that looks like a post.
    Other(String),
}

/// A post as its server shows it.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one independent claim of its server"
)]
pub struct Note {
    /// Its id.
    pub id: Uri,
    /// Which kind of post.
    pub kind: PostKind,
    /// Who wrote it; people first where a server lists people and groups together.
    pub attributed_to: Vec<Uri>,
    /// The title, plain text.
    pub name: Option<String>,
    /// The text as it came, HTML unless `media_type` says otherwise. Not safe to show.
    pub content: Option<String>,
    /// The media type of `content`.
    pub media_type: Option<String>,
    /// What the author typed.
    pub source: Option<Source>,
    /// A content warning, or the abstract of a long text. Not safe to show.
    pub summary: Option<String>,
    /// Whether the author asks to hide it at first.
    pub sensitive: bool,
    /// The language tag.
    pub language: Option<String>,
    /// The post it answers.
    pub in_reply_to: Option<Uri>,
    /// The conversation, as a collection that may be fetched.
    pub context: Option<Uri>,
    /// The conversation, as an opaque word.
    pub conversation: Option<String>,
    /// Direct recipients. The public is always spelled [`PUBLIC`].
    pub to: Vec<String>,
    /// Further recipients, spelled likewise.
    pub cc: Vec<String>,
    /// The groups it is meant for.
    pub audience: Vec<Uri>,
    /// Whom and what it mentions.
    pub tags: Vec<Tag>,
    /// Pictures, sounds and the like.
    pub attachments: Vec<Attachment>,
    /// What a link post links to.
    pub link: Option<Uri>,
    /// A preview picture.
    pub image: Option<Uri>,
    /// The page for people.
    pub url: Option<Uri>,
    /// When it was published, in milliseconds since the epoch.
    pub published: Option<i64>,
    /// When it was last edited.
    pub updated: Option<i64>,
    /// The poll of a question.
    pub poll: Option<Poll>,
    /// Time and place of a meetup.
    pub event: Option<EventDetails>,
    /// The collection of answers.
    pub replies: Option<Uri>,
    /// The post it quotes.
    pub quote: Option<Uri>,
    /// The stamp by which the author of the quoted post allows it.
    pub quote_authorization: Option<Uri>,
    /// Whether it quotes by the older words only, which ask nobody.
    pub quotes_unasked: bool,
    /// Who may quote it, where it says so.
    pub quoting: Option<QuoteRule>,
    /// Whether it says that nobody may pass it on (an interaction policy that names no one).
    pub boosting_refused: bool,
    /// Whether its server says that comments are closed. A claim like any other: see who owns the thread.
    pub comments_closed: bool,
    /// The post exactly as received.
    pub raw: Value,
}

impl Note {
    /// Whether this is a vote in a poll rather than a post: a name, an answer to something, and no text.
    pub fn is_vote(&self) -> bool {
        self.kind == PostKind::Note
            && self.name.is_some()
            && self.in_reply_to.is_some()
            && self.content.as_deref().is_none_or(str::is_empty)
            && self.attachments.is_empty()
    }

    /// Everybody addressed, in `to` and `cc`.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(String::as_str)
    }

    /// Whether the public is addressed, be it in `to` or in `cc`.
    pub fn is_public(&self) -> bool {
        self.recipients().any(|who| who == PUBLIC)
    }

    /// Whom it mentions.
    pub fn mentions(&self) -> impl Iterator<Item = &Uri> {
        self.tags.iter().filter_map(|tag| match tag {
            Tag::Mention { href, .. } => Some(href),
            _ => None,
        })
    }

    /// Its hashtags, without the `#`.
    pub fn hashtags(&self) -> impl Iterator<Item = &str> {
        self.tags.iter().filter_map(|tag| match tag {
            Tag::Hashtag { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }
}

impl Identified for Note {
    fn id(&self) -> Option<&Uri> {
        Some(&self.id)
    }
}

/// What somebody typed before it became HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The text.
    pub content: String,
    /// Its media type, such as `text/markdown`.
    pub media_type: Option<String>,
}

/// Who may quote a post, as addresses of actors, of collections or of everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuoteRule {
    /// Who may without asking.
    pub automatic: Vec<String>,
    /// Who may when the author agrees.
    pub manual: Vec<String>,
}

/// Something that a text mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A person or a group.
    Mention {
        /// Its id.
        href: Uri,
        /// As it was written, such as `@nadia@acme.example`.
        name: Option<String>,
    },
    /// A topic.
    Hashtag {
        /// The word without the `#`.
        name: String,
        /// A page about it.
        href: Option<Uri>,
    },
    /// A picture that stands for `:name:`.
    Emoji {
        /// The word, with its colons.
        name: String,
        /// The picture.
        icon: Option<Uri>,
    },
}

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A picture.
    Image,
    /// A moving picture.
    Video,
    /// A sound.
    Audio,
    /// A page elsewhere.
    Link,
    /// Any other file.
    File,
}

/// A picture, a sound, a file or a link that comes with a post.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// What it is, told by its media type where the type says little.
    pub kind: AttachmentKind,
    /// Where it lies.
    pub url: Uri,
    /// Its media type.
    pub media_type: Option<String>,
    /// Words for those who cannot see or hear it.
    pub alt: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// A blurred preview in 30 characters.
    pub blurhash: Option<String>,
    /// The point to keep in view when it is cropped, each from -1 to 1.
    pub focus: Option<(f64, f64)>,
}

/// A poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// What can be chosen.
    pub options: Vec<PollOption>,
    /// Whether several may be chosen.
    pub multiple: bool,
    /// When it ends, in milliseconds since the epoch.
    pub closes_at: Option<i64>,
    /// When it ended.
    pub closed_at: Option<i64>,
    /// How many took part.
    pub voters: Option<u64>,
}

/// One choice of a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollOption {
    /// The choice, plain text.
    pub title: String,
    /// How many chose it, as far as its server tells.
    pub votes: u64,
}

/// Whether a meetup takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventStatus {
    /// It does.
    Confirmed,
    /// Perhaps.
    Tentative,
    /// It does not.
    Cancelled,
}

/// How one takes part in a meetup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinMode {
    /// Whoever says so takes part.
    Free,
    /// The organisers decide.
    Restricted,
    /// Only those invited.
    Invite,
    /// Elsewhere, on a page of its own.
    External,
    /// There is no list of those who take part.
    None,
}

/// Time, place and rules of a meetup.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventDetails {
    /// When it starts, in milliseconds since the epoch.
    pub starts_at: Option<i64>,
    /// When it ends.
    pub ends_at: Option<i64>,
    /// The time zone by name, such as `Europe/Berlin`.
    pub timezone: Option<String>,
    /// Where: rooms first, then pages for those who take part from afar.
    pub places: Vec<Place>,
    /// The person who runs it (`actor`), where the post is attributed to a group.
    pub organiser: Option<Uri>,
    /// Everybody who helps to run it.
    pub organisers: Vec<Uri>,
    /// How one takes part.
    pub join_mode: Option<JoinMode>,
    /// Where one takes part, if not here.
    pub external_url: Option<Uri>,
    /// Whether it takes place (also) on the net.
    pub online: bool,
    /// Where on the net.
    pub online_link: Option<Uri>,
    /// How many places there are.
    pub capacity: Option<u64>,
    /// How many places are free.
    pub remaining: Option<u64>,
    /// How many take part.
    pub participants: Option<u64>,
    /// Whether it takes place.
    pub status: Option<EventStatus>,
    /// What sort of meetup, as its server calls it.
    pub category: Option<String>,
}
