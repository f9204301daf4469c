//! Who belongs to which group, and who is shut out of it.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, bans, memberships};
use crate::types::{ActorId, BanId, GroupRole, MembershipId, MembershipState, Moment};
use crate::{Conn, Page, on};

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
    /// The id of the activity that asked for it: a `Join`, a `Follow`, or the `Invite` of the other side.
    pub uri: Option<String>,
    /// Why it was declined, in the words of whoever declined.
    pub answer: Option<String>,
    /// Since when they have had their role.
    pub role_since: Moment,
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

/// How somebody stands in a group: also when they only asked, were asked, or have left.
pub fn standing(db: &mut Conn, group: ActorId, actor: ActorId) -> QueryResult<Option<Membership>> {
    on!(db, |conn| Membership::query()
        .filter(memberships::group_id.eq(group))
        .filter(memberships::actor_id.eq(actor))
        .first(conn)
        .optional())
}

/// How somebody stands in each of these groups.
pub fn standings(
    db: &mut Conn,
    groups: &[ActorId],
    actor: ActorId,
) -> QueryResult<Vec<Membership>> {
    on!(db, |conn| Membership::query()
        .filter(one_of(memberships::group_id, groups))
        .filter(memberships::actor_id.eq(actor))
        .load(conn))
}

/// Writes down how somebody stands in a group now, whatever was written before. The number stays the first one.
pub fn record(db: &mut Conn, membership: &Membership) -> QueryResult<Membership> {
    on!(db, |conn| diesel::insert_into(memberships::table)
        .values(membership)
        .on_conflict((memberships::group_id, memberships::actor_id))
        .do_update()
        .set((
            memberships::role.eq(excluded(memberships::role)),
            memberships::state.eq(excluded(memberships::state)),
            memberships::reason.eq(excluded(memberships::reason)),
            memberships::invited_by.eq(excluded(memberships::invited_by)),
            memberships::since.eq(excluded(memberships::since)),
            memberships::updated_at.eq(excluded(memberships::updated_at)),
            memberships::uri.eq(excluded(memberships::uri)),
            memberships::answer.eq(excluded(memberships::answer)),
            memberships::role_since.eq(excluded(memberships::role_since)),
        ))
        .returning(Membership::as_returning())
        .get_result(conn))
}

/// Changes how far somebody belongs. `false` when there is nothing to change.
pub fn set_state(
    db: &mut Conn,
    group: ActorId,
    actor: ActorId,
    state: MembershipState,
    at: Moment,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        memberships::table
            .filter(memberships::group_id.eq(group))
            .filter(memberships::actor_id.eq(actor))
    )
    .set((memberships::state.eq(state), memberships::updated_at.eq(at)))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Changes what somebody may do. `false` when there is nothing to change.
