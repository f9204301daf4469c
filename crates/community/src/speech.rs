//! From rows to what is said: how our people, groups and posts look on the wire.
//!
//! Pure: everything that is needed is handed in. Who gets to hear it is decided in [`crate::announce`].

use kindred_protocol::{
    html,
    vocabulary::{self, PUBLIC},
    write::{
        self, ActorCard, AttachmentCard, FieldCard, NoteCard, PictureCard, PollCard,
        PollOptionCard, QuoteCard, TagCard,
    },
};
use kindred_storage::{
    ActorKind, JoinPolicy, PostKind, Posting, QuotePolicy, QuoteState, Visibility,
    actors::Actor,
    groups::Group,
    polls::Poll,
    posts::{Attachment, Post, TagKind},
    quotes::Quote,
};
use serde_json::Value;

use crate::{links, quotes, settings::Settings, topics};

/// Where the topics stand that somebody of ours shows on their page.
pub(crate) fn featured_tags_uri(actor: &Actor) -> String {
    format!("{}/tags", actor.uri)
}

/// The topics that somebody of ours shows on their page, and those that a group is about.
pub(crate) fn featured_tags(settings: &Settings, actor: &Actor) -> Vec<TagCard> {
    actor
        .topics
        .iter()
        .map(|topic| hashtag(settings, topic))
        .collect()
}

/// The public document of an actor of ours.
pub(crate) fn actor(settings: &Settings, actor: &Actor, group: Option<&Group>) -> Value {
    let mut card = ActorCard::new(
        wire_kind(actor.kind),
        actor.uri.as_str(),
        actor.handle.as_str(),
        settings.host(),
    );
    card.name.clone_from(&actor.name);
    card.summary.clone_from(&actor.summary);
    card.source.clone_from(&actor.summary_source);
    card.inbox.clone_from(&actor.inbox);
    card.outbox = actor.outbox.clone().unwrap_or_default();
    card.followers.clone_from(&actor.followers_uri);
    card.following.clone_from(&actor.following_uri);
    card.featured.clone_from(&actor.featured_uri);
    card.featured_tags = matches!(actor.kind, ActorKind::Person | ActorKind::Group)
        .then(|| featured_tags_uri(actor));
    card.shared_inbox = links::shared_inbox(settings);
    card.public_key_pem.clone_from(&actor.public_key_pem);
    card.icon = Some(picture(
        actor
            .icon_url
            .clone()
            .unwrap_or_else(|| links::avatar(settings, actor)),
    ));
    card.image = actor.image_url.clone().map(picture);
    card.manually_approves_followers = actor.locked;
    card.discoverable = actor.discoverable;
    card.indexable = actor.indexable;
    card.memorial = actor.memorial;
    card.suspended = actor.suspended_at.is_some();
    card.fields = actor
        .fields
        .iter()
        .map(|field| FieldCard {
            name: field.name.clone(),
            value: field.value.clone(),
        })
        .collect();
    card.tags = featured_tags(settings, actor);
    let emojis = actor.emojis.iter();
    card.tags
        .extend(emojis.map(|used| emoji(&used.name, &used.url)));
    card.also_known_as.clone_from(&actor.also_known_as);
    card.moved_to.clone_from(&actor.moved_to);
    card.published = actor.published_at.0;
    card.updated = (actor.updated_at > actor.published_at).then_some(actor.updated_at.0);
    if let Some(group) = group {
        with_rules(&mut card, group);
    }
    if group.is_some_and(|group| group.visibility != Visibility::Public) {
        // Keys have to be readable for everybody; what a closed group is about is not.
        card.summary.clear();
        card.source = None;
        card.image = None;
        card.fields.clear();
        card.tags.clear();
        card.featured_tags = None;
    }
    if actor.suspended_at.is_some() {
        // Nothing of what they say of themselves is passed on.
        card.summary.clear();
        card.source = None;
        card.icon = None;
        card.image = None;
        card.fields.clear();
        card.tags.clear();
        card.featured_tags = None;
    }
    if let Some(group) = group {
        card.languages = group
            .language
            .iter()
            .map(|tag| (tag.clone(), tag.clone()))
            .collect();
        card.moderators.clone_from(&actor.moderators_uri);
        card.posting_restricted_to_mods = Some(group.posting == Posting::Organisers);
        card.openness = Some(
            match group.join_policy {
                JoinPolicy::Open => "open",
                JoinPolicy::Ask => "moderated",
                JoinPolicy::Invite => "invite_only",
            }
            .to_owned(),
        );
    }
    write::actor(&card)
}

