//! What somebody thinks of others beyond following them: notes for themself, and recommendations on their page.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, endorsements, private_notes};
use crate::types::{ActorId, Moment, TieId};
use crate::{Conn, Page, on};

/// Notes something about somebody; the newest words replace the older ones.
pub fn note(db: &mut Conn, actor: ActorId, target: ActorId, words: &str) -> QueryResult<()> {
    if words.is_empty() {
        return on!(db, |conn| diesel::delete(
            private_notes::table
                .filter(private_notes::actor_id.eq(actor))
                .filter(private_notes::target_id.eq(target))
        )
        .execute(conn))
        .map(drop);
    }
    on!(db, |conn| diesel::insert_into(private_notes::table)
        .values((
            private_notes::actor_id.eq(actor),
            private_notes::target_id.eq(target),
            private_notes::words.eq(words),
        ))
        .on_conflict((private_notes::actor_id, private_notes::target_id))
        .do_update()
        .set(private_notes::words.eq(excluded(private_notes::words)))
        .execute(conn))
    .map(drop)
}

/// What somebody noted about each of these.
pub fn notes(
    db: &mut Conn,
    actor: ActorId,
    others: &[ActorId],
) -> QueryResult<Vec<(ActorId, String)>> {
    on!(db, |conn| private_notes::table
        .filter(private_notes::actor_id.eq(actor))
        .filter(one_of(private_notes::target_id, others))
        .select((private_notes::target_id, private_notes::words))
        .load(conn))
}

/// Recommends somebody. Twice is once.
pub fn endorse(
    db: &mut Conn,
    id: TieId,
    actor: ActorId,
    target: ActorId,
    at: Moment,
) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(endorsements::table)
        .values((
            endorsements::id.eq(id),
            endorsements::actor_id.eq(actor),
            endorsements::target_id.eq(target),
            endorsements::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// Recommends them no longer.
pub fn unendorse(db: &mut Conn, actor: ActorId, target: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        endorsements::table
            .filter(endorsements::actor_id.eq(actor))
            .filter(endorsements::target_id.eq(target))
    )
    .execute(conn))
    .map(drop)
}

/// Those among `others` whom somebody recommends.
pub fn endorsed_among(
    db: &mut Conn,
    actor: ActorId,
    others: &[ActorId],
) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| endorsements::table
        .filter(endorsements::actor_id.eq(actor))
        .filter(one_of(endorsements::target_id, others))
        .select(endorsements::target_id)
        .load(conn))
}

/// Those whom somebody recommends, the latest first.
pub fn endorsed(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<(TieId, Actor)>> {
    on!(db, |conn| page!(
        conn,
        endorsements::table
            .inner_join(actors::table.on(actors::id.eq(endorsements::target_id)))
            .filter(endorsements::actor_id.eq(actor))
            .filter(actors::deleted_at.is_null())
            .select((endorsements::id, Actor::as_select())),
        endorsements::id,
        page
    ))
}
