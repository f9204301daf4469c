//! The documents of our own actors: people, groups, services and the server itself.
//!
//! What a card leaves empty is not sent. Private groups are described like others: what they withhold is decided
//! by whoever fills the card.

use super::{Fields, TagCard, document};
use crate::vocabulary::ActorKind;
use serde_json::{Value, json};

/// Everything a server tells about one of its actors.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are separate words on the wire"
)]
pub struct ActorCard {
    /// Person, group, service or application.
    pub kind: ActorKind,
    /// Its id.
    pub id: String,
    /// The handle without `@` and host.
    pub handle: String,
    /// The host of its handle.
    pub host: String,
    /// The name for people.
    pub name: String,
    /// Words about itself, clean HTML.
    pub summary: String,
    /// What was typed before it became HTML, in Markdown.
    pub source: Option<String>,
    /// The page for people.
    pub url: String,
    /// Where letters go.
    pub inbox: String,
    /// What it published.
    pub outbox: String,
    /// Who follows it.
    pub followers: Option<String>,
    /// Whom it follows.
    pub following: Option<String>,
    /// Its pinned posts.
    pub featured: Option<String>,
    /// The topics that it shows on its page: Mastodon reads them there and nowhere else.
    pub featured_tags: Option<String>,
    /// Who moderates this group.
    pub moderators: Option<String>,
    /// The members of this group.
    pub members: Option<String>,
    /// The meetups of this group.
    pub events: Option<String>,
    /// One inbox for everybody on this server.
    pub shared_inbox: String,
    /// The public key in PEM (SPKI).
    pub public_key_pem: String,
    /// Its picture.
    pub icon: Option<PictureCard>,
    /// Its banner.
    pub image: Option<PictureCard>,
    /// Whether following has to be approved. On a group other servers read it as "the content is private".
    pub manually_approves_followers: bool,
    /// Whether it wants to be found in lists.
    pub discoverable: bool,
    /// Whether its posts may be searched.
    pub indexable: bool,
    /// Whether it is kept in memory of somebody.
    pub memorial: bool,
    /// Whether it has been suspended here.
    pub suspended: bool,
    /// Whether only moderators may start threads; groups only.
    pub posting_restricted_to_mods: Option<bool>,
    /// How one becomes a member: `open`, `moderated` or `invite_only`; groups only.
    pub openness: Option<String>,
    /// Languages of a group, as tag and name.
    pub languages: Vec<(String, String)>,
    /// The table on its profile.
    pub fields: Vec<FieldCard>,
    /// Its topics.
    pub tags: Vec<TagCard>,
    /// Its other addresses.
    pub also_known_as: Vec<String>,
    /// Where it has moved.
    pub moved_to: Option<String>,
    /// When it came into being, in milliseconds since the epoch.
    pub published: i64,
    /// When its profile changed last.
    pub updated: Option<i64>,
}

impl ActorCard {
    /// A card with what no actor can do without; everything else is empty, shut or false.
    pub fn new(
        kind: ActorKind,
        id: impl Into<String>,
        handle: impl Into<String>,
        host: impl Into<String>,
    ) -> Self {
        let id = id.into();
        Self {
            kind,
            handle: handle.into(),
            host: host.into(),
            name: String::new(),
            summary: String::new(),
            source: None,
            url: id.clone(),
            inbox: String::new(),
            outbox: String::new(),
            followers: None,
            following: None,
            featured: None,
            featured_tags: None,
            moderators: None,
            members: None,
            events: None,
            shared_inbox: String::new(),
            public_key_pem: String::new(),
            icon: None,
            image: None,
            manually_approves_followers: false,
            discoverable: false,
            indexable: false,
            memorial: false,
            suspended: false,
            posting_restricted_to_mods: None,
            openness: None,
            languages: Vec::new(),
            fields: Vec::new(),
            tags: Vec::new(),
            also_known_as: Vec::new(),
            moved_to: None,
            published: 0,
            updated: None,
            id,
        }
    }

    /// The id of the key that every actor here signs with. Peers cut the fragment off to find the actor.
    pub fn key_id(&self) -> String {
        format!("{}#main-key", self.id)
    }
}

