//! Who belongs to which group, and who is shut out of it.

use diesel::prelude::*;

use crate::schema::{bans, memberships};
use crate::types::{ActorId, BanId, GroupRole, MembershipId, MembershipState, Moment};

/// One person's belonging to one group.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = memberships, treat_none_as_default_value = false)]
pub struct Membership {
    /// Our number for it.
    pub id: MembershipId,
    /// The group.
    pub group_id: ActorId,
    /// The person.
    pub actor_id: ActorId,
    /// What they may do there.
    pub role: GroupRole,
    /// How far they belong.
    pub state: MembershipState,
    /// Why they would like to join.
    pub reason: Option<String>,
    /// Who asked them to.
    pub invited_by: Option<ActorId>,
    /// When they joined, or asked to.
    pub since: Moment,
    /// When this last changed.
    pub updated_at: Moment,
}

/// A person shut out of a group.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = bans, treat_none_as_default_value = false)]
pub struct Ban {
    /// Our number for it.
    pub id: BanId,
    /// The group.
    pub group_id: ActorId,
    /// The person.
    pub actor_id: ActorId,
    /// Who did it.
    pub by_id: Option<ActorId>,
    /// Why.
    pub reason: Option<String>,
    /// When it ends; never, when empty.
    pub until: Option<Moment>,
    /// When it was done.
    pub created_at: Moment,
}
