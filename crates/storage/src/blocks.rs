//! Who wants nothing to do with whom. Who is shut out of a group is told in [`memberships`](crate::memberships).

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, blocks};
use crate::types::{ActorId, Moment};
use crate::{Conn, Page, on};

/// One person's block of another.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = blocks, primary_key(actor_id, target_id), treat_none_as_default_value = false)]
pub struct Block {
    /// Who wants nothing to do with them.
    pub actor_id: ActorId,
    /// With whom.
    pub target_id: ActorId,
    /// The id of the activity.
    pub uri: Option<String>,
    /// When.
    pub created_at: Moment,
}

/// Adds a block. `false` when there was one.
pub fn record(db: &mut Conn, block: &Block) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(blocks::table)
        .values(block)
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// Ends a block, and answers with what it was.
pub fn remove(db: &mut Conn, actor: ActorId, target: ActorId) -> QueryResult<Option<Block>> {
    on!(db, |conn| diesel::delete(
        blocks::table
            .filter(blocks::actor_id.eq(actor))
            .filter(blocks::target_id.eq(target))
    )
    .returning(Block::as_returning())
    .get_result(conn)
    .optional())
}

/// One person's block of another.
pub fn find(db: &mut Conn, actor: ActorId, target: ActorId) -> QueryResult<Option<Block>> {
    on!(db, |conn| Block::query()
        .filter(blocks::actor_id.eq(actor))
        .filter(blocks::target_id.eq(target))
        .first(conn)
        .optional())
}

/// The block that somebody told of by this activity.
pub fn by_uri(db: &mut Conn, actor: ActorId, uri: &str) -> QueryResult<Option<Block>> {
    on!(db, |conn| Block::query()
        .filter(blocks::actor_id.eq(actor))
        .filter(blocks::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Whether either of the two wants nothing to do with the other.
pub fn between(db: &mut Conn, one: ActorId, other: ActorId) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        blocks::table.filter(
            blocks::actor_id
                .eq(one)
                .and(blocks::target_id.eq(other))
                .or(blocks::actor_id.eq(other).and(blocks::target_id.eq(one)))
        )
    ))
    .get_result(conn))
}

/// Those among `others` with whom somebody wants nothing to do, or who want nothing to do with them.
pub fn among(db: &mut Conn, actor: ActorId, others: &[ActorId]) -> QueryResult<Vec<Block>> {
    on!(db, |conn| Block::query()
        .filter(
            blocks::actor_id
                .eq(actor)
                .and(one_of(blocks::target_id, others))
                .or(blocks::target_id
                    .eq(actor)
                    .and(one_of(blocks::actor_id, others)))
        )
        .load(conn))
}

/// Those with whom somebody wants nothing to do. Pages go by the number of the other.
pub fn page(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<(Block, Actor)>> {
    on!(db, |conn| page!(
        conn,
        blocks::table
            .inner_join(actors::table.on(actors::id.eq(blocks::target_id)))
            .filter(blocks::actor_id.eq(actor))
            .select((Block::as_select(), Actor::as_select())),
        blocks::target_id,
        page
    ))
}