/// A picture that stands for an actor or a post.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureCard {
    /// Where it lies.
    pub url: String,
    /// Its media type.
    pub media_type: Option<String>,
    /// Words for those who cannot see it.
    pub alt: Option<String>,
}

impl PictureCard {
    pub(super) fn to_value(&self) -> Value {
        let mut fields = Fields::of("Image");
        fields
            .text("mediaType", self.media_type.as_ref())
            .put("url", self.url.as_str())
            .text("name", self.alt.as_ref());
        fields.into_value()
    }
}

/// A row of the table on a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldCard {
    /// Its heading, plain text.
    pub name: String,
    /// Its value, clean HTML.
    pub value: String,
}

/// The document of an actor.
pub fn actor(card: &ActorCard) -> Value {
    let mut doc = Fields::default();
    doc.put("id", card.id.as_str())
        .put("type", kind_name(&card.kind))
        .put("preferredUsername", card.handle.as_str())
        .put(
            "name",
            if card.name.is_empty() {
                card.handle.as_str()
            } else {
                card.name.as_str()
            },
        )
        .put("summary", card.summary.as_str())
        .maybe(
            "source",
            card.source
                .as_ref()
                .map(|text| json!({"content": text, "mediaType": "text/markdown"})),
        )
        .put("url", card.url.as_str())
        .put("inbox", card.inbox.as_str())
        .put("outbox", card.outbox.as_str())
        .text("followers", card.followers.as_ref())
        .text("following", card.following.as_ref())
        .text("featured", card.featured.as_ref())
        .text("featuredTags", card.featured_tags.as_ref());
    // The list of moderators is looked for under both names.
    doc.text("attributedTo", card.moderators.as_ref())
        .text("moderators", card.moderators.as_ref());
    doc.maybe("postingRestrictedToMods", card.posting_restricted_to_mods)
        .put(
            "manuallyApprovesFollowers",
            card.manually_approves_followers,
        )
        .put("discoverable", card.discoverable)
        .put("indexable", card.indexable);
    for (key, value) in [("memorial", card.memorial), ("suspended", card.suspended)] {
        doc.maybe(key, value.then_some(true));
    }
    doc.put("published", super::timestamp(card.published))
        .time(
            "updated",
            card.updated.map(|updated| updated.max(card.published)),
        )
        .maybe("icon", card.icon.as_ref().map(PictureCard::to_value))
        .maybe("image", card.image.as_ref().map(PictureCard::to_value));
    if !card.languages.is_empty() {
        let languages = card
            .languages
            .iter()
            .map(|(tag, name)| json!({"identifier": tag, "name": name}));
        doc.put("language", languages.collect::<Vec<_>>());
    }
    let mut endpoints = Fields::default();
    endpoints
        .put("sharedInbox", card.shared_inbox.as_str())
        .text("members", card.members.as_ref())
        .text("events", card.events.as_ref());
    doc.put("endpoints", endpoints.into_value())
        .text("openness", card.openness.as_ref());
    if !card.fields.is_empty() {
        let rows = card
            .fields
            .iter()
            .map(|row| json!({"type": "PropertyValue", "name": row.name, "value": row.value}));
        doc.put("attachment", rows.collect::<Vec<_>>());
    }
    if !card.also_known_as.is_empty() {
        doc.put("alsoKnownAs", card.also_known_as.clone());
    }
    doc.text("movedTo", card.moved_to.as_ref())
        .put(
            "tag",
            card.tags.iter().map(TagCard::to_value).collect::<Vec<_>>(),
        )
        .put(
            "publicKey",
            json!({"id": card.key_id(), "owner": card.id, "publicKeyPem": card.public_key_pem}),
        )
        .put("webfinger", format!("{}@{}", card.handle, card.host));
    document(doc.0)
}

fn kind_name(kind: &ActorKind) -> &str {
    match kind {
        ActorKind::Person => "Person",
        ActorKind::Group => "Group",
        ActorKind::Service => "Service",
        ActorKind::Application => "Application",
        ActorKind::Organization => "Organization",
        ActorKind::Other(name) => name,
    }
}
