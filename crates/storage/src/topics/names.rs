//! The names of topics: aliases, other languages, and finding one while it is typed.
//!
//! A name is compared in its folded form, which the caller makes. One folded name belongs to one topic.

use diesel::prelude::*;

use super::Topic;
use crate::one_of::one_of;
use crate::schema::{directory_numbers, directory_topics, topic_names, topic_words, topics};
use crate::types::TopicId;
use crate::{Conn, on};

/// One of the names of a topic.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = topic_names, treat_none_as_default_value = false)]
pub struct TopicName {
    /// Our number for it; the first name of a topic has the topic's own.
    pub id: i64,
    /// Whose name it is.
    pub topic_id: TopicId,
    /// As it is compared.
    pub folded: String,
    /// As people write it.
    pub name: String,
    /// The language it is in, if somebody said so.
    pub language: Option<String>,
}

/// The topic that somebody means by this folded name.
pub fn meant_by(db: &mut Conn, folded: &str) -> QueryResult<Option<Topic>> {
    on!(db, |conn| topics::table
        .inner_join(topic_names::table.on(topic_names::topic_id.eq(topics::id)))
        .filter(topic_names::folded.eq(folded))
        .select(Topic::as_select())
        .first(conn)
        .optional())
}

/// Gives a topic one more name; `entries` are the places at which it can be entered while typing. Whether the name was free.
pub fn add(db: &mut Conn, name: &TopicName, entries: &[String]) -> QueryResult<bool> {
    let new = on!(db, |conn| diesel::insert_into(topic_names::table)
        .values(name)
        .on_conflict(topic_names::folded)
        .do_nothing()
        .execute(conn))?
        == 1;
    if new {
        enter(db, name.topic_id, entries)?;
    }
    Ok(new)
}

fn enter(db: &mut Conn, topic: TopicId, entries: &[String]) -> QueryResult<()> {
    let rows: Vec<_> = entries
        .iter()
        .map(|word| (topic_words::word.eq(word), topic_words::topic_id.eq(topic)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    on!(db, |conn| diesel::insert_into(topic_words::table)
        .values(&rows)
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// Spells a name of a topic differently.
pub fn respell(db: &mut Conn, topic: TopicId, from: &str, to: &str) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        topic_names::table
            .filter(topic_names::topic_id.eq(topic))
            .filter(topic_names::name.eq(from))
    )
    .set(topic_names::name.eq(to))
    .execute(conn))
    .map(drop)
}

/// All names of a topic, the oldest first.
pub fn of_topic(db: &mut Conn, topic: TopicId) -> QueryResult<Vec<TopicName>> {
    on!(db, |conn| TopicName::query()
        .filter(topic_names::topic_id.eq(topic))
        .order(topic_names::id)
        .load(conn))
}

/// Gives all names of one topic to another.
pub fn hand_over(db: &mut Conn, from: TopicId, to: TopicId) -> QueryResult<()> {
    on!(db, |conn| diesel::update(
        topic_names::table.filter(topic_names::topic_id.eq(from))
    )
    .set(topic_names::topic_id.eq(to))
    .execute(conn))?;
    let words: Vec<String> = on!(db, |conn| topic_words::table
        .filter(topic_words::topic_id.eq(from))
        .select(topic_words::word)
        .load(conn))?;
    on!(db, |conn| diesel::delete(
        topic_words::table.filter(topic_words::topic_id.eq(from))
    )
    .execute(conn))?;
    enter(db, to, &words)
}

/// Topics that somebody speaks of, with a word that begins like this, the most used first among the first `reach` that the index names.
pub fn beginning_with(
    db: &mut Conn,
    prefix: &str,
    reach: i64,
    limit: i64,
) -> QueryResult<Vec<Topic>> {
    let end = format!("{prefix}\u{10FFFF}");
    let ids: Vec<TopicId> = on!(db, |conn| topic_words::table
        .filter(topic_words::word.ge(prefix))
        .filter(topic_words::word.lt(&end))
        .order(topic_words::word)
        .select(topic_words::topic_id)
        .limit(reach)
        .load(conn))?;
    on!(db, |conn| Topic::query()
        .filter(one_of(topics::id, &ids))
        .filter(topics::forbidden_at.is_null())
        .filter(
            topics::uses
                .gt(0)
                .or(diesel::dsl::exists(
                    directory_topics::table.filter(directory_topics::topic_id.eq(topics::id))
                ))
                .or(diesel::dsl::exists(
                    directory_numbers::table.filter(directory_numbers::topic_id.eq(topics::id))
                ))
        )
        .order((topics::uses.desc(), topics::id))
        .limit(limit)
        .load(conn))
}

/// The most used topics that begin like this: for prefixes so short that the index would name half of all topics.
pub fn used_beginning_with(db: &mut Conn, prefix: &str, limit: i64) -> QueryResult<Vec<Topic>> {
    /// How many of the most used topics are looked at.
    const REACH: i64 = 500;
    let end = format!("{prefix}\u{10FFFF}");
    let used: Vec<TopicId> = on!(db, |conn| topics::table
        .filter(topics::uses.gt(0))
        .order((topics::uses.desc(), topics::id.desc()))
        .select(topics::id)
        .limit(REACH)
        .load(conn))?;
    let fitting: Vec<TopicId> = on!(db, |conn| topic_words::table
        .filter(one_of(topic_words::topic_id, &used))
        .filter(topic_words::word.ge(prefix))
        .filter(topic_words::word.lt(&end))
        .select(topic_words::topic_id)
        .distinct()
        .load(conn))?;
    on!(db, |conn| Topic::query()
        .filter(one_of(topics::id, &fitting))
        .filter(topics::forbidden_at.is_null())
        .order((topics::uses.desc(), topics::id))
        .limit(limit)
        .load(conn))
}
