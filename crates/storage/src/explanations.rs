//! Who was told why a closed group cannot take them: once each.

use diesel::prelude::*;

use crate::schema::explanations;
use crate::types::{ActorId, Moment};
use crate::{Conn, on};

/// Writes down that somebody is told. `false` when they were told before.
pub fn record(db: &mut Conn, group: ActorId, whom: ActorId, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(explanations::table)
        .values((
            explanations::group_id.eq(group),
            explanations::actor_id.eq(whom),
            explanations::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|added| added > 0)
}
