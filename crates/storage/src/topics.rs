//! What groups and posts are about.

use diesel::prelude::*;

use crate::one_of::one_of;
use crate::page::page;
use crate::posts::Post;
use crate::schema::{group_topics, post_topics, posts, topics};
use crate::types::{ActorId, Moment, PostId, TopicId, Visibility};
use crate::{Conn, Page, on};

/// A subject.
#[derive(Clone, Debug, PartialEq, Eq, HasQuery, Insertable)]
#[diesel(table_name = topics, treat_none_as_default_value = false)]
pub struct Topic {
    /// Our number for it.
    pub id: TopicId,
    /// Its name as it stands in addresses: lower case, no spaces.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// When it was first named.
    pub created_at: Moment,
}

/// The topic of this slug. If there is none, this one becomes it.
pub fn ensure(db: &mut Conn, topic: &Topic) -> QueryResult<Topic> {
    if let Some(known) = by_slug(db, &topic.slug)? {
        return Ok(known);
    }
    on!(db, |conn| diesel::insert_into(topics::table)
        .values(topic)
        .on_conflict(topics::slug)
        .do_nothing()
        .execute(conn))?;
    by_slug(db, &topic.slug)?.ok_or(diesel::NotFound)
}

/// The topic of this slug.
pub fn by_slug(db: &mut Conn, slug: &str) -> QueryResult<Option<Topic>> {
    on!(db, |conn| Topic::query()
        .filter(topics::slug.eq(slug))
        .first(conn)
        .optional())
}

/// The topics of a group, by name.
pub fn of_group(db: &mut Conn, group: ActorId) -> QueryResult<Vec<Topic>> {
    on!(db, |conn| topics::table
        .inner_join(group_topics::table.on(group_topics::topic_id.eq(topics::id)))
        .filter(group_topics::group_id.eq(group))
        .order(topics::name)
        .select(Topic::as_select())
        .load(conn))
}

/// The topics of several groups.
pub fn of_groups(db: &mut Conn, groups: &[ActorId]) -> QueryResult<Vec<(ActorId, Topic)>> {
    on!(db, |conn| topics::table
        .inner_join(group_topics::table.on(group_topics::topic_id.eq(topics::id)))
        .filter(one_of(group_topics::group_id, groups))
        .order((group_topics::group_id, topics::name))
        .select((group_topics::group_id, Topic::as_select()))
        .load(conn))
}

/// Gives a group these topics and no others.
pub fn set_group(db: &mut Conn, group: ActorId, topics: &[TopicId]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        group_topics::table.filter(group_topics::group_id.eq(group))
    )
    .execute(conn))?;
    let rows: Vec<_> = topics
        .iter()
        .map(|topic| {
            (
                group_topics::group_id.eq(group),
                group_topics::topic_id.eq(*topic),
            )
        })
        .collect();
    match rows.as_slice() {
        [] => Ok(()),
        rows => on!(db, |conn| diesel::insert_into(group_topics::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn))
        .map(drop),
    }
}

/// Gives a post these topics and no others.
pub fn set_post(db: &mut Conn, post: PostId, topics: &[TopicId]) -> QueryResult<()> {
    on!(db, |conn| diesel::delete(
        post_topics::table.filter(post_topics::post_id.eq(post))
    )
    .execute(conn))?;
    let rows: Vec<_> = topics
        .iter()
        .map(|topic| {
            (
                post_topics::post_id.eq(post),
                post_topics::topic_id.eq(*topic),
            )
        })
        .collect();
    match rows.as_slice() {
        [] => Ok(()),
        rows => on!(db, |conn| diesel::insert_into(post_topics::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(conn))
        .map(drop),
    }
}

/// The groups that have chosen a topic.
pub fn groups_about(db: &mut Conn, topic: TopicId, limit: i64) -> QueryResult<Vec<ActorId>> {
    on!(db, |conn| group_topics::table
        .filter(group_topics::topic_id.eq(topic))
        .order(group_topics::group_id)
        .select(group_topics::group_id)
        .limit(limit)
        .load(conn))
}

/// What was written about a topic for everybody to see, newest first.
pub fn posts_about(db: &mut Conn, topic: TopicId, page: &Page) -> QueryResult<Vec<Post>> {
    on!(db, |conn| page!(
        conn,
        post_topics::table
            .inner_join(posts::table.on(posts::id.eq(post_topics::post_id)))
            .filter(post_topics::topic_id.eq(topic))
            .filter(posts::visibility.eq(Visibility::Public))
            .filter(posts::deleted_at.is_null())
            .filter(posts::removed_at.is_null())
            .select(Post::as_select()),
        post_topics::post_id,
        page
    ))
}

/// The topics that groups have chosen most, and how many did.
pub fn popular(db: &mut Conn, limit: i64) -> QueryResult<Vec<(Topic, i64)>> {
    let ranked: Vec<(TopicId, i64)> = on!(db, |conn| group_topics::table
        .group_by(group_topics::topic_id)
        .order((diesel::dsl::count_star().desc(), group_topics::topic_id))
        .select((group_topics::topic_id, diesel::dsl::count_star()))
        .limit(limit)
        .load(conn))?;
    let ids: Vec<TopicId> = ranked.iter().map(|(id, _)| *id).collect();
    let found: Vec<Topic> = on!(db, |conn| Topic::query()
        .filter(topics::id.eq_any(ids))
        .load(conn))?;
    Ok(ranked
        .into_iter()
        .filter_map(|(id, n)| {
            found
                .iter()
                .find(|topic| topic.id == id)
                .map(|topic| (topic.clone(), n))
        })
        .collect())
}
