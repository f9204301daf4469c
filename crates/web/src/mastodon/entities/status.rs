//! Posts as statuses.
//!
//! A post that somebody passed on is wrapped: the outer status is theirs and says nothing itself, the inner one is the post.

use std::borrow::Cow;

use kindred_community::{
    Application, Post, TagKind, Visibility, links, quotes,
    views::{Entry, PostView, ThreadPage},
};
use kindred_protocol::html;
use serde::Serialize;

use super::{
    Account, CustomEmoji, FilterResult, Lens, MediaAttachment, Poll, PreviewCard, Quote,
    QuoteApproval, datetime, escape, topic_url,
};

/// A post, or a post passed on.
#[derive(Debug, Serialize)]
pub struct Status<'a> {
    id: String,
    created_at: String,
    in_reply_to_id: Option<String>,
    in_reply_to_account_id: Option<String>,
    sensitive: bool,
    spoiler_text: &'a str,
    visibility: &'static str,
    language: Option<&'a str>,
    uri: &'a str,
    url: Option<&'a str>,
    replies_count: i32,
    reblogs_count: i32,
    favourites_count: i32,
    quotes_count: i32,
    edited_at: Option<String>,
    content: Cow<'a, str>,
    reblog: Option<Box<Status<'a>>>,
    account: Account<'a>,
    media_attachments: Vec<MediaAttachment<'a>>,
    mentions: Vec<Mention<'a>>,
    tags: Vec<Hashtag<'a>>,
    emojis: Vec<CustomEmoji<'a>>,
    card: Option<PreviewCard<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a Application>,
    poll: Option<Poll<'a>>,
    quote: Option<Quote<'a>>,
    quote_approval: QuoteApproval,
    #[serde(flatten)]
    mine: Option<Mine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// What the reader has done with a post.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is made of them")]
struct Mine {
    favourited: bool,
    reblogged: bool,
    muted: bool,
    bookmarked: bool,
    pinned: bool,
    filtered: Vec<FilterResult>,
}

/// Somebody named in a post.
#[derive(Debug, Serialize)]
pub(super) struct Mention<'a> {
    id: String,
    username: &'a str,
    url: &'a str,
    acct: String,
}

/// A subject named in a post.
#[derive(Debug, Serialize)]
pub(super) struct Hashtag<'a> {
    pub(super) name: &'a str,
    pub(super) url: String,
}

impl<'a> Status<'a> {
    /// One entry of a timeline.
    pub fn entry(lens: &Lens<'a>, entry: &'a Entry) -> Self {
        let inner = Self::of(lens, &entry.view);
        let Some((boost, booster)) = &entry.boost else {
            return Self {
                id: entry.id.to_string(),
                ..inner
            };
        };
        Self {
            id: entry.id.to_string(),
            created_at: datetime(boost.created_at),
            in_reply_to_id: None,
            in_reply_to_account_id: None,
            sensitive: inner.sensitive,
            spoiler_text: "",
            visibility: inner.visibility,
            language: inner.language,
            uri: &boost.uri,
            url: inner.url,
            replies_count: 0,
            reblogs_count: 0,
            favourites_count: 0,
            quotes_count: 0,
            edited_at: None,
            content: Cow::Borrowed(""),
            account: Account::of(lens.settings, booster),
            media_attachments: Vec::new(),
            mentions: Vec::new(),
            tags: Vec::new(),
            emojis: Vec::new(),
            card: None,
            application: None,
            poll: None,
            quote: None,
            quote_approval: QuoteApproval::none(),
            mine: inner.mine.clone(),
            text: None,
            reblog: Some(Box::new(inner)),
        }
    }

    /// A post.
    pub fn of(lens: &Lens<'a>, view: &'a PostView) -> Self {
        let post = &view.post;
        Self {
            id: post.id.to_string(),
            created_at: datetime(post.published_at),
            in_reply_to_id: post.parent_id.map(|id| id.to_string()),
            in_reply_to_account_id: view.parent_author.map(|id| id.to_string()),
            sensitive: post.sensitive,
            spoiler_text: post.warning.as_deref().unwrap_or_default(),
            visibility: visibility(post.visibility),
            language: post.language.as_deref(),
            uri: &post.uri,
            url: Some(post.url.as_deref().unwrap_or(&post.uri)),
            replies_count: post.replies_count.max(0),
            reblogs_count: post.boosts_count.max(0),
            favourites_count: post.likes_count.max(0),
            quotes_count: post.quotes_count.max(0),
            edited_at: post.edited_at.map(datetime),
            content: content(view),
            reblog: None,
            account: Account::of(lens.settings, &view.author),
            media_attachments: post
                .attachments
                .iter()
                .enumerate()
                .map(|(place, attachment)| {
                    MediaAttachment::of(lens.settings, post.id.0, place, attachment)
                })
                .collect(),
            mentions: view.mentions.iter().map(Mention::of).collect(),
            tags: hashtags(lens, view),
            emojis: emojis(view),
            card: card(lens, post),
            application: post.application.as_deref(),
            poll: Poll::of(lens, view),
            quote: view.quote.as_ref().map(|quote| Quote::of(lens, quote)),
            quote_approval: QuoteApproval::of(view),
            mine: lens.me.map(|me| Mine {
                favourited: view.liked,
                reblogged: view.boosted,
                muted: view.muted,
                bookmarked: view.kept,
                pinned: me == view.author.id && post.pinned_at.is_some(),
                filtered: FilterResult::all(lens.now, &view.filtered),
            }),
            text: None,
        }
    }

