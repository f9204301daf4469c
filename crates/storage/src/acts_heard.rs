//! What moderators elsewhere have done, by the ids of their letters. Letters themselves are not kept, and some servers take an act back
//! by naming nothing but its id.

use diesel::prelude::*;

use crate::schema::acts_heard;
use crate::types::{ActorId, Moment};
use crate::{Conn, on};

/// An act that took effect.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = acts_heard, primary_key(uri), treat_none_as_default_value = false)]
pub struct ActHeard {
    /// The id of the activity.
    pub uri: String,
    /// The group in which it was done.
    pub group_id: ActorId,
    /// What it is: `Delete`, `Lock`, `Add`, `Remove` or `Block`.
    pub kind: String,
    /// The post or the person it was done to.
    pub subject: String,
    /// When we heard of it.
    pub heard_at: Moment,
}

/// Remembers an act. What stands under its id already stays.
pub fn record(db: &mut Conn, act: &ActHeard) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(acts_heard::table)
        .values(act)
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// The act with this id.
pub fn by_uri(db: &mut Conn, uri: &str) -> QueryResult<Option<ActHeard>> {
    on!(db, |conn| ActHeard::query()
        .filter(acts_heard::uri.eq(uri))
        .first(conn)
        .optional())
}

/// Forgets an act that was taken back.
pub fn forget(db: &mut Conn, uri: &str) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        acts_heard::table.filter(acts_heard::uri.eq(uri))
    )
    .execute(conn))
    .map(drop)
}
