//! How many people care about a topic at a partner that tells numbers and no names.

use diesel::prelude::*;

use crate::one_of::one_of;
use crate::schema::directory_numbers;
use crate::types::{Moment, TopicId};
use crate::{Conn, on};

/// A number as a partner told it.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable, AsChangeset)]
#[diesel(table_name = directory_numbers, primary_key(host, topic_id))]
pub struct Number {
    /// The partner.
    pub host: String,
    /// What they care about.
    pub topic_id: TopicId,
    /// How many; 0 when it was told that there are a few.
    pub people: i32,
    /// When we were last told.
    pub seen_at: Moment,
}

/// Writes a number down, in place of what was told before.
pub fn record(db: &mut Conn, number: &Number) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(directory_numbers::table)
        .values(number)
        .on_conflict((directory_numbers::host, directory_numbers::topic_id))
        .do_update()
        .set(number)
        .execute(conn))
    .map(drop)
}

/// What is told of these topics, by partner.
pub fn about(db: &mut Conn, topics: &[TopicId]) -> QueryResult<Vec<Number>> {
    on!(db, |conn| Number::query()
        .filter(one_of(directory_numbers::topic_id, topics))
        .order((directory_numbers::topic_id, directory_numbers::host))
        .load(conn))
}

/// How many numbers a partner has here.
pub fn count_of(db: &mut Conn, host: &str) -> QueryResult<i64> {
    on!(db, |conn| directory_numbers::table
        .filter(directory_numbers::host.eq(host))
        .count()
        .get_result(conn))
}

/// Takes out what a partner told before `until`.
pub fn remove_unseen(db: &mut Conn, host: &str, until: Moment) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        directory_numbers::table
            .filter(directory_numbers::host.eq(host))
            .filter(directory_numbers::seen_at.lt(until))
    )
    .execute(conn))
    .map(drop)
}

/// Takes out everything that a partner told.
pub fn remove_of(db: &mut Conn, host: &str) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        directory_numbers::table.filter(directory_numbers::host.eq(host))
    )
    .execute(conn))
    .map(drop)
}

/// Ties every number of one topic to another, unless the other one has its own.
pub fn hand_over(db: &mut Conn, from: TopicId, to: TopicId) -> QueryResult<()> {
    let known: Vec<String> = on!(db, |conn| directory_numbers::table
        .filter(directory_numbers::topic_id.eq(to))
        .select(directory_numbers::host)
        .load(conn))?;
    on!(db, |conn| diesel::delete(
        directory_numbers::table
            .filter(directory_numbers::topic_id.eq(from))
            .filter(directory_numbers::host.eq_any(&known))
    )
    .execute(conn))?;
    on!(db, |conn| diesel::update(
        directory_numbers::table.filter(directory_numbers::topic_id.eq(from))
    )
    .set(directory_numbers::topic_id.eq(to))
    .execute(conn))
    .map(drop)
}
