//! Which of those who look at this moment have something to do with a post.
//!
//! Each question is about a handful of people, and answered by an index. Who may see the post is decided above.

use diesel::prelude::*;

use crate::one_of::one_of;
use crate::schema::{follows, home_entries, list_members, memberships, mentions};
use crate::types::{ActorId, EntryId, FollowState, ListId, MembershipState, PostId};
use crate::{Conn, on};

/// Those among them who have this entry at home.
pub fn at_home(db: &mut Conn, entry: EntryId, among: &[ActorId]) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| home_entries::table
        .filter(one_of(home_entries::owner_id, among))
        .filter(home_entries::entry_id.eq(entry))
        .select(home_entries::owner_id)
        .load(conn))
}

/// Those among them who have this post at home, and by which entry: a post is at home once, whoever brought it there.
pub fn having(
    db: &mut Conn,
    post: PostId,
    among: &[ActorId],
) -> QueryResult<Vec<(ActorId, EntryId)>> {
    on!(db, |conn| home_entries::table
        .filter(one_of(home_entries::owner_id, among))
        .filter(home_entries::post_id.eq(post))
        .select((home_entries::owner_id, home_entries::entry_id))
        .load(conn))
}

/// On which of these lists one of these stands, and whose list it is.
pub fn lists_with(
    db: &mut Conn,
    lists: &[ListId],
    members: &[ActorId],
) -> QueryResult<Vec<(ListId, ActorId)>> {
    on!(db, |conn| list_members::table
        .filter(one_of(list_members::list_id, lists))
        .filter(one_of(list_members::actor_id, members))
        .select((list_members::list_id, list_members::owner_id))
        .distinct()
        .load(conn))
}

/// Those among them who are named in this post.
pub fn named(db: &mut Conn, post: PostId, among: &[ActorId]) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| mentions::table
        .filter(mentions::post_id.eq(post))
        .filter(one_of(mentions::actor_id, among))
        .select(mentions::actor_id)
        .load(conn))
}

/// Those among them who follow this one.
pub fn following(db: &mut Conn, target: ActorId, among: &[ActorId]) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| follows::table
        .filter(one_of(follows::follower_id, among))
        .filter(follows::target_id.eq(target))
        .filter(follows::state.eq(FollowState::Accepted))
        .select(follows::follower_id)
        .load(conn))
}

/// Those among them who belong to this group.
pub fn belonging(db: &mut Conn, group: ActorId, among: &[ActorId]) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| memberships::table
        .filter(memberships::group_id.eq(group))
        .filter(one_of(memberships::actor_id, among))
        .filter(memberships::state.eq(MembershipState::Active))
        .select(memberships::actor_id)
        .load(conn))
}