/// The rules of a group stand below its summary: there is no property of their own that anybody reads.
fn with_rules(card: &mut ActorCard, group: &Group) {
    let rules = group.rules.trim();
    if rules.is_empty() {
        return;
    }
    let rendered = html::from_markdown(rules, &html::NoLinks).html;
    card.summary = format!("{}<hr>{rendered}", card.summary);
    card.source = card
        .source
        .take()
        .map(|typed| format!("{typed}\n\n---\n\n{rules}"));
}

fn wire_kind(kind: ActorKind) -> vocabulary::ActorKind {
    match kind {
        ActorKind::Person => vocabulary::ActorKind::Person,
        ActorKind::Group => vocabulary::ActorKind::Group,
        ActorKind::Service => vocabulary::ActorKind::Service,
        ActorKind::Application => vocabulary::ActorKind::Application,
        ActorKind::Organization => vocabulary::ActorKind::Organization,
    }
}

fn picture(url: String) -> PictureCard {
    let media_type = match url.rsplit('.').next() {
        Some("png") => Some("image/png"),
        Some("jpg" | "jpeg") => Some("image/jpeg"),
        Some("webp") => Some("image/webp"),
        Some("gif") => Some("image/gif"),
        _ => None,
    };
    PictureCard {
        url,
        media_type: media_type.map(str::to_owned),
        alt: None,
    }
}

fn hashtag(settings: &Settings, name: &str) -> TagCard {
    TagCard::Hashtag {
        name: topics::hashtag(name).unwrap_or_default(),
        href: links::topic(settings, &topics::slug(name).unwrap_or_default()),
    }
}

fn emoji(name: &str, url: &str) -> TagCard {
    TagCard::Emoji {
        name: name.to_owned(),
        icon: picture(url.to_owned()),
    }
}

/// Whom a post is told to: `to` and `cc`, the same on the post and on the activity that brings it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub audience: Option<String>,
}

/// A post together with the rows that it speaks of.
#[derive(Clone, Debug)]
pub(crate) struct Spoken<'a> {
    pub post: &'a Post,
    pub author: &'a Actor,
    pub group: Option<&'a Actor>,
    pub mentions: &'a [Actor],
    pub parent_author: Option<&'a Actor>,
    pub poll: Option<&'a Poll>,
    /// The software of the server that it is written for: where the group lives, or the only one who gets a private message. `None`
    /// for what is told to many, and for what stays here.
    pub home: Option<&'a str>,
    /// What it quotes.
    pub quote: Option<&'a Quote>,
}