    /// The same with what was written: after deleting, for "delete and write anew".
    pub fn with_text(lens: &Lens<'a>, view: &'a PostView) -> Self {
        Self {
            text: Some(written(view)),
            ..Self::of(lens, view)
        }
    }
}

/// The word that clients know. What only some companies or members may see is `private` to them, so they never offer to pass
/// it on.
fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Unlisted => "unlisted",
        Visibility::Followers
        | Visibility::Partners
        | Visibility::Company
        | Visibility::Members => "private",
        Visibility::Direct => "direct",
    }
}

/// The text, with the title above it. What is quoted from here stands above it too, for clients that know no quotes; others hide that
/// line.
fn content(view: &PostView) -> Cow<'_, str> {
    let post = &view.post;
    let title = post.title.as_deref();
    match post.quote_uri.as_deref().filter(|_| view.author.is_local()) {
        Some(quoted) => {
            let content = quotes::with_reference(quoted, &post.content);
            Cow::Owned(titled(title, &content).into_owned())
        }
        None => titled(title, &post.content),
    }
}

/// A text with its title above it: a status has no place for one.
pub(super) fn titled<'a>(title: Option<&str>, content: &'a str) -> Cow<'a, str> {
    match title.filter(|title| !title.trim().is_empty()) {
        Some(title) => Cow::Owned(format!(
            "<p><strong>{}</strong></p>{content}",
            escape(title)
        )),
        None => Cow::Borrowed(content),
    }
}

/// What the author typed; for posts from elsewhere, what comes closest.
pub(crate) fn written(view: &PostView) -> String {
    view.post
        .source
        .clone()
        .unwrap_or_else(|| html::to_text(&view.post.content, usize::MAX))
}

impl<'a> Mention<'a> {
    pub(super) fn of(actor: &'a kindred_community::Actor) -> Self {
        Self {
            id: actor.id.to_string(),
            username: &actor.handle,
            url: actor.url.as_deref().unwrap_or(&actor.uri),
            acct: links::acct(actor),
        }
    }
}

/// What the page says about itself that a post is about, or as much as the post knows of it.
fn card<'a>(lens: &Lens<'_>, post: &'a Post) -> Option<PreviewCard<'a>> {
    match &post.card {
        Some(card) => Some(PreviewCard::told(lens.settings, card)),
        None => post
            .link_url
            .as_deref()
            .map(|link| PreviewCard::of(link, post.title.as_deref())),
    }
}

fn hashtags<'a>(lens: &Lens<'_>, view: &'a PostView) -> Vec<Hashtag<'a>> {
    let tags = view
        .post
        .tags
        .iter()
        .filter(|tag| tag.kind == TagKind::Hashtag);
    tags.map(|tag| tag.name.trim_start_matches('#'))
        .map(|name| Hashtag {
            name,
            url: topic_url(lens.settings, name),
        })
        .collect()
}

/// The pictures used as letters in a post.
pub(super) fn emojis(view: &PostView) -> Vec<CustomEmoji<'_>> {
    view.post
        .tags
        .iter()
        .filter(|tag| tag.kind == TagKind::Emoji)
        .map(|tag| CustomEmoji::of(&tag.name, &tag.href))
        .collect()
}

/// What stands above and below a post.
#[derive(Debug, Serialize)]
pub struct Context<'a> {
    ancestors: Vec<Status<'a>>,
    descendants: Vec<Status<'a>>,
}

impl<'a> Context<'a> {
    /// The conversation around the post that was asked for.
    pub fn of(lens: &Lens<'a>, thread: &'a ThreadPage) -> Self {
        Self {
            ancestors: thread
                .ancestors
                .iter()
                .map(|view| Status::of(lens, view))
                .collect(),
            descendants: thread
                .descendants
                .iter()
                .map(|(_, view)| Status::of(lens, view))
                .collect(),
        }
    }
}

/// What was written, for an editor.
#[derive(Debug, Serialize)]
pub struct StatusSource<'a> {
    id: String,
    text: String,
    spoiler_text: &'a str,
}

impl<'a> StatusSource<'a> {
    /// What the author of this post typed.
    pub fn of(view: &'a PostView) -> Self {
        Self {
            id: view.post.id.to_string(),
            text: written(view),
            spoiler_text: view.post.warning.as_deref().unwrap_or_default(),
        }
    }
}
