//! Likes that only a group elsewhere tells of. They count, and nobody is named by them.

use diesel::prelude::*;

use crate::schema::hearsay;
use crate::types::{ActorId, Moment, PostId};
use crate::{Conn, on};

/// Writes down that a group tells of somebody's like. `false` when it was known: then nothing changes.
pub fn record(
    db: &mut Conn,
    post: PostId,
    actor_uri: &str,
    group: ActorId,
    at: Moment,
) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(hearsay::table)
        .values((
            hearsay::post_id.eq(post),
            hearsay::actor_uri.eq(actor_uri),
            hearsay::group_id.eq(group),
            hearsay::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}

/// Forgets it again. `false` when nobody had told of it.
pub fn forget(db: &mut Conn, post: PostId, actor_uri: &str) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        hearsay::table
            .filter(hearsay::post_id.eq(post))
            .filter(hearsay::actor_uri.eq(actor_uri))
    )
    .execute(conn))
    .map(|gone| gone > 0)
}
