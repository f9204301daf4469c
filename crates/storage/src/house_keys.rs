//! Keys of the house itself, such as the one by which push services know it.
//!
//! Nothing here makes a key.

use diesel::prelude::*;

use crate::schema::house_keys;
use crate::types::Moment;
use crate::{Conn, on};

/// The key with this name, as it was written down.
pub fn find(db: &mut Conn, name: &str) -> QueryResult<Option<String>> {
    on!(db, |conn| house_keys::table
        .filter(house_keys::name.eq(name))
        .select(house_keys::private_key)
        .first(conn)
        .optional())
}

/// Writes a key down, unless there is one of that name already.
pub fn keep(db: &mut Conn, name: &str, private_key: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(house_keys::table)
        .values((
            house_keys::name.eq(name),
            house_keys::private_key.eq(private_key),
            house_keys::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}
