//! Which groups of this server hear of which other groups (FEP-d36d).
//!
//! Whether the other group agreed stands in [`follows`](crate::follows); here stands that it is wanted, and by whom.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::actors::Actor;
use crate::page::page;
use crate::schema::{actors, follows, group_follows, groups};
use crate::types::{ActorId, FollowState, Moment};
use crate::{Conn, Page, on};

/// A group of this server that is to hear of another group.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = group_follows, primary_key(target_id, follower_id), treat_none_as_default_value = false)]
pub struct GroupFollow {
    /// The group that is heard of.
    pub target_id: ActorId,
    /// The group that hears.
    pub follower_id: ActorId,
    /// Who wanted it so.
    pub by_id: Option<ActorId>,
    /// Since when.
    pub created_at: Moment,
}

/// Writes it down. `false` when it stood there already.
pub fn record(db: &mut Conn, wish: &GroupFollow) -> QueryResult<bool> {
    on!(db, |conn| {
        diesel::update(groups::table.filter(groups::actor_id.eq(wish.target_id)))
            .set(groups::heard_by_groups.eq(true))
            .execute(conn)?;
        diesel::insert_into(group_follows::table)
            .values(wish)
            .on_conflict_do_nothing()
            .execute(conn)
    })
    .map(|added| added > 0)
}

/// Takes it out. `false` when it was not there.
pub fn remove(db: &mut Conn, follower: ActorId, target: ActorId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        group_follows::table
            .filter(group_follows::target_id.eq(target))
            .filter(group_follows::follower_id.eq(follower))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}

/// The groups that one group is to hear of, those first that were known last.
pub fn of(db: &mut Conn, follower: ActorId, page: &Page) -> QueryResult<Vec<(GroupFollow, Actor)>> {
    on!(db, |conn| page!(
        conn,
        group_follows::table
            .inner_join(actors::table.on(actors::id.eq(group_follows::target_id)))
            .filter(group_follows::follower_id.eq(follower))
            .select((GroupFollow::as_select(), Actor::as_select())),
        group_follows::target_id,
        page
    ))
}

/// How many groups one group is to hear of.
pub fn count(db: &mut Conn, follower: ActorId) -> QueryResult<i64> {
    on!(db, |conn| group_follows::table
        .filter(group_follows::follower_id.eq(follower))
        .count()
        .get_result(conn))
}

/// Whether any group of this server is to hear of this one.
pub fn any(db: &mut Conn, target: ActorId) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        group_follows::table.filter(group_follows::target_id.eq(target))
    ))
    .get_result(conn))
}

/// The groups of this server that hear of a group which agreed to it. Those that were closed down hear of nothing any more.
pub fn hearing(db: &mut Conn, target: ActorId) -> QueryResult<Vec<Actor>> {
    on!(db, |conn| group_follows::table
        .inner_join(
            follows::table.on(follows::target_id
                .eq(group_follows::target_id)
                .and(follows::follower_id.eq(group_follows::follower_id)))
        )
        .inner_join(actors::table.on(actors::id.eq(group_follows::follower_id)))
        .inner_join(groups::table.on(groups::actor_id.eq(group_follows::follower_id)))
        .filter(group_follows::target_id.eq(target))
        .filter(groups::archived_at.is_null())
        .filter(follows::state.eq(FollowState::Accepted))
        .filter(actors::deleted_at.is_null())
        .order(group_follows::follower_id)
        .select(Actor::as_select())
        .load(conn))
}
