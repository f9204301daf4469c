//! People and groups as accounts.
//!
//! A group is an account with `group: true`; clients that know no groups see somebody who passes posts on.

use std::borrow::Cow;

use kindred_community::{
    AccountRole, Actor, ActorKind, links,
    settings::Settings,
    views::{self, SignedIn},
};
use kindred_protocol::html;
use serde::Serialize;

use super::{CustomEmoji, Nothing, PartialAccount, date, datetime, escape};
use crate::avatars::{self, Form};

/// Somebody.
#[derive(Clone, Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is made of them")]
pub struct Account<'a> {
    id: String,
    username: &'a str,
    acct: Cow<'a, str>,
    url: &'a str,
    uri: &'a str,
    display_name: &'a str,
    note: &'a str,
    avatar: Cow<'a, str>,
    avatar_static: Cow<'a, str>,
    avatar_description: &'static str,
    header: Cow<'a, str>,
    header_static: Cow<'a, str>,
    header_description: &'static str,
    locked: bool,
    fields: Vec<Field<'a>>,
    emojis: Vec<CustomEmoji<'a>>,
    bot: bool,
    group: bool,
    discoverable: Option<bool>,
    indexable: bool,
    noindex: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    memorial: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    suspended: bool,
    created_at: String,
    last_status_at: Option<String>,
    statuses_count: i32,
    followers_count: i32,
    following_count: i32,
    hide_collections: Option<bool>,
    show_media: bool,
    show_media_replies: bool,
    show_featured: bool,
    roles: Nothing,
}

/// A pair that somebody says about themself.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Field<'a> {
    name: &'a str,
    value: Cow<'a, str>,
    verified_at: Option<String>,
}

impl<'a> Account<'a> {
    /// This actor as an account.
    pub fn of(settings: &Settings, actor: &'a Actor) -> Self {
        let group = actor.kind == ActorKind::Group;
        let picture = |given: &'a Option<String>, path: fn(&Actor, Form) -> String| match given {
            Some(url) if actor.host.is_empty() => Cow::Borrowed(url.as_str()),
            Some(url) => Cow::Owned(links::copy(settings, url)),
            None => Cow::Owned(format!("{}{}", settings.origin, path(actor, Form::Png))),
        };
        let avatar = picture(&actor.icon_url, avatars::avatar_path);
        let header = picture(&actor.image_url, avatars::header_path);
        Self {
            id: actor.id.to_string(),
            username: &actor.handle,
            acct: if actor.host.is_empty() {
                Cow::Borrowed(&actor.handle)
            } else {
                Cow::Owned(links::acct(actor))
            },
            url: actor.url.as_deref().unwrap_or(&actor.uri),
            uri: &actor.uri,
            display_name: &actor.name,
            note: &actor.summary,
            avatar_static: avatar.clone(),
            avatar,
            avatar_description: "",
            header_static: header.clone(),
            header,
            header_description: "",
            locked: actor.locked,
            fields: fields(actor),
            emojis: actor
                .emojis
                .iter()
                .map(|emoji| CustomEmoji::of(&emoji.name, &emoji.url))
                .collect(),
            bot: matches!(actor.kind, ActorKind::Service | ActorKind::Application),
            group,
            discoverable: Some(actor.discoverable),
            indexable: actor.indexable,
            noindex: Some(!actor.indexable),
            memorial: actor.memorial,
            suspended: actor.suspended_at.is_some(),
            created_at: datetime(actor.published_at),
            last_status_at: actor.last_post_at.map(date),
            statuses_count: actor.posts_count.max(0),
            followers_count: actor.followers_count.max(0),
            following_count: if group {
                0
            } else {
                actor.following_count.max(0)
            },
            hide_collections: Some(actor.hide_collections),
            show_media: true,
            show_media_replies: true,
            show_featured: true,
            roles: [],
        }
    }
}

impl Account<'_> {
    /// The same account, of a group whose way in is known.
    pub(super) fn with_lock(mut self, locked: bool) -> Self {
        self.locked = locked;
        self
    }

    /// No more of it than its face.
    pub(super) fn face(&self) -> PartialAccount {
        PartialAccount::new(
            &self.id,
            &self.acct,
            self.url,
            &self.avatar,
            self.locked,
            self.bot,
        )
    }
}

/// What an actor says in pairs; a group that says nothing tells its topics.
fn fields(actor: &Actor) -> Vec<Field<'_>> {
    if actor.fields.is_empty() && !actor.topics.is_empty() {
        let topics = escape(&actor.topics.join(", "));
        return vec![Field {
            name: "Topics",
            value: Cow::Owned(topics),
            verified_at: None,
        }];
    }
    actor
        .fields
        .iter()
        .map(|field| Field {
            name: &field.name,
            value: Cow::Borrowed(&field.value),
            verified_at: field.verified_at.map(datetime),
        })
        .collect()
}

/// One's own account, with what only oneself may know.
#[derive(Debug, Serialize)]
pub struct CredentialAccount<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    source: Source<'a>,
    role: Role,
}

/// What one wrote about oneself, as it was written, and one's usual choices.
#[derive(Debug, Serialize)]
pub(super) struct Source<'a> {
    attribution_domains: Nothing,
    note: Cow<'a, str>,
    fields: Vec<Field<'a>>,
    privacy: &'a str,
    sensitive: bool,
    language: &'a str,
    follow_requests_count: i64,
    hide_collections: Option<bool>,
    discoverable: Option<bool>,
    indexable: bool,
    quote_policy: &'a str,
}

