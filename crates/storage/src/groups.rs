//! Groups: what they have beyond being an actor.

use diesel::prelude::*;

use crate::schema::groups;
use crate::types::{ActorId, JoinPolicy, Moment, Posting, Visibility};

/// A group. Groups of other servers have a row as well.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = groups, primary_key(actor_id), treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Group {
    /// The actor that it is.
    pub actor_id: ActorId,
    /// Who may see it: public, partners, company or members.
    pub visibility: Visibility,
    /// How one becomes a member.
    pub join_policy: JoinPolicy,
    /// Who may start a thread.
    pub posting: Posting,
    /// Whether the first posts of newcomers wait for a moderator.
    pub hold_newcomers: bool,
    /// What is expected of its members.
    pub rules: String,
    /// The language it speaks.
    pub language: Option<String>,
    /// Who founded it.
    pub founder_id: Option<ActorId>,
    /// Since when nobody can post in it any more.
    pub archived_at: Option<Moment>,
    /// When it was founded, or first heard of.
    pub created_at: Moment,
}