pub fn set_role(
    db: &mut Conn,
    group: ActorId,
    actor: ActorId,
    role: GroupRole,
    at: Moment,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        memberships::table
            .filter(memberships::group_id.eq(group))
            .filter(memberships::actor_id.eq(actor))
    )
    .set((
        memberships::role.eq(role),
        memberships::role_since.eq(at),
        memberships::updated_at.eq(at)
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// Notes that somebody who wished to belong, or was asked to, does not, and in which words it was declined.
pub fn decline(
    db: &mut Conn,
    group: ActorId,
    actor: ActorId,
    answer: Option<&str>,
    at: Moment,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::update(
        memberships::table
            .filter(memberships::group_id.eq(group))
            .filter(memberships::actor_id.eq(actor))
    )
    .set((
        memberships::state.eq(MembershipState::Left),
        memberships::answer.eq(answer),
        memberships::updated_at.eq(at)
    ))
    .execute(conn))
    .map(|changed| changed > 0)
}

/// The belonging that the activity with this id asked for.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<Membership>> {
    on!(db, |conn| Membership::query()
        .filter(memberships::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Those of a group who belong to it as far as `state` says, newest first.
pub fn members(
    db: &mut Conn,
    group: ActorId,
    state: MembershipState,
    page: &Page,
) -> QueryResult<Vec<(Membership, Actor)>> {
    on!(db, |conn| page!(
        conn,
        memberships::table
            .inner_join(actors::table.on(actors::id.eq(memberships::actor_id)))
            .filter(memberships::group_id.eq(group))
            .filter(memberships::state.eq(state))
            .filter(actors::deleted_at.is_null())
            .select((Membership::as_select(), Actor::as_select())),
        memberships::id,
        page
    ))
}

/// Those who belong to a group and have this role in it, newest first.
pub fn with_role(
    db: &mut Conn,
    group: ActorId,
    role: GroupRole,
    page: &Page,
) -> QueryResult<Vec<(Membership, Actor)>> {
    on!(db, |conn| page!(
        conn,
        memberships::table
            .inner_join(actors::table.on(actors::id.eq(memberships::actor_id)))
            .filter(memberships::group_id.eq(group))
            .filter(memberships::state.eq(MembershipState::Active))
            .filter(memberships::role.eq(role))
            .filter(actors::deleted_at.is_null())
            .select((Membership::as_select(), Actor::as_select())),
        memberships::id,
        page
    ))
}

/// The groups that somebody stands in as far as `state` says, the latest first, each with its actor.
pub fn groups_of(
    db: &mut Conn,
    actor: ActorId,
    state: MembershipState,
    page: &Page,
) -> QueryResult<Vec<(Membership, Actor)>> {
    on!(db, |conn| page!(
        conn,
        memberships::table
            .inner_join(actors::table.on(actors::id.eq(memberships::group_id)))
            .filter(memberships::actor_id.eq(actor))
            .filter(memberships::state.eq(state))
            .filter(actors::deleted_at.is_null())
            .select((Membership::as_select(), Actor::as_select())),
        memberships::id,
        page
    ))
}

/// How many belong to a group as far as `state` says.
pub fn count(db: &mut Conn, group: ActorId, state: MembershipState) -> QueryResult<i64> {
    on!(db, |conn| memberships::table
        .filter(memberships::group_id.eq(group))
        .filter(memberships::state.eq(state))
        .count()
        .get_result(conn))
}

/// How many belong to each of these groups. Groups to which nobody belongs are left out.
pub fn counts(db: &mut Conn, groups: &[ActorId]) -> QueryResult<Vec<(ActorId, i64)>> {
    on!(db, |conn| memberships::table
        .filter(one_of(memberships::group_id, groups))
        .filter(memberships::state.eq(MembershipState::Active))
        .group_by(memberships::group_id)
        .select((memberships::group_id, diesel::dsl::count_star()))
        .load(conn))
}

/// Who organises these groups, those who have done so for longest first.
pub fn organisers(db: &mut Conn, groups: &[ActorId]) -> QueryResult<Vec<(ActorId, ActorId)>> {
    on!(db, |conn| memberships::table
        .filter(one_of(memberships::group_id, groups))
        .filter(memberships::state.eq(MembershipState::Active))
        .filter(memberships::role.eq(GroupRole::Organiser))
        .order((memberships::role_since, memberships::id))
        .select((memberships::group_id, memberships::actor_id))
        .load(conn))
}

/// Those who keep order in a group, organisers among them, in the order in which they joined.
pub fn moderators(db: &mut Conn, group: ActorId) -> QueryResult<Vec<(Membership, Actor)>> {
    on!(db, |conn| memberships::table
        .inner_join(actors::table.on(actors::id.eq(memberships::actor_id)))
        .filter(memberships::group_id.eq(group))
        .filter(memberships::state.eq(MembershipState::Active))
        .filter(memberships::role.ne(GroupRole::Member))
        .filter(actors::deleted_at.is_null())
        .order((memberships::since, memberships::id))
        .select((Membership::as_select(), Actor::as_select()))
        .load(conn))
}

/// Everything that somebody belongs to, asked to belong to, or is asked to.
pub fn of_actor(db: &mut Conn, actor: ActorId) -> QueryResult<Vec<Membership>> {
    on!(db, |conn| Membership::query()
        .filter(memberships::actor_id.eq(actor))
        .order(memberships::id)
        .load(conn))
}

/// The ban of somebody from a group, whether or not it has ended.
pub fn ban_of(db: &mut Conn, group: ActorId, actor: ActorId) -> QueryResult<Option<Ban>> {
    on!(db, |conn| Ban::query()
        .filter(bans::group_id.eq(group))
        .filter(bans::actor_id.eq(actor))
        .first(conn)
        .optional())
}

/// Shuts somebody out of a group; the latest word replaces an earlier one.
pub fn ban(db: &mut Conn, ban: &Ban) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(bans::table)
        .values(ban)
        .on_conflict((bans::group_id, bans::actor_id))
        .do_update()
        .set((
            bans::by_id.eq(excluded(bans::by_id)),
            bans::reason.eq(excluded(bans::reason)),
            bans::until.eq(excluded(bans::until)),
            bans::created_at.eq(excluded(bans::created_at)),
        ))
        .execute(conn))
    .map(drop)
}

/// Lets somebody back in. `false` when they were not shut out.
pub fn unban(db: &mut Conn, group: ActorId, actor: ActorId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        bans::table
            .filter(bans::group_id.eq(group))
            .filter(bans::actor_id.eq(actor))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// Those who are shut out of a group, the latest first.
pub fn bans(db: &mut Conn, group: ActorId, page: &Page) -> QueryResult<Vec<(Ban, Actor)>> {
    on!(db, |conn| page!(
        conn,
        bans::table
            .inner_join(actors::table.on(actors::id.eq(bans::actor_id)))
            .filter(bans::group_id.eq(group))
            .select((Ban::as_select(), Actor::as_select())),
        bans::id,
        page
    ))
}

/// Whether anybody of this server belongs to a group.
pub fn any_from_host(db: &mut Conn, group: ActorId, host: &str) -> QueryResult<bool> {
    on!(db, |conn| diesel::dsl::select(diesel::dsl::exists(
        memberships::table
            .inner_join(actors::table.on(actors::id.eq(memberships::actor_id)))
            .filter(memberships::group_id.eq(group))
            .filter(memberships::state.eq(MembershipState::Active))
            .filter(actors::host.eq(host))
    ))
    .get_result(conn))
}

/// Ends every belonging of somebody who is gone.
pub fn end_all_of(db: &mut Conn, actor: ActorId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        memberships::table.filter(memberships::actor_id.eq(actor))
    )
    .set((
        memberships::state.eq(MembershipState::Left),
        memberships::updated_at.eq(at)
    ))
    .execute(conn))
    .map(drop)
}

/// Ends every belonging to a group that is gone.
pub fn end_all_in(db: &mut Conn, group: ActorId, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        memberships::table.filter(memberships::group_id.eq(group))
    )
    .set((
        memberships::state.eq(MembershipState::Left),
        memberships::updated_at.eq(at)
    ))
    .execute(conn))
    .map(drop)
}
