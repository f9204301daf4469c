//! Posts of our own people.
//!
//! `to`, `cc`, `tag` and `attachment` are always lists, `attributedTo` and `audience` always single: a server that
//! reads strictly refuses the whole post otherwise. Content arrives here clean; it is not cleaned again.

use super::{EventCard, Fields, PictureCard, document};
use crate::vocabulary::{PUBLIC, PostKind};
use serde_json::{Value, json};

/// A post, ready to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteCard {
    /// Its id.
    pub id: String,
    /// Which kind of post.
    pub kind: PostKind,
    /// Who wrote it: always a person or a service, never a group. For meetups the person who runs it.
    pub author: String,
    /// The title.
    pub name: Option<String>,
    /// The text, clean HTML.
    pub content: String,
    /// What the author typed, in Markdown.
    pub source: Option<String>,
    /// A content warning; for titled posts what those read who are shown no content.
    pub summary: Option<String>,
    /// Whether to hide it at first.
    pub sensitive: bool,
    /// The language, as tag and name.
    pub language: Option<(String, String)>,
    /// The group it is posted in.
    pub audience: Option<String>,
    /// Direct recipients.
    pub to: Vec<String>,
    /// Further recipients.
    pub cc: Vec<String>,
    /// The post it answers.
    pub in_reply_to: Option<String>,
    /// The thread.
    pub context: Option<String>,
    /// The collection of answers.
    pub replies: Option<String>,
    /// Whom and what it mentions.
    pub tags: Vec<TagCard>,
    /// Pictures and other files.
    pub attachments: Vec<AttachmentCard>,
    /// What a link post links to.
    pub link: Option<String>,
    /// A preview picture.
    pub image: Option<PictureCard>,
    /// The page for people.
    pub url: String,
    /// When it was published, in milliseconds since the epoch.
    pub published: i64,
    /// When it was edited; absent until it really was.
    pub updated: Option<i64>,
    /// The poll of a question.
    pub poll: Option<PollCard>,
    /// Time and place of a meetup.
    pub event: Option<EventCard>,
    /// Whether comments are closed.
    pub comments_closed: bool,
    /// What it quotes.
    pub quote: Option<QuoteCard>,
    /// Who may quote it without asking; nothing is said when absent.
    pub quotable_by: Option<String>,
}

impl NoteCard {
    /// A card with what no post can do without; everything else is empty.
    pub fn new(
        kind: PostKind,
        id: impl Into<String>,
        author: impl Into<String>,
        published: i64,
    ) -> Self {
        let id = id.into();
        Self {
            kind,
            author: author.into(),
            name: None,
            content: String::new(),
            source: None,
            summary: None,
            sensitive: false,
            language: None,
            audience: None,
            to: Vec::new(),
            cc: Vec::new(),
            in_reply_to: None,
            context: None,
            replies: None,
            tags: Vec::new(),
            attachments: Vec::new(),
            link: None,
            image: None,
            url: id.clone(),
            published,
            updated: None,
            poll: None,
            event: None,
            comments_closed: false,
            quote: None,
            quotable_by: None,
            id,
        }
    }
}

/// Something that a text mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagCard {
    /// A person or a group.
    Mention {
        /// Its id.
        href: String,
        /// `@handle@host`.
        name: String,
    },
    /// A topic.
    Hashtag {
        /// The word, with or without `#`.
        name: String,
        /// The page about it.
        href: String,
    },
    /// A picture used as a letter.
    Emoji {
        /// The word that it stands for, with or without colons.
        name: String,
        /// The picture.
        icon: PictureCard,
    },
}

impl TagCard {
    /// The tag as it stands in a document.
    pub fn to_value(&self) -> Value {
        match self {
            TagCard::Mention { href, name } => {
                json!({"type": "Mention", "href": href, "name": name})
            }
            TagCard::Hashtag { name, href } => {
                json!({"type": "Hashtag", "href": href, "name": format!("#{}", name.trim_start_matches('#'))})
            }
            // GoToSocial wants an id, and Pleroma gives the picture's own address.
            TagCard::Emoji { name, icon } => {
                json!({
                    "type": "Emoji",
                    "id": icon.url,
                    "name": format!(":{}:", name.trim_matches(':')),
                    "icon": icon.to_value(),
                })
            }
        }
    }
}

/// A quote of another post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QuoteCard {
    /// The post.
    pub target: String,
    /// The stamp by which its author allows it.
    pub stamp: Option<String>,
}

/// A file that comes with a post.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttachmentCard {
    /// Where it lies.
    pub url: String,
    /// Its media type.
    pub media_type: String,
    /// Words for those who cannot see or hear it.
    pub alt: Option<String>,
    /// Width in pixels.
    pub width: Option<u32>,
    /// Height in pixels.
    pub height: Option<u32>,
    /// A blurred preview.
    pub blurhash: Option<String>,
    /// The point to keep in view, from -1 to 1 each.
    pub focus: Option<(f64, f64)>,
}

