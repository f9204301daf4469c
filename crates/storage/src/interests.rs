//! Topics that people follow: what is said about them comes home.

use diesel::prelude::*;

use crate::page::page;
use crate::schema::{followed_topics, topics};
use crate::topics::Topic;
use crate::types::{ActorId, Moment, TieId, TopicId};
use crate::{Conn, Page, on};

/// Lets a topic bring posts home. Twice is once.
pub fn follow(
    db: &mut Conn,
    id: TieId,
    actor: ActorId,
    topic: TopicId,
    at: Moment,
) -> QueryResult<()> {
    on!(db, |conn| diesel::insert_into(followed_topics::table)
        .values((
            followed_topics::id.eq(id),
            followed_topics::actor_id.eq(actor),
            followed_topics::topic_id.eq(topic),
            followed_topics::created_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))
    .map(drop)
}

/// Lets it bring no more.
pub fn unfollow(db: &mut Conn, actor: ActorId, topic: TopicId) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        followed_topics::table
            .filter(followed_topics::actor_id.eq(actor))
            .filter(followed_topics::topic_id.eq(topic))
    )
    .execute(conn))
    .map(drop)
}

/// The topics that somebody follows, the latest first. Pages go by the number of the tie.
pub fn followed(db: &mut Conn, actor: ActorId, page: &Page) -> QueryResult<Vec<(TieId, Topic)>> {
    on!(db, |conn| page!(
        conn,
        followed_topics::table
            .inner_join(topics::table.on(topics::id.eq(followed_topics::topic_id)))
            .filter(followed_topics::actor_id.eq(actor))
            .select((followed_topics::id, Topic::as_select())),
        followed_topics::id,
        page
    ))
}

/// Whether somebody follows a topic.
pub fn is_followed(db: &mut Conn, actor: ActorId, topic: TopicId) -> QueryResult<bool> {
    on!(db, |conn| diesel::select(diesel::dsl::exists(
        followed_topics::table
            .filter(followed_topics::actor_id.eq(actor))
            .filter(followed_topics::topic_id.eq(topic))
    ))
    .get_result(conn))
}
