//! What people here care about: a line in their own words, and who may know.
//!
//! It counts nothing about persons, and knows no level and no score.

use diesel::prelude::*;

use crate::actors::Actor;
use crate::one_of::one_of;
use crate::page::page;
use crate::schema::{actors, passions, topics};
use crate::topics::Topic;
use crate::types::{ActorId, Circle, Moment, PassionId, TopicId};
use crate::{Conn, Page, on};

/// A person's tie to a topic.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = passions)]
pub struct Passion {
    /// Our number for it.
    pub id: PassionId,
    /// Whose it is.
    pub actor_id: ActorId,
    /// What they care about.
    pub topic_id: TopicId,
    /// A line in their own words; may be empty.
    pub words: String,
    /// Who may know.
    pub circle: Circle,
    /// Since when.
    pub created_at: Moment,
    /// When the words or the circle changed last.
    pub updated_at: Moment,
}

/// Declares a passion, or changes its words and circle.
pub fn record(db: &mut Conn, passion: &Passion) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(passions::table)
        .values(passion)
        .on_conflict((passions::actor_id, passions::topic_id))
        .do_update()
        .set((
            passions::words.eq(&passion.words),
            passions::circle.eq(passion.circle),
            passions::updated_at.eq(passion.updated_at),
        ))
        .execute(conn))
    .map(drop)
}

/// Somebody's tie to a topic, if there is one.
pub fn find(db: &mut Conn, who: ActorId, topic: TopicId) -> QueryResult<Option<Passion>> {
    on!(db, |conn| Passion::query()
        .filter(passions::actor_id.eq(who))
        .filter(passions::topic_id.eq(topic))
        .first(conn)
        .optional())
}

/// Gives a passion up. Whether there was one.
pub fn remove(db: &mut Conn, who: ActorId, topic: TopicId) -> QueryResult<bool> {
    on!(db, |conn| diesel::delete(
        passions::table
            .filter(passions::actor_id.eq(who))
            .filter(passions::topic_id.eq(topic))
    )
    .execute(conn))
    .map(|n| n > 0)
}

/// Everything that somebody cares about is forgotten.
pub fn remove_all(db: &mut Conn, who: ActorId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        passions::table.filter(passions::actor_id.eq(who))
    )
    .execute(conn))
    .map(drop)
}

/// Whether somebody says anything to these circles, also of topics that nobody may choose any more.
pub fn says_to(db: &mut Conn, who: ActorId, circles: &[Circle]) -> QueryResult<bool> {
    on!(db, |conn| diesel::select(diesel::dsl::exists(
        passions::table
            .filter(passions::actor_id.eq(who))
            .filter(passions::circle.eq_any(circles))
    ))
    .get_result(conn))
}

/// What somebody cares about, as far as these circles go, the oldest first.
pub fn of_person(
    db: &mut Conn,
    who: ActorId,
    circles: &[Circle],
) -> QueryResult<Vec<(Passion, Topic)>> {
    on!(db, |conn| passions::table
        .inner_join(topics::table.on(topics::id.eq(passions::topic_id)))
        .filter(passions::actor_id.eq(who))
        .filter(passions::circle.eq_any(circles))
        .filter(topics::forbidden_at.is_null())
        .order(passions::id)
        .select((Passion::as_select(), Topic::as_select()))
        .load(conn))
}

/// Who cares about a topic and says so to these circles, newest first.
pub fn people(
    db: &mut Conn,
    topic: TopicId,
    circles: &[Circle],
    page: &Page,
) -> QueryResult<Vec<(Passion, Actor)>> {
    on!(db, |conn| page!(
        conn,
        passions::table
            .inner_join(actors::table.on(actors::id.eq(passions::actor_id)))
            .filter(passions::topic_id.eq(topic))
            .filter(passions::circle.eq_any(circles))
            .filter(actors::deleted_at.is_null())
            .filter(actors::suspended_at.is_null())
            .select((Passion::as_select(), Actor::as_select())),
        passions::id,
        page
    ))
}