impl Spoken<'_> {
    /// Whom it is told to.
    ///
    /// The group stands in `to` and `audience`; its followers are never named in a post of ours, since the group itself passes it on.
    pub(crate) fn addresses(&self) -> Addresses {
        let public = || PUBLIC.to_owned();
        let followers = || self.author.followers_uri.clone();
        let group = self.group.map(|group| group.uri.clone());
        let mut named: Vec<String> = self
            .mentions
            .iter()
            .chain(self.parent_author)
            .map(|actor| actor.uri.clone())
            .collect();
        named.retain(|uri| Some(uri) != group.as_ref() && *uri != self.author.uri);
        let mut seen = std::collections::HashSet::new();
        named.retain(|uri| seen.insert(uri.clone()));
        let (to, cc): (Vec<String>, Vec<String>) = match self.post.visibility {
            Visibility::Public => (
                group.clone().into_iter().chain([public()]).collect(),
                followers().into_iter().chain(named).collect(),
            ),
            Visibility::Unlisted => (
                group.clone().into_iter().chain(followers()).collect(),
                [public()].into_iter().chain(named).collect(),
            ),
            Visibility::Followers => (followers().into_iter().collect(), named),
            Visibility::Direct => (named, Vec::new()),
            Visibility::Partners | Visibility::Company | Visibility::Members => {
                let room = self.group.and_then(|group| group.followers_uri.clone());
                (group.clone().into_iter().chain(room).collect(), Vec::new())
            }
        };
        Addresses {
            to,
            cc,
            audience: group,
        }
    }

    /// The post as a document.
    pub(crate) fn note(&self, settings: &Settings) -> Value {
        let post = self.post;
        let addresses = self.addresses();
        let mut card = NoteCard::new(
            self.wire_kind(),
            post.uri.as_str(),
            self.author.uri.as_str(),
            post.published_at.0,
        );
        card.name = post.title.clone().or_else(|| self.title_wanted());
        card.content = match self.quote {
            Some(quote) => quotes::with_reference(&quote.quoted_uri, &post.content),
            None => post.content.clone(),
        };
        card.quote = self
            .quote
            .filter(|quote| matches!(quote.state, QuoteState::Pending | QuoteState::Accepted))
            .map(|quote| QuoteCard {
                target: quote.quoted_uri.clone(),
                stamp: quote.stamp_uri.clone(),
            });
        card.quotable_by = self.quotable_by();
        card.source.clone_from(&post.source);
        card.summary = post.warning.clone().or_else(|| abstract_of(post));
        card.sensitive = post.sensitive;
        card.language = post.language.as_ref().map(|tag| (tag.clone(), tag.clone()));
        card.audience = addresses.audience;
        card.to = addresses.to;
        card.cc = addresses.cc;
        card.in_reply_to.clone_from(&post.parent_uri);
        card.context = post
            .context_uri
            .clone()
            .or_else(|| Some(links::context(settings, post.root_id)));
        card.replies = Some(format!("{}/replies", post.uri));
        card.tags = self.tags(settings);
        card.attachments = post.attachments.iter().filter_map(attachment).collect();
        card.link.clone_from(&post.link_url);
        card.updated = post.edited_at.map(|at| at.0);
        card.poll = self.poll.map(poll);
        card.comments_closed = post.locked_at.is_some();
        write::note(&card)
    }

    /// Who may quote it without asking; nothing is said of what is not public, which nobody may.
    fn quotable_by(&self) -> Option<String> {
        let open = matches!(
            self.post.visibility,
            Visibility::Public | Visibility::Unlisted
        );
        let policy = self.post.quote_policy.unwrap_or(QuotePolicy::Public);
        let who = match policy {
            QuotePolicy::Public => Some(PUBLIC.to_owned()),
            QuotePolicy::Followers => self.author.followers_uri.clone(),
            QuotePolicy::Asking | QuotePolicy::Nobody => None,
        };
        open.then(|| who.unwrap_or_else(|| self.author.uri.clone()))
    }

    /// Which kind of post it goes out as. Mbin makes a thread of a page only, and a short message of every note; to Lemmy a private
    /// message is a thing of its own.
    fn wire_kind(&self) -> vocabulary::PostKind {
        let titled_thread = self.post.title.is_some() && self.post.parent_uri.is_none();
        match (self.post.kind, self.home) {
            (PostKind::Note, Some("mbin" | "kbin")) if titled_thread => vocabulary::PostKind::Page,
            (PostKind::Note, Some("lemmy")) if self.post.visibility == Visibility::Direct => {
                vocabulary::PostKind::ChatMessage
            }
            (kind, _) => wire_post_kind(kind),
        }
    }

    /// The title that a thread without one gets where there have to be titles: its first line. PieFed makes one by itself, of the
    /// name of its own group when the text begins with that.
    fn title_wanted(&self) -> Option<String> {
        let wanted = matches!(self.home, Some("piefed" | "pyfedi" | "lotide"))
            && self.group.is_some()
            && self.post.parent_uri.is_none();
        let text = wanted.then(|| match &self.post.source {
            Some(source) => source.clone(),
            None => kindred_protocol::html::to_text(&self.post.content, 1_000),
        })?;
        first_line(&text)
    }

    fn tags(&self, settings: &Settings) -> Vec<TagCard> {
        let mention = |actor: &Actor| TagCard::Mention {
            href: actor.uri.clone(),
            name: format!("@{}", links::full_acct(settings, actor)),
        };
        let mut named: Vec<&Actor> = self.mentions.iter().collect();
        for further in self.group.into_iter().chain(self.parent_author) {
            // Replies from microblogs go back to whom a post mentions: so its group and the author above are always mentioned.
            if further.id != self.author.id && named.iter().all(|actor| actor.id != further.id) {
                named.push(further);
            }
        }
        let topics = self.post.tags.iter().filter_map(|tag| match tag.kind {
            TagKind::Hashtag => Some(hashtag(settings, &tag.name)),
            TagKind::Emoji => Some(emoji(&tag.name, &tag.href)),
            TagKind::Mention => None,
        });
        named.into_iter().map(mention).chain(topics).collect()
    }
}

