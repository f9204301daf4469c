//! Copies of pictures and films of other servers: how large they are and when they were last looked at.
//!
//! The copies themselves lie elsewhere, under a hash of their address.

use diesel::prelude::*;

use crate::schema::media_copies;
use crate::types::Moment;
use crate::{Conn, on};

/// A copy.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = media_copies)]
pub struct Copy {
    /// A hash of the address.
    pub key: String,
    /// What it is, found by looking at it.
    pub media_type: String,
    /// How large it is.
    pub bytes: i64,
    /// When it was fetched.
    pub fetched_at: Moment,
    /// When somebody last looked at it, give or take a day.
    pub used_at: Moment,
}

/// The copy under this key.
pub fn find(db: &mut Conn, key: &str) -> QueryResult<Option<Copy>> {
    on!(db, |conn| Copy::query()
        .filter(media_copies::key.eq(key))
        .first(conn)
        .optional())
}

/// Notes a copy, new or fetched again.
pub fn record(db: &mut Conn, copy: &Copy) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(media_copies::table)
        .values(copy)
        .on_conflict(media_copies::key)
        .do_update()
        .set(copy)
        .execute(conn))
    .map(drop)
}

/// Notes that somebody looked at it.
pub fn touch(db: &mut Conn, key: &str, at: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        media_copies::table.filter(media_copies::key.eq(key))
    )
    .set(media_copies::used_at.eq(at))
    .execute(conn))
    .map(drop)
}

/// How large all copies are together.
pub fn total(db: &mut Conn) -> QueryResult<i64> {
    // The sum of BIGINTs is of another type on PostgreSQL, so each says how it is read.
    let statement = crate::statement::Statement::new(
        "SELECT CAST(coalesce(sum(bytes), 0) AS bigint) AS total FROM media_copies",
    );
    on!(db, |conn| statement.get_result::<Total>(conn)).map(|sum| sum.total)
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    total: i64,
}

/// The copies that nobody has looked at for longest.
pub fn least_used(db: &mut Conn, limit: i64) -> QueryResult<Vec<Copy>> {
    on!(db, |conn| Copy::query()
        .order(media_copies::used_at)
        .limit(limit)
        .load(conn))
}

/// Forgets copies.
pub fn erase(db: &mut Conn, keys: &[String]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        media_copies::table.filter(media_copies::key.eq_any(keys))
    )
    .execute(conn))
    .map(drop)
}