impl AttachmentCard {
    fn to_value(&self) -> Value {
        // Image and Document are the only kinds of file that every server takes; any other loses the whole post.
        let kind = if self.media_type.starts_with("image/") {
            "Image"
        } else {
            "Document"
        };
        let mut fields = Fields::of(kind);
        fields
            .put("url", self.url.as_str())
            .put("mediaType", self.media_type.as_str())
            .text("name", self.alt.as_ref())
            .text("summary", self.alt.as_ref())
            .maybe("width", self.width)
            .maybe("height", self.height)
            .text("blurhash", self.blurhash.as_ref())
            .maybe("focalPoint", self.focus.map(|(x, y)| json!([x, y])));
        fields.into_value()
    }
}

/// A poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PollCard {
    /// What can be chosen.
    pub options: Vec<PollOptionCard>,
    /// Whether several may be chosen.
    pub multiple: bool,
    /// When it ends, in milliseconds since the epoch.
    pub closes_at: Option<i64>,
    /// When it ended.
    pub closed_at: Option<i64>,
    /// How many took part.
    pub voters: u64,
}

/// One choice of a poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PollOptionCard {
    /// The choice.
    pub title: String,
    /// How many chose it; `None` while that is a secret.
    pub votes: Option<u64>,
}

/// A post of any kind.
pub fn note(card: &NoteCard) -> Value {
    let mut doc = Fields::default();
    doc.put("id", card.id.as_str())
        .put("type", kind_name(&card.kind));
    match &card.event {
        Some(event) => event.write_people(&mut doc, &card.author),
        None => {
            doc.put("attributedTo", card.author.as_str());
        }
    }
    doc.text("name", card.name.as_ref())
        .text("summary", card.summary.as_ref())
        .put("content", card.content.as_str())
        .put("mediaType", "text/html")
        .maybe(
            "source",
            card.source
                .as_ref()
                .map(|text| json!({"content": text, "mediaType": "text/markdown"})),
        );
    if let Some((tag, name)) = &card.language {
        doc.put("contentMap", json!({tag: card.content}))
            .put("language", json!({"identifier": tag, "name": name}));
    }
    doc.put("to", card.to.clone())
        .put("cc", card.cc.clone())
        .text("audience", card.audience.as_ref())
        .text("inReplyTo", card.in_reply_to.as_ref())
        .put(
            "tag",
            card.tags.iter().map(TagCard::to_value).collect::<Vec<_>>(),
        )
        .put("attachment", attachments(card))
        .maybe("image", card.image.as_ref().map(PictureCard::to_value))
        .put("sensitive", card.sensitive)
        .text("context", card.context.as_ref())
        .text("conversation", card.context.as_ref())
        .text("replies", card.replies.as_ref())
        .put("url", card.url.as_str())
        .put("published", super::timestamp(card.published))
        .time(
            "updated",
            card.updated.map(|updated| updated.max(card.published)),
        );
    if card.comments_closed || card.event.is_some() {
        doc.put("commentsEnabled", !card.comments_closed);
    }
    if let Some(poll) = &card.poll {
        write_poll(&mut doc, poll);
    }
    if let Some(quote) = &card.quote {
        // FEP-044f first; then the names by which Misskey, Akkoma and Fedibird know it.
        for name in ["quote", "_misskey_quote", "quoteUrl", "quoteUri"] {
            doc.put(name, quote.target.as_str());
        }
        doc.text("quoteAuthorization", quote.stamp.as_ref());
    }
    if let Some(who) = &card.quotable_by {
        doc.put("interactionPolicy", interaction_policy(who));
    }
    if let Some(event) = &card.event {
        event.write_details(&mut doc);
    }
    document(doc.0)
}

/// Who may do what with a post that is open: quote it as its author wishes, and do everything else without asking.
///
/// All of it is said, in the older words too: GoToSocial before 0.20 takes what a policy does not name for something nobody may.
fn interaction_policy(quotable_by: &str) -> Value {
    let everybody = json!({"automaticApproval": [PUBLIC], "always": [PUBLIC]});
    json!({
        "canQuote": {"automaticApproval": [quotable_by]},
        "canLike": everybody,
        "canReply": everybody,
        "canAnnounce": everybody
    })
}

fn attachments(card: &NoteCard) -> Vec<Value> {
    let link = card
        .link
        .iter()
        .map(|link| json!({"type": "Link", "href": link}));
    let online = card.event.iter().filter_map(EventCard::online_attachment);
    link.chain(online)
        .chain(card.attachments.iter().map(AttachmentCard::to_value))
        .collect()
}

fn write_poll(doc: &mut Fields, poll: &PollCard) {
    let options = poll.options.iter().map(|option| {
        // GoToSocial takes an answer without a number for a count that is not told yet.
        let mut replies = Fields::of("Collection");
        replies.maybe("totalItems", option.votes);
        json!({"type": "Note", "name": option.title, "replies": replies.into_value()})
    });
    doc.put(
        if poll.multiple { "anyOf" } else { "oneOf" },
        options.collect::<Vec<_>>(),
    )
    .time("endTime", poll.closes_at)
    .time("closed", poll.closed_at)
    .put("votersCount", poll.voters);
}

fn kind_name(kind: &PostKind) -> &str {
    match kind {
        PostKind::Note => "Note",
        PostKind::Page => "Page",
        PostKind::Article => "Article",
        PostKind::Question => "Question",
        PostKind::Event => "Event",
        PostKind::Video => "Video",
        PostKind::Audio => "Audio",
        PostKind::Image => "Image",
        PostKind::ChatMessage => "ChatMessage",
        PostKind::Other(name) => name,
    }
}