/// What an account may do on this server.
#[derive(Debug, Serialize)]
pub struct Role {
    id: &'static str,
    name: &'static str,
    color: &'static str,
    permissions: &'static str,
    highlighted: bool,
    collection_limit: u32,
}

impl Role {
    /// The role as clients know it. The permissions are theirs to look at, not what is checked.
    pub fn of(role: AccountRole) -> Self {
        let (id, name, permissions) = match role {
            AccountRole::Member => ("-99", "", "0"),
            AccountRole::Moderator => ("1", "Moderator", "1308"),
            AccountRole::Admin => ("3", "Admin", "1"),
        };
        Self {
            id,
            name,
            color: "",
            permissions,
            highlighted: false,
            collection_limit: 0,
        }
    }
}

impl<'a> CredentialAccount<'a> {
    /// The account of somebody signed in, whom so many ask to follow.
    pub fn of(settings: &Settings, me: &'a SignedIn, waiting: i64) -> Self {
        let actor = &me.actor;
        let habits = &me.account.habits;
        Self {
            account: Account::of(settings, actor),
            source: Source {
                attribution_domains: [],
                note: typed_note(actor),
                fields: typed_fields(actor),
                privacy: &habits.privacy,
                sensitive: habits.sensitive,
                language: habits
                    .language
                    .as_deref()
                    .or(me.account.locale.as_deref())
                    .unwrap_or_default(),
                follow_requests_count: waiting,
                hide_collections: Some(actor.hide_collections),
                discoverable: Some(actor.discoverable),
                indexable: actor.indexable,
                quote_policy: &habits.quote_policy,
            },
            role: Role::of(me.account.role),
        }
    }
}

/// What somebody wrote about themself, as they typed it.
fn typed_note(actor: &Actor) -> Cow<'_, str> {
    match &actor.summary_source {
        Some(written) => Cow::Borrowed(written.as_str()),
        None => Cow::Owned(html::to_text(&actor.summary, usize::MAX)),
    }
}

fn typed_fields(actor: &Actor) -> Vec<Field<'_>> {
    let fields = actor.fields.iter();
    fields
        .map(|field| Field {
            name: &field.name,
            value: match &field.source {
                Some(typed) => Cow::Borrowed(typed.as_str()),
                None => Cow::Owned(html::to_text(&field.value, usize::MAX)),
            },
            verified_at: field.verified_at.map(datetime),
        })
        .collect()
}

/// One's own profile as it was typed, for an editor.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is made of them")]
pub struct Profile<'a> {
    id: String,
    display_name: &'a str,
    note: Cow<'a, str>,
    fields: Vec<Field<'a>>,
    avatar: Option<&'a str>,
    avatar_static: Option<&'a str>,
    avatar_description: &'static str,
    header: Option<&'a str>,
    header_static: Option<&'a str>,
    header_description: &'static str,
    locked: bool,
    bot: bool,
    hide_collections: bool,
    discoverable: bool,
    indexable: bool,
    show_media: bool,
    show_media_replies: bool,
    show_featured: bool,
    attribution_domains: Nothing,
    featured_tags: Nothing,
}

impl<'a> Profile<'a> {
    /// The profile of somebody signed in. Pictures that were drawn for them are none of theirs.
    pub fn of(me: &'a SignedIn) -> Self {
        let actor = &me.actor;
        Self {
            id: actor.id.to_string(),
            display_name: &actor.name,
            note: typed_note(actor),
            fields: typed_fields(actor),
            avatar: actor.icon_url.as_deref(),
            avatar_static: actor.icon_url.as_deref(),
            avatar_description: "",
            header: actor.image_url.as_deref(),
            header_static: actor.image_url.as_deref(),
            header_description: "",
            locked: actor.locked,
            bot: actor.kind == ActorKind::Service,
            hide_collections: actor.hide_collections,
            discoverable: actor.discoverable,
            indexable: actor.indexable,
            show_media: true,
            show_media_replies: true,
            show_featured: true,
            attribution_domains: [],
            featured_tags: [],
        }
    }
}

/// How one stands to somebody.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is made of them")]
pub struct Relationship {
    id: String,
    following: bool,
    showing_reblogs: bool,
    notifying: bool,
    languages: Option<Vec<String>>,
    followed_by: bool,
    blocking: bool,
    blocked_by: bool,
    muting: bool,
    muting_notifications: bool,
    muting_expires_at: Option<String>,
    requested: bool,
    requested_by: bool,
    domain_blocking: bool,
    endorsed: bool,
    note: String,
}

impl From<views::Relationship> for Relationship {
    fn from(stands: views::Relationship) -> Self {
        Self {
            id: stands.id.to_string(),
            following: stands.following,
            showing_reblogs: stands.show_boosts,
            notifying: stands.notifying,
            languages: stands.languages,
            followed_by: stands.followed_by,
            blocking: stands.blocking,
            blocked_by: stands.blocked_by,
            muting: stands.muting.is_some(),
            muting_notifications: stands.muting.as_ref().is_some_and(|mute| mute.notices),
            muting_expires_at: stands.muting.and_then(|mute| mute.until).map(datetime),
            requested: stands.requested,
            requested_by: stands.requested_by,
            domain_blocking: stands.shunning,
            endorsed: stands.endorsed,
            note: stands.note,
        }
    }
}
