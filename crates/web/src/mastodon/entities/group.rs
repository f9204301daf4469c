//! Groups, how one stands in them, and who is in them.
//!
//! A group is an account with more to say, so that clients that know accounts can show it. Roles have the words that other clients
//! of groups know: admin, moderator, user.

use kindred_community::{
    Actor, GroupRole, JoinPolicy, Membership, Moment, Visibility,
    groups::{GroupView, Standing},
    invitations::Link,
    settings::Settings,
};
use serde::Serialize;

use super::{Account, Tag, datetime};

/// A group.
#[derive(Debug, Serialize)]
pub struct Group<'a> {
    #[serde(flatten)]
    account: Account<'a>,
    domain: Option<&'a str>,
    members_count: i64,
    /// Whether one has to belong in order to post.
    membership_required: bool,
    owner: Option<Owner>,
    statuses_visibility: &'static str,
    tags: Vec<Tag<'a>>,
    source: Source<'a>,
    kindred: Life<'a>,
}

#[derive(Debug, Serialize)]
struct Owner {
    id: String,
}

/// What was typed, for changing it.
#[derive(Debug, Serialize)]
struct Source<'a> {
    note: &'a str,
}

/// What other servers have no word for.
#[derive(Debug, Serialize)]
struct Life<'a> {
    visibility: Visibility,
    join: JoinPolicy,
    posting: kindred_community::Posting,
    hold_newcomers: bool,
    rules: &'a str,
    language: Option<&'a str>,
    archived_at: Option<String>,
}

impl<'a> Group<'a> {
    /// This group.
    pub fn of(settings: &Settings, view: &'a GroupView) -> Self {
        let GroupView { group, face, .. } = view;
        let waits = group.join_policy != JoinPolicy::Open;
        Self {
            account: Account::of(settings, face).with_lock(waits),
            domain: Some(face.host.as_str()).filter(|host| !host.is_empty()),
            members_count: view.members,
            membership_required: group.posting != kindred_community::Posting::Anyone,
            owner: view.organiser.as_ref().map(|organiser| Owner {
                id: organiser.id.to_string(),
            }),
            statuses_visibility: match group.visibility {
                Visibility::Public | Visibility::Unlisted => "public",
                _ => "members_only",
            },
            tags: face
                .topics
                .iter()
                .map(|topic| Tag::named(settings, topic))
                .collect(),
            source: Source {
                note: face.summary_source.as_deref().unwrap_or_default(),
            },
            kindred: Life {
                visibility: group.visibility,
                join: group.join_policy,
                posting: group.posting,
                hold_newcomers: group.hold_newcomers,
                rules: &group.rules,
                language: group.language.as_deref(),
                archived_at: group.archived_at.map(datetime),
            },
        }
    }
}

/// How one stands in a group.
#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the entity is made of them")]
pub struct GroupRelationship {
    id: String,
    member: bool,
    requested: bool,
    invited: bool,
    role: Option<&'static str>,
    following: bool,
    notifying: bool,
    muting: bool,
    banned: bool,
    blocked_by: bool,
    pending_requests: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    declined: Option<String>,
}

impl From<Standing> for GroupRelationship {
    fn from(standing: Standing) -> Self {
        Self {
            id: standing.id.to_string(),
            member: standing.role.is_some(),
            requested: standing.requested,
            invited: standing.invited,
            role: standing.role.map(name_of),
            following: standing.hears,
            notifying: standing.notifying,
            muting: false,
            banned: standing.banned,
            blocked_by: standing.banned,
            pending_requests: standing.pending_requests,
            declined: standing.declined,
        }
    }
}

/// Somebody who belongs to a group.
#[derive(Debug, Serialize)]
pub struct Member<'a> {
    id: String,
    account: Account<'a>,
    role: &'static str,
}

impl<'a> Member<'a> {
    /// This member.
    pub fn of(settings: &Settings, (membership, actor): &'a (Membership, Actor)) -> Self {
        Self {
            id: membership.id.to_string(),
            account: Account::of(settings, actor),
            role: name_of(membership.role),
        }
    }
}

fn name_of(role: GroupRole) -> &'static str {
    match role {
        GroupRole::Organiser => "admin",
        GroupRole::Moderator => "moderator",
        GroupRole::Member => "user",
    }
}

/// The role of this name, in our words or in those of other clients.
pub fn role_named(name: &str) -> Option<GroupRole> {
    match name {
        "admin" | "owner" | "organiser" => Some(GroupRole::Organiser),
        "moderator" => Some(GroupRole::Moderator),
        "user" | "member" => Some(GroupRole::Member),
        _ => None,
    }
}

/// A link that lets people in. The address is there only when it was just made.
#[derive(Debug, Serialize)]
pub struct InvitationLink {
    id: String,
    uses: i32,
    most_uses: Option<i32>,
    expires_at: String,
    created_at: String,
    expired: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

impl InvitationLink {
    /// This link.
    pub fn of(link: &Link, now: Moment) -> Self {
        Self {
            id: link.id.to_string(),
            uses: link.uses,
            most_uses: link.most_uses,
            expires_at: datetime(link.expires_at),
            created_at: datetime(link.created_at),
            expired: !link.holds(now),
            url: None,
            token: None,
        }
    }

    /// The same, with the secret that is shown once.
    #[must_use]
    pub fn with_secret(mut self, url: String, token: String) -> Self {
        self.url = Some(url);
        self.token = Some(token);
        self
    }
}
