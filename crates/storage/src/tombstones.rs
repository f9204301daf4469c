//! Addresses of what is gone for good, so that it does not come back by mistake.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use crate::schema::tombstones;
use crate::types::Moment;
use crate::{Conn, on};

/// Notes that this is gone. Saying so twice changes nothing.
pub fn add(db: &mut Conn, uri: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(tombstones::table)
        .values((tombstones::uri.eq(uri), tombstones::at.eq(at)))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// Whether this is gone.
pub fn is_gone(db: &mut Conn, uri: &str) -> QueryResult<bool> {
    on!(db, |conn| select(exists(
        tombstones::table.filter(tombstones::uri.eq(uri))
    ))
    .get_result(conn))
}

/// Since when this is gone, if it is.
pub fn gone_since(db: &mut Conn, uri: &str) -> QueryResult<Option<Moment>> {
    on!(db, |conn| tombstones::table
        .filter(tombstones::uri.eq(uri))
        .select(tombstones::at)
        .first(conn)
        .optional())
}
