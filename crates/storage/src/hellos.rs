//! Hellos between strangers, and suggestions that somebody has waved away.

use diesel::prelude::*;

use crate::one_of::one_of;
use crate::schema::{dismissals, hellos, unlisted_for_hellos};
use crate::types::{ActorId, Moment};
use crate::{Conn, on};

/// Notes that somebody said hello; whether it was the first time.
pub fn note(db: &mut Conn, from: ActorId, to: &str, at: Moment) -> QueryResult<bool> {
    on!(db, |conn| diesel::insert_into(hellos::table)
        .values((
            hellos::from_id.eq(from),
            hellos::to_uri.eq(to),
            hellos::at.eq(at)
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(|n| n == 1)
}

/// How many people somebody has greeted since a moment.
pub fn since(db: &mut Conn, from: ActorId, moment: Moment) -> QueryResult<i64> {
    on!(db, |conn| hellos::table
        .filter(hellos::from_id.eq(from))
        .filter(hellos::at.ge(moment))
        .count()
        .get_result(conn))
}

/// Whether somebody would rather not be greeted by strangers.
pub fn are_refused(db: &mut Conn, who: ActorId) -> QueryResult<bool> {
    on!(db, |conn| diesel::select(diesel::dsl::exists(
        unlisted_for_hellos::table.filter(unlisted_for_hellos::actor_id.eq(who))
    ))
    .get_result(conn))
}

/// Those of `whom` who would rather not be greeted by strangers.
pub fn refused_by(db: &mut Conn, whom: &[ActorId]) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| unlisted_for_hellos::table
        .filter(one_of(unlisted_for_hellos::actor_id, whom))
        .select(unlisted_for_hellos::actor_id)
        .load(conn))
}

/// Refuses hellos from now on, or takes them again.
pub fn refuse(db: &mut Conn, who: ActorId, refuse: bool) -> QueryResult<()> {
    if refuse {
        on!(db, |conn| diesel::insert_into(unlisted_for_hellos::table)
            .values(unlisted_for_hellos::actor_id.eq(who))
            .on_conflict_do_nothing()
            .execute(conn))
    } else {
        on!(db, |conn| diesel::delete(
            unlisted_for_hellos::table.filter(unlisted_for_hellos::actor_id.eq(who))
        )
        .execute(conn))
    }
    .map(drop)
}

/// Waves a suggestion away, for good.
pub fn dismiss(db: &mut Conn, owner: ActorId, uri: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(dismissals::table)
        .values((
            dismissals::owner_id.eq(owner),
            dismissals::uri.eq(uri),
            dismissals::at.eq(at)
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// What somebody has waved away.
pub fn dismissed(db: &mut Conn, owner: ActorId) -> QueryResult<Vec<String>> {
    on!(db, |conn| dismissals::table
        .filter(dismissals::owner_id.eq(owner))
        .select(dismissals::uri)
        .load(conn))
}