/// How many people care about each of these topics and say so to these circles. Topics without anybody are left out.
pub fn counts(
    db: &mut Conn,
    of: &[TopicId],
    circles: &[Circle],
) -> QueryResult<Vec<(TopicId, i64)>> {
    on!(db, |conn| passions::table
        .inner_join(actors::table.on(actors::id.eq(passions::actor_id)))
        .filter(one_of(passions::topic_id, of))
        .filter(passions::circle.eq_any(circles))
        .filter(actors::deleted_at.is_null())
        .filter(actors::suspended_at.is_null())
        .group_by(passions::topic_id)
        .select((passions::topic_id, diesel::dsl::count_star()))
        .load(conn))
}

/// Everybody here who says to these circles what they care about, page by page in the order of their numbers.
pub fn everybody(
    db: &mut Conn,
    circles: &[Circle],
    after: ActorId,
    limit: i64,
) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| passions::table
        .filter(passions::circle.eq_any(circles))
        .filter(passions::actor_id.gt(after))
        .select(passions::actor_id)
        .distinct()
        .order(passions::actor_id)
        .limit(limit)
        .load(conn))
}

/// What several people care about, as far as these circles go.
pub fn of_people(
    db: &mut Conn,
    who: &[ActorId],
    circles: &[Circle],
) -> QueryResult<Vec<(Passion, Topic)>> {
    on!(db, |conn| passions::table
        .inner_join(topics::table.on(topics::id.eq(passions::topic_id)))
        .filter(one_of(passions::actor_id, who))
        .filter(passions::circle.eq_any(circles))
        .filter(topics::forbidden_at.is_null())
        .order((passions::actor_id, passions::id))
        .select((Passion::as_select(), Topic::as_select()))
        .load(conn))
}

/// Ties everybody of one topic to another. Who had chosen both keeps what they said of the other.
pub fn hand_over(db: &mut Conn, from: TopicId, to: TopicId) -> QueryResult<()> {
    let both: Vec<ActorId> = on!(db, |conn| passions::table
        .filter(passions::topic_id.eq(to))
        .select(passions::actor_id)
        .load(conn))?;
    on!(db, |conn| diesel::delete(
        passions::table
            .filter(passions::topic_id.eq(from))
            .filter(one_of(passions::actor_id, &both))
    )
    .execute(conn))?;
    on!(db, |conn| diesel::update(
        passions::table.filter(passions::topic_id.eq(from))
    )
    .set(passions::topic_id.eq(to))
    .execute(conn))
    .map(drop)
}

/// How many people care about each topic and say so to just this circle.
pub fn numbers(db: &mut Conn, circle: Circle) -> QueryResult<Vec<(TopicId, i64)>> {
    on!(db, |conn| passions::table
        .inner_join(actors::table.on(actors::id.eq(passions::actor_id)))
        .filter(passions::circle.eq(circle))
        .filter(actors::deleted_at.is_null())
        .filter(actors::suspended_at.is_null())
        .group_by(passions::topic_id)
        .order(passions::topic_id)
        .select((passions::topic_id, diesel::dsl::count_star()))
        .load(conn))
}

/// The topics that so many people at least have chosen since a moment and say so to these circles, and how many did.
pub fn chosen_since(
    db: &mut Conn,
    since: Moment,
    circles: &[Circle],
    fewest: i64,
    limit: i64,
) -> QueryResult<Vec<(TopicId, i64)>> {
    let n = diesel::dsl::count_star;
    on!(db, |conn| passions::table
        .inner_join(actors::table.on(actors::id.eq(passions::actor_id)))
        .filter(passions::created_at.ge(since))
        .filter(passions::circle.eq_any(circles))
        .filter(actors::deleted_at.is_null())
        .filter(actors::suspended_at.is_null())
        .group_by(passions::topic_id)
        .having(n().ge(fewest))
        .order((n().desc(), passions::topic_id))
        .select((passions::topic_id, n()))
        .limit(limit)
        .load(conn))
}

/// Who cares about which of these topics and says so to these circles.
pub fn about_any(
    db: &mut Conn,
    topics: &[TopicId],
    circles: &[Circle],
    limit: i64,
) -> QueryResult<Vec<(TopicId, ActorId)>> {
    on!(db, |conn| passions::table
        .inner_join(actors::table.on(actors::id.eq(passions::actor_id)))
        .filter(one_of(passions::topic_id, topics))
        .filter(passions::circle.eq_any(circles))
        .filter(actors::deleted_at.is_null())
        .filter(actors::suspended_at.is_null())
        .order(passions::id.desc())
        .select((passions::topic_id, passions::actor_id))
        .limit(limit)
        .load(conn))
}