/// The first line of a text, without the names that it begins with.
fn first_line(text: &str) -> Option<String> {
    text.lines()
        .map(|line| {
            let mut words = line.split_whitespace().peekable();
            while words
                .next_if(|word| word.starts_with(['@', '!']) && word.len() > 1)
                .is_some()
            {}
            words.collect::<Vec<_>>().join(" ")
        })
        .find(|line| !line.is_empty())
        .map(|line| line.chars().take(200).collect())
}

/// What those read who are shown only the title of a long post.
fn abstract_of(post: &Post) -> Option<String> {
    (post.kind == PostKind::Article).then(|| kindred_protocol::html::to_text(&post.content, 280))
}

fn wire_post_kind(kind: PostKind) -> vocabulary::PostKind {
    match kind {
        PostKind::Note | PostKind::Other => vocabulary::PostKind::Note,
        PostKind::Page => vocabulary::PostKind::Page,
        PostKind::Article => vocabulary::PostKind::Article,
        PostKind::Question => vocabulary::PostKind::Question,
        PostKind::Event => vocabulary::PostKind::Event,
        PostKind::Video => vocabulary::PostKind::Video,
        PostKind::Audio => vocabulary::PostKind::Audio,
        PostKind::Image => vocabulary::PostKind::Image,
    }
}

fn attachment(file: &Attachment) -> Option<AttachmentCard> {
    Some(AttachmentCard {
        url: file.url.clone(),
        media_type: file.media_type.clone()?,
        alt: file.description.clone(),
        width: file.width,
        height: file.height,
        blurhash: file.blurhash.clone(),
        focus: file
            .focus
            .map(|focus| (f64::from(focus.x) / 100.0, f64::from(focus.y) / 100.0)),
    })
}

fn poll(poll: &Poll) -> PollCard {
    let secret = poll.hide_totals && poll.closed_at.is_none();
    PollCard {
        options: poll
            .options
            .iter()
            .map(|option| PollOptionCard {
                title: option.title.clone(),
                votes: (!secret).then(|| u64::try_from(option.votes).unwrap_or(0)),
            })
            .collect(),
        multiple: poll.multiple,
        closes_at: poll.closes_at.map(|at| at.0),
        closed_at: poll.closed_at.map(|at| at.0),
        voters: u64::try_from(poll.voters).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::first_line;

    #[test]
    fn a_title_is_the_first_line_that_says_something() {
        for (text, title) in [
            ("@rust@far.example Hello there\nMore", Some("Hello there")),
            ("!rust@far.example\n\n  Hello   there", Some("Hello there")),
            ("Hello @mei", Some("Hello @mei")),
            ("Hello!", Some("Hello!")),
            ("@rust @mei", None),
            ("", None),
        ] {
            assert_eq!(first_line(text).as_deref(), title, "{text}");
        }
        assert_eq!(
            first_line(&"a".repeat(300)).map(|line| line.len()),
            Some(200)
        );
    }
}
