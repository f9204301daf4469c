//! What clients did under which key, so that asking again does not do it again.

use diesel::prelude::*;

use crate::schema::idempotency_keys as keys;
use crate::types::{ActorId, Moment, PostId, ScheduledId};
use crate::{Conn, on};

/// What was done under a key.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = keys, treat_none_as_default_value = false)]
pub struct Key {
    /// Who did it.
    pub actor_id: ActorId,
    /// The key, as the client chose it.
    pub key: String,
    /// What was published.
    pub post_id: Option<PostId>,
    /// What will be published.
    pub scheduled_id: Option<ScheduledId>,
    /// When.
    pub created_at: Moment,
}

/// What was done under this key since `since`.
pub fn find(db: &mut Conn, actor: ActorId, key: &str, since: Moment) -> QueryResult<Option<Key>> {
    on!(db, |conn| Key::query()
        .filter(keys::actor_id.eq(actor))
        .filter(keys::key.eq(key))
        .filter(keys::created_at.ge(since))
        .first(conn)
        .optional())
}

/// Notes what was done under a key.
pub fn note(
    db: &mut Conn,
    actor: ActorId,
    key: &str,
    post: Option<PostId>,
    scheduled: Option<ScheduledId>,
) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        keys::table
            .filter(keys::actor_id.eq(actor))
            .filter(keys::key.eq(key))
    )
    .set((keys::post_id.eq(post), keys::scheduled_id.eq(scheduled)))
    .execute(conn))
    .map(drop)
}

/// Takes a key, and forgets those of the same person from before `since`. `false` when it is taken already; who took it at the same
/// moment is waited for.
pub fn take(db: &mut Conn, key: &Key, since: Moment) -> QueryResult<bool> {
    on!(db, |conn| {
        diesel::delete(
            keys::table
                .filter(keys::actor_id.eq(key.actor_id))
                .filter(keys::created_at.lt(since)),
        )
        .execute(conn)?;
        diesel::insert_into(keys::table)
            .values(key)
            .on_conflict_do_nothing()
            .execute(conn)
    })
    .map(|taken| taken > 0)
}
