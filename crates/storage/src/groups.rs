//! Groups: what they have beyond being an actor.

pub mod sought;

use diesel::prelude::*;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, groups, memberships};
use crate::types::{ActorId, JoinPolicy, MembershipState, Moment, Posting, Visibility};
use crate::{Conn, Page, on};

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
    /// Whether microblogs hear of answers too.
    pub boosts_comments: bool,
    /// Whether other groups of this server hear of it.
    pub heard_by_groups: bool,
}

/// The group that this actor is, with the actor.
pub fn find(db: &mut Conn, id: ActorId) -> QueryResult<Option<(Group, Actor)>> {
    on!(db, |conn| groups::table
        .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
        .filter(groups::actor_id.eq(id))
        .select((Group::as_select(), Actor::as_select()))
        .first(conn)
        .optional())
}

/// The group called `handle@host`; an empty host means here.
pub fn by_handle(db: &mut Conn, handle: &str, host: &str) -> QueryResult<Option<(Group, Actor)>> {
    on!(db, |conn| groups::table
        .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
        .filter(actors::handle.eq(handle))
        .filter(actors::host.eq(host))
        .order((actors::deleted_at.is_not_null(), actors::id))
        .select((Group::as_select(), Actor::as_select()))
        .first(conn)
        .optional())
}

/// Founds a group: its actor is there already.
pub fn insert(db: &mut Conn, group: &Group) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(groups::table)
        .values(group)
        .execute(conn))
    .map(drop)
}

/// Remembers a group of another server, or refreshes who may see it and how one joins.
pub fn remember(db: &mut Conn, group: &Group) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(groups::table)
        .values(group)
        .on_conflict(groups::actor_id)
        .do_update()
        .set((
            groups::visibility.eq(&group.visibility),
            groups::join_policy.eq(&group.join_policy),
            groups::posting.eq(&group.posting),
            groups::language.eq(&group.language),
        ))
        .execute(conn))
    .map(drop)
}

/// Changes everything about a group but its number and its age.
pub fn update(db: &mut Conn, group: &Group) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        groups::table.filter(groups::actor_id.eq(group.actor_id))
    )
    .set(group)
    .execute(conn))
    .map(drop)
}

/// Says whether microblogs hear of answers in a group too.
pub fn boost_comments(db: &mut Conn, id: ActorId, wanted: bool) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        groups::table.filter(groups::actor_id.eq(id))
    )
    .set(groups::boosts_comments.eq(wanted))
    .execute(conn))
    .map(drop)
}

/// Groups of this server that everybody may see, newest first.
pub fn public_page(db: &mut Conn, page: &Page) -> QueryResult<Vec<(Group, Actor)>> {
    on!(db, |conn| page!(
        conn,
        groups::table
            .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
            .filter(groups::visibility.eq(Visibility::Public))
            .filter(actors::host.eq(""))
            .filter(actors::deleted_at.is_null())
            .select((Group::as_select(), Actor::as_select())),
        groups::actor_id,
        page
    ))
}

/// All groups of this server, newest first, whoever may see them.
pub fn local_page(db: &mut Conn, page: &Page) -> QueryResult<Vec<(Group, Actor)>> {
    on!(db, |conn| page!(
        conn,
        groups::table
            .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
            .filter(actors::host.eq(""))
            .filter(actors::deleted_at.is_null())
            .select((Group::as_select(), Actor::as_select())),
        groups::actor_id,
        page
    ))
}

/// The groups that somebody belongs to, by name.
pub fn of_member(db: &mut Conn, member: ActorId) -> QueryResult<Vec<(Group, Actor)>> {
    on!(db, |conn| groups::table
        .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
        .inner_join(memberships::table.on(memberships::group_id.eq(groups::actor_id)))
        .filter(memberships::actor_id.eq(member))
        .filter(memberships::state.eq(MembershipState::Active))
        .filter(actors::deleted_at.is_null())
        .order(actors::name)
        .select((Group::as_select(), Actor::as_select()))
        .load(conn))
}

/// Groups of this server, those in which something happened last first.
pub fn liveliest(db: &mut Conn, limit: i64) -> QueryResult<Vec<(Group, Actor)>> {
    on!(db, |conn| groups::table
        .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
        .filter(actors::host.eq(""))
        .filter(actors::deleted_at.is_null())
        .filter(groups::archived_at.is_null())
        .order((
            actors::last_post_at.is_null(),
            actors::last_post_at.desc(),
            actors::id.desc()
        ))
        .limit(limit)
        .select((Group::as_select(), Actor::as_select()))
        .load(conn))
}

/// Who may see a group, if this is one.
pub fn visibility(db: &mut Conn, id: ActorId) -> QueryResult<Option<Visibility>> {
    on!(db, |conn| groups::table
        .filter(groups::actor_id.eq(id))
        .select(groups::visibility)
        .first(conn)
        .optional())
}

/// These groups, with their faces.
pub fn find_many(db: &mut Conn, ids: &[ActorId]) -> QueryResult<Vec<(Group, Actor)>> {
    on!(db, |conn| groups::table
        .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
        .filter(one_of(groups::actor_id, ids))
        .filter(actors::deleted_at.is_null())
        .select((Group::as_select(), Actor::as_select()))
        .load(conn))
}

/// How many groups of this server are for everybody; that there are others is nobody's business.
pub fn count_public(db: &mut Conn) -> QueryResult<i64> {
    on!(db, |conn| groups::table
        .inner_join(actors::table.on(actors::id.eq(groups::actor_id)))
        .filter(groups::visibility.eq(Visibility::Public))
        .filter(actors::host.eq(""))
        .filter(actors::deleted_at.is_null())
        .count()
        .get_result(conn))
}
